"""Running a bundled network with nothing between the test and the runtime."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import onnxruntime

from gesturepose import resources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@functools.cache
def _open(name: str) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = str(resources.models_dir() / f"{name}.onnx")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run_network(name: str, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Heads by name of a network on an RGB picture ``(H, W, 3)``."""
    session = _open(name)
    outputs = [output.name for output in session.get_outputs()]
    return dict(zip(outputs, session.run(outputs, {"image": image[None]}), strict=True))

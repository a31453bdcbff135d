"""Files that are no pose network, and what onnxruntime must not say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from gesturepose import resources
from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose.card import Model, find_model, read_card
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.session import PoseSession

if TYPE_CHECKING:
    from gesturepose.pose.settings import Device

CARD = resources.models_dir() / "movenet-multipose.toml"
FAMILY = FAMILIES["movenet-multipose"]


def open_session(path: Path, device: Device = "cpu") -> PoseSession:
    return PoseSession(Model(path, read_card(CARD)), FAMILY, device=device, threads=1)


def make_network(path: Path, *, dtype: int, shape: list[object], outputs: list[str]) -> Path:
    """Write a network that hands its input through under the given names."""
    graph = helper.make_graph(
        [helper.make_node("Identity", ["image"], [name]) for name in outputs],
        "other",
        [helper.make_tensor_value_info("image", dtype, shape)],
        [helper.make_tensor_value_info(name, dtype, shape) for name in outputs],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


@pytest.mark.parametrize("content", [b"", b"no network at all", b"\x08\x07" * 50, b"\xff" * 64])
def test_a_file_that_is_no_onnx(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.onnx is not a valid ONNX file") as caught:
        open_session(path)
    assert "\n" not in str(caught.value)


def test_a_truncated_network(tmp_path: Path) -> None:
    path = tmp_path / "cut.onnx"
    path.write_bytes(find_model("movenet-multipose").path.read_bytes()[:500_000])
    with pytest.raises(ModelError, match="is not a valid ONNX file"):
        open_session(path, "auto")


@pytest.mark.parametrize(
    ("dtype", "shape", "outputs"),
    [
        (TensorProto.FLOAT, [1, 3, 224, 224], ["scores"]),
        (TensorProto.UINT8, [1, "height", "width", 3], ["scores"]),
        (TensorProto.UINT8, [1, "height", "width", 3], list(FAMILY.outputs)),
        (TensorProto.FLOAT, [1, 1, "height", "width"], list(FAMILY.outputs)),
        (TensorProto.UINT8, [2, "height", "width", 3], list(FAMILY.outputs)),
    ],
)
def test_a_network_that_is_not_for_poses(
    tmp_path: Path, dtype: int, shape: list[object], outputs: list[str]
) -> None:
    path = make_network(tmp_path / "other.onnx", dtype=dtype, shape=shape, outputs=outputs)
    with pytest.raises(ModelError, match="is not a movenet-multipose pose network") as caught:
        open_session(path)
    assert "center_heatmap" in str(caught.value)


def test_what_it_runs_and_when_it_is_closed() -> None:
    session = open_session(CARD.with_suffix(".onnx"))
    assert session.provider == "CPUExecutionProvider"
    outputs = session.run(np.zeros((64, 96, 3), np.uint8))
    assert {name: head.shape for name, head in outputs.items()} == {
        name: (1, channels, 16, 24) for name, channels in FAMILY.outputs.items()
    }
    session.close()
    with pytest.raises(GesturePoseError, match="was closed"):
        session.run(np.zeros((64, 96, 3), np.uint8))


def test_a_picture_of_a_size_it_cannot_take() -> None:
    session = open_session(CARD.with_suffix(".onnx"))
    with pytest.raises(GesturePoseError, match="the pose network failed"):
        session.run(np.zeros((50, 70, 3), np.uint8))


def test_onnxruntime_says_nothing_to_the_user(tmp_path: Path) -> None:
    """Neither on import, nor while trying devices, nor on a broken file."""
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network at all")
    shutil.copy(CARD, broken.with_suffix(".toml"))
    program = f"""
import numpy as np
from gesturepose.datatypes import Frame
from gesturepose.errors import ModelError
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.pose.settings import PoseSettings
PoseEstimator(PoseSettings())(Frame(np.zeros((480, 640, 3), np.uint8), 0.0, 0))
for device in ("cuda", "tensorrt", "coreml"):
    try:
        PoseEstimator(PoseSettings(device=device))
    except ModelError:
        pass
import logging
logging.disable()
try:
    PoseEstimator(PoseSettings(name={str(broken)!r}))
except ModelError:
    pass
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("", "")

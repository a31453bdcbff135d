"""A network's input and output arrays, made once for each input size and used for every frame.

onnxruntime reads the picture where it was prepared and writes its outputs where the last ones were:
https://onnxruntime.ai/docs/performance/tune-performance/iobinding.html. It knows nothing of what
the arrays mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.pose.providers import input_memory
from gesturepose.pose.runtime import import_onnxruntime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike, NDArray


class Binding:
    """Input and outputs of one size, bound to a session.

    Parameters
    ----------
    session
        An ``onnxruntime.InferenceSession`` with one input.
    shape, dtype
        Of the input.
    outputs
        Names of the outputs to compute; float32.
    fixed
        Whether the outputs' shapes follow from the input's; if not, new arrays are made each time.

    Attributes
    ----------
    input
        What the next run reads.
    """

    def __init__(
        self,
        session: Any,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        *,
        outputs: Sequence[str],
        fixed: bool,
    ) -> None:
        self._session = session
        self._name: str = session.get_inputs()[0].name
        self._names = list(outputs)
        self._memory = input_memory(session.get_providers()[0]) if fixed else ""
        self._bound: Any = None
        self._device_input: Any = None
        self._results: list[NDArray[np.float32]] = []
        self.input: NDArray[Any] = np.empty(shape, dtype)

    def run(self) -> list[NDArray[np.float32]]:
        """Run the network on `input`.

        Returns
        -------
        list of ndarray
            The outputs in the order of their names. The next run overwrites them.
        """
        if self._bound is None:
            results: list[NDArray[np.float32]] = self._session.run(
                self._names, {self._name: self.input}
            )
            if self._memory:
                self._bind(results)
            return results
        if self._device_input is not None:
            self._device_input.update_inplace(self.input)
            # Where an operator on the CPU reads the input too, a copy is made at binding time and
            # never again: https://github.com/microsoft/onnxruntime/issues/5857.
            self._bound.bind_ortvalue_input(self._name, self._device_input)
        self._session.run_with_iobinding(self._bound)
        self._bound.synchronize_outputs()
        return self._results

    def _bind(self, results: list[NDArray[np.float32]]) -> None:
        """Bind arrays like those of the first run, which tells their shapes."""
        value = import_onnxruntime().OrtValue
        bound = self._session.io_binding()
        # On the CPU the runtime works on numpy's own memory; elsewhere on a copy that stays there.
        if self._memory == "cpu":
            bound.bind_ortvalue_input(self._name, value.ortvalue_from_numpy(self.input))
        else:
            self._device_input = value.ortvalue_from_numpy(self.input, self._memory, 0)
        self._results = [np.empty_like(result) for result in results]
        for name, result in zip(self._names, self._results, strict=True):
            bound.bind_ortvalue_output(name, value.ortvalue_from_numpy(result))
        self._bound = bound

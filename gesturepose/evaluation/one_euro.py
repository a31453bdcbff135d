"""One Euro filter, only to compare the tracker with; the stages must not import it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Float64Array = NDArray[np.float64]


class OneEuroFilter:
    """One Euro filter over an array of coordinates.

    Casiez, Roussel, Vogel, "1 EUR Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
    Interactive Systems", CHI 2012: exponential smoothing whose cut-off rises with the speed.

    Parameters
    ----------
    min_cutoff_hz
        Cut-off at rest; any shape that broadcasts with the values, as ``beta`` too.
    beta
        Rise of the cut-off with the speed, Hz per unit per second.
    speed_cutoff_hz
        Cut-off of the speed estimate.
    """

    def __init__(
        self,
        *,
        min_cutoff_hz: float | Float64Array,
        beta: float | Float64Array,
        speed_cutoff_hz: float = 1.0,
    ) -> None:
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._speed_cutoff_hz = speed_cutoff_hz
        self._value: Float64Array | None = None
        self._speed: Float64Array | None = None

    def update(self, value: Float64Array, step_s: float) -> Float64Array:
        """Filter one measurement of any shape; NaN in an element starts that element anew."""
        if self._value is None or self._speed is None:
            self._value, self._speed = value.copy(), np.zeros_like(value)
            return value.copy()
        speed = np.nan_to_num((value - self._value) / step_s)
        self._speed += self._gain(np.full_like(value, self._speed_cutoff_hz), step_s) * (
            speed - self._speed
        )
        gain = self._gain(self._min_cutoff_hz + self._beta * np.abs(self._speed), step_s)
        filtered = self._value + gain * (value - self._value)
        self._value = np.where(np.isnan(self._value), value, filtered)
        return self._value.copy()

    @staticmethod
    def _gain(cutoff_hz: Float64Array, step_s: float) -> Float64Array:
        time_constant_s = 1.0 / (2.0 * np.pi * cutoff_hz)
        return 1.0 / (1.0 + time_constant_s / step_s)

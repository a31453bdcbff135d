"""One Euro filter, only to compare the tracker with; the stages must not import it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OneEuroSetting:
    """Coefficients of a One Euro filter.

    Attributes
    ----------
    min_cutoff_hz
        Cut-off at rest, Hz.
    beta
        Rise of the cut-off with the speed, Hz per shoulder width per second.
    """

    min_cutoff_hz: float
    beta: float

    def __str__(self) -> str:
        return f"min_cutoff {self.min_cutoff_hz:.2f} Hz, beta {self.beta:g}"


class OneEuroFilter:
    """One Euro filter over an array of coordinates.

    Casiez, Roussel, Vogel, "1 EUR Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
    Interactive Systems", CHI 2012: exponential smoothing whose cut-off rises with the speed.

    Parameters
    ----------
    min_cutoff_hz
        Cut-off at rest; any shape that broadcasts with the values, as ``beta`` too.
    beta
        Rise of the cut-off with the speed, Hz per unit of length per second.
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
        filtered, speed = self.advance(value, self._value, self._speed, step_s=step_s)
        begins = np.isnan(self._value)
        self._value = np.where(begins, value, filtered)
        self._speed = np.where(begins | np.isnan(value), 0.0, speed)
        return self._value.copy()

    def advance(
        self,
        value: Float64Array,
        before: Float64Array,
        speed_before: Float64Array,
        *,
        step_s: float | Float64Array,
        unit: float = 1.0,
    ) -> tuple[Float64Array, Float64Array]:
        """Take one step from a state that is the caller's to keep.

        Parameters
        ----------
        value
            Measurement, of any shape.
        before, speed_before
            The filter's value and speed estimate after the step before; a speed of 0 begins.
        step_s
            Seconds since then, above 0; an array where elements were measured at other times.
        unit
            Length that ``beta`` is per, in the unit of the values.

        Returns
        -------
        ndarray, ndarray
            Filtered value, and the speed estimate that sets the cut-off, in units of the values
            per second: as in the paper, from the measurement's distance to the last filtered
            value.
        """
        speed = (value - before) / step_s
        speed = speed_before + self._gain(self._speed_cutoff_hz, step_s) * (speed - speed_before)
        cutoff_hz = self._min_cutoff_hz + self._beta * np.abs(speed) / unit
        return before + self._gain(cutoff_hz, step_s) * (value - before), speed

    @staticmethod
    def _gain(cutoff_hz: float | Float64Array, step_s: float | Float64Array) -> Float64Array:
        time_constant_s = 1.0 / (2.0 * np.pi * np.asarray(cutoff_hz))
        return np.asarray(1.0 / (1.0 + time_constant_s / step_s))

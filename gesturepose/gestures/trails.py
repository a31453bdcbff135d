"""Where something was for some seconds without a long break: what strokes are looked for on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import FloatArray

GAP_S = 0.3
"""A stroke survives this long a gap in which the point was not seen."""
_SPEED_S = 0.04
"""Speeds are measured over this long, or one frame where that is longer."""


class Trail:
    """Where something was for some seconds, without a long break, and how fast it went.

    Several strokes may be looked for on one trail: what they have in common is measured once.

    Attributes
    ----------
    rows
        ``(N,)`` which of the samples it was found among these are.
    times
        ``(N,)`` seconds, oldest first.
    path
        ``(N, D)`` where it was, none missing.
    moments
        The times once more: one at a time, plain numbers are read sooner.
    """

    __slots__ = ("_speeds", "moments", "path", "rows", "times")

    def __init__(
        self, rows: NDArray[np.intp], times: NDArray[np.float64], path: FloatArray
    ) -> None:
        self.rows = rows
        self.times = times
        self.path = path
        self.moments: list[float] = times.tolist()
        self._speeds: FloatArray | None = None

    @classmethod
    def find(cls, times: NDArray[np.float64], path: FloatArray) -> Trail:
        """Take what came after the last long gap: what came before it is another movement.

        Parameters
        ----------
        times
            ``(M,)`` seconds, oldest first.
        path
            ``(M, D)``; rows of NaN where it was not seen. Short gaps are bridged.
        """
        first = path[:, 0]
        rows = (first == first).nonzero()[0]  # noqa: PLR0124 - NaN is not equal to itself
        if len(rows) < len(times):
            times, path = times[rows], path[rows]
        gaps = (times[1:] - times[:-1] > GAP_S).nonzero()[0]
        if len(gaps):
            after = int(gaps[-1]) + 1
            rows, times, path = rows[after:], times[after:], path[after:]
        return cls(rows, times, path)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def speeds(self) -> FloatArray:
        """Speeds ``(N,)`` along the path, each over the `_SPEED_S` before its sample."""
        if self._speeds is None:
            self._speeds = self._measure_speeds()
        return self._speeds

    def _measure_speeds(self) -> FloatArray:
        times, path = self.times, self.path
        # The last sample long enough before each, and for want of one the first.
        before = times.searchsorted(times - _SPEED_S + 1e-6, side="right") - 1
        before = np.maximum(before, 0)
        moved = path - path[before]
        span = np.maximum(times - times[before], 1e-3).astype(np.float32)
        speeds: FloatArray = np.divide(np.sqrt(square(moved)), span)
        speeds[0] = speeds[1]
        return speeds


def square(vectors: FloatArray) -> FloatArray:
    """Squared lengths ``(N,)`` of vectors ``(N, D)``, D being 1 or 2."""
    squared: FloatArray = vectors * vectors
    # Quicker than sum(), which is made for long rows.
    return squared[:, 0] + squared[:, 1] if squared.shape[1] == 2 else squared[:, 0]

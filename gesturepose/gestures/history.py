"""The last few seconds of body poses, as arrays that motion rules can slice without copying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.gestures.points import ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import BoolArray, FloatArray
    from gesturepose.gestures.body import BodyPose


class History:
    """Body poses of the newest ``span_s`` seconds, at most ``capacity`` of them.

    Rows are appended to arrays twice as long as needed; when the end is reached the newest half
    moves to the front, so every window is one contiguous view.
    """

    def __init__(self, span_s: float, capacity: int = 512) -> None:
        self._span_s = span_s
        self._capacity = capacity
        self._times = np.zeros(2 * capacity)
        self._points = np.zeros((2 * capacity, len(ROWS), 2), np.float32)
        self._observed = np.zeros((2 * capacity, len(ROWS)), bool)
        self._reach = np.zeros((2 * capacity, 2), np.float32)
        self.clear()

    def __len__(self) -> int:
        return self._end - self._begin

    def clear(self) -> None:
        """Forget everything."""
        self._begin = self._end = 0
        self._windows: dict[float, History.Window] = {}

    def append(self, body: BodyPose) -> None:
        """Add a pose newer than all before it."""
        self._windows.clear()
        if self._end == 2 * self._capacity:
            kept = min(len(self), self._capacity)
            for array in (self._times, self._points, self._observed, self._reach):
                array[:kept] = array[self._end - kept : self._end]
            self._begin, self._end = 0, kept
        self._times[self._end] = body.timestamp
        self._points[self._end] = body.points
        self._observed[self._end] = body.observed
        self._reach[self._end] = body.reach
        self._end += 1
        oldest = body.timestamp - self._span_s - 1e-6
        while self._end - self._begin > self._capacity or self._times[self._begin] < oldest:
            self._begin += 1

    def window(self, seconds: float) -> History.Window:
        """Return views of the poses at most ``seconds`` older than the newest.

        Valid until the next `append`; many rules ask for the same few windows.
        """
        found = self._windows.get(seconds)
        if found is None:
            found = self._windows[seconds] = self._cut(seconds)
        return found

    def _cut(self, seconds: float) -> History.Window:
        times = self._times[self._begin : self._end]
        first = self._begin
        if len(times):
            first += int(np.searchsorted(times, times[-1] - seconds - 1e-6))
        part = slice(first, self._end)
        return History.Window(
            self._times[part], self._points[part], self._observed[part], self._reach[part]
        )

    class Window:
        """Poses of some seconds, oldest first.

        Times ``(N,)`` s, points ``(N, P, 2)``, whether those were observed ``(N, P)`` and reach
        ``(N, 2)``.
        """

        __slots__ = ("observed", "points", "reach", "times")

        def __init__(
            self,
            times: NDArray[np.float64],
            points: FloatArray,
            observed: BoolArray,
            reach: FloatArray,
        ) -> None:
            self.times = times
            self.points = points
            self.observed = observed
            self.reach = reach

"""The last few seconds of body poses, as arrays that motion rules can slice without copying.

What several rules ask of the same seconds is worked out once: how far each point went, and where
a point or a pair of points was.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.gestures.points import ROWS
from gesturepose.gestures.trails import Trail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import FloatArray
    from gesturepose.gestures.body import BodyPose

REACH = len(ROWS)
"""Row of `History.Window.seen` that has, instead of x and y, the reach of left and right arm."""
_WRISTS = [ROWS["left_wrist"], ROWS["right_wrist"]]


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
        self._seen = np.zeros((2 * capacity, len(ROWS) + 1, 2), np.float32)
        self.clear()

    def __len__(self) -> int:
        return self._end - self._begin

    def clear(self) -> None:
        """Forget everything."""
        self._begin = self._end = 0
        self._windows: dict[float, History.Window] = {}
        self._gaps: dict[tuple[int, int], FloatArray] = {}

    def append(self, body: BodyPose) -> None:
        """Add a pose newer than all before it."""
        self._windows.clear()
        self._gaps.clear()
        if self._end == 2 * self._capacity:
            kept = min(len(self), self._capacity)
            for array in (self._times, self._points, self._seen):
                array[:kept] = array[self._end - kept : self._end]
            self._begin, self._end = 0, kept
        self._times[self._end] = body.timestamp
        self._points[self._end] = body.points
        # A point carried on where it was not observed would make strokes of its own.
        seen, unseen = self._seen[self._end], ~body.observed
        seen[:REACH] = body.points
        seen[:REACH][unseen] = np.nan
        seen[REACH] = body.reach
        seen[REACH][unseen[_WRISTS]] = np.nan
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
            first = self._begin
            if self._end > first:
                times = self._times[first : self._end]
                first += int(times.searchsorted(times[-1] - seconds - 1e-6))
            found = self._windows[seconds] = History.Window(self, first, self._end)
        return found

    def gap(self, first: int, second: int) -> FloatArray:
        """Distance of two points in all poses that are remembered; NaN where one was not seen."""
        found = self._gaps.get((first, second))
        if found is None:
            seen = self._seen[self._begin : self._end]
            between = seen[:, first] - seen[:, second]
            x, y = between[:, 0], between[:, 1]
            found = self._gaps[first, second] = np.sqrt(x * x + y * y)
        return found

    class Window:
        """Poses of some seconds, oldest first.

        Times ``(N,)`` s, points ``(N, P, 2)``, and ``seen`` ``(N, P + 1, 2)``: the points where
        they were observed, NaN where not, and below them the reach.
        """

        __slots__ = ("_extents", "_gaps", "_history", "_trails", "points", "seen", "times")

        def __init__(self, history: History, first: int, end: int) -> None:
            self._history = history
            self.times: NDArray[np.float64] = history._times[first:end]
            self.points: FloatArray = history._points[first:end]
            self.seen: FloatArray = history._seen[first:end]
            self._extents: dict[tuple[int, int], float] = {}
            self._gaps: dict[tuple[int, int], tuple[FloatArray, float]] = {}
            self._trails: dict[tuple[int, int] | int, Trail] = {}

        def __len__(self) -> int:
            return len(self.times)

        def extent(self, row: int, column: int) -> float:
            """How far a row of ``seen`` went in one direction; NaN if it is not seen now."""
            found = self._extents.get((row, column))
            if found is None:
                found = _measure_extent(self.seen[:, row, column])
                self._extents[row, column] = found
            return found

        def gap(self, first: int, second: int) -> tuple[FloatArray, float]:
            """Distance ``(N,)`` of two points, and its extent: NaN if one is not seen now."""
            found = self._gaps.get((first, second))
            if found is None:
                whole = self._history.gap(first, second)
                gap = whole[len(whole) - len(self.times) :]
                found = self._gaps[first, second] = gap, _measure_extent(gap)
            return found

        def trail(self, row: int) -> Trail:
            """Where a row of ``seen`` was since it was last lost."""
            found = self._trails.get(row)
            if found is None:
                found = self._trails[row] = Trail.find(self.times, self.seen[:, row])
            return found

        def reach_trail(self, arm: int) -> Trail:
            """How far the left (0) or right (1) wrist was in front since it was last lost."""
            key = REACH, arm
            found = self._trails.get(key)
            if found is None:
                reach = self.seen[:, REACH, arm, None]
                found = self._trails[key] = Trail.find(self.times, reach)
            return found

        def gap_trail(self, first: int, second: int) -> Trail:
            """How far apart two points were since one was last lost."""
            found = self._trails.get((first, second))
            if found is None:
                gap, _ = self.gap(first, second)
                found = self._trails[first, second] = Trail.find(self.times, gap[:, None])
            return found


def _measure_extent(seen: FloatArray) -> float:
    """From the least to the greatest of ``(N,)`` that were seen; NaN if the newest was not."""
    values: list[float] = seen.tolist()
    if math.isnan(values[-1]):
        return math.nan
    if math.isnan(sum(values)):
        values = [value for value in values if not math.isnan(value)]
    # As single as the positions are.
    return float(np.float32(max(values) - min(values)))

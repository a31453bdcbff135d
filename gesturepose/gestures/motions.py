"""Motion rules: whether a stroke has just been made.

A stroke is looked at from its end, back to the last moment at which the point was not moving that
way: there it began, however long ago that is. How far it went since, how straight, what the rules
at its start say and whether it is slowing down decide. So a hand on its way from the lap to
somewhere else is seen to have started in the lap, a movement still under way does not fire
half-way, and one that fires does so before the hand has stopped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.gestures.points import ROWS, mirrored, resolve
from gesturepose.gestures.postures import Posture, weakest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import FloatArray
    from gesturepose.gestures.history import History
    from gesturepose.gestures.settings import Motion

_DIRECTIONS = {"left": (0, -1.0), "right": (0, 1.0), "up": (1, 1.0), "down": (1, -1.0)}
STROKE_SPAN_S = 2.5
"""No stroke is looked at for longer than this."""
_ENDING_SPEED = 0.5
"""A stroke ends when the speed, in whatever direction, has fallen to this fraction of its peak."""
_MIN_STROKE_S = 0.13
"""No hand is quicker; a keypoint that jumps to something else is."""
_PAUSE_S = 0.1
_PAUSE_SPEED = 0.35
"""A point that advances more slowly than this (shoulder widths per second), on average over
`_PAUSE_S`, is not under way."""
_GAP_S = 0.3
"""A stroke survives this long a gap in which the point was not seen."""
_ELBOW_SHARE = 0.6
"""An elbow goes about this far for each unit its wrist goes."""
_COMPANION = 0.5
"""A stroke made alone: the other hand travels less than this fraction of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a motion rule says of the newest moment.

    ``progress`` is the travel as a fraction of what is needed, 0..1; ``made`` whether the stroke
    is complete; ``blocked_by`` what is missing, in words.
    """

    progress: float
    made: bool
    blocked_by: str = ""


class Stroke:
    """One motion rule with its side filled in."""

    def __init__(self, motion: Motion, side: str | None) -> None:
        self._motion = motion
        self._start = [Posture.compile(rule, side) for rule in motion.start]
        names = [resolve(p, side) for p in motion.between or (motion.keypoint or "",)]
        self._rows = [ROWS[name] for name in names]
        self.limbs = frozenset(n.split("_")[0] for n in names if n.startswith(("left_", "right_")))
        """Sides of the body the stroke is made with."""
        # A hand that crosses the body is hard to see; its elbow tells as well, but moves less.
        others = {mirrored(names[0]): 1.0}
        if names[0].endswith("_wrist"):
            others[mirrored(names[0].replace("wrist", "elbow"))] = _ELBOW_SHARE
        self._others = [(ROWS[n], share) for n, share in others.items() if n and motion.alone]
        self._arm = 0 if names[0].startswith("left_") else 1

    def read(self, history: History) -> Reading:
        """Judge the newest moment of the history."""
        motion = self._motion
        window = history.window(motion.within_s)
        if len(window.times) < 3:
            return Reading(0.0, made=False, blocked_by="no motion yet")
        travel = self._travel(window)
        if math.isnan(travel[-1]):
            return Reading(0.0, made=False, blocked_by="not visible")
        if motion.swings is None:
            # Most of the time nothing moves: how it began is looked for only when it can matter.
            quick = float(travel[-1] - np.fmin.reduce(travel))
            if quick < motion.distance:
                progress = max(quick / motion.distance, 0.0)
                return Reading(progress, made=False, blocked_by=f"travel {quick:.1f}")
            window = history.window(STROKE_SPAN_S)
            travel = self._travel(window)
        # What came before a long gap is another movement; short gaps are bridged.
        seen = (~np.isnan(travel)).nonzero()[0]
        times = window.times[seen]
        gaps = (times[1:] - times[:-1] > _GAP_S).nonzero()[0]
        seen = seen[gaps[-1] + 1 :] if len(gaps) else seen
        if len(seen) < 3:
            return Reading(0.0, made=False, blocked_by="seen too shortly")
        read = self._read_stroke if motion.swings is None else self._read_swings
        return read(window, travel[seen], seen)

    def _travel(self, window: History.Window) -> FloatArray:
        """Position along the motion's direction, ``(N,)``."""
        motion = self._motion
        if len(self._rows) == 2:
            gap = window.points[:, self._rows[0]] - window.points[:, self._rows[1]]
            distance: FloatArray = np.sqrt((gap * gap).sum(axis=1))
            return -distance if motion.towards == "together" else distance
        if motion.towards == "camera":
            return window.reach[:, self._arm]
        path = window.points[:, self._rows[0]]
        if motion.towards is None:
            return path[:, 0 if motion.axis == "horizontal" else 1]
        axis, sign = _DIRECTIONS[motion.towards]
        return path[:, axis] * np.float32(sign)

    def _path(self, window: History.Window) -> FloatArray:
        """Where the point went, ``(N, 2)``; the travel alone where that is no position."""
        if len(self._rows) == 2 or self._motion.towards == "camera":
            return self._travel(window)[:, None]
        return window.points[:, self._rows[0]]

    def _has_companion(self, points: FloatArray, length: float) -> bool:
        """Whether the other hand moved along in the poses ``points`` ``(N, P, 2)``."""
        motion = self._motion
        horizontal = motion.towards in ("left", "right") or motion.axis == "horizontal"
        for row, share in self._others:
            extent = _range(points[:, row, 0 if horizontal else 1])
            if extent > _COMPANION * share * length:
                return True
        return False

    def _drift(self, window: History.Window, first: int) -> float:
        """How far the point went in any other direction than the motion's, since ``first``."""
        moved = window.points[-1, self._rows] - window.points[first, self._rows]
        dx, dy = moved.mean(axis=0).tolist()
        if len(self._rows) == 2:  # hands that part or meet do so about a point that stays
            return math.hypot(dx, dy)
        if self._motion.towards == "camera":
            return math.hypot(dx, dy)
        axis, _ = _DIRECTIONS[self._motion.towards or "up"]
        return abs(float(dy if axis == 0 else dx))

    def _read_stroke(
        self, window: History.Window, travel: FloatArray, seen: NDArray[np.intp]
    ) -> Reading:
        """Judge one stroke; ``travel`` has the samples at the window's rows ``seen``."""
        motion = self._motion
        times = window.times[seen]
        recent = int(times.searchsorted(times[-1] - motion.within_s - 1e-6))
        began = _stroke_start(times, travel)
        quick = float(travel[-1] - travel[max(began, recent) :].min())
        length = float(travel[-1] - travel[began])
        progress = min(max(quick / motion.distance, 0.0), 1.0)
        if quick < motion.distance:
            return Reading(progress, made=False, blocked_by=f"travel {quick:.1f}")
        if began == 0:
            return Reading(0.9, made=False, blocked_by="its start was not seen")
        if times[-1] - times[began] < _MIN_STROKE_S:
            return Reading(0.9, made=False, blocked_by="too quick for a hand")
        first = int(seen[began])
        objection = self._objection(window, [first], length)
        if objection:
            return Reading(0.9, made=False, blocked_by=objection)
        if not _slowing(times[began:], travel[began:], self._path(window)[seen[began:]]):
            return Reading(0.95, made=False, blocked_by="still under way")
        return Reading(1.0, made=True)

    def _objection(self, window: History.Window, starts: Sequence[int], length: float) -> str:
        """Say what about a movement is not as it should be; empty for nothing.

        ``starts`` are the rows of the window at which its strokes began, oldest first.
        """
        first = starts[0]
        if self._motion.swings is None and self._drift(window, first) > (
            self._motion.max_drift * length
        ):
            return "not straight enough"
        if self._has_companion(window.points[first:], length):
            return "the other hand moved along"
        for row in starts:
            margin, blocking = weakest(self._start, window.points[row], None, held=False)
            if margin < 0:
                return f"at its start: {blocking}"
        return ""

    def _read_swings(
        self, window: History.Window, travel: FloatArray, seen: NDArray[np.intp]
    ) -> Reading:
        """Judge a to-and-fro; ``travel`` has the samples at the window's rows ``seen``."""
        motion = self._motion
        needed = motion.swings or 0
        turns, rising = _turning_points(travel.tolist(), motion.distance)
        swings = len(turns)
        progress = min(swings / needed, 1.0)
        if swings < needed:
            return Reading(progress, made=False, blocked_by=f"swing {swings} of {needed}")
        # With a direction the travel is signed so that the last swing has to rise.
        if motion.towards is not None and not rising:
            return Reading(0.9, made=False, blocked_by="on the way back")
        starts = [int(seen[turn]) for turn in turns[-needed:]]
        objection = self._objection(window, starts, _range(travel[turns[-needed] :]))
        if objection:
            return Reading(0.9, made=False, blocked_by=objection)
        return Reading(1.0, made=True)


def _range(values: FloatArray) -> float:
    """Distance from the least to the greatest; 0 if none was seen."""
    seen = values[~np.isnan(values)]
    return float(seen.max() - seen.min()) if len(seen) else 0.0


def _stroke_start(times: NDArray[np.float64], travel: FloatArray) -> int:
    """Index of the last sample, before the newest, at which the point was not under way."""
    # At low frame rates one frame back is further than the pause asked for.
    before = np.searchsorted(times, times - _PAUSE_S - 1e-6)
    before = np.minimum(before, np.maximum(np.arange(len(times)) - 1, 0))
    span = np.maximum(times - times[before], 1e-3)
    under_way = (travel - travel[before]) / span > _PAUSE_SPEED
    under_way[-1] = True
    starts = np.flatnonzero(~under_way)
    return int(starts[-1]) if len(starts) else 0


def _slowing(times: NDArray[np.float64], travel: FloatArray, path: FloatArray) -> bool:
    """Whether the newest speed along the ``path`` ``(N, D)`` is well under the stroke's peak.

    A hand that only turns, to go on somewhere else, has not ended a stroke.
    """
    if len(travel) < 3:
        return False
    steps = np.maximum(np.diff(times), 1e-3)
    peak = (np.diff(travel) / steps).max()
    last = path[-1] - path[-2]
    return bool(math.sqrt(float(last @ last)) / steps[-1] <= _ENDING_SPEED * peak)


def _turning_points(signal: Sequence[float], amplitude: float) -> tuple[list[int], bool]:
    """Find the swings of a signal.

    Parameters
    ----------
    signal
        Samples, oldest first, none missing.
    amplitude
        Least length of a swing.

    Returns
    -------
    starts, rising
        Index where each swing of at least ``amplitude`` began (the newest one may still be going
        on), and whether the newest swing rises.
    """
    starts: list[int] = []
    rising = False
    low = high = 0
    for i, value in enumerate(signal):
        if value > signal[high]:
            high = i
        if value < signal[low]:
            low = i
        if (not starts or not rising) and value - signal[low] >= amplitude:
            starts.append(low)
            rising, high = True, i
        elif (not starts or rising) and signal[high] - value >= amplitude:
            starts.append(high)
            rising, low = False, i
        # Within a swing only the extreme it runs towards moves on.
        if starts and rising:
            low = high
        elif starts:
            high = low
    return starts, rising

"""What one stroke of a point, or of two, looked like: where it began, how it went, how it ended.

A stroke is looked at from its end, back to the last moment at which the point was not moving that
way: there it began, however long ago that is. Only measures; which strokes are gestures is for
`gesturepose.gestures.motions` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import FloatArray

_GAP_S = 0.3
"""A stroke survives this long a gap in which the point was not seen."""
TURNED_S = 0.2
"""A stroke that ends by turning back is recognised until this long after."""
_PAUSE_S = 0.1
_PAUSE_SPEED = 0.35
"""A point that advances more slowly than this (shoulder widths per second), on average over
`_PAUSE_S`, is not under way."""
_CORNER_SHARE = 0.3
"""The corner between preparation and stroke lies in this first part of the travel."""
_CORNER_S = 0.12
"""The speed at the start of a stroke is the least this long before and after."""
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
    """

    def __init__(
        self, rows: NDArray[np.intp], times: NDArray[np.float64], path: FloatArray
    ) -> None:
        self.rows = rows
        self.times = times
        self.path = path

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
        rows = (~np.isnan(path[:, 0])).nonzero()[0]
        seen = times[rows]
        gaps = (seen[1:] - seen[:-1] > _GAP_S).nonzero()[0]
        if len(gaps):
            rows = rows[gaps[-1] + 1 :]
            seen = times[rows]
        return cls(rows, seen, path[rows])

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def speeds(self) -> FloatArray:
        """Speeds ``(N,)`` along the path, each over the `_SPEED_S` before its sample."""
        times, path = self.times, self.path
        before = np.searchsorted(times, times - _SPEED_S + 1e-6, side="right") - 1
        before = np.clip(before, 0, np.maximum(np.arange(len(times)) - 1, 0))
        moved = path - path[before]
        span = np.maximum(times - times[before], 1e-3).astype(np.float32)
        speeds: FloatArray = np.sqrt((moved * moved).sum(axis=1)) / span
        speeds[0] = speeds[1]
        return speeds

    @cached_property
    def pauses(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """For each sample, the one `_PAUSE_S` before it and the seconds between, both ``(N,)``."""
        times = self.times
        # At low frame rates one frame back is further than the pause asked for.
        before = np.searchsorted(times, times - _PAUSE_S - 1e-6)
        before = np.minimum(before, np.maximum(np.arange(len(times)) - 1, 0))
        return before, np.maximum(times - times[before], 1e-3)


@dataclass(frozen=True, slots=True)
class Advance:
    """How far the newest samples led in a stroke's direction; lengths in shoulder widths.

    Attributes
    ----------
    began, furthest
        Indices of the samples where it began and where it had come furthest.
    start_seen
        Whether anything was seen before it began.
    quick
        Travel within the time a stroke may take.
    length
        Travel in all.
    """

    began: int
    furthest: int
    start_seen: bool
    quick: float
    length: float


@dataclass(frozen=True, slots=True)
class Stroke(Advance):
    """An advance with the way it went; lengths in shoulder widths.

    Attributes
    ----------
    detour
        How much further the way was than the travel.
    duration_s
        Seconds from its beginning to where it had come furthest.
    peak
        Its greatest speed, per second.
    start_speed
        Speed at its start as a fraction of the peak: near 0 after a pause or a sharp turn.
    stray
        How far from its start the point was during the pause that was asked for.
    slowed_to
        Least speed since the peak as a fraction of it.
    over_s
        For how long it has been over without a break; 0 while it goes on.
    """

    detour: float
    duration_s: float
    peak: float
    start_speed: float
    stray: float
    slowed_to: float
    over_s: float


def find_advance(trail: Trail, travel: FloatArray, *, within_s: float) -> Advance:
    """Find the advance that the newest samples belong to.

    Parameters
    ----------
    trail
        Of N samples, at least 3.
    travel
        ``(N,)`` position along the stroke's direction.
    within_s
        How long a stroke may take.
    """
    times = trail.times
    # A stroke that has just turned back is still judged by how far it came.
    late = int(times.searchsorted(times[-1] - TURNED_S - 1e-6))
    last = late + int(travel[late:].argmax())
    start = _find_start(trail, travel, last)
    began = start
    if start > 0 and trail.path.shape[1] > 1:
        began = _find_corner(travel[: last + 1], trail.speeds, start)
    recent = int(times.searchsorted(times[last] - within_s - 1e-6))
    return Advance(
        began=began,
        furthest=last,
        start_seen=start > 0,
        quick=float(travel[last] - travel[max(began, min(recent, last)) : last + 1].min()),
        length=float(travel[last] - travel[began]),
    )


def measure_stroke(
    trail: Trail, advance: Advance, place: FloatArray, *, pause_s: float, end_speed: float
) -> Stroke:
    """Measure the way of an advance.

    Parameters
    ----------
    trail
        Of N samples; speeds and the way are measured along its path.
    advance
        What was found on it.
    place
        ``(N, 2)`` where the point was, for its pause.
    pause_s
        How long before its start the point is looked at.
    end_speed
        The stroke is over when its speed has fallen to this fraction of the peak.
    """
    times, path, speeds = trail.times, trail.path, trail.speeds
    began, last = advance.began, advance.furthest
    steps = np.diff(path[began : last + 1], axis=0)
    way = float(np.sqrt((steps * steps).sum(axis=1)).sum())
    fastest = began + int(speeds[began : last + 1].argmax())
    peak = max(float(speeds[fastest]), 1e-6)
    around = np.abs(times - times[began]) <= _CORNER_S
    before = int(times.searchsorted(times[began] - pause_s - 1e-6))
    stray = place[before : began + 1] - place[began]
    slow = speeds[fastest:] <= end_speed * peak
    still_going = np.flatnonzero(~slow)
    over = fastest + (int(still_going[-1]) + 1 if len(still_going) else 0)
    return Stroke(
        began=began,
        furthest=last,
        start_seen=advance.start_seen,
        quick=advance.quick,
        length=advance.length,
        detour=way - advance.length,
        duration_s=float(times[last] - times[began]),
        peak=peak,
        start_speed=float(speeds[around].min()) / peak,
        stray=float(np.sqrt((stray * stray).sum(axis=1)).max()),
        slowed_to=float(speeds[fastest:].min()) / peak,
        over_s=float(times[-1] - times[over]) if over < len(times) else 0.0,
    )


def _find_start(trail: Trail, travel: FloatArray, last: int) -> int:
    """Index of the last sample before ``last`` at which the point was not under way."""
    before, span = trail.pauses
    advanced = travel[:last] - travel[before[:last]]
    starts = (advanced / span[:last] <= _PAUSE_SPEED).nonzero()[0]
    return int(starts[-1]) if len(starts) else 0


def _find_corner(travel: FloatArray, speeds: FloatArray, start: int) -> int:
    """Index of the slowest sample early in the stroke: there its preparation turned into it."""
    advanced = travel[start:] - travel[start]
    share = advanced / max(float(travel[-1] - travel[start]), 1e-6)
    later = int((share <= _CORNER_SHARE).nonzero()[0][-1])
    return start + int(speeds[start : start + later + 1].argmin())


def turning_points(signal: Sequence[float], amplitude: float) -> tuple[list[int], bool]:
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

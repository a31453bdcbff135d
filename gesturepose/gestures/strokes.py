"""What one stroke of a point, or of two, looked like: where it began, how it went, how it ended.

A stroke is looked at from its end, back to the last moment at which the point was not moving that
way: there it began, however long ago that is. Only measures; which strokes are gestures is for
`gesturepose.gestures.motions` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import FloatArray

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


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke; lengths in shoulder widths.

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

    began: int
    furthest: int
    start_seen: bool
    quick: float
    length: float
    detour: float
    duration_s: float
    peak: float
    start_speed: float
    stray: float
    slowed_to: float
    over_s: float


def measure_stroke(  # noqa: PLR0913 - four series and three limits, which are keyword-only
    times: NDArray[np.float64],
    travel: FloatArray,
    path: FloatArray,
    place: FloatArray,
    *,
    within_s: float,
    pause_s: float,
    end_speed: float,
) -> Stroke:
    """Measure the stroke that the newest samples belong to.

    Parameters
    ----------
    times
        ``(N,)`` seconds, oldest first, N at least 3.
    travel
        ``(N,)`` position along the stroke's direction.
    path
        ``(N, D)`` where it went; speeds and the way are measured along it.
    place
        ``(N, 2)`` where the point was, for its pause.
    within_s
        How long a stroke may take.
    pause_s
        How long before its start the point is looked at.
    end_speed
        The stroke is over when its speed has fallen to this fraction of the peak.
    """
    # A stroke that has just turned back is still judged by how far it came.
    late = int(times.searchsorted(times[-1] - TURNED_S - 1e-6))
    last = late + int(travel[late:].argmax())
    speeds = _measure_speeds(times, path)
    start = _find_start(times[: last + 1], travel[: last + 1])
    began = start
    if start > 0 and path.shape[1] > 1:
        began = _find_corner(travel[: last + 1], speeds, start)
    recent = int(times.searchsorted(times[last] - within_s - 1e-6))
    length = float(travel[last] - travel[began])
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
        start_seen=start > 0,
        quick=float(travel[last] - travel[max(began, min(recent, last)) : last + 1].min()),
        length=length,
        detour=way - length,
        duration_s=float(times[last] - times[began]),
        peak=peak,
        start_speed=float(speeds[around].min()) / peak,
        stray=float(np.sqrt((stray * stray).sum(axis=1)).max()),
        slowed_to=float(speeds[fastest:].min()) / peak,
        over_s=float(times[-1] - times[over]) if over < len(times) else 0.0,
    )


def _find_start(times: NDArray[np.float64], travel: FloatArray) -> int:
    """Index of the last sample, before the newest, at which the point was not under way."""
    # At low frame rates one frame back is further than the pause asked for.
    before = np.searchsorted(times, times - _PAUSE_S - 1e-6)
    before = np.minimum(before, np.maximum(np.arange(len(times)) - 1, 0))
    span = np.maximum(times - times[before], 1e-3)
    under_way = (travel - travel[before]) / span > _PAUSE_SPEED
    under_way[-1] = True
    starts = np.flatnonzero(~under_way)
    return int(starts[-1]) if len(starts) else 0


def _find_corner(travel: FloatArray, speeds: FloatArray, start: int) -> int:
    """Index of the slowest sample early in the stroke: there its preparation turned into it."""
    share = (travel - travel[start]) / max(float(travel[-1] - travel[start]), 1e-6)
    later = int(np.flatnonzero(share[start:] <= _CORNER_SHARE)[-1])
    return start + int(speeds[start : start + later + 1].argmin())


def _measure_speeds(times: NDArray[np.float64], path: FloatArray) -> FloatArray:
    """Speeds ``(N,)`` along the path ``(N, D)``, each over the `_SPEED_S` before its sample."""
    before = np.searchsorted(times, times - _SPEED_S + 1e-6, side="right") - 1
    before = np.clip(before, 0, np.maximum(np.arange(len(times)) - 1, 0))
    moved = path - path[before]
    span = np.maximum(times - times[before], 1e-3).astype(np.float32)
    speeds: FloatArray = np.sqrt((moved * moved).sum(axis=1)) / span
    speeds[0] = speeds[1]
    return speeds


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

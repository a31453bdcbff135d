"""What one stroke of a point, or of two, looked like: where it began, how it went, how it ended.

A stroke is looked at from its end, back to the last moment at which the point was not moving that
way: there it began, however long ago that is. Only measures; which strokes are gestures is for
`gesturepose.gestures.motions` to say.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.gestures.trails import square

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import FloatArray
    from gesturepose.gestures.trails import Trail

TURNED_S = 0.2
"""A stroke that ends by turning back is recognised until this long after."""
_PAUSE_S = 0.1
_PAUSE_SPEED = 0.35
"""A point that advances more slowly than this (shoulder widths per second), on average over
`_PAUSE_S`, is not under way."""
_STOPPED = 0.015
"""So near (shoulder widths) to where it came furthest a point has arrived: one that stops goes on a
little, and where pictures are seldom it would seem to be at rest before the stroke is over."""
_CORNER_SHARE = 0.3
"""The corner between preparation and stroke lies in this first part of the travel."""
_CORNER_S = 0.12
"""The speed at the start of a stroke is the least this long before and after."""


@dataclass(frozen=True, slots=True)
class Advance:
    """How far the newest samples led in a stroke's direction; lengths in shoulder widths.

    Attributes
    ----------
    began, furthest
        Indices of the samples where it began and where it had come as good as furthest.
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
    moments, way = trail.moments, travel.tolist()
    # A stroke that has just turned back is still judged by how far it came.
    lately = way[bisect_left(moments, moments[-1] - TURNED_S - 1e-6) :]
    there = max(lately) - _STOPPED
    arrived = next(i for i, at in enumerate(lately) if at >= there)
    last = len(way) - len(lately) + arrived
    start = _find_start(moments, way, last)
    began = start
    if start > 0 and trail.path.shape[1] > 1:
        began = _find_corner(way, trail.speeds, start, last)
    recent = bisect_left(moments, moments[last] - within_s - 1e-6)
    nearest = min(way[max(began, min(recent, last)) : last + 1])
    return Advance(
        began=began,
        furthest=last,
        start_seen=start > 0,
        # As single as the positions are.
        quick=float(np.float32(way[last] - nearest)),
        length=float(np.float32(way[last] - way[began])),
    )


def find_peak(trail: Trail, advance: Advance) -> float:
    """Greatest speed of an advance, per second."""
    return max(float(trail.speeds[advance.began : advance.furthest + 1].max()), 1e-6)


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
    moments, path, speeds = trail.moments, trail.path, trail.speeds
    began, last = advance.began, advance.furthest
    way = float(np.sqrt(square(path[began + 1 : last + 1] - path[began:last])).sum())
    fastest = began + int(speeds[began : last + 1].argmax())
    slowing = speeds[fastest:].tolist()
    peak = max(slowing[0], 1e-6)
    first, beyond = _find_corner_span(moments, began)
    before = bisect_left(moments, moments[began] - pause_s - 1e-6)
    stray = place[before : began + 1] - place[began]
    over = len(slowing)
    while over > 0 and slowing[over - 1] <= end_speed * peak:
        over -= 1
    return Stroke(
        began=began,
        furthest=last,
        start_seen=advance.start_seen,
        quick=advance.quick,
        length=advance.length,
        detour=way - advance.length,
        duration_s=moments[last] - moments[began],
        peak=peak,
        start_speed=float(speeds[first:beyond].min()) / peak,
        stray=float(np.sqrt(square(stray).max())),
        slowed_to=min(slowing) / peak,
        over_s=moments[-1] - moments[fastest + over] if over < len(slowing) else 0.0,
    )


def _find_start(moments: Sequence[float], way: Sequence[float], last: int) -> int:
    """Index of the last sample before ``last`` at which the point was not under way.

    It is looked for backwards from there, as it is seldom far.
    """
    paused = last  # index of the first sample at most `_PAUSE_S` before another
    for i in range(last - 1, -1, -1):
        now = moments[i]
        limit = now - _PAUSE_S - 1e-6
        while paused > 0 and moments[paused - 1] >= limit:
            paused -= 1
        # At low frame rates one frame back is further than the pause asked for.
        before = min(paused, max(i - 1, 0))
        if way[i] - way[before] <= _PAUSE_SPEED * max(now - moments[before], 1e-3):
            return i
    return 0


def _find_corner(way: Sequence[float], speeds: FloatArray, start: int, last: int) -> int:
    """Index of the slowest sample early in the stroke: there its preparation turned into it."""
    limit = _CORNER_SHARE * max(way[last] - way[start], 1e-6)
    later = last
    while way[later] - way[start] > limit:
        later -= 1
    return start + int(speeds[start : later + 1].argmin())


def _find_corner_span(moments: Sequence[float], began: int) -> tuple[int, int]:
    """First sample, and the one beyond the last, within `_CORNER_S` of where a stroke began."""
    first, last, middle = began, began, moments[began]
    while first > 0 and middle - moments[first - 1] <= _CORNER_S:
        first -= 1
    while last + 1 < len(moments) and moments[last + 1] - middle <= _CORNER_S:
        last += 1
    return first, last + 1


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

"""What is measured of a stroke: where it began, how it went, and whether it is over."""

from __future__ import annotations

import math
from dataclasses import astuple
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.gestures.strokes import Stroke, find_advance, measure_stroke
from gesturepose.gestures.trails import Trail

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.datatypes import FloatArray

    Way = Callable[[float], tuple[float, float]]

STILL_S, STROKE_S = 0.6, 0.4
END_SPEED = 0.35


def ease(share: float) -> float:
    """Minimum-jerk progress (Flash and Hogan, 1985)."""
    share = min(max(share, 0.0), 1.0)
    return share**3 * (10 - 15 * share + 6 * share**2)


def straight(t: float, length: float = 1.0) -> tuple[float, float]:
    """Still at the origin, then to the right, then still."""
    return length * ease((t - STILL_S) / STROKE_S), 0.0


def bowed(t: float) -> tuple[float, float]:
    """From the same place to the same place, over half a circle."""
    angle = math.pi * ease((t - STILL_S) / STROKE_S)
    return (1.0 - math.cos(angle)) / 2.0, math.sin(angle) / 2.0


def circle(t: float) -> tuple[float, float]:
    """Round and round, all the time."""
    return -math.cos(2 * math.pi * t / 0.8) / 2.0, math.sin(2 * math.pi * t / 0.8) / 2.0


def raised_then_swept(t: float) -> tuple[float, float]:
    """Up in the first 0.6 s, drifting over a little, and then to the right without a stop."""
    return 0.12 * ease(t / 0.6) + ease((t - 0.55) / STROKE_S), ease(t / 0.6) - 1.0


def there_and_back(t: float) -> tuple[float, float]:
    """To the right and at once back again."""
    return straight(t)[0] - ease((t - STILL_S - STROKE_S) / STROKE_S), 0.0


def measure(
    way: Way, *, until_s: float, fps: float = 60.0, within_s: float = 0.5, pause_s: float = 0.0
) -> Stroke:
    """Look at a way from time 0 to ``until_s``, as a stroke to the right."""
    times = np.arange(0.0, until_s + 1e-9, 1.0 / fps)
    path: FloatArray = np.array([way(float(t)) for t in times], np.float32)
    return of(times, path, within_s=within_s, pause_s=pause_s)


def of(
    times: np.ndarray, path: FloatArray, *, within_s: float = 0.5, pause_s: float = 0.0
) -> Stroke:
    trail = Trail.find(times, path)
    advance = find_advance(trail, trail.path[:, 0], within_s=within_s)
    return measure_stroke(trail, advance, trail.path, pause_s=pause_s, end_speed=END_SPEED)


@pytest.mark.parametrize("fps", [15.0, 24.0, 30.0, 60.0])
def test_a_straight_stroke_from_rest_to_rest(fps: float) -> None:
    stroke = measure(straight, until_s=1.1, fps=fps)
    assert stroke.start_seen
    # Its last, slowest part does not count.
    assert stroke.length == pytest.approx(1.0, abs=0.05)
    assert stroke.quick == pytest.approx(1.0, abs=0.05)
    assert stroke.detour == pytest.approx(0.0, abs=0.01)
    assert stroke.duration_s == pytest.approx(STROKE_S, abs=0.1)
    # A minimum-jerk movement peaks at 1.875 times its mean speed.
    assert stroke.peak == pytest.approx(1.875 / STROKE_S, rel=0.2)
    assert stroke.start_speed < 0.1
    assert stroke.stray < 0.05
    assert stroke.slowed_to < END_SPEED
    assert stroke.over_s == pytest.approx(0.15, abs=0.1)


def test_a_hand_that_creeps_on_after_a_stroke_has_made_it() -> None:
    """At 15 pictures a second the creeping is a pause, and the end of no stroke."""
    times = np.array([*(i / 15 for i in range(16))])
    way = [0.0] * 9 + [0.15, 0.55, 0.9, 0.992, 0.995, 0.998, 1.0]
    path = np.array([(x, 0.0) for x in way], np.float32)
    for end in (14, 15, 16):
        stroke = of(times[:end], path[:end])
        assert stroke.length > 0.98
        assert stroke.slowed_to < END_SPEED
    assert of(times, path).over_s >= 0.06


def test_a_stroke_still_under_way_is_not_over() -> None:
    stroke = measure(straight, until_s=STILL_S + 0.6 * STROKE_S)
    assert stroke.length == pytest.approx(ease(0.6), abs=0.06)
    assert stroke.slowed_to > END_SPEED
    assert stroke.over_s == 0.0


def test_a_stroke_is_over_from_the_moment_it_has_slowed() -> None:
    over = [measure(straight, until_s=i / 60).over_s for i in range(59, 69)]
    assert over[0] > 0.0
    assert np.diff(over) == pytest.approx(1 / 60)


def test_half_a_circle_is_a_detour() -> None:
    stroke = measure(bowed, until_s=1.1)
    assert stroke.length == pytest.approx(1.0, abs=0.05)
    # Less than pi / 2 - 1: the first bit of it goes up only.
    assert 0.3 < stroke.detour < math.pi / 2 - 1.0
    assert stroke.start_speed < 0.1


@pytest.mark.parametrize("until_s", [1.6 + i * 0.1 for i in range(9)])
def test_going_round_neither_starts_nor_stops(until_s: float) -> None:
    stroke = measure(circle, until_s=until_s)
    assert stroke.start_speed > 0.8
    assert stroke.slowed_to > 0.8
    assert stroke.over_s == 0.0


def test_a_preparation_that_turns_into_the_stroke_is_left_out() -> None:
    """The corner is where the stroke began, not where the hand set out."""
    stroke = measure(raised_then_swept, until_s=1.0)
    began_s = stroke.began / 60.0
    assert 0.45 <= began_s <= 0.7
    assert stroke.length == pytest.approx(1.0, abs=0.12)
    assert stroke.detour < 0.1


def test_a_stroke_that_has_just_turned_back_is_still_that_stroke() -> None:
    turned_s = STILL_S + STROKE_S
    just_after = measure(there_and_back, until_s=turned_s + 0.1)
    assert just_after.length == pytest.approx(1.0, abs=0.03)
    assert just_after.furthest / 60.0 == pytest.approx(turned_s, abs=0.04)
    # When it is back, it is no stroke that way any more.
    back = measure(there_and_back, until_s=turned_s + STROKE_S + 0.3)
    assert back.length < 0.1
    assert back.quick < 0.1


def test_slow_travel_counts_only_as_far_as_the_time_allows() -> None:
    stroke = measure(lambda t: (0.5 * (t - 0.5) if t > 0.5 else 0.0, 0.0), until_s=2.5)
    assert stroke.length > 0.6
    assert stroke.quick == pytest.approx(0.25, abs=0.02)


def test_a_movement_that_was_never_seen_to_start_says_so() -> None:
    times = np.arange(0.0, 0.3, 1 / 60)
    path = np.array([(3.0 * t, 0.0) for t in times], np.float32)
    assert not of(times, path).start_seen


def test_straying_is_looked_at_for_as_long_as_the_pause() -> None:
    """Down by half a shoulder width until 0.15 s before the stroke."""

    def way(t: float) -> tuple[float, float]:
        return straight(t)[0], -0.5 * ease((t - 0.2) / 0.25)

    assert measure(way, until_s=1.05, pause_s=0.1).stray < 0.1
    assert measure(way, until_s=1.05, pause_s=0.3).stray > 0.12


@pytest.mark.parametrize("gap", [(0.7, 0.8), (0.75, 0.9), (0.85, 0.95)])
def test_frames_that_are_missing_change_little(gap: tuple[float, float]) -> None:
    times = np.arange(0.0, 1.1, 1 / 30)
    times = times[(times < gap[0]) | (times > gap[1])]
    stroke = of(times, np.array([straight(float(t)) for t in times], np.float32))
    assert stroke.length == pytest.approx(1.0, abs=0.03)
    assert stroke.duration_s == pytest.approx(STROKE_S, abs=0.1)
    assert stroke.detour == pytest.approx(0.0, abs=0.01)
    assert stroke.over_s > 0.0


@given(
    length=st.floats(0.5, 3.0),
    x=st.floats(-3.0, 3.0),
    y=st.floats(-3.0, 3.0),
    start_s=st.floats(0.0, 1e5),
)
def test_place_and_time_do_not_matter(length: float, x: float, y: float, start_s: float) -> None:
    times = np.arange(0.0, 1.05, 1 / 30)
    path = np.array([straight(float(t), length) for t in times], np.float32)
    here = of(times, path)
    there = of(times + start_s, path + np.array((x, y), np.float32))
    assert astuple(there) == pytest.approx(astuple(here), abs=2e-3)


@given(scale=st.floats(1.0, 3.0))
def test_a_longer_stroke_in_the_same_time_is_that_much_faster(scale: float) -> None:
    one = measure(lambda t: straight(t, 1.0), until_s=1.05)
    more = measure(lambda t: straight(t, scale), until_s=1.05)
    assert more.length == pytest.approx(scale * one.length, rel=0.03)
    assert more.peak == pytest.approx(scale * one.peak, rel=0.03)
    assert more.slowed_to == pytest.approx(one.slowed_to, abs=0.02)


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=3, max_size=60),
    st.sampled_from([1 / 60, 1 / 30, 1 / 15]),
    st.floats(0.0, 0.5),
)
def test_whatever_the_way_the_measures_make_sense(
    points: list[tuple[float, float]], step_s: float, pause_s: float
) -> None:
    times = np.arange(len(points)) * step_s
    path = np.array(points, np.float32)
    stroke = of(times, path, pause_s=pause_s)
    assert 0 <= stroke.began <= stroke.furthest < len(points)
    assert np.isfinite(astuple(stroke)).all()
    assert stroke.detour >= -1e-4
    assert stroke.quick >= 0.0
    assert stroke.peak > 0.0
    assert stroke.start_speed >= 0.0
    assert 0.0 <= stroke.over_s <= times[-1]
    assert 0.0 <= stroke.duration_s <= times[-1]
    assert stroke.stray >= 0.0


def test_a_trail_begins_after_the_last_long_gap() -> None:
    times = np.array([0.0, 0.1, 0.2, 0.6, 0.7, 0.8, 0.9, 1.0])
    path = np.arange(16, dtype=np.float32).reshape(8, 2)
    path[5] = np.nan
    trail = Trail.find(times, path)
    assert trail.rows.tolist() == [3, 4, 6, 7]
    assert trail.times.tolist() == [0.6, 0.7, 0.9, 1.0]
    assert trail.path[:, 0].tolist() == [6.0, 8.0, 12.0, 14.0]
    path[:] = np.nan
    assert len(Trail.find(times, path)) == 0

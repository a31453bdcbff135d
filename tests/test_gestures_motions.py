"""Strokes and to-and-fros, and the history they are read from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_body import points_with

from gesturepose.gestures.body import BodyPose
from gesturepose.gestures.history import REACH, History
from gesturepose.gestures.motions import MotionReader
from gesturepose.gestures.points import ROWS
from gesturepose.gestures.settings import Motion, PoseRule
from gesturepose.gestures.strokes import turning_points


def body_at(t: float, *, carried_on: bool = False, **points: tuple[float, float]) -> BodyPose:
    return BodyPose(
        points=points_with(**points),
        observed=np.full(len(ROWS), not carried_on),
        speeds=np.zeros(len(ROWS), np.float32),
        reach=np.zeros(2, np.float32),
        unit_px=100.0,
        facing=1.0,
        body_speed=0.0,
        timestamp=t,
    )


# History


def test_history_keeps_the_newest_seconds_and_forgets_the_rest() -> None:
    history = History(span_s=1.0, capacity=8)
    for i in range(100):
        history.append(body_at(i * 0.2))
        window = history.window(10.0)
        assert window.times[-1] == pytest.approx(i * 0.2)
        assert len(window.times) == min(i + 1, 6)
        assert np.all(np.diff(window.times) > 0)
    history.clear()
    assert len(history) == 0


# Motions


def reading_of(
    motion: Motion,
    path: list[tuple[float, float]],
    *,
    fps: float = 30.0,
    observed_until: int = 1000,
) -> bool:
    """Whether a right wrist that follows ``path`` makes the motion at some moment."""
    history = History(3.0)
    reader = MotionReader(motion, "right")
    made = False
    for i, (x, y) in enumerate(path):
        pose = body_at(
            i / fps, carried_on=i >= observed_until, right_wrist=(x, y), mid_shoulder=(0, 0)
        )
        history.append(pose)
        made = made or reader.read(history).made
    return made


UP = Motion(keypoint="either_wrist", towards="up", distance=0.8, within_s=0.5, max_drift=0.5)
STILL = [(1.0, 0.0)] * 15


def line(dx: float, dy: float, seconds: float) -> list[tuple[float, float]]:
    count = int(seconds * 30)
    steps = [i / count for i in range(1, count + 1)]
    eased = [s**3 * (10 - 15 * s + 6 * s**2) for s in steps]
    return [(1.0 + dx * s, dy * s) for s in eased]


@pytest.mark.parametrize(
    ("path", "made"),
    [
        pytest.param([*STILL, *line(0.0, 1.0, 0.4)], True, id="up"),
        pytest.param([*STILL, *line(0.3, 1.0, 0.4)], True, id="up with a drift"),
        pytest.param([*STILL, *line(1.0, 1.0, 0.4)], False, id="diagonal"),
        pytest.param([*STILL, *line(0.0, 0.6, 0.4)], False, id="short"),
        pytest.param([*STILL, *line(0.0, 1.0, 2.0)], False, id="slow"),
        pytest.param([*STILL, *line(0.0, -1.0, 0.4)], False, id="down"),
        pytest.param([*line(0.0, 1.0, 0.4)[5:]], False, id="its start was not seen"),
        pytest.param(
            [*STILL, (1.0, 0.5), (1.0, 0.9), (1.0, 1.0)], False, id="a keypoint that jumps"
        ),
        pytest.param(
            [*STILL, *line(0.0, 1.0, 0.4), *[(1.0 + 0.15 * i, 1.0) for i in range(1, 5)]],
            True,
            id="up and, after a stop, aside",
        ),
        pytest.param(
            [*STILL, *[(1.0 + max(0.0, 0.3 * (i - 5)), 0.15 * i - 0.01 * i**2) for i in range(10)]],
            False,
            id="turning aside without a stop",
        ),
        pytest.param(
            [
                *STILL,
                *line(0.0, 1.0, 0.4)[:5],
                *[(math.nan, math.nan)] * 4,
                (1.0, 0.99),
                *[(1.0, 1.0)] * 3,
            ],
            True,
            id="short gap",
        ),
        pytest.param(
            [*STILL, *[(math.nan, math.nan)] * 15, *[(1.0, 1.0)] * 6], False, id="long gap"
        ),
        pytest.param([*STILL, *line(0.0, 1.2, 0.4)[:9]], False, id="still under way"),
    ],
)
def test_strokes(path: list[tuple[float, float]], *, made: bool) -> None:
    assert reading_of(UP, path) is made


def test_a_keypoint_carried_on_makes_no_stroke() -> None:
    """The tracker carries a lost wrist on at its last speed; nobody saw it go there."""
    path = [*STILL, *line(0.0, 1.2, 0.4), *[(1.0, 1.2)] * 4]
    seen_until = len(STILL) + 5
    assert reading_of(UP, path)
    assert not reading_of(UP, path, observed_until=seen_until)
    # What was seen before and after a moment in which it was not is a stroke all the same.
    history, reader, made = History(3.0), MotionReader(UP, "right"), False
    for i, (x, y) in enumerate(path):
        lost = seen_until <= i < seen_until + 4
        history.append(body_at(i / 30, carried_on=lost, right_wrist=(x, y), mid_shoulder=(0, 0)))
        reading = reader.read(history)
        assert not (reading.made and lost)
        made = made or reading.made
    assert made


def test_a_pause_before_the_stroke_is_asked_for() -> None:
    paused = UP.model_copy(update={"pause_s": 0.2})
    assert reading_of(paused, [*STILL, *line(0.0, 1.0, 0.4), *[(1.0, 1.0)] * 3])
    came_from_aside = [*[(3.0, 0.0)] * 15, *[(x + 2.0, y) for x, y in line(-2.0, 0.0, 0.4)]]
    path = [*came_from_aside, *line(0.0, 1.0, 0.4), *[(1.0, 1.0)] * 3]
    assert reading_of(UP, path)
    assert not reading_of(paused, path)


def test_a_stroke_that_is_to_settle_is_none_while_it_goes_on_elsewhere() -> None:
    settled = UP.model_copy(update={"settle_s": 0.15})
    stroke = [*STILL, *line(0.0, 1.0, 0.4)]
    assert reading_of(settled, [*stroke, *[(1.0, 1.0)] * 6])
    # Without a stop the hand turns round and goes on, as quickly as it came.
    back = [(x, 1.0 - y) for x, y in line(0.0, 1.0, 0.3)]
    assert reading_of(UP, [*stroke, *back])
    assert not reading_of(settled, [*stroke, *back])


@pytest.mark.parametrize("around", [-1.0, 1.0])
@pytest.mark.parametrize("round_s", [0.5, 0.8, 1.2])
def test_going_round_in_a_circle_makes_no_stroke(round_s: float, around: float) -> None:
    turns = [2 * math.pi * i / (30 * round_s) for i in range(90)]
    circle = [(1.0 + 0.6 * math.cos(a), 0.6 * math.sin(around * a)) for a in turns]
    for towards in ("up", "down", "left", "right"):
        motion = UP.model_copy(update={"towards": towards})
        assert not reading_of(motion, [*[circle[0]] * 15, *circle])


def test_both_hands_take_part_when_they_part() -> None:
    motion = Motion(between=("left_wrist", "right_wrist"), towards="apart", distance=1.0)
    for share_left, made in ((0.5, True), (0.3, True), (0.1, False)):
        history, reader, found = History(3.0), MotionReader(motion, None), False
        way = [0.0] * 15 + [x - 1.0 for x, _ in line(1.6, 0.0, 0.4)] + [1.6] * 3
        for i, gap in enumerate(way):
            left, right = (-share_left * gap, 0.0), ((1.0 - share_left) * gap, 0.0)
            history.append(body_at(i / 30, left_wrist=left, right_wrist=right))
            found = found or reader.read(history).made
        assert found is made, share_left


def test_a_reading_explains_itself_without_changing_its_mind() -> None:
    history, reader = History(3.0), MotionReader(UP, "right")
    for i, (x, y) in enumerate([*STILL, *line(0.4, 1.0, 0.4), *[(1.4, 1.0)] * 8]):
        history.append(body_at(i / 30, right_wrist=(x, y), mid_shoulder=(0, 0)))
        short, full = reader.read(history), reader.read(history, explain=True)
        assert short.made is full.made
        assert full.made is all(rule.met for rule in full.rules)
        assert short.progress == pytest.approx(full.progress, abs=0.2) or not short.rules


def test_rules_at_the_start_are_read_where_the_stroke_began() -> None:
    start = (PoseRule(above=("either_wrist", "mid_shoulder"), margin=-0.3),)
    from_high = UP.model_copy(update={"start": start})
    assert reading_of(from_high, [*STILL, *line(0.0, 1.0, 0.4)])
    below = [(x, y - 1.0) for x, y in [*STILL, *line(0.0, 1.0, 0.4)]]
    assert reading_of(UP, below)
    assert not reading_of(from_high, below)


@given(
    amplitude=st.floats(0.2, 2.0),
    swings=st.integers(1, 8),
    samples=st.integers(4, 12),
    first_up=st.booleans(),
)
def test_every_swing_is_found(
    amplitude: float, swings: int, samples: int, *, first_up: bool
) -> None:
    signal, value, sign = [0.0], 0.0, 1.0 if first_up else -1.0
    for _ in range(swings):
        signal += [value + sign * amplitude * (i + 1) / samples for i in range(samples)]
        value, sign = signal[-1], -sign
    starts, rising = turning_points(signal, 0.9 * amplitude)
    assert len(starts) == swings
    assert starts == sorted(starts)
    assert rising is ((swings % 2 == 1) is first_up)


@pytest.mark.parametrize(("frames", "made"), [(1, False), (2, False), (4, True), (8, True)])
def test_swings_take_their_time(frames: int, *, made: bool) -> None:
    """Three of 67 ms each are keypoints that are mixed up; of 133 ms each, a quick clap."""
    to_and_fro = Motion(
        keypoint="either_wrist", axis="vertical", swings=3, distance=0.4, within_s=1.5
    )
    heights = [i / frames for i in range(1, frames + 1)]
    up, down = heights, [1.0 - height for height in heights]
    path = [*STILL, *((1.0, 0.6 * height) for height in (*up, *down, *up))]
    assert reading_of(to_and_fro, path) is made


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=60))
def test_jitter_has_no_swings(signal: list[float]) -> None:
    assert turning_points(signal, 0.5) == ([], False)


# What rules of the same seconds share

MOTIONS = [
    *(UP.model_copy(update={"towards": way}) for way in ("up", "down", "left", "right")),
    UP.model_copy(update={"towards": "left", "distance": 0.4, "within_s": 0.3}),
    Motion(keypoint="either_wrist", axis="horizontal", swings=3, distance=0.3, within_s=1.2),
    Motion(between=("left_wrist", "right_wrist"), towards="apart", distance=0.6),
    Motion(between=("left_wrist", "right_wrist"), towards="together", distance=0.6),
    Motion(between=("left_wrist", "right_wrist"), towards="together", swings=2, distance=0.3),
    Motion(keypoint="right_wrist", towards="camera", distance=0.4),
]


def restless(seed: int, frames: int) -> list[BodyPose]:
    """Hands that go somewhere else every few frames and are lost now and then."""
    rng = np.random.default_rng(seed)
    goals = rng.uniform(-1.5, 1.5, (frames // 6 + 2, 3, 2))
    lost = rng.random((frames, 2)) < 0.1
    lost[frames // 2 : frames // 2 + int(rng.integers(0, 15)), 0] = True
    poses = []
    for i in range(frames):
        share = (i % 6) / 6
        left, right, reach = goals[i // 6] * (1 - share) + goals[i // 6 + 1] * share
        pose = body_at(
            i / 30,
            left_wrist=(math.nan, math.nan) if lost[i, 0] else tuple(left.tolist()),
            right_wrist=tuple(right.tolist()),
        )
        pose.reach[:] = reach
        pose.observed[ROWS["right_wrist"]] = not lost[i, 1]
        poses.append(pose)
    return poses


@pytest.mark.parametrize("seed", range(6))
def test_readers_do_not_disturb_each_other(seed: int) -> None:
    """Every reader says what it would say alone, whoever read the same moment before it."""
    readers = [MotionReader(motion, side) for motion in MOTIONS for side in ("left", "right")]
    shared, alone = History(3.0), [History(3.0) for _ in readers]
    told = set()
    for pose in restless(seed, 120):
        shared.append(pose)
        together = [reader.read(shared) for reader in readers]
        for reader, history, reading in zip(readers, alone, together, strict=True):
            history.append(pose)
            assert repr(reader.read(history)) == repr(reading)
            told.add(reading.made or str(reading.obstacle))
    assert len(told) > 10


@pytest.mark.parametrize("seed", range(6))
def test_what_is_not_looked_at_would_not_have_mattered(seed: int) -> None:
    """A reader that stops early says of made, of the first obstacle and of swings what is so."""
    readers = [MotionReader(motion, "right") for motion in MOTIONS]
    history = History(3.0)
    short_of = 0
    for pose in restless(seed, 120):
        history.append(pose)
        for reader, motion in zip(readers, MOTIONS, strict=True):
            short, full = reader.read(history), reader.read(history, explain=True)
            assert short.made is full.made
            if short.made:
                assert (short.began_s, short.ended_s) == (full.began_s, full.ended_s)
            elif motion.swings is not None:
                assert repr((short.progress, short.obstacle)) == repr(
                    (full.progress, full.obstacle)
                )
            else:
                assert short.progress >= min(full.progress, 0.95)
                short_of += short.progress < 1.0
    assert short_of > 100


def test_a_window_knows_how_far_things_went() -> None:
    history = History(3.0)
    way = [(0.0, 0.0), (0.5, 0.1), (-0.25, 0.2), (0.25, 0.2)]
    for i, xy in enumerate(way):
        pose = body_at(i / 30, right_wrist=xy, left_wrist=(-1.0, 0.2))
        pose.reach[:] = (0.1 * i, math.nan)
        history.append(pose)
    window = history.window(1.0)
    left, right = ROWS["left_wrist"], ROWS["right_wrist"]
    assert window.extent(right, 0) == pytest.approx(0.75)
    assert window.extent(right, 1) == pytest.approx(0.2)
    assert window.extent(left, 0) == 0.0
    assert window.extent(REACH, 0) == pytest.approx(0.3)
    assert math.isnan(window.extent(REACH, 1))
    gaps, extent = window.gap(left, right)
    assert gaps[2:] == pytest.approx([0.75, 1.25])
    assert extent == pytest.approx(max(gaps) - min(gaps))
    assert window.trail(right).path == pytest.approx(np.array(way))
    history.append(body_at(4 / 30, carried_on=True, right_wrist=(9.0, 9.0)))
    window = history.window(1.0)
    assert math.isnan(window.extent(right, 0))
    assert math.isnan(window.extent(REACH, 0))
    assert math.isnan(window.gap(left, right)[1])
    assert len(window.trail(right)) == 4

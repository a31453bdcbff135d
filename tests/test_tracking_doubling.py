"""Wrists taken for each other: which of them is which, and what the tracker makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.datatypes import Pose
from gesturepose.skeleton import COCO17
from gesturepose.tracking.doubling import AS_SEEN, sort_wrists
from gesturepose.tracking.settings import TrackerSettings
from gesturepose.tracking.tracker import Tracker

LEFT, RIGHT = COCO17.index("left_wrist"), COCO17.index("right_wrist")
SCALE_PX = 100.0


def body(left: tuple[float, float], right: tuple[float, float]) -> np.ndarray:
    points = {
        "nose": (0, -60),
        "left_shoulder": (50, 0),
        "right_shoulder": (-50, 0),
        "left_elbow": (60, 80),
        "right_elbow": (-60, 80),
        "left_wrist": left,
        "right_wrist": right,
        "left_hip": (35, 150),
        "right_hip": (-35, 150),
    }
    keypoints = np.zeros((17, 2))
    for name in COCO17.keypoints:
        keypoints[COCO17.index(name)] = points.get(name, (0, 0))
    keypoints += np.array([320, 200])
    return keypoints


def owners(seen: np.ndarray, expected: np.ndarray) -> tuple[int | None, int | None]:
    rows = [LEFT, RIGHT]
    return sort_wrists(seen[rows], expected[rows], scale_px=SCALE_PX)


def test_the_hand_that_was_elsewhere_has_leapt() -> None:
    crossed = body((-50, 70), (50, 70))
    assert owners(body((52, 66), (50, 70)), crossed) == (None, 1)
    assert owners(body((-50, 70), (-48, 75)), crossed) == (0, None)


def test_hands_that_meet_are_the_ones_they_are_seen_as() -> None:
    meeting = body((8, 70), (-8, 70))
    assert owners(meeting, body((20, 70), (-20, 70))) == AS_SEEN
    assert owners(meeting, body((45, 70), (-45, 70))) == AS_SEEN


def test_so_is_a_quick_hand_that_meets_the_other_one() -> None:
    """Clapping, seen fifteen times a second: it stopped where the other is, short of nowhere."""
    rows, meeting, expected = [LEFT, RIGHT], body((8, 70), (-8, 70)), body((12, 70), (-65, 70))
    expected[rows] = (12, 70), (-65, 70)
    seen, quick = meeting[rows] - [320, 200], (0.0, 40.0)
    assert sort_wrists(seen, expected[rows], scale_px=SCALE_PX) == (0, None)
    assert sort_wrists(seen, expected[rows], scale_px=SCALE_PX, moved_px=quick) == AS_SEEN


def test_so_is_a_hand_in_another_place_however_far_it_came() -> None:
    assert owners(body((-50, -100), (50, 70)), body((-50, 70), (50, 70))) == AS_SEEN


def test_hands_that_change_names_have_not_changed_places() -> None:
    assert owners(body((48, 70), (-50, 75)), body((-50, 70), (50, 70))) == (1, 0)


def test_one_hand_seen_where_only_the_other_was_expected_is_the_other() -> None:
    seen, expected = body((52, 66), (0, 0)), body((-50, 70), (50, 70))
    seen[RIGHT] = np.nan
    assert owners(seen, expected) == (None, 0)
    seen, expected = body((0, 0), (-52, 66)), body((-50, 70), (50, 70))
    seen[LEFT] = np.nan
    assert owners(seen, expected) == (1, None)


@pytest.mark.parametrize("hidden", [LEFT, RIGHT])
def test_a_hand_that_was_nowhere_is_believed(hidden: int) -> None:
    expected = body((-50, 70), (50, 70))
    expected[hidden] = np.nan
    assert owners(body((52, 66), (50, 70)), expected) == AS_SEEN


POSITIONS = st.lists(st.one_of(st.floats(-200, 200), st.just(np.nan)), min_size=8, max_size=8)


@given(POSITIONS)
def test_left_and_right_are_alike(values: list[float]) -> None:
    seen, expected = np.reshape(values, (2, 2, 2))
    found = sort_wrists(seen, expected, scale_px=SCALE_PX)
    mirrored = sort_wrists(seen[::-1], expected[::-1], scale_px=SCALE_PX)
    assert mirrored == tuple(None if row is None else 1 - row for row in reversed(found))


@given(POSITIONS)
def test_who_is_taken_for_another_was_expected_there(values: list[float]) -> None:
    seen, expected = np.reshape(values, (2, 2, 2))
    found = sort_wrists(seen, expected, scale_px=SCALE_PX)
    for side, row in enumerate(found):
        if row not in (side, None):
            assert np.linalg.norm(seen[row] - expected[side]) <= 0.25 * SCALE_PX
            assert np.linalg.norm(seen[row] - expected[row]) > 0.5 * SCALE_PX


@pytest.mark.parametrize("step_s", [1 / 30, 0.1])
def test_the_tracker_keeps_the_hand_where_it_was(step_s: float) -> None:
    tracker = Tracker(TrackerSettings(), COCO17)
    scores = np.full(17, 0.9, np.float32)

    def track(keypoints: np.ndarray, now: float) -> np.ndarray:
        (person,) = tracker.update([Pose(keypoints.astype(np.float32), scores, 0.9)], now)
        return person.keypoints[[LEFT, RIGHT]]

    crossed, mistaken = body((-50, 70), (50, 70)), body((52, 68), (50, 70))
    for i in range(10):
        track(crossed, i * step_s)
    for i in range(10, 12):
        wrists = track(mistaken, i * step_s)
        assert wrists == pytest.approx(crossed[[LEFT, RIGHT]], abs=5)
    assert track(crossed, 12 * step_s) == pytest.approx(crossed[[LEFT, RIGHT]], abs=5)


@pytest.mark.parametrize("hidden", [None, LEFT, RIGHT])
def test_the_tracker_does_not_let_hands_change_names_for_a_moment(hidden: int | None) -> None:
    tracker, now = Tracker(TrackerSettings(), COCO17), 0.0

    def track(keypoints: np.ndarray, count: int, hidden: int | None = None) -> np.ndarray:
        nonlocal now
        scores = np.full(17, 0.9, np.float32)
        if hidden is not None:
            scores[hidden], keypoints = 0.0, keypoints.copy()
            keypoints[hidden] = np.nan
        for _ in range(count):
            now += 1 / 30
            people = tracker.update([Pose(keypoints.astype(np.float32), scores, 0.9)], now)
        return people[0].keypoints[[LEFT, RIGHT]]

    crossed, swapped = body((-50, 70), (50, 70)), body((50, 70), (-50, 70))
    track(crossed, 10)
    held = [row for row, name in ((0, RIGHT), (1, LEFT)) if name != hidden]  # who was seen as what
    assert track(swapped, 10, hidden)[held] == pytest.approx(crossed[[LEFT, RIGHT]][held], abs=5)
    # A network that insists is right.
    insisted = track(swapped, 12, hidden)
    assert insisted[[1 - row for row in held]] == pytest.approx(
        swapped[[LEFT, RIGHT]][[1 - row for row in held]], abs=5
    )

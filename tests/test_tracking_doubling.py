"""Wrists seen in one place: which of them leapt there, and what the tracker makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.datatypes import Pose
from gesturepose.skeleton import COCO17
from gesturepose.tracking.doubling import find_leapt
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


def leapt(seen: np.ndarray, expected: np.ndarray) -> int | None:
    rows = [LEFT, RIGHT]
    found = find_leapt(seen[rows], expected[rows], scale_px=SCALE_PX)
    return None if found is None else rows[found]


def test_the_hand_that_was_elsewhere_has_leapt() -> None:
    crossed = body((-50, 70), (50, 70))
    assert leapt(body((52, 66), (50, 70)), crossed) == LEFT
    assert leapt(body((-50, 70), (-48, 75)), crossed) == RIGHT


def test_hands_that_meet_have_not() -> None:
    meeting = body((8, 70), (-8, 70))
    assert leapt(meeting, body((20, 70), (-20, 70))) is None
    assert leapt(meeting, body((45, 70), (-45, 70))) is None


def test_a_hand_in_another_place_has_not_however_far_it_came() -> None:
    assert leapt(body((-50, -100), (50, 70)), body((-50, 70), (50, 70))) is None


@pytest.mark.parametrize("hidden", [LEFT, RIGHT])
def test_a_hand_that_was_nowhere_has_not(hidden: int) -> None:
    expected = body((-50, 70), (50, 70))
    expected[hidden] = np.nan
    assert leapt(body((52, 66), (50, 70)), expected) is None
    seen = body((52, 66), (50, 70))
    seen[hidden] = np.nan
    assert leapt(seen, body((-50, 70), (50, 70))) is None


@given(
    st.lists(st.floats(-200, 200), min_size=8, max_size=8),
    st.booleans(),
)
def test_left_and_right_are_alike(values: list[float], swap: bool) -> None:  # noqa: FBT001
    seen, expected = (np.zeros((17, 2)) for _ in range(2))
    rows = [RIGHT, LEFT] if swap else [LEFT, RIGHT]
    seen[rows] = np.reshape(values[:4], (2, 2))
    expected[rows] = np.reshape(values[4:], (2, 2))
    found = leapt(seen, expected)
    if found is None:
        return
    other = LEFT + RIGHT - found
    assert np.linalg.norm(seen[LEFT] - seen[RIGHT]) <= 0.25 * SCALE_PX
    assert np.linalg.norm(seen[found] - expected[found]) > 0.5 * SCALE_PX
    assert np.linalg.norm(seen[other] - expected[other]) <= 0.25 * SCALE_PX


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

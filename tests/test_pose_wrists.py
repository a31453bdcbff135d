"""Two wrists in one heatmap's place: painted maps, a rendered person with arms crossed, garbage."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from gesturepose.datatypes import Frame
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.wrists import separate_wrists
from gesturepose.skeleton import COCO17

#: Where the left and the right wrist are in the rendered picture, and the torso's length.
WRISTS_PX, TORSO_PX = [(266.9, 311.9), (378.3, 330.4)], 184.5
DATA = Path(__file__).parent / "data"
SIZE = (30, 40)
SCALE = 10.0
SHARED, ALONE = (20, 25), (19, 15)
LEFT_ELBOW, RIGHT_ELBOW = (20, 24), (20, 16)


def paint(*peaks: tuple[tuple[int, int], float]) -> np.ndarray:
    """A map ``(h, w)`` with a Gaussian for each cell and value."""
    rows, columns = np.indices(SIZE)
    one = np.zeros(SIZE, np.float32)
    for (row, column), value in peaks:
        away = np.square(rows - row) + np.square(columns - column)
        one = np.maximum(one, value * np.exp(-away / 2)).astype(np.float32)
    return one


def test_of_crossed_arms_each_wrist_gets_the_far_hand() -> None:
    """Both maps see both hands; a forearm that points at the camera is seldom, so they cross."""
    maps = np.array(
        [paint((SHARED, 0.45), (ALONE, 0.1)), paint((SHARED, 0.4), (ALONE, 0.17))], np.float32
    )
    found = separate_wrists(maps, [SHARED, SHARED], [LEFT_ELBOW, RIGHT_ELBOW], scale=SCALE)
    assert found is not None
    assert found[0] == [ALONE, SHARED]
    assert found[1] == pytest.approx([0.27, 0.85], abs=1e-5)


def test_a_hidden_hand_is_looked_for_where_its_forearm_reaches() -> None:
    """One hand in the air before the camera; the other one's map sees it too, and a lap as well."""
    raised, lap = (6, 28), (25, 12)
    maps = np.array([paint((raised, 0.8)), paint((raised, 0.3), (lap, 0.2))], np.float32)
    found = separate_wrists(maps, [raised, raised], [(13, 28), (20, 11)], scale=SCALE)
    assert found is not None
    assert found[0] == [raised, lap]


def test_hands_that_meet_stay_together() -> None:
    maps = np.array([paint((SHARED, 0.8)), paint((SHARED, 0.7), (ALONE, 0.1))], np.float32)
    elbows = [(24, 31), (24, 19)]
    assert separate_wrists(maps, [SHARED, SHARED], elbows, scale=SCALE) is None


def test_crossed_wrists_found_each_in_the_others_place_change_places() -> None:
    maps = np.array(
        [paint((SHARED, 0.45), (ALONE, 0.18)), paint((SHARED, 0.21), (ALONE, 0.23))], np.float32
    )
    found = separate_wrists(maps, [SHARED, ALONE], [LEFT_ELBOW, RIGHT_ELBOW], scale=SCALE)
    assert found is not None
    assert found[0] == [ALONE, SHARED]


def test_hands_held_out_to_the_camera_stay_what_they_are() -> None:
    """Their forearms look as short as crossed ones, but no map mixes them up."""
    maps = np.array([paint((SHARED, 0.7)), paint((ALONE, 0.6), (SHARED, 0.05))], np.float32)
    elbows = [LEFT_ELBOW, RIGHT_ELBOW]
    assert separate_wrists(maps, [SHARED, ALONE], elbows, scale=SCALE) is None


def test_wrists_apart_are_left_alone() -> None:
    maps = np.array([paint((SHARED, 0.8), (ALONE, 0.7)), paint((ALONE, 0.5))], np.float32)
    wrists = [SHARED, ALONE]
    assert separate_wrists(maps, wrists, [LEFT_ELBOW, RIGHT_ELBOW], scale=SCALE) is None


@given(
    maps=numpy_st.arrays(np.float32, (2, 6, 7), elements=st.floats(width=32)),
    cells=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), min_size=4, max_size=4),
    scale=st.floats(0, 1e6),
)
def test_any_maps_are_survived(
    maps: np.ndarray, cells: list[tuple[int, int]], scale: float
) -> None:
    with np.errstate(all="ignore"):
        found = separate_wrists(maps, cells[:2], cells[2:], scale=scale)
    if found is not None:
        assert all(0 <= row < 6 and 0 <= column < 7 for row, column in found[0])
        assert found[0][0] != found[0][1]
        assert found[0] != cells[:2]


def test_crossed_wrists_of_a_rendered_person_are_found_where_they_are() -> None:
    """Found apart from each other, both wrists are within a fifth of the torso; they were not."""
    picture = cv2.imread(str(DATA / "arms_crossed.jpg"))
    assert picture is not None
    estimator = PoseEstimator(PoseSettings(name="movenet-thunder-int8"))
    try:
        (pose,) = estimator(Frame(np.asarray(picture, np.uint8), 0.0, 0), (160, 60, 520, 470))
    finally:
        estimator.close()
    rows = [COCO17.index("left_wrist"), COCO17.index("right_wrist")]
    away = np.hypot(*(pose.keypoints[rows] - np.array(WRISTS_PX)).T)
    assert (away <= 0.2 * TORSO_PX).all(), away

"""Peaks of many maps at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from gesturepose.pose.peaks import find_peaks, gather_people, to_pixels
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray


def paint(
    x: float, y: float, *, spread: float = 1.2, size: tuple[int, int] = (20, 16)
) -> NDArray[np.float32]:
    """``(1, h, w)`` Gaussian round a point in cells."""
    rows, columns = np.mgrid[: size[1], : size[0]]
    squared = (columns - x) ** 2 + (rows - y) ** 2
    painted: NDArray[np.float32] = np.exp(-squared / spread**2)[None].astype(np.float32)
    return painted


@given(
    x=st.floats(1, 18),
    y=st.floats(1, 14),
    spread=st.floats(1.1, 3),
    height=st.floats(0.2, 1),
)
def test_a_gaussian_is_found_to_a_hundredth_of_a_cell(
    x: float, y: float, spread: float, height: float
) -> None:
    peaks = find_peaks(paint(x, y, spread=spread) * np.float32(height), threshold=0.1, most=5)
    assert len(peaks) == 1
    assert peaks.positions[0] == pytest.approx([x, y], abs=0.01)


def test_a_quarter_of_a_cell_towards_the_greater_neighbour() -> None:
    peaks = find_peaks(paint(7.3, 5.8), threshold=0.1, most=5, refinement="quarter")
    assert peaks.positions.tolist() == [[7.25, 5.75]]
    peaks = find_peaks(paint(7.3, 5.8), threshold=0.1, most=5, refinement="none")
    assert peaks.positions.tolist() == [[7, 6]]


def test_maps_are_kept_apart_up_to_their_edges() -> None:
    maps = np.zeros((3, 4, 5), np.float32)
    maps[0, 3, 2], maps[1, 0, 2], maps[1, 0, 4], maps[2, 1, 0] = 0.5, 0.9, 0.7, 0.6
    peaks = find_peaks(maps, threshold=0.1, most=9, radius=1)
    assert peaks.maps.tolist() == [0, 1, 1, 2]
    assert peaks.cells.tolist() == [[3, 2], [0, 2], [0, 4], [1, 0]]
    assert peaks.scores == pytest.approx([0.5, 0.9, 0.7, 0.6])


def test_a_plateau_is_one_peak() -> None:
    maps = np.zeros((2, 8, 8), np.float32)
    maps[0, 2:5, 3:6] = 1
    maps[1] = 0.5
    assert find_peaks(maps, threshold=0.1, most=9).maps.tolist() == [0, 1]


def test_two_equal_cells_are_a_peak_between_them() -> None:
    maps = np.zeros((1, 5, 8), np.float32)
    maps[0, 2, 3:5] = 1
    assert find_peaks(maps, threshold=0.1, most=9).positions.tolist() == [[3.5, 2]]


def test_the_weaker_of_two_within_the_radius_is_none() -> None:
    maps = np.maximum(paint(5, 5), 0.8 * paint(7.5, 5, spread=0.5))
    assert len(find_peaks(maps, threshold=0.1, most=9, radius=1)) == 2
    assert len(find_peaks(maps, threshold=0.1, most=9, radius=3)) == 1


def test_the_strongest_of_each_map_stay() -> None:
    maps = np.zeros((2, 9, 9), np.float32)
    maps[0, 1::3, 1::3] = [[0.1, 0.9, 0.2], [0.8, 0.3, 0.4], [0.5, 0.6, 0.7]]
    maps[1, 4, 4] = 0.2
    peaks = find_peaks(maps, threshold=0.05, most=2)
    assert peaks.maps.tolist() == [0, 0, 1]
    assert peaks.scores == pytest.approx([0.9, 0.8, 0.2])


@settings(max_examples=150, deadline=None)
@given(
    maps=numpy_strategies.arrays(
        np.float32,
        numpy_strategies.array_shapes(min_dims=3, max_dims=3, max_side=7),
        elements=st.sampled_from([0, -1, 0.5, 1, 2, 3e38, -3e38, 1e-40, np.nan, np.inf, -np.inf]),
    ),
    radius=st.integers(1, 3),
    refinement=st.sampled_from(["parabola", "quarter", "none"]),
)
def test_any_numbers_give_peaks_inside_the_picture(
    maps: NDArray[np.float32], radius: int, refinement: Any
) -> None:
    maps.flags.writeable = False
    peaks = find_peaks(maps, threshold=0.4, most=4, radius=radius, refinement=refinement)
    assert len(peaks) == len(peaks.maps) == len(peaks.cells) == len(peaks.positions)
    assert np.isfinite(peaks.positions).all()
    assert (np.abs(peaks.positions - peaks.cells[:, ::-1]) <= 0.5).all()
    assert (peaks.scores >= 0.4).all()
    assert (np.bincount(peaks.maps, minlength=1) <= 4).all()
    clean = np.where(np.isfinite(maps), maps, 0)
    for which, (row, column), score in zip(peaks.maps, peaks.cells, peaks.scores, strict=True):
        top, left = max(row - radius, 0), max(column - radius, 0)
        assert clean[which, top : row + radius + 1, left : column + radius + 1].max() == score


def test_the_centre_of_a_cell_is_between_its_pixels() -> None:
    assert to_pixels(np.array([[0, 3]], np.float32), 8).tolist() == [[3.5, 27.5]]


def test_people_come_best_first_without_the_unsure_and_the_empty() -> None:
    names = ("neck", *COCO17.keypoints)
    keypoints = np.arange(4 * 18 * 2, dtype=np.float32).reshape(4, 18, 2)
    scores = np.zeros((4, 18), np.float32)
    scores[0, [1, 17]], scores[1, 0], scores[2, 2], scores[3, 1:] = 0.5, 1, 2, 0.9
    people = gather_people(
        names, keypoints, scores, np.array([0.3, 1, 0.1, 0.8], np.float32), min_score=0.2
    )
    assert people.scores == pytest.approx([0.8, 0.3])
    assert np.flatnonzero(people.keypoint_scores[1]).tolist() == [0, 16]
    assert np.isnan(people.keypoints[1, 1:16]).all()
    assert people.boxes[1].tolist() == [*keypoints[0, 1], *keypoints[0, 17]]
    nobody = gather_people(names, keypoints, scores, np.zeros(4, np.float32), min_score=0.0)
    assert nobody.boxes.shape == (0, 4)
    assert nobody.keypoints.shape == (0, 17, 2)

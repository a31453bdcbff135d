"""One-stage outputs in both layouts: written from random people, decoded, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_fields_heatmaps import (
    KEYPOINTS,
    Seen,
    other_sides,
    people_in_picture,
    write_candidates,
)

from gesturepose.pose.one_stage import Rtmo, YoloPose, suppress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People

    Heads = dict[str, NDArray[np.float32]]

SEEDS = st.integers(0, 2**32 - 1)
COUNTS = st.integers(1, 20)
LAYOUTS = ("rtmo", "yolo")


def write(
    layout: str,
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    keypoints: NDArray[np.float32],
) -> Heads:
    """Lay candidates out as a network does."""
    if layout == "rtmo":
        dets = np.concatenate([boxes, scores[:, None]], axis=1)
        return {"dets": dets[None], "keypoints": keypoints[None].astype(np.float32)}
    middle, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    columns = [
        middle,
        size,
        scores[:, None],
        keypoints.reshape(len(keypoints), 3 * keypoints.shape[1]),
    ]
    return {"output0": np.concatenate(columns, axis=1).T[None].astype(np.float32)}


def decode(layout: str, heads: Heads, *, min_score: float = 0.2) -> People:
    decoder = Rtmo() if layout == "rtmo" else YoloPose()
    return decoder.decode(heads, min_score=min_score)


def assert_found(found: People, people: Seen) -> None:
    """Everybody, nobody else, the best first, and each where they are."""
    order = np.argsort(-people.scores)
    visible = people.visible[order]
    assert len(found) == len(order)
    np.testing.assert_allclose(found.scores, people.scores[order])
    np.testing.assert_allclose(found.boxes, people.boxes[order], atol=1e-3)
    np.testing.assert_allclose(
        found.keypoints[visible], people.keypoints[order][visible], atol=1e-3
    )
    assert np.isnan(found.keypoints[~visible]).all()
    np.testing.assert_allclose(found.keypoint_scores, np.where(visible, 0.9, 0), rtol=1e-6)


@given(
    seed=SEEDS,
    count=COUNTS,
    layout=st.sampled_from(LAYOUTS),
    repeats=st.integers(0, 6),
    background=st.integers(0, 500),
)
def test_everybody_is_found_once(
    seed: int, count: int, layout: str, repeats: int, background: int
) -> None:
    rng = np.random.default_rng(seed)
    people = people_in_picture(rng, count)
    heads = write(layout, *write_candidates(rng, people, repeats=repeats, background=background))
    before = {name: values.copy() for name, values in heads.items()}
    assert_found(decode(layout, heads), people)
    for name, values in heads.items():
        np.testing.assert_array_equal(values, before[name])


@given(seed=SEEDS, layout=st.sampled_from(LAYOUTS), noise=st.floats(0, 20))
def test_noise_moves_people_no_farther_than_itself(seed: int, layout: str, noise: float) -> None:
    rng = np.random.default_rng(seed)
    people = people_in_picture(rng, 6)
    boxes, scores, keypoints = write_candidates(rng, people, repeats=0, background=0)
    keypoints[..., :2] += rng.uniform(-noise, noise, keypoints[..., :2].shape)
    found = decode(layout, write(layout, boxes, scores, keypoints))
    order = np.argsort(-people.scores)
    assert len(found) == len(order)
    error = np.abs(found.keypoints - people.keypoints[order])[people.visible[order]]
    assert error.max(initial=0) <= noise + 1e-3


@given(seed=SEEDS, count=COUNTS, layout=st.sampled_from(LAYOUTS))
def test_a_mirrored_picture_gives_mirrored_people(seed: int, count: int, layout: str) -> None:
    people = people_in_picture(np.random.default_rng(seed), count)
    sides = other_sides()
    width = np.float32(639)
    keypoints = people.keypoints[:, sides]
    keypoints[..., 0] = width - keypoints[..., 0]
    boxes = people.boxes.copy()
    boxes[:, [0, 2]] = width - people.boxes[:, [2, 0]]
    mirrored = Seen(keypoints, people.visible[:, sides], boxes, people.scores)
    rng = np.random.default_rng(seed)
    heads = write(layout, *write_candidates(rng, mirrored, repeats=3, background=50))
    assert_found(decode(layout, heads), mirrored)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nobody(layout: str) -> None:
    nothing = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    empty = write(layout, *nothing, np.zeros((0, KEYPOINTS, 3), np.float32))
    assert len(decode(layout, empty, min_score=0.0)) == 0
    # What an export pads its rows with.
    padded = write(
        layout,
        np.zeros((50, 4), np.float32),
        np.zeros(50, np.float32),
        np.zeros((50, KEYPOINTS, 3), np.float32),
    )
    people = decode(layout, padded, min_score=0.0)
    assert people.keypoints.shape == (0, KEYPOINTS, 2)
    assert people.boxes.shape == (0, 4)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_picture_full_of_noise_gives_few_people(layout: str) -> None:
    rng = np.random.default_rng(4)
    corner = rng.uniform(0, 630, (8400, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(1, 10, (8400, 2))], axis=1)
    heads = write(
        layout,
        boxes.astype(np.float32),
        rng.uniform(0.3, 1, 8400).astype(np.float32),
        rng.uniform(0, 640, (8400, KEYPOINTS, 3)).astype(np.float32),
    )
    assert len(decode(layout, heads)) == 100


def test_more_keypoints_than_coco_names_are_left_out_or_reordered() -> None:
    rng = np.random.default_rng(6)
    people = people_in_picture(rng, 5)
    boxes, scores, keypoints = write_candidates(rng, people, repeats=1, background=20)
    more = np.concatenate([keypoints, keypoints[:, :9]], axis=1)
    assert_found(decode("yolo", write("yolo", boxes, scores, more)), people)
    rows = tuple(range(KEYPOINTS))[::-1]
    other = write("rtmo", boxes, scores, keypoints[:, ::-1])
    assert_found(Rtmo(rows=rows).decode(other, min_score=0.2), people)


def test_who_overlaps_more_is_the_same_person() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 6], [5, 0, 15, 10], [4, 4, 4, 9]], np.float32)
    assert suppress(boxes, max_iou=0.65).tolist() == [0, 1, 2, 3]
    assert suppress(boxes, max_iou=0.5).tolist() == [0, 2, 3]
    assert suppress(boxes, max_iou=0.3).tolist() == [0, 3]
    assert suppress(boxes[:0], max_iou=0.5).tolist() == []


@given(
    seed=SEEDS,
    layout=st.sampled_from(LAYOUTS),
    value=st.sampled_from([np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0]),
)
def test_garbage_is_survived(seed: int, layout: str, value: float) -> None:
    rng = np.random.default_rng(seed)
    people = people_in_picture(rng, 5)
    heads = write(layout, *write_candidates(rng, people, repeats=2, background=20))
    for values in heads.values():
        values[rng.random(values.shape) < 0.2] = value
    found = decode(layout, heads, min_score=0.0)
    seen = np.isfinite(found.keypoints).all(axis=2)
    np.testing.assert_array_equal(seen, found.keypoint_scores > 0)
    assert np.isfinite(found.boxes).all()
    assert np.isfinite(found.scores).all()
    assert (found.scores <= 1).all()


@pytest.mark.parametrize(
    "shapes", [((1, 3, 4), (1, 3, 17, 3)), ((1, 3, 5), (1, 2, 17, 3)), ((2, 3, 5), (2, 3, 17, 3))]
)
def test_other_shapes_of_rtmo_are_refused(shapes: tuple[tuple[int, ...], ...]) -> None:
    dets, keypoints = (np.zeros(shape, np.float32) for shape in shapes)
    with pytest.raises(ValueError, match="no people in outputs"):
        Rtmo().decode({"dets": dets, "keypoints": keypoints}, min_score=0.2)


@pytest.mark.parametrize("shape", [(1, 84, 100), (2, 56, 100), (56, 100), (1, 100, 56)])
def test_other_shapes_of_yolo_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="no people in an output"):
        YoloPose().decode({"output0": np.zeros(shape, np.float32)}, min_score=0.2)

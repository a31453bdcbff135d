"""OpenPose's decoder on the fields its papers define, for random people; no weights are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from support_fields_openpose import (
    complete,
    distances,
    encode,
    mirror,
    occlude,
    people_apart,
    people_in_a_crowd,
)

from gesturepose.pose.openpose import BODY_25, COCO_18, LIGHTWEIGHT, OpenPose
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People
    from gesturepose.pose.openpose import Layout

LAYOUTS = {"coco-18": COCO_18, "lightweight": LIGHTWEIGHT, "body-25": BODY_25}
STRIDE = 8.0
layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
seeds = st.integers(0, 2**32 - 1)


def expected_people(people: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """What the seen limbs hold together: pieces of four parts and more, by COCO's keypoints."""
    keypoints = complete(people, layout)
    rows = [layout.parts.index(name) for name in COCO17.keypoints]
    pieces = []
    for person in keypoints:
        seen = np.isfinite(person[:, 0])
        limbs = np.array([limb[:2] for limb in layout.limbs if seen[list(limb[:2])].all()])
        graph = coo_array((np.ones(len(limbs)), limbs.reshape(-1, 2).T), shape=(len(person),) * 2)
        count, labels = connected_components(graph, directed=False)
        for label in range(count):
            member = labels == label
            piece = np.where(member[:, None], person, np.nan)[rows]
            if member.sum() >= 4 and np.isfinite(piece).any():
                pieces.append(piece)
    return np.array(pieces).reshape(-1, 17, 2)


def assert_found(people: People, expected: NDArray[np.float64], cells: float) -> None:
    assert len(people) == len(expected)
    pairs, apart = distances(people, expected)
    assert len(pairs) == len(expected)
    assert apart.max(initial=0) < cells * STRIDE


def test_channels_are_as_published() -> None:
    assert COCO_18.outputs == {"maps": 57}
    assert LIGHTWEIGHT.outputs == {"heatmaps": 19, "pafs": 38}
    assert BODY_25.outputs == {"maps": 78}
    for layout in LAYOUTS.values():
        channels = sorted(channel for _, _, channel in layout.limbs)
        assert channels == list(range(0, 2 * len(layout.limbs), 2))
        assert {part for limb in layout.limbs for part in limb[:2]} == set(range(len(layout.parts)))


@layouts
def test_both_sides_have_the_same_limbs(layout: Layout) -> None:
    limbs = {(layout.parts[start], layout.parts[end]) for start, end, _ in layout.limbs}
    swap = str.maketrans({"L": "right", "R": "left"})
    marked = [
        [part.replace("left", "L").replace("right", "R").translate(swap) for part in limb]
        for limb in limbs
    ]
    assert {tuple(limb) for limb in marked} == limbs
    assert set(COCO17.keypoints) < set(layout.parts)


@layouts
@settings(max_examples=12, deadline=None)
@given(seed=seeds, count=st.integers(1, 20))
def test_people_apart_come_back(layout: Layout, seed: int, count: int) -> None:
    people, size = people_apart(np.random.default_rng(seed), count)
    found = OpenPose(layout).decode(encode(people, layout, size))
    assert_found(found, people, 0.05)
    assert (found.scores > 0.6).all()
    assert (np.diff(found.scores) <= 0).all()


@layouts
@settings(max_examples=12, deadline=None)
@given(seed=seeds, count=st.integers(1, 12), share=st.floats(0.0, 0.7))
def test_what_is_hidden_is_missing_and_nothing_else(
    layout: Layout, seed: int, count: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    people, size = people_apart(rng, count)
    hidden = occlude(rng, people, share)
    found = OpenPose(layout).decode(encode(hidden, layout, size))
    assert_found(found, expected_people(hidden, layout), 0.05)
    assert np.array_equal(found.keypoint_scores > 0, np.isfinite(found.keypoints[..., 0]))


@settings(max_examples=10, deadline=None)
@given(seed=seeds, count=st.integers(1, 12))
def test_the_mirrored_picture_has_the_mirrored_people(seed: int, count: int) -> None:
    people, size = people_apart(np.random.default_rng(seed), count)
    found = OpenPose(COCO_18).decode(encode(mirror(people, size[0]), COCO_18, size))
    assert_found(found, mirror(people, size[0]), 0.05)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, count=st.integers(2, 12))
def test_the_order_of_people_does_not_matter(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    people, size = people_apart(rng, count)
    one = OpenPose(COCO_18).decode(encode(people, COCO_18, size))
    other = OpenPose(COCO_18).decode(encode(rng.permutation(people), COCO_18, size))
    assert one.keypoints == pytest.approx(other.keypoints, abs=1e-3)
    assert one.scores == pytest.approx(other.scores, abs=1e-5)


def recall(found: People, people: NDArray[np.float64], cells: float) -> float:
    """Share of painted keypoints that were found on the person they belong to."""
    _, apart = distances(found, people)
    return float((apart < cells * STRIDE).sum() / (people[..., 0].size))


@layouts
def test_crowds_that_overlap_are_mostly_told_apart(layout: Layout) -> None:
    """Where two limbs of a kind lie on one another, a limb may be lost, and a body come in two."""
    rng = np.random.default_rng(7)
    shares, painted, more = [], 0, 0
    for apart_px in (24, 16, 8):
        for _ in range(6):
            people = people_in_a_crowd(rng, 20, size=(800, 600), apart_px=apart_px)
            found = OpenPose(layout).decode(encode(people, layout, (800, 600)))
            assert len(found) >= len(people)
            shares.append(recall(found, people, 0.5))
            painted += len(people)
            more += len(found) - len(people)
    assert np.mean(shares) > 0.96
    assert min(shares) > 0.9
    assert more <= 0.02 * painted


@layouts
def test_noise_costs_keypoints_little_by_little(layout: Layout) -> None:
    rng = np.random.default_rng(11)
    people, size = people_apart(rng, 6)
    steps = (
        # noise, least share of keypoints within a cell, more people than there are at most
        (0.0, 1.0, 0),
        (0.02, 1.0, 0),
        (0.05, 0.95, 1),
        (0.1, 0.92, 2),
        (0.2, 0.85, 4),
    )
    for noise, least, more in steps:
        heads = encode(people, layout, size, noise=noise, rng=rng)
        # Who is made of noise has a low score; bodies that come in two pieces have not.
        found = OpenPose(layout).decode(heads, min_score=0.5)
        assert recall(found, people, 1.0) >= least
        assert len(people) <= len(found) <= len(people) + more


GARBAGE = [0.0, -0.0, 1.0, -1.0, 0.5, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40]


@settings(max_examples=60, deadline=None)
@given(
    layout=st.sampled_from(list(LAYOUTS.values())),
    seed=seeds,
    shape=st.tuples(st.integers(1, 14), st.integers(1, 14)),
    constant=st.none() | st.sampled_from(GARBAGE),
    min_score=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_garbage_gives_valid_people_or_none(
    layout: Layout, seed: int, shape: tuple[int, int], constant: float | None, min_score: float
) -> None:
    rng = np.random.default_rng(seed)
    heads = {}
    for name, channels in layout.outputs.items():
        values = rng.choice(GARBAGE, (1, channels, *shape)).astype(np.float32)
        heads[name] = values if constant is None else np.full_like(values, constant)
        heads[name].flags.writeable = False
    people = OpenPose(layout).decode(heads, min_score=min_score)
    count = len(people)
    assert people.keypoints.shape == (count, 17, 2)
    assert people.keypoint_scores.shape == (count, 17)
    assert people.boxes.shape == (count, 4)
    assert np.isfinite(people.boxes).all()
    assert np.array_equal(people.keypoint_scores > 0, np.isfinite(people.keypoints).all(axis=2))
    for values in (people.keypoints, people.keypoint_scores, people.boxes, people.scores):
        assert values.dtype == np.float32
    assert ((people.keypoint_scores >= 0) & (people.keypoint_scores <= 1)).all()
    assert ((people.scores > 0) & (people.scores >= min_score) & (people.scores <= 1)).all()


def test_zeros_are_nobody() -> None:
    zeros = {"maps": np.zeros((1, 57, 46, 62), np.float32)}
    assert len(OpenPose(COCO_18).decode(zeros)) == 0


def test_the_unsure_are_left_out_and_nobody_else_changes() -> None:
    rng = np.random.default_rng(3)
    people, size = people_apart(rng, 6)
    heads = encode(people, COCO_18, size, noise=0.05, rng=rng)
    everybody = OpenPose(COCO_18).decode(heads)
    limit = float(np.median(everybody.scores))
    sure = OpenPose(COCO_18).decode(heads, min_score=limit)
    kept = everybody.scores >= limit
    assert 0 < kept.sum() < len(everybody)
    assert np.array_equal(sure.keypoints, everybody.keypoints[kept], equal_nan=True)

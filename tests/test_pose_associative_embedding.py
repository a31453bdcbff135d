"""Associative embedding's decoder on the maps its papers define; no weights are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_fields_openpose import distances, mirror, occlude, people_apart, people_in_a_crowd
from support_fields_tags import STRIDES_PX, encode

from gesturepose.pose.associative_embedding import (
    HIGHER_HRNET,
    HIGHER_HRNET_MIRRORED,
    HRNET,
    AssociativeEmbedding,
)
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.associative_embedding import Layout
    from gesturepose.pose.movenet_multipose import People

LAYOUTS = {"hrnet": HRNET, "higher": HIGHER_HRNET, "higher-mirrored": HIGHER_HRNET_MIRRORED}
SIZE = (640, 480)
layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
seeds = st.integers(0, 2**32 - 1)


def decoder(layout: Layout, *, faint: float | None = None) -> AssociativeEmbedding:
    stride = min(STRIDES_PX[maps.output] for maps in layout.heatmaps)
    return AssociativeEmbedding(layout, stride, faint_threshold=faint)


def assert_found(people: People, expected: NDArray[np.float64], px: float) -> None:
    assert len(people) == len(expected)
    _, apart = distances(people, expected)
    assert apart.max(initial=0) < px


def tolerance_px(layout: Layout) -> float:
    """Three quarters of a cell of the finest map.

    A quarter's step may be wrong by a quarter each way, and the mean with a coarser map may have
    its peak in the next cell.
    """
    return 0.75 * decoder(layout).stride_px


@layouts
@settings(max_examples=8, deadline=None)
@given(seed=seeds, count=st.integers(1, 20))
def test_people_apart_come_back(layout: Layout, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    people, size = people_apart(rng, count)
    found = decoder(layout).decode(encode(rng, people, layout, size))
    assert_found(found, people, tolerance_px(layout))
    assert (found.scores > 0.9).all()
    assert (np.diff(found.scores) <= 0).all()


@layouts
@settings(max_examples=8, deadline=None)
@given(seed=seeds, count=st.integers(2, 12), share=st.floats(0, 0.7))
def test_crowds_are_told_apart_by_their_tags(
    layout: Layout, seed: int, count: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    people = people_in_a_crowd(rng, count, size=SIZE, apart_px=40)
    hidden = occlude(rng, people, share)
    found = decoder(layout).decode(encode(rng, hidden, layout, SIZE))
    assert_found(found, hidden[np.isfinite(hidden).any(axis=(1, 2))], tolerance_px(layout))
    assert np.array_equal(found.keypoint_scores > 0, np.isfinite(found.keypoints[..., 0]))


@settings(max_examples=8, deadline=None)
@given(seed=seeds, count=st.integers(1, 8))
def test_the_mirrored_picture_has_the_mirrored_people(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    people = mirror(people_in_a_crowd(rng, count, size=SIZE, apart_px=40), SIZE[0])
    found = decoder(HIGHER_HRNET).decode(encode(rng, people, HIGHER_HRNET, SIZE))
    assert_found(found, people, tolerance_px(HIGHER_HRNET))


@settings(max_examples=8, deadline=None)
@given(seed=seeds, count=st.integers(2, 8))
def test_the_order_of_people_does_not_matter(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    people = people_in_a_crowd(rng, count, size=SIZE, apart_px=40)
    one = decoder(HIGHER_HRNET).decode(encode(rng, people, HIGHER_HRNET, SIZE))
    other = decoder(HIGHER_HRNET).decode(encode(rng, rng.permutation(people), HIGHER_HRNET, SIZE))
    assert one.keypoints == pytest.approx(other.keypoints, abs=1e-3)


@settings(max_examples=8, deadline=None)
@given(seed=seeds, count=st.integers(1, 8))
def test_a_parabola_places_keypoints_to_a_fiftieth_of_a_cell(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    people, size = people_apart(rng, count)
    exact = AssociativeEmbedding(HRNET, 4, refinement="parabola")
    assert_found(exact.decode(encode(rng, people, HRNET, size)), people, 0.02 * 4)


def test_either_component_of_a_tag_tells_people_apart() -> None:
    rng = np.random.default_rng(2)
    people, size = people_apart(rng, 4)
    tags = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]])
    heads = encode(rng, people, HIGHER_HRNET_MIRRORED, size, tags=tags)
    assert_found(decoder(HIGHER_HRNET_MIRRORED).decode(heads), people, 1.0)
    alone = {name: heads[name] for name in HIGHER_HRNET.outputs}
    _, apart = distances(decoder(HIGHER_HRNET).decode(alone), people)
    assert apart.max() > 100  # with the same tag, one has the other's hands


def test_a_tag_too_far_is_another_person() -> None:
    """Three detections of which one suits: the other two are people of their own."""
    rng = np.random.default_rng(4)
    people, size = people_apart(rng, 3)
    nose, shoulder = COCO17.index("nose"), COCO17.index("left_shoulder")
    shown = np.full_like(people, np.nan)
    shown[0, [nose, shoulder]] = people[0, [nose, shoulder]]
    shown[1:, shoulder] = people[1:, shoulder]
    heads = encode(rng, shown, HRNET, size, tags=np.array([[0.0], [3.0], [1.9]]))
    assert_found(decoder(HRNET).decode(heads), shown, tolerance_px(HRNET))


@layouts
def test_what_no_peak_shows_is_looked_for_when_asked(layout: Layout) -> None:
    rng = np.random.default_rng(6)
    people = people_in_a_crowd(rng, 4, size=SIZE, apart_px=60)
    wrist = COCO17.index("left_wrist")
    heads = encode(rng, people, layout, SIZE, tag_noise=0.05)
    for name in heads:
        kind = COCO17.index("right_wrist") if name.endswith("_mirrored") else wrist
        heads[name][0, kind] *= 0.08
    missing = decoder(layout).decode(heads)
    assert np.isnan(missing.keypoints[:, wrist]).all()
    assert len(missing) == len(people)
    filled = decoder(layout, faint=0.02).decode(heads)
    assert_found(filled, people, tolerance_px(layout))
    assert (filled.keypoint_scores[:, wrist] < 0.1).all()


@layouts
@settings(max_examples=8, deadline=None)
@given(seed=seeds, count=st.integers(2, 8))
def test_what_is_out_of_sight_is_not_filled_in(layout: Layout, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    hidden = occlude(rng, people_in_a_crowd(rng, count, size=SIZE, apart_px=40), 0.4)
    hidden = hidden[np.isfinite(hidden).any(axis=(1, 2))]
    found = decoder(layout, faint=0.02).decode(encode(rng, hidden, layout, SIZE))
    assert_found(found, hidden, tolerance_px(layout))


def test_noise_costs_keypoints_little_by_little() -> None:
    rng = np.random.default_rng(12)
    people, size = people_apart(rng, 6)
    steps = (
        # noise, noise of tags, least share of keypoints within three cells, people of noise
        (0.0, 0.0, 1.0, 0),
        (0.02, 0.1, 1.0, 0),
        (0.05, 0.2, 0.8, 0),
        (0.1, 0.3, 0.7, 0),
        (0.2, 0.4, 0.6, 3),
    )
    for noise, tag_noise, least, more in steps:
        heads = encode(rng, people, HIGHER_HRNET, size, noise=noise, tag_noise=tag_noise)
        found = decoder(HIGHER_HRNET).decode(heads, min_score=0.5)
        _, apart = distances(found, people)
        assert (apart < 6).sum() >= least * people[..., 0].size
        assert len(people) <= len(found) <= len(people) + more


GARBAGE = [0.0, -0.0, 1.0, -1.0, 0.5, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40]


@settings(max_examples=40, deadline=None)
@given(
    layout=st.sampled_from(list(LAYOUTS.values())),
    seed=seeds,
    shape=st.tuples(st.integers(1, 10), st.integers(1, 10)),
    constant=st.none() | st.sampled_from(GARBAGE),
    faint=st.sampled_from([None, 0.0, 0.02, 0.5]),
    min_score=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_garbage_gives_valid_people_or_none(
    *,
    layout: Layout,
    seed: int,
    shape: tuple[int, int],
    constant: float | None,
    faint: float | None,
    min_score: float,
) -> None:
    rng = np.random.default_rng(seed)
    heads = {}
    for name, channels in layout.outputs.items():
        scale = 4 // STRIDES_PX[name]
        size = (1, channels, shape[0] * scale, shape[1] * scale)
        values = rng.choice(GARBAGE, size).astype(np.float32)
        heads[name] = values if constant is None else np.full_like(values, constant)
        heads[name].flags.writeable = False
    people = decoder(layout, faint=faint).decode(heads, min_score=min_score)
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
    zeros = {"maps": np.zeros((1, 34, 48, 64), np.float32)}
    assert len(decoder(HRNET, faint=0.02).decode(zeros)) == 0

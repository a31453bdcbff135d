"""OpenPifPaf's decoder on fields built from their definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from support_decoded import assert_sound
from support_fields_personlab import PARTS, draw_people
from support_fields_pifpaf import encode

from gesturepose.pose.families import FAMILIES
from gesturepose.pose.pifpaf import OPENPIFPAF, OPENPIFPAF_0_11, STRIDE_PX, decode
from gesturepose.pose.pifpaf_fields import EDGES, KEYPOINTS, V0_11, V0_12, V0_13

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People
    from gesturepose.pose.pifpaf import Layout
    from gesturepose.pose.pifpaf_fields import Components

VERSIONS = {"0.11": V0_11, "0.12": V0_12, "0.13": V0_13}
versions = pytest.mark.parametrize("components", VERSIONS.values(), ids=list(VERSIONS))

SIZE_PX = 385
SEEDS = st.integers(0, 2**32 - 1)


def pair(people: People, truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances ``(N, K)`` in pixels, labelled person by person; NaN where either is missing."""
    distances = np.linalg.norm(people.keypoints[:, None] - truth[None], axis=-1)
    cost = np.nan_to_num(distances, nan=100.0).mean(axis=-1)
    found, labelled = linear_sum_assignment(cost)
    order = np.argsort(labelled)
    paired: NDArray[np.float64] = distances[found[order], labelled[order]]
    return paired


def layout_of(components: Components) -> Layout:
    return OPENPIFPAF_0_11 if components is V0_11 else OPENPIFPAF


@versions
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 12), flat=st.booleans())
def test_encoded_people_come_back(
    components: Components, seed: int, count: int, *, flat: bool
) -> None:
    random = np.random.default_rng(seed)
    truth = draw_people(random, count=count, size_px=SIZE_PX, apart_px=42)
    heads = encode(
        truth,
        size_px=SIZE_PX,
        stride_px=STRIDE_PX,
        random=random,
        components=components,
        flat=flat,
    )
    for head in heads.values():
        head.flags.writeable = False
    people = decode(heads, min_score=0.25, layout=layout_of(components))
    assert len(people) == len(truth)
    assert pair(people, truth).max() < 0.01 * STRIDE_PX
    assert np.array_equal(people.scores, np.sort(people.scores)[::-1])
    assert people.boxes[:, :2] == pytest.approx(people.keypoints.min(axis=1))
    assert people.boxes[:, 2:] == pytest.approx(people.keypoints.max(axis=1))


@versions
def test_twenty_people_in_one_picture(components: Components) -> None:
    random = np.random.default_rng(4)
    truth = draw_people(random, count=20, size_px=961, apart_px=42)
    assert len(truth) == 20
    heads = encode(truth, size_px=961, stride_px=STRIDE_PX, random=random, components=components)
    people = decode(heads, min_score=0.25, layout=layout_of(components))
    assert len(people) == 20
    assert pair(people, truth).max() < 0.01 * STRIDE_PX


@versions
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 8))
def test_noise_moves_keypoints_no_farther_than_itself(
    components: Components, seed: int, count: int
) -> None:
    random = np.random.default_rng(seed)
    truth = draw_people(random, count=count, size_px=SIZE_PX, apart_px=42)
    heads = encode(
        truth,
        size_px=SIZE_PX,
        stride_px=STRIDE_PX,
        random=random,
        noise_px=2.0,
        doubt=0.1,
        components=components,
    )
    people = decode(heads, min_score=0.25, layout=layout_of(components))
    assert len(people) == len(truth)
    errors = pair(people, truth)
    assert np.nanmedian(errors) < 3
    assert np.nanmax(errors) < 12
    assert np.isfinite(errors).mean() > 0.97


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(1, 5))
def test_unlabelled_parts_are_missing_and_the_rest_is_there(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    # Arms and legs: without an eye or both ears a face is in two pieces, or none of the body.
    truth = draw_people(
        random, count=count, size_px=SIZE_PX, apart_px=60, hide=0.2, parts=PARTS[4:]
    )
    heads = encode(truth, size_px=SIZE_PX, stride_px=STRIDE_PX, random=random)
    people = decode(heads, min_score=0.25)
    assert len(people) == len(truth)
    errors = pair(people, truth)
    assert np.array_equal(np.isfinite(errors), np.isfinite(truth[..., 0]))
    assert np.isfinite(people.keypoints[..., 0]).sum() == np.isfinite(truth[..., 0]).sum()
    assert np.nanmax(errors) < 0.01 * STRIDE_PX
    assert np.array_equal(np.isnan(people.keypoints[..., 0]), people.keypoint_scores == 0)


def test_more_and_more_noise_loses_people_and_raises_nothing() -> None:
    found = []
    for noise_px, doubt in ((0.0, 0.0), (3.0, 0.1), (25.0, 0.3), (80.0, 0.5)):
        random = np.random.default_rng(3)
        truth = draw_people(random, count=3, size_px=SIZE_PX, apart_px=42)
        heads = encode(
            truth,
            size_px=SIZE_PX,
            stride_px=STRIDE_PX,
            random=random,
            noise_px=noise_px,
            doubt=doubt,
        )
        people = decode(heads, min_score=0.25)
        errors = np.linalg.norm(people.keypoints[:, None] - truth[None], axis=-1)
        errors = np.nan_to_num(errors, nan=100.0)
        near = np.median(errors, axis=-1).min(axis=0) if len(people) else np.full(3, np.inf)
        found.append(int((near < 10).sum()))
    assert found[:2] == [3, 3]
    assert found[-1] == 0
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("cif", "caf"),
    [
        ((17, 5), (19, 7)),
        ((17, 6), (19, 8)),
        ((17, 5), (44, 9)),
        ((18, 5), (19, 9)),
        ((5, 17), (9, 19)),
        ((17 * 5,), (19 * 10,)),
        ((17, 5, 1), (19, 9, 1)),
    ],
)
def test_another_number_of_components_is_one_line(
    cif: tuple[int, ...], caf: tuple[int, ...]
) -> None:
    shapes = {"cif": (1, *cif, 9, 9), "caf": (1, *caf, 9, 9)}
    heads = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    with pytest.raises(ValueError, match=r"17 x 5 and 19 x 8 \(OpenPifPaf 0\.13\)") as caught:
        decode(heads)
    assert "\n" not in str(caught.value)


def test_fields_of_two_sizes_are_one_line() -> None:
    shapes = {"cif": (1, 17, 5, 9, 9), "caf": (1, 19, 8, 9, 10)}
    with pytest.raises(ValueError, match="of the same height and width"):
        decode({name: np.zeros(shape, np.float32) for name, shape in shapes.items()})


def test_the_order_of_0_11_must_be_said() -> None:
    """Its fields have as many components as those of 0.12: read as these they hold nobody right."""
    random = np.random.default_rng(4)
    truth = draw_people(random, count=3, size_px=SIZE_PX, apart_px=60)
    heads = encode(truth, size_px=SIZE_PX, stride_px=STRIDE_PX, random=random, components=V0_11)
    found = FAMILIES["openpifpaf-v11"].decode(heads, min_score=0.25)
    assert pair(found, truth).max() < 0.01 * STRIDE_PX
    wrong = FAMILIES["openpifpaf"].decode(heads, min_score=0.25)
    assert not len(wrong)


HEADS = {"cif": (KEYPOINTS, 5), "caf": (len(EDGES), 9)}


def test_empty_fields_are_nobody() -> None:
    heads = {name: np.zeros((1, *axes, 13, 17), np.float32) for name, axes in HEADS.items()}
    people = decode(heads)
    assert len(people) == 0
    assert people.keypoints.shape == (0, KEYPOINTS, 2)
    assert people.boxes.shape == (0, 4)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 8), st.integers(1, 8), st.sampled_from([0.0, 0.3]))
def test_garbage_gives_valid_people_or_none(
    seed: int, height: int, width: int, min_score: float
) -> None:
    random = np.random.default_rng(seed)
    values = np.array([0, 1, -1, 0.5, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40], np.float32)
    heads = {name: random.choice(values, (1, *axes, height, width)) for name, axes in HEADS.items()}
    people = decode(heads, min_score=min_score)
    assert_sound(people, min_score=min_score)

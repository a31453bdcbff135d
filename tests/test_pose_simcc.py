"""SimCC heads: encoded as MMPose makes their labels, decoded, compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_fields_heatmaps import CROP, KEYPOINTS, draw_bins, keypoints_in_crops, mirror

from gesturepose.pose.simcc import Scoring, SimCC

SEEDS = st.integers(0, 2**32 - 1)
COUNTS = st.integers(1, 20)
SCORINGS: tuple[Scoring, ...] = ("min", "product")


@given(seed=SEEDS, count=COUNTS, ratio=st.integers(1, 4), scoring=st.sampled_from(SCORINGS))
def test_keypoints_are_found_within_half_a_bin(
    seed: int, count: int, ratio: int, scoring: Scoring
) -> None:
    rng = np.random.default_rng(seed)
    keypoints, visible = keypoints_in_crops(rng, count, margin=0.0)
    heads = draw_bins(keypoints, visible, ratio=ratio)
    before = {name: bins.copy() for name, bins in heads.items()}
    decoder = SimCC(split_ratio=ratio, scoring=scoring)
    found = decoder.locate(heads)
    for name, bins in heads.items():
        np.testing.assert_array_equal(bins, before[name])
    assert np.abs((found.keypoints - keypoints)[visible]).max(initial=0) <= 0.5 / ratio + 1e-3
    assert np.isnan(found.keypoints[~visible]).all()
    np.testing.assert_allclose(found.scores, visible)

    people = decoder.decode(heads, min_score=0.5)
    assert len(people) == visible.any(axis=1).sum()


@given(seed=SEEDS, noise=st.floats(0, 0.3))
def test_noise_does_harm_by_degrees(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    keypoints, visible = keypoints_in_crops(rng, 5)
    heads = draw_bins(keypoints, visible)
    heads = {n: b + rng.normal(0, noise, b.shape).astype(np.float32) for n, b in heads.items()}
    found = SimCC().locate(heads)
    error = np.abs(found.keypoints - keypoints)[visible]
    # A Gaussian of six bins is flat on top: where it is 5 % lower is one pixel off.
    if noise <= 0.05:
        assert error.max(initial=0) < 5
    elif noise <= 0.15:
        assert np.median(error) < 3
    assert np.isfinite(error).all()


def test_noise_is_nobody() -> None:
    rng = np.random.default_rng(3)
    shape = (20, KEYPOINTS)
    heads = {
        "simcc_x": rng.normal(0, 0.03, (*shape, 384)).astype(np.float32),
        "simcc_y": rng.normal(0, 0.03, (*shape, 512)).astype(np.float32),
    }
    assert len(SimCC().decode(heads, min_score=0.0)) == 0


@given(seed=SEEDS, count=COUNTS)
def test_the_order_of_crops_and_keypoints_does_not_matter(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    heads = draw_bins(*keypoints_in_crops(rng, count))
    crops, kinds = rng.permutation(count), rng.permutation(KEYPOINTS)
    plain = SimCC().locate(heads)
    rows = tuple(np.argsort(kinds).tolist())
    other = SimCC(rows=rows).locate({n: bins[crops][:, kinds] for n, bins in heads.items()})
    np.testing.assert_array_equal(other.keypoints, plain.keypoints[crops])
    np.testing.assert_array_equal(other.scores, plain.scores[crops])


@given(seed=SEEDS, ratio=st.integers(1, 4))
def test_a_flip_test_moves_nobody(seed: int, ratio: int) -> None:
    keypoints, visible = keypoints_in_crops(np.random.default_rng(seed), 5)
    # On whole bins the mirrored bins fall on the others exactly.
    keypoints = np.asarray(np.rint(keypoints * ratio) / ratio, np.float32)
    heads = draw_bins(keypoints, visible, ratio=ratio)
    flipped = draw_bins(*mirror(keypoints, visible), ratio=ratio)
    heads |= {f"flipped_{name}": bins for name, bins in flipped.items()}
    before = {name: bins.copy() for name, bins in heads.items()}
    found = SimCC(split_ratio=ratio).locate(heads)
    np.testing.assert_allclose(found.keypoints[visible], keypoints[visible], atol=1e-3)
    np.testing.assert_allclose(found.scores, visible, atol=1e-3)
    for name, bins in heads.items():
        np.testing.assert_array_equal(bins, before[name])


def test_scores_are_the_lower_axis_or_the_product() -> None:
    visible = np.ones((1, KEYPOINTS), np.bool_)
    keypoints = np.full((1, KEYPOINTS, 2), 50, np.float32)
    heads = draw_bins(keypoints, visible)
    heads["simcc_x"] *= np.float32(0.8)
    heads["simcc_y"] *= np.float32(0.5)
    np.testing.assert_allclose(SimCC().locate(heads).scores, 0.5)
    np.testing.assert_allclose(SimCC(scoring="product").locate(heads).scores, 0.4, rtol=1e-6)
    np.testing.assert_allclose(SimCC(full_scale=0.5).locate(heads).scores, 1)


@given(
    value=st.sampled_from([np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0]),
    scoring=st.sampled_from(SCORINGS),
    seed=SEEDS,
)
def test_garbage_is_survived(value: float, scoring: Scoring, seed: int) -> None:
    rng = np.random.default_rng(seed)
    heads = draw_bins(*keypoints_in_crops(rng, 2))
    for bins in heads.values():
        bins[rng.random(bins.shape) < 0.3] = value
    flipped = {f"flipped_{name}": bins for name, bins in heads.items()}
    for given_heads in (heads, heads | flipped):
        people = SimCC(scoring=scoring).decode(given_heads, min_score=0.0)
        seen = np.isfinite(people.keypoints).all(axis=2)
        np.testing.assert_array_equal(seen, people.keypoint_scores > 0)
        assert np.isfinite(people.scores).all()


def test_heads_of_another_shape_are_refused() -> None:
    bins = np.zeros((2, KEYPOINTS, CROP[0]), np.float32)
    with pytest.raises(ValueError, match="keypoints"):
        SimCC().locate({"simcc_x": bins[:, :5], "simcc_y": bins[:, :5]})
    with pytest.raises(ValueError, match="does not go with"):
        SimCC().locate({"simcc_x": bins, "simcc_y": bins[:1]})
    with pytest.raises(ValueError, match="flipped"):
        SimCC().locate(
            {
                "simcc_x": bins,
                "simcc_y": bins,
                "flipped_simcc_x": bins[:1],
                "flipped_simcc_y": bins,
            }
        )


def test_bins_of_another_number_are_refused() -> None:
    heads = draw_bins(*keypoints_in_crops(np.random.default_rng(1), 1))
    SimCC().check_size(heads, CROP)
    with pytest.raises(ValueError, match=r"simcc_x \(1, 17, 384\) does not fit 256 pixels"):
        SimCC().check_size(heads, (256, 256))
    with pytest.raises(ValueError, match="which would be 576 bins"):
        SimCC(split_ratio=3).check_size(heads, CROP)

"""Top-down heatmaps: encoded from the papers' definition, decoded, compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_fields_heatmaps import (
    CROP,
    KEYPOINTS,
    draw_heatmaps,
    keypoints_in_crops,
    mirror,
    people_in_picture,
    to_cells,
)

from gesturepose.pose.crop_decoder import MPII_ROWS
from gesturepose.pose.crops import Crops
from gesturepose.pose.heatmaps import Grid, Refinement, TopDownHeatmaps
from gesturepose.skeleton import COCO17

SEEDS = st.integers(0, 2**32 - 1)
COUNTS = st.integers(1, 20)
GRIDS: tuple[Grid, ...] = ("centers", "corners", "aligned")

#: Farthest that each way of placing a keypoint may be from the truth, in cells along an axis: half
#: a cell; half of that; and rounding.
FARTHEST: dict[Refinement, float] = {"none": 0.501, "quarter": 0.251, "dark": 0.002}


def errors_in_cells(
    decoder: TopDownHeatmaps,
    seed: int,
    *,
    count: int,
    noise: float = 0.0,
    margin: float = 32.0,
) -> np.ndarray:
    """Distances ``(visible, 2)`` along x and y from the truth, in cells."""
    rng = np.random.default_rng(seed)
    keypoints, visible = keypoints_in_crops(rng, count, margin=margin)
    maps = draw_heatmaps(keypoints, visible, grid=decoder.grid, sigma=decoder.sigma_cells)
    maps += rng.normal(0, noise, maps.shape).astype(np.float32)
    found = decoder.locate({"heatmaps": maps})
    return (found.keypoints - keypoints)[visible] / decoder.stride_px


@given(
    seed=SEEDS,
    count=COUNTS,
    grid=st.sampled_from(GRIDS),
    refinement=st.sampled_from(sorted(FARTHEST)),
)
def test_keypoints_are_found_within_a_fraction_of_a_cell(
    seed: int, count: int, grid: Grid, refinement: Refinement
) -> None:
    rng = np.random.default_rng(seed)
    keypoints, visible = keypoints_in_crops(rng, count)
    decoder = TopDownHeatmaps(refinement=refinement, grid=grid)
    heads = {"heatmaps": draw_heatmaps(keypoints, visible, grid=grid)}
    before = heads["heatmaps"].copy()
    found = decoder.locate(heads)
    np.testing.assert_array_equal(heads["heatmaps"], before)
    error = to_cells(found.keypoints, grid=grid, stride=4) - to_cells(
        keypoints, grid=grid, stride=4
    )
    assert np.abs(error[visible]).max(initial=0) <= FARTHEST[refinement]
    assert np.isnan(found.keypoints[~visible]).all()
    assert (found.scores[~visible] == 0).all()
    assert (found.scores[visible] > 0.9).all()

    people = decoder.decode(heads, min_score=0.5)
    assert len(people) == visible.any(axis=1).sum()
    assert (np.diff(people.scores) <= 0).all()


def test_the_finer_way_is_nearer() -> None:
    """Root mean square error in cells over 2800 keypoints, without noise and with some."""
    measured: dict[tuple[str, float], float] = {}
    for refinement in FARTHEST:
        for noise in (0.0, 0.05, 0.1):
            decoder = TopDownHeatmaps(refinement=refinement)
            error = errors_in_cells(decoder, 1, count=200, noise=noise)
            measured[refinement, noise] = float(np.sqrt(np.square(error).mean()))
    # A place anywhere in a cell, or in half of one: the width over the root of twelve.
    assert measured["none", 0.0] == pytest.approx(1 / np.sqrt(12), rel=0.03)
    assert measured["quarter", 0.0] == pytest.approx(0.5 / np.sqrt(12), rel=0.03)
    assert measured["dark", 0.0] < 0.001
    for noise, dark in ((0.05, 0.05), (0.1, 0.1)):
        assert measured["quarter", noise] < 0.8 * measured["none", noise]
        assert measured["dark", noise] < dark


def test_near_the_edge_dark_is_finer_too() -> None:
    error = np.abs(errors_in_cells(TopDownHeatmaps(refinement="dark"), 1, count=200, margin=2.0))
    assert np.quantile(error, 0.99) < 0.15
    assert error.max() < FARTHEST["none"]


@given(seed=SEEDS, noise=st.floats(0, 0.3))
def test_noise_does_harm_by_degrees(seed: int, noise: float) -> None:
    """A Gaussian of 2 cells stands out of noise up to about a fifth of its height."""
    for refinement in FARTHEST:
        error = np.abs(
            errors_in_cells(TopDownHeatmaps(refinement=refinement), seed, count=5, noise=noise)
        ).max(axis=1)
        if noise <= 0.05:
            assert error.max(initial=0) < 2.5
        elif noise <= 0.15:
            assert np.median(error) < (0.35 if refinement == "dark" else 1.5)
        assert np.isfinite(error).all()


@given(seed=SEEDS, count=COUNTS)
def test_people_of_a_picture_are_found_through_their_crops(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    people = people_in_picture(rng, count)
    crops = Crops.fit(people.boxes, input_size=CROP)
    decoder = TopDownHeatmaps(refinement="dark", grid="centers")
    maps = draw_heatmaps(crops.to_input(people.keypoints), people.visible, grid="centers")
    found = decoder.locate({"heatmaps": maps}).to_picture(crops).to_people(min_score=0.5)

    present = people.visible.any(axis=1)
    assert len(found) == present.sum()
    # The best first is not the order of the crops: each must be somebody, and each another.
    truth = np.where(people.visible[..., None], people.keypoints, np.nan)[present]
    cells = 4 / crops.scales[present]
    owners = [
        [
            person
            for person in range(len(truth))
            if np.array_equal(np.isnan(one), np.isnan(truth[person]))
            and np.nanmax(np.abs(one - truth[person])) < 0.02 * cells[person]
        ]
        for one in found.keypoints
    ]
    assert sorted(owners) == [[person] for person in range(len(truth))]


@pytest.mark.parametrize("noise", [0.01, 0.03])
def test_noise_is_nobody(noise: float) -> None:
    maps = np.random.default_rng(3).normal(0, noise, (20, KEYPOINTS, 64, 48)).astype(np.float32)
    assert len(TopDownHeatmaps().decode({"heatmaps": maps}, min_score=0.0)) == 0


@given(seed=SEEDS, count=COUNTS, refinement=st.sampled_from(sorted(FARTHEST)))
def test_the_order_of_crops_and_keypoints_does_not_matter(
    seed: int, count: int, refinement: Refinement
) -> None:
    rng = np.random.default_rng(seed)
    maps = draw_heatmaps(*keypoints_in_crops(rng, count))
    maps += rng.normal(0, 0.05, maps.shape).astype(np.float32)
    crops, kinds = rng.permutation(count), rng.permutation(KEYPOINTS)
    plain = TopDownHeatmaps(refinement=refinement).locate({"heatmaps": maps})
    rows = tuple(np.argsort(kinds).tolist())
    other = TopDownHeatmaps(refinement=refinement, rows=rows).locate(
        {"heatmaps": maps[crops][:, kinds]}
    )
    np.testing.assert_allclose(other.keypoints, plain.keypoints[crops], rtol=1e-5)
    np.testing.assert_array_equal(other.scores, plain.scores[crops])


@given(seed=SEEDS, count=COUNTS)
def test_a_mirrored_crop_gives_mirrored_people(seed: int, count: int) -> None:
    keypoints, visible = keypoints_in_crops(np.random.default_rng(seed), count)
    decoder = TopDownHeatmaps(refinement="dark", grid="centers")
    plain = decoder.locate({"heatmaps": draw_heatmaps(keypoints, visible, grid="centers")})
    maps = draw_heatmaps(*mirror(keypoints, visible), grid="centers")
    back, _ = mirror(decoder.locate({"heatmaps": maps}).keypoints, visible)
    np.testing.assert_allclose(back, plain.keypoints, atol=0.05)


@pytest.mark.parametrize(
    ("grid", "shift", "bias_px"),
    [
        ("centers", False, 0.0),
        ("aligned", False, 0.0),
        # Half of what the mirrored maps are off: three pixels to the left, or one to the right.
        ("corners", False, -1.5),
        ("corners", True, 0.5),
    ],
)
def test_a_flip_test_moves_nobody_but_by_its_known_bias(
    grid: Grid, *, shift: bool, bias_px: float
) -> None:
    keypoints, visible = keypoints_in_crops(np.random.default_rng(5), 10)
    decoder = TopDownHeatmaps(refinement="dark", grid=grid, shift_flipped=shift)
    heads = {
        "heatmaps": draw_heatmaps(keypoints, visible, grid=grid),
        "flipped_heatmaps": draw_heatmaps(*mirror(keypoints, visible), grid=grid),
    }
    before = {name: maps.copy() for name, maps in heads.items()}
    found = decoder.locate(heads)
    for name, maps in heads.items():
        np.testing.assert_array_equal(maps, before[name])
    error = (found.keypoints - keypoints)[visible]
    np.testing.assert_allclose(error.mean(axis=0), [bias_px, 0], atol=0.02)
    assert np.abs(error - [bias_px, 0]).max() < 0.1


def test_a_flip_test_halves_the_noise() -> None:
    rng = np.random.default_rng(8)
    keypoints, visible = keypoints_in_crops(rng, 100)
    decoder = TopDownHeatmaps(refinement="dark", grid="centers")
    heads = {
        "heatmaps": draw_heatmaps(keypoints, visible, grid="centers"),
        "flipped_heatmaps": draw_heatmaps(*mirror(keypoints, visible), grid="centers"),
    }
    heads = {n: m + rng.normal(0, 0.05, m.shape).astype(np.float32) for n, m in heads.items()}
    both = decoder.locate(heads).keypoints - keypoints
    one = decoder.locate({"heatmaps": heads["heatmaps"]}).keypoints - keypoints
    assert np.square(both[visible]).mean() < 0.65 * np.square(one[visible]).mean()


def test_at_the_edge_of_the_crop_nothing_is_made_up() -> None:
    corners = np.array([[0, 0], [CROP[0] - 4, CROP[1] - 4], [0, 128], [96, 0]], np.float32)
    keypoints = np.repeat(corners[:, None], KEYPOINTS, axis=1)
    visible = np.ones(keypoints.shape[:2], np.bool_)
    for refinement in FARTHEST:
        decoder = TopDownHeatmaps(refinement=refinement)
        found = decoder.locate({"heatmaps": draw_heatmaps(keypoints, visible)})
        # Along an edge the place is as good as inside; across it, it is the cell.
        np.testing.assert_allclose(found.keypoints, keypoints, atol=0.1)


def test_mpii_networks_have_no_face() -> None:
    rng = np.random.default_rng(2)
    keypoints, _ = keypoints_in_crops(rng, 3)
    own = np.zeros((3, 17, 64, 48), np.float32)
    own[:, 16] = 1  # the background map of CPM
    maps = draw_heatmaps(keypoints, np.ones((3, KEYPOINTS), np.bool_))
    for row, name in enumerate(COCO17.keypoints):
        if MPII_ROWS[row] >= 0:
            own[:, MPII_ROWS[row]] = maps[:, row]
        else:
            assert name.split("_")[-1] in {"nose", "eye", "ear"}
    found = TopDownHeatmaps(rows=MPII_ROWS).locate({"heatmaps": own})
    assert np.isnan(found.keypoints[:, :5]).all()
    assert (found.scores[:, :5] == 0).all()
    assert np.abs(found.keypoints[:, 5:] - keypoints[:, 5:]).max() <= 1.01


def test_a_map_may_have_another_height_and_stride() -> None:
    keypoints, visible = keypoints_in_crops(np.random.default_rng(9), 4)
    maps = draw_heatmaps(keypoints, visible, stride=8, sigma=1.5) * 255
    decoder = TopDownHeatmaps(stride_px=8, refinement="dark", sigma_cells=1.5, full_scale=255)
    found = decoder.locate({"heatmaps": maps})
    assert np.abs((found.keypoints - keypoints)[visible]).max() < 0.4
    assert found.scores.max() <= 1


@given(
    value=st.sampled_from([np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0]),
    refinement=st.sampled_from(sorted(FARTHEST)),
    seed=SEEDS,
)
def test_garbage_is_survived(value: float, refinement: Refinement, seed: int) -> None:
    rng = np.random.default_rng(seed)
    maps = draw_heatmaps(*keypoints_in_crops(rng, 2))
    maps[rng.random(maps.shape) < 0.3] = value
    decoder = TopDownHeatmaps(refinement=refinement)
    for heads in ({"heatmaps": maps}, {"heatmaps": maps, "flipped_heatmaps": maps[..., ::-1]}):
        people = decoder.decode(heads, min_score=0.0)
        seen = np.isfinite(people.keypoints).all(axis=2)
        np.testing.assert_array_equal(seen, people.keypoint_scores > 0)
        assert np.isfinite(people.scores).all()
        assert (people.keypoint_scores <= 1).all()


def test_heads_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="keypoints"):
        TopDownHeatmaps().locate({"heatmaps": np.zeros((1, 16, 8, 8), np.float32)})
    with pytest.raises(ValueError, match="heatmaps are"):
        TopDownHeatmaps().locate({"heatmaps": np.zeros((1, 17, 8), np.float32)})
    maps = np.zeros((2, 17, 8, 8), np.float32)
    with pytest.raises(ValueError, match="flipped"):
        TopDownHeatmaps().locate({"heatmaps": maps, "flipped_heatmaps": maps[:1]})


@pytest.mark.parametrize("size", [(192, 256), (256, 192), (188, 256), (190, 256)])
def test_maps_of_another_size_are_refused(size: tuple[int, int]) -> None:
    heads = {"heatmaps": np.zeros((1, 17, 64, 48), np.float32)}
    if size == (192, 256):
        TopDownHeatmaps().check_size(heads, size)
        return
    with pytest.raises(ValueError, match="do not fit crops of"):
        TopDownHeatmaps().check_size(heads, size)

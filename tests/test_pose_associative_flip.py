"""The flip test of associative embedding: the mirrored picture's maps lie where the picture's do.

On networks made for the purpose, whose outputs are made of the picture; no weights are here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from support_fields_networks import ROWS, SCALE, draw_stack, write_tags_network

from gesturepose.errors import ModelError
from gesturepose.pose.adding import NewModel, add_model
from gesturepose.pose.associative_embedding import (
    HIGHER_HRNET,
    HIGHER_HRNET_MIRRORED,
    HRNET,
    HRNET_MIRRORED,
)
from gesturepose.pose.card import Model, read_card
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.fixed_input import fit_within
from gesturepose.pose.mirrored import run_mirrored
from gesturepose.pose.session import PoseSession
from gesturepose.pose.settings import PoseSettings

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame, Pose

LAYOUTS = {
    "hrnet-bottom-up": (HRNET, HRNET_MIRRORED),
    "higher-hrnet": (HIGHER_HRNET, HIGHER_HRNET_MIRRORED),
}
families = pytest.mark.parametrize("family", LAYOUTS)
batches = pytest.mark.parametrize("batch", [1, "N"])


def add(folder: Path, family: str, *, flip_test: bool, **network: Any) -> Model:
    name = "flip" if flip_test else "plain"
    file = write_tags_network(folder / f"{name}-file.onnx", LAYOUTS[family][0].outputs, **network)
    std = (255.0, 255.0, 255.0)
    new = NewModel(family=family, name=name, licence="MIT", std=std, flip_test=flip_test)
    return add_model(file, new, folder=folder / "kept")


def look(model: Model, frame: Frame) -> list[Pose]:
    settings = PoseSettings(
        name=str(model.path), device="cpu", min_score=0.05, min_keypoint_score=0.1
    )
    estimator = PoseEstimator(settings)
    estimator.warm_up(frame.size)
    poses = estimator(frame)
    estimator.close()
    return sorted(poses, key=lambda pose: float(np.nanmean(pose.keypoints[:, 1])))


def errors_px(poses: list[Pose], exact: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(N, 6, 2)``: what was found less what was drawn, in pixels of the input."""
    assert len(poses) == len(exact)
    found = np.stack([pose.keypoints for pose in poses])
    assert np.array_equal(np.isnan(found), np.isnan(exact))
    return np.asarray((found - exact)[:, ROWS] * SCALE)


@families
@batches
def test_mirrored_maps_lie_on_those_of_the_picture(
    tmp_path: Path, family: str, batch: int | str
) -> None:
    """To less than a hundredth of a cell, though there is black at the right of the input only."""
    model = add(tmp_path, family, flip_test=True, batch=batch)
    frame, _ = draw_stack(np.random.default_rng(1), 2)
    session = PoseSession(model, FAMILIES[family], device="cpu", threads=1)
    assert session.input_size is not None
    heads = run_mirrored(session, fit_within(frame.size, session.input_size).apply(frame.image))
    session.close()
    one, both = LAYOUTS[family]
    assert heads.keys() == both.outputs.keys()
    for maps in (both.heatmaps, both.tags):
        count = len(maps) // 2
        assert count == len(one.heatmaps if maps is both.heatmaps else one.tags)
        for plain, mirrored in zip(maps[:count], maps[count:], strict=True):
            assert mirrored.mirrored
            shown, turned_back = plain.read(heads), mirrored.read(heads)
            assert shown.max() > 0.5
            np.testing.assert_allclose(turned_back, shown, atol=1e-5)
            # A cell's step apart they would be far from alike.
            assert np.abs(turned_back - np.roll(shown, 1, axis=2)).max() > 0.1 or maps is both.tags


@families
@batches
@pytest.mark.parametrize("people", [1, 2])
def test_of_an_even_handed_network_both_say_the_same(
    tmp_path: Path, family: str, batch: int | str, people: int
) -> None:
    frame, exact = draw_stack(np.random.default_rng(people), people)
    plain, flipped = (
        look(add(tmp_path, family, flip_test=flip_test, batch=batch), frame)
        for flip_test in (False, True)
    )
    stride_px = FAMILIES[family].stride_px
    assert np.abs(errors_px(plain, exact)[:, :6]).max() < 0.75 * stride_px
    assert len(plain) == len(flipped) == people
    for one, other in zip(plain, flipped, strict=True):
        np.testing.assert_allclose(other.keypoints, one.keypoints, atol=1e-3)
        np.testing.assert_allclose(other.scores, one.scores, atol=1e-5)


@families
@batches
def test_what_is_seen_too_far_to_one_side_is_averaged_out(
    tmp_path: Path, family: str, batch: int | str
) -> None:
    frame, exact = draw_stack(np.random.default_rng(5), 2, spread_px=10)
    plain, flipped = (
        look(add(tmp_path, family, flip_test=flip_test, batch=batch, shift_px=4), frame)
        for flip_test in (False, True)
    )
    wrong, better = errors_px(plain, exact), errors_px(flipped, exact)
    assert wrong[..., 0].mean() == pytest.approx(4, abs=0.5)
    assert better[..., 0].mean() == pytest.approx(0, abs=0.5)
    assert np.abs(better[..., 0]).max() < 0.5 * np.abs(wrong[..., 0]).min()
    assert np.abs(better[..., 1] - wrong[..., 1]).max() < 0.75 * FAMILIES[family].stride_px


@families
def test_how_sure_of_left_and_right_is_averaged(tmp_path: Path, family: str) -> None:
    frame, _ = draw_stack(np.random.default_rng(5), 2)
    plain, flipped = (
        look(add(tmp_path, family, flip_test=flip_test, left_gain=0.5), frame)
        for flip_test in (False, True)
    )
    for one, other in zip(plain, flipped, strict=True):
        left, right = one.scores[ROWS[:3]], one.scores[ROWS[3:]]
        assert left.mean() == pytest.approx(right.mean() / 2, rel=0.1)
        np.testing.assert_allclose(other.scores[ROWS[:3]], 1.5 * left, rtol=0.02)
        np.testing.assert_allclose(other.scores[ROWS[3:]], 0.75 * right, rtol=0.02)


def test_the_card_says_so_and_only_where_it_can_be_done(tmp_path: Path) -> None:
    model = add(tmp_path, "higher-hrnet", flip_test=True)
    assert model.card.decoding.flip_test
    assert not add(tmp_path, "higher-hrnet", flip_test=False).card.decoding.flip_test
    card = model.path.with_suffix(".toml")
    good = card.read_text(encoding="utf-8")
    for text, said in (
        (good.replace("higher-hrnet", "openpifpaf"), "decoding: family 'openpifpaf' has no flip"),
        (good.replace("higher-hrnet", "simcc"), "its flip_test is in the section .top_down"),
        (good.replace("flip_test = true", "flip_test = 1"), "decoding.flip_test: Input should be"),
        (good.replace("flip_test = true", "flips = true"), "decoding.flips: Extra inputs"),
    ):
        card.write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match=said) as caught:
            read_card(card)
        assert "\n" not in str(caught.value)

"""Everybody's poses by two networks: who is looked at, and who counts; and who needs two."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support_top_down import (
    ROWS,
    KnownPlaces,
    as_poses,
    draw_people,
    write_card,
    write_constant_network,
    write_heatmap_network,
)

from gesturepose.datatypes import Frame
from gesturepose.errors import ModelError
from gesturepose.pose.adding import NewModel, add_model
from gesturepose.pose.card import find_model
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.pose.making import make_estimator
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.top_down import TopDownEstimator
from gesturepose.pose.top_down_rule import HEATMAPS
from gesturepose.pose.two_stage import TwoStageEstimator, boxes_of
from gesturepose.skeleton import COCO17
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def dots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TopDownEstimator]:
    path = write_heatmap_network(tmp_path_factory.mktemp("dots") / "dots.onnx")
    crops = {"refinement": "'dark'"}
    estimator = TopDownEstimator(
        PoseSettings(name=write_card(path, HEATMAPS, crops=crops), device="cpu")
    )
    yield estimator
    estimator.close()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_rough_places_become_exact_ones(dots: TopDownEstimator, count: int) -> None:
    rng = np.random.default_rng(count)
    frame, keypoints = draw_people(rng, count)
    rough = keypoints + rng.normal(0, 4, keypoints.shape).astype(np.float32)
    order = rng.permutation(count)
    poses = TwoStageEstimator(KnownPlaces(as_poses(rough[order])), dots)(frame)
    assert len(poses) == count
    found = np.stack([pose.keypoints for pose in poses])
    by_place = np.argsort(np.nanmean(found[..., 0], axis=1))
    np.testing.assert_allclose(found[by_place], keypoints, atol=0.1)
    assert sorted((pose.score for pose in poses), reverse=True) == [p.score for p in poses]
    # As sure as both networks are, not less for there being two.
    for pose in poses:
        assert pose.score == pytest.approx(np.sqrt(0.64 * pose.scores[ROWS].mean()), rel=1e-4)


def test_who_is_not_confirmed_is_nobody(dots: TopDownEstimator) -> None:
    frame, keypoints = draw_people(np.random.default_rng(1), 3)
    empty = Frame(frame.image.copy(), 0.0, 0)
    empty.image[:, 210:430] = 0
    poses = TwoStageEstimator(KnownPlaces(as_poses(keypoints)), dots)(empty)
    assert len(poses) == 2
    assert TwoStageEstimator(KnownPlaces([]), dots)(frame) == []
    black = Frame(np.zeros_like(frame.image), 0.0, 0)
    assert TwoStageEstimator(KnownPlaces(as_poses(keypoints)), dots)(black) == []


def test_one_body_found_twice_is_one_person(dots: TopDownEstimator) -> None:
    frame, keypoints = draw_people(np.random.default_rng(2), 2)
    twice = [*as_poses(keypoints, 0.5), *as_poses(keypoints + np.float32(6), 0.6)]
    poses = TwoStageEstimator(KnownPlaces(twice), dots)(frame)
    assert len(poses) == 2
    # The surer of two stays, here the one whom the finder was surer of.
    assert all(pose.score > np.sqrt(0.55 * 0.9) for pose in poses)


def test_both_are_warmed_up_timed_and_closed(tmp_path: Path) -> None:
    frame, keypoints = draw_people(np.random.default_rng(3), 1)
    times, finder = StageTimes(), KnownPlaces(as_poses(keypoints), max_people=4)
    card = write_card(write_heatmap_network(tmp_path / "dots.onnx"), HEATMAPS)
    person = TopDownEstimator(PoseSettings(name=card, device="cpu"), times=times)
    both = TwoStageEstimator(finder, person, times=times)
    both.warm_up((320, 240))
    assert (finder.warmed, finder.asked, times.summary_ms()) == ((320, 240), 0, {})
    assert len(both(frame)) == 1
    assert list(times.summary_ms()) == ["find", "preprocess", "network", "decode"]
    assert (both.model_name, both.max_people, both.skeleton.name) == ("dots", 4, "coco17")
    both.close()
    assert finder.closed
    with pytest.raises(Exception, match="closed"):
        both(frame)


KEYPOINTS = npst.arrays(
    np.float64,
    (3, 17, 2),
    elements=st.one_of(st.floats(-50, 700), st.just(float("nan"))),
)


@given(keypoints=KEYPOINTS)
def test_boxes_hold_the_keypoints_and_stay_in_the_picture(keypoints: np.ndarray) -> None:
    boxes = boxes_of(keypoints, (640, 480))
    assert boxes.shape == (3, 4)
    assert boxes.dtype == np.float32
    for box, person in zip(boxes, keypoints, strict=True):
        there = person[np.isfinite(person).all(axis=1)]
        if not len(there):
            assert np.isnan(box).all()
            continue
        assert (box[:2] >= 0).all()
        assert (box[2:] <= (639, 479)).all()
        inside = np.clip(there, 0, (639, 479))
        assert (inside >= box[:2] - 1e-3).all()
        assert (inside <= box[2:] + 1e-3).all()


def test_a_box_reaches_a_tenth_of_the_person_beyond_the_keypoints() -> None:
    keypoints = np.full((1, 17, 2), np.nan)
    keypoints[0, :2] = [[200, 100], [240, 300]]
    assert boxes_of(keypoints, (640, 480)).tolist() == [[180, 80, 260, 320]]


def test_a_network_for_pictures_is_alone_and_one_for_persons_gets_a_finder(tmp_path: Path) -> None:
    alone = make_estimator(PoseSettings(device="cpu"))
    assert isinstance(alone, PoseEstimator)
    single = make_estimator(PoseSettings(name="movenet-lightning", device="cpu"))
    assert isinstance(single, PoseEstimator)
    for estimator in (alone, single):
        estimator.close()

    # Whoever is found has everything in the middle of the crop.
    path = write_constant_network(tmp_path / "middle.onnx", cell=(24, 32))
    card = write_card(path, HEATMAPS, crops={"refinement": "'none'", "grid": "'centers'"})
    times = StageTimes()
    settings = PoseSettings(name=card, device="cpu", max_people=3)
    with contextlib.closing(make_estimator(settings, times)) as both:
        assert isinstance(both, TwoStageEstimator)
        assert (both.model_name, both.max_people) == ("middle", 3)
        assert both.provider == "CPUExecutionProvider"
        picture = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
        both.warm_up((512, 512))
        (pose,) = both(Frame(picture, 0.0, 0))
        # The astronaut's chest, and not the picture's middle.
        x, y = pose.keypoints[0]
        assert 180 < x < 320
        assert 200 < y < 400
        np.testing.assert_allclose(pose.keypoints, np.tile([x, y], (17, 1)))
        assert both(Frame(np.zeros((480, 640, 3), np.uint8), 0.0, 1)) == []
    assert list(times.summary_ms()) == ["find", "preprocess", "network", "decode"]


def test_a_trained_network_sees_the_same_person(tmp_path: Path) -> None:
    """The keypoint heatmaps of MoveNet Thunder alone are those of a top-down network."""
    thunder = find_model("movenet-thunder")
    new = NewModel(
        family=HEATMAPS,
        name="heatmaps",
        licence="Apache-2.0",
        layout="NHWC",
        dtype="uint8",
        outputs={"heatmaps": "keypoint_heatmaps"},
        top_down={"width": 256, "height": 256, "grid": "centers", "refinement": "dark"},
    )
    model = add_model(thunder.path, new, folder=tmp_path)
    frame = Frame(np.ascontiguousarray(skimage.data.astronaut()[..., ::-1]), 0.0, 0)
    with contextlib.closing(make_estimator(PoseSettings(device="cpu"))) as alone:
        (expected,) = alone(frame)
    settings = PoseSettings(name=str(model.path), device="cpu")
    with contextlib.closing(make_estimator(settings)) as both:
        (pose,) = both(frame)
    sure = (expected.scores > 0.5) & (pose.scores > 0.5)
    assert sure[COCO17.index("nose")]
    assert sure.sum() >= 6
    # Another eye at another size, on a person 400 pixels tall.
    apart = np.linalg.norm(pose.keypoints - expected.keypoints, axis=1)[sure]
    assert np.median(apart) < 8


def test_what_is_wrong_with_the_second_network_is_said_at_once(tmp_path: Path) -> None:
    path = write_heatmap_network(tmp_path / "dots.onnx")
    card = write_card(path, HEATMAPS, crops={"stride_px": 8})
    with pytest.raises(ModelError, match="do not fit"):
        make_estimator(PoseSettings(name=card, device="cpu"))

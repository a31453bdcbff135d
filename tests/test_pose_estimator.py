"""The whole stage on real pictures."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gesturepose import resources
from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose.duplicates import SAME_BODY_OKS, find_distinct, similarity
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.pose.letterbox import Letterbox
from gesturepose.pose.movenet_multipose import People
from gesturepose.pose.session import PoseSession
from gesturepose.pose.settings import PoseSettings
from gesturepose.skeleton import COCO17
from gesturepose.stats import StageTimes

CLIPS = Path(__file__).parent.parent.parent / "shared" / "clips"
SIGMAS = np.array(COCO17.sigmas)
NOSE, LEFT_SHOULDER, RIGHT_SHOULDER = 0, 5, 6


@functools.cache
def default_estimator() -> PoseEstimator:
    return PoseEstimator(PoseSettings(device="cpu"))


def make_frame(image: np.ndarray, index: int = 0) -> Frame:
    return Frame(np.ascontiguousarray(image), index / 30, index)


def astronaut(width: int = 512, height: int = 512) -> np.ndarray:
    return np.asarray(cv2.resize(skimage.data.astronaut()[..., ::-1], (width, height)))


def test_the_astronaut_is_found_where_she_is() -> None:
    (pose,) = default_estimator()(make_frame(astronaut()))
    assert pose.score > 0.4
    nose, left, right = pose.keypoints[[NOSE, LEFT_SHOULDER, RIGHT_SHOULDER]]
    assert nose == pytest.approx([224, 122], abs=6)
    assert left[0] > nose[0] > right[0]  # not mirrored: her left is on the picture's right
    assert pose.keypoints.dtype == np.float32
    missing = pose.scores == 0
    assert missing.any()  # her feet are below the picture
    assert np.isnan(pose.keypoints[missing]).all()
    assert (pose.scores[~missing] >= PoseSettings().min_keypoint_score).all()


@pytest.mark.parametrize(
    ("smallest_px", "long_side"), [(0.0, 256), (20.0, 256), (60.0, 192), (90.0, 128), (400.0, 128)]
)
def test_a_smaller_input_does_where_nobody_is_small(
    smallest_px: float, long_side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The astronaut's shoulders are 160 pixels apart."""
    sizes: list[tuple[int, ...]] = []
    run = PoseSession.run

    def see(session: PoseSession, image: np.ndarray) -> dict[str, np.ndarray]:
        sizes.append(image.shape)
        return run(session, image)

    monkeypatch.setattr(PoseSession, "run", see)
    (pose,) = default_estimator()(make_frame(astronaut()), smallest_px=smallest_px)
    assert sizes == [(long_side, long_side, 3)]
    assert pose.keypoints[NOSE] == pytest.approx([224, 122], abs=8)


def test_colours_are_handed_over_in_the_right_order() -> None:
    right = default_estimator()(make_frame(astronaut()))
    swapped = default_estimator()(make_frame(astronaut()[..., ::-1]))
    assert right[0].score > swapped[0].score


@pytest.mark.parametrize(
    ("left", "top", "width", "height", "scale"),
    [
        (0, 0, 640, 512, 1.0),  # 4:3 and wider
        (500, 0, 1100, 512, 1.0),  # far right of a wide picture
        (0, 0, 512, 700, 1.0),  # portrait, person at the top
        (30, 250, 600, 800, 1.0),  # portrait, person at the bottom
        (0, 0, 640, 512, 4.0),  # huge
        (0, 0, 640, 512, 0.4),  # small
    ],
)
def test_a_person_is_mapped_rightly_whatever_the_shape(
    left: int, top: int, width: int, height: int, scale: float
) -> None:
    canvas = np.full((height, width, 3), 90, np.uint8)
    cut = astronaut()[: height - top, : width - left]
    canvas[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    image = cv2.resize(canvas, None, fx=scale, fy=scale)
    pose = default_estimator()(make_frame(image))[0]
    expected = np.add([[224, 122], [305, 258], [117, 236]], [left, top])
    found = pose.keypoints[[NOSE, LEFT_SHOULDER, RIGHT_SHOULDER]]
    distance = np.abs((found + 0.5) / scale - 0.5 - expected).max(axis=1)
    assert distance[0] < 10  # a nose has one place; a shoulder under a suit has not
    assert distance[1:].max() < 30


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (640, 480), (4096, 2160)])
@pytest.mark.parametrize("value", [0, 127, 255])
def test_nobody_is_an_empty_list(size: tuple[int, int], value: int) -> None:
    assert default_estimator()(make_frame(np.full((size[1], size[0], 3), value, np.uint8))) == []


def test_stages_are_timed_and_warming_up_is_not() -> None:
    times = StageTimes()
    estimator = PoseEstimator(PoseSettings(device="cpu"), times=times)
    estimator.warm_up((640, 480))
    assert times.summary_ms() == {}
    for index in range(30):
        estimator(make_frame(astronaut(640, 480), index))
    summary = times.summary_ms()
    assert list(summary) == ["preprocess", "network", "decode"]
    # The budget is 1.5 ms for both; a loaded machine may take several times as long.
    assert summary["preprocess"]["p50"] + summary["decode"]["p50"] < 5.0
    estimator.close()
    with pytest.raises(GesturePoseError, match="was closed"):
        estimator(make_frame(astronaut()))


def test_what_it_says_of_itself() -> None:
    estimator = default_estimator()
    assert estimator.model_name == "movenet-multipose-int8"
    assert estimator.provider == "CPUExecutionProvider"
    assert estimator.skeleton is COCO17
    with pytest.raises(ModelError, match="did you mean 'movenet-multipose'"):
        PoseEstimator(PoseSettings(name="movenet"))


def test_settings_are_heeded() -> None:
    pair = np.concatenate([astronaut()[:, 60:360], astronaut()[:, 360:60:-1]], axis=1)
    frame = make_frame(pair)
    assert len(default_estimator()(frame)) == 2
    assert len(PoseEstimator(PoseSettings(device="cpu", max_people=1))(frame)) == 1
    assert PoseEstimator(PoseSettings(device="cpu", min_score=0.9))(frame) == []
    (sure, *_) = PoseEstimator(PoseSettings(device="cpu", min_keypoint_score=0.6))(frame)
    (all_in, *_) = PoseEstimator(PoseSettings(device="cpu", min_keypoint_score=0))(frame)
    assert np.isnan(sure.keypoints).sum() > np.isnan(all_in.keypoints).sum()
    small = PoseEstimator(PoseSettings(device="cpu", input_size=192))
    assert small._fit((640, 480)).input_size == (192, 160)


@pytest.mark.parametrize(
    "wrong",
    [{"min_score": 1.5}, {"device": "gpu"}, {"threads": 0}, {"colour": "red"}, {"name": ""}],
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PoseSettings.model_validate(wrong)


def test_settings_take_whole_numbers_as_toml_writes_them() -> None:
    settings_read = PoseSettings.model_validate({"min_score": 0, "min_keypoint_score": 1})
    assert settings_read.min_keypoint_score == 1.0


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.floats(0.1, 1e6))
def test_any_people_become_valid_poses(seed: int, count: int, reach: float) -> None:
    random = np.random.default_rng(seed)
    corners = random.normal(0, reach, (count, 2, 2))
    people = People(
        keypoints=random.normal(100, reach, (count, 17, 2)).astype(np.float32),
        keypoint_scores=np.clip(random.normal(0.3, 0.3, (count, 17)), 0, 1).astype(np.float32),
        boxes=corners.reshape(count, 4).astype(np.float32),
        scores=random.random(count).astype(np.float32),
    )
    letterbox = Letterbox.fit((640, 480), long_side=256, multiple=32)
    poses = default_estimator()._to_poses(people, letterbox, (0, 0), (640, 480))
    assert [pose.score for pose in poses] == sorted((p.score for p in poses), reverse=True)
    for pose in poses:
        seen = pose.scores > 0
        assert seen.any()
        assert (np.abs(pose.keypoints[seen] - [320, 240]) < [335, 255]).all()


def make_pose(rng: np.random.Generator, offset_px: float = 0.0) -> np.ndarray:
    return (rng.uniform(100, 300, (17, 2)) + offset_px).astype(np.float32)


def test_one_body_gives_one_pose_and_two_bodies_two() -> None:
    first = make_pose(np.random.default_rng(1))
    again = first + np.float32(2)
    other = first + np.array([90, 0], np.float32)
    boxes = np.array([[100, 100, 300, 300]] * 3, np.float32)
    kept = find_distinct(
        np.stack([first, again, other]),
        np.array([0.4, 0.6, 0.3], np.float32),
        boxes,
        sigmas=SIGMAS,
    )
    assert kept == [1, 2]


def test_similarity_is_the_published_measure() -> None:
    pose = make_pose(np.random.default_rng(2))
    assert similarity(pose, pose, area=1e4, sigmas=SIGMAS) == pytest.approx(1.0)
    # Moved by exactly twice its sigma times the root of the area, a keypoint counts exp(-1/2).
    moved = pose.copy()
    moved[:, 0] += np.float32(2 * 100 * SIGMAS)
    found = similarity(pose, moved, area=1e4, sigmas=SIGMAS)
    assert found == pytest.approx(np.exp(-0.5), abs=1e-4)
    assert similarity(pose, pose * np.float32(np.nan), area=1e4, sigmas=SIGMAS) == 0.0


def torso_errors(clip: Path, frames: list[dict[str, Any]], *, every: int) -> np.ndarray:
    """Errors of visible keypoints as a fraction of the torso's length; infinite where missing."""
    capture = cv2.VideoCapture(str(clip))
    errors = []
    for index, labels in enumerate(frames):
        if not capture.grab():
            pytest.fail(f"{clip} has only {index} frames")
        if index % every:
            continue
        image = capture.retrieve()[1]
        truth = np.array(labels["kp"])
        visible = truth[:, 2] == 2
        torso = np.hypot(*(truth[[5, 6], :2].mean(axis=0) - truth[[11, 12], :2].mean(axis=0)))
        poses = default_estimator()(make_frame(image, index))
        best = poses[0].keypoints if poses else np.full((17, 2), np.nan)
        distance = np.hypot(*(best - truth[:, :2]).T)[visible] / torso
        errors.append(np.where(np.isnan(distance), np.inf, distance))
    return np.concatenate(errors)


def test_keypoints_of_the_demo_clip_are_right() -> None:
    clip = resources.demo_clip()
    frames = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8")).get("frames")
    if frames is None:
        pytest.skip("the demo clip ships without keypoint labels")
    errors = torso_errors(clip, frames, every=12)
    assert len(errors) > 700
    assert (errors < 0.2).mean() > 0.97
    assert np.median(errors) < 0.05


@pytest.mark.skipif(not CLIPS.is_dir(), reason="../shared/clips, labelled clips, is not here")
def test_keypoints_of_a_standing_person_are_right() -> None:
    frames = json.loads((CLIPS / "full_ben.json").read_text(encoding="utf-8"))["frames"]
    errors = torso_errors(CLIPS / "full_ben.mp4", frames, every=12)
    assert len(errors) > 500
    assert (errors < 0.2).mean() > 0.95


def test_hands_below_the_picture_are_not_seen_at_its_edge() -> None:
    reader = cv2.VideoCapture(str(resources.demo_clip()))
    try:
        _, image = reader.read()  # she idles, her hands in her lap
    finally:
        reader.release()
    wrists = [COCO17.index("left_wrist"), COCO17.index("right_wrist")]
    whole = default_estimator()(make_frame(image))[0]
    lap = int(np.nanmin(whole.keypoints[wrists, 1]))
    for above in (8, 16, 24, 40):
        height = lap - above
        for pose in default_estimator()(make_frame(image[:height])):
            seen = pose.keypoints[wrists, 1]
            assert not (seen > height * 0.97).any(), above


def test_a_part_of_the_picture_gives_keypoints_of_the_whole() -> None:
    image = np.zeros((720, 1280, 3), np.uint8)
    image[100:612, 600:1112] = astronaut()
    (whole,) = default_estimator()(make_frame(image), (600, 100, 1112, 612))
    (alone,) = default_estimator()(make_frame(astronaut()))
    assert whole.scores == pytest.approx(alone.scores)
    shared = whole.scores > 0
    assert whole.keypoints[shared] - [600, 100] == pytest.approx(alone.keypoints[shared], abs=1e-3)


def test_what_lies_beyond_the_part_but_in_the_picture_may_be_seen() -> None:
    """The lower edge that hides wrists is the picture's, not the part's."""
    people = People(
        keypoints=np.full((1, 17, 2), 100, np.float32),
        keypoint_scores=np.full((1, 17), 0.9, np.float32),
        boxes=np.array([[90, 90, 110, 110]], np.float32),
        scores=np.array([0.9], np.float32),
    )
    people.keypoints[0, 9] = (100, 191)
    letterbox = Letterbox.fit((192, 192), long_side=192, multiple=32)
    in_part, at_edge = (
        default_estimator()._to_poses(people, letterbox, (0, 0), size)[0]
        for size in ((640, 480), (640, 192))
    )
    assert in_part.scores[9] > 0
    assert at_edge.scores[9] == 0


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_each_pose_is_compared_with_those_that_stay(count: int) -> None:
    rng = np.random.default_rng(count)
    for _ in range(20):
        bodies = rng.uniform(100, 300, (max(count // 2, 1), 17, 2))
        moved = rng.normal(0, 5, (count, 17, 2))
        near = bodies[rng.integers(0, len(bodies), count)] + moved
        near[rng.random((count, 17)) < 0.3] = np.nan
        poses = near.astype(np.float32)
        scores = rng.choice([0.2, 0.4, 0.6], count).astype(np.float32)
        corners = rng.uniform(50, 300, (count, 2))
        boxes = np.hstack([corners, corners + rng.uniform(20, 200, (count, 2))]).astype(np.float32)
        areas = 0.53 * (boxes[:, 2:] - boxes[:, :2]).astype(float).prod(axis=1)
        kept: list[int] = []
        for i in np.argsort(-scores, kind="stable").tolist():
            found = [
                similarity(poses[i], poses[j], area=min(areas[i], areas[j]), sigmas=SIGMAS)
                for j in kept
            ]
            if all(value < SAME_BODY_OKS for value in found):
                kept.append(i)
        assert find_distinct(poses, scores, boxes, sigmas=SIGMAS) == kept


def test_a_card_may_say_that_scores_mean_more(tmp_path: Path) -> None:
    """Thunder's card does; the same network without it is less sure, and as sure of nobody."""
    for name in ("movenet-thunder-int8.onnx", "movenet-thunder-int8.toml"):
        (tmp_path / name).write_bytes((resources.models_dir() / name).read_bytes())
    card = tmp_path / "movenet-thunder-int8.toml"
    text = card.read_text("utf-8")
    assert "score_gain = 1.4" in text
    card.write_text(text.replace("score_gain = 1.4", ""), "utf-8")
    frame = make_frame(astronaut())
    (plain,) = PoseEstimator(PoseSettings(device="cpu", name=str(card.with_suffix(".onnx"))))(frame)
    (sure,) = PoseEstimator(PoseSettings(device="cpu", name="movenet-thunder-int8"))(frame)
    both = plain.scores > 0
    assert sure.scores[both] == pytest.approx(np.minimum(1.4 * plain.scores[both], 1))
    assert sure.keypoints[both] == pytest.approx(plain.keypoints[both])
    assert sure.score == plain.score


def test_a_card_may_say_how_sure_a_hand_at_the_lower_edge_has_to_be() -> None:
    """Thunder's does: 0.7 after its gain of 1.4."""
    people = People(
        keypoints=np.full((1, 17, 2), 100, np.float32),
        keypoint_scores=np.full((1, 17), 0.9, np.float32),
        boxes=np.array([[90, 90, 110, 110]], np.float32),
        scores=np.array([0.9], np.float32),
    )
    people.keypoints[0, [9, 10, 15], 1] = 189
    people.keypoint_scores[0, [9, 10]] = (0.52, 0.48)
    letterbox = Letterbox.fit((192, 192), long_side=192, multiple=32)
    estimator = PoseEstimator(PoseSettings(device="cpu", name="movenet-thunder-int8"))
    (pose,) = estimator._to_poses(people, letterbox, (0, 0), (192, 192))
    estimator.close()
    assert list(np.flatnonzero(pose.scores == 0)) == [10, 15]


def test_what_is_seen_at_the_lower_edge_of_the_picture_is_not_there() -> None:
    people = People(
        keypoints=np.full((1, 17, 2), 100, np.float32),
        keypoint_scores=np.full((1, 17), 0.9, np.float32),
        boxes=np.array([[90, 90, 110, 110]], np.float32),
        scores=np.array([0.9], np.float32),
    )
    people.keypoints[0, :, 1] = 189
    letterbox = Letterbox.fit((192, 192), long_side=192, multiple=32)
    (pose,) = default_estimator()._to_poses(people, letterbox, (0, 0), (192, 192))
    missing = {COCO17.keypoints[row] for row in np.flatnonzero(pose.scores == 0)}
    ends = ("wrist", "knee", "ankle")
    assert missing == {f"{side}_{end}" for side in ("left", "right") for end in ends}

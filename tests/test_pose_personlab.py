"""PersonLab's decoder on fields built from their definition, and on a trained PoseNet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from support_decoded import assert_sound
from support_fields_personlab import draw_people, encode
from support_onnx import run_network

from gesturepose import resources
from gesturepose.pose.letterbox import Letterbox
from gesturepose.pose.personlab import EDGES, HEADS, KEYPOINTS, Layout, decode
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People

SIZE_PX = 641
SEEDS = st.integers(0, 2**32 - 1)
STRIDES = st.sampled_from([8, 16])


def pair(people: People, truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances ``(N, K)`` in pixels, labelled person by person; NaN where either is missing."""
    distances = np.linalg.norm(people.keypoints[:, None] - truth[None], axis=-1)
    cost = np.nan_to_num(distances, nan=100.0).mean(axis=-1)
    found, labelled = linear_sum_assignment(cost)
    order = np.argsort(labelled)
    paired: NDArray[np.float64] = distances[found[order], labelled[order]]
    return paired


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 20), STRIDES)
def test_encoded_people_come_back(seed: int, count: int, stride: int) -> None:
    random = np.random.default_rng(seed)
    truth = draw_people(random, count=count, size_px=SIZE_PX, apart_px=42)
    heads = encode(truth, size_px=SIZE_PX, stride_px=stride, random=random)
    for head in heads.values():
        head.flags.writeable = False
    people = decode(heads, min_score=0.25, layout=Layout(stride_px=stride))
    assert len(people) == len(truth)
    assert pair(people, truth).max() < 0.01 * stride
    assert np.array_equal(people.scores, np.sort(people.scores)[::-1])
    assert people.boxes[:, :2] == pytest.approx(people.keypoints.min(axis=1))
    assert people.boxes[:, 2:] == pytest.approx(people.keypoints.max(axis=1))


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 12), STRIDES)
def test_noise_moves_keypoints_no_farther_than_itself(seed: int, count: int, stride: int) -> None:
    random = np.random.default_rng(seed)
    truth = draw_people(random, count=count, size_px=SIZE_PX, apart_px=42)
    heads = encode(truth, size_px=SIZE_PX, stride_px=stride, random=random, noise_px=2.0, doubt=0.1)
    people = decode(heads, min_score=0.25, layout=Layout(stride_px=stride))
    assert len(people) == len(truth)
    errors = pair(people, truth)
    # The median of a two-dimensional normal is 1.18 deviations; of few samples it is unsure.
    assert np.median(errors) < 2.4 + 8 / np.sqrt(errors.size)
    assert errors.max() < 14


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 10), STRIDES)
def test_unlabelled_parts_are_missing_and_the_rest_is_there(
    seed: int, count: int, stride: int
) -> None:
    random = np.random.default_rng(seed)
    # Far enough from each other that no hidden part lies where somebody else has the same one.
    truth = draw_people(random, count=count, size_px=SIZE_PX, apart_px=130, hide=0.2)
    heads = encode(truth, size_px=SIZE_PX, stride_px=stride, random=random)
    people = decode(heads, min_score=0.25, layout=Layout(stride_px=stride))
    assert len(people) == len(truth)
    errors = pair(people, truth)
    labelled = np.isfinite(truth[..., 0])
    assert np.nanmax(errors) < 0.01 * stride
    assert np.isfinite(errors[labelled]).all()
    invented = np.isfinite(people.keypoints[..., 0]).sum() - labelled.sum()
    assert invented <= 0.02 * labelled.size
    assert np.array_equal(np.isnan(people.keypoints[..., 0]), people.keypoint_scores == 0)


def test_more_and_more_noise_loses_people_and_raises_nothing() -> None:
    found = []
    for noise_px, doubt in ((0.0, 0.0), (4.0, 0.15), (30.0, 0.3), (80.0, 0.5)):
        random = np.random.default_rng(3)
        truth = draw_people(random, count=5, size_px=SIZE_PX, apart_px=42)
        heads = encode(
            truth, size_px=SIZE_PX, stride_px=16, random=random, noise_px=noise_px, doubt=doubt
        )
        people = decode(heads, min_score=0.25)
        errors = np.linalg.norm(people.keypoints[:, None] - truth[None], axis=-1)
        near = np.nanmedian(errors, axis=-1).min(axis=0) if len(people) else np.full(5, np.inf)
        found.append(int((near < 10).sum()))
    assert found[:2] == [5, 5]
    assert found[-1] == 0
    assert found == sorted(found, reverse=True)


def flip_heads(
    heads: dict[str, NDArray[np.float32]],
) -> dict[str, NDArray[np.float32]]:
    """Mirror fields: columns reversed, x negated, left and right swapped."""
    swap = [
        COCO17.index(name.replace("left_", "*").replace("right_", "left_").replace("*", "right_"))
        for name in COCO17.keypoints
    ]
    swap_edges = [EDGES.index((swap[parent], swap[child])) for parent, child in EDGES]
    flipped = {"keypoint_heatmaps": heads["keypoint_heatmaps"][:, swap, :, ::-1]}
    for name, order in (
        ("keypoint_offsets", swap),
        ("displacements_forward", swap_edges),
        ("displacements_backward", swap_edges),
    ):
        field = heads[name][0].reshape(2, len(order), *heads[name].shape[2:])
        field = field[:, order, :, ::-1] * np.array([1, -1], np.float32)[:, None, None, None]
        flipped[name] = field.reshape(heads[name].shape)
    return flipped


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(1, 8))
def test_mirrored_fields_are_the_mirrored_people(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    truth = draw_people(random, count=count, size_px=SIZE_PX, apart_px=42)
    heads = encode(truth, size_px=SIZE_PX, stride_px=16, random=random, noise_px=1.0)
    straight = decode(heads, min_score=0.25)
    mirrored = decode(flip_heads(heads), min_score=0.25)
    assert len(straight) == len(mirrored)
    swap = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
    back = mirrored.keypoints[:, swap] * [-1, 1] + [SIZE_PX - 1, 0]
    # Seeds of equal votes may be taken in another order, and then noise is met elsewhere.
    distances = np.linalg.norm(straight.keypoints[:, None] - back[None], axis=-1).mean(axis=-1)
    assert (distances.min(axis=1) < 4).all()


def test_empty_fields_are_nobody() -> None:
    heads = {name: np.zeros((1, count, 13, 17), np.float32) for name, count in HEADS.items()}
    people = decode(heads)
    assert len(people) == 0
    assert people.keypoints.shape == (0, KEYPOINTS, 2)
    assert people.boxes.shape == (0, 4)


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.integers(1, 9), st.integers(1, 9), st.sampled_from([0.0, 0.3]))
def test_garbage_gives_valid_people_or_none(
    seed: int, height: int, width: int, min_score: float
) -> None:
    random = np.random.default_rng(seed)
    values = np.array([0, 1, -1, 0.5, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40], np.float32)
    heads = {
        name: random.choice(values, (1, count, height, width)) for name, count in HEADS.items()
    }
    people = decode(heads, min_score=min_score)
    assert_sound(people, min_score=min_score)


def test_posenet_finds_the_person_of_the_demo_clip_and_nobody_else() -> None:
    """PCK@0.2 of the torso, whole frames at 256 x 192."""
    demo = Path(resources.__file__).parent / "capture" / "demo"
    labels = json.loads((demo / "demo.json").read_text(encoding="utf-8"))["frames"]
    letterbox = Letterbox.fit((640, 480), long_side=256, multiple=16)
    clip = cv2.VideoCapture(str(demo / "demo.mp4"))
    hits = []
    for index in range(0, len(labels), 60):
        clip.set(cv2.CAP_PROP_POS_FRAMES, index)
        read, image = clip.read()
        assert read
        people = decode(
            run_network("posenet", letterbox.apply(np.asarray(image, np.uint8))), min_score=0.15
        )
        assert len(people) == 1
        truth = np.array(labels[index]["kp"])
        torso = np.linalg.norm(truth[5:7, :2].mean(axis=0) - truth[11:13, :2].mean(axis=0))
        found = letterbox.to_source(people.keypoints[0])
        near = np.linalg.norm(found - truth[:, :2], axis=1) < 0.2 * torso
        hits += near[truth[:, 2] == 2].tolist()
    clip.release()
    assert len(hits) > 100
    assert np.mean(hits) >= 0.98


def test_posenet_finds_nobody_in_a_black_picture() -> None:
    assert (
        len(decode(run_network("posenet", np.zeros((192, 256, 3), np.uint8)), min_score=0.15)) == 0
    )


def test_two_people_side_by_side_are_two() -> None:
    demo = Path(resources.__file__).parent / "capture" / "demo" / "demo.mp4"
    clip = cv2.VideoCapture(str(demo))
    read, image = clip.read()
    clip.release()
    assert read
    half = image[:, 160:480]
    both = np.concatenate([half, half[:, ::-1]], axis=1)
    letterbox = Letterbox.fit((640, 480), long_side=256, multiple=16)
    people = decode(
        run_network("posenet", letterbox.apply(np.asarray(both, np.uint8))), min_score=0.15
    )
    assert len(people) == 2
    assert np.sort(letterbox.to_source(people.keypoints[:, 0])[:, 0] // 320).tolist() == [0, 1]

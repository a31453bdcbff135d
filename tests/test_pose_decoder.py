"""The decoder against the published graph, and against garbage."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from gesturepose.pose.card import find_model
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.movenet_multipose import HEADS, KEYPOINTS, MAX_PEOPLE, decode
from gesturepose.pose.session import PoseSession

if TYPE_CHECKING:
    from numpy.typing import NDArray

REFERENCE: dict[str, Any] = json.loads(
    Path(__file__).with_name("test_pose_reference.json").read_text(encoding="utf-8")
)["pictures"]


def draw(name: str) -> NDArray[np.uint8]:
    """Draw the RGB pictures of the reference."""
    width, height = REFERENCE[name]["size"]
    if name == "black":
        return np.zeros((height, width, 3), np.uint8)
    if name == "gradient":
        y, x = np.mgrid[:height, :width]
        return np.stack([x * 2 % 256, y * 3 % 256, (x + y) % 256], axis=-1).astype(np.uint8)
    image = skimage.data.astronaut()
    if name == "astronaut_twice":
        half = image[:, 60:360]
        image = np.concatenate([half, half[:, ::-1]], axis=1)
    return np.asarray(cv2.resize(image, (width, height)), np.uint8)


@functools.cache
def network() -> PoseSession:
    model = find_model("movenet-multipose")
    return PoseSession(model, FAMILIES[model.card.family], device="cpu", threads=1)


@functools.cache
def run(name: str) -> dict[str, NDArray[np.float32]]:
    return network().run(draw(name))


@pytest.mark.parametrize("name", REFERENCE)
def test_people_are_those_of_the_published_graph(name: str) -> None:
    width, height = REFERENCE[name]["size"]
    expected = np.array(REFERENCE[name]["people"], np.float32).reshape(-1, 56)
    people = decode(run(name))
    assert len(people) == len(expected)
    assert people.keypoints == pytest.approx(
        expected[:, :51].reshape(-1, KEYPOINTS, 3)[..., 1::-1] * [width, height], abs=0.01
    )
    assert people.keypoint_scores == pytest.approx(expected[:, 2:51:3], abs=1e-4)
    assert people.boxes == pytest.approx(
        expected[:, [52, 51, 54, 53]] * [width, height, width, height], abs=0.01
    )
    assert people.scores == pytest.approx(expected[:, 55], abs=1e-4)


def test_the_astronaut_agrees_to_two_thousandths() -> None:
    people = decode(run("astronaut"))
    box = people.boxes[0] / 256
    assert [*box[[1, 0, 3, 2]], people.scores[0]] == pytest.approx(
        [0.0217, 0.0344, 0.9943, 0.7055, 0.5020], abs=0.002
    )
    expected = [
        (0.2390, 0.4368, 0.6739),
        (0.2012, 0.4828, 0.6470),
        (0.1945, 0.3994, 0.8699),
        (0.2280, 0.5337, 0.6743),
        (0.2108, 0.3469, 0.6924),
        (0.5034, 0.5939, 0.6475),
        (0.4611, 0.2204, 0.5880),
        (0.7721, 0.6312, 0.2783),
        (0.7559, 0.1554, 0.1542),
    ]
    found = np.column_stack([people.keypoints[0, :, ::-1] / 256, people.keypoint_scores[0]])
    assert found[: len(expected)] == pytest.approx(np.array(expected), abs=0.002)


@pytest.mark.parametrize("name", REFERENCE)
@pytest.mark.parametrize("min_score", [0.006, 0.05, 0.45])
def test_leaving_out_the_unsure_changes_nobody_else(name: str, min_score: float) -> None:
    everybody = decode(run(name))
    sure = decode(run(name), min_score=min_score)
    kept = everybody.scores >= min_score
    assert np.array_equal(sure.keypoints, everybody.keypoints[kept])
    assert np.array_equal(sure.keypoint_scores, everybody.keypoint_scores[kept])
    assert np.array_equal(sure.boxes, everybody.boxes[kept])


def test_the_networks_arrays_are_left_alone() -> None:
    heads = {name: head.copy() for name, head in run("astronaut").items()}
    for head in heads.values():
        head.flags.writeable = False
    decode(heads)
    for name, head in heads.items():
        assert np.array_equal(head, run("astronaut")[name])


GARBAGE = [0.0, -0.0, 1.0, -1.0, 0.5, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40]


@st.composite
def strange_heads(draw_from: st.DrawFn) -> dict[str, NDArray[np.float32]]:
    height, width = draw_from(st.integers(1, 12)), draw_from(st.integers(1, 12))
    random = np.random.default_rng(draw_from(st.integers(0, 2**32 - 1)))
    heads = {}
    for name, channels in HEADS.items():
        shape = (1, channels, height, width)
        kind = draw_from(st.sampled_from(["constant", "noise", "likely", "holes"]))
        if kind == "constant":
            head = np.full(shape, draw_from(st.sampled_from(GARBAGE)))
        elif kind == "noise":
            head = random.choice(GARBAGE, shape)
        else:
            head = random.random(shape) if "heatmap" in name else random.normal(0, 4, shape)
            if kind == "holes":
                head[random.random(shape) < 0.2] = draw_from(st.sampled_from(GARBAGE))
        heads[name] = head.astype(np.float32)
    return heads


@settings(max_examples=200, deadline=None)
@given(strange_heads(), st.sampled_from([0.0, 0.15, 1.0]))
def test_garbage_gives_valid_people_or_none(
    heads: dict[str, NDArray[np.float32]], min_score: float
) -> None:
    people = decode(heads, min_score=min_score)
    count = len(people)
    assert count <= MAX_PEOPLE
    assert people.keypoints.shape == (count, KEYPOINTS, 2)
    assert people.keypoint_scores.shape == (count, KEYPOINTS)
    assert people.boxes.shape == (count, 4)
    for values in (people.keypoints, people.keypoint_scores, people.boxes, people.scores):
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
    assert ((people.keypoint_scores >= 0) & (people.keypoint_scores <= 1)).all()
    assert ((people.scores > 0) & (people.scores >= min_score) & (people.scores <= 1)).all()


def test_zeros_are_nobody() -> None:
    heads = {name: np.zeros((1, count, 48, 64), np.float32) for name, count in HEADS.items()}
    assert len(decode(heads)) == 0

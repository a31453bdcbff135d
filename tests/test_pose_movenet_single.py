"""The single-person decoder against the published graphs, against exact labels, and garbage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from support_decoded import assert_sound
from support_onnx import run_network

from gesturepose import resources
from gesturepose.pose.movenet_multipose import KEYPOINTS, STRIDE_PX
from gesturepose.pose.movenet_single import HEADS, decode
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

REFERENCE: dict[str, Any] = json.loads(
    Path(__file__).with_name("test_pose_movenet_single_reference.json").read_text(encoding="utf-8")
)["networks"]
SIDES = {"movenet-lightning": 192, "movenet-thunder": 256}
DEMO = Path(resources.__file__).parent / "capture" / "demo"


def draw(picture: str, side: int) -> NDArray[np.uint8]:
    image = skimage.data.astronaut()
    if picture == "flipped":
        image = image[:, ::-1]
    elif picture == "portrait":
        image = image[:300, 60:360]
    elif picture == "black":
        image = np.zeros((8, 8, 3), np.uint8)
    return np.asarray(cv2.resize(image, (side, side)), np.uint8)


@pytest.mark.parametrize("name", REFERENCE)
@pytest.mark.parametrize("picture", ["astronaut", "flipped", "portrait", "black"])
def test_the_person_is_that_of_the_published_graph(name: str, picture: str) -> None:
    side = SIDES[name]
    expected = np.array(REFERENCE[name][picture])
    people = decode(run_network(name, draw(picture, side)))
    assert len(people) == 1
    # Lightning's graph divides by 48 rounded to float16: 0.02 % of the side.
    assert people.keypoints[0] == pytest.approx(expected[:, 1::-1] * side, abs=0.06)
    assert people.keypoint_scores[0] == pytest.approx(expected[:, 2], abs=1e-4)


@pytest.mark.parametrize("name", SIDES)
def test_upper_bodies_of_the_demo_clip_are_found(name: str) -> None:
    """PCK@0.2 of the torso on square crops round the labelled person, 1.2 boxes wide."""
    side = SIDES[name]
    labels = json.loads((DEMO / "demo.json").read_text(encoding="utf-8"))["frames"]
    clip = cv2.VideoCapture(str(DEMO / "demo.mp4"))
    hits = []
    for index in range(0, len(labels), 60):
        clip.set(cv2.CAP_PROP_POS_FRAMES, index)
        read, image = clip.read()
        assert read
        truth = np.array(labels[index]["kp"])
        corners = np.array(labels[index]["box"]).reshape(2, 2)
        half = 0.6 * (corners[1] - corners[0]).max()
        scale = side / (2 * half)
        shift = (0.5 - (corners.mean(axis=0) - half)) * scale - 0.5
        matrix = np.column_stack([np.eye(2) * scale, shift])
        crop = cv2.cvtColor(cv2.warpAffine(image, matrix, (side, side)), cv2.COLOR_BGR2RGB)
        people = decode(run_network(name, np.asarray(crop, np.uint8)))
        found = (people.keypoints[0] - shift) / scale
        torso = np.linalg.norm(truth[5:7, :2].mean(axis=0) - truth[11:13, :2].mean(axis=0))
        near = np.linalg.norm(found - truth[:, :2], axis=1) < 0.2 * torso
        hits += near[5:11][truth[5:11, 2] == 2].tolist()
    clip.release()
    assert len(hits) > 50
    assert np.mean(hits) >= 0.98


@pytest.mark.parametrize("name", SIDES)
def test_a_black_picture_is_nobody_at_the_default_threshold(name: str) -> None:
    heads = run_network(name, np.zeros((SIDES[name], SIDES[name], 3), np.uint8))
    assert len(decode(heads, min_score=0.15)) == 0


def person_heads(center: tuple[int, int], random: np.random.Generator) -> dict[str, Any]:
    """Fields of one person with its centre at a cell ``(y, x)`` of 48 x 48, without noise."""
    cells = random.integers(4, 44, (KEYPOINTS, 2))
    heads = {name: np.zeros((1, count, 48, 48), np.float32) for name, count in HEADS.items()}
    heads["center_heatmap"][0, 0, *center] = 0.9
    kind = np.arange(KEYPOINTS)
    heads["keypoint_heatmaps"][0, kind, cells[:, 0], cells[:, 1]] = 0.8
    regression = cells - np.array(center) + random.normal(0, 1, cells.shape)
    heads["keypoint_regression"][0, :, *center] = regression.reshape(-1)
    offsets = random.uniform(-0.5, 0.5, (KEYPOINTS, 2))
    fields = heads["keypoint_offsets"][0].reshape(KEYPOINTS, 2, 48, 48)
    fields[kind, :, cells[:, 0], cells[:, 1]] = offsets
    return {"heads": heads, "xy": ((cells + offsets) * STRIDE_PX)[:, ::-1]}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.tuples(st.integers(4, 43), st.integers(4, 43)))
def test_encoded_people_come_back(seed: int, center: tuple[int, int]) -> None:
    person = person_heads(center, np.random.default_rng(seed))
    for head in person["heads"].values():
        head.flags.writeable = False
    people = decode(person["heads"], min_score=0.5)
    assert people.keypoints[0] == pytest.approx(person["xy"], abs=1e-3)
    assert people.boxes[0] == pytest.approx(
        [*person["xy"].min(axis=0), *person["xy"].max(axis=0)], abs=1e-3
    )
    assert people.scores == pytest.approx([0.8])


def test_of_two_people_the_one_in_the_middle_is_taken() -> None:
    random = np.random.default_rng(5)
    middle, edge = person_heads((22, 25), random), person_heads((22, 3), random)
    # Each keypoint's heatmap holds both people's cells; regression leads to the right one.
    both = {name: middle["heads"][name] + edge["heads"][name] for name in HEADS}
    found = decode(both).keypoints[0]
    distances = np.linalg.norm(found - middle["xy"], axis=1)
    assert np.median(distances) < 0.01


def test_a_keypoint_without_evidence_is_missing() -> None:
    heads = person_heads((24, 24), np.random.default_rng(0))["heads"]
    heads["keypoint_heatmaps"][0, 9] = 0
    people = decode(heads)
    assert np.isnan(people.keypoints[0, 9]).all()
    assert people.keypoint_scores[0, 9] == 0
    assert np.isfinite(people.boxes).all()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.sampled_from([0, 0.3]))
def test_garbage_gives_a_valid_person_or_none(
    seed: int, height: int, width: int, min_score: float
) -> None:
    random = np.random.default_rng(seed)
    values = np.array([0, 1, -1, 0.5, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40], np.float32)
    heads = {
        name: random.choice(values, (1, count, height, width)) for name, count in HEADS.items()
    }
    people = decode(heads, min_score=min_score)
    assert len(people) <= 1
    assert people.keypoints.shape == (len(people), KEYPOINTS, 2)
    assert_sound(people, min_score=min_score)
    assert np.isfinite(people.boxes).all()


def find_naively(heads: dict[str, NDArray[np.float32]]) -> NDArray[np.intp]:
    """Cells ``(17, 2)``, (y, x), by the definition: every value by its softened distance."""
    maps = {name: values[0] for name, values in heads.items()}
    cells = np.moveaxis(np.indices(maps["center_heatmap"].shape[1:]).astype(np.float32), 0, -1)

    def strongest(heatmap: NDArray[np.float32], place: NDArray[np.float32]) -> NDArray[np.intp]:
        apart = cells - place
        distances = np.sqrt(np.square(apart[..., 0]) + np.square(apart[..., 1]))
        damped = heatmap / (distances + np.float32(1.7998046875))
        return np.array(np.unravel_index(damped.argmax(), damped.shape))

    middle = np.array(cells.shape[:2], np.float32) / np.float32(2)
    center = strongest(maps["center_heatmap"][0], middle)
    rough = maps["keypoint_regression"][:, *center].reshape(KEYPOINTS, 2) + center
    places = rough.astype(np.float32)
    return np.array(
        [strongest(*pair) for pair in zip(maps["keypoint_heatmaps"], places, strict=True)]
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    sharpness=st.sampled_from([0.0, 1.0, 8.0]),
    steps=st.sampled_from([2, 5, 1000]),
    sign=st.sampled_from([1.0, 0.0, -1.0]),
)
def test_the_strongest_cell_is_found_however_the_maps_look(
    seed: int, size: tuple[int, int], sharpness: float, steps: int, sign: float
) -> None:
    """Peaks, plains, ties and maps without a positive value, as if every cell were looked at."""
    rng = np.random.default_rng(seed)
    heads = {name: np.zeros((1, count, *size), np.float32) for name, count in HEADS.items()}
    for name in ("center_heatmap", "keypoint_heatmaps"):
        rough = rng.integers(1, steps, heads[name].shape, endpoint=True) / steps
        heads[name][:] = rough**sharpness
    heads["keypoint_heatmaps"][0, ::3] *= sign
    heads["keypoint_regression"][:] = rng.normal(0, 6, heads["keypoint_regression"].shape)
    people = decode(heads)
    cells = find_naively(heads)
    seen = heads["keypoint_heatmaps"][0, np.arange(KEYPOINTS), *cells.T] > 0
    # Wrists are placed together: test_pose_wrists.py.
    rows = [row for row, name in enumerate(COCO17.keypoints) if not name.endswith("_wrist")]
    seen, cells, found = seen[rows], cells[rows], people.keypoints[0, rows]
    assert np.array_equal(found[seen], cells[seen, ::-1] * STRIDE_PX)
    assert np.isnan(found[~seen]).all()

"""A network that places its keypoints itself: what it finds is what its maps say."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from support_decoded import assert_sound
from support_onnx import run_network

from gesturepose import resources
from gesturepose.pose.movenet_multipose import KEYPOINTS, STRIDE_PX
from gesturepose.pose.movenet_single import PLACED_HEADS, decode, decode_placed
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

FOLDER = Path(__file__).parent.parent / "models"
sys.path.insert(0, str(FOLDER))
placing = importlib.import_module("place_keypoints")
sys.path.remove(str(FOLDER))

DATA = Path(__file__).parent / "data"
WRISTS = [COCO17.index("left_wrist"), COCO17.index("right_wrist")]


@pytest.fixture(scope="module")
def placed() -> onnxruntime.InferenceSession:
    model = placing.place_keypoints(onnx.load(resources.models_dir() / "movenet-lightning.onnx"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def run(session: onnxruntime.InferenceSession, picture: NDArray[np.uint8]) -> dict[str, FloatArray]:
    names = list(PLACED_HEADS)
    return dict(zip(names, session.run(names, {"image": picture[None]}), strict=True))


def pictures() -> list[NDArray[np.uint8]]:
    """People whose hands are apart, of several sizes and shapes, noise, and nothing."""
    image = skimage.data.astronaut()
    rng = np.random.default_rng(0)
    sizes = [(192, 192), (192, 160), (128, 192), (64, 96)]
    people = [np.asarray(cv2.resize(image, size), np.uint8) for size in sizes]
    return [
        *people,
        np.ascontiguousarray(people[0][:, ::-1]),
        rng.integers(0, 256, (96, 128, 3), np.uint8),
        np.zeros((64, 64, 3), np.uint8),
    ]


def test_it_finds_what_the_decoder_finds_in_the_maps(
    placed: onnxruntime.InferenceSession,
) -> None:
    moved = 0
    for picture in pictures():
        wanted = decode(run_network("movenet-lightning", picture))
        found = decode_placed(run(placed, picture))
        assert len(wanted) == len(found) == 1
        assert found.keypoint_scores == pytest.approx(wanted.keypoint_scores, abs=1e-5)
        away = np.abs(found.keypoints - wanted.keypoints)[0]
        others = [row for row in range(KEYPOINTS) if row not in WRISTS]
        assert away[others].max() < 1e-3
        # Wrists that are told apart are in the right cell at least.
        assert away[WRISTS].max() <= STRIDE_PX * 1.5
        moved += int(away[WRISTS].max() > 1e-3)
    assert moved <= 2


def test_the_bundled_one_sees_crossed_hands_apart() -> None:
    picture = cv2.imread(str(DATA / "arms_crossed.jpg"))
    assert picture is not None
    image = cv2.cvtColor(cv2.resize(picture, (192, 160)), cv2.COLOR_BGR2RGB)
    found = decode_placed(run_network("movenet-thunder-int8", np.asarray(image, np.uint8)))
    left, right = found.keypoints[0, WRISTS]
    shoulders = found.keypoints[0, [COCO17.index("left_shoulder"), COCO17.index("right_shoulder")]]
    # Seen from the front the left shoulder is on the picture's right; the hands have crossed.
    assert shoulders[0, 0] > shoulders[1, 0]
    assert left[0] < right[0]


def heads(cells: NDArray[np.float32], *, size: tuple[int, int] = (40, 40)) -> dict[str, FloatArray]:
    """Sure keypoints at cells ``(17, 2)``; offsets say whose they are and at whose cell."""
    rows = np.arange(KEYPOINTS, dtype=np.float32)[:, None]
    own, other = (np.repeat(shift + rows / 100, 2, axis=1) for shift in (0.1, 0.3))
    each = np.concatenate([cells, np.full((KEYPOINTS, 1), 0.9), own, other], axis=1)
    maps = np.full((1, 2, *size), 0.01, np.float32)
    return {"wrist_heatmaps": maps, "placed_keypoints": each[None, :, None].astype(np.float32)}


def upright() -> NDArray[np.float32]:
    """Somebody with both hands beside each other before the chest, cells ``(17, 2)``."""
    places = {
        "nose": (5, 20),
        "left_shoulder": (12, 25),
        "right_shoulder": (12, 15),
        "left_elbow": (20, 25),
        "right_elbow": (20, 15),
        "left_wrist": (20, 16),
        "right_wrist": (20, 24),
    }
    return np.array([places.get(name, (30, 20)) for name in COCO17.keypoints], np.float32)


def test_hands_that_are_each_in_the_others_place_take_the_offsets_from_there() -> None:
    cells = upright()
    given_heads = heads(cells)
    maps = given_heads["wrist_heatmaps"][0]
    # Both maps see both hands: that at its own elbow is the nearer one, and too near to be likely.
    near, far = (tuple(cells[row].astype(int)) for row in WRISTS[::-1])
    for one in maps:
        one[near], one[far] = 0.5, 0.5
    crossed = decode_placed(given_heads).keypoints[0, WRISTS]
    given_heads["placed_keypoints"][0, WRISTS, 0, :2] = cells[WRISTS[::-1]]
    swapped = decode_placed(given_heads).keypoints[0, WRISTS]
    own = (cells[WRISTS] + np.array([[0.19], [0.20]]))[:, ::-1] * STRIDE_PX
    taken = (cells[WRISTS] + np.array([[0.39], [0.40]]))[:, ::-1] * STRIDE_PX
    assert crossed == pytest.approx(own, abs=1e-3)
    assert swapped == pytest.approx(taken, abs=1e-3)


def test_a_hand_found_elsewhere_is_in_the_middle_of_its_cell() -> None:
    cells = upright()
    cells[WRISTS] = (20, 24)
    given_heads = heads(cells)
    left, right = given_heads["wrist_heatmaps"][0]
    left[20, 24], right[20, 24] = 0.45, 0.4
    left[20, 15], right[20, 15] = 0.1, 0.17
    found = decode_placed(given_heads)
    assert found.keypoints[0, WRISTS[0]] == pytest.approx([15.5 * STRIDE_PX, 20.5 * STRIDE_PX])
    assert found.keypoint_scores[0, WRISTS[0]] == pytest.approx(0.27)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.sampled_from([0, 0.3]))
def test_garbage_gives_a_valid_person_or_none(
    seed: int, height: int, width: int, min_score: float
) -> None:
    random = np.random.default_rng(seed)
    values = np.array([0, 1, -1, 0.5, 5, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-40], np.float32)
    people = decode_placed(
        {
            "wrist_heatmaps": random.choice(values, (1, 2, height, width)),
            "placed_keypoints": random.choice(values, (1, KEYPOINTS, 1, 7)),
        },
        min_score=min_score,
    )
    assert len(people) <= 1
    assert_sound(people, min_score=min_score)
    assert np.isfinite(people.boxes).all()


@pytest.mark.parametrize("name", ["movenet-multipose", "movenet-thunder-int8"])
def test_other_networks_are_refused(name: str) -> None:
    model = onnx.load(resources.models_dir() / f"{name}.onnx")
    with pytest.raises(SystemExit, match="no single-person MoveNet"):
        placing.place_keypoints(model)


def test_heads_of_another_shape_are_refused() -> None:
    model = onnx.load(resources.models_dir() / "movenet-lightning.onnx")
    nodes = model.graph.node
    last = next(row for row, node in enumerate(nodes) if node.output[0] == "keypoint_offsets")
    nodes[last].output[0] = "linear"
    nodes.append(helper.make_node("Relu", ["linear"], ["keypoint_offsets"]))
    with pytest.raises(SystemExit, match="keypoint_offsets does not end with two convolutions"):
        placing.place_keypoints(model)

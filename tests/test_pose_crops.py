"""Crops round people: they show what they should, and lead back exactly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.pose import movenet_multipose
from gesturepose.pose.card import find_model
from gesturepose.pose.crops import Crops, boxes_around
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.letterbox import Letterbox
from gesturepose.pose.session import PoseSession

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.tuples(st.integers(16, 640), st.integers(16, 640))


def random_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    corner = rng.uniform(-50, 600, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(0, 500, (count, 2))], axis=1)


@given(seed=SEEDS, count=st.integers(0, 20), size=SIZES, padding=st.floats(0.5, 3))
def test_the_way_back_is_exact(
    seed: int, count: int, size: tuple[int, int], padding: float
) -> None:
    rng = np.random.default_rng(seed)
    crops = Crops.fit(random_boxes(rng, count), input_size=size, padding=padding)
    assert len(crops) == count
    points = rng.uniform(-1, 2, (count, 17, 2)) * np.array(size)
    there = crops.to_source(points)
    back = crops.to_input(there.astype(np.float64))
    # Single precision of the picture's pixels, seen through the crop's scale.
    slack = np.abs(there).max(initial=1) * crops.scales.max(initial=1) * 2e-7 + 1e-3
    np.testing.assert_allclose(back, points, atol=float(slack))


@given(seed=SEEDS, size=SIZES)
def test_a_crop_shows_its_box_in_the_middle_and_a_quarter_more(
    seed: int, size: tuple[int, int]
) -> None:
    corner = np.random.default_rng(seed).uniform(-50, 600, (1, 2))
    sides = np.random.default_rng(seed).uniform(2, 500, (1, 2))
    boxes = np.concatenate([corner, corner + sides], axis=1)
    crops = Crops.fit(boxes, input_size=size)
    low, high = crops.to_input(boxes.reshape(1, 2, 2))[0]
    np.testing.assert_allclose((low + high) / 2, (np.array(size) - 1) / 2, atol=0.01)
    # The tighter axis is filled but for the padding, and the other not fuller.
    np.testing.assert_allclose(((high - low) / np.array(size)).max(), 1 / 1.25, rtol=1e-3)


@given(seed=SEEDS, count=st.integers(1, 20))
def test_each_crop_is_its_box_alone(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    boxes = random_boxes(rng, count)
    order = rng.permutation(count)
    crops = Crops.fit(boxes, input_size=(192, 256))
    permuted = Crops.fit(boxes[order], input_size=(192, 256))
    np.testing.assert_array_equal(permuted.centers, crops.centers[order])
    np.testing.assert_array_equal(permuted.scales, crops.scales[order])


def test_pixels_go_where_points_go() -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    spots = np.array([[[200.0, 150.0], [260.0, 300.0]], [[500.0, 90.0], [430.0, 60.0]]])
    for spot in spots.reshape(-1, 2).astype(int).tolist():
        cv2.circle(image, spot, 6, (255, 0, 0), -1)
    crops = Crops.fit(boxes_around(spots), input_size=(192, 256))
    pictures = crops.apply(image)
    assert pictures.shape == (2, 256, 192, 3)
    assert not pictures[..., 0].any()
    assert pictures[..., 2].max() == 255
    for picture, expected in zip(pictures, crops.to_input(spots), strict=True):
        for x, y in expected:
            # The spot's centre of gravity; at these scales no other is within 25 pixels.
            left, top = int(x) - 25, int(y) - 25
            around = picture[max(top, 0) : top + 51, max(left, 0) : left + 51, 2].astype(float)
            weights_y, weights_x = around.sum(axis=1), around.sum(axis=0)
            middle_x = np.average(np.arange(len(weights_x)), weights=weights_x) + max(left, 0)
            middle_y = np.average(np.arange(len(weights_y)), weights=weights_y) + max(top, 0)
            np.testing.assert_allclose([middle_x, middle_y], [x, y], atol=0.05)


def test_beyond_the_picture_it_is_black() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    picture = Crops.fit(np.array([[-60.0, -60, 60, 60]]), input_size=(64, 64)).apply(image)[0]
    assert not picture[:20, :20].any()
    assert (picture[-20:, -20:] == 200).all()
    assert image.min() == 200


def test_no_people_no_crops() -> None:
    crops = Crops.fit(np.zeros((0, 4)), input_size=(192, 256))
    assert crops.apply(np.zeros((10, 10, 3), np.uint8)).shape == (0, 256, 192, 3)
    assert boxes_around(np.zeros((0, 17, 2))).shape == (0, 4)


def test_one_keypoint_is_enough_for_a_crop() -> None:
    keypoints = np.full((1, 17, 2), np.nan)
    keypoints[0, 3] = 50, 60
    boxes = boxes_around(keypoints)
    assert boxes.tolist() == [[50, 60, 50, 60]]
    crops = Crops.fit(boxes, input_size=(192, 256))
    np.testing.assert_allclose(crops.to_input(keypoints[:, 3:4])[0, 0], [95.5, 127.5])


@pytest.mark.parametrize(
    "box", [[0, 0, np.nan, 1], [0, 0, np.inf, 1], [5, 0, 1, 9]], ids=["nan", "inf", "exchanged"]
)
def test_a_box_that_is_none_is_refused(box: list[float]) -> None:
    with pytest.raises(ValueError, match="box"):
        Crops.fit(np.array([box]), input_size=(192, 256))


def test_an_empty_input_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot fit"):
        Crops.fit(np.zeros((1, 4)), input_size=(0, 256))
    with pytest.raises(ValueError, match="cannot fit"):
        Crops.fit(np.zeros((1, 4)), input_size=(192, 256), padding=0)


def test_somebody_without_a_keypoint_has_no_box() -> None:
    keypoints = np.full((2, 17, 2), np.nan)
    keypoints[1, :2] = [[1, 2], [3, 0]]
    boxes = boxes_around(keypoints)
    assert np.isnan(boxes[0]).all()
    assert boxes[1].tolist() == [1, 0, 3, 2]


def test_a_network_sees_the_same_person_in_a_crop() -> None:
    picture = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    model = find_model("movenet-multipose")
    network = PoseSession(model, FAMILIES[model.card.family], device="cpu", threads=1)
    letterbox = Letterbox.fit((512, 512), long_side=256, multiple=32)
    whole = movenet_multipose.decode(network.run(letterbox.apply(picture)), min_score=0.2)
    sure = whole.keypoint_scores[:1] > 0.5
    seen = np.where(sure[..., None], letterbox.to_source(whole.keypoints[:1]), np.nan)

    crops = Crops.fit(boxes_around(seen), input_size=(192, 256))
    close = movenet_multipose.decode(network.run(crops.apply(picture)[0]), min_score=0.2)
    again = crops.to_source(close.keypoints[:1])
    # Pixels of a person 400 pixels tall; the network is another eye at another size.
    error = np.linalg.norm(again - seen, axis=2)[sure]
    assert sure.sum() >= 6
    assert np.median(error) < 8

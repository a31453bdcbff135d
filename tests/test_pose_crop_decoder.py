"""What decoders of person-crop networks share: orders of keypoints, and who counts as seen."""

from __future__ import annotations

import numpy as np
import pytest

from gesturepose.pose.crop_decoder import CropKeypoints, in_coco_order, mirrored_rows
from gesturepose.pose.crops import Crops
from gesturepose.skeleton import COCO17


def test_nobody_is_nobody() -> None:
    empty = CropKeypoints(np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32))
    assert len(empty.to_people(min_score=0.0)) == 0
    unsure = CropKeypoints(np.ones((1, 17, 2), np.float32), np.full((1, 17), 0.1, np.float32))
    assert unsure.person_scores.tolist() == [0]
    assert len(unsure.to_people(min_score=0.0)) == 0


def test_people_are_the_best_first_and_in_the_picture() -> None:
    crops = Crops.fit(np.array([[0.0, 0, 96, 128], [300, 0, 396, 128]]), input_size=(192, 256))
    middle = np.tile(np.array([95.5, 127.5], np.float32), (2, 17, 1))
    scores = np.zeros((2, 17), np.float32)
    scores[0, :5] = 0.5
    scores[1, 0] = 0.9
    found = CropKeypoints.from_network(middle, scores)
    np.testing.assert_allclose(found.person_scores, [0.5, 0.9])
    seen = found.to_picture(crops)
    people = seen.to_people(min_score=0.0)
    np.testing.assert_allclose(people.scores, [0.9, 0.5])
    np.testing.assert_allclose(people.keypoints[0, 0], [348, 64])
    np.testing.assert_allclose(people.keypoints[1, 0], [48, 64])
    assert np.isnan(people.keypoints[0, 1:]).all()
    assert len(seen.to_people(min_score=0.6)) == 1
    assert len(seen.to_people(min_score=0.91)) == 0


def test_what_a_network_lacks_is_zero_and_the_order_coco() -> None:
    values = np.arange(20, dtype=np.float32)[None]
    rows = [-1, *range(19, 3, -1)]
    assert in_coco_order(values, rows)[0].tolist() == [0, *range(19, 3, -1)]
    assert in_coco_order(values, None)[0].tolist() == list(range(17))
    assert values.tolist() == [list(range(20))]
    for wrong in ([*range(16), 20], [0, 1]):
        with pytest.raises(ValueError, match="keypoints"):
            in_coco_order(values, wrong)


def test_the_other_side_of_the_body() -> None:
    rows = mirrored_rows()
    assert rows[0] == 0
    assert [rows[row] for row in rows] == list(range(len(COCO17)))
    assert COCO17.keypoints[rows[COCO17.index("left_wrist")]] == "right_wrist"

"""Accuracy figures on labels whose right answers are known: AP, OKS, PCK and PCKh."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gesturepose.capture.opencv import cv2
from gesturepose.datatypes import Pose
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.coco_annotations import (
    ClipPictures,
    CocoPictures,
    LabelledPerson,
    LabelledPicture,
    open_labelled,
)
from gesturepose.evaluation.pck import head_length, make_tallies, torso_length
from gesturepose.evaluation.pose_accuracy import match_people, measure_accuracy, similarities_of
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame

AREA = 10_000.0
BODY = np.array(
    [
        (50, 20),
        *((55, 15), (45, 15), (60, 18), (40, 18)),
        *((70, 40), (30, 40), (75, 70), (25, 70), (78, 95), (22, 95)),
        *((62, 100), (38, 100), (62, 140), (38, 140), (62, 180), (38, 180)),
    ],
    float,
)
"""Someone who faces the camera, 200 px tall, in COCO's order."""


def coco_entry(image_id: int, keypoints: NDArray[np.float64], **changes: Any) -> dict[str, Any]:
    rows = np.column_stack([np.nan_to_num(keypoints), np.isfinite(keypoints[:, 0]) * 2])
    left, top = np.nanmin(keypoints, axis=0)
    right, bottom = np.nanmax(keypoints, axis=0)
    return {
        "image_id": image_id,
        "category_id": 1,
        "keypoints": rows.ravel().tolist(),
        "num_keypoints": int(np.isfinite(keypoints[:, 0]).sum()),
        "bbox": [left, top, right - left, bottom - top],
        "area": AREA,
        "iscrowd": 0,
        **changes,
    }


def write_coco(folder: Path, entries: Sequence[dict[str, Any]], *, pictures: int = 3) -> Path:
    """Black pictures whose first pixel tells them apart, and their annotations."""
    images = []
    for number in range(1, pictures + 1):
        image = np.zeros((240, 320, 3), np.uint8)
        image[0, 0] = number
        cv2.imwrite(str(folder / f"{number}.png"), image)
        images.append({"id": number, "file_name": f"{number}.png", "width": 320, "height": 240})
    document = {
        "images": images,
        "annotations": [{**entry, "id": row} for row, entry in enumerate(entries)],
        "categories": [{"id": 1, "name": "person", "keypoints": list(COCO17.keypoints)}],
    }
    path = folder / "coco.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def pose_at(keypoints: NDArray[np.float64], score: float = 0.9) -> Pose:
    return Pose(
        keypoints.astype(np.float32),
        np.where(np.isnan(keypoints[:, 0]), 0.0, 0.8).astype(np.float32),
        score,
    )


def people_of(*bodies: NDArray[np.float64]) -> LabelledPicture:
    people = [
        LabelledPerson(
            body,
            np.where(np.isnan(body[:, 0]), 0, 2),
            np.array([0.0, 0.0, 100.0, 200.0]),
            area=AREA,
        )
        for body in bodies
    ]
    return LabelledPicture("one", tuple(people))


def shift_for(oks: float) -> float:
    """Find the pixels by which all keypoints must move for a similarity; the formula is COCO's."""
    variances = np.square(2 * np.array(COCO17.sigmas))
    low, high = 0.0, 500.0
    for _ in range(60):
        middle = (low + high) / 2
        reached = np.exp(-(middle**2) / (2 * AREA * variances)).mean()
        low, high = (middle, high) if reached > oks else (low, middle)
    return low


def figures(
    folder: Path,
    detector: Callable[[int], list[Pose]],
    entries: Sequence[dict[str, Any]] | None = None,
) -> dict[str, float | None]:
    """COCO's figures of a detector, which is told the picture's number."""
    if entries is None:
        entries = [coco_entry(number, BODY + 10 * number) for number in (1, 2, 3)]
    pictures = CocoPictures(write_coco(folder, entries), folder)

    def estimate(frame: Frame) -> list[Pose]:
        return detector(int(frame.image[0, 0, 0]))

    return measure_accuracy(estimate, pictures).coco


def test_perfect_detections_reach_one(tmp_path: Path) -> None:
    found = figures(tmp_path, lambda number: [pose_at(BODY + 10 * number)])
    assert found["AP"] == found["AP50"] == found["AP75"] == found["AR"] == pytest.approx(1.0)
    assert found["AP-L"] == pytest.approx(1.0)  # 10000 square pixels are large
    assert found["AP-M"] is None


def test_no_detections_reach_zero(tmp_path: Path) -> None:
    found = figures(tmp_path, lambda _: [])
    assert (found["AP"], found["AR"]) == (0.0, 0.0)


@pytest.mark.parametrize(("oks", "thresholds"), [(0.525, 1), (0.725, 5), (0.925, 9), (0.45, 0)])
def test_a_shift_passes_the_thresholds_below_its_similarity(
    tmp_path: Path, oks: float, thresholds: int
) -> None:
    moved = BODY + np.array([shift_for(oks), 0.0])
    found = figures(tmp_path, lambda number: [pose_at(moved + 10 * number)])
    assert found["AP"] == pytest.approx(thresholds / 10)
    assert found["AR"] == pytest.approx(thresholds / 10)
    assert found["AP75"] == pytest.approx(float(oks > 0.75))


def test_a_missing_keypoint_counts_as_wrong(tmp_path: Path) -> None:
    without = BODY.copy()
    without[9] = np.nan
    found = figures(tmp_path, lambda number: [pose_at(without + 10 * number)])
    # 16 of 17 keypoints are exact: 0.94 passes all thresholds but 0.95.
    assert found["AP"] == pytest.approx(0.9)


def test_invented_people_cost_precision_by_their_score(tmp_path: Path) -> None:
    far = BODY[:, ::-1] + 60

    def detector(score: float) -> Callable[[int], list[Pose]]:
        return lambda number: [pose_at(BODY + 10 * number, 0.5), pose_at(far, score)]

    unsure = figures(tmp_path, detector(0.1))["AP"]
    sure = figures(tmp_path, detector(0.9))["AP"]
    assert unsure == pytest.approx(1.0)
    assert sure == pytest.approx(0.5)


def test_crowds_and_people_without_keypoints_count_neither_way(tmp_path: Path) -> None:
    nothing = np.full((17, 2), np.nan)
    extra = [
        coco_entry(1, BODY + 100, iscrowd=1),
        {**coco_entry(2, BODY), "keypoints": [0.0] * 51, "num_keypoints": 0},
    ]
    entries = [*(coco_entry(number, BODY + 10 * number) for number in (1, 2, 3)), *extra]
    found = figures(tmp_path, lambda number: [pose_at(BODY + 10 * number)], entries)
    assert found["AP"] == pytest.approx(1.0)
    assert not people_of(nothing).people[0].counts


def test_similarity_follows_the_formula_and_matching_takes_the_best_pairs() -> None:
    picture = people_of(BODY, BODY + 40)
    near = BODY + np.array([shift_for(0.6), 0.0])
    poses = [pose_at(BODY + 41), pose_at(near), pose_at(BODY + 900)]
    assert similarities_of(picture.people[0], poses)[1] == pytest.approx(0.6, abs=1e-4)
    result = match_people(picture, poses)
    assert result.matches == (1, 0)
    assert result.worst == pytest.approx(0.6, abs=1e-4)
    assert match_people(picture, [poses[2]]).matches == (None, None)
    assert match_people(people_of(), poses).worst is None


def test_pck_knows_the_torso_and_pckh_the_head() -> None:
    person = people_of(BODY).people[0]
    assert torso_length(person) == pytest.approx(np.hypot(62 - 30, 100 - 40))
    assert head_length(person) == pytest.approx(20.0)  # ear to ear
    for share, measure, reference in ((0.2, "pck", torso_length), (0.5, "pckh", head_length)):
        for factor, right in ((0.99, 1.0), (1.01, 0.0)):
            tally = make_tallies()[measure]
            moved = BODY + np.array([0.0, share * factor * reference(person)])
            tally.add(person, moved.astype(np.float32))
            assert tally.share_of() == right


def test_pck_counts_who_is_missing_and_leaves_out_who_has_no_torso() -> None:
    headless, unmeasured = BODY.copy(), BODY.copy()
    headless[:5] = np.nan
    unmeasured[[5, 6]] = np.nan
    tallies = make_tallies()
    for body in (BODY, headless, unmeasured):
        for tally in tallies.values():
            tally.add(people_of(body).people[0], body.astype(np.float32))
    for tally in tallies.values():
        tally.add(people_of(BODY).people[0], None)
        assert (tally.people, tally.left_out) == (3, 1)
    assert tallies["pck"].share_of() == pytest.approx((17 + 12) / (17 + 12 + 17))
    assert tallies["pck"].share_of([0]) == pytest.approx(0.5)
    assert tallies["pck"].as_dict()["visible"] == tallies["pck"].share_of()


def test_one_diagonal_of_the_torso_is_enough() -> None:
    body = BODY.copy()
    body[COCO17.index("left_hip")] = np.nan
    assert torso_length(people_of(body).people[0]) == pytest.approx(np.hypot(70 - 38, 100 - 40))


def test_labels_that_are_not_what_they_should_be(tmp_path: Path) -> None:
    path = write_coco(tmp_path, [coco_entry(1, BODY)])
    with pytest.raises(UsageError, match=r"3 of 3 pictures .* missing"):
        CocoPictures(path, tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="go together"):
        open_labelled(annotations=path, images=None, clips=[])
    with pytest.raises(UsageError, match="nothing to look at"):
        open_labelled(annotations=None, images=None, clips=[])
    document = json.loads(path.read_text(encoding="utf-8"))
    for change, words in (
        ({"categories": []}, "no category"),
        ({"annotations": [{"category_id": 1, "image_id": 1, "bbox": [0, 0, 1, 1]}]}, "keypoints"),
        ({"annotations": [{**coco_entry(1, BODY), "keypoints": [1, 2, 2]}]}, "1 keypoints where"),
        ({"images": []}, "no pictures"),
        ({"images": None}, "no COCO keypoints"),
    ):
        path.write_text(json.dumps({**document, **change}), encoding="utf-8")
        with pytest.raises(UsageError, match=words):
            CocoPictures(path, tmp_path)
    for text, words in (("{", "not JSON"), ("[]", "no JSON object")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=words):
            CocoPictures(path, tmp_path)


def test_pictures_that_are_not_what_they_should_be(tmp_path: Path) -> None:
    pictures = CocoPictures(write_coco(tmp_path, [coco_entry(1, BODY)]), tmp_path)
    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((20, 30, 3), np.uint8))
    with pytest.raises(GesturePoseError, match="30x20 pixels, its annotations are for 320x240"):
        next(iter(pictures))
    (tmp_path / "1.png").write_bytes(b"no picture")
    with pytest.raises(GesturePoseError, match="no picture"):
        next(iter(pictures))


def test_clips_need_labelled_frames_and_the_video(tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    frame = {"t": 0.0, "kp": [[1, 1, 2]] * 17, "box": [0, 0, 5, 5]}
    for document, words in (
        ({"video": "clip.mp4"}, "no 'frames'"),
        ({"frames": [frame]}, "lacks 'source'"),
        ({"video": "clip.mp4", "frames": [frame]}, "clip.mp4, which is not beside it"),
        ({"video": "clip.mp4", "frames": [{**frame, "box": [1]}]}, "a box is"),
    ):
        path.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(UsageError, match=words):
            ClipPictures(path)

"""How well a pose network finds labelled people: COCO's keypoint figures, mean OKS, PCK and PCKh.

Average precision and recall are pycocotools', the reference evaluator (extra ``eval``), on object
keypoint similarity (OKS; https://cocodataset.org/#keypoints-eval). Reads no files and shows
nothing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.datatypes import Frame
from gesturepose.errors import UsageError
from gesturepose.evaluation.pck import KeypointTally, make_tallies
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import ImageArray, Pose
    from gesturepose.evaluation.coco_annotations import (
        LabelledPerson,
        LabelledPicture,
        LabelledPictures,
    )
    from gesturepose.pose.settings import PoseSettings

COCO_FIGURES = ("AP", "AP50", "AP75", "AP-M", "AP-L", "AR", "AR50", "AR75", "AR-M", "AR-L")
"""What the reference evaluator reports for keypoints, in its order."""
_MOST_PEOPLE = 20
"""Detections a picture that COCO's evaluation looks at."""
_NOWHERE_PX = -1e5
"""Coordinate of a missing keypoint for the evaluator, which knows no NaN: similar to nothing."""
_MATCHED_OKS = 0.1
"""Similarity below which a detection is of somebody else; two people in one photograph reach it."""
_VARIANCES = np.square(2.0 * np.array(COCO17.sigmas))


def require_evaluator() -> None:
    """Raise `UsageError`, which says what to install, where pycocotools is missing."""
    if importlib.util.find_spec("pycocotools") is None:
        raise UsageError(
            "COCO's figures need pycocotools, which is not installed: "
            'pip install "gesturepose[eval]"'
        )


def unfiltered(settings: PoseSettings) -> PoseSettings:
    """Let everything through that the network reports, as average precision asks for.

    Thresholds are a choice between missing people and inventing them; average precision is over
    all of them, and a keypoint that is left out is as wrong as one in the wrong place.
    """
    return settings.model_copy(
        update={"min_score": 0.0, "min_keypoint_score": 0.0, "max_people": _MOST_PEOPLE}
    )


@dataclass(frozen=True, slots=True)
class PictureResult:
    """What was found in one picture.

    Attributes
    ----------
    picture
        The labels.
    poses
        The detections.
    matches
        By counted person, in the labels' order: row of the detection, or ``None``.
    similarities
        By counted person: OKS of that detection, 0 without one.
    """

    picture: LabelledPicture
    poses: Sequence[Pose]
    matches: tuple[int | None, ...]
    similarities: tuple[float, ...]

    @property
    def worst(self) -> float | None:
        """Similarity of the person found worst; ``None`` where nobody is expected."""
        return min(self.similarities, default=None)


@dataclass(frozen=True, slots=True)
class PoseAccuracy:
    """Figures over one set of pictures.

    Attributes
    ----------
    name
        What the pictures are.
    pictures, people, found
        Their number, that of counted people, and of those with a detection near enough.
    oks_mean
        Mean similarity over counted people, 0 for who was not found; ``None`` without any.
    coco
        `COCO_FIGURES` by name; ``None`` where nobody of that size is labelled.
    keypoints
        ``pck`` and ``pckh``.
    """

    name: str
    pictures: int
    people: int
    found: int
    oks_mean: float | None
    coco: dict[str, float | None]
    keypoints: dict[str, KeypointTally]

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        return {
            "name": self.name,
            "pictures": self.pictures,
            "people": self.people,
            "found": self.found,
            "oks_mean": self.oks_mean,
            "coco": self.coco,
            **{name: tally.as_dict() for name, tally in self.keypoints.items()},
        }


def similarities_of(person: LabelledPerson, poses: Sequence[Pose]) -> NDArray[np.float64]:
    """OKS of every pose with a labelled person, ``(N,)``.

    The mean over the labelled keypoints of ``exp(-d^2 / (2 area (2 sigma)^2))``, as COCO's
    evaluator has it; a missing keypoint counts 0.
    """
    found = np.array([pose.keypoints for pose in poses], np.float64).reshape(-1, len(COCO17), 2)
    squared = np.square(found - person.keypoints).sum(axis=2)
    spread = 2.0 * (person.area + np.spacing(1)) * _VARIANCES
    near = np.where(np.isfinite(squared), np.exp(-squared / spread), 0.0)
    labelled = person.visibility > 0
    mean: NDArray[np.float64] = near[:, labelled].mean(axis=1)
    return mean


def match_people(picture: LabelledPicture, poses: Sequence[Pose]) -> PictureResult:
    """Give each counted person at most one pose, the most similar pairs first."""
    people = [person for person in picture.people if person.counts]
    matches: list[int | None] = [None] * len(people)
    best = [0.0] * len(people)
    if people and poses:
        table = np.array([similarities_of(person, poses) for person in people])
        while (flat := int(table.argmax())) >= 0 and table.flat[flat] >= _MATCHED_OKS:
            person, pose = divmod(flat, len(poses))
            matches[person], best[person] = pose, float(table[person, pose])
            table[person], table[:, pose] = -1.0, -1.0
    return PictureResult(picture, poses, tuple(matches), tuple(best))


def measure_accuracy(
    estimate: Callable[[Frame], Sequence[Pose]],
    pictures: LabelledPictures,
    *,
    on_done: Callable[[PictureResult, ImageArray], None] = lambda *_: None,
) -> PoseAccuracy:
    """Look for people in every picture and compare with the labels.

    Parameters
    ----------
    estimate
        The pose stage.
    pictures
        With labels.
    on_done
        Told after each picture.

    Raises
    ------
    UsageError
        pycocotools is missing.
    GesturePoseError
        A picture cannot be read.
    """
    require_evaluator()
    tallies, results = make_tallies(), []
    for index, (picture, image) in enumerate(pictures):
        result = match_people(picture, estimate(Frame(image, float(index), index)))
        counted = (person for person in picture.people if person.counts)
        for person, match in zip(counted, result.matches, strict=True):
            keypoints = None if match is None else result.poses[match].keypoints
            for tally in tallies.values():
                tally.add(person, keypoints)
        results.append(result)
        on_done(result, image)
    similarities = [oks for result in results for oks in result.similarities]
    return PoseAccuracy(
        name=pictures.name,
        pictures=len(results),
        people=len(similarities),
        found=sum(match is not None for result in results for match in result.matches),
        oks_mean=float(np.mean(similarities)) if similarities else None,
        coco=evaluate_coco(results),
        keypoints=tallies,
    )


def evaluate_coco(results: Sequence[PictureResult]) -> dict[str, float | None]:
    """`COCO_FIGURES` by the reference evaluator; ``None`` where nobody of that size is labelled."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    images = [{"id": index} for index, _ in enumerate(results, 1)]
    labels = [
        _as_label(person, image_id)
        for image_id, result in enumerate(results, 1)
        for person in result.picture.people
    ]
    detections = [
        _as_detection(pose, image_id)
        for image_id, result in enumerate(results, 1)
        for pose in result.poses
    ]
    sides = []
    with contextlib.redirect_stdout(io.StringIO()):  # it reports its progress there
        for entries in (labels, detections):
            side = COCO()
            # Ids start at 1: the evaluator takes a match with number 0 for none.
            side.dataset = {
                "images": images,
                "categories": [{"id": 1, "name": "person"}],
                "annotations": [{**entry, "id": row} for row, entry in enumerate(entries, 1)],
            }
            side.createIndex()
            sides.append(side)
        evaluator = COCOeval(*sides, "keypoints")
        evaluator.params.maxDets = [_MOST_PEOPLE]
        evaluator.evaluate()
        evaluator.accumulate()
        evaluator.summarize()
    return {
        name: float(value) if value >= 0 else None
        for name, value in zip(COCO_FIGURES, evaluator.stats, strict=True)
    }


def _as_label(person: LabelledPerson, image_id: int) -> dict[str, Any]:
    rows = np.column_stack([np.nan_to_num(person.keypoints), person.visibility])
    left, top, right, bottom = person.box.tolist()
    return {
        "image_id": image_id,
        "category_id": 1,
        "keypoints": rows.ravel().tolist(),
        "num_keypoints": int((person.visibility > 0).sum()),
        "bbox": [left, top, right - left, bottom - top],
        "area": person.area,
        "iscrowd": int(person.crowd),
    }


def _as_detection(pose: Pose, image_id: int) -> dict[str, Any]:
    keypoints = pose.keypoints.astype(np.float64)
    lowest, highest = np.nanmin(keypoints, axis=0), np.nanmax(keypoints, axis=0)
    rows = np.column_stack([np.nan_to_num(keypoints, nan=_NOWHERE_PX), pose.scores])
    width, height = (highest - lowest).tolist()
    return {
        "image_id": image_id,
        "category_id": 1,
        "keypoints": rows.ravel().tolist(),
        "score": pose.score,
        "bbox": [*lowest.tolist(), width, height],
        "area": width * height,
        "iscrowd": 0,
    }

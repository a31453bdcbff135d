"""Share of correct keypoints: PCK relative to the torso, PCKh relative to the head.

A keypoint is correct when it is found within a share of a reference length of its place. PCK@0.2
takes the torso's diagonal, left hip to right shoulder (Sapp and Taskar, "MODEC: Multimodal
Decomposable Models for Human Pose Estimation", 2013, section 5); PCKh@0.5 takes the head's size
(Andriluka et al., "2D Human Pose Estimation: New Benchmark and State of the Art Analysis", 2014,
section 4). COCO labels no head box, so that the head's size is the widest distance between two
labelled keypoints of the face, an ear among them: about ear to ear from the front, ear to nose from
the side. That is less than MPII's head, hence stricter, and not to be compared with its figures.

Measures distances; which person is which is `gesturepose.evaluation.pose_accuracy`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.evaluation.figures import ratio
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from gesturepose.evaluation.coco_annotations import LabelledPerson

UPPER_BODY = tuple(
    COCO17.index(name)
    for name in (
        "nose",
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "left_wrist",
        "right_wrist",
    )
)
"""Rows of the keypoints that gestures are mostly written in."""
_FACE = slice(0, 5)
_EARS = (COCO17.index("left_ear"), COCO17.index("right_ear"))
_DIAGONALS = (
    (COCO17.index("left_hip"), COCO17.index("right_shoulder")),
    (COCO17.index("right_hip"), COCO17.index("left_shoulder")),
)


def torso_length(person: LabelledPerson) -> float:
    """Left hip to right shoulder, or the other diagonal; NaN where neither is labelled."""
    for hip, shoulder in _DIAGONALS:
        length = float(np.linalg.norm(person.keypoints[hip] - person.keypoints[shoulder]))
        if length > 0:
            return length
    return float("nan")


def head_length(person: LabelledPerson) -> float:
    """Widest distance from a labelled ear to another keypoint of the face; NaN without one."""
    face = person.keypoints[_FACE]
    lengths = np.linalg.norm(face[None] - person.keypoints[list(_EARS), None], axis=-1)
    longest = np.max(lengths, where=np.isfinite(lengths), initial=0.0)
    return float(longest) if longest > 0 else float("nan")


@dataclass(slots=True)
class KeypointTally:
    """Keypoints found where they are, of those labelled.

    Attributes
    ----------
    share, of
        How near is correct: this share of the reference length, in words.
    reference
        The reference length of a person in pixels, NaN for who has none and is left out.
    labelled, correct
        ``(17,)`` by keypoint, hidden ones included.
    visible, visible_correct
        ``(17,)`` those of them that are labelled as visible.
    people, left_out
        People counted, and those without a reference length.
    """

    share: float
    of: str
    reference: Callable[[LabelledPerson], float]
    labelled: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(COCO17), np.int64))
    correct: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(COCO17), np.int64))
    visible: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(COCO17), np.int64))
    visible_correct: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(len(COCO17), np.int64)
    )
    people: int = 0
    left_out: int = 0

    def add(self, person: LabelledPerson, keypoints: NDArray[np.float32] | None) -> None:
        """Count one person.

        Parameters
        ----------
        person
            The labels.
        keypoints
            ``(17, 2)`` pixels, NaN where missing; ``None`` for a person who was not found, all of
            whose keypoints are wrong then.
        """
        limit = self.share * self.reference(person)
        if not np.isfinite(limit):
            self.left_out += 1
            return
        self.people += 1
        labelled, visible = person.visibility > 0, person.visibility == 2
        correct = np.zeros(len(COCO17), bool)
        if keypoints is not None:
            # A missing keypoint is NaN, which is not below anything.
            correct = np.linalg.norm(keypoints - person.keypoints, axis=1) <= limit
        self.labelled += labelled
        self.visible += visible
        self.correct += labelled & correct
        self.visible_correct += visible & correct

    def share_of(self, rows: Iterable[int] | None = None) -> float | None:
        """Share of correct keypoints among some rows, or all; ``None`` where none is labelled."""
        chosen = list(range(len(COCO17)) if rows is None else rows)
        return ratio(int(self.correct[chosen].sum()), int(self.labelled[chosen].sum()))

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``; shares of 1, ``None`` where nothing is labelled."""
        return {
            "share": self.share,
            "of": self.of,
            "people": self.people,
            "people_without_reference": self.left_out,
            "all": self.share_of(),
            "upper_body": self.share_of(UPPER_BODY),
            "visible": ratio(int(self.visible_correct.sum()), int(self.visible.sum())),
            "keypoints": {name: self.share_of([row]) for row, name in enumerate(COCO17.keypoints)},
        }


def make_tallies() -> dict[str, KeypointTally]:
    """Empty tallies of both measures, by name."""
    return {
        "pck": KeypointTally(0.2, "torso diagonal", torso_length),
        "pckh": KeypointTally(0.5, "widest distance from an ear within the face", head_length),
    }

"""Everybody's poses from a network that sees one person at a time.

A network that finds everybody says where people are, and the other one looks at each of them again,
closer: a top-down estimator (Papandreou et al., "Towards Accurate Multi-person Pose Estimation in
the Wild", 2017, and Xiao et al., "Simple Baselines for Human Pose Estimation and Tracking", 2018,
with their person detectors). Nobody is remembered from frame to frame, for that there is
`gesturepose.pose.following_everyone`, and nothing is decided here about what a keypoint is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from gesturepose.datatypes import Pose
from gesturepose.pose.crops import boxes_around
from gesturepose.pose.duplicates import find_distinct
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame
    from gesturepose.pose.estimator import Region
    from gesturepose.pose.person_estimator import PersonEstimator

    class PeopleFinder(Protocol):
        """Says where people are: `gesturepose.pose.estimator.PoseEstimator`, say."""

        max_people: int

        def __call__(self, frame: Frame, region: Region | None = None) -> Sequence[Pose]:
            """Find the people in a frame, or in a part of it."""
            ...

        def warm_up(self, size: tuple[int, int]) -> None:
            """Run once on a black picture of ``(width, height)``."""
            ...

        def close(self) -> None:
            """Free what it holds."""
            ...


_MARGIN = 0.1
"""How far a person reaches beyond the keypoints, along each axis, as a share of the longer side of
the box round them: the head ends above the eyes, a hand beyond the wrist. Networks are trained on
boxes of whole people; of 57 people in 83 pictures of COCO whose keypoints and boxes are labelled,
this share makes the two most alike (mean intersection over union 0.70, without it 0.52)."""


class TwoStageEstimator:
    """Finds the people in a frame, one of whom is looked at after the other.

    Somebody whom the second network does not confirm is nobody.

    Parameters
    ----------
    finder
        Says where people are.
    person
        Looks at each of them.
    times
        Where the stage ``find``, the finder's work, is timed; ``None`` keeps it to itself.

    Attributes
    ----------
    model_name, provider, skeleton
        The person network's.
    max_people
        The finder's.
    """

    def __init__(
        self, finder: PeopleFinder, person: PersonEstimator, *, times: StageTimes | None = None
    ) -> None:
        self._finder = finder
        self._person = person
        self._times = StageTimes() if times is None else times
        self._sigmas = np.array(person.skeleton.sigmas)
        self.model_name = person.model_name
        self.skeleton = person.skeleton
        self.max_people = finder.max_people

    def __call__(self, frame: Frame, region: Region | None = None) -> list[Pose]:
        """Find the people in a frame, or in the finder's ``region`` of it, the surest first.

        How sure is the geometric mean of what both networks say, which puts people into the order
        of their product (Xiao et al.), but stays a confidence.

        Returns
        -------
        list of Pose
            Keypoints in the frame's pixels; empty for nobody.

        Raises
        ------
        GesturePoseError
            The estimator was closed, or a network failed.
        """
        found = self.find(frame, region)
        if not found:
            return []
        boxes = boxes_of(np.stack([pose.keypoints for pose in found]), frame.size)
        return self.confirm(frame, found, boxes)

    def find(self, frame: Frame, region: Region | None = None) -> Sequence[Pose]:
        """Find the people in a frame, or in a part of it, as the finder does alone."""
        with self._times.measure("find"):
            return self._finder(frame, region)

    def confirm(
        self, frame: Frame, found: Sequence[Pose], boxes: NDArray[np.float32]
    ) -> list[Pose]:
        """Look at each of the people found, the surest first.

        Parameters
        ----------
        frame
            The picture.
        found
            Who is there, of whom only the scores count here.
        boxes
            ``(N, 4)``: left, top, right, bottom of each in pixels; NaN for who is not looked at.

        Returns
        -------
        list of Pose
            One a body; without those whom the second network does not see.
        """
        poses = [
            Pose(pose.keypoints, pose.scores, float(np.sqrt(pose.score * first.score)))
            for first, pose in zip(found, self._person(frame, boxes), strict=True)
            if pose is not None
        ]
        return [poses[row] for row in self._find_distinct(poses)]

    def follow(self, frame: Frame, boxes: NDArray[np.float32]) -> list[Pose | None]:
        """Look at people in boxes ``(N, 4)``, whoever they are.

        Returns
        -------
        list of Pose or None
            One answer per box, in their order; ``None`` where nobody is seen, or the same body as
            in another box, where it is seen more surely.
        """
        poses = self._person(frame, boxes)
        seen = [row for row, pose in enumerate(poses) if pose is not None]
        distinct = self._find_distinct([pose for pose in poses if pose is not None])
        kept = {seen[row] for row in distinct}
        return [pose if row in kept else None for row, pose in enumerate(poses)]

    def _find_distinct(self, poses: Sequence[Pose]) -> list[int]:
        if not poses:
            return []
        keypoints = np.stack([pose.keypoints for pose in poses])
        scores = np.array([pose.score for pose in poses])
        return find_distinct(keypoints, scores, boxes_around(keypoints), sigmas=self._sigmas)

    @property
    def provider(self) -> str:
        """What the person network runs on."""
        return self._person.provider

    def warm_up(self, size: tuple[int, int]) -> None:
        """Run both networks once on a black picture of ``(width, height)``; nothing is timed."""
        self._finder.warm_up(size)
        self._person.warm_up(size)

    def close(self) -> None:
        """Free both networks."""
        self._finder.close()
        self._person.close()


def boxes_of(keypoints: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float32]:
    """Boxes of whole people, guessed from their keypoints.

    Parameters
    ----------
    keypoints
        ``(N, K, 2)`` pixels, NaN where missing.
    size
        ``(width, height)`` of the picture, beyond which no box reaches.

    Returns
    -------
    ndarray
        ``(N, 4)`` float32: left, top, right, bottom in the same pixels; NaN for a person without a
        keypoint.
    """
    corners = boxes_around(keypoints).reshape(-1, 2, 2)
    margin = _MARGIN * (corners[:, 1] - corners[:, 0]).max(axis=1, initial=0, keepdims=True)
    corners[:, 0] -= margin
    corners[:, 1] += margin
    limits = np.array(size, np.float32) - 1
    return np.clip(corners, np.float32(0), limits).reshape(-1, 4)

"""Following everybody with a network that sees one person at a time.

Where people were in the frame before says where they are in this one, and the network that finds
them need not look at every picture: now and then is enough, and at once when somebody is not where
expected or has only just come. Boxes round the keypoints of the frame before, moved on, are what
Xiao et al. add to those of a detector ("Simple Baselines for Human Pose Estimation and Tracking",
2018, section 3.1); they move them with the optical flow, here each keypoint goes on as it went.

It must not decide who is who: that it is told, and the tracker decides again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.body_scale import estimate_scale_px
from gesturepose.datatypes import Sighting, TrackState
from gesturepose.pose.crops import boxes_around
from gesturepose.pose.looks import (
    REACH_SW,
    LookTimer,
    expect_keypoints,
    is_where_expected,
    measure_apart_px,
)
from gesturepose.pose.two_stage import boxes_of
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol, Self

    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame, Pose, Track

    FloatArray = NDArray[np.float32]

    class TwoNetworks(Protocol):
        """Finds people, and looks at each: `gesturepose.pose.two_stage.TwoStageEstimator`."""

        def find(self, frame: Frame) -> Sequence[Pose]:
            """Find the people in a frame."""
            ...

        def confirm(self, frame: Frame, found: Sequence[Pose], boxes: FloatArray) -> list[Pose]:
            """Look at each of the people found, in boxes ``(N, 4)``, the surest first."""
            ...

        def follow(self, frame: Frame, boxes: FloatArray) -> list[Pose | None]:
            """Look at people in boxes ``(N, 4)``, whoever they are; in their order."""
            ...


class EveryoneFollower:
    """The poses in a frame: of those who were there before, or of whoever is found.

    Everybody is looked at in every frame, so that every `Sighting` is of everyone; who comes is
    noticed when the finder looks next.

    Parameters
    ----------
    estimator
        Both networks; not closed here.
    """

    def __init__(self, estimator: TwoNetworks) -> None:
        self._estimator = estimator
        self._timer = LookTimer()

    def __call__(
        self,
        frame: Frame,
        tracks: Sequence[Track],
        operator: Track | None = None,
        *,
        others_matter: bool = True,
    ) -> Sighting:
        """Look at a frame.

        Parameters
        ----------
        frame
            The picture.
        tracks
            Who was there in the frame before.
        operator, others_matter
            Who of them is obeyed, and whether the others' gestures matter too. That makes no
            difference: all are looked at alike.

        Raises
        ------
        GesturePoseError
            It was closed, or a network failed.
        """
        del operator, others_matter
        present = [track for track in tracks if track.state is TrackState.CONFIRMED]
        expected = _Expected.of(present, frame) if present else None
        everybody = len(present) == len(tracks)  # who is lost or new must be found
        if expected and everybody and not self._timer.is_due(frame.timestamp, tracks):
            poses = self._follow(frame, expected)
            if poses is not None:
                return Sighting(poses)
            expected = None  # somebody is elsewhere, and the finder knows where
        self._timer.restart(frame.timestamp)
        found = self._estimator.find(frame)
        if not found:
            return Sighting([])
        boxes = boxes_of(np.stack([pose.keypoints for pose in found]), frame.size)
        if expected:
            expected.widen(boxes, found)
        return Sighting(self._estimator.confirm(frame, found, boxes))

    def _follow(self, frame: Frame, expected: _Expected) -> list[Pose] | None:
        """Look at those who were there; ``None`` unless each is seen, and where expected."""
        poses = []
        for row, pose in enumerate(self._estimator.follow(frame, expected.boxes)):
            if pose is None or not expected.is_at(row, pose):
                return None
            poses.append(pose)
        return poses


class _Expected:
    """Where people are taken to be."""

    def __init__(self, keypoints: FloatArray, scales_px: FloatArray, size: tuple[int, int]) -> None:
        self._keypoints = keypoints  # (N, 17, 2)
        self._scales_px = scales_px  # (N,)
        reach_px = REACH_SW[:, None] * scales_px[:, None, None]
        around = np.concatenate([keypoints - reach_px, keypoints + reach_px], axis=1)
        limits = np.tile(np.array(size, np.float32) - 1, 2)
        self.boxes: FloatArray = np.clip(boxes_around(around), np.float32(0), limits)

    @classmethod
    def of(cls, tracks: Sequence[Track], frame: Frame) -> Self:
        """Move tracks, at least one, on to a frame."""
        keypoints = np.stack([expect_keypoints(track, frame.timestamp) for track in tracks])
        scales_px = [
            estimate_scale_px(points, track.visible, COCO17)
            for points, track in zip(keypoints, tracks, strict=True)
        ]
        return cls(keypoints, np.array(scales_px, np.float32), frame.size)

    def is_at(self, row: int, pose: Pose) -> bool:
        """Whether a pose is where one of the people is expected."""
        scale_px = float(self._scales_px[row])
        return is_where_expected(pose.keypoints, self._keypoints[row], scale_px=scale_px)

    def widen(self, boxes: FloatArray, found: Sequence[Pose]) -> None:
        """Let the boxes ``(M, 4)`` of people found show what is known of them besides.

        The finder may have missed a hand; and somebody who stands still would twitch if each look
        showed another part of the picture.
        """
        apart_px = np.array(
            [
                [measure_apart_px(pose.keypoints, keypoints) for pose in found]
                for keypoints in self._keypoints
            ]
        )
        for row, column in enumerate(apart_px.argmin(axis=1).tolist()):
            # Each is the other's nearest: of two who embrace, nobody gets the other's box.
            if apart_px[:, column].argmin() == row and self.is_at(row, found[column]):
                np.minimum(boxes[column, :2], self.boxes[row, :2], out=boxes[column, :2])
                np.maximum(boxes[column, 2:], self.boxes[row, 2:], out=boxes[column, 2:])

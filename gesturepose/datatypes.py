"""The values that flow from stage to stage.

Frozen, slotted dataclasses whose arrays are checked where they are made. Pixels are ``(x, y)`` with
the origin in the picture's upper left corner; times are seconds; sides are the person's own.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    BoolArray = NDArray[np.bool_]
    ImageArray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source, never mirrored.

    Attributes
    ----------
    image
        ``(H, W, 3)`` uint8, BGR.
    timestamp
        Seconds: media time of a file, monotonic time right after the grab of a camera.
    index
        Number of the frame in its source, from 0.
    """

    image: ImageArray
    timestamp: float
    index: int

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(
                f"a frame is (H, W, 3) uint8, not {self.image.shape} {self.image.dtype}"
            )

    @property
    def size(self) -> tuple[int, int]:
        """``(width, height)`` in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """One person's keypoints in one picture, as the network saw them.

    Attributes
    ----------
    keypoints
        ``(K, 2)`` float32 pixels; NaN where a keypoint is missing.
    scores
        ``(K,)`` float32 confidence in 0..1; 0 where a keypoint is missing.
    score
        Confidence that this is a person, 0..1.
    """

    keypoints: FloatArray
    scores: FloatArray
    score: float

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.keypoints.shape != (count, 2) or self.scores.shape != (count,):
            raise ValueError(
                f"a pose is keypoints (K, 2) and scores (K,), not {self.keypoints.shape} "
                f"and {self.scores.shape}"
            )
        missing = np.isnan(self.keypoints).any(axis=1)
        if not np.array_equal(missing, self.scores == 0):
            raise ValueError("a missing keypoint is NaN with score 0, and only a missing one")


@dataclass(frozen=True, slots=True, eq=False)
class PoseFrame:
    """One line of a keypoint recording: the poses of a frame whose picture was never kept.

    Attributes
    ----------
    poses
        Everybody in the frame; empty for nobody.
    timestamp, index
        As for `Frame`.
    size
        ``(width, height)`` in pixels of the pictures the keypoints were seen in.
    """

    poses: Sequence[Pose]
    timestamp: float
    index: int
    size: tuple[int, int]


class TrackState(enum.Enum):
    """Life of a track."""

    TENTATIVE = "tentative"
    """Seen, but not for long enough to be believed."""
    CONFIRMED = "confirmed"
    """Seen in the newest frame."""
    COASTING = "coasting"
    """Believed, but not seen in the newest frame; keypoints are predicted."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One person through time: an identity with steady keypoints and velocities.

    Attributes
    ----------
    track_id
        Positive, never reused while the program runs.
    keypoints
        ``(K, 2)`` float32 pixels; NaN for a keypoint not seen yet or not seen for too long.
    velocities
        ``(K, 2)`` float32 pixels per second; NaN where ``keypoints`` is.
    visible
        ``(K,)`` bool: whether the keypoint rests on recent evidence.
    state
        See `TrackState`.
    timestamp
        Seconds; that of the frame it was updated with.
    """

    track_id: int
    keypoints: FloatArray
    velocities: FloatArray
    visible: BoolArray
    state: TrackState
    timestamp: float

    def __post_init__(self) -> None:
        count = len(self.visible)
        if self.keypoints.shape != (count, 2) or self.velocities.shape != (count, 2):
            raise ValueError("a track is keypoints (K, 2), velocities (K, 2) and visible (K,)")


class Phase(enum.Enum):
    """Where in its life a gesture is."""

    BEGIN = "begin"
    UPDATE = "update"
    END = "end"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class GestureEvent:
    """A gesture of the operator began, goes on, ended, or was broken off.

    ``timestamp`` is in seconds, that of the frame in which it was decided.
    """

    gesture: str
    phase: Phase
    track_id: int
    timestamp: float


@dataclass(frozen=True, slots=True)
class GestureProgress:
    """How near a gesture is to firing, for display.

    Attributes
    ----------
    value
        0..1; 1 means it fires or has fired and is held.
    active
        Whether it has begun and not ended.
    blocked_by
        The rule that is not met, in words; empty when none blocks it.
    """

    value: float
    active: bool
    blocked_by: str = ""

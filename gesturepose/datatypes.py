"""The values that flow from stage to stage.

Frozen, slotted dataclasses whose arrays are checked where they are made. Pixels are ``(x, y)`` with
the origin in the picture's upper left corner; times are seconds; sides are the person's own.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    BoolArray = NDArray[np.bool_]
    ImageArray = NDArray[np.uint8]

    class Worded(Protocol):
        """What can be said in words, if somebody asks: to know it costs less than to say it."""

        @property
        def words(self) -> str:
            """Say it."""
            ...


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
    everyone
        As for `Sighting`.
    """

    poses: Sequence[Pose]
    timestamp: float
    index: int
    size: tuple[int, int]
    everyone: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What was seen in one frame.

    Attributes
    ----------
    poses
        Everybody's who was looked for; empty for nobody.
    everyone
        Whether everybody was looked for, or only the person who is obeyed.
    """

    poses: Sequence[Pose]
    everyone: bool = True


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
    observed
        ``(K,)`` bool: which of the visible keypoints were seen in that very frame, and not
        carried on from earlier ones; all of them if not given.
    """

    track_id: int
    keypoints: FloatArray
    velocities: FloatArray
    visible: BoolArray
    state: TrackState
    timestamp: float
    observed: BoolArray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        count = len(self.visible)
        if self.observed is None:
            object.__setattr__(self, "observed", self.visible)
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


Unit = Literal[
    "",
    "shoulder widths",
    "shoulder widths/s",
    "s",
    "degrees",
    "of its peak",
    "of this hand's",
    "of the usual",
    "yes or no",
]
"""What the figures of a `RuleReading` are in; empty for a count, 1 and 0 for a yes and a no."""
_DECIMALS: dict[Unit, int] = {"": 0, "degrees": 0}


@dataclass(frozen=True, slots=True)
class RuleReading:
    """One condition of a gesture, read at one moment.

    Attributes
    ----------
    rule
        The condition, or the quantity that it limits, in words.
    value, limit
        What was measured and what it is held against, in the rule's own unit. NaN for what is not
        visible.
    margin
        How far the condition is from not being met; below 0 it is not.
    unit
        What ``value`` and ``limit`` are in.
    setting
        Where gestures.toml has the limit, within the gesture's table, or from the top for another
        table (``[classifier] return_s``); empty where it is not a setting.
    """

    rule: str
    value: float
    limit: float
    margin: float
    unit: Unit = ""
    setting: str = ""

    @property
    def met(self) -> bool:
        """Whether the condition holds."""
        return self.margin >= 0

    @property
    def words(self) -> str:
        """The condition with its figures, and the setting that has its limit."""
        where = f" ({self.setting})" if self.setting else ""
        if math.isnan(self.value):
            return f"{self.rule}: not visible{where}"
        if self.unit == "yes or no":
            return f"{self.rule}: {'yes' if self.value else 'no'}{where}"
        # A value on the good side of its limit, or on the bad one: either tells which side is good.
        bound = "more" if (self.value >= self.limit) == self.met else "less"
        value, limit = _figures(self.value, self.limit, decimals=_DECIMALS.get(self.unit, 2))
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.rule} {value}{unit}, needs {limit} or {bound}{where}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a gesture fires, or what keeps it from firing, at one moment.

    Attributes
    ----------
    gesture
        Its name.
    progress
        0..1, as of `GestureProgress`: 1 means it fires or has fired and is held.
    active
        Whether it has begun and not ended.
    blocked_by
        The condition that keeps it from firing, in words and with its figures; empty when none
        does. Of a gesture that is active, the condition that would end it.
    side
        The hand that is nearest to making it, ``"left"`` or ``"right"``; empty for a gesture whose
        rules name the side, or that takes both.
    rules
        Every condition, in the order in which they are asked.
    """

    gesture: str
    progress: float
    active: bool
    blocked_by: str = ""
    side: str = ""
    rules: tuple[RuleReading, ...] = ()

    @property
    def nearness(self) -> tuple[float, int]:
        """For comparison, the greater the nearer to firing: progress, then how far rules go."""
        met = next((i for i, rule in enumerate(self.rules) if not rule.met), len(self.rules))
        return self.progress, met


@dataclass(frozen=True, slots=True, eq=False)
class GestureProgress:
    """How near a gesture is to firing, for display; equal where it says the same.

    Attributes
    ----------
    value
        0..1; 1 means it fires or has fired and is held.
    active
        Whether it has begun and not ended.
    obstacle
        The rule that is not met; empty when none blocks it.
    due_s
        The source's time at which a posture that goes on will have been held for long enough;
        infinite if nothing is on its way. Of no consequence for what is displayed.
    """

    value: float
    active: bool
    obstacle: Worded | str = ""
    due_s: float = math.inf

    @property
    def blocked_by(self) -> str:
        """The rule that is not met, in words; empty when none blocks it."""
        return self.obstacle if isinstance(self.obstacle, str) else self.obstacle.words

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GestureProgress):
            return NotImplemented
        mine = self.value, self.active, self.blocked_by
        return mine == (other.value, other.active, other.blocked_by)

    def __hash__(self) -> int:
        return hash((self.value, self.active, self.blocked_by))


def _figures(value: float, limit: float, *, decimals: int) -> tuple[str, str]:
    """Write two figures with so many decimals, or up to two more if they look the same."""
    plain = f"{value:z.{decimals}f}", f"{limit:z.{decimals}f}"
    for more in (decimals, decimals + 1, decimals + 2):
        figures = f"{value:z.{more}f}", f"{limit:z.{more}f}"
        if figures[0] != figures[1]:
            return figures
    return plain

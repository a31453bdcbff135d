"""What a gesture is, as written in gestures.toml; the models here only hold and check it.

Lengths are in shoulder widths, speeds in shoulder widths per second, sides are the person's own.
A gesture has ``pose`` rules (a posture, held), a ``motion`` (a stroke), or both: then the posture
must hold at the moment the stroke ends.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gesturepose.gestures.points import POINT_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

STRICT = ConfigDict(frozen=True, extra="forbid")


def check_point(name: str) -> str:
    """Return ``name`` if it is a point rules may name; raise ``ValueError`` with a suggestion."""
    if name in POINT_NAMES:
        return name
    close = get_close_matches(name, POINT_NAMES, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    raise ValueError(f"unknown keypoint '{name}'{hint}")


Point = Annotated[str, AfterValidator(check_point)]
Length = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Degrees = Annotated[float, Field(ge=0, le=180, allow_inf_nan=False)]
Side = Literal["left", "right"]

_WRISTS = ("left_wrist", "right_wrist", "either_wrist", "other_wrist")
KINDS = ("above", "below", "left_of", "right_of", "outside", "near", "apart", "angle", "still")
THRESHOLDS = {
    "above": "margin",
    "below": "margin",
    "left_of": "margin",
    "right_of": "margin",
    "outside": "margin",
    "near": "max_distance",
    "apart": "min_distance",
    "still": "max_speed",
}


class PoseRule(BaseModel):
    """One condition on where points of the body are; exactly one of the kinds is given."""

    model_config = STRICT

    above: tuple[Point, Point] | None = None
    """The first point is at least ``margin`` higher than the second."""
    below: tuple[Point, Point] | None = None
    """The first point is at least ``margin`` lower than the second."""
    left_of: tuple[Point, Point] | None = None
    """The first point is at least ``margin`` further to the person's own left."""
    right_of: tuple[Point, Point] | None = None
    """The first point is at least ``margin`` further to the person's own right."""
    outside: tuple[Point, Point] | None = None
    """The first point is at least ``margin`` further out, on its own side of the body."""
    near: tuple[Point, Point] | None = None
    """The points are at most ``max_distance`` apart."""
    apart: tuple[Point, Point] | None = None
    """The points are at least ``min_distance`` apart."""
    angle: tuple[Point, Point, Point] | None = None
    """The angle at the middle point is within ``min_deg`` .. ``max_deg``."""
    still: Point | None = None
    """The point moves at ``max_speed`` or less; needed to begin, not to go on."""

    optional: bool = False
    """Met when one of the points is not visible."""
    margin: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)] = 0.0
    max_distance: Length | None = None
    min_distance: Length | None = None
    max_speed: Length | None = None
    min_deg: Degrees | None = None
    max_deg: Degrees | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            found = " and ".join(given) if given else "none"
            raise ValueError(f"a pose rule has exactly one of {', '.join(KINDS)}; found {found}")
        kind = given[0]
        own = {"min_deg", "max_deg"} if kind == "angle" else {THRESHOLDS[kind]}
        foreign = self.model_fields_set - set(KINDS) - own - {"optional"}
        if foreign:
            raise ValueError(f"'{kind}' takes {' and '.join(sorted(own))}, not {min(foreign)}")
        if kind == "angle" and self.min_deg is None and self.max_deg is None:
            raise ValueError("'angle' needs min_deg or max_deg")
        if kind in ("near", "apart", "still") and getattr(self, THRESHOLDS[kind]) is None:
            raise ValueError(f"'{kind}' needs {THRESHOLDS[kind]}")
        return self

    @property
    def kind(self) -> str:
        """Which of the kinds this rule is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def points(self) -> tuple[str, ...]:
        """Names of the points the rule looks at."""
        value = getattr(self, self.kind)
        return (value,) if isinstance(value, str) else tuple(value)

    def describe(self, points: Sequence[str] | None = None) -> str:
        """Say the rule in words; ``points`` are other names for its points: with sides, say."""
        names = [p.replace("_", " ") for p in points or self.points]
        match self.kind:
            case "above" | "below" | "left_of" | "right_of" | "outside":
                return f"{names[0]} {self.kind.replace('_', ' ')} {names[1]}"
            case "near" | "apart":
                return f"{names[0]} and {names[1]} {self.kind}"
            case "angle":
                return f"angle at {names[1]}"
            case _:
                return f"{names[0]} still"


class Motion(BaseModel):
    """A stroke: a point that travels, two that part or meet, something that goes to and fro."""

    model_config = STRICT

    keypoint: Point | None = None
    """The point that travels or goes to and fro."""
    between: tuple[Point, Point] | None = None
    """The two points whose distance changes."""
    towards: Literal["left", "right", "up", "down", "camera", "apart", "together"] | None = None
    """Direction of the stroke, from the person's own view."""
    distance: Length
    """Travel, or change of distance; of a to-and-fro, each swing's length."""
    within_s: Annotated[float, Field(gt=0, le=3.0, allow_inf_nan=False)] = 0.5
    """The stroke, or all swings, within this time."""
    min_s: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.15
    """One stroke takes at least this long: no hand is quicker, a keypoint that jumps is."""
    axis: Literal["horizontal", "vertical"] | None = None
    """Direction of a to-and-fro of one point."""
    swings: Annotated[int, Field(ge=2, le=12)] | None = None
    """Number of strokes to and fro; with ``towards``, the last of them goes that way."""
    max_drift: Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)] = 0.7
    """Sideways drift allowed, as a fraction of the travel."""
    max_start_speed: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.42
    """Speed at the start of a single point's stroke, in whatever direction, as a fraction of its
    peak: a stroke starts from a stop or a sharp turn, going round in a circle does not."""
    max_end_speed: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.35
    """Speed to which a stroke must have fallen to be over, as a fraction of its peak."""
    min_speed: Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)] = 0.0
    """Peak speed a stroke must reach."""
    pause_s: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    """How long a single point stays where its stroke is to start."""
    settle_s: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    """How long a stroke must have been over, the point not going on somewhere else."""
    alone: bool = False
    """The same point of the other side must not travel along."""
    start: tuple[PoseRule, ...] = ()
    """Rules that held where the stroke began; of a to-and-fro, where each of its strokes did."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.keypoint is None) == (self.between is None):
            raise ValueError("a motion has either keypoint or between")
        if self.towards is None and self.swings is None:
            raise ValueError("a motion has towards (one stroke) or swings (to and fro)")
        pair = self.towards in ("apart", "together")
        if self.towards is not None and pair != (self.between is not None):
            raise ValueError("'apart' and 'together' go with between, other directions do not")
        if (self.axis is not None) != (self.swings is not None and self.keypoint is not None):
            raise ValueError("axis goes with keypoint and swings, and only with them")
        if self.towards == "camera" and (self.swings or self.keypoint not in _WRISTS):
            raise ValueError("towards = 'camera' is one stroke of a wrist")
        return self


class Gesture(BaseModel):
    """One gesture of gestures.toml."""

    model_config = STRICT

    description: str = ""
    """What the person does, in words."""
    pose: tuple[PoseRule, ...] = ()
    motion: Motion | None = None
    hold_s: Seconds = 0.4
    """How long a posture is held before it begins."""
    release_s: Seconds = 0.15
    """How long a posture must be left before it ends."""
    cooldown_s: Seconds = 0.8
    """Rest after the end before the same gesture may begin again."""
    enabled: bool = True

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.pose and self.motion is None:
            raise ValueError("a gesture needs pose rules or a motion")
        if self.motion is not None and self.model_fields_set & {"hold_s", "release_s"}:
            raise ValueError("hold_s and release_s go with postures, not with a motion")
        return self

    @property
    def point_names(self) -> set[str]:
        """Every point the gesture looks at, before sides are filled in."""
        names = {p for rule in self.pose for p in rule.points}
        if self.motion is not None:
            names.update(p for rule in self.motion.start for p in rule.points)
            names.update(self.motion.between or (self.motion.keypoint or "",))
        return names - {""}

    @property
    def sides(self) -> tuple[Side | None, ...]:
        """Sides the gesture can be made with; ``(None,)`` if the rules name the side."""
        free = any(n.startswith(("either_", "other_")) for n in self.point_names)
        return ("left", "right") if free else (None,)


class ClassifierSettings(BaseModel):
    """How the classifier guards against movements that are not meant."""

    model_config = STRICT

    dropout_s: Seconds = 0.1
    """A posture being held survives this much missing evidence."""
    pause_s: Seconds = 0.5
    """A hand this long still after a stroke is free for another."""
    return_s: Seconds = 0.75
    """At most this long after a stroke, the same hand's other strokes count as its return."""
    max_body_speed: Length = 1.5
    """Above this speed of the shoulders the person is walking, not gesturing."""
    min_facing: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Below this fraction of their usual shoulder width a person has turned away."""
    settle_s: Seconds = 0.5
    """A person must have been in view this long."""

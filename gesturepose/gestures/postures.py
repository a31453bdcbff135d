"""Posture rules: how well a body pose meets one condition.

A rule is turned once into row numbers and thresholds; reading it gives a signed margin in the
rule's own unit (shoulder widths, shoulder widths per second, degrees): zero or more means met.
Two thresholds: leaving a posture takes more than entering it did.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gesturepose.datatypes import RuleReading
from gesturepose.gestures.points import ROWS, resolve
from gesturepose.gestures.settings import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import FloatArray, Unit
    from gesturepose.gestures.settings import PoseRule

#: Leaving needs this much beyond the entering threshold: a fraction of it, and at least a length
#: that the jitter of keypoints does not cross.
_LEAVE_FRACTION = 0.25
_LEAVE_MARGIN = 0.15
_LEAVE_DEG = 15.0

_UNITS: dict[str, Unit] = {"angle": "degrees", "still": "shoulder widths/s"}
_LENGTH: Unit = "shoulder widths"


class Stage(enum.Enum):
    """How far a posture has come; its value is the share of the leaving threshold that applies.

    What trembles about a threshold would never be held for long enough if the threshold stayed as
    strict while it is being held.
    """

    NEW = 0.0
    PENDING = 0.3
    BEGUN = 1.0


@dataclass(frozen=True, slots=True)
class Posture:
    """One rule, ready to be read; ``side`` fills in its ``either_`` and ``other_`` points."""

    kind: str
    rows: tuple[int, ...]
    low: float
    high: float
    sign: float
    optional: bool
    description: str
    place: str = ""

    @classmethod
    def compile(cls, rule: PoseRule, side: str | None, place: str = "") -> Posture:
        """Resolve names to rows; raises ``ValueError`` if a needed side is not given.

        ``place`` is where the rule stands in its gesture's table, such as ``pose[0]``.
        """
        names = [resolve(point, side) for point in rule.points]
        low, high, sign = -math.inf, math.inf, 1.0
        match rule.kind:
            case "above" | "below" | "left_of" | "right_of" | "outside":
                low = rule.margin
            case "near":
                high = rule.max_distance or math.inf
            case "apart":
                low = rule.min_distance or 0.0
            case "angle":
                low = 0.0 if rule.min_deg is None else rule.min_deg
                high = 180.0 if rule.max_deg is None else rule.max_deg
            case "still":
                high = rule.max_speed or math.inf
        if rule.kind in ("below", "left_of") or (
            rule.kind == "outside" and names[0].startswith("left_")
        ):
            sign = -1.0
        return cls(
            kind=rule.kind,
            rows=tuple(ROWS[name] for name in names),
            low=low,
            high=high,
            sign=sign,
            optional=rule.optional,
            description=rule.describe(names),
            place=place,
        )

    def read(self, points: FloatArray, speeds: FloatArray | None, *, stage: Stage) -> RuleReading:
        """Read the rule.

        Parameters
        ----------
        points
            ``(P, 2)`` shoulder widths, rows as in `ROWS`.
        speeds
            ``(P,)`` shoulder widths per second; ``None`` where speed does not matter.
        stage
            How far the posture has come, so that the leaving threshold applies or not.

        Returns
        -------
        RuleReading
            Its margin is minus infinity when a point is not visible (plus infinity for an
            optional rule).
        """
        value, slack = self._measure(points, speeds, stage=stage)
        low, high = self.low - slack, self.high + slack
        limit = low if value - low < high - value or math.isinf(high) else high
        margin = min(value - low, high - value)
        if math.isnan(value):
            margin = math.inf if self.optional else -math.inf
        key = THRESHOLDS.get(self.kind) or ("min_deg" if limit == low else "max_deg")
        return RuleReading(
            self.description,
            value,
            limit,
            margin,
            unit=_UNITS.get(self.kind, _LENGTH),
            setting=f"{self.place}.{key}" if self.place else key,
        )

    def margin(self, points: FloatArray, speeds: FloatArray | None, *, stage: Stage) -> float:
        """How far the rule is from not being met, as in `read`; quicker."""
        value, slack = self._measure(points, speeds, stage=stage)
        if math.isnan(value):
            return math.inf if self.optional else -math.inf
        return min(value - self.low, self.high - value) + slack

    def _measure(
        self, points: FloatArray, speeds: FloatArray | None, *, stage: Stage
    ) -> tuple[float, float]:
        """Return the rule's quantity, and what not being met needs beyond the threshold."""
        share = stage.value
        match self.kind:
            case "above" | "below":
                value = self.sign * float(points[self.rows[0], 1] - points[self.rows[1], 1])
                return value, share * max(_LEAVE_FRACTION * abs(self.low), _LEAVE_MARGIN)
            case "left_of" | "right_of" | "outside":
                value = self.sign * float(points[self.rows[0], 0] - points[self.rows[1], 0])
                return value, share * max(_LEAVE_FRACTION * abs(self.low), _LEAVE_MARGIN)
            case "near" | "apart":
                dx, dy = (points[self.rows[0]] - points[self.rows[1]]).tolist()
                threshold = self.high if self.kind == "near" else self.low
                return math.hypot(dx, dy), share * _LEAVE_FRACTION * threshold
            case "angle":
                return _angle_deg(points, self.rows), share * _LEAVE_DEG
            case _:
                # Needed to begin, not to go on.
                if stage is Stage.BEGUN or speeds is None:
                    return 0.0, 0.0
                return float(speeds[self.rows[0]]), 0.0


def _angle_deg(points: FloatArray, rows: tuple[int, ...]) -> float:
    (ax, ay), (bx, by), (cx, cy) = points[list(rows)].tolist()
    ux, uy, vx, vy = ax - bx, ay - by, cx - bx, cy - by
    return math.degrees(math.atan2(abs(ux * vy - uy * vx), ux * vx + uy * vy))


def are_met(
    postures: Sequence[Posture], points: FloatArray, speeds: FloatArray | None, *, stage: Stage
) -> bool:
    """Whether several rules are all met; quicker than `weakest`, as it stops at one that is not."""
    return all(posture.margin(points, speeds, stage=stage) >= 0 for posture in postures)


def weakest(
    postures: Sequence[Posture], points: FloatArray, speeds: FloatArray | None, *, stage: Stage
) -> tuple[float, str]:
    """Return the smallest margin of several rules and the rule it belongs to, in words.

    No rules at all are met: plus infinity and no words.
    """
    worst, blocking = math.inf, ""
    for posture in postures:
        margin = posture.margin(points, speeds, stage=stage)
        if margin < worst:
            worst, blocking = margin, posture.description
    return worst, blocking


@dataclass(frozen=True, slots=True, eq=False)
class Unmet:
    """What keeps postures from being met; worked out when somebody asks.

    Attributes
    ----------
    sides
        The rules of each side that a gesture can be made with.
    points, speeds, stage
        As in `Posture.read`; the arrays must not be changed.
    """

    sides: Sequence[Sequence[Posture]]
    points: FloatArray
    speeds: FloatArray | None
    stage: Stage

    @property
    def words(self) -> str:
        """The weakest rule of the side that is nearest; empty if none of them can be seen.

        A posture that has begun says what is missing even then.
        """
        found = (weakest(side, self.points, self.speeds, stage=self.stage) for side in self.sides)
        margin, words = max(found, key=lambda side: side[0])
        return words if self.stage is Stage.BEGUN or margin > -math.inf else ""

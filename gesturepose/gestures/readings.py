"""What a motion rule says of one moment: conditions read in turn, and what they amount to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gesturepose.datatypes import RuleReading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gesturepose.datatypes import Unit, Worded

NEARLY = 0.95
"""Progress of a movement that went far enough but is not, or not yet, the gesture."""


# Not frozen: every motion makes one in every frame, which then takes nearly three times as long.
@dataclass(slots=True)
class Reading:
    """What a motion rule says of the newest moment; not to be changed.

    ``progress`` is the travel as a fraction of what is needed, 0..1; ``made`` whether the stroke
    is complete; ``obstacle`` what is missing; ``rules`` every condition that could be
    read, in the order they are asked; ``began_s`` and ``ended_s`` when the stroke began and when it
    had come furthest, in s: a to-and-fro has no such moments and says plus infinity.
    """

    progress: float
    made: bool
    obstacle: Worded | str = ""
    rules: tuple[RuleReading, ...] = ()
    began_s: float = math.inf
    ended_s: float = math.inf


@dataclass(slots=True)
class TooShort:
    """That something did not travel far enough, in shoulder widths; said when somebody asks."""

    travel: float
    distance: float

    @property
    def reading(self) -> RuleReading:
        """The condition with its figures."""
        return at_least("travel", self.travel, self.distance, "shoulder widths", "motion.distance")

    @property
    def words(self) -> str:
        """The same in words."""
        return self.reading.words


def at_least(
    rule: str, value: float, limit: float, unit: Unit = "", setting: str = ""
) -> RuleReading:
    """Read a condition that a value reaches a limit."""
    return RuleReading(rule, value, limit, value - limit, unit, setting)


def at_most(
    rule: str, value: float, limit: float, unit: Unit = "", setting: str = ""
) -> RuleReading:
    """Read a condition that a value stays within a limit."""
    return RuleReading(rule, value, limit, limit - value, unit, setting)


def until_unmet(readings: Iterator[RuleReading], *, explain: bool) -> tuple[RuleReading, ...]:
    """All readings, or those up to the first that is not met."""
    found: list[RuleReading] = []
    for reading in readings:
        found.append(reading)
        if not reading.met and not explain:
            break
    return tuple(found)


def conclude(
    progress: float,
    rules: tuple[RuleReading, ...],
    *,
    began_s: float = math.inf,
    ended_s: float = math.inf,
) -> Reading:
    """Say what the conditions amount to; the first is how far the movement went."""
    for i, rule in enumerate(rules):
        if not rule.met:
            reached = progress if i == 0 else NEARLY
            return Reading(reached, False, rule, rules, began_s, ended_s)
    return Reading(1.0, True, "", rules, began_s, ended_s)

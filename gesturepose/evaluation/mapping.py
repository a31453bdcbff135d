"""What a mapping does on material: which gestures collide, never fire, or fire while idle.

A collision is two gestures recognised in one movement: their BEGINs lie within `TOGETHER_S` of each
other or within one label, and they did not match two labels. Reads what was judged; runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from gesturepose.evaluation.figures import Tally, ratio
from gesturepose.evaluation.matching import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gesturepose.actions.settings import Binding
    from gesturepose.config import Config
    from gesturepose.evaluation.figures import Evaluation
    from gesturepose.evaluation.matching import Judgement, SourceResult

TOGETHER_S = 0.6
"""Gestures that begin no further apart were recognised in one movement."""


@dataclass(frozen=True, slots=True)
class BoundTo:
    """What a binding does, in words, and before which windows; ``None`` for any."""

    action: str
    app: str | tuple[str, ...] | None

    def __str__(self) -> str:
        if self.app is None:
            return self.action
        where = self.app if isinstance(self.app, str) else ", ".join(self.app)
        return f"{self.action} (in {where})"


@dataclass(slots=True)
class Collision:
    """Two gestures that fire in one movement.

    Attributes
    ----------
    gestures
        Their names, in alphabetical order.
    times
        Source, and time in s of the earlier BEGIN, of each occurrence.
    both_run
        Pairs of actions, one of each gesture, that would both be performed before some window.
    """

    gestures: tuple[str, str]
    times: list[tuple[str, float]] = field(default_factory=list)
    both_run: tuple[tuple[BoundTo, BoundTo], ...] = ()


@dataclass(frozen=True, slots=True)
class MappingCheck:
    """What a mapping does on the material that was looked at.

    Attributes
    ----------
    collisions
        The most frequent first.
    never_fired
        Enabled gestures that never began, in the order of the mapping, with their labels' number.
    unknown
        Labelled gestures that the mapping does not define or enable, with their labels' number.
    idle_false
        Gestures that fired while idle: how often.
    bound
        What gestures do, by name.
    idle_hours
        Time over which ``idle_false`` was counted.
    labelled
        Whether anything was labelled at all.
    """

    collisions: tuple[Collision, ...]
    never_fired: dict[str, int]
    unknown: dict[str, int]
    idle_false: dict[str, int]
    bound: dict[str, tuple[BoundTo, ...]]
    idle_hours: float
    labelled: bool

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        return {
            "collisions": [
                {
                    "gestures": list(collision.gestures),
                    "count": len(collision.times),
                    "at": [{"source": name, "t": round(t, 4)} for name, t in collision.times],
                    "both_run": [[str(one), str(other)] for one, other in collision.both_run],
                }
                for collision in self.collisions
            ],
            "never_fired": [
                {"gesture": name, "labels": labels, "bound": name in self.bound}
                for name, labels in self.never_fired.items()
            ],
            "not_in_mapping": self.unknown,
            "fired_while_idle": {
                name: {"count": count, "per_idle_hour": ratio(count, self.idle_hours)}
                for name, count in self.idle_false.items()
            },
        }


def check_mapping(config: Config, evaluation: Evaluation) -> MappingCheck:
    """Say what a mapping does on judged material.

    Parameters
    ----------
    config
        The mapping; its bindings say what a collision would do.
    evaluation
        What came out of running it.
    """
    bound: dict[str, tuple[BoundTo, ...]] = {}
    for binding in config.bindings:
        if binding.enabled:
            bound[binding.gesture] = (*bound.get(binding.gesture, ()), _bound_to(binding))
    enabled = [name for name, gesture in config.gestures.items() if gesture.enabled]
    tallies = evaluation.gestures
    return MappingCheck(
        collisions=tuple(_find_collisions(evaluation, bound)),
        never_fired={
            name: tallies.get(name, Tally()).labelled
            for name in enabled
            if not tallies.get(name, Tally()).detections
        },
        unknown={
            name: tally.labelled
            for name, tally in tallies.items()
            if name not in enabled and tally.labelled
        },
        idle_false={name: tally.idle_false for name, tally in tallies.items() if tally.idle_false},
        bound=bound,
        idle_hours=evaluation.idle_hours,
        labelled=bool(evaluation.overall.labelled),
    )


def _bound_to(binding: Binding) -> BoundTo:
    from gesturepose.actions.kinds import describe

    return BoundTo(describe(binding.to_action()), binding.app)


def _find_collisions(
    evaluation: Evaluation, bound: dict[str, tuple[BoundTo, ...]]
) -> list[Collision]:
    found: dict[tuple[str, str], Collision] = {}
    for result in evaluation.results:
        for one, other in _collide(result):
            first, second = sorted((one.detection.gesture, other.detection.gesture))
            collision = found.setdefault((first, second), Collision((first, second)))
            collision.times.append((str(result.source.path), one.detection.time_s))
    for (first, second), collision in found.items():
        collision.both_run = tuple(
            (a, b)
            for a in bound.get(first, ())
            for b in bound.get(second, ())
            if a.app is None or b.app is None or a.app == b.app
        )
    return sorted(found.values(), key=lambda c: (-len(c.times), c.gestures))


def _collide(result: SourceResult) -> Iterator[tuple[Judgement, Judgement]]:
    """Pairs of detections of different gestures in one movement, in the order of time."""
    for one, other in combinations(result.judgements, 2):
        if one.detection.gesture == other.detection.gesture:
            continue
        if one.outcome is Outcome.FOUND and other.outcome is Outcome.FOUND:
            continue  # two movements, however close
        if _are_close(one, other) or _share_label(result, (one, other)):
            yield one, other


def _are_close(one: Judgement, other: Judgement) -> bool:
    # Times are a recording's, in decimals: what looks like 0.6 s must count as 0.6 s.
    return abs(one.detection.time_s - other.detection.time_s) <= TOGETHER_S + 1e-9


def _share_label(result: SourceResult, pair: Sequence[Judgement]) -> bool:
    return any(
        all(label.start_s <= j.detection.time_s <= label.end_s for j in pair)
        for label in result.source.gestures
    )

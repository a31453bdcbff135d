"""Recall, precision, false activations, confusions and delay, over any number of judged sources.

Counts and divides only; what a figure is shown as is `gesturepose.evaluation.tables`'.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.evaluation.matching import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gesturepose.evaluation.matching import SourceResult

IDLE = "idle"
"""What false activations lay in when nothing was being made."""


def percentile(values: Iterable[float], q: float) -> float | None:
    """Percentile ``q`` (0..100), interpolated linearly between ranks; ``None`` of nothing."""
    array = np.fromiter(values, float)
    return float(np.percentile(array, q)) if array.size else None


@dataclass(slots=True)
class Tally:
    """What became of the labels and detections of one gesture, or of all.

    Attributes
    ----------
    labelled, found
        Labels, and those that a detection matched.
    false, idle_false
        False activations, and those of them outside labels and ``ignore`` intervals.
    confused
        Detections inside ``ignore`` intervals.
    unjudged
        Detections in sources without labels.
    delays_s
        BEGIN minus the label's ``stroke_s``, per match.
    """

    labelled: int = 0
    found: int = 0
    false: int = 0
    idle_false: int = 0
    confused: int = 0
    unjudged: int = 0
    delays_s: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Share of the labels found; ``None`` without labels."""
        return ratio(self.found, self.labelled)

    @property
    def precision(self) -> float | None:
        """Share of the detections outside ``ignore`` that were right; ``None`` without any."""
        return ratio(self.found, self.found + self.false)

    @property
    def detections(self) -> int:
        """Times the gesture fired at all."""
        return self.found + self.false + self.confused + self.unjudged

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.labelled += other.labelled
        self.found += other.found
        self.false += other.false
        self.idle_false += other.idle_false
        self.confused += other.confused
        self.unjudged += other.unjudged
        self.delays_s += other.delays_s

    def as_dict(self, *, hours: float, idle_hours: float) -> dict[str, Any]:
        """Figures for ``--json``."""
        return {
            "labelled": self.labelled,
            "found": self.found,
            "missed": self.labelled - self.found,
            "false": self.false,
            "idle_false": self.idle_false,
            "confused": self.confused,
            "unjudged": self.unjudged,
            "recall": self.recall,
            "precision": self.precision,
            "false_per_hour": ratio(self.false, hours),
            "false_per_idle_hour": ratio(self.idle_false, idle_hours),
            "delay_median_s": percentile(self.delays_s, 50),
            "delay_p95_s": percentile(self.delays_s, 95),
        }


def ratio(part: float, whole: float) -> float | None:
    """Quotient; ``None`` where there is nothing to divide by."""
    return part / whole if whole else None


@dataclass(slots=True)
class Confusion:
    """What fired during ``ignore`` intervals of one kind.

    Attributes
    ----------
    intervals, confused
        Intervals of this kind, and those in which anything fired that matched no label.
    gestures
        BEGINs by gesture.
    """

    intervals: int = 0
    confused: int = 0
    gestures: Counter[str] = field(default_factory=Counter)


class Evaluation:
    """Figures over judged sources.

    Parameters
    ----------
    results
        In the order in which they are listed.

    Attributes
    ----------
    gestures
        Tally by gesture, in alphabetical order; those labelled or detected.
    during
        By gesture that fired falsely: how often while what was being made; see `IDLE`.
    confusions
        By kind of ``ignore`` interval, in alphabetical order.
    """

    def __init__(self, results: Iterable[SourceResult]) -> None:
        self.results = tuple(results)
        tallies: dict[str, Tally] = {}
        self.during: dict[str, Counter[str]] = {}
        confusions: dict[str, Confusion] = {}
        for result in self.results:
            _count_gestures(result, tallies, self.during)
            _count_confusions(result, confusions)
        self.gestures = dict(sorted(tallies.items()))
        self.confusions = dict(sorted(confusions.items()))

    @property
    def overall(self) -> Tally:
        """All gestures together."""
        total = Tally()
        for tally in self.gestures.values():
            total.add(tally)
        return total

    @property
    def hours(self) -> float:
        """Length of the sources with labels."""
        return sum(r.replay.seconds for r in self.results if r.source.labelled) / 3600

    @property
    def idle_hours(self) -> float:
        """Time outside labels and ``ignore`` intervals, of the sources with labels."""
        return sum(r.idle_s for r in self.results) / 3600

    @property
    def unjudged_hours(self) -> float:
        """Length of the sources without labels."""
        return sum(r.replay.seconds for r in self.results if not r.source.labelled) / 3600

    @property
    def ignore_intervals(self) -> int:
        """Number of ``ignore`` intervals."""
        return sum(kind.intervals for kind in self.confusions.values())

    @property
    def confused_intervals(self) -> int:
        """Number of ``ignore`` intervals in which anything fired that matched no label."""
        return sum(kind.confused for kind in self.confusions.values())

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``; times in s as in the source, hours in h, shares of 1."""
        hours, idle_hours, overall = self.hours, self.idle_hours, self.overall
        return {
            "sources": len(self.results),
            "unlabelled_sources": sum(not r.source.labelled for r in self.results),
            "hours": hours,
            "idle_hours": idle_hours,
            "unlabelled_hours": self.unjudged_hours,
            "false_per_hour": ratio(overall.false, hours),
            "false_per_idle_hour": ratio(overall.idle_false, idle_hours),
            "overall": overall.as_dict(hours=hours, idle_hours=idle_hours),
            "gestures": {
                name: tally.as_dict(hours=hours, idle_hours=idle_hours)
                for name, tally in self.gestures.items()
            },
            "false_during": {
                name: dict(sorted(counts.items())) for name, counts in sorted(self.during.items())
            },
            "ignore": {
                "intervals": self.ignore_intervals,
                "confused": self.confused_intervals,
                "share": ratio(self.confused_intervals, self.ignore_intervals),
                "kinds": {
                    name: {
                        "intervals": kind.intervals,
                        "confused": kind.confused,
                        "gestures": dict(sorted(kind.gestures.items())),
                    }
                    for name, kind in self.confusions.items()
                },
            },
            "per_source": [_describe(result) for result in self.results],
        }


def _count_gestures(
    result: SourceResult, tallies: dict[str, Tally], during: dict[str, Counter[str]]
) -> None:
    for label in result.source.gestures:
        tallies.setdefault(label.name, Tally()).labelled += 1
    for judgement in result.judgements:
        gesture = judgement.detection.gesture
        tally = tallies.setdefault(gesture, Tally())
        match judgement.outcome:
            case Outcome.FOUND:
                tally.found += 1
                tally.delays_s.append(judgement.delay_s or 0.0)
            case Outcome.FALSE:
                tally.false += 1
                tally.idle_false += judgement.idle
                during.setdefault(gesture, Counter())[judgement.during or IDLE] += 1
            case Outcome.CONFUSED:
                tally.confused += 1
            case Outcome.UNJUDGED:
                tally.unjudged += 1


def _count_confusions(result: SourceResult, confusions: dict[str, Confusion]) -> None:
    confused = [j for j in result.judgements if j.outcome is Outcome.CONFUSED]
    for judgement in confused:
        kind = confusions.setdefault(judgement.during, Confusion())
        kind.gestures[judgement.detection.gesture] += 1
    for interval in result.source.ignore:
        kind = confusions.setdefault(interval.name, Confusion())
        kind.intervals += 1
        # Where intervals overlap, a detection spoils each of them.
        kind.confused += any(interval.contains(j.detection.time_s) for j in confused)


def _describe(result: SourceResult) -> dict[str, Any]:
    """One source for ``--json``: what was found, missed, false or confused, and when."""
    judged: dict[Outcome, list[dict[str, Any]]] = {outcome: [] for outcome in Outcome}
    for judgement in result.judgements:
        entry: dict[str, Any] = {
            "gesture": judgement.detection.gesture,
            "t": round(judgement.detection.time_s, 4),
        }
        if judgement.label is not None:
            entry["stroke_s"] = judgement.label.stroke_s
            entry["delay_s"] = round(judgement.delay_s or 0.0, 4)
        else:
            entry["during"] = judgement.during or IDLE
        judged[judgement.outcome].append(entry)
    missed = [
        {"gesture": m.name, "start_s": m.start_s, "stroke_s": m.stroke_s, "end_s": m.end_s}
        for m in result.missed
    ]
    return {
        "source": str(result.source.path),
        "labelled": result.source.labelled,
        "frames": result.replay.frames,
        "seconds": round(result.replay.seconds, 4),
        "idle_seconds": round(result.idle_s, 4),
        "labels": len(result.source.gestures),
        "missed": missed,
        **{outcome.value: entries for outcome, entries in judged.items()},
    }

"""Which detections match which labels of one source, and what the others are.

A detection counts when its BEGIN lies between ``start_s`` and ``end_s`` plus half a second of a
label of its name that no other detection has claimed. A BEGIN inside an ``ignore`` interval, which
holds some other deliberate gesture, is a confusion; every other BEGIN is a false activation. In a
source without labels detections are only counted. Runs nothing and reads no files.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gesturepose.evaluation.labels import Interval, Label, LabelledSource


class Outcome(enum.Enum):
    """What a detection turned out to be."""

    FOUND = "found"
    """It matched a label."""
    FALSE = "false"
    """It fired where nothing of its name was made."""
    CONFUSED = "confused"
    """It fired while some other deliberate gesture (``ignore``) was made."""
    UNJUDGED = "unjudged"
    """It fired in a source without labels."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A gesture that began, at ``time_s``; a posture lasted until ``end_s``."""

    gesture: str
    time_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Replay:
    """What recognition made of one source.

    Attributes
    ----------
    detections
        In the order in which they began; times in s, as in the source and its labels.
    start_s, end_s
        Times of the first and the last frame.
    frames
        Number of frames.
    """

    detections: tuple[Detection, ...]
    start_s: float
    end_s: float
    frames: int

    @property
    def seconds(self) -> float:
        """Length of the source in s."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Judgement:
    """A detection and what it turned out to be.

    Attributes
    ----------
    detection, outcome
        See there.
    label
        The label it matched, if it did.
    during
        What was being made at that moment, by name of a label, an ``ignore`` interval or an
        everyday movement; empty when nothing was.
    idle
        Whether that moment lay outside labels and ``ignore`` intervals.
    """

    detection: Detection
    outcome: Outcome
    label: Label | None
    during: str
    idle: bool

    @property
    def delay_s(self) -> float | None:
        """BEGIN minus the end of the label's stroke; ``None`` if it matched none."""
        return None if self.label is None else self.detection.time_s - self.label.stroke_s


@dataclass(frozen=True, slots=True)
class SourceResult:
    """One source, judged.

    Attributes
    ----------
    source, replay
        What was known and what was recognised.
    judgements
        One per detection, in their order.
    missed
        Labels that no detection matched, in the order of the file.
    idle_s
        Seconds outside labels and ``ignore`` intervals; 0 where nothing is known.
    """

    source: LabelledSource
    replay: Replay
    judgements: tuple[Judgement, ...]
    missed: tuple[Label, ...]
    idle_s: float

    @property
    def mistakes(self) -> int:
        """Labels missed, false activations and confusions together."""
        wrong = (Outcome.FALSE, Outcome.CONFUSED)
        return len(self.missed) + sum(j.outcome in wrong for j in self.judgements)


def match(source: LabelledSource, replay: Replay) -> SourceResult:
    """Judge the detections of one source against its labels.

    Detections are taken in the order of time; of several labels that one may claim, it claims the
    one that ends first, so that as many labels are matched as can be.
    """
    judgements = []
    by_end = sorted(source.gestures, key=lambda label: (label.end_s, label.start_s))
    unclaimed = list(by_end)
    for detection in sorted(replay.detections, key=lambda d: d.time_s):
        mine = (u for u in unclaimed if u.name == detection.gesture and u.admits(detection.time_s))
        label = next(mine, None)
        if label is not None:
            # By identity: equal labels are two gestures all the same.
            del unclaimed[next(i for i, u in enumerate(unclaimed) if u is label)]
        judgements.append(_judge(source, detection, label))
    missed = {id(label) for label in unclaimed}
    return SourceResult(
        source=source,
        replay=replay,
        judgements=tuple(judgements),
        missed=tuple(label for label in source.gestures if id(label) in missed),
        idle_s=_measure_idle(source, replay),
    )


def _judge(source: LabelledSource, detection: Detection, label: Label | None) -> Judgement:
    now = detection.time_s
    gestures = [known for known in source.gestures if known.admits(now)]
    ignored = _names_at(source.ignore, now)
    if not source.labelled:
        outcome, during = Outcome.UNJUDGED, ""
    elif label is not None:
        outcome, during = Outcome.FOUND, label.name
    elif ignored:
        outcome, during = Outcome.CONFUSED, ignored[0]
    else:
        nearest = min(gestures, key=lambda known: abs(known.stroke_s - now), default=None)
        everyday = _names_at(source.negatives, now)
        outcome = Outcome.FALSE
        during = nearest.name if nearest else everyday[0] if everyday else ""
    inside = any(known.start_s <= now <= known.end_s for known in gestures)
    idle = source.labelled and not inside and not ignored
    return Judgement(detection, outcome, label, during, idle)


def _names_at(intervals: Sequence[Interval], time_s: float) -> list[str]:
    return [interval.name for interval in intervals if interval.contains(time_s)]


def _measure_idle(source: LabelledSource, replay: Replay) -> float:
    if not source.labelled:
        return 0.0
    busy = [(label.start_s, label.end_s) for label in source.gestures]
    busy += [(interval.start_s, interval.end_s) for interval in source.ignore]
    return replay.seconds - _covered_s(busy, start_s=replay.start_s, end_s=replay.end_s)


def _covered_s(spans: Iterable[tuple[float, float]], *, start_s: float, end_s: float) -> float:
    """Length of what the spans cover together between two times; overlaps count once."""
    covered, reached = 0.0, start_s
    for first, last in sorted(spans):
        begin, stop = max(first, reached), min(last, end_s)
        if stop > begin:
            covered += stop - begin
            reached = stop
    return covered

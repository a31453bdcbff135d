"""Labels of clips and recordings, and which detections match them.

A detection counts when its BEGIN lies between ``start_s`` and ``end_s`` plus half a second of a
label of its name that no other detection has claimed. A BEGIN inside an ``ignore`` interval, which
holds some other deliberate gesture, is a confusion; every other BEGIN is a false activation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gesturepose.datatypes import Phase
from gesturepose.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gesturepose.datatypes import GestureEvent

LATE_S = 0.5
"""How long after its label's end a detection may begin."""


@dataclass(frozen=True, slots=True)
class Label:
    """One gesture somebody made: from ``start_s`` to ``end_s``, its stroke over at ``stroke_s``."""

    name: str
    start_s: float
    stroke_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch that holds some other deliberate gesture."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class LabelledSource:
    """A clip or recording with its labels."""

    path: Path
    gestures: tuple[Label, ...]
    ignore: tuple[Interval, ...]

    @classmethod
    def read(cls, path: Path) -> LabelledSource:
        """Read ``NAME.json``; the clip or recording it names lies beside it.

        Raises
        ------
        UsageError
            If the file is missing or is no label file, or what it labels is missing.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            source = path.parent / (document.get("video") or document["source"])
            gestures = tuple(
                Label(g["name"], float(g["start_s"]), float(g["stroke_s"]), float(g["end_s"]))
                for g in document["gestures"]
            )
            ignore = tuple(
                Interval(i["name"], float(i["start_s"]), float(i["end_s"]))
                for i in document.get("ignore", ())
            )
        except OSError as error:
            raise UsageError(f"cannot read labels {path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{path} is no label file: {error!r}") from error
        if not source.exists():
            raise UsageError(f"{path} labels {source.name}, which is not beside it")
        return cls(source, gestures, ignore)


@dataclass(slots=True)
class Tally:
    """What became of the labels and detections of one gesture.

    Attributes
    ----------
    labelled, found
        Labels, and those that a detection matched.
    false, confused
        Times in s of BEGINs outside any label, and inside ``ignore`` intervals.
    delays_s
        BEGIN minus the label's ``stroke_s``, per match.
    """

    labelled: int = 0
    found: int = 0
    false: list[float] = field(default_factory=list)
    confused: list[float] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Share of the labels found; ``None`` without labels."""
        return self.found / self.labelled if self.labelled else None

    @property
    def precision(self) -> float | None:
        """Share of the detections outside ``ignore`` that were right; ``None`` without any."""
        total = self.found + len(self.false)
        return self.found / total if total else None

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.labelled += other.labelled
        self.found += other.found
        self.false += other.false
        self.confused += other.confused
        self.delays_s += other.delays_s

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        ordered = sorted(self.delays_s)
        return {
            "labelled": self.labelled,
            "found": self.found,
            "false": len(self.false),
            "confused": len(self.confused),
            "recall": self.recall,
            "precision": self.precision,
            "delay_median_s": ordered[len(ordered) // 2] if ordered else None,
        }


def match(labels: LabelledSource, events: Iterable[GestureEvent]) -> dict[str, Tally]:
    """Tally the events of one source against its labels, by gesture; times as in the labels."""
    tallies: dict[str, Tally] = {}
    for label in labels.gestures:
        tallies.setdefault(label.name, Tally()).labelled += 1
    claimed: set[int] = set()
    for event in events:
        if event.phase is not Phase.BEGIN:
            continue
        tally = tallies.setdefault(event.gesture, Tally())
        now = event.timestamp
        for i, label in enumerate(labels.gestures):
            inside = label.start_s <= now <= label.end_s + LATE_S
            if inside and label.name == event.gesture and i not in claimed:
                claimed.add(i)
                tally.found += 1
                tally.delays_s.append(now - label.stroke_s)
                break
        else:
            ignored = any(i.start_s <= now <= i.end_s for i in labels.ignore)
            (tally.confused if ignored else tally.false).append(now)
    return tallies

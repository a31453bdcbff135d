"""Labels of clips and recordings: what was done when, as ``NAME.json`` beside them says.

Reads and checks them; matching detections with them is `gesturepose.evaluation.matching`'s.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gesturepose.errors import UsageError
from gesturepose.platforms.small_files import UnreadableError, is_file, read_small_file

if TYPE_CHECKING:
    from pathlib import Path

_LIMIT_BYTES = 64 << 20
LATE_S = 0.5
"""How long after its label's end a detection may begin."""


@dataclass(frozen=True, slots=True)
class Label:
    """One gesture somebody made: from ``start_s`` to ``end_s``, its stroke over at ``stroke_s``.

    The stroke of a posture is the movement into it: at ``stroke_s`` the posture is reached, and
    what recognition then waits (``hold_s``) is part of its delay.
    """

    name: str
    start_s: float
    stroke_s: float
    end_s: float

    def admits(self, time_s: float) -> bool:
        """Whether a detection that begins then may count for this label."""
        return self.start_s <= time_s <= self.end_s + LATE_S


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch that holds something else: ``name`` from ``start_s`` to ``end_s``."""

    name: str
    start_s: float
    end_s: float

    def contains(self, time_s: float) -> bool:
        """Whether a time lies in it, its ends included."""
        return self.start_s <= time_s <= self.end_s


@dataclass(frozen=True, slots=True)
class LabelledSource:
    """A clip or recording and what is known of it.

    Attributes
    ----------
    path
        The clip or recording.
    gestures
        The gestures made in it, as in the file.
    ignore
        Stretches of some other deliberate gesture; detections there are confusions.
    negatives
        Everyday movements, for information only: they are idle time like any other.
    labelled
        ``False`` when nothing is known: then its detections are counted and not judged.
    """

    path: Path
    gestures: tuple[Label, ...] = ()
    ignore: tuple[Interval, ...] = ()
    negatives: tuple[Interval, ...] = ()
    labelled: bool = True

    @classmethod
    def read(cls, path: Path, source: Path | None = None) -> LabelledSource:
        """Read a label file.

        Parameters
        ----------
        path
            The label file.
        source
            The clip or recording it is about; by default the one it names, which lies beside it.

        Raises
        ------
        UsageError
            If the file is missing or is no label file, or what it labels is missing.
        """
        try:
            document = json.loads(read_small_file(path, limit=_LIMIT_BYTES).content)
        except FileNotFoundError as error:
            raise UsageError(f"cannot read labels {path}: {error.strerror}") from error
        except UnreadableError as error:
            raise UsageError(f"cannot read labels {path}: it {error}") from error
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path} is no label file: not JSON ({error})") from error
        try:
            named = document.get("video") or document["source"]
            labelled = cls(
                source or path.parent / named,
                gestures=tuple(map(_to_label, document["gestures"])),
                ignore=tuple(map(_to_interval, document.get("ignore") or ())),
                negatives=tuple(map(_to_interval, document.get("negatives") or ())),
            )
        except KeyError as error:
            raise UsageError(f"{path} is no label file: it lacks {error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(f"{path} is no label file: {error}") from error
        if not is_file(labelled.path):
            raise UsageError(f"{path} labels {labelled.path.name}, which is not beside it")
        return labelled


def _to_label(entry: dict[str, Any]) -> Label:
    interval = _to_interval(entry)
    return Label(interval.name, interval.start_s, _seconds(entry, "stroke_s"), interval.end_s)


def _to_interval(entry: dict[str, Any]) -> Interval:
    name, start_s, end_s = entry["name"], _seconds(entry, "start_s"), _seconds(entry, "end_s")
    if not isinstance(name, str) or not name:
        raise ValueError(f"name {name!r} is no text")
    if start_s > end_s:
        raise ValueError(f"'{name}' ends at {end_s:g} s, before its start at {start_s:g} s")
    return Interval(name, start_s, end_s)


def _seconds(entry: dict[str, Any], key: str) -> float:
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{key} {value!r} is no time in seconds")
    return float(value)

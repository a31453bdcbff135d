"""What `--explain` says: how near gestures came to firing and what kept them from it, a line each.

It chooses what is worth telling from what the pipeline explains, by the source's time alone, so a
file gives the same lines every time. It judges no gesture itself.
"""

from __future__ import annotations

import contextlib
import re
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING

from gesturepose.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gesturepose.datatypes import Explanation
    from gesturepose.event_log import EventLog
    from gesturepose.gestures.settings import Gesture
    from gesturepose.pipeline import Snapshot

_SPAN_S = 0.25
"""Lines are told once for each such span of time, of the moment a gesture came nearest in it."""
_NEAREST = 3
"""So many gestures are told of where none was asked for."""
_STEPS = 10
"""Progress counts as changed by a tenth."""
_LEAST = 0.3
"""Less progress than this is made by any movement, towards several gestures at once."""
_FIGURES = re.compile(r"-?\d+(\.\d+)?")
_NAME_WIDTH = len("raise_right_hand (right)")


def choose_gestures(text: str, gestures: Mapping[str, Gesture]) -> tuple[str, ...]:
    """Read what `--explain` was given: names separated by commas, or nothing for the nearest.

    Parameters
    ----------
    text
        As on the command line.
    gestures
        Those of gestures.toml by name.

    Raises
    ------
    UsageError
        If one of the names is not a gesture that is watched.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in gestures:
            close = get_close_matches(name, gestures, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(gestures)}"
            raise UsageError(f"--explain: unknown gesture '{name}'; {hint}")
        if not gestures[name].enabled:
            raise UsageError(f"--explain: '{name}' is switched off; remove its 'enabled = false'")
    return names


class ExplanationLog:
    """Tells on standard error, and to the event log, what keeps gestures from firing.

    Parameters
    ----------
    gestures
        Those to tell of; none for the ones nearest to firing. Of a single one, every rule is told.
    events
        Told the same, rules included.
    say
        Writes a line for people; by default on standard error, waiting for whoever reads it.
    """

    def __init__(
        self,
        gestures: Sequence[str],
        events: EventLog,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._gestures = gestures
        self._events = events
        self._say = say or _say
        self._until: float | None = None
        self._nearest: dict[str, tuple[float, Explanation, str]] = {}
        self._told: dict[str, tuple[str, int, bool]] = {}
        self._blocked = 0.0, ""
        self._told_blocked = ""

    def look(self, snapshot: Snapshot, t: float) -> None:
        """Take in one frame's results; ``t`` is seconds since the first frame."""
        if self._until is None:
            self._until = t + _SPAN_S
        elif t >= self._until - 1e-6:
            self.flush()
            self._until = t + _SPAN_S
        if _subject(snapshot.blocked_by) != _subject(self._blocked[1]):
            self._blocked = t, snapshot.blocked_by
        for name in self._gestures or snapshot.explanations:
            explanation = snapshot.explanations.get(name)
            before = self._nearest.get(name)
            if explanation is not None and (before is None or _is_nearer(explanation, before[1])):
                self._nearest[name] = t, explanation, snapshot.blocked_by

    def flush(self) -> None:
        """Tell what has not been told yet."""
        t, blocked_by = self._blocked
        if _subject(blocked_by) != self._told_blocked:
            self._told_blocked = _subject(blocked_by)
            self._events.blocked(blocked_by, t)
            self._say(
                f"{t:8.2f} s  {'no gesture counts: ' * bool(blocked_by)}{blocked_by or 'ready'}"
            )
        for t, explanation, blocked_by in self._choose():
            blocking = explanation.blocked_by or blocked_by
            step = int(explanation.progress * _STEPS)
            state = _subject(blocking), step, explanation.active
            if self._told.get(explanation.gesture) != state:
                self._told[explanation.gesture] = state
                self._tell(t, explanation, blocked_by)
        self._nearest.clear()

    def _choose(self) -> list[tuple[float, Explanation, str]]:
        """Choose those to tell of; as they were asked for, or else by time."""
        found = list(self._nearest.values())
        if self._gestures:
            return found
        found.sort(key=lambda item: item[1].nearness, reverse=True)
        near = [item for item in found if item[1].progress >= _LEAST or _lacks_one(item[1])]
        return sorted(near[:_NEAREST], key=lambda item: item[0])

    def _tell(self, t: float, explanation: Explanation, blocked_by: str) -> None:
        self._events.explanation(explanation, t)
        self._say(f"{t:8.2f} s  {describe(explanation, blocked_by)}")
        if len(self._gestures) == 1:
            for rule in explanation.rules:
                self._say(f"{'':14}{'ok ' if rule.met else 'NO '} {rule.words}")


def describe(explanation: Explanation, blocked_by: str = "") -> str:
    """Say in one line how near a gesture is and what keeps it from firing.

    Parameters
    ----------
    explanation
        The gesture's.
    blocked_by
        What keeps every gesture from firing; empty for nothing.
    """
    side = f" ({explanation.side})" if explanation.side else ""
    filled = int(explanation.progress * 10)
    verdict = explanation.blocked_by or blocked_by or "about to be recognised"
    if explanation.active and explanation.blocked_by:
        verdict = f"about to end: {explanation.blocked_by}"
    elif explanation.active:
        verdict = f"recognised, but {blocked_by}" if blocked_by else "recognised"
    return (
        f"{explanation.gesture + side:{_NAME_WIDTH}} [{'#' * filled:.<10}] "
        f"{100 * explanation.progress:3.0f} %  {verdict}"
    )


def _is_nearer(explanation: Explanation, before: Explanation) -> bool:
    """Whether it tells more than the one before, or as much and is newer."""
    if explanation.active and before.active:
        return bool(explanation.blocked_by) and not before.blocked_by  # when it began, or may end
    return explanation.nearness >= before.nearness


def _lacks_one(explanation: Explanation) -> bool:
    """Whether a posture would be held but for a single rule."""
    unmet = [rule.setting for rule in explanation.rules if not rule.met]
    return len(unmet) == 2 and unmet[1] == "hold_s" and unmet[0] != "cooldown_s"


def _subject(words: str) -> str:
    """Leave out the figures of a condition: what remains changes when something else blocks."""
    return _FIGURES.sub("", words)


def _say(line: str) -> None:
    """Write a line for a person; nobody reading it is no failure of the run."""
    with contextlib.suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

"""From gesture events to actions: which binding fires at which phase of a gesture.

Deterministic and without a clock: the same events give the same actions, and time is the events'
own. It must not perform anything, nor look at windows; an application filter travels along and is
checked when the action is performed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gesturepose.actions.kinds import Action, Control, Hold, describe
from gesturepose.datatypes import GestureEvent, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.actions.settings import Binding

# Frames do not fall on round times; a repeat due within this is due now.
_TIME_TOLERANCE_S = 1e-6


class Verb(enum.Enum):
    """What is to be done with an action."""

    PERFORM = "perform"
    """Do it, once."""
    START = "start"
    """Begin to hold its keys."""
    STOP = "stop"
    """Let go of its keys; always honoured."""


@dataclass(frozen=True, slots=True)
class BoundAction:
    """An action that a gesture of the operator asked for.

    Attributes
    ----------
    gesture, track_id
        Which gesture, of which track.
    action, verb
        What to do with what.
    app
        What the window in front must match, as `WindowInfo.matches` takes it; ``None`` for any.
        Not looked at for STOP.
    timestamp
        Seconds; that of the event.
    binding
        Which of the file's bindings asked for it, counted from 0; ``None`` where none did.
    """

    gesture: str
    action: Action
    verb: Verb
    app: str | tuple[str, ...] | None
    timestamp: float
    track_id: int
    binding: int | None = None

    @property
    def name(self) -> str:
        """What to call it where somebody looks for it: its gesture, its binding, what it does."""
        binding = "" if self.binding is None else f", bindings[{self.binding}]"
        return f"{self.gesture}{binding}: {self}"

    def __str__(self) -> str:
        if self.verb is Verb.STOP and isinstance(self.action, Hold):
            return f"release {self.action.chord}"
        return describe(self.action)


@dataclass(slots=True)
class _Rule:
    """A binding made ready: its action, and what of it is going on per track."""

    binding: Binding
    index: int
    action: Action
    held: dict[int, BoundAction]
    repeat_due: dict[int, float]


class Bindings:
    """What the gestures of a gestures.toml do.

    Parameters
    ----------
    bindings
        In the order of the file; those not enabled are left out. A gesture may have several: all
        fire, in this order.
    """

    def __init__(self, bindings: Sequence[Binding]) -> None:
        self._rules: dict[str, list[_Rule]] = {}
        for index, binding in enumerate(bindings):
            if binding.enabled:
                rule = _Rule(binding, index, binding.to_action(), {}, {})
                self._rules.setdefault(binding.gesture, []).append(rule)

    @property
    def resuming(self) -> frozenset[str]:
        """The gestures that end a pause."""
        return frozenset(
            gesture
            for gesture, rules in self._rules.items()
            for rule in rules
            if isinstance(rule.action, Control) and rule.action.order != "pause"
        )

    def resolve(
        self, events: Sequence[GestureEvent], *, only_control: bool = False
    ) -> list[BoundAction]:
        """Return what the events ask for, in order.

        BEGIN performs, or starts a hold; UPDATE repeats where ``repeat_s`` says so, at most once
        an event, so that a stall is not caught up with; END and CANCEL stop a hold. A second BEGIN
        of a hold already going on, or an END of one that is not, asks for nothing.

        Parameters
        ----------
        events
            Those that count, in order.
        only_control
            Leave out whatever is not for the program itself.
        """
        actions: list[BoundAction] = []
        for event in events:
            for rule in self._rules.get(event.gesture, ()):
                if only_control and not isinstance(rule.action, Control):
                    continue
                bound = _advance(rule, event)
                if bound is not None:
                    actions.append(bound)
        return actions

    def release_all(self, timestamp: float) -> list[BoundAction]:
        """Forget every gesture going on; return the STOP of each hold, newest first.

        Parameters
        ----------
        timestamp
            Seconds; given to the actions returned.
        """
        stops = [
            _bind(rule, started.track_id, timestamp, Verb.STOP)
            for rules in self._rules.values()
            for rule in rules
            for started in rule.held.values()
        ]
        for rules in self._rules.values():
            for rule in rules:
                rule.held.clear()
                rule.repeat_due.clear()
        return stops[::-1]


def does_anything(bindings: Sequence[Binding]) -> bool:
    """Whether anything is done to the computer, rather than to the program alone."""
    return any(b.enabled and not isinstance(b.to_action(), Control) for b in bindings)


def pausing_gesture(bindings: Sequence[Binding]) -> str:
    """Return the first gesture that pauses; empty if none does."""
    for binding in bindings:
        action = binding.to_action()
        if binding.enabled and isinstance(action, Control) and action.order != "resume":
            return binding.gesture
    return ""


def _bind(rule: _Rule, track_id: int, timestamp: float, verb: Verb) -> BoundAction:
    return BoundAction(
        gesture=rule.binding.gesture,
        action=rule.action,
        verb=verb,
        app=rule.binding.app,
        timestamp=timestamp,
        track_id=track_id,
        binding=rule.index,
    )


def _advance(rule: _Rule, event: GestureEvent) -> BoundAction | None:
    track_id, now = event.track_id, event.timestamp
    match event.phase:
        case Phase.BEGIN if isinstance(rule.action, Hold):
            if track_id in rule.held:
                return None
            rule.held[track_id] = _bind(rule, track_id, now, Verb.START)
            return rule.held[track_id]
        case Phase.BEGIN:
            if rule.binding.repeat_s is not None:
                rule.repeat_due[track_id] = now + rule.binding.repeat_s
            return _bind(rule, track_id, now, Verb.PERFORM)
        case Phase.UPDATE:
            return _bind(rule, track_id, now, Verb.PERFORM) if _is_due(rule, event) else None
        case Phase.END | Phase.CANCEL:
            rule.repeat_due.pop(track_id, None)
            was_held = rule.held.pop(track_id, None) is not None
            return _bind(rule, track_id, now, Verb.STOP) if was_held else None


def _is_due(rule: _Rule, event: GestureEvent) -> bool:
    due, every = rule.repeat_due.get(event.track_id), rule.binding.repeat_s
    if due is None or every is None or event.timestamp < due - _TIME_TOLERANCE_S:
        return False
    # From the time it was due, so that the rate is not rounded down to a fraction of the frame
    # rate; from now, once that is past.
    following = due + every
    rule.repeat_due[event.track_id] = (
        following if following > event.timestamp else event.timestamp + every
    )
    return True

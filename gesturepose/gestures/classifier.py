"""The rule-based classifier: from the operator's track to gesture events.

It decides between gestures that claim the same hand, keeps a hand's way back from counting as a
gesture, and breaks off what is going on when the operator is lost. It knows no keys and no clock.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gesturepose.datatypes import (
    Explanation,
    GestureEvent,
    GestureProgress,
    Phase,
    RuleReading,
    Track,
    TrackState,
)
from gesturepose.gestures.body import BodyCoordinates, BodyPose
from gesturepose.gestures.history import History
from gesturepose.gestures.machine import GestureMachine
from gesturepose.gestures.points import ROWS
from gesturepose.gestures.turned import TurnedPicture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gesturepose.gestures.settings import ClassifierSettings, Gesture

_AT_REST = 0.5
"""A wrist this near its resting place (shoulder widths) has come back."""
_PAUSED_SPEED = 0.35
"""Below this speed (shoulder widths per second) a hand is still."""
_HISTORY_S = 3.0


class _Hand:
    """Whether one hand is still on its way back from a stroke."""

    def __init__(self, side: str) -> None:
        self._wrist = ROWS[f"{side}_wrist"]
        self._rest = ROWS[f"{side}_rest"]
        self.gesture: str | None = None
        self.last = ""
        self.free_since = -math.inf
        self._until = 0.0
        self._still_since: float | None = None

    def made(self, gesture: str, until: float) -> None:
        self.gesture, self._until, self._still_since = gesture, until, None
        self.last, self.free_since = gesture, math.inf

    def free(self) -> None:
        self.gesture, self.free_since = None, -math.inf

    def follow(self, body: BodyPose, pause_s: float) -> None:
        if self.gesture is None:
            return
        wrist, speed = body.points[self._wrist], body.speeds[self._wrist]
        still = bool(speed < _PAUSED_SPEED)
        if not still:
            self._still_since = None
        elif self._still_since is None:
            self._still_since = body.timestamp
        paused = self._still_since is not None and body.timestamp - self._still_since >= pause_s
        gap = wrist - body.points[self._rest]
        back = bool(gap @ gap < _AT_REST**2) and bool(speed < 1.0)
        if paused or back or body.timestamp >= self._until:
            self.gesture = None
            # A stroke after the pause may begin before the pause is long enough to be one.
            since = self._still_since if paused else None
            self.free_since = body.timestamp if since is None else since


class GestureClassifier:
    """Turns the operator's track into gesture events, one frame at a time.

    Parameters
    ----------
    gestures
        The gestures by name, as in gestures.toml; disabled ones are left out.
    settings
        Guards against movements that are not meant.
    """

    def __init__(self, gestures: Mapping[str, Gesture], settings: ClassifierSettings) -> None:
        self._settings = settings
        self._machines = [
            GestureMachine(name, gesture, settings)
            for name, gesture in gestures.items()
            if gesture.enabled
        ]
        self._body = BodyCoordinates()
        self._history = History(_HISTORY_S)
        self._hands = {side: _Hand(side) for side in ("left", "right")}
        self._track_id: int | None = None
        self._first_seen = 0.0
        self._seen: BodyPose | None = None
        self._turned = TurnedPicture()
        self._now = 0.0

    @property
    def progress(self) -> dict[str, GestureProgress]:
        """How near each gesture is to firing; empty while nobody is obeyed."""
        if self._track_id is None:
            return {}
        return {machine.name: machine.progress for machine in self._machines}

    def explain(self) -> dict[str, Explanation]:
        """Say for each gesture what keeps it from firing; changes nothing.

        Empty while the operator cannot be read; `blocked_by` says why.
        """
        body = self._seen
        if body is None or not self._is_facing(body):
            return {}
        held, busy = self._held_sides(), self._busy_sides()
        return {
            machine.name: machine.explain(self._history, body, busy=busy, held=held)
            for machine in self._machines
        }

    @property
    def blocked_by(self) -> str:
        """The condition that keeps every gesture from firing, in words; empty if none does."""
        if self._track_id is None:
            return "nobody is obeyed"
        body = self._seen
        if body is None:
            return "the operator's shoulders are not visible"
        if self._turned.degrees and not self._is_facing(body):
            return (
                "the picture seems turned: it is upright when turned clockwise by "
                f"{self._turned.degrees} degrees ([camera] rotate)"
            )
        settings, in_view_s = self._settings, self._now - self._first_seen
        conditions = (
            RuleReading(
                "not facing the camera: shoulder width",
                body.facing,
                settings.min_facing,
                body.facing - settings.min_facing,
                "of the usual",
                "[classifier] min_facing",
            ),
            RuleReading(
                "walking or leaning: speed of the shoulders",
                body.body_speed,
                settings.max_body_speed,
                settings.max_body_speed - body.body_speed,
                "shoulder widths/s",
                "[classifier] max_body_speed",
            ),
            RuleReading(
                "only just come: in view for",
                in_view_s,
                settings.settle_s,
                in_view_s - settings.settle_s,
                "s",
                "[classifier] settle_s",
            ),
        )
        return next((condition.words for condition in conditions if not condition.met), "")

    def update(self, operator: Track | None, timestamp: float) -> list[GestureEvent]:
        """Take in one frame.

        Parameters
        ----------
        operator
            The track that is obeyed, ``None`` if nobody is.
        timestamp
            Seconds, of the frame.

        Returns
        -------
        list of GestureEvent
            In the order decided; CANCEL for what was going on when the operator changed or was
            lost.
        """
        events: list[GestureEvent] = []
        self._seen, self._now = None, timestamp
        if operator is None or operator.track_id != self._track_id:
            events += self.cancel(timestamp)
            if operator is None:
                return events
            self._track_id, self._first_seen = operator.track_id, timestamp
        seen = operator.state is TrackState.CONFIRMED
        body = self._seen = self._body.update(operator) if seen else None
        if body is None or not self._is_facing(body):
            self._turned.update(operator)
            return events + self._hold(None, timestamp)
        self._turned.reset()
        self._history.append(body)
        for hand in self._hands.values():
            hand.follow(body, self._settings.pause_s)
        events += self._hold(body, timestamp)
        if timestamp - self._first_seen >= self._settings.settle_s:
            events += self._begin(body)
        return events

    def cancel(self, timestamp: float) -> list[GestureEvent]:
        """Break off every gesture that has begun and forget the operator."""
        events = [
            GestureEvent(machine.name, Phase.CANCEL, self._track_id, timestamp)
            for machine in self._machines
            if machine.active and self._track_id is not None
        ]
        for machine in self._machines:
            machine.reset()
        for hand in self._hands.values():
            hand.free()
        self._body.reset()
        self._turned.reset()
        self._history.clear()
        self._seen = self._track_id = None
        return events

    def _is_facing(self, body: BodyPose) -> bool:
        """Only somebody who faces the camera and is not walking gestures."""
        return (
            body.facing >= self._settings.min_facing
            and body.body_speed <= self._settings.max_body_speed
        )

    def _hold(self, body: BodyPose | None, timestamp: float) -> list[GestureEvent]:
        events = []
        for machine in self._machines:
            if machine.active:
                phase = machine.hold(body, timestamp)
                events.append(self._event(machine, phase, timestamp))
                if phase is Phase.END:
                    self._spend(machine, timestamp)
        return events

    def _begin(self, body: BodyPose) -> list[GestureEvent]:
        now = body.timestamp
        held, busy = self._held_sides(), self._busy_sides()
        wanting = [
            machine
            for machine in self._machines
            if not machine.active and machine.read(self._history, body, busy)
        ]
        events = []
        for machine in _by_precedence(wanting):
            if any(side in held for side in machine.limbs):
                continue
            held.update(dict.fromkeys(machine.limbs, machine.name))
            events += [self._event(machine, phase, now) for phase in machine.begin(now)]
            self._spend(machine, now)
        return events

    def _held_sides(self) -> dict[str, str]:
        """For each hand that holds a posture, the gesture that is."""
        return {side: m.name for m in self._machines if m.active for side in m.limbs}

    def _busy_sides(self) -> dict[str, tuple[str, float]]:
        """For each hand the gesture it makes or last made, and since when it is free again."""
        made = {side: (hand.last, hand.free_since) for side, hand in self._hands.items()}
        return made | {side: (name, math.inf) for side, name in self._held_sides().items()}

    def _spend(self, machine: GestureMachine, now: float) -> None:
        for side in machine.limbs:
            self._hands[side].made(machine.name, now + self._settings.return_s)

    def _event(self, machine: GestureMachine, phase: Phase, timestamp: float) -> GestureEvent:
        if self._track_id is None:
            raise RuntimeError("a gesture event without an operator")
        return GestureEvent(machine.name, phase, self._track_id, timestamp)


def _by_precedence(machines: Sequence[GestureMachine]) -> list[GestureMachine]:
    """Gestures of both hands before those of one, strokes before postures."""
    return sorted(machines, key=lambda m: (-len(m.limbs), not m.is_motion))

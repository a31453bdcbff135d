"""The life of one gesture: waiting, held so far, begun, resting. Time comes from the poses only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gesturepose.datatypes import GestureProgress, Phase
from gesturepose.gestures.motions import Reading, Stroke
from gesturepose.gestures.points import resolve
from gesturepose.gestures.postures import Posture, weakest

if TYPE_CHECKING:
    from gesturepose.gestures.body import BodyPose
    from gesturepose.gestures.history import History
    from gesturepose.gestures.settings import ClassifierSettings, Gesture


@dataclass(frozen=True, slots=True)
class _Variant:
    """A gesture with its side filled in."""

    postures: tuple[Posture, ...]
    stroke: Stroke | None
    limbs: frozenset[str]


def _compile(gesture: Gesture, side: str | None) -> _Variant:
    names = (resolve(name, side) for name in gesture.point_names)
    wrists = {"left_wrist", "right_wrist"}
    stroke = Stroke(gesture.motion, side) if gesture.motion else None
    held = frozenset(name.split("_")[0] for name in names if name in wrists)
    return _Variant(
        postures=tuple(Posture.compile(rule, side) for rule in gesture.pose),
        stroke=stroke,
        limbs=stroke.limbs if stroke else held,
    )


class GestureMachine:
    """State machine of one gesture of one person.

    `read` looks at the newest body pose and says whether the gesture wants to begin; the classifier
    decides between gestures that want the same hand and calls `begin`. `step` gives what else
    happened.
    """

    def __init__(self, name: str, gesture: Gesture, settings: ClassifierSettings) -> None:
        self.name = name
        self._gesture = gesture
        self._settings = settings
        self._variants = [_compile(gesture, side) for side in gesture.sides]
        self.is_motion = gesture.motion is not None
        self.reset()

    def reset(self) -> None:
        """Forget what was held so far; whether it had begun is the caller's to ask first."""
        self.active = False
        self._variant: _Variant | None = None
        self._since = math.nan
        self._unmet_since = math.nan
        self._rest_until = -math.inf
        self.progress = GestureProgress(0.0, active=False)

    @property
    def limbs(self) -> frozenset[str]:
        """Sides of the hands that make, or last made, the gesture."""
        return self._variant.limbs if self._variant else frozenset()

    def read(self, history: History, body: BodyPose, busy: dict[str, str]) -> bool:
        """Judge the newest pose; return whether the gesture wants to begin now.

        Parameters
        ----------
        history, body
            The person's recent body poses and the newest of them.
        busy
            For each side's hand that has not come back yet, the gesture it made.
        """
        if body.timestamp < self._rest_until:
            self._since = math.nan
            self.progress = GestureProgress(0.0, active=False, blocked_by="resting")
            return False
        if self.is_motion:
            return self._read_motion(history, body, busy)
        return self._read_posture(body)

    def _read_motion(self, history: History, body: BodyPose, busy: dict[str, str]) -> bool:
        best, chosen = Reading(0.0, made=False), None
        for variant in self._variants:
            if variant.stroke is None:
                continue
            reading = variant.stroke.read(history)
            if reading.made:
                margin, blocking = weakest(variant.postures, body.points, body.speeds, held=False)
                returning = [busy[s] for s in sorted(variant.limbs) if s in busy]
                if margin < 0:
                    reading = Reading(0.95, made=False, blocked_by=f"at its end: {blocking}")
                elif any(gesture != self.name for gesture in returning):
                    reading = Reading(
                        0.95, made=False, blocked_by=f"hand returning from {returning[0]}"
                    )
            if chosen is None or reading.progress > best.progress:
                best, chosen = reading, variant
        self._variant = chosen
        self.progress = GestureProgress(best.progress, active=False, blocked_by=best.blocked_by)
        return best.made

    def _read_posture(self, body: BodyPose) -> bool:
        variants = self._variants
        if self._variant is not None and not math.isnan(self._since):
            variants = [self._variant]  # what began on one side is not carried on by the other
        best, blocking, chosen = -math.inf, "", variants[0]
        for variant in variants:
            margin, words = weakest(variant.postures, body.points, body.speeds, held=False)
            if margin > best:
                best, blocking, chosen = margin, words, variant
        now = body.timestamp
        if best >= 0:
            self._unmet_since = math.nan
            if math.isnan(self._since):
                self._since, self._variant = now, chosen
            held = now - self._since
            hold = max(self._gesture.hold_s, 1e-9)
            self.progress = GestureProgress(min(held / hold, 1.0), active=False)
            return held >= self._gesture.hold_s - 1e-6
        if math.isnan(self._unmet_since):
            self._unmet_since = now
        if now - self._unmet_since > self._settings.dropout_s:
            self._since = math.nan
        self.progress = GestureProgress(0.0, active=False, blocked_by=blocking)
        return False

    def begin(self, now: float) -> list[Phase]:
        """Begin; a stroke is over at once, a posture goes on until it is left."""
        self._since = self._unmet_since = math.nan
        if self.is_motion:
            self._rest_until = now + self._gesture.cooldown_s
            self.progress = GestureProgress(1.0, active=True)
            return [Phase.BEGIN, Phase.END]
        self.active = True
        self.progress = GestureProgress(1.0, active=True)
        return [Phase.BEGIN]

    def hold(self, body: BodyPose | None, now: float) -> Phase:
        """Follow a posture that has begun; ``body`` is ``None`` when there is no evidence."""
        margin, words = -math.inf, "not visible"
        if body is not None and self._variant is not None:
            margin, words = weakest(self._variant.postures, body.points, body.speeds, held=True)
        if margin >= 0:
            self._unmet_since = math.nan
            self.progress = GestureProgress(1.0, active=True)
            return Phase.UPDATE
        if math.isnan(self._unmet_since):
            self._unmet_since = now
        self.progress = GestureProgress(1.0, active=True, blocked_by=words)
        if now - self._unmet_since < self._gesture.release_s:
            return Phase.UPDATE
        self.active = False
        self._since = self._unmet_since = math.nan
        self._rest_until = now + self._gesture.cooldown_s
        return Phase.END

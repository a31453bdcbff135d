"""The life of one gesture: waiting, held so far, begun, resting. Time comes from the poses only.

`GestureMachine.explain` says of the same moment what every condition reads; it changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gesturepose.datatypes import Explanation, GestureProgress, Phase, RuleReading
from gesturepose.gestures.motions import MotionReader
from gesturepose.gestures.points import resolve
from gesturepose.gestures.postures import Posture, Stage, Unmet, are_met, weakest
from gesturepose.gestures.readings import NEARLY, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gesturepose.datatypes import Worded
    from gesturepose.gestures.body import BodyPose
    from gesturepose.gestures.history import History
    from gesturepose.gestures.settings import ClassifierSettings, Gesture


_RETURN_SETTING = "[classifier] return_s"
_RESTING = GestureProgress(0.0, active=False, obstacle="resting")
_HELD = GestureProgress(1.0, active=True)


@dataclass(frozen=True, slots=True)
class _Variant:
    """A gesture with its side filled in."""

    postures: tuple[Posture, ...]
    stroke: MotionReader | None
    limbs: frozenset[str]
    side: str


def _compile(gesture: Gesture, side: str | None) -> _Variant:
    names = (resolve(name, side) for name in gesture.point_names)
    wrists = {"left_wrist", "right_wrist"}
    stroke = MotionReader(gesture.motion, side) if gesture.motion else None
    held = frozenset(name.split("_")[0] for name in names if name in wrists)
    return _Variant(
        postures=tuple(
            Posture.compile(rule, side, f"pose[{i}]") for i, rule in enumerate(gesture.pose)
        ),
        stroke=stroke,
        limbs=stroke.limbs if stroke else held,
        side=side or "",
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
        self._rest_until = self._begun_at = -math.inf
        self.progress = GestureProgress(0.0, active=False)

    @property
    def limbs(self) -> frozenset[str]:
        """Sides of the hands that make, or last made, the gesture."""
        return self._variant.limbs if self._variant else frozenset()

    def read(self, history: History, body: BodyPose, busy: Mapping[str, tuple[str, float]]) -> bool:
        """Judge the newest pose; return whether the gesture wants to begin now.

        Parameters
        ----------
        history, body
            The person's recent body poses and the newest of them.
        busy
            For each side's hand that is, or was, at another gesture: that gesture, and the time in
            s at which the hand was free again; plus infinity where it is not yet.
        """
        if body.timestamp < self._rest_until:
            self._since = math.nan
            self.progress = _RESTING
            return False
        if self.is_motion:
            return self._read_motion(history, body, busy)
        return self._read_posture(body)

    def _read_motion(
        self, history: History, body: BodyPose, busy: Mapping[str, tuple[str, float]]
    ) -> bool:
        best, chosen = Reading(0.0, made=False), None
        for variant in self._variants:
            if variant.stroke is None:
                continue
            reading = variant.stroke.read(history)
            if reading.made:
                margin, blocking = weakest(
                    variant.postures, body.points, body.speeds, stage=Stage.NEW
                )
                returning = [*_find_returning(variant.limbs, reading, busy).values()]
                if reading.began_s < self._begun_at:
                    reading = Reading(NEARLY, made=False, obstacle="resting")
                elif margin < 0:
                    reading = Reading(NEARLY, made=False, obstacle=f"at its end: {blocking}")
                elif any(gesture != self.name for gesture in returning):
                    reading = Reading(
                        NEARLY, made=False, obstacle=f"hand returning from {returning[0]}"
                    )
            if chosen is None or reading.progress > best.progress:
                best, chosen = reading, variant
        self._variant = chosen
        self.progress = GestureProgress(best.progress, active=False, obstacle=best.obstacle)
        return best.made

    def _read_posture(self, body: BodyPose) -> bool:
        variants, stage = self._variants, Stage.NEW
        if self._variant is not None and not math.isnan(self._since):
            # What began on one side is not carried on by the other.
            variants, stage = [self._variant], Stage.PENDING
        points, speeds = body.points, body.speeds
        met = [v for v in variants if are_met(v.postures, points, speeds, stage=stage)]
        now = body.timestamp
        if met:
            self._unmet_since = math.nan
            if math.isnan(self._since):
                self._since, self._variant = now, _find_nearest(met, body)
            held = now - self._since
            hold = max(self._gesture.hold_s, 1e-9)
            value, due_s = min(held / hold, 1.0), self._since + hold
            self.progress = GestureProgress(value, active=False, due_s=due_s)
            return held >= self._gesture.hold_s - 1e-6
        if math.isnan(self._unmet_since):
            self._unmet_since = now
        if now - self._unmet_since > self._settings.dropout_s:
            self._since = math.nan
        obstacle = Unmet([v.postures for v in variants], points, speeds, stage=stage)
        self.progress = GestureProgress(0.0, active=False, obstacle=obstacle)
        return False

    def begin(self, now: float) -> list[Phase]:
        """Begin; a stroke is over at once, a posture goes on until it is left."""
        self._since = self._unmet_since = math.nan
        if self.is_motion:
            self._begun_at = now
            self._rest_until = now + self._gesture.cooldown_s
            self.progress = _HELD
            return [Phase.BEGIN, Phase.END]
        self.active = True
        self.progress = _HELD
        return [Phase.BEGIN]

    def hold(self, body: BodyPose | None, now: float) -> Phase:
        """Follow a posture that has begun; ``body`` is ``None`` when there is no evidence."""
        obstacle: Worded | str = "not visible"
        if body is not None and self._variant is not None:
            postures = self._variant.postures
            if are_met(postures, body.points, body.speeds, stage=Stage.BEGUN):
                self._unmet_since = math.nan
                self.progress = _HELD
                return Phase.UPDATE
            obstacle = Unmet([postures], body.points, body.speeds, stage=Stage.BEGUN)
        if math.isnan(self._unmet_since):
            self._unmet_since = now
        self.progress = GestureProgress(1.0, active=True, obstacle=obstacle)
        if now - self._unmet_since < self._gesture.release_s:
            return Phase.UPDATE
        self.active = False
        self._since = self._unmet_since = math.nan
        self._rest_until = now + self._gesture.cooldown_s
        return Phase.END

    def explain(
        self,
        history: History,
        body: BodyPose,
        *,
        busy: Mapping[str, tuple[str, float]],
        held: Mapping[str, str],
    ) -> Explanation:
        """Say what keeps the gesture from firing: asks everything, changes nothing.

        Parameters
        ----------
        history, body
            The person's recent body poses and the newest of them, which has been judged.
        busy
            As in `read`.
        held
            For each side's hand that holds a posture, the gesture that is.

        Returns
        -------
        Explanation
            Of the side that is nearest to firing.
        """
        if self.is_motion:
            motions = [self._explain_motion(v, history, body, busy) for v in self._variants]
            return max(motions, key=lambda found: found.nearness)
        if self._variant is not None and (self.active or not math.isnan(self._since)):
            return self._explain_posture(self._variant, body, held)
        return self._explain_posture(_find_nearest(self._variants, body), body, held)

    def _explain_motion(
        self,
        variant: _Variant,
        history: History,
        body: BodyPose,
        busy: Mapping[str, tuple[str, float]],
    ) -> Explanation:
        if variant.stroke is None:
            raise ValueError(f"{self.name} has no motion")
        reading = variant.stroke.read(history, explain=True)
        began = self.progress.active and variant is self._variant
        rest = [] if began else self._ask_rest(body.timestamp)
        rules = [*rest, *reading.rules]
        for posture in variant.postures:
            end = posture.read(body.points, body.speeds, stage=Stage.NEW)
            rules.append(replace(end, rule=f"at its end: {end.rule}"))
        if not began:
            returning = _find_returning(variant.limbs, reading, busy)
            rules += self._ask_hands(variant.limbs, returning)
        blocking = next((rule for rule in rules if not rule.met), None)
        progress = reading.progress if blocking is None else min(reading.progress, NEARLY)
        return Explanation(
            gesture=self.name,
            progress=1.0 if began else 0.0 if rest else progress,
            active=began,
            blocked_by=blocking.words if blocking and not began else "",
            side=variant.side,
            rules=tuple(rules),
        )

    def _explain_posture(
        self, variant: _Variant, body: BodyPose, held: Mapping[str, str]
    ) -> Explanation:
        now, hold_s = body.timestamp, self._gesture.hold_s
        stage = Stage.PENDING if not math.isnan(self._since) else Stage.NEW
        stage = Stage.BEGUN if self.active else stage
        rules = [p.read(body.points, body.speeds, stage=stage) for p in variant.postures]
        blocking = [rule for rule in rules if not rule.met]
        blocking.sort(key=lambda rule: rule.margin)
        progress = 1.0
        if not self.active:
            held_s = 0.0 if math.isnan(self._since) else now - self._since
            progress = 0.0 if blocking else min(held_s / max(hold_s, 1e-9), 1.0)
            rest, hands = self._ask_rest(now), self._ask_hands(variant.limbs, held)
            hold = RuleReading("held for", held_s, hold_s, held_s - hold_s + 1e-6, "s", "hold_s")
            rules = [*rest, *rules, *hands, hold]
            blocking = [*rest, *blocking, *hands, *([] if hold.met else [hold])]
            progress = 0.0 if rest else min(progress, NEARLY) if blocking else progress
        return Explanation(
            gesture=self.name,
            progress=progress,
            active=self.active,
            blocked_by=blocking[0].words if blocking else "",
            side=variant.side,
            rules=tuple(rules),
        )

    def _ask_rest(self, now: float) -> list[RuleReading]:
        """Read the rest after the gesture; nothing once that is over."""
        if now >= self._rest_until:
            return []
        rest_s, left_s = self._gesture.cooldown_s, self._rest_until - now
        return [RuleReading("rested for", rest_s - left_s, rest_s, -left_s, "s", "cooldown_s")]

    def _ask_hands(self, limbs: frozenset[str], busy: Mapping[str, str]) -> list[RuleReading]:
        """Read whether the hands are at another gesture still; nothing for those that are not."""
        return [
            RuleReading(
                f"{side} hand back from {busy[side]}", 0.0, 1.0, -1.0, "yes or no", _RETURN_SETTING
            )
            for side in sorted(limbs & busy.keys())
            if busy[side] != self.name
        ]


def _find_nearest(variants: Sequence[_Variant], body: BodyPose) -> _Variant:
    """Find the variant whose posture is met best, or nearest to it; the first of equals."""
    if len(variants) == 1:
        return variants[0]
    return max(
        variants, key=lambda v: weakest(v.postures, body.points, body.speeds, stage=Stage.NEW)[0]
    )


def _find_returning(
    limbs: frozenset[str], reading: Reading, busy: Mapping[str, tuple[str, float]]
) -> dict[str, str]:
    """For each hand of a stroke that is on its way back from a gesture, that gesture.

    One hand's way back is that however late it ends: what counts is when it began. Two hands that
    part and meet in turn make gestures of it if they take their time: what counts is the end.
    """
    since_s = reading.began_s if len(limbs) == 1 else reading.ended_s
    return {
        side: busy[side][0]
        for side in sorted(limbs & busy.keys())
        if busy[side][1] == math.inf or since_s < busy[side][1]
    }

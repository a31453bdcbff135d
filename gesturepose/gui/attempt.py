"""The last try at a gesture, from its explanations: nobody can look at figures while moving.

A try begins when its nearness has risen clearly and ends when it has fallen as clearly; the figures
of its best moment stay. It decides nothing: what fired is the engine's word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gesturepose.datatypes import Explanation, RuleReading
    from gesturepose.gestures.settings import Gesture

Quantities = dict[str, float]
"""By setting's name in the gesture's table, in that setting's unit."""
_CLEARLY = 0.3
"""Rise and fall of nearness (1: as far as needed) that make a try of a motion."""
_CLEARLY_POSED = 0.12
"""As above, of a posture, whose nearness counts all its rules."""
_ELSEWHERE = 2.5
"""A stroke that drifts this many times what it may goes somewhere else: a hand that drops, say."""
_AS_GOOD = 0.6
"""A later try this near, as a fraction, replaces an earlier one at once."""
_FADES_S = 10.0
"""After so long any try does: one that reached for the mouse does not wipe out the swipe."""
_OF_STROKES = ("motion.within", "motion.m", "motion.s")
"""Settings whose quantity is there only while something moves: all but travel."""
_FIRED = 10.0
"""Nearness of what was recognised: nothing is nearer."""


@dataclass(frozen=True, slots=True)
class Try:
    """The best moment of one try."""

    quantities: Quantities
    nearness: float
    timestamp: float

    @property
    def fired(self) -> bool:
        """Whether it was recognised."""
        return self.nearness >= _FIRED - 1.0


def read_quantities(gesture: Gesture, explanation: Explanation) -> Quantities:
    """Read the living quantity of each setting from an explanation.

    NaN is what the camera does not see; a setting without a quantity has no entry.
    """
    worst: dict[str, RuleReading] = {}
    for rule in explanation.rules:
        setting = rule.setting
        if rule.rule == "duration":
            setting = "motion.within_s"
        if not setting or rule.unit == "yes or no" or setting in ("motion.pause_s", "cooldown_s"):
            continue
        if setting in worst and not setting.startswith("motion.start"):
            continue  # the first is the quantity itself, what follows is made from it
        if setting not in worst or rule.margin < worst[setting].margin:
            worst[setting] = rule
    found: Quantities = {}
    for setting, rule in worst.items():
        place, _, name = setting.rpartition(".")
        if name in ("min_deg", "max_deg"):
            # Only the nearer limit is read; the angle is the same for both.
            found[f"{place}.min_deg"] = found[f"{place}.max_deg"] = rule.value
        elif name == "max_speed" and explanation.active:
            continue  # asked only to begin
        elif setting == "motion.max_drift" and gesture.motion is not None:
            # Read as a length; the setting is a fraction of the travel.
            share = rule.limit / gesture.motion.max_drift
            found[setting] = rule.value / share if share > 0 else math.nan
        else:
            found[setting] = rule.value
    return found


class Tries:
    """Follows the explanations of one gesture and keeps its last try."""

    def __init__(self, gesture: Gesture) -> None:
        self._gesture = gesture
        self._clearly = _CLEARLY_POSED if gesture.motion is None else _CLEARLY
        self._rising = False
        self._low = math.inf
        self._best: Try | None = None
        self._active_since = math.nan
        self.last: Try | None = None
        """The last try, while it goes on and afterwards; ``None`` before the first."""

    def update(self, explanation: Explanation, timestamp: float) -> Quantities:
        """Take in the explanation of one frame; returns the quantities now."""
        quantities = read_quantities(self._gesture, explanation)
        if self._gesture.motion is None:
            self._follow_hold(explanation, quantities, timestamp)
        nearness = self._measure(explanation, quantities)
        if not math.isnan(nearness):
            self._follow(Try(quantities, nearness, timestamp))
        if self._gesture.motion is not None and not self._rising:
            # Straightness and speed of a hand that does not move mean nothing.
            return {name: q for name, q in quantities.items() if not name.startswith(_OF_STROKES)}
        return quantities

    def _follow_hold(self, found: Explanation, quantities: Quantities, timestamp: float) -> None:
        """Count on how long a posture is held; the engine stops once it has begun."""
        if not found.active:
            self._active_since = math.nan
            return
        if math.isnan(self._active_since):
            self._active_since = timestamp
        held_s = self._gesture.hold_s + timestamp - self._active_since
        quantities["hold_s"] = held_s
        if self.last is not None and all(rule.met for rule in found.rules):
            self.last.quantities["hold_s"] = held_s

    def _measure(self, found: Explanation, quantities: Quantities) -> float:
        motion = self._gesture.motion
        if found.active:
            # Of a posture the moment that is deepest in it, and not the one of leaving it.
            depth = [min(rule.margin, 1.0) for rule in found.rules if not math.isnan(rule.value)]
            deep = 0.0 if motion is not None or not depth else sum(depth) / len(depth)
            return _FIRED + 0.01 * deep
        if motion is not None and motion.swings is None:
            if quantities.get("motion.max_drift", 0.0) > _ELSEWHERE * motion.max_drift:
                return 0.0
            return quantities.get("motion.distance", math.nan) / motion.distance
        if motion is not None:
            return found.progress
        rules = [rule for rule in found.rules if rule.setting.startswith("pose")]
        if not rules:
            return math.nan
        closeness = sum(_grade(rule) for rule in rules) / len(rules)
        return 0.9 * closeness + 0.1 * found.progress

    def _follow(self, now: Try) -> None:
        if not self._rising:
            self._low = min(self._low, now.nearness)
            if now.nearness < self._low + self._clearly:
                return
            self._rising, self._best = True, None
        if self._best is None or now.nearness >= self._best.nearness:
            self._best = now
            if self.last is None or self._replaces(self.last, now):
                self.last = now
        elif now.nearness <= min(self._best.nearness, 1.0) - self._clearly:
            self._rising, self._low = False, now.nearness

    @staticmethod
    def _replaces(earlier: Try, later: Try) -> bool:
        age_s = later.timestamp - earlier.timestamp
        nearer = min(later.nearness, 1.0) >= _AS_GOOD * min(earlier.nearness, 1.0)
        return nearer or not 0 <= age_s < _FADES_S


def _grade(rule: RuleReading) -> float:
    """How nearly a rule is met, 0..1; less by a half for half a unit of what it measures."""
    if math.isnan(rule.margin):
        return 0.0
    scale = 30.0 if rule.unit == "degrees" else 0.5
    return min(max(1.0 + rule.margin / scale, 0.0), 1.0)

"""Why a gesture did not fire, in words a person can act on.

It rewords what the classifier explains; it judges nothing itself.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from gesturepose.gui.body_words import join_sides, point_words, swap_sides
from gesturepose.gui.words import gesture_words

if TYPE_CHECKING:
    from gesturepose.datatypes import Explanation, RuleReading

STARTED = 0.3
"""With less progress than this a movement was hardly meant as the gesture."""
_AT = {
    "at its start: ": QT_TRANSLATE_NOOP("WhyNot", "At the start: {}"),
    "at its end: ": QT_TRANSLATE_NOOP("WhyNot", "At the end: {}"),
}
_POSTURE = re.compile(
    r"(?P<point>.+) (?P<compared>above|below|left of|right of|outside) (?P<against>.+)"
    r"|(?P<first>.+) and (?P<second>.+) (?P<pair>near|apart)"
    r"|(?P<angle>angle at) (?P<bent>.+)"
    r"|(?P<moving>.+) (?P<still>still)"
)
_POSTURES = {
    "above": QT_TRANSLATE_NOOP("WhyNot", "{point} {gap} too low"),
    "below": QT_TRANSLATE_NOOP("WhyNot", "{point} {gap} too high"),
    "left of": QT_TRANSLATE_NOOP("WhyNot", "{point} {gap} too far right"),
    "right of": QT_TRANSLATE_NOOP("WhyNot", "{point} {gap} too far left"),
    "outside": QT_TRANSLATE_NOOP("WhyNot", "{point} {gap} too far in"),
    "near": QT_TRANSLATE_NOOP("WhyNot", "{point} {gap} too far from {other}"),
    "apart": QT_TRANSLATE_NOOP("WhyNot", "{point} {gap} too close to {other}"),
    "still": QT_TRANSLATE_NOOP("WhyNot", "keep still: {point}"),
}
_MET = {
    "above": QT_TRANSLATE_NOOP("WhyNot", "{point} above {other}"),
    "below": QT_TRANSLATE_NOOP("WhyNot", "{point} below {other}"),
    "left of": QT_TRANSLATE_NOOP("WhyNot", "{point} left of {other}"),
    "right of": QT_TRANSLATE_NOOP("WhyNot", "{point} right of {other}"),
    "outside": QT_TRANSLATE_NOOP("WhyNot", "{point} further out than {other}"),
    "near": QT_TRANSLATE_NOOP("WhyNot", "{point} near {other}"),
    "apart": QT_TRANSLATE_NOOP("WhyNot", "{point} away from {other}"),
    "angle at": QT_TRANSLATE_NOOP("WhyNot", "angle at {point}"),
    "still": QT_TRANSLATE_NOOP("WhyNot", "{point} still"),
}
_STRAIGHTEN = QT_TRANSLATE_NOOP("WhyNot", "straighten the arm: {point} {gap}° too bent")
_BEND = QT_TRANSLATE_NOOP("WhyNot", "bend the arm: {point} {gap}° too straight")
_MOTION = {
    "travel": QT_TRANSLATE_NOOP("WhyNot", "move further: {value} of {limit} shoulder widths"),
    "travel less detours": QT_TRANSLATE_NOOP(
        "WhyNot", "straighter: {value} of {limit} shoulder widths went the right way"
    ),
    "start in view": QT_TRANSLATE_NOOP("WhyNot", "the start of the movement was not seen"),
    "duration": QT_TRANSLATE_NOOP("WhyNot", "too short a jerk: {value} s, at least {limit} s"),
    "top speed without a jump": QT_TRANSLATE_NOOP("WhyNot", "the hand jumped: seen badly"),
    "top speed": QT_TRANSLATE_NOOP("WhyNot", "faster: {value} of {limit} shoulder widths a second"),
    "sideways drift": QT_TRANSLATE_NOOP(
        "WhyNot", "straighter: {value} shoulder widths sideways, at most {limit}"
    ),
    "speed at the start": QT_TRANSLATE_NOOP("WhyNot", "start from a stop"),
    "movement in the pause before": QT_TRANSLATE_NOOP("WhyNot", "keep still just before it"),
    "travel of the lazier side": QT_TRANSLATE_NOOP("WhyNot", "move both hands alike"),
    "travel of the other hand": QT_TRANSLATE_NOOP("WhyNot", "keep the other hand still"),
    "speed left at the end": QT_TRANSLATE_NOOP("WhyNot", "stop at the end"),
    "over for": QT_TRANSLATE_NOOP("WhyNot", "stay there for a moment"),
    "swings": QT_TRANSLATE_NOOP("WhyNot", "keep going: {value} of {limit} strokes"),
    "seen for long enough": QT_TRANSLATE_NOOP("WhyNot", "not seen for long enough yet"),
    "held for": QT_TRANSLATE_NOOP("WhyNot", "hold it: {value} of {limit} s"),
    "rested for": QT_TRANSLATE_NOOP("WhyNot", "resting after the last one: {gap} s left"),
}
_COUNTED = ("swings",)
_MOVES = tuple(rule for rule in _MOTION if rule not in ("held for", "rested for"))
_PLACES = {"shoulder widths": 1.0, "degrees": 60.0}
"""Units of rules on where points are, and how much of each is about as far off."""
_OBSTACLES = (
    ("gestures are paused", QT_TRANSLATE_NOOP("WhyNot", "Paused: gestures do nothing")),
    ("nobody is in view", QT_TRANSLATE_NOOP("WhyNot", "Nobody in view")),
    ("nobody is obeyed; make", QT_TRANSLATE_NOOP("WhyNot", "To take control: {wake}")),
    ("not engaged; make", QT_TRANSLATE_NOOP("WhyNot", "To wake it: {wake}")),
    ("nobody is obeyed", QT_TRANSLATE_NOOP("WhyNot", "Nobody is in control")),
    ("whoever is in view", QT_TRANSLATE_NOOP("WhyNot", "One moment…")),
    ("only just come", QT_TRANSLATE_NOOP("WhyNot", "One moment…")),
    (
        "the operator is out of view",
        QT_TRANSLATE_NOOP("WhyNot", "Waiting for whoever was in control"),
    ),
    ("the operator's shoulders", QT_TRANSLATE_NOOP("WhyNot", "Your shoulders are not in view")),
    (
        "the picture seems turned",
        QT_TRANSLATE_NOOP("WhyNot", "The camera hangs askew: turn its picture in the Settings"),
    ),
    ("the picture is black", QT_TRANSLATE_NOOP("WhyNot", "The picture is black or frozen")),
    ("not facing", QT_TRANSLATE_NOOP("WhyNot", "Face the camera")),
    ("walking or leaning", QT_TRANSLATE_NOOP("WhyNot", "Stand still to make a gesture")),
)


def plain_reason(explanation: Explanation) -> str:
    """Say in a line what keeps a gesture from firing, or that nothing does."""
    if explanation.active:
        return _tr(QT_TRANSLATE_NOOP("WhyNot", "recognised"))
    unmet = [rule for rule in explanation.rules if not rule.met]
    if not unmet:
        if explanation.blocked_by:
            return explanation.blocked_by
        return _tr(QT_TRANSLATE_NOOP("WhyNot", "about to be recognised"))
    rule = find_blocking(explanation) or unmet[0]
    if _is_waiting(explanation):
        return _tr(QT_TRANSLATE_NOOP("WhyNot", "waiting for the movement"))
    twin = next((r for r in unmet if r is not rule and r.rule == swap_sides(rule.rule)), None)
    return plain_rule(rule, both=twin is not None)


def list_rules(explanation: Explanation) -> list[str]:
    """Return every rule, a line each: met, not met, or not asked before there is a movement."""
    if _is_waiting(explanation):
        return [f"· {plain_rule(replace(rule, margin=0.0))}" for rule in explanation.rules]
    return [f"{'✓' if rule.met else '✗'} {plain_rule(rule)}" for rule in explanation.rules]


def _is_waiting(explanation: Explanation) -> bool:
    """Whether next to nothing has moved: then a movement's rules say nothing."""
    travel = any(rule.rule == "travel" and not rule.met for rule in explanation.rules)
    return travel and explanation.progress < STARTED


def find_blocking(explanation: Explanation) -> RuleReading | None:
    """Return the rule that is worth naming: of a posture, the place that is furthest off."""
    unmet = [rule for rule in explanation.rules if not rule.met]
    moves = any(rule.rule in _MOVES or rule.rule.startswith("at its ") for rule in unmet)
    places = [rule for rule in unmet if rule.unit in _PLACES and rule.setting.startswith("pose[")]
    if places and not moves:
        return min(places, key=lambda rule: rule.margin / _PLACES[rule.unit])
    named = [rule for rule in unmet if rule.words == explanation.blocked_by]
    return next(iter(named or unmet), None)


def plain_rule(rule: RuleReading, *, both: bool = False) -> str:
    """Say of a rule that is not met what is wrong, and of one that is what it asks for.

    Parameters
    ----------
    rule
        As the classifier reads it.
    both
        Whether the same is wrong on the other side of the body.
    """
    for start, frame in _AT.items():
        if rule.rule.startswith(start):
            return _tr(frame).format(_reword(rule, rule.rule.removeprefix(start), both=both))
    return _reword(rule, rule.rule, both=both)


def plain_obstacle(text: str) -> str:
    """Say in plain words what keeps every gesture from counting; nothing for nothing."""
    for start, words in _OBSTACLES:
        if text.startswith(start):
            wake = text.rpartition(", ")[2]
            return _tr(words).format(wake=gesture_words(wake).lower())
    plain = re.sub(r"\s*\([^)]*\)", "", text).strip()
    return plain[:1].upper() + plain[1:]


def _reword(rule: RuleReading, words: str, *, both: bool) -> str:
    if rule.met:
        return _describe_met(words)
    if math.isnan(rule.value):
        return _tr(QT_TRANSLATE_NOOP("WhyNot", "not in view: {}")).format(_name_points(words))
    if words in _MOTION:
        value, limit = _figures(rule.value, rule.limit, 0 if words in _COUNTED else 1)
        return _tr(_MOTION[words]).format(value=value, limit=limit, gap=f"{-rule.margin:.1f}")
    return _reword_posture(rule, words, both=both) or _reword_hand(words) or words


def _reword_posture(rule: RuleReading, words: str, *, both: bool) -> str:
    """Reword a rule on where points are; empty if it is another."""
    match = _POSTURE.fullmatch(words)
    if match is None:
        return ""
    if match["angle"]:
        text = _STRAIGHTEN if rule.value < rule.limit else _BEND
        gap = str(max(round(-rule.margin), 1))
    else:
        text = _POSTURES[match["compared"] or match["pair"] or match["still"]]
        gap = _lengths(-rule.margin)
    point = match["point"] or match["first"] or match["bent"] or match["moving"]
    other = match["second"] or ""
    if both:
        point, other = join_sides(point), join_sides(other)
    return _tr(text).format(point=point_words(point), other=point_words(other), gap=gap)


def _reword_hand(words: str) -> str:
    """Reword that a hand is still at another gesture; empty if it is not that."""
    side, found, gesture = words.partition(" hand back from ")
    text = QT_TRANSLATE_NOOP("WhyNot", "the {side} hand is on its way back from: {gesture}")
    return _tr(text).format(side=side, gesture=gesture_words(gesture).lower()) if found else ""


def _describe_met(words: str) -> str:
    """Say what a rule that is met asks for."""
    match = _POSTURE.fullmatch(words)
    if match is None:
        return _reword_hand(words) or words
    kind = match["compared"] or match["pair"] or match["angle"] or match["still"]
    point = match["point"] or match["first"] or match["bent"] or match["moving"]
    other = match["against"] or match["second"] or ""
    return _tr(_MET[kind]).format(point=point_words(point), other=point_words(other))


def _name_points(words: str) -> str:
    """Name the points of a rule, one of which is not seen; or the point itself."""
    match = _POSTURE.fullmatch(words)
    if match is None:
        return ", ".join(point_words(point) for point in words.split(" and "))
    points = (match[name] for name in ("point", "against", "first", "second", "bent", "moving"))
    return ", ".join(point_words(point) for point in points if point)


def _lengths(length: float) -> str:
    """Write a length; one too small to matter is still not nothing."""
    return _tr(QT_TRANSLATE_NOOP("WhyNot", "{} shoulder widths")).format(f"{max(length, 0.1):.1f}")


def _figures(value: float, limit: float, digits: int) -> tuple[str, str]:
    """Write both, with a digit more where they would look the same."""
    pair = f"{value:.{digits}f}", f"{limit:.{digits}f}"
    return pair if pair[0] != pair[1] else (f"{value:.{digits + 1}f}", f"{limit:.{digits + 1}f}")


def _tr(text: object) -> str:
    """Translate a text marked with QT_TRANSLATE_NOOP, which is typed as any object."""
    return QCoreApplication.translate("WhyNot", str(text))

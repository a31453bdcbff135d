"""What keeps a gesture from firing is said so that a person can act on it."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from support_body import PERFORMANCES, Key, hold, perform
from support_pipeline import make_pipeline, run

from gesturepose.datatypes import Explanation, RuleReading
from gesturepose.gui.last_try import LastTry
from gesturepose.gui.why_not import list_rules, plain_obstacle, plain_reason, plain_rule

if TYPE_CHECKING:
    from gesturepose.datatypes import Unit

PLACE = "pose[0].margin"


def unmet(
    rule: str, value: float, limit: float, unit: Unit = "shoulder widths", setting: str = PLACE
) -> RuleReading:
    return RuleReading(rule, value, limit, -abs(limit - value), unit, setting)


def explain(*rules: RuleReading, progress: float = 0.0) -> Explanation:
    blocking = next(rule for rule in rules if not rule.met)
    return Explanation("mine", progress, active=False, blocked_by=blocking.words, rules=rules)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (unmet("left wrist above nose", -0.2, 0.2), "left wrist 0.4 shoulder widths too low"),
        (unmet("left wrist below nose", 0.2, 0.6), "left wrist 0.4 shoulder widths too high"),
        (unmet("left wrist outside left ear", 0.0, 0.2), "left wrist 0.2 shoulder widths too far"),
        (
            unmet("left wrist and right wrist near", 1.3, 1.0),
            "left wrist 0.3 shoulder widths too far from right wrist",
        ),
        (
            unmet("right wrist and right rest apart", 0.1, 0.4),
            "right wrist 0.3 shoulder widths too close to where the hand rests",
        ),
        (
            unmet("angle at left elbow", 110.0, 130.0, "degrees"),
            "straighten the arm: left elbow 20° too bent",
        ),
        (
            unmet("angle at left elbow", 140.0, 120.0, "degrees"),
            "bend the arm: left elbow 20° too straight",
        ),
        (unmet("left wrist still", 1.4, 0.9, "shoulder widths/s"), "keep still: left wrist"),
        (unmet("travel", 0.3, 0.5, setting="motion.distance"), "move further: 0.3 of 0.5"),
        (unmet("travel", 0.499, 0.5, setting="motion.distance"), "move further: 0.50 of 0.50"),
        (unmet("swings", 2.0, 4.0, ""), "keep going: 2 of 4 strokes"),
        (unmet("held for", 0.2, 0.4, "s"), "hold it: 0.2 of 0.4 s"),
        (
            unmet("at its start: left wrist above mid hip", 0.0, 0.2),
            "At the start: left wrist 0.2 shoulder widths too low",
        ),
        (
            unmet("left hand back from swipe_left", 0.0, 1.0, "yes or no"),
            "the left hand is on its way back from: swipe left",
        ),
        (
            RuleReading("left wrist above nose", math.nan, 0.2, -math.inf, "shoulder widths"),
            "not in view: left wrist, nose",
        ),
        (RuleReading("left wrist and right wrist", math.nan, math.nan, -math.inf), "not in view"),
    ],
)
def test_a_rule_that_is_not_met(rule: RuleReading, words: str) -> None:
    assert plain_rule(rule).startswith(words)


def test_the_same_fault_on_both_sides_is_told_once() -> None:
    left, right = (unmet(f"{side} wrist above nose", -1.8, 0.2) for side in ("left", "right"))
    assert plain_reason(explain(left, right)) == "both wrists 2.0 shoulder widths too low"
    met = replace(right, margin=0.1)
    assert plain_reason(explain(left, met)) == "left wrist 2.0 shoulder widths too low"


def test_of_a_posture_the_place_comes_before_the_speed() -> None:
    moving = unmet("left wrist still", 9.0, 0.9, "shoulder widths/s", "pose[2].max_speed")
    low = unmet("left wrist above nose", 0.1, 0.2)
    assert "too low" in plain_reason(explain(moving, low))
    assert "keep still" in plain_reason(explain(moving, replace(low, margin=0.5)))


def test_a_movement_that_was_not_begun_is_waited_for() -> None:
    travel = unmet("travel", 0.02, 0.5, setting="motion.distance")
    resting = explain(travel, progress=0.04)
    assert plain_reason(resting) == "waiting for the movement"
    assert list_rules(resting) == ["· travel"]
    trying = explain(travel, progress=0.8)
    assert "move further" in plain_reason(trying)
    assert list_rules(trying)[0].startswith("✗ move further")


def test_a_gesture_that_nothing_blocks() -> None:
    ready = Explanation("mine", 0.5, active=False)
    assert plain_reason(ready) == "about to be recognised"
    assert plain_reason(replace(ready, active=True)) == "recognised"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("nobody is in view", "Nobody in view"),
        ("gestures are paused", "Paused: gestures do nothing"),
        ("not engaged; make the wake gesture first, wave", "To wake it: wave"),
        ("nobody is obeyed; make the wake gesture first, hands_up", "To take control: hands up"),
        ("walking or leaning: speed of the shoulders 2.0 (x)", "Stand still to make a gesture"),
        ("something new ([tracker] knob)", "Something new"),
    ],
)
def test_what_keeps_every_gesture_from_counting(text: str, words: str) -> None:
    assert plain_obstacle(text) == words


def test_nothing_of_the_files_own_spelling_is_told_of_real_movements() -> None:
    names = ("hands_up", "arms_crossed", "swipe_up", "clap")
    performed = [
        run(perform(PERFORMANCES[name], fps=12.0, idle_s=0.8), make_pipeline(explain=True))
        for name in names
    ]
    told = {
        text
        for snapshot in (snapshot for snapshots in performed for snapshot in snapshots)
        for explanation in snapshot.explanations.values()
        for text in (plain_reason(explanation), *map(plain_rule, explanation.rules))
    } | {plain_obstacle(s.blocked_by) for snapshots in performed for s in snapshots}
    assert not [t for t in told if re.search(r"_|\[|nan|inf\b|needs|mid |(left|right) rest", t)]
    assert len(told) > 100


def test_a_try_is_remembered_for_some_seconds_and_words_change_slowly() -> None:
    short = [Key(0.6, right=(0.85, -0.85)), Key(0.4, right=(0.85, 0.0)), *hold(3.0, Key(0.8))]
    snapshots = run(perform(short, idle_s=4.0, fps=20.0), make_pipeline(explain=True))
    watch = LastTry()
    told = [
        (snapshot.frame.timestamp, watch.text)
        for snapshot in snapshots
        if watch.look("swipe_up", snapshot)
    ]
    texts = [text for _, text in told]
    assert any(text.startswith("move further") or "At the" in text for text in texts)
    last = [t for t, text in told if text.startswith("Last try: ")]
    assert last
    assert texts[-1] == "waiting for the movement"
    assert all(b[0] - a[0] >= 0.25 - 1e-6 for a, b in pairwise(told))


def test_a_gesture_that_was_made_is_said_to_be_recognised() -> None:
    snapshots = run(
        perform(PERFORMANCES["spread"], fps=20.0, idle_s=0.8), make_pipeline(explain=True)
    )
    watch = LastTry()
    texts = {watch.text for snapshot in snapshots if watch.look("spread", snapshot)}
    assert "recognised" in texts
    assert not any(text.startswith("Last try") for text in texts)

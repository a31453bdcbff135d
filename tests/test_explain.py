"""Explanations name what keeps a gesture from firing, measure it, and change nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_body import PERFORMANCES, Body, Key, hold, perform
from support_pipeline import default, make_pipeline, run

from gesturepose.config import parse_config
from gesturepose.datatypes import Explanation, Phase, PoseFrame, RuleReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.config import Config
    from gesturepose.pipeline import Snapshot

LOW, HIGH = (0.85, -0.85), (0.85, 0.5)
UP = """
motion.keypoint = "right_wrist"
motion.towards = "up"
motion.distance = 1.0
motion.within_s = 0.7
motion.alone = true
"""


def make_config(rules: str, more: str = "") -> Config:
    return parse_config(f'[control]\nwake = "mine"\n[gestures.mine]\n{rules}\n{more}')


def lift(to: tuple[float, float] = HIGH, *, left: tuple[float, float] | None = None) -> list[Key]:
    """The right hand waits low, goes up, and stays there; the left one where it is told to."""
    low, high = Key(0.6, right=LOW), Key(0.4, right=to)
    return [*hold(0.4, low), *hold(0.6, replace(high, left=left) if left else high)]


def explained(
    config: Config, keys: Sequence[Key], body: Body | None = None
) -> list[tuple[Snapshot, Explanation]]:
    pipeline = make_pipeline(config, bindings=[], explain=True)
    snapshots = run(perform(list(keys), body=body), pipeline)
    return [(s, s.explanations["mine"]) for s in snapshots if "mine" in s.explanations]


def nearest(config: Config, keys: Sequence[Key], body: Body | None = None) -> Explanation:
    """The gesture's explanation when it came nearest, in a performance that never fires it."""
    found = explained(config, keys, body)
    assert not any(e.gesture == "mine" for snapshot, _ in found for e in snapshot.events)
    return max((explanation for _, explanation in found), key=lambda found: found.nearness)


def blocking_rule(explanation: Explanation) -> RuleReading:
    """The first rule that is not met, which is the one that is named."""
    rule = next(rule for rule in explanation.rules if not rule.met)
    assert explanation.blocked_by == rule.words
    return rule


def test_a_stroke_that_is_made_blocks_nothing() -> None:
    found = explained(make_config(UP), lift())
    began = [x for s, x in found for e in s.events if e.phase is Phase.BEGIN]
    assert [(x.progress, x.active, x.blocked_by) for x in began] == [(1.0, True, "")]
    assert all(rule.met for rule in began[0].rules)


@pytest.mark.parametrize(
    ("rules", "keys", "rule", "setting"),
    [
        pytest.param(UP, lift((0.85, -0.35)), "travel", "motion.distance", id="too short"),
        pytest.param(
            UP + "motion.min_speed = 12.0", lift(), "top speed", "motion.min_speed", id="too slow"
        ),
        pytest.param(
            UP + "motion.max_drift = 0.2",
            lift((1.5, 0.3)),
            "sideways drift",
            "motion.max_drift",
            id="not straight",
        ),
        pytest.param(
            UP + 'motion.start = [{ above = ["right_wrist", "nose"], margin = 0.3 }]',
            lift(),
            "at its start: right wrist above nose",
            "motion.start[0].margin",
            id="wrong start",
        ),
        pytest.param(
            UP,
            lift(left=(-0.85, 0.5)),
            "travel of the other hand",
            "motion.alone",
            id="the other hand moved too",
        ),
        pytest.param(
            UP + "motion.settle_s = 1.0",
            lift(),
            "over for",
            "motion.settle_s",
            id="not over for long enough",
        ),
        pytest.param(
            UP + 'pose = [{ near = ["right_wrist", "nose"], max_distance = 0.3 }]',
            lift(),
            "at its end: right wrist and nose near",
            "pose[0].max_distance",
            id="wrong end",
        ),
        pytest.param(
            """
            motion.keypoint = "right_wrist"
            motion.axis = "horizontal"
            motion.swings = 8
            motion.distance = 0.3
            motion.within_s = 1.6
            """,
            [Key(0.7, right=(1.2, 0.5)), Key(0.3, right=(0.6, 0.5)), Key(0.3, right=(1.2, 0.5))],
            "swings",
            "motion.swings",
            id="too few swings",
        ),
    ],
)
def test_what_a_stroke_lacks_is_named_with_its_setting(
    rules: str, keys: list[Key], rule: str, setting: str
) -> None:
    explanation = nearest(make_config(rules), keys)
    blocking = blocking_rule(explanation)
    assert (blocking.rule, blocking.setting) == (rule, setting)
    assert 0.0 < explanation.progress < 1.0


def test_a_stroke_too_short_is_measured() -> None:
    explanation = nearest(make_config(UP), lift((0.85, -0.1)))
    rule = blocking_rule(explanation)
    assert rule.value == pytest.approx(0.75, abs=0.08)
    assert explanation.progress == pytest.approx(rule.value)
    assert rule.words == (
        f"travel {rule.value:.2f} shoulder widths, needs 1.00 or more (motion.distance)"
    )


def test_a_stroke_started_in_the_wrong_place_is_measured_there() -> None:
    rules = UP + 'motion.start = [{ right_of = ["right_wrist", "right_shoulder"], margin = 0.6 }]'
    rule = blocking_rule(nearest(make_config(rules), lift()))
    assert rule.value == pytest.approx(LOW[0] - 0.5, abs=0.08)
    assert rule.limit == 0.6


def test_the_side_that_is_nearer_is_explained() -> None:
    either = make_config(UP.replace("right_wrist", "either_wrist"))
    right = lift((0.85, -0.35))
    left = [Key(k.seconds, left=(-k.right[0], k.right[1])) for k in right]
    assert nearest(either, right).side == "right"
    assert nearest(either, left).side == "left"
    assert nearest(make_config(UP), right).side == ""


def test_rest_and_a_hand_on_its_way_back_are_named() -> None:
    down = UP.replace("up", "down")
    config = make_config(
        UP + "cooldown_s = 6.0",
        f"[gestures.down]\n{down}\n[classifier]\nreturn_s = 6.0\npause_s = 6.0",
    )
    twice = [*lift(), *hold(0.3, Key(0.4, right=LOW)), *hold(0.3, Key(0.4, right=HIGH))]
    found = explained(config, twice)
    begun = [e.gesture for s, _ in found for e in s.events if e.phase is Phase.BEGIN]
    assert begun.count("mine") == 1
    resting = [x for _, x in found if x.rules[0].setting == "cooldown_s"]
    assert resting
    assert {x.progress for x in resting} == {0.0}
    assert all(blocking_rule(x).rule == "rested for" for x in resting)
    assert [x.rules[0].value for x in resting] == sorted(x.rules[0].value for x in resting)
    way_back = [s.explanations["down"] for s, _ in found if s.explanations["mine"] in resting]
    assert "right hand back from mine: no ([classifier] return_s)" in {
        blocking_rule(x).words for x in way_back if not x.active
    }


def test_a_point_out_of_sight_is_named() -> None:
    hidden = Body(hidden=("right_wrist",))
    stroke = explained(make_config(UP), lift(), hidden)[-1][1]
    assert stroke.blocked_by == "right wrist: not visible"
    raised = 'pose = [{ above = ["right_wrist", "nose"], margin = 0.2 }]'
    posture = nearest(make_config(raised), lift(), hidden)
    assert posture.blocked_by == "right wrist above nose: not visible (pose[0].margin)"
    assert math.isnan(posture.rules[0].value)


def test_a_posture_held_too_shortly_or_too_low_is_measured() -> None:
    rules = 'pose = [{ above = ["right_wrist", "nose"], margin = 0.2 }]\nhold_s = 2.0'
    short = nearest(make_config(rules), hold(0.8, Key(0.6, right=(0.9, 1.0))))
    rule = blocking_rule(short)
    assert (rule.rule, rule.setting, rule.limit) == ("held for", "hold_s", 2.0)
    assert 0.6 < rule.value < 1.6
    assert short.progress == pytest.approx(rule.value / 2.0)
    low = explained(make_config(rules), hold(0.8, Key(0.6, right=(0.9, 0.55))))
    best = max((x.rules[0] for _, x in low), key=lambda rule: rule.margin)
    assert best.value == pytest.approx(0.05, abs=0.05)
    assert {x.progress for _, x in low} == {0.0}
    assert {x.blocked_by.split(" nose ")[0] for _, x in low} == {"right wrist above"}


def test_a_posture_that_is_left_says_what_ends_it() -> None:
    rules = 'pose = [{ above = ["right_wrist", "nose"] }]\nhold_s = 0.2\nrelease_s = 0.3'
    found = explained(make_config(rules), hold(0.8, Key(0.6, right=(0.9, 1.0))))
    ending = [x for _, x in found if x.active and x.blocked_by]
    assert ending
    assert all(x.progress == 1.0 and x.blocked_by == x.rules[0].words for x in ending)


def test_a_hand_that_holds_another_posture_is_named() -> None:
    first = 'pose = [{ above = ["right_wrist", "nose"] }]\nhold_s = 0.1'
    second = 'pose = [{ above = ["right_wrist", "mid_shoulder"] }]\nhold_s = 0.6'
    config = make_config(second, f"[gestures.first]\n{first}")
    explanation = nearest(config, hold(1.5, Key(0.2, right=(0.9, 1.0))))
    assert blocking_rule(explanation).rule == "right hand back from first"


def blocked(snapshots: Sequence[Snapshot]) -> list[str]:
    """What kept everything from counting, one after the other, without figures."""
    return [words for words, _ in groupby(s.blocked_by.split(":")[0] for s in snapshots)]


def squeezed(frame: PoseFrame, share: float) -> PoseFrame:
    """The person turned aside: everything is narrower about the middle of the picture."""
    poses = []
    for pose in frame.poses:
        keypoints = pose.keypoints.copy()
        keypoints[:, 0] = 320 + (keypoints[:, 0] - 320) * share
        poses.append(replace(pose, keypoints=keypoints))
    return replace(frame, poses=poses)


def test_what_blocks_everything_is_said() -> None:
    frames = list(perform([]))
    empty = [replace(frame, poses=[]) for frame in frames[:3]]
    assert {s.blocked_by for s in run(empty)} == {"nobody is in view"}
    assert blocked(run(frames)) == ["whoever is in view has only just come", "only just come", ""]

    aside = [squeezed(f, 0.2) if f.timestamp > 2.0 else f for f in frames]
    turned = run(aside)[-1]
    assert turned.blocked_by.startswith("not facing the camera: shoulder width 0.")
    assert turned.blocked_by.endswith("([classifier] min_facing)")
    assert turned.explanations == {}

    walk = run(perform([Key(0.6, origin=(2.0, 0.0))]))
    assert any("[classifier] max_body_speed" in s.blocked_by for s in walk)


def test_missing_engagement_is_said() -> None:
    frames = list(perform(PERFORMANCES["raise_right_hand"]))
    pipeline = make_pipeline(engagement="wake", explain=True)
    snapshots = run(frames, pipeline)
    words = [s.blocked_by for s in snapshots if s.frame.timestamp > 1.0]
    assert words[0] == "not engaged; make the wake gesture first, raise_right_hand"
    assert words[-1] == ""
    config = default()
    control = config.control.model_copy(update={"operator": "wake"})
    waiting = run(frames[:40], make_pipeline(config.model_copy(update={"control": control})))
    assert (
        waiting[-1].blocked_by == "nobody is obeyed; make the wake gesture first, raise_right_hand"
    )


def test_no_explanations_unless_asked_for() -> None:
    assert all(not s.explanations for s in run(list(perform([]))[:40]))


@settings(max_examples=4, deadline=None)
@given(
    names=st.lists(st.sampled_from(sorted(PERFORMANCES)), min_size=1, max_size=2),
    hidden=st.sampled_from([(), ("left_wrist",), ("right_elbow", "left_hip")]),
    noise_px=st.sampled_from([0.0, 3.0]),
)
def test_explaining_changes_nothing_and_is_consistent(
    names: list[str], hidden: tuple[str, ...], noise_px: float
) -> None:
    keys = [key for name in names for key in PERFORMANCES[name]]
    body = Body(hidden=hidden, noise_px=noise_px)
    frames = list(perform(keys, body=body, fps=20.0, idle_s=0.8))
    plain, asked = run(frames, make_pipeline()), run(frames, make_pipeline(explain=True))
    assert [(s.events, s.progress, s.actions) for s in plain] == [
        (s.events, s.progress, s.actions) for s in asked
    ]
    for snapshot in asked:
        began = {e.gesture for e in snapshot.events if e.phase is Phase.BEGIN}
        for name, found in snapshot.explanations.items():
            assert found.gesture == name
            assert 0.0 <= found.progress <= 1.0
            assert found.active == snapshot.progress[name].active
            assert not (name in began and not found.active)
            unmet = [rule.words for rule in found.rules if not rule.met]
            if found.active:
                assert found.progress == 1.0
            else:
                assert (found.progress < 1.0) == bool(unmet)
                assert (found.blocked_by in unmet) if unmet else not found.blocked_by

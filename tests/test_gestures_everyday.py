"""Movements that look like a gesture in part: whatever they are taken for, it is not that one."""

from __future__ import annotations

import pytest
from support_body import Body, Key, hold, perform
from support_pipeline import begun, run

BESIDE_THE_HEAD = (0.45, 0.75)
LOW = (0.75, -0.8)


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
def test_a_hand_that_goes_to_the_head_swipes_nowhere(fps: float) -> None:
    keys = [*hold(0.3, Key(0.5, right=LOW)), *hold(1.5, Key(0.45, right=BESIDE_THE_HEAD))]
    found = begun(run(perform(keys, fps=fps)))
    assert not set(found) & {"swipe_up", "swipe_left", "swipe_right"}


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
def test_a_hand_raised_high_has_not_swiped_up(fps: float) -> None:
    keys = [*hold(0.3, Key(0.5, right=LOW)), *hold(1.0, Key(0.5, right=(0.9, 1.4)))]
    assert begun(run(perform(keys, fps=fps))) == ["raise_right_hand"]


@pytest.mark.parametrize("reach", [0.9, 1.1])
def test_wide_and_quick_claps_neither_gather_nor_spread(reach: float) -> None:
    apart = Key(0.2, left=(-reach, -0.4), right=(reach, -0.4))
    together = Key(0.17, left=(-0.2, -0.4), right=(0.2, -0.4))
    lifted = Key(0.8, left=(-reach, -0.4), right=(reach, -0.4))
    found = begun(run(perform([lifted, together, apart, together, apart, together])))
    assert not set(found) & {"gather", "spread"}


def test_a_hand_that_drifts_towards_the_camera_has_not_pushed() -> None:
    before = Key(0.7, right=(0.7, -0.25), right_elbow=(0.95, -0.75), left_elbow=(-0.6, -0.8))
    after = Key(0.9, right=(0.72, -0.25), right_elbow=(0.8, -0.5), left_elbow=(-0.6, -0.8))
    assert "push" not in begun(run(perform([*hold(0.3, before), *hold(0.6, after)])))


def test_arms_that_cross_swipe_nowhere_though_the_wrists_are_mixed_up() -> None:
    crossed = {"left_elbow": (-0.3, -0.75), "right_elbow": (0.3, -0.75)}
    keys = [
        Key(0.6, left=(0.35, -0.5), right=(-0.35, -0.5), **crossed),
        Key(0.1, left=(0.35, -0.5), right=(-0.35, -0.5), **crossed),
        Key(0.17, left=(-0.35, -0.5), right=(-0.2, -0.55), **crossed),
        Key(0.9, left=(-0.35, -0.5), right=(0.3, -0.55), **crossed),
    ]
    found = begun(run(perform(keys, body=Body(unit=110.0))))
    assert not set(found) & {"swipe_left", "swipe_right"}


@pytest.mark.parametrize(("left_x", "swipes"), [(-0.75, True), (-0.43, False)])
def test_hands_that_meet_are_no_swipe_of_one(left_x: float, *, swipes: bool) -> None:
    """Of a hand that goes half as far as the other, to meet it."""
    elbows = {"left_elbow": (-0.9, -0.6), "right_elbow": (0.9, -0.6)}
    keys = [
        Key(0.8, left=(-0.75, -0.6), right=(0.85, -0.5), **elbows),
        Key(0.3, left=(-0.75, -0.6), right=(0.85, -0.5), **elbows),
        Key(0.3, left=(left_x, -0.6), right=(0.1, -0.5), **elbows),
        Key(0.6, left=(left_x, -0.6), right=(0.1, -0.5), **elbows),
    ]
    assert ("swipe_left" in begun(run(perform(keys)))) == swipes


def test_hands_that_meet_as_high_as_the_shoulders_do_not_clap() -> None:
    """As at the end of a stretch with the hands behind the head."""
    apart = Key(0.25, left=(-0.65, 0.0), right=(0.65, 0.0))
    together = Key(0.2, left=(-0.2, 0.0), right=(0.2, 0.0))
    keys = [Key(0.7, left=(-0.65, 0.0), right=(0.65, 0.0)), *[together, apart] * 2]
    assert "clap" not in begun(run(perform(keys)))


def test_a_hand_a_little_above_the_nose_is_not_raised() -> None:
    """As where a sweep up ends too high."""
    keys = hold(0.8, Key(0.5, right=(1.0, 0.8)))
    assert "raise_right_hand" not in begun(run(perform(keys)))


def test_a_hand_beside_the_other_one_is_not_on_the_hip() -> None:
    """As where both hands are before the belly and the elbow is out."""
    keys = hold(
        1.0,
        Key(0.6, right=(0.5, -1.3), left=(-0.27, -1.3), right_elbow=(1.1, -0.65)),
    )
    assert "hand_on_hip" not in begun(run(perform(keys)))

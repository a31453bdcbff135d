"""One movement after another: repeats, ways back, and movements that are none."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_body import Body, Key, hold, key_at, mirrored, perform
from support_pipeline import actions_of, begun, events_of, make_pipeline, run

from gesturepose.actions.settings import Binding
from gesturepose.datatypes import Phase, PoseFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support_body import XY

OUT, ACROSS = (1.4, -0.1), (-0.25, -0.1)
TOGETHER = Key(0.0, left=(-0.2, -0.4), right=(0.2, -0.4))
WIDE = Key(0.0, left=(-1.5, -0.3), right=(1.5, -0.3))
RAISED = Key(0.6, right=(0.9, 1.0))


@dataclasses.dataclass(frozen=True)
class Tempo:
    """Of a repeated stroke, all in s: there, wait, back, wait."""

    there: float
    wait: float
    back: float
    again: float

    def __str__(self) -> str:
        return f"every {self.there + self.wait + self.back + self.again:.2f} s"


CALM = Tempo(0.4, 0.2, 0.5, 0.25)
BRISK = Tempo(0.4, 0.1, 0.4, 0.1)
QUICK = Tempo(0.3, 0.0, 0.3, 0.0)


def repeat(a: Key, b: Key, tempo: Tempo, times: int = 3) -> list[Key]:
    """From rest to ``a``, then so many strokes from there to ``b``, with the ways back."""
    keys = hold(0.3, dataclasses.replace(a, seconds=0.8))
    for i in range(times):
        last = i == times - 1
        wait = 0.3 if last else tempo.wait
        keys += [dataclasses.replace(b, seconds=s) for s in (tempo.there, wait) if s]
        if not last:
            keys += [dataclasses.replace(a, seconds=s) for s in (tempo.back, tempo.again) if s]
    return keys


def swipes(a: XY, b: XY, tempo: Tempo) -> list[Key]:
    return repeat(Key(0.0, right=a), Key(0.0, right=b), tempo)


INWARD, OUTWARD = (OUT, ACROSS), (ACROSS, OUT)


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
@pytest.mark.parametrize(
    ("stroke", "left_hand", "name"),
    [
        pytest.param(INWARD, False, "swipe_left", id="right hand, inward"),
        pytest.param(OUTWARD, False, "swipe_right", id="right hand, outward"),
        pytest.param(INWARD, True, "swipe_right", id="left hand, inward"),
        pytest.param(OUTWARD, True, "swipe_left", id="left hand, outward"),
    ],
)
def test_three_swipes_are_three_and_coming_back_is_none(
    stroke: tuple[XY, XY], name: str, fps: float, *, left_hand: bool
) -> None:
    keys = swipes(*stroke, CALM)
    keys = mirrored(keys) if left_hand else keys
    assert begun(run(perform(keys, fps=fps, idle_s=1.0))) == [name] * 3


@pytest.mark.parametrize("tempo", [BRISK, QUICK, Tempo(0.35, 0.05, 0.9, 0.2)], ids=str)
def test_three_swipes_are_three_at_any_tempo(tempo: Tempo) -> None:
    assert begun(run(perform(swipes(*INWARD, tempo)))) == ["swipe_left"] * 3
    assert begun(run(perform(swipes(*OUTWARD, tempo)))) == ["swipe_right"] * 3


@pytest.mark.parametrize(
    "tempo",
    [Tempo(0.5, 0.0, 0.4, 0.0), Tempo(0.5, 0.1, 0.4, 0.1), Tempo(0.5, 0.15, 0.4, 0.4)],
    ids=str,
)
def test_hands_that_come_back_at_once_have_not_made_the_opposite(tempo: Tempo) -> None:
    assert begun(run(perform(repeat(TOGETHER, WIDE, tempo)))) == ["spread"] * 3
    assert begun(run(perform(repeat(WIDE, TOGETHER, tempo)))) == ["gather"] * 3


def test_hands_that_wait_before_they_come_back_have() -> None:
    tempo = Tempo(0.5, 0.8, 0.5, 0.8)
    expected = ["spread", "gather", "spread", "gather", "spread"]
    assert begun(run(perform(repeat(TOGETHER, WIDE, tempo)))) == expected


def test_after_a_pause_the_hand_is_free_for_the_opposite_swipe() -> None:
    keys = [*hold(0.3, Key(0.8, right=OUT)), *hold(0.7, Key(0.4, right=ACROSS))]
    assert begun(run(perform([*keys, *hold(0.3, Key(0.4, right=OUT))]))) == [
        "swipe_left",
        "swipe_right",
    ]


def test_a_posture_held_for_five_seconds_is_one_event() -> None:
    once = Binding(gesture="raise_right_hand", press="a")
    repeated = Binding(gesture="raise_right_hand", press="b", repeat_s=0.5)
    held = perform(hold(5.0, RAISED), fps=20.0, idle_s=1.0)
    snapshots = run(held, make_pipeline(bindings=[once, repeated]))
    assert begun(snapshots) == ["raise_right_hand"]
    phases = [event.phase for event in events_of(snapshots)]
    assert phases[0] is Phase.BEGIN
    assert phases[-1] is Phase.END
    assert set(phases[1:-1]) == {Phase.UPDATE}
    pressed = [str(action) for action in actions_of(snapshots)]
    assert pressed.count("press a") == 1
    assert 9 <= pressed.count("press b") <= 11


def vanish(keys: list[Key], at_s: float, *, gone_s: float = 4.0) -> Iterator[PoseFrame]:
    """Somebody of whom nothing is seen any more from a moment on."""
    for frame in perform([*keys, Key(gone_s)], idle_s=1.0):
        if frame.timestamp > at_s + gone_s:
            return
        yield frame if frame.timestamp < at_s else dataclasses.replace(frame, poses=[])


def test_losing_the_operator_breaks_off_what_is_held_and_lets_go() -> None:
    pipeline = make_pipeline(bindings=[Binding(gesture="raise_right_hand", hold="ctrl")])
    # Shorter than a posture's release, a loss ends nothing; after that it is gone for good.
    snapshots = run(vanish(hold(5.0, RAISED), at_s=3.5), pipeline)
    events = events_of(snapshots)
    assert events[0].phase is Phase.BEGIN
    assert [event.phase for event in events[1:] if event.phase is not Phase.UPDATE] in (
        [Phase.END],
        [Phase.CANCEL],
    )
    assert events[-1].timestamp < 4.5
    assert [str(action) for action in actions_of(snapshots)] == ["hold ctrl", "release ctrl"]


def test_another_operator_in_the_middle_of_what_is_held_cancels_it() -> None:
    pipeline = make_pipeline(bindings=[Binding(gesture="raise_right_hand", hold="ctrl")])
    run((f for f in perform(hold(3.0, RAISED), idle_s=1.0) if f.timestamp < 3.0), pipeline)
    events, actions = pipeline.cancel(3.0)
    assert [event.phase for event in events] == [Phase.CANCEL]
    assert [str(action) for action in actions] == ["release ctrl"]


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_losing_the_operator_in_the_middle_of_a_stroke_is_no_gesture(share: float) -> None:
    keys = [*hold(0.3, Key(0.8, right=OUT)), *hold(0.3, Key(0.4, right=ACROSS))]
    assert begun(run(vanish(keys, at_s=1.0 + 0.8 + 0.3 + 0.4 * share))) == []


# Movements that are no gesture


def go(way: Callable[[float], Key], seconds: float) -> Iterator[PoseFrame]:
    """Frames of somebody whose hands go from rest to a way, follow it, and rest again."""
    lead_s, idle_s, body, rng = 0.8, 1.0, Body(), np.random.default_rng(0)
    before = [Key(idle_s), dataclasses.replace(way(0.0), seconds=lead_s)]
    after = [dataclasses.replace(way(seconds), seconds=1e-6), Key(lead_s), Key(idle_s)]
    begin_s, fps = idle_s + lead_s, 30
    for index in range(int((2 * begin_s + seconds) * fps)):
        t = index / fps - begin_s
        if t < 0:
            key = key_at(before, t + begin_s)
        else:
            key = way(t) if t < seconds else key_at(after, t - seconds + 1e-6)
        yield PoseFrame([body.pose(key, rng)], index / fps, index, body.size)


def on_circle(x: float, y: float, radius: float, angle: float) -> XY:
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


@pytest.mark.parametrize("around", [1.0, -1.0], ids=["one way", "the other"])
@pytest.mark.parametrize("turn_s", [0.6, 1.0, 1.6])
@pytest.mark.parametrize("center", [(0.8, -0.1), (0.3, -0.2)], ids=["beside", "before"])
def test_a_hand_that_goes_round_is_none(center: XY, turn_s: float, around: float) -> None:
    def way(t: float) -> Key:
        return Key(0.0, right=on_circle(*center, 0.5, around * 2 * math.pi * t / turn_s))

    assert begun(run(go(way, 4 * turn_s))) == []


@pytest.mark.parametrize("around", [1.0, -1.0], ids=["one way", "the other"])
@pytest.mark.parametrize("turn_s", [0.4, 0.8])
@pytest.mark.parametrize("radius", [0.12, 0.25])
def test_hands_that_roll_round_each_other_are_none(
    radius: float, turn_s: float, around: float
) -> None:
    def way(t: float) -> Key:
        angle = around * 2 * math.pi * t / turn_s
        return Key(
            0.0,
            left=on_circle(-0.05, -0.5, radius, angle),
            right=on_circle(0.05, -0.5, radius, angle + math.pi),
        )

    assert begun(run(go(way, 5 * turn_s))) == []


@pytest.mark.parametrize("crossing_s", [0.3, 0.6])
@pytest.mark.parametrize("from_wide", [False, True], ids=["from rest", "from the sides"])
def test_arms_that_cross_for_a_moment_are_none(crossing_s: float, *, from_wide: bool) -> None:
    crossed = Key(
        crossing_s,
        left=(0.35, -0.5),
        right=(-0.35, -0.5),
        left_elbow=(-0.3, -0.75),
        right_elbow=(0.3, -0.75),
    )
    open_arms = hold(0.3, Key(crossing_s, left=(-0.9, -0.3), right=(0.9, -0.3)))
    keys = hold(0.2, crossed)
    assert begun(run(perform([*open_arms, *keys, *open_arms] if from_wide else keys))) == []

"""Pausing the engine: by a person, by a gesture, and back; a live dry run; a live reload."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_body import PERFORMANCES, Key, hold, perform
from support_engine import HOLDING, Rig, Scripted, holding_frames, stop_engines, wait_until
from support_pipeline import begun, default, make_pipeline, run

from gesturepose.actions.settings import Binding
from gesturepose.config import Config, parse_config
from gesturepose.config_advice import find_doubts
from gesturepose.datatypes import GestureEvent, Phase, PoseFrame
from gesturepose.event_log import JsonEventLog, SpokenEventLog
from gesturepose.gestures.pausing import PauseGate
from gesturepose.headless import _Reporter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["stop_engines"]

PAUSE_BY_HANDS_UP = Binding(gesture="hands_up", control="pause_or_resume")
SPREADING = Binding(gesture="spread", press="b")


def one_after_another(*names: str) -> list[PoseFrame]:
    """Frames of several performances, in one go."""
    frames: list[PoseFrame] = []
    for name in names:
        shift_s = frames[-1].timestamp + 1 / 30 if frames else 0.0
        frames += [
            dataclasses.replace(f, timestamp=f.timestamp + shift_s, index=f.index + len(frames))
            for f in perform(PERFORMANCES[name])
        ]
    return frames


def finish(rig: Rig) -> Rig:
    rig.engine.start()
    assert rig.engine.join(30.0)
    return rig


def test_a_gesture_pauses_and_the_same_one_resumes() -> None:
    frames = one_after_another("spread", "hands_up", "spread", "spread", "hands_up", "spread")
    rig = finish(Rig(Scripted(frames), make_pipeline(bindings=[PAUSE_BY_HANDS_UP, SPREADING])))
    listener = rig.listener
    assert listener.order == [
        *("spread", "press b"),
        *("hands_up", "pause or resume gestures"),
        *("hands_up", "pause or resume gestures"),
        *("spread", "press b"),
    ]
    assert all(result.performed for result in listener.results)
    assert rig.keyboard.log == ["+b", "-b", "+b", "-b"]
    assert listener.pauses == [(True, "gesture"), (False, "gesture")]
    # The gesture that paused is told to its end, and the preview lives on in the pause.
    assert listener.cancelled == []
    paused = [snapshot for snapshot in listener.snapshots if snapshot.paused]
    assert len(listener.snapshots) == len(frames)
    assert 200 < len(paused) < len(frames)
    assert {e.gesture for snapshot in paused for e in snapshot.events} == {"hands_up"}
    assert paused[5].blocked_by == "gestures are paused"
    assert paused[5].progress


def test_a_posture_held_long_does_not_pause_and_resume_in_turns() -> None:
    frames = list(perform(hold(12.0, Key(0.6, left=(-0.9, 1.0), right=(0.9, 1.0)))))
    rig = finish(Rig(Scripted(frames), make_pipeline(bindings=[PAUSE_BY_HANDS_UP])))
    assert rig.listener.pauses == [(True, "gesture")]


def test_orders_that_change_nothing_say_so() -> None:
    frames = one_after_another("t_pose", "hands_up", "hands_up")
    bindings = [
        Binding(gesture="t_pose", control="resume"),
        Binding(gesture="hands_up", control="pause"),
    ]
    rig = finish(Rig(Scripted(frames), make_pipeline(bindings=bindings)))
    told = [(str(r.bound), r.performed, r.reason) for r in rig.listener.results]
    # The second pause is no event: while paused, only what resumes is.
    assert told == [("resume gestures", False, "not paused"), ("pause gestures", True, "")]
    assert rig.engine.paused


def test_a_pause_lets_go_of_what_is_held_and_the_posture_stays_without_effect() -> None:
    rig = Rig(
        Scripted(holding_frames(4.5), live=True, then="wait"), make_pipeline(bindings=HOLDING)
    )
    rig.engine.start()
    wait_until(lambda: rig.keyboard.held == ["ctrl"], "nothing was held")
    rig.engine.pause()
    assert rig.engine.paused
    wait_until(lambda: rig.keyboard.held == [], "still held")
    assert rig.listener.pauses == [(True, "person")]
    assert [(e.gesture, e.phase) for e in rig.listener.cancelled] == [
        ("raise_right_hand", Phase.CANCEL)
    ]
    seen = len(rig.listener.snapshots)
    wait_until(lambda: len(rig.listener.snapshots) > seen + 5, "no frames in the pause")
    rig.engine.resume()
    wait_until(lambda: rig.listener.pauses[-1] == (False, "person"), "not resumed")
    seen = len(rig.listener.snapshots)
    wait_until(lambda: len(rig.listener.snapshots) > seen + 5, "no frames after the pause")
    assert rig.keyboard.log == ["+ctrl", "-ctrl"]
    rig.engine.stop()
    assert rig.engine.join(10.0)
    assert rig.keyboard.log == ["+ctrl", "-ctrl"]


def test_an_engine_paused_before_its_start_does_nothing() -> None:
    rig = Rig(Scripted(one_after_another("spread")), make_pipeline(bindings=[SPREADING]))
    rig.engine.pause()
    finish(rig)
    assert rig.listener.order == []
    assert rig.listener.pauses == [(True, "person")]
    assert all(snapshot.paused for snapshot in rig.listener.snapshots)


def test_a_pause_survives_a_new_mapping() -> None:
    frames = one_after_another("spread", "spread")
    rig = Rig(Scripted(frames), make_pipeline(bindings=[SPREADING]))
    rig.engine.pause()
    rig.engine.replace_mapping(default().model_copy(update={"bindings": (SPREADING,)}))
    finish(rig)
    assert rig.listener.order == []


def test_a_dry_run_begun_meanwhile_lets_go_and_performs_nothing_more() -> None:
    held: list[str] = []

    def frames() -> Iterator[PoseFrame]:
        for frame in one_after_another("raise_right_hand", "spread"):
            if not held and frame.timestamp >= 2.9:
                held.extend(rig.keyboard.held)
                rig.engine.set_dry_run(True)
            yield frame

    rig = Rig(Scripted(frames()), make_pipeline(bindings=[*HOLDING, SPREADING]))
    finish(rig)
    assert held == ["ctrl"]
    assert [(str(r.bound), r.performed, r.reason) for r in rig.listener.results] == [
        ("hold ctrl", True, ""),
        ("release ctrl", False, "dry run"),
        ("press b", False, "dry run"),
    ]
    assert rig.keyboard.log == ["+ctrl", "-ctrl"]


def test_explanations_can_be_switched_while_it_runs() -> None:
    rig = Rig(Scripted(perform([Key(30.0)]), live=True, then="wait"), make_pipeline(explain=False))
    rig.engine.start()
    wait_until(lambda: len(rig.listener.snapshots) > 90, "no frames")
    assert not any(snapshot.explanations for snapshot in rig.listener.snapshots)
    rig.engine.set_explaining(True)
    wait_until(lambda: bool(rig.listener.snapshots[-1].explanations), "no explanations")
    rig.engine.set_explaining(False)
    wait_until(lambda: not rig.listener.snapshots[-1].explanations, "still explanations")
    rig.engine.stop()
    assert rig.engine.join(10.0)


# A live reload and engagement


@pytest.mark.parametrize("same_wake", [True, False])
def test_whoever_is_engaged_stays_so_across_a_reload(*, same_wake: bool) -> None:
    config = default()
    control = config.control.model_copy(update={"engagement": "wake"})
    before = config.model_copy(update={"control": control})
    wake = control.model_copy(update={} if same_wake else {"wake": "hands_up"})
    after = before.model_copy(update={"control": wake, "bindings": (SPREADING,)})

    def frames() -> Iterator[PoseFrame]:
        waiting = True
        for frame in one_after_another("raise_right_hand", "spread"):
            if waiting and frame.timestamp >= 4.0:
                waiting = False
                rig.engine.replace_mapping(after)
            yield frame

    rig = Rig(Scripted(frames()), make_pipeline(before))
    finish(rig)
    assert ("press b" in rig.listener.order) == same_wake


# What it says


def test_the_logs_tell_of_a_pause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "events.jsonl"
    for log in (JsonEventLog(str(target)), SpokenEventLog()):
        reporter = _Reporter(log, None)
        for snapshot in run(perform([Key(0.1)])):
            reporter.on_snapshot(snapshot)
        reporter.on_pause(True, "gesture")
        reporter.on_pause(False, "person")
        log.close()
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line for line in lines if line["type"] == "pause"] == [
        {"type": "pause", "t": 3.867, "paused": True, "by": "gesture"},
        {"type": "pause", "t": 3.867, "paused": False, "by": "person"},
    ]
    said = [line.split("s  ")[1] for line in capsys.readouterr().out.splitlines()]
    assert said == ["gestures paused by a gesture", "gestures resumed by hand"]


@pytest.mark.parametrize(
    ("gesture", "hold_s", "doubt"),
    [
        ("spread", None, "'spread' is a motion, which happens by accident"),
        ("hands_up", 0.4, "held for 0.4 s only; give it hold_s = 0.6 or more"),
        ("hands_up", 0.6, ""),
    ],
)
def test_a_pause_should_be_deliberate(gesture: str, hold_s: float | None, doubt: str) -> None:
    text = f'[[bindings]]\ngesture = "{gesture}"\ncontrol = "pause_or_resume"\n'
    config = _with_hold(parse_config(text), gesture, hold_s)
    doubts = find_doubts(config, text, name="x.toml")
    assert len(doubts) == bool(doubt)
    assert doubt in "".join(doubts)


def _with_hold(config: Config, name: str, hold_s: float | None) -> Config:
    if hold_s is None:
        return config
    gesture = config.gestures[name].model_copy(update={"hold_s": hold_s})
    return config.model_copy(update={"gestures": {**config.gestures, name: gesture}})


def test_a_paused_pipeline_without_a_way_back_by_gesture_tells_nothing() -> None:
    pipeline = make_pipeline(bindings=[SPREADING])
    pipeline.pause(0.0)
    snapshots = run(one_after_another("spread", "hands_up"), pipeline)
    assert begun(snapshots) == []
    assert not any(snapshot.actions for snapshot in snapshots)


# The gate by itself

_NAMES = st.sampled_from(["a", "b", "wake"])
_STEPS = st.lists(st.one_of(_NAMES, st.sampled_from(["close", "close a", "open"])), max_size=40)


@given(_STEPS)
def test_whatever_happens_what_is_told_is_whole(steps: list[str]) -> None:
    gate, going, told = PauseGate(), set[str](), dict[str, Phase]()
    for number, step in enumerate(steps):
        now = float(number)
        if step == "open":
            gate.open()
            events = []
        elif step.startswith("close"):
            sparing = step[6:]
            events = gate.close(now, sparing=sparing)
            assert all(event.gesture != sparing for event in events)
        else:
            phase = Phase.END if step in going else Phase.BEGIN
            going ^= {step}
            was_told = told.get(step) is Phase.BEGIN
            events = gate.update([GestureEvent(step, phase, 1, now)], {"wake"})
            if phase is Phase.BEGIN:
                assert bool(events) == (not gate.paused or step == "wake")
            else:
                assert bool(events) == was_told
        for event in events:
            if event.phase is Phase.BEGIN:
                assert told.get(event.gesture) is not Phase.BEGIN
            else:
                assert told[event.gesture] is Phase.BEGIN
            told[event.gesture] = event.phase

"""The engine's life cycle with the real pipeline, capture thread and dispatcher; no network."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

import pytest
from support_body import PERFORMANCES, Key, perform
from support_engine import HOLDING, Rig, Scripted, holding_frames, stop_engines, wait_until
from support_pipeline import default, make_pipeline

from gesturepose.actions.settings import Binding
from gesturepose.capture.thread import SourceStatus
from gesturepose.datatypes import Frame, Phase, PoseFrame
from gesturepose.pipeline import Pipeline, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["stop_engines"]


def no_threads_left() -> bool:
    return not [t for t in threading.enumerate() if t.name in ("engine", "actions", "capture")]


def test_a_file_is_processed_whole_and_actions_follow_their_gestures() -> None:
    frames = list(perform(PERFORMANCES["spread"]))
    rig = Rig(
        Scripted(frames), make_pipeline(bindings=[Binding(gesture="spread", press="ctrl+plus")])
    )
    rig.engine.start()
    assert rig.engine.join(30.0)
    assert len(rig.listener.snapshots) == len(frames)
    assert rig.listener.order == ["spread", "press ctrl+plus"]
    assert rig.listener.results[0].performed
    assert rig.engine.dropped == 0
    wait_until(no_threads_left, "threads left")


def test_the_end_of_the_source_releases_what_is_held() -> None:
    rig = Rig(Scripted(holding_frames(3.5)), make_pipeline(bindings=HOLDING))
    rig.engine.start()
    assert rig.engine.join(30.0)
    assert rig.keyboard.log[0] == "+ctrl"
    assert rig.keyboard.held == []
    assert [e.phase for e in rig.listener.cancelled] == [Phase.CANCEL]


def test_stop_releases_what_is_held() -> None:
    rig = Rig(
        Scripted(holding_frames(3.5), live=True, then="wait"), make_pipeline(bindings=HOLDING)
    )
    rig.engine.start()
    wait_until(lambda: rig.keyboard.held == ["ctrl"], "nothing was held")
    rig.engine.stop()
    assert rig.engine.join(10.0)
    assert rig.keyboard.held == []


@pytest.mark.parametrize("then", ["lost", "wait"])
def test_a_lost_or_stalled_source_releases_what_is_held(then: str) -> None:
    rig = Rig(Scripted(holding_frames(3.5), live=True, then=then), make_pipeline(bindings=HOLDING))
    rig.engine.start()
    wait_until(lambda: "+ctrl" in rig.keyboard.log, "nothing was held")
    wait_until(lambda: rig.keyboard.held == [], "still held")
    assert rig.statuses[0].kind == ("lost" if then == "lost" else "stalled")
    assert [e.phase for e in rig.listener.cancelled] == [Phase.CANCEL]
    rig.engine.stop()
    assert rig.engine.join(10.0)


@pytest.mark.parametrize("kind", ["black", "frozen"])
def test_pictures_that_show_nothing_release_what_is_held_and_make_no_gesture(kind: str) -> None:
    rig = Rig(
        Scripted(holding_frames(5.5), live=True, then="wait"), make_pipeline(bindings=HOLDING)
    )
    rig.engine.start()
    wait_until(lambda: rig.keyboard.held == ["ctrl"], "nothing was held")
    rig.engine.on_source_status(SourceStatus(kind, "scripted", ""))  # type: ignore[arg-type]
    wait_until(lambda: rig.keyboard.held == [], "still held")
    shown = rig.listener.snapshots
    count = len(shown)
    wait_until(lambda: len(shown) > count + 60, "pictures are still shown")
    assert rig.keyboard.log == ["+ctrl", "-ctrl"]
    assert shown[-1].blocked_by == "the picture is black or frozen"
    assert not shown[-1].tracks
    rig.engine.on_source_status(SourceStatus("seen", "scripted", ""))
    wait_until(lambda: shown[-1].tracks != (), "nobody is seen again")
    rig.engine.stop()
    assert rig.engine.join(10.0)


def test_a_new_mapping_releases_what_is_held_and_is_used() -> None:
    frames = holding_frames(4.0)
    gap = [
        dataclasses.replace(f, timestamp=f.timestamp + 4.0, index=f.index + len(frames))
        for f in perform(PERFORMANCES["spread"])
    ]
    rig = Rig(Scripted([*frames, *gap], live=True, then="wait"), make_pipeline(bindings=HOLDING))
    config = default().model_copy(update={"bindings": (Binding(gesture="spread", press="b"),)})
    rig.engine.start()
    wait_until(lambda: rig.keyboard.held == ["ctrl"], "nothing was held")
    rig.engine.replace_mapping(config)
    wait_until(lambda: "press b" in rig.listener.order, "the new mapping was not used")
    assert rig.keyboard.held == []
    rig.engine.stop()
    assert rig.engine.join(10.0)


def test_a_new_mapping_may_allow_commands(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    run = Binding(gesture="spread", run=("touch", str(mark)))
    control = default().control.model_copy(update={"allow_commands": True})
    config = default().model_copy(update={"bindings": (run,), "control": control})
    rig = Rig(Scripted(perform(PERFORMANCES["spread"])), make_pipeline(bindings=[run]))
    rig.engine.replace_mapping(config)
    rig.engine.start()
    assert rig.engine.join(30.0)
    assert [result.performed for result in rig.listener.results] == [True]
    wait_until(mark.exists, "the command did not run")


class BrokenPipeline(Pipeline):
    def step(self, frame: Frame | PoseFrame) -> Snapshot:
        if frame.timestamp > 3.0:
            raise ZeroDivisionError("a stage failed")
        return super().step(frame)


def test_a_failing_stage_stops_everything_releases_keys_and_raises_on_join() -> None:
    pipeline = make_pipeline(bindings=HOLDING)
    pipeline.__class__ = BrokenPipeline
    rig = Rig(Scripted(holding_frames(4.0)), pipeline)
    rig.engine.start()
    with pytest.raises(ZeroDivisionError, match="a stage failed"):
        rig.engine.join(30.0)
    assert "+ctrl" in rig.keyboard.log
    assert rig.keyboard.held == []
    wait_until(no_threads_left, "threads left")


class HangingPipeline(Pipeline):
    """A stage that hangs once a key is held, until it is let go on."""

    hangs, go_on = threading.Event(), threading.Event()

    def step(self, frame: Frame | PoseFrame) -> Snapshot:
        if frame.timestamp > 3.0:
            self.hangs.set()
            self.go_on.wait(30.0)
        return super().step(frame)


@pytest.fixture
def hanging_rig() -> Iterator[Rig]:
    pipeline = make_pipeline(bindings=HOLDING)
    pipeline.__class__ = HangingPipeline
    HangingPipeline.hangs.clear()
    HangingPipeline.go_on.clear()
    rig = Rig(Scripted(holding_frames(4.0), live=True, then="wait"), pipeline)
    rig.engine.start()
    wait_until(lambda: rig.keyboard.held == ["ctrl"], "nothing was held")
    yield rig
    HangingPipeline.go_on.set()
    rig.engine.stop()
    assert rig.engine.join(10.0)


def test_stop_lets_go_of_keys_before_it_waits_for_a_stage_that_hangs(hanging_rig: Rig) -> None:
    assert HangingPipeline.hangs.wait(10.0)
    asked_at = time.monotonic()
    hanging_rig.engine.stop()
    wait_until(lambda: hanging_rig.keyboard.held == [], "still held")
    assert time.monotonic() - asked_at < 1.0
    assert not hanging_rig.engine.join(0.1)
    HangingPipeline.go_on.set()
    assert hanging_rig.engine.join(10.0)
    told = [(str(result.bound), result.performed) for result in hanging_rig.listener.results]
    assert told == [("hold ctrl", True), ("release ctrl", True)]


def test_a_stage_that_hangs_keeps_no_key_down(
    hanging_rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    wait_until(lambda: hanging_rig.keyboard.held == [], "still held")
    assert caplog.messages == ["recognition did not go on for 3 s: keys are let go of"]
    HangingPipeline.go_on.set()


def test_max_seconds_counts_the_time_of_the_source() -> None:
    rig = Rig(Scripted(perform([Key(5.0)])), make_pipeline(), max_seconds=2.0)
    rig.engine.start()
    assert rig.engine.join(30.0)
    assert rig.listener.snapshots[-1].frame.timestamp == pytest.approx(2.0, abs=0.04)

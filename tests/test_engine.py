"""The engine's life cycle with the real pipeline, capture thread and dispatcher; no network."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

import pytest
from support_body import PERFORMANCES, Key, hold, perform
from support_pipeline import default, make_pipeline

from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.settings import Binding
from gesturepose.actions.sinks.desktop_sink import DesktopSink
from gesturepose.actions.sinks.pyautogui_sink import PyAutoGuiPointer
from gesturepose.capture.settings import CaptureSettings
from gesturepose.capture.source import SourceLost
from gesturepose.capture.thread import CaptureThread, SourceStatus
from gesturepose.datatypes import Frame, GestureEvent, Phase, PoseFrame
from gesturepose.engine import Engine
from gesturepose.pipeline import Pipeline, Snapshot
from gesturepose.platforms.null import NullPlatform
from gesturepose.slot import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

HOLDING = [Binding(gesture="raise_right_hand", hold="ctrl")]


class RecordingKeyboard:
    """Stands in for the machine's keyboard; the sink above it is the real one."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.log: list[str] = []

    def down(self, key: str) -> None:
        self.held.append(key)
        self.log.append(f"+{key}")

    def up(self, key: str) -> None:
        self.held.remove(key)
        self.log.append(f"-{key}")

    def type_text(self, text: str) -> None:
        self.log.append(text)

    def close(self) -> None:
        self.held.clear()


class Scripted:
    """A source of given frames; at the end it waits, is lost, or ends."""

    name = "scripted"

    def __init__(
        self, frames: Iterable[PoseFrame], *, live: bool = False, then: str = "end"
    ) -> None:
        self.live = live
        self._frames: Iterator[PoseFrame] = iter(frames)
        self._then = then
        self._closed = threading.Event()

    def read(self) -> Frame | PoseFrame | None:
        frame = next(self._frames, None)
        if frame is not None:
            if self.live:
                time.sleep(0.002)
            return frame
        if self._then == "lost":
            raise SourceLost("scripted: gone")
        if self._then == "wait":
            self._closed.wait(20.0)
        return None

    def close(self) -> None:
        self._closed.set()


class Listener:
    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []
        self.cancelled: list[GestureEvent] = []
        self.results: list[ActionResult] = []
        self.order: list[str] = []

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self.order += [e.gesture for e in snapshot.events if e.phase is Phase.BEGIN]

    def on_cancel(self, events: Iterable[GestureEvent]) -> None:
        self.cancelled += events

    def on_action(self, result: ActionResult) -> None:
        self.results.append(result)
        self.order.append(str(result.bound))


@pytest.fixture(autouse=True)
def stop_engines() -> Iterator[None]:
    """A test that fails must not leave threads that keep the interpreter from ending."""
    yield
    while RIGS:
        RIGS.pop().engine.stop()


RIGS: list[Rig] = []


class Rig:
    def __init__(
        self, source: Scripted, pipeline: Pipeline, *, max_seconds: float | None = None
    ) -> None:
        self.keyboard = RecordingKeyboard()
        self.listener = Listener()
        self.statuses: list[SourceStatus] = []
        RIGS.append(self)
        slot: Slot[Frame | PoseFrame] = Slot(lossless=not source.live)
        sink = DesktopSink(self.keyboard, PyAutoGuiPointer())
        self.engine = Engine(
            pipeline=pipeline,
            capture=CaptureThread(
                lambda: source,
                slot,
                settings=CaptureSettings(stall_s=0.3, retry_min_s=0.05, retry_max_s=0.1),
                realtime=False,
                on_status=self._on_status,
            ),
            dispatcher=Dispatcher(
                open_sink=lambda: sink, platform=NullPlatform(), on_result=self.listener.on_action
            ),
            slot=slot,
            listener=self.listener,
            lossless=not source.live,
            max_seconds=max_seconds,
        )

    def _on_status(self, status: SourceStatus) -> None:
        self.statuses.append(status)
        self.engine.on_source_status(status)


def holding_frames(until_s: float) -> list[PoseFrame]:
    frames = perform(hold(5.0, Key(0.6, right=(0.9, 1.0))))
    return [frame for frame in frames if frame.timestamp < until_s]


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 15.0
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


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


def test_max_seconds_counts_the_time_of_the_source() -> None:
    rig = Rig(Scripted(perform([Key(5.0)])), make_pipeline(), max_seconds=2.0)
    rig.engine.start()
    assert rig.engine.join(30.0)
    assert rig.listener.snapshots[-1].frame.timestamp == pytest.approx(2.0, abs=0.04)

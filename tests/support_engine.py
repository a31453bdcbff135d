"""An engine for tests: scripted frames in, a keyboard that writes down what is pressed.

Import `stop_engines`, an autouse fixture, beside `Rig`: no test leaves threads behind.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from support_body import Key, hold, perform

from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.settings import Binding
from gesturepose.actions.sinks.desktop_sink import DesktopSink
from gesturepose.actions.sinks.pyautogui_sink import PyAutoGuiPointer
from gesturepose.capture.settings import CaptureSettings
from gesturepose.capture.source import SourceLost
from gesturepose.capture.thread import CaptureThread, SourceStatus
from gesturepose.datatypes import Frame, GestureEvent, Phase, PoseFrame
from gesturepose.engine import Engine
from gesturepose.platforms.null import NullPlatform
from gesturepose.slot import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gesturepose.engine import PausedBy
    from gesturepose.pipeline import Pipeline, Snapshot

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
        self.pauses: list[tuple[bool, PausedBy]] = []

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self.order += [e.gesture for e in snapshot.events if e.phase is Phase.BEGIN]

    def on_cancel(self, events: Iterable[GestureEvent]) -> None:
        self.cancelled += events

    def on_action(self, result: ActionResult) -> None:
        self.results.append(result)
        self.order.append(str(result.bound))

    def on_pause(self, paused: bool, by: PausedBy) -> None:  # noqa: FBT001 - the contract
        self.pauses.append((paused, by))


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

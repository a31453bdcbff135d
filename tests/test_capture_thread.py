"""The capture thread against real files, a real HTTP server, and sources that misbehave."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, Self

import numpy as np
import pytest
from support_http import MjpegServer

from gesturepose.capture.opencv import cv2
from gesturepose.capture.opening import SourceOpener, open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.capture.source import SourceLost
from gesturepose.capture.thread import CaptureThread, SourceStatus
from gesturepose.datatypes import Frame, PoseFrame
from gesturepose.errors import SourceError
from gesturepose.slot import Slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gesturepose.capture.source import FrameSource
    from gesturepose.datatypes import ImageArray

# A stall is as short as a busy machine allows; where only losses matter, none is to be mistaken.
QUICK = CaptureSettings(stall_s=0.5, open_timeout_s=2.0, retry_min_s=0.02, retry_max_s=0.1)
PATIENT = QUICK.model_copy(update={"stall_s": 5.0})


def grey(value: int) -> ImageArray:
    return np.full((48, 64, 3), value, np.uint8)


class ScriptedSource:
    """Frames (times), faults (exceptions) and blocked reads (events) in a given order."""

    def __init__(self, script: list[object], *, live: bool = True) -> None:
        self.name = "scripted"
        self.live = live
        self.closed = threading.Event()
        self._script = script
        self._index = 0

    def read(self) -> Frame | None:
        step = self._script.pop(0) if self._script else None
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, threading.Event):
            step.wait()
            step = None
        if isinstance(step, float):
            self._index += 1
            return Frame(grey(0), step, self._index - 1)
        return None

    def close(self) -> None:
        self.closed.set()


class Capture:
    """A capture thread under test, with everything it reported."""

    def __init__(
        self,
        opener: Callable[[], FrameSource],
        *,
        lossless: bool = False,
        realtime: bool = False,
        settings: CaptureSettings = QUICK,
    ) -> None:
        self.slot: Slot[Frame | PoseFrame] = Slot(lossless=lossless)
        self.statuses: list[SourceStatus] = []
        self.thread = CaptureThread(
            opener, self.slot, settings=settings, realtime=realtime, on_status=self.statuses.append
        )
        self.frames: list[Frame | PoseFrame] = []

    @property
    def kinds(self) -> list[str]:
        return [status.kind for status in self.statuses]

    def take_until(self, done: Callable[[], bool], *, limit_s: float = 15.0) -> None:
        deadline = time.monotonic() + limit_s
        while not done():
            assert time.monotonic() < deadline, f"waited in vain; {self.statuses}"
            frame = self.slot.get(0.02)
            if frame is not None:
                self.frames.append(frame)

    def take_all(self) -> None:
        while (frame := self.slot.get(10)) is not None:
            self.frames.append(frame)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.stop()

    def assert_rising(self) -> None:
        stamps = [frame.timestamp for frame in self.frames]
        indices = [frame.index for frame in self.frames]
        assert all(b > a for a, b in itertools.pairwise(stamps))
        assert all(b > a for a, b in itertools.pairwise(indices))


def stop_quickly(thread: CaptureThread) -> None:
    start = time.monotonic()
    thread.stop()
    assert time.monotonic() - start < 1.0


def test_a_killed_and_restarted_server_is_reported_once_and_picked_up_again() -> None:
    with MjpegServer([grey(40), grey(200)]) as server:
        opener = SourceOpener(server.url, PATIENT)
        with Capture(opener, settings=PATIENT) as capture:
            capture.take_until(lambda: len(capture.frames) >= 5)
            before_s = capture.frames[-1].timestamp
            server.kill()
            capture.take_until(lambda: "lost" in capture.kinds)
            time.sleep(0.4)  # several attempts fail meanwhile, all of them silently
            assert capture.kinds == ["lost"]
            server.restart()
            capture.take_until(lambda: "back" in capture.kinds)
            count = len(capture.frames)
            capture.take_until(lambda: len(capture.frames) >= count + 5)
            assert capture.kinds == ["lost", "back"]
            stop_quickly(capture.thread)
        capture.thread.join(2)
    capture.assert_rising()
    assert capture.frames[-1].timestamp - before_s > 0.4  # the same clock goes on over the gap
    assert abs(capture.frames[-1].timestamp - time.monotonic()) < 5
    assert {status.source for status in capture.statuses} == {server.url}


def test_a_stalled_server_is_reported_once_within_the_limit_and_picked_up_again() -> None:
    with MjpegServer([grey(90)]) as server, Capture(lambda: open_source(server.url, QUICK)) as run:
        run.take_until(lambda: len(run.frames) >= 3)
        start_s = time.monotonic()
        server.stalled.set()
        run.take_until(lambda: bool(run.statuses))
        assert time.monotonic() - start_s < QUICK.stall_s + 1.5
        time.sleep(0.3)
        assert run.kinds == ["stalled"]
        server.stalled.clear()
        run.take_until(lambda: "back" in run.kinds)
        assert run.kinds == ["stalled", "back"]
        stop_quickly(run.thread)
        run.assert_rising()
        assert "no picture for 0.5 s" in run.statuses[0].detail


def test_a_stream_that_ends_by_itself_is_lost_not_finished() -> None:
    with MjpegServer([grey(90)] * 3, loop=False) as server:
        with Capture(lambda: open_source(server.url, PATIENT), settings=PATIENT) as run:
            run.take_until(lambda: run.kinds[:3] == ["lost", "back", "lost"])
            assert not run.slot.closed
        run.assert_rising()


def test_no_answer_at_first_is_an_error_and_not_retried() -> None:
    with MjpegServer([grey(0)]) as server:
        pass
    with Capture(lambda: open_source(server.url, QUICK)) as run:
        assert run.slot.get(10) is None
        with pytest.raises(SourceError, match="cannot be reached"):
            run.thread.join(2)
    assert not run.statuses
    assert run.slot.closed


def test_a_live_source_that_opens_but_gives_no_picture_is_an_error() -> None:
    quick = QUICK.model_copy(update={"open_timeout_s": 0.1, "stall_s": 0.1})
    forever = threading.Event()
    with Capture(lambda: ScriptedSource([forever]), settings=quick) as run:
        with pytest.raises(SourceError, match="gave no picture within"):
            run.thread.join(5)
        forever.set()


def test_a_live_source_lost_before_its_first_frame_is_an_error() -> None:
    with (
        Capture(lambda: ScriptedSource([SourceLost("camera 3 went away")])) as run,
        pytest.raises(SourceError, match="camera 3 went away"),
    ):
        run.thread.join(5)


def test_a_read_that_never_returns_is_a_stall_and_does_not_hold_up_stop() -> None:
    forever = threading.Event()
    hung = ScriptedSource([1.0, 2.0, forever])
    sources: list[FrameSource] = [hung, ScriptedSource([1.5, 1.6, SourceLost("gone")])]

    def reopen() -> FrameSource:
        return sources.pop(0) if sources else ScriptedSource([threading.Event()])

    with Capture(reopen) as run:
        run.take_until(lambda: run.kinds == ["stalled", "back", "lost"])
        assert not hung.closed.is_set()  # never closed under the thread that reads it
        stop_quickly(run.thread)
        run.thread.join(2)
        forever.set()
        assert hung.closed.wait(2)
    run.assert_rising()  # although the second source's clock started earlier


def test_only_a_few_readers_may_hang_at_a_time() -> None:
    release = threading.Event()
    opened: list[None] = []

    def reopen() -> FrameSource:
        opened.append(None)
        return ScriptedSource([1.0, release])

    quick = QUICK.model_copy(update={"stall_s": 0.02, "retry_max_s": 0.02})
    with Capture(reopen, settings=quick) as run:
        run.take_until(lambda: len(opened) == 3)
        time.sleep(0.3)
        assert len(opened) == 3
        release.set()
        run.take_until(lambda: len(opened) > 3)
        run.thread.stop()


def test_stop_returns_at_once_while_waiting_to_retry() -> None:
    sources = [ScriptedSource([1.0, SourceLost("unplugged")])]
    patient = CaptureSettings(retry_min_s=60, retry_max_s=60)
    with Capture(lambda: sources.pop(), settings=patient) as run:  # noqa: PLW0108
        run.take_until(lambda: run.kinds == ["lost"])
        stop_quickly(run.thread)
        run.thread.join(1)
    assert run.statuses[0].detail == "unplugged; trying to get it back"


def test_stop_returns_at_once_while_nobody_empties_a_lossless_slot() -> None:
    with Capture(lambda: open_source("demo", QUICK), lossless=True) as run:
        while run.thread.delivered < 2:
            time.sleep(0.01)
        stop_quickly(run.thread)
        run.thread.join(2)


def test_stop_may_be_called_from_the_status_callback() -> None:
    slot: Slot[Frame | PoseFrame] = Slot()
    thread = CaptureThread(
        lambda: ScriptedSource([1.0, SourceLost("gone")]),
        slot,
        settings=QUICK,
        realtime=False,
        on_status=lambda _: thread.stop(),
    )
    thread.start()
    thread.join(5)
    assert slot.closed
    assert thread.delivered == 1


def test_a_defect_in_a_source_comes_out_of_join() -> None:
    with Capture(lambda: ScriptedSource([1.0, ZeroDivisionError("defect")])) as run:
        with pytest.raises(ZeroDivisionError, match="defect"):
            run.thread.join(5)
        assert run.slot.closed
        assert isinstance(run.thread.error, ZeroDivisionError)


def test_a_defect_in_the_status_callback_comes_out_of_join() -> None:
    def explode(status: SourceStatus) -> None:
        raise KeyError(status.kind)

    slot: Slot[Frame | PoseFrame] = Slot()
    thread = CaptureThread(
        lambda: ScriptedSource([1.0, SourceLost("gone")]),
        slot,
        settings=QUICK,
        realtime=False,
        on_status=explode,
    )
    thread.start()
    with pytest.raises(KeyError, match="lost"):
        thread.join(5)
    assert slot.closed


def test_joining_or_stopping_a_thread_that_never_started_is_harmless() -> None:
    run = Capture(lambda: ScriptedSource([]))
    run.thread.stop()
    run.thread.join(0.1)


def test_a_file_loses_nothing_without_realtime(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (64, 48))
    for value in range(200):
        writer.write(grey(value))
    writer.release()
    with Capture(lambda: open_source(str(path), QUICK), lossless=True) as run:
        run.take_all()
        run.thread.join(2)
    assert [frame.index for frame in run.frames] == list(range(200))
    assert run.thread.delivered == 200
    assert run.slot.dropped == 0
    assert run.frames[0].timestamp == 0.0
    run.assert_rising()


def test_a_file_in_realtime_keeps_media_time_and_drops_for_a_slow_reader() -> None:
    stamps: list[object] = [10.0 + 0.02 * number for number in range(20)]
    start_s = time.monotonic()
    with Capture(lambda: ScriptedSource(stamps, live=False), realtime=True) as run:
        while (frame := run.slot.get(5)) is not None:
            run.frames.append(frame)
            time.sleep(0.07)
        run.thread.join(2)
    assert time.monotonic() - start_s > 0.37  # 19 frame periods of media time
    assert run.slot.dropped > 0
    assert run.slot.dropped + len(run.frames) == 20
    assert run.frames[-1].timestamp == pytest.approx(10.38)  # the newest always arrives
    run.assert_rising()


def test_a_broken_file_is_an_error_even_after_frames() -> None:
    script: list[object] = [0.0, 0.1, SourceError("file.poses.jsonl:4: not JSON")]
    with Capture(lambda: ScriptedSource(script, live=False), lossless=True) as run:
        run.take_all()
        with pytest.raises(SourceError, match="jsonl:4"):
            run.thread.join(2)
    assert len(run.frames) == 2
    assert not run.statuses


def test_a_reader_that_closes_the_slot_is_no_loss_of_the_source() -> None:
    source = ScriptedSource([float(second) for second in range(1000)])
    with Capture(lambda: source, lossless=True) as capture:
        assert capture.slot.get(10) is not None
        capture.slot.close()
        capture.thread.join(10)
        assert source.closed.wait(10)
    assert capture.statuses == []

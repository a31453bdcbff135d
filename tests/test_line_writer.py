"""Lines to a reader that is slow, or stops and goes on: their order, and what is dropped."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from typing import TYPE_CHECKING, TextIO

import pytest
from support_held_keys import fill, read_all
from support_x11 import wait_until

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult
from gesturepose.actions.kinds import Notify
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.event_log import EventOutput, JsonEventLog, SpokenEventLog
from gesturepose.platforms.line_writer import LIMIT, LineWriter

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pipe:
    """A pipe with a text stream at the writing end; it is read only where the test reads."""

    def __init__(self) -> None:
        self.outer, inner = os.pipe()
        self.stream: TextIO = os.fdopen(inner, "w", encoding="utf-8")

    def read_to(self, last: str) -> list[str]:
        """Read until a line has come."""
        found = b""

        def has_come() -> bool:
            nonlocal found
            found += read_all(self.outer)
            return found.endswith(last.encode() + b"\n")

        wait_until(has_come, 20.0, last)
        return found.decode().strip("\n").splitlines()

    def close(self) -> None:
        os.close(self.outer)
        self.stream.close()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    opened = Pipe()
    yield opened
    opened.close()


def make_writer(stream: TextIO | None, limit: int = 4) -> LineWriter:
    return LineWriter(stream, describe_gap=lambda lines: f"({lines} missing)", limit=limit)


def test_lines_from_many_threads_arrive_whole_and_in_each_ones_order(pipe: Pipe) -> None:
    writer = make_writer(pipe.stream, limit=10_000)

    def tell(name: int) -> None:
        for number in range(200):
            writer.write(f"{name} {number}")

    threads = [threading.Thread(target=tell, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.write("end")
    lines = pipe.read_to("end")[:-1]
    assert writer.drain() == 0
    writer.close()
    for name in range(4):
        assert [line for line in lines if line.startswith(f"{name} ")] == [
            f"{name} {number}" for number in range(200)
        ]


def stop_reading(pipe: Pipe, writer: LineWriter) -> None:
    """Have the writing thread stuck in a line."""
    fill(pipe.stream.fileno())
    writer.write("stuck")
    wait_until(lambda: writer._is_busy)


def test_what_a_reader_that_has_stopped_misses_is_told_at_its_place(pipe: Pipe) -> None:
    writer = make_writer(pipe.stream)
    stop_reading(pipe, writer)
    for number in range(7):
        writer.write(f"line {number}")
    assert writer.lost == 3
    assert pipe.read_to("(3 missing)")[-6:] == [
        *("stuck", "line 0", "line 1", "line 2", "line 3", "(3 missing)")
    ]
    writer.write("later")
    assert pipe.read_to("later") == ["later"]
    assert writer.drain() == 0
    assert writer.lost == 3
    writer.close()


def test_what_can_be_spared_goes_first(pipe: Pipe) -> None:
    writer = make_writer(pipe.stream)
    stop_reading(pipe, writer)
    for number in range(6):
        writer.write(f"gesture {number}")
        writer.write(f"explanation {number}", dispensable=True)
    lines = [line for line in pipe.read_to("(5 missing)") if line]
    assert lines == [
        *("stuck", "gesture 0", "(1 missing)", "gesture 1", "(1 missing)", "gesture 2"),
        *("(1 missing)", "gesture 3", "(5 missing)"),
    ]
    writer.close()


def test_a_reader_that_is_slow_misses_nothing_where_nothing_may_be_lost(pipe: Pipe) -> None:
    writer = make_writer(pipe.stream)
    writer.lossless = True
    fill(pipe.stream.fileno())

    def tell() -> None:
        for number in range(2000):
            writer.wait_for_room()
            writer.write(f"line {number}")

    thread = threading.Thread(target=tell)
    thread.start()
    lines = [line for line in pipe.read_to("line 1999") if line]
    thread.join()
    assert lines == [f"line {number}" for number in range(2000)]
    assert writer.drain() == 0
    writer.close()


def test_nobody_waits_for_room_once_the_end_was_asked_for(pipe: Pipe) -> None:
    writer = make_writer(pipe.stream, limit=1)
    writer.lossless = True
    stop_reading(pipe, writer)
    writer.write("waits")
    thread = threading.Thread(target=writer.wait_for_room)
    thread.start()
    time.sleep(0.05)
    assert thread.is_alive()
    writer.hurry()
    thread.join(5.0)
    assert not thread.is_alive()
    began = time.monotonic()
    assert writer.drain(lambda: True) == 2
    assert time.monotonic() - began < 2.0
    read_all(pipe.outer)
    writer.drain()
    writer.close()


def test_a_reader_that_reads_slowly_gets_the_rest_in_a_hurry_too(pipe: Pipe) -> None:
    writer = make_writer(pipe.stream, limit=10_000)
    fill(pipe.stream.fileno())
    for number in range(500):
        writer.write("x" * 200 + str(number))

    def read() -> None:
        for _ in range(20):
            time.sleep(0.05)
            read_all(pipe.outer)

    thread = threading.Thread(target=read)
    thread.start()
    assert writer.drain(lambda: True) == 0
    thread.join()
    writer.close()


def test_whoever_writes_learns_that_nobody_reads_any_more() -> None:
    outer, inner = os.pipe()
    with os.fdopen(inner, "w") as stream:
        os.close(outer)
        writer = make_writer(stream)
        writer.write("into the void")
        with pytest.raises(BrokenPipeError):
            writer.drain()
        for learn in (writer.wait_for_room, lambda: writer.write("more")):
            with pytest.raises(BrokenPipeError):
                learn()


def test_a_descriptor_that_must_not_block_is_waited_for(pipe: Pipe) -> None:
    writer = make_writer(pipe.stream)
    fill(pipe.stream.fileno())
    os.set_blocking(pipe.stream.fileno(), False)
    writer.write("patience")
    time.sleep(0.1)
    assert pipe.read_to("patience")[-1] == "patience"
    writer.drain()
    writer.close()


def test_without_a_standard_output_lines_go_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    for log in (JsonEventLog("-"), SpokenEventLog()):
        log.gesture(GestureEvent("wave", Phase.BEGIN, 1, 1.0), 1.0)
        assert log.output.drain() == 0
        log.close()


def test_events_of_gestures_and_actions_are_the_last_to_go(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", pipe.stream)
    log = JsonEventLog("-")
    fill(pipe.stream.fileno())
    bound = BoundAction("wave", Notify("hello"), Verb.PERFORM, None, 1.0, 1)
    for number in range(LIMIT):
        log.blocked("nobody is there", number)
    for number in range(100):
        log.gesture(GestureEvent("wave", Phase.BEGIN, 1, number), number)
        log.action(ActionResult(bound, performed=True), number)
    log.stop(frames=1)
    kinds = [json.loads(line)["type"] for line in pipe_lines(pipe, log.output)]
    log.close()
    assert kinds.count("gesture") == kinds.count("action") == 100
    assert kinds[-1] == "stop"
    assert "lost" in kinds


def pipe_lines(pipe: Pipe, output: EventOutput) -> list[str]:
    """Read whatever an output still holds."""
    found = b""
    thread = threading.Thread(target=output.drain)
    thread.start()
    while thread.is_alive():
        found += read_all(pipe.outer)
    found += read_all(pipe.outer)
    return [line for line in found.decode().splitlines() if line]


def test_a_stream_without_a_descriptor_is_written_too() -> None:
    stream = io.StringIO()
    writer = make_writer(stream)
    writer.write("hello")
    assert writer.drain() == 0
    writer.close()
    assert stream.getvalue() == "hello\n"

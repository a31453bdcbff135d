"""However the program ends, no key stays down; seen from the X server, with the whole program.

Signals, a closed terminal, a reader that has stopped reading.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support_held_keys import (
    HoldingProgram,
    KeysDown,
    children_of,
    fill,
    keys_down,
    raised,
    read_all,
    terminal,
    write_raised_hand,
)
from support_program import environment
from support_recordings import write_set
from support_thorough import thorough
from support_x11 import XServer, wait_until, x_server

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["keys_down", "raised", "x_server"]
pytestmark = pytest.mark.x11

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@pytest.mark.parametrize(
    "number",
    [thorough(number, when=number.name not in ("SIGHUP", "SIGQUIT")) for number in ENDING],
)
def test_a_signal_that_asks_for_the_end_ends_it_in_order(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path, number: signal.Signals
) -> None:
    events = tmp_path / "events.jsonl"
    with HoldingProgram(tmp_path, raised, x_server, "--events", events) as running:
        keys_down.wait_for(2)
        running.send(number)
        assert running.wait(10.0) == 0
        assert keys_down() == []
        assert running.errors == []
        lines = [json.loads(line) for line in events.read_text().splitlines()]
        actions = [line for line in lines if line["type"] == "action"]
        assert [(line["action"], line["performed"]) for line in actions] == [
            ("hold ctrl+shift", True),
            ("release ctrl+shift", True),
        ]
        assert lines[-1]["type"] == "stop"


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGHUP, thorough(signal.SIGQUIT)])
def test_a_signal_ends_it_without_a_display_too(
    raised: Path, tmp_path: Path, number: signal.Signals
) -> None:
    events = tmp_path / "events.jsonl"
    with HoldingProgram(tmp_path, raised, None, "--dry-run", "--events", events) as running:
        wait_until(lambda: events.exists() and "raise_right_hand" in events.read_text())
        running.send(number)
        assert running.wait(10.0) == 0
        assert running.errors == []


def test_a_program_that_is_to_outlive_its_terminal_does(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    with HoldingProgram(tmp_path, raised, x_server, prefix=["nohup"]) as running:
        keys_down.wait_for(2)
        running.send(signal.SIGHUP)
        time.sleep(0.5)
        assert running.child.poll() is None
        assert len(keys_down()) == 2
        running.send(signal.SIGTERM)
        assert running.wait(10.0) == 0
        assert keys_down() == []


@pytest.mark.parametrize("more", [thorough(()), ("--events", "-")])
def test_a_terminal_that_was_closed_ends_it(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    with (
        terminal() as window,
        HoldingProgram(
            tmp_path,
            raised,
            x_server,
            *("--explain", *more),
            stdout=window.inner,
            stderr=window.inner,
        ) as running,
    ):
        os.close(window.inner)
        wait_until(lambda: window.read() is not None and len(keys_down()) == 2)
        window.hang_up()
        running.send(signal.SIGHUP)
        assert running.wait(10.0) == 0
        assert keys_down() == []


@pytest.mark.parametrize(
    "case",
    [
        thorough(("terminal", signal.SIGTERM)),
        ("explained terminal", signal.SIGHUP),
        thorough(("explained terminal", signal.SIGINT)),
        ("pipe", signal.SIGTERM),
    ],
)
def test_a_reader_that_has_stopped_keeps_no_key_down(
    x_server: XServer,
    keys_down: KeysDown,
    raised: Path,
    tmp_path: Path,
    case: tuple[str, signal.Signals],
) -> None:
    what, number = case
    with terminal() as window:
        outer, inner = os.pipe() if what == "pipe" else (window.outer, window.inner)
        more = {"pipe": ["--events", "-"], "terminal": [], "explained terminal": ["--explain"]}
        fill(inner)
        with HoldingProgram(
            tmp_path,
            raised,
            x_server,
            *(*more[what], "--log-level", "debug"),
            stdout=inner,
            stderr=None if what == "pipe" else inner,
        ) as running:
            keys_down.wait_for(2)
            running.send(number)
            keys_down.wait_for(0, 3.0)
            assert running.wait(8.0) == 0
        if what == "pipe":
            assert any(
                "lines of the events are not written: nobody was reading" in line
                for line in running.errors
            )
            os.close(outer)
            os.close(inner)


def test_a_gesture_that_ends_lets_go_while_nobody_reads(
    x_server: XServer, keys_down: KeysDown, tmp_path: Path
) -> None:
    short = write_raised_hand(tmp_path / "short.poses.jsonl", held_s=1.5)
    outer, inner = os.pipe()
    fill(inner)
    with HoldingProgram(tmp_path, short, x_server, "--events", "-", stdout=inner) as running:
        os.close(inner)
        keys_down.wait_for(2)
        keys_down.wait_for(0, 5.0)
        time.sleep(0.5)
        assert running.child.poll() is None, "it waits for its reader"
        said = read_all(outer)
        while running.child.poll() is None:
            said += read_all(outer)
        said += read_all(outer)
    os.close(outer)
    assert running.child.returncode == 0
    lines = [json.loads(line) for line in said.split(b"\n") if line]
    assert [line["type"] for line in (lines[0], lines[-1])] == ["start", "stop"]
    assert "lost_lines" not in lines[-1]


@pytest.mark.thorough
def test_a_reader_that_has_gone_ends_it_and_keys_come_up(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    outer, inner = os.pipe()
    with HoldingProgram(
        tmp_path,
        raised,
        x_server,
        "--explain",
        "--events",
        "-",
        stdout=inner,
        stderr=subprocess.DEVNULL,
    ) as running:
        os.close(inner)
        keys_down.wait_for(2)
        os.close(outer)
        # At its next line, which a gesture that ends would give.
        running.send(signal.SIGTERM)
        assert running.wait(10.0) == 0
        assert keys_down() == []


@pytest.mark.thorough
def test_a_recording_nobody_reads_keeps_neither_keys_nor_the_program(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    outer = os.open(pipe, os.O_RDWR)
    fill(outer)
    with HoldingProgram(tmp_path, raised, x_server, "--record", pipe) as running:
        keys_down.wait_for(2)
        running.send(signal.SIGTERM)
        assert running.wait(10.0) == 0
        assert keys_down() == []
        assert running.errors == []
    os.close(outer)


@pytest.mark.parametrize(
    "number", [thorough(signal.SIGTERM), signal.SIGHUP, thorough(signal.SIGQUIT)]
)
def test_a_command_ends_well_on_every_request(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gesturepose",
            "evaluate",
            "--jobs",
            "2",
            "demo",
            str(write_set(tmp_path / "set")),
        ],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as command:
        try:
            wait_until(lambda: children_of(command.pid), 30.0, "its processes")
            if number is signal.SIGHUP:  # a terminal tells everybody
                os.killpg(command.pid, number)
            else:
                command.send_signal(number)
            assert command.wait(60.0) == 0
            assert command.stderr is not None
            assert command.stderr.read() == b""
        finally:
            command.kill()

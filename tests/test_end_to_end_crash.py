"""A program that is killed, crashes or hangs keeps no key down; seen from the X server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support_held_keys import (
    HoldingProgram,
    KeysDown,
    command_of,
    keys_down,
    raised,
    write_raised_hand,
)
from support_thorough import thorough
from support_x11 import XServer, wait_until, x_server

from gesturepose.actions.sinks.held_note import let_go_of_left_keys
from gesturepose.actions.sinks.key_guard import KeyGuard

__all__ = ["keys_down", "raised", "x_server"]
pytestmark = pytest.mark.x11

SHIFT, CTRL, A = "key 50", "key 37", 38


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that files about held keys are written to."""
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "gesturepose"


def is_gone(pid: int) -> bool:
    return not command_of(pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, thorough(signal.SIGABRT), signal.SIGSEGV])
def test_keys_come_up_when_the_program_dies(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with HoldingProgram(tmp_path, raised, x_server) as running:
        keys_down.wait_for(2)
        (guard,) = running.guards()
        assert list((tmp_path / "gesturepose").iterdir())
        running.send(number)
        assert running.wait() == -number
        keys_down.wait_for(0, 5.0)
        wait_until(lambda: is_gone(guard), 5.0, "the guard to end")
        assert not list((tmp_path / "gesturepose").iterdir())


def test_a_signal_to_the_whole_group_ends_the_guard_last(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    with HoldingProgram(tmp_path, raised, x_server) as running:
        keys_down.wait_for(2)
        (guard,) = running.guards()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            os.kill(guard, number)
        time.sleep(0.2)
        assert not is_gone(guard)
        running.send(signal.SIGKILL)
        keys_down.wait_for(0, 5.0)
        wait_until(lambda: is_gone(guard), 5.0, "the guard to end")


def test_nothing_is_left_behind_by_an_orderly_end(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    with HoldingProgram(tmp_path, raised, x_server) as running:
        keys_down.wait_for(2)
        (guard,) = running.guards()
        (note,) = (tmp_path / "gesturepose").iterdir()
        assert note.stat().st_mode & 0o777 == 0o600
        open_files = Path(f"/proc/{guard}/fd")
        wait_until(  # while it imports, it reads files
            lambda: {file.name for file in open_files.iterdir()} == {"0", "1", "2"},
            what="nothing of the program's to stay open in the guard",
        )
        assert os.getsid(guard) == guard
        running.send(signal.SIGTERM)
        assert running.wait() == 0
        assert is_gone(guard)
        assert not note.exists()
        assert keys_down() == []


def test_the_next_start_lets_go_of_what_everybody_else_could_not(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    with HoldingProgram(tmp_path, raised, x_server) as running:
        keys_down.wait_for(2)
        (guard,) = running.guards()
        running.send(signal.SIGSTOP)
        os.kill(guard, signal.SIGKILL)
        running.send(signal.SIGKILL)
        running.wait()
        assert len(keys_down()) == 2
    short = write_raised_hand(tmp_path / "short.poses.jsonl", held_s=0.0)
    with HoldingProgram(tmp_path, short, x_server) as running:
        keys_down.wait_for(0, 20.0)
        assert running.wait() == 0
        assert running.errors == ["gesturepose: let go of 2 keys that an earlier run had left down"]
    assert not list((tmp_path / "gesturepose").iterdir())


@pytest.mark.thorough
def test_a_guard_that_was_killed_is_replaced(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    with HoldingProgram(tmp_path, raised, x_server) as running:
        keys_down.wait_for(2)
        (guard,) = running.guards()
        os.kill(guard, signal.SIGKILL)
        wait_until(lambda: running.guards() not in ([], [guard]), 5.0, "another guard")
        running.send(signal.SIGKILL)
        keys_down.wait_for(0, 5.0)


def test_a_program_that_is_stopped_for_long_keeps_no_key_down(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    with HoldingProgram(tmp_path, raised, x_server) as running:
        keys_down.wait_for(2)
        time.sleep(1.2)  # it has told that it runs
        running.send(signal.SIGSTOP)
        keys_down.wait_for(0, 8.0)
        running.send(signal.SIGCONT)
        running.send(signal.SIGTERM)
        assert running.wait() == 0
        assert keys_down() == []


# The guard and the file by themselves


def test_the_guard_lets_go_of_what_it_was_told_of_and_of_nothing_else(
    x_server: XServer, keys_down: KeysDown, runtime: Path
) -> None:
    guard = KeyGuard(x_server.display)
    guard.key(37, down=True)
    guard.key(50, down=True)
    for code in (37, 50, A):
        keys_down.fake(code, down=True)
    keys_down.fake(50, down=False)
    guard.key(50, down=False)
    guard.close()
    assert keys_down() == [A]
    assert not list(runtime.iterdir())


@pytest.mark.usefixtures("runtime")
def test_a_guard_that_cannot_be_started_is_told_once(
    x_server: XServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("gesturepose.actions.sinks.key_guard.subprocess.Popen", refuse)
    guard = KeyGuard(x_server.display)
    for _ in range(2):
        guard.key(37, down=True)
        guard.key(37, down=False)
    guard.close()
    (line,) = caplog.messages
    assert "cannot be started: [Errno 11] Resource temporarily unavailable" in line


def write_note(runtime: Path, display: str, name: str = "9", **more: Any) -> Path:
    """A file as a process that is gone has left it, with some values replaced."""
    runtime.mkdir(mode=0o700, exist_ok=True)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path = runtime / f"held-%3A{display[1:]}-{name}.json"
    said = {"pid": gone.pid, "started": 1, "display": display, "pressed": [CTRL, SHIFT]}
    path.write_text(json.dumps({**said, **more}))
    path.chmod(0o600)
    return path


def test_a_file_of_a_process_that_is_gone_is_believed(
    x_server: XServer, keys_down: KeysDown, runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for code in (37, A):
        keys_down.fake(code, down=True)
    note = write_note(runtime, x_server.display)
    let_go_of_left_keys(x_server.display)
    assert keys_down() == [A]
    assert not note.exists()
    assert caplog.messages == ["let go of a key that an earlier run had left down"]


@pytest.mark.parametrize("whose", ["a running process", "another display"])
def test_a_file_of_somebody_else_is_left_alone(
    x_server: XServer, keys_down: KeysDown, runtime: Path, whose: str
) -> None:
    keys_down.fake(37, down=True)
    note = write_note(runtime, x_server.display)
    said = json.loads(note.read_text())
    if whose == "another display":
        said["display"] = ":4711"
    else:
        said |= {"pid": os.getppid(), "started": start_of(os.getppid())}
    note.write_text(json.dumps(said))
    let_go_of_left_keys(x_server.display)
    assert keys_down() == [37]
    assert note.exists()


def start_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def test_a_process_number_that_is_used_again_is_another_process(
    x_server: XServer, keys_down: KeysDown, runtime: Path
) -> None:
    keys_down.fake(37, down=True)
    write_note(runtime, x_server.display, pid=os.getppid(), started=start_of(os.getppid()) + 1)
    let_go_of_left_keys(x_server.display)
    assert keys_down() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 4000,
        '{"pid": 1}',
        '{"pid": -1, "started": 0, "display": "DISPLAY", "pressed": ["key 37"]}',
        '{"pid": 99999999999, "started": true, "display": "DISPLAY", "pressed": ["key 37"]}',
        '{"pid": 999999, "started": 1, "display": "DISPLAY", "pressed": ["key 37", "key 7"]}',
        '{"pid": 999999, "started": 1, "display": "DISPLAY", "pressed": ["key 256"]}',
        '{"pid": 999999, "started": 1, "display": "DISPLAY", "pressed": [37]}',
        '{"pid": 999999, "started": 1, "display": "DISPLAY", "pressed": ["rm -rf", "key 37"]}',
        '{"pid": 999999, "started": 1, "display": "DISPLAY", "pressed": {"key 37": {}, "a": 1}}',
        '{"pid": 999999, "started": 1, "display": 3, "pressed": ["key 37"]}',
        '{"pid": 999999, "started": 1, "display": "DISPLAY", "pressed": ["key 37"]' + " " * 5000,
        "\x00" * 100,
    ],
)
def test_a_file_that_is_none_of_ours_is_not_believed(
    x_server: XServer, keys_down: KeysDown, runtime: Path, text: str
) -> None:
    keys_down.fake(37, down=True)
    note = write_note(runtime, x_server.display)
    note.write_text(text.replace("DISPLAY", x_server.display))
    let_go_of_left_keys(x_server.display)
    assert keys_down() == [37]
    assert not note.exists()


def test_links_pipes_and_folders_in_its_place_do_no_harm(
    x_server: XServer, keys_down: KeysDown, runtime: Path, tmp_path: Path
) -> None:
    keys_down.fake(37, down=True)
    precious = write_note(runtime, x_server.display, "1").rename(tmp_path / "precious")
    write_note(runtime, x_server.display, "1").unlink()
    link = runtime / f"held-%3A{x_server.display[1:]}-1.json"
    link.symlink_to(precious)
    os.mkfifo(runtime / f"held-%3A{x_server.display[1:]}-2.json")
    (runtime / f"held-%3A{x_server.display[1:]}-3.json").mkdir()
    let_go_of_left_keys(x_server.display)
    assert keys_down() == [37]
    assert precious.exists()
    own = runtime / f"held-%3A{x_server.display[1:]}-{os.getpid()}.new"
    own.symlink_to(precious)
    before = precious.read_bytes()
    guard = KeyGuard(x_server.display)
    guard.key(A, down=True)
    guard.close()
    assert precious.read_bytes() == before


@pytest.mark.parametrize("folder", ["is missing", "is a link", "may be written by all", "a file"])
def test_without_a_folder_of_our_own_nothing_is_written_there(
    x_server: XServer, runtime: Path, tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if folder == "is missing":
        if Path(f"/run/user/{os.getuid()}").exists():
            pytest.skip("this session has a runtime folder even without the variable")
        monkeypatch.delenv("XDG_RUNTIME_DIR")
    elif folder == "is a link":
        runtime.symlink_to(elsewhere)
    elif folder == "a file":
        runtime.write_text("")
    else:
        runtime.mkdir()
        runtime.chmod(0o777)
    guard = KeyGuard(x_server.display)
    guard.key(37, down=True)
    assert len(list((state / "gesturepose").iterdir())) == 1
    guard.close()
    assert not list(elsewhere.iterdir())
    if folder == "may be written by all":
        assert not list(runtime.iterdir())

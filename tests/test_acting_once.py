"""Two copies of the program on one desktop: only one acts, however the other ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support_program import RunningProgram, environment, program
from support_session import DEMO_POSES
from support_x11 import XServer, wait_until, x_server

from gesturepose.platforms.acting_lock import ActingElsewhere, ActingLock, desktops, only_copy
from gesturepose.platforms.process_lock import ProcessLock

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["x_server"]

CONFIG = """
[control]
allow_commands = true
pause_hotkey = ""

[gestures.raise_right_hand]
pose = [{ above = ["right_wrist", "nose"] }]
hold_s = 0.4

[[bindings]]
gesture = "raise_right_hand"
run = ["sh", "-c", "echo done >> tally"]
"""


@pytest.fixture
def session(tmp_path: Path, x_server: XServer) -> dict[str, str]:
    """A login of its own: a runtime folder and the run's display."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    return {
        "DISPLAY": x_server.display,
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


def raised(folder: Path) -> Path:
    """A recording in which the right hand goes up at once, and much follows."""
    first, *frames = Path(DEMO_POSES).read_text(encoding="utf-8").splitlines()
    lines = [json.loads(line) for line in frames]
    later = [{**line, "t": round(line["t"] - 1.4, 3)} for line in lines if line["t"] >= 1.4]
    path = folder / "raised.poses.jsonl"
    if not path.exists():
        path.write_text("\n".join([first, *map(json.dumps, later)]) + "\n", encoding="utf-8")
    return path


def start(folder: Path, more: Mapping[str, str], *arguments: object) -> RunningProgram:
    config = folder.parent / "gestures.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return RunningProgram(
        folder,
        *("--config", config, "--source", raised(folder.parent), "--realtime"),
        *arguments,
        more_environment=more,
    )


def tally(folder: Path) -> int:
    path = folder / "tally"
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.mark.x11
def test_of_two_copies_started_at_once_exactly_one_acts(
    tmp_path: Path, session: dict[str, str]
) -> None:
    with start(tmp_path / "one", session) as one, start(tmp_path / "two", session) as two:
        programs = (one, two)
        wait_until(
            lambda: any(program.child.poll() is not None for program in programs),
            60.0,
            "an end of one",
        )
        loser, winner = programs if one.child.poll() is not None else programs[::-1]
        assert loser.wait() == 1
        winner.wait_for("action", performed=True)
        assert winner.stop() == 0
        (line,) = loser.errors
        assert line == (
            f"gesturepose: another copy (process {winner.child.pid}) is acting on this desktop; "
            "stop it first, or use --dry-run"
        )
        assert not loser.events
    wait_until(lambda: tally(tmp_path / "one") + tally(tmp_path / "two"), what="the action")
    assert tally(tmp_path / "one") + tally(tmp_path / "two") == 1


@pytest.mark.x11
def test_after_a_copy_was_killed_the_next_one_acts_at_once(
    tmp_path: Path, session: dict[str, str]
) -> None:
    with start(tmp_path / "one", session) as one:
        one.wait_for("start")
        one.stop(signal.SIGKILL)
        with start(tmp_path / "two", session) as two:
            two.wait_for("action", performed=True)
            assert two.stop() == 0


@pytest.mark.thorough
@pytest.mark.x11
def test_a_dry_run_beside_a_copy_that_acts_is_welcome_in_either_order(
    tmp_path: Path, session: dict[str, str]
) -> None:
    with start(tmp_path / "one", session, "--dry-run") as one:
        one.wait_for("start")
        with start(tmp_path / "two", session) as two:
            two.wait_for("action", performed=True)
            with start(tmp_path / "three", session, "--dry-run") as three:
                three.wait_for("action", reason="dry run")
                assert [one.stop(), two.stop(), three.stop()] == [0, 0, 0]


@pytest.mark.x11
@pytest.mark.thorough
def test_copies_on_two_displays_do_not_disturb_each_other(
    tmp_path: Path, session: dict[str, str]
) -> None:
    server = XServer()
    try:
        other = {**session, "DISPLAY": server.display}
        with start(tmp_path / "one", session) as one, start(tmp_path / "two", other) as two:
            one.wait_for("action", performed=True)
            two.wait_for("action", performed=True)
            assert [one.stop(), two.stop()] == [0, 0]
    finally:
        server.stop()


@pytest.mark.x11
def test_a_refused_start_leaves_its_outputs_alone(tmp_path: Path, session: dict[str, str]) -> None:
    events = tmp_path / "kept.jsonl"
    events.write_text("kept", encoding="utf-8")
    with start(tmp_path / "one", session) as one:
        one.wait_for("start")
        done = subprocess.run(
            program(
                *("--config", tmp_path / "gestures.toml", "--source", DEMO_POSES),
                *("--events", events),
            ),
            cwd=tmp_path,
            env=environment(tmp_path, session),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert str(one.child.pid) in done.stderr
    assert events.read_text(encoding="utf-8") == "kept"


@pytest.mark.x11
@pytest.mark.thorough
def test_a_program_that_was_launched_does_not_keep_the_right(
    tmp_path: Path, session: dict[str, str]
) -> None:
    lasting = CONFIG.replace("echo done >> tally", "echo $$ > pid; exec sleep 60")
    with start(tmp_path / "one", session) as one:
        (tmp_path / "gestures.toml").write_text(lasting, encoding="utf-8")
        pid = tmp_path / "one" / "pid"
        wait_until(lambda: pid.exists() and pid.read_text(), 60.0, "the launched program")
        assert one.stop() == 0
        try:
            with start(tmp_path / "two", session) as two:
                two.wait_for("action")
                assert two.stop() == 0
        finally:
            os.kill(int(pid.read_text()), signal.SIGKILL)


@pytest.mark.thorough
@pytest.mark.x11
def test_a_mapping_that_begins_to_act_while_another_copy_does_is_refused(
    tmp_path: Path, session: dict[str, str]
) -> None:
    idle = tmp_path / "idle.toml"
    idle.write_text(CONFIG.partition("[[bindings]]")[0], encoding="utf-8")
    arguments = ("--config", idle, "--source", DEMO_POSES, "--realtime", "--max-seconds", "24")
    with RunningProgram(tmp_path / "idle", *arguments, more_environment=session) as watching:
        watching.wait_for("start")
        with start(tmp_path / "one", session) as one:
            one.wait_for("start")
            idle.write_text(CONFIG, encoding="utf-8")
            watching.wait_for_error(f"(process {one.child.pid}) is acting")
            assert one.stop() == 0
        assert watching.stop() == 0
        assert not watching.find("action", performed=True)


# The lock itself


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return runtime


def is_refused() -> bool:
    lock = ActingLock()
    try:
        lock.take()
    except ActingElsewhere as error:
        return error.pid == os.getpid()
    lock.release()
    return False


@pytest.mark.usefixtures("desktop")
def test_the_right_is_given_up_and_can_be_taken_again() -> None:
    lock = ActingLock()
    lock.take()
    lock.take()
    assert lock.held
    assert is_refused()
    lock.release()
    assert not is_refused()
    with only_copy(acting=True):
        assert is_refused()
    with only_copy(acting=False):
        assert not is_refused()


@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize("display", [":7.0", ":7.1", "unix:7"])
def test_one_display_has_many_names(monkeypatch: pytest.MonkeyPatch, display: str) -> None:
    with only_copy(acting=True):
        monkeypatch.setenv("DISPLAY", display)
        assert is_refused()


@pytest.mark.usefixtures("desktop")
def test_a_session_with_two_displays_is_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with only_copy(acting=True):
        monkeypatch.delenv("WAYLAND_DISPLAY")
        assert is_refused()
        monkeypatch.delenv("DISPLAY")
        assert desktops() == ("none",)
        assert not is_refused()


@pytest.mark.usefixtures("desktop")
def test_a_copy_without_the_runtime_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with only_copy(acting=True):
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        assert is_refused()


def test_a_runtime_folder_that_others_may_write_to_is_not_used(
    desktop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.chmod(0o777)
    with only_copy(acting=True):
        assert not list(desktop.iterdir())
        assert is_refused()
        monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")


@pytest.mark.usefixtures("desktop")
def test_where_no_lock_can_be_kept_it_acts_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gesturepose.platforms.acting_lock._folders", lambda: iter(()))
    with only_copy(acting=True):
        assert not is_refused()
    assert "a second copy" in caplog.text


def test_a_lock_dies_with_its_process_and_names_it_meanwhile(tmp_path: Path) -> None:
    lock = ProcessLock(tmp_path / "lock")
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from gesturepose.platforms.process_lock import ProcessLock\n"
        "lock = ProcessLock(Path(sys.argv[1]))\nassert lock.take()\nprint(flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock.path)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert lock.is_taken()
        assert not lock.take()
        assert lock.holder() == child.pid
        child.kill()
        child.wait()
    assert not lock.is_taken()
    started = time.monotonic()
    assert lock.take()
    assert time.monotonic() - started < 0.5
    assert lock.holder() == os.getpid()
    lock.release()

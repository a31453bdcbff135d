"""The real program acting without a display: what starts, what is refused, what has failed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from support_body import PERFORMANCES
from support_program import RunningProgram, parse_events, run_program
from support_recordings import write_recording

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

_ALLOW = "[control]\nallow_commands = true\n"


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of somebody who raises the right hand once."""
    path = tmp_path_factory.mktemp("recording") / "raised.poses.jsonl"
    write_recording(path, PERFORMANCES["raise_right_hand"])
    return path


def _bind(action: str, gesture: str = "raise_right_hand") -> str:
    return f'[[bindings]]\ngesture = "{gesture}"\n{action}\n'


def _run(folder: Path, source: Path, mapping: str) -> subprocess.CompletedProcess[str]:
    (folder / "mapping.toml").write_text(mapping)
    return run_program(folder, "--config", "mapping.toml", "--source", source, "--events", "-")


def _actions(run: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [event for event in parse_events(run.stdout) if event["type"] == "action"]


def test_without_a_display_a_mapping_without_keys_acts(tmp_path: Path, raised: Path) -> None:
    made = tmp_path / "made"
    run = _run(tmp_path, raised, _ALLOW + _bind(f'run = ["touch", "{made}"]'))
    assert run.returncode == 0, run.stderr
    assert made.exists()
    (action,) = _actions(run)
    assert (action["performed"], action["outcome"], action["binding"]) == (True, "done", 0)
    assert "set DISPLAY" not in run.stderr


def test_without_a_display_a_mapping_with_keys_is_refused_with_the_fix(
    tmp_path: Path, raised: Path
) -> None:
    keys = _bind('press = "a"', "wave")
    run = _run(tmp_path, raised, _bind('notify = "hello"') + keys)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    assert "no display: set DISPLAY to an X11 display, or use --dry-run" in run.stderr
    # One that is switched off needs nothing.
    off = _run(tmp_path, raised, _bind('open = "/nonexistent"') + keys + "enabled = false\n")
    assert off.returncode == 0, off.stderr


@pytest.mark.thorough
def test_keys_that_come_with_another_mapping_are_told_to_do_nothing(tmp_path: Path) -> None:
    config = tmp_path / "mapping.toml"
    config.write_text(_bind('notify = "hello"', "wave"))
    source = tmp_path / "long.poses.jsonl"
    write_recording(source, [*PERFORMANCES["raise_right_hand"]] * 6)
    arguments = ("--source", source, "--realtime", "--config", config)
    with RunningProgram(tmp_path / "run", *arguments) as program:
        program.wait_for("operator")
        config.write_text(_bind('press = "a"'))
        program.wait_for_error("the mapping has keys or clicks, which do nothing here: no display")
        refused = program.wait_for("action")
        assert program.stop() == 0
        said = [line for line in program.errors if "keys or clicks" in line]
    assert len(said) == 1
    assert not refused["performed"]
    assert refused["reason"].startswith("no display")


def test_an_early_failure_names_gesture_and_binding(tmp_path: Path, raised: Path) -> None:
    mapping = _ALLOW + _bind('press = "a"\nenabled = false') + _bind('run = ["sh", "-c", "exit 1"]')
    run = _run(tmp_path, raised, mapping)
    assert run.returncode == 0
    (action,) = _actions(run)
    assert (action["performed"], action["outcome"]) == (False, "failed")
    assert action["reason"].startswith("sh ended with exit code 1 after 0.")
    said = "raise_right_hand, bindings[1]: run sh -c 'exit 1': sh ended with exit code 1"
    assert run.stderr.count(said) == 1
    assert "Traceback" not in run.stderr


@pytest.mark.thorough
def test_live_a_later_failure_corrects_what_was_told(tmp_path: Path) -> None:
    config = tmp_path / "mapping.toml"
    config.write_text(_ALLOW + _bind('run = ["sh", "-c", "sleep 0.9; exit 3"]'))
    source = tmp_path / "long.poses.jsonl"
    write_recording(source, PERFORMANCES["raise_right_hand"], idle_s=3.0)
    arguments = ("--source", source, "--realtime", "--config", config)
    with RunningProgram(tmp_path / "run", *arguments) as program:
        program.wait_for("action", late=True)
        assert program.wait() == 0
        first, second = program.find("action")
    assert (first["performed"], first["outcome"], "late" in first) == (True, "started", False)
    assert (second["performed"], second["outcome"]) == (False, "failed")
    assert (first["t"], first["gesture"]) == (second["t"], second["gesture"])


def test_arguments_of_a_launch_are_a_command_that_needs_leave(tmp_path: Path, raised: Path) -> None:
    run = _run(tmp_path, raised, _bind('launch = ["sh", "-c", "touch made"]'))
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr == (
        "gesturepose: mapping.toml:3: bindings[0].launch: arguments make it a command, refused "
        "unless [control] has allow_commands = true; an application's name alone needs no leave\n"
    )

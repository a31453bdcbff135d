"""A system that starts no further thread: one line and an orderly end, whichever thread it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support_held_keys import HOLDING, KeysDown, write_raised_hand
from support_program import environment
from support_recordings import write_set
from support_x11 import REPO, XServer, x_server

from gesturepose.platforms.threads import NoThreadError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["x_server"]
pytestmark = pytest.mark.x11

SCRIPT = Path(__file__).with_name("support_short_of_threads.py")
LINE = f"gesturepose: {NoThreadError()}"


@pytest.fixture
def keys_down(x_server: XServer) -> Iterator[KeysDown]:
    keys = KeysDown(x_server.display)
    yield keys
    keys.close()


def run_short(
    folder: Path, server: XServer, which: str, *arguments: object, most: int = 30
) -> list[dict[str, Any]]:
    """Run the program once for each of its threads; returns what became of it each time."""
    more = {
        "DISPLAY": server.display,
        "XDG_RUNTIME_DIR": str(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(REPO),
    }
    done = subprocess.run(
        [sys.executable, SCRIPT, which, str(most), *map(str, arguments)],
        cwd=folder,
        env=environment(folder, more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=150,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def write_mapping(folder: Path) -> Path:
    config = folder / "hold.toml"
    config.write_text(HOLDING.format("ctrl+shift").replace('pause_hotkey = ""', ""))
    return config


def test_a_run_without_one_of_its_threads_says_so_and_ends(
    x_server: XServer, keys_down: KeysDown, tmp_path: Path
) -> None:
    *short, whole = run_short(tmp_path, x_server, "one", *holding(tmp_path))
    assert (whole["code"], whole["said"]) == (100, [])
    assert len(short) >= 7, "events, hotkey, screen, actions, capture, reader, engine"
    for run in short:
        assert not run["hung"]
        if run["code"] == 1:
            assert run["said"] == [LINE]
        else:
            # Two are luxuries: the guard of held keys, and the watch for the screen's lock, of
            # which it is told.
            assert run["code"] == 0
            assert len(run["said"]) <= 1
            assert all(str(NoThreadError()) in line for line in run["said"])
    assert sum(run["code"] == 0 for run in short) <= 2
    assert keys_down() == []


@pytest.mark.thorough
def test_a_run_that_gets_no_thread_any_more_says_so_and_ends(
    x_server: XServer, keys_down: KeysDown, tmp_path: Path
) -> None:
    runs = run_short(tmp_path, x_server, "all", *holding(tmp_path), most=5)
    for run in runs:
        assert (run["code"], run["said"][-1], run["hung"]) == (1, LINE, False)
        assert all(str(NoThreadError()) in line for line in run["said"])
    assert keys_down() == []


def holding(folder: Path) -> list[object]:
    """Arguments of a short run that holds keys."""
    recording = write_raised_hand(folder / "short.poses.jsonl", held_s=0.8)
    return [
        *("--no-gui", "--source", recording, "--config", write_mapping(folder)),
        *("--events", folder / "events.jsonl"),
    ]


def test_the_app_without_one_of_its_threads_does_not_hang(
    x_server: XServer, tmp_path: Path
) -> None:
    recording = write_raised_hand(tmp_path / "short.poses.jsonl", held_s=0.8)
    first, *others = run_short(
        tmp_path,
        x_server,
        "all",
        *("--source", recording, "--config", write_mapping(tmp_path), "--max-seconds", 1),
        most=3,
    )
    assert (first["code"], first["said"][-1]) == (1, LINE)
    for run in others:
        assert not run["hung"]
        assert run["code"] in (0, 1)
        assert not any("Traceback" in line for line in run["said"])


@pytest.mark.thorough
def test_an_evaluation_in_processes_without_one_of_its_threads_ends(
    x_server: XServer, tmp_path: Path
) -> None:
    runs = run_short(
        tmp_path, x_server, "one", "evaluate", "--jobs", 2, write_set(tmp_path / "set"), most=2
    )
    assert [(run["code"], run["said"], run["hung"]) for run in runs] == [(1, [LINE], False)] * 2

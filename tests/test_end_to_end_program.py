"""The whole program as a user runs it, on real pictures, without a display."""

from __future__ import annotations

import json
import math
import re
import signal
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from support_http import MjpegServer
from support_program import (
    CLIP_FPS,
    RunningProgram,
    begins,
    cut_clip,
    environment,
    label,
    labels,
    parse_events,
    read_clip,
    run_program,
)
from support_x11 import wait_until

from gesturepose.resources import default_config

if TYPE_CHECKING:
    from pathlib import Path

_FRAME_S = 1.0 / CLIP_FPS
_STAGES = {"compare", "preprocess", "network", "decode", "track", "classify", "resolve"}


class Demo:
    """What one run of the bundled clip left behind."""

    def __init__(self, folder: Path) -> None:
        self.recording = folder / "demo.poses.jsonl"
        self.run = run_program(
            folder,
            *("--source", "demo", "--dry-run", "--events", "-", "--record", self.recording),
        )

    @property
    def events(self) -> list[dict[str, Any]]:
        return parse_events(self.run.stdout)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def raised_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of a hand being raised and lowered, long enough for one gesture."""
    return cut_clip(tmp_path_factory.mktemp("clip") / "raised.mp4", 1.4, 3.9)


def test_the_demo_recognises_what_is_labelled_and_nothing_else(demo: Demo) -> None:
    assert demo.run.returncode == 0
    begun = begins(demo.events)
    assert [name for name, _ in begun] == [gesture["name"] for gesture in labels()]
    for (name, t), gesture in zip(begun, labels(), strict=True):
        assert gesture["start_s"] <= t <= gesture["end_s"] + 0.5, name


def test_every_gesture_that_begins_ends_and_none_is_broken_off(demo: Demo) -> None:
    gestures = [event for event in demo.events if event["type"] == "gesture"]
    steps = [(event["gesture"], event["phase"]) for event in gestures]
    assert steps == [(g["name"], phase) for g in labels() for phase in ("begin", "end")]
    assert {event["track"] for event in gestures} == {1}
    assert all(a["t"] <= b["t"] for a, b in pairwise(gestures))


def test_a_dry_run_says_for_each_bound_gesture_what_it_would_do(demo: Demo) -> None:
    actions = [event for event in demo.events if event["type"] == "action"]
    assert {event["gesture"]: event["action"] for event in actions}["spread"] == "press ctrl+plus"
    assert {event["gesture"]: event["action"] for event in actions}["swipe_left"] == (
        "press alt+left"
    )
    begun = dict(begins(demo.events))
    for event in actions:
        assert (event["performed"], event["reason"]) == (False, "dry run")
        assert event["t"] == begun[event["gesture"]]


def test_the_events_start_with_what_runs_and_stop_with_its_figures(demo: Demo) -> None:
    first, *_, last = demo.events
    assert (first["type"], first["source"], first["model"]) == (
        "start",
        "demo",
        "movenet-multipose-int8",
    )
    assert first["version"]
    assert first["provider"].endswith("ExecutionProvider")
    assert (last["type"], last["frames"], last["dropped"]) == ("stop", 837, 0)
    # Of somebody who stands still between gestures some pictures are not looked at.
    assert 837 / 3 < last["looked"] < 837
    assert last["seconds"] == pytest.approx(836 * _FRAME_S, abs=_FRAME_S)
    assert 0 < last["first_frame_s"] < last["wall_s"]
    assert set(last["stages_ms"]) == _STAGES
    for times in last["stages_ms"].values():
        assert 0 <= times["p50"] <= times["p95"]


def test_a_replayed_recording_gives_the_same_gestures_without_the_network(
    demo: Demo, tmp_path: Path
) -> None:
    again = run_program(
        tmp_path, "--source", demo.recording, "--dry-run", "--events", "-", timeout_s=60
    )
    assert again.returncode == 0, again.stderr
    events = parse_events(again.stdout)
    assert (events[0]["model"], events[0]["provider"]) == ("none", "none")
    assert "network" not in events[-1]["stages_ms"]
    assert events[-1]["frames"] == events[-1]["looked"] == demo.events[-1]["looked"]
    before = [event for event in demo.events if event["type"] == "gesture"]
    after = [event for event in events if event["type"] == "gesture"]
    assert [(e["gesture"], e["phase"]) for e in after] == [
        (e["gesture"], e["phase"]) for e in before
    ]
    for old, new in zip(before, after, strict=True):
        assert new["t"] == pytest.approx(old["t"], abs=_FRAME_S + 0.001), old


def test_a_recording_holds_keypoints_and_no_picture(demo: Demo) -> None:
    header, *frames = map(json.loads, demo.recording.read_text().splitlines())
    assert header == {"type": "poses", "version": 1, "size": [640, 480], "skeleton": "coco17"}
    assert len(frames) == demo.events[-1]["looked"]
    for frame in frames:
        assert set(frame) - {"everyone"} == {"t", "poses"}
        for pose in frame["poses"]:
            assert set(pose) == {"score", "keypoints"}
            assert len(pose["keypoints"]) == 17
            for x, y, score in pose["keypoints"]:
                missing = x is None and y is None and score == 0
                assert missing or (math.isfinite(x + y) and 0 <= score <= 1)
    # 17 points of three short numbers, a score and a time; a picture would be far more.
    assert demo.recording.stat().st_size < 837 * 600


def test_without_events_it_speaks_to_people_and_ends_in_time(tmp_path: Path) -> None:
    run = run_program(tmp_path, "--source", "demo", "--dry-run", "--max-seconds", "4.2")
    assert run.returncode == 0
    lines = run.stdout.splitlines()
    assert re.fullmatch(r"GesturePose \S+ watching demo", lines[0])
    assert re.fullmatch(r"  network movenet-multipose-int8 on \w+", lines[1])
    assert lines[2] == f"  mapping {default_config()}"
    raise_right_hand = label("raise_right_hand")
    said = re.fullmatch(r" +(\d+\.\d\d) s  raise right hand", lines[3])
    assert said
    assert raise_right_hand["start_s"] <= float(said[1]) <= raise_right_hand["end_s"] + 0.5
    assert re.fullmatch(rf" +{said[1]} s    -> would \S.*", lines[4])
    figures = re.fullmatch(
        r"(\d+) frames \((\d+) looked at, 0 dropped\), (\d+\.\d) s of source in \d+\.\d s",
        lines[-2],
    )
    assert figures
    assert int(figures[1]) == pytest.approx(4.2 * CLIP_FPS, abs=1)
    assert 0 < int(figures[2]) < int(figures[1])
    assert float(figures[3]) <= 4.2
    assert all(f"{stage} " in lines[-1] for stage in _STAGES)
    assert len(lines) == 7


def test_a_stream_that_dies_comes_back_and_interrupting_ends_the_run_well(
    tmp_path: Path,
) -> None:
    pictures = list(read_clip(1.4, 3.9))
    with MjpegServer(pictures, fps=CLIP_FPS) as server:
        arguments = ("--source", server.url, "--dry-run")
        with RunningProgram(tmp_path / "run", *arguments) as program:
            first = program.wait_for("gesture", gesture="raise_right_hand", phase="begin")
            server.kill()
            program.wait_for_error("trying to get it back")
            begun = {"gesture": "raise_right_hand", "phase": "begin"}
            seen = len(program.find("gesture", **begun))
            server.restart()
            program.wait_for_error("is back after")
            wait_until(lambda: len(program.find("gesture", **begun)) > seen, 40, "it again")
            assert program.stop(signal.SIGINT) == 0
            events, errors = program.events, program.errors
    assert sum("trying to get it back" in line for line in errors) == 1
    assert sum("is back after" in line for line in errors) == 1
    assert not any("Traceback" in line for line in errors)
    # A busy machine sees few frames, in which the hand on its way up may be another gesture.
    again = [t for name, t in begins(events) if name == "raise_right_hand"]
    assert again[0] == first["t"] < again[-1]
    assert events[-1]["type"] == "stop"
    assert events[-1]["frames"] > 0
    assert events[-1]["seconds"] >= again[-1]


def test_a_request_to_terminate_ends_the_run_well(tmp_path: Path) -> None:
    with MjpegServer(read_clip(0.0, 0.5), fps=10.0) as server:
        arguments = ("--source", server.url, "--dry-run", "--record", tmp_path / "seen.poses.jsonl")
        with RunningProgram(tmp_path / "run", *arguments) as program:
            program.wait_for("start")
            recording = tmp_path / "seen.poses.jsonl"
            wait_until(lambda: recording.stat().st_size > 2000, 20, "some frames")
            assert program.stop(signal.SIGTERM) == 0
            assert program.events[-1]["type"] == "stop"
            assert program.errors[-1:] != ["Terminated"]
    lines = recording.read_text()
    assert lines.endswith("\n")
    assert len(parse_events(lines)) == 1 + program.events[-1]["looked"]


def test_a_live_source_ends_in_time(tmp_path: Path) -> None:
    with MjpegServer(read_clip(0.0, 0.5), fps=10.0) as server:
        run = run_program(
            tmp_path,
            *("--source", server.url, "--dry-run", "--events", "-", "--max-seconds", "1.5"),
        )
    assert run.returncode == 0
    last = parse_events(run.stdout)[-1]
    assert last["type"] == "stop"
    assert 0 < last["seconds"] <= 1.5


_WITHOUT_DISPLAY = """
import importlib, pkgutil, sys
import gesturepose
from gesturepose.cli import main

def heavy():
    return sorted({name.partition(".")[0] for name in sys.modules}
                  & {"PySide6", "pyautogui", "Xlib", "xcffib", "mouseinfo", "tkinter"})

code = main(["--no-gui", "--source", sys.argv[1], "--dry-run", "--events", "-"])
assert code == 0, code
assert heavy() == [], heavy()
for stage in ("capture", "pose", "tracking", "gestures", "actions", "platforms", "evaluation"):
    package = importlib.import_module(f"gesturepose.{stage}")
    for module in pkgutil.walk_packages(package.__path__, f"gesturepose.{stage}."):
        importlib.import_module(module.name)
        assert heavy() == [], (module.name, heavy())
"""


def test_neither_a_run_nor_any_stage_needs_a_display_or_its_libraries(
    tmp_path: Path, raised_hand: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _WITHOUT_DISPLAY, str(raised_hand)],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert [name for name, _ in begins(parse_events(run.stdout))] == ["raise_right_hand"]


def _binding(gesture: str, text: str) -> str:
    return f'[[bindings]]\ngesture = "{gesture}"\nnotify = "{text}"\n'


def test_a_changed_mapping_is_used_at_once_and_a_broken_one_is_not(
    demo: Demo, tmp_path: Path
) -> None:
    config = tmp_path / "mapping.toml"
    config.write_text(_binding("raise_right_hand", "one") + _binding("swipe_left", "one"))
    arguments = ("--source", demo.recording, "--realtime", "--dry-run", "--config", config)
    with RunningProgram(tmp_path / "run", *arguments) as program:
        program.wait_for("action", gesture="raise_right_hand")
        config.write_text(_binding("swipe_left", "two") + _binding("swipe_right", "two"))
        program.wait_for_error("mapping.toml reloaded")
        program.wait_for("action", gesture="swipe_left")
        config.write_text(_binding("swipe_rihgt", "three") + "[[bindings]\n")
        program.wait_for_error("keeping the mapping as it was")
        program.wait_for("action", gesture="swipe_right")
        assert program.stop() == 0
        said = {event["gesture"]: event["action"] for event in program.find("action")}
        errors = program.errors
    assert [said[g] for g in ("raise_right_hand", "swipe_left", "swipe_right")] == [
        "notify 'one'",
        "notify 'two'",
        "notify 'two'",
    ]
    where = next(line for line in errors if "mapping.toml:4:" in line)
    assert "Traceback" not in where
    assert sum("reloaded" in line for line in errors) == 1

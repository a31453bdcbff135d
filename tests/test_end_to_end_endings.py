"""Ends that are no end of a source: early signals, a reader that leaves, files in the way."""

from __future__ import annotations

import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from support_program import RunningProgram, cut_clip, environment, program, run_program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def raised_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keypoint recording that ends with a hand raised and the gesture begun."""
    folder = tmp_path_factory.mktemp("recording")
    clip, recording = cut_clip(folder / "raised.mp4", 1.4, 3.3), folder / "raised.poses.jsonl"
    run = run_program(folder, "--source", clip, "--dry-run", "--record", recording)
    assert run.returncode == 0, run.stderr
    return recording


@pytest.mark.parametrize("option", ["--record", "--events"])
def test_an_output_never_overwrites_the_source(
    tmp_path: Path, raised_recording: Path, option: str
) -> None:
    source = tmp_path / "mine.poses.jsonl"
    shutil.copy(raised_recording, source)
    run = run_program(tmp_path, "--source", source, "--dry-run", option, "mine.poses.jsonl")
    assert source.read_bytes() == raised_recording.read_bytes()
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"gesturepose: {option} ")
    assert "mine.poses.jsonl" in line


def test_an_output_never_overwrites_the_configuration(
    tmp_path: Path, raised_recording: Path
) -> None:
    config = tmp_path / "gestures.toml"
    config.write_text("[control]\n")
    run = run_program(
        tmp_path, "--source", raised_recording, "--dry-run", "--record", tmp_path / "gestures.toml"
    )
    assert (run.returncode, config.read_text()) == (2, "[control]\n")
    assert "--record" in run.stderr


def test_two_outputs_never_share_a_file(tmp_path: Path, raised_recording: Path) -> None:
    run = run_program(
        tmp_path,
        *("--source", raised_recording, "--dry-run", "--events", "out.jsonl"),
        *("--record", "./out.jsonl"),
    )
    assert run.returncode == 2
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("option", ["--record", "--events"])
def test_a_device_may_be_named_for_both_outputs(
    tmp_path: Path, raised_recording: Path, option: str
) -> None:
    run = run_program(
        tmp_path, "--source", raised_recording, "--dry-run", option, "/dev/null", "--log-level=info"
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_a_request_to_terminate_while_starting_is_no_failure(tmp_path: Path) -> None:
    arguments = ("--source", "demo", "--realtime", "--dry-run")
    with RunningProgram(tmp_path / "run", *arguments) as running:
        running.wait_for_file()  # options are read, the network is still to be loaded
        assert not running.events
        assert running.stop(signal.SIGTERM) == 0
        assert not any("Traceback" in line for line in running.errors)


def test_a_reader_that_leaves_ends_the_run_quietly(tmp_path: Path, raised_recording: Path) -> None:
    with subprocess.Popen(
        program("--source", raised_recording, "--dry-run", "--events", "-"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            assert child.stdout.readline().startswith('{"type":"start"')
            child.stdout.close()
            assert child.stderr.read() == ""
            assert child.wait(30) == 0
        finally:
            child.kill()

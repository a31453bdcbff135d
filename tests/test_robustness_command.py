"""``python -m gesturepose.evaluation.robustness`` as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support_body import PERFORMANCES, Body, perform
from support_x11 import REPO

from gesturepose.capture.recording import PoseRecorder
from gesturepose.evaluation.conditions import CONDITIONS
from gesturepose.evaluation.robustness import choose_conditions, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two short labelled recordings."""
    for name, start_s in (("spread", 1.5), ("swipe_left", 1.5)):
        with PoseRecorder(tmp_path / f"{name}.poses.jsonl", skeleton_name="coco17") as recorder:
            for frame in perform(PERFORMANCES[name], body=Body(noise_px=0.5)):
                recorder.write(frame.poses, frame.timestamp, size=frame.size)
        label = {"name": name, "start_s": start_s, "stroke_s": 3.2, "end_s": 3.9}
        document = {"source": f"{name}.poses.jsonl", "gestures": [label]}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    return tmp_path


def test_a_row_for_each_condition(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["as_recorded", "mirrored_camera", "fps_15", "near_0.6m"]
    assert main([str(folder), "--jobs", "1", "--conditions", ",".join(names)]) == 0
    head, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert head[:5] == ["condition", "labels", "out", "of", "view"]
    # Recordings hold what was seen after the mirror.
    assert [row[0] for row in rows] == ["as_recorded", "fps_15", "near_0.6m"]
    assert rows[0][:5] == ["as_recorded", "2", "0", "1.00", "0"]
    in_view, out_of_view = map(int, rows[2][1:3])
    assert in_view + out_of_view == 2
    assert out_of_view > 0


def test_conditions_are_all_taken_unless_some_are_named() -> None:
    assert choose_conditions(None) == list(CONDITIONS.values())


def test_json_is_the_same_whatever_the_number_of_processes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [str(folder), "--conditions", "far_2m, left_handed", "--json"]
    assert main([*command, "--jobs", "1"]) == 0
    alone = capsys.readouterr().out
    rows = json.loads(alone)
    assert [row["condition"] for row in rows] == ["far_2m", "left_handed"]
    assert set(rows[1]["gestures"]) == {"spread", "swipe_right"}
    assert (rows[1]["labelled"], rows[1]["found"], rows[1]["false"]) == (2, 2, 0)
    assert main([*command, "--jobs", "2"]) == 0
    assert capsys.readouterr().out == alone


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--conditions", "fog"], "unknown 'fog'; known: as_recorded, seated"),
        (["--jobs", "0"], "--jobs"),
        (["--config", "missing.toml"], "missing.toml"),
        (["elsewhere"], "elsewhere"),
    ],
)
def test_wrong_usage_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main([str(folder), *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_material_without_labels_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "spread.json").unlink()
    assert main([str(folder / "spread.poses.jsonl")]) == 2
    assert "no labels" in capsys.readouterr().err


def test_it_runs_as_a_module(folder: Path) -> None:
    command = ["-m", "gesturepose.evaluation.robustness", "--conditions", "far_2m"]
    done = subprocess.run(
        [sys.executable, *command, str(folder / "spread.json")],
        cwd=REPO,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].split()[:4] == ["far_2m", "1", "0", "1.00"]

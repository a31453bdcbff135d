"""Somebody who lies in the picture: the camera is turned, and `--explain` says by how much."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support_program import run_program
from support_session import DEMO_POSES

from gesturepose.gui.why_not import plain_obstacle

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, HEIGHT = 640, 480
Place = tuple[float, float]

#: How the picture comes, and what turns it upright.
TURNS: dict[int, Callable[[float, float], Place]] = {
    270: lambda x, y: (HEIGHT - y, x),
    180: lambda x, y: (WIDTH - x, HEIGHT - y),
    90: lambda x, y: (y, WIDTH - x),
}


def write_turned(path: Path, place: Callable[[float, float], Place]) -> Path:
    """The first six seconds of the demo's keypoints, each somewhere else."""
    lines = []
    with Path(DEMO_POSES).open(encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            if line.get("t", 0.0) > 6.0:
                break
            if "size" in line:
                line["size"] = [WIDTH, WIDTH]
            for pose in line.get("poses", ()):
                pose["keypoints"] = [
                    [x, y, score] if x is None else [*place(x, y), score]
                    for x, y, score in pose["keypoints"]
                ]
            lines.append(json.dumps(line))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def explain(tmp_path: Path, place: Callable[[float, float], Place]) -> str:
    recording = write_turned(tmp_path / "turned.poses.jsonl", place)
    done = run_program(tmp_path, "--dry-run", "--explain", "--source", recording)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("degrees", TURNS)
def test_a_turned_camera_is_told_with_the_setting_that_turns_it_back(
    tmp_path: Path, degrees: int
) -> None:
    said = explain(tmp_path, TURNS[degrees])
    assert f"turned clockwise by {degrees} degrees ([camera] rotate)" in said


def test_a_person_who_stands_upright_or_turns_the_back_is_not_turned(tmp_path: Path) -> None:
    assert "turned" not in explain(tmp_path, lambda x, y: (x, y))
    said = explain(tmp_path, lambda x, y: (WIDTH - x, y))  # left and right swapped: a back
    assert "not facing the camera" in said
    assert "turned" not in said


def test_the_app_says_it_in_plain_words() -> None:
    text = "the picture seems turned: it is upright when turned clockwise by 90 degrees"
    assert plain_obstacle(text) == "The camera hangs askew: turn its picture in the Settings"

"""``gesturepose pose-eval`` with the real network: on a photograph, and on the bundled clip."""

from __future__ import annotations

import argparse
import importlib.util
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import skimage

from gesturepose.capture.opencv import cv2
from gesturepose.config import Config
from gesturepose.errors import UsageError
from gesturepose.evaluation.pose_accuracy import unfiltered
from gesturepose.evaluation.worst_pictures import make_folder
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose_eval_command import add_options, evaluate_poses
from gesturepose.progress import showing_progress
from gesturepose.resources import demo_clip
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from pathlib import Path

DEMO_LABELS = demo_clip().with_suffix(".json")
ASTRONAUT = {
    "nose": (223, 115, 2),
    "left_eye": (248, 103, 2),
    "right_eye": (201, 103, 2),
    "left_ear": (272, 118, 1),
    "right_ear": (172, 112, 1),
    "left_shoulder": (318, 260, 2),
    "right_shoulder": (95, 250, 2),
}
"""Labelled by hand, in pixels; the ears are below the hair."""


@pytest.fixture
def astronaut(tmp_path: Path) -> list[str]:
    """Write a photograph with one labelled person; returns the options that name it."""
    picture = cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(tmp_path / "astronaut.png"), picture)
    person = {
        "id": 1,
        "image_id": 7,
        "category_id": 1,
        "keypoints": [v for name in COCO17.keypoints for v in ASTRONAUT.get(name, (0, 0, 0))],
        "bbox": [0, 14, 355, 498],
        "area": 355 * 498 * 0.6,
        "iscrowd": 0,
    }
    image = {"id": 7, "file_name": "astronaut.png", "width": 512, "height": 512}
    category = {"id": 1, "name": "person", "keypoints": list(COCO17.keypoints)}
    document = {"images": [image], "annotations": [person], "categories": [category]}
    annotations = tmp_path / "coco.json"
    annotations.write_text(json.dumps(document), encoding="utf-8")
    return ["--annotations", str(annotations), "--images", str(tmp_path)]


def run(*arguments: object) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    evaluate_poses(parser.parse_args([str(a) for a in arguments]), Config())


def figures(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    run("--json", *arguments)
    out, err = capsys.readouterr()
    assert err == ""
    result: dict[str, Any] = json.loads(out)
    return result


def test_the_astronaut_is_found(
    astronaut: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "worst"
    result = figures(capsys, *astronaut, "--worst", drawn)
    (entry,) = result["sets"]
    assert result["model"] == "movenet-multipose-int8"
    assert (entry["pictures"], entry["people"], entry["found"]) == (1, 1, 1)
    assert entry["coco"]["AP50"] == pytest.approx(1.0)
    assert entry["coco"]["AP-M"] is None
    assert entry["pckh"]["all"] == 1.0
    assert entry["pck"]["people_without_reference"] == 1  # no hip is labelled
    (path,) = entry["worst"]
    image = cv2.imread(path)
    assert image is not None
    assert image.shape == (512, 512, 3)
    difference = np.abs(image.astype(int) - skimage.data.astronaut()[..., ::-1]).max(axis=2)
    assert 0.001 < (difference > 60).mean() < 0.05  # lines, and little else


def test_the_bundled_clip_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = figures(capsys, "--clip", DEMO_LABELS, "--every", 60)["sets"]
    assert entry["pictures"] == entry["found"] == 14
    assert entry["coco"]["AP"] > 0.95
    assert entry["oks_mean"] > 0.93
    assert entry["pck"]["upper_body"] > 0.97
    assert entry["pck"]["keypoints"]["left_ankle"] is None


def test_the_table_names_every_set(
    astronaut: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(*astronaut, "--clip", DEMO_LABELS, "--every", 300, "--as-run")
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("movenet-multipose-int8, ")
    assert "coco.json" in out
    assert "demo.json" in out
    assert "AP-M -" in out
    assert max(map(len, out.splitlines())) <= max(100, len(astronaut[1]), len(str(DEMO_LABELS)))


def test_without_the_evaluator_the_extra_is_named(
    astronaut: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r'pip install "gesturepose\[eval\]"'):
        run(*astronaut)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot make the folder"):
        make_folder(tmp_path / "file")


def test_everything_the_network_reports_counts() -> None:
    settings = PoseSettings(name="movenet-multipose", min_score=0.5, input_size=320)
    opened = unfiltered(settings)
    assert (opened.min_score, opened.min_keypoint_score, opened.max_people) == (0.0, 0.0, 20)
    assert (opened.name, opened.input_size) == (settings.name, 320)


def test_progress_is_for_terminals_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with showing_progress(2) as show:
        show("a")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with showing_progress(2) as show:
        show("first.jpg")
    err = capsys.readouterr().err
    assert "1/2 first.jpg" in err
    assert err.endswith("\r\x1b[K")

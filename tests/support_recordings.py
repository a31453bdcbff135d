"""Labelled keypoint recordings of synthetic people, for tests of evaluation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support_body import PERFORMANCES, perform

from gesturepose.capture.recording import PoseRecorder

if TYPE_CHECKING:
    from pathlib import Path

    from support_body import Key


def write_recording(path: Path, keys: list[Key] | None = None, *, idle_s: float = 1.5) -> float:
    """Record somebody who idles, follows the keys, and idles again; returns the last time in s."""
    last_s = 0.0
    with PoseRecorder(path, skeleton_name="coco17") as recorder:
        for frame in perform(keys or [], idle_s=idle_s):
            recorder.write(frame.poses, frame.timestamp, size=frame.size)
            last_s = frame.timestamp
    return last_s


def write_labels(path: Path, source: str, *gestures: dict[str, Any], **more: Any) -> None:
    """Write a label file."""
    path.write_text(json.dumps({"source": source, "gestures": gestures, **more}))


def label(name: str, start_s: float, stroke_s: float, end_s: float) -> dict[str, Any]:
    """A gesture, as label files have it."""
    return {"name": name, "start_s": start_s, "stroke_s": stroke_s, "end_s": end_s}


def write_set(folder: Path) -> Path:
    """A small set of recordings that holds something of everything.

    ``a``: a spread, labelled, and one that was never made. ``b``: a swipe that belongs to another
    gesture, so that it is a confusion. ``c``: a raised hand that no label knows of, so that it is
    false. ``d``: a clap without a label file.
    """
    folder.mkdir()
    write_recording(folder / "a.poses.jsonl", PERFORMANCES["spread"])
    write_labels(
        folder / "a.json",
        "a.poses.jsonl",
        label("spread", 1.5, 3.4, 3.7),
        label("gather", 0.2, 0.6, 0.8),
    )
    write_recording(folder / "b.poses.jsonl", PERFORMANCES["swipe_left"])
    ignored = [{"name": "point", "start_s": 1.0, "end_s": 4.5}]
    write_labels(folder / "b.json", "b.poses.jsonl", ignore=ignored)
    write_recording(folder / "c.poses.jsonl", PERFORMANCES["raise_right_hand"])
    write_labels(folder / "c.json", "c.poses.jsonl")
    write_recording(folder / "d.poses.jsonl", PERFORMANCES["clap"])
    return folder

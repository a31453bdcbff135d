"""Recordings and clips from outside the package replay without a crash, with finite results."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_pipeline import default
from support_x11 import REPO

from gesturepose.app import make_stages
from gesturepose.capture.recording import PoseRecording
from gesturepose.capture.settings import CaptureSettings
from gesturepose.capture.video import open_video
from gesturepose.datatypes import Phase
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.pipeline import Snapshot

_SHARED = REPO.parent / "shared"
_RECORDINGS = sorted((_SHARED / "recordings").glob("*.poses.jsonl"))
_CLIPS = sorted((_SHARED / "clips").glob("*.mp4"))
# All of them take minutes; every fourth of the smaller is a sample that takes seconds.
_SAMPLE = sorted(_RECORDINGS, key=lambda path: path.stat().st_size)[:16:4]
_CLIP_FRAMES = 12


def check(snapshot: Snapshot) -> None:
    """Every number is finite, every event belongs to a person that is there."""
    for track in snapshot.tracks:
        seen = track.visible
        assert np.isfinite(track.keypoints[seen]).all()
        assert np.isfinite(track.velocities[seen]).all()
    ids = {track.track_id for track in snapshot.tracks}
    for event in snapshot.events:
        assert np.isfinite(event.timestamp)
        assert event.track_id in ids or event.phase is Phase.CANCEL
    for progress in snapshot.progress.values():
        assert 0.0 <= progress.value <= 1.0


def replay(path: Path) -> int:
    """Take a whole recording through tracker, gestures and bindings; returns its frames."""
    pipeline, count = make_stages(default(), str(path), StageTimes()).pipeline, 0
    recording = PoseRecording(path)
    try:
        while (frame := recording.read()) is not None:
            check(pipeline.step(frame))
            count += 1
    finally:
        recording.close()
    return count


@pytest.mark.skipif(not _RECORDINGS, reason="no ../shared/recordings beside the repository")
@pytest.mark.parametrize("path", _SAMPLE, ids=lambda path: path.name)
def test_a_recording_replays_with_finite_results(path: Path) -> None:
    frames = path.read_text().count("\n") - 1
    assert replay(path) == frames > 0


@pytest.mark.skipif(not _CLIPS, reason="no ../shared/clips beside the repository")
def test_clips_replay_with_finite_results() -> None:
    for path in _CLIPS:
        pipeline, seen = make_stages(default(), str(path), StageTimes()).pipeline, 0
        clip = open_video(path, CaptureSettings(), name=path.name)
        try:
            for frame in islice(iter(clip.read, None), _CLIP_FRAMES):
                snapshot = pipeline.step(frame)
                check(snapshot)
                seen += bool(snapshot.poses)
        finally:
            clip.close()
        assert seen == _CLIP_FRAMES, f"{path.name}: somebody is in every picture"

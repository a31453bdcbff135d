"""Two rendered people through the real network: nobody but the operator is obeyed."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from support_people import right_of
from support_pipeline import actions_of, begun, default, events_of, run

from gesturepose.app import load_network, make_stages
from gesturepose.capture.opening import open_source
from gesturepose.datatypes import Frame, Phase, PoseFrame
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from gesturepose.pipeline import Snapshot

HERE = Path(__file__).parent / "data"
LATE_S = 0.5
_NO_PICTURE = np.zeros((1, 1, 3), np.uint8)


@cache
def poses_of(clip: str) -> list[PoseFrame]:
    """What the network that finds everybody sees in a clip."""
    network = PoseEstimator(default().model, times=StageTimes())
    source = open_source(str(HERE / f"{clip}.mp4"), default().camera)
    frames = []
    try:
        while (frame := source.read()) is not None:
            assert isinstance(frame, Frame)
            poses = network(frame)
            frames.append(PoseFrame(poses, frame.timestamp, frame.index, frame.size))
    finally:
        source.close()
    return frames


def labels_of(clip: str, whose: str = "gestures") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / f"{clip}.json").read_text())[whose]
    return found


@cache
def watch(clip: str, **control: str) -> list[Snapshot]:
    """What becomes of a clip, with the network that follows the operator, as in the program."""
    config = default()
    settings = config.control.model_copy(update=control)
    config = config.model_copy(update={"control": settings})
    network = load_network(config.model, StageTimes())
    source = open_source(str(HERE / f"{clip}.mp4"), config.camera)
    snapshots = []
    try:
        pipeline = make_stages(config, clip, StageTimes(), network=network).pipeline
        while (frame := source.read()) is not None:
            assert isinstance(frame, Frame)
            # Without the pictures, which would stay in memory for the rest of the run.
            seen = dataclasses.replace(frame, image=_NO_PICTURE)
            snapshots.append(dataclasses.replace(pipeline.step(frame), frame=seen))
    finally:
        source.close()
        network.close()
    return snapshots


@pytest.mark.parametrize("operator", ["largest", "first"])
@pytest.mark.parametrize("clip", ["bystander", "crossing"])
def test_only_the_operators_gestures_are_recognised(clip: str, operator: str) -> None:
    snapshots = watch(clip, operator=operator)
    assert sum(not snapshot.everyone for snapshot in snapshots) > len(snapshots) / 2
    labels = labels_of(clip)
    begins = [event for event in events_of(snapshots) if event.phase is Phase.BEGIN]
    assert [event.gesture for event in begins] == [label["name"] for label in labels]
    for event, label in zip(begins, labels, strict=True):
        assert label["start_s"] <= event.timestamp <= label["end_s"] + LATE_S
    assert {action.gesture for action in actions_of(snapshots)} <= {e.gesture for e in begins}


def test_the_bystander_would_be_obeyed_if_alone() -> None:
    # So that what is not recognised beside the operator is ignored, not unseen.
    alone = right_of(poses_of("bystander"), 400.0)
    expected = [label["name"] for label in labels_of("bystander", "bystanders")]
    assert begun(run(alone)) == expected


def test_the_operator_who_was_hidden_is_the_operator_again() -> None:
    snapshots = watch("crossing", operator="largest")
    everybody = {track.track_id for s in snapshots for track in s.tracks}
    obeyed = [i for i in dict.fromkeys(s.operator_id for s in snapshots) if i is not None]
    assert obeyed[0] == 1
    # Never the passer-by, who was in view when the operator was lost.
    first_seen = {
        i: next(s.frame.timestamp for s in snapshots if i in {t.track_id for t in s.tracks})
        for i in everybody
    }
    passer_by = min(i for i in everybody if first_seen[i] > 1.0)
    assert passer_by not in obeyed
    assert snapshots[-1].operator_id == obeyed[-1]


def test_a_bystander_may_wake_and_then_is_the_one_who_is_obeyed() -> None:
    snapshots = watch("bystander", engagement="wake")
    after_wake = [label["name"] for label in labels_of("bystander", "bystanders")][1:]
    assert begun(snapshots) == after_wake
    assert len({event.track_id for event in events_of(snapshots)}) == 1
    assert "raise_right_hand" not in {action.gesture for action in actions_of(snapshots)}

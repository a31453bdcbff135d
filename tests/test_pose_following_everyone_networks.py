"""Following everybody through real networks and the tracker: the same people all the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_pipeline import default
from support_top_down import KnownPlaces, as_poses, draw_people, write_card, write_heatmap_network

from gesturepose import resources
from gesturepose.app import Network, load_network, make_stages
from gesturepose.capture.opening import open_source
from gesturepose.datatypes import Frame, PoseFrame, Sighting, Track, TrackState
from gesturepose.evaluation.benchmark import Durations
from gesturepose.evaluation.pck import UPPER_BODY
from gesturepose.pose.adding import NewModel, add_model
from gesturepose.pose.following_everyone import EveryoneFollower
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.top_down import TopDownEstimator
from gesturepose.pose.top_down_rule import HEATMAPS
from gesturepose.pose.two_stage import TwoStageEstimator
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.pipeline import Snapshot

FPS = 30
BYSTANDER = Path(__file__).parent / "data" / "bystander.mp4"


def test_two_who_walk_are_followed_by_a_network(tmp_path: Path) -> None:
    """A real network and the tracker, on painted people: the same two, exactly, all the way."""
    path = write_heatmap_network(tmp_path / "dots.onnx")
    card = write_card(path, HEATMAPS, crops={"refinement": "'dark'"})
    first, keypoints = draw_people(np.random.default_rng(5), 2)
    finder = KnownPlaces(as_poses(keypoints))
    person = TopDownEstimator(PoseSettings(name=card, device="cpu"))
    both = TwoStageEstimator(finder, person)
    follower = EveryoneFollower(both)

    def estimate(
        frame: Frame | PoseFrame,
        tracks: Sequence[Track],
        operator_id: int | None,
        *,
        others_matter: bool,
    ) -> Sighting:
        del operator_id, others_matter
        assert isinstance(frame, Frame)
        return follower(frame, tracks)

    network = Network(lambda: estimate, "dots", "none", both.close)
    every = {"calm_fps": 0.0, "slow_fps": 0.0}  # picture is looked at
    camera = default().camera.model_copy(update=every)
    config = default().model_copy(update={"camera": camera})
    pipeline = make_stages(config, "demo", StageTimes(), network=network).pipeline
    snapshots: list[Snapshot] = []
    for index in range(60):
        moved = keypoints + np.array((2 * index, 0), np.float32)
        finder.poses = as_poses(moved)
        image = np.roll(first.image, 2 * index, axis=1)
        snapshot = pipeline.step(Frame(image, index / FPS, index))
        found = np.stack([pose.keypoints for pose in snapshot.poses])
        found = found[np.argsort(np.nanmean(found[..., 0], axis=1))]
        np.testing.assert_allclose(found, moved, atol=0.2)
        snapshots.append(snapshot)
    network.close()
    assert {track.track_id for s in snapshots for track in s.tracks} == {1, 2}
    assert all(t.state is TrackState.CONFIRMED for s in snapshots[10:] for t in s.tracks)
    assert len({s.operator_id for s in snapshots[10:]}) == 1
    assert finder.asked < 20


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The keypoint heatmaps of MoveNet Thunder alone, which are those of a top-down network."""
    new = NewModel(
        family=HEATMAPS,
        name="heatmaps",
        licence="Apache-2.0",
        layout="NHWC",
        dtype="uint8",
        outputs={"heatmaps": "keypoint_heatmaps"},
        # Of MoveNet, keypoints that are surely there score half.
        top_down={
            "width": 256,
            "height": 256,
            "grid": "centers",
            "refinement": "dark",
            "full_scale": 0.5,
        },
    )
    thunder = resources.models_dir() / "movenet-thunder.onnx"
    return str(add_model(thunder, new, folder=tmp_path_factory.mktemp("models")).path)


def watch(model: str, clip: Path, frames: int) -> tuple[list[Snapshot], int]:
    """What becomes of a clip's first frames, and how often people were found in them."""
    config = default()
    settings = config.model.model_copy(update={"name": model, "device": "cpu"})
    times = Durations()
    network = load_network(settings, times)
    source = open_source(str(clip), config.camera)
    try:
        pipeline = make_stages(config, "demo", times, network=network).pipeline
        snapshots = []
        for _ in range(frames):
            frame = source.read()
            assert isinstance(frame, Frame)
            snapshots.append(pipeline.step(frame))
    finally:
        source.close()
        network.close()
    return snapshots, len(times.seconds["find"])


def test_the_operator_of_the_demo_is_never_lost(trained: str) -> None:
    clip = resources.demo_clip()
    snapshots, found = watch(trained, clip, 60)
    assert found < 15
    assert all(s.everyone and len(s.poses) == 1 for s in snapshots)
    assert all([t.track_id for t in s.tracks] == [1] for s in snapshots)
    assert all(s.tracks[0].state is TrackState.CONFIRMED for s in snapshots[10:])
    assert {s.operator_id for s in snapshots[10:]} == {1}
    labels = json.loads(clip.with_suffix(".json").read_text("utf-8"))["frames"]
    right = []
    for snapshot, label in zip(snapshots, labels, strict=False):
        truth = np.array(label["kp"], np.float64)
        torso_px = np.linalg.norm(truth[11, :2] - truth[6, :2])
        apart_px = np.linalg.norm(snapshot.poses[0].keypoints - truth[:, :2], axis=1)
        right += (apart_px <= 0.2 * torso_px)[list(UPPER_BODY)].tolist()
    assert np.mean(right) > 0.98


def test_two_people_stay_two_people(trained: str) -> None:
    snapshots, found = watch(trained, BYSTANDER, 50)
    assert found < 25
    assert all(len(s.poses) == 2 for s in snapshots)
    assert all([t.track_id for t in s.tracks] == [1, 2] for s in snapshots)
    assert all(t.state is TrackState.CONFIRMED for s in snapshots[10:] for t in s.tracks)

"""What smoothing does to recognition: other keypoints for the tracker's people, and the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_body import PERFORMANCES, Body, Key, perform
from support_recordings import label, write_labels

from gesturepose.capture.recording import PoseRecorder
from gesturepose.config import load_config
from gesturepose.datatypes import Pose, Track
from gesturepose.evaluation.figures import Evaluation
from gesturepose.evaluation.gestures import evaluate
from gesturepose.evaluation.labels import Label, LabelledSource
from gesturepose.evaluation.matching import Detection, Replay, match
from gesturepose.evaluation.one_euro import OneEuroFilter, OneEuroSetting
from gesturepose.evaluation.smoothed_tracks import (
    OneEuroSmoother,
    SmoothedTracker,
    Smoother,
    smooth_nothing,
)
from gesturepose.evaluation.smoothing import main
from gesturepose.evaluation.smoothing_recognition import (
    KALMAN,
    RAW,
    SMOOTHINGS,
    recognise,
    subtract,
)
from gesturepose.resources import default_config
from gesturepose.skeleton import COCO17
from gesturepose.tracking.settings import TrackerSettings
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SETTINGS = TrackerSettings()
SETTING = OneEuroSetting(min_cutoff_hz=0.5, beta=3.0)
WRIST = COCO17.index("right_wrist")


def make_smoothed(smoother: Smoother = smooth_nothing) -> SmoothedTracker:
    return SmoothedTracker(SETTINGS, COCO17, smoother=smoother)


def one_euro() -> OneEuroSmoother:
    setting = SETTING
    return OneEuroSmoother(OneEuroFilter(min_cutoff_hz=setting.min_cutoff_hz, beta=setting.beta))


def without_wrist(pose: Pose) -> Pose:
    keypoints, scores = pose.keypoints.copy(), pose.scores.copy()
    keypoints[WRIST], scores[WRIST] = np.nan, 0.0
    return Pose(keypoints, scores, pose.score)


def follow(tracker: Tracker, frames: Sequence[Sequence[Pose]], fps: float = 30.0) -> list[Track]:
    """The only person's track, frame by frame."""
    found = []
    for index, poses in enumerate(frames):
        (track,) = tracker.update(poses, index / fps)
        found.append(track)
    return found


def poses_of(keys: list[Key], body: Body | None = None) -> list[list[Pose]]:
    return [list(frame.poses) for frame in perform(keys, body=body)]


def test_no_smoothing_is_what_was_measured_and_its_differences() -> None:
    frames = poses_of(PERFORMANCES["swipe_left"], Body(noise_px=1.0))
    tracks = follow(make_smoothed(), frames)
    for index, (track, (pose,)) in enumerate(zip(tracks, frames, strict=True)):
        np.testing.assert_array_equal(track.keypoints, pose.keypoints)
        np.testing.assert_array_equal(track.visible, pose.scores > 0)
        np.testing.assert_array_equal(track.observed, pose.scores > 0)
        before = frames[index - 1][0].keypoints if index else pose.keypoints
        np.testing.assert_allclose(track.velocities, 30 * (pose.keypoints - before), atol=0.02)


def test_identities_and_states_are_the_trackers() -> None:
    """Two people who pass each other, one of them hidden for a while."""
    left = poses_of([Key(1.0, origin=(-3.0, 0.0))], Body(center=(200.0, 200.0), unit=60.0))
    right = poses_of([Key(1.0, origin=(3.0, 0.0))], Body(center=(440.0, 230.0), unit=70.0))
    plain, smoothed = Tracker(SETTINGS, COCO17), make_smoothed()
    hidden = range(60, 75)
    for index, (a, b) in enumerate(zip(left, right, strict=True)):
        # The network lists people in any order.
        poses = [*a, *b] if index % 2 else [*b, *a]
        poses = a if index in hidden else poses
        expected = plain.update(poses, index / 30)
        got = smoothed.update(poses, index / 30)
        assert [(t.track_id, t.state) for t in got] == [(t.track_id, t.state) for t in expected]
        for track, own in zip(got, expected, strict=True):
            if own.observed.any():
                # Both are the same person: nothing smoothed lies nearer to the other one.
                apart = np.nanmax(np.abs(track.keypoints - own.keypoints))
                assert apart < 20.0
    assert len(expected) == 2


def test_a_hidden_keypoint_stays_and_then_is_missing() -> None:
    frames = poses_of(PERFORMANCES["swipe_left"])[:100]
    hidden_at = 80  # in the middle of a movement, so that staying is not moving on
    frames[hidden_at:] = [[without_wrist(pose)] for (pose,) in frames[hidden_at:]]
    for smoother in (smooth_nothing, one_euro()):
        tracks = follow(make_smoothed(smoother), frames)
        last = tracks[hidden_at - 1]
        coasting = tracks[hidden_at : hidden_at + int(SETTINGS.keypoint_coast_s * 30)]
        assert coasting
        for track in coasting:
            np.testing.assert_array_equal(track.keypoints[WRIST], last.keypoints[WRIST])
            np.testing.assert_array_equal(track.velocities[WRIST], last.velocities[WRIST])
            assert track.visible[WRIST]
            assert not track.observed[WRIST]
        assert not tracks[-1].visible[WRIST]
        assert np.isnan(tracks[-1].keypoints[WRIST]).all()
        assert tracks[-1].observed.sum() == last.observed.sum() - 1


def test_after_a_gap_the_time_since_it_was_seen_counts() -> None:
    frames = poses_of([Key(1.0)])[:40]
    moved = frames[30][0].keypoints.copy()
    moved[WRIST, 0] += 8.0
    frames[28] = [without_wrist(frames[28][0])]
    frames[29] = [without_wrist(frames[29][0])]
    frames[30] = [Pose(moved, frames[30][0].scores, 0.9)]
    track = follow(make_smoothed(), frames[:31])[-1]
    assert track.velocities[WRIST, 0] == pytest.approx(8.0 / (3 / 30), rel=1e-3)


def test_one_euro_in_the_loop_is_the_filter() -> None:
    """The same figures as the filter over the whole signal, in shoulder widths."""
    unit = 100.0
    ears = ("left_ear", "right_ear")  # theirs is another estimate of the width
    frames = poses_of(PERFORMANCES["swipe_right"], Body(unit=unit, hidden=ears))
    reference = OneEuroFilter(min_cutoff_hz=SETTING.min_cutoff_hz, beta=SETTING.beta)
    tracks = follow(make_smoothed(one_euro()), frames)
    for track, (pose,) in zip(tracks, frames, strict=True):
        expected = unit * reference.update(pose.keypoints.astype(float) / unit, 1 / 30)
        np.testing.assert_allclose(track.keypoints, expected, atol=0.01)
    lags = np.abs(frames[80][0].keypoints - tracks[80].keypoints)
    assert np.nanmax(lags) > 5.0  # there was a movement to be late in


def test_one_euro_steadies() -> None:
    frames = poses_of([Key(1.0)], Body(noise_px=1.0))
    tracks = follow(make_smoothed(one_euro()), frames)
    smooth = np.array([track.keypoints[WRIST] for track in tracks[20:]])
    raw = np.array([pose.keypoints[WRIST] for (pose,) in frames[20:]])
    assert np.diff(smooth, axis=0).std() < 0.3 * np.diff(raw, axis=0).std()


def test_a_repeated_frame_changes_nothing() -> None:
    frames = poses_of(PERFORMANCES["swipe_right"])
    tracker = make_smoothed(one_euro())
    for index, poses in enumerate(frames[:60]):
        (once,) = tracker.update(poses, index / 30)
    (again,) = tracker.update(frames[61], 59 / 30)
    np.testing.assert_array_equal(again.keypoints, once.keypoints)
    tracker.reset()
    assert tracker.update([], 0.0) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two labelled recordings, one of them of noisy keypoints, and one without labels."""
    for name, noise_px in (("spread", 0.5), ("raise_right_hand", 3.0)):
        path, body = tmp_path / f"{name}.poses.jsonl", Body(noise_px=noise_px)
        with PoseRecorder(path, skeleton_name="coco17") as recorder:
            for frame in perform(PERFORMANCES[name], body=body, fps=20.0, idle_s=0.8):
                recorder.write(frame.poses, frame.timestamp, size=frame.size)
        write_labels(tmp_path / f"{name}.json", path.name, label(name, 0.8, 2.4, 3.2))
    (tmp_path / "unlabelled.poses.jsonl").write_text("no recording: it must not be read\n")
    return tmp_path


def rows_of(shown: str) -> dict[str, list[str]]:
    """Cells by way to smooth."""
    rows = {}
    for line in shown.splitlines()[2 : 2 + len(SMOOTHINGS)]:
        name = next(name for name in SMOOTHINGS if line.startswith(name))
        rows[name] = line.removeprefix(name).split()
    return rows


def test_a_row_for_each_way_to_smooth(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [str(folder), "--recognition", "--one-euro", "1", "3", "--jobs", "1"]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("2 recordings with labels, 0.1 min, 2 gestures, 0 stretches")
    assert "One Euro: min_cutoff 1.00 Hz, beta 3" in shown
    rows = rows_of(shown)
    assert list(rows) == list(SMOOTHINGS)
    assert float(rows[KALMAN][0]) == 1.0
    assert rows[KALMAN][-4:] == ["0", "0", "0.000", "s"]
    # A hand that seems to shiver by 3 % of the shoulder width a frame is not still.
    assert float(rows[RAW][0]) < 1.0


def test_the_setting_is_found_on_the_recordings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = str(folder / "spread.poses.jsonl")
    assert main([one, "--recognition", "--jobs", "1"]) == 0
    shown = capsys.readouterr().out
    assert "One Euro: min_cutoff" in shown
    assert main([one]) == 0
    # The same setting as of the table that compares jitter and lag.
    setting = shown.split("One Euro: ")[1].strip()
    assert f"({setting})" in capsys.readouterr().out


def test_processes_give_the_same_and_labels_may_lie_elsewhere(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = folder / "labels"
    elsewhere.mkdir()
    for path in folder.glob("*.json"):
        path.rename(elsewhere / path.name)
    command = [str(folder), "--labels", str(elsewhere), "--recognition", "--one-euro", "1", "3"]
    shown = []
    for jobs in ("1", "2"):
        assert main([*command, "--jobs", jobs]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert "2 recordings with labels" in shown[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing_here"], "no keypoint recordings"),
        (["unlabelled.poses.jsonl"], "no labels for these recordings"),
        (["spread.poses.jsonl", "--jobs", "0"], "--jobs: at least 1 process is needed"),
        (["spread.poses.jsonl", "--config", "none.toml"], "none.toml"),
    ],
)
def test_wrong_usage_is_one_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    (folder / "nothing_here").mkdir()
    assert main([*arguments, "--recognition"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_nobody_at_rest_asks_for_a_setting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.poses.jsonl"
    with PoseRecorder(path, skeleton_name="coco17") as recorder:
        for index in range(10):
            recorder.write([], index / 30, size=(640, 480))
    write_labels(tmp_path / "empty.json", path.name)
    assert main([str(path), "--recognition"]) == 2
    assert "--one-euro HZ BETA" in capsys.readouterr().err
    assert main([str(path), "--recognition", "--one-euro", "1", "1"]) == 0
    with pytest.raises(SystemExit):
        main([str(path), "--recognition", "--one-euro", "0", "fast"])
    assert "'0' is not a number above 0" in capsys.readouterr().err


def judged(path: Path, *found: tuple[str, float]) -> Evaluation:
    labels = (Label("clap", 1.0, 2.0, 2.5), Label("clap", 5.0, 6.0, 6.5), Label("wave", 8, 9, 9.5))
    detections = tuple(Detection(name, time_s, time_s) for name, time_s in found)
    return Evaluation([match(LabelledSource(path, labels), Replay(detections, 0.0, 12.0, 360))])


def test_differences_are_counted_label_by_label(tmp_path: Path) -> None:
    base = judged(tmp_path, ("clap", 2.0), ("clap", 6.0))
    other = judged(tmp_path, ("clap", 6.1), ("wave", 9.0), ("wave", 11.0))
    change = subtract(other, base)
    # One count each of 2 found: only label by label is it seen that they are not the same.
    assert (change.gained, change.lost) == (1, 1)
    assert change.later_s == pytest.approx(0.1)
    assert subtract(base, base).later_s == 0.0
    assert subtract(judged(tmp_path), base).later_s is None


def test_the_tracker_as_it_is_gives_what_evaluate_gives(folder: Path) -> None:
    config = load_config(default_config())
    source = LabelledSource.read(folder / "raise_right_hand.json")
    ours = recognise(source, KALMAN, config, SETTING)
    (theirs,) = evaluate(config, [source]).results
    begins = [(j.detection.gesture, j.detection.time_s, j.outcome) for j in ours.judgements]
    assert begins == [
        (j.detection.gesture, j.detection.time_s, j.outcome) for j in theirs.judgements
    ]
    assert begins

"""Steadiness, speed and honesty of the keypoint filter, on a noisy body made here."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gesturepose.datatypes import Pose
from gesturepose.evaluation import smoothing, steadiness
from gesturepose.evaluation.one_euro import OneEuroFilter
from gesturepose.evaluation.signals import read_signal
from gesturepose.skeleton import COCO17
from gesturepose.tracking.settings import TrackerSettings
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Float64Array = NDArray[np.float64]

WRIST = COCO17.index("right_wrist")
SHOULDER_PX = 100.0
RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "recordings"

# An upright body in shoulder widths, from the middle of the shoulders, y down, COCO order.
BODY = np.array(
    [
        [0.0, -0.7], [0.08, -0.76], [-0.08, -0.76], [0.2, -0.7], [-0.2, -0.7], [0.5, 0.0],
        [-0.5, 0.0], [0.6, 0.75], [-0.6, 0.75], [0.6, 1.4], [-0.6, 1.4], [0.35, 1.5],
        [-0.35, 1.5], [0.35, 2.5], [-0.35, 2.5], [0.35, 3.4], [-0.35, 3.4],
    ]
)  # fmt: skip


def make_pose(points_px: Float64Array, score: float = 0.8) -> Pose:
    points = points_px.astype(np.float32)
    scores = np.where(np.isnan(points).any(axis=1), 0.0, score).astype(np.float32)
    return Pose(points, scores, score)


def body_at(x_px: float, y_px: float, scale_px: float = SHOULDER_PX) -> Float64Array:
    return np.asarray(BODY * scale_px + (x_px, y_px))


def follow(
    wrist_sw: Callable[[float], float],
    *,
    seconds: float,
    fps: float = 30.0,
    noise_sw: float = 0.01,
    scale_px: float = SHOULDER_PX,
    seed: int = 0,
) -> tuple[Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]:
    """Times, true, raw and tracked keypoints and velocities; the wrist moves along x."""
    random = np.random.default_rng(seed)
    tracker = Tracker(TrackerSettings(), COCO17)
    times = np.arange(0.0, seconds, 1.0 / fps)
    true, raw, tracked, speed = [], [], [], []
    for moment in times:
        body = body_at(4 * scale_px, 3 * scale_px, scale_px)
        body[WRIST, 0] += wrist_sw(float(moment)) * scale_px
        seen = body + random.normal(0.0, noise_sw * scale_px, body.shape)
        (track,) = tracker.update([make_pose(seen)], float(moment))
        true.append(body)
        raw.append(seen)
        tracked.append(track.keypoints)
        speed.append(track.velocities)
    return times, np.array(true), np.array(raw), np.array(tracked), np.array(speed)


def swipe(moment: float) -> float:
    """Two shoulder widths in 0.3 s, minimum jerk (peak speed 12.5 widths per second), at 1.5 s."""
    u = min(max((moment - 1.5) / 0.3, 0.0), 1.0)
    return 2.0 * (10 * u**3 - 15 * u**4 + 6 * u**5)


def jitter(points: Float64Array) -> float:
    return float(np.sqrt((np.diff(points, 2, axis=0) ** 2).mean() / 6.0))


def lag_s(times: Float64Array, true: Float64Array, tracked: Float64Array) -> float:
    shifts = np.arange(-0.05, 0.15, 0.001)
    errors = [((np.interp(times - s, times, true) - tracked) ** 2).sum() for s in shifts]
    return float(shifts[int(np.argmin(errors))])


@pytest.mark.parametrize("scale_px", [25.0, 100.0, 300.0])
@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
@pytest.mark.parametrize("noise_sw", [0.003, 0.01])
def test_jitter_at_rest_is_a_third_of_the_raw(fps: float, scale_px: float, noise_sw: float) -> None:
    times, _, raw, tracked, _ = follow(
        lambda _: 0.0, seconds=8.0, fps=fps, scale_px=scale_px, noise_sw=noise_sw
    )
    settled = times > 1.0
    ratio = jitter(raw[settled]) / jitter(tracked[settled])
    sys.stdout.write(
        f"jitter at rest, {fps:g} fps, {noise_sw:g} widths of noise: {ratio:.1f}x less\n"
    )
    assert ratio >= 3.0
    # It does not merely slide slowly either: deviation from where the body really is.
    error = np.sqrt(((tracked - tracked.mean(axis=0))[settled] ** 2).mean())
    assert error < 0.6 * noise_sw * scale_px


@pytest.mark.parametrize("scale_px", [25.0, 100.0, 300.0])
@pytest.mark.parametrize("fps", [15.0, 25.0, 30.0, 60.0])
def test_a_fast_swipe_lags_at_most_one_frame(fps: float, scale_px: float) -> None:
    lags = []
    for seed in range(5):
        times, true, _, tracked, _ = follow(
            swipe, seconds=3.0, fps=fps, scale_px=scale_px, seed=seed
        )
        lags.append(lag_s(times[8:], true[8:, WRIST, 0], tracked[8:, WRIST, 0]) * fps)
        # It ends where the wrist ends, without a wide swing beyond.
        assert tracked[:, WRIST, 0].max() < true[:, WRIST, 0].max() + 0.35 * scale_px
    sys.stdout.write(
        f"lag of a swipe at {fps:g} fps: {max(lags):.2f} frames at most of {len(lags)}\n"
    )
    assert max(lags) <= 1.0


@pytest.mark.parametrize("noise_sw", [0.0, 0.01])
def test_velocity_is_in_pixels_per_second(noise_sw: float) -> None:
    def glide(moment: float) -> float:
        return 1.5 * moment

    *_, speed = follow(glide, seconds=3.0, noise_sw=noise_sw)
    measured = speed[40:, WRIST, 0].mean()
    assert measured == pytest.approx(150.0, rel=0.1)
    assert np.abs(speed[40:, COCO17.index("nose"), 0]).max() < 40.0


def test_velocity_holds_with_irregular_frames() -> None:
    random = np.random.default_rng(3)
    tracker = Tracker(TrackerSettings(), COCO17)
    moment, speeds = 0.0, []
    for _ in range(120):
        moment += float(random.uniform(1 / 60, 1 / 10))
        pose = make_pose(body_at(100 + 200 * moment, 300) + random.normal(0, 0.5, BODY.shape))
        (track,) = tracker.update([pose], moment)
        speeds.append(track.velocities[:, 0])
    assert np.median(speeds[30:]) == pytest.approx(200.0, rel=0.05)
    assert np.abs(np.array(speeds[30:]).mean(axis=0) - 200.0).max() < 20.0


@pytest.mark.parametrize("frames", [1, 2])
def test_a_keypoint_on_the_other_hand_for_a_moment_is_not_followed(frames: int) -> None:
    tracker = Tracker(TrackerSettings(), COCO17)
    other = COCO17.index("left_wrist")
    for index in range(60):
        body = body_at(300, 200)
        if 30 <= index < 30 + frames:
            body[WRIST] = body[other]
        (track,) = tracker.update([make_pose(body)], index / 30)
        assert np.hypot(*(track.keypoints[WRIST] - body_at(300, 200)[WRIST])) < 5.0


def test_a_keypoint_that_stays_elsewhere_is_followed_soon() -> None:
    tracker = Tracker(TrackerSettings(), COCO17)
    target = body_at(300, 200)[WRIST] + (150.0, -80.0)
    for index in range(40):
        body = body_at(300, 200)
        if index >= 30:
            body[WRIST] = target
        (track,) = tracker.update([make_pose(body)], index / 30)
        if index >= 35:
            assert np.hypot(*(track.keypoints[WRIST] - target)) < 5.0


def test_one_glitch_does_not_lead_the_prediction_off() -> None:
    tracker = Tracker(TrackerSettings(), COCO17)
    for index in range(60):
        body = body_at(300, 200)
        if index == 30:
            body[WRIST, 1] -= 50.0  # within reach, so it is believed
        (track,) = tracker.update([make_pose(body)], index / 30)
        if index > 30:
            assert np.hypot(*(track.keypoints[WRIST] - body_at(300, 200)[WRIST])) < 8.0


def test_doubtful_keypoints_move_the_estimate_less() -> None:
    moved = []
    for score in (0.9, 0.3):
        tracker = Tracker(TrackerSettings(), COCO17)
        for index in range(30):
            tracker.update([make_pose(body_at(300, 200))], index / 30)
        (track,) = tracker.update([make_pose(body_at(303, 200), score)], 1.0)
        moved.append(track.keypoints[WRIST, 0] - body_at(300, 200)[WRIST, 0])
    assert 0.0 < moved[1] < 0.5 * moved[0]


def test_a_hidden_keypoint_coasts_then_is_missing_then_returns() -> None:
    settings = TrackerSettings()
    tracker = Tracker(settings, COCO17)
    seen_at = 0.0
    for index in range(90):
        moment = index / 30
        body = body_at(300, 200)
        hidden = 30 <= index < 60
        if hidden:
            body[WRIST] = np.nan
        else:
            seen_at = moment
        (track,) = tracker.update([make_pose(body)], moment)
        expected = moment - seen_at <= settings.keypoint_coast_s + 1e-6
        assert bool(track.visible[WRIST]) == expected
        assert np.isnan(track.keypoints[WRIST]).all() != expected
        assert np.isnan(track.velocities[WRIST]).all() != expected
        assert track.visible[np.arange(17) != WRIST].all()
        if expected:
            assert np.hypot(*(track.keypoints[WRIST] - body_at(300, 200)[WRIST])) < 3.0


def test_a_coasting_wrist_does_not_fly_away() -> None:
    tracker = Tracker(TrackerSettings(keypoint_coast_s=1.0), COCO17)
    for index in range(60):
        body = body_at(300, 200)
        body[WRIST, 0] -= 1000.0 * min(index / 30, 1.0)  # 10 widths per second
        last = body[WRIST, 0]
        if index > 30:
            body[WRIST] = np.nan
        (track,) = tracker.update([make_pose(body)], index / 30)
    assert abs(track.keypoints[WRIST, 0] - last) < 1.6 * SHOULDER_PX


def test_a_frame_costs_little() -> None:
    tracker = Tracker(TrackerSettings(), COCO17)
    random = np.random.default_rng(0)
    poses = [make_pose(body_at(300, 200) + random.normal(0, 1, BODY.shape)) for _ in range(300)]
    spent = []
    for index, pose in enumerate(poses):
        start = time.perf_counter()
        tracker.update([pose], index / 30)
        spent.append(time.perf_counter() - start)
    sys.stdout.write(f"tracker: {1e3 * np.median(spent):.2f} ms a frame with one person\n")
    # 0.35 ms on two busy cores; the limit leaves room for slower machines.
    assert np.median(spent) < 0.0015


def test_one_euro_follows_its_paper() -> None:
    # At rest an exponential filter with alpha = 1 / (1 + 1 / (2 pi f dt)).
    filter_ = OneEuroFilter(min_cutoff_hz=1.0, beta=0.0)
    filter_.update(np.array([0.0]), 1 / 30)
    alpha = 1.0 / (1.0 + 30.0 / (2.0 * np.pi))
    assert filter_.update(np.array([1.0]), 1 / 30)[0] == pytest.approx(alpha)
    assert filter_.update(np.array([1.0]), 1 / 30)[0] == pytest.approx(1 - (1 - alpha) ** 2)
    quick = OneEuroFilter(min_cutoff_hz=1.0, beta=1.0)
    quick.update(np.array([0.0]), 1 / 30)
    assert quick.update(np.array([1.0]), 1 / 30)[0] > alpha


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no webcam recordings in ../shared/recordings")
def test_real_recordings_are_steadier_and_hardly_later() -> None:
    paths = sorted(RECORDINGS.glob("*.poses.jsonl"))[:60:10]
    assert paths
    signals = [read_signal(path, TrackerSettings()) for path in paths]
    raw = steadiness.pool([steadiness.measure(s, s.raw) for s in signals])
    kalman = steadiness.pool([steadiness.measure(s, s.kalman) for s in signals])
    lag_frames = float(np.percentile(kalman.lags_frames, 90))
    sys.stdout.write(
        f"recordings: jitter {raw.jitter_sw / kalman.jitter_sw:.1f}x less; "
        f"lag {lag_frames:.2f} frames (90th percentile of {len(kalman.lags_s)} passages)\n"
    )
    assert raw.jitter_sw / kalman.jitter_sw >= 3.0
    assert len(kalman.lags_s) >= 20
    assert lag_frames <= 1.0


def test_the_command_prints_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "made.poses.jsonl"
    times, _, raw, _, _ = follow(swipe, seconds=6.0)
    lines = ['{"type":"poses","version":1,"size":[640,480],"skeleton":"coco17"}']
    for moment, points in zip(times, raw, strict=True):
        rows = ",".join(f"[{x:.2f},{y:.2f},0.9]" for x, y in points)
        lines.append(f'{{"t":{moment:.4f},"poses":[{{"score":0.9,"keypoints":[{rows}]}}]}}')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert smoothing.main([str(path)]) == 0
    shown = capsys.readouterr().out
    assert "1 recordings, 1 fast passages" in shown
    gain = float(shown.split("Kalman")[1].split("x")[0].split()[-1])
    assert gain >= 3.0
    assert smoothing.main([str(tmp_path / "none.poses.jsonl")]) == 1
    assert "none.poses.jsonl" in capsys.readouterr().err

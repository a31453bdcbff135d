"""Recordings at other moments: another frame rate, irregular frames, frames lost.

Pure functions of times and frames; chance comes from the generator that is passed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import Pose, PoseFrame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Times = NDArray[np.float64]

#: Below this share of a recording's own rate its frames are chosen, above it interpolated:
#: between two frames noise averages out, which a slower camera would not do.
_CHOOSE_BELOW = 0.75


def draw_times(  # noqa: PLR0913 - the numbers that describe a camera, by name
    *,
    start_s: float,
    end_s: float,
    fps: float,
    rng: np.random.Generator,
    jitter: float = 0.0,
    drop: float = 0.0,
) -> Times:
    """Draw the moments at which a camera delivers frames.

    Parameters
    ----------
    start_s, end_s
        First and last moment possible.
    fps
        Frames per second.
    rng
        Where chance comes from.
    jitter
        Each frame comes early or late by up to this share of a frame's time (below 0.5), uniformly.
    drop
        Share of the frames that never arrive.

    Returns
    -------
    ndarray
        ``(N,)`` seconds, increasing.
    """
    count = int((end_s - start_s) * fps + 1e-6) + 1
    times_s = start_s + (np.arange(count) + rng.uniform(-jitter, jitter, count)) / fps
    kept = rng.random(count) >= drop
    return np.asarray(np.unique(np.clip(times_s[kept], start_s, end_s)))


def choose_frames(times_s: Times, wanted_s: Times) -> NDArray[np.intp]:
    """Rows of ``times_s`` (N,) nearest to each of ``wanted_s`` (M,), each once, in order."""
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, max(len(times_s) - 1, 1))
    if len(times_s) < 2:
        return np.arange(len(times_s))
    nearer_before = wanted_s - times_s[after - 1] <= times_s[after] - wanted_s
    return np.unique(after - nearer_before)


def resample(
    frames: Sequence[PoseFrame],
    *,
    fps: float,
    rng: np.random.Generator,
    jitter: float = 0.0,
    drop: float = 0.0,
) -> list[PoseFrame]:
    """Give a recording as a camera of another frame rate would have.

    Parameters
    ----------
    frames
        Of a recording.
    fps, rng, jitter, drop
        As for `draw_times`.

    Returns
    -------
    list of PoseFrame
        Some of the frames where the new rate is clearly lower than the recording's, else frames
        interpolated linearly between the two around each moment; a keypoint or person that one of
        the two lacks is as in the nearer. Every frame bears the moment it shows.
    """
    if len(frames) < 2:
        return list(frames)
    times_s = np.array([frame.timestamp for frame in frames])
    wanted_s = draw_times(
        start_s=times_s[0], end_s=times_s[-1], fps=fps, rng=rng, jitter=jitter, drop=drop
    )
    if fps < _CHOOSE_BELOW / float(np.median(np.diff(times_s))):
        chosen = [frames[row] for row in choose_frames(times_s, wanted_s)]
        return [PoseFrame(f.poses, f.timestamp, i, f.size) for i, f in enumerate(chosen)]
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, len(times_s) - 1)
    return [
        PoseFrame(_interpolate(frames[row - 1], frames[row], moment_s), moment_s, i, frames[0].size)
        for i, (row, moment_s) in enumerate(zip(after.tolist(), wanted_s.tolist(), strict=True))
    ]


def _interpolate(before: PoseFrame, after: PoseFrame, moment_s: float) -> list[Pose]:
    part = (moment_s - before.timestamp) / (after.timestamp - before.timestamp)
    near, far = (before, after) if part < 0.5 else (after, before)
    weight = min(part, 1.0 - part)
    others = list(far.poses)
    poses = []
    for pose in near.poses:
        other = min(others, key=lambda candidate: _distance(pose, candidate), default=None)
        if other is None or not np.isfinite(_distance(pose, other)):
            poses.append(pose)
            continue
        others = [candidate for candidate in others if candidate is not other]
        poses.append(_blend(pose, other, weight))
    return poses


def _blend(pose: Pose, other: Pose, weight: float) -> Pose:
    both = (pose.scores > 0) & (other.scores > 0)
    mixed = pose.keypoints + (other.keypoints - pose.keypoints) * np.float32(weight)
    keypoints = np.where(both[:, None], mixed, pose.keypoints).astype(np.float32)
    return Pose(keypoints, pose.scores, pose.score)


def _distance(pose: Pose, other: Pose) -> float:
    """Mean distance of the keypoints that both have, in pixels; infinite if they share none."""
    both = (pose.scores > 0) & (other.scores > 0)
    if not both.any():
        return float("inf")
    return float(np.hypot(*(pose.keypoints[both] - other.keypoints[both]).T).mean())

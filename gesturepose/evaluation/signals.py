"""A recording as signals to smooth: raw and tracked keypoints, and where they rest or are fast.

A keypoint is at rest where its speed stays below 0.1 shoulder widths per second for 0.25 s either
side: the speed of the truth, or else that of the raw keypoint averaged over 0.5 s. A fast passage
is a wrist faster than 4 shoulder widths per second in two successive steps, 0.25 s either side of
its greatest speed. Must not smooth anything itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.capture.recording import PoseRecording
from gesturepose.datatypes import TrackState
from gesturepose.errors import UsageError
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.tracking.settings import TrackerSettings

    Float64Array = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

_REST_SW_S = 0.1
_REST_S = 0.25
_FAST_SW_S = 4.0
_PASSAGE_S = 0.25
#: Faster than any wrist: the network jumped, which is no passage.
_IMPOSSIBLE_SW_S = 16.0
#: The filters settle, and a track is born, before figures are taken.
_WARM_UP_S = 0.5
_MIN_SCORE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """One person of a recording, raw and as the tracker reports that person.

    Attributes
    ----------
    times_s
        ``(N,)``.
    raw, kalman
        ``(N, K, 2)`` in shoulder widths; NaN where not seen or not reported.
    rest
        ``(N, K)`` bool, see the module.
    passages
        ``(start, stop, wrist)`` frames and keypoint of the fast passages.
    scale_px
        Median shoulder width.
    """

    times_s: Float64Array
    raw: Float64Array
    kalman: Float64Array
    rest: BoolArray
    passages: list[tuple[int, int, int]]
    scale_px: float

    @property
    def step_s(self) -> float:
        """Median time between frames."""
        return float(np.median(np.diff(self.times_s)))


def read_signal(path: Path, settings: TrackerSettings, labels: Path | None = None) -> Signal:
    """Read a recording and run the tracker over its main person.

    ``labels`` is the folder of the label files; by default that of the recording.

    Raises
    ------
    SourceError
        If it is no keypoint recording.
    UsageError
        If nobody is followed in it.
    """
    recording = PoseRecording(path)
    skeleton, tracker = recording.skeleton, Tracker(settings, recording.skeleton)
    missing = np.full((len(skeleton), 2), np.nan)
    times, raws, reports = [], [], []
    try:
        while (frame := recording.read()) is not None:
            tracks = tracker.update(frame.poses, frame.timestamp)
            pose = max(frame.poses, key=lambda pose: pose.score, default=None)
            times.append(frame.timestamp)
            raws.append(
                missing
                if pose is None
                else np.where(pose.scores[:, None] >= _MIN_SCORE, pose.keypoints, np.nan)
            )
            reports.append({t.track_id: t for t in tracks if t.state is TrackState.CONFIRMED})
    finally:
        recording.close()
    counts: dict[int, int] = {}
    for track_id in (track_id for report in reports for track_id in report):
        counts[track_id] = counts.get(track_id, 0) + 1
    if not counts:
        raise UsageError(f"{path}: nobody is seen for long enough to be followed")
    main = max(counts, key=lambda track_id: counts[track_id])
    kalman = np.array([r[main].keypoints if main in r else missing for r in reports], np.float64)
    raw = np.array(raws, np.float64)
    seconds = np.array(times)
    shoulders = raw[:, skeleton.index("left_shoulder")] - raw[:, skeleton.index("right_shoulder")]
    scale_px = float(np.nanmedian(np.hypot(*shoulders.T)))
    raw, kalman = raw / scale_px, kalman / scale_px
    # Another person's pose that happened to score higher is no measurement of this one.
    raw[np.isnan(kalman).all(axis=(1, 2))] = np.nan
    wrists = [skeleton.index("left_wrist"), skeleton.index("right_wrist")]
    truth = _read_truth(path, labels or path.parent, seconds)
    guide = raw if truth is None else truth / scale_px
    rest = _find_rest(seconds, guide, exact=truth is not None)
    return Signal(seconds, raw, kalman, rest, _find_passages(seconds, guide, raw, wrists), scale_px)


def _read_truth(path: Path, folder: Path, times_s: Float64Array) -> Float64Array | None:
    """Read true keypoints (N, K, 2) at the recording's times, if its labels have them."""
    labels = folder / (path.name.removesuffix(".poses.jsonl") + ".json")
    if not labels.is_file():
        return None
    frames = json.loads(labels.read_text(encoding="utf-8")).get("frames")
    if not frames:
        return None
    moments = np.array([frame["t"] for frame in frames])
    points = np.array([frame["kp"] for frame in frames], dtype=np.float64)
    points[points[..., 2] == 0] = np.nan
    nearest = np.abs(moments[None] - times_s[:, None]).argmin(axis=1)
    return points[nearest, :, :2]


def _spread(flags: BoolArray, frames: int) -> BoolArray:
    """Raise every flag (N, ...) also this many frames before and after."""
    wide = flags.copy()
    for shift in range(1, frames + 1):
        wide[shift:] |= flags[:-shift]
        wide[:-shift] |= flags[shift:]
    return wide


def _find_rest(times_s: Float64Array, guide: Float64Array, *, exact: bool) -> BoolArray:
    step_s = float(np.median(np.diff(times_s)))
    half = max(1, round(_REST_S / step_s))
    if not exact:
        kernel = np.ones(2 * half + 1) / (2 * half + 1)
        guide = np.apply_along_axis(lambda a: np.convolve(a, kernel, "same"), 0, guide)
    speed = np.full(guide.shape[:2], np.inf)
    steps = np.linalg.norm(np.diff(guide, axis=0), axis=2)
    speed[1:] = steps / np.diff(times_s)[:, None]
    rest = ~_spread(~(speed < _REST_SW_S), half)
    rest[: round(_WARM_UP_S / step_s)] = False
    rest[-half:] = False
    return rest


def _find_passages(
    times_s: Float64Array, guide: Float64Array, raw: Float64Array, wrists: list[int]
) -> list[tuple[int, int, int]]:
    half = max(2, round(_PASSAGE_S / float(np.median(np.diff(times_s)))))
    passages = []
    for wrist in wrists:
        steps_s = np.diff(times_s)
        speed = np.linalg.norm(np.diff(guide[:, wrist], axis=0), axis=1) / steps_s
        jumps = np.linalg.norm(np.diff(raw[:, wrist], axis=0), axis=1) / steps_s
        # Over two steps, so that a single noisy one is no passage.
        steady = np.minimum(speed[1:], speed[:-1])
        steady = np.where(np.isnan(steady), 0.0, steady)
        while len(steady) and steady.max() >= _FAST_SW_S:
            peak = int(steady.argmax()) + 1
            start, stop = peak - half, peak + half + 1
            steady[max(0, start) : stop] = 0.0
            inside = jumps[max(0, start) : stop]
            settled = start > _WARM_UP_S / np.median(steps_s) and stop < len(times_s)
            # NaN, a wrist not seen, fails the comparison too.
            if settled and (inside < _IMPOSSIBLE_SW_S).all():
                passages.append((start, stop, wrist))
    return passages

"""Compare the tracker's Kalman filter with the raw network and with a One Euro filter.

``python -m gesturepose.evaluation.smoothing FILE.poses.jsonl ...`` prints one table. Labels with
true keypoints (``frames``) beside a recording decide what is rest and what is fast; without them
the recording itself does.

Figures
-------
jitter
    Root mean square of the second difference of a coordinate between successive frames at rest,
    divided by sqrt(6), so that white noise of standard deviation s has jitter s. Over all
    keypoints the network sees, both axes. A keypoint is at rest where its speed stays below
    0.1 shoulder widths per second for 0.25 s either side: the speed of the truth, or else that of
    the raw keypoint averaged over 0.5 s.
lag
    The time shift at which a filtered wrist lies nearest to the raw one (least squares, sub-frame)
    from 0.25 s before to 0.25 s after its greatest speed, for every passage of a wrist faster than
    4 shoulder widths per second. Median and 90th percentile over the passages.
overshoot
    How far the filtered wrist goes beyond the farthest raw one in the direction of the passage,
    within the same time. 90th percentile over the passages, in shoulder widths.

The One Euro filter lives here only. Must not be imported by the stages.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.capture.recording import PoseRecording
from gesturepose.datatypes import TrackState
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.tracking.settings import TrackerSettings
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

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
#: Speed coefficients tried for One Euro, per shoulder width; the one of least lag is shown.
_BETAS = (0.1, 0.3, 1.0, 3.0, 10.0)


class OneEuroFilter:
    """One Euro filter over an array of coordinates.

    Casiez, Roussel, Vogel, "1 EUR Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
    Interactive Systems", CHI 2012: exponential smoothing whose cut-off rises with the speed.

    Parameters
    ----------
    min_cutoff_hz
        Cut-off at rest.
    beta
        Rise of the cut-off with the speed, Hz per unit per second.
    speed_cutoff_hz
        Cut-off of the speed estimate.
    """

    def __init__(self, *, min_cutoff_hz: float, beta: float, speed_cutoff_hz: float = 1.0) -> None:
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._speed_cutoff_hz = speed_cutoff_hz
        self._value: Float64Array | None = None
        self._speed: Float64Array | None = None

    def update(self, value: Float64Array, step_s: float) -> Float64Array:
        """Filter one measurement of any shape; NaN in an element starts that element anew."""
        if self._value is None or self._speed is None:
            self._value, self._speed = value.copy(), np.zeros_like(value)
            return value.copy()
        speed = np.nan_to_num((value - self._value) / step_s)
        self._speed += self._gain(np.full_like(value, self._speed_cutoff_hz), step_s) * (
            speed - self._speed
        )
        gain = self._gain(self._min_cutoff_hz + self._beta * np.abs(self._speed), step_s)
        filtered = self._value + gain * (value - self._value)
        self._value = np.where(np.isnan(self._value), value, filtered)
        return self._value.copy()

    @staticmethod
    def _gain(cutoff_hz: Float64Array, step_s: float) -> Float64Array:
        time_constant_s = 1.0 / (2.0 * np.pi * cutoff_hz)
        return 1.0 / (1.0 + time_constant_s / step_s)


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


@dataclass(frozen=True, slots=True)
class Figures:
    """What a smoother does; see the module for the definitions."""

    jitter_px: float
    jitter_sw: float
    lags_s: tuple[float, ...]
    lags_frames: tuple[float, ...]
    overshoots_sw: tuple[float, ...]


def read_signal(path: Path, settings: TrackerSettings) -> Signal:
    """Read a recording and run the tracker over its main person.

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
    truth = _read_truth(path, seconds)
    guide = raw if truth is None else truth / scale_px
    rest = _find_rest(seconds, guide, exact=truth is not None)
    return Signal(seconds, raw, kalman, rest, _find_passages(seconds, guide, raw, wrists), scale_px)


def _read_truth(path: Path, times_s: Float64Array) -> Float64Array | None:
    """True keypoints (N, K, 2) at the recording's times, if its labels have them."""
    labels = path.with_name(path.name.removesuffix(".poses.jsonl") + ".json")
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


def measure(signal: Signal, filtered: Float64Array) -> Figures:
    """Take the figures of a filtered signal (N, K, 2) in shoulder widths."""
    both = np.where(np.isnan(signal.raw), np.nan, filtered)
    second = np.diff(both, 2, axis=0)[signal.rest[1:-1]]
    second = second[np.isfinite(second).all(axis=1)]
    jitter_sw = float(np.sqrt((second**2).mean() / 6.0)) if len(second) else float("nan")
    lags_s, overshoots_sw = [], []
    for start, stop, wrist in signal.passages:
        raw, smooth = signal.raw[start:stop, wrist], filtered[start:stop, wrist]
        times_s = signal.times_s[start:stop]
        if np.isnan(smooth).any():
            continue
        lags_s.append(_measure_lag(times_s, raw, smooth, signal.step_s))
        way = raw[-1] - raw[0]
        middle = len(raw) // 2
        way = raw[min(middle + 2, len(raw) - 1)] - raw[max(middle - 2, 0)]
        way /= max(float(np.linalg.norm(way)), 1e-9)
        overshoots_sw.append(float((smooth @ way).max() - (raw @ way).max()))
    frames = tuple(lag_s / signal.step_s for lag_s in lags_s)
    return Figures(
        jitter_sw * signal.scale_px, jitter_sw, tuple(lags_s), frames, tuple(overshoots_sw)
    )


def _measure_lag(
    times_s: Float64Array, raw: Float64Array, smooth: Float64Array, step_s: float
) -> float:
    """Seconds by which ``smooth`` (M, 2) follows ``raw`` (M, 2)."""
    shifts_s = np.arange(-2.0, 5.0, 0.05) * step_s
    errors = []
    for shift_s in shifts_s:
        inside = (times_s - shift_s >= times_s[0]) & (times_s - shift_s <= times_s[-1])
        moments_s = times_s[inside] - shift_s
        shifted = np.stack([np.interp(moments_s, times_s, raw[:, i]) for i in (0, 1)], axis=1)
        errors.append(float(((smooth[inside] - shifted) ** 2).mean()))
    return float(shifts_s[int(np.argmin(errors))])


def smooth_one_euro(signal: Signal, *, min_cutoff_hz: float, beta: float) -> Float64Array:
    """Run the One Euro filter over a signal: (N, K, 2) in shoulder widths."""
    one_euro = OneEuroFilter(min_cutoff_hz=min_cutoff_hz, beta=beta)
    steps_s = np.diff(signal.times_s, prepend=signal.times_s[0] - signal.step_s)
    return np.array(
        [one_euro.update(value, step) for value, step in zip(signal.raw, steps_s, strict=True)]
    )

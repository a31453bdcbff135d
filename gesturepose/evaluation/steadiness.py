"""How steady and how late smoothed keypoints are, and the One Euro filter that is as steady.

Figures
-------
jitter
    Root mean square of the second difference of a coordinate between successive frames at rest,
    divided by sqrt(6), so that white noise of standard deviation s has jitter s. Over all
    keypoints the network sees, both axes.
lag
    The time shift at which a filtered wrist lies nearest to the raw one (least squares, in steps
    of 0.05 frames) in a fast passage, in frames of the recording and in time. Median and 90th
    percentile over the passages.
overshoot
    How far the filtered wrist goes beyond the farthest raw one in the direction of the passage,
    within the same time. 90th percentile over the passages, in shoulder widths.

Rest and passages are found by `gesturepose.evaluation.signals`. Must not print, nor be imported
by the stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.evaluation.one_euro import OneEuroFilter, OneEuroSetting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.evaluation.signals import Signal

    Float64Array = NDArray[np.float64]

#: Speed coefficients tried for One Euro, per shoulder width; the one of least lag is shown.
_BETAS = np.array([0.1, 0.3, 1.0, 3.0, 5.0, 10.0])
_TUNING_ROUNDS = 9
#: Jitters within this ratio are taken to be equal.
_SAME_JITTER = 1.05


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What a smoother does to one signal or several; see the module for the definitions.

    Attributes
    ----------
    jitter_px, jitter_sw
        NaN where nothing is ever at rest.
    lags_s, lags_frames, overshoots_sw
        ``(M,)``, one per passage.
    """

    jitter_px: float
    jitter_sw: float
    lags_s: Float64Array
    lags_frames: Float64Array
    overshoots_sw: Float64Array


def measure_jitter_sw(signal: Signal, filtered: Float64Array) -> float:
    """Jitter of a filtered signal (N, K, 2), in shoulder widths; NaN where nothing rests."""
    both = np.where(np.isnan(signal.raw), np.nan, filtered)
    second = np.diff(both, 2, axis=0)[signal.rest[1:-1]]
    second = second[np.isfinite(second).all(axis=1)]
    return float(np.sqrt((second**2).mean() / 6.0)) if len(second) else float("nan")


def measure(signal: Signal, filtered: Float64Array) -> Figures:
    """Take all figures of a filtered signal (N, K, 2) in shoulder widths."""
    jitter_sw = measure_jitter_sw(signal, filtered)
    lags_s, overshoots_sw = [], []
    for start, stop, wrist in signal.passages:
        raw, smooth = signal.raw[start:stop, wrist], filtered[start:stop, wrist]
        times_s = signal.times_s[start:stop]
        if np.isnan(smooth).any():
            continue
        lags_s.append(_measure_lag(times_s, raw, smooth, signal.step_s))
        middle = len(raw) // 2
        way = raw[min(middle + 2, len(raw) - 1)] - raw[max(middle - 2, 0)]
        way /= max(float(np.linalg.norm(way)), 1e-9)
        overshoots_sw.append(float((smooth @ way).max() - (raw @ way).max()))
    lags = np.array(lags_s)
    return Figures(
        jitter_sw * signal.scale_px, jitter_sw, lags, lags / signal.step_s, np.array(overshoots_sw)
    )


def _root_mean_square(values: Sequence[float]) -> float:
    kept = [value for value in values if not np.isnan(value)]
    return float(np.sqrt(np.mean(np.square(kept)))) if kept else float("nan")


def pool(figures: Sequence[Figures]) -> Figures:
    """Join the figures of several signals: root mean square jitter, all passages."""
    return Figures(
        _root_mean_square([f.jitter_px for f in figures]),
        _root_mean_square([f.jitter_sw for f in figures]),
        np.concatenate([f.lags_s for f in figures]),
        np.concatenate([f.lags_frames for f in figures]),
        np.concatenate([f.overshoots_sw for f in figures]),
    )


def _measure_lag(
    times_s: Float64Array, raw: Float64Array, smooth: Float64Array, step_s: float
) -> float:
    """Seconds by which ``smooth`` (M, 2) follows ``raw`` (M, 2)."""
    grids = np.arange(-2.0, 5.0, 0.5), np.arange(-0.5, 0.55, 0.05)
    best_s = 0.0
    for grid in grids:  # coarse, then fine around the best
        shifts_s = best_s + grid * step_s
        errors = []
        for shift_s in shifts_s:
            moments_s = times_s - shift_s
            inside = (moments_s >= times_s[0]) & (moments_s <= times_s[-1])
            apart = smooth[inside] - np.stack(
                [np.interp(moments_s[inside], times_s, raw[:, axis]) for axis in (0, 1)], axis=1
            )
            errors.append(float((apart**2).mean()))
        best_s = float(shifts_s[int(np.argmin(errors))])
    return round(best_s / step_s, 2) * step_s + 0.0  # without the grid's rounding, nor -0.0


def smooth_one_euro(
    signal: Signal, *, min_cutoff_hz: Float64Array, beta: Float64Array
) -> Float64Array:
    """Run One Euro filters (B,) over a signal: (B, N, K, 2) in shoulder widths."""
    one_euro = OneEuroFilter(min_cutoff_hz=min_cutoff_hz[:, None, None], beta=beta[:, None, None])
    steps_s = np.diff(signal.times_s, prepend=signal.times_s[0] - signal.step_s)
    values = np.broadcast_to(signal.raw[:, None], (len(steps_s), len(beta), *signal.raw.shape[1:]))
    return np.stack(
        [one_euro.update(v, float(s)) for v, s in zip(values, steps_s, strict=True)], axis=1
    )


def tune_one_euro(signals: Sequence[Signal], jitter_sw: float) -> tuple[Figures, OneEuroSetting]:
    """Find the One Euro filter of least lag among those of a given jitter.

    Returns
    -------
    Figures, OneEuroSetting
        What it does, and its coefficients.
    """
    low, high = np.full(len(_BETAS), 0.01), np.full(len(_BETAS), 60.0)
    for _ in range(_TUNING_ROUNDS):
        middle = np.sqrt(low * high)
        smooth = [smooth_one_euro(s, min_cutoff_hz=middle, beta=_BETAS) for s in signals]
        pairs = list(zip(signals, smooth, strict=True))
        rows = range(len(_BETAS))
        jitters = np.array(
            [_root_mean_square([measure_jitter_sw(s, a[row]) for s, a in pairs]) for row in rows]
        )
        rough = jitters > jitter_sw
        low, high = np.where(rough, low, middle), np.where(rough, middle, high)
    found = [pool([measure(s, a[row]) for s, a in pairs]) for row in rows]
    lags = [float(np.mean(figures.lags_s)) if len(figures.lags_s) else 0.0 for figures in found]
    # A steep speed coefficient follows the noise as well, and no cut-off makes it calm enough.
    calm = jitters <= _SAME_JITTER * jitter_sw
    best = int(np.argmin(np.where(calm, lags, np.inf) if calm.any() else lags))
    return found[best], OneEuroSetting(float(middle[best]), float(_BETAS[best]))

"""What smoothing does to recognition: the same recordings and rules, other keypoints.

Each recording goes through the pipeline once for each way in `SMOOTHINGS`; the tracker's
identities, the choice of the operator and the rules are the same. For printing and command line
see `gesturepose.evaluation.smoothing`. Must not be imported by the stages.

Ways
----
Kalman
    The tracker as it is.
One Euro
    Keypoints and velocities of a One Euro filter (Casiez et al., CHI 2012) per coordinate.
raw
    Keypoints as the network saw them, velocities as differences between frames.
"""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from gesturepose.app import take_recorded_poses
from gesturepose.capture.recording import PoseRecording
from gesturepose.datatypes import Phase
from gesturepose.engine import make_mapping
from gesturepose.errors import GesturePoseError
from gesturepose.evaluation.figures import Evaluation, percentile, ratio
from gesturepose.evaluation.matching import Detection, Replay, SourceResult, match
from gesturepose.evaluation.one_euro import OneEuroFilter, OneEuroSetting
from gesturepose.evaluation.smoothed_tracks import (
    OneEuroSmoother,
    SmoothedTracker,
    smooth_nothing,
)
from gesturepose.evaluation.tables import number
from gesturepose.pipeline import Pipeline
from gesturepose.tracking.operator import OperatorSelector
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.config import Config
    from gesturepose.evaluation.labels import LabelledSource
    from gesturepose.skeleton import Skeleton

KALMAN, ONE_EURO, RAW = "Kalman", "One Euro", "raw"
SMOOTHINGS = (KALMAN, ONE_EURO, RAW)
"""Ways to smooth, in the order of the table; the others are compared with the first."""
_IGNORE_INTERRUPT = (signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle


def make_tracker(
    smoothing: str, config: Config, setting: OneEuroSetting, skeleton: Skeleton
) -> Tracker:
    """Build the tracker for one of `SMOOTHINGS`."""
    if smoothing == KALMAN:
        return Tracker(config.tracker, skeleton)
    if smoothing == RAW:
        return SmoothedTracker(config.tracker, skeleton, smoother=smooth_nothing)
    one_euro = OneEuroFilter(min_cutoff_hz=setting.min_cutoff_hz, beta=setting.beta)
    return SmoothedTracker(config.tracker, skeleton, smoother=OneEuroSmoother(one_euro))


def recognise(
    source: LabelledSource, smoothing: str, config: Config, setting: OneEuroSetting
) -> SourceResult:
    """Run recognition over one recording with one of `SMOOTHINGS`, and judge it.

    Raises
    ------
    SourceError
        If it is no keypoint recording.
    """
    recording = PoseRecording(source.path)
    classifier, engagement, bindings = make_mapping(config)
    pipeline = Pipeline(
        estimator=take_recorded_poses,
        tracker=make_tracker(smoothing, config, setting, recording.skeleton),
        operator=OperatorSelector(config.tracker, rule=config.control.operator),
        classifier=classifier,
        engagement=engagement,
        bindings=bindings,
    )
    detections, times_s = [], []
    try:
        while (frame := recording.read()) is not None:
            times_s.append(frame.timestamp)
            detections += [
                Detection(event.gesture, event.timestamp, event.timestamp)
                for event in pipeline.step(frame).events
                if event.phase is Phase.BEGIN
            ]
    finally:
        recording.close()
    first_s, last_s = (times_s[0], times_s[-1]) if times_s else (0.0, 0.0)
    return match(source, Replay(tuple(detections), first_s, last_s, len(times_s)))


def compare(
    sources: Sequence[LabelledSource], config: Config, setting: OneEuroSetting, *, jobs: int = 1
) -> dict[str, Evaluation]:
    """Run recognition over recordings with each of `SMOOTHINGS`.

    Parameters
    ----------
    sources
        Keypoint recordings with labels.
    config
        As for a live run; bindings are not used.
    setting
        Of the One Euro filter.
    jobs
        Processes at most; the figures do not depend on it.

    Raises
    ------
    GesturePoseError
        If one is no keypoint recording, or a process was killed.
    """
    tasks = [(source, config, setting) for source in sources]
    if min(jobs, len(sources)) > 1:
        # Started afresh: a copy of a process with threads of OpenCV and onnxruntime may hang.
        context = get_context("spawn")
        try:
            with ProcessPoolExecutor(jobs, context, signal.signal, _IGNORE_INTERRUPT) as executor:
                results = list(executor.map(_recognise_each_way, tasks))
        except BrokenProcessPool as error:
            raise GesturePoseError(
                "a process that compares recordings ended unexpectedly, perhaps for lack of "
                "memory; try --jobs 1"
            ) from error
    else:
        results = [_recognise_each_way(task) for task in tasks]
    return {name: Evaluation(r[name] for r in results) for name in SMOOTHINGS}


def _recognise_each_way(
    task: tuple[LabelledSource, Config, OneEuroSetting],
) -> dict[str, SourceResult]:
    source, config, setting = task
    return {name: recognise(source, name, config, setting) for name in SMOOTHINGS}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one way to smooth changes against another, label by label.

    Attributes
    ----------
    gained, lost
        Labels found only by this one, and only by the other.
    later_s
        Median over the labels both found of how much later this one found them; ``None`` where
        there are none.
    """

    gained: int
    lost: int
    later_s: float | None


def subtract(evaluation: Evaluation, base: Evaluation) -> Difference:
    """Compare two evaluations of the same sources label by label."""
    here, there = _find_delays(evaluation), _find_delays(base)
    both = here.keys() & there.keys()
    later_s = percentile((here[key] - there[key] for key in both), 50)
    return Difference(len(here.keys() - both), len(there.keys() - both), later_s)


def _find_delays(evaluation: Evaluation) -> dict[tuple[int, int], float]:
    """Delay of each label found, by number of source and of label in it."""
    delays_s = {}
    for row, result in enumerate(evaluation.results):
        number_of = {id(label): i for i, label in enumerate(result.source.gestures)}
        for judgement in result.judgements:
            if judgement.label is not None and judgement.delay_s is not None:
                delays_s[row, number_of[id(judgement.label)]] = judgement.delay_s
    return delays_s


def format_comparison(evaluations: dict[str, Evaluation]) -> str:
    """Figures of `compare` as a table, a row for each way to smooth."""
    base = next(iter(evaluations.values()))
    head = (
        f"{len(base.results)} recordings with labels, {base.hours * 60:.1f} min, "
        f"{base.overall.labelled} gestures, {base.ignore_intervals} stretches of other gestures\n"
        f"{'':<10}{'recall':>8}{'precision':>11}{'false':>7}{'per hour':>10}{'confused':>14}"
        f"{'delay p50, p95':>18}{'gained':>8}{'lost':>6}{'later':>9}"
    )
    lines = [head]
    for name, evaluation in evaluations.items():
        overall, change = evaluation.overall, subtract(evaluation, base)
        share = ratio(100 * evaluation.confused_intervals, evaluation.ignore_intervals)
        delays = [number(percentile(overall.delays_s, q), 3) for q in (50, 95)]
        lines.append(
            f"{name:<10}{number(overall.recall, 3):>8}{number(overall.precision, 3):>11}"
            f"{overall.false:>7}{number(ratio(overall.false, evaluation.hours), 1):>10}"
            f"{evaluation.confused_intervals:>6}{f'({number(share, 1)} %)':>8}"
            f"{f'{delays[0]}, {delays[1]} s':>18}"
            f"{change.gained:>8}{change.lost:>6}{number(change.later_s, 3, ' s'):>9}"
        )
    return "\n".join(lines)

"""Runs recognition over clips and recordings under changed conditions, and judges it.

Recordings are changed keypoint by keypoint. Videos are changed picture by picture, and the network
looks at every one. Prints nothing; must not be imported by the stages.
"""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from gesturepose.app import load_network, make_stages, needs_network
from gesturepose.capture.opening import open_source
from gesturepose.datatypes import Frame, Phase, PoseFrame
from gesturepose.evaluation.conditions import CONDITIONS, vary_labels, vary_recording
from gesturepose.evaluation.matching import Detection, Replay, SourceResult, match
from gesturepose.evaluation.replay import count_cpus
from gesturepose.evaluation.variations import measure_stance
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from gesturepose.app import Network
    from gesturepose.config import Config
    from gesturepose.evaluation.conditions import Condition
    from gesturepose.evaluation.labels import LabelledSource
    from gesturepose.evaluation.variations import Stance

_BASE = CONDITIONS["as_recorded"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One source under one condition: the judged result, and labels that were out of view."""

    condition: str
    result: SourceResult
    out_of_view: int


def measure_source(
    config: Config, source: LabelledSource, conditions: Sequence[Condition], *, seed: int = 0
) -> list[Trial]:
    """Run recognition over one source under each condition that suits its kind.

    Parameters
    ----------
    config
        As for a live run; bindings are not used.
    source
        A clip or recording with labels.
    conditions
        See `conditions.CONDITIONS`.
    seed
        Of chance.

    Raises
    ------
    GesturePoseError
        If the source or the network cannot be read.
    """
    if needs_network(str(source.path)):
        return measure_video(config, source, conditions, seed=seed)
    recorded = list(_read_recording(source.path, config))
    trials = []
    for condition in conditions:
        if condition.suits_recordings:
            varied = vary_recording(recorded, condition, seed=seed)
            replay, _ = _recognise(config, source.path, varied)
            trials.append(_judge(source, condition, recorded, replay))
    return trials


def _read_recording(path: Path, config: Config) -> Iterator[PoseFrame]:
    recording = open_source(str(path), config.camera)
    try:
        while isinstance(frame := recording.read(), PoseFrame):
            yield frame
    finally:
        recording.close()


def measure_video(
    config: Config,
    source: LabelledSource,
    conditions: Sequence[Condition],
    *,
    recorded: Sequence[PoseFrame] | None = None,
    seed: int = 0,
) -> list[Trial]:
    """Run network and recognition over a video under each condition that suits videos.

    Parameters
    ----------
    config, source, conditions, seed
        As for `measure_source`.
    recorded
        Keypoints of the video as it is, which say where the person is; without them the network
        is run over it once more.

    Raises
    ------
    GesturePoseError
        If the video or the network cannot be read.
    """
    from gesturepose.evaluation.pictures import open_varied  # OpenCV

    network = load_network(config.model, StageTimes())

    def recognise(condition: Condition, stance: Stance | None) -> tuple[Replay, list[PoseFrame]]:
        video = open_varied(source.path, condition, stance=stance, seed=seed)
        try:
            return _recognise(config, source.path, iter(video.read, None), network)
        finally:
            video.close()

    trials, base = [], None
    try:
        if recorded is None:
            base, recorded = recognise(_BASE, None)
        stance = measure_stance(recorded)
        for condition in conditions:
            if condition.suits_videos:
                known = base if condition == _BASE else None
                replay = known or recognise(condition, stance)[0]
                trials.append(_judge(source, condition, recorded, replay))
    finally:
        network.close()
    return trials


def _recognise(
    config: Config,
    path: Path,
    frames: Iterable[Frame | PoseFrame],
    network: Network | None = None,
) -> tuple[Replay, list[PoseFrame]]:
    """Take frames through the pipeline: what fired, and the keypoints of every frame."""
    pipeline = make_stages(config, str(path), StageTimes(), network=network).pipeline
    detections, seen = [], []
    for frame in frames:
        snapshot = pipeline.step(frame)
        seen.append(
            PoseFrame(snapshot.poses, frame.timestamp, frame.index, frame.size, snapshot.everyone)
        )
        detections += [
            Detection(event.gesture, event.timestamp, event.timestamp)
            for event in snapshot.events
            if event.phase is Phase.BEGIN
        ]
    times_s = [frame.timestamp for frame in seen] or [0.0]
    return Replay(tuple(detections), times_s[0], times_s[-1], len(seen)), seen


def _judge(
    source: LabelledSource, condition: Condition, recorded: Sequence[PoseFrame], replay: Replay
) -> Trial:
    labels = vary_labels(source, condition, recorded)
    out_of_view = len(source.gestures) - len(labels.gestures)
    return Trial(condition.name, match(labels, replay), out_of_view)


def measure(
    config: Config,
    sources: Sequence[LabelledSource],
    conditions: Sequence[Condition],
    *,
    jobs: int = 1,
    seed: int = 0,
) -> dict[str, list[Trial]]:
    """Run recognition over sources under conditions.

    Parameters
    ----------
    config
        As for a live run; bindings are not used.
    sources
        Clips and recordings with labels.
    conditions
        See `conditions.CONDITIONS`.
    jobs
        Processes at most; the figures do not depend on it.
    seed
        Of chance.

    Returns
    -------
    dict
        Trials by name of condition, in the order given; those that suit no source are left out.

    Raises
    ------
    GesturePoseError
        If a source or the network cannot be read.
    """
    jobs = min(jobs, len(sources))
    tasks = [(config, source, conditions, seed) for source in sources]
    if jobs > 1:
        threads = config.model.threads or max(1, count_cpus() // jobs)
        shared = _give_threads(config, threads)
        tasks = [(shared, *task[1:]) for task in tasks]
        # Started afresh: a copy of a process with threads of OpenCV and onnxruntime may hang.
        context = get_context("spawn")
        with ProcessPoolExecutor(jobs, context, signal.signal, _IGNORE_INTERRUPT) as executor:
            per_source = list(executor.map(_measure_task, tasks))
    else:
        per_source = [_measure_task(task) for task in tasks]
    trials = [trial for found in per_source for trial in found]
    named = {c.name: [o for o in trials if o.condition == c.name] for c in conditions}
    return {name: found for name, found in named.items() if found}


_IGNORE_INTERRUPT = (signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle


def _give_threads(config: Config, threads: int) -> Config:
    model = config.model.model_copy(update={"threads": threads})
    return config.model_copy(update={"model": model})


def _measure_task(
    task: tuple[Config, LabelledSource, Sequence[Condition], int],
) -> list[Trial]:
    config, source, conditions, seed = task
    return measure_source(config, source, conditions, seed=seed)

"""How long each network takes on this machine, in a few runs: a first look, no benchmark.

One frame of the bundled clip, from the picture to everybody's poses; for a network that sees one
person at a time, from the picture and the box of the one person there to the pose. In between looks
of the network that finds people that is all a person costs; see
`gesturepose.pose.following_everyone`. For figures to rely on there is ``gesturepose benchmark
--compare``, where networks take turns.
"""

from __future__ import annotations

import logging
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING

from gesturepose.capture.opening import open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError, one_line
from gesturepose.evaluation.model_table import Speed
from gesturepose.pose.making import make_estimator
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.two_stage import TwoStageEstimator, boxes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from gesturepose.pose.card import Model

log = logging.getLogger(__name__)

_WARM_UP_RUNS = 3
_RUNS = 9


def time_models(
    models: Sequence[Model], *, on_done: Callable[[str], None] = lambda _: None
) -> dict[str, Speed]:
    """Time networks by name; one that cannot be run is logged, and has no time.

    Parameters
    ----------
    models
        What to run, one after the other.
    on_done
        Told after each, by its name.
    """
    frame = _take_frame()
    speeds = {}
    for model in models:
        try:
            speeds[model.name] = _time_model(model, frame)
        except GesturePoseError as error:
            log.warning("%s", one_line(str(error)))
        on_done(model.name)
    return speeds


def _take_frame() -> Frame:
    source = open_source("demo", CaptureSettings())
    try:
        frame = source.read()
    finally:
        source.close()
    if not isinstance(frame, Frame):
        raise GesturePoseError(f"{source.name} cannot be read")
    return frame


def _time_model(model: Model, frame: Frame) -> Speed:
    estimator = make_estimator(PoseSettings(name=str(model.path)))
    try:
        look: Callable[[], object] = partial(estimator, frame)
        if isinstance(estimator, TwoStageEstimator):
            look = partial(estimator.follow, frame, _find_box(estimator, frame))
        seconds = []
        for _ in range(_WARM_UP_RUNS + _RUNS):
            started_s = time.perf_counter()
            look()
            seconds.append(time.perf_counter() - started_s)
        return Speed(1e3 * statistics.median(seconds[_WARM_UP_RUNS:]), estimator.provider)
    finally:
        estimator.close()


def _find_box(estimator: TwoStageEstimator, frame: Frame) -> NDArray[np.float32]:
    """Find the box ``(1, 4)`` of the surest person."""
    found = estimator.find(frame)
    if not found:
        raise GesturePoseError(f"{estimator.model_name}: nobody was found to be timed on")
    return boxes_of(found[0].keypoints[None], frame.size)

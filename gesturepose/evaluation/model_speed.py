"""How long each network takes on this machine, in a few runs: a first look, no benchmark.

One frame of the bundled clip, from the picture to everybody's poses, as `gesturepose.pose.making`
makes the pose stage of the network. For figures to rely on there is ``gesturepose benchmark
--compare``, where networks take turns.
"""

from __future__ import annotations

import logging
import statistics
import time
from typing import TYPE_CHECKING

from gesturepose.capture.opening import open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError, one_line
from gesturepose.evaluation.model_table import Speed
from gesturepose.pose.making import make_estimator
from gesturepose.pose.settings import PoseSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        seconds = []
        for _ in range(_WARM_UP_RUNS + _RUNS):
            started_s = time.perf_counter()
            estimator(frame)
            seconds.append(time.perf_counter() - started_s)
        return Speed(1e3 * statistics.median(seconds[_WARM_UP_RUNS:]), estimator.provider)
    finally:
        estimator.close()

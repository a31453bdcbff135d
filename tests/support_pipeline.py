"""The pipeline without a network, for black-box tests: a moving body in, events and actions out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from gesturepose.actions.bindings import Bindings, BoundAction
from gesturepose.app import take_recorded_poses
from gesturepose.config import Config, load_config
from gesturepose.datatypes import Phase
from gesturepose.engine import make_mapping
from gesturepose.pipeline import Pipeline, Snapshot
from gesturepose.resources import default_config
from gesturepose.skeleton import COCO17
from gesturepose.tracking.operator import OperatorSelector
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gesturepose.actions.settings import Binding
    from gesturepose.datatypes import GestureEvent, PoseFrame
    from gesturepose.gestures.engagement import EngagementMode


@cache
def default() -> Config:
    return load_config(default_config())


def make_pipeline(
    config: Config | None = None,
    *,
    bindings: Sequence[Binding] | None = None,
    engagement: EngagementMode | None = None,
    explain: bool = False,
) -> Pipeline:
    config = config or default()
    if engagement is not None:
        control = config.control.model_copy(update={"engagement": engagement})
        config = config.model_copy(update={"control": control})
    classifier, engaged, bound = make_mapping(config)
    return Pipeline(
        estimator=take_recorded_poses,
        tracker=Tracker(config.tracker, COCO17),
        operator=OperatorSelector(config.tracker, rule=config.control.operator),
        classifier=classifier,
        engagement=engaged,
        bindings=bound if bindings is None else Bindings(bindings),
        explain=explain,
    )


def run(frames: Iterable[PoseFrame], pipeline: Pipeline | None = None) -> list[Snapshot]:
    pipeline = pipeline or make_pipeline()
    return [pipeline.step(frame) for frame in frames]


def events_of(snapshots: Iterable[Snapshot]) -> list[GestureEvent]:
    return [event for snapshot in snapshots for event in snapshot.events]


def actions_of(snapshots: Iterable[Snapshot]) -> list[BoundAction]:
    return [action for snapshot in snapshots for action in snapshot.actions]


def begun(snapshots: Iterable[Snapshot]) -> list[str]:
    return [event.gesture for event in events_of(snapshots) if event.phase is Phase.BEGIN]

"""One frame through the stages: frame -> poses -> tracks -> gesture events -> actions.

No threads, no clock, no operating system: the same frames give the same snapshots.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gesturepose.actions.bindings import Bindings, BoundAction
    from gesturepose.datatypes import (
        Frame,
        GestureEvent,
        GestureProgress,
        Pose,
        PoseFrame,
        Track,
    )
    from gesturepose.gestures.classifier import GestureClassifier
    from gesturepose.gestures.engagement import Engagement
    from gesturepose.tracking.operator import OperatorSelector
    from gesturepose.tracking.tracker import Tracker

    Estimator = Callable[[Frame | PoseFrame], Sequence[Pose]]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All of one frame's results, for preview, recording and tests.

    Attributes
    ----------
    frame
        What came in: a picture, or a line of a keypoint recording.
    poses, tracks, events, actions
        The stages' results; ``events`` are those that count (see `Engagement`).
    operator_id
        The track that is obeyed; ``None`` when nobody is.
    engaged
        Whether a gesture of the operator would count now.
    progress
        Per gesture, how near it is to firing; empty when nobody is obeyed.
    """

    frame: Frame | PoseFrame
    poses: Sequence[Pose]
    tracks: Sequence[Track]
    events: Sequence[GestureEvent]
    actions: Sequence[BoundAction]
    operator_id: int | None = None
    engaged: bool = False
    progress: dict[str, GestureProgress] = field(default_factory=dict)


class Pipeline:
    """The stages in their order.

    Parameters
    ----------
    estimator
        Gives everybody's pose in a frame.
    tracker, operator, classifier, engagement, bindings
        The stages after it.
    times
        Where each stage's duration is recorded.
    """

    def __init__(  # noqa: PLR0913 - the stages, by name
        self,
        *,
        estimator: Estimator,
        tracker: Tracker,
        operator: OperatorSelector,
        classifier: GestureClassifier,
        engagement: Engagement,
        bindings: Bindings,
        times: StageTimes | None = None,
    ) -> None:
        self._estimator = estimator
        self._tracker = tracker
        self._operator = operator
        self._classifier = classifier
        self._engagement = engagement
        self._bindings = bindings
        self._times = times or StageTimes()

    def step(self, frame: Frame | PoseFrame) -> Snapshot:
        """Take one frame through the stages."""
        now = frame.timestamp
        poses = self._estimator(frame)
        with self._times.measure("track"):
            tracks = self._tracker.update(poses, now)
            operator_id = self._operator.update(tracks, now)
        with self._times.measure("classify"):
            operator = next((t for t in tracks if t.track_id == operator_id), None)
            events = self._engagement.update(self._classifier.update(operator, now))
        with self._times.measure("resolve"):
            actions = self._bindings.resolve(events)
        return Snapshot(
            frame=frame,
            poses=poses,
            tracks=tracks,
            events=events,
            actions=actions,
            operator_id=operator_id,
            engaged=self._engagement.is_engaged(operator_id, now),
            progress=self._classifier.progress,
        )

    def cancel(self, timestamp: float) -> tuple[list[GestureEvent], list[BoundAction]]:
        """Break off every gesture that has begun; returns the events and what they release."""
        events = self._engagement.update(self._classifier.cancel(timestamp))
        # Whatever the events did not cover is let go of as well.
        stops = [*self._bindings.resolve(events), *self._bindings.release_all(timestamp)]
        return events, stops

    def replace_mapping(
        self, *, classifier: GestureClassifier, engagement: Engagement, bindings: Bindings
    ) -> None:
        """Swap what gestures.toml defines; `cancel` comes first."""
        self._classifier = classifier
        self._engagement = engagement
        self._bindings = bindings

"""One frame through the stages: frame -> poses -> tracks -> gesture events -> actions.

No threads, no clock, no operating system: the same frames give the same snapshots.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gesturepose.datatypes import TrackState
from gesturepose.gestures.pausing import PauseGate
from gesturepose.novelty import skips_look
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from gesturepose.actions.bindings import Bindings, BoundAction
    from gesturepose.capture.stillness import StillnessGate
    from gesturepose.datatypes import (
        Explanation,
        Frame,
        GestureEvent,
        GestureProgress,
        Pose,
        PoseFrame,
        Sighting,
        Track,
    )
    from gesturepose.gestures.classifier import GestureClassifier
    from gesturepose.gestures.engagement import Engagement
    from gesturepose.tracking.operator import OperatorSelector
    from gesturepose.tracking.settings import OperatorRule
    from gesturepose.tracking.tracker import Tracker

    class Estimator(Protocol):
        """Gives the poses in a frame.

        It is told who was there in the frame before, who of them is obeyed, and whether the others'
        gestures matter too, and may look for the one who is obeyed only, now and then.
        """

        def __call__(
            self,
            frame: Frame | PoseFrame,
            tracks: Sequence[Track],
            operator_id: int | None,
            *,
            others_matter: bool,
        ) -> Sighting:
            """Look at a frame."""
            ...


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All of one frame's results, for preview, recording and tests.

    Attributes
    ----------
    frame
        What came in: a picture, or a line of a keypoint recording.
    poses, tracks, events, actions
        The stages' results; ``events`` are those that count (see `Engagement`). The gesture that
        woke or claimed is an event without an action.
    operator_id
        The track that is obeyed; ``None`` when nobody is.
    engaged
        Whether a gesture of the operator would count now.
    progress
        Per gesture, how near it is to firing; empty when nobody is obeyed.
    claims
        Per track that may claim the control, how near it is to the wake gesture; empty where
        claims are not possible.
    blocked_by
        What keeps every gesture from counting, in words: nobody is there, or whoever is obeyed has
        turned away, say; empty if nothing does.
    explanations
        Per gesture, what keeps it from firing; empty when nobody is obeyed, and in a pipeline that
        is not asked to explain.
    paused
        Whether gestures did nothing in this frame, but for those that resume; the others are
        recognised, and are no events.
    everyone
        Whether ``poses`` are everybody's, or only those of the operator of the frame before.
    looked
        Whether the frame was looked at. If it was not, it showed nothing new: it has no events and
        no actions, and all the rest is that of the last frame that was.
    """

    frame: Frame | PoseFrame
    poses: Sequence[Pose]
    tracks: Sequence[Track]
    events: Sequence[GestureEvent]
    actions: Sequence[BoundAction]
    operator_id: int | None = None
    engaged: bool = False
    progress: dict[str, GestureProgress] = field(default_factory=dict)
    claims: dict[int, GestureProgress] = field(default_factory=dict)
    blocked_by: str = ""
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    paused: bool = False
    everyone: bool = True
    looked: bool = True


class Pipeline:
    """The stages in their order.

    Parameters
    ----------
    estimator
        Gives the poses in a frame.
    tracker, operator, classifier, engagement, bindings
        The stages after it.
    gate
        Says which frames show nothing new and need no look; ``None`` looks at all.
    times
        Where each stage's duration is recorded.
    explain
        Also the attribute ``explains``, which may be changed from any thread. Whether snapshots
        have explanations; they take longer than recognition.

    Attributes
    ----------
    saves
        May be changed from any thread. Whether few frames are looked at while nothing moves at
        all; not at first.
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
        gate: StillnessGate | None = None,
        times: StageTimes | None = None,
        explain: bool = False,
    ) -> None:
        self._estimator = estimator
        self._tracker = tracker
        self._operator = operator
        self._classifier = classifier
        self._engagement = engagement
        self._bindings = bindings
        self._times = times or StageTimes()
        self._gate = gate
        self._pause_gate = PauseGate()
        self._tracks: Sequence[Track] = ()
        self._operator_id: int | None = None
        self._last: Snapshot | None = None
        self.explains = explain
        self.saves = False

    def step(self, frame: Frame | PoseFrame) -> Snapshot:
        """Take one frame through the stages, if it shows anything new."""
        if self._gate is not None and self._last is not None:
            with self._times.measure("compare"):
                skips = skips_look(self._gate, frame, self._last, saving=self.saves)
            if skips:
                return replace(self._last, frame=frame, events=(), actions=(), looked=False)
        self._last = self._look(frame)
        return self._last

    def _look(self, frame: Frame | PoseFrame) -> Snapshot:
        now = frame.timestamp
        followed = self._operator_id
        others_matter = self._engagement.watches_others
        seen = self._estimator(frame, self._tracks, followed, others_matter=others_matter)
        with self._times.measure("track"):
            tracks = self._tracker.update(seen.poses, now, only=None if seen.everyone else followed)
            operator_id = self._choose_operator(tracks, now)
        with self._times.measure("classify"):
            events = []
            claimant = self._engagement.watch(tracks, operator_id, now)
            if claimant is not None:
                operator_id = self._operator.hand_over(claimant, now)
                events += self._engagement.let_in(claimant, self._classifier, now)
            operator = next((t for t in tracks if t.track_id == operator_id), None)
            events += self._classifier.update(operator, now)
            events = self._engagement.update(events)
        with self._times.measure("resolve"):
            events = self._pause_gate.update(events, self._bindings.resuming)
            actions = self._bindings.resolve(
                [event for event in events if not self._engagement.is_waking(event)],
                only_control=self.paused,
            )
        self._tracks, self._operator_id = tracks, operator_id
        explanations: Mapping[str, Explanation] = {}
        if self.explains:
            with self._times.measure("explain"):
                explanations = self._classifier.explain()
        return Snapshot(
            frame=frame,
            poses=seen.poses,
            tracks=tracks,
            events=events,
            actions=actions,
            operator_id=operator_id,
            engaged=self._engagement.is_engaged(operator_id, now),
            progress=self._classifier.progress,
            claims=self._engagement.claims,
            blocked_by=self._find_obstacle(tracks, operator, now),
            explanations=explanations,
            paused=self.paused,
            everyone=seen.everyone,
        )

    def _find_obstacle(self, tracks: Sequence[Track], operator: Track | None, now: float) -> str:
        """Say in words what keeps every gesture from counting; nothing if nothing does."""
        if self.paused:
            return "gestures are paused"
        wake = f"make the wake gesture first, {self._engagement.wake}"
        if operator is not None:
            reason = self._classifier.blocked_by
            if not reason and not self._engagement.is_engaged(operator.track_id, now):
                reason = f"not engaged; {wake}"
            return reason
        if not tracks:
            return "nobody is in view"
        if all(track.state is TrackState.TENTATIVE for track in tracks):
            return "whoever is in view has only just come"
        if self._operator.rule == "wake":
            return f"nobody is obeyed; {wake}"
        return "the operator is out of view, others have to wait ([tracker] operator_patience_s)"

    def _choose_operator(self, tracks: Sequence[Track], now: float) -> int | None:
        engagement, selector = self._engagement, self._operator
        if selector.rule == "wake" and engagement.has_lapsed(now):
            selector.free()
        operator_id = selector.update(tracks, now, busy=engagement.holds_control(now))
        if operator_id is not None and selector.returned_from is not None:
            engagement.rename(selector.returned_from, operator_id)
        return operator_id

    def cancel(self, timestamp: float) -> tuple[list[GestureEvent], list[BoundAction]]:
        """Break off every gesture that has begun; returns the events and what they release."""
        self._last = None  # what is shown next must know of it
        events = self._engagement.update(self._classifier.cancel(timestamp))
        events = self._pause_gate.update(events, ())
        self._engagement.reset()
        # Whatever the events did not cover is let go of as well.
        stops = [*self._bindings.resolve(events), *self._bindings.release_all(timestamp)]
        return events, stops

    @property
    def paused(self) -> bool:
        """Whether gestures do nothing, but for those that resume."""
        return self._pause_gate.paused

    def pause(
        self, timestamp: float, *, sparing: str = ""
    ) -> tuple[list[GestureEvent], list[BoundAction]]:
        """Break off every gesture that was told, and tell of none from now on.

        Recognition goes on, and nothing is forgotten: a posture held through the pause does
        nothing at its end.

        Parameters
        ----------
        timestamp
            Seconds; given to what is returned.
        sparing
            The gesture that asked for it, which is not broken off.

        Returns
        -------
        tuple
            The events that break off, and the actions that release what they hold.
        """
        self._last = None
        events = self._pause_gate.close(timestamp, sparing=sparing)
        return events, self._bindings.release_all(timestamp)

    def resume(self) -> None:
        """Let gestures count that begin from now on."""
        self._last = None
        self._pause_gate.open()

    def replace_mapping(
        self,
        *,
        classifier: GestureClassifier,
        engagement: Engagement,
        bindings: Bindings,
        operator_rule: OperatorRule,
    ) -> None:
        """Swap what gestures.toml defines; `cancel` comes first.

        Whoever is engaged stays so, unless it takes another wake gesture now.
        """
        engagement.inherit(self._engagement)
        if operator_rule != self._operator.rule:
            self._operator.rule = operator_rule
            self._operator.free()
        self._classifier = classifier
        self._engagement = engagement
        self._bindings = bindings

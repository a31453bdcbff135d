"""Choose the one person who is obeyed.

Everybody is tracked, one is obeyed. Must not change tracks, and must not look at gestures: who
claimed the control, and whether the operator is busy, it is told.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gesturepose.body_scale import estimate_scale_px
from gesturepose.datatypes import Track, TrackState
from gesturepose.skeleton import COCO17
from gesturepose.tracking.absence import Absences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.skeleton import Skeleton
    from gesturepose.tracking.settings import OperatorRule, TrackerSettings

_CHOICE_S = 0.5
"""So young a choice is corrected at once: the larger person may have been recognised later."""


class OperatorSelector:
    """Hold the control for one person, and hand it over when that person is gone.

    Parameters
    ----------
    settings
        What begins with ``operator_`` is read.
    skeleton
        Names of the tracks' keypoints.
    rule
        ``"largest"``: the largest person in the picture, who keeps the control while present
        unless somebody else is clearly larger for some time. ``"first"``: who came first.
        ``"wake"``: nobody but by `hand_over`.
    """

    def __init__(
        self,
        settings: TrackerSettings,
        skeleton: Skeleton = COCO17,
        *,
        rule: OperatorRule = "largest",
    ) -> None:
        self.rule = rule
        self._settings = settings
        self._skeleton = skeleton
        self._absences = Absences(settings, skeleton)
        self.reset()

    def reset(self) -> None:
        """Take the control from whoever has it, and forget everybody."""
        self._absences.reset()
        self._timestamp = -math.inf
        self._returned_from: int | None = None
        self.free()

    def free(self) -> None:
        """Take the control from whoever has it."""
        self._operator_id: int | None = None
        self._seen_at = self._chosen_at = -math.inf
        self._larger_since: dict[int, float] = {}

    @property
    def returned_from(self) -> int | None:
        """The track the operator was followed by until now, in a frame that gives a new one.

        It tells a returning operator, whose track was lost meanwhile, from another person.
        """
        return self._returned_from

    def update(
        self, tracks: Sequence[Track], timestamp: float, *, busy: bool = False
    ) -> int | None:
        """Say who is obeyed in this frame.

        Parameters
        ----------
        tracks
            Everybody, as `Tracker.update` returns them.
        timestamp
            Seconds, of the same frame. Time that runs backwards frees the control.
        busy
            Whether the operator is in the middle of something; a larger person then waits.

        Returns
        -------
        int or None
            A track of ``tracks`` that is CONFIRMED or COASTING. ``None`` while nobody may
            command, which includes an operator whose track is lost but whose
            ``operator_patience_s`` is not over: a bystander does not inherit at once.
        """
        if timestamp < self._timestamp:
            self.reset()
        self._timestamp = timestamp
        self._returned_from = None
        confirmed = [track for track in tracks if track.state is TrackState.CONFIRMED]
        self._absences.update(tracks, timestamp, awaited=self._operator_id)
        if self._operator_id is not None and self._keeps(tracks, timestamp):
            if any(track.track_id == self._operator_id for track in confirmed):
                self._seen_at = timestamp
                self._yield_to_larger(confirmed, timestamp, busy=busy)
            return self._operator_id if _is_believed(self._operator_id, tracks) else None
        self.free()
        if confirmed and self.rule != "wake":
            self._give(self._choose(confirmed), timestamp)
        return self._operator_id

    def hand_over(self, track_id: int, timestamp: float) -> int:
        """Give the control to a person who claimed it; returns who has it now.

        Parameters
        ----------
        track_id
            A CONFIRMED track of the newest frame.
        timestamp
            Seconds, of that frame.
        """
        if track_id != self._operator_id:
            self._give(track_id, timestamp)
            self._chosen_at = -math.inf  # a claim is no guess to be corrected
        return track_id

    def _give(self, track_id: int, timestamp: float) -> None:
        self.free()
        self._operator_id, self._seen_at, self._chosen_at = track_id, timestamp, timestamp

    def _keeps(self, tracks: Sequence[Track], timestamp: float) -> bool:
        """Whether the operator is here, has come back, or is waited for."""
        present = {track.track_id: track for track in tracks}
        mine = present.get(self._operator_id) if self._operator_id is not None else None
        if mine is not None and mine.state is TrackState.CONFIRMED:
            return True
        returned_id = self._absences.returned_id
        if mine is None and returned_id in present:
            if present[returned_id].state is TrackState.TENTATIVE:
                return True  # in a moment it is certain
            self._returned_from, self._operator_id = self._operator_id, returned_id
            self._seen_at = timestamp
            return True
        return timestamp - self._seen_at <= self._settings.operator_patience_s

    def _choose(self, confirmed: Sequence[Track]) -> int:
        # max() keeps the first of equals: the oldest track.
        if self.rule == "first":
            came_first = min(self._absences.came_at(track.track_id) for track in confirmed)
            confirmed = [t for t in confirmed if self._absences.came_at(t.track_id) == came_first]
        return max(confirmed, key=self._measure_size).track_id

    def _yield_to_larger(self, confirmed: Sequence[Track], timestamp: float, *, busy: bool) -> None:
        """Hand over to somebody who has been clearly larger for long enough."""
        if self.rule != "largest" or len(confirmed) < 2:
            self._larger_since.clear()
            return
        sizes = {track.track_id: self._measure_size(track) for track in confirmed}
        own_size = sizes.pop(self._operator_id or 0)
        other_id = max(sizes, key=lambda track_id: sizes[track_id])
        if timestamp - self._chosen_at <= _CHOICE_S and sizes[other_id] > own_size:
            chosen_at = self._chosen_at
            self._give(other_id, timestamp)
            self._chosen_at = chosen_at
            return
        ratio = self._settings.operator_larger
        self._larger_since = {
            track_id: self._larger_since.get(track_id, timestamp)
            for track_id, size in sizes.items()
            if size >= ratio * own_size
        }
        long_enough = [
            track_id
            for track_id, since in self._larger_since.items()
            if timestamp - since >= self._settings.operator_larger_s
        ]
        if long_enough and not busy:
            self._give(max(long_enough, key=lambda track_id: sizes[track_id]), timestamp)

    def _measure_size(self, track: Track) -> float:
        return estimate_scale_px(track.keypoints, track.visible, self._skeleton)


def _is_believed(track_id: int, tracks: Sequence[Track]) -> bool:
    return any(
        track.track_id == track_id and track.state is not TrackState.TENTATIVE for track in tracks
    )

"""Choose the one person who is obeyed.

Everybody is tracked, one is obeyed. Must not change tracks, and must not look at gestures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.datatypes import Track, TrackState
from gesturepose.skeleton import COCO17
from gesturepose.tracking.scale import estimate_scale_px

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.skeleton import Skeleton
    from gesturepose.tracking.settings import TrackerSettings


class OperatorSelector:
    """Hold the control for one person, and hand it over when that person is gone.

    Parameters
    ----------
    settings
        ``operator_patience_s`` is read.
    skeleton
        Names of the tracks' keypoints.
    """

    def __init__(self, settings: TrackerSettings, skeleton: Skeleton = COCO17) -> None:
        self._settings = settings
        self._skeleton = skeleton
        self._operator_id: int | None = None
        self._seen_at = 0.0

    def reset(self) -> None:
        """Take the control from whoever has it."""
        self._operator_id = None

    def update(self, tracks: Sequence[Track], timestamp: float) -> int | None:
        """Say who is obeyed in this frame.

        Parameters
        ----------
        tracks
            Everybody, as `Tracker.update` returns them.
        timestamp
            Seconds, of the same frame. Time that runs backwards frees the control.

        Returns
        -------
        int or None
            A track of ``tracks`` that is CONFIRMED or COASTING. ``None`` while nobody may
            command, which includes an operator whose track is lost but whose
            ``operator_patience_s`` is not over: a bystander does not inherit at once.
        """
        confirmed = [track for track in tracks if track.state is TrackState.CONFIRMED]
        if self._operator_id is not None:
            if any(track.track_id == self._operator_id for track in confirmed):
                self._seen_at = timestamp
                return self._operator_id
            absent_s = timestamp - self._seen_at
            if 0.0 <= absent_s <= self._settings.operator_patience_s:
                here = any(track.track_id == self._operator_id for track in tracks)
                return self._operator_id if here else None
            self._operator_id = None
        if confirmed:
            # max() keeps the first of equals: the oldest track.
            largest = max(confirmed, key=self._measure_size)
            self._operator_id, self._seen_at = largest.track_id, timestamp
        return self._operator_id

    def _measure_size(self, track: Track) -> float:
        return estimate_scale_px(track.keypoints, track.visible, self._skeleton)

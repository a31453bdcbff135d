"""Tell whether somebody new in the picture is the operator, come back under a new track.

A track ends when its person was hidden for too long, and the same person then gets another one.
Place and size at the moment of appearing decide: whoever was in view beside the operator, appeared
before the operator's own track had ended, walked in from elsewhere, or lies nearer to another
person who is missed, is not the operator. Must not give or take the control.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.body_scale import estimate_scale_px
from gesturepose.datatypes import TrackState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import Track
    from gesturepose.skeleton import Skeleton
    from gesturepose.tracking.settings import TrackerSettings

_MAX_GROWTH = 1.6
"""A returning person is at most so many times larger or smaller; half hidden, estimates differ."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    """How a person was seen, and when, in s."""

    track: Track
    timestamp: float


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a person was seen, in pixels."""

    x_px: float
    y_px: float
    scale_px: float


class Absences:
    """Remember where people were seen last, and who appeared where the operator is missed.

    Parameters
    ----------
    settings
        ``operator_patience_s`` and ``operator_reach_sw`` are read.
    skeleton
        Names of the tracks' keypoints.
    """

    def __init__(self, settings: TrackerSettings, skeleton: Skeleton) -> None:
        self._settings = settings
        self._skeleton = skeleton
        self._shoulders = [skeleton.index(f"{side}_shoulder") for side in ("left", "right")]
        self.reset()

    def reset(self) -> None:
        """Forget everybody."""
        self._seen: dict[int, _Sighting] = {}
        self._came_at: dict[int, float] = {}
        self.returned_id: int | None = None
        """The track that is the operator's now, if it lives and the operator's own does not."""
        self._awaited: int | None = None

    def came_at(self, track_id: int) -> float:
        """When a track that is alive was first seen, in seconds."""
        return self._came_at[track_id]

    def update(self, tracks: Sequence[Track], timestamp: float, *, awaited: int | None) -> None:
        """Take in one frame.

        Parameters
        ----------
        tracks
            Everybody.
        timestamp
            Seconds, of the frame.
        awaited
            The operator's track, whether or not it is among ``tracks``; ``None`` for nobody.
        """
        if awaited != self._awaited:
            if awaited == self.returned_id and self._awaited is not None:
                self._seen.pop(self._awaited, None)  # no longer missed
            self._awaited, self.returned_id = awaited, None
        seen_now = {
            track.track_id: _Sighting(track, timestamp)
            for track in tracks
            if track.state is not TrackState.COASTING and track.visible.any()
        }
        if awaited in seen_now:
            self.returned_id = None
        newcomers = [track_id for track_id in seen_now if track_id not in self._came_at]
        alive = {track.track_id for track in tracks}
        # While the operator's own track lives, the operator would be taken for it: who appears
        # then is somebody else, such as whoever hides the operator.
        if awaited is not None and awaited not in alive and self.returned_id not in alive:
            self.returned_id = self._find_returned(newcomers, seen_now, awaited)
        self._came_at = {i: self._came_at.get(i, timestamp) for i in alive}
        self._seen = {
            i: sighting
            for i, sighting in {**self._seen, **seen_now}.items()
            if i in alive or timestamp - sighting.timestamp <= self._settings.operator_patience_s
        }

    def _find_returned(
        self, newcomers: Sequence[int], seen_now: dict[int, _Sighting], awaited: int
    ) -> int | None:
        """Find the newcomer that is the operator: plausible, and nobody missed is more so."""
        missed = {i: sighting for i, sighting in self._seen.items() if i not in seen_now}
        if awaited not in missed:
            return None
        best, chosen = 1.0, None
        for newcomer in newcomers:
            strangeness = {
                i: self._compare(sighting, seen_now[newcomer]) for i, sighting in missed.items()
            }
            own = strangeness.pop(awaited)
            if own <= best and all(own <= other for other in strangeness.values()):
                best, chosen = own, newcomer
        return chosen

    def _compare(self, seen_before: _Sighting, seen_now: _Sighting) -> float:
        """How unlikely it is that both are one person; above 1 it is not."""
        absent_s = seen_now.timestamp - seen_before.timestamp
        reach_sw = self._settings.operator_reach_sw * (1.0 + absent_s)
        before, now = self._locate(seen_before.track), self._locate(seen_now.track)
        distance_px = math.hypot(now.x_px - before.x_px, now.y_px - before.y_px)
        distance_sw = distance_px / max(before.scale_px, now.scale_px)
        growth = abs(math.log(now.scale_px / before.scale_px)) / math.log(_MAX_GROWTH)
        return max(distance_sw / reach_sw, growth)

    def _locate(self, track: Track) -> _Place:
        rows = [row for row in self._shoulders if track.visible[row]]
        points = track.keypoints[rows] if rows else track.keypoints[track.visible]
        x, y = np.mean(points, axis=0)
        scale = estimate_scale_px(track.keypoints, track.visible, self._skeleton)
        return _Place(float(x), float(y), scale)

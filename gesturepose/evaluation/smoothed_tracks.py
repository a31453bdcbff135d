"""The tracker's people with their keypoints smoothed in another way, to compare with.

Who is who, and who is there, the tracker says; the keypoints are those of the poses it took,
smoothed by something else. Whatever the tracker does besides smoothing is left out: a keypoint that
jumps is believed, and one that is not seen stays where it was, with the velocity it had, until
``keypoint_coast_s`` is over. Must not be imported by the stages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gesturepose.body_scale import estimate_scale_px
from gesturepose.tracking.association import assign
from gesturepose.tracking.kalman import TIME_SLACK_S
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import BoolArray, Pose, Track
    from gesturepose.evaluation.one_euro import OneEuroFilter
    from gesturepose.skeleton import Skeleton
    from gesturepose.tracking.settings import TrackerSettings

    Float64Array = NDArray[np.float64]

#: No camera is faster; speeds are divided by time steps.
_MIN_STEP_S = 1e-4
#: A pose that can be the track's at all is at least this near, far outside any picture.
_ANY_SIMILARITY = 1e-6


class Smoother(Protocol):
    """What smooths keypoints that were seen before, by one frame."""

    def __call__(
        self,
        measured: Float64Array,
        before: Float64Array,
        velocities_before: Float64Array,
        *,
        step_s: Float64Array,
        unit_px: float,
    ) -> tuple[Float64Array, Float64Array]:
        """Take one measurement.

        Parameters
        ----------
        measured
            ``(N, 2)`` pixels.
        before, velocities_before
            ``(N, 2)`` what it returned when these keypoints were last seen; the first time, the
            measurement and velocity 0.
        step_s
            ``(N, 1)`` seconds since then, above 0.
        unit_px
            The person's shoulder width.

        Returns
        -------
        ndarray, ndarray
            ``(N, 2)`` positions in pixels and velocities in pixels per second.
        """


def smooth_nothing(
    measured: Float64Array,
    before: Float64Array,
    velocities_before: Float64Array,  # noqa: ARG001 - the protocol's
    *,
    step_s: Float64Array,
    unit_px: float,  # noqa: ARG001 - the protocol's
) -> tuple[Float64Array, Float64Array]:
    """Smooth nothing: positions as measured, velocities their differences. See `Smoother`."""
    return measured, (measured - before) / step_s


class OneEuroSmoother:
    """A One Euro filter per coordinate, whose speed estimate is the velocity. See `Smoother`.

    Parameters
    ----------
    one_euro
        Gives the coefficients, ``beta`` per shoulder width.
    """

    def __init__(self, one_euro: OneEuroFilter) -> None:
        self._one_euro = one_euro

    def __call__(
        self,
        measured: Float64Array,
        before: Float64Array,
        velocities_before: Float64Array,
        *,
        step_s: Float64Array,
        unit_px: float,
    ) -> tuple[Float64Array, Float64Array]:
        """Take one measurement."""
        return self._one_euro.advance(
            measured, before, velocities_before, step_s=step_s, unit=unit_px
        )


class _Person:
    """One person's smoothed keypoints."""

    def __init__(self, smoother: Smoother, settings: TrackerSettings, skeleton: Skeleton) -> None:
        self._smoother = smoother
        self._settings = settings
        self._skeleton = skeleton
        self._positions = np.full((len(skeleton), 2), np.nan)
        self._velocities = np.full((len(skeleton), 2), np.nan)
        self._seen_at = np.full(len(skeleton), -np.inf)
        self._unit_px = 0.0

    def see(self, pose: Pose, timestamp: float) -> None:
        """Take the pose of this frame."""
        seen = (pose.scores > 0.0) & (pose.scores >= self._settings.keypoint_score)
        elapsed_s = np.maximum(timestamp - self._seen_at, _MIN_STEP_S)
        begins = seen & ~self._is_recent(timestamp)
        self._positions[begins], self._velocities[begins] = pose.keypoints[begins], 0.0
        self._follow_scale(pose, seen, timestamp)
        goes_on = np.flatnonzero(seen & ~begins)
        self._positions[goes_on], self._velocities[goes_on] = self._smoother(
            pose.keypoints[goes_on].astype(np.float64),
            self._positions[goes_on],
            self._velocities[goes_on],
            step_s=elapsed_s[goes_on, None],
            unit_px=self._unit_px,
        )
        self._seen_at[seen] = timestamp

    def report(self, track: Track) -> Track:
        """Return the track with these keypoints instead of its own."""
        visible = self._is_recent(track.timestamp)
        return replace(
            track,
            keypoints=np.where(visible[:, None], self._positions, np.nan).astype(np.float32),
            velocities=np.where(visible[:, None], self._velocities, np.nan).astype(np.float32),
            visible=visible,
            observed=self._seen_at == track.timestamp,
        )

    def _is_recent(self, timestamp: float) -> BoolArray:
        recent: BoolArray = (
            timestamp - self._seen_at <= self._settings.keypoint_coast_s + TIME_SLACK_S
        )
        return recent

    def _follow_scale(self, pose: Pose, seen: BoolArray, timestamp: float) -> None:
        """Average the shoulder width as the tracker does."""
        estimate_px = estimate_scale_px(pose.keypoints, seen, self._skeleton)
        known_at = float(self._seen_at.max())
        if np.isinf(known_at):
            self._unit_px = estimate_px
            return
        step_s = timestamp - known_at
        share = step_s / (step_s + self._settings.scale_smoothing_s)
        self._unit_px += (estimate_px - self._unit_px) * share


class SmoothedTracker(Tracker):
    """A tracker whose people's keypoints are smoothed by something else than its Kalman filter.

    Parameters
    ----------
    settings, skeleton
        As for `Tracker`.
    smoother
        Gives positions and velocities.
    """

    def __init__(
        self, settings: TrackerSettings, skeleton: Skeleton, *, smoother: Smoother
    ) -> None:
        super().__init__(settings, skeleton)
        self._smoother = smoother
        self._smoothed: dict[int, _Person] = {}
        self._reports: list[Track] = []

    def reset(self) -> None:
        """Forget everybody, as `Tracker.reset`."""
        super().reset()
        self._smoothed = {}

    def update(
        self, poses: Sequence[Pose], timestamp: float, *, only: int | None = None
    ) -> list[Track]:
        """Take one frame's poses, as `Tracker.update`, from which the identities are."""
        if timestamp == self._timestamp:
            return list(self._reports)
        tracks = super().update(poses, timestamp, only=only)
        known = self._smoothed
        self._smoothed = {
            t.track_id: known.get(t.track_id)
            or _Person(self._smoother, self._settings, self._skeleton)
            for t in tracks
        }
        for track_id, pose in self._find_poses(tracks, poses):
            self._smoothed[track_id].see(pose, timestamp)
        self._reports = [self._smoothed[track.track_id].report(track) for track in tracks]
        return list(self._reports)

    def _find_poses(self, tracks: Sequence[Track], poses: Sequence[Pose]) -> list[tuple[int, Pose]]:
        """Which pose each person was seen in: the one that lies on what was believed of it."""
        seen_now = [track for track in tracks if track.observed.any()]
        usable = [pose for pose in poses if pose.score >= self._settings.keep_score]
        similarity = np.array([[_compare(t, p) for p in usable] for t in seen_now])
        pairs = assign(similarity, min_similarity=_ANY_SIMILARITY)
        return [(seen_now[row].track_id, usable[column]) for row, column in pairs]


def _compare(track: Track, pose: Pose) -> float:
    """How near a pose lies to a track's keypoints of this frame: 1 on them, 0 far away."""
    apart_px = np.linalg.norm((track.keypoints - pose.keypoints)[track.observed], axis=1)
    # A keypoint that the track saw and the pose has not: it is another pose.
    return 0.0 if np.isnan(apart_px).any() else 1.0 / (1.0 + float(np.median(apart_px)))

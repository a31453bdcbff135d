"""Follow people from frame to frame: identity, steady keypoints and velocities.

A track is born TENTATIVE, is CONFIRMED after it was seen for ``birth_s``, is COASTING in frames
that do not show it, and is forgotten after ``coast_s``. All evidence is measured in seconds of the
frames' timestamps; no clock is read. Must not change the poses it is given.
"""

from __future__ import annotations

import math
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.body_scale import estimate_scale_px
from gesturepose.datatypes import Track, TrackState
from gesturepose.tracking.association import ROOT_AREA_SW, assign, compute_similarity
from gesturepose.tracking.doubling import AS_SEEN, sort_wrists
from gesturepose.tracking.kalman import TIME_SLACK_S, KeypointFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import BoolArray, Pose
    from gesturepose.skeleton import Skeleton
    from gesturepose.tracking.settings import TrackerSettings

    Float64Array = NDArray[np.float64]

#: A coordinate beyond this is a network's garbage, not a picture's pixel.
_MAX_COORDINATE_PX = 1e5
#: For so long a network that takes the hands for each other is not believed. It may be right, and
#: what was expected wrong.
_SWAPPED_S = 0.5
#: One wrist was seen twice.
_LEAPT = ((None, 1), (0, None))
#: No camera is faster; a shorter step is a clock's rounding, and speeds are divided by it.
_MIN_STEP_S = 1e-4


class _Measurement:
    """A pose as the tracker reads it: float64, with what to ignore marked."""

    def __init__(self, pose: Pose, settings: TrackerSettings, count: int) -> None:
        if len(pose.scores) != count:
            raise ValueError(f"a pose of {len(pose.scores)} keypoints; the skeleton has {count}")
        inside = np.abs(pose.keypoints) < _MAX_COORDINATE_PX
        self.seen: BoolArray = inside[:, 0] & inside[:, 1] & (pose.scores > 0.0)
        self.seen &= pose.scores >= settings.keypoint_score
        missing = ~self.seen
        self.keypoints = pose.keypoints.astype(np.float64)
        self.keypoints[missing] = 0.0
        self.scores = pose.scores.astype(np.float64)
        self.scores[missing] = 0.0
        self.score = pose.score

    def with_pair(self, rows: Sequence[int], owners: Sequence[int | None]) -> _Measurement:
        """Return it with what each of two rows is taken from: 0 or 1 of them, or not seen."""
        result = copy(self)
        sources = [rows[0 if owner is None else owner] for owner in owners]
        for name in ("keypoints", "scores", "seen"):
            values = getattr(self, name).copy()
            values[rows] = values[sources]
            setattr(result, name, values)
        result.seen[[row for row, owner in zip(rows, owners, strict=True) if owner is None]] = False
        return result


class _Person:
    """One track while it lives."""

    def __init__(
        self,
        track_id: int,
        first: _Measurement,
        *,
        settings: TrackerSettings,
        skeleton: Skeleton,
    ) -> None:
        self.track_id = track_id
        self.scale_px = estimate_scale_px(first.keypoints, first.seen, skeleton)
        self.evidence_s = 0.0
        self.unseen_s = 0.0
        self._waited_s = 0.0  # since this person was last looked for
        self._swapped_s = 0.0  # for so long wrists were taken for each other
        self.confirmed = settings.birth_s <= 0.0
        self.filter = KeypointFilter(settings, skeleton)
        self.filter.update(first.keypoints, first.scores, first.seen, scale_px=self.scale_px)
        self._settings = settings
        self._skeleton = skeleton
        self._wrists = [skeleton.index("left_wrist"), skeleton.index("right_wrist")]

    def predict(self, step_s: float) -> None:
        """Move on by a time step, to be followed by `see`, `miss`, or neither if not looked for."""
        self.filter.predict(step_s, scale_px=self.scale_px, person_seen=self.unseen_s == 0.0)
        self._waited_s += step_s

    def see(self, measurement: _Measurement) -> None:
        """Take this frame's pose."""
        step_s, self._waited_s = self._waited_s, 0.0
        estimate_px = estimate_scale_px(measurement.keypoints, measurement.seen, self._skeleton)
        smoothing_s = self._settings.scale_smoothing_s
        self.scale_px += (estimate_px - self.scale_px) * step_s / (step_s + smoothing_s)
        mine = self._sort_wrists(measurement, step_s)
        self.filter.update(mine.keypoints, mine.scores, mine.seen, scale_px=self.scale_px)
        self.unseen_s = 0.0
        self.evidence_s += step_s
        self.confirmed |= self.evidence_s >= self._settings.birth_s - TIME_SLACK_S

    def _sort_wrists(self, measurement: _Measurement, step_s: float) -> _Measurement:
        """Give each wrist what was seen of it, whichever the network took it for."""
        rows = self._wrists
        wrists, expected = measurement.keypoints[rows], self.filter.positions[rows]
        wrists[~measurement.seen[rows]] = np.nan
        expected[~self.filter.known[rows]] = np.nan
        left, right = (step_s * math.hypot(*v) for v in self.filter.velocities[rows].tolist())
        owners = sort_wrists(wrists, expected, scale_px=self.scale_px, moved_px=(left, right))
        if owners == AS_SEEN:
            self._swapped_s = 0.0
            return measurement
        if owners not in _LEAPT:
            self._swapped_s += step_s
            if self._swapped_s > _SWAPPED_S:
                return measurement
        return measurement.with_pair(rows, owners)

    def miss(self) -> None:
        """Do without a pose in this frame."""
        if self.unseen_s == 0.0:
            self.filter.move_as_one()
        self.unseen_s += self._waited_s
        self._waited_s = self.filter.waited_s = 0.0

    def wait(self) -> None:
        """Go without being looked for in this frame."""
        self.filter.waited_s = self._waited_s

    @property
    def alive(self) -> bool:
        """Whether it may still come back; one never confirmed has less patience."""
        settings = self._settings
        patience_s = settings.coast_s
        if not self.confirmed:
            patience_s = min(patience_s, settings.birth_s)
        return self.unseen_s <= patience_s + TIME_SLACK_S

    def report(self, timestamp: float) -> Track:
        """Return what the other stages see of it."""
        visible = self.filter.visible
        missing = ~visible
        keypoints = self.filter.positions.astype(np.float32)
        velocities = self.filter.velocities.astype(np.float32)
        keypoints[missing] = velocities[missing] = np.nan
        state = TrackState.TENTATIVE
        if self.confirmed:
            state = TrackState.CONFIRMED if self.unseen_s == 0.0 else TrackState.COASTING
        return Track(
            track_id=self.track_id,
            keypoints=keypoints,
            velocities=velocities,
            visible=visible,
            state=state,
            timestamp=timestamp,
            observed=self.filter.observed,
        )


class Tracker:
    """Give every person an identity and steady keypoints with velocities.

    Parameters
    ----------
    settings
        Times, noises and gates.
    skeleton
        Names and spreads of the poses' keypoints.
    """

    def __init__(self, settings: TrackerSettings, skeleton: Skeleton) -> None:
        self._settings = settings
        self._skeleton = skeleton
        # 2 sigma as in COCO's kappa.
        self._kappa = 2.0 * settings.tolerance * np.asarray(skeleton.sigmas, dtype=np.float64)
        self._people: list[_Person] = []
        self._last_id = 0
        self._timestamp: float | None = None
        self._tracks: list[Track] = []

    def reset(self) -> None:
        """Forget everybody. Identities already given are not given again."""
        self._people = []
        self._tracks = []
        self._timestamp = None

    def update(
        self, poses: Sequence[Pose], timestamp: float, *, only: int | None = None
    ) -> list[Track]:
        """Take one frame's poses; nobody is an empty sequence and an update like any other.

        Parameters
        ----------
        poses
            Everybody the network saw, in any order. Keypoints below ``keypoint_score``, with
            coordinates no picture has, or not finite count as missing.
        timestamp
            Seconds. The same as before: the frame is a repeat and changes nothing. Earlier:
            the source has begun again, and everybody is forgotten. Later by more than
            ``coast_s``: nobody is recognised any more.
        only
            The one track that was looked for in this frame. The others move on as predicted; that
            they were not seen says nothing, and nobody new is there.

        Returns
        -------
        list of Track
            Everybody alive, by ascending identity, TENTATIVE ones too.

        Raises
        ------
        ValueError
            If the timestamp is not finite or a pose has not the skeleton's keypoints.
        """
        if not math.isfinite(timestamp):
            raise ValueError(f"a frame's timestamp must be finite, not {timestamp}")
        if self._timestamp is not None and timestamp < self._timestamp:
            self.reset()
        if self._timestamp == timestamp:
            return list(self._tracks)
        step_s = 0.0 if self._timestamp is None else max(timestamp - self._timestamp, _MIN_STEP_S)
        if step_s > self._settings.coast_s:
            self._people = []
        seen = [_Measurement(pose, self._settings, len(self._skeleton)) for pose in poses]
        seen = [m for m in seen if m.score >= self._settings.keep_score and m.seen.any()]
        for person in self._people:
            person.predict(step_s)
        self._timestamp = timestamp
        if only is not None:
            self._associate([p for p in self._people if p.track_id == only], seen)
            for person in self._people:
                if person.track_id != only:
                    person.wait()
        else:
            for measurement in self._associate_all(seen):
                self._consider_birth(measurement)
        self._people = [person for person in self._people if person.alive]
        self._tracks = [person.report(timestamp) for person in self._people]
        return list(self._tracks)

    def _associate_all(self, seen: list[_Measurement]) -> list[_Measurement]:
        """Let every person take a pose or do without; return the poses left over.

        Who was seen in the frame before chooses first (the matching cascade of Wojke et al.,
        "Simple online and realtime tracking with a deep association metric", 2017): the longer
        somebody is hidden, the wider the search, and whoever walks by would be taken for them.
        """
        seen_before = [person for person in self._people if person.unseen_s == 0.0]
        missed = [person for person in self._people if person.unseen_s > 0.0]
        return self._associate(missed, self._associate(seen_before, seen))

    def _associate(self, people: list[_Person], seen: list[_Measurement]) -> list[_Measurement]:
        """Let some people take a pose or do without; return the poses left over."""
        if not people:
            return seen
        pairs = assign(self._compare(people, seen), min_similarity=self._settings.min_similarity)
        taken = dict(pairs)
        for row, person in enumerate(people):
            if row in taken:
                person.see(seen[taken[row]])
            else:
                person.miss()
        columns = taken.values()
        return [m for column, m in enumerate(seen) if column not in columns]

    def _compare(self, people: list[_Person], seen: list[_Measurement]) -> Float64Array:
        """Similarity (T, P) of people's predictions with poses."""
        if not people or not seen:
            return np.zeros((len(people), len(seen)))
        settings = self._settings
        root_area_px = np.array([[ROOT_AREA_SW * person.scale_px] for person in people])
        kappa_px = self._kappa * root_area_px
        wander_px = np.array([[settings.wander_sw_s * p.scale_px * p.unseen_s] for p in people])
        variances = _stack([person.filter.variances for person in people])
        known = _stack([person.filter.known for person in people])
        measured = _stack([measurement.seen for measurement in seen])
        return compute_similarity(
            _stack([person.filter.positions for person in people]),
            _stack([measurement.keypoints for measurement in seen]),
            known[:, None] & measured,
            np.sqrt(kappa_px**2 + wander_px**2 + variances),
            min_keypoints=settings.min_keypoints,
        )

    def _consider_birth(self, measurement: _Measurement) -> None:
        """Begin a track with a pose nobody took, unless it is weak or a double of somebody."""
        settings = self._settings
        if measurement.score < settings.birth_score:
            return
        if measurement.seen.sum() < settings.min_keypoints:
            return
        present = [person for person in self._people if person.unseen_s == 0.0]
        if (self._compare(present, [measurement]) >= settings.duplicate_similarity).any():
            return
        self._last_id += 1
        self._people.append(
            _Person(self._last_id, measurement, settings=settings, skeleton=self._skeleton)
        )


def _stack(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Stack arrays along a new first axis; a single one, as mostly, is not copied."""
    return arrays[0][None] if len(arrays) == 1 else np.array(arrays)

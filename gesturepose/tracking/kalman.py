"""Constant-velocity Kalman filter over all keypoints of one person.

The filters of the keypoints are independent of each other, and so are x and y, which share their
noise and hence their covariance. All of them are therefore one `filterpy` filter whose matrices
are block-diagonal and whose state has one column for x and one for y: the same numbers as ``2 K``
filters, at the price of one.

Process noise adapts to the innovation. At rest the body hardly accelerates and a small noise
steadies the keypoints; when the normalised innovation squared (NIS) of a keypoint says that a
measurement is no longer explained by noise, its process noise is raised just until it is (Bar-
Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, section
11.2.2, adjustable level process noise). Must not know about identities or life cycles.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from filterpy.kalman import KalmanFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import BoolArray
    from gesturepose.skeleton import Skeleton
    from gesturepose.tracking.settings import TrackerSettings

    Float64Array = NDArray[np.float64]
    IntArray = NDArray[np.intp]


#: Sums of time steps are compared with limits; rounding must not decide.
TIME_SLACK_S = 1e-6


def _invert_diagonal(matrix: Float64Array) -> Float64Array:
    """Inverse of a diagonal matrix; the innovation covariance of independent keypoints is one."""
    inverse = np.zeros(matrix.shape)
    every = len(matrix) + 1
    inverse.reshape(-1)[::every] = 1.0 / matrix.reshape(-1)[::every]
    return inverse


def _square(vectors: Float64Array) -> Float64Array:
    """Squared lengths (N,) of vectors (N, 2), which are overwritten."""
    vectors *= vectors
    squared: Float64Array = vectors[:, 0] + vectors[:, 1]
    return squared


def _diagonal(matrix: Float64Array, row: int, column: int) -> Float64Array:
    """Diagonal ``(K,)`` of one of the four blocks of ``(2 K, 2 K)``: a view, to be written to."""
    side = len(matrix)
    first = row * side + column
    return matrix.reshape(-1)[first : first + side // 2 * (side + 1) : side + 1]


class KeypointFilter:
    """Positions and velocities of one person's keypoints.

    State ``x`` is ``(2 K, 2)``: ``K`` positions above ``K`` velocities, columns x and y.

    Parameters
    ----------
    settings
        Noise, gates and damping, in shoulder widths.
    skeleton
        Gives the relative localisation noise of the keypoints.

    Attributes
    ----------
    waited_s
        For so long nobody has looked whether the person is there, which is no evidence against a
        keypoint; until the next `update`.
    """

    def __init__(self, settings: TrackerSettings, skeleton: Skeleton) -> None:
        count = len(skeleton)
        self._settings = settings
        sigmas = np.asarray(skeleton.sigmas, dtype=np.float64)
        # From frame to frame a network scatters less differently over the keypoints than people
        # who annotate them do: measured on webcam recordings at rest, face 0.7, wrists 1.2,
        # hips 1.35 of the mean, which is about the root of the annotators' ratio.
        self._relative_noise = np.sqrt(sigmas / sigmas.mean())
        self._positions = slice(count)
        self._velocities = slice(count, 2 * count)
        self._measure = np.eye(count, 2 * count)
        self._filter = KalmanFilter(dim_x=2 * count, dim_z=count)
        self._filter.x = np.zeros((2 * count, 2))
        self._filter.inv = _invert_diagonal
        # Of matrices that stay, the diagonals that are written in every step.
        self._travel = _diagonal(self._filter.F, 0, count)
        self._decay = _diagonal(self._filter.F, count, count)
        noise = self._filter.Q
        self._noise_xx, self._noise_vv = _diagonal(noise, 0, 0), _diagonal(noise, count, count)
        self._noise_xv, self._noise_vx = _diagonal(noise, 0, count), _diagonal(noise, count, 0)
        self._known = np.zeros(count, dtype=np.bool_)
        self._unseen_s = np.full(count, np.inf)  # since a measurement was last believed
        self._missing_s = np.zeros(count)  # the same, counting only frames that show the person
        # Last frame's measurements that were not believed, NaN for others; mostly there is none.
        self._refused: Float64Array | None = None
        self._anchor = np.zeros((count, 2))  # positions when last believed
        self._step_s = 0.0
        self.waited_s = 0.0
        # Which keypoints were followed last, and what the filter needs to know of them.
        self._followed = b""
        self._rows: IntArray = np.zeros(0, np.intp)
        self._measured = self._noise = np.zeros((0, 0))

    @property
    def positions(self) -> Float64Array:
        """``(K, 2)`` pixels; meaningless where `known` is false. Good until the next step."""
        return self._filter.x[self._positions]  # type: ignore[no-any-return]

    @property
    def velocities(self) -> Float64Array:
        """``(K, 2)`` pixels per second, as `positions`."""
        return self._filter.x[self._velocities]  # type: ignore[no-any-return]

    @property
    def variances(self) -> Float64Array:
        """``(K,)`` variance of the positions per axis, square pixels. Good until the next step."""
        return _diagonal(self._filter.P, 0, 0)

    @property
    def known(self) -> BoolArray:
        """``(K,)`` whether a keypoint has a position; kept for as long as the person is unseen."""
        return self._known

    @property
    def visible(self) -> BoolArray:
        """``(K,)`` whether a keypoint was unseen for no longer than ``keypoint_coast_s``."""
        patience_s = self._settings.keypoint_coast_s + self.waited_s
        return self._known & (self._unseen_s <= patience_s + TIME_SLACK_S)

    @property
    def observed(self) -> BoolArray:
        """``(K,)`` whether a keypoint was measured, and believed, at the last update."""
        observed: BoolArray = self._known & (self._unseen_s == 0.0)
        return observed

    def predict(self, step_s: float, *, scale_px: float, person_seen: bool) -> None:
        """Move the state on by a time step.

        Parameters
        ----------
        step_s
            Seconds, above 0.
        scale_px
            The person's shoulder width.
        person_seen
            Whether the person was seen in the last frame. An unseen person moves on as one rigid
            body that slows down; an unseen keypoint of a seen person slows down by itself, sooner.
        """
        settings = self._settings
        self._step_s = step_s
        # Exponential decay of the speed, integrated exactly: x += v * tau * (1 - exp(-dt / tau)).
        damping_s = settings.keypoint_damping_s if person_seen else settings.person_damping_s
        decay = math.exp(-step_s / damping_s)
        lost = self._unseen_s > 0.0
        self._travel[:], self._decay[:] = step_s, 1.0
        self._travel[lost], self._decay[lost] = damping_s * (1.0 - decay), decay
        self._set_noise(settings.process_noise_sw2_s3 * scale_px**2)
        self._filter.predict()
        self._unseen_s += step_s

    def _set_noise(self, density: float) -> None:
        """Write continuous white noise acceleration of a spectral density into Q."""
        # Bar-Shalom et al., equation 6.2.2-12; filterpy's Q_continuous_white_noise is the same
        # for one keypoint.
        step_s = self._step_s
        self._noise_xx[:] = density * (step_s**3 / 3.0)
        self._noise_xv[:] = self._noise_vx[:] = density * (step_s**2 / 2.0)
        self._noise_vv[:] = density * step_s

    def move_as_one(self) -> None:
        """Give every keypoint the median velocity: an unseen person moves as one rigid body."""
        if self._known.any():
            median = np.median(self.velocities[self._known], axis=0)
            self._filter.x[self._velocities] = median

    def update(
        self, keypoints: Float64Array, scores: Float64Array, seen: BoolArray, *, scale_px: float
    ) -> None:
        """Take one frame's measurement of the person, after `predict`.

        Parameters
        ----------
        keypoints
            ``(K, 2)`` pixels, finite where ``seen``.
        scores
            ``(K,)`` confidence, above 0 where ``seen``.
        seen
            ``(K,)`` which keypoints were measured; the others are only predicted.
        scale_px
            The person's shoulder width.
        """
        settings = self._settings
        deviation = settings.measurement_noise_sw * scale_px * self._relative_noise
        np.divide(deviation, np.minimum(scores, 1.0), out=deviation, where=seen)
        noise = deviation * deviation
        follow = seen & self.visible
        begin = seen ^ follow
        squared = _square(keypoints - self.positions)
        # Nobody's wrist is suddenly elsewhere: a keypoint out of reach is the network taking the
        # other hand or the background. It is believed once it could have got there, on the way
        # predicted or after a stop: a glitch must not lead the prediction off and then keep it.
        reach_px = (settings.gate_sw + settings.gate_speed_sw_s * self._unseen_s) * scale_px
        reach_px *= reach_px
        refused = follow & (squared > reach_px)
        some_refused = len(refused.nonzero()[0]) > 0  # seldom, and sooner known than by any()
        if some_refused:
            refused &= _square(keypoints - self._anchor) > reach_px
        believed = seen
        if self._refused is not None:
            # Nearer to one refused in the last frame than to the prediction; NaN stands for nothing
            # refused, and compares false.
            late = follow & ~refused & (_square(keypoints - self._refused) < squared)
            follow &= ~late
            begin |= late
        if some_refused:
            follow &= ~refused
            believed = seen & ~refused
        self._correct(follow, keypoints, squared, noise)
        self._begin(begin.nonzero()[0], keypoints, noise, scale_px)
        self._refused = np.where(refused[:, None], keypoints, np.nan) if some_refused else None
        np.copyto(self._anchor, self.positions, where=believed[:, None])
        self._unseen_s[believed] = 0.0
        self.waited_s = 0.0
        self._missing_s += self._step_s
        self._missing_s[believed] = 0.0
        self._known |= believed
        self._known &= self._missing_s <= settings.keypoint_coast_s + TIME_SLACK_S

    def _correct(
        self,
        follow: BoolArray,
        keypoints: Float64Array,
        squared: Float64Array,
        noise: Float64Array,
    ) -> None:
        """Let the filter take the measurements of those keypoints (K,) that follow."""
        followed = follow.tobytes()
        if followed != self._followed:  # mostly the same keypoints are seen as in the last frame
            self._followed, self._rows = followed, follow.nonzero()[0]
            self._measured = self._measure[self._rows]
            self._noise = np.zeros((len(self._rows), len(self._rows)))
        rows = self._rows
        if not len(rows):
            return
        self._noise.reshape(-1)[:: len(rows) + 1] = noise[rows]
        self._adapt(rows, squared[rows], noise[rows])
        self._filter.update(keypoints[rows], R=self._noise, H=self._measured)

    def _adapt(self, rows: IntArray, squared: Float64Array, noise: Float64Array) -> None:
        """Raise process noise of keypoints (N,) whose innovation the filter cannot explain.

        ``squared`` (N,) is the innovation's squared length, ``noise`` (N,) the measurement's
        variance per axis. The noise that is missing is added to the predicted covariance, which
        is linear in it, as that of an unknown step of the velocity right after the last
        measurement (noise gain [t, 1]): it explains the innovation without making up an
        acceleration that would overshoot after a glitch or a sudden stop.
        """
        missing = squared / self._settings.manoeuvre_nis - (self.variances[rows] + noise)
        if missing.max() <= 0.0:
            return
        missing = np.maximum(missing, 0.0)
        covariance = self._filter.P
        velocities = rows + len(self._known)
        elapsed_s = self._unseen_s[rows]
        covariance[rows, rows] += missing
        covariance[rows, velocities] += missing / elapsed_s
        covariance[velocities, rows] = covariance[rows, velocities]
        covariance[velocities, velocities] += missing / elapsed_s**2

    def _begin(
        self, rows: IntArray, keypoints: Float64Array, noise: Float64Array, scale_px: float
    ) -> None:
        """Start keypoints (N,) afresh at their measurement.

        One that was refused in the last frame and is believed now moves as the two measurements
        say; any other is taken to be at rest, with little certainty.
        """
        if not len(rows):
            return
        kalman, velocities = self._filter, rows + len(self._known)
        kalman.P[rows, rows] = noise[rows]
        kalman.P[rows, velocities] = kalman.P[velocities, rows] = 0.0
        kalman.P[velocities, velocities] = (self._settings.initial_speed_sw_s * scale_px) ** 2
        kalman.x[rows] = keypoints[rows]
        speed = np.zeros((len(rows), 2))
        if self._step_s > 0.0 and self._refused is not None:
            speed = np.nan_to_num((keypoints[rows] - self._refused[rows]) / self._step_s)
        kalman.x[velocities] = speed

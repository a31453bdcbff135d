"""Body coordinates: a track seen from the person's own body.

Distance from the camera, resolution and body size do not matter in them. Origin is mid-shoulder,
the unit one (smoothed) shoulder width, x towards the person's own right, y up. The camera sees a
person who faces it mirrored, hence x and y both run against the pixels'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.gestures.points import ROWS
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import BoolArray, FloatArray, Track

_LEFT_SHOULDER, _RIGHT_SHOULDER = COCO17.index("left_shoulder"), COCO17.index("right_shoulder")
_LEFT_HIP, _RIGHT_HIP = COCO17.index("left_hip"), COCO17.index("right_hip")
_WRISTS = (COCO17.index("left_wrist"), COCO17.index("right_wrist"))
_ARMS = ((5, 7, 9), (6, 8, 10))
_MID_SHOULDER, _MID_HIP = ROWS["mid_shoulder"], ROWS["mid_hip"]
_RESTS = slice(ROWS["left_rest"], ROWS["right_rest"] + 1)
_COUNT = len(COCO17)
_UNKNOWN = np.full(len(ROWS), np.nan, np.float32)
_ALL = np.ones(len(ROWS), np.bool_)

#: Lengths between joint centres in shoulder widths, from segment lengths as fractions of stature
#: (upper arm 0.186, forearm 0.146, shoulders 0.129 each side of the neck's base; Winter,
#: "Biomechanics and Motor Control of Human Movement", figure 4.1, after Drillis and Contini).
#: Pose networks put the shoulder somewhat inside the outline, hence the width of 0.22.
_UPPER_ARM = 0.186 / 0.22
_FOREARM = 0.146 / 0.22
_TORSO = 1.5

#: Hips and resting hands lie no higher; where the picture ends above them, networks put them at
#: its lower edge.
_HIGHEST_REST = -1.3

#: A wrist rests where it is lower than this (shoulder widths) and slower than that (shoulder widths
#: per second).
_LOW, _STILL = -0.75, 0.5

#: A camera's roll is followed slowly, from shoulders at least this wide (fraction of the usual
#: width), and never believed beyond 25 degrees.
_ROLL_S = 8.0
_ROLL_WIDTH = 0.6
_MAX_ROLL = math.radians(25)

#: Where a hanging wrist is until a better place was seen.
_DEFAULT_REST = ((-0.65, -1.9), (0.65, -1.9))


@dataclass(frozen=True, slots=True, eq=False)
class BodyPose:
    """A track in body coordinates.

    Attributes
    ----------
    points
        ``(P, 2)`` float32 positions, rows as in `gesturepose.gestures.points.ROWS`, in shoulder
        widths; NaN where unknown.
    observed
        ``(P,)`` bool: whether a position was seen in this very frame; derived points always are.
    speeds
        ``(P,)`` float32, shoulder widths per second relative to the shoulders.
    reach
        ``(2,)`` float32: how far the left and right wrist is in front of its shoulder, in shoulder
        widths; NaN where unknown.
    unit_px
        Pixels of one shoulder width.
    facing
        Shoulder width now as a fraction of the usual one: about 1 facing the camera, 0 sideways,
        negative with the back to it.
    body_speed
        Speed of mid-shoulder, shoulder widths per second.
    timestamp
        Seconds.
    """

    points: FloatArray
    observed: BoolArray
    speeds: FloatArray
    reach: FloatArray
    unit_px: float
    facing: float
    body_speed: float
    timestamp: float


class BodyCoordinates:
    """Turns one person's tracks into body poses; remembers their scale and where hands rest.

    The shoulder width that serves as unit follows a wider one quickly and a narrower one slowly,
    because turning makes shoulders narrow at once while walking away is slow. Where a hand rests is
    learned after it was still for ``rest_s``; for the first time sooner, as what is assumed until
    then fits nobody well.
    """

    def __init__(
        self,
        *,
        widen_s: float = 0.3,
        narrow_s: float = 3.0,
        rest_s: float = 1.0,
        first_rest_s: float = 0.75,
    ) -> None:
        self._widen_s = widen_s
        self._narrow_s = narrow_s
        self._rest_s = rest_s
        self._first_rest_s = first_rest_s
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._unit_px = 0.0
        self._timestamp = math.nan
        self._origin = self._drift = np.zeros(2, np.float32)
        self._facing = self._roll = 0.0
        self._roll_known = math.nan
        self._rest = np.array(_DEFAULT_REST, np.float32)
        self._rest_known = [False, False]
        self._still_since = [math.nan, math.nan]

    def update(self, track: Track) -> BodyPose | None:
        """Return the track in body coordinates; ``None`` while the shoulders are not visible."""
        visible = track.visible
        if not (visible[_LEFT_SHOULDER] and visible[_RIGHT_SHOULDER]):
            return None
        self._follow_shoulders(track)
        unit = max(self._unit_px, 1.0)
        cos, sin = math.cos(self._roll), math.sin(self._roll)
        upright = np.array(((cos, -sin), (sin, cos)), np.float32)
        points = np.empty((len(ROWS), 2), np.float32)
        seen = points[:_COUNT]
        np.divide((self._origin - track.keypoints) @ upright, unit, out=seen)
        seen[~visible] = np.nan
        relative = track.velocities - self._drift
        relative *= relative
        speeds = _UNKNOWN.copy()
        np.divide(np.sqrt(relative[:, 0] + relative[:, 1]), unit, out=speeds[:_COUNT])
        # As plain numbers: numpy's cost more, one at a time.
        known = seen.tolist()
        points[_MID_SHOULDER] = 0.0
        points[_MID_HIP] = _find_mid_hip(known[_LEFT_HIP], known[_RIGHT_HIP])
        self._follow_rest(known, speeds, track.timestamp)
        points[_RESTS] = self._rest
        observed = _ALL.copy()
        observed[:_COUNT] = track.observed
        return BodyPose(
            points=points,
            observed=observed,
            speeds=speeds,
            reach=np.array([_reach(known, arm) for arm in _ARMS], np.float32),
            unit_px=unit,
            facing=self._facing,
            body_speed=math.hypot(*self._drift.tolist()) / unit,
            timestamp=track.timestamp,
        )

    def _follow_shoulders(self, track: Track) -> None:
        """Take in where the shoulders are, how wide, and how the camera is rolled."""
        left, right = track.keypoints[_LEFT_SHOULDER], track.keypoints[_RIGHT_SHOULDER]
        across, down = (left - right).tolist()
        now = track.timestamp
        dt = now - self._timestamp
        self._timestamp = now
        width = math.hypot(across, down)
        if self._unit_px > 0.0 and dt >= 0:
            tau = self._widen_s if width > self._unit_px else self._narrow_s
            self._unit_px += (width - self._unit_px) * (1.0 - math.exp(-dt / tau))
        else:
            self._unit_px = max(width, 1.0)
        self._origin = (left + right) / 2.0
        self._drift = (track.velocities[_LEFT_SHOULDER] + track.velocities[_RIGHT_SHOULDER]) / 2.0
        self._facing = across / max(self._unit_px, 1.0)
        if self._facing > _ROLL_WIDTH:
            roll = math.atan2(down, across)
            roll = min(max(roll, -_MAX_ROLL), _MAX_ROLL)
            known = not math.isnan(self._roll_known)
            share = 1.0 - math.exp(-max(dt, 0.0) / _ROLL_S) if known else 1.0
            self._roll += (roll - self._roll) * share
            self._roll_known = now

    def _follow_rest(
        self, points: Sequence[Sequence[float]], speeds: FloatArray, timestamp: float
    ) -> None:
        """Where a wrist stays still and low is where it rests."""
        for side, wrist in enumerate(_WRISTS):
            x, y = points[wrist]
            if y < _LOW and speeds[wrist] < _STILL:
                if math.isnan(self._still_since[side]):
                    self._still_since[side] = timestamp
                    continue
                known = self._rest_known[side]
                after_s = self._rest_s if known else self._first_rest_s
                if timestamp - self._still_since[side] >= after_s:
                    seen = np.array((x, min(y, _HIGHEST_REST)), np.float32)
                    share = np.float32(0.3 if known else 1.0)
                    self._rest[side] += (seen - self._rest[side]) * share
                    self._rest_known[side] = True
            else:
                self._still_since[side] = math.nan


def _find_mid_hip(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """Middle of the hips, or where it is likely: seated people show no hips."""
    x, y = (left[0] + right[0]) / 2.0, (left[1] + right[1]) / 2.0
    if math.isnan(x) or math.isnan(y):
        # A torso is about one and a half shoulder widths long.
        x, y = 0.0, -_TORSO
    return x, min(y, _HIGHEST_REST)


def _reach(points: Sequence[Sequence[float]], arm: tuple[int, int, int]) -> float:
    """Depth of the wrist in front of the shoulder from the foreshortening of the arm.

    Each segment of known length that looks short in the picture points along the optical axis
    (Taylor, "Reconstruction of articulated objects from point correspondences in a single
    uncalibrated image", CVIU 80(3), 2000, equation 3); here always towards the camera.
    """
    (sx, sy), (ex, ey), (wx, wy) = (points[row] for row in arm)
    upper = (sx - ex) ** 2 + (sy - ey) ** 2
    fore = (ex - wx) ** 2 + (ey - wy) ** 2
    if math.isnan(upper) or math.isnan(fore):
        return math.nan
    return math.sqrt(max(_UPPER_ARM**2 - upper, 0.0)) + math.sqrt(max(_FOREARM**2 - fore, 0.0))

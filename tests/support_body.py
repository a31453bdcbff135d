"""A synthetic person for tests: keypoints of a body whose hands follow key frames.

Positions are in body coordinates: origin mid-shoulder, unit one shoulder width, x to the person's
own right, y up. Elbows follow from the wrists by two-link inverse kinematics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import Pose, PoseFrame
from gesturepose.gestures.points import ROWS
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

XY = tuple[float, float]
UPPER_ARM, FOREARM = 0.845, 0.66

REST_LEFT, REST_RIGHT = (-0.5, -1.45), (0.5, -1.45)

_FIXED = {
    "nose": (0.0, 0.5),
    "left_eye": (-0.12, 0.6),
    "right_eye": (0.12, 0.6),
    "left_ear": (-0.25, 0.55),
    "right_ear": (0.25, 0.55),
    "left_shoulder": (-0.5, 0.0),
    "right_shoulder": (0.5, 0.0),
    "left_hip": (-0.35, -1.55),
    "right_hip": (0.35, -1.55),
}


def _elbow(shoulder: XY, wrist: XY, outward: float) -> XY:
    """Where the elbow is; the arm bends outwards, and points at the camera if it is too long."""
    dx, dy = wrist[0] - shoulder[0], wrist[1] - shoulder[1]
    reach = max(math.hypot(dx, dy), 1e-6)
    along = (UPPER_ARM**2 - FOREARM**2 + reach**2) / (2 * reach)
    along = max(min(along, UPPER_ARM), -UPPER_ARM)
    height = math.sqrt(max(UPPER_ARM**2 - along**2, 0.0))
    ux, uy = dx / reach, dy / reach
    first = (shoulder[0] + along * ux - height * uy, shoulder[1] + along * uy + height * ux)
    second = (shoulder[0] + along * ux + height * uy, shoulder[1] + along * uy - height * ux)
    return max(first, second, key=lambda e: outward * e[0] - e[1])


@dataclass(frozen=True)
class Key:
    """Where the hands are after ``seconds`` more; an elbow may be given instead of computed."""

    seconds: float
    left: XY = REST_LEFT
    right: XY = REST_RIGHT
    left_elbow: XY | None = None
    right_elbow: XY | None = None
    origin: XY = (0.0, 0.0)


@dataclass(frozen=True)
class Body:
    """How the person stands before the camera.

    ``center`` is mid-shoulder and ``unit`` the shoulder width, both in pixels; ``hidden`` names
    keypoints that are never seen; ``noise_px`` is the spread of keypoints.
    """

    center: XY = (320.0, 200.0)
    unit: float = 100.0
    hidden: tuple[str, ...] = ()
    noise_px: float = 0.0
    size: tuple[int, int] = (640, 480)

    def pose(self, key: Key, rng: np.random.Generator) -> Pose:
        """Keypoints with the hands where ``key`` has them."""
        points = dict(_FIXED)
        points["left_wrist"], points["right_wrist"] = key.left, key.right
        points["left_elbow"] = key.left_elbow or _elbow((-0.5, 0.0), key.left, -1.0)
        points["right_elbow"] = key.right_elbow or _elbow((0.5, 0.0), key.right, 1.0)
        xy = np.full((len(COCO17), 2), np.nan, np.float32)
        for name, (x, y) in points.items():
            if name not in self.hidden:
                px = self.center[0] - (x + key.origin[0]) * self.unit
                py = self.center[1] - (y + key.origin[1]) * self.unit
                xy[COCO17.index(name)] = (px, py)
        xy += rng.normal(0.0, self.noise_px, xy.shape).astype(np.float32)
        scores = np.where(np.isnan(xy[:, 0]), 0.0, 0.9).astype(np.float32)
        return Pose(keypoints=xy, scores=scores, score=0.9)


def _blend(a: XY, b: XY, s: float) -> XY:
    return a[0] + (b[0] - a[0]) * s, a[1] + (b[1] - a[1]) * s


def key_at(keys: Sequence[Key], t: float) -> Key:
    """Position at a time: minimum-jerk movement from key to key (Flash and Hogan, 1985)."""
    before = Key(0.0)
    for key in keys:
        if t < key.seconds:
            u = t / key.seconds
            s = u**3 * (10 - 15 * u + 6 * u**2)
            elbows = {}
            for side in ("left_elbow", "right_elbow"):
                a, b = getattr(before, side), getattr(key, side)
                elbows[side] = _blend(a, b, s) if a and b else None
            return Key(
                0.0,
                left=_blend(before.left, key.left, s),
                right=_blend(before.right, key.right, s),
                origin=_blend(before.origin, key.origin, s),
                **elbows,
            )
        t -= key.seconds
        before = key
    return before


def perform(
    keys: Sequence[Key],
    *,
    body: Body | None = None,
    fps: float = 30.0,
    idle_s: float = 1.5,
    seed: int = 0,
) -> Iterator[PoseFrame]:
    """Frames of a person who idles, follows the keys, goes back to rest and idles again."""
    body = body or Body()
    rng = np.random.default_rng(seed)
    script = [Key(idle_s), *keys, Key(0.8), Key(idle_s)]
    duration = sum(key.seconds for key in script)
    for index in range(int(duration * fps)):
        t = index / fps
        yield PoseFrame([body.pose(key_at(script, t), rng)], t, index, body.size)


def mirrored(keys: Sequence[Key]) -> list[Key]:
    """The same movement of a person's other side."""

    def flip(p: XY | None) -> XY | None:
        return None if p is None else (-p[0], p[1])

    return [
        Key(
            k.seconds,
            left=(-k.right[0], k.right[1]),
            right=(-k.left[0], k.left[1]),
            left_elbow=flip(k.right_elbow),
            right_elbow=flip(k.left_elbow),
            origin=(-k.origin[0], k.origin[1]),
        )
        for k in keys
    ]


def hold(seconds: float, key: Key) -> list[Key]:
    """Stay where ``key`` is."""
    return [
        key,
        Key(
            seconds,
            left=key.left,
            right=key.right,
            left_elbow=key.left_elbow,
            right_elbow=key.right_elbow,
            origin=key.origin,
        ),
    ]


_OUT, _ACROSS = (1.4, -0.1), (-0.25, -0.1)
_LOW, _HIGH = (0.85, -0.85), (0.85, 0.5)
_TOGETHER = {"left": (-0.2, -0.4), "right": (0.2, -0.4)}
_WIDE = {"left": (-1.5, -0.3), "right": (1.5, -0.3)}

#: A typical performance of each gesture, made with the right hand where one hand makes it.
PERFORMANCES: dict[str, list[Key]] = {
    "raise_right_hand": hold(0.9, Key(0.6, right=(0.9, 1.0))),
    "raise_left_hand": hold(0.9, Key(0.6, left=(-0.9, 1.0))),
    "hands_up": hold(0.9, Key(0.6, left=(-0.9, 1.0), right=(0.9, 1.0))),
    "t_pose": hold(1.0, Key(0.6, left=(-1.95, 0.0), right=(1.95, 0.0))),
    "arms_crossed": hold(
        1.2,
        Key(
            0.6,
            left=(0.35, -0.5),
            right=(-0.35, -0.5),
            left_elbow=(-0.3, -0.75),
            right_elbow=(0.3, -0.75),
        ),
    ),
    "hand_on_hip": hold(
        1.0, Key(0.6, right=(0.5, -1.35), right_elbow=(1.1, -0.65), left_elbow=(-0.6, -0.8))
    ),
    "swipe_left": [*hold(0.2, Key(0.8, right=_OUT)), *hold(0.2, Key(0.4, right=_ACROSS))],
    "swipe_right": [*hold(0.2, Key(0.8, right=_ACROSS)), *hold(0.2, Key(0.4, right=_OUT))],
    "swipe_up": [*hold(0.2, Key(0.6, right=_LOW)), *hold(0.2, Key(0.4, right=_HIGH))],
    "swipe_down": [*hold(0.2, Key(0.7, right=_HIGH)), *hold(0.2, Key(0.4, right=_LOW))],
    "wave": [
        Key(0.7, right=(1.2, 0.5)),
        *[Key(0.25, right=(0.6 if i % 2 == 0 else 1.2, 0.55)) for i in range(6)],
    ],
    "clap": [
        Key(0.7, left=(-0.65, -0.4), right=(0.65, -0.4)),
        Key(0.2, **_TOGETHER),
        Key(0.25, left=(-0.65, -0.4), right=(0.65, -0.4)),
        Key(0.2, **_TOGETHER),
        Key(0.25, left=(-0.65, -0.4), right=(0.65, -0.4)),
    ],
    "spread": [*hold(0.3, Key(0.8, **_TOGETHER)), *hold(0.3, Key(0.5, **_WIDE))],
    "gather": [*hold(0.3, Key(0.8, **_WIDE)), *hold(0.3, Key(0.5, **_TOGETHER))],
    "push": [
        *hold(
            0.3, Key(0.7, right=(0.7, -0.25), right_elbow=(0.95, -0.75), left_elbow=(-0.6, -0.8))
        ),
        *hold(
            0.4, Key(0.35, right=(0.72, -0.25), right_elbow=(0.8, -0.5), left_elbow=(-0.6, -0.8))
        ),
    ],
}


def points_with(**named: tuple[float, float]) -> np.ndarray:
    """Rows of a body pose with the given positions, the rest unknown."""
    points = np.full((len(ROWS), 2), np.nan, np.float32)
    for name, xy in named.items():
        points[ROWS[name]] = xy
    return points

"""What a person should change before the camera, in plain words, from what the program sees.

Light, distance, place in the picture, and how fast pictures come. It recognises nothing, keeps no
picture, reads no clock and imports no Qt. What it says is in advice_texts.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.advice_texts import Advice, Check, Kind, Severity
from gesturepose.datatypes import Frame, TrackState
from gesturepose.gestures.body import BodyCoordinates
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from gesturepose.datatypes import FloatArray, Track
    from gesturepose.pipeline import Snapshot

__all__ = ["Advice", "Adviser", "Check", "Kind", "Severity"]

_HIPS = (COCO17.index("left_hip"), COCO17.index("right_hip"))
_SHOULDERS = COCO17.index("left_shoulder"), COCO17.index("right_shoulder")
_WRISTS = COCO17.index("left_wrist"), COCO17.index("right_wrist")

# Lengths in shoulder widths from mid-shoulder. A stretched arm ends 2.2 to the side: half the
# shoulders 0.5, upper arm 0.85, forearm 0.65, hand 0.2. Parting the hands wide takes 1.5, and
# half a hand more, since the network finds a wrist by the hand beyond it.
_FULL_REACH, _REACH = 2.2, 1.75
# The top of the head, and the wrist of a raised hand with half of that hand.
_ABOVE = 1.1
# Sweeps up and down start and end here.
_BELOW = 1.0
# Shoulders narrower than this share of the picture's longer side. The network sees 256 pixels of
# it; of the demo clip, shrunk, it loses the person at 0.075 and keeps her at 0.085.
_FAR_SHARE = 0.085
# Shoulders seen from the side. A torso is 1.5 widths long; turned by 60 degrees this is left.
_TURNED_TORSO, _TURNED_USUAL = 0.35, 0.5

# Levels 0..255 of the brightest tenth of face and neck, whatever the skin and hair. On the demo
# clip, darkened, the network's confidence begins to fall at 35 and is gone at 10.
_DARK, _SHADED = 45.0, 75.0
# Against the light: the rest of the picture is bright, and so many times brighter than the face.
_GLARE, _GLARE_TIMES = 150.0, 2.2
# A washed-out face: half of it at the end of the scale.
_WHITE = 250.0
# Of a picture with nobody in it: a closed cover, and a room too dark to see anybody.
_BLACK, _GLOOM = 16.0, 30.0

# Below 8 frames a second a sweep of 0.3 s has two frames and is missed; from 12 on it has four.
_SLOW_FPS, _LEAST_FPS = 12.0, 8.0

_STEADY_S, _FIRST_S = 1.0, 0.3
_LIGHT_EVERY_S = 0.2
_UNSEEN_HANDS_S = 3.0
_GAP_S = 2.0
_SAMPLES = 24
"""Rows and columns at which a region's light is measured."""


class Adviser:
    """Makes steady advice from snapshots.

    What is said about each check changes only after something else has been true for a second of
    the source's time, so that nobody has to read faster than they move.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything: another source begins."""
        self._body = BodyCoordinates()
        self._track_id: int | None = None
        self._last_s = math.nan
        self._light_s = -math.inf
        self._light = Kind.LOOKING
        self._interval_s = math.nan
        self._hands_s = math.nan
        self._said = dict.fromkeys(Check, Kind.LOOKING)
        self._next: dict[Check, tuple[Kind, float]] = {}

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What there is to say about every check, in the order of `Check`."""
        return tuple(Advice(check, kind) for check, kind in self._said.items())

    @property
    def first(self) -> Advice | None:
        """The one thing to put right now; ``None`` when nothing has to change."""
        wrong = [advice for advice in self.advice if not advice.ok]
        # Where it is too dark to see anybody, coming nearer does not help.
        light = [a for a in wrong if a.check is Check.LIGHT and a.severity is Severity.FIX]
        if light and self._said[Check.PERSON] is Kind.NOBODY:
            return light[0]
        return next(iter(wrong), None)

    @property
    def sees_somebody(self) -> bool:
        """Whether there is somebody who faces the camera."""
        return self._said[Check.PERSON] is Kind.SEEN

    def update(self, snapshot: Snapshot) -> tuple[Advice, ...]:
        """Take in a frame's results; returns `advice`."""
        now = snapshot.frame.timestamp
        elapsed = now - self._last_s
        if elapsed < 0 or elapsed > _GAP_S:
            self.reset()
        elif elapsed > 0:
            if math.isnan(self._interval_s):
                self._interval_s = elapsed
            self._interval_s += (elapsed - self._interval_s) * (1.0 - math.exp(-elapsed))
        self._last_s = now
        for check, kind in self._look(snapshot, now).items():
            self._settle(check, kind, now)
        return self.advice

    def _settle(self, check: Check, kind: Kind, now: float) -> None:
        """Say something else once it has been true for long enough."""
        if kind is self._said[check]:
            self._next.pop(check, None)
            return
        waiting, since = self._next.get(check, (kind, now))
        if waiting is not kind:
            since = now
        self._next[check] = kind, since
        needed_s = _FIRST_S if self._said[check] is Kind.LOOKING else _STEADY_S
        if now - since >= needed_s:
            self._said[check] = kind
            del self._next[check]

    def _look(self, snapshot: Snapshot, now: float) -> dict[Check, Kind]:
        """Judge this very frame."""
        people = [t for t in snapshot.tracks if t.state is TrackState.CONFIRMED]
        found = {
            Check.RATE: self._judge_rate(),
            Check.OTHERS: Kind.SEVERAL if len(people) > 1 else Kind.ALONE,
        }
        track = _choose(people, snapshot.operator_id)
        if track is None or track.track_id != self._track_id:
            self._body.reset()
        self._track_id = track.track_id if track is not None else None
        body = self._body.update(track) if track is not None else None
        if track is None or body is None:
            nobody = Kind.NOBODY if not snapshot.tracks else Kind.LOOKING
            found |= {Check.PERSON: nobody, Check.LIGHT: self._judge_light(snapshot, now, None)}
            return found | {Check.DISTANCE: Kind.LOOKING, Check.PLACE: Kind.LOOKING}
        middle = track.keypoints[list(_SHOULDERS)].mean(axis=0)
        spot = float(middle[0]), float(middle[1]), body.unit_px
        found[Check.LIGHT] = self._judge_light(snapshot, now, spot)
        if body.facing < _TURNED_USUAL or _is_sideways(track):
            # Shoulders seen from the side tell nothing about distance.
            return found | {Check.PERSON: Kind.TURNED}
        distance = _judge_distance(spot, snapshot.frame.size)
        place = self._judge_place(track, spot, snapshot.frame.size, now)
        if distance is Kind.NEAR:
            place = Kind.LOOKING  # stepping back changes it
        return found | {Check.PERSON: Kind.SEEN, Check.DISTANCE: distance, Check.PLACE: place}

    def _judge_rate(self) -> Kind:
        if math.isnan(self._interval_s):
            return Kind.LOOKING
        fps = 1.0 / self._interval_s
        if fps < _LEAST_FPS:
            return Kind.TOO_SLOW
        return Kind.SLOW if fps < _SLOW_FPS else Kind.FAST_ENOUGH

    def _judge_light(
        self, snapshot: Snapshot, now: float, spot: tuple[float, float, float] | None
    ) -> Kind:
        if not isinstance(snapshot.frame, Frame):
            return Kind.NO_PICTURE
        if now - self._light_s >= _LIGHT_EVERY_S:
            self._light_s = now
            self._light = _measure_light(snapshot.frame, spot)
        return self._light

    def _judge_place(
        self, track: Track, spot: tuple[float, float, float], size: tuple[int, int], now: float
    ) -> Kind:
        (x, y, unit), (width, height) = spot, size
        if y < _ABOVE * unit:
            return Kind.TOO_HIGH
        if y + _BELOW * unit > height:
            return Kind.TOO_LOW
        # The picture is never mirrored here: its left side is the person's right.
        if x < _REACH * unit:
            return Kind.MOVE_LEFT
        if x > width - _REACH * unit:
            return Kind.MOVE_RIGHT
        if track.visible[list(_WRISTS)].any() or math.isnan(self._hands_s):
            self._hands_s = now
        if now - self._hands_s > _UNSEEN_HANDS_S:
            return Kind.NO_HANDS
        return Kind.IN_PLACE if track.visible[list(_HIPS)].all() else Kind.NO_HIPS


def _choose(people: list[Track], operator_id: int | None) -> Track | None:
    """Return whom to advise: who is obeyed, or else the one with the widest shoulders."""
    chosen = next((t for t in people if t.track_id == operator_id), None)
    seen = [t for t in people if t.visible[list(_SHOULDERS)].all()]
    return chosen or max(seen, key=_shoulder_width, default=None)


def _shoulder_width(track: Track) -> float:
    left, right = track.keypoints[list(_SHOULDERS)]
    return float(math.dist(left, right))


def _is_sideways(track: Track) -> bool:
    """Whether the shoulders are narrow for the torso's length; not known without hips."""
    if not track.visible[list(_HIPS)].all():
        return False
    torso = track.keypoints[list(_HIPS)].mean(axis=0) - track.keypoints[list(_SHOULDERS)].mean(0)
    return _shoulder_width(track) < _TURNED_TORSO * float(np.linalg.norm(torso))


def _judge_distance(spot: tuple[float, float, float], size: tuple[int, int]) -> Kind:
    unit, width = spot[2], size[0]
    if 2 * _REACH * unit > width:
        return Kind.NEAR
    if unit < _FAR_SHARE * max(size):
        return Kind.FAR
    return Kind.SNUG if 2 * _FULL_REACH * unit > width else Kind.DISTANT_ENOUGH


def _measure_light(frame: Frame, spot: tuple[float, float, float] | None) -> Kind:
    """Judge the light on the face, or of the whole picture when nobody is there."""
    width, height = frame.size
    whole = _levels(frame, (0, 0, width, height))
    if spot is None:
        brightest = _quantile(whole, 0.9)
        if brightest > _GLOOM:
            return Kind.LOOKING
        return Kind.BLACK if brightest < _BLACK else Kind.DARK
    x, y, unit = spot
    # Face and neck, without the hair above and the clothes below.
    face = _levels(frame, (x - 0.3 * unit, y - 0.85 * unit, x + 0.3 * unit, y - 0.15 * unit))
    if face.size == 0:
        return Kind.LOOKING
    lit = _quantile(face, 0.9)
    if lit < _SHADED and _quantile(whole, 0.75) > max(_GLARE, _GLARE_TIMES * lit):
        return Kind.BACKLIT
    if lit < _DARK:
        return Kind.DARK
    return Kind.BRIGHT if _quantile(face, 0.5) > _WHITE else Kind.LIT


def _levels(frame: Frame, box: tuple[float, float, float, float]) -> FloatArray:
    """Sorted brightness of a few pixels of a region ``(left, top, right, bottom)``."""
    width, height = frame.size
    left, right = (min(max(int(x), 0), width) for x in (box[0], box[2]))
    top, bottom = (min(max(int(y), 0), height) for y in (box[1], box[3]))
    rows, columns = max((bottom - top) // _SAMPLES, 1), max((right - left) // _SAMPLES, 1)
    pixels = frame.image[top:bottom:rows, left:right:columns]
    # Weights of ITU-R BT.601.
    grey = pixels @ np.array((0.114, 0.587, 0.299), np.float32)
    return np.sort(grey, axis=None)


def _quantile(levels: FloatArray, share: float) -> float:
    return float(levels[min(int(share * levels.size), levels.size - 1)])

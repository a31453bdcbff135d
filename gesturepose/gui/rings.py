"""Which hands have a progress ring, and how full it is; from what the classifier says.

It paints nothing and recognises nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import Phase
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gesturepose.config import Config
    from gesturepose.datatypes import Explanation, Track
    from gesturepose.gestures.settings import Gesture
    from gesturepose.pipeline import Snapshot

_RING_FROM, _RING_FULL = 0.15, 0.4
"""Progress at which a ring begins to show, and at which it is fully visible."""
_FAR_ENOUGH = 0.9
"""A movement that went this far and is still not the gesture may never become it."""
_LAZY = 0.3
"""Two hands make a movement together if the slower has at least this share of the speed."""
_FIRED_S = 0.6
"""How long the ring of a stroke that was recognised stays."""
_SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class Ring:
    """Progress at one hand.

    Attributes
    ----------
    track_id, side
        Whose hand.
    fraction
        0..1, how much of the ring is filled.
    strength
        0..1, how visible it is.
    done
        Whether the gesture was recognised.
    """

    track_id: int
    side: str
    fraction: float
    strength: float
    done: bool = False


class RingChooser:
    """Decides which hands have a ring, and how full it is.

    One ring a hand, of the gesture that is nearest; only gestures that do something count, so that
    everyday movement stays without.
    """

    def __init__(self) -> None:
        self._sides: dict[str, tuple[str, ...]] = {}
        self._wake = ""
        self._together: set[str] = set()
        self._resuming: set[str] = set()
        self._fired: dict[str, tuple[float, int]] = {}

    def set_config(self, config: Config) -> None:
        """Watch the gestures of a mapping."""
        wanted = {binding.gesture for binding in config.bindings if binding.enabled}
        self._wake = config.control.wake if config.control.needs_wake else ""
        self._sides = {
            name: find_sides(gesture)
            for name, gesture in config.gestures.items()
            if name in wanted or name == self._wake or not wanted
        }
        self._together = {
            name
            for name, gesture in config.gestures.items()
            if gesture.motion is not None and gesture.motion.between is not None
        }
        self._resuming = {
            binding.gesture
            for binding in config.bindings
            if binding.enabled and binding.control in ("resume", "pause_or_resume")
        }
        self._fired.clear()

    def choose(self, snapshot: Snapshot) -> list[Ring]:
        """Return the rings of the moment."""
        tracks = {track.track_id: track for track in snapshot.tracks}
        rings: dict[tuple[int, str], Ring] = {}
        for track_id, claim in snapshot.claims.items():
            if track_id in tracks and track_id != snapshot.operator_id:
                for side in self._find_hands(self._wake, tracks[track_id]):
                    _keep_nearest(rings, Ring(track_id, side, claim.value, _fade(claim.value)))
        operator = tracks.get(snapshot.operator_id or 0)
        if operator is not None:
            for ring in self._list_progress(snapshot, operator):
                _keep_nearest(rings, ring)
        for ring in self._list_fired(snapshot, operator):
            if not _is_done(rings.get((ring.track_id, ring.side))):
                rings[ring.track_id, ring.side] = ring
        return [ring for ring in rings.values() if ring.strength > 0]

    def _list_progress(self, snapshot: Snapshot, operator: Track) -> Iterator[Ring]:
        for name, progress in snapshot.progress.items():
            if not self._is_watched(name, snapshot) or progress.value < _RING_FROM:
                continue
            strength = 1.0 if progress.active else _fade(progress.value)
            if progress.blocked_by and not progress.active and progress.value >= _FAR_ENOUGH:
                strength *= 0.5
            for side in self._find_hands(name, operator, snapshot.explanations):
                yield Ring(operator.track_id, side, progress.value, strength, progress.active)

    def _is_watched(self, name: str, snapshot: Snapshot) -> bool:
        """Whether the gesture would do something now; while paused, few do."""
        return name in (self._resuming if snapshot.paused else self._sides)

    def _find_hands(
        self, name: str, track: Track, explanations: Mapping[str, Explanation] | None = None
    ) -> tuple[str, ...]:
        """Sides that seem to make a gesture; none if one hand of two that should move rests."""
        if name in self._together:
            speeds = [_measure_speed(track, side) for side in _SIDES]
            if min(speeds) < _LAZY * max(speeds):
                return ()
        return self._find_made(name, track, explanations)

    def _find_made(
        self, name: str, track: Track, explanations: Mapping[str, Explanation] | None
    ) -> tuple[str, ...]:
        """Sides that make a gesture; of one that either hand makes, the hand that moves more."""
        sides = self._sides.get(name, ())
        if sides:
            return sides
        explanation = (explanations or {}).get(name)
        if explanation is not None and explanation.side:
            return (explanation.side,)
        return (max(_SIDES, key=lambda side: _measure_speed(track, side)),)

    def _list_fired(self, snapshot: Snapshot, operator: Track | None) -> Iterator[Ring]:
        """Rings of strokes that were just recognised, which are over at once."""
        now = snapshot.frame.timestamp
        if operator is None:
            self._fired.clear()
            return
        for event in snapshot.events:
            if event.phase is Phase.BEGIN and self._is_watched(event.gesture, snapshot):
                for side in self._find_made(event.gesture, operator, snapshot.explanations):
                    self._fired[side] = now, event.track_id
        for side, (at, track_id) in list(self._fired.items()):
            if 0 <= now - at < _FIRED_S and track_id == operator.track_id:
                yield Ring(track_id, side, 1.0, 1.0 - (now - at) / _FIRED_S, done=True)
            else:
                del self._fired[side]


def find_sides(gesture: Gesture) -> tuple[str, ...]:
    """Return the sides of the hands that make a gesture; none where either may."""
    if gesture.motion is not None:
        names: tuple[str, ...] = gesture.motion.between or (gesture.motion.keypoint or "",)
    else:
        asked = [rule for rule in gesture.pose if not rule.optional] or gesture.pose
        names = tuple(point for rule in asked for point in rule.points if "wrist" in point)
        names = names or tuple(point for rule in asked for point in rule.points)
    if any(name.startswith(("either_", "other_")) for name in names):
        return ()
    sides = tuple(side for side in _SIDES if any(name.startswith(f"{side}_") for name in names))
    return sides or _SIDES


def _measure_speed(track: Track, side: str) -> float:
    """Speed of a wrist in pixels per second; 0 where it is not seen."""
    velocity = track.velocities[COCO17.index(f"{side}_wrist")]
    return float(np.nan_to_num(np.hypot(*velocity)))


def _fade(progress: float) -> float:
    return min(max((progress - _RING_FROM) / (_RING_FULL - _RING_FROM), 0.0), 1.0)


def _is_done(ring: Ring | None) -> bool:
    return ring is not None and ring.done


def _keep_nearest(rings: dict[tuple[int, str], Ring], ring: Ring) -> None:
    at = ring.track_id, ring.side
    known = rings.get(at)
    if known is None or (ring.done, ring.fraction) > (known.done, known.fraction):
        rings[at] = ring

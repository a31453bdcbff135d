"""Motion rules: whether a stroke, or a to-and-fro, has just been made.

How far a stroke went and how straight, where and how it began, how quick it was and whether it has
ended decide. So a hand on its way from the lap to somewhere else is seen to have started in the
lap, one that goes round in a circle never starts nor stops, a movement still under way does not
fire half-way, and one that fires does so before the hand has come to rest.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import RuleReading
from gesturepose.gestures.points import ROWS, mirrored, resolve
from gesturepose.gestures.postures import Posture, Stage
from gesturepose.gestures.readings import (
    Reading,
    TooShort,
    at_least,
    at_most,
    conclude,
    until_unmet,
)
from gesturepose.gestures.strokes import (
    TURNED_S,
    Advance,
    find_advance,
    find_peak,
    measure_stroke,
    turning_points,
)
from gesturepose.gestures.travellers import DIRECTIONS, Traveller

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import FloatArray, Unit
    from gesturepose.gestures.history import History
    from gesturepose.gestures.settings import Motion
    from gesturepose.gestures.trails import Trail

STROKE_SPAN_S = 2.5
"""No stroke is looked at for longer than this."""
_MAX_SPEED = 45.0
"""No hand is faster (shoulder widths per second)."""
_SWING_S = 0.1
"""No hand goes to and fro more quickly, swing by swing; keypoints that are mixed up seem to."""
_PAUSE_EXTENT = 0.35
"""A point that pauses stays within this distance (shoulder widths)."""
_DETOUR_COST = 1.25
"""Each bit of way that did not lead in the stroke's direction counts this often against it: the
shorter a stroke, the straighter it has to be."""
_BOTH_SHARE = 0.2
"""Of a change of distance between two points, each makes at least this fraction."""
_ELBOW_SHARE = 0.6
"""An elbow goes about this far for each unit its wrist goes."""
_COMPANION = 0.5
"""A stroke made alone: the other hand travels less than this fraction of it."""
_MIRROR_WEIGHT = 1.3
"""The other hand counts for so much more where it goes the opposite way: hands that meet or part.
One that goes along may follow the body."""
_LENGTH: Unit = "shoulder widths"
_SPEED: Unit = "shoulder widths/s"
_SHORTLY = conclude(0.0, (RuleReading("seen for long enough", 0.0, 1.0, -1.0, "yes or no"),))
_SURELY = 0.99
"""Below this share of a distance no rounding makes up for the rest."""
_OTHER_HAND = "travel of the other hand"


class MotionReader:
    """One motion rule with its side filled in."""

    def __init__(self, motion: Motion, side: str | None) -> None:
        self._motion = motion
        self._start = [
            Posture.compile(rule, side, f"motion.start[{i}]") for i, rule in enumerate(motion.start)
        ]
        names = [resolve(p, side) for p in motion.between or (motion.keypoint or "",)]
        self._traveller = Traveller(motion, names)
        self._rows = self._traveller.rows
        self._words = " and ".join(name.replace("_", " ") for name in names)
        self.limbs = frozenset(n.split("_")[0] for n in names if n.startswith(("left_", "right_")))
        """Sides of the body the stroke is made with."""
        # A hand that crosses the body is hard to see; its elbow tells as well, but moves less.
        others = {mirrored(names[0]): 1.0}
        if names[0].endswith("_wrist"):
            others[mirrored(names[0].replace("wrist", "elbow"))] = _ELBOW_SHARE
        self._others = [(ROWS[n], share) for n, share in others.items() if n and motion.alone]
        hidden = RuleReading(self._words, math.nan, math.nan, -math.inf)
        self._hidden = conclude(0.0, (hidden,))
        self._too_few = [
            conclude(count / (motion.swings or 1), (self._count_swings(count),))
            for count in range(motion.swings or 0)
        ]
        """What is said of too few swings, by their number."""
        self._lately_s = motion.within_s + TURNED_S

    def read(self, history: History, *, explain: bool = False) -> Reading:
        """Judge the newest moment of the history.

        Parameters
        ----------
        history
            Recent body poses.
        explain
            Whether to read on after the first condition that is not met.
        """
        window = history.window(self._lately_s)
        if len(window) < 3:
            return _SHORTLY
        quick = self._traveller.extent(window)
        if math.isnan(quick):
            return self._hidden
        read = self._read_stroke if self._motion.swings is None else self._read_swings
        return read(history, quick, explain=explain)

    def _measure_companion(self, points: FloatArray, length: float) -> float:
        """How far the other hand moved along in the poses ``(N, P, 2)``, as a fraction."""
        horizontal = self._motion.towards in ("left", "right") or self._motion.axis == "horizontal"
        column = 0 if horizontal else 1
        shares = [_range(points[:, row, column]) / share for row, share in self._others]
        if self._others and self._motion.towards in DIRECTIONS:
            _, sign = DIRECTIONS[self._motion.towards]
            where = points[:, self._others[0][0], column]
            where = where[~np.isnan(where)]
            if len(where):
                back = sign * float(where[0] - where[-1])
                shares.append(_MIRROR_WEIGHT * back)
        return max(shares, default=0.0) / max(length, 1e-6)

    def _measure_drift(self, moved: FloatArray) -> float:
        """How far the points ``(R, 2)`` moved in any other direction than the motion's."""
        dx, dy = moved.mean(axis=0).tolist()
        # Hands that part or meet do so about a point that stays; so does one that is pushed.
        if len(self._rows) == 2 or self._motion.towards == "camera":
            return math.hypot(dx, dy)
        axis, _ = DIRECTIONS[self._motion.towards or "up"]
        return abs(float(dy if axis == 0 else dx))

    def _read_stroke(self, history: History, quick: float, *, explain: bool) -> Reading:
        """Judge one stroke; ``quick`` is how far the point went lately, there or back."""
        motion = self._motion
        if quick < motion.distance and not explain:
            # Most of the time nothing moves: how it began is looked for only when it can matter.
            short = TooShort(quick, motion.distance)
            return Reading(quick / motion.distance, made=False, obstacle=short)
        window = history.window(STROKE_SPAN_S)
        trail = self._traveller.trail(window)
        if len(trail) < 3:
            return _SHORTLY
        advance = find_advance(trail, self._traveller.project(trail), within_s=motion.within_s)
        progress = min(max(advance.quick / motion.distance, 0.0), 1.0)
        began_s, ended_s = trail.moments[advance.began], trail.moments[advance.furthest]
        if advance.quick < motion.distance and not explain:
            # The first question settles most of what is left: the other direction, the way back.
            short = TooShort(advance.quick, motion.distance)
            return Reading(progress, made=False, obstacle=short)
        return conclude(
            progress,
            until_unmet(self._ask_stroke(advance, window, trail), explain=explain),
            began_s=began_s,
            ended_s=ended_s,
        )

    def _ask_stroke(
        self, advance: Advance, window: History.Window, trail: Trail
    ) -> Iterator[RuleReading]:
        """Ask, in order, everything that makes a stroke the gesture; measure what is asked for."""
        motion, single = self._motion, len(self._rows) == 1
        yield TooShort(advance.quick, motion.distance).reading
        yield at_least("start in view", float(advance.start_seen), 1.0, "yes or no")
        duration_s = trail.moments[advance.furthest] - trail.moments[advance.began]
        yield at_least("duration", duration_s, motion.min_s, "s", "motion.min_s")
        peak = find_peak(trail, advance)
        yield at_most("top speed without a jump", peak, _MAX_SPEED, _SPEED)
        yield at_least("top speed", peak, motion.min_speed, _SPEED, "motion.min_speed")
        first, end = int(trail.rows[advance.began]), int(trail.rows[advance.furthest])
        moved = window.points[end, self._rows] - window.points[first, self._rows]
        drift, bound = self._measure_drift(moved), motion.max_drift * advance.length
        yield at_most("sideways drift", drift, bound, _LENGTH, "motion.max_drift")
        stroke = measure_stroke(
            trail,
            advance,
            window.points[trail.rows, self._rows[0]],
            pause_s=motion.pause_s,
            end_speed=motion.max_end_speed,
        )
        if single and motion.towards != "camera":
            straight = stroke.length - _DETOUR_COST * stroke.detour
            yield at_least(
                "travel less detours", straight, motion.distance, _LENGTH, "motion.distance"
            )
            yield at_most(
                "speed at the start",
                stroke.start_speed,
                motion.max_start_speed,
                "of its peak",
                "motion.max_start_speed",
            )
        if single:
            yield at_most(
                "movement in the pause before",
                stroke.stray,
                _PAUSE_EXTENT,
                _LENGTH,
                "motion.pause_s",
            )
        else:
            shares = np.sqrt((moved * moved).sum(axis=1))
            least = float(shares.min())
            yield at_least("travel of the lazier side", least, _BOTH_SHARE * stroke.length, _LENGTH)
        companion = self._measure_companion(window.points[first : end + 1], stroke.length)
        yield at_most(_OTHER_HAND, companion, _COMPANION, "of this hand's", "motion.alone")
        yield from self._ask_start(window.points[first])
        yield at_most(
            "speed left at the end",
            stroke.slowed_to,
            motion.max_end_speed,
            "of its peak",
            "motion.max_end_speed",
        )
        if motion.settle_s > 0:
            over = motion.settle_s - 1e-6
            yield at_least("over for", stroke.over_s, over, "s", "motion.settle_s")

    def _ask_start(self, points: FloatArray) -> Iterator[RuleReading]:
        """Ask the rules for where the stroke began."""
        for rule in self._start:
            reading = rule.read(points, None, stage=Stage.NEW)
            yield replace(reading, rule=f"at its start: {reading.rule}")

    def _read_swings(self, history: History, quick: float, *, explain: bool) -> Reading:
        """Judge a to-and-fro; ``quick`` is how far the point went lately, there or back."""
        motion = self._motion
        window = history.window(motion.within_s)
        unmoved = quick < _SURELY * motion.distance and not explain
        if unmoved and self._traveller.was_just_seen(window):
            return self._too_few[0]
        trail = self._traveller.trail(window)
        if len(trail) < 3:
            return _SHORTLY
        if unmoved:
            return self._too_few[0]
        travel = self._traveller.project(trail)
        turns, rising = turning_points(travel.tolist(), motion.distance)
        if len(turns) < len(self._too_few) and not explain:
            return self._too_few[len(turns)]
        questions = self._ask_swings(turns, window, travel, trail.rows, rising=rising)
        progress = min(len(turns) / (motion.swings or 1), 1.0)
        return conclude(progress, until_unmet(questions, explain=explain))

    def _count_swings(self, swings: int) -> RuleReading:
        needed = float(self._motion.swings or 0)
        return at_least("swings", float(swings), needed, setting="motion.swings")

    def _ask_swings(
        self,
        turns: Sequence[int],
        window: History.Window,
        travel: FloatArray,
        rows: NDArray[np.intp],
        *,
        rising: bool,
    ) -> Iterator[RuleReading]:
        """Ask, in order, everything that makes a to-and-fro the gesture.

        ``travel`` has the samples at the window's ``rows``.
        """
        motion = self._motion
        needed = motion.swings or 0
        yield self._count_swings(len(turns))
        # With a direction the travel is signed so that the last swing has to rise.
        if motion.towards is not None:
            yield at_least(
                f"last swing {motion.towards}", float(rising), 1.0, "yes or no", "motion.towards"
            )
        if len(turns) < needed:
            return
        starts = [int(rows[turn]) for turn in turns[-needed:]]
        extent = _range(travel[turns[-needed] :])
        # Where the first one begins, the point may have rested.
        lasted_s = float(window.times[-1] - window.times[starts[1]])
        shortest_s = (needed - 1) * _SWING_S
        yield at_least("time of the swings after the first", lasted_s, shortest_s, "s")
        if motion.axis is not None:
            across = 1 if motion.axis == "horizontal" else 0
            drift = _range(window.points[starts[0] :, self._rows[0], across])
            bound = motion.max_drift * extent
            yield at_most("sideways drift", drift, bound, _LENGTH, "motion.max_drift")
        companion = self._measure_companion(window.points[starts[0] :], extent)
        yield at_most(_OTHER_HAND, companion, _COMPANION, "of this hand's", "motion.alone")
        for row in starts:
            yield from self._ask_start(window.points[row])


def _range(values: FloatArray) -> float:
    """Distance from the least to the greatest; 0 if none was seen."""
    extent = float(np.fmax.reduce(values) - np.fmin.reduce(values))
    return 0.0 if math.isnan(extent) else extent

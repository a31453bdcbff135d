"""What travels in a motion: a point in one direction, the reach of an arm, or two points' distance.

Says where the history has it; which movements are gestures is for `gesturepose.gestures.motions`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.gestures.history import REACH
from gesturepose.gestures.points import ROWS
from gesturepose.gestures.trails import GAP_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import FloatArray
    from gesturepose.gestures.history import History
    from gesturepose.gestures.settings import Motion
    from gesturepose.gestures.trails import Trail

DIRECTIONS = {"left": (0, -1.0), "right": (0, 1.0), "up": (1, 1.0), "down": (1, -1.0)}
"""Column of x or y, and the sign with which that way is positive."""


class Traveller:
    """Whatever of a window's poses one motion rule follows.

    Parameters
    ----------
    motion
        The rule.
    names
        Its one or two points, sides filled in.

    Attributes
    ----------
    rows
        Rows of these points.
    """

    def __init__(self, motion: Motion, names: Sequence[str]) -> None:
        self.rows = [ROWS[name] for name in names]
        # Where `History.Window` has it: that row's column, or two rows' distance.
        self._pair = (self.rows[0], self.rows[1]) if len(names) == 2 else None
        self._row, self._column, self._sign = self.rows[0], 0, np.float32(1.0)
        if motion.towards == "camera":
            self._row, self._column = REACH, 0 if names[0].startswith("left_") else 1
        elif self._pair:
            self._sign = np.float32(-1.0 if motion.towards == "together" else 1.0)
        elif motion.towards is None:
            self._column = 0 if motion.axis == "horizontal" else 1
        else:
            self._column, sign = DIRECTIONS[motion.towards]
            self._sign = np.float32(sign)

    def extent(self, window: History.Window) -> float:
        """From least to greatest position along the motion's axis; NaN if it is not seen now."""
        if self._pair:
            return window.gap(*self._pair)[1]
        return window.extent(self._row, self._column)

    def was_just_seen(self, window: History.Window) -> bool:
        """Whether the newest three poses alone make a trail; quicker than to find that."""
        times = window.times
        if len(times) < 3 or times[-1] - times[-3] > GAP_S:
            return False
        if self._pair:
            gap, _ = window.gap(*self._pair)
            return not math.isnan(gap[-3:].sum())
        return not math.isnan(window.seen[-3:, self._row, self._column].sum())

    def trail(self, window: History.Window) -> Trail:
        """Where the point went; how far apart two were, or the reach, where that travels."""
        if self._pair:
            return window.gap_trail(*self._pair)
        if self._row == REACH:
            return window.reach_trail(self._column)
        return window.trail(self._row)

    def project(self, trail: Trail) -> FloatArray:
        """Position along the motion's direction, ``(N,)``."""
        column = self._column if trail.path.shape[1] > 1 else 0
        return trail.path[:, column] * self._sign

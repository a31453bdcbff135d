"""Whether anything moves: what stays the same need not be looked at thirty times a second.

It compares small grey pictures, in which a camera's noise averages out, and knows nothing of
people. What a skipped picture means is for the engine to decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.datatypes import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import PoseFrame

_BLOCK_PX = 16
"""A block's mean has a sixteenth of a pixel's noise, and a moving hand fills several."""
_MOVED_LEVELS = 6.0
"""A block that changed by so many of 256 grey levels since the picture before, at 30 a second,
moved. Of rendered people who idle (they sway, breathe, and the camera has noise) 99 % of pictures
change less; their gestures reach it 0.1 s after they start (median), 0.2 s at most."""
_DRIFTED_LEVELS = 20.0
"""So much since the picture looked at last is a change too, however slowly it came."""
_QUIET_S = 1.5
"""Nothing must have moved for so long before pictures are skipped: a posture is held for less."""


class StillnessGate:
    """Lets every picture through while something moves, and few while nothing does.

    Parameters
    ----------
    idle_fps
        Pictures per second let through while nothing moves.
    """

    def __init__(self, idle_fps: float) -> None:
        self._interval_s = 1.0 / idle_fps
        self._before: NDArray[np.float32] | None = None
        self._seen: NDArray[np.float32] | None = None
        self._seen_s = 0.0
        self._changed = False
        self._moved_s = 0.0

    def skips(self, frame: Frame | PoseFrame) -> bool:
        """Whether a frame shows nothing new; takes note of one that it lets through."""
        if not isinstance(frame, Frame):
            return False
        small = self._shrink(frame)
        now = frame.timestamp
        before, self._before = self._before, small
        if (
            before is None
            or self._seen is None
            or before.shape != small.shape
            or now < self._seen_s
            or self._moves(_change(small, before))
        ):
            self._moved_s = now
        elif (
            now - self._moved_s > _QUIET_S
            and now - self._seen_s < self._interval_s - 1e-6
            and _change(small, self._seen) < _DRIFTED_LEVELS
        ):
            return True
        self._seen, self._seen_s = small, now
        return False

    def _moves(self, change: float) -> bool:
        """Tell movement, which goes on, from a picture that differs and is alone in that."""
        again, self._changed = self._changed, change >= _MOVED_LEVELS
        return (self._changed and again) or change >= 2 * _MOVED_LEVELS

    @staticmethod
    def _shrink(frame: Frame) -> NDArray[np.float32]:
        """Return the means of blocks, ``(h, w)`` grey levels."""
        width, height = (max(side // _BLOCK_PX, 1) for side in frame.size)
        green = np.ascontiguousarray(frame.image[..., 1])  # grey enough
        small = cv2.resize(green, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32)


def _change(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).max())

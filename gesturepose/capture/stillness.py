"""Which pictures need no look: those that show what the last one showed.

It compares small grey pictures, in which a camera's noise averages out, and knows nothing of
people but how large one is, and whether one moves quickly. What a skipped picture means is for
others to decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.datatypes import Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import PoseFrame

_COLUMNS = 40
"""Blocks in a row of the picture: 16 pixels of 640. A block's mean has about a tenth of a pixel's
noise, and a moving hand fills several."""
_FAR_SHARE = 1 / 6
"""With a person whose shoulders are narrower than this share of the picture's width, blocks are
half as wide and high: a hand is to be no smaller than one."""
_BLOCK_ROWS = 8
"""Rows of pixels that a block is averaged over, evenly taken: more cost more and tell no more."""
_STIRRED_LEVELS = 24.0
"""A block that differs by so many of 256 grey levels from the picture looked at last shows that
something stirred: a sharp edge by a quarter of a block, or 0.03 shoulder widths of somebody near.
"""
_SETTLING_S = 0.2
"""For so long after something stirred all pictures are new: where a stroke ends decides what it
was, and filters need some pictures to settle. With less, of 40 gestures of two rendered people one
was missed that is not otherwise."""
_MOVED_LEVELS = 6.0
"""A block that changed by so many levels since the picture before, at 30 a second, is not still. Of
rendered people who idle (they sway, breathe, and the camera has noise) 99 % of pictures change
less; their gestures reach it 0.1 s after they start (median), 0.2 s at most."""
_DRIFTED_LEVELS = 20.0
"""So much since the picture looked at last is a change too, however slowly it came."""
_QUIET_S = 1.5
"""Nothing must have moved for so long before a room is still: a posture is held for less."""
_ROUNDING_S = 0.002
"""Timestamps are no more exact."""
_LATE = 1.1
"""By this factor pictures may come later than asked for while somebody moves: cameras jitter."""


class StillnessGate:
    """Says which pictures show nothing new.

    Parameters
    ----------
    calm_fps
        Pictures per second that are new in any case while something moves, but nobody quickly.
    slow_fps
        Pictures per second that are new in any case while something moves, if only a little.
    idle_fps
        Pictures per second that are new in any case when nothing has moved for a while.

    Each is 0 for all pictures.
    """

    def __init__(
        self, *, calm_fps: float = 0.0, slow_fps: float = 0.0, idle_fps: float = 0.0
    ) -> None:
        self._calm_s = _LATE / calm_fps if calm_fps else 0.0
        self._slow_s = 1.0 / slow_fps if slow_fps else 0.0
        self._idle_s = 1.0 / idle_fps if idle_fps else 0.0
        self._before: NDArray[np.float32] | None = None
        self._before_s = 0.0
        self._seen: NDArray[np.float32] | None = None
        self._seen_s = 0.0
        self._changed = False
        self._moved_s = self._stirred_s = 0.0
        self._colours: Sequence[cv2.typing.MatLike] | None = None

    def skips(
        self,
        frame: Frame | PoseFrame,
        *,
        scale_px: float = 0.0,
        calm: bool = False,
        saving: bool = False,
    ) -> bool:
        """Whether a frame shows nothing new; takes note of one that does.

        Parameters
        ----------
        frame
            The next frame. A keypoint recording's are always new.
        scale_px
            Shoulder width in pixels of whoever is to be watched; 0 for nobody.
        calm
            Whether nobody was moving quickly when last looked at.
        saving
            Whether a still room is looked at only ``idle_fps`` times a second.
        """
        if not isinstance(frame, Frame) or not (self._calm_s or self._slow_s or self._idle_s):
            return False
        small = self._shrink(frame, scale_px)
        now, (before, before_s) = frame.timestamp, (self._before, self._before_s)
        self._before, self._before_s = small, now
        if (
            before is None
            or self._seen is None
            or not (before.shape == self._seen.shape == small.shape)
            or now <= self._seen_s
        ):
            self._moved_s = self._stirred_s = now
        else:
            if self._moves(_change(small, before)):
                self._moved_s = now
            ago_s, change = now - self._seen_s, _change(small, self._seen)
            if change >= _STIRRED_LEVELS:
                self._stirred_s = now
            # Of a picture left out the next one must not come too late.
            next_s = ago_s + now - before_s
            settled = now - self._stirred_s > _SETTLING_S
            slow = settled and next_s <= self._slow_s + _ROUNDING_S
            slow = slow or (calm and next_s <= self._calm_s)
            still = now - self._moved_s > _QUIET_S and ago_s < self._idle_s - _ROUNDING_S
            if slow or (saving and still and change < _DRIFTED_LEVELS):
                return True
        self._seen, self._seen_s = small, now
        return False

    def _moves(self, change: float) -> bool:
        """Tell movement, which goes on, from a picture that differs and is alone in that."""
        again, self._changed = self._changed, change >= _MOVED_LEVELS
        return (self._changed and again) or change >= 2 * _MOVED_LEVELS

    def _shrink(self, frame: Frame, scale_px: float) -> NDArray[np.float32]:
        """Return the means of blocks, ``(h, w)`` grey levels."""
        width, height = frame.size
        far = 0 < scale_px < _FAR_SHARE * width
        columns = min(2 * _COLUMNS if far else _COLUMNS, width)
        rows = max(round(height * columns / width), 1)
        step = max(height // rows // _BLOCK_ROWS, 1)
        # All three colours into arrays that stay cost a third of one into a new array: of rows that
        # do not follow each other in memory, OpenCV takes a single colour pixel by pixel.
        self._colours = cv2.split(frame.image[::step], self._colours)
        green = self._colours[1]  # grey enough
        small = cv2.resize(green, (columns, rows), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32)


def _change(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).max())

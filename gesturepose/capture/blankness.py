"""Notices pictures that show nothing: black ones, and a camera's that are all the same one.

A covered lens, a virtual camera that nothing feeds and a stream that froze all deliver pictures
without a fault. It looks at a few pixels of each picture, and decides nothing but that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from gesturepose.datatypes import ImageArray

Blankness = Literal["black", "frozen"]

PATIENCE_S = 5.0
"""Pictures show nothing for so long before that is said, in seconds of the source's time."""
_RECOVERY_S = 1.0
"""Pictures show something for so long before it is over: a lamp that flickers is told once."""
_BLACK_LEVEL = 24
"""No pixel is brighter than this of 255: a covered lens has noise of that size."""
_SIDE = 32
"""Pixels looked at in a row and in a column."""


class BlanknessWatch:
    """Says when pictures begin to show nothing, and when they show something again.

    Attributes
    ----------
    found
        What is wrong at present, once it has been for `PATIENCE_S`; ``None`` for nothing.
    """

    def __init__(self) -> None:
        self.found: Blankness | None = None
        self._sample = b""
        self._black_since_s: float | None = None
        self._same_since_s: float | None = None
        self._blank_at_s = 0.0

    def look(self, image: ImageArray, now_s: float, *, live: bool) -> bool:
        """Take note of a picture; return whether `found` has changed.

        Parameters
        ----------
        image
            The next picture, ``(H, W, 3)``.
        now_s
            Its time in seconds.
        live
            Whether it comes from a camera or stream, where noise never repeats; a file may well
            hold a still picture.
        """
        height, width = image.shape[:2]
        few = image[:: max(height // _SIDE, 1), :: max(width // _SIDE, 1)]
        sample = few.tobytes()
        is_black = int(few.max()) <= _BLACK_LEVEL
        is_same = live and sample == self._sample
        self._sample = sample
        self._black_since_s = _since(self._black_since_s, now_s, holds=is_black)
        self._same_since_s = _since(self._same_since_s, now_s, holds=is_same)
        before = self.found
        if self.found is None:
            if _lasts(self._black_since_s, now_s, PATIENCE_S):
                self.found = "black"
            elif _lasts(self._same_since_s, now_s, PATIENCE_S):
                self.found = "frozen"
            self._blank_at_s = now_s
        else:
            # A virtual camera may show each of its pictures a few times.
            frozen = _lasts(self._same_since_s, now_s, _RECOVERY_S)
            if (is_black if self.found == "black" else frozen) or now_s < self._blank_at_s:
                self._blank_at_s = now_s
            elif now_s - self._blank_at_s >= _RECOVERY_S:
                self.found = None
        return self.found != before


def _since(since_s: float | None, now_s: float, *, holds: bool) -> float | None:
    """Return since when something holds; ``None`` while it does not."""
    if not holds:
        return None
    return now_s if since_s is None or now_s < since_s else since_s


def _lasts(since_s: float | None, now_s: float, least_s: float) -> bool:
    return since_s is not None and now_s - since_s >= least_s

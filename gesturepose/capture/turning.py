"""A source whose pictures are turned upright: of a camera that hangs on its side or upside down.

It turns what the source has flipped back already: a camera that mirrors does so in its own frame,
whichever way it hangs, so mirroring is undone first.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from gesturepose.capture.opencv import turn
from gesturepose.datatypes import Frame

if TYPE_CHECKING:
    from gesturepose.capture.source import FrameSource
    from gesturepose.datatypes import PoseFrame


class TurnedSource:
    """Frames of another source, turned clockwise.

    Parameters
    ----------
    source
        Whose frames; it belongs to this one from here on.
    degrees
        90, 180 or 270.
    """

    def __init__(self, source: FrameSource, degrees: int) -> None:
        self.name = source.name
        self.live = source.live
        self._source = source
        self._degrees = degrees

    def read(self) -> Frame | PoseFrame | None:
        """Return the next frame, turned; raises what the source raises."""
        frame = self._source.read()
        if not isinstance(frame, Frame):
            return frame
        return dataclasses.replace(frame, image=turn(frame.image, self._degrees))

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def turned(source: FrameSource, degrees: int) -> FrameSource:
    """Return a source whose pictures are turned clockwise by so many degrees; itself for 0."""
    return TurnedSource(source, degrees) if degrees else source

"""A file that starts over at its end, for ever, with time that goes on rising.

It reopens the file, so that memory stays flat. It never paces itself, and it leaves live sources
as they are.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.capture.source import FrameSource
    from gesturepose.datatypes import Frame, PoseFrame

_PERIOD_S = 1.0 / 30.0
"""Between the last and the first picture of a source that has one only."""


def loop(open_source: Callable[[], FrameSource]) -> FrameSource:
    """Open a source; one that has an end starts over there.

    Parameters
    ----------
    open_source
        Opens it; called again at each end.
    """
    source = open_source()
    return source if source.live else _LoopingSource(source, open_source)


class _LoopingSource:
    """See `loop`; an empty source still ends."""

    live = False

    def __init__(self, source: FrameSource, open_source: Callable[[], FrameSource]) -> None:
        self.name = source.name
        self._source = source
        self._open = open_source
        self._shift_s = 0.0
        self._last_s: float | None = None
        self._period_s = _PERIOD_S
        self._count = 0

    def read(self) -> Frame | PoseFrame | None:
        """Return the next frame; after the last one the first."""
        frame = self._source.read()
        if frame is None:
            self._source.close()
            self._source = self._open()
            frame = self._source.read()
            if frame is None:
                return None
            if self._last_s is not None:
                self._shift_s = self._last_s + self._period_s - frame.timestamp
        now_s = frame.timestamp + self._shift_s
        if self._last_s is not None:
            self._period_s = now_s - self._last_s
        self._last_s = now_s
        frame = dataclasses.replace(frame, timestamp=now_s, index=self._count)
        self._count += 1
        return frame

    def close(self) -> None:
        """Close the file."""
        self._source.close()

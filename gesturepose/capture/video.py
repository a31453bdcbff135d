"""A video file: frames in order, stamped with media time; the end of the file is the end.

Never paces itself (that is `CaptureThread`) and never drops or repeats a frame.
"""

from __future__ import annotations

import logging
import math
import os
from typing import TYPE_CHECKING

from gesturepose.capture.opencv import cv2, unmirror
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.datatypes import ImageArray

_log = logging.getLogger(__name__)


def open_video(path: Path, settings: CaptureSettings, *, name: str) -> VideoSource:
    """Open a video file and decode its first frame.

    Raises
    ------
    SourceError
        The file may not be read, or holds no video that can be decoded.
    """
    if not path.is_file():
        raise SourceError(f"source: {path} is no regular file")
    if not os.access(path, os.R_OK):
        raise SourceError(f"source: {path} may not be read; check its permissions")
    if path.stat().st_size == 0:
        raise SourceError(f"source: {path} is empty (0 bytes)")
    try:
        capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    except cv2.error as error:
        raise SourceError(_unreadable(name)) from error
    return VideoSource(capture, name=name, mirrored=settings.mirrored)


def _unreadable(name: str) -> str:
    return (
        f"source: {name} is not a video that can be read: it is damaged, incomplete or "
        "of another kind"
    )


class VideoSource:
    """Frames of an opened file.

    Media time comes from the container, so a variable frame rate is respected. Where a container
    gives no time, or one that does not advance, the frame is placed one frame period after the
    one before.

    Parameters
    ----------
    capture
        A ``cv2.VideoCapture`` on a file, which the source owns from here on.
    name
        What to call it before a person.
    mirrored
        Whether its pictures are mirrored and have to be flipped back.

    Raises
    ------
    SourceError
        Not one frame can be decoded.
    """

    live = False

    def __init__(self, capture: cv2.VideoCapture, *, name: str, mirrored: bool) -> None:
        self.name = name
        self._capture = capture
        self._mirrored = mirrored
        self._index = 0
        self._last_s = -math.inf
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._period_s = 1.0 / fps if 0.1 <= fps <= 1000.0 else 1.0 / 30.0
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        # Containers without an index report 0 or a huge negative number.
        self._promised = int(count) if 0 < count < 1e9 else 0
        # A file can have a sound header and no picture; better known now than in a thread.
        self._ahead = self._decode()
        if self._ahead is None:
            capture.release()
            raise SourceError(_unreadable(name))

    def read(self) -> Frame | None:
        """Return the next frame; ``None`` at the end, with a logged warning if it came early."""
        frame, self._ahead = self._ahead, None
        if frame is None:
            frame = self._decode()
        if frame is None:
            self._warn_if_truncated()
        return frame

    def close(self) -> None:
        """Close the file."""
        self._capture.release()

    def _decode(self) -> Frame | None:
        try:
            decoded, image = self._capture.read()
        except cv2.error:
            decoded, image = False, None
        if not decoded or image is None:
            return None
        media_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        if not (math.isfinite(media_s) and media_s > self._last_s):
            media_s = 0.0 if self._index == 0 else self._last_s + self._period_s
        pixels: ImageArray = image  # type: ignore[assignment]
        frame = Frame(unmirror(pixels, mirrored=self._mirrored), media_s, self._index)
        self._last_s = media_s
        self._index += 1
        return frame

    def _warn_if_truncated(self) -> None:
        """Say once that the file broke off.

        Both the number of frames and the time reached must fall short by more than 1 %: some
        containers state only a duration, from which the number is a guess.
        """
        promised, self._promised = self._promised, 0
        promised_s = promised * self._period_s
        short_by = promised - self._index
        reached_s = self._last_s + self._period_s
        if short_by > max(2.0, 0.01 * promised) and reached_s < 0.99 * promised_s:
            _log.warning(
                "%s breaks off: %d of %d frames could be read", self.name, self._index, promised
            )

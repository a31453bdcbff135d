"""A folder of pictures as a source: natural order of names, evenly spaced in time.

Never writes, and skips what it cannot read rather than inventing a frame.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from gesturepose.capture.opencv import decode_image
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gesturepose.capture.settings import CaptureSettings

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})

_log = logging.getLogger(__name__)


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which ``frame2`` comes before ``frame10``, letters without regard to case."""
    return tuple(
        (0, int(part), part) if part.isdecimal() else (1, 0, part.casefold())
        for part in re.split(r"(\d+)", name)
        if part
    )


def open_folder(path: Path, settings: CaptureSettings) -> ImageSource:
    """Open the pictures directly inside a folder, in natural order of their names.

    Raises
    ------
    SourceError
        The folder may not be listed or holds no picture file.
    """
    try:
        entries = [entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES]
    except OSError as error:
        raise SourceError(f"source: {path} cannot be listed: {error.strerror}") from error
    pictures = [entry for entry in entries if not entry.name.startswith(".") and entry.is_file()]
    if not pictures:
        known = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise SourceError(f"source: {path} holds no pictures (looked for {known})")
    pictures.sort(key=lambda entry: natural_key(entry.name))
    return ImageSource(pictures, name=str(path), fps=settings.fps)


class ImageSource:
    """Pictures one after another at ``fps`` frames per second of media time.

    A picture that cannot be read is skipped with a logged warning; its time is left out of the
    sequence as if a camera had missed a frame. Pictures may differ in size.

    Parameters
    ----------
    paths
        At least one file, in order.
    name
        What to call it before a person.
    fps
        Frames per second.
    """

    live = False

    def __init__(self, paths: Sequence[Path], *, name: str, fps: float) -> None:
        self.name = name
        self._paths = tuple(paths)
        self._fps = fps
        self._next = 0
        self._index = 0

    def read(self) -> Frame | None:
        """Return the next readable picture; ``None`` after the last.

        Raises
        ------
        SourceError
            Not one of the pictures could be read.
        """
        while self._next < len(self._paths):
            path = self._paths[self._next]
            timestamp = self._next / self._fps
            self._next += 1
            try:
                image = decode_image(path.read_bytes())
            except OSError:
                image = None
            if image is None:
                _log.warning("%s is skipped: not a picture that can be read", path)
                continue
            frame = Frame(image, timestamp, self._index)
            self._index += 1
            return frame
        if self._index == 0:
            raise SourceError(
                f"source: {self.name}: none of {len(self._paths)} pictures can be read"
            )
        return None

    def close(self) -> None:
        """Do nothing: no file stays open between two pictures."""

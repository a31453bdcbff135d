"""A folder of pictures as a source: natural order of names, evenly spaced in time.

Never writes, and skips what it cannot read rather than inventing a frame.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from gesturepose.capture.opencv import decode_picture
from gesturepose.capture.picture_size import PictureRefused
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gesturepose.capture.settings import CaptureSettings

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
_MAX_BYTES = 1 << 28
"""Of a picture file; one of the most pixels that are decoded, and not compressed, is smaller."""

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
        pictures = [
            entry for entry in entries if not entry.name.startswith(".") and entry.is_file()
        ]
    except OSError as error:
        raise SourceError(
            f"source: {one_line(str(path))} cannot be listed: {error.strerror}"
        ) from error
    if not pictures:
        known = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise SourceError(f"source: {one_line(str(path))} holds no pictures (looked for {known})")
    pictures.sort(key=lambda entry: natural_key(entry.name))
    return ImageSource(pictures, name=one_line(str(path)), fps=settings.fps)


def _read(path: Path) -> bytes:
    """Return a picture file's bytes; a device or a pipe may have no end, and is not asked."""
    try:
        if not path.is_file():
            raise PictureRefused("no regular file")
        with path.open("rb") as file:
            encoded = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise PictureRefused(error.strerror or "it cannot be read") from error
    if len(encoded) > _MAX_BYTES:
        raise PictureRefused(f"it is larger than {_MAX_BYTES >> 20} MiB")
    return encoded


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
                image = decode_picture(_read(path))
            except PictureRefused as error:
                _log.warning("%s is skipped: %s", one_line(str(path)), error)
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

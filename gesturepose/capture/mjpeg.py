"""Pictures of an HTTP answer that never ends, newest first when several wait.

Where a picture ends is read from the picture itself. What stands around it (boundaries, lengths,
headers of parts) is wrong in so many cameras that nothing of it is needed.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from gesturepose.capture.opencv import decode_image, unmirror
from gesturepose.capture.source import SourceLost
from gesturepose.datatypes import Frame

if TYPE_CHECKING:
    from gesturepose.capture.http_answer import Answer
    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.datatypes import ImageArray

_MAX_PICTURE_BYTES = 1 << 25
_SOI = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_START = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP", re.DOTALL)
_LONGEST_START = 12
# In compressed data a marker is any byte behind FF but a stuffed zero, a restart, another FF.
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_EOI, _SOS, _SOI_CODE = 0xD9, 0xDA, 0xD8
_STANDALONE = {0x01, *range(0xD0, 0xD8)}


class PictureCutter:
    """Cuts whole JPEG, PNG and WebP pictures off bytes as they arrive.

    A JPEG's segments are stepped over by their lengths, so that the picture inside a picture's EXIF
    data ends nothing. One that lacks its end ends where the next begins.

    Raises
    ------
    OverflowError
        From `feed`: a picture grows beyond 32 MiB.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._begun = self._in_scan = False
        self._at = self._sound = 0

    @property
    def waiting(self) -> bytes:
        """What has arrived behind the last whole picture."""
        return bytes(self._buffer)

    def feed(self, arrived: bytes) -> list[bytes]:
        """Take what arrived; return the pictures that are whole by now, oldest first."""
        self._buffer += arrived
        pictures = []
        while (picture := self._cut()) is not None:
            pictures.append(picture)
        if len(self._buffer) > _MAX_PICTURE_BYTES:
            raise OverflowError
        return pictures

    def _cut(self) -> bytes | None:
        buffer = self._buffer
        while self._begun or self._begin():
            try:
                end = self._find_end()
            except ValueError:
                # Damaged: the next picture may begin anywhere behind the last sound segment.
                del buffer[: max(2, self._sound)]
                self._begun = False
                continue
            if end is None:
                return None
            picture = bytes(buffer[:end])
            del buffer[:end]
            self._begun = False
            return picture
        return None

    def _begin(self) -> bool:
        """Drop what stands before the next picture; ``False`` if none begins yet."""
        start = _START.search(self._buffer)
        if start is None:
            del self._buffer[: -(_LONGEST_START - 1)]
            return False
        del self._buffer[: start.start()]
        self._begun, self._in_scan, self._sound = True, False, 0
        self._at = 2 if self._buffer.startswith(_SOI) else len(_PNG)
        return True

    def _find_end(self) -> int | None:
        """Return where the picture ends, ``None`` while that has not arrived."""
        if self._buffer.startswith(_SOI):
            return self._find_jpeg_end()
        if self._buffer.startswith(_PNG):
            return self._find_png_end()
        end = 8 + int.from_bytes(self._buffer[4:8], "little")
        return end if len(self._buffer) >= end else None

    def _find_jpeg_end(self) -> int | None:
        buffer = self._buffer
        while True:
            if self._in_scan and not self._pass_scan():
                return None
            code = buffer[self._at + 1] if len(buffer) > self._at + 1 else None
            if code is not None and buffer[self._at] != 0xFF:
                raise ValueError("no marker where one has to be")
            if code == _EOI:
                return self._at + 2
            if code == _SOI_CODE:
                return self._at  # its own end is missing
            if code == 0xFF or code in _STANDALONE:
                self._at += 1 if code == 0xFF else 2
                continue
            length = int.from_bytes(buffer[self._at + 2 : self._at + 4])
            behind = self._at + 2 + max(2, length)
            if code is None or len(buffer) < max(behind, self._at + 4):
                return None
            self._sound, self._at, self._in_scan = self._at, behind, code == _SOS

    def _pass_scan(self) -> bool:
        """Go to the marker that ends compressed data; ``False`` if it has not arrived."""
        marker = _MARKER.search(self._buffer, self._at)
        if marker is None:
            # What was looked through is not looked through again; a last FF may begin a marker.
            self._at = max(self._at, len(self._buffer) - self._buffer.endswith(b"\xff"))
            return False
        self._at, self._in_scan = marker.end() - 2, False
        return True

    def _find_png_end(self) -> int | None:
        while len(self._buffer) >= self._at + 12:
            length = int.from_bytes(self._buffer[self._at : self._at + 4])
            if length > _MAX_PICTURE_BYTES:
                raise ValueError("no chunk is so long")
            is_last = self._buffer[self._at + 4 : self._at + 8] == b"IEND"
            if is_last:
                return self._at + 12 + length
            self._at += 12 + length
        return None


class MjpegSource:
    """Pictures of an HTTP answer, as multipart parts or one behind another.

    Parameters
    ----------
    answer
        The source owns it from here on.
    name
        What to call it before a person.
    settings
        Mirroring and time limits.
    """

    live = True

    def __init__(self, answer: Answer, *, name: str, settings: CaptureSettings) -> None:
        self.name = name
        self._answer = answer
        self._cutter = PictureCutter()
        self._mirrored = settings.mirrored
        self._silence_s = settings.open_timeout_s
        self._timeout_s = read_timeout_s(settings)
        self._index = 0

    def read(self) -> Frame:
        """Wait for the next whole picture.

        Raises
        ------
        SourceLost
            The connection broke, ended, or gave no picture for too long.
        """
        deadline = time.monotonic() + self._timeout_s
        while True:
            pictures = self._receive(deadline)
            timestamp = time.monotonic()
            # All but the newest are only delay; an older one is better than none.
            for picture in reversed(pictures):
                image = decode_image(picture)
                if image is not None:
                    return self._frame(image, timestamp)

    def close(self) -> None:
        """Hang up."""
        self._answer.close()

    def _frame(self, image: ImageArray, timestamp: float) -> Frame:
        frame = Frame(unmirror(image, mirrored=self._mirrored), timestamp, self._index)
        self._index += 1
        return frame

    def _receive(self, deadline: float) -> list[bytes]:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise SourceLost(f"{self.name} sends nothing that is a picture")
        try:
            arrived = self._answer.receive(min(left_s, self._silence_s))
        except TimeoutError:
            raise SourceLost(f"{self.name} sends no more pictures") from None
        except (OSError, ValueError):
            raise SourceLost(f"{self.name}: the connection broke") from None
        if not arrived:
            raise SourceLost(f"{self.name}: the connection was closed by the other side")
        try:
            return self._cutter.feed(arrived)
        except OverflowError:
            raise SourceLost(f"{self.name} sends something that is no MJPEG stream") from None


def read_timeout_s(settings: CaptureSettings) -> float:
    """Return how long a read may block, in seconds.

    Longer than ``stall_s``: the watchdog in `CaptureThread` is to notice first and say 'stalled';
    this limit only frees the connection it has given up.
    """
    return 2.0 * settings.stall_s

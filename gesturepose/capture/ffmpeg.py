"""The program ``ffmpeg``, where it is installed, for video files that OpenCV cannot show.

OpenCV 5 gives interlaced video (camcorders, DVD, DV, capture cards, television) as black pictures,
and has no decoder for AV1. The program decodes both, takes the two half pictures of interlaced
video apart, turns pictures upright and makes their pixels square. It reads one local file and
writes to a pipe: no network, no shell, nothing on disk.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.capture.picture_size import MAX_PIXELS

if TYPE_CHECKING:
    from gesturepose.datatypes import ImageArray

_MOST_HEADER_BYTES = 64
_SQUARE = (
    "scale=w='if(gt(sar,0),if(lt(sar,1),max(2,round(iw*sar)),iw),iw)'"
    ":h='if(gt(sar,0),if(gt(sar,1),max(2,round(ih/sar)),ih),ih)'"
)
"""The longer side of a pixel is shrunk to the other: no picture grows."""


def find_program() -> str | None:
    """Return the path of ``ffmpeg``, or ``None``; one in the current folder does not count."""
    found = shutil.which("ffmpeg")
    # A relative one is in the current folder, or below a path that moves with it.
    return found if found and os.path.isabs(found) else None  # noqa: PTH117 - no path is made


class ProgramPictures:
    """Pictures of a video file, decoded by the program, at an even rate.

    Parameters
    ----------
    program
        Path of ``ffmpeg``.
    path
        The file; its name may be any bytes.
    fps
        Pictures per second of media time; with another rate in the file some are repeated or
        left out.
    start_s
        Media time to begin at, in seconds.

    Raises
    ------
    OSError
        The program cannot be started.
    """

    def __init__(self, program: str, path: Path, *, fps: float, start_s: float = 0.0) -> None:
        self._fps = fps
        self._start_s = start_s
        self._count = 0
        filters = f"bwdif=mode=send_frame:deint=interlaced,{_SQUARE},setsar=1,fps={fps:.6f}"
        command = [
            *(program, "-nostdin", "-v", "quiet", "-protocol_whitelist", "file"),
            *(("-ss", f"{start_s:.6f}") if start_s > 0 else ()),
            # Without the protocol's name, 'concat:a|b' or '12:30.mp4' would not be a file's name.
            *("-i", f"file:{path.absolute()}", "-map", "0:V:0", "-vf", filters),
            *("-c:v", "ppm", "-pix_fmt", "rgb24", "-f", "image2pipe", "pipe:1"),
        ]
        self._process = subprocess.Popen(  # noqa: S603 - a list of arguments, and no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=1 << 20,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def read(self) -> tuple[ImageArray, float] | None:
        """Return the next picture, ``(H, W, 3)`` uint8 BGR, and its media time in seconds."""
        size = self._read_size()
        if size is None:
            return None
        width, height = size
        rgb = self._read_bytes(3 * width * height)
        if rgb is None:
            return None
        pixels = np.frombuffer(rgb, np.uint8).reshape(height, width, 3)
        image: ImageArray = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)  # type: ignore[assignment]
        media_s = self._start_s + self._count / self._fps
        self._count += 1
        return image, media_s

    def close(self) -> None:
        """End the program; closing twice is harmless."""
        self._process.kill()
        if self._process.stdout is not None:
            with contextlib.suppress(OSError):
                self._process.stdout.close()
        self._process.wait()

    def _read_size(self) -> tuple[int, int] | None:
        """Read a picture's header: ``P6``, its size and 255, a line each."""
        stream = self._process.stdout
        if stream is None or stream.closed:
            return None
        lines = [stream.readline(_MOST_HEADER_BYTES).split() for _ in range(3)]
        if lines[0] != [b"P6"] or lines[2] != [b"255"] or len(lines[1]) != 2:
            return None
        width, height = map(int, lines[1])
        return (width, height) if 0 < width * height <= MAX_PIXELS else None

    def _read_bytes(self, count: int) -> bytes | None:
        stream = self._process.stdout
        read = b"" if stream is None else stream.read(count)
        return read if len(read) == count else None


def name_for_ffmpeg(path: Path, descriptor: int | None = None) -> str:
    """Return how FFmpeg's library, which reads protocols and patterns into names, opens a file.

    Parameters
    ----------
    path
        The file.
    descriptor
        An open one of the file, for a name that is not text: OpenCV takes UTF-8 only, and
        crashes on anything else.
    """
    return f"file:{path.absolute()}" if descriptor is None else f"file:/dev/fd/{descriptor}"


def is_text(path: Path) -> bool:
    """Whether a file's full name can be given to a library that takes UTF-8."""
    try:
        os.fspath(path.absolute()).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def has_descriptors() -> bool:
    """Whether an open file has a name of its own here."""
    return sys.platform != "win32" and Path("/dev/fd").exists()

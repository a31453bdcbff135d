"""A video file: frames in order, stamped with media time; the end of the file is the end.

Never paces itself (that is `CaptureThread`) and never drops or repeats a frame of a file that
OpenCV can show. One it cannot show is decoded by the program ffmpeg, where that is installed.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import shlex
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gesturepose.capture.blankness import PATIENCE_S
from gesturepose.capture.containers import Contents, find_contents, measure_extent
from gesturepose.capture.ffmpeg import (
    ProgramPictures,
    find_program,
    has_descriptors,
    is_text,
    name_for_ffmpeg,
)
from gesturepose.capture.opencv import cv2, pixel_shape, square_pixels, unmirror
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError, one_line

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.datatypes import ImageArray

_log = logging.getLogger(__name__)

_MAX_PIXELS = 40_000_000
"""Of a video; 8K has 35 million, and a decoder keeps many pictures."""
_OTHER_LEVELS = 40.0
"""Two decoders' pictures that differ by so many of 256 grey levels somewhere are not the same one;
colours that are converted another way, and half pictures put together, differ by less."""
_FROZEN_S = 1.0
"""Pictures that are the same for so long may be what OpenCV repeats where it cannot convert."""
_MOST_DOUBTS = 6
"""So often a file's frozen pictures are checked, after twice as long each time: a drawing may well
stand still, and so may a person."""
_USUAL_FPS = 30.0


def open_video(path: Path, settings: CaptureSettings, *, name: str) -> VideoSource:
    """Open a video file and decode its first frame.

    Raises
    ------
    SourceError
        The file may not be read, or holds no video that can be decoded.
    """
    if not path.is_file():
        raise SourceError(f"source: {one_line(str(path))} is no regular file")
    if not os.access(path, os.R_OK):
        raise SourceError(f"source: {one_line(str(path))} may not be read; check its permissions")
    if path.stat().st_size == 0:
        raise SourceError(f"source: {one_line(str(path))} is empty (0 bytes)")
    capture = _open_capture(path, name)
    return VideoSource(capture, name=name, mirrored=settings.mirrored, path=path)


def _open_capture(path: Path, name: str) -> cv2.VideoCapture:
    """Open a file by a name that can only mean this file."""
    try:
        if is_text(path):
            return cv2.VideoCapture(name_for_ffmpeg(path), cv2.CAP_FFMPEG)
        if not has_descriptors():
            raise SourceError(f"source: {name}: rename it; its name is not text")
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return cv2.VideoCapture(name_for_ffmpeg(path, descriptor), cv2.CAP_FFMPEG)
        finally:
            os.close(descriptor)
    except (cv2.error, OSError) as error:
        raise SourceError(f"source: {name} is not a video that can be read") from error


class _Pictures(Protocol):
    def read(self) -> tuple[ImageArray, float] | None: ...
    def close(self) -> None: ...


class _OpenCvPictures:
    """Pictures of an opened ``cv2.VideoCapture``, upright and with square pixels."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        self._sar = pixel_shape(capture)

    def read(self) -> tuple[ImageArray, float] | None:
        try:
            decoded, image = self._capture.read()
        except cv2.error:
            decoded, image = False, None
        if not decoded or image is None:
            return None
        media_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        pixels: ImageArray = image  # type: ignore[assignment]
        return square_pixels(pixels, self._sar), media_s

    def close(self) -> None:
        self._capture.release()


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
    path
        The file, if it is one of this machine: the program ffmpeg then decodes it where OpenCV
        cannot.

    Raises
    ------
    SourceError
        Not one frame can be decoded, or they are too large.
    """

    live = False

    def __init__(
        self, capture: cv2.VideoCapture, *, name: str, mirrored: bool, path: Path | None = None
    ) -> None:
        self.name = name
        self._path = path
        self._program = None if path is None else find_program()
        self._mirrored = mirrored
        self._index = 0
        self._last_s = -math.inf
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._period_s = 1.0 / fps if 0.1 <= fps <= 1000.0 else 1.0 / _USUAL_FPS
        self._fps = fps if 1.0 <= fps <= 120.0 else _USUAL_FPS
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self._count = int(count) if 0 < count < 1e9 else 0
        self._doubts = _MOST_DOUBTS
        self._sample = b""
        self._varies = False
        self._same_since_s = 0.0
        self._ended = False
        self._pictures: _Pictures = _OpenCvPictures(capture)
        try:
            self._refuse_huge(capture)
            self._ahead = [found for found in (self._pictures.read(),) if found is not None]
            self._choose_decoder()
        except BaseException:
            self._pictures.close()
            raise

    def read(self) -> Frame | None:
        """Return the next frame; ``None`` at the end, with a logged warning if it came early."""
        found = self._ahead.pop(0) if self._ahead else self._pictures.read()
        if found is None:
            self._warn_if_truncated()
            return None
        found = self._check_frozen(*found)
        image, media_s = found
        if not (math.isfinite(media_s) and media_s > self._last_s):
            media_s = 0.0 if self._index == 0 else self._last_s + self._period_s
        frame = Frame(unmirror(image, mirrored=self._mirrored), media_s, self._index)
        self._last_s = media_s
        self._index += 1
        return frame

    def close(self) -> None:
        """Close the file."""
        self._pictures.close()

    def _refuse_huge(self, capture: cv2.VideoCapture) -> None:
        """Refuse a video by the size it states, before a picture of it takes memory."""
        width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if width * height > _MAX_PIXELS:
            raise SourceError(
                f"source: {self.name} is too large: {width} x {height} pixels, at most "
                f"{_MAX_PIXELS // 1_000_000} million are decoded"
            )

    def _choose_decoder(self) -> None:
        """Go over to the program where OpenCV gives nothing, or not what is in the file.

        OpenCV 5 reports success for interlaced pictures that it could not convert, and gives
        whatever its memory held: nothing, or what was there before. Hence two pictures that are
        the same are looked at again.
        """
        if self._ahead:
            second = self._pictures.read()
            if second is not None:
                self._ahead.append(second)
                if not np.array_equal(self._ahead[0][0], second[0]):
                    return
                # Some containers' rates are wrong (DV: 60000 a second); times are not.
                step_s = second[1] - self._ahead[0][1]
                self._fps = round(1.0 / step_s, 3) if 1.0 / 120 <= step_s <= 1.0 else self._fps
        other = self._open_program(0.0)
        first = None if other is None else other.read()
        if other is not None and first is not None and self._shows_other(first[0]):
            self._go_over(other, first)
            return
        if other is not None:
            other.close()
        if not self._ahead:
            raise SourceError(self._explain())

    def _check_frozen(self, image: ImageArray, media_s: float) -> tuple[ImageArray, float]:
        """Look at a picture again that is the same as those before for a while."""
        if not self._doubts or self._path is None:
            return image, media_s
        sample = _sample(image)
        if sample != self._sample:
            self._varies = bool(self._sample)
            self._sample, self._same_since_s = sample, media_s
            return image, media_s
        same_s = media_s - self._same_since_s
        if self._program is None:
            self._doubt_in_words(image, same_s)
            return image, media_s
        if same_s < _FROZEN_S * 2 ** (_MOST_DOUBTS - self._doubts):
            return image, media_s
        self._doubts -= 1
        self._same_since_s = media_s
        other = self._open_program(max(media_s, 0.0))
        found = None if other is None else other.read()
        if other is not None and found is not None and _differ(image, found[0]):
            self._go_over(other)
            return found
        if other is not None:
            other.close()
        return image, media_s

    def _doubt_in_words(self, image: ImageArray, same_s: float) -> None:
        """Say that not one picture differs from the first, where nothing else can decode it.

        Black ones are noticed elsewhere; a file of one picture is rare, an interlaced one is not.
        """
        if same_s < PATIENCE_S or self._varies or not image.any():
            return
        self._doubts = 0
        _log.warning(
            "%s has shown the same picture for %g s; if it moves elsewhere, it is interlaced: "
            "install ffmpeg, which is used then, or convert it: ffmpeg -i FILE -vf bwdif NEW.mp4",
            self.name,
            PATIENCE_S,
        )

    def _open_program(self, start_s: float) -> ProgramPictures | None:
        if self._program is None or self._path is None:
            return None
        with contextlib.suppress(OSError):
            return ProgramPictures(self._program, self._path, fps=self._fps, start_s=start_s)
        return None

    def _shows_other(self, image: ImageArray) -> bool:
        return not self._ahead or _differ(self._ahead[0][0], image)

    def _go_over(self, other: _Pictures, *ahead: tuple[ImageArray, float]) -> None:
        """Take pictures from another decoder from now on, of which some were read."""
        self._pictures.close()
        self._pictures, self._ahead, self._doubts = other, list(ahead), 0
        self._period_s = 1.0 / self._fps

    def _explain(self) -> str:
        """Say why there is not one picture, and what helps."""
        found = Contents() if self._path is None else find_contents(self._path)
        if found.sound:
            return f"source: {self.name} holds sound and no pictures ({found.sound})"
        if found.is_rare:
            return (
                f"source: {self.name} cannot be decoded here: its pictures are {found.codec}; "
                f"{self._advise()}"
            )
        kind = f" (its pictures are {found.codec})" if found.codec else ""
        hint = (
            "" if self._path is None or self._program else "; if it plays elsewhere, install ffmpeg"
        )
        return (
            f"source: {self.name} is not a video that can be read: it is damaged, incomplete or "
            f"of another kind{kind}{hint}"
        )

    def _advise(self) -> str:
        command = f"ffmpeg -i {shlex.quote(self.name)} -c:v libx264 converted.mp4"
        if self._program:
            return f"convert it where it plays: {command}"
        return f"install ffmpeg, which is used then, or convert it: {command}"

    def _warn_if_truncated(self) -> None:
        """Say once that the file broke off, if its own headers say so."""
        if self._ended or self._path is None:
            return
        self._ended = True
        extent = measure_extent(self._path)
        if not extent.missing:
            return
        size = self._path.stat().st_size
        of_all = f" of {self._count}" if extent.counted and self._count > self._index else ""
        _log.warning(
            "%s breaks off: %d%s frames could be read, %.0f %% of the file are there; copy it "
            "again",
            self.name,
            self._index,
            of_all,
            100.0 * size / (size + extent.missing),
        )


def _sample(image: ImageArray) -> bytes:
    height, width = image.shape[:2]
    return image[:: max(height // 32, 1), :: max(width // 32, 1)].tobytes()


def _differ(one: ImageArray, other: ImageArray) -> bool:
    """Whether two decoders' pictures are not the same one; sizes may differ."""
    small = [
        cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (64, 48), interpolation=cv2.INTER_AREA)
        for image in (one, other)
    ]
    return float(cv2.absdiff(*small).max()) > _OTHER_LEVELS

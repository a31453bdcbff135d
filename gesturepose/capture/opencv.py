"""OpenCV, imported quietly, and the few calls every OpenCV source shares.

The sources of this package import ``cv2`` from here, never directly: OpenCV and the FFmpeg inside
it write their own diagnostics to standard error, where a person is owed one clear line instead.
A person who wants them back sets ``OPENCV_LOG_LEVEL`` or ``OPENCV_FFMPEG_LOGLEVEL``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gesturepose.capture.picture_size import MAX_PIXELS, PictureRefused, check_picture

_wants_noise = "OPENCV_LOG_LEVEL" in os.environ
# FFmpeg reads its level when the first video is opened; -8 is AV_LOG_QUIET.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
# A second bolt behind `check_picture`: OpenCV refuses larger ones before it takes memory for them.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_PIXELS))

import cv2  # noqa: E402 - OpenCV reads the variables while it is imported

if not _wants_noise:
    # Somebody may have imported OpenCV before the variables were set.
    if hasattr(cv2, "setLogLevel"):  # OpenCV 4
        cv2.setLogLevel(0)
    else:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

if TYPE_CHECKING:
    from gesturepose.datatypes import ImageArray

__all__ = [
    "cv2",
    "decode_image",
    "decode_picture",
    "pixel_shape",
    "square_pixels",
    "turn",
    "unmirror",
]


def unmirror(image: ImageArray, *, mirrored: bool) -> ImageArray:
    """Flip a mirrored ``(H, W, 3)`` picture back; return any other unchanged."""
    return cv2.flip(image, 1) if mirrored else image  # type: ignore[return-value]


def pixel_shape(capture: cv2.VideoCapture) -> float:
    """Return width by height of a pixel of what a capture delivers; 1 where it does not say."""
    over, under = capture.get(cv2.CAP_PROP_SAR_NUM), capture.get(cv2.CAP_PROP_SAR_DEN)
    if not (over > 0 and under > 0):
        return 1.0
    # OpenCV turns a picture that says it lies on its side, but not its pixels' shape.
    turned = capture.get(cv2.CAP_PROP_ORIENTATION_META) % 180 == 90
    turned = turned and bool(capture.get(cv2.CAP_PROP_ORIENTATION_AUTO))
    return under / over if turned else over / under


def square_pixels(image: ImageArray, sar: float) -> ImageArray:
    """Return a ``(H, W, 3)`` picture with square pixels.

    Parameters
    ----------
    image
        What was decoded.
    sar
        Width of a pixel by its height. The longer side of a pixel is shrunk: no picture grows.
        Ratios that nobody uses (beyond 1:8) are a damaged header's, and nearly square is square.
    """
    if not 0.125 <= sar <= 8.0 or abs(sar - 1.0) < 0.02:
        return image
    height, width = image.shape[:2]
    size = (width, round(height / sar)) if sar > 1 else (round(width * sar), height)
    size = max(size[0], 1), max(size[1], 1)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def turn(image: ImageArray, degrees: int) -> ImageArray:
    """Turn a picture clockwise by 90, 180 or 270 degrees; return it unchanged for 0."""
    if degrees == 0:
        return image
    code = {
        90: cv2.ROTATE_90_CLOCKWISE,
        180: cv2.ROTATE_180,
        270: cv2.ROTATE_90_COUNTERCLOCKWISE,
    }[degrees]
    return cv2.rotate(image, code)  # type: ignore[return-value]


def decode_image(encoded: bytes) -> ImageArray | None:
    """Decode a JPEG, PNG, BMP or WebP file's bytes to ``(H, W, 3)`` uint8 BGR.

    Returns ``None`` for bytes that are no picture, or too large a one. EXIF orientation is
    honoured.
    """
    try:
        return decode_picture(encoded)
    except PictureRefused:
        return None


def decode_picture(encoded: bytes) -> ImageArray:
    """Decode as `decode_image` does, and say why where that fails.

    Raises
    ------
    PictureRefused
        The bytes are no picture of a known kind, or one of more than `MAX_PIXELS`.
    """
    import numpy as np

    check_picture(encoded)
    try:
        image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        # A header that promises an absurd size raises instead of returning nothing.
        raise PictureRefused("not a picture that can be read") from error
    if image is None:
        raise PictureRefused("not a picture that can be read")
    return image  # type: ignore[return-value]

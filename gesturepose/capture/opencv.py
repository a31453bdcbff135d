"""OpenCV, imported quietly, and the few calls every OpenCV source shares.

The sources of this package import ``cv2`` from here, never directly: OpenCV and the FFmpeg inside
it write their own diagnostics to standard error, where a person is owed one clear line instead.
A person who wants them back sets ``OPENCV_LOG_LEVEL`` or ``OPENCV_FFMPEG_LOGLEVEL``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

_wants_noise = "OPENCV_LOG_LEVEL" in os.environ
# FFmpeg reads its level when the first video is opened; -8 is AV_LOG_QUIET.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")

import cv2  # noqa: E402 - OpenCV reads the two variables while it is imported

if not _wants_noise:
    # Somebody may have imported OpenCV before the variables were set.
    if hasattr(cv2, "setLogLevel"):  # OpenCV 4
        cv2.setLogLevel(0)
    else:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

if TYPE_CHECKING:
    from gesturepose.datatypes import ImageArray

__all__ = ["cv2", "decode_image", "unmirror"]


def unmirror(image: ImageArray, *, mirrored: bool) -> ImageArray:
    """Flip a mirrored ``(H, W, 3)`` picture back; return any other unchanged."""
    return cv2.flip(image, 1) if mirrored else image  # type: ignore[return-value]


def decode_image(encoded: bytes) -> ImageArray | None:
    """Decode a JPEG, PNG, BMP or WebP file's bytes to ``(H, W, 3)`` uint8 BGR.

    Returns ``None`` for bytes that are no picture. EXIF orientation is honoured.
    """
    import numpy as np

    if not encoded:
        return None
    try:
        image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        # A header that promises an absurd size raises instead of returning nothing.
        return None
    return image  # type: ignore[return-value]

"""Pictures and videos whose left and right can be told apart, and sources read to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.capture.settings import CaptureSettings
from gesturepose.datatypes import Frame, PoseFrame

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.capture.source import FrameSource
    from gesturepose.datatypes import ImageArray

PLAIN = CaptureSettings(open_timeout_s=3.0, stall_s=0.3)
MIRRORED = PLAIN.model_copy(update={"mirrored": True})


def half_lit(*, left: int = 0, right: int = 0, level: int = 0) -> ImageArray:
    image = np.full((48, 64, 3), level, np.uint8)
    image[:, :32] += np.uint8(left)
    image[:, 32:] += np.uint8(right)
    return image


def is_lit_left(frame: Frame | PoseFrame | None) -> bool:
    assert isinstance(frame, Frame)
    return bool(frame.image[:, :28].mean() > frame.image[:, 36:].mean() + 50)


def read_all(source: FrameSource) -> list[Frame | PoseFrame]:
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


def write_video(path: Path, images: list[ImageArray], *, codec: str = "MJPG") -> Path:
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 20.0, (width, height))
    assert writer.isOpened()
    for image in images:
        writer.write(image)
    writer.release()
    return path

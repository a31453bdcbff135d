"""A camera of this machine, by index or device path, through OpenCV.

Delivers the newest picture the driver has; knows nothing of retries (that is `CaptureThread`).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.capture.opencv import cv2, pixel_shape, square_pixels, unmirror
from gesturepose.capture.source import SourceLost
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError

if TYPE_CHECKING:
    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.datatypes import ImageArray

_BACKENDS = {
    "linux": cv2.CAP_V4L2,
    "darwin": cv2.CAP_AVFOUNDATION,
    # Media Foundation takes many seconds to open some cameras; DirectShow does not.
    "win32": cv2.CAP_DSHOW,
}


def open_camera(spec: str, settings: CaptureSettings) -> CameraSource:
    """Open a camera by index (``"0"``) or device path (``"/dev/video0"``).

    Raises
    ------
    SourceError
        There is no such camera, it may not be used, or another program has it.
    """
    target: int | str = int(spec) if spec.isdecimal() else spec
    name = f"camera {spec}"
    device = Path(f"/dev/video{spec}" if spec.isdecimal() else spec)
    if sys.platform == "linux" or not spec.isdecimal():
        if not device.exists():
            raise SourceError(
                f"source: there is no camera {spec}; 'gesturepose cameras' lists those there are"
            )
        if not os.access(device, os.R_OK | os.W_OK):
            raise SourceError(
                f"source: {device} may not be opened by this user; join its group "
                "(sudo usermod -aG video $USER) and log in again"
            )
    try:
        capture = cv2.VideoCapture(target, _BACKENDS.get(sys.platform, cv2.CAP_ANY))
    except (cv2.error, OverflowError) as error:
        raise SourceError(
            f"source: there is no camera {spec}; 'gesturepose cameras' lists those there are"
        ) from error
    if not capture.isOpened():
        capture.release()
        raise SourceError(
            f"source: camera {spec} cannot be opened; it is absent or another program uses it "
            "('gesturepose cameras' lists cameras)"
        )
    # Compressed pictures first: uncompressed 640x480 at 30 fps nearly fills USB 2 and many cameras
    # then offer 5 to 15 fps only. Each wish may be refused; the camera keeps its nearest.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
    capture.set(cv2.CAP_PROP_FPS, settings.fps)
    # The queue in the driver is pure delay: its frames are old before anyone sees them.
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return CameraSource(capture, name=name, mirrored=settings.mirrored)


class CameraSource:
    """An opened live capture; frames carry monotonic time taken right after the grab.

    Parameters
    ----------
    capture
        An opened ``cv2.VideoCapture``, which the source owns from here on.
    name
        What to call it before a person.
    mirrored
        Whether its pictures are mirrored and have to be flipped back.
    """

    live = True

    def __init__(self, capture: cv2.VideoCapture, *, name: str, mirrored: bool) -> None:
        self.name = name
        self._capture = capture
        self._mirrored = mirrored
        self._sar = pixel_shape(capture)  # streams may say; cameras have square pixels
        self._index = 0

    def read(self) -> Frame:
        """Wait for the next picture.

        Raises
        ------
        SourceLost
            The device gave none: unplugged, taken away, or asleep.
        """
        try:
            grabbed = self._capture.grab()
            timestamp = time.monotonic()
            decoded, image = self._capture.retrieve() if grabbed else (False, None)
        except cv2.error as error:
            raise SourceLost(f"{self.name} failed while reading") from error
        if not decoded or image is None:
            raise SourceLost(f"{self.name} stopped delivering pictures")
        pixels: ImageArray = image  # type: ignore[assignment]
        pixels = square_pixels(pixels, self._sar)
        frame = Frame(unmirror(pixels, mirrored=self._mirrored), timestamp, self._index)
        self._index += 1
        return frame

    def close(self) -> None:
        """Release the device."""
        self._capture.release()

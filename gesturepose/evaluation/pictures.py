"""Videos as another camera, room or person would have given them.

`VariedCapture` stands between OpenCV and the program's own video source, so that everything behind
the camera's driver is real. Knows no gestures and runs no recognition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.capture.video import VideoSource
from gesturepose.errors import SourceError
from gesturepose.evaluation.resampling import choose_frames, draw_times

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.datatypes import ImageArray
    from gesturepose.evaluation.conditions import Condition
    from gesturepose.evaluation.variations import Stance

#: Light that arrives, as a share of what the clip shows, and electrons at full scale: a sensor
#: with its gain turned up. Read noise in electrons.
_LIGHT = 0.3
_FULL_SCALE_ELECTRONS = 300.0
_READ_NOISE_ELECTRONS = 4.0
#: The gain that is left at its limit: the picture stays darker than it was, and flat.
_GAIN = 1.6
_BLACK = 14.0
_BACKDROP_BLUR = 24.0


class VariedCapture:
    """A ``cv2.VideoCapture`` on a file whose pictures and moments are changed by a condition.

    Offers what `VideoSource` asks of a capture.

    Parameters
    ----------
    path
        A video.
    condition
        One that `suits_videos`.
    stance
        Where the person is in the video as it is; ``None`` leaves the view.
    seed
        Of chance.

    Raises
    ------
    SourceError
        OpenCV cannot open the file.
    ValueError
        The condition means nothing to videos.
    """

    def __init__(
        self, path: Path, condition: Condition, *, stance: Stance | None, seed: int = 0
    ) -> None:
        if not condition.suits_videos:
            raise ValueError(f"condition {condition.name} means nothing to a video")
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise SourceError(f"source: {path} is not a video that can be read")
        self._condition = condition
        self._rng = condition.generator(seed)
        move = condition.moves_view and stance is not None
        self._matrix = condition.matrix(stance) if move and stance is not None else None
        self._chosen: set[int] | None = None
        if condition.fps:
            self._chosen = self._choose()
        self._next = 0

    def read(self) -> tuple[bool, ImageArray | None]:
        """Return whether there is another picture, and it; as OpenCV does."""
        while self._chosen is not None and self._next not in self._chosen:
            if not self._capture.grab():
                return False, None
            self._next += 1
        decoded, image = self._capture.read()
        self._next += 1
        if not decoded:
            return False, None
        return True, self._vary(np.asarray(image, np.uint8))

    def get(self, prop: int) -> float:
        """Return a property of the video, the number of frames being that which will come."""
        if prop == cv2.CAP_PROP_FRAME_COUNT and self._chosen is not None:
            return float(len(self._chosen))
        return self._capture.get(prop)

    def release(self) -> None:
        """Close the file."""
        self._capture.release()

    def _choose(self) -> set[int]:
        count = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        own_fps = self._capture.get(cv2.CAP_PROP_FPS)
        times_s = np.arange(max(count, 0)) / own_fps
        wanted_s = draw_times(
            start_s=0.0,
            end_s=max(count - 1, 0) / own_fps,
            fps=self._condition.fps,
            rng=self._rng,
            jitter=self._condition.jitter,
            drop=self._condition.drop,
        )
        return set(choose_frames(times_s, wanted_s).tolist())

    def _vary(self, image: ImageArray) -> ImageArray:
        if self._condition.left_handed or self._condition.mirrored_camera:
            image = np.asarray(cv2.flip(image, 1), np.uint8)
        if self._matrix is not None:
            image = warp(image, self._matrix)
        if self._condition.low_light:
            image = darken(image, rng=self._rng)
        return image


def warp(image: ImageArray, matrix: NDArray[np.float64]) -> ImageArray:
    """Apply a homography (3, 3) to a picture (H, W, 3); its edges go on, blurred.

    Reduced pictures are blurred first, as a lens before fewer pixels does.
    """
    height, width = image.shape[:2]
    factor = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    source: Any = image
    if factor < 1.0:
        # A Gaussian of this width takes away what the smaller picture cannot show.
        source = cv2.GaussianBlur(image, (0, 0), 0.5 / factor)
    size = (width, height)
    warped = cv2.warpPerspective(
        source, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    small = cv2.resize(warped, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    backdrop = cv2.resize(cv2.GaussianBlur(small, (0, 0), _BACKDROP_BLUR / 4), size)
    inside = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size)
    return np.asarray(np.where(inside[..., None] == 255, warped, backdrop), np.uint8)


def darken(image: ImageArray, *, rng: np.random.Generator) -> ImageArray:
    """Show a picture (H, W, 3) in little light: dark, flat, with shot noise and read noise.

    Photons arrive as a Poisson process, hence a variance that grows with the signal, and the
    electronics add a constant one (Foi et al., "Practical Poissonian-Gaussian noise modeling and
    fitting for single-image raw-data", IEEE TIP 17(10), 2008, equation 1). Sensor noise is half
    as fine as the picture, because cameras interpolate colours.
    """
    electrons = image.astype(np.float32) * np.float32(_LIGHT * _FULL_SCALE_ELECTRONS / 255)
    sd = np.sqrt(electrons + np.float32(_READ_NOISE_ELECTRONS**2))
    grain = rng.standard_normal(image.shape, np.float32)
    smooth = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.7), np.float32)
    noisy = electrons + sd * smooth * np.float32(1.0 / max(float(smooth.std()), 1e-6))
    shown = noisy * np.float32(_GAIN * 255 / _FULL_SCALE_ELECTRONS) + np.float32(_BLACK)
    return np.asarray(np.clip(shown, 0, 255), np.uint8)


def open_varied(
    path: Path, condition: Condition, *, stance: Stance | None, seed: int = 0
) -> VideoSource:
    """Open a video as it would have been under a condition; see `VariedCapture`."""
    capture: Any = VariedCapture(path, condition, stance=stance, seed=seed)
    return VideoSource(capture, name=str(path), mirrored=condition.mirrored_camera)

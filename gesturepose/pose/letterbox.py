"""Fitting a picture into a network's input, and points back into the picture.

A letterbox keeps the picture's proportions: it is scaled until its longer side is the wanted one,
and what the network's stride asks for beyond that is black, on the right or at the bottom. The way
back is exact: each axis is undone with the factor it was really scaled by, after rounding, and with
the half pixel by which scaling moves pixel centres.

Nothing here mirrors, and nothing knows what the network is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How pictures of one size lie in a network's input.

    Make one with `fit`. Points are ``(x, y)`` with the centre of the upper left pixel at (0, 0), as
    OpenCV draws them and the network was trained.

    Attributes
    ----------
    source_size
        ``(width, height)`` of the picture.
    content_size
        ``(width, height)`` it is scaled to; it lies in the input's upper left corner.
    input_size
        ``(width, height)`` of the network's input.
    scale
        ``(2,)``: input pixels per source pixel, in x and y.
    """

    source_size: tuple[int, int]
    content_size: tuple[int, int]
    input_size: tuple[int, int]
    scale: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    # Made once: fresh memory in every frame costs time.
    _scaled: NDArray[np.uint8] = field(init=False, repr=False, compare=False)
    _input: NDArray[np.uint8] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        (wide, high), (width, height) = self.content_size, self.input_size
        object.__setattr__(self, "scale", np.divide(self.content_size, self.source_size))
        object.__setattr__(self, "_scaled", np.empty((high, wide, 3), np.uint8))
        object.__setattr__(self, "_input", np.zeros((height, width, 3), np.uint8))

    @classmethod
    def fit(cls, source_size: tuple[int, int], *, long_side: int, multiple: int) -> Letterbox:
        """Find the input with the least padding.

        Parameters
        ----------
        source_size
            ``(width, height)`` of the picture, each at least 1.
        long_side
            Wanted longer side of the input, in pixels; rounded up to the multiple.
        multiple
            Both sides of the input are multiples of it.
        """
        width, height = source_size
        if width < 1 or height < 1 or long_side < 1 or multiple < 1:
            raise ValueError(f"cannot fit {source_size} into {long_side} by {multiple}")
        reach = -(-long_side // multiple) * multiple
        longer = max(width, height)
        content = (max(round(width * reach / longer), 1), max(round(height * reach / longer), 1))
        return cls(
            source_size=source_size,
            content_size=content,
            input_size=(
                -(-content[0] // multiple) * multiple,
                -(-content[1] // multiple) * multiple,
            ),
        )

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Scale a BGR picture ``(H, W, 3)`` into an RGB input ``(h, w, 3)``.

        One pass over the picture; colours are swapped on the small result, which is the
        letterbox's own and good until the next call: who keeps it copies it.
        """
        width, height = self.content_size
        # Averaging (INTER_AREA) costs eight times as much and finds no keypoint more exactly.
        cv2.resize(image, (width, height), dst=self._scaled, interpolation=cv2.INTER_LINEAR)
        cv2.cvtColor(self._scaled, cv2.COLOR_BGR2RGB, dst=self._input[:height, :width])
        return self._input

    def to_input(self, points_xy: NDArray[np.floating]) -> NDArray[np.float32]:
        """Map points ``(..., 2)`` from the picture to the input."""
        return ((points_xy + 0.5) * self.scale - 0.5).astype(np.float32)

    def to_source(self, points_xy: NDArray[np.floating]) -> NDArray[np.float32]:
        """Map points ``(..., 2)`` from the input to the picture."""
        return ((points_xy + 0.5) / self.scale - 0.5).astype(np.float32)

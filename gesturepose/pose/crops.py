"""Cutting people out of a picture for networks that see one person at a time, and the way back.

A top-down network wants a person upright in the middle of an input of fixed proportions: the
person's box is widened or heightened to those proportions, enlarged by a quarter and scaled (Xiao
et al., "Simple Baselines for Human Pose Estimation and Tracking", 2018, section 3; the factor 1.25
is the one of their published training). Nothing is rotated, mirrored or stretched.

Points are ``(x, y)`` with the centre of the upper left pixel at (0, 0), in the picture as in a
crop. The middle of a box falls on the middle of its crop, ``((w - 1) / 2, (h - 1) / 2)``. Where in
a crop a network's cells lie is not known here; that is the decoder's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

#: Share of a person's box that a crop shows of its surroundings and the person (Xiao et al.).
PADDING = 1.25

_MIN_BOX_PX = 1.0
"""Shorter boxes, as of one keypoint, are as long as this: nothing can be scaled up from nothing."""


def boxes_around(keypoints: NDArray[np.floating]) -> FloatArray:
    """Boxes of the keypoints that are there.

    Parameters
    ----------
    keypoints
        ``(N, K, 2)`` pixels, NaN where missing: of poses, of people, or of stacked tracks.

    Returns
    -------
    ndarray
        ``(N, 4)`` float32: left, top, right, bottom in the same pixels; NaN for a person without a
        keypoint.
    """
    missing = ~np.isfinite(keypoints).all(axis=2)[..., None]
    nobody = missing.all(axis=(1, 2))[:, None]
    lowest = np.where(missing, np.inf, keypoints).min(axis=1, initial=np.inf)
    highest = np.where(missing, -np.inf, keypoints).max(axis=1, initial=-np.inf)
    boxes = np.concatenate([lowest, highest], axis=1)
    return np.where(nobody, np.nan, boxes).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Where people's crops lie in a picture. Make them with `fit`.

    Attributes
    ----------
    input_size
        ``(width, height)`` of every crop, in pixels.
    centers
        ``(N, 2)`` float64: where the middles of the crops lie, in pixels of the picture.
    scales
        ``(N,)`` float64: pixels of the crop per pixel of the picture, the same in x and y.
    """

    input_size: tuple[int, int]
    centers: NDArray[np.float64]
    scales: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        boxes: NDArray[np.floating],
        *,
        input_size: tuple[int, int],
        padding: float = PADDING,
    ) -> Crops:
        """Fit a crop round each box.

        Parameters
        ----------
        boxes
            ``(N, 4)``: left, top, right, bottom in pixels; from `boxes_around` or a detector.
        input_size
            ``(width, height)`` of the network's input.
        padding
            Pixels the crop shows along the box's tight axis, per pixel of the box.

        Raises
        ------
        ValueError
            A box is not finite, or its edges are exchanged; or the input or the padding is empty.
        """
        corners = np.asarray(boxes, np.float64).reshape(-1, 2, 2)
        sides = corners[:, 1] - corners[:, 0]
        # A comparison with NaN is false, so this refuses it too.
        if not (np.isfinite(corners).all() and (sides >= 0).all()):
            raise ValueError("a person's box is left, top, right, bottom, each finite")
        if min(input_size) < 1 or not padding > 0:
            raise ValueError(f"cannot fit a box into {input_size} with padding {padding}")
        shown = np.maximum(sides, _MIN_BOX_PX) * padding
        return cls(
            input_size=input_size,
            centers=corners.mean(axis=1),
            scales=(np.asarray(input_size) / shown).min(axis=1),
        )

    def __len__(self) -> int:
        return len(self.scales)

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Cut the crops out of a BGR picture ``(H, W, 3)``.

        Returns
        -------
        ndarray
            ``(N, h, w, 3)`` uint8 RGB; black where a crop reaches beyond the picture.
        """
        import cv2  # here, so that decoders and cards do not load it

        width, height = self.input_size
        crops = np.zeros((len(self), height, width, 3), np.uint8)
        for crop, center, scale in zip(crops, self.centers, self.scales, strict=True):
            # cv2 asks where in the picture each pixel of the crop comes from.
            left, top = center - self._middle / scale
            from_crop = np.array([[1 / scale, 0, left], [0, 1 / scale, top]])
            cut = cv2.warpAffine(
                image,
                from_crop,
                (width, height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT,
            )
            crop[...] = cut[..., ::-1]
        return crops

    def to_input(self, points_xy: NDArray[np.floating]) -> FloatArray:
        """Map points ``(N, ..., 2)`` from the picture into the crop of their person."""
        centers, scales = self._aligned(points_xy)
        return ((points_xy - centers) * scales + self._middle).astype(np.float32)

    def to_source(self, points_xy: NDArray[np.floating]) -> FloatArray:
        """Map points ``(N, ..., 2)`` of each person's crop back into the picture."""
        centers, scales = self._aligned(points_xy)
        return ((points_xy - self._middle) / scales + centers).astype(np.float32)

    @property
    def _middle(self) -> NDArray[np.float64]:
        return (np.asarray(self.input_size, np.float64) - 1) / 2

    def _aligned(
        self, points_xy: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centres and scales with as many axes as the points."""
        between = (1,) * (points_xy.ndim - 2)
        return self.centers.reshape(-1, *between, 2), self.scales.reshape(-1, *between, 1)

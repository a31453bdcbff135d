"""Decoder of SimCC heads: a keypoint as two classifications, one over columns, one over rows.

Li et al., "SimCC: a Simple Coordinate Classification Perspective for Human Pose Estimation", 2022,
section 3: each axis of the input is split into bins finer than pixels, and a keypoint lies in the
bin that is strongest. RTMPose (Jiang et al., "RTMPose: Real-Time Multi-Person Pose Estimation based
on MMPose", 2023) is the network of this kind most in use. Bin ``i`` of a split ratio ``r`` is pixel
``i / r``, as the labels are made in MMPose; they are rounded to whole bins there, so that nothing
finer than a bin is learnt, and nothing finer is looked for here.

It decodes any number of crops at once, and must not change the arrays it is given: a runtime may
own them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gesturepose.pose.crop_decoder import (
    CropDecoder,
    CropKeypoints,
    in_coco_order,
    mirrored_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

Scoring = Literal["min", "product"]
"""A keypoint's score from the strongest values of both axes: the lower, as in MMPose; or their
product, for heads that are probabilities and so independent."""

_HEADS = ("simcc_x", "simcc_y")


@dataclass(frozen=True, slots=True)
class SimCC(CropDecoder):
    """What a network's bins mean.

    The heads are ``simcc_x``, ``(N, C, width * r)``, and ``simcc_y``, ``(N, C, height * r)``, both
    float32 for ``N`` crops; and, for a flip test, ``flipped_simcc_x`` and ``flipped_simcc_y``: what
    the network makes of the mirrored crops, as it comes.

    Attributes
    ----------
    split_ratio
        Bins per pixel.
    scoring
        See `Scoring`.
    full_scale
        Value of a sure keypoint along one axis.
    rows
        For each of COCO's keypoints, its row in the network's order, or -1 where the network has
        none; ``None`` for an order that begins with COCO's.
    """

    split_ratio: int = 2
    scoring: Scoring = "min"
    full_scale: float = 1.0
    rows: tuple[int, ...] | None = None

    @property
    def cell_px(self) -> float:
        """Pixels of the crop per bin."""
        return 1 / self.split_ratio

    def check_size(self, heads: Mapping[str, FloatArray], input_size: tuple[int, int]) -> None:
        """Whether there are ``split_ratio`` bins a pixel of the crops, along both axes.

        Raises
        ------
        ValueError
            There are not.
        """
        for name, pixels in zip(_HEADS, input_size, strict=True):
            wanted, found = pixels * self.split_ratio, heads[name].shape
            if found[2:] != (wanted,):
                raise ValueError(
                    f"{name} {found} does not fit {pixels} pixels at {self.split_ratio} bins each, "
                    f"which would be {wanted} bins"
                )

    def locate(self, heads: Mapping[str, FloatArray]) -> CropKeypoints:
        """Find each crop's keypoints, in the order of the crops.

        Raises
        ------
        ValueError
            The heads are not of the shape the class says, or have no such rows.
        """
        along_x, along_y = (in_coco_order(heads[name], self.rows) for name in _HEADS)
        if along_x.ndim != 3 or along_x.shape[:2] != along_y.shape[:2]:
            raise ValueError(f"simcc_x {along_x.shape} does not go with simcc_y {along_y.shape}")
        with np.errstate(all="ignore"):  # garbage in is missing out, without a word
            if "flipped_simcc_x" in heads:
                along_x, along_y = self._average_flipped(along_x, along_y, heads)
            bins = np.stack([along_x.argmax(axis=2), along_y.argmax(axis=2)], axis=-1)
            best_x = along_x.max(axis=2) / np.float32(self.full_scale)
            best_y = along_y.max(axis=2) / np.float32(self.full_scale)
            if self.scoring == "min":
                scores = np.minimum(best_x, best_y)
            else:
                scores = np.maximum(best_x, 0) * np.maximum(best_y, 0)
            keypoints = (bins / self.split_ratio).astype(np.float32)
            return CropKeypoints.from_network(keypoints, scores)

    def _average_flipped(
        self, along_x: FloatArray, along_y: FloatArray, heads: Mapping[str, FloatArray]
    ) -> tuple[FloatArray, FloatArray]:
        """Mean of the bins of crops and of their mirror images.

        Pixel ``x`` is pixel ``width - 1 - x`` of the mirror image, so that its bin ``r * x`` comes
        back as ``r * x + r - 1``: the mirrored bins are ``r - 1`` too far right.
        """
        other_x, other_y = (in_coco_order(heads[f"flipped_{name}"], self.rows) for name in _HEADS)
        if other_x.shape != along_x.shape or other_y.shape != along_y.shape:
            raise ValueError("the flipped bins are not of the shape of the others")
        mirrored = list(mirrored_rows())
        excess = self.split_ratio - 1
        back_x = np.zeros_like(along_x)
        back_x[..., : along_x.shape[2] - excess] = other_x[:, mirrored, ::-1][..., excess:]
        half = np.float32(0.5)
        return (along_x + back_x) * half, (along_y + other_y[:, mirrored]) * half

"""Decoder of top-down heatmaps: one map per keypoint, one person per crop.

The output of CPM (Wei et al., "Convolutional Pose Machines", 2016), Stacked Hourglass (Newell et
al., "Stacked Hourglass Networks for Human Pose Estimation", 2016), Simple Baseline (Xiao et al.,
2018), HRNet (Sun et al., "Deep High-Resolution Representation Learning for Human Pose
Estimation", 2019) and RSN (Cai et al., "Learning Delicate Local Representations for Multi-Person
Pose Estimation", 2020); of several stages, the last. A keypoint is the strongest cell of its map,
moved within the cell in one of three ways, see `Refinement`.

It decodes any number of crops at once, and knows nothing of the picture they were cut from
(`gesturepose.pose.crops`). It must not change the arrays it is given: a runtime may own them.
"""

from __future__ import annotations

import math
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
    IntArray = NDArray[np.intp]

Refinement = Literal["none", "quarter", "dark"]
"""How a keypoint is placed within the strongest cell.

``quarter``: a quarter of a cell towards the stronger neighbour, along each axis (Newell et al.,
2016; Xiao et al., 2018). ``dark``: the maximum of the Gaussian through the cell and its
neighbours (Zhang et al., "Distribution-Aware Coordinate Representation for Human Pose
Estimation", 2020, section 3.1).
"""

Grid = Literal["centers", "corners", "aligned"]
"""Where in the input cell ``j`` of ``n`` lies, for a stride of ``s`` pixels.

``centers``: ``s * (j + 0.5) - 0.5``, the middle of the pixels it covers. ``corners``: ``s * j``, as
Simple Baseline, HRNet and most networks after them were trained. ``aligned``: ``j * (s * n - 1) /
(n - 1)``, first and last cell on first and last pixel (Huang et al., "The Devil is in the
Details: Delving into Unbiased Data Processing for Human Pose Estimation", 2020).
"""

_TINY = np.float32(1e-10)
"""What takes the place of values without a logarithm."""


@dataclass(frozen=True, slots=True)
class TopDownHeatmaps(CropDecoder):
    """What a network's heatmaps mean.

    The heads are ``heatmaps``, ``(N, C, h, w)`` float32 for ``N`` crops, and, for a flip test,
    ``flipped_heatmaps``: what the network makes of the mirrored crops, as it comes.

    Attributes
    ----------
    stride_px
        Pixels of the crop per cell: 4, and 8 for CPM.
    refinement, grid
        See `Refinement` and `Grid`.
    sigma_cells
        Spread of the Gaussians the network was trained on, in cells: 2 at 256x192, 3 at 384x288.
        Only DARK uses it.
    full_scale
        Value of a sure keypoint: 1, and 255 for RSN.
    rows
        For each of COCO's keypoints, its row in the network's order, or -1 where the network has
        none; ``None`` for COCO's order. Rows that are not named, such as CPM's background, do not
        count.
    shift_flipped
        Move the flip test's maps by one cell to the right (Xiao et al.'s published code). Mirrored
        maps on the grid ``corners`` lie ``s - 1`` pixels too far left; on the other grids they fit.
    """

    stride_px: int = 4
    refinement: Refinement = "quarter"
    grid: Grid = "corners"
    sigma_cells: float = 2.0
    full_scale: float = 1.0
    rows: tuple[int, ...] | None = None
    shift_flipped: bool = False

    @property
    def cell_px(self) -> float:
        """Pixels of the crop per cell."""
        return self.stride_px

    def check_size(self, heads: Mapping[str, FloatArray], input_size: tuple[int, int]) -> None:
        """Whether the maps are a ``stride_px``-th of the crops, along both axes.

        Raises
        ------
        ValueError
            They are not.
        """
        width, height = input_size
        stride = self.stride_px
        found = heads["heatmaps"].shape
        if found[2:] != (height / stride, width / stride):
            raise ValueError(
                f"heatmaps {found} do not fit crops of {width}x{height} at a stride of {stride}, "
                f"which would have {height / stride:g} rows and {width / stride:g} columns"
            )

    def locate(self, heads: Mapping[str, FloatArray]) -> CropKeypoints:
        """Find each crop's keypoints, in the order of the crops.

        Raises
        ------
        ValueError
            The heads are not of the shape the class says, or have no such rows.
        """
        heatmaps = in_coco_order(heads["heatmaps"], self.rows)
        if heatmaps.ndim != 4:
            raise ValueError(f"heatmaps are (N, C, h, w), not {heatmaps.shape}")
        flipped = heads.get("flipped_heatmaps")
        if flipped is not None and flipped.shape != heads["heatmaps"].shape:
            raise ValueError(f"heatmaps {heads['heatmaps'].shape} but flipped {flipped.shape}")
        with np.errstate(all="ignore"):  # garbage in is missing out, without a word
            if flipped is not None:
                mirrored = in_coco_order(flipped, self.rows)
                heatmaps = _average_flipped(heatmaps, mirrored, shift=self.shift_flipped)
            cells, values = _find_strongest(heatmaps)
            moved = cells.astype(np.float32)
            if self.refinement == "quarter":
                moved += _quarter_shift(heatmaps, cells)
            elif self.refinement == "dark":
                moved += _dark_shift(heatmaps, cells, self.sigma_cells)
            height, width = heatmaps.shape[2:]
            keypoints = self._to_pixels(moved[..., ::-1], np.array([width, height]))
            scores = values / np.float32(self.full_scale)
            return CropKeypoints.from_network(keypoints, scores)

    def _to_pixels(self, cells_xy: FloatArray, shape_xy: IntArray) -> FloatArray:
        stride = self.stride_px
        if self.grid == "centers":
            pixels = (cells_xy + 0.5) * stride - 0.5
        elif self.grid == "corners":
            pixels = cells_xy * stride
        else:
            pixels = cells_xy * ((shape_xy * stride - 1) / np.maximum(shape_xy - 1, 1))
        return pixels.astype(np.float32)


def _average_flipped(heatmaps: FloatArray, flipped: FloatArray, *, shift: bool) -> FloatArray:
    """Mean of the maps of crops and of their mirror images.

    Parameters
    ----------
    heatmaps, flipped
        ``(N, 17, h, w)`` in COCO's order; ``flipped`` as the network made it of mirrored crops.
    shift
        Whether the mirrored maps are moved by one cell to the right.
    """
    back = flipped[:, list(mirrored_rows()), :, ::-1]
    if shift:
        back[..., 1:] = back[..., :-1].copy()
    mean: FloatArray = (heatmaps + back) * np.float32(0.5)
    return mean


def _find_strongest(heatmaps: FloatArray) -> tuple[IntArray, FloatArray]:
    """Cell ``(N, K, 2)`` as ``(y, x)`` and value ``(N, K)`` of each map's maximum."""
    flat = heatmaps.reshape(*heatmaps.shape[:2], -1)
    best = flat.argmax(axis=2)  # of a NaN, if there is one, which makes the keypoint missing
    values = np.take_along_axis(flat, best[..., None], axis=2)[..., 0]
    return np.stack(np.divmod(best, heatmaps.shape[3]), axis=-1), values


def _cut_patches(heatmaps: FloatArray, cells_yx: IntArray, radius: int) -> FloatArray:
    """``(N, K, 2 * radius + 1, 2 * radius + 1)`` round each cell; 0 outside the map."""
    count, kinds, height, width = heatmaps.shape
    reach = np.arange(-radius, radius + 1)
    rows = cells_yx[..., 0, None] + reach
    columns = cells_yx[..., 1, None] + reach
    inside_y = (rows >= 0) & (rows < height)
    inside_x = (columns >= 0) & (columns < width)
    patches = heatmaps[
        np.arange(count)[:, None, None, None],
        np.arange(kinds)[:, None, None],
        np.clip(rows, 0, height - 1)[..., :, None],
        np.clip(columns, 0, width - 1)[..., None, :],
    ]
    inside = inside_y[..., :, None] & inside_x[..., None, :]
    return np.where(inside, patches, np.float32(0))


def _has_neighbours(heatmaps: FloatArray, cells_yx: IntArray) -> NDArray[np.bool_]:
    """``(N, K, 2)``: whether there is a cell on both sides, along y and x."""
    return (cells_yx > 0) & (cells_yx < np.array(heatmaps.shape[2:]) - 1)


def _quarter_shift(heatmaps: FloatArray, cells_yx: IntArray) -> FloatArray:
    """``(N, K, 2)`` cells along y and x; none along an axis where the cell is at the edge."""
    patch = _cut_patches(heatmaps, cells_yx, 1)
    slope = np.stack(
        [patch[..., 2, 1] - patch[..., 0, 1], patch[..., 1, 2] - patch[..., 1, 0]], axis=-1
    )
    shift = np.sign(slope) * np.float32(0.25)
    return np.where(_has_neighbours(heatmaps, cells_yx), shift, np.float32(0))


def _smoothing(sigma: float) -> FloatArray:
    """``(R + 1, 3, 2 * R + 3)``: for each reach of a Gaussian, weights of three smoothed cells."""
    radius = math.ceil(3 * sigma)
    reach = np.abs(np.arange(-radius, radius + 1))
    kernels = np.exp(-0.5 * np.square(reach / sigma)) * (reach <= np.arange(radius + 1)[:, None])
    kernels /= kernels.sum(axis=1, keepdims=True)
    weights = np.zeros((radius + 1, 3, 2 * radius + 3), np.float32)
    for row in range(3):
        weights[:, row, row : row + 2 * radius + 1] = kernels
    return weights


def _dark_shift(heatmaps: FloatArray, cells_yx: IntArray, sigma: float) -> FloatArray:
    """``(N, K, 2)`` cells along y and x from the strongest cell to the Gaussian's maximum.

    The maps are smoothed with the Gaussian they were trained on, since a network's own are
    rough; then one Newton step is taken on their logarithm, which for a Gaussian is a paraboloid.
    The paper rescales the smoothed maps to their old height: a factor, which the logarithm's
    derivatives do not see. Two things the paper leaves open: near the edge the smoothing reaches
    only as far as the map on both sides, since the zeros beyond would push keypoints inwards; and a
    step beyond one and a half sigma, or from no maximum, is no step, for this is no Gaussian.
    """
    # Only the three by three cells that the derivatives need are smoothed.
    bank = _smoothing(sigma)
    radius = len(bank) - 1
    to_edge = np.minimum(cells_yx, np.array(heatmaps.shape[2:]) - 1 - cells_yx)
    along_y, along_x = np.moveaxis(bank[np.clip(to_edge - 1, 0, radius)], 2, 0)
    patch = _cut_patches(heatmaps, cells_yx, radius + 1)
    log = np.log(np.maximum(along_y @ patch @ along_x.swapaxes(-1, -2), _TINY))

    here = log[..., 1, 1]
    slope_y = (log[..., 2, 1] - log[..., 0, 1]) / 2
    slope_x = (log[..., 1, 2] - log[..., 1, 0]) / 2
    bend_y = log[..., 2, 1] - 2 * here + log[..., 0, 1]
    bend_x = log[..., 1, 2] - 2 * here + log[..., 1, 0]
    twist = (log[..., 2, 2] - log[..., 2, 0] - log[..., 0, 2] + log[..., 0, 0]) / 4
    determinant = bend_y * bend_x - twist * twist
    step = np.stack(
        [twist * slope_x - bend_x * slope_y, twist * slope_y - bend_y * slope_x], axis=-1
    )
    step /= determinant[..., None]
    sound = (bend_y < 0) & (determinant > 0) & (np.abs(step) <= 1.5 * sigma).all(axis=-1)
    usable = sound[..., None] & _has_neighbours(heatmaps, cells_yx)
    return np.where(usable, step, np.float32(0)).astype(np.float32)

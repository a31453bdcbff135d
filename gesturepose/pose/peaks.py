"""What decoders of bottom-up networks share: peaks of heatmaps, and people made of them.

A bottom-up network paints one heatmap per kind of keypoint for everybody in the picture, so its
decoder begins with the peaks of all maps at once, finer than a cell, and ends with people of whom
some keypoints are missing. How peaks belong together is the decoders' own business.

Cells and pixels: the cell ``(i, j)`` of a map of stride ``s`` covers the pixels ``[s j, s (j+1))``
of the network's input; its centre is the pixel ``s (j + 0.5) - 0.5``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gesturepose.pose.movenet_multipose import People
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    IntArray = NDArray[np.intp]

#: How a peak is placed finer than its cell, see `refine_cells`.
Refinement = Literal["parabola", "quarter", "none"]

#: Share of a peak's value below which a neighbour counts as this share. A Gaussian that spreads
#: about a cell never falls below it within a cell and a half of its centre; the logarithm of what
#: is next to nothing would pull the peak away with the strength of its noise.
_LEAST_NEIGHBOUR = np.float32(0.05)


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Local maxima of many maps, by map, the strongest of a map first.

    Attributes
    ----------
    maps
        ``(P,)`` which map each lies in.
    cells
        ``(P, 2)`` its cell, ``(row, column)``.
    positions
        ``(P, 2)`` float32, x and y in cells, finer than a cell.
    scores
        ``(P,)`` float32, the map's value there, above 0.
    """

    maps: IntArray
    cells: IntArray
    positions: FloatArray
    scores: FloatArray

    def __len__(self) -> int:
        return len(self.scores)


def find_peaks(
    maps: FloatArray,
    *,
    threshold: float,
    most: int,
    radius: int = 1,
    refinement: Refinement = "parabola",
) -> Peaks:
    """Find the local maxima of many maps at once.

    Parameters
    ----------
    maps
        ``(C, h, w)``; what is not finite counts as 0.
    threshold
        Least value of a peak. 0 and less are no peak, whatever it is.
    most
        Peaks per map at most; the strongest stay.
    radius
        Cells round a peak, diagonals included, in which there is no higher value. Of several equal
        ones the first in reading order stays.
    refinement
        How to place a peak finer than its cell.

    Returns
    -------
    Peaks
        Possibly empty.
    """
    import cv2  # here, so that reading a network's card does not load it

    count, height, width = maps.shape
    # All maps as one tall picture: rows of zeros keep them apart, and 0 is no peak.
    tall = np.zeros((count, height + radius, width), np.float32)
    tall[:, :height] = np.where(np.isfinite(maps), maps, np.float32(0))
    window = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    highest = cv2.dilate(tall.reshape(-1, width), window).reshape(tall.shape)
    # Most cells are too weak, and need no further look.
    strong = np.flatnonzero(tall >= threshold)
    values = tall.ravel()[strong]
    strong = strong[(values == highest.ravel()[strong]) & (values > 0)]
    candidates = np.zeros(tall.shape, bool)
    candidates.ravel()[strong] = True
    which, rows, columns = np.unravel_index(strong, tall.shape)

    before = [
        (down, right)
        for down in range(-radius, 1)
        for right in range(-radius, radius + 1)
        if (down, right) < (0, 0)
    ]
    down, right = np.array(before, np.intp).T + radius
    padded = np.pad(candidates, ((0, 0), (radius, radius), (radius, radius)))
    first = ~padded[which[:, None], rows[:, None] + down, columns[:, None] + right].any(axis=1)
    which, rows, columns = which[first], rows[first], columns[first]

    scores = tall[which, rows, columns]
    order = np.lexsort((-scores, which))
    rank = np.arange(len(order)) - np.searchsorted(which[order], which[order])
    order = order[rank < most]
    cells = np.stack([rows, columns], axis=1)[order]
    which = which[order]
    return Peaks(which, cells, refine_cells(maps, which, cells, refinement), scores[order])


def refine_cells(
    maps: FloatArray, which: IntArray, cells: IntArray, refinement: Refinement
) -> FloatArray:
    """Place maxima finer than their cells, along each axis by the two neighbours.

    ``parabola`` puts the top of a parabola through the logarithms of the three values, which is
    exact for a Gaussian: the second-order Taylor expansion of Zhang et al., "Distribution-Aware
    Coordinate Representation for Human Pose Estimation", 2020 ("Taylor-expansion based coordinate
    decoding"), without its term across both axes. ``quarter`` moves a quarter of a cell to the
    greater neighbour: Newell et al., "Stacked Hourglass Networks", 2016. At the edge of a map there
    is one neighbour only, and a maximum stays in the middle of its cell along that axis.

    Parameters
    ----------
    maps
        ``(C, h, w)``.
    which
        ``(P,)`` the map of each.
    cells
        ``(P, 2)`` as ``(row, column)``.
    refinement
        ``none`` leaves the cells' middles.

    Returns
    -------
    numpy.ndarray
        ``(P, 2)`` float32, x and y in cells, at most half a cell from the cell's middle.
    """
    middle = cells[:, ::-1].astype(np.float32)
    if refinement == "none" or not len(cells):
        return middle
    limits = np.array(maps.shape[1:], np.intp) - 1
    shifts = np.zeros_like(middle)
    top = maps[which, cells[:, 0], cells[:, 1]]
    for axis in (0, 1):
        step = np.zeros(2, np.intp)
        step[axis] = 1
        back, ahead = np.maximum(cells - step, 0), np.minimum(cells + step, limits)
        left = maps[which, back[:, 0], back[:, 1]]
        right = maps[which, ahead[:, 0], ahead[:, 1]]
        shift = (
            _to_parabola(left, top, right) if refinement == "parabola" else _to_greater(left, right)
        )
        inner = (cells[:, axis] > 0) & (cells[:, axis] < limits[axis])
        shifts[:, 1 - axis] = np.where(inner, shift, 0)
    return middle + shifts


def _to_greater(left: FloatArray, right: FloatArray) -> FloatArray:
    side = np.where(right > left, 1.0, 0.0) - np.where(left > right, 1.0, 0.0)
    return (0.25 * side).astype(np.float32)


def _to_parabola(left: FloatArray, top: FloatArray, right: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):  # what is not finite is no neighbour; flat tops come to 0 / 0
        shares = np.nan_to_num(np.stack([left, right]) / top, nan=0, posinf=0, neginf=0)
        down, up = np.log(np.clip(shares, _LEAST_NEIGHBOUR, 1))
        shift: FloatArray = np.nan_to_num(0.5 * (down - up) / (down + up))
    return shift


def to_pixels(positions: FloatArray, stride_px: float) -> FloatArray:
    """Turn cells into pixels of the network's input; the middle of a cell is its centre."""
    return ((positions + 0.5) * stride_px - 0.5).astype(np.float32)


def gather_people(
    names: Sequence[str],
    keypoints: NDArray[np.floating],
    keypoint_scores: NDArray[np.floating],
    scores: NDArray[np.floating],
    *,
    min_score: float,
) -> People:
    """Put people's keypoints into the order of COCO and leave out the unsure and the empty.

    Parameters
    ----------
    names
        The ``K`` keypoints of the network; what COCO does not know, such as a neck, is dropped.
    keypoints
        ``(N, K, 2)`` float32 pixels; what they are where missing does not matter.
    keypoint_scores
        ``(N, K)``; 0 where missing.
    scores
        ``(N,)``; the least that is reported is ``min_score``, and more than 0.

    Returns
    -------
    People
        The best first. A box is the least that holds the keypoints.

    Raises
    ------
    ValueError
        The network has no such keypoint.
    """
    rows = [names.index(name) for name in COCO17.keypoints]
    keypoint_scores = np.clip(keypoint_scores[:, rows], 0, 1).astype(np.float32)
    scores = np.clip(scores, 0, 1).astype(np.float32)
    seen = keypoint_scores > 0
    kept = np.flatnonzero(seen.any(axis=1) & (scores > 0) & (scores >= min_score))
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    seen = seen[kept][..., None]
    placed = keypoints[:, rows][kept]
    boxes = [
        np.where(seen, placed, np.inf).min(axis=1, initial=np.inf),
        np.where(seen, placed, -np.inf).max(axis=1, initial=-np.inf),
    ]
    return People(
        keypoints=np.where(seen, placed, np.nan).astype(np.float32),
        keypoint_scores=keypoint_scores[kept],
        boxes=np.concatenate(boxes, axis=1).astype(np.float32),
        scores=scores[kept],
    )

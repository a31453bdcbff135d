"""Decoder of MoveNet MultiPose: from the network's six heads to people.

Repeats, in vectorised numpy, what the published graph does after its heads
(https://tfhub.dev/google/tfjs-model/movenet/multipose/lightning/1, a CenterNet: Zhou et al.,
"Objects as Points", 2019): peaks of the centre heatmap are people; from each centre a regression
field points roughly at its keypoints; each keypoint is then the cell of its heatmap that is
strongest after weighting with a Gaussian round that rough position, inside the person's box, moved
by the offset field. Coordinates are pixels of the network's input picture.

It knows nothing of frames, letterboxes, thresholds on keypoints or onnxruntime, and it must not
change the arrays it is given: a runtime may own them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    IntArray = NDArray[np.intp]

#: Input pixels per cell of every head.
STRIDE_PX = 4

#: Keypoints per person.
KEYPOINTS = 17

#: People the published graph reports at most.
MAX_PEOPLE = 6

#: Heads by name, with their number of channels; each is ``(1, channels, height, width)`` float32.
HEADS = {
    "center_heatmap": 1,
    "keypoint_heatmaps": KEYPOINTS,
    "keypoint_regression": 2 * KEYPOINTS,
    "keypoint_offsets": 2 * KEYPOINTS,
    "box_scale": 2,
    "box_offset": 2,
}

#: Cells round a centre in which no stronger one may lie.
_PEAK_WINDOW = np.ones((5, 5), np.uint8)

# The graph's constants, with the float16 rounding they are published in.
_PEAK_TOLERANCE = np.float32(1.0132789611816406e-06)
_SPREAD = np.float32(0.300048828125)
_COUNTED_SCORE = np.float32(0.126953125)


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """What the network saw, best person first.

    Attributes
    ----------
    keypoints
        ``(N, K, 2)`` float32, x and y in pixels of the network's input.
    keypoint_scores
        ``(N, K)`` float32 in 0..1.
    boxes
        ``(N, 4)`` float32, left, top, right, bottom in pixels of the network's input.
    scores
        ``(N,)`` float32 in 0..1.
    """

    keypoints: FloatArray
    keypoint_scores: FloatArray
    boxes: FloatArray
    scores: FloatArray

    def __len__(self) -> int:
        return len(self.scores)


def _find_centers(heatmap: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
    """Flat indices and values of the strongest peaks, strongest first, lower index on a tie.

    Cells that are no peak count as zero and fill the list when there are too few peaks, as the
    graph's top-k does: they cannot become people, but they take part in its keypoint scores.
    """
    import cv2  # here, so that reading a network's card does not load it

    # Grey dilation is the maximum over the window; cells outside the picture do not count.
    peak = np.abs(heatmap - cv2.dilate(heatmap, _PEAK_WINDOW)) < _PEAK_TOLERANCE
    flat = np.where(peak, heatmap, np.float32(0)).reshape(-1)
    peaks = np.flatnonzero(flat > 0)
    if len(peaks) < count:
        rest = np.flatnonzero(flat[: 2 * count + len(peaks)] <= 0)
        peaks = np.concatenate([peaks, rest])
    best = peaks[np.argsort(-flat[peaks], kind="stable")[:count]]
    return best, flat[best]


def _decode_boxes(
    heads: Mapping[str, FloatArray], cells_yx: IntArray, limits_yx: tuple[int, int]
) -> FloatArray:
    """``(N, 2, 2)``: upper left and lower right corner ``(y, x)`` in cells, inside the picture."""
    rows, columns = cells_yx.T
    half = np.maximum(heads["box_scale"][:, rows, columns].T, np.float32(0)) * np.float32(0.5)
    middle = cells_yx + heads["box_offset"][:, rows, columns].T
    corners = np.stack([middle - half, middle + half], axis=1)
    return np.clip(corners, np.float32(0), np.array(limits_yx, np.float32)).astype(np.float32)


def _weigh(cells_yx: FloatArray, expected_yx: FloatArray, variance: np.float32) -> FloatArray:
    """Gaussian of the distance between a cell and the regressed position; last axis is (y, x)."""
    squared: FloatArray = np.square(cells_yx - expected_yx).sum(axis=-1)
    weights: FloatArray = np.exp(-squared / variance)
    return weights


def _strongest_cells(
    heatmaps: FloatArray, expected_yx: FloatArray, boxes: FloatArray, variance: np.float32
) -> IntArray:
    """``(N, K, 2)`` cell ``(y, x)`` per person and keypoint; the first cell where all are zero.

    Parameters
    ----------
    heatmaps
        ``(K, h, w)``.
    expected_yx
        ``(N, K, 2)``.
    boxes
        ``(N, 2, 2)``; only the person's own is looked at.
    variance
        Of the Gaussian, in cells squared.
    """
    count, height, width = heatmaps.shape
    # A Gaussian of the distance is the product of one along each axis: K * (h + w) exponentials
    # instead of K * h * w.
    rows, columns = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    along_y = np.exp(-np.square(rows - expected_yx[..., :1]) / variance)
    along_x = np.exp(-np.square(columns - expected_yx[..., 1:]) / variance)
    corners = np.ceil(boxes).astype(np.intp)
    best = np.zeros(expected_yx.shape[:2], np.intp)
    reached = np.zeros(expected_yx.shape[:2], np.float32)
    kind = np.arange(count)
    # Fresh memory costs time: everybody's products go to the same place.
    scratch = np.empty(heatmaps.size, np.float32)
    for person, ((top, left), (bottom, right)) in enumerate(corners.tolist()):
        if bottom <= top or right <= left:
            continue
        seen = heatmaps[:, top:bottom, left:right]
        weighted = scratch[: seen.size].reshape(seen.shape)
        np.multiply(seen, along_y[person, :, top:bottom, None], out=weighted)
        weighted *= along_x[person, :, None, left:right]
        flat = weighted.reshape(count, -1)
        best[person] = flat.argmax(axis=1)
        reached[person] = flat[kind, best[person]]
    widths = np.maximum(corners[:, 1, 1] - corners[:, 0, 1], 1)
    cells = np.stack(np.divmod(best, widths[:, None]), axis=-1) + corners[:, None, 0]
    return np.where((reached > 0)[..., None], cells, 0)


def decode(heads: Mapping[str, FloatArray], *, min_score: float = 0.0) -> People:
    """Find the people in the network's heads.

    Parameters
    ----------
    heads
        The arrays named in `HEADS`. Any numbers are survived: what is not finite yields nobody, or
        a keypoint of score 0.
    min_score
        People below it are left out, and not paid for: a person's score is never above the value
        of its centre. With 0, all six candidates of the published graph come back, save those
        whose score is exactly 0.

    Returns
    -------
    People
        At most `MAX_PEOPLE`, best centre first.
    """
    with np.errstate(all="ignore"):  # garbage in is zero out, without a word
        return _decode({name: heads[name][0] for name in HEADS}, min_score)


def _decode(heads: Mapping[str, FloatArray], min_score: float) -> People:
    height, width = heads["center_heatmap"].shape[1:]
    count = min(MAX_PEOPLE, height * width)
    centers, values = _find_centers(heads["center_heatmap"][0], count)
    cells = np.stack(np.divmod(centers, width), axis=1)
    boxes = _decode_boxes(heads, cells, (height, width))
    regression = heads["keypoint_regression"][:, cells[:, 0], cells[:, 1]].T
    expected = regression.reshape(-1, KEYPOINTS, 2) + cells[:, None].astype(np.float32)

    sound = np.isfinite(boxes).all(axis=(1, 2)) & np.isfinite(values)
    chosen = np.flatnonzero(sound & (values > 0) & (values >= min_score))
    variance = np.float32(min(height, width)) * _SPREAD
    heatmaps = heads["keypoint_heatmaps"]
    found = _strongest_cells(heatmaps, expected[chosen], boxes[chosen], variance)

    # The score of a keypoint is what the candidate nearest to it gives its cell, whoever found it:
    # weights are (people, candidates, keypoints).
    rows, columns = found[..., 0], found[..., 1]
    kind = np.arange(KEYPOINTS)
    weights = _weigh(found[:, None].astype(np.float32), expected[None], variance)
    inside = (found[:, None] >= boxes[None, :, None, 0]) & (
        found[:, None] < boxes[None, :, None, 1]
    )
    weights = np.where(inside.all(axis=-1) & np.isfinite(weights), weights, np.float32(0))
    keypoint_scores = heatmaps[kind, rows, columns] * weights.max(axis=1, initial=0)

    offsets = heads["keypoint_offsets"].reshape(KEYPOINTS, 2, height, width)
    moved = offsets[kind, :, rows, columns]
    keypoints = (found + moved) * np.float32(STRIDE_PX)
    # An offset beyond the picture's size is garbage; this is false for NaN too.
    usable = np.isfinite(keypoint_scores) & (np.abs(moved) <= max(height, width)).all(axis=-1)
    keypoint_scores = np.where(usable, np.clip(keypoint_scores, 0, 1), 0).astype(np.float32)
    keypoints = np.where(usable[..., None], keypoints, 0).astype(np.float32)

    counted = keypoint_scores > _COUNTED_SCORE
    total = np.where(counted, keypoint_scores, 0).sum(axis=1, dtype=np.float32)
    scores = np.clip(values[chosen] * total / np.maximum(counted.sum(axis=1), 1), 0, 1)
    kept = (scores > 0) & (scores >= min_score)
    return People(
        keypoints=keypoints[kept][..., ::-1],
        keypoint_scores=keypoint_scores[kept],
        boxes=(boxes[chosen][kept][..., ::-1] * np.float32(STRIDE_PX)).reshape(-1, 4),
        scores=scores[kept].astype(np.float32),
    )

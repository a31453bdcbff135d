"""Decoder of single-person MoveNet, Lightning and Thunder: the person nearest to the middle.

Repeats, in vectorised numpy, what the published graphs do after their heads
(https://tfhub.dev/google/movenet/singlepose/lightning/4 and .../thunder/4, a CenterNet: Zhou et
al., "Objects as Points", 2019): the person is the cell of the centre heatmap that is strongest
after division by its distance to the middle of the picture plus 1.8 cells; the regression field
there points roughly at the keypoints; each keypoint is the cell of its heatmap that is strongest
after division by its distance to that rough position plus 1.8 cells, moved by the offset field.
Cell ``(i, j)`` stands for the pixel ``(4 j, 4 i)`` of the network's input, and offsets are in
cells, as the graphs have it. One thing is added: wrists that are found in one place are placed
together (`gesturepose.pose.wrists`).

A network may do that search in its graph (``models/place_keypoints.py``), which costs less: two
heads are then looked at in a few cells only. `decode_placed` takes its answer, `decode` the maps.

The network always reports somebody; whether there is anybody is a question of the score. The
graphs give no score of a person and no box: here they are the mean of the keypoints' scores, and
the smallest box round the keypoints.

It knows nothing of crops, thresholds on keypoints or onnxruntime, and it must not change the arrays
it is given.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.movenet_multipose import KEYPOINTS, STRIDE_PX, People
from gesturepose.pose.wrists import separate_wrists
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from gesturepose.pose.wrists import Cell

    FloatArray = NDArray[np.float32]
    IntArray = NDArray[np.intp]

#: Heads by name, with their number of channels; each is ``(1, channels, height, width)`` float32.
HEADS = {
    "center_heatmap": 1,
    "keypoint_heatmaps": KEYPOINTS,
    "keypoint_regression": 2 * KEYPOINTS,
    "keypoint_offsets": 2 * KEYPOINTS,
}

#: The same of a network that places its keypoints itself: the maps of the left and the right wrist,
#: and of each keypoint row and column of its cell, score, offset in rows and columns at that cell,
#: and the same at the cell of the keypoint on the body's other side, ``(1, 17, 1, 7)``.
PLACED_HEADS = {"wrist_heatmaps": 2, "placed_keypoints": KEYPOINTS}

#: Cells added to a distance before dividing by it; as published, rounded to float16.
_SOFTENING = np.float32(1.7998046875)


_SHOULDERS, _ELBOWS, _WRISTS = (
    [COCO17.index(f"{side}_{joint}") for side in ("left", "right")]
    for joint in ("shoulder", "elbow", "wrist")
)

#: A cell of no map.
_NOWHERE = (-1, -1)

#: Rounding makes no value so much larger.
_BARELY_LESS = np.float32(0.999)


def _measure_distances(rows: IntArray, columns: IntArray, nearby_yx: FloatArray) -> FloatArray:
    """Distances ``(...)`` of cells to positions ``(..., 2)``, in cells, softened."""
    along_y = rows.astype(np.float32) - nearby_yx[..., 0]
    along_x = columns.astype(np.float32) - nearby_yx[..., 1]
    softened: FloatArray = np.sqrt(along_y * along_y + along_x * along_x) + _SOFTENING
    return softened


@lru_cache(maxsize=8)
def _measure_from_middle(height: int, width: int) -> FloatArray:
    """Distances ``(h * w,)`` of all cells to the middle of the picture, in cells, softened."""
    rows, columns = np.indices((height, width)).reshape(2, -1)
    return _measure_distances(rows, columns, np.array([height / 2, width / 2], np.float32))


def _find_strongest(heatmaps: FloatArray, nearby_yx: FloatArray) -> tuple[IntArray, IntArray]:
    """Strongest cell of each ``(C, h, w)`` map after division by its distance to ``(C, 2)``.

    Returns rows and columns ``(C,)``; of equals the first.
    """
    count, height, width = heatmaps.shape
    maps = heatmaps.reshape(count, -1)
    # What the greatest value comes to is reached at least; and as no distance is less than the
    # softening, only cells above that much can reach it. In a map with a peak there are few.
    greatest = maps.argmax(axis=1)
    distances = _measure_distances(greatest // width, greatest % width, nearby_yx)
    floor = maps[np.arange(count), greatest] / distances * (_SOFTENING * _BARELY_LESS)
    if not (floor > 0).all():  # nothing but zeros there, or not a number: every cell counts
        floor[:] = -np.inf
    candidates = ~(maps < floor[:, None])
    kinds, cells = np.divmod(candidates.reshape(-1).nonzero()[0], height * width)
    distances = _measure_distances(cells // width, cells % width, nearby_yx[kinds])
    damped = maps[kinds, cells] / distances
    ends = kinds.searchsorted(np.arange(count + 1))
    best = [cells[a + damped[a:b].argmax()] for a, b in pairwise(ends.tolist())]
    return np.divmod(np.array(best), width)


def _separate_wrists(
    heatmaps: FloatArray, cells: list[Cell], scores: list[float]
) -> tuple[list[Cell], list[float]]:
    """Move wrists, among 17 cells and scores, that were found in one place.

    ``heatmaps`` are those of the wrists. Gives the very lists if none is moved, else others.
    """
    separate = separate_wrists(
        heatmaps,
        [cells[row] for row in _WRISTS],
        [cells[row] for row in _ELBOWS],
        scale=math.dist(*(cells[row] for row in _SHOULDERS)),
    )
    if separate is None:
        return cells, scores
    cells, scores = [*cells], [*scores]
    for row, cell, score in zip(_WRISTS, *separate, strict=True):
        cells[row], scores[row] = cell, score
    return cells, scores


def decode(heads: Mapping[str, FloatArray], *, min_score: float = 0.0) -> People:
    """Find the person in the network's heads.

    Parameters
    ----------
    heads
        The arrays named in `HEADS`. Any numbers are survived: what is not finite yields nobody, or
        a keypoint that is missing.
    min_score
        A person below it is nobody.

    Returns
    -------
    People
        One person or nobody; a keypoint with score 0 is NaN.
    """
    with np.errstate(all="ignore"):  # garbage in is nobody out, without a word
        return _decode({name: heads[name][0] for name in HEADS}, min_score)


def _decode(heads: Mapping[str, FloatArray], min_score: float) -> People:
    height, width = heads["center_heatmap"].shape[1:]
    center = heads["center_heatmap"].reshape(-1) / _measure_from_middle(height, width)
    row, column = divmod(int(center.argmax()), width)
    expected = heads["keypoint_regression"][:, row, column].reshape(KEYPOINTS, 2)
    expected = expected + np.array([row, column], np.float32)

    rows, columns = _find_strongest(heads["keypoint_heatmaps"], expected)
    kind = np.arange(KEYPOINTS)
    scores = heads["keypoint_heatmaps"][kind, rows, columns]
    found = list(zip(rows.tolist(), columns.tolist(), strict=True))
    cells, sure = _separate_wrists(heads["keypoint_heatmaps"][_WRISTS], found, scores.tolist())
    if cells is not found:
        (rows, columns), scores = np.array(cells).T, np.array(sure, np.float32)
    offsets = heads["keypoint_offsets"].reshape(KEYPOINTS, 2, height, width)
    moved = offsets[kind, :, rows, columns]
    # An offset beyond the picture's size is garbage; this is false for NaN too.
    usable = (np.abs(moved) <= max(height, width)).all(axis=1) & (scores > 0)
    scores = np.where(usable, np.minimum(scores, 1), np.float32(0))
    moved[:, 0] += rows
    moved[:, 1] += columns
    keypoints = np.where(usable[:, None], moved[:, ::-1] * STRIDE_PX, np.float32(np.nan))

    score = float(scores.mean())
    if score <= 0 or score < min_score:
        return _nobody()
    box = np.array([np.fmin.reduce(keypoints), np.fmax.reduce(keypoints)]).reshape(4)
    return _somebody(keypoints, scores, box, score)


def decode_placed(heads: Mapping[str, FloatArray], *, min_score: float = 0.0) -> People:
    """Take the person that a network has placed.

    Wrists that are told apart here are put in the middle of their cells where the network did not
    look at the offsets.

    Parameters
    ----------
    heads
        The arrays named in `PLACED_HEADS`. Any numbers are survived, as by `decode`.
    min_score
        A person below it is nobody.

    Returns
    -------
    People
        One person or nobody; a keypoint with score 0 is NaN.
    """
    heatmaps: FloatArray = heads["wrist_heatmaps"][0]
    height, width = heatmaps.shape[1:]
    # As plain numbers: between two runs of a network every call of numpy costs several times as
    # much as when it is made again and again, and there are few numbers.
    placed = heads["placed_keypoints"].reshape(KEYPOINTS, 7).tolist()
    found = [
        (int(row), int(column)) if 0 <= row < height and 0 <= column < width else _NOWHERE
        for row, column, *_ in placed
    ]
    cells, sure = found, [numbers[2] for numbers in placed]
    if _NOWHERE not in found:
        with np.errstate(all="ignore"):
            cells, sure = _separate_wrists(heatmaps, found, sure)
    keypoints, scores = [], []
    side = max(height, width)
    for kind, (row, column) in enumerate(cells):
        dy, dx, other_dy, other_dx = placed[kind][3:]
        if cells is not found and (row, column) != found[kind]:
            swapped = (row, column) == found[_WRISTS[kind == _WRISTS[0]]]
            dy, dx = (other_dy, other_dx) if swapped else (0.5, 0.5)
        score = sure[kind]
        # An offset beyond the picture's size is garbage; this is false for NaN too.
        seen = abs(dy) <= side and abs(dx) <= side and score > 0 and row >= 0
        keypoints.append(
            ((column + dx) * STRIDE_PX, (row + dy) * STRIDE_PX) if seen else (math.nan, math.nan)
        )
        scores.append(min(score, 1.0) if seen else 0.0)
    score = sum(scores) / KEYPOINTS
    if score <= 0 or score < min_score:
        return _nobody()
    xs, ys = zip(*(place for place in keypoints if place[0] == place[0]), strict=True)
    return _somebody(keypoints, scores, (min(xs), min(ys), max(xs), max(ys)), score)


def _somebody(keypoints: ArrayLike, scores: ArrayLike, box: ArrayLike, score: float) -> People:
    return People(
        keypoints=np.asarray(keypoints, np.float32)[None],
        keypoint_scores=np.asarray(scores, np.float32)[None],
        boxes=np.asarray(box, np.float32)[None],
        scores=np.array([score], np.float32),
    )


def _nobody() -> People:
    return People(
        keypoints=np.zeros((0, KEYPOINTS, 2), np.float32),
        keypoint_scores=np.zeros((0, KEYPOINTS), np.float32),
        boxes=np.zeros((0, 4), np.float32),
        scores=np.zeros(0, np.float32),
    )

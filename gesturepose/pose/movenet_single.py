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

    from numpy.typing import NDArray

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

_KINDS = np.arange(KEYPOINTS)

#: The middle of a cell, for want of an offset.
_MIDDLE = np.float32(0.5)

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


def _separate_wrists(heatmaps: FloatArray, cells: IntArray, scores: FloatArray) -> bool:
    """Move wrists, among ``(17, 2)`` cells and ``(17,)`` scores, that were found in one place.

    ``heatmaps`` are those of the wrists. Tells whether it did.
    """
    places: list[tuple[int, int]] = [(row, column) for row, column in cells.tolist()]
    separate = separate_wrists(
        heatmaps,
        [places[row] for row in _WRISTS],
        [places[row] for row in _ELBOWS],
        scale=math.dist(*(places[row] for row in _SHOULDERS)),
    )
    if separate is None:
        return False
    cells[_WRISTS], scores[_WRISTS] = separate
    return True


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

    cells = np.stack(_find_strongest(heads["keypoint_heatmaps"], expected), axis=1)
    scores = heads["keypoint_heatmaps"][_KINDS, cells[:, 0], cells[:, 1]]
    _separate_wrists(heads["keypoint_heatmaps"][_WRISTS], cells, scores)
    offsets = heads["keypoint_offsets"].reshape(KEYPOINTS, 2, height, width)
    moves = offsets[_KINDS, :, cells[:, 0], cells[:, 1]]
    return _make_people(cells, moves, scores, side=max(height, width), min_score=min_score)


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
    with np.errstate(all="ignore"):
        return _decode_placed(heads["wrist_heatmaps"][0], heads["placed_keypoints"], min_score)


def _decode_placed(heatmaps: FloatArray, placed: FloatArray, min_score: float) -> People:
    height, width = heatmaps.shape[1:]
    placed = placed.reshape(KEYPOINTS, 7)
    # A cell outside the maps is garbage; this is false for NaN too.
    within = (placed[:, :2] >= 0) & (placed[:, :2] < (height, width))
    cells = np.where(within, placed[:, :2], 0).astype(np.intp)
    scores, moves = placed[:, 2].copy(), placed[:, 3:5]
    found = cells.copy()
    if _separate_wrists(heatmaps, cells, scores):
        moves = moves.copy()
        for wrist, other in zip(_WRISTS, _WRISTS[::-1], strict=True):
            if (cells[wrist] == found[other]).all():
                moves[wrist] = placed[wrist, 5:]
            elif (cells[wrist] != found[wrist]).any():
                moves[wrist] = _MIDDLE
    scores[~within.all(axis=1)] = 0
    return _make_people(cells, moves, scores, side=max(height, width), min_score=min_score)


def _make_people(
    cells: IntArray, moves: FloatArray, scores: FloatArray, *, side: int, min_score: float
) -> People:
    """One person, or nobody, of keypoints' cells ``(17, 2)``, offsets ``(17, 2)`` and scores."""
    # An offset beyond the picture's size is garbage; this is false for NaN too.
    usable = (np.abs(moves) <= side).all(axis=1) & (scores > 0)
    scores = np.where(usable, np.minimum(scores, 1), np.float32(0))
    moved = (moves + cells).astype(np.float32)
    keypoints = np.where(usable[:, None], moved[:, ::-1] * STRIDE_PX, np.float32(np.nan))

    score = float(scores.mean())
    if score <= 0 or score < min_score:
        return People(
            keypoints=np.zeros((0, KEYPOINTS, 2), np.float32),
            keypoint_scores=np.zeros((0, KEYPOINTS), np.float32),
            boxes=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
        )
    box = np.array([np.fmin.reduce(keypoints), np.fmax.reduce(keypoints)]).reshape(4)
    return People(
        keypoints=keypoints[None],
        keypoint_scores=scores[None],
        boxes=box[None],
        scores=np.array([score], np.float32),
    )

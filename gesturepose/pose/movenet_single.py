"""Decoder of single-person MoveNet, Lightning and Thunder: the person nearest to the middle.

Repeats, in vectorised numpy, what the published graphs do after their heads
(https://tfhub.dev/google/movenet/singlepose/lightning/4 and .../thunder/4, a CenterNet: Zhou et
al., "Objects as Points", 2019): the person is the cell of the centre heatmap that is strongest
after division by its distance to the middle of the picture plus 1.8 cells; the regression field
there points roughly at the keypoints; each keypoint is the cell of its heatmap that is strongest
after division by its distance to that rough position plus 1.8 cells, moved by the offset field.
Cell ``(i, j)`` stands for the pixel ``(4 j, 4 i)`` of the network's input, and offsets are in
cells, as the graphs have it.

The network always reports somebody; whether there is anybody is a question of the score. The
graphs give no score of a person and no box: here they are the mean of the keypoints' scores, and
the smallest box round the keypoints.

It knows nothing of crops, thresholds on keypoints or onnxruntime, and it must not change the arrays
it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.movenet_multipose import KEYPOINTS, STRIDE_PX, People

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

#: Heads by name, with their number of channels; each is ``(1, channels, height, width)`` float32.
HEADS = {
    "center_heatmap": 1,
    "keypoint_heatmaps": KEYPOINTS,
    "keypoint_regression": 2 * KEYPOINTS,
    "keypoint_offsets": 2 * KEYPOINTS,
}

#: Cells added to a distance before dividing by it; as published, rounded to float16.
_SOFTENING = np.float32(1.7998046875)


def _damp(heatmaps: FloatArray, nearby_yx: FloatArray) -> FloatArray:
    """Divide ``(C, h, w)`` heatmaps by the distance in cells to one position ``(C, 2)`` each."""
    rows = np.arange(heatmaps.shape[1], dtype=np.float32)
    columns = np.arange(heatmaps.shape[2], dtype=np.float32)
    along_y = np.square(rows - nearby_yx[:, :1])
    along_x = np.square(columns - nearby_yx[:, 1:])
    distances = np.sqrt(along_y[:, :, None] + along_x[:, None, :])
    damped: FloatArray = heatmaps / (distances + _SOFTENING)
    return damped


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
    middle = np.array([[height / 2, width / 2]], np.float32)
    center = _damp(heads["center_heatmap"], middle).argmax()
    row, column = divmod(int(center), width)
    expected = heads["keypoint_regression"][:, row, column].reshape(KEYPOINTS, 2)
    expected = expected + np.array([row, column], np.float32)

    damped = _damp(heads["keypoint_heatmaps"], expected).reshape(KEYPOINTS, -1)
    rows, columns = np.divmod(damped.argmax(axis=1), width)
    kind = np.arange(KEYPOINTS)
    scores = heads["keypoint_heatmaps"][kind, rows, columns]
    offsets = heads["keypoint_offsets"].reshape(KEYPOINTS, 2, height, width)
    moved = offsets[kind, :, rows, columns]
    # An offset beyond the picture's size is garbage; this is false for NaN too.
    usable = (np.abs(moved) <= max(height, width)).all(axis=1) & (scores > 0)
    scores = np.where(usable, np.minimum(scores, 1), 0).astype(np.float32)
    cells = np.stack([rows, columns], axis=1) + moved
    keypoints = np.where(usable[:, None], cells * STRIDE_PX, np.nan)[:, ::-1].astype(np.float32)

    score = float(scores.mean())
    if score <= 0 or score < min_score:
        return People(
            keypoints=np.zeros((0, KEYPOINTS, 2), np.float32),
            keypoint_scores=np.zeros((0, KEYPOINTS), np.float32),
            boxes=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
        )
    box = np.concatenate([np.nanmin(keypoints, axis=0), np.nanmax(keypoints, axis=0)])
    return People(
        keypoints=keypoints[None],
        keypoint_scores=scores[None],
        boxes=box[None],
        scores=np.array([score], np.float32),
    )

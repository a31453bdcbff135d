"""Which pose of a frame belongs to which track.

Similarity is object keypoint similarity (OKS) as of the COCO evaluation (Lin et al., "Microsoft
COCO: Common Objects in Context", 2014, and https://cocodataset.org/#keypoints-eval) between a
track's predicted keypoints and a pose, over the keypoints both have, with each keypoint's spread
widened by how uncertain its prediction is. The assignment of least total cost is
`scipy.optimize.linear_sum_assignment`'s. Must not change tracks or poses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import BoolArray

    Float64Array = NDArray[np.float64]

#: Square root of a person's area in the sense of COCO, in shoulder widths: 0.53 of the box of a
#: standing adult.
ROOT_AREA_SW = 1.9
#: OKS is a mean; this much of a keypoint that disagrees is added, so that many agreeing keypoints
#: count for more than few.
_DOUBT_KEYPOINTS = 0.5


def compute_similarity(
    predicted: Float64Array,
    measured: Float64Array,
    common: BoolArray,
    spreads: Float64Array,
    *,
    min_keypoints: int,
) -> Float64Array:
    """Similarity of every track with every pose.

    Parameters
    ----------
    predicted
        ``(T, K, 2)`` pixels.
    measured
        ``(P, K, 2)`` pixels.
    common
        ``(T, P, K)`` keypoints that both have; only these are read.
    spreads
        ``(T, K)`` standard deviations in pixels.
    min_keypoints
        A pair with fewer in common has similarity 0.

    Returns
    -------
    ndarray
        ``(T, P)``, 0 (nothing alike) to below 1; never NaN.
    """
    apart = predicted[:, None] - measured
    apart *= apart
    squared = apart[..., 0] + apart[..., 1]
    squared /= -2.0 * spreads[:, None] ** 2
    alike = np.where(common, np.exp(squared), 0.0).sum(axis=-1)
    count = common.sum(axis=-1)
    similarity: Float64Array = alike / (count + _DOUBT_KEYPOINTS)
    similarity[count < min_keypoints] = 0.0
    return similarity


def assign(similarity: Float64Array, *, min_similarity: float) -> list[tuple[int, int]]:
    """Pair tracks with poses so that the total similarity is greatest.

    Parameters
    ----------
    similarity
        ``(T, P)`` without NaN.
    min_similarity
        Pairs below are never made, nor do they influence the others.

    Returns
    -------
    list of (int, int)
        ``(track row, pose row)``; each row at most once.
    """
    if similarity.size == 0:
        return []
    if similarity.size == 1:
        return [(0, 0)] if similarity.item() >= min_similarity else []
    allowed = similarity >= min_similarity
    rows, columns = linear_sum_assignment(np.where(allowed, similarity, 0.0), maximize=True)
    return [(int(t), int(p)) for t, p in zip(rows, columns, strict=True) if allowed[t, p]]

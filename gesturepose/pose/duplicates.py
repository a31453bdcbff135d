"""Leaving out a second pose of the same body.

The network's centre heatmap now and then has two peaks on one large or near person. Poses are
compared by object keypoint similarity (OKS; COCO keypoint evaluation, Lin et al., 2014), and the
surer one stays: non-maximum suppression on keypoints instead of boxes, since the boxes of two
people who embrace overlap and their keypoints do not.

Nothing here remembers earlier pictures; that is tracking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Similarity from which two poses are one body. Different people reach 0.1 in photographs of
#: groups, duplicates 0.7 and more.
SAME_BODY_OKS = 0.6

#: Share of a person's box that the person covers: COCO's evaluation measures size by the mask's
#: area, which is about half of the box.
_BOX_COVERAGE = 0.53


def similarity(
    keypoints: NDArray[np.float32],
    others: NDArray[np.float32],
    *,
    area: NDArray[np.float64] | float,
    sigmas: NDArray[np.float64],
) -> NDArray[np.float64]:
    """OKS of poses with others over the keypoints both have; 0 when they share none.

    Parameters
    ----------
    keypoints, others
        ``(..., K, 2)`` pixels, NaN where missing; each with its counterpart, as arrays broadcast.
    area
        ``(...)`` pixels the person covers.
    sigmas
        ``(K,)`` as in `gesturepose.skeleton.Skeleton`.

    Returns
    -------
    ndarray
        ``(...)``.
    """
    squared = np.square(keypoints.astype(np.float64) - others).sum(axis=-1)
    shared = np.isfinite(squared)
    spread = 2.0 * np.maximum(area, 1.0)[..., None] * np.square(2.0 * sigmas)
    alike = np.where(shared, np.exp(-squared / spread), 0.0).sum(axis=-1)
    oks: NDArray[np.float64] = alike / np.maximum(shared.sum(axis=-1), 1)
    return oks


def find_distinct(
    keypoints: NDArray[np.float32],
    scores: NDArray[np.float32],
    boxes: NDArray[np.float32],
    *,
    sigmas: NDArray[np.float64],
) -> list[int]:
    """Pick one pose per body.

    Parameters
    ----------
    keypoints
        ``(N, K, 2)`` pixels, NaN where missing.
    scores
        ``(N,)``; of two poses of one body the higher stays.
    boxes
        ``(N, 4)``: left, top, right, bottom in the same pixels.
    sigmas
        ``(K,)``.

    Returns
    -------
    list of int
        Indices of the poses that stay, the surest first.
    """
    if len(scores) < 2:
        return list(range(len(scores)))
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0).astype(np.float64)
    areas = sides.prod(axis=1) * _BOX_COVERAGE
    oks = similarity(
        keypoints[:, None], keypoints, area=np.minimum(areas[:, None], areas), sigmas=sigmas
    )
    apart = (oks < SAME_BODY_OKS).tolist()
    kept: list[int] = []
    for person in np.argsort(-scores, kind="stable").tolist():
        if all(apart[person][other] for other in kept):
            kept.append(person)
    return kept

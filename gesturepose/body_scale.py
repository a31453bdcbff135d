"""How large a person is in the picture, in pixels, from whatever keypoints are seen.

The unit is the shoulder width as seen from the front. A person who turns sideways keeps the
length of the torso, so the largest of several estimates is used. Must not smooth over time: that
is the track's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gesturepose.datatypes import BoolArray
    from gesturepose.skeleton import Skeleton

    FloatLike = np.ndarray[tuple[int, ...], np.dtype[np.floating]]

#: A person smaller than this many pixels across the shoulders is taken to be this large: division
#: by a vanishing size must not blow up.
MIN_SCALE_PX = 4.0

# Lengths in shoulder widths as pose networks place the joints, measured on webcam recordings of
# several people (median ratios: torso 1.4 to 2.1, ears 0.36 to 0.44, box 1.7 to 3.0). Upper ends
# are used for torso and ears, so that from the front the shoulders themselves decide.
_TORSO_SW = 2.1
_EARS_SW = 0.45
_ROOT_BOX_SW = 2.4


def _distance(
    points: FloatLike, seen: BoolArray, skeleton: Skeleton, first: str, second: str
) -> float:
    try:
        a, b = skeleton.index(first), skeleton.index(second)
    except KeyError:
        return 0.0
    if not (seen[a] and seen[b]):
        return 0.0
    return float(np.hypot(points[a, 0] - points[b, 0], points[a, 1] - points[b, 1]))


def estimate_scale_px(points: FloatLike, seen: BoolArray, skeleton: Skeleton) -> float:
    """Estimate a person's frontal shoulder width in pixels.

    Parameters
    ----------
    points
        ``(K, 2)`` pixels; only rows marked ``seen`` are read.
    seen
        ``(K,)`` bool.
    skeleton
        Names of the rows.

    Returns
    -------
    float
        The largest of shoulder width, torso length and ear distance, each brought to shoulder
        widths; without any of them a share of the square root of the keypoints' box; at least
        `MIN_SCALE_PX`.
    """
    torso = max(
        _distance(points, seen, skeleton, "left_shoulder", "left_hip"),
        _distance(points, seen, skeleton, "right_shoulder", "right_hip"),
    )
    scale = max(
        _distance(points, seen, skeleton, "left_shoulder", "right_shoulder"),
        torso / _TORSO_SW,
        _distance(points, seen, skeleton, "left_ear", "right_ear") / _EARS_SW,
    )
    if scale <= 0.0 and seen.any():
        width, height = np.ptp(points[seen], axis=0)
        scale = float(np.sqrt(width * height)) / _ROOT_BOX_SW
    return max(scale, MIN_SCALE_PX)

"""How large a person is in the picture, in pixels, from whatever keypoints are seen.

The unit is the shoulder width as seen from the front. A person who turns sideways keeps the
length of the torso, so the largest of several estimates is used. Must not smooth over time: that
is the track's business.
"""

from __future__ import annotations

import math
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

_SHOULDERS = ("left_shoulder", "right_shoulder")
_SIDES = (("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"))
_EARS = ("left_ear", "right_ear")


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
    # As plain numbers: numpy's cost more, one at a time.
    places: list[list[float]] = points.tolist()
    present: list[bool] = seen.tolist()

    def measure(pair: tuple[str, str]) -> float:
        try:
            first, second = skeleton.index(pair[0]), skeleton.index(pair[1])
        except KeyError:
            return 0.0
        if not (present[first] and present[second]):
            return 0.0
        return math.dist(places[first], places[second])

    scale = max(
        measure(_SHOULDERS),
        max(measure(side) for side in _SIDES) / _TORSO_SW,
        measure(_EARS) / _EARS_SW,
    )
    if scale <= 0.0 and seen.any():
        width, height = np.ptp(points[seen], axis=0)
        scale = float(np.sqrt(width * height)) / _ROOT_BOX_SW
    return max(scale, MIN_SCALE_PX)

"""When everybody is looked for anew, and where people are until then.

Shared by those who follow people with a network for one person: `gesturepose.pose.following` the
one who is obeyed, `gesturepose.pose.following_everyone` all of them. No network is run here.
"""

from __future__ import annotations

import math
from itertools import starmap
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import TrackState
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import Track

    FloatArray = NDArray[np.float32]

#: Seconds between looks at everybody while a person is alone, and while others are there.
#: Somebody new is noticed within the first; the others' keypoints are never older than the second,
#: which is what tracks carry over.
ALONE_S = 1.0
ACCOMPANIED_S = 0.2

#: Head and trunk, which tell who somebody is: hands move too fast.
_CORE = [
    COCO17.index(name)
    for name in ("nose", "left_shoulder", "right_shoulder", "left_hip", "right_hip")
]

#: A person found farther from the expected place than this, in shoulder widths, is another.
_MAX_SHIFT_SW = 0.6


#: ``(17,)`` float32, COCO's: shoulder widths round a keypoint within which a person goes on. A hand
#: reaches beyond its wrist, and is within a forearm of its elbow wherever the wrist is taken to be.
#: A hand at the edge of what a network is shown would be seen too near, and the next part of the
#: picture would be too small.
REACH_SW = np.full(len(COCO17), 0.35, np.float32)
REACH_SW[[COCO17.index("left_elbow"), COCO17.index("right_elbow")]] = 0.7


class LookTimer:
    """Says when a look at everybody is due."""

    def __init__(self) -> None:
        self._looked_at_s = -math.inf

    def is_due(self, timestamp: float, tracks: Sequence[Track]) -> bool:
        """Whether those who are followed will not do, in seconds and people of the frame before."""
        if any(track.state is TrackState.TENTATIVE for track in tracks):
            return True  # whether somebody came is to be known soon
        patience_s = ACCOMPANIED_S if len(tracks) > 1 else ALONE_S
        # A source that has begun again is looked at anew.
        return not 0 <= timestamp - self._looked_at_s < patience_s

    def restart(self, timestamp: float) -> None:
        """Remember that everybody was looked for."""
        self._looked_at_s = timestamp


def expect_keypoints(track: Track, timestamp: float) -> FloatArray:
    """Where a track's keypoints ``(K, 2)`` are at a later time: it goes on as it went."""
    return track.keypoints + track.velocities * np.float32(timestamp - track.timestamp)


def is_where_expected(keypoints: FloatArray, expected: FloatArray, *, scale_px: float) -> bool:
    """Whether keypoints ``(17, 2)``, COCO's, are of the person expected there, not of another.

    ``scale_px`` is the person's shoulder width.
    """
    return measure_apart_px(keypoints, expected) <= _MAX_SHIFT_SW * scale_px


def measure_apart_px(keypoints: FloatArray, others: FloatArray) -> float:
    """Median distance of head and trunk; infinity with fewer than two points of each."""
    # As plain numbers: numpy's cost more, so few at a time.
    pairs = zip(keypoints[_CORE].tolist(), others[_CORE].tolist(), strict=True)
    apart = [px for px in starmap(math.dist, pairs) if math.isfinite(px)]
    return median(apart) if len(apart) >= 2 else math.inf

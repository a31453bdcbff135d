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

from gesturepose.body_scale import estimate_scale_px
from gesturepose.datatypes import TrackState
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import Track

    FloatArray = NDArray[np.float32]

#: Seconds between looks at everybody while a person is alone and while others are there; and the
#: same where whatever anybody else does does not matter, if the others are out of reach. Somebody
#: new is noticed within the first; keypoints of the others that matter are never older than the
#: second, which is what tracks carry over.
ALONE_S = 1.0
ACCOMPANIED_S = 0.2
UNCLAIMED_S = 2.0
APART_S = 0.5
#: Every so many looks people are looked for who are smaller than those who are there: they are far
#: away.
_CLOSE_EVERY = 3
#: Nobody walks so many shoulder widths, and in front of somebody, within `APART_S`.
_APART_SW = 2.5

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
        self._looks = 0

    def is_due(
        self, timestamp: float, tracks: Sequence[Track], *, alone_with: Track | None = None
    ) -> bool:
        """Whether those who are followed will not do.

        Parameters
        ----------
        timestamp
            Seconds, of the frame.
        tracks
            Everybody in the frame before.
        alone_with
            The one of them who matters; ``None`` if all do.
        """
        if any(track.state is TrackState.TENTATIVE for track in tracks):
            return True  # whether somebody came is to be known soon
        patience_s = ALONE_S if alone_with is None else UNCLAIMED_S
        if len(tracks) > 1:
            apart = alone_with is not None and _is_apart(alone_with, tracks)
            patience_s = APART_S if apart else ACCOMPANIED_S
        # A source that has begun again is looked at anew.
        return not 0 <= timestamp - self._looked_at_s < patience_s

    def restart(self, timestamp: float) -> bool:
        """Remember that everybody is looked for; return whether somebody small is to be found too.

        That is so in every third look, the first one among them.
        """
        self._looked_at_s = timestamp
        self._looks += 1
        return self._looks % _CLOSE_EVERY == 1


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


def _is_apart(person: Track, tracks: Sequence[Track]) -> bool:
    """Whether everybody else is far from a person; who is not seen well is not."""
    scale_px = estimate_scale_px(person.keypoints, person.visible, COCO17)
    return all(
        track is person
        or _APART_SW * scale_px < measure_apart_px(person.keypoints, track.keypoints) < math.inf
        for track in tracks
    )

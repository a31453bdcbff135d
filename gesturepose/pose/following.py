"""Following the operator with a network for one person, between looks at everybody.

A network that finds everybody sees the whole picture and costs as much in every frame. One that
sees a single person costs less, and sees that person larger: it is shown the part of the picture
where the tracked person is expected, as MoveNet's authors do from frame to frame
(https://blog.tensorflow.org/2021/05/next-generation-pose-detection-with-movenet-and-tensorflowjs.html).
Everybody is looked for now and then, and at once when the person is not where expected, or
somebody has only just come.

It must not decide who is who, or who is obeyed: that it is told.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.body_scale import estimate_scale_px
from gesturepose.datatypes import Pose, Sighting, TrackState
from gesturepose.pose.looks import (
    REACH_SW,
    LookTimer,
    expect_keypoints,
    is_where_expected,
    measure_apart_px,
)
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame, Track
    from gesturepose.pose.estimator import Region

    FloatArray = NDArray[np.float32]

    class Finder(Protocol):
        """A network that finds everybody, as `PoseEstimator`."""

        def __call__(self, frame: Frame, *, smallest_px: float = 0.0) -> list[Pose]:
            """Find the people in a frame whose shoulders are no narrower, the surest first."""
            ...

    class Eyes(Protocol):
        """A network that is shown pictures, as `PoseEstimator`."""

        def __call__(self, frame: Frame, region: Region | None = None) -> list[Pose]:
            """Find the people in a frame, or in a part of it, the surest first."""
            ...


# Lengths in shoulder widths from the middle of the shoulders: what is seen in any case, hands that
# hang and hips among it, however few keypoints are known. Hands that reach out farther are
# followed: a larger part of the picture would show the person smaller, and wrists less exactly
# (measured on rendered people with sides of 1.0 to 2.6).
_SIDE_SW = 1.2
_UP_SW = 1.5
_DOWN_SW = 1.6

#: Share of the wanted region by which a new one is larger on each side: so that it can stay, and
#: for how far hands move until the next frame.
_MARGIN = 0.03
#: A region is given up when the longer side of the wanted one is less than this share of its
#: own: that side says how large the network is shown the person, and with it how exactly it sees
#: elbows and wrists. (Of 240 gestures of twelve rendered people, every other picture left out
#: where little changes, 234 were found with 0.6 of either side and a margin of 0.08, and all with
#: this.)
_MIN_FILL = 0.88

_REACH_SW = REACH_SW[:, None]
_SHOULDERS = [COCO17.index("left_shoulder"), COCO17.index("right_shoulder")]


class Follower:
    """The poses in a frame, by one network or the other.

    Parameters
    ----------
    finder
        Sees everybody.
    person
        Sees one person; ``None`` lets the finder look at every frame.
    """

    def __init__(self, finder: Finder, person: Eyes | None) -> None:
        self._finder = finder
        self._person = person
        self._timer = LookTimer()
        self._region: Region | None = None

    def __call__(
        self,
        frame: Frame,
        tracks: Sequence[Track],
        operator: Track | None,
        *,
        others_matter: bool = True,
    ) -> Sighting:
        """Look at a frame.

        Parameters
        ----------
        frame
            The picture.
        tracks
            Who was there in the frame before.
        operator
            Which of them is obeyed; ``None`` for nobody.
        others_matter
            Whether the others' gestures do.

        Raises
        ------
        GesturePoseError
            It was closed, or a network failed.
        """
        mine = None
        if operator is not None and operator.state is TrackState.CONFIRMED:
            mine = self._follow(frame, operator)
        else:
            self._region = None  # somebody else may be obeyed next
        if mine is None:
            self._timer.restart(frame.timestamp)
            return Sighting(self._finder(frame))
        matters = None if others_matter else operator
        if not self._timer.is_due(frame.timestamp, tracks, alone_with=matters):
            return Sighting([mine], everyone=False)
        close = self._timer.restart(frame.timestamp)
        smallest_px = 0.0 if close else min(map(_measure_scale_px, tracks))
        return Sighting(_refine(self._finder(frame, smallest_px=smallest_px), mine))

    def _follow(self, frame: Frame, operator: Track) -> Pose | None:
        """Look for the operator only; ``None`` if somebody else is there, or nobody."""
        if self._person is None:
            return None
        expected = expect_keypoints(operator, frame.timestamp)
        scale_px = estimate_scale_px(expected, operator.visible, COCO17)
        wanted = find_region(expected, scale_px=scale_px)
        if wanted is None:
            return None
        self._region = keep_region(self._region, wanted, frame.size)
        if self._region is None:
            return None
        poses = self._person(frame, self._region)
        if not poses or not is_where_expected(poses[0].keypoints, expected, scale_px=scale_px):
            return None
        return poses[0]


def find_region(
    keypoints: FloatArray, *, scale_px: float
) -> tuple[float, float, float, float] | None:
    """Where a person is to be looked for.

    Parameters
    ----------
    keypoints
        ``(17, 2)`` pixels, COCO's; NaN where missing.
    scale_px
        The person's shoulder width.

    Returns
    -------
    tuple or None
        Left, top, right, bottom in pixels, possibly outside the picture; ``None`` for a person
        whose shoulders are missing.
    """
    (left_x, left_y), (right_x, right_y) = keypoints[_SHOULDERS].tolist()
    x, y = (left_x + right_x) / 2.0, (left_y + right_y) / 2.0
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    around = _REACH_SW * np.float32(scale_px)
    # Least and greatest but for NaN, as nanmin and nanmax, which cost several times as much.
    left, top = np.fmin.reduce(keypoints - around).tolist()
    right, bottom = np.fmax.reduce(keypoints + around).tolist()
    return (
        min(left, x - _SIDE_SW * scale_px),
        min(top, y - _UP_SW * scale_px),
        max(right, x + _SIDE_SW * scale_px),
        max(bottom, y + _DOWN_SW * scale_px),
    )


def keep_region(
    region: Region | None, wanted: tuple[float, float, float, float], size: tuple[int, int]
) -> Region | None:
    """Keep a region while it will do: what moves with every frame makes keypoints tremble.

    Parameters
    ----------
    region
        The one of the frame before, in whole pixels.
    wanted
        What has to be seen, as from `find_region`.
    size
        ``(width, height)`` of the picture.

    Returns
    -------
    tuple or None
        Left, top, right, bottom in whole pixels of the picture, right and bottom outside; ``None``
        if the picture shows nothing of it.
    """
    width, height = size
    left, right = max(wanted[0], 0.0), min(wanted[2], float(width))
    top, bottom = max(wanted[1], 0.0), min(wanted[3], float(height))
    if right - left < 1 or bottom - top < 1:
        return None
    if region is not None and region[2] <= width and region[3] <= height:
        holds = region[0] <= left and region[1] <= top and right <= region[2]
        filled = max(right - left, bottom - top) / max(region[2] - region[0], region[3] - region[1])
        if holds and bottom <= region[3] and filled >= _MIN_FILL:
            return region
    more_x, more_y = _MARGIN * (right - left), _MARGIN * (bottom - top)
    return (
        max(math.floor(left - more_x), 0),
        max(math.floor(top - more_y), 0),
        min(math.ceil(right + more_x), width),
        min(math.ceil(bottom + more_y), height),
    )


def _measure_scale_px(track: Track) -> float:
    return estimate_scale_px(track.keypoints, track.visible, COCO17)


def _refine(poses: list[Pose], mine: Pose) -> list[Pose]:
    """Take the operator's pose from the network that sees one person.

    The two networks differ a little in where they see a shoulder; in turns, the operator would
    twitch with every look at everybody.
    """
    apart = [measure_apart_px(pose.keypoints, mine.keypoints) for pose in poses]
    if not apart or math.isinf(min(apart)):
        return poses
    nearest = apart.index(min(apart))
    # Whether this is a person at all the network that finds everybody knows better.
    refined = Pose(mine.keypoints, mine.scores, poses[nearest].score)
    return [refined if i == nearest else pose for i, pose in enumerate(poses)]

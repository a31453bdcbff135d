"""Several synthetic people in one picture, and people who are out of sight for a while."""

from __future__ import annotations

import dataclasses
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gesturepose.datatypes import PoseFrame


def together(*people: Iterable[PoseFrame]) -> Iterator[PoseFrame]:
    """Everybody in one picture; whose frames end first has left."""
    for frames in zip_longest(*people):
        here = [frame for frame in frames if frame is not None]
        yield dataclasses.replace(here[0], poses=[p for frame in here for p in frame.poses])


def unseen(frames: Iterable[PoseFrame], *, from_s: float, until_s: float) -> Iterator[PoseFrame]:
    """Frames in which the person is out of sight for a while."""
    for frame in frames:
        hidden = from_s <= frame.timestamp < until_s
        yield dataclasses.replace(frame, poses=[]) if hidden else frame


def right_of(frames: Iterable[PoseFrame], column_px: float) -> Iterator[PoseFrame]:
    """Frames with only the people whose nose is seen right of a column of the picture."""
    for frame in frames:
        kept = [pose for pose in frame.poses if pose.keypoints[0, 0] > column_px]
        yield dataclasses.replace(frame, poses=kept)

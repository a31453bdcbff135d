"""Whether the picture lies on its side or stands on its head, by how somebody in it stands.

It only tells; no gesture is made of a turned person, and nothing is turned here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from gesturepose.datatypes import FloatArray, Track

_LEFT, _RIGHT = COCO17.index("left_shoulder"), COCO17.index("right_shoulder")
_NOSE = COCO17.index("nose")
_AFTER_S = 1.5
"""For so long somebody stands askew before it is the picture: people bend and lie down."""
_TOLERANCE = math.radians(30)
_LEAST_WIDTHS = 0.35
"""A nose is higher above the shoulders than this, in shoulder widths; lower tells no direction."""


class TurnedPicture:
    """Watches one person who is not facing the camera.

    The shoulders, from the right one to the left one, and the way from them to the nose must be
    turned alike: the back of somebody who stands upright turns the shoulders only.

    Attributes
    ----------
    degrees
        Clockwise degrees, 90, 180 or 270, by which the picture has to be turned to be upright; 0 if
        it is, or if it cannot be told.
    """

    def __init__(self) -> None:
        self.degrees = 0
        self._found = 0
        self._since_s = 0.0

    def update(self, track: Track) -> None:
        """Take note of how somebody stands in the newest frame."""
        found = _find_turn(track.keypoints) if track.visible[[_LEFT, _RIGHT, _NOSE]].all() else 0
        if found != self._found:
            self._found, self._since_s = found, track.timestamp
        self.degrees = found if track.timestamp - self._since_s >= _AFTER_S else 0

    def reset(self) -> None:
        """Forget the person."""
        self.degrees = self._found = 0


def _find_turn(keypoints: FloatArray) -> int:
    """Return by how much the picture has to be turned for these ``(K, 2)`` pixels; 0 for none."""
    left, right, nose = keypoints[_LEFT], keypoints[_RIGHT], keypoints[_NOSE]
    across, up = left - right, nose - (left + right) / 2
    width, height = math.hypot(*across), math.hypot(*up)
    if not (width > 0 and height >= _LEAST_WIDTHS * width):
        return 0
    # Clockwise turns of what points right and up in an upright picture of somebody who faces it.
    of_shoulders = math.atan2(across[1], across[0])
    of_head = math.atan2(up[0], -up[1])
    quarter = round(of_shoulders / (math.pi / 2))
    is_clear = abs(of_shoulders - quarter * math.pi / 2) <= _TOLERANCE
    apart = abs(math.remainder(of_head - quarter * math.pi / 2, 2 * math.pi))
    return (-90 * quarter) % 360 if is_clear and apart <= _TOLERANCE else 0

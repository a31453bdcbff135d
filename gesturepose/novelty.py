"""Whether a picture needs a look, given what the last one that was looked at told.

Joins what pictures show (`gesturepose.capture.stillness`) with what the stages know: how large the
operator is, how quickly they move, and whether a posture is on its way to count.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.body_scale import estimate_scale_px
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from gesturepose.capture.stillness import StillnessGate
    from gesturepose.datatypes import Frame, PoseFrame, Track
    from gesturepose.pipeline import Snapshot

_QUICK_SW = 3.0
"""A keypoint that moves by so many shoulder widths a second is looked at in every picture. Slower
ones go a sixth of one at most from picture to picture, at 30 a second. Of 252 gestures of thirteen
rendered people as many were recognised with every second picture of what is slower as with all,
0.03 s later (medians)."""
_ROUNDING_S = 0.002
"""Timestamps are no more exact."""
_UPPER_BODY = [
    row for row, name in enumerate(COCO17.keypoints) if not name.endswith(("hip", "knee", "ankle"))
]


def skips_look(
    gate: StillnessGate, frame: Frame | PoseFrame, last: Snapshot, *, saving: bool
) -> bool:
    """Whether a frame shows nothing new.

    Parameters
    ----------
    gate
        Remembers pictures; takes note of one that is to be looked at.
    frame
        The next frame.
    last
        What the last frame that was looked at told.
    saving
        Whether a still room is looked at only now and then.
    """
    operator = next((t for t in last.tracks if t.track_id == last.operator_id), None)
    scale_px, calm = 0.0, True
    if operator is not None:
        scale_px = estimate_scale_px(operator.keypoints, operator.visible, COCO17)
        calm = _measure_speed_px(operator) < _QUICK_SW * scale_px
    skips = gate.skips(frame, scale_px=scale_px, calm=calm, saving=saving)
    # The moment at which a posture has been held for long enough is not to be missed.
    due_s = min((near.due_s for near in last.progress.values()), default=math.inf)
    return skips and frame.timestamp < due_s - _ROUNDING_S


def _measure_speed_px(track: Track) -> float:
    """Pixels per second of the upper body's quickest keypoint; 0 if none is seen."""
    velocities = track.velocities[_UPPER_BODY][track.visible[_UPPER_BODY]]
    return float(np.sqrt((velocities * velocities).sum(axis=1).max(initial=0.0)))

"""What holds for the people that any decoder found, whatever it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gesturepose.pose.movenet_multipose import People


def assert_sound(people: People, *, min_score: float) -> None:
    """Check that scores are in range, keypoints without one missing, and nobody is unsure."""
    missing = people.keypoint_scores == 0
    assert np.array_equal(np.isnan(people.keypoints).any(axis=2), missing)
    assert ((people.keypoint_scores >= 0) & (people.keypoint_scores <= 1)).all()
    assert not np.isnan(people.boxes).any()
    assert (people.scores >= min_score).all()

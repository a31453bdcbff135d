"""Who is obeyed: one person, kept, handed over late."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from gesturepose.datatypes import Track, TrackState
from gesturepose.tracking.operator import OperatorSelector
from gesturepose.tracking.settings import TrackerSettings

SETTINGS = TrackerSettings(operator_patience_s=1.0)


def make_track(
    track_id: int, width_px: float = 80.0, state: TrackState = TrackState.CONFIRMED
) -> Track:
    points = np.full((17, 2), np.nan, np.float32)
    points[5], points[6] = (300 + width_px, 200), (300, 200)
    visible = ~np.isnan(points[:, 0])
    return Track(track_id, points, np.where(visible[:, None], 0.0, points), visible, state, 0.0)


def test_the_largest_confirmed_person_claims() -> None:
    selector = OperatorSelector(SETTINGS)
    assert selector.update([], 0.0) is None
    tentative = make_track(1, 300.0, TrackState.TENTATIVE)
    assert selector.update([tentative], 0.1) is None
    assert selector.update([tentative, make_track(2), make_track(3, 120.0)], 0.2) == 3


def test_a_larger_person_passing_by_does_not_take_over() -> None:
    selector = OperatorSelector(SETTINGS)
    assert selector.update([make_track(1)], 0.0) == 1
    for index in range(30, 100):
        assert selector.update([make_track(1), make_track(2, 400.0)], index / 30) == 1


def test_a_short_absence_is_forgiven_a_long_one_hands_over() -> None:
    selector = OperatorSelector(SETTINGS)
    selector.update([make_track(1)], 0.0)
    coasting = make_track(1, state=TrackState.COASTING)
    assert selector.update([coasting, make_track(2), make_track(3, 90.0)], 0.9) == 1
    assert selector.update([make_track(1), make_track(2), make_track(3, 90.0)], 1.0) == 1
    assert selector.update([coasting, make_track(2), make_track(3, 90.0)], 1.9) == 1
    assert selector.update([coasting, make_track(2), make_track(3, 90.0)], 2.1) == 3


def test_a_bystander_does_not_inherit_at_once() -> None:
    selector = OperatorSelector(SETTINGS)
    assert selector.update([make_track(1), make_track(2, 60.0)], 0.0) == 1
    assert selector.update([make_track(2, 60.0)], 0.5) is None
    assert selector.update([make_track(2, 60.0)], 1.1) == 2


def test_nobody_is_obeyed_after_reset_or_when_time_begins_again() -> None:
    selector = OperatorSelector(SETTINGS)
    selector.update([make_track(1)], 50.0)
    assert selector.update([make_track(2)], 0.0) == 2
    selector.reset()
    assert selector.update([], 0.1) is None


@pytest.mark.parametrize(
    "wrong", [{"coast_s": 0}, {"birth_s": -1}, {"keep_score": 0.9}, {"gate": 1}, {"coast_s": "x"}]
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TrackerSettings.model_validate(wrong)
    assert TrackerSettings.model_validate({"coast_s": 2}).coast_s == 2.0

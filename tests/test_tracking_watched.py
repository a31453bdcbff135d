"""Frames in which only one person was looked for: nothing follows from not seeing the others."""

from __future__ import annotations

import pytest
from test_tracking_tracker import DEFAULTS, make_pose, middle_x

from gesturepose.datatypes import TrackState
from gesturepose.skeleton import COCO17
from gesturepose.tracking.tracker import Tracker


def test_who_was_not_looked_for_is_not_missed() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    for i in range(30):
        tracks = tracker.update([make_pose(150), make_pose(450)], i / 30)
    first, second = tracks
    for i in range(30, 45):
        tracks = tracker.update([make_pose(150)], i / 30, only=first.track_id)
        assert [track.track_id for track in tracks] == [first.track_id, second.track_id]
        assert {track.state for track in tracks} == {TrackState.CONFIRMED}
        assert tracks[0].observed.all()
        assert not tracks[1].observed.any()
        assert tracks[1].visible.all()
    assert middle_x(tracks[1]) == pytest.approx(middle_x(second), abs=2)
    tracks = tracker.update([make_pose(150), make_pose(451)], 45 / 30)
    assert [track.track_id for track in tracks] == [first.track_id, second.track_id]
    assert all(track.observed.all() for track in tracks)
    for i in range(46, 60):  # looked for, and not seen
        tracks = tracker.update([make_pose(150)], i / 30)
    assert not tracks[1].visible.any()


def test_who_was_looked_for_in_vain_is_missed_for_as_long_as_that_is() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    for i in range(30):
        first, second = tracker.update([make_pose(150), make_pose(450)], i / 30)
    last_s = 29 / 30
    (first, second) = tracker.update([], last_s + 0.1, only=first.track_id)
    assert first.state is TrackState.COASTING
    assert second.state is TrackState.CONFIRMED
    # The second was seen last before the frames that did not look for them.
    tracker.update([make_pose(150)], last_s + 0.9, only=first.track_id)
    (first, second) = tracker.update([make_pose(150)], last_s + 0.95)
    assert second.state is TrackState.COASTING
    (only,) = tracker.update([make_pose(150)], last_s + DEFAULTS.coast_s + 0.1)
    assert only.track_id == first.track_id


def test_a_frame_that_looks_for_one_brings_nobody_new_and_no_other() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    for i in range(30):
        (track,) = tracker.update([make_pose(150)], i / 30)
    for i in range(30, 60):
        (track,) = tracker.update([make_pose(150), make_pose(500)], i / 30, only=track.track_id)
    assert middle_x(track) == pytest.approx(150, abs=5)
    assert [t.track_id for t in tracker.update([make_pose(150)], 2.0, only=77)] == [track.track_id]

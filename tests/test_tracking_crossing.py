"""Who is hidden is not mistaken for who hides them."""

from __future__ import annotations

import pytest
from support_body import Body, Key, perform
from support_people import together, unseen

from gesturepose.datatypes import TrackState
from gesturepose.skeleton import COCO17
from gesturepose.tracking.settings import TrackerSettings
from gesturepose.tracking.tracker import Tracker


@pytest.mark.parametrize("unit_px", [90.0, 120.0])
@pytest.mark.parametrize("walk_s", [0.8, 1.2, 2.0])
@pytest.mark.parametrize("fps", [15.0, 30.0])
def test_who_walks_before_a_hidden_person_keeps_their_own_track(
    unit_px: float, walk_s: float, fps: float
) -> None:
    place = (300.0, 200.0)
    walk = [Key(1.0, origin=(4.0, 0.0)), Key(1.0, origin=(4.0, 0.0)), Key(walk_s)]
    walker = unseen(
        perform([*walk, Key(0.4)], body=Body(place, unit_px), fps=fps, idle_s=0.0),
        from_s=0.0,
        until_s=1.4,
    )
    hidden_from_s = 2.0 + 0.5 * walk_s
    sitter = unseen(
        perform([Key(3.0)], body=Body(place, 90.0), fps=fps, idle_s=0.0),
        from_s=hidden_from_s,
        until_s=99.0,
    )
    tracker = Tracker(TrackerSettings(), COCO17)
    taken_for: set[int] = set()
    for frame in together(sitter, walker):
        tracks = tracker.update(frame.poses, frame.timestamp)
        if frame.timestamp >= hidden_from_s:
            taken_for |= {t.track_id for t in tracks if t.state is TrackState.CONFIRMED}
    assert taken_for == {2}

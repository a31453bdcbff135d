"""Body coordinates: a tilted camera, and where hands rest."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_body import PERFORMANCES, Key, hold, perform
from support_pipeline import begun, run

from gesturepose.datatypes import Pose, PoseFrame, Track, TrackState
from gesturepose.gestures.body import BodyCoordinates, BodyPose
from gesturepose.gestures.points import ROWS
from gesturepose.skeleton import COCO17

WRIST = COCO17.index("right_wrist")


def turned(pose: Pose, degrees: float, *, about: tuple[float, float] = (320.0, 240.0)) -> Pose:
    """The same person before a camera that is rolled about its optical axis."""
    a = math.radians(degrees)
    turn = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]], np.float32)
    xy = (pose.keypoints - about) @ turn + about
    return Pose(keypoints=xy.astype(np.float32), scores=pose.scores, score=pose.score)


def follow(keys: list[Key], *, roll_deg: float = 0.0, idle_s: float = 0.1) -> list[BodyPose]:
    """Body poses of somebody whose keypoints are all seen, without a tracker between."""
    coordinates, poses, before = BodyCoordinates(), [], None
    for frame in perform(keys, idle_s=idle_s):
        xy = turned(frame.poses[0], roll_deg).keypoints
        moved = np.zeros_like(xy) if before is None else (xy - before) * 30.0
        seen = np.ones(len(xy), bool)
        track = Track(1, xy, moved, seen, TrackState.CONFIRMED, frame.timestamp)
        pose = coordinates.update(track)
        assert pose is not None
        poses.append(pose)
        before = xy
    return poses


@settings(max_examples=20, deadline=None)
@given(roll_deg=st.floats(-20.0, 20.0))
def test_a_rolled_camera_does_not_matter(roll_deg: float) -> None:
    (upright, *_), (rolled, *_) = follow([]), follow([], roll_deg=roll_deg)
    assert rolled.unit_px == pytest.approx(upright.unit_px, rel=1e-3)
    np.testing.assert_allclose(rolled.points, upright.points, atol=0.01)


def test_no_camera_is_rolled_by_more_than_25_degrees() -> None:
    pose = follow([], roll_deg=40.0)[0]
    left, right = (pose.points[ROWS[f"{side}_shoulder"]] for side in ("left", "right"))
    tilt_deg = math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
    assert abs(tilt_deg) == pytest.approx(15.0, abs=0.5)


def test_a_lean_of_the_body_is_no_roll_of_the_camera() -> None:
    """What lasts a second hardly counts: only what stays is the camera's."""
    coordinates = BodyCoordinates()
    frame = next(perform([]))
    tilts = []
    for i in range(60):
        pose = turned(frame.poses[0], 0.0 if i < 30 else 15.0)
        seen = np.ones(len(pose.keypoints), bool)
        still = np.zeros_like(pose.keypoints)
        track = Track(1, pose.keypoints, still, seen, TrackState.CONFIRMED, i / 30)
        body = coordinates.update(track)
        assert body is not None
        left, right = (body.points[ROWS[f"{side}_shoulder"]] for side in ("left", "right"))
        tilts.append(math.degrees(math.atan2(right[1] - left[1], right[0] - left[0])))
    assert tilts[29] == pytest.approx(0.0, abs=0.1)
    assert 12.0 < abs(tilts[-1]) < 15.0


@pytest.mark.parametrize("roll_deg", [-15.0, 15.0])
@pytest.mark.parametrize("name", ["swipe_left", "swipe_up", "spread", "raise_right_hand"])
def test_gestures_are_made_before_a_rolled_camera(name: str, roll_deg: float) -> None:
    frames = [
        PoseFrame([turned(f.poses[0], roll_deg)], f.timestamp, f.index, f.size)
        for f in perform(PERFORMANCES[name], fps=20.0, idle_s=1.1)
    ]
    assert begun(run(frames)) == [name]


# Where hands rest


def rest_of(poses: list[BodyPose]) -> np.ndarray:
    rest: np.ndarray = poses[-1].points[ROWS["right_rest"]]
    return rest


@pytest.mark.parametrize("y", [-0.8, -1.0, -1.29])
def test_a_hand_that_is_still_higher_up_rests_no_higher_than_the_hips(y: float) -> None:
    """Resting hands below the picture are put at its lower edge, which is no place for them."""
    poses = follow(hold(3.0, Key(0.1, right=(0.6, y))))
    learned = [pose.points[ROWS["right_rest"]] for pose in poses]
    assert max(rest[1] for rest in learned) <= -1.3 + 1e-6
    held = learned[3 * 30]
    assert held == pytest.approx((0.6, -1.3), abs=0.02)


def test_a_low_hand_rests_where_it_is() -> None:
    assert rest_of(follow([], idle_s=3.0)) == pytest.approx((0.5, -1.45), abs=0.02)


@pytest.mark.parametrize(("still_s", "learned"), [(0.8, False), (1.5, True)])
def test_a_hand_rests_where_it_was_still_for_a_second(still_s: float, *, learned: bool) -> None:
    place = (0.2, -1.6)
    poses = follow(hold(still_s, Key(0.4, right=place)), idle_s=1.5)
    until = [pose for pose in poses if pose.timestamp < 1.5 + 0.4 + still_s]
    near = math.dist(rest_of(until), place) < 0.1
    assert near is learned


def test_where_a_hand_rests_first_is_known_sooner() -> None:
    """Who sits down and gestures a second later: the hand comes from where it was seen to rest."""
    poses = follow([Key(0.2, right=(0.6, 0.8))], idle_s=0.9)
    rests = [pose.points[ROWS["right_rest"]] for pose in poses]
    assert math.dist(rests[15], (0.5, -1.45)) > 0.3
    assert rests[25] == pytest.approx((0.5, -1.45), abs=0.02)


def test_what_was_carried_on_is_told_from_what_was_seen() -> None:
    frame = next(perform([]))
    xy = frame.poses[0].keypoints
    seen = np.ones(len(xy), bool)
    observed = seen.copy()
    observed[WRIST] = False
    track = Track(1, xy, np.zeros_like(xy), seen, TrackState.CONFIRMED, 0.0, observed)
    pose = BodyCoordinates().update(track)
    assert pose is not None
    unseen = [name for name, row in ROWS.items() if not pose.observed[row]]
    assert unseen == ["right_wrist"]
    assert np.isfinite(pose.points[ROWS["right_wrist"]]).all()


@pytest.mark.parametrize("lost_at", [0.35, 0.45, 0.55])
def test_a_wrist_lost_in_full_motion_makes_no_swipe(lost_at: float) -> None:
    """The tracker carries a lost wrist on at the speed it had; that once fired a swipe."""
    start, stroke_s = (1.4, -0.1), 0.4
    keys = [*hold(0.3, Key(0.8, right=start)), *hold(0.3, Key(stroke_s, right=(-0.25, -0.1)))]
    lost_s = 1.0 + 0.8 + 0.3 + stroke_s * lost_at
    frames = []
    for frame in perform(keys, idle_s=1.0):
        pose = frame.poses[0]
        if frame.timestamp >= lost_s:
            xy, scores = pose.keypoints.copy(), pose.scores.copy()
            xy[WRIST], scores[WRIST] = np.nan, 0.0
            pose = Pose(keypoints=xy, scores=scores, score=pose.score)
        frames.append(PoseFrame([pose], frame.timestamp, frame.index, frame.size))
    snapshots = run(frames)
    assert begun(snapshots) == []
    # The tracker did carry it on, so there was something to be mistaken.
    carried = [t for s in snapshots for t in s.tracks if t.visible[WRIST] and not t.observed[WRIST]]
    assert carried

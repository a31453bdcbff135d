"""Body coordinates and recognition with parts of the body out of sight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_body import PERFORMANCES, Body, perform
from support_pipeline import begun, run

from gesturepose.datatypes import Track, TrackState
from gesturepose.evaluation.variations import hide
from gesturepose.gestures.body import BodyCoordinates, BodyPose
from gesturepose.gestures.points import ROWS
from gesturepose.skeleton import COCO17

HIPS = ("left_hip", "right_hip")
ELBOWS = ("left_elbow", "right_elbow")
SHOULDERS = ("left_shoulder", "right_shoulder")


def track_without(*hidden: str, t: float = 0.0) -> Track:
    frame = next(perform([]))
    keypoints = frame.poses[0].keypoints.copy()
    keypoints[[COCO17.index(name) for name in hidden]] = np.nan
    visible = ~np.isnan(keypoints[:, 0])
    velocities = np.zeros_like(keypoints)
    velocities[~visible] = np.nan
    return Track(1, keypoints, velocities, visible, TrackState.CONFIRMED, t)


def body_without(*hidden: str) -> BodyPose:
    pose = BodyCoordinates().update(track_without(*hidden))
    assert pose is not None
    return pose


def assert_rest_unchanged(pose: BodyPose, *changed: str) -> None:
    whole = body_without()
    rows = [row for name, row in ROWS.items() if name not in changed]
    np.testing.assert_allclose(pose.points[rows], whole.points[rows], atol=1e-5)
    assert (pose.unit_px, pose.facing) == (whole.unit_px, whole.facing)


@pytest.mark.parametrize("hidden", [HIPS, HIPS[:1], HIPS[1:]])
def test_hips_out_of_sight_leave_the_middle_of_the_hips_estimated(hidden: tuple[str, ...]) -> None:
    pose = body_without(*hidden)
    x, y = pose.points[ROWS["mid_hip"]]
    assert abs(x) < 0.3
    assert -1.9 < y < -1.1
    assert np.isnan(pose.points[[ROWS[name] for name in hidden]]).all()
    assert_rest_unchanged(pose, *hidden, "mid_hip")


@pytest.mark.parametrize("hidden", [ELBOWS, ELBOWS[:1], ELBOWS[1:]])
def test_elbows_out_of_sight_take_only_the_reach_of_their_arm(hidden: tuple[str, ...]) -> None:
    pose = body_without(*hidden)
    gone = [name in hidden for name in ELBOWS]
    assert np.isnan(pose.reach).tolist() == gone
    assert_rest_unchanged(pose, *hidden)


@pytest.mark.parametrize("hidden", [SHOULDERS, SHOULDERS[:1], SHOULDERS[1:]])
def test_without_both_shoulders_there_are_no_body_coordinates(hidden: tuple[str, ...]) -> None:
    assert BodyCoordinates().update(track_without(*hidden)) is None


def test_a_shoulder_lost_for_a_moment_does_not_change_the_scale() -> None:
    coordinates = BodyCoordinates()
    before = coordinates.update(track_without(t=0.0))
    for t in (0.1, 0.2, 0.3):
        assert coordinates.update(track_without(SHOULDERS[0], t=t)) is None
    after = coordinates.update(track_without(t=0.4))
    assert before is not None
    assert after is not None
    assert after.unit_px == pytest.approx(before.unit_px)
    rows = range(len(COCO17))
    np.testing.assert_allclose(after.points[rows], before.points[rows], atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(hidden=st.sets(st.sampled_from(COCO17.keypoints)))
def test_whatever_is_out_of_sight_nothing_breaks(hidden: set[str]) -> None:
    pose = BodyCoordinates().update(track_without(*hidden))
    if hidden & set(SHOULDERS):
        assert pose is None
        return
    assert pose is not None
    seen = [i for i, name in enumerate(COCO17.keypoints) if name not in hidden]
    present = np.isfinite(track_without(*hidden).keypoints[:, 0])
    assert np.isfinite(pose.points[seen][present[seen]]).all()
    assert np.isnan(pose.points[[COCO17.index(name) for name in hidden]]).all()
    for own in ("mid_shoulder", "mid_hip", "left_rest", "right_rest"):
        assert np.isfinite(pose.points[ROWS[own]]).all()
    assert pose.unit_px > 0
    assert np.isfinite([pose.facing, pose.body_speed]).all()


@pytest.mark.parametrize("name", ["swipe_left", "swipe_right", "spread", "gather", "clap"])
def test_motions_of_the_hands_need_neither_hips_nor_elbows(name: str) -> None:
    frames = hide(
        list(perform(PERFORMANCES[name], body=Body(noise_px=0.5))),
        [*HIPS, *ELBOWS],
        rng=np.random.default_rng(0),
    )
    assert begun(run(frames)) == [name]


@settings(max_examples=8, deadline=None)
@given(
    hidden=st.sets(st.sampled_from(COCO17.keypoints)),
    share=st.floats(0.0, 1.0),
    seed=st.integers(0, 1000),
)
def test_recognition_survives_any_keypoints_coming_and_going(
    hidden: set[str], share: float, seed: int
) -> None:
    frames = hide(
        list(perform(PERFORMANCES["hands_up"], body=Body(noise_px=0.5))),
        hidden,
        share=share,
        block_s=0.2,
        rng=np.random.default_rng(seed),
    )
    assert set(begun(run(frames))) <= {"hands_up", "raise_left_hand", "raise_right_hand"}

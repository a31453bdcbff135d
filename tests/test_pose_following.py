"""Following the operator: when everybody is looked for, where, and who is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_body import Body, Key

from gesturepose.app import load_network, make_stages
from gesturepose.body_scale import estimate_scale_px
from gesturepose.capture.opening import open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.config import load_config
from gesturepose.datatypes import Frame, Pose, Track, TrackState
from gesturepose.pose.following import Follower, find_region, keep_region
from gesturepose.pose.looks import ACCOMPANIED_S, ALONE_S, APART_S, UNCLAIMED_S
from gesturepose.resources import default_config, demo_clip
from gesturepose.skeleton import COCO17
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from gesturepose.pose.estimator import Region

FPS = 30
SIZE = (640, 480)


def pose_at(x_px: float = 320.0, unit: float = 100.0) -> Pose:
    body = Body(center=(x_px, 200.0), unit=unit)
    return body.pose(Key(0), np.random.default_rng(0))


def track_of(
    pose: Pose, number: int = 1, state: TrackState = TrackState.CONFIRMED, t: float = 0.0
) -> Track:
    return Track(
        track_id=number,
        keypoints=pose.keypoints,
        velocities=np.where(np.isnan(pose.keypoints), np.nan, 0).astype(np.float32),
        visible=pose.scores > 0,
        state=state,
        timestamp=t,
    )


@dataclass
class Eyes:
    """Sees what it is given, and keeps where it looked, and for whom."""

    poses: list[Pose]
    looks: list[Region | None] = field(default_factory=list)
    smallest_px: list[float] = field(default_factory=list)

    def __call__(
        self,
        frame: Frame,  # noqa: ARG002 - as a network's
        region: Region | None = None,
        *,
        smallest_px: float = 0.0,
    ) -> list[Pose]:
        self.looks.append(region)
        self.smallest_px.append(smallest_px)
        return list(self.poses)


def frame_at(t: float) -> Frame:
    return Frame(np.zeros((SIZE[1], SIZE[0], 3), np.uint8), t, round(t * FPS))


def look_for(seconds: float, follower: Follower, *tracks: Track) -> list[bool]:
    """Whether everybody was looked for, frame by frame, with the first track obeyed."""
    return [
        follower(frame_at(i / FPS), tracks, tracks[0] if tracks else None).everyone
        for i in range(round(seconds * FPS))
    ]


@pytest.mark.parametrize(("others", "every_s"), [(0, ALONE_S), (1, ACCOMPANIED_S)])
def test_everybody_is_looked_for_now_and_then(others: int, every_s: float) -> None:
    finder, person = Eyes([pose_at(), pose_at(600)]), Eyes([pose_at()])
    company = [track_of(pose_at(600), 2 + i) for i in range(others)]
    looks = look_for(3.0, Follower(finder, person), track_of(pose_at()), *company)
    assert looks[0]
    gaps = np.diff(np.flatnonzero(looks)) / FPS
    assert gaps == pytest.approx(every_s, abs=1.5 / FPS)
    assert len(finder.looks) == sum(looks)
    assert len(person.looks) == len(looks)


@pytest.mark.parametrize(
    ("x_px", "others_matter", "every_s"),
    [(600, False, APART_S), (600, True, ACCOMPANIED_S), (500, False, ACCOMPANIED_S)],
    ids=["far and idle", "far", "near"],
)
def test_who_is_far_and_does_not_matter_is_looked_at_less_often(
    x_px: float, *, others_matter: bool, every_s: float
) -> None:
    operator, other = track_of(pose_at()), track_of(pose_at(x_px), 2)
    follower = Follower(Eyes([pose_at(), pose_at(x_px)]), Eyes([pose_at()]))
    looks = [
        follower(
            frame_at(i / FPS), [operator, other], operator, others_matter=others_matter
        ).everyone
        for i in range(90)
    ]
    assert np.diff(np.flatnonzero(looks)) / FPS == pytest.approx(every_s, abs=1.5 / FPS)


def test_alone_and_with_nobody_to_claim_the_control_others_are_looked_for_seldom() -> None:
    operator = track_of(pose_at())
    follower = Follower(Eyes([pose_at()]), Eyes([pose_at()]))
    looks = [
        follower(frame_at(i / FPS), [operator], operator, others_matter=False).everyone
        for i in range(round(5 * FPS))
    ]
    assert np.diff(np.flatnonzero(looks)) / FPS == pytest.approx(UNCLAIMED_S, abs=1.5 / FPS)


def test_small_people_are_looked_for_now_and_then_and_when_it_matters() -> None:
    finder = Eyes([pose_at(), pose_at(560, unit=40.0)])
    operator, other = track_of(pose_at()), track_of(pose_at(560, unit=40.0), 2)
    look_for(2.0, Follower(finder, Eyes([pose_at()])), operator, other)
    smaller_px = estimate_scale_px(other.keypoints, other.visible, COCO17)
    assert finder.smallest_px[:6] == [0, smaller_px, smaller_px] * 2
    lost = Follower(finder, Eyes([pose_at(600)]))
    finder.smallest_px.clear()
    look_for(0.2, lost, operator)
    assert not any(finder.smallest_px)


@pytest.mark.parametrize(
    "tracks",
    [
        [],
        [track_of(pose_at(), state=TrackState.COASTING)],
        [track_of(pose_at()), track_of(pose_at(600), 2, TrackState.TENTATIVE)],
    ],
    ids=["nobody", "lost", "somebody new"],
)
def test_everybody_is_looked_for_while_it_matters(tracks: list[Track]) -> None:
    assert all(look_for(1.0, Follower(Eyes([]), Eyes([pose_at()])), *tracks))


def test_without_a_network_for_one_everybody_is_always_looked_for() -> None:
    assert all(look_for(1.0, Follower(Eyes([pose_at()]), None), track_of(pose_at())))


@pytest.mark.parametrize("seen", [[], [pose_at(500)]], ids=["nobody", "another"])
def test_who_is_not_where_expected_is_looked_for_in_the_same_frame(seen: list[Pose]) -> None:
    finder = Eyes([pose_at()])
    sightings = [
        Follower(finder, Eyes(seen))(frame_at(i / FPS), [track_of(pose_at())], track_of(pose_at()))
        for i in range(10)
    ]
    assert all(s.everyone and len(s.poses) == 1 for s in sightings)


def test_the_operator_is_seen_by_one_network_all_the_time() -> None:
    """By two in turns, who stands still would twitch."""
    other = pose_at(600)
    follower = Follower(Eyes([other, pose_at(324)]), Eyes([pose_at(320)]))
    track = track_of(pose_at())
    sighting = follower(frame_at(0.0), [track], track)
    assert sighting.everyone
    assert sighting.poses[0] is other
    assert np.array_equal(sighting.poses[1].keypoints, pose_at(320).keypoints, equal_nan=True)
    assert len(sighting.poses) == 2


def test_whom_only_the_network_for_one_sees_is_not_made_up() -> None:
    track = track_of(pose_at())
    sighting = Follower(Eyes([]), Eyes([pose_at()]))(frame_at(0.0), [track], track)
    assert sighting.everyone
    assert sighting.poses == []


def test_a_source_that_begins_again_is_looked_at_anew() -> None:
    follower, track = Follower(Eyes([pose_at()]), Eyes([pose_at()])), track_of(pose_at())
    assert follower(frame_at(10.0), [track], track).everyone
    assert not follower(frame_at(10.1), [track], track).everyone
    assert follower(frame_at(0.0), [track], track).everyone


def test_nothing_is_left_of_an_earlier_source() -> None:
    """One network serves many clips; what it sees must not depend on their order."""
    person, track = Eyes([pose_at()]), track_of(pose_at())
    follower, near = Follower(Eyes([]), person), track_of(pose_at(unit=130))
    follower(frame_at(0.0), [near], near)
    follower(frame_at(0.0), [], None)
    follower(frame_at(0.1), [track], track)
    fresh = Eyes([pose_at()])
    Follower(Eyes([]), fresh)(frame_at(0.1), [track], track)
    assert person.looks[-1] == fresh.looks[-1] != person.looks[0]


@given(
    x_px=st.floats(-200, 900),
    y_px=st.floats(-200, 700),
    unit=st.floats(10, 400),
    left=st.tuples(st.floats(-2.0, 1.5), st.floats(-1.6, 1.9)),
    moved=st.tuples(st.floats(-0.15, 0.15), st.floats(-0.15, 0.15)),
)
def test_hands_are_in_the_region_wherever_they_are_and_go(
    x_px: float,
    y_px: float,
    unit: float,
    left: tuple[float, float],
    moved: tuple[float, float],
) -> None:
    """A region found in one frame holds the hands of the next, at 4.5 shoulder widths a second."""
    body = Body(center=(x_px, y_px), unit=unit)
    pose = body.pose(Key(0, left=left), np.random.default_rng(0))
    scale_px = estimate_scale_px(pose.keypoints, pose.scores > 0, COCO17)
    wanted = find_region(pose.keypoints, scale_px=scale_px)
    assert wanted is not None
    region = keep_region(None, wanted, SIZE)
    later = Key(0, left=(left[0] + moved[0], left[1] + moved[1]))
    inside = body.pose(later, np.random.default_rng(0)).keypoints[[9, 10]]
    inside = inside[((inside >= 0) & (inside <= SIZE)).all(axis=1)]
    if region is None:
        assert not len(inside)
        return
    assert 0 <= region[0] < region[2] <= SIZE[0]
    assert 0 <= region[1] < region[3] <= SIZE[1]
    assert ((inside >= region[:2]) & (inside <= region[2:])).all()


def test_without_shoulders_there_is_no_region() -> None:
    keypoints = pose_at().keypoints.copy()
    keypoints[COCO17.index("left_shoulder")] = np.nan
    assert find_region(keypoints, scale_px=100) is None


def test_a_region_stays_while_it_will_do() -> None:
    first = keep_region(None, (200.0, 100.0, 400.0, 300.0), SIZE)
    assert first == (194, 94, 406, 306)
    assert keep_region(first, (196.5, 98.0, 402.0, 304.0), SIZE) == first
    moved = keep_region(first, (230.0, 100.0, 430.0, 300.0), SIZE)
    assert moved == (224, 94, 436, 306)
    assert keep_region(first, (270.0, 170.0, 330.0, 230.0), SIZE) != first
    assert keep_region(first, (200.0, 100.0, 400.0, 300.0), (300, 200)) == (197, 97, 300, 200)


def test_a_region_is_as_long_as_it_must_be_so_that_the_person_is_seen_large() -> None:
    first = keep_region(None, (100.0, 100.0, 500.0, 400.0), SIZE)
    assert keep_region(first, (100.0, 200.0, 500.0, 300.0), SIZE) == first
    assert keep_region(first, (200.0, 100.0, 400.0, 400.0), SIZE) != first


def test_the_operator_of_the_demo_is_followed() -> None:
    """Both networks, the tracker and the real clip: wrists are where the labels have them."""
    clip = demo_clip()
    labels = json.loads(clip.with_suffix(".json").read_text("utf-8"))["frames"]
    config = load_config(default_config())
    times = StageTimes()
    network = load_network(config.model, times)
    source = open_source(str(clip), CaptureSettings())
    pipeline = make_stages(config, str(clip), times, network=network).pipeline
    followed, right, counted = 0, 0, 0
    try:
        for index in range(150):
            frame = source.read()
            assert isinstance(frame, Frame)
            snapshot = pipeline.step(frame)
            followed += not snapshot.everyone
            if snapshot.everyone:
                continue
            truth = np.array(labels[index]["kp"], np.float64)
            torso_px = np.linalg.norm(truth[[5, 6], :2].mean(0) - truth[[11, 12], :2].mean(0))
            apart = np.linalg.norm(snapshot.poses[0].keypoints - truth[:, :2], axis=1)[5:11]
            right += int((apart <= 0.2 * torso_px).sum())
            counted += 6
    finally:
        source.close()
        network.close()
    assert followed > 100
    assert right / counted > 0.97

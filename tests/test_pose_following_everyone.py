"""Following everybody with a network for one person: when the finder looks, and who is believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_body import Body, Key
from support_top_down import KnownPlaces, as_poses

from gesturepose.datatypes import Frame, Pose, Sighting, Track, TrackState
from gesturepose.pose.following_everyone import EveryoneFollower
from gesturepose.pose.looks import ACCOMPANIED_S, ALONE_S
from gesturepose.pose.two_stage import TwoStageEstimator
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence


FPS = 30
SIZE = (640, 480)
LEFT_X, RIGHT_X = 160.0, 480.0


def pose_at(x_px: float = LEFT_X, *, unit: float = 80.0, key: Key | None = None) -> Pose:
    body = Body(center=(x_px, 200.0), unit=unit)
    return body.pose(key or Key(0), np.random.default_rng(0))


def track_of(
    pose: Pose,
    number: int = 1,
    state: TrackState = TrackState.CONFIRMED,
    *,
    speed_px_s: float = 0.0,
) -> Track:
    """Whoever was seen at time 0."""
    return Track(
        track_id=number,
        keypoints=pose.keypoints,
        velocities=np.where(np.isnan(pose.keypoints), np.nan, (speed_px_s, 0)).astype(np.float32),
        visible=pose.scores > 0,
        state=state,
        timestamp=0.0,
    )


def frame_at(t: float) -> Frame:
    return Frame(np.zeros((SIZE[1], SIZE[0], 3), np.uint8), t, round(t * FPS))


@dataclass
class Looker:
    """Sees in each box whoever has the shoulders nearest to its middle, if they are in it."""

    poses: Sequence[Pose]
    boxes: list[np.ndarray] = field(default_factory=list)
    model_name: str = "looker"
    provider: str = "none"
    skeleton = COCO17

    def __call__(self, frame: Frame, boxes: np.ndarray) -> list[Pose | None]:
        del frame
        self.boxes.append(boxes)
        return [self._look(box) for box in boxes]

    def _look(self, box: np.ndarray) -> Pose | None:
        apart = {}
        for pose in self.poses:
            shoulders = pose.keypoints[5:7].mean(axis=0)
            if (box[:2] <= shoulders).all() and (shoulders <= box[2:]).all():
                apart[np.linalg.norm(shoulders - (box[:2] + box[2:]) / 2)] = pose
        return apart[min(apart)] if apart else None

    def warm_up(self, size: tuple[int, int]) -> None:
        """Is ready."""

    def close(self) -> None:
        """Holds nothing."""


def follower_of(finder: KnownPlaces, looker: Looker) -> EveryoneFollower:
    return EveryoneFollower(TwoStageEstimator(finder, looker))


def places(sighting: Sighting) -> list[int]:
    """Where the shoulders of those seen are, in pixels from the left."""
    return sorted(round(float(pose.keypoints[5:7, 0].mean())) for pose in sighting.poses)


@pytest.mark.parametrize(
    ("middles", "every_s"), [([LEFT_X], ALONE_S), ([LEFT_X, RIGHT_X], ACCOMPANIED_S)]
)
def test_people_are_found_now_and_then_and_looked_at_always(
    middles: list[float], every_s: float
) -> None:
    people = [pose_at(x_px) for x_px in middles]
    tracks = [track_of(pose, 1 + row) for row, pose in enumerate(people)]
    finder, looker = KnownPlaces(people), Looker(people)
    follower, looks = follower_of(finder, looker), []
    for index in range(3 * FPS):
        asked = finder.asked
        sighting = follower(frame_at(index / FPS), tracks)
        assert sighting.everyone
        assert places(sighting) == places(Sighting(people))
        looks.append(finder.asked > asked)
    assert looks[0]
    assert np.diff(np.flatnonzero(looks)) / FPS == pytest.approx(every_s, abs=1.5 / FPS)
    # All of them at once, and once a frame.
    assert [len(boxes) for boxes in looker.boxes] == [len(people)] * 3 * FPS


@pytest.mark.parametrize(
    "tracks",
    [
        [],
        [track_of(pose_at(), state=TrackState.COASTING)],
        [track_of(pose_at()), track_of(pose_at(RIGHT_X), 2, TrackState.COASTING)],
        [track_of(pose_at()), track_of(pose_at(RIGHT_X), 2, TrackState.TENTATIVE)],
    ],
    ids=["nobody", "lost", "another lost", "somebody new"],
)
def test_people_are_found_in_every_picture_while_it_matters(tracks: list[Track]) -> None:
    people = [pose_at(), pose_at(RIGHT_X)]
    finder = KnownPlaces(people)
    follower = follower_of(finder, Looker(people))
    sightings = [follower(frame_at(index / FPS), tracks) for index in range(20)]
    assert finder.asked == 20
    assert all(places(sighting) == [LEFT_X, RIGHT_X] for sighting in sightings)


@pytest.mark.parametrize("there", [[], [pose_at(LEFT_X + 70)]], ids=["nobody", "elsewhere"])
def test_who_is_not_where_expected_is_looked_for_in_the_same_picture(there: list[Pose]) -> None:
    finder, looker = KnownPlaces([pose_at()]), Looker([pose_at()])
    follower, tracks = follower_of(finder, looker), [track_of(pose_at())]
    follower(frame_at(0.0), tracks)
    follower(frame_at(1 / FPS), tracks)
    assert finder.asked == 1
    finder.poses = looker.poses = there
    assert places(follower(frame_at(2 / FPS), tracks)) == places(Sighting(there))
    assert finder.asked == 2


def test_who_was_not_seen_is_looked_at_where_the_finder_says() -> None:
    """What the tracks said has failed: another part of the picture is worth a try."""
    finder, looker = KnownPlaces([pose_at()]), Looker([])
    follower, tracks = follower_of(finder, looker), [track_of(pose_at())]
    follower(frame_at(0.0), [])
    follower(frame_at(1 / FPS), tracks)
    found, tracked, again = looker.boxes
    assert again.tolist() == found.tolist() != tracked.tolist()


def test_one_body_is_not_two_people() -> None:
    """Shown somebody who went behind another, the network sees the other."""
    near = [pose_at(), pose_at(LEFT_X + 40)]
    tracks = [track_of(near[0], 1), track_of(near[1], 2)]
    finder, looker = KnownPlaces(near), Looker(near)
    follower = follower_of(finder, looker)
    assert len(follower(frame_at(0.0), tracks).poses) == 2
    assert len(follower(frame_at(1 / FPS), tracks).poses) == 2
    assert finder.asked == 1
    looker.poses = near[:1]
    assert places(follower(frame_at(2 / FPS), tracks)) == [LEFT_X]
    assert finder.asked == 2


def test_who_walks_is_looked_at_where_the_walk_leads() -> None:
    walker = track_of(pose_at(), speed_px_s=300)
    finder, looker = KnownPlaces([pose_at()]), Looker([pose_at()])
    follower = follower_of(finder, looker)
    follower(frame_at(0.0), [walker])
    # 90 pixels on, which is more than two people may be taken for each other.
    looker.poses = [pose_at(LEFT_X + 90)]
    assert places(follower(frame_at(0.3), [walker])) == [LEFT_X + 90]
    assert finder.asked == 1


def test_a_source_that_begins_again_is_looked_at_anew() -> None:
    finder = KnownPlaces([pose_at()])
    follower, tracks = follower_of(finder, Looker([pose_at()])), [track_of(pose_at())]
    for t, asked in ((10.0, 1), (10.1, 1), (0.0, 2)):
        follower(frame_at(t), tracks)
        assert finder.asked == asked


def test_a_hand_that_the_finder_missed_is_still_shown() -> None:
    stretched = pose_at(key=Key(0, left=(1.6, 0.4)))
    wrist = stretched.keypoints[COCO17.index("left_wrist")]
    seen = stretched.keypoints.copy()
    seen[COCO17.index("left_wrist")] = np.nan
    looker = Looker([stretched])
    follower = follower_of(KnownPlaces(as_poses(seen[None])), looker)
    follower(frame_at(0.0), [])
    follower(frame_at(1.0), [track_of(stretched)])
    without, known = (boxes[0] for boxes in looker.boxes)
    assert not (without[0] <= wrist[0] <= without[2])
    assert known[0] <= wrist[0] <= known[2]


def test_room_is_left_for_a_hand_that_nobody_has_seen() -> None:
    pose = pose_at(key=Key(0, left=(-1.6, 0.4)))
    elbow = COCO17.index("left_elbow")
    hidden = pose.keypoints.copy()
    hidden[COCO17.index("left_wrist")] = np.nan
    (unseen,) = as_poses(hidden[None])
    looker = Looker([unseen])
    follower = follower_of(KnownPlaces([unseen]), looker)
    follower(frame_at(0.0), [])
    follower(frame_at(1 / FPS), [track_of(unseen)])
    _, ((left, _, right, _),) = (boxes.tolist() for boxes in looker.boxes)
    elbow_x = hidden[elbow, 0]
    reach_px = right - elbow_x if elbow_x > LEFT_X else elbow_x - left
    assert reach_px >= 0.7 * 80


def test_of_two_side_by_side_each_has_a_box_of_their_own() -> None:
    """The one whom the finder misses lends the box to nobody."""
    near = [pose_at(), pose_at(LEFT_X + 40)]
    looker = Looker(near)
    follower = follower_of(KnownPlaces(near[:1]), looker)
    follower(frame_at(0.0), [])
    follower(frame_at(1.0), [track_of(near[0], 1)])
    follower(frame_at(2.0), [track_of(near[0], 1), track_of(near[1], 2)])
    (_, alone, beside) = looker.boxes
    assert beside.tolist() == alone.tolist()


@given(
    x_px=st.floats(-200, 900),
    unit=st.floats(10, 400),
    left=st.tuples(st.floats(-2.0, 1.5), st.floats(-1.6, 1.9)),
    moved=st.tuples(st.floats(-0.15, 0.15), st.floats(-0.15, 0.15)),
)
def test_hands_are_shown_wherever_they_are_and_go(
    x_px: float, unit: float, left: tuple[float, float], moved: tuple[float, float]
) -> None:
    """A box holds the hands of the next frame, at 4.5 shoulder widths a second."""
    pose = pose_at(x_px, unit=unit, key=Key(0, left=left))
    looker = Looker([pose])
    follower = follower_of(KnownPlaces([pose]), looker)
    follower(frame_at(0.0), [])
    follower(frame_at(1 / FPS), [track_of(pose)])
    (box,) = looker.boxes[1]
    assert (box[:2] >= 0).all()
    assert (box[2:] <= (SIZE[0] - 1, SIZE[1] - 1)).all()
    later = pose_at(x_px, unit=unit, key=Key(0, left=(left[0] + moved[0], left[1] + moved[1])))
    hands = later.keypoints[[9, 10]]
    hands = np.clip(hands[np.isfinite(hands).all(axis=1)], 0, (SIZE[0] - 1, SIZE[1] - 1))
    assert (hands >= box[:2] - 1e-3).all()
    assert (hands <= box[2:] + 1e-3).all()

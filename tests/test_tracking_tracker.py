"""Identity and life cycle: crossing, birth, coasting, death, garbage."""

from __future__ import annotations

import gc
import time
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesturepose.datatypes import Pose, Track, TrackState
from gesturepose.skeleton import COCO17
from gesturepose.tracking.association import assign, compute_similarity
from gesturepose.tracking.operator import OperatorSelector
from gesturepose.tracking.settings import TrackerSettings
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Float64Array = NDArray[np.float64]

# An upright body in shoulder widths, from the middle of the shoulders, y down, COCO order.
BODY = np.array(
    [
        [0.0, -0.7], [0.08, -0.76], [-0.08, -0.76], [0.2, -0.7], [-0.2, -0.7], [0.5, 0.0],
        [-0.5, 0.0], [0.6, 0.75], [-0.6, 0.75], [0.6, 1.4], [-0.6, 1.4], [0.35, 1.5],
        [-0.35, 1.5], [0.35, 2.5], [-0.35, 2.5], [0.35, 3.4], [-0.35, 3.4],
    ]
)  # fmt: skip
DEFAULTS = TrackerSettings()


def make_pose(
    x_px: float,
    y_px: float = 200.0,
    scale_px: float = 80.0,
    *,
    random: np.random.Generator | None = None,
    noise_sw: float = 0.01,
    score: float = 0.8,
) -> Pose:
    points = BODY * scale_px + (x_px, y_px)
    if random is not None:
        points += random.normal(0.0, noise_sw * scale_px, points.shape)
    return Pose(points.astype(np.float32), np.full(17, score, np.float32), score)


def hide(pose: Pose, rows: Sequence[int]) -> Pose:
    points, scores = pose.keypoints.copy(), pose.scores.copy()
    points[rows], scores[rows] = np.nan, 0.0
    return Pose(points, scores, pose.score)


def middle_x(track: Track) -> float:
    return float(np.nanmean(track.keypoints[:, 0]))


def check_invariants(tracks: Sequence[Track], timestamp: float) -> None:
    ids = [track.track_id for track in tracks]
    assert ids == sorted(set(ids))
    assert all(track_id > 0 for track_id in ids)
    for track in tracks:
        assert track.timestamp == timestamp
        for values in (track.keypoints, track.velocities):
            assert values.dtype == np.float32
            assert np.array_equal(np.isfinite(values).all(axis=1), track.visible)
            assert np.array_equal(np.isnan(values).any(axis=1), ~track.visible)


# -- crossing ------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    speed_sw_s=st.floats(0.5, 4.0),
    fps=st.sampled_from([15.0, 25.0, 30.0, 60.0]),
    scale_px=st.sampled_from([30.0, 80.0, 200.0]),
    occluded_s=st.sampled_from([0.0, 0.3]),
    offset_sw=st.floats(-0.4, 0.4),
    seed=st.integers(0, 1000),
)
def test_people_crossing_keep_their_identities(
    *,
    speed_sw_s: float,
    fps: float,
    scale_px: float,
    occluded_s: float,
    offset_sw: float,
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    tracker = Tracker(DEFAULTS, COCO17)
    half_s = 1.0 + 1.5 / speed_sw_s
    first: list[int] = []
    for index in range(int(2 * half_s * fps)):
        moment = index / fps
        way = speed_sw_s * (moment - half_s) * scale_px
        # The network sees people in any order, and not the one behind.
        poses = [make_pose(10 * scale_px + way, 300.0, scale_px, random=random)]
        if abs(moment - half_s) >= occluded_s / 2:
            poses.append(
                make_pose(
                    10 * scale_px - way, 300.0 + offset_sw * scale_px, scale_px, random=random
                )
            )
        if random.random() < 0.5:
            poses.reverse()
        tracks = tracker.update(poses, moment)
        check_invariants(tracks, moment)
        if index == int(0.5 * fps):
            first = [t.track_id for t in sorted(tracks, key=middle_x)]
    assert len(first) == 2
    assert [t.track_id for t in sorted(tracks, key=middle_x)] == first[::-1]


def test_half_a_person_is_the_same_person() -> None:
    random = np.random.default_rng(0)
    tracker = Tracker(DEFAULTS, COCO17)
    for index in range(90):
        pose = make_pose(300, random=random)
        if index % 3 == 1:
            pose = hide(pose, range(11, 17))
        elif index % 3 == 2:
            pose = hide(pose, [0, 1, 2, 3, 4, 7, 9])
        tracks = tracker.update([pose], index / 30)
        assert [t.track_id for t in tracks] == [1]


def test_assignment_takes_the_best_whole_and_nothing_below_the_gate() -> None:
    similarity = np.array([[0.9, 0.8, 0.0], [0.85, 0.1, 0.0], [0.0, 0.0, 0.19]])
    assert sorted(assign(similarity, min_similarity=0.2)) == [(0, 1), (1, 0)]
    assert assign(np.zeros((0, 3)), min_similarity=0.2) == []
    assert assign(np.array([[0.2]]), min_similarity=0.2) == [(0, 0)]
    assert assign(np.array([[0.19]]), min_similarity=0.2) == []


def test_similarity_is_one_spread_apart_what_oks_says() -> None:
    # 20 keypoints, each apart by its spread: exp(-1/2), less the half keypoint of doubt.
    points = np.zeros((1, 20, 2))
    apart = points + np.array([3.0, 4.0])
    common = np.ones((1, 1, 20), dtype=np.bool_)
    spreads = np.full((1, 20), 5.0)
    value = compute_similarity(points, apart, common, spreads, min_keypoints=3)
    assert value[0, 0] == pytest.approx(np.exp(-0.5) * 20 / 20.5)
    few = common & (np.arange(20) < 2)
    assert compute_similarity(points, apart, few, spreads, min_keypoints=3)[0, 0] == 0.0


# -- life cycle ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", [10.0, 15.0, 30.0, 60.0])
def test_birth_takes_the_same_seconds_at_any_frame_rate(fps: float) -> None:
    tracker = Tracker(TrackerSettings(birth_s=0.4), COCO17)
    for index in range(int(fps)):
        moment = index / fps
        (track,) = tracker.update([make_pose(300)], moment)
        expected = TrackState.CONFIRMED if moment >= 0.4 - 1e-6 else TrackState.TENTATIVE
        assert track.state is expected


@pytest.mark.parametrize("fps", [15.0, 60.0])
def test_coasting_and_death_take_seconds(fps: float) -> None:
    tracker = Tracker(TrackerSettings(coast_s=0.8), COCO17)
    for index in range(int(fps) + 1):
        tracker.update([make_pose(300)], index / fps)
    for index in range(int(fps) + 1, int(2.2 * fps)):
        unseen_s = index / fps - 1.0
        tracks = tracker.update([], index / fps)
        if unseen_s > 0.8 + 1e-6:
            assert tracks == []
        else:
            assert [t.state for t in tracks] == [TrackState.COASTING]
            # Coasting keypoints are worth something only for a short while.
            assert tracks[0].visible.all() == (unseen_s <= DEFAULTS.keypoint_coast_s + 1e-6)


def test_a_flicker_never_becomes_a_person() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    for index in range(120):
        poses = [make_pose(300)] if index % 10 < 2 else []
        assert all(t.state is TrackState.TENTATIVE for t in tracker.update(poses, index / 30))


def test_a_person_comes_back_within_coasting_as_the_same_one() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    for index in range(90):
        poses = [] if 30 <= index < 50 else [make_pose(300 + index)]
        tracks = tracker.update(poses, index / 30)
    assert [t.track_id for t in tracks] == [1]
    assert tracks[0].state is TrackState.CONFIRMED


def test_a_gap_in_time_kills_and_time_backwards_begins_again() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    ids = []
    for start in (0.0, 100.0, 20.0):
        for index in range(20):
            tracks = tracker.update([make_pose(300)], start + index / 30)
        ids += [t.track_id for t in tracks]
    tracker.reset()
    ids += [t.track_id for t in tracker.update([make_pose(300)], 0.0)]
    assert ids == [1, 2, 3, 4]


def test_a_repeated_frame_changes_nothing() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    for index in range(20):
        before = tracker.update([make_pose(300 + index)], index / 30)
        again = tracker.update([make_pose(900)], index / 30)
        assert [t.track_id for t in again] == [1]
        assert np.array_equal(before[0].keypoints, again[0].keypoints)


def test_a_double_of_somebody_is_no_second_person() -> None:
    random = np.random.default_rng(1)
    tracker = Tracker(DEFAULTS, COCO17)
    for index in range(60):
        poses = [make_pose(300, random=random), make_pose(303, random=random, score=0.4)]
        assert len(tracker.update(poses, index / 30)) == 1


def test_weak_and_sparse_poses_begin_nothing() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    assert tracker.update([make_pose(300, score=0.25)], 0.0) == []
    assert tracker.update([hide(make_pose(300), range(2, 17))], 0.1) == []


def test_poses_stay_as_they_were_and_wrong_ones_are_refused() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    pose = hide(make_pose(300), [9])
    points, scores = pose.keypoints.copy(), pose.scores.copy()
    for index in range(5):
        tracker.update([pose], index / 30)
    assert np.array_equal(pose.keypoints, points, equal_nan=True)
    assert np.array_equal(pose.scores, scores)
    with pytest.raises(ValueError, match="the skeleton has 17"):
        tracker.update([Pose(points[:5], scores[:5], 0.9)], 1.0)
    with pytest.raises(ValueError, match="finite"):
        tracker.update([], float("nan"))


def test_somebody_who_walks_out_does_not_drift_on() -> None:
    tracker = Tracker(TrackerSettings(keypoint_coast_s=1.0), COCO17)
    for index in range(60):
        x_px = 300 + 320 * min(index, 30) / 30  # 4 shoulder widths per second
        poses = [make_pose(x_px)] if index <= 30 else []
        tracks = tracker.update(poses, index / 30)
    assert middle_x(tracks[0]) - np.mean(BODY[:, 0]) * 80 < 620 + 2.0 * 80


def test_an_unseen_person_moves_as_one_and_throws_no_hand() -> None:
    tracker = Tracker(TrackerSettings(keypoint_coast_s=1.0), COCO17)
    for index in range(50):
        pose = make_pose(300)
        points = pose.keypoints.copy()
        points[10, 0] -= max(index - 30, 0) * 25.0  # the right wrist, 9 shoulder widths per second
        poses = [Pose(points, pose.scores, pose.score)] if index <= 35 else []
        tracks = tracker.update(poses, index / 30)
    body = BODY * 80 + np.array([300.0, 200.0])
    assert abs(tracks[0].keypoints[10, 0] - (body[10, 0] - 125.0)) < 0.6 * 80


def test_somebody_who_moved_while_unseen_is_recognised() -> None:
    tracker = Tracker(DEFAULTS, COCO17)
    for index in range(75):
        x_px = 300 if index < 45 else 300 + 1.2 * 80
        tracks = tracker.update([] if 30 <= index < 55 else [make_pose(x_px)], index / 30)
    assert [t.track_id for t in tracks] == [1]


# -- garbage -------------------------------------------------------------------------------------

_COORDINATES = st.one_of(
    st.floats(-1000, 3000, width=32),
    st.sampled_from([0.0, 1e30, -1e30, np.inf, -np.inf, 99999.0]),
)


@st.composite
def _garbage_poses(draw: st.DrawFn) -> Pose:
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    kind = draw(st.sampled_from(["noise", "person", "point", "wild"]))
    points = random.uniform(-500, 2500, (17, 2))
    if kind == "person":
        points = BODY * random.uniform(1, 300) + random.uniform(0, 1000, 2)
    elif kind == "point":
        points = np.tile(points[:1], (17, 1))
    elif kind == "wild":
        points[draw(st.integers(0, 16))] = (draw(_COORDINATES), draw(_COORDINATES))
    scores = random.uniform(0.01, 1.0, 17)
    gone = random.random(17) < draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))
    points[gone], scores[gone] = np.nan, 0.0
    score = draw(st.sampled_from([0.0, 0.2, 0.9, 1.0, float("nan")]))
    return Pose(points.astype(np.float32), scores.astype(np.float32), score)


@settings(max_examples=80, deadline=None)
@given(
    frames=st.lists(
        st.tuples(
            st.lists(_garbage_poses(), max_size=4),
            st.sampled_from([0.033, 0.033, 0.1, 0.0, 1e-9, 5.0, -1.0]),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_garbage_never_breaks_the_tracker(frames: list[tuple[list[Pose], float, bool]]) -> None:
    tracker, selector = Tracker(DEFAULTS, COCO17), OperatorSelector(DEFAULTS)
    moment = 10.0
    for poses, step, double in frames:
        moment += step
        tracks = tracker.update(poses * 2 if double else poses, moment)
        check_invariants(tracks, moment)
        operator = selector.update(tracks, moment)
        assert operator is None or operator in {t.track_id for t in tracks}


def test_time_and_memory_stay_flat_with_people_coming_and_going() -> None:
    random = np.random.default_rng(0)
    tracker, selector = Tracker(DEFAULTS, COCO17), OperatorSelector(DEFAULTS)
    people = [make_pose(200, random=random), make_pose(600, random=random)]
    spent, sizes, last_id = [], [], 0

    def play(first: int, count: int) -> float:
        nonlocal last_id
        start = time.perf_counter()
        for index in range(first, first + count):
            here = [p for n, p in enumerate(people) if (index // 60 + n) % 3 != 0]
            tracks = tracker.update(here, index / 30)
            selector.update(tracks, index / 30)
            last_id = max([last_id, *(t.track_id for t in tracks)])
        return time.perf_counter() - start

    for block in range(10):
        spent.append(play(block * 600, 600))
        sizes.append(len(tracker._people))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    play(6000, 600)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert last_id > 50
    assert max(sizes) <= 3
    assert min(spent[5:]) < 2.0 * min(spent[:5])
    assert grown < 200_000

"""Changes to keypoint recordings do what they say, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_body import PERFORMANCES, Body, perform

from gesturepose.datatypes import Pose, PoseFrame
from gesturepose.evaluation import variations
from gesturepose.evaluation.conditions import CONDITIONS, vary_labels, vary_recording
from gesturepose.evaluation.labels import Interval, Label, LabelledSource
from gesturepose.evaluation.resampling import choose_frames, draw_times, resample
from gesturepose.evaluation.variations import Stance, measure_stance
from gesturepose.skeleton import COCO17

SPREAD = list(perform(PERFORMANCES["spread"], body=Body(noise_px=1.0)))
SHARES = st.floats(0.0, 1.0)
SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=25, deadline=None)  # the machine may be busy


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def keypoints_of(frames: list[PoseFrame]) -> np.ndarray:
    return np.stack([frame.poses[0].keypoints for frame in frames])


def assert_same(a: list[PoseFrame], b: list[PoseFrame]) -> None:
    assert [f.timestamp for f in a] == [f.timestamp for f in b]
    for one, other in zip(a, b, strict=True):
        for p, q in zip(one.poses, other.poses, strict=True):
            np.testing.assert_array_equal(p.keypoints, q.keypoints)
            np.testing.assert_array_equal(p.scores, q.scores)


def stance() -> Stance:
    found = measure_stance(SPREAD)
    assert found is not None
    return found


def test_a_stance_is_where_the_shoulders_are() -> None:
    found = stance()
    assert found.shoulder_px == pytest.approx(100, abs=1)
    assert (found.x_px, found.y_px) == pytest.approx((320, 200), abs=1)
    # f = 0.8 * 640 px, so 0.32 m look 100 px wide at 512 * 0.32 / 100 m
    assert found.distance_m == pytest.approx(1.64, abs=0.02)


def test_nobody_has_no_stance_and_is_left_alone() -> None:
    empty = [PoseFrame([], 0.1 * i, i, (640, 480)) for i in range(5)]
    assert measure_stance(empty) is None
    for condition in CONDITIONS.values():
        if condition.suits_recordings:
            assert not any(frame.poses for frame in vary_recording(empty, condition))
    assert vary_recording([], CONDITIONS["low_light"]) == []


def test_of_two_people_the_one_with_wider_shoulders_counts() -> None:
    near = list(perform([], body=Body(center=(150.0, 200.0), unit=120.0)))
    far = list(perform([], body=Body(center=(500.0, 200.0), unit=60.0)))
    both = [
        PoseFrame([*a.poses, *b.poses], a.timestamp, a.index, a.size)
        for a, b in zip(far, near, strict=True)
    ]
    found = measure_stance(both)
    assert found is not None
    assert (found.shoulder_px, found.x_px) == pytest.approx((120, 150))


@few
@given(distance_m=st.floats(0.5, 5.0), x=st.floats(0.2, 0.8), y=st.floats(0.2, 0.8))
def test_the_view_is_the_one_asked_for(distance_m: float, x: float, y: float) -> None:
    still = SPREAD[:1]
    found = measure_stance(still)
    assert found is not None
    matrix = variations.view_matrix(found, distance_m=distance_m, x=x, y=y)
    moved = measure_stance(variations.transform(still, matrix))
    shoulder_px = 0.32 * 0.8 * 640 / distance_m
    inside = abs(x - 0.5) * 640 + shoulder_px / 2 < 315
    if inside:
        assert moved is not None
        assert moved.distance_m == pytest.approx(distance_m, rel=1e-3)
        assert (moved.x_px, moved.y_px) == pytest.approx((x * 640, y * 480), abs=0.5)


def test_a_reduced_picture_stands_on_the_lower_edge() -> None:
    matrix = variations.view_matrix(stance(), distance_m=4.0, x=0.5)
    assert (matrix @ (320.0, 480.0, 1.0))[1] == pytest.approx(480.0)


@few
@given(roll_deg=st.floats(-45, 45), pitch_deg=st.floats(-25, 25))
def test_turning_the_camera_can_be_undone(roll_deg: float, pitch_deg: float) -> None:
    matrix = variations.view_matrix(stance(), roll_deg=roll_deg, pitch_deg=pitch_deg)
    there = variations.transform(SPREAD[:5], matrix)
    back = variations.transform(there, np.linalg.inv(matrix).astype(np.float64))
    for frame, original in zip(back, SPREAD[:5], strict=True):
        for pose in frame.poses:
            seen = pose.scores > 0
            np.testing.assert_allclose(
                pose.keypoints[seen], original.poses[0].keypoints[seen], atol=0.05
            )


def test_a_camera_turned_clockwise_sees_the_right_shoulder_higher_or_lower() -> None:
    left, right = COCO17.index("left_shoulder"), COCO17.index("right_shoulder")
    clockwise = variations.transform(SPREAD, variations.view_matrix(stance(), roll_deg=15.0))
    first = clockwise[0].poses[0].keypoints
    # The person's left is at the picture's right, which a clockwise turn brings down.
    assert first[left, 1] - first[right, 1] == pytest.approx(100 * np.sin(np.pi / 12), abs=5)


def test_looking_down_widens_what_is_high() -> None:
    """What lies farther from the axis of a camera is stretched more."""
    ears = [COCO17.index("left_ear"), COCO17.index("right_ear")]
    hips = [COCO17.index("left_hip"), COCO17.index("right_hip")]

    def ratio(pitch_deg: float) -> float:
        matrix = variations.view_matrix(stance(), pitch_deg=pitch_deg)
        xy = variations.transform(SPREAD, matrix)[0].poses[0].keypoints
        return float(np.ptp(xy[ears, 0]) / np.ptp(xy[hips, 0]))

    assert ratio(15.0) > 1.05 * ratio(0.0) > 1.1 * ratio(-15.0)


@few
@given(matrix=st.tuples(st.floats(0.2, 4), st.floats(-500, 500), st.floats(-500, 500)))
def test_what_leaves_the_picture_is_missing(matrix: tuple[float, float, float]) -> None:
    factor, x_px, y_px = matrix
    moved = variations.transform(
        SPREAD[:3], np.array([[factor, 0, x_px], [0, factor, y_px], [0, 0, 1.0]])
    )
    for frame in moved:
        for pose in frame.poses:
            xy = pose.keypoints[pose.scores > 0]
            assert ((xy >= 0) & (xy < frame.size)).all()


def test_mirroring_twice_changes_nothing_and_once_swaps_the_sides() -> None:
    once = variations.mirror(SPREAD)
    a, b = SPREAD[0].poses[0].keypoints, once[0].poses[0].keypoints
    left, right = COCO17.index("left_wrist"), COCO17.index("right_wrist")
    np.testing.assert_allclose(b[left], (639 - a[right, 0], a[right, 1]), rtol=1e-6)
    twice = keypoints_of(variations.mirror(once))
    np.testing.assert_allclose(twice, keypoints_of(SPREAD), atol=1e-3)


@pytest.mark.parametrize("name", [*PERFORMANCES, "swipe_left_twice"])
def test_mirrored_names_come_back(name: str) -> None:
    other = variations.mirror_name(name)
    assert variations.mirror_name(other) == name
    assert (other == name) == ("left" not in name and "right" not in name)


def test_noise_is_as_large_as_asked() -> None:
    shaken = variations.add_noise(SPREAD, sd_px=3.0, sd_shoulders=0.04, rng=generator())
    apart = keypoints_of(shaken) - keypoints_of(SPREAD)
    assert np.nanstd(apart) == pytest.approx(np.hypot(3.0, 4.0), rel=0.05)
    np.testing.assert_array_equal(np.isnan(apart), np.isnan(keypoints_of(SPREAD)))


@few
@given(share=SHARES, seed=SEEDS)
def test_hiding_takes_the_share_asked_for_and_only_that_keypoint(share: float, seed: int) -> None:
    hidden = variations.hide(SPREAD, ["nose"], share=share, block_s=0.03, rng=generator(seed))
    gone = np.array([frame.poses[0].scores[0] == 0 for frame in hidden])
    assert gone.mean() == pytest.approx(share, abs=0.2)
    for before, after in zip(SPREAD, hidden, strict=True):
        np.testing.assert_array_equal(before.poses[0].keypoints[1:], after.poses[0].keypoints[1:])


def test_somebody_of_whom_nothing_is_left_is_nobody() -> None:
    assert not any(f.poses for f in variations.hide(SPREAD, COCO17.keypoints, rng=generator()))


@few
@given(factor=st.floats(1e-9, 1.0))
def test_scores_fall_but_no_keypoint_goes_missing(factor: float) -> None:
    (frame,) = variations.scale_scores(SPREAD[:1], factor)
    before, after = SPREAD[0].poses[0].scores, frame.poses[0].scores
    assert (after <= before).all()
    np.testing.assert_array_equal(after > 0, before > 0)


@few
@given(fps=st.floats(5, 120), jitter=st.floats(0, 0.49), drop=st.floats(0, 0.5), seed=SEEDS)
def test_other_frame_rates_keep_time_in_order(
    fps: float, jitter: float, drop: float, seed: int
) -> None:
    varied = resample(SPREAD, fps=fps, jitter=jitter, drop=drop, rng=generator(seed))
    times_s = np.array([frame.timestamp for frame in varied])
    assert (np.diff(times_s) > 0).all()
    assert times_s[0] >= SPREAD[0].timestamp
    assert times_s[-1] <= SPREAD[-1].timestamp
    assert [frame.index for frame in varied] == list(range(len(varied)))
    wanted = min(fps, 30.0) if fps < 22.5 else fps
    seconds = SPREAD[-1].timestamp
    assert len(varied) == pytest.approx(wanted * seconds * (1 - drop), rel=0.3, abs=8)


def test_a_slower_camera_gives_frames_that_were_there() -> None:
    known = {frame.timestamp: frame for frame in SPREAD}
    for frame in resample(SPREAD, fps=15.0, jitter=0.3, rng=generator()):
        assert frame.poses is known[frame.timestamp].poses


def test_a_faster_camera_gives_frames_between() -> None:
    fast = resample(SPREAD, fps=60.0, rng=generator())
    assert len(fast) == 2 * len(SPREAD) - 1
    middle = (keypoints_of(SPREAD)[:-1] + keypoints_of(SPREAD)[1:]) / 2
    np.testing.assert_allclose(keypoints_of(fast)[1::2], middle, atol=1e-2)
    np.testing.assert_allclose(keypoints_of(fast)[::2], keypoints_of(SPREAD), atol=1e-2)


def test_people_are_interpolated_with_themselves_whatever_their_order() -> None:
    other = list(perform([], body=Body(center=(560.0, 200.0), unit=40.0)))
    both = []
    for i, (a, b) in enumerate(zip(SPREAD, other, strict=False)):
        poses: list[Pose] = [*a.poses, *b.poses][:: 1 if i % 2 else -1]
        both.append(PoseFrame(poses, a.timestamp, i, a.size))
    for frame in resample(both, fps=60.0, rng=generator()):
        x = sorted(float(np.nanmean(pose.keypoints[:, 0])) for pose in frame.poses)
        assert x == pytest.approx([320, 560], abs=15)


def test_what_one_of_two_frames_lacks_is_as_in_the_nearer() -> None:
    nobody = PoseFrame([], SPREAD[1].timestamp, 1, (640, 480))
    varied = resample([SPREAD[0], nobody, SPREAD[2]], fps=120.0, rng=generator())
    assert [len(frame.poses) for frame in varied] == [1, 1, 0, 0, 0, 0, 1, 1, 1]


@few
@given(
    times=st.lists(st.floats(0, 100), min_size=0, max_size=20, unique=True),
    wanted=st.lists(st.floats(-10, 110), min_size=1, max_size=20),
)
def test_the_nearest_frame_is_chosen_and_none_twice(
    times: list[float], wanted: list[float]
) -> None:
    times_s = np.array(sorted(times))
    rows = choose_frames(times_s, np.array(sorted(wanted)))
    assert sorted(set(rows.tolist())) == rows.tolist()
    if len(times_s) > 1:
        nearest = {float(np.abs(times_s - moment).min()) for moment in wanted}
        chosen = {float(np.abs(times_s[rows] - moment).min()) for moment in wanted}
        assert chosen == nearest


def test_frames_come_when_the_camera_gives_them() -> None:
    steady = draw_times(start_s=1.0, end_s=2.0, fps=10.0, rng=generator())
    np.testing.assert_allclose(steady, np.linspace(1.0, 2.0, 11))
    late = draw_times(start_s=0.0, end_s=100.0, fps=10.0, jitter=0.3, drop=0.1, rng=generator())
    assert len(late) == pytest.approx(900, rel=0.05)
    assert np.abs(late * 10 - np.round(late * 10)).max() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions_repeat_exactly_and_leave_what_they_were_given(name: str) -> None:
    condition = CONDITIONS[name]
    if not condition.suits_recordings:
        with pytest.raises(ValueError, match=name):
            vary_recording(SPREAD, condition)
        return
    before = keypoints_of(SPREAD).copy()
    varied = vary_recording(SPREAD, condition, seed=3)
    assert_same(varied, vary_recording(SPREAD, condition, seed=3))
    np.testing.assert_array_equal(keypoints_of(SPREAD), before)
    by_chance = condition.low_light or condition.elbows_hidden or condition.fps
    if by_chance:
        other = vary_recording(SPREAD, condition, seed=4)
        with pytest.raises(AssertionError):
            assert_same(varied, other)


def test_seated_people_show_no_hips() -> None:
    hips = [COCO17.index("left_hip"), COCO17.index("right_hip")]
    for frame in vary_recording(SPREAD, CONDITIONS["seated"]):
        assert not frame.poses[0].scores[hips].any()
        assert frame.poses[0].scores[[5, 6]].all()


LABELS = LabelledSource(
    Path("a.poses.jsonl"),
    (Label("swipe_left", 1.0, 2.0, 3.0), Label("spread", 1.5, 3.4, 3.7)),
    (Interval("point", 8.0, 9.0),),
)


def test_left_handed_labels_are_mirrored() -> None:
    varied = vary_labels(LABELS, CONDITIONS["left_handed"], SPREAD)
    assert [label.name for label in varied.gestures] == ["swipe_right", "spread"]
    assert varied.ignore == LABELS.ignore


def test_a_hand_outside_the_picture_is_not_asked_for() -> None:
    labels = LabelledSource(Path("a.poses.jsonl"), LABELS.gestures[1:])
    near = vary_labels(labels, CONDITIONS["near_0.6m"], SPREAD)
    assert (near.gestures, near.ignore) == ((), (Interval("spread", 1.5, 3.7),))
    for name in ("as_recorded", "far_3.5m", "near_1m", "seated", "low_light"):
        assert vary_labels(labels, CONDITIONS[name], SPREAD) == labels

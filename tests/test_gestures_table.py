"""A moving body in, gestures and actions out: what every gesture does, and what nothing does."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from support_body import PERFORMANCES, Body, Key, hold, mirrored, perform
from support_pipeline import actions_of, begun, default, events_of, make_pipeline, run

from gesturepose.actions.settings import Binding
from gesturepose.datatypes import Phase, Pose, PoseFrame
from gesturepose.skeleton import COCO17

MIRRORED = {
    "raise_right_hand": "raise_left_hand",
    "raise_left_hand": "raise_right_hand",
    "swipe_left": "swipe_right",
    "swipe_right": "swipe_left",
}


def test_the_default_file_defines_a_performance_for_every_gesture() -> None:
    assert set(PERFORMANCES) == set(default().gestures)


@pytest.mark.parametrize("name", PERFORMANCES)
def test_each_gesture_fires_once_and_alone(name: str) -> None:
    assert begun(run(perform(PERFORMANCES[name]))) == [name]


@pytest.mark.parametrize("name", PERFORMANCES)
def test_each_gesture_works_with_the_other_hand(name: str) -> None:
    assert begun(run(perform(mirrored(PERFORMANCES[name])))) == [MIRRORED.get(name, name)]


@pytest.mark.parametrize(
    ("body", "fps"),
    [
        pytest.param(Body(unit=40.0, center=(150.0, 120.0)), 15.0, id="far, 15 fps"),
        pytest.param(
            Body(unit=170.0, center=(700.0, 400.0), size=(1280, 720)), 60.0, id="near, 60 fps"
        ),
        pytest.param(Body(noise_px=1.5), 30.0, id="noisy"),
        pytest.param(Body(hidden=("left_ear", "right_eye")), 20.0, id="part of the face hidden"),
    ],
)
@pytest.mark.parametrize("name", PERFORMANCES)
def test_distance_noise_and_frame_rate_do_not_matter(name: str, body: Body, fps: float) -> None:
    if name in ("raise_left_hand", "hands_up") and "left_ear" in body.hidden:
        pytest.skip("the rule compares the wrist with that ear")
    frames = perform(PERFORMANCES[name], body=body, fps=fps, idle_s=1.1)
    assert begun(run(frames)) == [name]


@pytest.mark.parametrize("name", [n for n in PERFORMANCES if n != "hand_on_hip"])
def test_somebody_seated_shows_no_hips(name: str) -> None:
    body = Body(hidden=("left_hip", "right_hip"))
    assert begun(run(perform(PERFORMANCES[name], body=body, fps=20.0, idle_s=1.1))) == [name]


@pytest.mark.parametrize("name", ["raise_right_hand", "t_pose"])
def test_a_posture_begins_after_its_hold_and_ends_after_its_release(name: str) -> None:
    gesture = default().gestures[name]
    events = events_of(run(perform(PERFORMANCES[name], fps=60.0)))
    phases = [(event.phase, event.timestamp) for event in events if event.gesture == name]
    began, ended = phases[0][1], phases[-1][1]
    assert phases[0][0] is Phase.BEGIN
    assert phases[-1][0] is Phase.END
    assert {phase for phase, _ in phases[1:-1]} == {Phase.UPDATE}
    # Idle 1.5 s and 0.6 s on the way; the last part of the way may count as being there.
    assert 1.5 + 0.4 + gesture.hold_s <= began <= 1.5 + 0.6 + gesture.hold_s + 0.15
    assert ended > began + 0.3


def test_a_posture_not_held_long_enough_is_none() -> None:
    assert begun(run(perform(hold(0.1, Key(0.4, right=(0.9, 1.0)))))) == []


def test_a_slow_movement_is_no_swipe() -> None:
    keys = [Key(0.8, right=(1.4, -0.1)), Key(4.0, right=(-0.25, -0.1))]
    assert begun(run(perform(keys))) == []


def test_scratching_the_head_is_none() -> None:
    shaking = [Key(0.15, right=(0.25 + 0.05 * (i % 2), 1.0 + 0.04 * (i % 2))) for i in range(12)]
    assert begun(run(perform([Key(0.8, right=(0.25, 1.0)), *shaking]))) == []


def test_walking_past_is_none() -> None:
    keys = [Key(1.5, origin=(2.6, 0.0)), Key(2.5, origin=(-2.6, 0.0)), Key(1.5)]
    assert begun(run(perform(keys, body=Body(unit=60.0)))) == []


def test_standing_still_is_none() -> None:
    body = Body(noise_px=2.0)
    assert begun(run(perform(hold(25.0, Key(1.0)), body=body))) == []


def test_a_lost_operator_cancels_what_was_going_on_and_releases_keys() -> None:
    frames = list(perform(hold(2.0, Key(0.6, right=(0.9, 1.0)))))
    seen = [f for f in frames if f.timestamp < 3.2]
    gone = [dataclasses.replace(f, poses=[]) for f in frames if f.timestamp >= 3.2]
    later = [
        PoseFrame([], gone[-1].timestamp + (i + 1) / 30, gone[-1].index + i + 1, (640, 480))
        for i in range(120)
    ]
    snapshots = run(
        [*seen, *gone, *later],
        make_pipeline(bindings=[Binding(gesture="raise_right_hand", hold="ctrl")]),
    )
    phases = [event.phase for event in events_of(snapshots)]
    assert phases[0] is Phase.BEGIN
    assert phases[-1] in (Phase.END, Phase.CANCEL)
    assert [str(action) for action in actions_of(snapshots)] == ["hold ctrl", "release ctrl"]


def test_cancel_releases_and_forgets() -> None:
    pipeline = make_pipeline(bindings=[Binding(gesture="raise_right_hand", hold="ctrl")])
    frames = [f for f in perform(hold(3.0, Key(0.6, right=(0.9, 1.0)))) if f.timestamp < 3.5]
    run(frames, pipeline)
    events, actions = pipeline.cancel(3.5)
    assert [event.phase for event in events] == [Phase.CANCEL]
    assert [str(action) for action in actions] == ["release ctrl"]
    assert pipeline.cancel(3.6) == ([], [])


def _join(a: PoseFrame, b: PoseFrame) -> PoseFrame:
    return dataclasses.replace(a, poses=[*a.poses, *b.poses])


def test_bystanders_never_act() -> None:
    still = perform(hold(4.0, Key(1.0)), body=Body(center=(200.0, 200.0), unit=90.0))
    waving = perform(
        [*PERFORMANCES["spread"], Key(1.0)], body=Body(center=(520.0, 180.0), unit=45.0)
    )
    assert begun(run([_join(a, b) for a, b in zip(still, waving, strict=False)])) == []


def test_the_operator_acts_whoever_walks_in() -> None:
    operator = perform(
        [Key(2.0), *PERFORMANCES["spread"], Key(1.0)], body=Body(center=(200.0, 200.0), unit=90.0)
    )
    visitor = perform(hold(9.0, Key(1.0)), body=Body(center=(520.0, 180.0), unit=60.0))
    frames = [
        a if a.timestamp < 2.0 else _join(b, a) for a, b in zip(operator, visitor, strict=False)
    ]
    assert begun(run(frames)) == ["spread"]


def test_with_wake_gestures_count_only_after_the_wake_gesture() -> None:
    spread, wake = PERFORMANCES["spread"], PERFORMANCES["raise_right_hand"]
    pause = [Key(1.0), Key(0.5)]
    asleep = run(perform([*spread, *pause]), make_pipeline(engagement="wake"))
    assert begun(asleep) == []
    awake = run(
        perform([*spread, *pause, *wake, *pause, *spread]), make_pipeline(engagement="wake")
    )
    assert begun(awake) == ["raise_right_hand", "spread"]


def test_progress_tells_how_near_and_what_blocks() -> None:
    snapshots = run(perform(PERFORMANCES["raise_right_hand"]))
    values = [s.progress["raise_right_hand"].value for s in snapshots if s.progress]
    assert min(values) == 0.0
    assert max(values) == 1.0
    rising = [(a, b) for a, b in pairwise(values) if 0 < a < 1 and b > a]
    assert len(rising) >= 5
    assert any("nose" in s.progress["raise_right_hand"].blocked_by for s in snapshots if s.progress)


def test_the_same_frames_give_the_same_result() -> None:
    frames = list(perform(PERFORMANCES["gather"], body=Body(noise_px=2.0)))
    first, second = (events_of(run(frames)) for _ in range(2))
    assert first == second
    assert first


def test_poses_without_shoulders_never_crash() -> None:
    xy = np.full((len(COCO17), 2), np.nan, np.float32)
    scores = np.zeros(len(COCO17), np.float32)
    for row in (0, 1, 2, 9, 10):
        xy[row], scores[row] = (300 + row, 200), 0.9
    face = Pose(keypoints=xy, scores=scores, score=0.8)
    frames = [PoseFrame([face], i / 30, i, (640, 480)) for i in range(90)]
    assert begun(run(frames)) == []
    assert not math.isnan(frames[-1].timestamp)

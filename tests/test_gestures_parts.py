"""The parts of the gesture stage, each on its own."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from support_body import Body, Key, perform, points_with
from support_pipeline import default

from gesturepose.datatypes import GestureEvent, GestureProgress, Phase, Track, TrackState
from gesturepose.gestures.body import BodyCoordinates, BodyPose
from gesturepose.gestures.classifier import GestureClassifier
from gesturepose.gestures.engagement import Engagement
from gesturepose.gestures.history import History
from gesturepose.gestures.machine import GestureMachine
from gesturepose.gestures.points import POINT_NAMES, ROWS, mirrored, resolve
from gesturepose.gestures.postures import Posture, Stage, Unmet, are_met
from gesturepose.gestures.settings import Gesture, PoseRule
from gesturepose.skeleton import COCO17

K = len(COCO17)


def make_track(
    keypoints: np.ndarray,
    *,
    t: float = 0.0,
    track_id: int = 1,
    velocities: np.ndarray | None = None,
    state: TrackState = TrackState.CONFIRMED,
) -> Track:
    xy = keypoints.astype(np.float32)
    visible = np.asarray(~np.isnan(xy).any(axis=1))
    moving = np.zeros_like(xy) if velocities is None else velocities.astype(np.float32)
    moving[~visible] = np.nan
    return Track(track_id, xy, moving, visible, state, t)


# Points and sides


@pytest.mark.parametrize("name", POINT_NAMES)
def test_every_point_resolves_to_a_row_on_either_side(name: str) -> None:
    assert {resolve(name, side) in ROWS for side in ("left", "right")} == {True}


def test_sides_are_filled_in_and_mirrored() -> None:
    assert resolve("either_wrist", "left") == "left_wrist"
    assert resolve("other_wrist", "left") == "right_wrist"
    assert resolve("nose", None) == "nose"
    assert mirrored("left_wrist") == "right_wrist"
    assert mirrored("nose") is None
    with pytest.raises(ValueError, match="needs a side"):
        resolve("either_wrist", None)


# Postures


@pytest.mark.parametrize(
    ("rule", "met", "missed"),
    [
        ({"above": ("nose", "left_hip"), "margin": 0.5}, (0.0, 0.6), (0.0, 0.4)),
        ({"below": ("nose", "left_hip"), "margin": 0.5}, (0.0, -0.6), (0.0, -0.4)),
        ({"right_of": ("nose", "left_hip"), "margin": 0.5}, (0.6, 0.0), (0.4, 0.0)),
        ({"left_of": ("nose", "left_hip"), "margin": 0.5}, (-0.6, 0.0), (-0.4, 0.0)),
        ({"near": ("nose", "left_hip"), "max_distance": 1.0}, (0.6, 0.7), (0.8, 0.7)),
        ({"apart": ("nose", "left_hip"), "min_distance": 1.0}, (0.8, 0.7), (0.6, 0.7)),
    ],
)
def test_a_rule_is_met_on_one_side_of_its_threshold(
    rule: dict[str, object], met: tuple[float, float], missed: tuple[float, float]
) -> None:
    posture = Posture.compile(PoseRule.model_validate(rule), None)
    for nose, expected in ((met, True), (missed, False)):
        points = points_with(nose=nose, left_hip=(0.0, 0.0))
        assert (posture.margin(points, None, stage=Stage.NEW) >= 0) is expected
    # What is held survives a little more than what it took to enter.
    points = points_with(nose=missed, left_hip=(0.0, 0.0))
    assert posture.margin(points, None, stage=Stage.BEGUN) >= 0


def test_outside_means_away_from_the_middle_on_both_sides() -> None:
    rule = PoseRule(outside=("either_elbow", "either_wrist"), margin=0.2)
    points = points_with(
        left_elbow=(-1.0, 0.0),
        left_wrist=(-0.5, 0.0),
        right_elbow=(1.0, 0.0),
        right_wrist=(1.5, 0.0),
    )
    assert Posture.compile(rule, "left").margin(points, None, stage=Stage.NEW) > 0
    assert Posture.compile(rule, "right").margin(points, None, stage=Stage.NEW) < 0


@pytest.mark.parametrize(("wrist", "degrees"), [((2.0, 0.0), 180), ((1.0, 1.0), 90), ((0, 0), 0)])
def test_angles(wrist: tuple[float, float], degrees: float) -> None:
    rule = PoseRule(
        angle=("left_shoulder", "left_elbow", "left_wrist"),
        min_deg=max(degrees - 1, 0),
        max_deg=min(degrees + 1, 180),
    )
    points = points_with(left_shoulder=(0, 0), left_elbow=(1, 0), left_wrist=wrist)
    assert Posture.compile(rule, None).margin(points, None, stage=Stage.NEW) >= 0


def test_what_is_not_visible_is_not_met_unless_optional() -> None:
    points = points_with(nose=(0.0, 0.5))
    rule = PoseRule(above=("left_wrist", "nose"))
    assert Posture.compile(rule, None).margin(points, None, stage=Stage.NEW) == -math.inf
    optional = PoseRule(above=("left_wrist", "nose"), optional=True)
    assert Posture.compile(optional, None).margin(points, None, stage=Stage.NEW) == math.inf


# Settings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"pose": [{}]}, "exactly one"),
        ({"pose": [{"above": ("nose", "left_eye"), "below": ("nose", "left_eye")}]}, "above and"),
        ({"pose": [{"above": ("nose", "left_eyes")}]}, "did you mean 'left_eye'"),
        ({"pose": [{"near": ("nose", "left_eye")}]}, "needs max_distance"),
        ({"pose": [{"near": ("nose", "left_eye"), "margin": 1.0}]}, "takes max_distance"),
        ({"pose": [{"angle": ("nose", "left_eye", "left_ear")}]}, "needs min_deg or max_deg"),
        ({}, "needs pose rules or a motion"),
        ({"motion": {"distance": 1.0}}, "either keypoint or between"),
        ({"motion": {"keypoint": "nose", "distance": 1.0}}, "towards .* or swings"),
        ({"motion": {"keypoint": "nose", "towards": "apart", "distance": 1.0}}, "go with between"),
        ({"motion": {"keypoint": "nose", "swings": 3, "distance": 1.0}}, "axis"),
        ({"motion": {"keypoint": "nose", "towards": "camera", "distance": 1.0}}, "of a wrist"),
        (
            {"motion": {"keypoint": "nose", "towards": "up", "distance": 1.0}, "hold_s": 1.0},
            "go with postures",
        ),
    ],
)
def test_a_gesture_that_makes_no_sense_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Gesture.model_validate(values)


# Body coordinates


def body_of(frame_index: int = 45, **options: object) -> BodyPose:
    body = Body(**options)  # type: ignore[arg-type]
    coordinates = BodyCoordinates()
    result = None
    for frame in perform([Key(0.5, right=(1.2, 0.4)), Key(1.0, right=(1.2, 0.4))], body=body):
        result = coordinates.update(make_track(frame.poses[0].keypoints, t=frame.timestamp))
        if frame.index == 45 + frame_index:
            break
    assert result is not None
    return result


@pytest.mark.parametrize("unit", [25.0, 100.0, 400.0])
def test_body_coordinates_do_not_depend_on_distance_or_place(unit: float) -> None:
    body = body_of(unit=unit, center=(3 * unit, 2 * unit))
    reference = body_of()
    seen = ~np.isnan(reference.points)
    assert np.allclose(body.points[seen], reference.points[seen], atol=0.02)
    assert np.allclose(body.points[ROWS["right_wrist"]], (1.2, 0.4), atol=0.02)
    assert body.facing == pytest.approx(1.0, abs=0.01)


def test_without_shoulders_there_are_no_body_coordinates() -> None:
    keypoints = np.full((K, 2), np.nan)
    keypoints[0] = (10, 10)
    assert BodyCoordinates().update(make_track(keypoints)) is None


def test_hips_that_are_not_seen_are_estimated() -> None:
    body = body_of(hidden=("left_hip",))
    assert body.points[ROWS["mid_hip"]][1] == pytest.approx(-1.5)


def test_the_resting_place_of_a_hand_is_learned() -> None:
    body = body_of()
    assert np.allclose(body.points[ROWS["left_rest"]], (-0.5, -1.45), atol=0.05)


# Engagement


def test_always_lets_everything_pass() -> None:
    engagement = Engagement(mode="always", wake="wave", engaged_s=1.0)
    events = [GestureEvent("push", phase, 1, 0.0) for phase in Phase]
    assert engagement.update(events)[0].phase is Phase.BEGIN
    assert engagement.is_engaged(1, 0.0)
    assert not engagement.is_engaged(None, 0.0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["wave", "push", "clap"]), st.sampled_from(list(Phase))),
        max_size=40,
    )
)
def test_what_does_not_begin_never_ends(steps: list[tuple[str, Phase]]) -> None:
    engagement = Engagement(mode="wake", wake="wave", engaged_s=0.5)
    active: set[str] = set()
    for i, (gesture, phase) in enumerate(steps):
        for event in engagement.update([GestureEvent(gesture, phase, 1, i * 0.1)]):
            if event.phase is Phase.BEGIN:
                active.add(event.gesture)
            else:
                assert event.gesture in active
            if event.phase in (Phase.END, Phase.CANCEL):
                active.discard(event.gesture)


def test_engagement_runs_out_and_belongs_to_one_person() -> None:
    engagement = Engagement(mode="wake", wake="wave", engaged_s=2.0)
    engagement.update([GestureEvent("wave", Phase.BEGIN, 1, 0.0)])
    assert engagement.is_engaged(1, 1.0)
    assert not engagement.is_engaged(2, 1.0)
    assert not engagement.is_engaged(1, 2.5)
    assert engagement.update([GestureEvent("push", Phase.BEGIN, 1, 2.5)]) == []


# The classifier on anything

coordinate = st.one_of(st.just(math.nan), st.floats(-5000, 5000, width=32))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_track_makes_the_classifier_crash_or_contradict_itself(data: st.DataObject) -> None:
    """BEGIN and END alternate per gesture, whatever is fed in; nothing is active after cancel."""
    classifier = GestureClassifier(default().gestures, default().classifier)
    active: set[str] = set()
    t = 0.0
    frames = data.draw(st.integers(1, 12))
    base = np.array(data.draw(st.lists(coordinate, min_size=2 * K, max_size=2 * K))).reshape(K, 2)
    for _ in range(frames):
        t += data.draw(st.sampled_from([0.0, 0.01, 0.033, 0.5, 3.0]))
        move = data.draw(st.floats(-200, 200))
        track = make_track(
            base + move,
            t=t,
            track_id=data.draw(st.integers(1, 2)),
            velocities=np.full((K, 2), move),
            state=data.draw(st.sampled_from(list(TrackState))),
        )
        for event in classifier.update(data.draw(st.sampled_from([track, track, None])), t):
            if event.phase is Phase.BEGIN:
                assert event.gesture not in active
                active.add(event.gesture)
            else:
                assert event.gesture in active
                if event.phase is not Phase.UPDATE:
                    active.discard(event.gesture)
    for event in classifier.cancel(t):
        active.discard(event.gesture)
    assert not active
    assert classifier.progress == {}


def test_a_change_of_operator_cancels() -> None:
    classifier = GestureClassifier(default().gestures, default().classifier)
    frames = list(perform([Key(0.6, right=(0.9, 1.0)), Key(3.0, right=(0.9, 1.0))]))
    begun = []
    for frame in itertools.takewhile(lambda f: f.timestamp < 3.5, frames):
        track = make_track(frame.poses[0].keypoints, t=frame.timestamp)
        begun += classifier.update(track, frame.timestamp)
    assert begun[0].phase is Phase.BEGIN
    other = make_track(frames[0].poses[0].keypoints, t=3.6, track_id=2)
    assert [e.phase for e in classifier.update(other, 3.6)] == [Phase.CANCEL]


# Words


class Silent:
    """An obstacle that counts how often it is put into words."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def words(self) -> str:
        self.asked += 1
        return "too low"


def begins_at(heights: list[float]) -> int | None:
    """At which of the heights above the nose, 30 a second, a hand held at 0.5 or more begins."""
    raised = Gesture(pose=(PoseRule(above=("right_wrist", "nose"), margin=0.5),), hold_s=0.4)
    machine = GestureMachine("raised", raised, default().classifier)
    history = History(3.0)
    for i, height in enumerate(heights):
        body = BodyPose(
            points=points_with(nose=(0.0, 0.0), right_wrist=(0.5, height)),
            observed=np.ones(len(ROWS), bool),
            speeds=np.zeros(len(ROWS), np.float32),
            reach=np.zeros(2, np.float32),
            unit_px=100.0,
            facing=1.0,
            body_speed=0.0,
            timestamp=i / 30,
        )
        history.append(body)
        if machine.read(history, body, {}):
            return i
    return None


def test_what_trembles_about_a_threshold_is_held_once_it_was_met() -> None:
    assert begins_at([0.51] * 20) == 12
    assert begins_at([0.51] + [0.47] * 19) == 12
    assert begins_at([0.47] * 20) is None
    assert begins_at([0.51] + [0.4] * 19) is None


def test_obstacles_are_put_into_words_only_when_asked_for() -> None:
    obstacle = Silent()
    progress = GestureProgress(0.5, active=False, obstacle=obstacle)
    assert (progress.value, progress.active, obstacle.asked) == (0.5, False, 0)
    assert progress.blocked_by == "too low"
    same = GestureProgress(0.5, active=False, obstacle="too low")
    assert progress == same
    assert len({progress, same, GestureProgress(0.5, active=False)}) == 2
    assert progress != GestureProgress(0.5, active=True, obstacle="too low")
    assert progress != "too low"


def test_what_blocks_a_posture_is_its_weakest_rule_on_the_nearest_side() -> None:
    def rules(side: str) -> list[Posture]:
        above = PoseRule(above=("either_wrist", "nose"), margin=0.2)
        still = PoseRule(still="either_wrist", max_speed=0.5)
        return [Posture.compile(rule, side) for rule in (above, still)]

    points = points_with(nose=(0.0, 0.5), left_wrist=(-0.5, -1.0), right_wrist=(0.5, 0.6))
    speeds = np.full(len(ROWS), 0.9, np.float32)
    sides = [rules("left"), rules("right")]
    assert not any(are_met(side, points, speeds, stage=Stage.NEW) for side in sides)
    assert Unmet(sides, points, speeds, stage=Stage.NEW).words == "right wrist still"
    assert Unmet(sides[:1], points, speeds, stage=Stage.NEW).words == "left wrist above nose"
    assert are_met(
        sides[1], points_with(nose=(0.0, 0.5), right_wrist=(0.5, 0.8)), None, stage=Stage.NEW
    )
    nowhere = np.full_like(points, np.nan)
    assert Unmet(sides, nowhere, speeds, stage=Stage.NEW).words == ""
    assert Unmet(sides[1:], nowhere, speeds, stage=Stage.BEGUN).words == "right wrist above nose"

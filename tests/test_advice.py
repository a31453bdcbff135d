from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_body import Body, Key, hold, perform
from support_people import together
from support_pipeline import make_pipeline, run

from gesturepose.advice import Advice, Adviser, Check, Kind, Severity
from gesturepose.capture.recording import PoseRecording
from gesturepose.datatypes import Frame, PoseFrame
from gesturepose.resources import demo_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gesturepose.datatypes import ImageArray
    from gesturepose.pipeline import Snapshot

DEMO_POSES = Path(__file__).parent / "data" / "demo.poses.jsonl"


def advise(snapshots: Iterable[Snapshot], adviser: Adviser | None = None) -> dict[Check, Kind]:
    adviser = adviser or Adviser()
    for snapshot in snapshots:
        adviser.update(snapshot)
    return {advice.check: advice.kind for advice in adviser.advice}


def standing(seconds: float = 2.0, fps: float = 30.0, **body: Any) -> list[Snapshot]:
    person = Body(**body)
    frames = perform([], body=person, idle_s=seconds, fps=fps)
    return run(frame for frame in frames if frame.timestamp < seconds)


def demo_poses(count: int | None = None) -> list[PoseFrame]:
    recording = PoseRecording(DEMO_POSES)
    frames: list[PoseFrame] = []
    while (frame := recording.read()) is not None and (count is None or len(frames) < count):
        frames.append(frame)
    recording.close()
    return frames


@pytest.fixture(scope="module")
def demo_start() -> list[tuple[Snapshot, ImageArray]]:
    """Two seconds of the demo: what the pipeline makes of it, and the pictures."""
    snapshots = run(demo_poses(60))
    video = cv2.VideoCapture(str(demo_clip()))
    pictures = [np.asarray(video.read()[1], np.uint8) for _ in snapshots]
    video.release()
    return list(zip(snapshots, pictures, strict=True))


def repainted(
    start: list[tuple[Snapshot, ImageArray]], paint: Callable[[ImageArray], ImageArray]
) -> list[Snapshot]:
    return [
        dataclasses.replace(s, frame=Frame(paint(image), s.frame.timestamp, s.frame.index))
        for s, image in start
    ]


def darkened(share: float) -> Callable[[ImageArray], ImageArray]:
    return lambda image: (image * share).astype(np.uint8)


def against_the_light(image: ImageArray) -> ImageArray:
    """The middle of the picture, where the person is, in the shade; the rest glaring."""
    picture: ImageArray = cv2.convertScaleAbs(image, alpha=1.3, beta=60).astype(np.uint8)
    picture[:, 220:420] = image[:, 220:420] // 4
    return picture


def test_the_demo_needs_no_change() -> None:
    adviser = Adviser()
    for index, snapshot in enumerate(run(demo_poses())):
        advice = adviser.update(snapshot)
        if index > 30:
            assert all(item.severity is Severity.GOOD for item in advice), snapshot.frame.timestamp
            assert adviser.first is None


@pytest.mark.parametrize(
    ("body", "check", "kind"),
    [
        ({}, Check.DISTANCE, Kind.DISTANT_ENOUGH),
        ({}, Check.PLACE, Kind.IN_PLACE),
        ({"unit": 200.0}, Check.DISTANCE, Kind.NEAR),
        ({"unit": 160.0}, Check.DISTANCE, Kind.SNUG),
        ({"unit": 45.0}, Check.DISTANCE, Kind.FAR),
        ({"unit": 60.0}, Check.DISTANCE, Kind.DISTANT_ENOUGH),
        ({"center": (320.0, 90.0)}, Check.PLACE, Kind.TOO_HIGH),
        ({"center": (320.0, 400.0)}, Check.PLACE, Kind.TOO_LOW),
        ({"center": (120.0, 200.0)}, Check.PLACE, Kind.MOVE_LEFT),
        ({"center": (520.0, 200.0)}, Check.PLACE, Kind.MOVE_RIGHT),
        ({"hidden": ("left_hip", "right_hip")}, Check.PLACE, Kind.NO_HIPS),
    ],
)
def test_where_a_person_stands_is_told(body: dict[str, Any], check: Check, kind: Kind) -> None:
    assert advise(standing(**body))[check] is kind


def test_one_thing_is_put_right_at_a_time_distance_before_place() -> None:
    adviser = Adviser()
    for snapshot in standing(unit=200.0, center=(100.0, 100.0)):
        adviser.update(snapshot)

    assert adviser.first == Advice(Check.DISTANCE, Kind.NEAR)
    assert "Move back" in adviser.first.text


def test_hands_out_of_view_are_no_reason_to_change_anything() -> None:
    found = advise(standing(5.0, hidden=("left_wrist", "right_wrist")))

    assert found[Check.PLACE] is Kind.NO_HANDS
    assert Advice(Check.PLACE, Kind.NO_HANDS).ok


def test_raised_arms_are_not_taken_for_another_distance() -> None:
    raised = hold(2.0, Key(0.6, left=(-1.9, 0.0), right=(1.9, 0.0)))
    adviser = Adviser()
    for index, snapshot in enumerate(run(perform(raised))):
        adviser.update(snapshot)
        assert index < 30 or adviser.first is None


def test_nobody_in_view_is_told_after_a_second() -> None:
    adviser = Adviser()
    here = standing(2.0)
    empty = [PoseFrame([], 2.0 + i / 30, 60 + i, (640, 480)) for i in range(90)]
    pipeline = make_pipeline()
    for snapshot in here:
        adviser.update(snapshot)
    said = [advice[0].kind for advice in (adviser.update(pipeline.step(frame)) for frame in empty)]

    # A second of being seen no more, and as long as the tracker believes in a person unseen.
    assert said[20] is Kind.SEEN
    assert said[-1] is Kind.NOBODY
    assert adviser.first == Advice(Check.PERSON, Kind.NOBODY)


def test_somebody_who_turns_away_is_asked_to_turn_back() -> None:
    turning = []
    for frame in perform([], body=Body(), idle_s=2.0):
        width = np.clip(2.5 - frame.timestamp, 0.2, 1.0)  # within 0.8 s
        pose = frame.poses[0]
        turned = (pose.keypoints - (320, 0)) * (width, 1.0) + (320, 0)
        pose = dataclasses.replace(pose, keypoints=turned.astype(np.float32))
        turning.append(dataclasses.replace(frame, poses=[pose]))

    found = advise(run(turning))

    assert found[Check.PERSON] is Kind.TURNED
    assert found[Check.DISTANCE] is Kind.DISTANT_ENOUGH


def test_of_several_people_it_is_said_that_one_is_obeyed() -> None:
    two = together(
        perform([], body=Body(center=(180.0, 200.0), unit=70.0)),
        perform([], body=Body(center=(470.0, 200.0), unit=70.0)),
    )
    found = advise(run(two))

    assert found[Check.OTHERS] is Kind.SEVERAL
    assert Advice(Check.OTHERS, Kind.SEVERAL).ok


@pytest.mark.parametrize(
    ("fps", "kind"), [(30.0, Kind.FAST_ENOUGH), (10.0, Kind.SLOW), (5.0, Kind.TOO_SLOW)]
)
def test_slow_pictures_are_told(fps: float, kind: Kind) -> None:
    assert advise(standing(6.0, fps))[Check.RATE] is kind


@pytest.mark.parametrize(
    ("paint", "kind"),
    [
        (darkened(1.0), Kind.LIT),
        (darkened(0.5), Kind.LIT),
        (darkened(0.2), Kind.DARK),
        (darkened(0.02), Kind.DARK),
        (against_the_light, Kind.BACKLIT),
        (lambda image: np.minimum(image * 3.0 + 120, 255).astype(np.uint8), Kind.BRIGHT),
    ],
)
def test_light_on_the_face_is_judged(
    demo_start: list[tuple[Snapshot, ImageArray]],
    paint: Callable[[ImageArray], ImageArray],
    kind: Kind,
) -> None:
    assert advise(repainted(demo_start, paint))[Check.LIGHT] is kind


@pytest.mark.parametrize(("level", "kind"), [(2, Kind.BLACK), (22, Kind.DARK)])
def test_a_picture_in_which_nobody_can_be_seen_is_told_apart_from_an_empty_room(
    level: int, kind: Kind
) -> None:
    pipeline = make_pipeline()
    image = np.full((480, 640, 3), level, np.uint8)
    snapshots = [
        dataclasses.replace(
            pipeline.step(PoseFrame([], i / 30, i, (640, 480))), frame=Frame(image, i / 30, i)
        )
        for i in range(60)
    ]

    adviser = Adviser()

    assert advise(snapshots, adviser)[Check.PERSON] is Kind.NOBODY
    assert adviser.first == Advice(Check.LIGHT, kind)


def test_another_source_begins_anew() -> None:
    adviser = Adviser()
    advise(standing(3.0, unit=200.0), adviser)
    found = advise(standing(0.2), adviser)

    assert found[Check.DISTANCE] is Kind.LOOKING


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([35.0, 100.0, 160.0, 200.0]), st.integers(3, 60)), max_size=6
    )
)
def test_what_is_said_stays_for_a_second(changes: list[tuple[float, int]]) -> None:
    pipeline, adviser, index = make_pipeline(), Adviser(), 0
    rng = np.random.default_rng(0)
    changed_s: dict[Check, float] = {}
    before: dict[Check, Kind] = dict.fromkeys(Check, Kind.LOOKING)
    for unit, frames in changes:
        for _ in range(frames):
            frame = PoseFrame([Body(unit=unit).pose(Key(0), rng)], index / 30, index, (640, 480))
            index += 1
            for advice in adviser.update(pipeline.step(frame)):
                if advice.kind is before[advice.check]:
                    continue
                if before[advice.check] is not Kind.LOOKING:
                    assert frame.timestamp - changed_s[advice.check] >= 1.0 - 1e-6
                before[advice.check], changed_s[advice.check] = advice.kind, frame.timestamp


@pytest.mark.parametrize("kind", list(Kind))
def test_everything_is_said_in_one_or_two_short_sentences(kind: Kind) -> None:
    text = Advice(Check.PERSON, kind).text

    assert text.endswith((".", "?", "…"))
    assert len(text) <= 84

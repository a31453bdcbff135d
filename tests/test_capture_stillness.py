"""What the gate takes for new: what moves, some of what hardly does, little of what is still."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_program import begins, parse_events, run_program

from gesturepose.app import make_stages
from gesturepose.capture.opencv import cv2
from gesturepose.capture.opening import open_source
from gesturepose.capture.stillness import StillnessGate
from gesturepose.config import load_config
from gesturepose.datatypes import Frame, GestureProgress, PoseFrame
from gesturepose.resources import default_config, demo_clip
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.datatypes import ImageArray

FPS = 30.0
NOT_YET = GestureProgress(0.0, active=False)


def room(index: int, hand_x: int | None = None, *, noise: float = 3.0) -> Frame:
    rng = np.random.default_rng(index)
    image = np.full((480, 640, 3), 110.0, np.float32)
    image[:, 320:] = 80.0
    if hand_x is not None:
        image[200:260, hand_x : hand_x + 50] = 190.0
    if noise:
        image += noise * rng.standard_normal(image.shape, np.float32)
    return Frame(np.clip(image, 0, 255).astype(np.uint8), index / FPS, index)


@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0])
def test_an_empty_room_is_looked_at_now_and_then(noise: float) -> None:
    gate = StillnessGate(idle_fps=3.0)
    skipped = [gate.skips(room(i, noise=noise), saving=True) for i in range(150)]
    assert not any(skipped[:45])
    looked_at = skipped[60:].count(False)
    assert 8 <= looked_at <= 10  # three a second, for three seconds


def test_a_hand_that_comes_is_let_through_at_once_and_for_as_long_as_it_moves() -> None:
    gate = StillnessGate(idle_fps=3.0)
    for i in range(90):
        gate.skips(room(i), saving=True)
    skipped = [gate.skips(room(90 + i, 100 + 8 * i), saving=True) for i in range(30)]
    assert not any(skipped)
    rest = [gate.skips(room(120 + i, 340), saving=True) for i in range(40)]
    assert not any(rest)  # a posture is held still, and counts


def test_what_changes_slowly_is_looked_at_when_it_has_changed() -> None:
    gate = StillnessGate(idle_fps=0.1)
    dark = room(0, noise=0.0).image
    skipped = [
        gate.skips(Frame(dark + np.uint8(i // 5), i / FPS, i), saving=True) for i in range(300)
    ]
    assert 2 <= skipped[60:].count(False) <= 6  # each 20 of the 48 grey levels, or 10 s


def test_another_size_or_an_earlier_time_begins_anew() -> None:
    gate = StillnessGate(idle_fps=3.0)
    for i in range(90):
        gate.skips(room(i), saving=True)
    small = Frame(np.full((240, 320, 3), 110, np.uint8), 91 / FPS, 91)
    assert not gate.skips(small, saving=True)
    assert not gate.skips(room(0), saving=True)


def test_a_recording_is_never_skipped() -> None:
    gate = StillnessGate(slow_fps=10.0, idle_fps=3.0)
    frames = [PoseFrame([], i / FPS, i, (640, 480)) for i in range(120)]
    assert not any(gate.skips(frame, saving=True) for frame in frames)


@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0])
def test_of_still_pictures_some_are_looked_at_from_the_start(noise: float) -> None:
    gate = StillnessGate(slow_fps=10.0, idle_fps=3.0)
    skipped = [gate.skips(room(i, noise=noise)) for i in range(61)]
    assert not any(skipped[:6])
    assert 17 <= skipped[7:].count(False) <= 19


@pytest.mark.parametrize(("fps", "wanted"), [(60.0, 1 / 6), (30.0, 1 / 3), (15.0, 1), (8.0, 1)])
def test_no_camera_is_looked_at_more_slowly_than_asked(fps: float, wanted: float) -> None:
    gate = StillnessGate(slow_fps=10.0)
    skipped = [gate.skips(Frame(room(0).image, i / fps, i)) for i in range(120)]
    later = [skip for i, skip in enumerate(skipped) if i / fps > 0.3]
    assert later.count(False) == pytest.approx(len(later) * wanted, abs=1)


def test_a_hand_that_begins_to_move_is_looked_at_in_the_same_picture() -> None:
    for start in (31, 32, 33):
        gate = StillnessGate(slow_fps=10.0, idle_fps=3.0)
        for i in range(start):
            gate.skips(room(i, 100))
        moving = [gate.skips(room(start + i, 106 + 6 * i), saving=True) for i in range(20)]
        assert not any(moving)


@pytest.mark.parametrize(
    ("fps", "wanted"), [(60.0, 1 / 4), (30.0, 1 / 2), (25.0, 1), (15.0, 1), (8.0, 1)]
)
def test_of_what_moves_slowly_pictures_are_left_out_of_what_is_quick_none(
    fps: float, wanted: float
) -> None:
    jitter = np.random.default_rng(1).uniform(-0.002, 0.002, 121)
    for calm in (True, False):
        gate = StillnessGate(calm_fps=15.0, slow_fps=10.0)
        looks = [
            not gate.skips(
                Frame(room(i, 20 + 8 * i % 500, noise=0.0).image, i / fps + jitter[i], i), calm=calm
            )
            for i in range(120)
        ]
        assert sum(looks) == pytest.approx(120 * wanted if calm else 120, abs=2)


def test_every_picture_of_a_quick_stroke_is_looked_at_and_half_of_slow_movement() -> None:
    config = load_config(default_config())
    pipeline = make_stages(config, "demo", StageTimes()).pipeline
    source = open_source(str(demo_clip()), config.camera)
    looks: dict[str, list[bool]] = {"swipe": [], "raising": []}
    while (frame := source.read()) is not None and frame.timestamp < 6.6:
        looked = pipeline.step(frame).looked
        if 6.32 <= frame.timestamp <= 6.5:
            looks["swipe"].append(looked)
        elif 3.0 <= frame.timestamp <= 6.0:
            looks["raising"].append(looked)
    source.close()
    assert all(looks["swipe"])
    assert 0.3 <= np.mean(looks["raising"]) <= 0.8


def test_a_small_hand_of_somebody_far_is_looked_at() -> None:
    def far(i: int) -> Frame:
        image = room(i).image.copy()
        x = 100 + 3 * i
        image[200:208, x : x + 8] = np.clip(image[200:208, x : x + 8].astype(int) + 80, 0, 255)
        return Frame(image, i / FPS, i)

    looked_at = {}
    for scale_px in (40.0, 160.0):
        gate = StillnessGate(slow_fps=10.0)
        looked_at[scale_px] = [gate.skips(far(i), scale_px=scale_px) for i in range(30)].count(
            False
        )
    assert looked_at[40.0] >= 22
    assert looked_at[160.0] <= 15  # of somebody near that is not a hand


@given(st.lists(st.sampled_from([0.005, 1 / 60, 1 / 30, 0.05, 0.2]), min_size=2, max_size=60))
def test_looks_are_never_farther_apart_than_asked_unless_the_camera_is(steps: list[float]) -> None:
    gate, now, looked_at, before = StillnessGate(slow_fps=10.0), 0.0, 0.0, 0.0
    image = room(0).image
    for step in steps:
        before, now = now, now + step
        if not gate.skips(Frame(image, now, 0)):
            assert now - looked_at <= 0.1 + max(step, 0.005) or looked_at == before
            looked_at = now


def test_what_is_not_looked_at_has_no_events_and_is_shown_all_the_same() -> None:
    config = load_config(default_config())
    stages = make_stages(config, "demo", StageTimes())
    source = open_source(str(demo_clip()), config.camera)
    looked = 0
    last = None
    for _ in range(120):
        frame = source.read()
        assert frame is not None
        snapshot = stages.pipeline.step(frame)
        assert snapshot.frame is frame
        if snapshot.looked:
            looked, last = looked + 1, snapshot
            continue
        assert last is not None
        assert (*snapshot.events, *snapshot.actions) == ()
        assert snapshot.tracks is last.tracks
    source.close()
    assert 40 <= looked <= 110


def test_the_picture_at_which_a_posture_was_held_for_long_enough_is_looked_at() -> None:
    config = load_config(default_config())
    stages = make_stages(config, "demo", StageTimes())
    source = open_source(str(demo_clip()), config.camera)
    held, due_s, began_s = [], math.inf, math.nan
    while math.isnan(began_s) and (frame := source.read()) is not None:
        snapshot = stages.pipeline.step(frame)
        if any(event.gesture == "raise_right_hand" for event in snapshot.events):
            began_s = frame.timestamp
            continue
        due_s = snapshot.progress.get("raise_right_hand", NOT_YET).due_s
        if math.isfinite(due_s):
            held.append(snapshot.looked)
    source.close()
    assert len(held) >= 8  # of 0.3 s
    assert not all(held)
    assert 0 <= began_s - due_s + 0.002 < 1 / 30 + 0.002


def test_the_program_rests_before_a_still_picture_and_recognises_all_the_same(
    tmp_path: Path,
) -> None:
    reader = cv2.VideoCapture(str(demo_clip()))
    frames: list[ImageArray] = []
    while len(frames) < 110:
        frames.append(np.asarray(reader.read()[1], np.uint8))
    reader.release()
    writer = cv2.VideoWriter(
        str(tmp_path / "still.avi"), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (640, 480)
    )
    for frame in [frames[0]] * 120 + frames:
        writer.write(frame)
    writer.release()
    done = run_program(
        tmp_path,
        *("--source", "still.avi", "--realtime", "--dry-run", "--events", "-"),
    )
    events = parse_events(done.stdout)
    stop = events[-1]
    assert stop["frames"] + stop["dropped"] == 230
    assert stop["looked"] < 200, "all 230 were looked at"
    assert [name for name, _ in begins(events)] == ["raise_right_hand"]

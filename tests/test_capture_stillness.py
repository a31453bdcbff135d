"""What the gate lets through: everything while something moves, little while nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_program import begins, parse_events, run_program

from gesturepose.capture.opencv import cv2
from gesturepose.capture.stillness import StillnessGate
from gesturepose.datatypes import Frame, PoseFrame
from gesturepose.resources import demo_clip

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.datatypes import ImageArray

FPS = 30.0


def room(index: int, hand_x: int | None = None, *, noise: float = 3.0) -> Frame:
    rng = np.random.default_rng(index)
    image = np.full((480, 640, 3), 110.0)
    image[:, 320:] = 80.0
    if hand_x is not None:
        image[200:260, hand_x : hand_x + 50] = 190.0
    image += rng.normal(0.0, noise, image.shape)
    return Frame(np.clip(image, 0, 255).astype(np.uint8), index / FPS, index)


@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0])
def test_an_empty_room_is_looked_at_now_and_then(noise: float) -> None:
    gate = StillnessGate(3.0)
    skipped = [gate.skips(room(i, noise=noise)) for i in range(150)]
    assert not any(skipped[:45])
    looked_at = skipped[60:].count(False)
    assert 8 <= looked_at <= 10  # three a second, for three seconds


def test_a_hand_that_comes_is_let_through_at_once_and_for_as_long_as_it_moves() -> None:
    gate = StillnessGate(3.0)
    for i in range(90):
        gate.skips(room(i))
    skipped = [gate.skips(room(90 + i, 100 + 8 * i)) for i in range(30)]
    assert not any(skipped)
    rest = [gate.skips(room(120 + i, 340)) for i in range(40)]
    assert not any(rest)  # a posture is held still, and counts


def test_what_changes_slowly_is_looked_at_when_it_has_changed() -> None:
    gate = StillnessGate(0.1)
    skipped = []
    for i in range(300):
        frame = room(0, noise=0.0)
        image = np.clip(frame.image.astype(int) + i // 5, 0, 255).astype(np.uint8)
        skipped.append(gate.skips(Frame(image, i / FPS, i)))
    assert 2 <= skipped[60:].count(False) <= 6  # each 20 of the 48 grey levels, or 10 s


def test_another_size_or_an_earlier_time_begins_anew() -> None:
    gate = StillnessGate(3.0)
    for i in range(90):
        gate.skips(room(i))
    small = Frame(np.full((240, 320, 3), 110, np.uint8), 91 / FPS, 91)
    assert not gate.skips(small)
    assert not gate.skips(room(0))


def test_a_recording_is_never_skipped() -> None:
    gate = StillnessGate(3.0)
    assert not any(gate.skips(PoseFrame([], i / FPS, i, (640, 480))) for i in range(120))


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
    assert stop["frames"] < 200, "all 230 were looked at"
    assert [name for name, _ in begins(events)] == ["raise_right_hand"]

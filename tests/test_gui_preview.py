"""The preview: mirrored like a mirror, everybody in it, calm words, and quick enough."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from support_body import PERFORMANCES, Body, perform
from support_people import together
from support_pipeline import begun, default, make_pipeline, run

from gesturepose.actions.bindings import Bindings
from gesturepose.actions.dispatcher import ActionResult
from gesturepose.datatypes import Frame, GestureEvent, GestureProgress, Phase
from gesturepose.gui.preview import Preview
from gesturepose.gui.rings import RingChooser, find_sides
from gesturepose.gui.skeleton_overlay import Fit
from gesturepose.pipeline import Snapshot
from gesturepose.session_status import SessionState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gesturepose.datatypes import PoseFrame

RED, BLUE = (0, 0, 255), (255, 0, 0)  # BGR


@pytest.fixture
def preview(qtbot: QtBot) -> Preview:
    preview = Preview()
    qtbot.addWidget(preview)
    preview.set_config(default())
    preview.set_state(SessionState.WATCHING)
    preview.resize(640, 480)
    preview.show()
    qtbot.waitExposed(preview)
    return preview


def picture(*, size: tuple[int, int] = (640, 480), index: int = 0) -> Frame:
    """The camera sees red on its left half, blue on its right."""
    image = np.empty((size[1], size[0], 3), np.uint8)
    image[:, : size[0] // 2] = RED
    image[:, size[0] // 2 :] = BLUE
    return Frame(image, index / 30, index)


def empty(frame: Frame | PoseFrame, **more: object) -> Snapshot:
    return replace(Snapshot(frame, [], [], [], []), **more)  # type: ignore[arg-type]


def grab(preview: Preview) -> QImage:
    return preview.grab().toImage()


def colour_at(image: QImage, x: float, y: float) -> str:
    ratio = image.devicePixelRatio()
    return image.pixelColor(int(x * ratio), int(y * ratio)).name()


def snapshots_of(name: str) -> list[Snapshot]:
    return run(perform(PERFORMANCES[name]), make_pipeline())


def on_picture(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, frame=replace(picture(), timestamp=snapshot.frame.timestamp))


def count(image: QImage, colour: str) -> int:
    wanted = QColor(colour).rgb()
    return sum(
        image.pixel(x, y) == wanted
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )


def test_it_is_a_mirror(preview: Preview) -> None:
    preview.show_snapshot(empty(picture()))
    image = grab(preview)
    assert colour_at(image, 600, 240) == "#ff0000"
    assert colour_at(image, 40, 240) == "#0000ff"


def test_the_frame_is_never_written_to_and_may_be_gone_while_it_is_shown(
    preview: Preview,
) -> None:
    frame = picture()
    before = frame.image.copy()
    frame.image.flags.writeable = False
    preview.show_snapshot(empty(frame))
    first = grab(preview)
    assert np.array_equal(frame.image, before)
    del frame
    assert grab(preview) == first


@pytest.mark.parametrize("size", [(640, 480), (641, 481), (1280, 720), (480, 640), (63, 47)])
def test_every_size_and_shape_of_picture_is_shown_whole(
    preview: Preview, size: tuple[int, int]
) -> None:
    preview.show_snapshot(empty(picture()))
    preview.show_snapshot(empty(picture(size=size)))
    image = grab(preview)
    fit = Fit.find(size, QRectF(preview.rect()))
    middle = fit.shown.center()
    assert colour_at(image, middle.x() + fit.shown.width() / 3, middle.y()) == "#ff0000"
    assert colour_at(image, middle.x() - fit.shown.width() / 3, middle.y()) == "#0000ff"


def test_a_picture_that_is_no_contiguous_array_is_shown(preview: Preview) -> None:
    frame = picture(size=(1280, 480))
    preview.show_snapshot(empty(replace(frame, image=frame.image[:, ::2])))
    assert colour_at(grab(preview), 600, 240) == "#ff0000"


@given(
    size=st.tuples(st.integers(16, 4000), st.integers(16, 4000)),
    view=st.tuples(st.integers(50, 3000), st.integers(50, 3000)),
)
def test_next_to_nothing_of_a_picture_is_cut_off(
    size: tuple[int, int], view: tuple[int, int]
) -> None:
    room = QRectF(0, 0, *view)
    fit = Fit.find(size, room)
    assert room.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(fit.shown)
    assert fit.target.width() / size[0] == pytest.approx(fit.target.height() / size[1])
    assert fit.shown.width() >= fit.target.width() / 1.061
    assert fit.shown.height() >= fit.target.height() / 1.061
    corners = fit.map(np.array([[0, 0], size], np.float32))
    assert corners[0] == pytest.approx((fit.target.right(), fit.target.top()), abs=0.01)
    assert corners[1] == pytest.approx((fit.target.left(), fit.target.bottom()), abs=0.01)


def test_the_operator_is_drawn_in_the_accent_colour_and_bystanders_are_not(
    preview: Preview,
) -> None:
    people = together(
        perform([], body=Body(center=(200, 200), unit=90)),
        perform([], body=Body(center=(480, 220), unit=50)),
    )
    snapshot = on_picture(run(people, make_pipeline())[-1])
    assert len(snapshot.tracks) == 2
    assert snapshot.operator_id is not None
    preview.show_snapshot(snapshot)
    image = grab(preview)
    operator = next(t for t in snapshot.tracks if t.track_id == snapshot.operator_id)
    other = next(t for t in snapshot.tracks if t.track_id != snapshot.operator_id)
    fit = Fit.find((640, 480), QRectF(preview.rect()))
    for track, accent in ((operator, True), (other, False)):
        shoulders = fit.map(track.keypoints[5:7]).mean(axis=0)
        assert (colour_at(image, *shoulders) == "#5eead4") is accent
        assert colour_at(image, *shoulders) not in ("#ff0000", "#0000ff")


def test_keypoints_that_are_not_visible_are_not_drawn(preview: Preview) -> None:
    snapshot = on_picture(run(perform([]), make_pipeline())[-1])
    preview.show_snapshot(snapshot)
    assert count(grab(preview), "#5eead4") > 100
    track = snapshot.tracks[0]
    hidden = replace(track, visible=np.zeros_like(track.visible))
    preview.show_snapshot(replace(snapshot, tracks=[hidden], frame=picture()))
    assert count(grab(preview), "#5eead4") == 0


def test_a_recording_without_pictures_shows_the_people(preview: Preview) -> None:
    preview.show_snapshot(run(perform([]), make_pipeline())[-1])
    assert count(grab(preview), preview.palette().base().color().name()) > 1000


def test_at_rest_there_is_no_ring() -> None:
    chooser = RingChooser()
    chooser.set_config(default())
    assert not [ring for s in run(perform([]), make_pipeline()) for ring in chooser.choose(s)]


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("spread", {"left", "right"}),
        ("raise_right_hand", {"right"}),
        ("hands_up", {"left", "right"}),
    ],
)
def test_a_ring_fills_at_the_hands_that_make_the_gesture(name: str, sides: set[str]) -> None:
    chooser = RingChooser()
    chooser.set_config(default())
    filled: dict[str, list[float]] = {}
    done: set[str] = set()
    for snapshot in snapshots_of(name):
        for ring in chooser.choose(snapshot):
            filled.setdefault(ring.side, []).append(ring.fraction)
            if ring.done:
                done.add(ring.side)
    assert done == sides
    assert all(min(filled[side]) < 0.6 and max(filled[side]) == 1.0 for side in sides)


def test_a_hand_that_rests_has_no_ring_for_what_takes_both() -> None:
    chooser = RingChooser()
    chooser.set_config(default())
    rings = [r for s in snapshots_of("raise_right_hand") for r in chooser.choose(s)]
    resting = [ring for ring in rings if ring.side == "left"]
    assert len(resting) < len(rings) / 10
    assert not [ring for ring in resting if ring.strength > 0.5]


def test_a_gesture_that_does_nothing_has_no_ring() -> None:
    snapshots = snapshots_of("raise_left_hand")
    assert begun(snapshots) == ["raise_left_hand"]
    chooser = RingChooser()
    chooser.set_config(default())
    assert not [r for s in snapshots for r in chooser.choose(s) if r.done]


def test_someone_who_claims_the_control_has_a_ring() -> None:
    control = default().control.model_copy(update={"operator": "wake"})
    config = default().model_copy(update={"control": control})
    snapshots = run(perform(PERFORMANCES["raise_right_hand"]), make_pipeline(config))
    chooser = RingChooser()
    chooser.set_config(config)
    claimed = [
        ring
        for snapshot in snapshots
        if snapshot.operator_id is None
        for ring in chooser.choose(snapshot)
    ]
    assert {ring.side for ring in claimed} == {"right"}
    assert not any(ring.done for ring in claimed)


def test_while_paused_only_what_resumes_has_a_ring() -> None:
    data = default().model_dump(exclude_unset=True)
    data["bindings"] = [
        {"gesture": "hands_up", "control": "resume"},
        {"gesture": "raise_right_hand", "press": "a"},
    ]
    config = type(default()).model_validate(data)
    chooser = RingChooser()
    chooser.set_config(config)
    up = GestureProgress(0.5, active=False)
    snapshot = run(perform([]), make_pipeline(config))[-1]
    both = replace(snapshot, progress={"hands_up": up, "raise_right_hand": up})
    assert {ring.side for ring in chooser.choose(both)} == {"left", "right"}
    one = replace(both, progress={"raise_right_hand": up})
    assert chooser.choose(one)
    assert not chooser.choose(replace(one, paused=True))
    assert chooser.choose(replace(both, paused=True))


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("spread", ("left", "right")),
        ("swipe_left", ()),
        ("raise_left_hand", ("left",)),
        ("arms_crossed", ("left", "right")),
        ("hand_on_hip", ()),
    ],
)
def test_which_hands_make_a_gesture(name: str, sides: tuple[str, ...]) -> None:
    assert find_sides(default().gestures[name]) == sides


def test_who_is_in_control_is_said_once_it_has_settled(preview: Preview) -> None:
    said: list[str] = []
    for snapshot in run(perform([], idle_s=1.0), make_pipeline()):
        preview.show_snapshot(snapshot)
        if not said or said[-1] != preview.chip_text:
            said.append(preview.chip_text)
    assert said == ["", "One moment…", "You are in control"]
    assert preview.accessibleDescription() == "You are in control"
    last = run(perform([], idle_s=1.0), make_pipeline())[-1]
    blocked = replace(last, blocked_by="nobody is in view")
    preview.show_snapshot(replace(blocked, frame=replace(last.frame, timestamp=10.0)))
    assert preview.chip_text == "You are in control"
    preview.show_snapshot(replace(blocked, frame=replace(last.frame, timestamp=10.4)))
    assert preview.chip_text == "Nobody in view"


def test_the_banner_says_what_was_recognised_and_leaves(preview: Preview, qtbot: QtBot) -> None:
    preview.show_snapshot(empty(picture()))
    before = grab(preview)
    preview.show_banner("spread", "Zoom in")
    qtbot.waitUntil(lambda: preview.banner_text == "Spread \N{RIGHTWARDS ARROW} Zoom in")
    qtbot.wait(250)
    assert grab(preview) != before
    preview.show_banner("gather", "Zoom out")
    assert preview.banner_text == "Gather \N{RIGHTWARDS ARROW} Zoom out"
    qtbot.waitUntil(lambda: preview.banner_text == "", timeout=4000)
    assert grab(preview) == before


def test_the_banner_says_what_became_of_an_action(preview: Preview) -> None:
    event = GestureEvent("swipe_left", Phase.BEGIN, 1, 0.0)
    (bound,) = Bindings(default().bindings).resolve([event])
    preview.show_action(ActionResult(bound, performed=True))
    assert preview.accessibleDescription() == "Swipe left \N{RIGHTWARDS ARROW} Back"
    missing = "no window matching 'x' in front"
    preview.show_action(ActionResult(bound, performed=False, reason=missing))
    assert preview.accessibleDescription() == "Swipe left: no browser window in front"


def test_a_notice_has_a_button_that_the_keyboard_reaches(preview: Preview, qtbot: QtBot) -> None:
    preview.set_notice("The camera is busy", "Close the other program.", "Try again")
    assert preview.notice_text == "The camera is busy\nClose the other program."
    (button,) = preview.findChildren(QPushButton)
    assert button.isVisible()
    assert button.height() >= 32
    button.setFocus()
    with qtbot.waitSignal(preview.notice_clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)
    with qtbot.waitSignal(preview.notice_clicked):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    preview.set_notice("Starting…", "")
    assert not button.isVisible()
    preview.clear_notice()
    assert preview.notice_text == ""


def test_a_notice_stays_inside_a_small_preview(preview: Preview) -> None:
    preview.resize(320, 240)
    preview.set_notice("No picture", "The camera is used by another program; " * 2, "Try again")
    (button,) = preview.findChildren(QPushButton)
    notice = button.parentWidget()
    assert notice is not None
    assert preview.rect().contains(notice.geometry())


@pytest.mark.parametrize("state", [SessionState.OFF, SessionState.FAILED])
def test_no_picture_of_anybody_stays_when_nothing_is_watched(
    preview: Preview, state: SessionState
) -> None:
    preview.show_snapshot(empty(picture()))
    preview.set_state(state)
    image = grab(preview)
    assert preview.notice_text
    assert count(image, "#ff0000") == count(image, "#0000ff") == 0
    preview.set_state(SessionState.WATCHING)
    assert preview.notice_text == ""


def test_taking_in_a_snapshot_is_cheap_and_paints_once(preview: Preview, qtbot: QtBot) -> None:
    snapshots = [on_picture(s) for s in snapshots_of("spread")]
    painted = []
    original = preview.paintEvent
    preview.paintEvent = lambda event: (painted.append(1), original(event))  # type: ignore[method-assign, func-returns-value, assignment]
    qtbot.wait(20)
    painted.clear()
    for snapshot in snapshots[:3]:
        preview.show_snapshot(snapshot)
    qtbot.waitUntil(lambda: bool(painted))
    qtbot.wait(20)
    assert len(painted) == 1
    began = time.thread_time()
    for snapshot in snapshots:
        preview.show_snapshot(snapshot)
    assert (time.thread_time() - began) / len(snapshots) < 0.001


def test_what_it_costs_can_be_measured() -> None:
    recording = Path(__file__).parent / "data" / "demo.poses.jsonl"
    command = [sys.executable, "-m", "gesturepose.gui.preview_cost", "--frames", "10"]
    done = subprocess.run(
        [*command, "--size", "320x240", "--source", str(recording)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "10 frames, preview 320x240" in done.stdout
    assert done.stdout.count(" ms a frame") == 2

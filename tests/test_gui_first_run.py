from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from support_body import PERFORMANCES, Body, Key, hold, perform
from support_pipeline import make_pipeline, run

from gesturepose.advice import Advice, Check, Kind
from gesturepose.capture.cameras import CameraInfo
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.gui.camera_watch import CameraWatch
from gesturepose.gui.document import MappingDocument
from gesturepose.gui.first_run import FirstRun
from gesturepose.gui.first_run_trial import choose_trials
from gesturepose.resources import default_config
from gesturepose.session_status import SessionState, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from gesturepose.datatypes import PoseFrame
    from gesturepose.pipeline import Snapshot

CAMERAS = [CameraInfo(0, "/dev/video0", "HD Webcam"), CameraInfo(2, "/dev/video2", "Second one")]


@pytest.fixture
def document(qapp: QApplication, tmp_path: Path) -> Iterator[MappingDocument]:
    path = tmp_path / "gestures.toml"
    path.write_text(default_config().read_text(encoding="utf-8"), encoding="utf-8")
    document = MappingDocument(path, qapp)
    yield document
    document.deleteLater()


@pytest.fixture
def guide(qtbot: QtBot, document: MappingDocument) -> FirstRun:
    guide = FirstRun(document, cameras=watch(CAMERAS))
    qtbot.addWidget(guide)
    guide.resize(420, 640)
    guide.show()
    qtbot.waitExposed(guide)
    guide.activateWindow()
    return guide


def watch(cameras: list[CameraInfo]) -> CameraWatch:
    """Follow a list of cameras as it is at the time."""
    return CameraWatch(lambda: list(cameras), lambda: list(cameras), in_thread=False)


def play(guide: FirstRun, frames: Iterable[PoseFrame], *, explain: bool = False) -> list[Snapshot]:
    """Let the real stages look at a moving body, and the guide at what they find."""
    snapshots = run(frames, make_pipeline(explain=explain))
    for snapshot in snapshots:
        guide.show_snapshot(snapshot)
        if snapshot.events:
            guide.show_events(snapshot.events)
    return snapshots


def status(state: SessionState, detail: str = "", source: str = "0") -> SessionStatus:
    return SessionStatus(state, detail, source, "HD Webcam", live=True)


def begin(gesture: str) -> list[GestureEvent]:
    return [GestureEvent(gesture, Phase.BEGIN, 1, 1.0)]


def test_the_guide_can_be_walked_through_with_the_keyboard_alone(
    qtbot: QtBot, guide: FirstRun
) -> None:
    titles = []
    with qtbot.waitSignal(guide.finished, timeout=1000):
        for _ in guide.pages:
            titles.append(guide.accessibleName())
            QTest.keyClick(guide.focusWidget(), Qt.Key.Key_Return)

    assert [title.split(": ")[1] for title in titles] == [page.title for page in guide.pages]
    assert "Step 1 of 4" in titles[0]
    assert "Step 4 of 4" in titles[3]


def test_back_goes_back_and_skip_ends_it(qtbot: QtBot, guide: FirstRun) -> None:
    assert not guide.back.isVisible()
    QTest.mouseClick(guide.next, Qt.MouseButton.LeftButton)
    QTest.mouseClick(guide.next, Qt.MouseButton.LeftButton)
    QTest.mouseClick(guide.back, Qt.MouseButton.LeftButton)
    assert guide.step == 1

    with qtbot.waitSignal(guide.finished, timeout=1000):
        QTest.mouseClick(guide.skip, Qt.MouseButton.LeftButton)


def test_cameras_are_chosen_by_name_and_told_once(guide: FirstRun) -> None:
    guide.show_status(status(SessionState.WATCHING))
    chosen: list[str] = []
    guide.source_chosen.connect(chosen.append)
    buttons = {button.text(): button for button in guide.welcome.choices}
    assert list(buttons) == ["HD Webcam", "Second one", "Demo: a recorded person"]
    assert buttons["HD Webcam"].isChecked()
    assert not guide.welcome.none_found.isVisible()

    QTest.mouseClick(buttons["Second one"], Qt.MouseButton.LeftButton)
    buttons["Second one"].setFocus()
    QTest.keyClick(buttons["Second one"], Qt.Key.Key_Down)

    assert chosen == ["2", "demo"]


def test_without_a_camera_the_demo_is_offered_and_one_connected_later_appears(
    qtbot: QtBot, document: MappingDocument
) -> None:
    cameras: list[CameraInfo] = []
    guide = FirstRun(document, cameras=watch(cameras))
    qtbot.addWidget(guide)
    guide.show()
    guide.show_status(status(SessionState.WATCHING, source="demo"))
    assert guide.welcome.none_found.isVisible()
    assert [button.isChecked() for button in guide.welcome.choices] == [True]

    cameras += CAMERAS
    QTest.mouseClick(guide.welcome.again, Qt.MouseButton.LeftButton)

    assert not guide.welcome.none_found.isVisible()
    assert len(guide.welcome.choices) == 3
    assert guide.welcome.choices[-1].isChecked()


def test_a_camera_that_gives_no_picture_is_told_where_it_is_chosen(guide: FirstRun) -> None:
    guide.show_status(status(SessionState.LOST, "camera 0 is used by another program"))
    assert guide.welcome.trouble.isVisible()
    assert "another program" in guide.welcome.trouble.text()

    guide.show_status(status(SessionState.WATCHING))
    assert not guide.welcome.trouble.isVisible()


def test_advice_is_shown_live_and_going_on_is_always_possible(guide: FirstRun) -> None:
    guide.go_to(1)
    play(guide, perform([], body=Body(unit=200.0), idle_s=1.0))
    row = guide.check.rows[Check.DISTANCE]

    assert guide.check.say.text() == Advice(Check.DISTANCE, Kind.NEAR).text == row.found.text()
    assert not guide.check.settled
    assert guide.next.isEnabled()
    assert guide.next.text().replace("&", "") == "Continue anyway"
    assert not guide.stay.isVisible()


def test_when_all_is_well_the_guide_goes_on_by_itself_after_three_seconds(
    guide: FirstRun,
) -> None:
    guide.go_to(1)
    snapshots = run(perform([], idle_s=3.0))
    noted = set()
    for snapshot in snapshots:
        guide.show_snapshot(snapshot)
        noted.add(guide.note)
        if guide.step == 2:
            break

    assert guide.step == 2
    assert 3.3 <= snapshot.frame.timestamp <= 5.0
    assert {"Going on in 3 …", "Going on in 2 …", "Going on in 1 …"} <= noted


def test_going_on_by_itself_can_be_stopped(guide: FirstRun) -> None:
    guide.go_to(1)
    snapshots = run(perform([], idle_s=4.0))
    for snapshot in snapshots:
        guide.show_snapshot(snapshot)
        if guide.stay.isVisible():
            QTest.mouseClick(guide.stay, Qt.MouseButton.LeftButton)

    assert guide.step == 1
    assert not guide.stay.isVisible()
    assert guide.check.settled


def test_a_recorded_person_does_not_drive_the_guide(guide: FirstRun) -> None:
    guide.show_status(status(SessionState.WATCHING, source="demo"))
    guide.show_events(begin("raise_right_hand"))
    assert guide.step == 0
    assert guide.note == ""

    guide.go_to(1)
    play(guide, perform([], idle_s=4.0))
    assert guide.step == 1
    assert "recorded" in guide.note


def test_a_raised_hand_goes_on_from_the_first_page_and_starts_from_the_last(
    qtbot: QtBot, guide: FirstRun
) -> None:
    assert guide.note == ""
    play(guide, perform([], idle_s=0.5))
    assert "raise your right hand" in guide.note
    play(guide, perform(PERFORMANCES["raise_right_hand"], idle_s=1.0))
    assert guide.step == 1

    guide.go_to(3)
    with qtbot.waitSignal(guide.finished, timeout=1000):
        guide.show_events(begin("raise_right_hand"))


def test_three_gestures_are_ticked_as_the_stages_recognise_them(guide: FirstRun) -> None:
    guide.go_to(2)
    names = [trial.gesture for trial in guide.trying.trials]
    assert names == ["raise_right_hand", "swipe_left", "spread"]
    first, second, third = guide.trying.trials
    assert "Try it now" in first.accessibleName()
    assert "Try it now" not in second.accessibleName()

    play(guide, perform(PERFORMANCES["raise_right_hand"]))
    assert first.done
    assert "Recognised" in first.accessibleName()
    assert "Try it now" in second.accessibleName()
    assert not second.done

    play(guide, perform(PERFORMANCES["spread"]))
    assert third.done
    assert not guide.trying.settled
    play(guide, perform(PERFORMANCES["swipe_left"], idle_s=3.0))
    assert guide.step == 3


def test_progress_fills_the_ring_of_the_gesture_that_is_tried(guide: FirstRun) -> None:
    guide.go_to(2)
    values = []
    for snapshot in run(perform(PERFORMANCES["raise_right_hand"])):
        guide.show_snapshot(snapshot)
        values.append(guide.trying.trials[0].ring.value)

    assert values[0] == 0.0
    assert any(0.2 < value < 0.9 for value in values)
    assert max(values) == 1.0


def test_after_some_time_it_says_what_was_missing(guide: FirstRun) -> None:
    guide.go_to(2)
    trial = guide.trying.trials[0]
    low = hold(0.9, Key(0.6, right=(0.9, 0.45)))
    back = Key(0.6)
    play(guide, perform([*low, back], idle_s=1.0), explain=True)
    assert not trial.hint.isVisible()

    play(guide, perform([Key(8.0), *low], idle_s=1.0), explain=True)
    assert trial.hint.isVisible()
    assert "right wrist" in trial.hint.text()
    assert "too low" in trial.hint.text()

    guide.show_events(begin("raise_right_hand"))
    assert not trial.hint.isVisible()


def test_two_misses_are_enough_for_a_hint(guide: FirstRun) -> None:
    guide.go_to(2)
    trial = guide.trying.trials[0]
    short = [Key(0.4, right=(0.9, 1.0)), *hold(0.25, Key(0.05, right=(0.9, 1.0))), Key(0.4)]
    snapshots = play(guide, perform([*short, Key(0.8), *short, Key(0.5)], idle_s=1.0), explain=True)

    assert not any(event.gesture == trial.gesture for s in snapshots for event in s.events)
    assert snapshots[-1].frame.timestamp < 12
    assert trial.hint.isVisible()


def test_gestures_that_are_missing_or_off_are_replaced_by_others(
    document: MappingDocument, guide: FirstRun
) -> None:
    for name in ("swipe_left", "spread"):
        assert document.set_value(("gestures", name, "enabled"), value=False)
    names = [trial.gesture for trial in guide.trying.trials]

    assert names == list(choose_trials(document.config))
    assert names[0] == "raise_right_hand"
    assert len(names) == 3
    assert not {"swipe_left", "spread"} & set(names)

    document.path.write_text("[gestures]\n", encoding="utf-8")
    document.look()
    guide.go_to(2)
    assert guide.trying.trials == []
    assert guide.trying.none_there.isVisible()
    guide.go_on()
    assert guide.step == 3


def test_the_last_page_names_every_way_to_pause(document: MappingDocument, guide: FirstRun) -> None:
    assert document.set_value(("control", "pause_hotkey"), "ctrl+alt+x")
    assert document.add_binding({"gesture": "t_pose", "control": "pause_or_resume"})
    guide.go_to(3)

    assert "tray" in guide.done.pausing.text()
    assert "Ctrl + Alt + X" in guide.done.pausing.text()
    assert "T pose" in guide.done.pausing.text()


def test_restarting_forgets_what_was_done(guide: FirstRun) -> None:
    guide.go_to(2)
    guide.show_events(begin("swipe_left"))
    guide.restart()

    assert guide.step == 0
    assert not any(trial.done for trial in guide.trying.trials)


def test_a_snapshot_costs_the_gui_little(guide: FirstRun) -> None:
    from time import perf_counter

    guide.go_to(2)
    snapshots = run(perform(PERFORMANCES["wave"]), make_pipeline(explain=True))
    took = []
    for snapshot in snapshots:
        start = perf_counter()
        guide.show_snapshot(snapshot)
        took.append(perf_counter() - start)

    assert sorted(took)[len(took) // 2] < 0.002


def test_nothing_is_cut_off_sideways(guide: FirstRun) -> None:
    long = dataclasses.replace(CAMERAS[0], name="A camera with a very long name " * 4)
    guide.welcome.set_cameras([long])
    for step in range(4):
        guide.go_to(step)
        QGuiApplication.processEvents()
        page, area = guide.pages[step], guide.pages[step].parentWidget()
        assert area is not None
        assert page.width() <= area.width()
    assert guide.minimumSizeHint().width() <= 418
    assert all(button.height() >= 40 for button in guide.welcome.choices)

"""Choosing what to watch: cameras that come and go, the demo, files, addresses, and how to film."""

from __future__ import annotations

import threading
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gesturepose.capture.cameras import CameraInfo
from gesturepose.gui.camera_watch import CameraWatch
from gesturepose.gui.document import MappingDocument
from gesturepose.gui.source_panel import SourcePanel, find_address_problem

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gesturepose.gui.place_widgets import Choice

HD = CameraInfo(0, "/dev/video0", "HD Webcam")
BUILT_IN = CameraInfo(2, "/dev/video2", "Integrated Camera")


class Bus:
    """What is plugged in."""

    def __init__(self, *cameras: CameraInfo) -> None:
        self.cameras: list[CameraInfo] | None = list(cameras)
        self.looks: list[str] = []

    def look(self) -> list[CameraInfo] | None:
        self.looks.append(threading.current_thread().name)
        return None if self.cameras is None else list(self.cameras)


@pytest.fixture
def bus() -> Bus:
    return Bus(HD, BUILT_IN)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gestures.toml"
    path.write_text("# mine\n[camera]\nfps = 25  # as the lamp flickers\n", "utf-8")
    return path


@pytest.fixture
def panel(bus: Bus, path: Path, qtbot: QtBot) -> SourcePanel:
    watch = CameraWatch(bus.look, bus.look, in_thread=False, interval_ms=20)
    panel = SourcePanel(MappingDocument(path), watch)
    qtbot.addWidget(panel)
    panel.set_source("0")
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def listed(panel: SourcePanel) -> list[str]:
    return [panel.sources.itemText(row) for row in range(panel.sources.count())]


def pick(choice: Choice, words: str) -> None:
    """Choose by keyboard: open the list, go to the entry, take it."""
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    view = choice.view()
    assert view.isVisible()
    row = choice.findText(words)
    while view.currentIndex().row() != row:
        down = view.currentIndex().row() < row
        QTest.keyClick(view, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Return)


def chosen(panel: SourcePanel) -> list[str]:
    found: list[str] = []
    panel.source_chosen.connect(found.append)
    return found


def read_camera(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))["camera"]
    return table


def test_cameras_are_listed_by_name_and_what_is_watched_is_shown(panel: SourcePanel) -> None:
    assert listed(panel)[:3] == ["HD Webcam", "Integrated Camera", "Demo clip"]
    assert panel.sources.currentText() == "HD Webcam"
    assert not panel.demo_button.isVisible()


def test_choosing_a_camera_tells_its_path(panel: SourcePanel) -> None:
    found = chosen(panel)
    pick(panel.sources, "Integrated Camera")
    assert found == ["/dev/video2"]
    assert panel.source == "/dev/video2"


def test_a_camera_that_is_plugged_in_appears_and_one_that_goes_is_still_named(
    panel: SourcePanel, bus: Bus, qtbot: QtBot
) -> None:
    found = chosen(panel)
    bus.cameras = [BUILT_IN]
    qtbot.waitUntil(lambda: "HD Webcam" not in listed(panel))
    assert panel.sources.currentText() == "Camera 0 (not connected)"
    bus.cameras = [HD, BUILT_IN]
    qtbot.waitUntil(lambda: panel.sources.currentText() == "HD Webcam")
    assert found == []


def test_two_cameras_of_one_name_can_be_told_apart(
    panel: SourcePanel, bus: Bus, qtbot: QtBot
) -> None:
    bus.cameras = [HD, CameraInfo(4, "/dev/video4", "HD Webcam")]
    qtbot.waitUntil(lambda: "HD Webcam (/dev/video4)" in listed(panel))
    assert listed(panel)[0] == "HD Webcam (/dev/video0)"


def test_without_a_camera_there_is_the_demo(panel: SourcePanel, bus: Bus, qtbot: QtBot) -> None:
    found = chosen(panel)
    bus.cameras = []
    qtbot.waitUntil(panel.demo_button.isVisible)
    QTest.mouseClick(panel.demo_button, Qt.MouseButton.LeftButton)
    assert found == ["demo"]
    assert panel.sources.currentText() == "Demo clip"


def test_cameras_are_looked_for_only_while_somebody_looks(
    panel: SourcePanel, bus: Bus, qtbot: QtBot
) -> None:
    panel.hide()
    count = len(bus.looks)
    qtbot.wait(80)
    assert len(bus.looks) == count


def test_a_wrong_address_is_explained_beside_it_and_a_right_one_taken(
    panel: SourcePanel,
) -> None:
    found = chosen(panel)
    pick(panel.sources, "Network address...")
    assert panel.address.isVisible()
    QTest.keyClicks(panel.address, "rstp://192.168.1.20/live")
    QTest.keyClick(panel.address, Qt.Key.Key_Return)
    assert panel._problem.isVisible()
    assert "did you mean 'rtsp://'" in panel._problem.text()
    assert found == []
    panel.address.clear()
    QTest.keyClicks(panel.address, "rtsp://me:secret@192.168.1.20/live")
    assert not panel._problem.isVisible()
    QTest.mouseClick(panel.use_button, Qt.MouseButton.LeftButton)
    assert found == ["rtsp://me:secret@192.168.1.20/live"]
    assert not panel.address.isVisible()
    assert "secret" not in panel.sources.currentText()
    pick(panel.sources, "Network address...")
    assert panel.address.text() == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("192.168.1.20:8080/video?token=secret", "192.168.1.20:8080/video"),
        ("http://me:sec/ret@192.168.1.20/live", "http://192.168.1.20/live"),
        ("me:sec/ret@192.168.1.20/live", "***@192.168.1.20/live"),
        ("localhost:8080", "localhost:8080"),
    ],
)
def test_an_address_as_people_copy_it_is_taken_and_shown_without_its_secret(
    panel: SourcePanel, typed: str, shown: str
) -> None:
    found = chosen(panel)
    pick(panel.sources, "Network address...")
    QTest.keyClicks(panel.address, typed)
    QTest.keyClick(panel.address, Qt.Key.Key_Return)
    assert found == [typed]
    assert panel.sources.currentText() == shown


@pytest.mark.parametrize("text", ["", "192.168.1.20", "http://", "ftp://host/a", "rtsp://a b/"])
def test_what_is_no_address_is_refused(text: str) -> None:
    problem = find_address_problem(text)
    assert problem
    assert not problem.startswith("source:")
    assert find_address_problem("http://192.168.1.20:8080/video") == ""


def test_a_file_is_chosen_or_not(
    panel: SourcePanel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = chosen(panel)
    answers = ["", str(tmp_path / "party.mp4")]
    monkeypatch.setattr(panel, "choose_file", lambda: answers.pop(0))
    pick(panel.sources, "Video file or recording...")
    assert found == []
    assert panel.sources.currentText() == "HD Webcam"
    pick(panel.sources, "Video file or recording...")
    assert found == [str(tmp_path / "party.mp4")]
    assert panel.sources.currentText() == "party.mp4"


def test_how_the_camera_films_is_written_beside_the_comments(
    panel: SourcePanel, path: Path
) -> None:
    assert panel.rates.currentText() == "25 per second"
    pick(panel.sizes, "1280 \N{MULTIPLICATION SIGN} 720")
    QTest.mouseClick(panel.mirrored, Qt.MouseButton.LeftButton)
    assert read_camera(path) == {"fps": 25, "width": 1280, "height": 720, "mirrored": True}
    assert "# as the lamp flickers" in path.read_text("utf-8")
    QTest.mouseClick(panel.mirrored, Qt.MouseButton.LeftButton)
    assert read_camera(path)["mirrored"] is False


def test_an_edit_by_hand_shows(panel: SourcePanel, path: Path) -> None:
    path.write_text("[camera]\nwidth = 800\nheight = 600\nmirrored = true\n", "utf-8")
    panel._document.look()
    assert panel.sizes.currentText() == "800 \N{MULTIPLICATION SIGN} 600"
    assert panel.mirrored.isChecked()


def test_a_camera_that_hangs_on_its_side_is_turned_in_the_settings(
    panel: SourcePanel, path: Path
) -> None:
    assert panel.turns.currentText() == "As it comes"
    pick(panel.turns, "90\N{DEGREE SIGN} clockwise")
    assert read_camera(path) == {"fps": 25, "rotate": 90}
    pick(panel.turns, "Upside down")
    assert read_camera(path)["rotate"] == 180
    path.write_text("[camera]\nrotate = 270\n", "utf-8")
    panel._document.look()
    assert panel.turns.currentText() == "270\N{DEGREE SIGN} clockwise"


# The watch


def test_a_slow_look_is_taken_elsewhere_and_one_at_a_time(qtbot: QtBot) -> None:
    gate, bus = threading.Event(), Bus(HD)

    def look() -> list[CameraInfo] | None:
        gate.wait(5)
        return bus.look()

    watch = CameraWatch(look, look, in_thread=True, interval_ms=10)
    watch.start()
    qtbot.wait(60)
    assert not watch.looked
    with qtbot.waitSignal(watch.changed):
        gate.set()
    watch.stop()
    assert watch.cameras == [HD]
    assert set(bus.looks) == {"question"}


def test_where_looking_is_not_possible_cameras_are_searched_for_once(qtbot: QtBot) -> None:
    blind, bus = Bus(), Bus(HD)
    blind.cameras = None
    watch = CameraWatch(blind.look, bus.look, in_thread=False, interval_ms=10)
    with qtbot.waitSignal(watch.changed):
        watch.start()
    qtbot.wait(60)
    assert watch.cameras == [HD]
    assert len(bus.looks) == 1
    assert len(blind.looks) == 1
    bus.cameras = [HD, BUILT_IN]
    watch.search()
    assert watch.cameras == [HD, BUILT_IN]

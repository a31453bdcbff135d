"""The settings page writes what is chosen, shows what the file says, and works by keyboard."""

from __future__ import annotations

import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

from gesturepose.gui.camera_watch import CameraWatch
from gesturepose.gui.document import MappingDocument
from gesturepose.gui.preferences import Preferences
from gesturepose.gui.settings_page import SettingsPage
from gesturepose.gui.theme import themes

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from gesturepose.gui.place_widgets import Choice


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gestures.toml"
    path.write_text('# mine\n[control]\noperator = "first"  # that is me\n', "utf-8")
    return path


@pytest.fixture
def preferences(tmp_path: Path, qapp: QApplication) -> Preferences:
    del qapp
    return Preferences(QSettings(str(tmp_path / "app.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def page(
    path: Path,
    preferences: Preferences,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    qapp: QApplication,
) -> SettingsPage:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(path.parent / "config"))
    if not qapp.styleSheet():
        themes().apply(qapp)
    page = SettingsPage(
        MappingDocument(path), preferences, CameraWatch(list, list, in_thread=False)
    )
    qtbot.addWidget(page)
    page.resize(853, 480)
    page.show()
    qtbot.waitExposed(page)
    return page


def read(path: Path, table: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(path.read_text("utf-8")).get(table, {})
    return found


def pick(choice: Choice, value: object) -> None:
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    view, row = choice.view(), choice.row_of(value)
    while view.currentIndex().row() != row:
        down = view.currentIndex().row() < row
        QTest.keyClick(view, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Return)


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_people_are_written_beside_the_comments(page: SettingsPage, path: Path) -> None:
    people = page.people
    assert people.operator.currentData() == "first"
    assert not people.wake.isEnabled()
    pick(people.engagement, "wake")
    assert people.wake.isEnabled()
    pick(people.wake, "hands_up")
    people.engaged.selectAll()
    QTest.keyClicks(people.engaged, "20")
    QTest.keyClick(people.engaged, Qt.Key.Key_Return)
    assert read(path, "control") == {
        "operator": "first",
        "engagement": "wake",
        "wake": "hands_up",
        "engaged_s": 20.0,
    }
    assert "# that is me" in path.read_text("utf-8")


def test_an_edit_by_hand_shows(page: SettingsPage, path: Path) -> None:
    path.write_text(
        '[control]\noperator = "wake"\nrelease_camera_s = 3\n[model]\ndevice = "cpu"\n', "utf-8"
    )
    page.people._document.look()
    assert page.people.operator.currentData() == "wake"
    assert page.people.wake.isEnabled()
    assert page.pause.release.text() == "3.0"
    assert page.network.devices.currentData() == "cpu"


def test_the_network_is_listed_with_size_and_licence(page: SettingsPage, path: Path) -> None:
    network = page.network
    assert network.models.currentText() == "MoveNet MultiPose Lightning, 8 bits"
    assert "5.5 MB" in network.model_note.text()
    assert "Apache-2.0" in network.model_note.text()
    pick(network.devices, "cpu")
    pick(network.sizes, 192)
    assert network.operators.values()[:2] == ["", "movenet-lightning"]
    assert "movenet-multipose" not in network.operators.values()
    pick(network.operators, "movenet-thunder")
    assert read(path, "model")["operator"] == "movenet-thunder"
    pick(network.operators, "")
    assert read(path, "model") == {"device": "cpu", "input_size": 192, "operator": ""}
    pick(network.sizes, None)
    assert read(path, "model") == {"device": "cpu", "operator": ""}


def test_devices_that_this_computer_lacks_cannot_be_chosen(
    page: SettingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Runtime:
        @staticmethod
        def get_available_providers() -> list[str]:
            return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    monkeypatch.setitem(sys.modules, "onnxruntime", Runtime)
    page.hide()
    page.show()
    devices = page.network.devices
    model = devices.model()
    usable = {
        devices.itemData(row): bool(model.flags(model.index(row, 0)) & Qt.ItemFlag.ItemIsEnabled)
        for row in range(devices.count())
    }
    assert usable == {
        "auto": True,
        "cpu": True,
        "cuda": True,
        "tensorrt": False,
        "directml": False,
        "coreml": False,
    }
    assert devices.itemText(devices.row_of("coreml")).endswith("not on this computer")


def test_pause_keys_are_recorded_by_pressing_them_and_can_be_none(
    page: SettingsPage, path: Path
) -> None:
    field = page.pause.hotkey.field
    click(field)
    QTest.keyClick(
        field,
        Qt.Key.Key_F9,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert read(path, "control")["pause_hotkey"] == "ctrl+shift+f9"
    click(page.pause.no_hotkey)
    assert read(path, "control")["pause_hotkey"] == ""
    assert page.pause.hotkey.chord == ""


def test_pause_keys_being_typed_are_written_when_they_are_complete(
    page: SettingsPage, path: Path
) -> None:
    hotkey = page.pause.hotkey
    click(hotkey.type_button)
    hotkey.line.selectAll()
    QTest.keyClicks(hotkey.line, "ctrl+alt+g")
    assert "pause_hotkey" not in read(path, "control")
    QTest.keyClick(hotkey.line, Qt.Key.Key_Return)
    assert read(path, "control")["pause_hotkey"] == "ctrl+alt+g"


def test_the_camera_is_let_go_after_what_is_typed(page: SettingsPage, path: Path) -> None:
    release = page.pause.release
    release.setFocus()
    QTest.keyClick(release, Qt.Key.Key_Up)
    assert read(path, "control")["release_camera_s"] == 11.0


def test_the_app_remembers(page: SettingsPage, preferences: Preferences) -> None:
    pick(page.app.theme, "dark")
    pick(page.app.tray, "no")
    click(page.app.paused)
    click(page.app.practice)
    assert preferences.theme == "dark"
    assert preferences.keep_in_tray == "no"
    assert preferences.start_paused
    assert preferences.practice
    preferences.practice = False
    assert not page.app.practice.isChecked()


def test_a_click_on_the_name_of_a_switch_is_one_on_the_switch(
    page: SettingsPage, preferences: Preferences
) -> None:
    names = [label for label in page.findChildren(QLabel) if label.buddy() is page.app.practice]
    click(names[0])
    assert preferences.practice


@pytest.mark.skipif(sys.platform != "linux", reason="writes the real place elsewhere")
def test_starting_at_login_is_switched_on_and_off(page: SettingsPage, tmp_path: Path) -> None:
    def entries() -> list[str]:
        folder = tmp_path / "config" / "autostart"
        return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []

    assert not page.app.login.isChecked()
    click(page.app.login)
    assert page.app.login.isChecked()
    assert len(entries()) == 1
    click(page.app.login)
    assert entries() == []


@pytest.mark.skipif(sys.platform != "linux", reason="writes the real place elsewhere")
def test_what_cannot_be_switched_says_why_and_stays_off(page: SettingsPage, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where a folder should be")
    click(page.app.login)
    assert not page.app.login.isChecked()
    assert page.app._problem.isVisible()
    assert page.app._problem.text()


def test_the_guide_and_a_source_are_asked_for(page: SettingsPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.guide_requested):
        click(page.app.guide_button)
    with qtbot.waitSignal(page.source_chosen) as signal:
        click(page.source.demo_button)
    assert signal.args == ["demo"]


def test_what_is_refused_is_told_and_shown_as_it_is(page: SettingsPage, path: Path) -> None:
    path.write_text("[control\n", "utf-8")
    pick(page.people.operator, "largest")
    assert page._failure.isVisible()
    assert page.people.operator.currentData() == "first"
    assert path.read_text("utf-8") == "[control\n"


def test_every_control_has_a_name_a_size_and_the_keyboard_reaches_it(
    page: SettingsPage, qapp: QApplication
) -> None:
    kinds = QAbstractButton | QComboBox | QLineEdit
    controls = [
        w
        for w in page.findChildren(QWidget)
        if isinstance(w, kinds)
        and w.isVisibleTo(page)
        and w.isEnabled()
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(controls) >= 15
    for control in controls:
        assert control.accessibleName() or getattr(control, "text", str)(), control
        assert control.height() >= 32, control.accessibleName()
        assert control.width() >= 32, control.accessibleName()
    page.activateWindow()
    controls[0].setFocus()
    reached: set[QWidget] = set()
    for _ in range(60):
        focused: QWidget | None = qapp.focusWidget()
        assert focused is not None
        reached.add(focused)
        view = page.area.viewport()
        top = focused.mapTo(view, focused.rect().topLeft()).y()
        assert -8 <= top <= view.height() - 16, focused.accessibleName()
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert set(controls) <= reached


def test_nothing_is_cut_off_in_a_small_window(page: SettingsPage) -> None:
    for label in page.findChildren(QLabel):
        if label.isVisibleTo(page) and label.text().strip():
            needed = label.heightForWidth(label.width()) if label.wordWrap() else 0
            assert label.height() >= needed, label.text()
    assert page.area.horizontalScrollBar().maximum() == 0

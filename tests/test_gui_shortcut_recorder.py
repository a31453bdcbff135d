"""The shortcut recorder: what is pressed is what is written, and nobody is caught in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from gesturepose.actions.keys import parse_chord
from gesturepose.gui.mapping.key_events import read_chord
from gesturepose.gui.mapping.recorder import ShortcutRecorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

K, M = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def recorder(qtbot: QtBot) -> Iterator[ShortcutRecorder]:
    window = QWidget()
    column = QVBoxLayout(window)
    before, recorder, after = QLineEdit(), ShortcutRecorder(), QLineEdit()
    for widget in (before, recorder, after):
        column.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    recorder.field.setFocus()
    yield recorder
    window.close()


@pytest.mark.parametrize(
    ("key", "modifiers", "chord"),
    [
        (K.Key_T, M.ControlModifier | M.ShiftModifier, "ctrl+shift+t"),
        (K.Key_Plus, M.ControlModifier | M.ShiftModifier, "ctrl+plus"),
        (K.Key_Exclam, M.ShiftModifier, "exclam"),
        (K.Key_Left, M.AltModifier, "alt+left"),
        (K.Key_Backtab, M.ShiftModifier, "shift+tab"),
        (K.Key_Tab, M.AltModifier, "alt+tab"),
        (K.Key_5, M.KeypadModifier, "num5"),
        (K.Key_Left, M.KeypadModifier, "left"),
        (K.Key_Plus, M.KeypadModifier, "numadd"),
        (K.Key_F24, M.NoModifier, "f24"),
        (K.Key_MediaTogglePlayPause, M.NoModifier, "playpause"),
        (K.Key_Escape, M.ControlModifier, "ctrl+esc"),
        (K.Key_Delete, M.ControlModifier | M.AltModifier, "ctrl+alt+delete"),
        (K.Key_Odiaeresis, M.NoModifier, "ö"),
        (K.Key_Adiaeresis, M.ControlModifier | M.ShiftModifier, "ctrl+shift+ä"),
        (K.Key_Dead_Acute, M.NoModifier, ""),
    ],
)
def test_keys_have_the_names_of_the_file(
    qapp: QApplication, key: Qt.Key, modifiers: Qt.KeyboardModifier, chord: str
) -> None:
    del qapp
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
    assert read_chord(event) == chord
    if chord:
        assert str(parse_chord(chord)) == chord


def test_a_chord_is_recorded_once_asked_for(qtbot: QtBot, recorder: ShortcutRecorder) -> None:
    field = recorder.field
    QTest.keyClick(field, K.Key_T, M.ControlModifier)
    assert recorder.chord == ""
    QTest.keyClick(field, K.Key_Return)
    assert field.is_recording
    with qtbot.waitSignal(recorder.edited):
        QTest.keyPress(field, K.Key_Control)
        QTest.keyPress(field, K.Key_Shift, M.ControlModifier)
        QTest.keyPress(field, K.Key_T, M.ControlModifier | M.ShiftModifier)
    assert recorder.chord == "ctrl+shift+t"
    assert not field.is_recording
    assert recorder.note.text() == ""
    assert field.accessibleDescription().startswith("Ctrl Shift T")


def test_modifiers_alone_are_a_chord_when_they_are_let_go(recorder: ShortcutRecorder) -> None:
    field = recorder.field
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    QTest.keyPress(field, K.Key_Alt)
    QTest.keyPress(field, K.Key_Control, M.AltModifier)
    assert field.is_recording
    QTest.keyRelease(field, K.Key_Control, M.AltModifier)
    assert recorder.chord == "ctrl+alt"


def test_tab_and_shortcuts_are_recorded_and_not_obeyed(recorder: ShortcutRecorder) -> None:
    window = recorder.window()
    heard: list[str] = []
    shortcut = QShortcut(QKeySequence("Ctrl+Z"), window)
    shortcut.activated.connect(lambda: heard.append("undo"))
    field = recorder.field
    field.start()
    QTest.keyClick(field, K.Key_Tab)
    assert recorder.chord == "tab"
    assert window.focusWidget() is field
    # Not recording, Tab leads on: nobody is caught.
    QTest.keyClick(field, K.Key_Tab)
    assert window.focusWidget() is not field
    field.start()
    override = QKeyEvent(QEvent.Type.ShortcutOverride, K.Key_Z, M.ControlModifier)
    override.ignore()
    QApplication.sendEvent(field, override)
    assert override.isAccepted()
    QTest.keyClick(field, K.Key_Z, M.ControlModifier)
    assert recorder.chord == "ctrl+z"
    assert heard == []


def test_escape_keeps_what_was_there(recorder: ShortcutRecorder) -> None:
    recorder.set_chord("ctrl+plus")
    field = recorder.field
    field.start()
    QTest.keyClick(field, K.Key_Backspace)
    assert field.is_recording
    assert "Type it" in recorder.note.text()
    QTest.keyClick(field, K.Key_Dead_Acute)
    assert "no name" in recorder.note.text()
    QTest.keyClick(field, K.Key_Escape)
    assert not field.is_recording
    assert recorder.chord == "ctrl+plus"
    assert recorder.note.text() == ""


def test_leaving_the_field_ends_the_recording(qtbot: QtBot, recorder: ShortcutRecorder) -> None:
    recorder.field.start()
    recorder.type_button.setFocus()
    qtbot.waitUntil(lambda: not recorder.field.is_recording)
    assert recorder.chord == ""


def test_a_chord_can_be_typed(qtbot: QtBot, recorder: ShortcutRecorder) -> None:
    recorder.set_chord("a")
    QTest.mouseClick(recorder.type_button, Qt.MouseButton.LeftButton)
    assert recorder.line.isVisible()
    assert not recorder.field.isVisible()
    recorder.line.selectAll()
    QTest.keyClicks(recorder.line, "ctrl+backspac")
    assert "did you mean 'backspace'" in recorder.note.text()
    with qtbot.waitSignal(recorder.edited):
        QTest.keyClicks(recorder.line, "e")
    assert recorder.chord == "ctrl+backspace"
    assert recorder.note.text() == ""

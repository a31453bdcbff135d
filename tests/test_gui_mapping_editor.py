"""The fields beside the mapping page's rows: what a person enters there is in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support_mapping import MAPPING, cell, field_of, gestures_of, notes, page, pick, written

from gesturepose.gui.mapping.model import GESTURE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gesturepose.gui.mapping import MappingPage

__all__ = ["notes", "page"]  # fixtures

K, M = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


def test_a_row_is_edited_where_it_is_clicked(qtbot: QtBot, page: MappingPage) -> None:
    QTest.mouseClick(page.table.viewport(), LEFT, pos=cell(page, 0, GESTURE))
    editor = page.editor
    assert editor.isVisible()
    assert editor.title.text() == "Spread → Zoom in"
    assert editor.app.choice.currentText() == "Browsers"
    pick(editor.gesture, "gather")
    assert written(page) == MAPPING  # not yet: arrow keys pass by what is not meant
    field = field_of(editor, "press").recorder.field
    QTest.mouseClick(field, LEFT)
    QTest.keyClick(field, K.Key_Minus, M.ControlModifier)
    qtbot.waitUntil(lambda: "ctrl+minus" in written(page))
    editor.description.setFocus()
    QTest.keyClicks(editor.description, "Smaller")
    QTest.keyClick(editor.description, K.Key_Return)
    assert written(page) == MAPPING.replace('"spread"', '"gather"').replace(
        'press = "ctrl+plus"   # zoom in', 'press = "ctrl+minus"  # zoom in'
    ).replace('safari"\n', 'safari"\ndescription = "Smaller"\n')
    assert editor.title.text() == "Gather → Smaller"


def test_adding_waits_until_the_action_is_complete(qtbot: QtBot, page: MappingPage) -> None:
    QTest.mouseClick(page.add_button, LEFT)
    editor = page.editor
    pick(editor.gesture, "clap")
    assert written(page) == MAPPING
    assert editor.action_note.text() == "Record a shortcut first."
    pick(editor.kind, "open")
    target = field_of(editor, "open").target
    target.setFocus()
    QTest.keyClicks(target, "https://example.org")
    qtbot.waitUntil(lambda: written(page) != MAPPING)
    assert (
        written(page)
        == MAPPING + '\n[[bindings]]\ngesture = "clap"\nopen = "https://example.org"\n'
    )
    assert editor.index == 3
    assert page.table.currentIndex().row() == 3
    assert editor.note.text() == ""
    # Going on changes that row, and adds no other.
    QTest.keyClicks(target, "/x")
    QTest.keyClick(page, K.Key_Escape)
    editor.flush()
    assert gestures_of(page) == ["spread", "hands_up", "wave", "clap"]
    assert page._document.config.bindings[3].open == "https://example.org/x"


def test_what_is_wrong_is_said_under_the_field_and_not_written(
    qtbot: QtBot, page: MappingPage
) -> None:
    page.choose(0)
    editor = page.editor
    combo = editor.app.choice
    combo.setFocus()
    combo.setCurrentIndex(combo.count() - 1)
    combo.activated.emit(combo.count() - 1)
    line = editor.app.line
    assert line.isVisible()
    QTest.keyClicks(line, "/chrom(/")
    qtbot.waitUntil(editor.app_note.isVisible)
    assert "Not a regular expression" in editor.app_note.text()
    assert 'app = "chrom|' in written(page)
    line.selectAll()
    QTest.keyClicks(line, "chrom(")
    qtbot.waitUntil(lambda: 'app = ["chrom("]' in written(page))
    assert not editor.app_note.isVisible()
    QTest.keyClick(line, K.Key_Backspace)
    qtbot.waitUntil(lambda: 'app = "chrom"' in written(page))
    assert line.text() == "chrom"


def test_a_list_of_names_survives_other_edits(qtbot: QtBot, page: MappingPage) -> None:
    listed = MAPPING.replace('"chrom|firefox|msedge|microsoft-edge|safari"', '["firefox", "C++"]')
    page._document.path.write_text(listed)
    page._document.look()
    qtbot.waitUntil(lambda: page._document.config.bindings[0].app == ("firefox", "C++"))
    page.choose(0)
    editor = page.editor
    assert editor.app.app == ["firefox", "C++"]
    editor.description.setFocus()
    QTest.keyClicks(editor.description, "Bigger")
    editor.flush()
    assert 'app = ["firefox", "C++"]' in written(page)
    assert 'description = "Bigger"' in written(page)


def test_arguments_are_written_only_once_commands_are_allowed(page: MappingPage) -> None:
    page.choose(2)
    editor = page.editor
    pick(editor.kind, "launch")
    launch = field_of(editor, "launch")
    launch.program.setFocus()
    QTest.keyClicks(launch.program, "firefox")
    QTest.keyClicks(launch.arguments, "--private-window")
    editor.flush()
    assert written(page) == MAPPING
    assert "not allowed yet" in editor.action_note.text()
    QTest.keyClick(launch.allow, K.Key_Space)
    editor.flush()
    assert page._document.config.control.allow_commands
    assert page._document.config.bindings[2].launch == ("firefox", "--private-window")


def test_looking_through_the_actions_writes_none_of_them(page: MappingPage) -> None:
    page.choose(2)
    editor = page.editor
    editor.kind.setFocus()
    for key in (K.Key_Home, *[K.Key_Down] * (editor.kind.count() - 1)):
        QTest.keyClick(editor.kind, key)
        editor.flush()
        assert written(page) == MAPPING
    pick(editor.kind, "scroll")
    assert editor.action_note.text() == "Choose a direction first."
    direction = field_of(editor, "scroll").direction
    direction.setFocus()
    QTest.keyClick(direction, K.Key_Down)
    QTest.keyClick(direction, K.Key_Down)
    editor.flush()
    assert written(page) == MAPPING.replace('notify = "Hello"', "scroll = -3")
    pick(editor.kind, "close")
    choice = field_of(editor, "close").choice
    choice.setFocus()
    QTest.keyClick(choice, K.Key_Down)
    editor.flush()
    assert written(page) == MAPPING.replace('notify = "Hello"', 'close = "front"')


def test_commands_are_written_only_once_they_are_allowed(page: MappingPage) -> None:
    page.choose(2)
    editor = page.editor
    pick(editor.kind, "run")
    run = field_of(editor, "run")
    run.command.setFocus()
    QTest.keyClicks(run.command, "notify-send 'Hello there'")
    editor.flush()
    assert written(page) == MAPPING
    assert "not allowed yet" in editor.action_note.text()
    QTest.keyClick(run.allow, K.Key_Space)
    editor.flush()
    assert page._document.config.control.allow_commands
    assert page._document.config.bindings[2].run == ("notify-send", "Hello there")
    # While a row needs them they cannot be forbidden.
    QTest.keyClick(run.allow, K.Key_Space)
    assert page._document.config.control.allow_commands
    assert run.allow.isChecked()
    assert "delete that row first" in editor.action_note.text()


def test_an_existing_binding_is_not_told_to_be_new(page: MappingPage) -> None:
    page.choose(0)
    assert not page.editor.note.text()

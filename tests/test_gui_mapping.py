"""The mapping page through its real widgets: what a person does to its rows is in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QWidget
from support_mapping import MAPPING, Notes, cell, field_of, gestures_of, notes, page, written

from gesturepose.gui.mapping.model import APP, ENABLED, GESTURE

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from gesturepose.gui.mapping import MappingPage

__all__ = ["notes", "page"]  # fixtures

K, M = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


def test_rows_read_as_sentences(page: MappingPage) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    assert page.model.index(0, GESTURE).data(role) == (
        "Spread: Zoom in Ctrl +, in Chrome, Firefox, Edge, Safari, on"
    )
    assert page.model.index(0, APP).data() == "browsers"
    assert page.model.index(2, APP).data() == "anywhere"
    headers = [page.model.headerData(c, Qt.Orientation.Horizontal) for c in range(4)]
    assert headers == ["When you", "the computer", "in", "on"]


def test_a_click_on_the_switch_and_space_switch_a_row(page: MappingPage) -> None:
    switch = page.table.visualRect(page.model.index(1, ENABLED)).topLeft() + QPoint(26, 28)
    QTest.mouseClick(page.table.viewport(), LEFT, pos=switch)
    assert written(page) == MAPPING.replace(
        "repeat_s = 0.25\n", "repeat_s = 0.25\nenabled = false\n"
    )
    page.table.setFocus()
    QTest.keyClick(page.table, K.Key_Space)
    assert written(page) == MAPPING
    # Beside the switch a click only chooses.
    QTest.mouseClick(page.table.viewport(), LEFT, pos=cell(page, 1, APP))
    assert written(page) == MAPPING


def test_delete_duplicate_and_move_by_keys_and_buttons(page: MappingPage) -> None:
    page.choose(0)
    page.table.setFocus()
    QTest.keyClick(page.table, K.Key_Down, M.AltModifier)
    assert gestures_of(page) == ["hands_up", "spread", "wave"]
    assert page.table.currentIndex().row() == 1
    assert page.editor.index == 1
    QTest.keyClick(page.table, K.Key_Up, M.AltModifier)
    assert written(page) == MAPPING
    assert not page.up_button.isEnabled()
    QTest.mouseClick(page.duplicate_button, LEFT)
    assert gestures_of(page) == ["spread", "spread", "hands_up", "wave"]
    assert page.table.currentIndex().row() == 1
    # Two that act at once are doubtful, and said to be in plain words.
    assert page.doubts.isVisible()
    assert page.doubts.text().startswith("⚠ Acts together with row 1 on “Spread”")
    QTest.keyClick(page.table, K.Key_Delete)
    assert written(page) == MAPPING
    QTest.mouseClick(page.delete_button, LEFT)
    assert gestures_of(page) == ["spread", "wave"]


def test_dropping_a_row_moves_it(page: MappingPage) -> None:
    mime = page.model.mimeData([page.model.index(0, 0)])
    move = Qt.DropAction.MoveAction
    assert not page.model.dropMimeData(mime, move, 3, 0, QModelIndex())
    assert gestures_of(page) == ["hands_up", "wave", "spread"]
    mime = page.model.mimeData([page.model.index(2, 0)])
    page.model.dropMimeData(mime, move, -1, -1, page.model.index(0, 2))
    assert written(page) == MAPPING


def test_undo_and_redo_by_keys(page: MappingPage) -> None:
    page.choose(2)
    page.table.setFocus()
    QTest.keyClick(page.table, K.Key_Delete)
    assert gestures_of(page) == ["spread", "hands_up"]
    assert page.undo_button.toolTip() == "Undo: Delete wave"
    QTest.keyClick(page.table, K.Key_Z, M.ControlModifier)
    assert written(page) == MAPPING
    assert not page.undo_button.isEnabled()
    QTest.keyClick(page.table, K.Key_Z, M.ControlModifier | M.ShiftModifier)
    assert gestures_of(page) == ["spread", "hands_up"]
    QTest.mouseClick(page.undo_button, LEFT)
    assert written(page) == MAPPING


def test_an_edit_outside_shows_at_once_and_keeps_the_row(page: MappingPage) -> None:
    page.choose(2)
    page._document.path.write_text(MAPPING.replace('"Hello"', '"Hi"'), encoding="utf-8")
    page._document.look()
    assert field_of(page.editor, "notify").text.toPlainText() == "Hi"
    assert page.table.currentIndex().row() == 2
    page._document.path.write_text("[control]\n", encoding="utf-8")
    page._document.look()
    assert page.model.rowCount() == 0
    assert page.first_button.isVisible()
    assert not page.editor.isVisible()
    QTest.mouseClick(page.first_button, LEFT)
    assert page.editor.isVisible()


def test_every_error_of_the_file_is_shown_and_nothing_can_be_changed(
    page: MappingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = MAPPING.replace("15.0", '"long"').replace("ctrl+plus", "ctrl+pluss")
    page.choose(0)
    page._document.path.write_text(broken, encoding="utf-8")
    page._document.look()
    assert page.banner.isVisible()
    assert page.banner.list.text().splitlines() == page._document.problems
    assert "gestures.toml:3: " in page.banner.list.text()
    assert "gestures.toml:8: " in page.banner.list.text()
    assert not page.editor.isEnabled()
    assert not page.add_button.isEnabled()
    page.table.setFocus()
    QTest.keyClick(page.table, K.Key_Space)
    QTest.keyClick(page.table, K.Key_Delete)
    assert page._document.path.read_text(encoding="utf-8") == broken
    opened: list[QUrl] = []

    def note(url: QUrl) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    QTest.mouseClick(page.banner.button, LEFT)
    assert [url.fileName() for url in opened] == ["gestures.toml"]
    page._document.path.write_text(MAPPING, encoding="utf-8")
    page._document.look()
    assert not page.banner.isVisible()
    assert page.editor.isEnabled()


def test_trying_counts_down_and_then_acts_for_real(
    qtbot: QtBot, page: MappingPage, notes: Notes
) -> None:
    page.choose(2)
    left: list[int] = []
    page.trial.counting.connect(left.append)
    with qtbot.waitSignal(page.trial.done) as done:
        QTest.mouseClick(page.try_button, LEFT)
        assert "ignored" in page.result.text()
    assert left == [3, 2, 1, 0]
    assert done.args == [True, ""]
    assert notes.seen == ["Hello"]
    assert notes.thread == "actions"
    assert page.result.text() == "✓ Done."


def test_a_try_can_be_stopped_and_a_failure_is_said(
    qtbot: QtBot, page: MappingPage, notes: Notes
) -> None:
    page.choose(2)
    page.trial._timer.setInterval(60_000)
    QTest.mouseClick(page.try_button, LEFT)
    assert page.trial.is_counting
    QTest.mouseClick(page.try_button, LEFT)
    assert not page.trial.is_counting
    assert notes.seen == []
    page.trial._timer.setInterval(10)
    page._document.replace_binding(2, {"gesture": "wave", "close": "no such window"})
    with qtbot.waitSignal(page.trial.done) as done:
        QTest.mouseClick(page.try_button, LEFT)
    assert done.args == [False, "nothing here"]
    assert page.result.text() == "Not done: nothing here"


def test_a_dry_run_says_it_in_words(page: MappingPage) -> None:
    page.choose(0)
    QTest.mouseClick(page.say_button, LEFT)
    assert page.result.text().startswith("It would press ctrl+plus, if the window in front matches")


def test_everything_has_a_name_and_is_reached_by_tab(page: MappingPage) -> None:
    page.choose(1)
    for kind in ("run", "launch", "scroll", "move", "close", "type"):
        page.editor.kind.setCurrentIndex(page.editor.kind.findData(kind))
        page.editor._arrange()
        for widget in page.editor.findChildren(QWidget):
            if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
                continue
            if isinstance(widget.parent(), QComboBox) or widget.inherits("QTextEdit"):
                continue
            named = widget.accessibleName() or (
                isinstance(widget, QAbstractButton) and widget.text()
            )
            inner = isinstance(widget, QLineEdit) and isinstance(widget.parent(), QAbstractSpinBox)
            assert named or inner or widget.inherits("QAbstractScrollArea"), (kind, widget)
    page.choose(0)
    page.table.setFocus()
    reached = set()
    for _ in range(40):
        QTest.keyClick(page.window().focusWidget(), K.Key_Tab)
        reached.add(page.window().focusWidget())
    editor = page.editor
    wanted = {page.add_button, page.delete_button, page.done_button, page.try_button, page.table}
    wanted |= {editor.gesture, editor.kind, editor.switch, editor.description, editor.app.choice}
    assert wanted <= reached

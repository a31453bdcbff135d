"""The mapping page through its real widgets: what a person does there is in the file."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QWidget

from gesturepose.gui.document import MappingDocument
from gesturepose.gui.mapping import MappingPage
from gesturepose.gui.mapping.model import APP, ENABLED, GESTURE
from gesturepose.gui.mapping.trial import Trial
from gesturepose.platforms.null import NullPlatform

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gesturepose.gui.mapping.editor import BindingEditor

K, M = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton
MAPPING = """\
# Mine.
[control]
engaged_s = 15.0   # long

# Bigger.
[[bindings]]
gesture = "spread"
press = "ctrl+plus"   # zoom in
app = "chrom|firefox|msedge|microsoft-edge|safari"

[[bindings]]
gesture = "hands_up"
press = "pagedown"
repeat_s = 0.25

[[bindings]]
gesture = "wave"
notify = "Hello"
"""


class _Notes(NullPlatform):
    def __init__(self) -> None:
        super().__init__("nothing here")
        self.seen: list[str] = []
        self.thread = ""

    def notify(self, text: str) -> None:
        self.seen.append(text)
        self.thread = threading.current_thread().name


@pytest.fixture
def notes() -> _Notes:
    return _Notes()


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path, notes: _Notes) -> MappingPage:
    path = tmp_path / "gestures.toml"
    path.write_text(MAPPING, encoding="utf-8")
    trial = Trial(open_platform=lambda: notes, step_ms=10)
    page = MappingPage(MappingDocument(path), trial=trial)
    qtbot.addWidget(page)
    page.resize(1240, 640)
    page.show()
    qtbot.waitExposed(page)
    return page


def _text(page: MappingPage) -> str:
    return page._document.path.read_text(encoding="utf-8")


def _gestures(page: MappingPage) -> list[str]:
    return [binding.gesture for binding in page._document.config.bindings]


def _pick(combo: QComboBox, data: str) -> None:
    """Choose as the keyboard does."""
    combo.setFocus()
    index = combo.findData(data)
    assert index >= 0
    while combo.currentIndex() != index:
        QTest.keyClick(combo, K.Key_Down if combo.currentIndex() < index else K.Key_Up)


def _field(editor: BindingEditor, kind: str) -> Any:
    return editor._actions[kind]


def _cell(page: MappingPage, row: int, column: int) -> QPoint:
    return page.table.visualRect(page.model.index(row, column)).center()


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
    assert _text(page) == MAPPING.replace("repeat_s = 0.25\n", "repeat_s = 0.25\nenabled = false\n")
    page.table.setFocus()
    QTest.keyClick(page.table, K.Key_Space)
    assert _text(page) == MAPPING
    # Beside the switch a click only chooses.
    QTest.mouseClick(page.table.viewport(), LEFT, pos=_cell(page, 1, APP))
    assert _text(page) == MAPPING


def test_a_row_is_edited_where_it_is_clicked(qtbot: QtBot, page: MappingPage) -> None:
    QTest.mouseClick(page.table.viewport(), LEFT, pos=_cell(page, 0, GESTURE))
    editor = page.editor
    assert editor.isVisible()
    assert editor.title.text() == "Spread → Zoom in"
    assert editor.app.choice.currentText() == "Browsers"
    _pick(editor.gesture, "gather")
    assert _text(page) == MAPPING  # not yet: arrow keys pass by what is not meant
    field = _field(editor, "press").recorder.field
    QTest.mouseClick(field, LEFT)
    QTest.keyClick(field, K.Key_Minus, M.ControlModifier)
    qtbot.waitUntil(lambda: "ctrl+minus" in _text(page))
    editor.description.setFocus()
    QTest.keyClicks(editor.description, "Smaller")
    QTest.keyClick(editor.description, K.Key_Return)
    assert _text(page) == MAPPING.replace('"spread"', '"gather"').replace(
        'press = "ctrl+plus"   # zoom in', 'press = "ctrl+minus"  # zoom in'
    ).replace('safari"\n', 'safari"\ndescription = "Smaller"\n')
    assert editor.title.text() == "Gather → Smaller"


def test_adding_waits_until_the_action_is_complete(qtbot: QtBot, page: MappingPage) -> None:
    QTest.mouseClick(page.add_button, LEFT)
    editor = page.editor
    _pick(editor.gesture, "clap")
    assert _text(page) == MAPPING
    assert editor.action_note.text() == "Record a shortcut first."
    _pick(editor.kind, "open")
    target = _field(editor, "open").target
    target.setFocus()
    QTest.keyClicks(target, "https://example.org")
    qtbot.waitUntil(lambda: _text(page) != MAPPING)
    assert (
        _text(page) == MAPPING + '\n[[bindings]]\ngesture = "clap"\nopen = "https://example.org"\n'
    )
    assert editor.index == 3
    assert page.table.currentIndex().row() == 3
    assert editor.note.text() == ""
    # Going on changes that row, and adds no other.
    QTest.keyClicks(target, "/x")
    QTest.keyClick(page, K.Key_Escape)
    editor.flush()
    assert _gestures(page) == ["spread", "hands_up", "wave", "clap"]
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
    QTest.keyClicks(line, "chrom(")
    qtbot.waitUntil(editor.app_note.isVisible)
    assert "Not a regular expression" in editor.app_note.text()
    assert 'app = "chrom|' in _text(page)
    QTest.keyClick(line, K.Key_Backspace)
    qtbot.waitUntil(lambda: 'app = "chrom"' in _text(page))
    assert not editor.app_note.isVisible()
    assert line.text() == "chrom"


def test_delete_duplicate_and_move_by_keys_and_buttons(page: MappingPage) -> None:
    page.choose(0)
    page.table.setFocus()
    QTest.keyClick(page.table, K.Key_Down, M.AltModifier)
    assert _gestures(page) == ["hands_up", "spread", "wave"]
    assert page.table.currentIndex().row() == 1
    assert page.editor.index == 1
    QTest.keyClick(page.table, K.Key_Up, M.AltModifier)
    assert _text(page) == MAPPING
    assert not page.up_button.isEnabled()
    QTest.mouseClick(page.duplicate_button, LEFT)
    assert _gestures(page) == ["spread", "spread", "hands_up", "wave"]
    assert page.table.currentIndex().row() == 1
    # Two that act at once are doubtful, and said to be in plain words.
    assert page.doubts.isVisible()
    assert page.doubts.text().startswith("⚠ Acts together with row 1 on “Spread”")
    QTest.keyClick(page.table, K.Key_Delete)
    assert _text(page) == MAPPING
    QTest.mouseClick(page.delete_button, LEFT)
    assert _gestures(page) == ["spread", "wave"]


def test_dropping_a_row_moves_it(page: MappingPage) -> None:
    mime = page.model.mimeData([page.model.index(0, 0)])
    move = Qt.DropAction.MoveAction
    assert not page.model.dropMimeData(mime, move, 3, 0, QModelIndex())
    assert _gestures(page) == ["hands_up", "wave", "spread"]
    mime = page.model.mimeData([page.model.index(2, 0)])
    page.model.dropMimeData(mime, move, -1, -1, page.model.index(0, 2))
    assert _text(page) == MAPPING


def test_undo_and_redo_by_keys(page: MappingPage) -> None:
    page.choose(2)
    page.table.setFocus()
    QTest.keyClick(page.table, K.Key_Delete)
    assert _gestures(page) == ["spread", "hands_up"]
    assert page.undo_button.toolTip() == "Undo: Delete wave"
    QTest.keyClick(page.table, K.Key_Z, M.ControlModifier)
    assert _text(page) == MAPPING
    assert not page.undo_button.isEnabled()
    QTest.keyClick(page.table, K.Key_Z, M.ControlModifier | M.ShiftModifier)
    assert _gestures(page) == ["spread", "hands_up"]
    QTest.mouseClick(page.undo_button, LEFT)
    assert _text(page) == MAPPING


def test_an_edit_outside_shows_at_once_and_keeps_the_row(page: MappingPage) -> None:
    page.choose(2)
    page._document.path.write_text(MAPPING.replace('"Hello"', '"Hi"'), encoding="utf-8")
    page._document.look()
    assert _field(page.editor, "notify").text.toPlainText() == "Hi"
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
    qtbot: QtBot, page: MappingPage, notes: _Notes
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
    qtbot: QtBot, page: MappingPage, notes: _Notes
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


def test_looking_through_the_actions_writes_none_of_them(page: MappingPage) -> None:
    page.choose(2)
    editor = page.editor
    editor.kind.setFocus()
    for key in (K.Key_Home, *[K.Key_Down] * (editor.kind.count() - 1)):
        QTest.keyClick(editor.kind, key)
        editor.flush()
        assert _text(page) == MAPPING
    _pick(editor.kind, "scroll")
    assert editor.action_note.text() == "Choose a direction first."
    direction = _field(editor, "scroll").direction
    direction.setFocus()
    QTest.keyClick(direction, K.Key_Down)
    QTest.keyClick(direction, K.Key_Down)
    editor.flush()
    assert _text(page) == MAPPING.replace('notify = "Hello"', "scroll = -3")
    _pick(editor.kind, "close")
    choice = _field(editor, "close").choice
    choice.setFocus()
    QTest.keyClick(choice, K.Key_Down)
    editor.flush()
    assert _text(page) == MAPPING.replace('notify = "Hello"', 'close = "front"')


def test_commands_are_written_only_once_they_are_allowed(page: MappingPage) -> None:
    page.choose(2)
    editor = page.editor
    _pick(editor.kind, "run")
    run = _field(editor, "run")
    run.command.setFocus()
    QTest.keyClicks(run.command, "notify-send 'Hello there'")
    editor.flush()
    assert _text(page) == MAPPING
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

"""The mapping page: the table of bindings, and beside it the fields of the chosen one.

It changes gestures.toml through the document only, and recognises nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gesturepose.actions.kinds import describe
from gesturepose.gui.mapping.banner import ProblemBanner
from gesturepose.gui.mapping.editor import BindingEditor
from gesturepose.gui.mapping.kinds import UNTRIED
from gesturepose.gui.mapping.labels import NoteLabel
from gesturepose.gui.mapping.model import BindingModel
from gesturepose.gui.mapping.table import BindingTable
from gesturepose.gui.mapping.trial import Trial
from gesturepose.platforms.small_files import absolute
from gesturepose.platforms.window_text import describe_app

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from gesturepose.gui.document import MappingDocument

_EDITOR_MIN_PX, _EDITOR_MAX_PX = 320, 400


class MappingPage(QWidget):
    """Everything about what gestures do.

    Parameters
    ----------
    document
        The mapping.
    trial
        How an action is tried; by default on this computer.
    """

    def __init__(
        self,
        document: MappingDocument,
        parent: QWidget | None = None,
        *,
        trial: Trial | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self.model = BindingModel(document, self)
        self.trial = trial or Trial(self)
        self.banner = ProblemBanner(self)
        self.table = BindingTable(self.model, self)
        self.editor = BindingEditor(document, self)
        self._make_buttons()
        self._arrange()
        self._connect()
        self._refresh()

    def choose(self, row: int) -> None:
        """Choose a row and show its fields."""
        if 0 <= row < self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(row, 0))
            self.table.scrollTo(self.model.index(row, 0))

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        """Write what was typed, and try nothing that nobody looks at."""
        self.editor.flush()
        self.trial.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Find out what is open, to offer it."""
        self.editor.app.look()
        super().showEvent(event)

    def _make_buttons(self) -> None:
        self.add_button = QPushButton(self.tr("&Add"), self)
        self.duplicate_button = QPushButton(self.tr("D&uplicate"), self)
        self.delete_button = QPushButton(self.tr("&Delete"), self)
        self.up_button = QPushButton("\N{UPWARDS ARROW}", self)
        self.up_button.setAccessibleName(self.tr("Move up"))
        self.up_button.setToolTip(self.tr("Move up (Alt+Up)"))
        self.down_button = QPushButton("\N{DOWNWARDS ARROW}", self)
        self.down_button.setAccessibleName(self.tr("Move down"))
        self.down_button.setToolTip(self.tr("Move down (Alt+Down)"))
        self.undo_button = QPushButton("↶", self)
        self.redo_button = QPushButton("↷", self)
        self.undo_button.setAccessibleName(self.tr("Undo"))
        self.redo_button.setAccessibleName(self.tr("Redo"))
        for button in (self.up_button, self.down_button, self.undo_button, self.redo_button):
            button.setFixedWidth(42)
        self.try_button = QPushButton(self.tr("Tr&y in 3 s"), self)
        self.try_button.setToolTip(
            self.tr("Does it once, in whatever window is in front by then; “only in” is ignored")
        )
        self.say_button = QPushButton(self.tr("&What would it do?"), self)
        self.done_button = QPushButton(self.tr("Done"), self)
        self.done_button.setProperty("role", "primary")
        self.result = NoteLabel(self)
        self.doubts = NoteLabel(self, role="warning")
        self.file = NoteLabel(self)

    def _arrange(self) -> None:
        left = QFrame(self)
        left.setProperty("role", "card")
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 10, 6, 10)
        bar.setSpacing(8)
        for button in (
            self.add_button,
            self.duplicate_button,
            self.delete_button,
            self.up_button,
            self.down_button,
        ):
            bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(self.undo_button)
        bar.addWidget(self.redo_button)
        body = QWidget(left)
        self._left_stack = QStackedLayout(body)
        self._left_stack.addWidget(self.table)
        self._left_stack.addWidget(self._make_empty())
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 1, 8, 8)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(body, 1)

        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(left, 1)
        row.addWidget(self._make_panel())
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(16)
        page.addWidget(self.banner)
        page.addLayout(row, 1)
        page.addWidget(self.file)

    def _make_empty(self) -> QWidget:
        empty = QWidget(self)
        text = QLabel(self.tr("No gesture does anything yet."), empty)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setProperty("role", "muted")
        self.first_button = QPushButton(self.tr("Add the first one"), empty)
        self.first_button.setProperty("role", "primary")
        column = QVBoxLayout(empty)
        column.addStretch(1)
        column.addWidget(text)
        column.addSpacing(12)
        column.addWidget(self.first_button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(2)
        return empty

    def _make_panel(self) -> QWidget:
        panel = QFrame(self)
        panel.setProperty("role", "card")
        panel.setMinimumWidth(_EDITOR_MIN_PX)
        panel.setMaximumWidth(_EDITOR_MAX_PX)
        inner = QWidget(panel)
        column = QVBoxLayout(inner)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(8)
        column.addWidget(self.editor)
        column.addWidget(self.doubts)
        column.addWidget(self.say_button)
        column.addStretch(1)
        scroll = QScrollArea(panel)
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        hint = QLabel(self.tr("Choose a row to change it."), panel)
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._panel_stack = QStackedLayout(panel)
        self._panel_stack.setContentsMargins(1, 1, 1, 1)
        self._panel_stack.addWidget(hint)
        filled = QWidget(panel)
        whole = QVBoxLayout(filled)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        # What came of a try is seen without scrolling.
        said = QVBoxLayout()
        said.setContentsMargins(18, 4, 18, 0)
        said.addWidget(self.result)
        whole.addLayout(said)
        foot = QHBoxLayout()
        foot.setContentsMargins(18, 8, 18, 12)
        foot.addWidget(self.try_button)
        foot.addStretch(1)
        foot.addWidget(self.done_button)
        whole.addLayout(foot)
        self._panel_stack.addWidget(filled)
        return panel

    def _connect(self) -> None:
        document = self._document
        self.add_button.clicked.connect(self._add)
        self.first_button.clicked.connect(self._add)
        self.duplicate_button.clicked.connect(self._duplicate)
        self.delete_button.clicked.connect(self._delete)
        self.up_button.clicked.connect(lambda: self._shift(-1))
        self.down_button.clicked.connect(lambda: self._shift(1))
        self.undo_button.clicked.connect(self._undo)
        self.redo_button.clicked.connect(self._redo)
        self.done_button.clicked.connect(self._finish)
        self.try_button.clicked.connect(self._try)
        self.say_button.clicked.connect(self._say)
        self.table.edit_asked.connect(self._edit)
        self.table.delete_asked.connect(self._delete)
        self.table.shift_asked.connect(self._shift)
        self.table.selectionModel().currentRowChanged.connect(self._show_row)
        self.table.clicked.connect(lambda index: self._show_row(index, QModelIndex()))
        self.model.moved.connect(self._move)
        self.editor.added.connect(self.choose)
        self.trial.counting.connect(self._count)
        self.trial.done.connect(self._report)
        document.changed.connect(lambda _: self._refresh())
        document.problems_changed.connect(lambda _: self._refresh())
        for keys, slot in (
            (QKeySequence.StandardKey.Undo, self._undo),
            (QKeySequence.StandardKey.Redo, self._redo),
            (QKeySequence("Ctrl+Shift+Z"), self._redo),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
            shortcut.activatedAmbiguously.connect(slot)

    @property
    def _row(self) -> int:
        index = self.table.currentIndex()
        return index.row() if index.isValid() else -1

    def _refresh(self) -> None:
        """Follow the document."""
        document = self._document
        problems = document.problems
        self.banner.show_problems(document.path, problems)
        self.file.say(self.tr("This is {file}").format(file=absolute(document.path)))
        count = len(document.config.bindings)
        self._left_stack.setCurrentIndex(0 if count else 1)
        editable, chosen = not problems, 0 <= self._row < count
        for button in (self.add_button, self.first_button):
            button.setEnabled(editable)
        for button in (self.duplicate_button, self.delete_button):
            button.setEnabled(editable and chosen)
        self.up_button.setEnabled(editable and chosen and self._row > 0)
        self.down_button.setEnabled(editable and chosen and self._row < count - 1)
        self.editor.setEnabled(editable)
        for button, can, verb, label in (
            (self.undo_button, document.can_undo, self.tr("Undo"), document.editor.undo_label),
            (self.redo_button, document.can_redo, self.tr("Redo"), document.editor.redo_label),
        ):
            button.setEnabled(can)
            button.setToolTip(f"{verb}: {label}" if label else verb)
        index = self.editor.index
        if self._panel_stack.currentIndex() == 1 and index is not None:
            if index >= count:
                self._close_panel()
            else:
                self.editor.show_binding(index)
        self._tell_doubts()

    def _show_row(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid():
            self.editor.show_binding(index.row())
            self._open_panel()
        self._refresh()

    def _open_panel(self) -> None:
        self._panel_stack.setCurrentIndex(1)
        self.trial.stop()
        self.result.say("")

    def _close_panel(self) -> None:
        self.trial.stop()
        self._panel_stack.setCurrentIndex(0)

    def _tell_doubts(self) -> None:
        index = self.editor.index
        doubts = self.model.doubts_at(index) if index is not None else []
        self.doubts.say("\n".join(f"\N{WARNING SIGN} {doubt}" for doubt in doubts), role="warning")

    def _add(self) -> None:
        config = self._document.config
        taken = {binding.gesture for binding in config.bindings}
        enabled = [name for name, gesture in config.gestures.items() if gesture.enabled]
        free = [name for name in enabled if name not in taken] or enabled or list(config.gestures)
        if not free:
            return
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())
        self.editor.show_new(free[0])
        self._open_panel()
        self._refresh()
        self.editor.gesture.setFocus()

    def _duplicate(self) -> None:
        row = self._row
        self.editor.flush()
        if row >= 0 and self._document.duplicate_binding(row):
            self.choose(row + 1)

    def _delete(self) -> None:
        row = self._row
        if row >= 0 and self._document.delete_binding(row):
            self.choose(min(row, self.model.rowCount() - 1))
            self.table.setFocus()

    def _shift(self, by: int) -> None:
        row = self._row
        if row >= 0 and 0 <= row + by < self.model.rowCount():
            self._move(row, row + by)

    def _move(self, row: int, to: int) -> None:
        self.editor.flush()
        if self._document.move_binding(row, to):
            self.choose(to)

    def _undo(self) -> None:
        self.editor.flush()
        if self._document.can_undo:
            self._document.undo()

    def _redo(self) -> None:
        self.editor.flush()
        if self._document.can_redo:
            self._document.redo()

    def _edit(self) -> None:
        self._show_row(self.table.currentIndex(), QModelIndex())
        self.editor.gesture.setFocus()

    def _finish(self) -> None:
        self.editor.flush()
        self._close_panel()
        self.table.setFocus()

    def _try(self) -> None:
        self.editor.flush()
        if self.trial.is_counting:
            self.trial.stop()
            return
        index = self.editor.index
        if index is None:
            self.result.say(self.tr("Complete the action first."))
            return
        config = self._document.config
        binding = config.bindings[index]
        if binding.kind in UNTRIED:
            self.result.say(self.tr("This acts on GesturePose itself; make the gesture to try it."))
            return
        self.result.say(
            self.tr("Bring the window it should act on to the front. “Only in” is ignored.")
        )
        self.trial.start(binding, allow_commands=config.control.allow_commands)

    def _say(self) -> None:
        self.editor.flush()
        index = self.editor.index
        if index is None:
            self.result.say(self.tr("Nothing yet: complete the action first."))
            return
        binding = self._document.config.bindings[index]
        text = self.tr("It would {}").format(describe(binding.to_action()))
        if binding.app:
            text += self.tr(", if the window in front matches {}").format(describe_app(binding.app))
        if not binding.enabled:
            text += self.tr("; but it is switched off")
        self.result.say(text + ".")

    def _count(self, left_s: int) -> None:
        if left_s:
            self.try_button.setText(self.tr("{} … Stop").format(left_s))
        else:
            self.try_button.setText(self.tr("Tr&y in 3 s"))

    def _report(self, performed: bool, reason: str) -> None:  # noqa: FBT001 (Qt's signal)
        if performed:
            self.result.say(self.tr("\N{CHECK MARK} Done."))
        else:
            self.result.say(self.tr("Not done: {}").format(reason), role="warning")

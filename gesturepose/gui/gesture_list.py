"""The gestures with live progress, and for the chosen one what keeps it from firing.

It shows what the classifier says and changes nothing; editing is asked for by signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gesturepose.datatypes import Phase
from gesturepose.gui.gesture_rows import GestureRowPainter, GestureRows, list_rows
from gesturepose.gui.last_try import LastTry
from gesturepose.gui.theme import themes
from gesturepose.gui.why_not import list_rules

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent

    from gesturepose.config import Config
    from gesturepose.datatypes import Explanation
    from gesturepose.pipeline import Snapshot

_FIRED_S = 0.8
"""How long the meter of a stroke stays full after it was recognised."""
_RULES_HEIGHT_PX = 168


class GestureList(QWidget):
    """Gestures that do something first, then the others."""

    selected = Signal(str)
    """The gesture chosen now; empty for none."""
    edit_requested = Signal(str)
    """A gesture is to be edited."""
    explanations_wanted = Signal(bool)
    """Whether snapshots have to have explanations, which cost time, or may come without."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = GestureRows(self)
        self._why = LastTry()
        self._fired: dict[str, float] = {}
        self._wanted = False
        self._view = _RowsView()
        self._view.setModel(self._rows)
        self._view.setItemDelegate(GestureRowPainter(self._view))
        self._view.setAccessibleName(self.tr("Gestures"))
        self._view.selectionModel().selectionChanged.connect(self._on_selection)
        self._view.edit_requested.connect(self._request_edit)
        self._panel = _WhyNotPanel()
        self._panel.edit_requested.connect(self._request_edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._panel)
        themes().changed.connect(self._view.viewport().update)
        self._panel.choose("", "")

    @property
    def view(self) -> QListView:
        """The list itself."""
        return self._view

    @property
    def selected_gesture(self) -> str:
        """Name of the gesture chosen now; empty for none."""
        row = self._rows.row_at(self._view.currentIndex())
        return row.name if row is not None else ""

    @property
    def has_selection(self) -> bool:
        """Whether a gesture is chosen."""
        return bool(self.selected_gesture)

    @property
    def why_not_text(self) -> str:
        """What is said to keep the chosen gesture from firing."""
        return self._panel.reason

    @property
    def rules_text(self) -> str:
        """Every rule of the chosen gesture, a line each; empty until they are asked for."""
        return self._panel.rules

    @property
    def wants_explanations(self) -> bool:
        """Whether somebody looks at what keeps a gesture from firing."""
        return self.isVisible() and bool(self.selected_gesture)

    def percent(self, name: str) -> int:
        """How full a gesture's meter is, in hundredths."""
        return self._rows.percent(name)

    def select(self, name: str) -> None:
        """Choose a gesture and bring it into view."""
        index = self._rows.find(name)
        self._view.setCurrentIndex(index)
        if index.isValid():
            self._view.scrollTo(index)

    def set_config(self, config: Config) -> None:
        """Show the gestures of a mapping; the choice stays where it was."""
        name = self.selected_gesture
        if self._rows.set_rows(list_rows(config)):
            self._fired.clear()
            self.select(name)
            self._show_choice()
            if name and not self.has_selection:
                self.selected.emit("")
                self._tell_wanted()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one frame's progress; only meters that changed are painted."""
        now = snapshot.frame.timestamp
        for event in snapshot.events:
            if event.phase is Phase.BEGIN:
                self._fired[event.gesture] = now
        self._fired = {n: t for n, t in self._fired.items() if 0 <= now - t < _FIRED_S}
        percents = {
            name: 100 if progress.active else int(100 * progress.value)
            for name, progress in snapshot.progress.items()
        }
        percents.update(dict.fromkeys(self._fired, 100))
        for number in self._rows.set_percents(percents):
            self._view.update(self._rows.index(number))
        name = self.selected_gesture
        if name and self.isVisible() and self._why.look(name, snapshot):
            self._panel.show_reason(self._why.text, self._why.explanation)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for explanations if a gesture is chosen."""
        super().showEvent(event)
        self._tell_wanted()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Do without explanations."""
        super().hideEvent(event)
        self._tell_wanted()

    def _on_selection(self, _chosen: QItemSelection, _before: QItemSelection) -> None:
        self._show_choice()
        self.selected.emit(self.selected_gesture)
        self._tell_wanted()

    def _show_choice(self) -> None:
        self._why = LastTry()
        row = self._rows.row_at(self._view.currentIndex())
        title, description = (row.title, row.description) if row else ("", "")
        self._panel.choose(title, description)

    def _request_edit(self) -> None:
        if self.selected_gesture:
            self.edit_requested.emit(self.selected_gesture)

    def _tell_wanted(self) -> None:
        if self.wants_explanations != self._wanted:
            self._wanted = not self._wanted
            self.explanations_wanted.emit(self._wanted)


class _RowsView(QListView):
    """A list in which Enter and a double click ask to edit."""

    edit_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.doubleClicked.connect(self._on_double_click)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter edits, the rest navigates."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_requested.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the chosen row in view when the room shrinks."""
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _on_double_click(self, _: QModelIndex) -> None:
        self.edit_requested.emit()


class _WhyNotPanel(QFrame):
    """Says of one gesture what the person does, and what keeps it from firing."""

    edit_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._description = QLabel(wordWrap=True)
        self._description.setProperty("role", "note")
        self._reason = QLabel(wordWrap=True)
        self._reason.setProperty("role", "warning")
        self._reason.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Two lines always, so that the list above does not jump with every reason.
        self._reason.setMinimumHeight(2 * self._reason.fontMetrics().lineSpacing() + 2)
        self._rules = QLabel(wordWrap=True)
        self._rules.setProperty("role", "note")
        self._rules.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._rules.setAccessibleName(self.tr("Rules of the gesture"))
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setWidget(self._rules)
        self._scroll.setFixedHeight(_RULES_HEIGHT_PX)
        self._scroll.hide()
        self._details = QPushButton(self.tr("Every &rule"))
        self._details.setCheckable(True)
        self._details.setToolTip(self.tr("Show every rule of the gesture with its figures"))
        self._details.toggled.connect(self._scroll.setVisible)
        self._edit = QPushButton(self.tr("&Edit gesture"))
        self._edit.clicked.connect(self.edit_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self._details, self._edit):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        buttons.addStretch()
        line = QFrame()
        line.setProperty("role", "line")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 12)
        layout.setSpacing(6)
        layout.addWidget(line)
        layout.addSpacing(4)
        for widget in (self._description, self._reason, self._scroll):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    @property
    def reason(self) -> str:
        return self._reason.text()

    @property
    def rules(self) -> str:
        return self._rules.text()

    def choose(self, title: str, description: str) -> None:
        """Begin with another gesture; without a title with none."""
        hint = self.tr("Choose a gesture to see what keeps it from firing.")
        self._description.setText(f"{title}: {description}" if title else hint)
        self._reason.clear()
        self._rules.clear()
        self._reason.setVisible(bool(title))
        self._details.setVisible(bool(title))
        self._edit.setVisible(bool(title))
        self._scroll.setVisible(bool(title) and self._details.isChecked())

    def show_reason(self, text: str, explanation: Explanation | None) -> None:
        """Say what keeps it, and if asked for, every rule."""
        self._reason.setText(text[:1].upper() + text[1:])
        if self._details.isChecked() and explanation is not None:
            self._rules.setText("\n".join(list_rules(explanation)))

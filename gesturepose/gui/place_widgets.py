"""Controls of a settings page, and rows to put them in: each is one value of gestures.toml.

A control shows what the file says and writes what a person chooses; it never keeps a value of its
own, so that an edit by hand shows at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from gesturepose.gui.switch import Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QWheelEvent

CONTROL_WIDTH_PX = 300


class Choice(QComboBox):
    """A list to choose from, by value and not by row.

    Parameters
    ----------
    choices
        Value and words of each.
    """

    chosen = Signal(object)
    """A value that a person chose."""

    def __init__(self, choices: Sequence[tuple[Any, str]] = ()) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.activated.connect(lambda row: self.chosen.emit(self.itemData(row)))
        for value, words in choices:
            self.add(value, words)

    def add(self, value: Any, words: str, icon: QIcon | None = None) -> None:
        """Add a choice."""
        self.addItem(words, value)
        if icon is not None:
            self.setItemIcon(self.count() - 1, icon)

    def show_value(self, value: Any, words: str = "") -> None:
        """Show what holds; a value that is no choice yet becomes one, with these words."""
        row = self.row_of(value)
        if row < 0:
            self.add(value, words or str(value))
            row = self.count() - 1
        self.setCurrentIndex(row)

    def row_of(self, value: Any) -> int:
        """Return where a value stands; -1 if it is no choice."""
        return next((row for row in range(self.count()) if self.itemData(row) == value), -1)

    def values(self) -> list[Any]:
        """List the choices."""
        return [self.itemData(row) for row in range(self.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the list by the arrow keys: passing over a choice must not make it."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page, which it scrolls."""
        event.ignore()


class NameLabel(QLabel):
    """The name of a control; a click on the name of a switch is one on the switch."""

    def __init__(self, text: str, control: QWidget) -> None:
        super().__init__(text)
        self.setWordWrap(True)
        self.setBuddy(control)
        control.setAccessibleName(text.replace("&", ""))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pass the click on."""
        control = self.buddy()
        if isinstance(control, Switch) and self.rect().contains(event.position().toPoint()):
            control.setFocus()
            control.click()


class Card(QFrame):
    """A group of settings under a heading.

    Parameters
    ----------
    title
        The heading.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 16, 16, 16)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(heading, 0, 0, 1, 2)

    def add_row(self, label: str, control: QWidget, note: str = "") -> QLabel:
        """Add a control with its label, which may have a mnemonic, and a note below the label."""
        row = self._grid.rowCount()
        name = NameLabel(label, control)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(name)
        told = make_note(note)
        words.addWidget(told)
        told.setVisible(bool(note))
        control.setAccessibleDescription(note)
        if not isinstance(control, Switch):
            control.setFixedWidth(CONTROL_WIDTH_PX)
        self._grid.addLayout(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(
            control, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        return told

    def add_wide(self, widget: QWidget) -> None:
        """Add something over the whole width."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)


def make_note(text: str) -> QLabel:
    """Make a line of small words."""
    note = QLabel(text, wordWrap=True)
    note.setProperty("role", "note")
    return note

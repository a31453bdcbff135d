"""Fields for what an action needs, one widget per kind of action.

Each reads and writes its own part of a ``[[bindings]]`` table; none of them writes the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gesturepose.actions.kinds import Media, MediaKey
from gesturepose.gui.mapping.labels import make_combo, name_label
from gesturepose.gui.mapping.recorder import ShortcutRecorder
from gesturepose.gui.words import describe_action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ActionField(QWidget):
    """The fields of one kind of action."""

    edited = Signal()
    """A person changed something."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)

    def add(self, name: str, widget: QWidget, *beside: QWidget) -> None:
        """Put a named field below the others, with widgets to its right."""
        self.column.addWidget(name_label(name, widget, self))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(widget, 1)
        for other in beside:
            row.addWidget(other)
        self.column.addLayout(row)

    def fields(self) -> dict[str, Any]:
        """Return the binding's keys; nothing while something is missing."""
        raise NotImplementedError

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show a binding's keys; those that are not there are empty."""
        raise NotImplementedError

    def ask(self) -> str:
        """Say what is missing."""
        return self.tr("Fill this in first.")


class ChordAction(ActionField):
    """``press`` and ``hold``."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.recorder = ShortcutRecorder(self)
        self.add(self.tr("&Shortcut"), self.recorder)
        self.recorder.edited.connect(self.edited)

    def fields(self) -> dict[str, Any]:
        """Return the chord."""
        return {self._kind: self.recorder.chord} if self.recorder.chord else {}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the chord."""
        self.recorder.set_chord(str(fields.get(self._kind, "")))

    def ask(self) -> str:
        """Ask for keys."""
        return self.tr("Record a shortcut first.")


class TextAction(ActionField):
    """``type`` and ``notify``."""

    def __init__(self, kind: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.text = QPlainTextEdit(self)
        self.text.setFixedHeight(72)
        self.text.setTabChangesFocus(True)
        self.add(name, self.text)
        self.text.textChanged.connect(self.edited)

    def fields(self) -> dict[str, Any]:
        """Return the text."""
        text = self.text.toPlainText()
        return {self._kind: text} if text else {}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the text; the cursor stays where it is if nothing changes."""
        text = str(fields.get(self._kind, ""))
        if text != self.text.toPlainText():
            self.text.setPlainText(text)

    def ask(self) -> str:
        """Ask for a text."""
        return self.tr("Write the text first.")


class ChoiceAction(ActionField):
    """``click``, ``media`` and ``control``: one of a few."""

    def __init__(
        self,
        kind: str,
        name: str,
        choices: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self.choice = make_combo(self)
        # Nothing is chosen for a person who looks through the kinds of actions.
        self.choice.setPlaceholderText(self.tr("Choose…"))
        for value, text in choices:
            self.choice.addItem(text, value)
        self.add(name, self.choice)
        self.choice.activated.connect(lambda _: self.edited.emit())

    def fields(self) -> dict[str, Any]:
        """Return the choice."""
        chosen = self.choice.currentData()
        return {self._kind: chosen} if chosen is not None else {}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the choice."""
        self.choice.setCurrentIndex(self.choice.findData(fields.get(self._kind)))

    def ask(self) -> str:
        """Ask for a choice."""
        return self.tr("Choose one first.")


_DIRECTIONS = ((0, 1), (0, -1), (-1, 0), (1, 0))
"""Up, down, left, right, as the wheel counts."""


class ScrollAction(ActionField):
    """``scroll``: a direction and lines; both ways at once stay as they are written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._written: Any = None
        self.direction = make_combo(self)
        self.direction.setPlaceholderText(self.tr("Choose…"))
        for text, data in zip(
            (self.tr("Up"), self.tr("Down"), self.tr("Left"), self.tr("Right")),
            _DIRECTIONS,
            strict=True,
        ):
            self.direction.addItem(text, data)
        self.direction.setCurrentIndex(-1)
        self.lines = QSpinBox(self)
        self.lines.setRange(1, 100)
        self.lines.setValue(3)
        self.lines.setAccessibleName(self.tr("Lines"))
        self.add(self.tr("&Direction"), self.direction, self.lines, QLabel(self.tr("lines"), self))
        self.direction.activated.connect(self._edit)
        self.lines.valueChanged.connect(self._edit)

    def fields(self) -> dict[str, Any]:
        """Return the amount as it is written shortest."""
        if self._written is not None:
            return {"scroll": self._written}
        if self.direction.currentIndex() < 0:
            return {}
        x, y = self.direction.currentData()
        lines = self.lines.value()
        return {"scroll": y * lines if y else {"x": x * lines}}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the amount."""
        self._written = fields.get("scroll")
        amount = self._written if self._written is not None else 3
        x, y = (amount.get("x", 0), amount.get("y", 0)) if isinstance(amount, dict) else (0, amount)
        for widget in (self.direction, self.lines):
            widget.blockSignals(True)
        step = (0, 1 if y > 0 else -1) if y else (1 if x > 0 else -1, 0)
        chosen = _DIRECTIONS.index(step) if self._written is not None else -1
        self.direction.setCurrentIndex(chosen)
        self.lines.setValue(abs(y or x))
        for widget in (self.direction, self.lines):
            widget.blockSignals(False)

    def ask(self) -> str:
        """Ask for a direction."""
        return self.tr("Choose a direction first.")

    def _edit(self, _: int) -> None:
        self._written = None
        self.edited.emit()


class MoveAction(ActionField):
    """``move``: pixels to the right and down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.right, self.down = QSpinBox(self), QSpinBox(self)
        for name, spin in (
            (self.tr("To the &right (pixels)"), self.right),
            (self.tr("&Down"), self.down),
        ):
            spin.setRange(-10_000, 10_000)
            spin.setSingleStep(10)
            self.add(name, spin)
            spin.valueChanged.connect(lambda _: self.edited.emit())

    def fields(self) -> dict[str, Any]:
        """Return both."""
        move = [self.right.value(), self.down.value()]
        return {"move": move} if any(move) else {}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show both."""
        for spin, pixels in zip((self.right, self.down), fields.get("move", (0, 0)), strict=False):
            spin.blockSignals(True)
            spin.setValue(int(pixels))
            spin.blockSignals(False)

    def ask(self) -> str:
        """Ask for pixels."""
        return self.tr("Say how far the pointer moves. Negative goes left, or up.")


def make_click() -> ChoiceAction:
    """Return the field of ``click``."""
    choices = (
        ("left", QCoreApplication.translate("ActionFields", "Left button")),
        ("right", QCoreApplication.translate("ActionFields", "Right button")),
        ("middle", QCoreApplication.translate("ActionFields", "Middle button")),
        ("double", QCoreApplication.translate("ActionFields", "Double click")),
    )
    return ChoiceAction("click", QCoreApplication.translate("ActionFields", "&Button"), choices)


def make_media() -> ChoiceAction:
    """Return the field of ``media``."""
    choices = [(key, describe_action(Media(key))) for key in get_args(MediaKey)]
    return ChoiceAction("media", QCoreApplication.translate("ActionFields", "&Key"), choices)


def make_control() -> ChoiceAction:
    """Return the field of ``control``."""
    choices = (
        ("pause_or_resume", QCoreApplication.translate("ActionFields", "Pause, or resume")),
        ("pause", QCoreApplication.translate("ActionFields", "Pause")),
        ("resume", QCoreApplication.translate("ActionFields", "Resume")),
    )
    return ChoiceAction("control", QCoreApplication.translate("ActionFields", "Gest&ures"), choices)

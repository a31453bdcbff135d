"""What happened since the program started, in plain words: gestures, actions, notes.

Lines live in memory only and the oldest go; nothing is written to disk. A person may copy them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from PySide6.QtGui import QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.gui.theme import themes
from gesturepose.gui.words import bound_words, gesture_words, reason_words

if TYPE_CHECKING:
    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.config import Config

LogKind = Literal["gesture", "action", "refused", "note", "error"]
MOST_LINES = 500
_COLOURS: dict[str, str] = {
    "gesture": "text",
    "action": "text",
    "refused": "amber",
    "note": "muted",
    "error": "danger",
}


class LogPage(QWidget):
    """A list of lines, newest last; stays at the newest unless scrolled up.

    Times are seconds since the start: those since the page was made, unless the caller counts
    them, which it then should do for every line.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config: Config | None = None
        self._began_s = time.monotonic()
        self._last_gesture = ""
        self._lines: list[tuple[str, LogKind]] = []
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setUndoRedoEnabled(False)
        self._text.setMaximumBlockCount(MOST_LINES)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(self.tr("What happened"))
        self._text.setPlaceholderText(self.tr("Nothing has happened yet. Make a gesture."))
        self._copy = QPushButton(self.tr("&Copy"))
        self._copy.setToolTip(self.tr("Copy all lines"))
        self._copy.clicked.connect(self.copy)
        self._clear = QPushButton(self.tr("C&lear"))
        self._clear.setToolTip(self.tr("Forget all lines"))
        self._clear.clicked.connect(self.clear)
        note = QLabel(self.tr("Kept in memory only, never on disk."))
        note.setProperty("role", "note")
        note.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(note, 1)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(self._text, 1)
        layout.addLayout(buttons)
        themes().changed.connect(self._repaint)
        self._enable_buttons()

    @property
    def text(self) -> str:
        """All lines."""
        return self._text.toPlainText()

    def set_config(self, config: Config) -> None:
        """Take in a mapping: what actions are called."""
        self._config = config

    def add_event(self, event: GestureEvent, t: float | None = None) -> None:
        """Tell that a gesture began or was broken off; that it goes on or ended is not told."""
        words = gesture_words(event.gesture)
        if event.phase is Phase.BEGIN:
            self._last_gesture = event.gesture
            self.add_line(words, "gesture", t)
        elif event.phase is Phase.CANCEL:
            self.add_line(self.tr("{}: broken off").format(words), "note", t)

    def add_action(self, result: ActionResult, t: float | None = None) -> None:
        """Tell what an action did, or why it did nothing."""
        bindings = self._config.bindings if self._config else ()
        words = f"→ {bound_words(result.bound, bindings)}"
        if result.bound.gesture != self._last_gesture:
            words = f"{gesture_words(result.bound.gesture)} {words}"
        if result.performed:
            self.add_line(words, "action", t)
        else:
            text = (
                self.tr("{action}: failed since, {reason}")
                if result.is_late
                else self.tr("{action}: not done, {reason}")
            )
            self.add_line(text.format(action=words, reason=reason_words(result)), "refused", t)

    def add_line(self, text: str, kind: LogKind = "note", t: float | None = None) -> None:
        """Add a line of any kind."""
        seconds = time.monotonic() - self._began_s if t is None else t
        line = f"{format_time(seconds)}   {' '.join(text.split())}"
        self._lines.append((line, kind))
        del self._lines[:-MOST_LINES]
        self._append(line, kind)
        self._enable_buttons()

    def copy(self) -> None:
        """Put all lines on the clipboard."""
        QGuiApplication.clipboard().setText(self.text)

    def clear(self) -> None:
        """Forget all lines."""
        self._last_gesture = ""
        self._lines.clear()
        self._text.clear()
        self._enable_buttons()

    def _append(self, line: str, kind: LogKind) -> None:
        bar = self._text.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        before = bar.value()
        form = QTextCharFormat()
        form.setForeground(QColor(getattr(themes().theme, _COLOURS[kind])))
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._text.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(line, form)
        bar.setValue(bar.maximum() if follows else before)

    def _repaint(self) -> None:
        """Write all lines again, in the colours of another theme."""
        self._text.clear()
        for line, kind in self._lines:
            self._append(line, kind)

    def _enable_buttons(self) -> None:
        for button in (self._copy, self._clear):
            button.setEnabled(bool(self._lines))


def format_time(seconds: float) -> str:
    """Write seconds as ``0:07`` or ``1:02:03``."""
    whole = max(int(seconds), 0)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minute:02}:{second:02}"
    return f"{minute}:{second:02}"

"""A strip below the header for what a person should know now, with at most two things to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


class NoticeBar(QFrame):
    """Notices by key, the latest shown; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._notices: dict[str, tuple[str, tuple[tuple[str, Callable[[], None]], ...]]] = {}
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # it may name files
        self._buttons = (QPushButton(), QPushButton())
        for button in self._buttons:
            button.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._text, 1)
        for button in self._buttons:
            layout.addWidget(button)
        self._calls: list[Callable[[], None]] = []
        for number, button in enumerate(self._buttons):
            button.clicked.connect(lambda _=False, n=number: self._calls[n]())
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty when it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def tell(self, key: str, text: str, *actions: tuple[str, Callable[[], None]]) -> None:
        """Show a notice, instead of an earlier one with the same key.

        Parameters
        ----------
        key
            What it is about.
        text
            One or two plain sentences.
        actions
            At most two words for a button, with what it does.
        """
        self._notices.pop(key, None)
        self._notices[key] = text, actions
        self._show_latest()

    def clear(self, key: str) -> None:
        """Take a notice away; nothing if there is none."""
        if self._notices.pop(key, None) is not None:
            self._show_latest()

    def _show_latest(self) -> None:
        self.setVisible(bool(self._notices))
        if not self._notices:
            return
        text, actions = self._notices[next(reversed(self._notices))]
        self._text.setText(text)
        self.setAccessibleName(text)
        self._calls = [call for _, call in actions]
        for number, button in enumerate(self._buttons):
            button.setVisible(number < len(actions))
            if number < len(actions):
                button.setText(actions[number][0])

"""A strip below the header for what a person should know now, with at most two things to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class _Notice:
    text: str
    actions: tuple[tuple[str, Callable[[], None]], ...]
    stays: bool


class NoticeBar(QWidget):
    """Notices by key; hidden while there is none.

    The latest is shown, and above it the latest of those that stay whatever else is told.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: dict[str, _Notice] = {}
        self._staying, self._latest = _Strip(), _Strip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for strip in (self._staying, self._latest):
            layout.addWidget(strip)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty when it is hidden."""
        if self.isHidden():
            return ""
        strips = (self._staying, self._latest)
        return "\n".join(strip.text for strip in strips if not strip.isHidden())

    @property
    def buttons(self) -> list[QPushButton]:
        """What can be pressed, in reading order."""
        return [
            button
            for strip in (self._staying, self._latest)
            for button in strip.buttons
            if not (strip.isHidden() or button.isHidden())
        ]

    def tell(
        self, key: str, text: str, *actions: tuple[str, Callable[[], None]], stays: bool = False
    ) -> None:
        """Show a notice, instead of an earlier one with the same key.

        Parameters
        ----------
        key
            What it is about.
        text
            One or two plain sentences.
        actions
            At most two words for a button, with what it does.
        stays
            Whether it stays in sight when something else is told.
        """
        self._notices.pop(key, None)
        self._notices[key] = _Notice(text, actions, stays)
        self._show()

    def clear(self, key: str) -> None:
        """Take a notice away; nothing if there is none."""
        if self._notices.pop(key, None) is not None:
            self._show()

    def _show(self) -> None:
        for strip, stays in ((self._staying, True), (self._latest, False)):
            found = [notice for notice in self._notices.values() if notice.stays is stays]
            strip.show_notice(found[-1] if found else None)
        self.setVisible(bool(self._notices))


class _Strip(QFrame):
    """One notice."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # it may name files
        self.buttons = (QPushButton(), QPushButton())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._text, 1)
        for button in self.buttons:
            button.hide()
            layout.addWidget(button)
        self._calls: list[Callable[[], None]] = []
        for number, button in enumerate(self.buttons):
            button.clicked.connect(lambda _=False, n=number: self._calls[n]())
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_notice(self, notice: _Notice | None) -> None:
        """Show a notice, or nothing."""
        self.setVisible(notice is not None)
        if notice is None:
            return
        self._text.setText(notice.text)
        self.setAccessibleName(notice.text)
        self._calls = [call for _, call in notice.actions]
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(notice.actions))
            if number < len(notice.actions):
                button.setText(notice.actions[number][0])

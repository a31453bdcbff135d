"""What is wrong with gestures.toml, with a way to open it. It changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 4
"""So many errors without scrolling."""


class ProblemBanner(QFrame):
    """Hidden while there is nothing to say."""

    open_failed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._path: Path | None = None
        self.title = QLabel(self)
        self.title.setProperty("role", "danger")
        self.title.setWordWrap(True)
        self.list = QLabel(self)
        self.list.setWordWrap(True)
        self.list.setTextFormat(Qt.TextFormat.PlainText)
        self.list.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.list.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.list.setAccessibleName(self.tr("Errors of the mapping"))
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self.list)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.button = QPushButton(self.tr("Open the &file"), self)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._scroll)
        self.button.clicked.connect(self._open)
        self.hide()

    def show_problems(self, path: Path, problems: list[str]) -> None:
        """Show every error, or hide."""
        self._path = path
        self.setVisible(bool(problems))
        if not problems:
            return
        count = len(problems)
        text = (
            self.tr("\N{WARNING SIGN} {file} has an error. The mapping before it stays in use.")
            if count == 1
            else self.tr(
                "\N{WARNING SIGN} {file} has {count} errors. The mapping before them stays in use."
            )
        )
        self.title.setText(text.format(file=path.name, count=count))
        self.list.setText("\n".join(problems))
        line = self.fontMetrics().lineSpacing()
        self._scroll.setFixedHeight(int(line * (min(count, _SHOWN) * 1.6 + 0.6)))

    def _open(self) -> None:
        if self._path is not None:
            url = QUrl.fromLocalFile(str(self._path.resolve()))
            if not QDesktopServices.openUrl(url):
                self.open_failed.emit()
                self.title.setText(
                    self.tr("No program opens it from here; edit {}").format(self._path)
                )

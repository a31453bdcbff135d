"""Where a binding acts: anywhere, in browsers, in a program that is open now, or by a pattern."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gesturepose.errors import ActionError
from gesturepose.gui.background import Question
from gesturepose.gui.mapping.labels import make_combo
from gesturepose.gui.words import app_words
from gesturepose.platforms.detect import detect

if TYPE_CHECKING:
    from collections.abc import Callable

BROWSERS = "chrom|firefox|msedge|microsoft-edge|safari"
"""Pattern of the browsers people use, as in the default gestures.toml."""
_KNOWN = (BROWSERS, "chrom", "firefox", "impress|powerpoint|okular|evince")
_OTHER = object()
_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")


def list_open_apps() -> list[str]:
    """Return patterns of the applications that have a window open, the topmost first."""
    platform = detect()
    try:
        windows = platform.list_windows()
    except ActionError:
        return []
    finally:
        with contextlib.suppress(ActionError):
            platform.close()
    return list(dict.fromkeys(name for w in windows if (name := app_pattern(w.app))))


def app_pattern(app: str) -> str:
    """Return a pattern that finds an application again by what its windows say of it."""
    words = re.split(r"[\\/\s]+", app.strip())
    name = re.sub(r"\.exe$", "", words[-1], flags=re.IGNORECASE).lower()
    return _SPECIAL.sub(r"\\\1", name)


class AppFilter(QWidget):
    """Chooses the `app` pattern of a binding."""

    edited = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, list_apps: Callable[[], list[str]] = list_open_apps
    ) -> None:
        super().__init__(parent)
        self.choice = make_combo(self)
        self.choice.setAccessibleName(self.tr("Only in"))
        self.line = QLineEdit(self)
        self.line.setAccessibleName(self.tr("Part of the title or program's name"))
        self.line.setPlaceholderText(self.tr("part of the title or program, such as gimp"))
        self.line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.choice)
        column.addWidget(self.line)
        self.setFocusProxy(self.choice)
        self._fill()
        self.choice.activated.connect(self._choose)
        self.line.textEdited.connect(lambda _: self.edited.emit())
        self._question = Question(list_apps, self)
        self._question.answered.connect(self._offer)

    @property
    def pattern(self) -> str | None:
        """The pattern; ``None`` for anywhere."""
        data = self.choice.currentData()
        if data is _OTHER:
            return self.line.text() or None
        return str(data) if data else None

    def show_pattern(self, pattern: str | None) -> None:
        """Show a pattern; one that is none of the choices becomes one."""
        if self.choice.currentData() is _OTHER and pattern and self.line.text() == pattern:
            return
        index = self._find(pattern or "")
        if index < 0:
            index = self.choice.count() - 1
            self.choice.insertItem(index, app_words(pattern), pattern)
        self.choice.setCurrentIndex(index)
        self.line.setVisible(False)

    def look(self) -> None:
        """Find out which applications are open, to offer them."""
        self._question.ask()

    def _fill(self) -> None:
        self.choice.addItem(self.tr("Anywhere"), "")
        self.choice.addItem(self.tr("Browsers"), BROWSERS)
        for pattern in _KNOWN[1:]:
            self.choice.addItem(app_words(pattern), pattern)
        self.choice.addItem(self.tr("Another program…"), _OTHER)

    def _find(self, pattern: str) -> int:
        # QComboBox.findData does not compare str with object.
        data = [self.choice.itemData(row) for row in range(self.choice.count())]
        return data.index(pattern) if pattern in data else -1

    def _offer(self, patterns: list[str]) -> None:
        for pattern in patterns:
            if self._find(pattern) < 0:
                row = self.choice.count() - 1
                text = self.tr("{} (open now)").format(app_words(pattern))
                self.choice.insertItem(row, text, pattern)

    def _choose(self, _: int) -> None:
        other = self.choice.currentData() is _OTHER
        self.line.setVisible(other)
        if other:
            self.line.setFocus()
        self.edited.emit()

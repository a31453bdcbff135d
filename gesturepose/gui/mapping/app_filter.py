"""Where a binding acts: anywhere, in browsers, in a program that is open now, or by names.

What it shows it gives back as it was written, whatever that is, until a person chooses otherwise.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from gesturepose.errors import ActionError
from gesturepose.gui.background import Question
from gesturepose.gui.mapping.labels import NoteLabel, make_combo
from gesturepose.gui.words import app_words
from gesturepose.platforms.detect import detect
from gesturepose.platforms.window_text import find_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

App: TypeAlias = "str | list[str] | None"
"""As ``app`` is written: a pattern, plain names, or nothing for anywhere."""

BROWSERS = "chrom|firefox|msedge|microsoft-edge|safari"
"""Pattern of the browsers people use, as in the default gestures.toml."""
_KNOWN = (BROWSERS, "chrom", "firefox", "impress|powerpoint|okular|evince")
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()/]")
_NAMES_LINES = 3
_OTHER = object()
_SEVERAL = object()


@dataclass(frozen=True, slots=True)
class _Names:
    """Plain names as a choice's data, which Qt would make something else of."""

    names: tuple[str, ...]


def list_open_apps() -> list[str]:
    """Return names of the applications that have a window open, the topmost first."""
    platform = detect()
    try:
        windows = platform.list_windows()
    except ActionError:
        return []
    finally:
        with contextlib.suppress(ActionError):
            platform.close()
    return list(dict.fromkeys(name for w in windows if (name := app_name(w.app))))


def app_name(app: str) -> str:
    """Return a name that finds an application again by what its windows say of it."""
    words = re.split(r"[\\/\s]+", app.strip())
    return re.sub(r"\.exe$", "", words[-1], flags=re.IGNORECASE).lower()


def read_typed(text: str) -> App:
    """Return what ``app`` is for what a person types: a name, or a pattern between slashes."""
    text = text.strip()
    pattern = find_pattern(text)
    if not text or pattern is not None:
        return pattern or None
    return [text] if _SPECIAL.search(text) else text


def _write_typed(app: App) -> str:
    """Return what a person would type for it, as far as one line can say."""
    if isinstance(app, list):
        return app[0] if len(app) == 1 else ""
    if app is None:
        return ""
    return f"/{app}/" if _SPECIAL.search(app) else app


class AppFilter(QWidget):
    """Chooses the `app` of a binding."""

    edited = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, list_apps: Callable[[], list[str]] = list_open_apps
    ) -> None:
        super().__init__(parent)
        self._app: App = None
        self.choice = make_combo(self)
        self.choice.setAccessibleName(self.tr("Only in"))
        self.line = QLineEdit(self)
        self.line.setAccessibleName(self.tr("Part of the title or program's name"))
        self.line.setPlaceholderText(self.tr("part of the title or program, such as gimp"))
        self.names = QPlainTextEdit(self)
        self.names.setAccessibleName(self.tr("Parts of titles or programs' names, one a line"))
        self.names.setPlaceholderText(self.tr("one name a line"))
        self.names.setTabChangesFocus(True)
        height = self.names.fontMetrics().lineSpacing() * _NAMES_LINES
        self.names.setFixedHeight(height + 2 * self.names.frameWidth() + 12)
        self.hint = NoteLabel(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.choice, self.line, self.names, self.hint):
            column.addWidget(widget)
        self.setFocusProxy(self.choice)
        self._fill()
        self._arrange()
        self.choice.activated.connect(self._choose)
        self.line.textEdited.connect(lambda _: self._take(read_typed(self.line.text())))
        self.names.textChanged.connect(self._take_names)
        self._question = Question(list_apps, self)
        self._question.answered.connect(self._offer)

    @property
    def app(self) -> App:
        """What is chosen, as it is written; ``None`` for anywhere."""
        return self._app

    def show_app(self, app: App) -> None:
        """Show what is written; a pattern that is none of the choices becomes one."""
        if app == self._app and (app is not None or self.choice.currentIndex() == 0):
            return
        self._app = app
        index = self._find(app)
        if index < 0 and isinstance(app, list):
            self._show_list(app)
        elif index < 0:
            index = self.choice.count() - 2
            self.choice.insertItem(index, app_words(app), app)
            self.choice.setCurrentIndex(index)
        else:
            self.choice.setCurrentIndex(index)
        self._arrange()

    def look(self) -> None:
        """Find out which applications are open, to offer them."""
        self._question.ask()

    def _fill(self) -> None:
        self.choice.addItem(self.tr("Anywhere"), "")
        self.choice.addItem(self.tr("Browsers"), BROWSERS)
        for pattern in _KNOWN[1:]:
            self.choice.addItem(app_words(pattern), pattern)
        self.choice.addItem(self.tr("Several programs…"), _SEVERAL)
        self.choice.addItem(self.tr("Another program…"), _OTHER)

    def _show_list(self, app: list[str]) -> None:
        """Show names in the field that gives them back, which may be the one of several."""
        if len(app) == 1 and read_typed(app[0]) == app:
            self.line.setText(app[0])
            self.choice.setCurrentIndex(self.choice.count() - 1)
        else:
            self._write_names(app)
            self.choice.setCurrentIndex(self.choice.count() - 2)

    def _write_names(self, names: list[str]) -> None:
        blocked = self.names.blockSignals(True)
        self.names.setPlainText("\n".join(names))
        self.names.blockSignals(blocked)

    def _find(self, app: App) -> int:
        # QComboBox.findData does not compare str with object.
        wanted = _Names(tuple(app)) if isinstance(app, list) else app or ""
        data = [self.choice.itemData(row) for row in range(self.choice.count())]
        return data.index(wanted) if wanted in data else -1

    def _offer(self, names: list[str]) -> None:
        for name in names:
            app = read_typed(name)
            if app and self._find(app) < 0:
                row = self.choice.count() - 2
                text = self.tr("{} (open now)").format(app_words(app))
                data = _Names(tuple(app)) if isinstance(app, list) else app
                self.choice.insertItem(row, text, data)

    def _take(self, app: App) -> None:
        """Take what was chosen; fields that are empty for now do not mean anywhere."""
        if app is not None or self.choice.currentIndex() == 0:
            self._app = app
            self.edited.emit()

    def _take_names(self) -> None:
        lines = (line.strip() for line in self.names.toPlainText().splitlines())
        self._take([line for line in lines if line] or None)

    def _choose(self, _: int) -> None:
        data = self.choice.currentData()
        if data is _OTHER:
            # What it is now, to begin with; typing takes its place.
            self.line.setText(_write_typed(self._app))
            self.line.selectAll()
        elif data is _SEVERAL:
            self._write_names(_to_names(self._app))
            self.names.selectAll()
        self._arrange()
        if data is _OTHER:
            self.line.setFocus()
        elif data is _SEVERAL:
            self.names.setFocus()
        else:
            self._take(list(data.names) if isinstance(data, _Names) else data or None)

    def _arrange(self) -> None:
        data = self.choice.currentData()
        self.line.setVisible(data is _OTHER)
        self.names.setVisible(data is _SEVERAL)
        self.hint.say(
            self.tr("Plain text, upper or lower case; a pattern stands between slashes: /a|b/")
            if data is _OTHER
            else self.tr("Plain text, one name a line; any of them will do")
            if data is _SEVERAL
            else ""
        )


def _to_names(app: App) -> list[str]:
    """Return the names something has, to go on with."""
    if app is None or isinstance(app, list):
        return app or []
    return [name for name in app.split("|") if not _SPECIAL.search(name)]

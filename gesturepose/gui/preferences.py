"""What the app remembers that is not about gestures; in the platform's usual place.

gestures.toml has what the body does and what the computer does; this has the rest: how the window
looked, what a person chose once. It holds no picture and no name of anybody. The address of a
network camera may hold its password: nobody but its owner may read the file.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

if TYPE_CHECKING:
    from gesturepose.gui.theme import Choice

Answer = Literal["ask", "yes", "no"]

_log = logging.getLogger(__name__)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Preferences(QObject):
    """Typed access to the stored settings; a damaged or unknown value is the default.

    Parameters
    ----------
    store
        Where they are kept; by default the platform's place for this application.
    """

    changed = Signal(str)
    """Name of the property that has another value now."""

    def __init__(self, store: QSettings | None = None) -> None:
        super().__init__()
        self._told = False
        self._store = store or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gesturepose", "app"
        )
        self._keep_private()

    @property
    def theme(self) -> Choice:
        """Light, dark, or as the system."""
        return cast("Choice", self._choice("theme", ("system", "light", "dark")))

    @theme.setter
    def theme(self, value: Choice) -> None:
        self._set("theme", value)

    @property
    def keep_in_tray(self) -> Answer:
        """Whether closing the window keeps the program running in the tray."""
        return cast("Answer", self._choice("keep_in_tray", ("ask", "yes", "no")))

    @keep_in_tray.setter
    def keep_in_tray(self, value: Answer) -> None:
        self._set("keep_in_tray", value)

    @property
    def source(self) -> str:
        """What was watched last, as ``--source`` takes it; empty if nothing was chosen."""
        return self._text("source")

    @source.setter
    def source(self, value: str) -> None:
        self._set("source", value)

    @property
    def start_paused(self) -> bool:
        """Whether the program starts paused."""
        return self._flag("start_paused")

    @start_paused.setter
    def start_paused(self, value: bool) -> None:
        self._set("start_paused", value)

    @property
    def practice(self) -> bool:
        """Whether everything is recognised and nothing performed."""
        return self._flag("practice")

    @practice.setter
    def practice(self, value: bool) -> None:
        self._set("practice", value)

    @property
    def first_run_done(self) -> bool:
        """Whether the guided start was finished or skipped."""
        return self._flag("first_run_done")

    @first_run_done.setter
    def first_run_done(self, value: bool) -> None:
        self._set("first_run_done", value)

    @property
    def geometry(self) -> QByteArray:
        """Place and size of the main window as Qt writes it; empty at first."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._keep_private()
        self._store.setValue("geometry", value)

    def flush(self) -> None:
        """Write what is pending; that it cannot be, with the disk full say, is told."""
        self._store.sync()
        if self._store.status() is not QSettings.Status.NoError:
            _log.warning(
                "what the app remembers cannot be saved to %s; make room on the disk, or allow "
                "writing there",
                self._store.fileName(),
            )

    def _keep_private(self) -> None:
        """Make the file, or mend it, so that its owner alone may read it.

        Qt writes a new file beside the old one and gives it the old one's permissions before a
        word of it is written; a file that it makes itself may be read by everybody.
        """
        path = Path(self._store.fileName())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & _OTHERS:
                path.chmod(mode & ~_OTHERS)
        except OSError as error:
            if self._told:
                return
            self._told = True  # it will not be otherwise the next time
            _log.warning(
                "%s cannot be kept from other users' eyes: %s", path, error.strerror or error
            )

    def _text(self, name: str) -> str:
        value = self._store.value(name, "")
        return value if isinstance(value, str) else ""

    def _choice(self, name: str, known: tuple[str, ...]) -> str:
        value = self._text(name)
        return value if value in known else known[0]

    def _flag(self, name: str) -> bool:
        # An INI file has text only.
        return str(self._store.value(name, "false")).lower() == "true"

    def _set(self, name: str, value: str | bool) -> None:  # noqa: FBT001 - a value among others
        before = self._flag(name) if isinstance(value, bool) else self._text(name)
        if before != value:
            self._keep_private()  # somebody may have deleted it
            self._store.setValue(name, value)
            self.changed.emit(name)

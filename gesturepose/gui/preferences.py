"""What the app remembers that is not about gestures; in the platform's usual place.

gestures.toml has what the body does and what the computer does; this has the rest: how the window
looked, what a person chose once. It holds no picture and no name of anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

if TYPE_CHECKING:
    from gesturepose.gui.theme import Choice

Answer = Literal["ask", "yes", "no"]


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
        self._store = store or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gesturepose", "app"
        )

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
        self._store.setValue("geometry", value)

    def flush(self) -> None:
        """Write what is pending."""
        self._store.sync()

    def _text(self, name: str) -> str:
        value = self._store.value(name, "")
        return value if isinstance(value, str) else ""

    def _choice(self, name: str, known: tuple[str, ...]) -> str:
        value = self._text(name)
        return value if value in known else known[0]

    def _flag(self, name: str) -> bool:
        # An INI file has text only.
        return str(self._store.value(name, "false")).lower() == "true"

    def _set(self, name: str, value: object) -> None:
        if str(self._store.value(name, "")).lower() != str(value).lower():
            self._store.setValue(name, value)
            self.changed.emit(name)

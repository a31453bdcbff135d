"""How the app looks: two sets of colours, and the style sheet and palette made from one.

It follows the system's light or dark scheme unless a person chose one. Widgets that paint
themselves ask `themes` for the colours of the moment; they never hold colours of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from gesturepose.gui.stylesheet import write_stylesheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

Choice = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``#RRGGBB``; text on its surface has a contrast of at least 4.5 (WCAG 2.2, 1.4.3).

    Attributes
    ----------
    name
        ``"light"`` or ``"dark"``.
    window, card, raised
        Surfaces: behind everything, of a card, of a field or selected row on a card.
    line
        Borders and separators.
    text, muted
        What is read first, and what is read second.
    accent, on_accent
        The one colour for what is on, and text upon it.
    accent_soft
        A tint of the accent for selected surfaces.
    amber, danger
        Progress and "why not"; errors and what cannot be undone.
    """

    name: Literal["light", "dark"]
    window: str
    card: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    amber: str
    danger: str

    def colour(self, token: str) -> QColor:
        """Return a colour by the name of its attribute."""
        return QColor(getattr(self, token))


DARK = Theme(
    name="dark",
    window="#0F141B",
    card="#171E28",
    raised="#1F2937",
    line="#2B3646",
    text="#F3F6FA",
    muted="#9AA7B8",
    accent="#5EEAD4",
    on_accent="#0B1318",
    accent_soft="#123B3A",
    amber="#FBBF24",
    danger="#F87171",
)
LIGHT = Theme(
    name="light",
    window="#F4F6F9",
    card="#FFFFFF",
    raised="#EEF2F6",
    line="#D8DFE8",
    text="#111827",
    muted="#556274",
    accent="#0B7A71",
    on_accent="#FFFFFF",
    accent_soft="#D9F2EE",
    amber="#9A5B00",
    danger="#B42318",
)


class ThemeHub(QObject):
    """Which theme holds now; tells when that changes."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._choice: Choice = "system"
        self._theme = LIGHT
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _: self._update())

    @property
    def theme(self) -> Theme:
        """The colours of the moment."""
        return self._theme

    def choose(self, choice: Choice) -> None:
        """Follow the system, or stay light or dark."""
        self._choice = choice
        self._update()

    def apply(self, app: QApplication) -> None:
        """Dress the application, now and after each change."""
        app.setStyle("Fusion")
        self.changed.connect(lambda theme: _dress(app, theme))
        self._theme = self._wanted()
        _dress(app, self._theme)

    def _update(self) -> None:
        theme = self._wanted()
        if theme != self._theme:
            self._theme = theme
            self.changed.emit(theme)

    def _wanted(self) -> Theme:
        if self._choice != "system":
            return DARK if self._choice == "dark" else LIGHT
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


@cache
def themes() -> ThemeHub:
    """Return the application's hub; a QApplication must exist."""
    return ThemeHub()


def _dress(app: QApplication, theme: Theme) -> None:
    app.setPalette(_make_palette(theme))
    app.setStyleSheet(write_stylesheet(theme))


def _make_palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.card,
        QPalette.ColorRole.AlternateBase: theme.raised,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Button: theme.card,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.Mid: theme.line,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return palette

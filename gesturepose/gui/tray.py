"""The icon in the system's tray: the program's state, and a way to pause, show and quit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from gesturepose.gui.app_icon import tray_icon

if TYPE_CHECKING:
    from PySide6.QtCore import QObject


class Tray(QSystemTrayIcon):
    """Colour and shape show off, watching, engaged, paused or lost; the menu is three entries."""

    pause_chosen = Signal()
    show_chosen = Signal()
    quit_chosen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(tray_icon("off"), parent)
        self._kind = ""
        self._menu = QMenu()
        self._pause = QAction(self.tr("&Pause gestures"), self._menu)
        show = QAction(self.tr("&Show the window"), self._menu)
        leave = QAction(self.tr("&Quit"), self._menu)
        for action, signal in (
            (self._pause, self.pause_chosen),
            (show, self.show_chosen),
            (leave, self.quit_chosen),
        ):
            action.triggered.connect(lambda _=False, s=signal: s.emit())
            self._menu.addAction(action)
        self._menu.insertSeparator(leave)
        self.setContextMenu(self._menu)
        self.activated.connect(self._react)
        self.set_state("off", self.tr("Off"), paused=False)

    @property
    def kind(self) -> str:
        """The state shown, as of `tray_icon`."""
        return self._kind

    def set_state(self, kind: str, word: str, *, paused: bool) -> None:
        """Show a state; see `StatePill.set_state`."""
        if kind != self._kind:
            self._kind = kind
            self.setIcon(tray_icon(kind))
        self.setToolTip(self.tr("GesturePose: {state}").format(state=word))
        self._pause.setText(self.tr("&Resume gestures") if paused else self.tr("&Pause gestures"))

    def _react(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.show_chosen.emit()
        elif reason == QSystemTrayIcon.ActivationReason.MiddleClick:
            self.pause_chosen.emit()

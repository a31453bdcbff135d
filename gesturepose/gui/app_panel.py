"""How the app itself behaves: its look, the tray, starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton

from gesturepose.errors import GesturePoseError
from gesturepose.gui.place_widgets import Card, Choice
from gesturepose.gui.switch import Switch
from gesturepose.platforms import autostart

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from gesturepose.gui.preferences import Preferences


class AppPanel(Card):
    """Settings that are not about gestures.

    Parameters
    ----------
    preferences
        Has them.
    """

    guide_requested = Signal()
    """The guided start is wanted again."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__(self.tr("The app"))
        self._preferences = preferences
        self.theme = Choice(
            [
                ("system", self.tr("As the system")),
                ("light", self.tr("Light")),
                ("dark", self.tr("Dark")),
            ]
        )
        self.theme.chosen.connect(lambda choice: setattr(preferences, "theme", choice))
        self.add_row(self.tr("&Look"), self.theme)
        self.tray = Choice(
            [
                ("ask", self.tr("Ask me")),
                ("yes", self.tr("Keep watching, in the tray")),
                ("no", self.tr("Quit")),
            ]
        )
        self.tray.chosen.connect(lambda answer: setattr(preferences, "keep_in_tray", answer))
        self.add_row(self.tr("When the window is &closed"), self.tray)
        self.login = Switch()
        self.login.clicked.connect(self._set_login)
        self.add_row(self.tr("Start when I log &in"), self.login)
        self._problem = QLabel(wordWrap=True)
        self._problem.setProperty("role", "danger")
        self._problem.hide()
        self.add_wide(self._problem)
        self.paused = Switch()
        self.paused.clicked.connect(lambda on: setattr(preferences, "start_paused", on))
        self.add_row(self.tr("Start pa&used"), self.paused)
        self.practice = Switch()
        self.practice.clicked.connect(lambda on: setattr(preferences, "practice", on))
        self.add_row(
            self.tr("P&ractice"),
            self.practice,
            self.tr("Everything is recognised, and nothing done"),
        )
        self.guide_button = QPushButton(self.tr("Run the guided start again"))
        self.guide_button.clicked.connect(self.guide_requested)
        self.add_row(self.tr("Camera, light and first gestures, step by &step"), self.guide_button)
        self.guide_button.setAccessibleName(self.guide_button.text())
        preferences.changed.connect(self._follow)
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look whether somebody switched starting at login elsewhere."""
        super().showEvent(event)
        self.login.setChecked(autostart.is_enabled())

    def _follow(self) -> None:
        self.theme.show_value(self._preferences.theme)
        self.tray.show_value(self._preferences.keep_in_tray)
        self.paused.setChecked(self._preferences.start_paused)
        self.practice.setChecked(self._preferences.practice)

    def _set_login(self, on: bool) -> None:  # noqa: FBT001 - a slot
        problem = ""
        try:
            if on:
                autostart.enable()
            else:
                autostart.disable()
        except GesturePoseError as error:
            problem = str(error)
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self.login.setChecked(autostart.is_enabled())

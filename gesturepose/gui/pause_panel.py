"""Pausing, and what of the pictures is kept: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from gesturepose.gui.mapping.recorder import ShortcutRecorder
from gesturepose.gui.number_field import NumberField
from gesturepose.gui.people_panel import SECONDS
from gesturepose.gui.place_widgets import Card

if TYPE_CHECKING:
    from gesturepose.config import Config
    from gesturepose.gui.document import MappingDocument


class PausePanel(Card):
    """Settings of the pause, and the privacy note.

    Parameters
    ----------
    document
        Has the settings.
    """

    def __init__(self, document: MappingDocument) -> None:
        super().__init__(self.tr("Pause and privacy"))
        self._document = document
        self.hotkey = ShortcutRecorder()
        # While it is being typed, a chord is another one at every letter: none of them is meant.
        self.hotkey.field.recorded.connect(self._take_hotkey)
        self.hotkey.line.editingFinished.connect(self._take_hotkey)
        self.no_hotkey = QPushButton(self.tr("None"))
        self.no_hotkey.setAccessibleName(self.tr("No pause keys"))
        self.no_hotkey.clicked.connect(lambda: self._set("pause_hotkey", ""))
        keys = QWidget()
        row = QHBoxLayout(keys)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.hotkey, 1)
        row.addWidget(self.no_hotkey, 0, Qt.AlignmentFlag.AlignVCenter)
        keys.setFocusProxy(self.hotkey)
        self.add_row(
            self.tr("&Pause keys"),
            keys,
            self.tr("Pause and resume from any window, where the system allows it"),
        )
        self.hotkey.field.setAccessibleName(self.tr("Pause keys"))
        self._problem = QLabel(wordWrap=True)
        self._problem.setProperty("role", "warning")
        self._problem.hide()
        self.add_wide(self._problem)
        self.release = NumberField(SECONDS)
        self.release.edited.connect(lambda value: self._set("release_camera_s", value))
        self.add_row(
            self.tr("&Let go of the camera after"),
            self.release,
            self.tr(
                "Seconds of pause; its lamp goes out then. Not when paused by a gesture, which "
                "has to be seen to resume"
            ),
        )
        privacy = QLabel(
            self.tr(
                "Pictures are looked at on this computer, one at a time, and forgotten. None is "
                "stored, and nothing is sent anywhere. What is kept: your settings, and "
                "gestures.toml."
            ),
            wordWrap=True,
        )
        privacy.setProperty("role", "muted")
        self.add_wide(privacy)
        document.changed.connect(self._follow)
        self._follow(document.config)

    @property
    def problem(self) -> str:
        """What it says of pause keys that do nothing; empty for nothing."""
        return "" if self._problem.isHidden() else self._problem.text()

    def set_problem(self, problem: str) -> None:
        """Say why the pause keys do nothing; nothing if they work."""
        self._problem.setText(self.tr("They do nothing: {why}.").format(why=problem.rstrip(".")))
        self._problem.setVisible(bool(problem))

    def _follow(self, config: Config) -> None:
        self.hotkey.set_chord(config.control.pause_hotkey)
        self.release.set_value(config.control.release_camera_s)

    def _take_hotkey(self) -> None:
        chord = self.hotkey.chord
        if chord and chord != self._document.config.control.pause_hotkey:
            self._set("pause_hotkey", chord)

    def _set(self, name: str, value: Any) -> None:
        self._document.set_value(("control", name), value)
        self._follow(self._document.config)

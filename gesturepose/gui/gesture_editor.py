"""Tuning one gesture to a person's own body: its thresholds as sliders, the living values in them.

It shows what the engine explains and writes what a person chooses; it recognises nothing itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gesturepose.config import load_config
from gesturepose.gui.attempt import Tries
from gesturepose.gui.field_list import FieldList
from gesturepose.gui.gesture_fields import Field, Section, list_sections
from gesturepose.gui.icons import gesture_icon
from gesturepose.gui.place_widgets import NameLabel
from gesturepose.gui.switch import Switch
from gesturepose.gui.theme import themes
from gesturepose.gui.words import gesture_words
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from gesturepose.config import Config
    from gesturepose.datatypes import Explanation
    from gesturepose.gui.document import MappingDocument
    from gesturepose.gui.live_slider import LiveSlider
    from gesturepose.pipeline import Snapshot

_STATUS_S = 0.4
"""The line of words changes no quicker than it can be read."""


class GestureEditor(QWidget):
    """The thresholds of one gesture.

    Parameters
    ----------
    document
        Where they stand and are written to.
    """

    closed = Signal()
    """A person is done here."""

    def __init__(self, document: MappingDocument) -> None:
        super().__init__()
        self._document = document
        self._name = ""
        self._fields: dict[str, Field] = {}
        self._defaults: dict[str, float] = {}
        self._tries: Tries | None = None
        self._status_at = -math.inf
        self._packaged = load_config(default_config())
        self._build_head()
        self._build()
        document.changed.connect(self._follow)
        document.failed.connect(self._fail)
        themes().changed.connect(self._show_icon)
        self._show_nothing()

    def _build_head(self) -> None:
        self._icon = QLabel()
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._description = QLabel(wordWrap=True)
        self._description.setProperty("role", "muted")
        self.enabled = Switch()
        self.enabled.clicked.connect(self._enable)
        self._status = QLabel(wordWrap=True)
        self._status.setProperty("role", "note")
        self._status.setMinimumHeight(34)
        self._status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._failure = QLabel(wordWrap=True)
        self._failure.setProperty("role", "danger")
        self._failure.hide()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        enabled = QHBoxLayout()
        enabled.addWidget(self.enabled)
        enabled.addWidget(NameLabel(self.tr("&Recognise this gesture"), self.enabled), 1)
        self._list = FieldList()
        self._list.chosen.connect(self._write)
        self._list.reset_requested.connect(self._reset)
        self.reset_button = QPushButton(self.tr("Reset this gesture"))
        self.reset_button.setToolTip(self.tr("Give it back the values it came with"))
        self.reset_button.clicked.connect(self.reset_gesture)
        self.done_button = QPushButton(self.tr("Done"))
        self.done_button.setProperty("role", "primary")
        self.done_button.clicked.connect(self.closed)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 8, 0)
        foot.addWidget(self.reset_button)
        foot.addStretch(1)
        foot.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 8, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._description)
        column.addLayout(enabled)
        column.addWidget(self._failure)
        column.addWidget(self._status)
        column.addWidget(self._list, 1)
        column.addLayout(foot)

    @property
    def gesture(self) -> str:
        """The name of the gesture shown; empty if none is."""
        return self._name

    @property
    def wants_explanations(self) -> bool:
        """Whether snapshots should explain: they are asked for only while somebody looks."""
        return bool(self._name) and self.isVisible()

    def show_gesture(self, name: str) -> None:
        """Show a gesture's thresholds; a name that is not defined shows none."""
        self._list.flush()
        self._name = name
        self._tries = None
        self._failure.hide()
        self._follow(self._document.config)

    def slider(self, setting: str) -> LiveSlider:
        """Return the slider of a setting (``"motion.distance"``), unfolding its part."""
        return self._list.slider(setting)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the living values of one frame."""
        tries, now_s = self._tries, snapshot.frame.timestamp
        if tries is None or not self.isVisible():
            return
        explanation = snapshot.explanations.get(self._name)
        now = {} if explanation is None else tries.update(explanation, now_s)
        self._list.show_live(now, tries.last.quantities if tries.last else {})
        if not 0 <= now_s - self._status_at < _STATUS_S:
            self._status_at = now_s
            self._say(self._describe(explanation, snapshot))

    def reset_gesture(self) -> None:
        """Give every threshold the value it came with, one at a time; each is written."""
        changed = self._find_changed()
        if changed:
            self._reset(changed[0].setting)
        if len(changed) > 1 and not self._document.refusal:
            # The window stays alive in between.
            QTimer.singleShot(0, self, self.reset_gesture)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _find_changed(self) -> list[Field]:
        return [
            field
            for setting, field in self._fields.items()
            if self._defaults.get(setting, field.value) != field.value
        ]

    def _follow(self, config: Config) -> None:
        """Show what the file says now."""
        gesture = config.gestures.get(self._name)
        if gesture is None:
            self._show_nothing()
            return
        self._failure.hide()
        self._title.setText(gesture_words(self._name))
        self._show_icon()
        self._description.setText(gesture.description)
        self._description.setVisible(bool(gesture.description))
        self.enabled.setEnabled(True)
        self.enabled.setChecked(gesture.enabled)
        earlier, self._tries = self._tries, Tries(gesture)
        if earlier is not None:
            self._tries.last = earlier.last
        sections = list_sections(gesture)
        self._fields = _by_setting(sections)
        self._defaults = self._find_defaults()
        self._list.show_sections(sections, self._defaults, hint=f"[gestures.{self._name}]")
        self.reset_button.setVisible(self._name in self._packaged.gestures)
        self.reset_button.setEnabled(bool(self._find_changed()))

    def _show_nothing(self) -> None:
        self._fields, self._defaults, self._tries = {}, {}, None
        self._list.show_sections([], {}, hint="")
        self._title.setText(self.tr("No gesture chosen"))
        self._icon.clear()
        self._description.hide()
        self.enabled.setEnabled(False)
        self.reset_button.setEnabled(False)
        self._say(self.tr("Choose one in the list to tune it to your own body."))

    def _show_icon(self) -> None:
        if self._name:
            self._icon.setPixmap(
                gesture_icon(self._name, themes().theme.accent, 28, self.devicePixelRatioF())
            )

    def _find_defaults(self) -> dict[str, float]:
        """Values of the packaged gesture, as far as it asks for the same."""
        default = self._packaged.gestures.get(self._name)
        packaged = {} if default is None else _by_setting(list_sections(default))
        return {
            setting: packaged[setting].value
            for setting, field in self._fields.items()
            if setting in packaged and packaged[setting].label == field.label
        }

    def _write(self, setting: str, value: float) -> None:
        field = self._fields.get(setting)
        if field is None:
            return  # the file has another gesture by that name since
        place = ("gestures", self._name, *field.place)
        self._document.set_value(place, int(value) if field.scale.decimals == 0 else value)
        self._list.refresh(setting)  # what was refused is not so

    def _reset(self, setting: str) -> None:
        self._write(setting, self._defaults[setting])

    def _enable(self, enabled: bool) -> None:  # noqa: FBT001 - a slot
        self._document.set_value(("gestures", self._name, "enabled"), enabled)
        self.enabled.setChecked(self._document.config.gestures[self._name].enabled)

    def _fail(self, reason: str) -> None:
        self._failure.setText(reason)
        self._failure.setVisible(self.isVisible())

    def _describe(self, found: Explanation | None, snapshot: Snapshot) -> str:
        if not self.enabled.isChecked():
            return self.tr("Switched off: your own values are shown while it is on.")
        if found is None:
            return self.tr("Your own values appear here while you are seen and obeyed.") + (
                f" ({snapshot.blocked_by})" if snapshot.blocked_by else ""
            )
        if found.active:
            return self.tr("Recognised.")
        missing = next((rule for rule in found.rules if not rule.met), None)
        if missing is None:
            return ""
        if missing.setting == "cooldown_s":
            return self.tr("Resting; it counts again in a moment.")
        field = self._fields.get(missing.setting)
        words = field.label if field is not None else missing.rule
        return self.tr("Still missing: {what}").format(what=words)

    def _say(self, text: str) -> None:
        if text != self._status.text():
            self._status.setText(text)


def _by_setting(sections: list[Section]) -> dict[str, Field]:
    return {field.setting: field for part in sections for field in part.fields}

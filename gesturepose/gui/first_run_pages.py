"""The pages of the guided start that only tell and ask: welcome, light and distance, the end.

A page shows what it is given and says whether its matter is settled; going on is the guide's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gesturepose.advice import Advice, Adviser, Check, Severity
from gesturepose.gui.first_run_parts import Choice, Mark, make_label, set_role
from gesturepose.gui.words import chord_caps, gesture_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.capture.cameras import CameraInfo
    from gesturepose.config import Config
    from gesturepose.pipeline import Snapshot

DEMO = "demo"


class GuidePage(QWidget):
    """One step: a heading and what is below it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 8, 0)
        self.column.setSpacing(12)
        self.column.addWidget(make_label(title, "title"))

    @property
    def settled(self) -> bool:
        """Whether there is nothing left to do on this page."""
        return False

    def enter(self) -> None:
        """Begin: the page has just been opened."""

    def show_snapshot(self, snapshot: Snapshot, adviser: Adviser) -> None:
        """Take in what is the case now."""


class WelcomePage(GuidePage):
    """What this is, what happens with the pictures, and which camera to use."""

    source_chosen = Signal(str)
    """What to watch, as ``--source`` takes it."""
    refresh_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Welcome"), parent)
        self._cameras: tuple[CameraInfo, ...] | None = None
        self._source = ""
        self._buttons: dict[str, Choice] = {}
        self._group = QButtonGroup(self)
        self.column.addWidget(
            make_label(
                self.tr(
                    "Move before your camera and your computer follows: raise a hand, sweep it, "
                    "part your hands."
                )
            )
        )
        self.column.addWidget(self._make_privacy())
        self.column.addWidget(make_label(self.tr("Which camera sees you?"), "heading"))
        self._choices = QVBoxLayout()
        self._choices.setSpacing(6)
        self.column.addLayout(self._choices)
        self.none_found = make_label(
            self.tr("No camera was found. Connect one, or look at the demo meanwhile."), "warning"
        )
        self.trouble = make_label("", "warning")
        self.trouble.hide()
        self.again = QPushButton(self.tr("&Look again"))
        self.again.setAccessibleDescription(self.tr("Looks for cameras again"))
        self.again.clicked.connect(self.refresh_wanted)
        row = QHBoxLayout()
        row.addWidget(self.again)
        row.addStretch(1)
        for item in (self.none_found, self.trouble):
            self.column.addWidget(item)
        self.column.addLayout(row)
        self.column.addStretch(1)
        self._fill()

    @property
    def choices(self) -> list[Choice]:
        """One button a source, in order."""
        return list(self._buttons.values())

    def set_cameras(self, cameras: Sequence[CameraInfo]) -> None:
        """Offer these; the choice stays where it is still there."""
        if tuple(cameras) != self._cameras:
            self._cameras = tuple(cameras)
            self._fill()

    def set_source(self, source: str) -> None:
        """Show what is watched now, without telling anybody."""
        self._source = source
        if source in self._buttons:
            self._buttons[source].setChecked(True)

    def set_trouble(self, text: str) -> None:
        """Say why the chosen camera gives no picture; nothing to say it does."""
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def _make_privacy(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "card")
        column = QVBoxLayout(frame)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(4)
        column.addWidget(
            make_label(self.tr("Pictures stay in memory and are never stored or sent."))
        )
        column.addWidget(
            make_label(self.tr("You can pause at any time, and the camera is let go."), "note")
        )
        return frame

    def _fill(self) -> None:
        focused = next((s for s, b in self._buttons.items() if b.hasFocus()), None)
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._choices.removeWidget(button)
            button.hide()
            button.deleteLater()
        names = {str(camera.index): camera.name for camera in self._cameras or ()}
        names[DEMO] = self.tr("Demo: a recorded person")
        self._buttons = {source: Choice(name) for source, name in names.items()}
        for source, button in self._buttons.items():
            self._group.addButton(button)
            self._choices.addWidget(button)
            button.setChecked(source == self._source)
            # Only a person's choice is one; setting it from the program is not.
            button.clicked.connect(lambda _=False, source=source: self._choose(source))
        # Before the first look nothing is known to be missing.
        self.none_found.setVisible(self._cameras == ())
        if focused in self._buttons:
            self._buttons[focused].setFocus()

    def _choose(self, source: str) -> None:
        if source != self._source:
            self._source = source
            self.set_trouble("")
            self.source_chosen.emit(source)


class _CheckRow:
    """A mark, what was checked, and what was found."""

    def __init__(self, grid: QGridLayout, row: int, name: str) -> None:
        self.mark = Mark()
        self.name = make_label(name)
        self.found = make_label("", "note")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.found)
        grid.addWidget(self.mark, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(words, row, 1)

    def show(self, advice: Advice) -> None:
        """Show what was found."""
        self.mark.set_severity(advice.severity)
        text = advice_words(advice)
        if self.found.text() != text:
            self.found.setText(text)
            set_role(self.found, "warning" if advice.severity is Severity.FIX else "note")


class CheckPage(GuidePage):
    """Light and distance: what to put right first, and a list of four things."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Light and distance"), parent)
        self._advice: tuple[Advice, ...] = ()
        self.column.addWidget(
            make_label(self.tr("Sit or stand as you will use it, arms free."), "muted")
        )
        self.say = make_label("", "heading")
        self.say.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        # Room for two lines, so that nothing below jumps when the advice changes.
        self.say.setFixedHeight(2 * self.say.fontMetrics().lineSpacing() + 12)
        self.say.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.column.addWidget(self.say)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        names = {
            Check.PERSON: self.tr("You"),
            Check.LIGHT: self.tr("Light"),
            Check.DISTANCE: self.tr("Distance"),
            Check.PLACE: self.tr("Place in the picture"),
        }
        self.rows = {
            check: _CheckRow(grid, row, name) for row, (check, name) in enumerate(names.items())
        }
        self.column.addLayout(grid)
        self.besides = make_label("", "note")
        self.column.addWidget(self.besides)
        self.column.addStretch(1)
        self._show(Adviser())

    @property
    def settled(self) -> bool:
        """Whether nothing has to change."""
        return bool(self._advice) and all(advice.ok for advice in self._advice)

    def show_snapshot(self, snapshot: Snapshot, adviser: Adviser) -> None:  # noqa: ARG002
        """Show the advice of the moment."""
        if adviser.advice != self._advice:
            self._show(adviser)

    def _show(self, adviser: Adviser) -> None:
        self._advice = adviser.advice
        first = adviser.first
        self.say.setText(
            self.tr("All is well. You can go on.") if first is None else advice_words(first)
        )
        besides = []
        for advice in self._advice:
            if advice.check in self.rows:
                self.rows[advice.check].show(advice)
            elif advice.severity not in (Severity.GOOD, Severity.UNKNOWN):
                besides.append(advice_words(advice))
        self.besides.setText("\n".join(besides))


class DonePage(GuidePage):
    """How to pause, and where to change things."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("That is all"), parent)
        self.pausing = make_label()
        self.column.addWidget(make_label(self.tr("To pause"), "heading"))
        self.column.addWidget(self.pausing)
        self.column.addWidget(make_label(self.tr("To change what a gesture does"), "heading"))
        self.column.addWidget(
            make_label(self.tr("Open the page Mapping. Changes count at once, and can be undone."))
        )
        self.column.addWidget(make_label(self.tr("To try without doing anything"), "heading"))
        self.column.addWidget(
            make_label(
                self.tr(
                    "Switch on Practice, on top: all is recognised, nothing is performed. "
                    "This guide was practice; from Start on, gestures act."
                )
            )
        )
        self.column.addStretch(1)

    def set_config(self, config: Config) -> None:
        """Say which ways to pause there are with this configuration."""
        ways = [self.tr("the button Pause, on top"), self.tr("the icon in the tray")]
        hotkey = str(getattr(config.control, "pause_hotkey", ""))
        if hotkey:
            ways.append(self.tr("the keys {keys}").format(keys=" + ".join(chord_caps(hotkey))))
        ways += [
            self.tr("the gesture {gesture}").format(gesture=gesture_words(binding.gesture))
            for binding in config.bindings
            if binding.enabled and getattr(binding, "control", None) in _PAUSING
        ]
        self.pausing.setText("\n".join(f"•  {way}" for way in ways))


_PAUSING = ("pause", "pause_or_resume")


def advice_words(advice: Advice) -> str:
    """Return the text of an advice in the application's language."""
    return QCoreApplication.translate("Advice", advice.text)

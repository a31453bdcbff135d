"""A threshold with a slider, a number to type, and the living quantity drawn against it.

Moving the slider only proposes; `committed` comes when it is let go, or after a short rest of the
keys, so that one movement is one change. It knows nothing of gestures or files.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gesturepose.gui.live_track import LiveTrack, Marks
from gesturepose.gui.number_field import NumberField, Scale

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

REST_MS = 400
"""Keys that rest for so long have said what they meant."""


class LiveSlider(QWidget):
    """A labelled threshold.

    Parameters
    ----------
    label
        What is limited, in plain words.
    scale
        Range and unit.
    hint
        Tool tip: the setting's own name, say.
    """

    moved = Signal(float)
    """A value being chosen; nothing is to be written yet."""
    committed = Signal(float)
    """The value that was chosen."""
    reset_requested = Signal()
    """The value before any change of the user is wanted back."""

    def __init__(self, label: str, scale: Scale, *, hint: str = "") -> None:
        super().__init__()
        self._scale = scale
        self._factor = 10**scale.decimals
        self._value = self._agreed = scale.low
        self._default: float | None = None
        self._quantity: float | None = None
        self._last: float | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.flush)
        self._build(label, hint)

    def _build(self, label: str, hint: str) -> None:
        scale = self._scale
        self.number = NumberField(scale)
        self.number.setFixedWidth(76)
        self.track = LiveTrack(
            round(scale.low * self._factor),
            round(scale.high * self._factor),
            has_words=bool(scale.bound),
        )
        self.track.setSingleStep(max(round(scale.step * self._factor), 1))
        self.track.setPageStep(max(round(scale.step * self._factor * 5), 1))
        self.reset_button = QPushButton(self.tr("Reset"))
        self.reset_button.setProperty("role", "plain")
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.reset_button.clicked.connect(self.reset_requested)

        name = QLabel(label, wordWrap=True)
        name.setBuddy(self.number)
        unit = QLabel(self._describe_unit(), wordWrap=True)
        unit.setProperty("role", "note")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(name)
        words.addWidget(unit)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addLayout(words, 1)
        row.addWidget(self.reset_button)
        row.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.setContentsMargins(0, 4, 0, 4)
        column.addLayout(row)
        column.addWidget(self.track)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

        unit_words = f"{label}, {self._describe_unit()}"
        self.number.setAccessibleName(unit_words)
        self.track.setAccessibleName(unit_words)
        self.reset_button.setAccessibleName(self.tr("Reset {name}").format(name=label))
        for widget in (name, self.number, self.track):
            widget.setToolTip(hint)
        self.number.edited.connect(self._propose)
        self.number.editingFinished.connect(self.flush)
        self.track.valueChanged.connect(lambda ticks: self._propose(ticks / self._factor))
        self.track.sliderReleased.connect(self.flush)

    def _describe_unit(self) -> str:
        unit = self._scale.unit
        match self._scale.bound:
            case "least":
                return self.tr("at least, {unit}").format(unit=unit)
            case "most":
                return self.tr("at most, {unit}").format(unit=unit)
            case _:
                return unit

    @property
    def scale(self) -> Scale:
        """Range and unit."""
        return self._scale

    @property
    def value(self) -> float:
        """The value shown: agreed, or being chosen."""
        return self._value

    @property
    def pending(self) -> bool:
        """Whether a value is being chosen that was not committed."""
        return self.track.isSliderDown() or self._rest.isActive()

    def set_value(self, value: float) -> None:
        """Show the value that holds; one being chosen at the moment stays."""
        self._agreed = value
        if not self.pending:
            self._show(value)

    def set_default(self, value: float | None) -> None:
        """Mark the value it has without any change; ``None`` if there is no such value."""
        self._default = value
        self.track.mark_default(None if value is None else round(value * self._factor))
        self._show_reset()

    def show_live(self, quantity: float | None, last: float | None = None) -> None:
        """Draw the living quantity, and that of the last try; cheap when nothing changed.

        ``None`` is what cannot be known now, NaN what the camera does not see.
        """
        if (quantity, last) != (self._quantity, self._last):
            self._quantity, self._last = quantity, last
            self._mark()

    def flush(self) -> None:
        """Commit what is being chosen."""
        self._rest.stop()
        if self._value != self._agreed and not self.track.isSliderDown():
            self._agreed = self._value
            self.committed.emit(self._value)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Lose nothing when the page is left."""
        self.flush()
        super().hideEvent(event)

    def _propose(self, value: float) -> None:
        value = round(value, self._scale.decimals)
        if value == self._value:
            return
        self._show(value)
        self.moved.emit(value)
        if not self.track.isSliderDown():
            self._rest.start()

    def _show(self, value: float) -> None:
        self._value = value
        self.number.set_value(value)
        with QSignalBlocker(self.track):
            self.track.setValue(round(value * self._factor))
        self.track.setAccessibleDescription(f"{self._scale.write(value)} {self._scale.unit}")
        self._mark()
        self._show_reset()

    def _mark(self) -> None:
        """Draw the quantities against the threshold of the moment."""
        live, last = self._quantity, self._last
        words = last_words = ""
        met = last_met = False
        if live is not None and math.isnan(live):
            words, live = self.tr("Now: not visible"), None
        elif live is not None:
            met = self._scale.meets(live, self._value)
            words = self.tr("Now {value}: {verdict}").format(
                value=self._scale.write(live), verdict=self._judge(live, met=met)
            )
        if last is not None and math.isnan(last):
            last = None
        if last is not None:
            last_met = self._scale.meets(last, self._value)
            last_words = self.tr("Last try {value}: {verdict}").format(
                value=self._scale.write(last), verdict=self._judge(last, met=last_met)
            )
        self.track.show_marks(
            Marks(
                live=None if live is None else round(live * self._factor),
                last=None if last is None else round(last * self._factor),
                met=met,
                last_met=last_met,
                live_words=words,
                last_words=last_words,
            )
        )

    def _judge(self, quantity: float, *, met: bool) -> str:
        if met:
            return self.tr("fine")
        return self.tr("too little") if quantity < self._value else self.tr("too much")

    def _show_reset(self) -> None:
        differs = self._default is not None and self._default != self._value
        self.reset_button.setVisible(differs)

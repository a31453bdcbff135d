"""A number to type within a range, and what it is measured in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

Bound = Literal["least", "most", ""]
_STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 5,
    Qt.Key.Key_PageDown: -5,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """What a threshold is measured in.

    Attributes
    ----------
    low, high
        Ends of the slider; a typed value may lie beyond them.
    least, most
        What the value may be at all.
    step, decimals
        Of an arrow key, and digits after the point.
    bound
        Whether the quantity has to reach the threshold, stay below it, or is not comparable.
    unit
        In words, for people.
    """

    low: float
    high: float
    least: float
    most: float
    step: float
    decimals: int
    bound: Bound
    unit: str

    def meets(self, quantity: float, threshold: float) -> bool:
        """Whether a quantity is on the good side of a threshold."""
        slack: float = 0.5 * 10**-self.decimals
        if self.bound == "most":
            return quantity - threshold <= slack
        return threshold - quantity <= slack

    def write(self, value: float) -> str:
        """Write a value with the digits that matter."""
        return f"{value:z.{self.decimals}f}"


class NumberField(QLineEdit):
    """A number to type; arrow keys step it. What is no number is not taken.

    Parameters
    ----------
    scale
        What it may be.
    """

    edited = Signal(float)
    """A number that was typed or stepped to."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        self._scale = scale
        self._value = scale.low
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self._take)

    def set_value(self, value: float) -> None:
        """Show a number."""
        self._value = value
        self.setText(self._scale.write(value))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Step by the arrow keys."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._take()
            self._change(self._value + step * self._scale.step)

    def _take(self) -> None:
        try:
            value = float(self.text().strip().replace(",", "."))
        except ValueError:
            value = math.nan
        self._change(self._value if math.isnan(value) else value)

    def _change(self, value: float) -> None:
        value = round(min(max(value, self._scale.least), self._scale.most), self._scale.decimals)
        changed = value != self._value
        self.set_value(value)
        if changed:
            self.edited.emit(value)

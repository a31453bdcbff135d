"""A key chord drawn as small key caps.

`KeyCaps` is a widget of its own; delegates that paint rows use `paint_caps` and `measure_caps`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gesturepose.gui.theme import Theme, themes
from gesturepose.gui.words import chord_caps

if TYPE_CHECKING:
    from collections.abc import Sequence

CAP_HEIGHT_PX = 20.0
_GAP_PX = 4.0
_PADDING_PX = 7.0
_FONT_PX = 12


class KeyCaps(QWidget):
    """Shows a chord such as ``ctrl+plus``; nothing for an empty one."""

    def __init__(self, parent: QWidget | None = None, *, chord: str = "") -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._caps: list[str] = []
        self.set_chord(chord)
        themes().changed.connect(self.update)

    @property
    def caps(self) -> list[str]:
        """What stands on the keys."""
        return list(self._caps)

    def set_chord(self, text: str) -> None:
        """Show a chord as gestures.toml writes it."""
        self.set_caps(chord_caps(text) if text.strip() else [])

    def set_caps(self, caps: Sequence[str]) -> None:
        """Show caps with these texts."""
        self._caps = list(caps)
        self.setAccessibleName(" ".join(self._caps))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Just the caps."""
        width = measure_caps(self._caps, self.font())
        return QSize(round(width + 1), round(CAP_HEIGHT_PX + 2))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Caps are never cut."""
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw them from the left."""
        painter = QPainter(self)
        at = QPointF(0.5, (self.height() - CAP_HEIGHT_PX) / 2)
        paint_caps(painter, at, self._caps, themes().theme, self.font())
        painter.end()


def measure_caps(caps: Sequence[str], font: QFont) -> float:
    """Return how wide the caps are together, in logical pixels."""
    metrics = QFontMetricsF(_cap_font(font))
    widths = [_measure_cap(cap, metrics) for cap in caps]
    return sum(widths) + _GAP_PX * max(len(widths) - 1, 0)


def paint_caps(
    painter: QPainter, at: QPointF, caps: Sequence[str], theme: Theme, font: QFont
) -> None:
    """Draw caps from their upper left corner; `measure_caps` says where they end."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(_cap_font(font))
    metrics = QFontMetricsF(painter.font())
    left = at.x()
    for cap in caps:
        box = QRectF(left, at.y() + 0.5, _measure_cap(cap, metrics), CAP_HEIGHT_PX - 1)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cap)
        left += box.width() + _GAP_PX
    painter.restore()


def _measure_cap(cap: str, metrics: QFontMetricsF) -> float:
    return max(round(metrics.horizontalAdvance(cap) + 2 * _PADDING_PX), CAP_HEIGHT_PX)


def _cap_font(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(_FONT_PX)
    return small

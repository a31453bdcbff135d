"""How near a gesture is to firing, as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gesturepose.gui.theme import Theme

METER_HEIGHT_PX = 6.0


def paint_meter(painter: QPainter, box: QRectF, percent: int, theme: Theme) -> None:
    """Draw a bar that is filled to so many hundredths of its width."""
    radius = box.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("line"))
    painter.drawRoundedRect(box, radius, radius)
    if percent > 0:
        filled = max(box.width() * min(percent, 100) / 100, box.height())
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(QRectF(box.left(), box.top(), filled, box.height()), radius, radius)

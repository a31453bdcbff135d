"""A switch for on and off: the knob's place and a tick say which, not the colour alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gesturepose.gui.theme import Theme, themes

TRACK = QSize(36, 20)
"""Of the track, in logical pixels; what can be clicked is larger."""
_ROOM_PX = 6
_KNOB_PX = 14.0


class Switch(QAbstractButton):
    """A check box that looks like a switch; its text is its accessible name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        themes().changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Leave room for the focus ring, and enough to hit."""
        return QSize(TRACK.width() + 2 * _ROOM_PX, TRACK.height() + 2 * _ROOM_PX)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Paint the switch, and a ring when it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_switch(
            painter,
            QRectF(self.rect()),
            themes().theme,
            on=self.isChecked(),
            enabled=self.isEnabled(),
            focused=self.hasFocus(),
        )


def paint_switch(  # noqa: PLR0913 (all that changes its look, by name)
    painter: QPainter,
    rect: QRectF,
    theme: Theme,
    *,
    on: bool,
    enabled: bool = True,
    focused: bool = False,
) -> None:
    """Paint a switch in the middle of ``rect``."""
    track = QRectF(0, 0, TRACK.width(), TRACK.height())
    track.moveCenter(rect.center())
    radius = track.height() / 2
    if focused:
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(track.adjusted(-4, -4, 4, 4), radius + 4, radius + 4)
    painter.setOpacity(1.0 if enabled else 0.5)
    # Off is an outline: its border, not its surface, has the contrast of a control.
    painter.setPen(QPen(theme.colour("accent" if on else "muted"), 1.5))
    painter.setBrush(theme.colour("accent") if on else QColor(Qt.GlobalColor.transparent))
    painter.drawRoundedRect(track.adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)
    knob = QRectF(0, 0, _KNOB_PX, _KNOB_PX)
    x = track.right() - radius if on else track.left() + radius
    knob.moveCenter(QPointF(x, track.center().y()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("on_accent" if on else "muted"))
    painter.drawEllipse(knob)
    if on:
        painter.setPen(QPen(theme.colour("accent"), 1.6))
        centre = knob.center()
        painter.drawPolyline(
            [
                centre + QPointF(-3, 0.2),
                centre + QPointF(-0.8, 2.4),
                centre + QPointF(3.2, -2.2),
            ]
        )
    painter.setOpacity(1.0)

"""Small painted parts of the guided start: where one is, whether a thing is well, how near it is.

They show what they are told and decide nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QRadioButton, QSizePolicy, QWidget

from gesturepose.advice import Severity
from gesturepose.gui.icons import gesture_icon
from gesturepose.gui.theme import Theme, themes

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_LEAST_SHOWN = 0.06  # less is what anybody's hands do at rest
_FULL_TURN = 360 * 16  # Qt counts sixteenths of a degree


def make_label(text: str = "", role: str = "") -> QLabel:
    """Make a label that wraps its text; ``role`` as the style sheet knows it."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    return label


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role in the style sheet."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class _Painted(QWidget):
    """A widget of fixed size that paints itself in the theme's colours."""

    def __init__(self, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        themes().changed.connect(self.update)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, themes().theme)
        painter.end()

    def draw(self, painter: QPainter, theme: Theme) -> None:
        """Draw in a theme's colours."""
        raise NotImplementedError


class StepDots(_Painted):
    """One dot a step: done ones filled, the present one long, those to come hollow."""

    _GAP, _RADIUS, _LONG = 14.0, 4.0, 18.0

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        self._count, self._step = count, 0
        width = count * self._GAP + self._LONG
        super().__init__(QSize(round(width), 12), parent)

    def set_step(self, step: int) -> None:
        """Show the present step, from 0."""
        self._step = step
        self.update()

    def draw(self, painter: QPainter, theme: Theme) -> None:
        """Draw the dots from the left."""
        x = 1.0
        for index in range(self._count):
            width = self._LONG if index == self._step else 2 * self._RADIUS
            reached = index <= self._step
            painter.setPen(QPen(theme.colour("accent" if reached else "muted"), 1.5))
            painter.setBrush(theme.colour("accent") if reached else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(x, 2, width, 2 * self._RADIUS), 4, 4)
            x += width + self._GAP - 2 * self._RADIUS + 2


class Mark(_Painted):
    """A tick, an exclamation mark, a small i, or three dots: a shape for each severity."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QSize(24, 24), parent)
        self._severity = Severity.UNKNOWN

    def set_severity(self, severity: Severity) -> None:
        """Show another one."""
        if severity is not self._severity:
            self._severity = severity
            self.update()

    def draw(self, painter: QPainter, theme: Theme) -> None:
        """Draw the mark."""
        disc = QRectF(2, 2, 20, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        match self._severity:
            case Severity.GOOD:
                painter.setBrush(theme.colour("accent"))
                painter.drawEllipse(disc)
                draw_tick(painter, disc, theme.on_accent)
            case Severity.FIX:
                painter.setBrush(theme.colour("amber"))
                painter.drawPolygon(QPolygonF([QPointF(12, 1.5), QPointF(23, 21), QPointF(1, 21)]))
                painter.setPen(_round_pen(theme.card, 2.4))
                painter.drawLine(QPointF(12, 8.5), QPointF(12, 13.5))
                painter.drawPoint(QPointF(12, 17.6))
            case Severity.HINT:
                painter.setPen(QPen(theme.colour("accent"), 1.8))
                painter.drawEllipse(disc.adjusted(1, 1, -1, -1))
                painter.setPen(_round_pen(theme.accent, 2.4))
                painter.drawPoint(QPointF(12, 7.8))
                painter.drawLine(QPointF(12, 11.5), QPointF(12, 16.4))
            case Severity.UNKNOWN:
                painter.setBrush(theme.colour("muted"))
                for x in (6.0, 12.0, 18.0):
                    painter.drawEllipse(QPointF(x, 12), 1.8, 1.8)


class GestureRing(_Painted):
    """A gesture's drawing in a ring that fills as the gesture nears, and ends in a tick."""

    def __init__(self, gesture: str, parent: QWidget | None = None) -> None:
        super().__init__(QSize(56, 56), parent)
        self._gesture = gesture
        self._value = 0.0
        self._done = False

    @property
    def value(self) -> float:
        """How far the ring is filled, 0..1."""
        return self._value

    @property
    def done(self) -> bool:
        """Whether it has its tick."""
        return self._done

    def set_value(self, value: float) -> None:
        """Fill the ring so far; a change too small to see repaints nothing."""
        value = min(max(value, 0.0), 1.0)
        if abs(value - self._value) >= 0.01 or (value == 0) != (self._value == 0):
            self._value = value
            self.update()

    def set_done(self, *, done: bool) -> None:
        """Show or take away the tick."""
        self._done = done
        self.update()

    def draw(self, painter: QPainter, theme: Theme) -> None:
        """Draw ring, drawing and tick."""
        ring = QRectF(4, 4, 48, 48)
        painter.setPen(QPen(theme.colour("line"), 4))
        painter.drawEllipse(ring)
        if self._done or self._value >= _LEAST_SHOWN:
            painter.setPen(_round_pen(theme.accent if self._done else theme.amber, 4))
            share = 1.0 if self._done else self._value
            painter.drawArc(ring, 90 * 16, -round(share * _FULL_TURN))
        icon = gesture_icon(self._gesture, theme.accent, 28, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(14, 14), icon)
        if self._done:
            badge = QRectF(34, 34, 20, 20)
            painter.setPen(QPen(theme.colour("card"), 2))
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(badge)
            draw_tick(painter, badge, theme.on_accent)


class Choice(QRadioButton):
    """One of several, as a row of its own; a text that is too long is shortened, not cut."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(text)
        themes().changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a height that is easy to hit; the width is whatever there is."""
        return QSize(super().sizeHint().width(), 42)

    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802 - Qt's name
        """Take clicks on the whole row."""
        return self.rect().contains(pos)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw plate, mark and text."""
        theme = themes().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        chosen = self.isChecked()
        painter.setPen(
            QPen(theme.colour("accent"), 2) if self.hasFocus() else QPen(theme.colour("line"), 1)
        )
        painter.setBrush(
            theme.colour("accent_soft" if chosen else "raised" if self.underMouse() else "card")
        )
        painter.drawRoundedRect(plate, 8, 8)
        mark = QRectF(13, self.height() / 2 - 8, 16, 16)
        painter.setPen(QPen(theme.colour("accent" if chosen else "muted"), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(mark)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(mark.adjusted(4, 4, -4, -4))
        painter.setPen(theme.colour("text"))
        room = plate.adjusted(40, 0, -12, 0)
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, int(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


def draw_tick(painter: QPainter, box: QRectF, colour: str) -> None:
    """Draw a tick in a box."""
    painter.setPen(_round_pen(colour, box.width() * 0.12))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    at = [(0.28, 0.53), (0.44, 0.68), (0.72, 0.35)]
    points = [QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in at]
    painter.drawPolyline(QPolygonF(points))


def _round_pen(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen

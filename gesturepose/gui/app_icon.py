"""The program's icon, and the tray's, whose shape tells the state.

Panels are light or dark whatever the application's theme is, so the tray's colours are in between:
each has a contrast of at least 3 to white and to a dark panel (WCAG 2.2, 1.4.11).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtSvg import QSvgRenderer

from gesturepose.gui.icons import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

GREY, ACCENT, AMBER = "#7D8896", "#0E9A8C", "#C27400"
_SIZES_PX = (16, 22, 24, 32, 48, 64)
_APP_SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
_GRID = 16.0
_LINE = 1.7


@cache
def app_icon() -> QIcon:
    """Return the program's icon; a QGuiApplication must exist."""
    renderer = QSvgRenderer(str(FOLDER / "app.svg"))
    icon = QIcon()
    for size_px in _APP_SIZES_PX:
        pixmap = _transparent(size_px)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size_px, size_px))
        painter.end()
        icon.addPixmap(pixmap)
    return icon


@cache
def tray_icon(state: str) -> QIcon:
    """Return the tray's icon for a state.

    Parameters
    ----------
    state
        ``"off"``: a person with the arms down. ``"watching"``: the arms raised. ``"engaged"``: the
        same on a filled square. ``"paused"``: two bars. ``"lost"``: a warning sign. Anything else
        is shown as off.
    """
    draw = _DRAWINGS.get(state, _draw_off)
    icon = QIcon()
    for size_px in _SIZES_PX:
        pixmap = _transparent(size_px)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size_px / _GRID, size_px / _GRID)
        draw(painter)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _transparent(size_px: int) -> QPixmap:
    pixmap = QPixmap(size_px, size_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _pen(colour: str, width: float = _LINE) -> QPen:
    return QPen(
        QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
        Qt.PenJoinStyle.RoundJoin,
    )  # fmt: skip


def _person(hands: tuple[QPointF, QPointF], *, shoulder: float, foot: float) -> QPainterPath:
    """Arms and trunk as one line drawing."""
    path = QPainterPath(hands[0])
    path.lineTo(5.2, shoulder)
    path.lineTo(10.8, shoulder)
    path.lineTo(hands[1])
    path.moveTo(8.0, shoulder)
    path.lineTo(8.0, foot)
    return path


_ARMS_UP = _person((QPointF(2.0, 3.0), QPointF(14.0, 3.0)), shoulder=9.0, foot=14.6)
_ARMS_DOWN = _person((QPointF(3.4, 13.4), QPointF(12.6, 13.4)), shoulder=8.4, foot=14.6)
_UP_IN_SQUARE = _person((QPointF(3.6, 4.4), QPointF(12.4, 4.4)), shoulder=9.2, foot=13.0)
_HEAD = QPointF(8.0, 4.3)
_SQUARE = QRectF(0.5, 0.5, 15.0, 15.0)


def _draw_off(painter: QPainter) -> None:
    painter.setPen(_pen(GREY))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_ARMS_DOWN)
    painter.drawEllipse(QPointF(8.0, 3.6), 2.0, 2.0)


def _draw_watching(painter: QPainter) -> None:
    painter.setPen(_pen(ACCENT))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_ARMS_UP)
    painter.drawEllipse(_HEAD, 1.9, 1.9)


def _draw_engaged(painter: QPainter) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ACCENT))
    painter.drawRoundedRect(_SQUARE, 3.5, 3.5)
    # Cut out, not white: the panel shows through, which is always another brightness.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.setPen(_pen(ACCENT, 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_UP_IN_SQUARE)
    painter.setBrush(QColor(ACCENT))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(8.0, 4.8), 2.2, 2.2)


def _draw_paused(painter: QPainter) -> None:
    painter.setPen(_pen(GREY, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(_SQUARE.adjusted(0.3, 0.3, -0.3, -0.3), 3.5, 3.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(AMBER))
    for left in (4.6, 9.0):
        painter.drawRoundedRect(QRectF(left, 4.0, 2.4, 8.0), 0.6, 0.6)


def _draw_lost(painter: QPainter) -> None:
    painter.setPen(_pen(AMBER, 1.6))
    painter.setBrush(QColor(AMBER))
    painter.drawPolygon(QPolygonF([QPointF(8.0, 1.8), QPointF(14.8, 14.0), QPointF(1.2, 14.0)]))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.setPen(_pen(AMBER, 1.9))
    painter.drawLine(QPointF(8.0, 5.6), QPointF(8.0, 8.9))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(8.0, 12.2), 1.1, 1.1)


_DRAWINGS: Final[dict[str, Callable[[QPainter], None]]] = {
    "off": _draw_off,
    "watching": _draw_watching,
    "engaged": _draw_engaged,
    "paused": _draw_paused,
    "lost": _draw_lost,
}
TRAY_STATES = tuple(_DRAWINGS)

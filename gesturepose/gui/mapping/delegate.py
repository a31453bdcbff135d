"""Paints the rows of the mapping table: icon, words, key caps, switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gesturepose.gui.icons import gesture_icon
from gesturepose.gui.keycaps import CAP_HEIGHT_PX, measure_caps, paint_caps
from gesturepose.gui.mapping.model import ACTION, APP, BINDING_ROLE, DOUBT_ROLE, ENABLED, GESTURE
from gesturepose.gui.switch import TRACK, paint_switch
from gesturepose.gui.theme import Theme, themes
from gesturepose.gui.words import action_caps

if TYPE_CHECKING:
    from gesturepose.actions.settings import Binding
    from gesturepose.gui.mapping.model import Index

ROW_PX = 56
_PADDING_PX = 8
_GAP_PX = 8
_ICON_PX = 28
_DOUBT_PX = 18


class BindingDelegate(QStyledItemDelegate):
    """Paints cells; a click on the switch, and only there, switches."""

    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 (Qt's name)
        """Rows of one height."""
        return QSize(120 if index.column() != ENABLED else 72, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        theme = themes().theme
        binding: Binding | None = index.data(BINDING_ROLE)
        if binding is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(option.font)
        rect = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(option.state & QStyle.StateFlag.State_Active)
        focused = focused and option.widget.hasFocus()
        _paint_ground(painter, rect, theme, index, selected=selected, focused=focused)
        match index.column():
            case _ if index.column() == GESTURE:
                self._paint_gesture(painter, rect, theme, binding, index)
            case _ if index.column() == ACTION:
                self._paint_action(painter, rect, theme, binding, index)
            case _ if index.column() == APP:
                painter.setPen(theme.colour("muted"))
                _paint_text(painter, rect.adjusted(_PADDING_PX, 0, -_GAP_PX, 0), index.data())
            case _:
                editable = bool(index.flags() & Qt.ItemFlag.ItemIsUserCheckable)
                paint_switch(
                    painter, _switch_rect(rect), theme, on=binding.enabled, enabled=editable
                )
        painter.restore()

    def editorEvent(  # noqa: N802 (Qt's name)
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Switch on a click on the switch, and on Space."""
        if index.column() != ENABLED or not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            room = _switch_rect(QRectF(option.rect)).adjusted(-8, -12, 8, 12)
            if event.button() == Qt.MouseButton.LeftButton and room.contains(event.position()):
                toggle(model, index)
                return True
        return False

    def _paint_gesture(
        self, painter: QPainter, rect: QRectF, theme: Theme, binding: Binding, index: Index
    ) -> None:
        ratio = painter.device().devicePixelRatioF()
        icon = gesture_icon(
            binding.gesture, theme.accent if binding.enabled else theme.muted, _ICON_PX, ratio
        )
        top = rect.center().y() - _ICON_PX / 2
        painter.drawPixmap(QPointF(rect.left() + _PADDING_PX, top), icon)
        painter.setPen(theme.colour("text" if binding.enabled else "muted"))
        left = _PADDING_PX + _ICON_PX + _GAP_PX + 4
        _paint_text(painter, rect.adjusted(left, 0, -_GAP_PX, 0), index.data())

    def _paint_action(
        self, painter: QPainter, rect: QRectF, theme: Theme, binding: Binding, index: Index
    ) -> None:
        room = rect.adjusted(_PADDING_PX, 0, -_GAP_PX, 0)
        if index.data(DOUBT_ROLE):
            _paint_doubt(painter, room, theme)
            room.setRight(room.right() - _DOUBT_PX - _GAP_PX)
        caps = action_caps(binding)
        width = measure_caps(caps, painter.font()) if caps else 0.0
        text_room = QRectF(room)
        if caps and width < room.width() * 0.7:
            text_room.setRight(room.right() - width - _GAP_PX)
        painter.setPen(theme.colour("text" if binding.enabled else "muted"))
        used = _paint_text(painter, text_room, index.data())
        if caps and width < room.width() * 0.7:
            at = QPointF(room.left() + used + _GAP_PX, room.center().y() - CAP_HEIGHT_PX / 2)
            if not binding.enabled:
                painter.setOpacity(0.6)
            paint_caps(painter, at, caps, theme, painter.font())
            painter.setOpacity(1.0)


def toggle(model: QAbstractItemModel, index: Index) -> None:
    """Switch a row on or off."""
    on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    state = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
    model.setData(index, state, Qt.ItemDataRole.CheckStateRole)


def _switch_rect(rect: QRectF) -> QRectF:
    return QRectF(
        rect.left() + _PADDING_PX,
        rect.center().y() - TRACK.height() / 2,
        TRACK.width(),
        TRACK.height(),
    )


def _paint_ground(  # noqa: PLR0913 (what there is to know)
    painter: QPainter, rect: QRectF, theme: Theme, index: Index, *, selected: bool, focused: bool
) -> None:
    # Cells of one row must meet without a seam, also on fractions of a pixel.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    if selected:
        painter.fillRect(rect, theme.colour("accent_soft"))
        if index.column() == GESTURE:
            bar = QRectF(rect.left(), rect.top(), 3, rect.height())
            painter.fillRect(bar, theme.colour("accent"))
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.drawLine(
        QPointF(rect.left(), rect.bottom() - 0.5), QPointF(rect.right(), rect.bottom() - 0.5)
    )
    if focused:
        painter.setPen(QPen(theme.colour("accent"), 2))
        for y in (rect.top() + 1, rect.bottom() - 1):
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _paint_text(painter: QPainter, room: QRectF, text: str) -> float:
    """Paint a text, on two lines if it needs them, shortened if it needs more; return its width."""
    metrics = QFontMetricsF(painter.font())
    left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    width = metrics.horizontalAdvance(text)
    if width > room.width() and " " in text:
        wrapped = left | Qt.TextFlag.TextWordWrap
        bounds = metrics.boundingRect(room, wrapped, text)
        if bounds.height() <= room.height() and bounds.width() <= room.width():
            painter.drawText(room, wrapped, text)
            return bounds.width()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, left, shown)
    return min(width, room.width())


def _paint_doubt(painter: QPainter, room: QRectF, theme: Theme) -> None:
    """Paint an exclamation mark in a triangle at the right."""
    box = QRect(0, 0, _DOUBT_PX, _DOUBT_PX)
    box.moveCenter(QPointF(room.right() - _DOUBT_PX / 2, room.center().y()).toPoint())
    painter.setPen(QPen(theme.colour("amber"), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(
        [
            QPointF(box.center().x() + 0.5, box.top() + 1.5),
            QPointF(box.right(), box.bottom() - 0.5),
            QPointF(box.left() + 1, box.bottom() - 0.5),
        ]
    )
    font = painter.font()
    small = painter.font()
    small.setPixelSize(11)
    small.setBold(True)
    painter.setFont(small)
    painter.drawText(box.adjusted(1, 4, 1, 1), Qt.AlignmentFlag.AlignCenter, "!")
    painter.setFont(font)

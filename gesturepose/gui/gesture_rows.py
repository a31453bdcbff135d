"""The rows of the gesture list: what is in them, and how one is painted.

The model keeps progress apart from the rows, because it changes with every frame and the rows do
not; it announces no change of it, so that a screen reader is not flooded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gesturepose.gui.icons import gesture_icon
from gesturepose.gui.keycaps import CAP_HEIGHT_PX, measure_caps, paint_caps
from gesturepose.gui.meter import METER_HEIGHT_PX, paint_meter
from gesturepose.gui.theme import Theme, themes
from gesturepose.gui.words import action_caps, action_words, app_words, gesture_words

if TYPE_CHECKING:
    from gesturepose.config import Config

    _Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
_BOUND_HEIGHT_PX, _OTHER_HEIGHT_PX, _HEADING_HEIGHT_PX = 58, 48, 38
_ICON_PX = 28
_MARGIN_PX = 16
_TEXT_LEFT_PX = _MARGIN_PX + _ICON_PX + 14
_METER_SHARE = 0.5
"""Where the meter ends, as a share of the row's width."""
_NAME_PX, _NOTE_PX = 14, 13


@dataclass(frozen=True, slots=True)
class Row:
    """One row; without a ``name`` it is a heading.

    Attributes
    ----------
    name, title, description
        The gesture's name in gestures.toml, for people, and what the person does.
    action, caps
        What it does and with which keys; empty where it is not mapped.
    where
        The applications it works in; empty for all.
    more
        So many further actions it has.
    off
        Whether the gesture is switched off.
    """

    name: str
    title: str
    description: str = ""
    action: str = ""
    caps: tuple[str, ...] = ()
    where: str = ""
    more: int = 0
    off: bool = False

    @property
    def state(self) -> str:
        """What stands where the action would: that there is none, or that it is off."""
        if self.off:
            return _tr("Off")
        return "" if self.action else _tr("Not mapped")


def list_rows(config: Config) -> list[Row]:
    """Return the gestures that do something in the order of the file, then the others."""
    bound, others = [], []
    for name, gesture in config.gestures.items():
        title, off = gesture_words(name), not gesture.enabled
        bindings = [b for b in config.bindings if b.gesture == name and b.enabled]
        if bindings:
            first = bindings[0]
            row = Row(
                name=name,
                title=title,
                description=gesture.description,
                action=action_words(first),
                caps=tuple(action_caps(first)),
                where=app_words(first.app) if first.app else "",
                more=len(bindings) - 1,
                off=off,
            )
            bound.append(row)
        else:
            others.append(Row(name, title, gesture.description, off=off))
    order = [binding.gesture for binding in config.bindings]
    bound.sort(key=lambda row: order.index(row.name))
    if bound and others:
        others.insert(0, Row("", _tr("Not mapped")))
    return [*bound, *others]


class GestureRows(QAbstractListModel):
    """The rows, and for each gesture how near it is in hundredths."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._percents: dict[str, int] = {}

    def set_rows(self, rows: list[Row]) -> bool:
        """Replace the rows; returns whether they are others than before."""
        if rows == self._rows:
            return False
        self.beginResetModel()
        self._rows = rows
        self._percents = {}
        self.endResetModel()
        return True

    def set_percents(self, percents: dict[str, int]) -> list[int]:
        """Take in progress; returns the numbers of the rows in which it is another now."""
        changed = [
            number
            for number, row in enumerate(self._rows)
            if row.name and percents.get(row.name, 0) != self._percents.get(row.name, 0)
        ]
        self._percents = percents
        return changed

    def percent(self, name: str) -> int:
        """How near a gesture is, in hundredths."""
        return self._percents.get(name, 0)

    def find(self, name: str) -> QModelIndex:
        """Return where a gesture is; an invalid index if it is not there."""
        for number, row in enumerate(self._rows):
            if row.name == name and name:
                return self.index(number)
        return QModelIndex()

    def row_at(self, index: _Index) -> Row | None:
        """Return the row at an index; ``None`` for an invalid one."""
        return self._rows[index.row()] if index.isValid() else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's
        """How many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        row = self.row_at(index)
        if row is None or not row.name:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a row; what a screen reader says has all of it."""
        row = self.row_at(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._read_aloud(row)
            case Qt.ItemDataRole.ToolTipRole if row.name:
                where = _tr("In {}").format(row.where) if row.where else ""
                return "\n".join(text for text in (row.description, where) if text)
            case Qt.ItemDataRole.UserRole:
                return row
        return None

    def _read_aloud(self, row: Row) -> str:
        if not row.name:
            return row.title
        percent = _tr("{} percent").format(self.percent(row.name))
        keys = " ".join(_spell(cap) for cap in row.caps)
        words = (row.title, percent, row.action or row.state, keys, row.where)
        return ", ".join(word for word in words if word)


class GestureRowPainter(QStyledItemDelegate):
    """Paints a row: drawing, name and meter on the left, action and keys on the right."""

    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 - Qt's name
        """Tall enough to be hit, and for two lines where there is an action."""
        row: Row = index.data(ROW_ROLE)
        if not row.name:
            return QSize(200, _HEADING_HEIGHT_PX)
        return QSize(200, _BOUND_HEIGHT_PX if row.action else _OTHER_HEIGHT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint all of it; the view asks only for rows that changed."""
        theme, row = themes().theme, index.data(ROW_ROLE)
        box, font, state = _parts(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not row.name:
            _paint_heading(painter, box, row, font, theme)
        else:
            model = index.model()
            percent = model.percent(row.name) if isinstance(model, GestureRows) else 0
            _paint_surface(painter, box, state, theme)
            _paint_left(painter, box, row, font, theme, percent=percent)
            _paint_right(painter, box, row, font, theme)
        painter.restore()


def find_meter(box: QRect) -> QRectF:
    """Return where the meter is in a row."""
    top = box.center().y() + 8 - METER_HEIGHT_PX / 2
    right = box.left() + box.width() * _METER_SHARE
    left = box.left() + _TEXT_LEFT_PX
    return QRectF(left, top, max(right - left, 40.0), METER_HEIGHT_PX)


def _parts(option: Any) -> tuple[QRect, QFont, QStyle.StateFlag]:
    """Read an option, whose attributes the stubs do not know."""
    return option.rect, option.font, option.state


def _paint_heading(painter: QPainter, box: QRect, row: Row, font: QFont, theme: Theme) -> None:
    painter.setFont(_sized(font, _NOTE_PX))
    painter.setPen(theme.colour("muted"))
    words = box.adjusted(_MARGIN_PX, 10, -_MARGIN_PX, 0)
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, row.title)


def _paint_surface(painter: QPainter, box: QRect, state: QStyle.StateFlag, theme: Theme) -> None:
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(box, theme.colour("accent_soft"))
        painter.fillRect(box.left(), box.top(), 3, box.height(), theme.colour("accent"))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(box, theme.colour("raised"))
    painter.fillRect(box.left(), box.bottom(), box.width(), 1, theme.colour("line"))
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(box).adjusted(2, 2, -2, -2), 6, 6)


def _paint_left(  # noqa: PLR0913 - what a painter needs
    painter: QPainter, box: QRect, row: Row, font: QFont, theme: Theme, *, percent: int
) -> None:
    meter = find_meter(box)
    dpr = painter.device().devicePixelRatioF()
    icon = gesture_icon(row.name, theme.muted if row.off else theme.accent, _ICON_PX, dpr)
    at = QPointF(box.left() + _MARGIN_PX, box.center().y() - _ICON_PX / 2)
    painter.drawPixmap(at, icon)
    name = _sized(font, _NAME_PX, bold=True)
    painter.setFont(name)
    painter.setPen(theme.colour("muted" if row.off else "text"))
    # A tick, because the colour of a full meter alone would not tell.
    done = percent >= 100
    room = meter.width() + 24 - (20 if done else 0)
    words = QFontMetricsF(name).elidedText(row.title, Qt.TextElideMode.ElideRight, room)
    line = QRectF(meter.left(), box.center().y() - 20, room + 20, 20)
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, f"{words} ✓" if done else words)
    if not row.off:
        paint_meter(painter, meter, percent, theme)


def _paint_right(painter: QPainter, box: QRect, row: Row, font: QFont, theme: Theme) -> None:
    left = find_meter(box).right() + 28
    area = QRectF(left, box.top(), box.right() - _MARGIN_PX - left, box.height())
    middle = box.center().y()
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    if row.state:
        painter.setFont(_sized(font, _NOTE_PX))
        painter.setPen(theme.colour("muted"))
        # The heading above says it of all that are not mapped.
        painter.drawText(area, right, row.state if row.off else "")
        return
    words_font = _sized(font, _NAME_PX)
    words = row.action + (f" +{row.more}" if row.more else "")
    words = QFontMetricsF(words_font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    if row.caps:
        area = QRectF(area.left(), middle - 23, area.width(), 22)
        width = measure_caps(row.caps, font)
        at = QPointF(box.right() - _MARGIN_PX - width, middle + 13 - CAP_HEIGHT_PX / 2)
        if width <= area.width():
            paint_caps(painter, at, row.caps, theme, font)
    painter.setFont(words_font)
    painter.setPen(theme.colour("text"))
    painter.drawText(area, right, words)


def _sized(font: QFont, size_px: int, *, bold: bool = False) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size_px)
    sized.setWeight(QFont.Weight.Medium if bold else QFont.Weight.Normal)
    return sized


_SPOKEN = {
    "+": "plus",
    "\N{MINUS SIGN}": "minus",
    "\N{LEFTWARDS ARROW}": "left",
    "\N{RIGHTWARDS ARROW}": "right",
    "\N{UPWARDS ARROW}": "up",
    "\N{DOWNWARDS ARROW}": "down",
}


def _spell(cap: str) -> str:
    """Say a cap; readers are silent at signs."""
    return _tr(_SPOKEN[cap]) if cap in _SPOKEN else cap


def _tr(text: str) -> str:
    return QCoreApplication.translate("GestureRows", text)

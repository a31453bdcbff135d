"""The groove of a `LiveSlider`: handle, default mark, and the living quantity as a bar.

It paints and takes the mouse; keys and ranges are Qt's own slider. What the figures mean is its
owner's to say, in words that stand below the groove, so that nothing is said by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider

from gesturepose.gui.theme import themes

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QWheelEvent

_MARGIN_PX = 12
_GROOVE_Y_PX = 18
_HEIGHT_PX, _BARE_HEIGHT_PX = 54, 38


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn against the handle, in the slider's ticks.

    ``live`` and ``last`` are the quantity now and in the last try, ``None`` where it is not known;
    ``met`` and ``last_met`` whether they are on the good side of the handle.
    """

    live: int | None = None
    last: int | None = None
    met: bool = False
    last_met: bool = False
    live_words: str = ""
    last_words: str = ""


class LiveTrack(QSlider):
    """A slider with marks.

    Parameters
    ----------
    low, high
        Its ends, in ticks.
    has_words
        Whether there is a quantity to be told below the groove.
    """

    def __init__(self, low: int, high: int, *, has_words: bool = True) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._height = _HEIGHT_PX if has_words else _BARE_HEIGHT_PX
        self.setRange(low, high)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._marks = Marks()
        self._default: int | None = None
        themes().changed.connect(self.update)

    @property
    def marks(self) -> Marks:
        """What is drawn against the handle."""
        return self._marks

    def show_marks(self, marks: Marks) -> None:
        """Draw other marks."""
        if marks != self._marks:
            self._marks = marks
            self.update()

    def mark_default(self, ticks: int | None) -> None:
        """Draw a small mark where the default is."""
        self._default = ticks
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Groove and one line of words."""
        return QSize(200, self._height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the words at least."""
        return QSize(160, self._height)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page, which it scrolls."""
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the handle to where the mouse is."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drag the handle."""
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let the handle go."""
        if self.isSliderDown() and event.button() is Qt.MouseButton.LeftButton:
            self._follow(event)
            self.setSliderDown(False)

    def _follow(self, event: QMouseEvent) -> None:
        share = (event.position().x() - _MARGIN_PX) / max(self.width() - 2 * _MARGIN_PX, 1)
        span, step = self.maximum() - self.minimum(), self.singleStep()
        ticks = self.minimum() + round(min(max(share, 0.0), 1.0) * span / step) * step
        self.setSliderPosition(ticks)

    def x_of(self, ticks: float) -> float:
        """Return where a value lies, in pixels from the left; one out of range at the end."""
        low, high = self.minimum(), self.maximum()
        share = (min(max(ticks, low), high) - low) / max(high - low, 1)
        return _MARGIN_PX + share * (self.width() - 2 * _MARGIN_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint groove, bar, marks, handle and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_groove(painter)
        self._paint_handle(painter)
        self._paint_words(painter)
        painter.end()

    def _paint_groove(self, painter: QPainter) -> None:
        theme, marks = themes().theme, self._marks
        left, right = self.x_of(self.minimum()), self.x_of(self.maximum())
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(QRectF(left, _GROOVE_Y_PX - 3, right - left, 6), 3, 3)
        zero = self.x_of(0)
        if marks.live is not None:
            x = self.x_of(marks.live)
            painter.setBrush(theme.colour("accent" if marks.met else "amber"))
            painter.drawRoundedRect(
                QRectF(min(zero, x), _GROOVE_Y_PX - 3, max(abs(x - zero), 3.0), 6), 3, 3
            )
        painter.setBrush(theme.colour("muted"))
        if self.minimum() < 0 < self.maximum():
            painter.drawRect(QRectF(zero - 0.5, _GROOVE_Y_PX - 6, 1, 12))
        if self._default is not None:
            x = self.x_of(self._default)
            painter.drawRoundedRect(QRectF(x - 1, _GROOVE_Y_PX + 6, 2, 6), 1, 1)
        if marks.last is not None:
            x = self.x_of(marks.last)
            painter.setBrush(theme.colour("accent" if marks.last_met else "amber"))
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(x - 5, _GROOVE_Y_PX - 16),
                        QPointF(x + 5, _GROOVE_Y_PX - 16),
                        QPointF(x, _GROOVE_Y_PX - 6),
                    ]
                )
            )

    def _paint_handle(self, painter: QPainter) -> None:
        theme = themes().theme
        centre = QPointF(self.x_of(self.sliderPosition()), _GROOVE_Y_PX)
        painter.setBrush(theme.colour("accent" if self.isEnabled() else "muted"))
        painter.setPen(QPen(theme.colour("card"), 2))
        painter.drawEllipse(centre, 9, 9)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("text"), 2))
            painter.drawEllipse(centre, 11, 11)

    def _paint_words(self, painter: QPainter) -> None:
        theme, marks = themes().theme, self._marks
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        room = QRectF(2, _GROOVE_Y_PX + 14, self.width() - 4, _HEIGHT_PX - _GROOVE_Y_PX - 14)
        live = metrics.horizontalAdvance(marks.live_words)
        told = "text" if marks.met else "muted" if marks.live is None else "amber"
        painter.setPen(theme.colour(told))
        painter.drawText(
            room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, marks.live_words
        )
        rest = room.adjusted(live + 8 if live else 0, 0, 0, 0)
        words = metrics.elidedText(marks.last_words, Qt.TextElideMode.ElideRight, rest.width())
        painter.setPen(theme.colour("muted"))
        painter.drawText(rest, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

"""What the preview says in words: chips above, one banner below, a notice in the middle.

Painted texts are painted by `Preview`; only the notice is made of widgets, because it has a button
that must be reached by keyboard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from gesturepose.gui.icons import gesture_icon
from gesturepose.gui.theme import DARK
from gesturepose.gui.words import gesture_words

if TYPE_CHECKING:
    from collections.abc import Sequence

FADE_IN_MS, STAY_MS, FADE_OUT_MS = 150, 1600, 300
_SURFACE = QColor(15, 20, 27, 222)
"""Behind words on a picture, in either theme: pictures are neither light nor dark."""
_CHIP_PX, _CHIP_HEIGHT_PX = 13, 26.0
_BANNER_PX, _BANNER_HEIGHT_PX = 17, 60.0
_ICON_PX = 30
_PADDING_PX = 24.0
_GAP_PX = 14.0
_DOT_PX = 4.0


@dataclass(frozen=True, slots=True)
class Chip:
    """A few words in a corner of the picture; ``colour`` names that of its dot."""

    text: str
    colour: str = "muted"


def paint_chips(painter: QPainter, at: QPointF, chips: Sequence[Chip], font: QFont) -> None:
    """Draw chips from the upper left corner, one below the other."""
    font = _sized(font, _CHIP_PX)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    top = at.y()
    for chip in chips:
        width = metrics.horizontalAdvance(chip.text) + 36
        box = QRectF(at.x(), top, width, _CHIP_HEIGHT_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SURFACE)
        painter.drawRoundedRect(box, 8, 8)
        painter.setBrush(DARK.colour(chip.colour))
        painter.drawEllipse(QPointF(box.left() + 14, box.center().y()), _DOT_PX, _DOT_PX)
        painter.setPen(DARK.colour("text"))
        painter.drawText(box.adjusted(26, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, chip.text)
        top += _CHIP_HEIGHT_PX + 6


class Banner(QObject):
    """What was recognised last and what came of it; fades in, stays a while, fades out.

    A new one replaces the old one at once. Nothing moves; where the desktop shows no animations it
    appears and disappears without fading.
    """

    changed = Signal()
    """It has to be painted again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gesture = ""
        self._action = ""
        self._refused = False
        self._present = False
        self._opacity = 0.0
        self._fade = QVariantAnimation(self)
        self._fade.valueChanged.connect(self._set_opacity)
        self._stay = QTimer(self, singleShot=True, interval=STAY_MS)
        self._stay.timeout.connect(self._leave)
        self._fade.finished.connect(self._settle)

    @property
    def text(self) -> str:
        """What it says; empty when it is not there."""
        if not self._present:
            return ""
        joint = ": " if self._refused else " \N{RIGHTWARDS ARROW} "
        return self._words + (joint + self._action if self._action else "")

    def show(self, gesture: str, action: str, *, refused: bool) -> None:
        """Say that a gesture was recognised, and what it did or why it did nothing."""
        self._gesture, self._action, self._refused = gesture, action, refused
        self._present = True
        self._run(1.0, FADE_IN_MS)
        self._stay.start()

    def clear(self) -> None:
        """Take it away at once."""
        self._stay.stop()
        self._fade.stop()
        self._present = False
        self._set_opacity(0.0)

    def paint(self, painter: QPainter, shown: QRectF, font: QFont, dpr: float) -> None:
        """Draw it near the lower edge of the picture."""
        if not self._opacity:
            return
        bold, plain = _sized(font, _BANNER_PX, bold=True), _sized(font, _BANNER_PX)
        name, metrics = self._words, QFontMetricsF(bold)
        room = shown.width() - 32 - 2 * _PADDING_PX - _ICON_PX - _GAP_PX
        joint = ":" if self._refused else "\N{RIGHTWARDS ARROW}"
        joint_width = QFontMetricsF(plain).horizontalAdvance(joint) + 2 * _GAP_PX
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        name_width = metrics.horizontalAdvance(name)
        action_font = plain if self._refused else bold
        action, action_width = "", 0.0
        if self._action:
            limits = QFontMetricsF(action_font)
            left = max(room - name_width - joint_width, 0)
            action = limits.elidedText(self._action, Qt.TextElideMode.ElideRight, left)
            action_width = limits.horizontalAdvance(action) + joint_width
        width = 2 * _PADDING_PX + _ICON_PX + _GAP_PX + name_width + action_width
        box = QRectF(0, 0, width, _BANNER_HEIGHT_PX)
        box.moveCenter(QPointF(shown.center().x(), shown.bottom() - 28 - _BANNER_HEIGHT_PX / 2))
        painter.setOpacity(self._opacity)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SURFACE)
        painter.drawRoundedRect(box, 12, 12)
        colour = DARK.muted if self._refused else DARK.accent
        icon = gesture_icon(self._gesture, colour, _ICON_PX, dpr)
        at = QPointF(box.left() + _PADDING_PX, box.center().y() - _ICON_PX / 2)
        painter.drawPixmap(at, icon)
        text = box.adjusted(_PADDING_PX + _ICON_PX + _GAP_PX, 0, 0, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(bold)
        painter.setPen(DARK.colour("text"))
        painter.drawText(text, middle, name)
        if action:
            painter.setFont(plain)
            painter.setPen(DARK.colour("muted"))
            # A colon stands close to what it follows, an arrow between the two.
            inset = 2.0 if self._refused else _GAP_PX
            painter.drawText(text.adjusted(name_width + inset, 0, 0, 0), middle, joint)
            painter.setFont(action_font)
            painter.setPen(DARK.colour("muted" if self._refused else "text"))
            start = name_width + joint_width - (_GAP_PX if self._refused else 0)
            painter.drawText(text.adjusted(start, 0, 0, 0), middle, action)
        painter.setOpacity(1.0)

    @property
    def _words(self) -> str:
        return gesture_words(self._gesture)

    def _leave(self) -> None:
        self._run(0.0, FADE_OUT_MS)

    def _run(self, opacity: float, duration_ms: int) -> None:
        self._fade.stop()
        if not _animates():
            self._set_opacity(opacity)
            self._settle()
            return
        self._fade.setStartValue(self._opacity)
        self._fade.setEndValue(opacity)
        self._fade.setDuration(duration_ms)
        self._fade.start()

    def _settle(self) -> None:
        self._present = self._opacity > 0

    def _set_opacity(self, opacity: float) -> None:
        self._opacity = opacity
        self.changed.emit()


class Notice(QFrame):
    """A title, a line of explanation and one button, for when there is nothing to watch."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._title = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self._title.setProperty("role", "title")
        self._detail = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self._detail.setProperty("role", "muted")
        self._button = QPushButton()
        self._button.setProperty("role", "primary")
        self._button.setMinimumHeight(36)
        self._button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._button.clicked.connect(self.clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._detail)
        layout.addSpacing(8)
        layout.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.hide()

    @property
    def text(self) -> str:
        """Title and detail."""
        return "\n".join(t for t in (self._title.text(), self._detail.text()) if t)

    def say(self, title: str, detail: str, button: str) -> None:
        """Set its words; without words for the button there is none."""
        self._title.setText(title)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setAccessibleName(self.text)

    def place(self, room: QRectF) -> None:
        """Stand in the middle of the room, as wide as reading is easy."""
        width = round(min(room.width() - 32, 440))
        self.setFixedWidth(max(width, 120))
        layout = self.layout()
        height = layout.heightForWidth(self.width()) if layout is not None else -1
        height = max(height, self.sizeHint().height()) if height < 0 else height
        self.resize(self.width(), height)
        center = room.center()
        self.move(round(center.x() - self.width() / 2), round(center.y() - height / 2))


def _animates() -> bool:
    style = QApplication.style()
    return style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


def _sized(font: QFont, size_px: int, *, bold: bool = False) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size_px)
    sized.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return sized

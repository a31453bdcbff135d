"""The live preview: the picture as in a mirror, and over it who is seen and what they do.

It shows what it is given and keeps no more than the newest picture. It must not recognise
anything, and nothing outside it is ever mirrored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gesturepose.datatypes import Frame
from gesturepose.gui.banner import Banner, Chip, Notice, paint_chips
from gesturepose.gui.rings import Ring, RingChooser
from gesturepose.gui.skeleton_overlay import Fit, paint_people
from gesturepose.gui.theme import DARK, themes
from gesturepose.gui.why_not import plain_obstacle
from gesturepose.gui.words import bound_words, reason_words
from gesturepose.session_status import SessionState

if TYPE_CHECKING:
    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.config import Config
    from gesturepose.pipeline import Snapshot

_CORNER_PX = 12.0
_DIMMED = 0.72
_SETTLE_S = 0.3
"""A chip changes once its new words have held for so long, so that it does not flicker."""


_STATES = {
    SessionState.OFF: (
        QT_TRANSLATE_NOOP("Preview", "Off"),
        QT_TRANSLATE_NOOP("Preview", "No camera is watched."),
        QT_TRANSLATE_NOOP("Preview", "Start"),
    ),
    SessionState.STARTING: (QT_TRANSLATE_NOOP("Preview", "Starting…"), "", ""),
    SessionState.LOST: (
        QT_TRANSLATE_NOOP("Preview", "The camera is not there"),
        QT_TRANSLATE_NOOP("Preview", "It is tried again by itself until it is back."),
        QT_TRANSLATE_NOOP("Preview", "Try now"),
    ),
    SessionState.FAILED: (
        QT_TRANSLATE_NOOP("Preview", "Nothing can be watched"),
        QT_TRANSLATE_NOOP("Preview", "Choose another camera or file in the settings."),
        QT_TRANSLATE_NOOP("Preview", "Settings"),
    ),
    SessionState.ENDED: (
        QT_TRANSLATE_NOOP("Preview", "The file is over"),
        "",
        QT_TRANSLATE_NOOP("Preview", "Play again"),
    ),
}
"""What a notice says by default; who knows more sets another. Whoever pauses may still watch."""


class Preview(QWidget):
    """Shows snapshots; `set_config` first, so that it knows which gestures do something."""

    notice_clicked = Signal()
    """The button of the notice was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(320, 120)  # what a small window leaves below two notices
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Preview"))
        self._config: Config | None = None
        self._snapshot: Snapshot | None = None
        self._picture: QImage | None = None
        self._picture_frame: Frame | None = None
        self._rings: list[Ring] = []
        self._chooser = RingChooser()
        self._state: SessionState | None = None
        self._practice = False
        self._chip: Chip | None = None
        self._next_chip: tuple[Chip | None, float] = (None, 0.0)
        self._notice_words: tuple[str, str, str] | None = None
        self._banner = Banner(self)
        self._banner.changed.connect(self.update)
        self._notice = Notice(self)
        self._notice.clicked.connect(self.notice_clicked)
        themes().changed.connect(self.update)

    @property
    def banner_text(self) -> str:
        """What the banner says; empty when there is none."""
        return self._banner.text

    @property
    def chip_text(self) -> str:
        """What the chip on who is in control says; empty when there is none."""
        return self._chip.text if self._chip else ""

    @property
    def notice_text(self) -> str:
        """What the notice says; empty when there is none."""
        return self._notice.text if self._notice.isVisibleTo(self) else ""

    @property
    def rings(self) -> list[Ring]:
        """The progress rings of the moment."""
        return list(self._rings)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one frame's results; the picture is read when it is painted."""
        self._snapshot = snapshot
        self._rings = self._chooser.choose(snapshot)
        self._choose_chip(snapshot)
        self.update()

    def set_config(self, config: Config) -> None:
        """Take in a mapping: which gestures have rings, and what actions are called."""
        self._config = config
        self._chooser.set_config(config)
        self.update()

    def set_practice(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Say that gestures are recognised and nothing is performed, or no longer."""
        self._practice = on
        self.update()

    def set_state(self, state: SessionState) -> None:
        """Follow the session; where there is nothing to watch, a notice says so."""
        if state is self._state:
            return
        self._state = state
        if state in (SessionState.OFF, SessionState.FAILED):
            self.clear()
        if state is not SessionState.WATCHING:
            self._banner.clear()
            self._rings = []
            self._chip, self._next_chip = None, (None, 0.0)
        self._show_notice()
        self.update()

    def show_banner(self, gesture: str, action_text: str, *, refused: bool = False) -> None:
        """Say what was recognised and what it did; ``refused``: why it did nothing."""
        self._banner.show(gesture, action_text, refused=refused)
        self.setAccessibleDescription(self._banner.text)

    def show_action(self, result: ActionResult) -> None:
        """Say what became of an action."""
        bindings = self._config.bindings if self._config else ()
        if result.performed or self._practice:
            self.show_banner(result.bound.gesture, bound_words(result.bound, bindings))
        else:
            self.show_banner(result.bound.gesture, reason_words(result), refused=True)

    def set_notice(self, title: str, detail: str, button_text: str = "") -> None:
        """Show words in the middle, with a button if it has a text; the picture dims."""
        self._notice_words = (title, detail, button_text)
        self._show_notice()

    def clear_notice(self) -> None:
        """Take the notice away; one that belongs to the session's state comes back."""
        self._notice_words = None
        self._show_notice()

    def clear(self) -> None:
        """Forget the picture and everybody in it."""
        self._snapshot = self._picture = self._picture_frame = None
        self._rings = []
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As in most cameras' pictures."""
        return QSize(800, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the notice in the middle."""
        super().resizeEvent(event)
        self._notice.place(QRectF(self.rect()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Translate again, and make room for another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange):
            self._show_notice()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the picture, then who is in it, then the words."""
        theme = themes().theme
        view = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(view, _CORNER_PX, _CORNER_PX)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(outline, theme.colour("card"))
        dimmed = self._notice.isVisibleTo(self)
        shown = view
        if self._snapshot is not None:
            fit = Fit.find(self._snapshot.frame.size, view)
            shown = fit.shown
            picture = self._read_picture(self._snapshot)
            if picture is not None:
                _paint_picture(painter, fit, picture)
            # Pictures are neither light nor dark; on them the brighter of the two accents is seen.
            colours = theme if picture is None else DARK
            if not dimmed:
                painter.setClipRect(shown)
                paint_people(painter, fit, self._snapshot, self._rings, colours)
                painter.setClipping(False)
        if dimmed and self._snapshot is not None:
            shade = theme.colour("card")
            shade.setAlphaF(_DIMMED)
            painter.fillPath(outline, shade)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)
        if not dimmed:
            paint_chips(painter, shown.topLeft() + QPointF(13, 13), self._list_chips(), self.font())
        self._banner.paint(painter, shown, self.font(), self.devicePixelRatioF())
        painter.end()

    def _read_picture(self, snapshot: Snapshot) -> QImage | None:
        """Return the frame's picture in the screen's format: the one copy that is made of it."""
        frame = snapshot.frame
        if not isinstance(frame, Frame):
            self._picture = self._picture_frame = None
            return None
        if frame is not self._picture_frame:
            image = np.ascontiguousarray(frame.image)
            height, width = image.shape[:2]
            borrowed = QImage(image.data, width, height, 3 * width, QImage.Format.Format_BGR888)
            self._picture = borrowed.convertToFormat(QImage.Format.Format_RGB32)
            self._picture_frame = frame
        return self._picture

    def _choose_chip(self, snapshot: Snapshot) -> None:
        """Say who is in control, or what keeps everybody from it, once that has settled."""
        now = snapshot.frame.timestamp
        chip: Chip | None = None
        if snapshot.blocked_by:
            chip = Chip(plain_obstacle(snapshot.blocked_by), "amber")
        elif snapshot.operator_id is not None and snapshot.engaged:
            chip = Chip(self.tr("You are in control"), "accent")
        wanted, since = self._next_chip
        if chip != wanted or now < since:
            self._next_chip = chip, now
        elif chip != self._chip and now - since >= _SETTLE_S:
            self._chip = chip
            self.setAccessibleDescription(self.chip_text)

    def _list_chips(self) -> list[Chip]:
        chips = [self._chip] if self._chip and self._snapshot else []
        if self._practice:
            chips.append(Chip(self.tr("Practice: nothing is performed"), "amber"))
        return chips

    def _show_notice(self) -> None:
        words = self._notice_words or self._describe_state()
        if words is None:
            self._notice.hide()
        else:
            self._notice.say(*words)
            self._notice.place(QRectF(self.rect()))
            self._notice.show()
        self.update()

    def _describe_state(self) -> tuple[str, str, str] | None:
        words = _STATES.get(self._state) if self._state else None
        if words is None:
            return None
        title, detail, button = (self.tr(str(text)) if text else "" for text in words)
        return title, detail, button


def _paint_picture(painter: QPainter, fit: Fit, picture: QImage) -> None:
    """Fill what is shown of the picture, mirrored and scaled, with round corners."""
    brush = QBrush(picture)
    place = QTransform(-fit.scale, 0, 0, fit.scale, fit.target.right(), fit.target.top())
    brush.setTransform(place)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(fit.shown, _CORNER_PX, _CORNER_PX)

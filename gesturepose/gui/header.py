"""The bar on top: where one is, what state the program is in, and the big pause button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gesturepose.gui.theme import themes

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

HEADER_HEIGHT_PX = 56
_NARROW_PX = 960


class StatePill(QWidget):
    """The program's state in a word, with a mark whose shape differs for each state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = self.tr("Off")
        self._kind = "off"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("State"))
        themes().changed.connect(self.update)
        self.set_state("off", self._text)

    def set_state(self, kind: str, text: str) -> None:
        """Show a state.

        Parameters
        ----------
        kind
            ``"off"``, ``"watching"``, ``"engaged"``, ``"paused"`` or ``"lost"``.
        text
            The word.
        """
        self._kind, self._text = kind, text
        self.setAccessibleDescription(text)
        self.setFixedSize(self.sizeHint())
        self.update()

    @property
    def text(self) -> str:
        """The word shown."""
        return self._text

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the word and the mark."""
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + 46, 30)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the pill, its mark and the word."""
        theme = themes().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self._kind == "engaged"
        amber = self._kind in ("paused", "lost")
        ink = theme.amber if amber else theme.accent if strong else theme.muted
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.accent_soft if strong else theme.card))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        self._draw_mark(painter, QPointF(20, box.center().y()), QColor(ink))
        painter.setPen(QColor(theme.accent if strong else theme.text))
        painter.drawText(
            box.adjusted(32, 0, -12, 0),
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
            self._text,
        )

    def _draw_mark(self, painter: QPainter, centre: QPointF, ink: QColor) -> None:
        painter.setPen(QPen(ink, 2))
        painter.setBrush(ink)
        match self._kind:
            case "paused":
                for x in (-3.0, 3.0):
                    painter.drawLine(centre + QPointF(x, -4), centre + QPointF(x, 4))
            case "lost":
                painter.drawLine(centre + QPointF(0, -5), centre + QPointF(0, 1))
                painter.drawPoint(centre + QPointF(0, 5))
            case "engaged":
                painter.drawEllipse(centre, 4.5, 4.5)
            case "watching":
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(centre, 4, 4)
            case _:
                painter.drawLine(centre + QPointF(-4, 0), centre + QPointF(4, 0))


class Header(QFrame):
    """Name, state, pages, practice, and pause: always in the same place."""

    page_chosen = Signal(int)
    practice_toggled = Signal(bool)
    pause_clicked = Signal()

    def __init__(self, pages: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._name = QLabel("GesturePose")
        self._name.setProperty("role", "title")
        self.pill = StatePill()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Pages"))
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        for number, page in enumerate(pages, start=1):
            index = self.tabs.addTab(page)
            self.tabs.setTabToolTip(index, self.tr("Ctrl+{number}").format(number=number))
        self.practice = QPushButton(self.tr("P&ractice"))
        self.practice.setCheckable(True)
        self.practice.setToolTip(self.tr("Everything is recognised, nothing is performed"))
        self.pause = QPushButton()
        self.pause.setProperty("role", "primary")
        self.pause.setMinimumWidth(118)
        self.set_paused(paused=False)
        bar = QWidget()
        bar.setFixedHeight(HEADER_HEIGHT_PX)
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(20, 0, 20, 0)
        layout.setSpacing(14)
        for widget in (self._name, self.pill, self.tabs):
            layout.addWidget(widget)
        layout.addStretch(1)
        for button in (self.practice, self.pause):
            layout.addWidget(button)
        self._note = QLabel(wordWrap=True)
        self._note.setProperty("role", "note")
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._note.setContentsMargins(20, 0, 20, 8)
        self._note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._note)
        self.tabs.currentChanged.connect(self.page_chosen)
        self.practice.toggled.connect(self.practice_toggled)
        self.pause.clicked.connect(self.pause_clicked)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the name where there is no room for it; the window's title has it."""
        super().resizeEvent(event)
        self._name.setVisible(event.size().width() >= _NARROW_PX)

    def set_paused(self, *, paused: bool) -> None:
        """Say on the button what it would do next."""
        self.pause.setText(self.tr("▶  Resu&me") if paused else self.tr("❚❚  &Pause"))
        self.pause.setAccessibleName(
            self.tr("Resume gestures") if paused else self.tr("Pause gestures")
        )
        self.pause.setToolTip(
            self.tr("Gestures count again")
            if paused
            else self.tr("No gesture does anything until you resume")
        )

    @property
    def note(self) -> str:
        """What stands below the pause button; empty for nothing."""
        return "" if self._note.isHidden() else self._note.text()

    def set_note(self, text: str) -> None:
        """Say something of pausing below the button, on every page; nothing if empty."""
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self.pause.setAccessibleDescription(text)

    def set_practice(self, *, on: bool) -> None:
        """Show whether practice is on, without telling anybody."""
        self.practice.blockSignals(True)
        self.practice.setChecked(on)
        self.practice.blockSignals(False)

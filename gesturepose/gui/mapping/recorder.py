"""A field that records a shortcut by its being pressed, or takes it as text.

Recording starts on purpose (click, Enter or Space), so that Tab still leads through the window. It
must not press keys itself.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gesturepose.actions.keys import parse_chord
from gesturepose.gui.keycaps import CAP_HEIGHT_PX, measure_caps, paint_caps
from gesturepose.gui.mapping.key_events import held_modifiers, is_modifier, read_chord
from gesturepose.gui.mapping.labels import NoteLabel
from gesturepose.gui.theme import themes
from gesturepose.gui.words import chord_caps

_HEIGHT_PX = 40
_PADDING_PX = 12
_GRABBING = ("xcb", "windows", "cocoa")
"""Where a window may take all keys, those of the window manager too."""


class ChordField(QWidget):
    """Shows a chord; while recording, whatever is pressed becomes the chord."""

    recorded = Signal(str)
    """A chord was pressed, as gestures.toml writes it."""
    hint_changed = Signal(str)
    """What to tell about the recording; empty for nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        # Before Qt: it sends events from its own constructor on.
        self._chord = ""
        self._pending: list[str] = []
        self._recording = False
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Shortcut"))
        themes().changed.connect(self.update)
        self._describe()

    @property
    def chord(self) -> str:
        """The chord shown; empty for none."""
        return self._chord

    @property
    def is_recording(self) -> bool:
        """Whether the next keys pressed become the chord."""
        return self._recording

    def set_chord(self, chord: str) -> None:
        """Show a chord."""
        self._chord = chord
        self._describe()
        self.update()

    def start(self) -> None:
        """Record from now on."""
        if self._recording:
            return
        self._recording = True
        self._pending = []
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if QGuiApplication.platformName() in _GRABBING:
            self.grabKeyboard()
        self.hint_changed.emit(self.tr("Press the keys together. Esc stops."))
        self._describe()
        self.update()

    def stop(self) -> None:
        """Record no more; the chord stays what it is."""
        if not self._recording:
            return
        self._recording = False
        self._pending = []
        if QGuiApplication.platformName() in _GRABBING:
            self.releaseKeyboard()
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """As high as a line edit."""
        return QSize(180, _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for a short chord."""
        return QSize(120, _HEIGHT_PX)

    def event(self, event: QEvent) -> bool:
        """Take keys that would be shortcuts, or move the focus, while recording."""
        if self._recording and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._press(event)
                return True
            if event.type() == QEvent.Type.KeyRelease:
                self._release(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Start with Enter or Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.start()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Start, or stop."""
        if self._recording:
            self.stop()
            self.hint_changed.emit("")
        else:
            self.start()
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Stop: keys pressed elsewhere are not meant."""
        if self._recording:
            self.stop()
            self.hint_changed.emit("")
        self.update()
        super().focusOutEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Show the ring."""
        self.update()
        super().focusInEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Paint the field with the chord, or what to do."""
        theme = themes().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self._recording or self.hasFocus()
        width = 2 if active else 1
        box = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.setPen(QPen(theme.colour("accent" if active else "line"), width))
        painter.setBrush(theme.colour("accent_soft" if self._recording else "raised"))
        painter.drawRoundedRect(box, 8, 8)
        left = float(_PADDING_PX)
        caps = chord_caps("+".join(self._pending)) if self._pending else []
        if not self._recording:
            caps = chord_caps(self._chord) if self._chord else []
        if caps:
            at = QPointF(left, (self.height() - CAP_HEIGHT_PX) / 2)
            paint_caps(painter, at, caps, theme, self.font())
            left += measure_caps(caps, self.font()) + _PADDING_PX
        text = self._prompt()
        painter.setPen(theme.colour("accent" if self._recording else "muted"))
        room = QRectF(left, 0, self.width() - left - _PADDING_PX, self.height())
        elided = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
        painter.end()

    def _prompt(self) -> str:
        if self._recording:
            return self.tr("…") if self._pending else self.tr("Press the keys now…")
        return self.tr("click to change") if self._chord else self.tr("Click, then press keys")

    def _describe(self) -> None:
        said = " ".join(chord_caps(self._chord)) if self._chord else self.tr("none")
        self.setAccessibleDescription(
            self.tr("Recording: press the keys together, Escape stops")
            if self._recording
            else self.tr("{}. Press Enter to record another").format(said)
        )

    def _press(self, event: QKeyEvent) -> None:
        event.accept()
        if event.isAutoRepeat():
            return
        if is_modifier(event):
            self._pending = held_modifiers(event)
            self.update()
            return
        chord = read_chord(event)
        if chord == "esc":
            self.stop()
            self.hint_changed.emit("")
        elif chord == "backspace":
            self.hint_changed.emit(self.tr("For Backspace itself, choose “Type it”."))
        elif not chord:
            self.hint_changed.emit(self.tr("This key has no name here. Choose “Type it”."))
        else:
            self._finish(chord)

    def _release(self, event: QKeyEvent) -> None:
        event.accept()
        # Nothing but modifiers was pressed, and the first of them is let go: they are the chord.
        if self._pending and is_modifier(event) and not event.isAutoRepeat():
            self._finish("+".join(self._pending))

    def _finish(self, chord: str) -> None:
        self.stop()
        self.set_chord(chord)
        self.hint_changed.emit("")
        self.recorded.emit(chord)


class ShortcutRecorder(QWidget):
    """The field, and beside it a button that turns it into a line to type in."""

    edited = Signal()
    """Another chord was given; `chord` has it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = ChordField(self)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(self.tr("such as ctrl+shift+t"))
        self.line.setAccessibleName(self.tr("Shortcut as text"))
        self.line.hide()
        self.type_button = QPushButton(self.tr("T&ype it"), self)
        self.type_button.setCheckable(True)
        self.type_button.setToolTip(self.tr("Write the keys instead of pressing them"))
        self.note = NoteLabel(self)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.line, 1)
        row.addWidget(self.type_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.note)
        self.setFocusProxy(self.field)
        self.field.recorded.connect(self._take)
        self.field.hint_changed.connect(self.note.say)
        self.type_button.toggled.connect(self._choose)
        self.line.textEdited.connect(self._read)

    @property
    def chord(self) -> str:
        """As gestures.toml writes it; empty while there is none, or none that can be read."""
        return self.field.chord

    def set_chord(self, chord: str) -> None:
        """Show a chord."""
        self.field.set_chord(chord)
        if self.line.text() != chord and not self.line.hasFocus():
            self.line.setText(chord)

    def _choose(self, typed: bool) -> None:  # noqa: FBT001 (Qt's signal)
        self.field.stop()
        self.field.setVisible(not typed)
        self.line.setVisible(typed)
        self.note.say("")
        self.line.setText(self.field.chord)
        target = self.line if typed else self.field
        self.setFocusProxy(target)
        target.setFocus()

    def _take(self, chord: str) -> None:
        self.line.setText(chord)
        self.edited.emit()

    def _read(self, text: str) -> None:
        try:
            parse_chord(text)
        except ValueError as error:
            self.note.say(str(error) if text.strip() else "", role="warning")
            return
        self.note.say("")
        self.field.set_chord(text.strip())
        self.edited.emit()

"""The fields of one row of the mapping; what is complete and valid is written at once.

What is not is said under the field, and the file keeps what it had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gesturepose.actions.settings import KINDS
from gesturepose.gui.icons import gesture_qicon
from gesturepose.gui.mapping.app_filter import AppFilter
from gesturepose.gui.mapping.kinds import REPEATABLE, make_field, name_kinds
from gesturepose.gui.mapping.labels import NoteLabel, make_combo, name_label
from gesturepose.gui.mapping.program_fields import CommandField
from gesturepose.gui.switch import Switch
from gesturepose.gui.theme import themes
from gesturepose.gui.words import action_words, gesture_words

if TYPE_CHECKING:
    from gesturepose.gui.document import MappingDocument
    from gesturepose.gui.mapping.action_fields import ActionField

TYPING_MS = 500
"""What is typed is written after so long a pause."""
_DEFAULT_REPEAT_S = 0.5


class BindingEditor(QWidget):
    """Edits one binding of the document, or a new one that is added once it is complete."""

    added = Signal(int)
    """The new binding is in the file now, at this index."""

    def __init__(self, document: MappingDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._index: int | None = None
        self._shown: dict[str, Any] = {}
        self._loading = False
        self._actions: dict[str, ActionField] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self.apply)
        self._make_widgets()
        self._lay_out()
        self._connect()

    @property
    def index(self) -> int | None:
        """Which binding is shown; ``None`` for a new one."""
        return self._index

    def show_binding(self, index: int) -> None:
        """Show a binding of the document; what was typed for another one is written first."""
        if self._index != index:
            self.flush()
        fields = self._document.get_binding(index)
        if index == self._index and fields == self._shown:
            return
        other, self._index = self._index != index, index
        if other:
            self._reset_notes()
        self._load(fields)

    def show_new(self, gesture: str) -> None:
        """Show empty fields for a new binding."""
        self.flush()
        self._index = None
        self._reset_notes()
        self._load({"gesture": gesture, "press": ""})

    def flush(self) -> None:
        """Write what was typed and still waits."""
        if self._timer.isActive():
            self._timer.stop()
            self.apply()

    def fields(self) -> dict[str, Any]:
        """Return the binding as the fields have it; without an action while that is incomplete."""
        kind = self.kind.currentData()
        fields: dict[str, Any] = {"gesture": self.gesture.currentData()}
        fields.update(self._actions[kind].fields())
        if self.app.app and kind != "control":
            fields["app"] = self.app.app
        if self.repeat_row.isVisibleTo(self) and self.repeat.isChecked():
            fields["repeat_s"] = round(self.repeat_s.value(), 2)
        fields["enabled"] = self.switch.isChecked()
        fields["description"] = self.description.text().strip()
        return fields

    def apply(self) -> None:
        """Write the fields if they are valid; say what is missing or wrong if not."""
        if self._loading or self._document.problems:
            return
        self._timer.stop()
        fields = self.fields()
        self._reset_notes()
        kind = self.kind.currentData()
        if kind not in fields:
            self.action_note.say(self._actions[kind].ask())
            return
        problems = self._document.check_binding(self._index, fields)
        if problems:
            for key, said in problems:
                note = self.app_note if key == "app" else self.action_note
                note.say(said[:1].upper() + said[1:], role="warning")
            return
        self._write(fields)

    def _write(self, fields: dict[str, Any]) -> None:
        if self._index is None:
            index = len(self._document.config.bindings)
            if self._document.add_binding(fields):
                self._index = index
                self._shown = self._document.get_binding(index)
                self._reset_notes()
                self.added.emit(index)
                self._name()
                return
        elif self._document.replace_binding(self._index, fields):
            self._shown = self._document.get_binding(self._index)
            self._name()
            return
        self.note.say(self._document.refusal, role="warning")

    def _make_widgets(self) -> None:
        self.title = QLabel(self)
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.switch = Switch(self)
        self.switch.setAccessibleName(self.tr("On"))
        self.switch.setToolTip(self.tr("Whether this row is used"))
        self.gesture = make_combo(self)
        self.kind = make_combo(self)
        for kind, name in name_kinds():
            if kind in KINDS:
                self.kind.addItem(name, kind)
        self.app = AppFilter(self)
        self.repeat = QCheckBox(self.tr("&Repeat while held, every"), self)
        self.repeat_s = QDoubleSpinBox(self)
        self.repeat_s.setRange(0.02, 60.0)
        self.repeat_s.setSingleStep(0.1)
        self.repeat_s.setSuffix(self.tr(" s"))
        self.repeat_s.setAccessibleName(self.tr("Seconds between repeats"))
        self.description = QLineEdit(self)
        self.description.setPlaceholderText(self.tr("such as Zoom in"))
        self.note, self.action_note, self.app_note = (NoteLabel(self) for _ in range(3))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.switch)
        self.repeat_row = QWidget(self)
        row = QHBoxLayout(self.repeat_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.repeat)
        row.addWidget(self.repeat_s, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(name_label(self.tr("When &you"), self.gesture, self))
        column.addWidget(self.gesture)
        column.addSpacing(4)
        column.addWidget(name_label(self.tr("&the computer"), self.kind, self))
        column.addWidget(self.kind)
        self._action_slot = QVBoxLayout()
        column.addLayout(self._action_slot)
        column.addWidget(self.action_note)
        column.addWidget(self.repeat_row)
        column.addSpacing(4)
        self.app_label = name_label(self.tr("&Only in"), self.app, self)
        column.addWidget(self.app_label)
        column.addWidget(self.app)
        column.addWidget(self.app_note)
        column.addSpacing(4)
        column.addWidget(
            name_label(self.tr("Called (a &name of your own)"), self.description, self)
        )
        column.addWidget(self.description)

    def _connect(self) -> None:
        self.gesture.activated.connect(lambda _: self._changed_kind())
        self.kind.activated.connect(lambda _: self._changed_kind())
        self.switch.clicked.connect(lambda _: self.apply())
        self.app.edited.connect(self._wait)
        self.repeat.clicked.connect(lambda _: self.apply())
        self.repeat_s.valueChanged.connect(lambda _: self._wait())
        self.description.textEdited.connect(lambda _: self._wait())
        self.description.editingFinished.connect(self.flush)
        self._document.changed.connect(self._fill_gestures)
        themes().changed.connect(self._fill_gestures)
        self._fill_gestures()

    def _fill_gestures(self, _: object = None) -> None:
        gestures = self._document.config.gestures
        now = self.gesture.currentData()
        self.gesture.clear()
        for name, gesture in gestures.items():
            text = gesture_words(name)
            if not gesture.enabled:
                text = self.tr("{} (switched off)").format(text)
            self.gesture.addItem(gesture_qicon(name), text, name)
        self.gesture.setCurrentIndex(max(self.gesture.findData(now), 0))

    def _action(self, kind: str) -> ActionField:
        if kind not in self._actions:
            field = make_field(kind)
            field.edited.connect(self._wait)
            if isinstance(field, CommandField):
                field.allowed.connect(self._allow_commands)
            self._actions[kind] = field
            self._action_slot.addWidget(field)
        return self._actions[kind]

    def _load(self, fields: dict[str, Any]) -> None:
        self._loading = True
        self._timer.stop()
        self._shown = fields
        self.gesture.setCurrentIndex(self.gesture.findData(fields["gesture"]))
        kind = next(kind for kind in KINDS if kind in fields)
        self.kind.setCurrentIndex(self.kind.findData(kind))
        for other in self._actions.values():
            other.show_fields({})
        self._action(kind).show_fields(fields)
        self.app.show_app(fields.get("app"))
        self.repeat.setChecked("repeat_s" in fields)
        self.repeat_s.setValue(float(fields.get("repeat_s", _DEFAULT_REPEAT_S)))
        self.switch.setChecked(bool(fields.get("enabled", True)))
        if self.description.text().strip() != fields.get("description", ""):
            self.description.setText(str(fields.get("description", "")))
        self._arrange()
        self._name()
        self._loading = False

    def _arrange(self) -> None:
        """Show the fields that go with the kind and the gesture."""
        kind = self.kind.currentData()
        current = self._action(kind)
        for field in self._actions.values():
            field.setVisible(field is current)
        if isinstance(current, CommandField):
            current.allow.setChecked(self._document.config.control.allow_commands)
        gesture = self._document.config.gestures.get(self.gesture.currentData())
        held = gesture is not None and gesture.motion is None
        self.repeat_row.setVisible(kind in REPEATABLE and (held or "repeat_s" in self._shown))
        for widget in (self.app_label, self.app):
            widget.setVisible(kind != "control")

    def _name(self) -> None:
        """Say in the title what the row does."""
        bindings = self._document.config.bindings
        gesture = gesture_words(str(self.gesture.currentData() or ""))
        if self._index is None or self._index >= len(bindings):
            self.title.setText(self.tr("New: {}").format(gesture))
        else:
            action = action_words(bindings[self._index])
            self.title.setText(f"{gesture} \N{RIGHTWARDS ARROW} {action}")

    def _changed_kind(self) -> None:
        self._arrange()
        if self._index is None:
            self._name()
        # Whoever goes through the choices with the arrow keys does not mean those on the way.
        if self.kind.currentData() in self.fields():
            self._wait()
        else:
            self.apply()

    def _wait(self) -> None:
        if not self._loading:
            self._timer.start()

    def _allow_commands(self, allow: bool) -> None:  # noqa: FBT001 (Qt's signal)
        if self._document.set_value(("control", "allow_commands"), allow):
            self.apply()
        else:
            self._arrange()
            self.action_note.say(
                self.tr("Another row runs a command; delete that row first."), role="warning"
            )

    def _reset_notes(self) -> None:
        self.action_note.say("")
        self.app_note.say("")
        new = self._index is None
        self.note.say(self.tr("It is added as soon as the action is complete.") if new else "")

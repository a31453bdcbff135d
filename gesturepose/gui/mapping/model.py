"""The bindings as a table, for views and screen readers. It changes them through the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gesturepose.gui.mapping.app_filter import BROWSERS
from gesturepose.gui.words import action_caps, action_words, app_words, gesture_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.actions.settings import Binding
    from gesturepose.gui.document import MappingDocument

Index = QModelIndex | QPersistentModelIndex

GESTURE, ACTION, APP, ENABLED = range(4)
"""Columns."""
BINDING_ROLE = Qt.ItemDataRole.UserRole
DOUBT_ROLE = Qt.ItemDataRole.UserRole + 1
_MIME = "application/x-gesturepose-binding"
_DOUBT = re.compile(r".*?:\d+: bindings\[(\d+)\] ?(.*)")
_HOLD = re.compile(r"hold_s = ([\d.]+) or more")
_ROW = re.compile(r"bindings\[(\d+)\]")
_QUOTED_NAME = re.compile(r"'([a-z][a-z0-9_]*)'")


class BindingModel(QAbstractTableModel):
    """Rows in the order of the file."""

    moved = Signal(int, int)
    """A row was dropped: from, to."""

    def __init__(self, document: MappingDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._bindings: tuple[Binding, ...] = document.config.bindings
        self._doubts = self._read_doubts()
        document.changed.connect(self.refresh)
        document.problems_changed.connect(lambda _: self._tell_all())

    def refresh(self) -> None:
        """Show the bindings there are now."""
        bindings = self._document.config.bindings
        if len(bindings) == len(self._bindings):
            self._bindings = bindings
            self._doubts = self._read_doubts()
            self._tell_all()
            return
        self.beginResetModel()
        self._bindings = bindings
        self._doubts = self._read_doubts()
        self.endResetModel()

    def doubts_at(self, row: int) -> list[str]:
        """Return what is hardly meant about a row."""
        return self._doubts.get(row, [])

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 (Qt's name)
        """One a binding."""
        return 0 if parent is not None and parent.isValid() else len(self._bindings)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 (Qt's name)
        """Gesture, action, application, enabled."""
        return 0 if parent is not None and parent.isValid() else 4

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, says and is."""
        if not index.isValid() or index.row() >= len(self._bindings):
            return None
        row, column = index.row(), index.column()
        binding = self._bindings[row]
        value: Any = None
        if role == Qt.ItemDataRole.DisplayRole:
            value = self._text(binding, column)
        elif role == Qt.ItemDataRole.AccessibleTextRole:
            value = self._sentence(binding, row, column)
        elif role == Qt.ItemDataRole.ToolTipRole:
            where = [app_words(binding.app)] if binding.app and column == APP else []
            value = "\n".join([*where, *self.doubts_at(row)]) or None
        elif role == Qt.ItemDataRole.CheckStateRole and column == ENABLED:
            value = Qt.CheckState.Checked if binding.enabled else Qt.CheckState.Unchecked
        elif role == BINDING_ROLE:
            value = binding
        elif role == DOUBT_ROLE:
            value = self.doubts_at(row)
        return value

    def setData(  # noqa: N802 (Qt's name)
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Switch a binding on or off."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != ENABLED:
            return False
        fields = self._document.get_binding(index.row())
        fields["enabled"] = Qt.CheckState(value) == Qt.CheckState.Checked
        return self._document.replace_binding(index.row(), fields)

    def headerData(  # noqa: N802 (Qt's name)
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the words that make a sentence of a row."""
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        names = (self.tr("When you"), self.tr("the computer"), self.tr("in"), self.tr("on"))
        return names[section]

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be selected, dragged, and switched."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if not self._document.problems:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
            if index.column() == ENABLED:
                flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def supportedDropActions(self) -> Qt.DropAction:  # noqa: N802 (Qt's name)
        """Rows are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:  # noqa: N802 (Qt's name)
        """Rows of this table only."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802 (Qt's name)
        """Name the row that is dragged."""
        mime = QMimeData()
        if indexes:
            mime.setData(_MIME, str(indexes[0].row()).encode())
        return mime

    def dropMimeData(  # noqa: N802 (Qt's name)
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for the move; the view must not take rows out by itself, hence always ``False``."""
        del action, column
        if data.hasFormat(_MIME):
            source = int(bytes(data.data(_MIME).data()).decode())
            gap = parent.row() if parent.isValid() else row
            if gap < 0:
                gap = len(self._bindings)
            # A gap is counted with the row still in its place.
            target = gap - 1 if gap > source else gap
            if target != source:
                self.moved.emit(source, target)
        return False

    def _text(self, binding: Binding, column: int) -> str:
        match column:
            case _ if column == GESTURE:
                return gesture_words(binding.gesture)
            case _ if column == ACTION:
                return action_words(binding)
            case _ if column == APP:
                return self.tr("browsers") if binding.app == BROWSERS else app_words(binding.app)
        return ""

    def _sentence(self, binding: Binding, row: int, column: int) -> str:
        """Return what a screen reader says: the first cell has the whole row."""
        keys = " ".join(action_caps(binding))
        action = f"{action_words(binding)} {keys}".strip()
        state = self.tr("on") if binding.enabled else self.tr("off")
        match column:
            case _ if column == ACTION:
                return action
            case _ if column == ENABLED:
                return state
            case _ if column == GESTURE:
                said = self.tr("{gesture}: {action}, in {app}, {state}").format(
                    gesture=gesture_words(binding.gesture),
                    action=action,
                    app=app_words(binding.app),
                    state=state,
                )
                return ". ".join([said, *self.doubts_at(row)])
        return self._text(binding, column)

    def _tell_all(self) -> None:
        if self._bindings:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._bindings) - 1, ENABLED))

    def _read_doubts(self) -> dict[int, list[str]]:
        doubts: dict[int, list[str]] = {}
        for line in self._document.doubts:
            match = _DOUBT.fullmatch(line)
            if match is not None:
                doubts.setdefault(int(match[1]), []).append(_plain(match[2]))
        return doubts


def _plain(doubt: str) -> str:
    """Say a doubt without the names of the file."""
    said = _ROW.sub(lambda m: f"row {int(m[1]) + 1}", doubt)
    said = _HOLD.sub(r"a hold of \1 s or more", said)
    said = re.sub(r"^has ", "this has ", said)
    said = re.sub(r"^and (row \d+) both act", r"acts together with \1", said)
    said = _QUOTED_NAME.sub(lambda m: f"“{gesture_words(m[1])}”", said)
    return said[:1].upper() + said[1:]

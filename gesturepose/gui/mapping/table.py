"""The mapping table as a view: keys, columns, dragging. What a row means is the model's to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from gesturepose.gui.mapping.delegate import ROW_PX, BindingDelegate, toggle
from gesturepose.gui.mapping.model import ACTION, APP, ENABLED, GESTURE
from gesturepose.gui.theme import themes

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from gesturepose.gui.mapping.model import BindingModel

_SWITCH_PX = 60
_SHARES = {GESTURE: 0.34, ACTION: 0.42, APP: 0.24}


class BindingTable(QTableView):
    """Rows that read as sentences."""

    edit_asked = Signal()
    """Enter: the fields beside the table are wanted."""
    delete_asked = Signal()
    shift_asked = Signal(int)
    """Alt and an arrow: the row is to go up (-1) or down (1)."""

    def __init__(self, model: BindingModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(BindingDelegate(self))
        self.setAccessibleName(self.tr("Mapping"))
        self.setAccessibleDescription(
            self.tr("Space switches a row on or off, Enter edits it, Alt with arrows moves it")
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setDefaultSectionSize(ROW_PX)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(False)
        columns.setFixedHeight(36)
        themes().changed.connect(self.viewport().update)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Share the width among the columns."""
        super().resizeEvent(event)
        room = self.viewport().width() - _SWITCH_PX
        for column, share in _SHARES.items():
            self.setColumnWidth(column, int(room * share))
        self.setColumnWidth(ENABLED, _SWITCH_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Switch, edit, delete and move without a mouse."""
        key, alt = event.key(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        index = self.currentIndex()
        if alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.shift_asked.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Space and index.isValid():
            switch = index.siblingAtColumn(ENABLED)
            if switch.flags() & Qt.ItemFlag.ItemIsUserCheckable:
                toggle(self.model(), switch)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.edit_asked.emit()
        elif key == Qt.Key.Key_Delete and index.isValid():
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

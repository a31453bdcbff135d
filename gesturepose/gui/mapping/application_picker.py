"""A dialog to pick an installed application, with a search line. It starts nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gesturepose.gui.background import Question
from gesturepose.platforms.applications import Application, list_applications
from gesturepose.platforms.user_folders import home

if TYPE_CHECKING:
    from collections.abc import Callable

_ID = Qt.ItemDataRole.UserRole


class ApplicationPicker(QDialog):
    """Lists what is installed; `chosen` is what `launch` takes, empty if nothing was picked."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        list_apps: Callable[[], list[Application]] = list_applications,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Pick a program"))
        self.resize(420, 480)
        self.chosen = ""
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search programs"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Programs"))
        self.list.setIconSize(QSize(24, 24))
        self.list.setUniformItemSizes(True)
        self.note = QLabel(self.tr("Looking for programs…"), self)
        self.note.setProperty("role", "note")
        self.other = QPushButton(self.tr("&Another program…"), self)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.buttons.addButton(self.other, QDialogButtonBox.ButtonRole.ActionRole)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self._ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for widget in (self.search, self.list, self.note, self.buttons):
            column.addWidget(widget)
        self.search.textChanged.connect(self._filter)
        self.list.itemSelectionChanged.connect(self._choose)
        self.list.itemActivated.connect(lambda _: self.accept())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.other.clicked.connect(self._pick_file)
        self._question = Question(list_apps, self)
        self._question.answered.connect(self.show_applications)
        self._question.ask()

    def show_applications(self, applications: list[Application]) -> None:
        """Fill the list."""
        self.list.clear()
        for application in applications:
            item = QListWidgetItem(_icon(application.icon), application.name)
            item.setData(_ID, application.app_id)
            item.setToolTip(application.app_id)
            item.setSizeHint(QSize(0, 36))
            self.list.addItem(item)
        self._filter(self.search.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Lead the arrow keys of the search line to the list."""
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up)
        ):
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
            return True
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        shown = [row for row in range(self.list.count()) if not self.list.item(row).isHidden()]
        if not shown:
            return
        row = self.list.currentRow()
        at = shown.index(row) + by if row in shown else 0
        self.list.setCurrentRow(shown[min(max(at, 0), len(shown) - 1)])

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        shown = []
        for row in range(self.list.count()):
            item = self.list.item(row)
            name = f"{item.text()} {item.data(_ID)}".casefold()
            item.setHidden(not all(word in name for word in wanted))
            if not item.isHidden():
                shown.append(row)
        if text and shown and self.list.currentRow() not in shown:
            self.list.setCurrentRow(shown[0])
        if not shown:
            self.list.setCurrentRow(-1)
        self.note.setText("" if shown else self.tr("No such program. Use “Another program…”."))
        self._choose()

    def _choose(self) -> None:
        items = [item for item in self.list.selectedItems() if not item.isHidden()]
        self.chosen = str(items[0].data(_ID)) if items else ""
        self._ok.setEnabled(bool(self.chosen))

    def _pick_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Pick a program"), str(home() or ""))
        if path:
            self.chosen = path
            self.accept()


def _icon(name: str) -> QIcon:
    if not name:
        return QIcon()
    return QIcon(name) if Path(name).is_absolute() else QIcon.fromTheme(name)

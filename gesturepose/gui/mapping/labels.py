"""Small labels of the mapping page: notes under fields, and the fields' names."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QWidget


class NoteLabel(QLabel):
    """A line under a field; takes no room while it has nothing to say."""

    def __init__(self, parent: QWidget | None = None, *, role: str = "note") -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setProperty("role", role)
        self.hide()

    def say(self, text: str, role: str = "note") -> None:
        """Show a text, or hide."""
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setText(text)
        self.setVisible(bool(text))


def name_label(text: str, buddy: QWidget, parent: QWidget | None = None) -> QLabel:
    """Return a field's name above it; its mnemonic goes to the field."""
    label = QLabel(text, parent)
    label.setProperty("role", "muted")
    label.setBuddy(buddy)
    if not buddy.accessibleName():
        buddy.setAccessibleName(text.replace("&", ""))
    return label


def make_combo(parent: QWidget | None = None) -> QComboBox:
    """Return a combo box that is as wide as there is room, not as its longest choice."""
    combo = QComboBox(parent)
    combo.setMinimumContentsLength(6)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setMaxVisibleItems(16)
    return combo

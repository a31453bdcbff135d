"""Everything that can be set and is neither a gesture nor a binding, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gesturepose.gui.app_panel import AppPanel
from gesturepose.gui.network_panel import NetworkPanel
from gesturepose.gui.pause_panel import PausePanel
from gesturepose.gui.people_panel import PeoplePanel
from gesturepose.gui.source_panel import SourcePanel

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from gesturepose.gui.camera_watch import CameraWatch
    from gesturepose.gui.document import MappingDocument
    from gesturepose.gui.preferences import Preferences

_WIDTH_PX = 760
"""Longer lines are hard to read."""


class SettingsPage(QWidget):
    """Source, network, people, pause and the app.

    Parameters
    ----------
    document
        Has the settings of gestures.toml.
    preferences
        Has the app's own.
    watch
        Knows the cameras.
    """

    source_chosen = Signal(str)
    """What to watch, as ``--source`` takes it."""
    guide_requested = Signal()
    """The guided start is wanted again."""

    def __init__(
        self,
        document: MappingDocument,
        preferences: Preferences,
        watch: CameraWatch | None = None,
    ) -> None:
        super().__init__()
        self.source = SourcePanel(document, watch)
        self.network = NetworkPanel(document)
        self.people = PeoplePanel(document)
        self.pause = PausePanel(document)
        self.app = AppPanel(preferences)
        self._failure = QLabel(wordWrap=True)
        self._failure.setProperty("role", "danger")
        self._failure.hide()
        panels = QWidget()
        panels.setMaximumWidth(_WIDTH_PX)
        column = QVBoxLayout(panels)
        column.setSpacing(16)
        column.setContentsMargins(0, 0, 0, 0)
        for panel in (self.source, self.network, self.people, self.pause, self.app):
            column.addWidget(panel)
        column.addStretch(1)
        # A row gives words the height they need at the width they really get; a column does not.
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 8, 0)
        row.addStretch(1)
        row.addWidget(panels, 1000)
        row.addStretch(1)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self._failure)
        page.addWidget(self.area)
        self.source.source_chosen.connect(self.source_chosen)
        self.app.guide_requested.connect(self.guide_requested)
        document.failed.connect(self._fail)
        document.changed.connect(self._failure.hide)
        self.set_source(preferences.source)

    def set_source(self, spec: str) -> None:
        """Show what is watched now."""
        self.source.set_source(spec)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Forget what was refused."""
        self._failure.hide()
        super().hideEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001, N802 - Qt's name
        """Scroll along with the keyboard."""
        moved = super().focusNextPrevChild(forward)
        focused: QWidget | None = self.focusWidget()
        if focused is not None and self.area.isAncestorOf(focused):
            self.area.ensureWidgetVisible(focused)
        return moved

    def _fail(self, reason: str) -> None:
        self._failure.setText(reason)
        self._failure.setVisible(self.isVisible())

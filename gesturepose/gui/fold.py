"""A heading that folds what belongs to it in and out; that is made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


class Fold(QWidget):
    """A part of a page that is seen on demand.

    Parameters
    ----------
    title
        What stands on the button.
    fill
        Adds the content to the layout it is given; called once, when it is first opened.
    """

    def __init__(self, title: str, fill: Callable[[QVBoxLayout], None]) -> None:
        super().__init__()
        self._fill: Callable[[QVBoxLayout], None] | None = fill
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setAccessibleName(title)
        self.button.toggled.connect(self._show)
        self._body = QWidget()
        self._layout = QVBoxLayout(self._body)
        self._layout.setContentsMargins(0, 0, 0, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.button)
        column.addWidget(self._body)
        self._show(is_open=False)

    def open(self) -> None:
        """Show the content."""
        self.button.setChecked(True)

    def _show(self, is_open: bool) -> None:  # noqa: FBT001 - a slot
        if is_open and self._fill is not None:
            fill, self._fill = self._fill, None
            fill(self._layout)
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self.button.setArrowType(arrow)
        self._body.setVisible(is_open)

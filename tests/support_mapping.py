"""A mapping page on a small file of its own, and what a person reads and does there.

Import `page` and `notes`, fixtures, beside what a test module needs.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gesturepose.gui.document import MappingDocument
from gesturepose.gui.mapping import MappingPage
from gesturepose.gui.mapping.trial import Trial
from gesturepose.platforms.null import NullPlatform

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QComboBox
    from pytestqt.qtbot import QtBot

    from gesturepose.gui.mapping.editor import BindingEditor

MAPPING = """\
# Mine.
[control]
engaged_s = 15.0   # long

# Bigger.
[[bindings]]
gesture = "spread"
press = "ctrl+plus"   # zoom in
app = "chrom|firefox|msedge|microsoft-edge|safari"

[[bindings]]
gesture = "hands_up"
press = "pagedown"
repeat_s = 0.25

[[bindings]]
gesture = "wave"
notify = "Hello"
"""


class Notes(NullPlatform):
    def __init__(self) -> None:
        super().__init__("nothing here")
        self.seen: list[str] = []
        self.thread = ""

    def notify(self, text: str) -> None:
        self.seen.append(text)
        self.thread = threading.current_thread().name


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path, notes: Notes) -> MappingPage:
    path = tmp_path / "gestures.toml"
    path.write_text(MAPPING, encoding="utf-8")
    trial = Trial(open_platform=lambda: notes, step_ms=10)
    page = MappingPage(MappingDocument(path), trial=trial)
    qtbot.addWidget(page)
    page.resize(1240, 640)
    page.show()
    qtbot.waitExposed(page)
    return page


def written(page: MappingPage) -> str:
    return page._document.path.read_text(encoding="utf-8")


def gestures_of(page: MappingPage) -> list[str]:
    return [binding.gesture for binding in page._document.config.bindings]


def pick(combo: QComboBox, data: str) -> None:
    """Choose as the keyboard does."""
    combo.setFocus()
    index = combo.findData(data)
    assert index >= 0
    while combo.currentIndex() != index:
        QTest.keyClick(combo, Qt.Key.Key_Down if combo.currentIndex() < index else Qt.Key.Key_Up)


def field_of(editor: BindingEditor, kind: str) -> Any:
    return editor._actions[kind]


def cell(page: MappingPage, row: int, column: int) -> QPoint:
    return page.table.visualRect(page.model.index(row, column)).center()

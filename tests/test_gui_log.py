"""The log page: plain words, newest last, bounded, and it does not run away from a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from support_pipeline import default

from gesturepose.actions.bindings import Bindings, BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Outcome
from gesturepose.actions.kinds import Launch
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.gui.log_page import MOST_LINES, LogPage, format_time
from gesturepose.gui.theme import themes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def page(qtbot: QtBot) -> LogPage:
    page = LogPage()
    qtbot.addWidget(page)
    page.set_config(default())
    page.resize(400, 300)
    page.show()
    return page


def event(gesture: str, phase: Phase = Phase.BEGIN) -> GestureEvent:
    return GestureEvent(gesture, phase, 1, 0.0)


def result(gesture: str, reason: str = "") -> ActionResult:
    (bound,) = Bindings(default().bindings).resolve([event(gesture)])
    return ActionResult(bound, performed=not reason, reason=reason)


def button(page: LogPage, text: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.text().replace("&", "") == text)


def test_gestures_and_what_they_did_are_told_in_plain_words(page: LogPage) -> None:
    page.add_event(event("spread"), 6.5)
    page.add_action(result("spread"), 6.5)
    page.add_event(event("spread", Phase.UPDATE), 6.6)
    page.add_event(event("spread", Phase.END), 6.7)
    page.add_event(event("swipe_left"), 61.0)
    page.add_action(result("swipe_left", "no window matching 'x' in front"), 61.0)
    page.add_action(result("gather"), 62.0)
    page.add_event(event("hands_up", Phase.CANCEL), 3700.0)
    assert [line.split("   ") for line in page.text.splitlines()] == [
        ["0:06", "Spread"],
        ["0:06", "→ Zoom in"],
        ["1:01", "Swipe left"],
        ["1:01", "→ Back: not done, no browser window in front"],
        ["1:02", "Gather → Zoom out"],
        ["1:01:40", "Hands up: broken off"],
    ]


def test_a_program_that_failed_after_all_is_told_so(page: LogPage) -> None:
    bound = BoundAction("wave", Launch("firefox"), Verb.PERFORM, None, 0.0, 1)
    page.add_action(ActionResult(bound, performed=True, outcome=Outcome.STARTED), 1.0)
    reason = "firefox ended with exit code 1 after 1.2 s"
    page.add_action(
        ActionResult(bound, performed=False, reason=reason, outcome=Outcome.FAILED, is_late=True),
        2.0,
    )
    assert page.text.splitlines() == [
        "0:01   Wave → Launch Firefox",
        f"0:02   Wave → Launch Firefox: failed since, {reason}",
    ]


def test_a_line_of_many_stays_one_line(page: LogPage) -> None:
    page.add_line("the camera\n is gone ", "error", 1.0)
    assert page.text == "0:01   the camera is gone"


def test_the_oldest_lines_go(page: LogPage) -> None:
    for number in range(MOST_LINES + 20):
        page.add_line(f"line {number}", "note", 0.0)
    lines = page.text.splitlines()
    assert len(lines) == MOST_LINES
    assert lines[0].endswith("line 20")
    assert lines[-1].endswith(f"line {MOST_LINES + 19}")


def test_it_follows_the_newest_line_unless_somebody_reads_an_older_one(page: LogPage) -> None:
    bar = page.findChildren(QPlainTextEdit)[0].verticalScrollBar()
    for number in range(100):
        page.add_line(f"line {number}", "note", 0.0)
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    page.add_line("one more", "note", 0.0)
    assert bar.value() == 10
    bar.setValue(bar.maximum())
    page.add_line("and one more", "note", 0.0)
    assert bar.value() == bar.maximum()


def test_copy_and_clear(page: LogPage) -> None:
    assert not button(page, "Copy").isEnabled()
    page.add_line("hello", "note", 0.0)
    QTest.mouseClick(button(page, "Copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "0:00   hello"
    button(page, "Clear").setFocus()
    QTest.keyClick(button(page, "Clear"), Qt.Key.Key_Space)
    assert page.text == ""
    assert not button(page, "Clear").isEnabled()


def test_lines_stay_when_the_theme_changes(page: LogPage) -> None:
    page.add_line("first", "error", 0.0)
    page.add_line("second", "note", 0.0)
    before = page.text
    themes().changed.emit(themes().theme)
    assert page.text == before


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1.0, "0:00"), (59.99, "0:59"), (3599.0, "59:59"), (3600.0, "1:00:00")]
)
def test_times(seconds: float, words: str) -> None:
    assert format_time(seconds) == words

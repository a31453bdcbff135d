"""Slow questions: the answer comes in the GUI thread, and nothing of Qt dies elsewhere."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gesturepose.gui.background import Question
from gesturepose.gui.camera_watch import CameraWatch
from gesturepose.gui.garbage import GarbageCollector

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from gesturepose.capture.cameras import CameraInfo


def test_the_answer_comes_in_the_gui_thread(qtbot: QtBot) -> None:
    question = Question(threading.get_ident)
    told: list[int] = []
    question.answered.connect(lambda _: told.append(threading.get_ident()))
    with qtbot.waitSignal(question.answered) as answer:
        question.ask()
    assert told == [threading.get_ident()]
    assert answer.args is not None
    assert answer.args[0] != threading.get_ident()


def test_a_failure_is_told_and_another_question_may_follow(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OSError("no such bus")

    question = Question()
    with caplog.at_level("INFO"), qtbot.waitSignal(question.unanswered):
        question.ask(fail)
    assert "no such bus" in caplog.text
    with qtbot.waitSignal(question.answered) as answer:
        question.ask(lambda: 7)
    assert answer.args == [7]


def test_one_at_a_time(qtbot: QtBot) -> None:
    gate, asked = threading.Event(), []

    def look() -> None:
        asked.append(1)
        gate.wait(5)

    question = Question(look)
    question.ask()
    question.ask()
    with qtbot.waitSignal(question.answered):
        gate.set()
    assert asked == [1]


def test_nothing_of_qt_is_left_to_the_thread(qtbot: QtBot) -> None:
    """Who asked may be gone before the answer; it must die at once, in the thread it lives in."""
    gate, done = threading.Event(), threading.Event()

    def look() -> list[CameraInfo]:
        gate.wait(5)
        done.set()
        return []

    watch = CameraWatch(look, look, in_thread=True, interval_ms=3)
    gone = weakref.ref(watch)
    watch.start()
    qtbot.wait(10)
    del watch
    assert gone() is None
    gate.set()
    assert done.wait(5)
    qtbot.wait(20)


class _Cyclic(QObject):
    """Only the garbage collector can free it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def test_only_the_gui_thread_frees_cyclic_garbage(qtbot: QtBot) -> None:
    died_in: list[int] = []
    gc.enable()  # as in a program; the suite does without
    collector = GarbageCollector()
    try:
        weakref.finalize(_Cyclic(), lambda: died_in.append(threading.get_ident()))
        thread = threading.Thread(target=_litter)
        thread.start()
        thread.join()
        assert not died_in
        _litter()
        qtbot.waitUntil(lambda: bool(died_in))
    finally:
        collector.stop()
        assert gc.isenabled()
        gc.disable()
    assert died_in == [threading.get_ident()]


def _litter() -> None:
    """Leave enough garbage behind for Python to collect it by itself, many times over."""
    for _ in range(10 * sum(gc.get_threshold())):
        cycle: list[object] = []
        cycle.append(cycle)

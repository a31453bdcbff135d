"""Asking something slow without keeping the window waiting."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from gesturepose.platforms.threads import NoThreadError, start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    Answers = queue.SimpleQueue[tuple[bool, Any]]

_LOG = logging.getLogger(__name__)

_POLL_MS = 15


class Question(QObject):
    """Calls a function on a thread of its own; the answer comes by signal, in the GUI thread.

    The thread knows nothing of Qt and holds no Qt object, and neither may the function: whoever
    lets go of an object last destroys it, and Qt's objects die in their own thread or bring the
    program down.
    """

    answered = Signal(object)
    unanswered = Signal()
    """The function failed; the log says how."""

    def __init__(
        self, function: Callable[[], Any] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._function = function
        self._answers: Answers = queue.SimpleQueue()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._collect)

    def ask(self, function: Callable[[], Any] | None = None) -> None:
        """Begin, unless an answer is under way.

        Parameters
        ----------
        function
            What to call; by default the one of the constructor.
        """
        asked = function or self._function
        if asked is None or self._timer.isActive():
            return
        self._timer.start()
        thread = threading.Thread(
            target=_answer, args=(asked, self._answers), name="question", daemon=True
        )
        try:
            start_thread(thread)
        except NoThreadError as error:
            _LOG.warning("%s", error)
            self._answers.put((False, None))

    def _collect(self) -> None:
        try:
            worked, answer = self._answers.get_nowait()
        except queue.Empty:
            return
        self._timer.stop()
        if worked:
            self.answered.emit(answer)
        else:
            self.unanswered.emit()


def _answer(function: Callable[[], Any], answers: Answers) -> None:
    try:
        answers.put((True, function()))
    except Exception as error:  # noqa: BLE001 (of the system; there is no answer then)
        _LOG.info("no answer: %s", error)
        answers.put((False, None))

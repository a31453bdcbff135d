"""Asking something slow without keeping the window waiting."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class Question(QObject):
    """Calls a function on a thread of its own; the answer comes by signal, in the GUI thread."""

    answered = Signal(object)

    def __init__(self, function: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._function = function
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Begin, unless an answer is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="question", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        try:
            answer = self._function()
        except Exception as error:  # noqa: BLE001 (of the system; there is no answer then)
            _LOG.info("no answer: %s", error)
            return
        # Whoever asked may be gone.
        with contextlib.suppress(RuntimeError):
            self.answered.emit(answer)

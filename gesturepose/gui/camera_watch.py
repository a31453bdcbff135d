"""Which cameras are there, now and after one was plugged in or out.

It only lists: no camera is opened again and again. Where the system can tell no other way, they are
looked for once, by opening, and again when a person asks.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gesturepose.capture import cameras as capture
from gesturepose.gui.background import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gesturepose.capture.cameras import CameraInfo

    Look = Callable[[], Sequence[CameraInfo] | None]

_INTERVAL_MS = 2000


class CameraWatch(QObject):
    """Follows the cameras of this machine.

    Parameters
    ----------
    look
        Lists the cameras without opening any; ``None`` if it cannot. Neither it nor ``search``
        may hold a Qt object, see `Question`.
    search
        Lists them at any cost; asked once where ``look`` cannot.
    in_thread
        Whether looking may take long; it does but on Linux.
    interval_ms
        How often to look.
    """

    changed = Signal(object)
    """The cameras there are now, a list; also after the first look."""

    def __init__(
        self,
        look: Look = capture.read_cameras,
        search: Look = capture.list_cameras,
        *,
        in_thread: bool = sys.platform != "linux",
        interval_ms: int = _INTERVAL_MS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._search, self._in_thread = look, search, in_thread
        self._cameras: list[CameraInfo] | None = None
        self._question = Question(parent=self)
        self._question.answered.connect(self._note)
        self._question.unanswered.connect(self._give_up)
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._glance)

    @property
    def cameras(self) -> list[CameraInfo]:
        """What was found last; empty before the first look."""
        return list(self._cameras or ())

    @property
    def looked(self) -> bool:
        """Whether there was a first look."""
        return self._cameras is not None

    def start(self) -> None:
        """Look now, and from now on."""
        self._timer.start()
        self._glance()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def search(self) -> None:
        """Look at any cost, once: a person asks."""
        self._run(self._search)

    def _glance(self) -> None:
        self._run(self._look)

    def _run(self, look: Look) -> None:
        if self._in_thread:
            self._question.ask(look)
        else:
            self._note(look())

    def _give_up(self) -> None:
        self._note(None)

    def _note(self, found: Sequence[CameraInfo] | None) -> None:
        if found is None:
            self._timer.stop()
            if self._cameras is None:
                self._cameras = []
                self._run(self._search)
            return
        if self._cameras is None or list(found) != self._cameras:
            self._cameras = list(found)
            self.changed.emit(self.cameras)

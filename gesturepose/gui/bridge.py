"""From the engine's threads to the GUI's: what happened, as Qt signals in the GUI thread.

Snapshots are state: a newer one replaces one the GUI has not shown yet, so a slow screen never
falls behind. Events, action results and changes of state are queued and none is lost. It decides
nothing.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.datatypes import GestureEvent
    from gesturepose.pipeline import Snapshot
    from gesturepose.session_status import SessionStatus


class EngineBridge(QObject):
    """A `SessionListener` whose signals arrive in the thread it was made in."""

    snapshot_shown = Signal(object)
    """The newest `Snapshot`."""
    events_made = Signal(list)
    """`GestureEvent` of one frame, in order."""
    action_done = Signal(object)
    """An `ActionResult`."""
    status_changed = Signal(object)
    """A `SessionStatus`."""
    pause_changed = Signal(bool, str)
    """Whether gestures are paused now, and by what: ``"gesture"`` or ``"person"``."""

    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._newest: Snapshot | None = None
        self._pending = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.replaced = 0
        """Snapshots that were never shown because a newer one came first."""

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Take one frame's results; on the engine's thread."""
        if snapshot.events:
            self.events_made.emit(list(snapshot.events))
        with self._lock:
            self.replaced += self._pending
            self._newest, pending, self._pending = snapshot, self._pending, True
        if not pending:
            self._arrived.emit()

    def on_cancel(self, events: Sequence[GestureEvent]) -> None:
        """Take gestures broken off outside a frame; on the engine's thread."""
        self.events_made.emit(list(events))

    def on_action(self, result: ActionResult) -> None:
        """Take what became of an action; on the dispatcher's thread."""
        self.action_done.emit(result)

    def on_status(self, status: SessionStatus) -> None:
        """Take a change of the session's state; on the session's thread."""
        self.status_changed.emit(status)

    def on_pause(self, paused: bool, by: str) -> None:  # noqa: FBT001 - the listener's interface
        """Take that gestures were paused or go on; on any thread."""
        self.pause_changed.emit(paused, by)

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            snapshot, self._newest, self._pending = self._newest, None, False
        if snapshot is not None:
            self.snapshot_shown.emit(snapshot)

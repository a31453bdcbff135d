"""One engine's time in a session: it passes on what the engine tells, until that is over.

Notes what the session's control thread has to know. It must not start or end the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.app import Run
    from gesturepose.capture.thread import SourceStatus
    from gesturepose.datatypes import GestureEvent
    from gesturepose.engine import PausedBy
    from gesturepose.pipeline import Snapshot
    from gesturepose.session_status import SessionListener


class Turn:
    """Hears one engine.

    Parameters
    ----------
    listener
        Told what the engine tells, while the turn lasts.
    noting
        Within it the session's lock is held, and its control thread looks afterwards.
    note_pause
        Told that the engine paused or resumed, and by what.
    performs
        Whether actions are performed at first.

    Attributes
    ----------
    run
        What was composed; set before the engine starts.
    performs
        Whether actions are performed.
    delivers
        Whether a frame has come.
    lost
        Why no frames come at present; empty if they do.
    blank
        Why frames show nothing at present; empty if they do.
    ended
        Whether the engine has ended by itself.
    is_over
        Set by the session when it has done with the engine; nothing is passed on then.
    """

    run: Run

    def __init__(
        self,
        listener: SessionListener,
        *,
        noting: Callable[[], AbstractContextManager[None]],
        note_pause: Callable[[Turn, PausedBy], None],
        performs: bool,
    ) -> None:
        self._listener = listener
        self._noting = noting
        self._note_pause = note_pause
        self.performs = performs
        self.delivers = False
        self.lost = ""
        self.blank = ""
        self.ended = False
        self.is_over = False

    def perform(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Have actions performed, or not."""
        self.performs = on
        self.run.engine.set_dry_run(not on)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Pass it on, noting the first."""
        if not self.is_over:
            if not self.delivers:
                with self._noting():
                    self.delivers = True
            self._listener.on_snapshot(snapshot)

    def on_cancel(self, events: Sequence[GestureEvent]) -> None:
        """Pass it on."""
        if not self.is_over:
            self._listener.on_cancel(events)

    def on_action(self, result: ActionResult) -> None:
        """Pass it on."""
        if not self.is_over:
            self._listener.on_action(result)

    def on_pause(self, paused: bool, by: PausedBy) -> None:  # noqa: ARG002, FBT001 - the contract
        """Note it; the session tells its listener, of this and of what no engine knows."""
        self._note_pause(self, by)

    def on_source(self, status: SourceStatus) -> None:
        """Note whether frames come, and show anything."""
        with self._noting():
            if status.kind in ("lost", "stalled", "back"):
                self.lost = "" if status.kind == "back" else status.detail
            else:
                self.blank = "" if status.kind == "seen" else status.detail

    def on_end(self) -> None:
        """Note that the engine has ended."""
        with self._noting():
            self.ended = True

"""One engine after another, behind one thread that never lets those wait who give it orders.

What is wanted is state and is overwritten: of ten sources asked for within a second, only the last
is opened. It knows no front end and recognises nothing; ``session_control.py`` does what is wanted.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from gesturepose.actions.sinks.choose import needs_input
from gesturepose.platforms.threads import start_thread
from gesturepose.session_control import SessionControl
from gesturepose.session_status import SessionListener, SessionState, SessionStatus
from gesturepose.session_verdict import is_live, needs_restart

if TYPE_CHECKING:
    from gesturepose.app import RunOptions
    from gesturepose.config import Config
    from gesturepose.stats import StageTimes

__all__ = [
    "Session",
    "SessionListener",
    "SessionState",
    "SessionStatus",
    "is_live",
    "needs_restart",
]


class Session(SessionControl):
    """Runs engines until told to stop.

    Every method may be called from any thread and returns at once; what it asks for follows.

    Parameters
    ----------
    config, options
        What to run first. ``options.dry_run`` starts in practice, ``options.explain`` explaining.
    listener
        Told what happens.
    """

    # Orders

    def start(self) -> None:
        """Begin; once only. A session paused before stays so and opens nothing.

        Raises
        ------
        NoThreadError
            The system starts no thread.
        """
        start_thread(self._thread)

    def stop(self) -> None:
        """Ask everything to end, for good; `join` waits for it."""
        with self._changed:
            self._stopping = True
            if self._turn is not None:
                self._turn.run.engine.stop()
            self._wake()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; ``False`` if it has not come after ``timeout_s``."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def pause(self) -> None:
        """Let go of everything and let gestures do nothing; the camera is closed after a while.

        ``[control] release_camera_s`` says after how long. Nothing is opened while paused.
        """
        with self._changed:
            if self._paused_by != "person":
                self._paused_by, self._paused_at = "person", time.monotonic()
                self._switched_by = "person"
            if self._turn is not None:
                self._turn.run.engine.pause()
            self._wake()

    def resume(self) -> None:
        """Let gestures count again, and open the source again if it was closed."""
        with self._changed:
            self._paused_by, self._switched_by = None, "person"
            if self._turn is not None:
                self._turn.run.engine.resume()
            self._wake()

    def set_locked(self, on: bool) -> None:  # noqa: FBT001 - a state
        """Pause while the screen is locked, and close the camera after a while as in any pause.

        Afterwards it is as a gesture or a person wanted it last.
        """
        with self._changed:
            if on != self._locked:
                self._locked, self._locked_at = on, time.monotonic()
                if self._turn is not None:
                    self._turn.run.engine.set_locked(on)
                self._wake()

    def toggle_pause(self) -> None:
        """Pause, or resume if paused, whoever paused; for a shortcut."""
        if self.paused:
            self.resume()
        else:
            self.pause()

    @property
    def paused(self) -> bool:
        """Whether a gesture or a person wants gestures to do nothing, locked screen or not."""
        with self._changed:
            return self._paused_by is not None

    def use(self, *, config: Config | None = None, options: RunOptions | None = None) -> None:
        """Begin anew with these; what is not given stays. The old source is closed first.

        Without either, what was lost, failed or ended is begun again. Practice and explaining
        stay as they were set, whatever ``options`` say.
        """
        with self._changed:
            self._config = config or self._config
            self._options = options or self._options
            self._stale = True
            if self._turn is not None:
                self._turn.run.engine.stop()
            self._wake()

    def replace_mapping(self, config: Config) -> None:
        """Use another gestures.toml from the next frame on.

        What it says of camera, model and tracker waits for the next `use`; see `needs_restart`.
        """
        with self._changed:
            needed_input = needs_input(self._config.bindings)
            self._config, self._refusal = config, ""
            if self._turn is not None:
                if needs_input(config.bindings) and not needed_input:
                    self._turn.perform(False)  # until it is known whether that is possible
                self._turn.run.engine.replace_mapping(config)
            self._wake()

    def set_practice(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Recognise everything and perform nothing, or perform again if that is possible here."""
        with self._changed:
            self._practice, self._refusal, self._other_copy = on, "", None
            if on and self._turn is not None:
                self._turn.perform(False)
            self._wake()

    def set_explaining(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Have snapshots say what keeps gestures from firing, or not."""
        with self._changed:
            self._explaining = on
            if self._turn is not None:
                self._turn.run.engine.set_explaining(on)

    def set_saving(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Look at few frames while nothing moves, or at all of them, for somebody who watches."""
        with self._changed:
            self._options = dataclasses.replace(self._options, saving=on)
            if self._turn is not None:
                self._turn.run.engine.set_saving(on)

    # Facts

    @property
    def status(self) -> SessionStatus:
        """What the listener was told last."""
        with self._changed:
            return self._status

    @property
    def times(self) -> StageTimes:
        """Durations of the stages since the network was loaded."""
        return self._times

    @property
    def dropped(self) -> int:
        """Frames of the present source that newer ones replaced before they were looked at."""
        with self._changed:
            return 0 if self._turn is None else self._turn.run.engine.dropped

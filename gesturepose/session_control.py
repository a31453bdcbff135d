"""The thread of a session: it makes what is what is wanted, one engine after another.

It opens sources, keeps the network loaded from one to the next, tries a missing camera again, and
closes a camera that is paused for long. Orders are not its business: they come from ``session.py``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from typing import TYPE_CHECKING

from gesturepose.actions.sinks.choose import needs_input, probe_sink
from gesturepose.app import Network, RunOptions, compose
from gesturepose.capture.source import public_url
from gesturepose.errors import ActionError
from gesturepose.kept_network import KeptNetwork
from gesturepose.platforms.acting_lock import ActingElsewhere, ActingLock
from gesturepose.platforms.threads import NoThreadError
from gesturepose.session_status import SessionListener, SessionState, SessionStatus
from gesturepose.session_turn import Turn
from gesturepose.session_verdict import describe_pause, is_live, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gesturepose.config import Config
    from gesturepose.engine import PausedBy
    from gesturepose.pose.settings import PoseSettings
    from gesturepose.stats import StageTimes

_log = logging.getLogger(__name__)

_ENGINE_PATIENCE_S = 15.0
"""How long an engine may take to end before the session goes on without it."""


class SessionControl:
    """What a session wants, what it is at, and the thread that brings the one to the other.

    What is wanted is changed under ``_changed``, with `_wake` after it; the thread then looks.

    Parameters
    ----------
    config, options
        What to run first. ``options.dry_run`` starts in practice, ``options.explain`` explaining.
    listener
        Told what happens.
    """

    def __init__(self, config: Config, options: RunOptions, listener: SessionListener) -> None:
        self._listener = listener
        self._changed = threading.Condition()
        # Everything down to the blank line is guarded by the condition.
        self._config = config
        self._options = options
        self._practice = options.dry_run
        self._explaining = options.explain
        self._paused_by: PausedBy | None = None
        self._switched_by: PausedBy = "person"
        self._paused_at = 0.0
        self._locked = False
        self._locked_at = 0.0
        self._stale = False
        self._stopping = False
        self._woken = False
        self._turn: Turn | None = None
        self._verdict: tuple[SessionState, str] | None = None
        self._opening = ""
        self._opened = False
        self._refusal = ""
        self._other_copy: int | None = None
        self._facts = "", ""
        self._status = SessionStatus(
            state=SessionState.OFF,
            detail="",
            source=options.source,
            source_name=public_url(options.source),
            live=is_live(options.source),
            practice=options.dry_run,
        )

        # The control thread's own.
        self._told_pause: PausedBy | None = None
        self._right = ActingLock()
        self._retry_at = 0.0
        self._retry_pause_s = 0.0
        self._network = KeptNetwork()
        self._times = self._network.times(config.model)
        # A daemon: opening a camera may block for as long as its driver likes.
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)

    # Called by an engine's turn, on any thread

    def _wake(self) -> None:
        """Have the control thread look; the condition is held."""
        self._woken = True
        self._changed.notify_all()

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """Hold the condition while something is written down for the control thread."""
        with self._changed:
            yield
            self._wake()

    def _note_pause(self, turn: Turn, by: PausedBy) -> None:
        """Follow a pause by gesture; by now a person may have done the opposite."""
        with self._changed:
            if turn is not self._turn or by == "lock":  # of which the session knows by itself
                return
            if not turn.run.engine.paused:
                self._paused_by = None
            elif self._paused_by is None:
                self._paused_by, self._paused_at = by, time.monotonic()
            self._switched_by = by
            self._wake()

    # Control thread

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._settle()
                self._tell()
                with self._changed:
                    self._changed.wait_for(lambda: self._woken, self._left_s())
                    self._woken = False
        except Exception:  # noqa: BLE001 - nobody could catch it
            _log.exception("a defect ended the session")
        finally:
            self._end_turn()
            self._right.release()
            self._network.close()
            with self._changed:
                self._stopping = True
            self._tell()

    def _left_s(self) -> float | None:
        """Seconds until something is due; ``None`` for never."""
        since = self._out_since()
        if since is not None:
            if self._turn is None:
                return None
            due = since + self._config.control.release_camera_s
        elif self._turn is None and self._is_retrying():
            due = self._retry_at
        else:
            return None
        return max(0.0, due - time.monotonic())

    def _out_since(self) -> float | None:
        """When the pause began in which nothing has to be watched; ``None`` if there is none.

        A gesture could end its own pause, and has to be seen for that; not at a locked screen.
        """
        since = [self._locked_at] if self._locked else []
        if self._paused_by == "person":
            since.append(self._paused_at)
        return min(since, default=None)

    @property
    def _pause_cause(self) -> PausedBy | None:
        return self._paused_by or ("lock" if self._locked else None)

    def _settle(self) -> None:
        """Make what is what is wanted."""
        with self._changed:
            is_out, practice = self._out_since() is not None, self._practice
            turn, stale, self._stale = self._turn, self._stale, False
            is_due = self._left_s() == 0.0
            if turn is not None and turn.delivers:
                self._verdict, self._retry_pause_s = None, 0.0
        if practice:
            self._right.release()
        if turn is not None:
            if stale or (is_due and is_out):
                self._end_turn()
            elif turn.ended:
                self._judge(self._end_turn())
        if stale:
            self._retry_pause_s = 0.0
            with self._changed:
                self._verdict = None
        if self._turn is not None:
            self._follow_practice(self._turn)
        elif self._may_open():
            self._open()

    def _is_retrying(self) -> bool:
        return self._verdict is not None and self._verdict[0] is SessionState.LOST

    def _may_open(self) -> bool:
        with self._changed:
            if self._out_since() is not None or self._stopping:
                return False
            if self._is_retrying():
                return time.monotonic() >= self._retry_at
            return self._verdict is None

    def _open(self) -> None:
        with self._changed:
            config, options = self._config, self._options
            self._opening = f"opening {public_url(options.source)}"
        self._tell()
        self._find_refusal()
        turn = Turn(
            self._listener,
            noting=self._noting,
            note_pause=self._note_pause,
            performs=not (self._practice or self._refusal),
        )
        self._times = self._network.times(config.model)
        try:
            turn.run = compose(
                config,
                dataclasses.replace(options, dry_run=not turn.performs, explain=self._explaining),
                turn,
                load=self._load,
                times=self._times,
                on_source=turn.on_source,
                on_end=turn.on_end,
            )
        except Exception as error:  # noqa: BLE001 - it becomes the state
            self._judge(error)
        else:
            self._begin(turn, config)

    def _begin(self, turn: Turn, config: Config) -> None:
        with self._changed:
            self._opening, self._opened = "", False
            engine = turn.run.engine
            if self._config is not config:
                engine.replace_mapping(self._config)
            if self._practice:
                turn.perform(False)
            engine.set_explaining(self._explaining)
            if self._paused_by is not None:
                engine.pause(self._paused_by)
            engine.set_locked(self._locked)
            self._turn, self._facts = turn, (turn.run.model, turn.run.provider)
            try:
                engine.start()
            except NoThreadError as error:
                self._turn = None
                self._judge(error)
                return
            if self._stopping or self._stale:
                engine.stop()

    def _end_turn(self) -> BaseException | None:
        """End the engine, so that its source is closed; returns what it failed of."""
        turn, failure = self._turn, None
        if turn is not None:
            turn.run.engine.stop()
            try:
                if not turn.run.engine.join(_ENGINE_PATIENCE_S):
                    _log.error("%s did not end within %g s", turn.run.source, _ENGINE_PATIENCE_S)
            except BaseException as error:  # noqa: BLE001 - the caller judges it
                failure = error
            turn.is_over = True
            with self._changed:
                self._turn = None
        return failure

    def _judge(self, error: BaseException | None) -> None:
        """Conclude from how an engine ended, or could not be made, what to do next."""
        with self._changed:
            self._opening, self._opened = "", False
            spec, camera = self._options.source, self._config.camera
        verdict = judge(error, spec)
        if verdict[0] is SessionState.LOST:
            pause_s = 2 * self._retry_pause_s if self._retry_pause_s else camera.retry_min_s
            self._retry_pause_s = min(pause_s, camera.retry_max_s)
            self._retry_at = time.monotonic() + self._retry_pause_s
        with self._changed:
            self._verdict = verdict
            self._wake()

    def _load(self, settings: PoseSettings, times: StageTimes) -> Network:
        """Give the network, the one loaded before if it will do."""
        with self._changed:
            self._opened = True
            if not self._network.has(settings):
                self._opening = f"loading the network {settings.name}"
        self._tell()
        return self._network.load(settings, times)

    def _follow_practice(self, turn: Turn) -> None:
        with self._changed:
            undecided = not (turn.performs or self._practice or self._refusal)
        if undecided:
            self._find_refusal()
            with self._changed:
                turn.perform(not (self._practice or self._refusal))

    def _find_refusal(self) -> None:
        """Find out why actions cannot be performed here, where they are wanted."""
        refusal, other = "", None
        if not self._practice:
            try:
                if needs_input(self._config.bindings):
                    probe_sink()
                self._right.take()
            except ActionError as error:
                refusal = str(error)
            except ActingElsewhere as error:
                refusal, other = str(error), error.pid
        with self._changed:
            if self._practice:
                refusal, other = "", None
            self._refusal, self._other_copy = refusal, other

    def _tell(self) -> None:
        with self._changed:
            before, self._status = self._status, self._describe()
            status, cause, by = self._status, self._pause_cause, self._switched_by
        try:
            told, self._told_pause = self._told_pause, cause
            if (cause is None) != (told is None) or (cause == "lock") != (told == "lock"):
                if "lock" in (told, cause):
                    by = cause or "lock"
                self._listener.on_pause(cause is not None, by)
            if status != before:
                self._listener.on_status(status)
        except Exception:  # noqa: BLE001 - a listener's defect must not end the session
            _log.exception("a listener of the session failed")

    def _describe(self) -> SessionStatus:
        state, detail = self._find_state()
        turn, spec = self._turn, self._options.source
        return SessionStatus(
            state=state,
            detail=detail,
            source=spec,
            source_name=public_url(spec) if turn is None else turn.run.source,
            live=is_live(spec) if turn is None else turn.run.live,
            model=self._facts[0],
            provider=self._facts[1],
            camera_on=self._opened or (turn is not None and not turn.lost),
            practice=self._practice or bool(self._refusal),
            paused_by=self._pause_cause or "",
            other_copy=self._other_copy,
        )

    def _find_state(self) -> tuple[SessionState, str]:
        turn, verdict = self._turn, self._verdict
        if self._stopping or self._thread.ident is None:
            return SessionState.OFF, ""
        if turn is not None and turn.lost:
            return SessionState.LOST, turn.lost
        can_pause = verdict is None or self._is_retrying()
        is_out = self._out_since() is not None
        if can_pause and (is_out or (self._paused_by and turn is not None)):
            after_s = self._config.control.release_camera_s
            cause = "lock" if self._locked else self._paused_by
            return SessionState.PAUSED, describe_pause(turn, cause, after_s)
        if verdict is not None:
            return verdict
        if turn is None or not turn.delivers:
            return SessionState.STARTING, self._opening
        refusal = self._refusal and f"practice only: {self._refusal}"
        return SessionState.WATCHING, turn.blank or refusal

"""Performing actions, one after the other, on a thread of their own.

Events are queued: none is dropped, and they are performed in the order they were submitted.
Whatever this thread put down it lets go of, on stop at the latest. It must not decide what a
gesture does, and no failing action may end it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.keys import Chord
from gesturepose.actions.kinds import (
    Action,
    Click,
    Close,
    Control,
    Hold,
    Launch,
    Media,
    Move,
    Notify,
    Open,
    Press,
    Run,
    Scroll,
    Type,
)
from gesturepose.actions.programs import find_command, runs_as_program
from gesturepose.actions.results import ActionResult, Outcome, Patience, Results
from gesturepose.errors import ActionError, RefusedError
from gesturepose.platforms.spawn import Program, spawn
from gesturepose.platforms.threads import start_thread
from gesturepose.platforms.window_text import SlowPatternError, describe_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gesturepose.actions.sinks.base import InputSink
    from gesturepose.platforms.base import Platform

__all__ = ["DRY_RUN", "NOT_HELD", "STOPPED", "ActionResult", "Dispatcher", "Outcome", "Patience"]

_LOG = logging.getLogger(__name__)

DRY_RUN = "dry run"
STOPPED = "stopped before its turn"
NOT_HELD = "was not held"

_PATIENCE = Patience()

_Hold: TypeAlias = tuple[str, Action, int]

_SILENCE_S = 3.0
"""Keys held by a posture come up when nobody has looked at it for so long."""


class _NotNowError(RefusedError):
    """An action that is not for this moment; nothing is wrong."""


@dataclass(frozen=True, slots=True)
class _ReleaseAll:
    """In the queue: let go of everything.

    Attributes
    ----------
    early
        Whether orders to let go of the same are still to come, and are then carried out already.
    """

    early: bool = False


class _ExpectInput:
    """In the queue: make sure that input can be injected."""


class Dispatcher:
    """The thread that acts.

    Parameters
    ----------
    open_sink
        Returns the way to inject input; called on the thread, at the first action that needs it.
        Not called in a dry run.
    platform
        Windows and applications; used on the thread only, and not at all in a dry run.
    dry_run
        Do nothing, and say so for every action; `set_dry_run` changes it.
    allow_commands
        Also an attribute, which a new mapping may change. Whether commands are performed; see
        `gesturepose.actions.programs`.
    on_result
        Called on one thread that is not the one that acts, in order, for each action submitted;
        again for one that turned out otherwise. Orders to the program itself (`Control`) are not
        for here.
    patience
        How long to wait for what an action does.

    Notes
    -----
    The thread starts with `start` or the ``with`` statement.
    """

    def __init__(  # noqa: PLR0913 (the parts it is made of, by name)
        self,
        *,
        open_sink: Callable[[], InputSink],
        platform: Platform,
        dry_run: bool = False,
        allow_commands: bool = False,
        on_result: Callable[[ActionResult], None] = lambda _: None,
        patience: Patience = _PATIENCE,
    ) -> None:
        self._open_sink = open_sink
        self._platform = platform
        self._dry_run = dry_run
        self._acted = not dry_run
        self.allow_commands = allow_commands
        self._results = Results(on_result, patience)
        self._slow_patterns: set[str] = set()
        self._sink: InputSink | None = None
        self._holds: Counter[_Hold] = Counter()
        self._let_go_early: Counter[_Hold] = Counter()
        self._queue: deque[BoundAction | _ReleaseAll | _ExpectInput] = deque()
        self._busy = False
        self._stopping = False
        self._ending = False
        self._beat_s: float | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="actions", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the thread; once.

        Raises
        ------
        NoThreadError
            The system starts none.
        """
        self._results.start()
        start_thread(self._thread)

    def submit(self, actions: Iterable[BoundAction]) -> None:
        """Queue actions; returns at once. After `stop` each is answered as not performed."""
        batch = list(actions)
        with self._changed:
            if not self._stopping:
                self._queue.extend(batch)
                self._changed.notify_all()
                return
        for bound in batch:
            self._refuse(bound, STOPPED)

    def set_dry_run(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Stop performing, letting go of every held key, or begin to; returns at once.

        It holds for what waits in the queue as well, but not for the action being performed.
        """
        self._dry_run = on
        if on:
            self.release_all()

    def release_all(self) -> None:
        """Queue letting go of every held key and button, behind what was submitted before."""
        with self._changed:
            if not self._stopping:
                self._queue.append(_ReleaseAll())
                self._changed.notify_all()

    def end(self) -> None:
        """Let go of every held key before anything else, and begin nothing more; returns at once.

        Does not end the thread, which `stop` does: whoever submits actions may not have ended yet.
        """
        with self._changed:
            if not (self._ending or self._stopping):
                self._ending = True
                self._queue.appendleft(_ReleaseAll(early=True))
                self._changed.notify_all()

    def beat(self) -> None:
        """Tell that whoever submits actions is alive; without a beat for long, keys come up."""
        self._beat_s = time.monotonic()

    def expect_input(self) -> None:
        """Queue finding out whether input can be injected; if not, that is told in one line."""
        with self._changed:
            if not self._stopping:
                self._queue.append(_ExpectInput())
                self._changed.notify_all()

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until everything submitted was performed and reported; ``False`` on timeout."""
        begun_at = time.monotonic()
        with self._changed:
            if not self._changed.wait_for(lambda: not self._queue and not self._busy, timeout_s):
                return False
        if timeout_s is not None:
            timeout_s = max(0.0, begun_at + timeout_s - time.monotonic())
        return self._results.flush(timeout_s)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Let go of everything and end the thread; `flush` first to have the rest performed.

        Actions still waiting are answered as not performed, except those that let go of keys.

        Parameters
        ----------
        timeout_s
            How long to wait for the action being performed.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                _LOG.error("an action did not end within %.1f s", timeout_s)
                self._answer_waiting()
        self._results.stop()

    def _answer_waiting(self) -> None:
        """Answer for what an action that hangs keeps waiting; the thread lets go at its end."""
        with self._changed:
            waiting = [item for item in self._queue if isinstance(item, BoundAction)]
            self._queue.clear()
        for bound in waiting:
            self._refuse(bound, STOPPED)

    def _work(self) -> None:
        try:
            while True:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
                    self._wait()
                    if not self._queue:
                        return
                    item = self._queue.popleft()
                    self._busy = True
                    ending = self._stopping or self._ending
                if isinstance(item, _ReleaseAll):
                    if item.early:
                        self._let_go_early += self._holds
                    self._let_go()
                elif isinstance(item, _ExpectInput):
                    self._find_input()
                elif ending and item.verb is not Verb.STOP:
                    self._refuse(item, STOPPED)
                else:
                    pending = self._results.begin(item)
                    self._results.settle(pending, *self._try(item))
        finally:
            self._close()

    def _wait(self) -> None:
        """Wait for something to do; lets go of keys of a posture that nobody looks at any more."""
        idle_since_s = time.monotonic()
        while not (self._queue or self._stopping):
            watched = self._beat_s is not None and +self._holds
            self._changed.wait(_SILENCE_S / 4 if watched else None)
            beat_s = self._beat_s
            if not watched or beat_s is None or self._queue or self._stopping:
                continue
            if time.monotonic() - max(beat_s, idle_since_s) > _SILENCE_S:
                _LOG.warning("recognition did not go on for %g s: keys are let go of", _SILENCE_S)
                self._let_go()

    def _let_go(self) -> None:
        self._holds.clear()
        if self._sink is not None:
            try:
                self._sink.release_all()
            except Exception as error:  # noqa: BLE001 (the thread must live on)
                _LOG.error("cannot let go of the keys: %s", error)
                # It may have another way yet; a new connection is made at the next action.
                sink, self._sink = self._sink, None
                with contextlib.suppress(Exception):
                    sink.close()

    def _close(self) -> None:
        self._let_go()
        for resource in (self._sink, self._platform):
            if resource is not None and self._acted:
                try:
                    resource.close()
                except Exception as error:  # noqa: BLE001 (nothing more can be done)
                    _LOG.warning("while closing: %s", error)
        self._sink = None

    def _refuse(self, bound: BoundAction, reason: str) -> None:
        self._results.report(_refused(bound, reason))

    def _try(self, bound: BoundAction) -> tuple[ActionResult, Program | None]:
        """Perform an action; a failure becomes its reason. A program it started comes with it."""
        if self._dry_run:
            return _refused(bound, DRY_RUN), None
        self._acted = True
        try:
            known = self._perform(bound)
        except RefusedError as error:
            self._log_refusal(bound, error)
            return _refused(bound, str(error)), None
        except Exception as error:  # noqa: BLE001 (of libraries and servers; the thread lives on)
            said = " ".join(str(error).split())
            reason = said if isinstance(error, ActionError) else f"{type(error).__name__}: {said}"
            return _failed(bound, reason), None
        if isinstance(known, Outcome):
            return ActionResult(bound, performed=True, outcome=known), None
        outcome = Outcome.SENT if known.tells_at_end else Outcome.STARTED
        return ActionResult(bound, performed=True, outcome=outcome), known

    def _log_refusal(self, bound: BoundAction, error: RefusedError) -> None:
        """Log what somebody has to mend; of a hostile title, which may come every second, once."""
        if isinstance(error, _NotNowError):
            return
        if isinstance(error, SlowPatternError):
            if error.pattern in self._slow_patterns:
                return
            self._slow_patterns.add(error.pattern)
        _LOG.warning("%s: %s", bound.name, error)

    def _perform(self, bound: BoundAction) -> Outcome | Program:
        """Do it; return what is known of it, or the program whose end tells."""
        hold = (bound.gesture, bound.action, bound.track_id)
        if isinstance(bound.action, Hold) and bound.verb is Verb.STOP:
            if self._let_go_early[hold]:
                self._let_go_early[hold] -= 1
                return Outcome.SENT
            if not self._holds[hold]:
                raise _NotNowError(NOT_HELD)
            self._holds[hold] -= 1
            self._input().release(bound.action.chord)
            return Outcome.SENT
        if bound.app is not None:
            front = self._platform.active_window()
            if front is None:
                self._platform.check_reach()  # it may only be out of sight
            if front is None or not front.matches(bound.app):
                raise _NotNowError(f"no window matching {describe_app(bound.app)} in front")
        if isinstance(bound.action, Hold):
            self._platform.check_reach()
            self._input().hold(bound.action.chord)
            self._holds[hold] += 1
            return Outcome.SENT
        return self._act(bound.action)

    def _act(self, action: Action) -> Outcome | Program:
        """Perform what is no hold."""
        match action:
            case Launch() | Run() | Open():
                return self._start(action)
            case Close(window):
                self._platform.close_window(window)
                return Outcome.SENT
            case Notify(text):
                return self._platform.notify(text) or Outcome.DONE
            case Hold() | Control():
                raise AssertionError("a hold starts and stops, and the engine controls itself")
            case _:
                self._platform.check_reach()
                self._inject(action)
                return Outcome.SENT

    def _inject(self, action: Action) -> None:
        match action:
            case Press(chord):
                self._press(chord)
            case Media(key):
                self._press(Chord((key,)))
            case Type(text):
                self._input().type_text(text)
            case Click(kind):
                self._input().click(kind)
            case Scroll(x, y):
                self._input().scroll(x=x, y=y)
            case Move(dx, dy):
                self._input().move(dx=dx, dy=dy)

    def _press(self, chord: Chord) -> None:
        """Press keys; one that is for the whole desktop must have somebody who listens."""
        unheard = chord.is_media and not self._platform.hears(chord.keys[0])
        self._input().press(chord)
        if unheard:
            raise ActionError(
                f"{chord} was pressed, but no program here listens for it; start your desktop's "
                "media keys or a player that has them, or bind a command such as playerctl by "
                "'run'"
            )

    def _start(self, action: Launch | Run | Open) -> Outcome | Program:
        """Start a program, unless that takes leave nobody gave."""
        if not self.allow_commands:
            is_command = find_command(action) is not None
            if is_command or (isinstance(action, Open) and runs_as_program(action.target)):
                raise RefusedError("commands are refused; set allow_commands = true")
        match action:
            case Launch(app):
                return self._platform.launch(app) or Outcome.STARTED
            case Open(target):
                return self._platform.open(target) or Outcome.SENT
            case Run(command, shell):
                return spawn(command, shell=shell)

    def _find_input(self) -> None:
        if self._dry_run:
            return
        self._acted = True
        try:
            self._input()
        except ActionError as error:
            _LOG.warning("the mapping has keys or clicks, which do nothing here: %s", error)

    def _input(self) -> InputSink:
        if self._sink is None:
            self._sink = self._open_sink()
        return self._sink


def _refused(bound: BoundAction, reason: str) -> ActionResult:
    return ActionResult(bound, performed=False, reason=reason, outcome=Outcome.REFUSED)


def _failed(bound: BoundAction, reason: str) -> ActionResult:
    return ActionResult(bound, performed=False, reason=reason, outcome=Outcome.FAILED)

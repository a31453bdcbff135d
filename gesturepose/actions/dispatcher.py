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
from gesturepose.errors import ActionError
from gesturepose.platforms.spawn import spawn
from gesturepose.platforms.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gesturepose.actions.sinks.base import InputSink
    from gesturepose.platforms.base import Platform

_LOG = logging.getLogger(__name__)

DRY_RUN = "dry run"
STOPPED = "stopped before its turn"
NOT_HELD = "was not held"

_Hold: TypeAlias = tuple[str, Action, int]

_SILENCE_S = 3.0
"""Keys held by a posture come up when nobody has looked at it for so long."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What became of an action.

    Attributes
    ----------
    bound
        The action that was submitted.
    performed
        Whether it was done.
    reason
        Why not; empty when it was.
    """

    bound: BoundAction
    performed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _ReleaseAll:
    """In the queue: let go of everything.

    Attributes
    ----------
    early
        Whether orders to let go of the same are still to come, and are then carried out already.
    """

    early: bool = False


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
        Also an attribute, which a new mapping may change. Whether ``run`` is performed.
    on_result
        Called on the thread, in order, once for each action submitted. Orders to the program
        itself (`Control`) are not for here.

    Notes
    -----
    The thread starts with `start` or the ``with`` statement.
    """

    def __init__(
        self,
        *,
        open_sink: Callable[[], InputSink],
        platform: Platform,
        dry_run: bool = False,
        allow_commands: bool = False,
        on_result: Callable[[ActionResult], None] = lambda _: None,
    ) -> None:
        self._open_sink = open_sink
        self._platform = platform
        self._dry_run = dry_run
        self._acted = not dry_run
        self.allow_commands = allow_commands
        self._on_result = on_result
        self._sink: InputSink | None = None
        self._holds: Counter[_Hold] = Counter()
        self._let_go_early: Counter[_Hold] = Counter()
        self._queue: deque[BoundAction | _ReleaseAll] = deque()
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
            self._report(ActionResult(bound, performed=False, reason=STOPPED))

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

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until everything submitted was performed and reported; ``False`` on timeout."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, timeout_s)

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
                elif ending and item.verb is not Verb.STOP:
                    self._report(ActionResult(item, performed=False, reason=STOPPED))
                else:
                    self._report(self._try(item))
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

    def _report(self, result: ActionResult) -> None:
        try:
            self._on_result(result)
        except Exception:  # noqa: BLE001 (a listener's defect must not keep keys down)
            _LOG.exception("a listener of action results failed")

    def _try(self, bound: BoundAction) -> ActionResult:
        """Perform an action; a failure becomes its reason."""
        if self._dry_run:
            return ActionResult(bound, performed=False, reason=DRY_RUN)
        self._acted = True
        try:
            reason = self._perform(bound)
        except ActionError as error:
            reason = str(error)
            _LOG.warning("%s: %s", bound, reason)
        except Exception as error:  # noqa: BLE001 (of libraries and servers; the thread lives on)
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            _LOG.error("%s: %s", bound, reason)
        return ActionResult(bound, performed=not reason, reason=reason)

    def _perform(self, bound: BoundAction) -> str:
        """Do it; return why it was not to be done, or nothing."""
        hold = (bound.gesture, bound.action, bound.track_id)
        if isinstance(bound.action, Hold) and bound.verb is Verb.STOP:
            if self._let_go_early[hold]:
                self._let_go_early[hold] -= 1
                return ""
            if not self._holds[hold]:
                return NOT_HELD
            self._holds[hold] -= 1
            self._input().release(bound.action.chord)
            return ""
        if bound.app is not None:
            front = self._platform.active_window()
            if front is None or not front.matches(bound.app):
                return f"no window matching {bound.app!r} in front"
        if isinstance(bound.action, Hold):
            self._input().hold(bound.action.chord)
            self._holds[hold] += 1
        else:
            self._act(bound.action)
        return ""

    def _act(self, action: Action) -> None:  # noqa: C901, PLR0912 (one branch per kind)
        match action:
            case Press(chord):
                self._input().press(chord)
            case Type(text):
                self._input().type_text(text)
            case Click(kind):
                self._input().click(kind)
            case Scroll(x, y):
                self._input().scroll(x=x, y=y)
            case Move(dx, dy):
                self._input().move(dx=dx, dy=dy)
            case Media(key):
                self._input().press(Chord((key,)))
            case Launch(app):
                self._platform.launch(app)
            case Close(window):
                self._platform.close_window(window)
            case Open(target):
                self._platform.open(target)
            case Notify(text):
                self._platform.notify(text)
            case Run(command, shell):
                if not self.allow_commands:
                    raise ActionError("commands are refused; set allow_commands = true")
                spawn(command, shell=shell)
            case Hold() | Control():
                raise AssertionError("a hold starts and stops, and the engine controls itself")

    def _input(self) -> InputSink:
        if self._sink is None:
            self._sink = self._open_sink()
        return self._sink

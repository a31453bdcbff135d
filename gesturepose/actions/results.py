"""What became of actions, told in order on a thread of its own.

An action is known to have been sent, started or done, or not; a program that was just started is
watched for a moment before it is called started, and a little longer for an early failure. No
listener can hold up the thread that acts, and so keep keys down. It must not perform anything.
"""

from __future__ import annotations

import enum
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gesturepose.platforms.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.actions.bindings import BoundAction
    from gesturepose.platforms.spawn import Program

_LOG = logging.getLogger(__name__)

_STOP_PATIENCE_S = 5.0
_HELPER_S = 30.0
"""A helper that passes something on says within this time whether that was taken."""


class Outcome(enum.Enum):
    """What is known of an action."""

    SENT = "sent"
    """It left here: keys, a click, a request. Whether anybody took it is not known."""
    STARTED = "started"
    """Its program runs."""
    DONE = "done"
    """It is known to have happened."""
    REFUSED = "refused"
    """It was not tried."""
    FAILED = "failed"
    """It was tried, and failed."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What became of an action.

    Attributes
    ----------
    bound
        The action that was submitted.
    performed
        Whether it was done, as far as is known.
    reason
        Why not; empty when it was.
    outcome
        What is known of it; see `known`.
    is_late
        Whether it corrects a result that was told before: a program that started has failed, or
        what seemed to hang has ended.
    """

    bound: BoundAction
    performed: bool
    reason: str = ""
    outcome: Outcome | None = None
    is_late: bool = False

    @property
    def known(self) -> Outcome:
        """What is known of it; without an outcome, what `performed` says."""
        return self.outcome or (Outcome.DONE if self.performed else Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds.

    Attributes
    ----------
    started_s
        A program that lives so long is called started. Results behind it wait.
    early_s
        One that ends with an error within this time of its start has failed.
    hung_s
        An action that has not ended after this is reported to hang.
    """

    started_s: float = 0.5
    early_s: float = 2.0
    hung_s: float = 5.0


@dataclass(slots=True)
class Pending:
    """An action that was begun, and what is known of it so far."""

    bound: BoundAction
    begun_at: float
    result: ActionResult | None = None
    program: Program | None = None
    was_told: bool = False


class Results:
    """Tells a listener the result of each action, in the order they were begun.

    Parameters
    ----------
    on_result
        Called on this thread; what it raises is logged.
    patience
        How long to wait for what.
    """

    def __init__(self, on_result: Callable[[ActionResult], None], patience: Patience) -> None:
        self._on_result = on_result
        self._patience = patience
        self._pending: deque[Pending] = deque()
        self._watched: list[Pending] = []
        """Told already; they may still turn out otherwise."""
        self._is_telling = False
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="results", daemon=True)

    def start(self) -> None:
        """Start the thread; once. Raises `NoThreadError` where the system starts none."""
        start_thread(self._thread)

    def begin(self, bound: BoundAction) -> Pending:
        """Note that an action is being performed; `settle` must follow."""
        pending = Pending(bound, time.monotonic())
        with self._changed:
            self._pending.append(pending)
            self._changed.notify_all()
        return pending

    def settle(
        self, pending: Pending, result: ActionResult, program: Program | None = None
    ) -> None:
        """Note what is known once an action was performed.

        Parameters
        ----------
        pending
            From `begin`.
        result
            What to tell; for a program, unless it ends first.
        program
            The program it started, whose end tells more.
        """
        with self._changed:
            pending.result, pending.program = result, program
            if pending.was_told:  # as hanging
                self._watched.append(pending)
            self._changed.notify_all()
        if program is not None:
            program.when_ended(self._wake)

    def report(self, result: ActionResult) -> None:
        """Tell a result in its turn; at once, on the caller's thread, when there are no more."""
        with self._changed:
            if not self._stopping:
                self._pending.append(Pending(result.bound, time.monotonic(), result))
                self._changed.notify_all()
                return
        self._tell(result)

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until everything begun so far is told; ``False`` on timeout."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._pending and not self._is_telling, timeout_s
            )

    def stop(self) -> None:
        """Tell what is left, without waiting for actions that hang, and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(self._patience.early_s + _STOP_PATIENCE_S)
            if self._thread.is_alive():
                _LOG.error("whoever is told about actions does not answer")

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._is_telling = False
                self._changed.notify_all()
                result, again_at = self._find_next()
                while result is None:
                    if self._stopping and not self._pending:
                        return
                    wait_s = None if again_at is None else max(0.0, again_at - time.monotonic())
                    self._changed.wait(wait_s)
                    result, again_at = self._find_next()
                self._is_telling = True
            self._tell(result)

    def _find_next(self) -> tuple[ActionResult | None, float | None]:
        """Take what is to be told now, or say when to look again; the condition is held."""
        now = time.monotonic()
        for pending in self._watched:
            result = _conclude(pending, late=True)
            if result is not None:
                self._watched.remove(pending)
                return result, None
        self._watched = [p for p in self._watched if self._watch_until(p) > now]
        looks = [self._watch_until(p) for p in self._watched]
        if self._pending:
            first = self._pending[0]
            result, due = self._settle_first(first, now)
            if result is not None:
                self._pending.popleft()
                first.was_told = True
                if first.program is not None and first.program.exit_code is None:
                    self._watched.append(first)
                return result, None
            looks.append(due)
        return None, min(looks, default=None)

    def _watch_until(self, pending: Pending) -> float:
        helper = pending.program is not None and pending.program.tells_at_end
        return pending.begun_at + (_HELPER_S if helper else self._patience.early_s)

    def _settle_first(self, first: Pending, now: float) -> tuple[ActionResult | None, float]:
        if first.result is None:
            due = first.begun_at + self._patience.hung_s
            if now < due and not self._stopping:
                return None, due
            return _hangs(first, now - first.begun_at), due
        due = first.begun_at + self._patience.started_s
        if first.program is not None and first.program.exit_code is None and now < due:
            return None, due
        return _conclude(first), due

    def _tell(self, result: ActionResult) -> None:
        if result.known is Outcome.FAILED:
            _LOG.warning("%s: %s", result.bound.name, result.reason)
        try:
            self._on_result(result)
        except Exception:  # noqa: BLE001 (a listener's defect must not keep keys down)
            _LOG.exception("a listener of action results failed")


def _conclude(pending: Pending, *, late: bool = False) -> ActionResult | None:
    """Say what is known now; late, only what was not known when it was told."""
    result, program = pending.result, pending.program
    if result is None:
        return None
    failure = None if program is None else program.failure
    if failure is not None:
        return ActionResult(
            pending.bound, performed=False, reason=failure, outcome=Outcome.FAILED, is_late=late
        )
    if late and program is not None:
        return None
    outcome = result.outcome
    if program is not None and program.exit_code == 0:
        outcome = Outcome.DONE
    return ActionResult(
        result.bound, result.performed, reason=result.reason, outcome=outcome, is_late=late
    )


def _hangs(pending: Pending, seconds: float) -> ActionResult:
    return ActionResult(
        pending.bound,
        performed=False,
        reason=f"it has not ended after {seconds:.1f} s; what was asked for since waits",
        outcome=Outcome.FAILED,
    )

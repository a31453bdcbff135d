"""A session for tests, on real sources, and a listener that writes down what it is told."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from support_pipeline import default

from gesturepose.app import RunOptions
from gesturepose.session import Session, SessionState, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.actions.settings import Binding
    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent
    from gesturepose.engine import PausedBy
    from gesturepose.pipeline import Snapshot

DEMO_POSES = str(Path(__file__).parent / "data" / "demo.poses.jsonl")
THREADS = ("session", "engine", "actions", "results", "capture", "capture-reader")


def configured(bindings: Sequence[Binding] | None = None, **control: object) -> Config:
    """The default configuration with other bindings and other settings of ``[control]``."""
    config = default()
    update: dict[str, object] = {"control": config.control.model_copy(update=control)}
    if bindings is not None:
        update["bindings"] = tuple(bindings)
    return config.model_copy(update=update)


class SessionLog:
    """What a session told, in order."""

    def __init__(self) -> None:
        self.statuses: list[SessionStatus] = []
        self.snapshots: list[Snapshot] = []
        self.cancelled: list[GestureEvent] = []
        self.results: list[ActionResult] = []
        self.pauses: list[tuple[bool, PausedBy]] = []
        self.threads: set[int] = set()

    def on_status(self, status: SessionStatus) -> None:
        self.statuses.append(status)
        self.threads.add(threading.get_ident())

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def on_cancel(self, events: Sequence[GestureEvent]) -> None:
        self.cancelled += events

    def on_action(self, result: ActionResult) -> None:
        self.results.append(result)

    def on_pause(self, paused: bool, by: PausedBy) -> None:  # noqa: FBT001 - the contract
        self.pauses.append((paused, by))

    @property
    def states(self) -> list[SessionState]:
        return [status.state for status in self.statuses]


class RunningSession:
    """A session and its log, for a ``with`` statement; no thread may be left behind it."""

    def __init__(self, source: str, *, config: Config | None = None, **options: bool) -> None:
        self.log = SessionLog()
        options = {"dry_run": True} | options
        self.session = Session(
            config or default(),
            RunOptions(source=source, **options),
            self.log,
        )

    def __enter__(self) -> Self:
        self.session.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.stop()
        assert self.session.join(10.0)
        wait_until(lambda: not threads_left(), "threads left")
        assert self.session.status.state is SessionState.OFF

    def wait_for(self, state: SessionState, timeout_s: float = 15.0) -> SessionStatus:
        """Wait until the session is at something; returns its status."""
        wait_until(lambda: self.session.status.state is state, state.value, timeout_s)
        return self.session.status


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def threads_left() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name in THREADS]

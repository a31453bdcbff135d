"""Threads and life cycle: frames in, actions out, and one way to let go of everything.

The capture thread fills a slot, the engine thread takes frames from it through the pipeline and
submits actions, the dispatcher's thread performs them. Whatever interrupts the flow (stop, pause, a
lost or stalled source, a new mapping, a failing stage) takes one path: gestures under way are
cancelled, then every held key and button is released. The engine knows no front end.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from gesturepose.actions.bindings import Bindings, BoundAction
from gesturepose.actions.dispatcher import ActionResult
from gesturepose.actions.kinds import Control
from gesturepose.actions.sinks.choose import needs_input
from gesturepose.gestures.claims import ClaimWatcher
from gesturepose.gestures.classifier import GestureClassifier
from gesturepose.gestures.engagement import Engagement
from gesturepose.platforms.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gesturepose.actions.dispatcher import Dispatcher
    from gesturepose.capture.thread import CaptureThread, SourceStatus
    from gesturepose.config import Config
    from gesturepose.datatypes import Frame, GestureEvent, PoseFrame
    from gesturepose.pipeline import Pipeline, Snapshot
    from gesturepose.slot import Slot

_WAKE_UP_S = 0.2
"""How often a waiting engine looks whether it should stop."""
_ACTIONS_PATIENCE_S = 10.0

PausedBy: TypeAlias = Literal["gesture", "person", "lock"]
"""Who paused or resumed: a gesture, a person by a button, a menu or a shortcut, or the screen's
lock."""
SCREEN_LOCKED = "the screen is locked"


class EngineListener(Protocol):
    """What a front end may want to know; called on the engine's and the dispatcher's threads."""

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Show, write or count one frame's results; called before its actions are performed."""

    def on_cancel(self, events: Sequence[GestureEvent]) -> None:
        """Gestures were broken off outside a frame."""

    def on_action(self, result: ActionResult) -> None:
        """Tell that an action was performed or refused."""

    def on_pause(self, paused: bool, by: PausedBy) -> None:  # noqa: FBT001 - the state
        """Tell that gestures do nothing from now on, or count again; on the engine's thread."""


def make_mapping(config: Config) -> tuple[GestureClassifier, Engagement, Bindings]:
    """Build the stages that gestures.toml defines."""
    control = config.control
    claims = None
    if control.needs_wake:
        claims = ClaimWatcher(control.wake, config.gestures[control.wake], config.classifier)
    engagement = Engagement(
        mode=control.engagement,
        wake=control.wake,
        engaged_s=control.engaged_s,
        takeover_s=control.takeover_s,
        claims=claims,
    )
    return (
        GestureClassifier(config.gestures, config.classifier),
        engagement,
        Bindings(config.bindings),
    )


class Engine:
    """Runs a pipeline until its source ends or it is told to stop.

    Parameters
    ----------
    pipeline, capture, dispatcher
        The parts it runs; it starts and stops the last two.
    slot
        Where capture leaves frames.
    listener
        Told what happens.
    lossless
        Every frame counts: actions of a frame are performed before the next one, so that the
        result is the same every time.
    max_seconds
        End after so many seconds of the source's time; ``None`` for no end.
    on_end
        Called on the engine's thread when everything has ended; `join` returns at once then.
    """

    def __init__(  # noqa: PLR0913 - the parts it is made of, by name
        self,
        *,
        pipeline: Pipeline,
        capture: CaptureThread,
        dispatcher: Dispatcher,
        slot: Slot[Frame | PoseFrame],
        listener: EngineListener,
        lossless: bool,
        max_seconds: float | None = None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._pipeline = pipeline
        self._capture = capture
        self._dispatcher = dispatcher
        self._slot = slot
        self._listener = listener
        self._lossless = lossless
        self._max_seconds = max_seconds
        self._on_end = on_end
        self._stopping = threading.Event()
        self._interrupted = threading.Event()
        self._blind = threading.Event()
        self._shown: Snapshot | None = None
        self._orders_lock = threading.Lock()
        self._new_mapping: Config | None = None
        self._wanted_pause: tuple[bool, PausedBy] = False, "person"
        self._locked = False
        self._told_pause: PausedBy | None = None
        self._first: float | None = None
        self._last = 0.0
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="engine")

    def start(self) -> None:
        """Start all threads.

        Raises
        ------
        NoThreadError
            The system does not start them all; then those that were started have ended.
        """
        try:
            self._dispatcher.start()
            self._capture.start()
            start_thread(self._thread)
        except BaseException:
            self._stopping.set()
            self._end()
            self._on_end()
            raise

    def stop(self) -> None:
        """Let go of everything and ask everything to end; returns at once, `join` waits.

        May be called from any thread.
        """
        self._stopping.set()
        self._dispatcher.end()
        self._slot.close()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; ``False`` if it has not come after ``timeout_s``.

        Raises
        ------
        BaseException
            Whatever made a stage or the source fail.
        """
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        if self._failure is not None:
            raise self._failure
        return True

    @property
    def dropped(self) -> int:
        """Frames replaced by newer ones before they were looked at."""
        return self._slot.dropped

    def replace_mapping(self, config: Config) -> None:
        """Use another gestures.toml from the next frame on."""
        with self._orders_lock:
            self._new_mapping = config

    @property
    def paused(self) -> bool:
        """Whether gestures do nothing, or soon will not."""
        with self._orders_lock:
            return self._wanted_pause[0]

    def pause(self, by: PausedBy = "person") -> None:
        """Let go of everything, and let no gesture but one that resumes do anything.

        Returns at once; a frame under way counts as before the pause. Frames go on. May be called
        before `start`, so that nothing is done from the first frame on.
        """
        with self._orders_lock:
            self._wanted_pause = True, by

    def resume(self, by: PausedBy = "person") -> None:
        """Let gestures that begin from now on count again; returns at once."""
        with self._orders_lock:
            self._wanted_pause = False, by

    def set_locked(self, on: bool) -> None:  # noqa: FBT001 - a state
        """Pause while the screen is locked, whatever else is wanted meanwhile; returns at once.

        Afterwards it is as a gesture or a person wanted it last. May be called before `start`.
        """
        with self._orders_lock:
            self._locked = on

    def set_dry_run(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Stop performing actions, letting go of every held key, or begin to; returns at once."""
        self._dispatcher.set_dry_run(on)

    def set_saving(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Look at few frames while nothing moves at all, or at more; from the next frame on.

        Where every frame counts there is nothing to save: what follows stillness must not be late.
        """
        self._pipeline.saves = on and not self._lossless

    def set_explaining(self, on: bool) -> None:  # noqa: FBT001 - a switch
        """Have snapshots say what keeps gestures from firing, or not; from the next frame on."""
        self._pipeline.explains = on

    def on_source_status(self, status: SourceStatus) -> None:
        """Let go of everything when no more is seen of anybody; called by the capture thread.

        A source that is lost, stalls, is black or freezes: whatever is held would stay so. Of
        pictures that show nothing no gesture is made either, until they show something again; a
        hand that was raised when they froze would stay raised.
        """
        if self._lossless and status.kind in ("black", "frozen"):
            return  # a file may be black for a while, and means what it shows
        if status.kind in ("black", "frozen"):
            self._blind.set()
        elif status.kind == "seen":
            self._blind.clear()
            return
        if status.kind != "back":
            self._interrupted.set()

    def _run(self) -> None:
        try:
            self._loop()
        except BaseException as error:  # noqa: BLE001 - kept for join, which raises it
            self._failure = error
        finally:
            self._end()
            self._on_end()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._dispatcher.beat()
            frame = self._slot.get(_WAKE_UP_S)
            if self._interrupted.is_set():
                self._interrupted.clear()
                self._let_go()
            self._swap_mapping()
            self._follow_pause()
            if frame is None:
                if self._slot.closed:
                    return
                continue
            if self._first is None:
                self._first = frame.timestamp
            elif self._is_over(frame.timestamp):
                return
            self._step(frame)

    def _step(self, frame: Frame | PoseFrame) -> None:
        self._last = frame.timestamp
        if self._blind.is_set() and self._shown is not None:
            self._listener.on_snapshot(self._show_blindly(frame, self._shown))
            return
        snapshot = self._shown = self._pipeline.step(frame)
        self._listener.on_snapshot(snapshot)
        if snapshot.actions:
            orders = [bound for bound in snapshot.actions if isinstance(bound.action, Control)]
            self._dispatcher.submit(
                [bound for bound in snapshot.actions if not isinstance(bound.action, Control)]
            )
            if self._lossless:
                self._dispatcher.flush(_ACTIONS_PATIENCE_S)
            for bound in orders:
                self._obey(bound)

    def _show_blindly(self, frame: Frame | PoseFrame, last: Snapshot) -> Snapshot:
        """Say of a picture that shows nothing that nobody is in it; it is not looked at."""
        return replace(
            last,
            frame=frame,
            poses=(),
            tracks=(),
            events=(),
            actions=(),
            operator_id=None,
            engaged=False,
            progress={},
            claims={},
            blocked_by="the picture is black or frozen",
            explanations={},
            paused=self._pipeline.paused,
            looked=False,
        )

    def _obey(self, bound: BoundAction) -> None:
        """Carry out an order to the program itself; in a dry run too, for nothing is touched."""
        if not isinstance(bound.action, Control):
            return
        with self._orders_lock:
            is_locked = self._locked
        if is_locked:
            result = ActionResult(bound, performed=False, reason=SCREEN_LOCKED)
            self._listener.on_action(result)
            return
        is_paused = self._pipeline.paused
        pausing = {"pause": True, "resume": False}.get(bound.action.order, not is_paused)
        if pausing == is_paused:
            reason = "already paused" if is_paused else "not paused"
            self._listener.on_action(ActionResult(bound, performed=False, reason=reason))
            return
        self._listener.on_action(ActionResult(bound, performed=True))
        with self._orders_lock:
            self._wanted_pause = pausing, "gesture"
        self._follow_pause(sparing=bound.gesture)

    def _follow_pause(self, *, sparing: str = "") -> None:
        with self._orders_lock:
            wanted, by = self._wanted_pause
            cause: PausedBy | None = by if wanted else "lock" if self._locked else None
        before, self._told_pause = self._told_pause, cause
        if (cause is None) != (before is None):
            if cause is not None:
                self._release(*self._pipeline.pause(self._last, sparing=sparing))
            else:
                self._pipeline.resume()
        elif "lock" not in (before, cause) or before == cause:
            return
        self._listener.on_pause(cause is not None, cause or ("lock" if before == "lock" else by))

    def _is_over(self, timestamp: float) -> bool:
        return (
            self._max_seconds is not None
            and self._first is not None
            and timestamp - self._first >= self._max_seconds
        )

    def _swap_mapping(self) -> None:
        with self._orders_lock:
            config, self._new_mapping = self._new_mapping, None
        if config is not None:
            self._let_go()
            self._dispatcher.allow_commands = config.control.allow_commands
            if needs_input(config.bindings):
                self._dispatcher.expect_input()
            classifier, engagement, bindings = make_mapping(config)
            self._pipeline.replace_mapping(
                classifier=classifier,
                engagement=engagement,
                bindings=bindings,
                operator_rule=config.control.operator,
            )

    def _let_go(self) -> None:
        self._release(*self._pipeline.cancel(self._last))

    def _release(self, events: Sequence[GestureEvent], actions: Sequence[BoundAction]) -> None:
        if events:
            self._listener.on_cancel(events)
        if actions:
            self._dispatcher.submit(actions)
        self._dispatcher.release_all()

    def _end(self) -> None:
        """Let go, then end the other threads; a failure of theirs counts unless ours came first."""
        try:
            if not self._stopping.is_set() and self._failure is None:
                self._dispatcher.flush(_ACTIONS_PATIENCE_S)  # what the last frames asked for
            self._let_go()
        except Exception as error:  # noqa: BLE001 - kept for join, which raises it
            # No key stays down: the dispatcher lets go of all as it stops.
            self._failure = self._failure or error
        self._slot.close()
        for end in (self._dispatcher.stop, self._capture.stop, self._capture.join):
            try:
                end()
            except BaseException as error:  # noqa: BLE001 - kept for join, which raises it
                self._failure = self._failure or error

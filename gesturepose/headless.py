"""The front end without a window: runs an engine and writes down what happens.

It holds no recognition logic and imports no Qt; the main thread only waits, watches gestures.toml
for changes, and turns signals into an orderly end.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import gesturepose
from gesturepose.actions.bindings import does_anything, pausing_gesture
from gesturepose.app import RunOptions, compose
from gesturepose.capture.recording import PoseRecorder
from gesturepose.config import parse_config
from gesturepose.config_watch import LOOK_S, ConfigWatch
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.event_log import EventLog, JsonEventLog, SpokenEventLog
from gesturepose.explain_log import ExplanationLog
from gesturepose.platforms.acting_lock import ActingElsewhere, ActingLock, only_copy
from gesturepose.platforms.hotkeys import PauseHotkey
from gesturepose.platforms.screen_lock import ScreenLock
from gesturepose.platforms.signals import ending_signals
from gesturepose.platforms.small_files import absolute
from gesturepose.platforms.standard_error import STANDARD_ERROR
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.app import Run
    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent
    from gesturepose.engine import Engine, PausedBy
    from gesturepose.event_log import EventOutput
    from gesturepose.pipeline import Snapshot

_log = logging.getLogger(__name__)

_SIGNAL_S = 0.1
"""Python acts on a signal only when the main thread runs, which it does so often."""
_ONE_BREATH_S = 0.7
_READER_PATIENCE_S = 1.0
_END_PATIENCE_S = 10.0
"""How long a stage may take to finish its frame once the end was asked for."""


class _Reporter:
    """Writes what the engine tells to the event log and, if asked, recording and explanations."""

    def __init__(
        self,
        events: EventLog,
        recorder: PoseRecorder | None,
        explanations: ExplanationLog | None = None,
    ) -> None:
        self._events = events
        self._recorder = recorder
        self._explanations = explanations
        self._first: float | None = None
        self._failure: Exception | None = None
        self._operator: tuple[int | None, bool] = None, False
        self.frames = self.looked = 0
        self.last_t = 0.0
        self.first_frame_at = 0.0

    def on_snapshot(self, snapshot: Snapshot) -> None:
        if self._failure is not None:
            raise self._failure
        self._events.output.settle()
        now = snapshot.frame.timestamp
        if self._first is None:
            self._first = now
            self.first_frame_at = time.monotonic()
        self.frames += 1
        self.last_t = self._t(now)
        if not snapshot.looked:
            return
        self.looked += 1
        if self._recorder is not None:
            self._recorder.write(
                snapshot.poses,
                self.last_t,
                size=snapshot.frame.size,
                everyone=snapshot.everyone,
            )
        operator = snapshot.operator_id, snapshot.engaged
        if operator != self._operator:
            self._operator = operator
            self._events.operator(operator[0], self.last_t, engaged=operator[1])
        self.on_cancel(snapshot.events)
        if self._explanations is not None:
            self._explanations.look(snapshot, self.last_t)

    def on_cancel(self, events: Sequence[GestureEvent]) -> None:
        for event in events:
            self._events.gesture(event, self._t(event.timestamp))

    def on_action(self, result: ActionResult) -> None:
        # On the thread of results, which must go on with the others: the engine's raises it.
        try:
            self._events.action(result, self._t(result.bound.timestamp))
        except (OSError, GesturePoseError) as error:
            self._failure = error

    def on_pause(self, paused: bool, by: PausedBy) -> None:  # noqa: FBT001 - the contract
        if by == "lock":
            _log.info("%s", "paused: the screen is locked" if paused else "resumed: unlocked")
        self._events.pause(paused, by, self.last_t)

    def hurry(self) -> None:
        """Let nobody wait for whoever reads any more."""
        self._events.output.hurry()
        if self._recorder is not None:
            self._recorder.hurry()

    def _t(self, timestamp: float) -> float:
        return timestamp - (self._first or 0.0)


class _Mapping:
    """The mapping in force: swaps it when gestures.toml changes; an error keeps the old one."""

    def __init__(
        self,
        path: Path,
        engine: Engine,
        hotkey: PauseHotkey,
        adjust: Callable[[Config], Config],
        *,
        acting: bool = True,
    ) -> None:
        self._path = path
        self._engine = engine
        self._acting = acting
        self._hotkey = hotkey
        self._adjust = adjust
        self._watch = ConfigWatch(path, on_text=self._take, on_problems=self._refuse)

    def look(self) -> None:
        self._watch.look()

    def listen(self, config: Config) -> None:
        """Watch for the keys that pause; where that fails, name the ways out that are left."""
        chord = config.control.pause_hotkey
        if chord == self._hotkey.chord:
            return
        self._hotkey.use(chord)
        if self._hotkey.problem:
            level = logging.WARNING if self._acting else logging.DEBUG
            gesture = pausing_gesture(config.bindings)
            pausing = f"pause with the gesture {gesture}, " if gesture else ""
            _log.log(
                level,
                "the pause keys do nothing: %s; %send it with Ctrl+C or SIGTERM",
                self._hotkey.problem,
                pausing,
            )

    def _take(self, text: str) -> None:
        config = self._adjust(parse_config(text, name=str(self._path)))
        self._engine.replace_mapping(config)
        self.listen(config)
        _log.info("%s reloaded", self._path)

    def _refuse(self, problems: Sequence[str]) -> None:
        for problem in problems:
            _log.warning("keeping the mapping as it was: %s", problem)


def run_headless(  # noqa: PLR0913 - the command line's options, by name
    config: Config,
    options: RunOptions,
    *,
    config_path: Path,
    adjust: Callable[[Config], Config],
    events: str | None = None,
    record: str | None = None,
    explain: Sequence[str] | None = None,
) -> None:
    """Run until the source ends, the time is over, or a signal asks for the end.

    Parameters
    ----------
    config, options
        What to run.
    config_path
        The file that is watched for changes.
    adjust
        Applies the command line's options to a configuration read later.
    events
        Where JSON Lines go: a path, ``-`` for standard output, ``None`` for sentences there.
    record
        Where a keypoint recording goes; ``None`` for none.
    explain
        Gestures to explain on standard error and in JSON Lines; empty for those nearest to firing,
        ``None`` for no explanations.

    Raises
    ------
    GesturePoseError
        Anything a person can act on.
    """
    # The current folder's mapping is somebody's work also where it is not the one in use.
    inputs = options.source, str(config_path), "gestures.toml"
    _check_outputs({"--events": events, "--record": record}, inputs)
    with only_copy(acting=not options.dry_run and does_anything(config.bindings)) as right:
        _run(
            config,
            options,
            config_path=config_path,
            adjust=partial(_adjust, adjust, right, options),
            events=events,
            record=record,
            explain=explain,
        )


def _adjust(
    adjust: Callable[[Config], Config], right: ActingLock, options: RunOptions, config: Config
) -> Config:
    """Apply the command line's options; a mapping that begins to act needs the right to."""
    config = adjust(config)
    if not options.dry_run and does_anything(config.bindings):
        try:
            right.take()
        except ActingElsewhere as error:
            raise UsageError(str(error)) from error
    return config


def _run(  # noqa: PLR0913 - as above
    config: Config,
    options: RunOptions,
    *,
    config_path: Path,
    adjust: Callable[[Config], Config],
    events: str | None,
    record: str | None,
    explain: Sequence[str] | None,
) -> None:
    started = time.monotonic()
    log: EventLog = (
        JsonEventLog(events)
        if events is not None
        else SpokenEventLog(tells_engagement=config.control.needs_wake)
    )
    recorder = None
    try:
        if record is not None:
            recorder = PoseRecorder(Path(record), skeleton_name=COCO17.name, background=True)
        explanations = None
        if explain is not None:
            explanations = ExplanationLog(explain, log, STANDARD_ERROR.tell)
        reporter = _Reporter(log, recorder, explanations)
        run = compose(config, options, reporter)
        if not run.live and not options.realtime:
            log.output.keep_everything()  # every frame counts, and so does every line
        stopping = threading.Event()
        with _signals(stopping), _draining(log.output, stopping):
            log.start(
                version=gesturepose.__version__,
                source=run.source,
                model=run.model,
                provider=run.provider,
                config=str(absolute(config_path)),
            )
            deadline = None
            if run.live and options.max_seconds is not None:
                deadline = time.monotonic() + options.max_seconds
            hotkey = PauseHotkey(partial(_toggle_pause, run.engine))
            mapping = _Mapping(config_path, run.engine, hotkey, adjust, acting=not options.dry_run)
            screen = ScreenLock(run.engine.set_locked)
            try:
                mapping.listen(config)
                if not options.dry_run or run.live or options.realtime:
                    screen.start()
                run.engine.start()
                _wait(run.engine, stopping, reporter.hurry, look=mapping.look, deadline=deadline)
            finally:
                screen.close()
                hotkey.close()
            if explanations is not None:
                explanations.flush()
            _tell_end(log, run, reporter, started)
    finally:
        try:
            if recorder is not None:
                recorder.close()
        finally:
            log.close()


def _tell_end(log: EventLog, run: Run, reporter: _Reporter, started: float) -> None:
    log.stop(
        frames=reporter.frames,
        looked=reporter.looked,
        dropped=run.engine.dropped,
        seconds=round(reporter.last_t, 3),
        wall_s=round(time.monotonic() - started, 3),
        first_frame_s=round(reporter.first_frame_at - started, 3) if reporter.frames else None,
        stages_ms=run.times.summary_ms(),
    )


@contextlib.contextmanager
def _draining(output: EventOutput, stopping: threading.Event) -> Iterator[None]:
    """Wait at the end for whoever reads, but not once the end was asked for and nobody does."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError, GesturePoseError):  # what came first is told
            _drain(output, stopping)
        raise
    _drain(output, stopping)


def _drain(output: EventOutput, stopping: threading.Event) -> None:
    left = output.drain(stopping.is_set)
    if left:
        _log.warning("%d lines of the events are not written: nobody was reading", left)


def _check_outputs(outputs: Mapping[str, str | None], inputs: Sequence[str]) -> None:
    """Refuse to write over what is read, or two things to one file, before any is opened."""
    taken = list(inputs)
    for option, target in outputs.items():
        if target is None or target == "-":
            continue
        if any(_is_same_file(target, other) for other in taken):
            raise UsageError(
                f"{option} {target} is also the source, the configuration or the other output; "
                "give it a file of its own"
            )
        taken.append(target)


def _is_same_file(one: str, other: str) -> bool:
    """Tell whether two names mean one regular file, which need not exist yet."""
    try:
        path, other_path = Path(one).resolve(), Path(other).resolve()
        if path.exists() and other_path.exists():
            return path.is_file() and path.samefile(other_path)
    except (OSError, RuntimeError, ValueError):
        return False  # one of them is no file name
    return path == other_path


def _toggle_pause(engine: Engine) -> None:
    if engine.paused:
        engine.resume()
    else:
        engine.pause()


def _wait(
    engine: Engine,
    stopping: threading.Event,
    hurry: Callable[[], None],
    *,
    look: Callable[[], None],
    deadline: float | None,
) -> None:
    """Wait for the engine's end; `Engine.join` raises what made it fail."""
    look_at = time.monotonic() + LOOK_S
    try:
        while not engine.join(_SIGNAL_S):
            now = time.monotonic()
            if stopping.is_set() or (deadline is not None and now >= deadline):
                _end(engine, hurry, patience_s=0.0 if stopping.is_set() else _READER_PATIENCE_S)
                return
            if now >= look_at:
                look()
                look_at = now + LOOK_S
    except BaseException:
        engine.stop()
        hurry()
        raise


def _end(engine: Engine, hurry: Callable[[], None], *, patience_s: float) -> None:
    """Have keys come up first, then let nobody wait for a reader, and wait for the threads."""
    engine.stop()
    if engine.join(patience_s):
        return
    hurry()
    if not engine.join(_END_PATIENCE_S):
        raise GesturePoseError(
            f"a stage did not end within {_END_PATIENCE_S:g} s; every key was let go of"
        )


class _signals:  # noqa: N801 - a context manager used as a function
    """Requests to end set an event while the body runs; handlers are put back afterwards.

    A second request interrupts at once: somebody who asks twice does not want to wait for a stage
    that hangs. A terminal that closes may ask twice in one breath, which is one request.
    """

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._asked_at = 0.0
        self._before: dict[int, object] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in ending_signals():
                self._before[number] = signal.signal(number, self._ask_to_end)

    def _ask_to_end(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked_at and now - self._asked_at > _ONE_BREATH_S:
            signal.default_int_handler(number, frame)
        self._asked_at = self._asked_at or now
        self._stopping.set()

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

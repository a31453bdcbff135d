"""Runs recognition over many sources, in several processes; actions are left out.

Each process loads the network once, uses it for one clip after another, and closes it. What comes
out does not depend on the number of processes. Judges nothing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, connection, get_context, parent_process
from typing import TYPE_CHECKING

from gesturepose.app import load_network, make_stages, needs_network
from gesturepose.capture.opening import open_source
from gesturepose.datatypes import Phase
from gesturepose.errors import GesturePoseError
from gesturepose.evaluation.matching import Detection, Replay
from gesturepose.platforms.signals import ending_signals
from gesturepose.platforms.threads import NoThreadError, is_short_of_threads, short_of_threads
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from concurrent.futures import Future
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from gesturepose.app import Network
    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent

_LOOK_S = 0.5


def count_cpus() -> int:
    """Count the processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Replayer:
    """Runs recognition over one source after another.

    Parameters
    ----------
    config
        As for a live run; bindings are not used.
    is_cancelled
        Asked before every frame.
    """

    def __init__(self, config: Config, is_cancelled: Callable[[], bool] = lambda: False) -> None:
        self._config = config
        self._is_cancelled = is_cancelled
        self._times = StageTimes()
        self._network: Network | None = None

    def __call__(self, path: Path) -> Replay:
        """Recognise what is in a clip or recording, from its first frame to its last.

        Raises
        ------
        GesturePoseError
            If it or the network cannot be read, or it was cancelled.
        """
        source = open_source(str(path), self._config.camera)
        events: list[GestureEvent] = []
        start_s = end_s = None
        frames = 0
        try:
            if self._network is None and needs_network(str(path)):
                self._network = load_network(self._config.model, self._times)
            stages = make_stages(self._config, str(path), self._times, network=self._network)
            while (frame := source.read()) is not None:
                if self._is_cancelled():
                    raise GesturePoseError(f"{path}: cancelled")
                events += stages.pipeline.step(frame).events
                start_s = frame.timestamp if start_s is None else start_s
                end_s = frame.timestamp
                frames += 1
        finally:
            source.close()
        return Replay(_pair(events, end_s or 0.0), start_s or 0.0, end_s or 0.0, frames)

    def close(self) -> None:
        """Free the network."""
        if self._network is not None:
            self._network.close()
            self._network = None


def _pair(events: Sequence[GestureEvent], end_s: float) -> tuple[Detection, ...]:
    """Join each BEGIN with its END or CANCEL, or with the end of the source."""
    detections: list[Detection] = []
    for i, event in enumerate(events):
        if event.phase is Phase.BEGIN:
            ends = (
                later.timestamp
                for later in events[i + 1 :]
                if later.gesture == event.gesture and later.phase in (Phase.END, Phase.CANCEL)
            )
            detections.append(Detection(event.gesture, event.timestamp, next(ends, end_s)))
    return tuple(detections)


def replay_all(
    config: Config,
    paths: Sequence[Path],
    *,
    jobs: int = 1,
    on_done: Callable[[Path], None] = lambda _: None,
) -> list[Replay]:
    """Run recognition over sources.

    Parameters
    ----------
    config
        As for a live run; the network's threads are divided among the processes.
    paths
        Clips and recordings.
    jobs
        Processes at most; with 1, or one source, none is started.
    on_done
        Told after each source, in no particular order.

    Returns
    -------
    list of Replay
        In the order of ``paths``.

    Raises
    ------
    GesturePoseError
        If a source or the network cannot be read; the rest is not waited for.
    """
    jobs = min(jobs, len(paths))
    if jobs > 1:
        return _replay_in_processes(_share_threads(config, jobs), paths, jobs, on_done)
    replayer, replays = Replayer(config), []
    try:
        for path in paths:
            replays.append(replayer(path))
            on_done(path)
    finally:
        replayer.close()
    return replays


def _share_threads(config: Config, jobs: int) -> Config:
    from gesturepose.pose.providers import default_threads

    wanted = config.model.threads or default_threads()
    threads = max(1, min(wanted, count_cpus() // jobs))
    return config.model_copy(update={"model": config.model.model_copy(update={"threads": threads})})


def _replay_in_processes(
    config: Config, paths: Sequence[Path], jobs: int, on_done: Callable[[Path], None]
) -> list[Replay]:
    # Started afresh: a copy of a process with threads of OpenCV and onnxruntime may hang.
    context = get_context("spawn")
    with _interrupts_blocked():  # a process that tracks what they share is started here
        cancelled = context.Event()
        executor = ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_start_worker, initargs=(config, cancelled)
        )
    is_broken = False
    try:
        with _threads_watched() as failures:
            longest_first = sorted(paths, key=_cost, reverse=True)
            # New processes inherit it: an interrupt is ours to handle.
            with _interrupts_blocked(), short_of_threads():
                futures = {executor.submit(_replay, path): path for path in longest_first}
            replays = {}
            for future in _finished(futures, failures):
                replays[futures[future]] = future.result()
                on_done(futures[future])
    except BrokenProcessPool as error:
        raise GesturePoseError(
            "a process that evaluates clips ended unexpectedly, perhaps for lack of memory; "
            "try --jobs 1"
        ) from error
    except NoThreadError:
        # The pool does not get over it: its processes would wait for work, and we for them.
        for process in active_children():
            process.terminate()
        is_broken = True
        raise
    except BaseException:
        cancelled.set()
        raise
    finally:
        executor.shutdown(wait=not is_broken, cancel_futures=True)
    return [replays[path] for path in paths]


@contextlib.contextmanager
def _threads_watched() -> Iterator[list[BaseException]]:
    """Collect what ends threads meanwhile; the pool waits for ever for one of its own."""
    failures: list[BaseException] = []
    before = threading.excepthook

    def note(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and is_short_of_threads(arguments.exc_value):
            failures.append(arguments.exc_value)
        else:
            before(arguments)

    threading.excepthook = note
    try:
        yield failures
    finally:
        threading.excepthook = before


def _finished(
    futures: Collection[Future[Replay]], failures: Sequence[BaseException]
) -> Iterator[Future[Replay]]:
    """Give the futures as they finish; raises what ended a thread of the pool."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, _LOOK_S, FIRST_COMPLETED)
        yield from done
        if failures:
            raise NoThreadError from failures[0]


def _cost(path: Path) -> tuple[bool, int]:
    """Order sources by how long they take: the network makes any clip dearer than a recording."""
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return needs_network(str(path)), size


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Put requests to end off until after the body, and keep them from processes started in it.

    A process interrupted while it is being started leaves half of itself behind.
    """
    if (
        not hasattr(signal, "pthread_sigmask")  # Windows
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    asked: list[int] = []
    # The mask is what new processes inherit; it does not keep our other threads from the signal.
    before = {
        number: signal.signal(number, lambda number, _: asked.append(number))
        for number in ending_signals()
    }
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, before)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        if asked:
            signal.raise_signal(asked[0])


@dataclass(slots=True)
class _Worker:
    """What a process keeps from one source to the next."""

    replayer: Replayer | None = None


_worker = _Worker()


def _start_worker(config: Config, cancelled: Event) -> None:
    import atexit

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # the pool ends its processes by this one
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    logging.basicConfig(level="WARNING", format="gesturepose: %(message)s")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker.replayer = Replayer(config, cancelled.is_set)
    atexit.register(_worker.replayer.close)


def _end_with_parent() -> None:
    """Leave when the program was killed: nobody is left to tell this process to."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _replay(path: Path) -> Replay:
    if _worker.replayer is None:
        raise RuntimeError("sources are replayed in processes that were prepared for it")
    return _worker.replayer(path)

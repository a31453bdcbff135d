"""Watching over held keys from a process of its own, which sees it when this one is gone.

A program that is killed, or that a library brings down, lets go of nothing; the pipe to the guard
closes all the same. It is started with the first key that goes down and ends with the sink. It
must never make the thread that presses keys wait.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.actions.sinks import key_guard_process
from gesturepose.actions.sinks.held_note import HeldNote
from gesturepose.platforms.signals import ending_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG = logging.getLogger(__name__)

_BEAT_S = 1.0
_END_S = 2.0
_NEEDED = ("xcffib", "cffi", "_cffi_backend", "pycparser")
_ENVIRONMENT = ("DISPLAY", "XAUTHORITY", "HOME", "PATH", "LD_LIBRARY_PATH")


class KeyGuard:
    """Is told which keys are down, and has them let go of when this process cannot.

    That it cannot be started, or has died, is told once and is no failure of the keys.

    Parameters
    ----------
    display
        The X server, such as ``:0``.
    """

    def __init__(self, display: str) -> None:
        self._display = display
        self._note = HeldNote(display)
        self._lock = threading.Lock()
        self._pressed = threading.Condition(self._lock)
        self._down: dict[str, None] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._is_told = self._is_closed = False
        self._beats: threading.Thread | None = None

    def key(self, code: int, *, down: bool) -> None:
        """Take that a keycode is about to go down, or has come up."""
        self._note_down(f"key {code}", down=down)

    def button(self, number: int, *, down: bool) -> None:
        """Take that a button of the pointer is about to go down, or has come up."""
        self._note_down(f"button {number}", down=down)

    def _note_down(self, what: str, *, down: bool) -> None:
        with self._lock:
            if down:
                self._down[what] = None
            else:
                self._down.pop(what, None)
            self._note.write(self._down)
            self._send(f"{'+' if down else '-'}{what}\n")
            if self._process is None and self._down:
                self._start()
            self._pressed.notify_all()

    def close(self) -> None:
        """End the guard, which lets go of what is still down."""
        with self._lock:
            self._is_closed = True
            self._pressed.notify_all()
            process, self._process = self._process, None
            if process is None:
                return
            _close_pipe(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)

    def _start(self) -> None:
        """Start the process and tell it what is down; the lock is held."""
        try:
            with _signals_blocked():  # the new process inherits it, until it has its own way
                self._process = subprocess.Popen(  # noqa: S603 - this interpreter, our own file
                    [
                        *(sys.executable, "-I", "-S", "-E", key_guard_process.__file__),
                        *(self._display, str(self._note.path or ""), *_find_folders()),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    bufsize=0,
                    cwd="/",
                    env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                    start_new_session=True,
                )
        except (OSError, ValueError) as error:
            self._tell(f"cannot be started: {error}")
            return
        if self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)
        self._send("".join(f"+{what}\n" for what in self._down))
        if self._beats is None:
            beats = threading.Thread(target=self._beat, name="key-guard", daemon=True)
            # Without the thread the guard still sees the end, but not that this process hangs.
            with contextlib.suppress(RuntimeError):
                beats.start()
                self._beats = beats

    def _send(self, text: str) -> None:
        """Write to the process; one that does not take it is given up. The lock is held."""
        process = self._process
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.write(text.encode())
        except OSError:
            self._process = None
            _close_pipe(process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0)

    def _tell(self, problem: str) -> None:
        if not self._is_told:
            self._is_told = True
            _LOG.warning(
                "the process that lets go of keys after a crash %s; everything else works", problem
            )

    def _beat(self) -> None:
        """Say that this process runs, as long as a key is down."""
        with self._lock:
            while not self._is_closed:
                if self._down:
                    self._send(".\n")
                    if self._process is None:  # it was killed
                        self._start()
                self._pressed.wait(_BEAT_S if self._down else None)


@contextlib.contextmanager
def _signals_blocked() -> Iterator[None]:
    """Keep requests to end from this thread, and from what it starts meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ending_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _close_pipe(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def _find_folders() -> list[str]:
    """Return where the guard finds what it imports."""
    folders: dict[str, None] = {}
    for name in _NEEDED:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            up = 1 if spec.submodule_search_locations else 0
            folders[str(Path(spec.origin).parents[up])] = None
    return list(folders)

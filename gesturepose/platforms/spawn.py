"""Starting programs that go on without us: never through a shell unless asked, never waited for.

It must not block: the caller is the thread that also lets go of keys.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gesturepose.errors import ActionError, one_line
from gesturepose.platforms.threads import NoThreadError, start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_LOG = logging.getLogger(__name__)

ANY_CODE: Final = -1000
"""In `Program`'s reasons: what every other exit code means."""
_NO_REASONS: Final[Mapping[int, str]] = MappingProxyType({})


class Program:
    """A program that was started, and how it ended.

    Parameters
    ----------
    name
        What to call it.
    reasons
        What its exit codes mean, for somebody who has to mend it.
    tells_at_end
        Whether it only passes something on, and says by its end whether that was taken.
    """

    def __init__(
        self, name: str, *, reasons: Mapping[int, str] = _NO_REASONS, tells_at_end: bool = False
    ) -> None:
        self.name = name
        self.tells_at_end = tells_at_end
        self._reasons = reasons
        self._begun_at = time.monotonic()
        self._lived_s = 0.0
        self._exit_code: int | None = None
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for the signal that ended it; ``None`` while it runs."""
        return self._exit_code

    @property
    def failure(self) -> str | None:
        """Why it is known to have failed; ``None`` while it runs, or if it ended well."""
        code = self._exit_code
        if code in (None, 0):
            return None
        reason = self._reasons.get(code) or self._reasons.get(ANY_CODE)
        if reason is not None:
            return reason
        how = f"exit code {code}" if code > 0 else f"signal {-code}"
        return f"{self.name} ended with {how} after {self._lived_s:.1f} s"

    def when_ended(self, listener: Callable[[], None]) -> None:
        """Call a listener once it has ended, on any thread; at once if it has."""
        with self._lock:
            if self._exit_code is None:
                self._listeners.append(listener)
                return
        listener()

    def note_end(self, code: int) -> None:
        """Take down its end; once."""
        with self._lock:
            self._lived_s = time.monotonic() - self._begun_at
            self._exit_code = code
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()


def spawn(
    command: Sequence[str] | str,
    *,
    shell: bool = False,
    folder: Path | None = None,
    reasons: Mapping[int, str] = _NO_REASONS,
    tells_at_end: bool = False,
) -> Program:
    """Start a program in a session of its own, cut off from our terminal, and return at once.

    Parameters
    ----------
    command
        Program and arguments, at least the program; with ``shell``, one line for the shell.
    shell
        Let the system's shell read the line.
    folder
        Its working directory; ours if not given.
    reasons, tells_at_end
        See `Program`.

    Raises
    ------
    ActionError
        It could not be started.
    """
    name = one_line(command if isinstance(command, str) else command[0])
    if folder is not None and not folder.is_dir():
        raise ActionError(f"cannot start {name}: its working folder {folder} is not there")
    try:
        child = subprocess.Popen(  # noqa: S603 (the owner of the mapping wrote the command)
            command if shell else list(command),
            shell=shell,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_child_environment(),
        )
    except FileNotFoundError as error:
        raise ActionError(f"program not found: {name}; install it or give its full path") from error
    except (OSError, ValueError) as error:
        raise ActionError(f"cannot start {name}: {one_line(str(error))}") from error
    program = Program(name, reasons=reasons, tells_at_end=tells_at_end)
    # Waiting for it is what removes it from the process table; a daemon thread costs less than a
    # table of children somebody must remember to look through.
    reaper = threading.Thread(target=_reap, args=(child, program), name=f"reap-{name}", daemon=True)
    try:
        start_thread(reaper)
    except NoThreadError as error:  # it runs all the same
        _LOG.warning("how %s ends will not be known: %s", name, error)
    return program


def _reap(child: subprocess.Popen[bytes], program: Program) -> None:
    code = child.wait()
    if code != 0:
        _LOG.info("%s ended with exit code %d", program.name, code)
    program.note_end(code)


def _child_environment() -> dict[str, str]:
    """Return our environment without what OpenCV's wheel adds to it on import.

    It points Qt at its own plug-ins, with which other Qt applications fail to start.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith("QT_QPA_") and f"{os.sep}cv2{os.sep}" in value)
    }

"""The right to act on a desktop, which one process at a time has: two would do everything twice.

What is acted upon is the display, so that is what the right is for: two displays do not disturb
each other, and a program of the session's finds the one started over a terminal from elsewhere. It
knows nothing of engines and front ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import platform
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from gesturepose.errors import GesturePoseError
from gesturepose.platforms.process_lock import ProcessLock
from gesturepose.platforms.user_folders import user_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG = logging.getLogger(__name__)

Purpose: TypeAlias = Literal["acting", "app"]
"""What there is one of on a desktop: a copy that acts, and an app with a window."""


class ActingElsewhere(GesturePoseError):  # noqa: N818 - an expected turn of events
    """Another copy of the program acts on this desktop.

    Attributes
    ----------
    pid
        Its process; 0 if that cannot be told.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        process = f" (process {pid})" if pid else ""
        super().__init__(
            f"another copy{process} is acting on this desktop; stop it first, or use --dry-run"
        )


class ActingLock:
    """The right of this process to act on the desktop of its environment. For one thread.

    Parameters
    ----------
    purpose
        What there is to be one of; the app's place is taken as the right to act is.
    """

    def __init__(self, purpose: Purpose = "acting") -> None:
        self._purpose = purpose
        self._locks: list[ProcessLock] = []

    @property
    def held(self) -> bool:
        """Whether it is ours."""
        return bool(self._locks)

    def take(self) -> None:
        """Take the right; nothing if it is ours already.

        Where no folder can hold a lock it is ours as well: a full disk must not keep anybody from
        using the computer. That is logged.

        Raises
        ------
        ActingElsewhere
            Another process has it.
        """
        if self._locks:
            return
        taken: list[ProcessLock] = []
        for path in _paths(self._purpose):
            lock = ProcessLock(path)
            try:
                is_ours = lock.take()
            except OSError as error:
                _LOG.debug("no lock in %s: %s", path, error)
                continue
            if not is_ours:
                for other in taken:
                    other.release()
                raise ActingElsewhere(lock.holder())
            taken.append(lock)
        if not taken:
            _LOG.warning(
                "nothing keeps a second copy from acting as well: no lock can be kept in %s",
                " or ".join(map(str, _folders())) or tempfile.gettempdir(),
            )
        self._locks = taken

    def paths(self) -> list[Path]:
        """Return the files that are locked while it is held, the same in every process."""
        return list(_paths(self._purpose))

    def is_free(self) -> bool:
        """Whether no other process has it."""
        return self.held or not any(ProcessLock(path).is_taken() for path in _paths(self._purpose))

    def release(self) -> None:
        """Give the right up; nothing if it is not ours."""
        locks, self._locks = self._locks, []
        for lock in locks:
            lock.release()


@contextlib.contextmanager
def only_copy(*, acting: bool) -> Iterator[ActingLock]:
    """Have the right to act while the body runs, taken at once if ``acting``.

    Raises
    ------
    ActingElsewhere
        Another process has it.
    """
    lock = ActingLock()
    try:
        if acting:
            lock.take()
        yield lock
    finally:
        lock.release()


def desktops() -> tuple[str, ...]:
    """Name what a program with this environment acts upon: the displays, or else the user."""
    if sys.platform == "win32":
        return (f"windows-{_windows_session()}",)
    if sys.platform == "darwin":
        return ("macos",)
    names = []
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland:
        names.append(f"wayland-{Path(os.environ.get('XDG_RUNTIME_DIR', '/')) / wayland}")
    if x11:
        host, _, number = x11.rpartition(":")
        host = "" if host in ("unix", platform.node()) else host
        names.append(f"x11-{host}:{number.partition('.')[0]}")
    return tuple(names) or ("none",)


def runtime_folder() -> Path | None:
    """Return a folder of this user's alone that lasts as long as the session, if there is one.

    ``XDG_RUNTIME_DIR``, or where it would be: a program started by cron, or after ``sudo``, lacks
    the variable and not the folder.
    """
    if sys.platform == "win32":
        return None
    named = os.environ.get("XDG_RUNTIME_DIR")
    for folder in (Path(named) if named else None, Path(f"/run/user/{os.getuid()}")):
        if folder is not None and folder.is_absolute() and _is_private(folder):
            return folder
    return None


def _is_private(folder: Path) -> bool:
    """Whether a folder is ours and nobody else may put anything there."""
    if sys.platform == "win32":
        return True
    try:
        facts = folder.stat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(facts.st_mode)
        and facts.st_uid == os.getuid()
        and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        and os.access(folder, os.W_OK | os.X_OK)
    )


def _folders() -> Iterator[Path]:
    """Give the folders that hold locks: all that can be used, for others may see only some."""
    runtime = runtime_folder()
    if runtime is not None:
        yield runtime
    state = user_folder("state")
    try:
        if state is not None:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        state = None
    if state is not None and _is_private(state):
        yield state
    elif runtime is None and sys.platform != "win32":
        try:
            shared = Path(tempfile.gettempdir()) / f"gesturepose-{os.getuid()}"
            shared.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            return
        if _is_private(shared) and not shared.is_symlink():
            yield shared


def _paths(purpose: Purpose) -> Iterator[Path]:
    """Give the files that stand for the desktops, in the same order in every process."""
    for folder in _folders():
        for desktop in desktops():
            # Of this machine: a home folder may be on several, each with a display :0.
            name = hashlib.sha256(f"{platform.node()} {desktop}".encode()).hexdigest()[:16]
            yield folder / f"gesturepose-{purpose}-{name}.lock"


def _windows_session() -> int:
    """Return the number of the Windows session this process runs in."""
    import ctypes

    number = ctypes.c_ulong(0)
    kernel: object = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    kernel.ProcessIdToSessionId(os.getpid(), ctypes.byref(number))  # type: ignore[attr-defined]
    return number.value

"""A small file that says what is held down, for a start after everything else has failed.

A process that watches over the keys may be killed with the program; the file stays. Whoever finds
it does no more than let go of keys, and only once the process that wrote it is gone. It must not
follow links, nor believe what it reads.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gesturepose.actions.sinks.key_guard_process import is_pressable, let_go
from gesturepose.platforms.acting_lock import runtime_folder
from gesturepose.platforms.user_folders import user_folder

if TYPE_CHECKING:
    from collections.abc import Collection

_LOG = logging.getLogger(__name__)

_LARGEST = 4096
"""More bytes than any such file of ours has."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a file says.

    Attributes
    ----------
    pid, started
        The process, and when it was started by the kernel's clock (0 where that is not known):
        numbers of processes are used again.
    display
        The X server.
    pressed
        Such as ``key 38`` or ``button 1``, in the order in which they went down.
    """

    pid: int
    started: int
    display: str
    pressed: tuple[str, ...]


class HeldNote:
    """The file of this process for one display.

    That it cannot be written is no failure: it is the last of several nets.

    Parameters
    ----------
    display
        The X server, such as ``:0``.

    Attributes
    ----------
    path
        Where it is; ``None`` where there is no folder of our own to write it in.
    """

    def __init__(self, display: str) -> None:
        self._display = display
        self._pid = os.getpid()
        self._started = _start_of(self._pid)
        folder = _own_folder()
        self.path = folder and folder / f"{_prefix(display)}{self._pid}.json"

    def write(self, pressed: Collection[str]) -> None:
        """Say what is down; the file goes with the last of it."""
        if self.path is None:
            return
        with contextlib.suppress(OSError):
            if not pressed:
                self.path.unlink(missing_ok=True)
                return
            said = {
                "pid": self._pid,
                "started": self._started,
                "display": self._display,
                "pressed": list(pressed),
            }
            new = self.path.with_suffix(".new")
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            number = os.open(new, flags, 0o600)
            try:
                os.write(number, json.dumps(said).encode())
            finally:
                os.close(number)
            new.replace(self.path)


def let_go_of_left_keys(display: str) -> None:
    """Let go of what programs that are gone left down on a display, and say so in one line."""
    folder = _own_folder()
    if folder is None:
        return
    came_up = 0
    for path in sorted(folder.glob(f"{_prefix(display)}*.json")):
        held = _read(path)
        if held is not None and (
            _server_of(held.display) != _server_of(display) or _is_running(held)
        ):
            continue
        try:
            if held is not None:
                came_up += let_go(display, held.pressed)
            path.unlink(missing_ok=True)
        except Exception as error:  # noqa: BLE001 - of the X server; the next start tries again
            _LOG.debug("%s: %s", path, error)
    if came_up:
        keys = "a key" if came_up == 1 else f"{came_up} keys"
        _LOG.warning("let go of %s that an earlier run had left down", keys)


def _read(path: Path) -> Held | None:
    """Read a file; ``None`` if it is none of ours."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(number)
            is_ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid()
            if not is_ours or status.st_size > _LARGEST:
                return None
            said = json.loads(os.read(number, _LARGEST))
        finally:
            os.close(number)
        pressed = tuple(dict.fromkeys(said["pressed"]))
        if not all(map(is_pressable, pressed)) or not isinstance(said["display"], str):
            return None
        return Held(_integer(said["pid"]), _integer(said["started"]), said["display"], pressed)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ValueError(value)
    return value


def _is_running(held: Held) -> bool:
    """Whether the process that wrote a file is there still."""
    if held.pid == os.getpid() or not 0 < held.pid < 2**31:
        return held.pid == os.getpid() and held.started == _start_of(held.pid)
    try:
        os.kill(held.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # somebody else's
    started = _start_of(held.pid)
    return not started or started == held.started


def _start_of(pid: int) -> int:
    """Return when a process was started, in ticks since the machine was; 0 if that is not told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[19])
    except (OSError, ValueError, IndexError):
        return 0


def _prefix(display: str) -> str:
    return f"held-{quote(_server_of(display), safe='')}-"


def _server_of(display: str) -> str:
    """Leave out the screen: ``:0`` and ``:0.0`` are one server and one keyboard."""
    host, colon, number = display.rpartition(":")
    return f"{host}{colon}{number.partition('.')[0]}"


def _own_folder() -> Path | None:
    """Return a folder that is ours alone, made if need be; the session's where there is one."""
    session = runtime_folder()
    with contextlib.suppress(OSError, ValueError):
        if session is not None:
            folder = session / "gesturepose"
            folder.mkdir(mode=0o700, exist_ok=True)
            if _is_ours(folder):
                return folder
    with contextlib.suppress(OSError, ValueError):
        state = user_folder("state")
        if state is not None:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_ours(state):
                return state
    return None


def _is_ours(folder: Path) -> bool:
    status = folder.lstat()
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.getuid()
        and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )

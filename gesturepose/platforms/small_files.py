"""Reading a small file that may turn out to be anything: a pipe, a device, a folder, gigabytes.

A read neither hangs nor takes memory: it is bounded in bytes, and a pipe's also in time. It does
not know what the bytes mean.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PIPE_S: Final = 5.0
"""How long whoever writes into a pipe may take for all of it."""
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_CHUNK: Final = 1 << 16
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class UnreadableError(Exception):
    """A file cannot be read; ``str()`` says why, to be put behind its name: "is a folder"."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What differs when a file may have another content, or may be read where it could not before.

    Attributes
    ----------
    modified_ns, changed_ns
        When its content, and anything about it (its permissions, say), changed last.
    size
        In bytes.
    number
        Of the file on its device.
    """

    modified_ns: int
    changed_ns: int
    size: int
    number: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A file's content, and its stamp from just before that was read."""

    content: bytes
    stamp: Stamp


def stamp_of(status: os.stat_result) -> Stamp:
    """Return the stamp in a file's status."""
    return Stamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def read_small_file(path: Path, *, limit: int, pipes: bool = False) -> Seen:
    """Read a whole file, unless that is more than it should be.

    Parameters
    ----------
    path
        A regular file, or a link to one.
    limit
        How many bytes it may hold.
    pipes
        Whether a pipe will do, such as a shell makes of ``<(command)``, and the null device.

    Raises
    ------
    FileNotFoundError
        It is not there, nor is it a link that leads nowhere.
    UnreadableError
        It cannot be read, or is something that should not be.
    """
    try:
        # Looked at first: opening some devices does something.
        _refuse(path.stat(), pipes=pipes)
        # Not to wait for whoever might write into a pipe.
        number = os.open(path, _FLAGS)
    except FileNotFoundError as error:
        if path.is_symlink():
            raise UnreadableError(f"is a link that leads nowhere ({path.readlink()})") from error
        raise
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot be read: {say_why(error)}") from error
    try:
        status = os.fstat(number)
        _refuse(status, pipes=pipes)
        if stat.S_ISFIFO(status.st_mode):
            content = _read_pipe(number, limit)
        elif status.st_size > limit:
            raise UnreadableError(_too_large(limit))
        else:
            content = _read(number, limit)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from error
    finally:
        os.close(number)
    return Seen(content, stamp_of(status))


def absolute(path: Path) -> Path:
    """Return a path from the root on, or as it is where the current folder is gone."""
    try:
        return path.absolute()
    except OSError:
        return path


def exists(path: Path) -> bool:
    """Tell whether something is there; what may not be looked at might be."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG
    return True


def resolve(path: Path) -> Path:
    """Return where a path leads, or the path itself where that cannot be found out."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # the current folder is gone, a link is a circle
        return path


def is_folder(path: Path) -> bool:
    """Tell whether this is a folder, or a link to one, that may be looked at."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def why_no_file(path: Path) -> str:
    """Say why something is no file that can be read, to be put behind its name; empty if it is."""
    try:
        _refuse(path.stat(), pipes=False)
    except UnreadableError as error:
        return str(error)
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError) and path.is_symlink():
            return "is a link that leads nowhere"
        return f"cannot be read: {say_why(error)}"
    return "" if os.access(path, os.R_OK) else "cannot be read: Permission denied"


def is_file(path: Path) -> bool:
    """Tell whether this is a file, or a link to one, that may be looked at."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def say_why(error: Exception) -> str:
    """Say in a few words what kept a path from being looked at."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _refuse(status: os.stat_result, *, pipes: bool) -> None:
    """Raise `UnreadableError` for what is no file, and no pipe where that will do."""
    mode = status.st_mode
    if stat.S_ISREG(mode) or (pipes and (stat.S_ISFIFO(mode) or _is_null(status))):
        return
    kind = next((kind for is_kind, kind in _KINDS if is_kind(mode)), "something else")
    raise UnreadableError(f"is {kind}, not a file")


def _is_null(status: os.stat_result) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(status, Path(os.devnull).stat())
    return False


def _too_large(limit: int) -> str:
    return f"is larger than {limit // 1024} KiB, which no such file is"


def _read(number: int, limit: int) -> bytes:
    """Read to the end; more than there should be is an error, whatever the size had been."""
    pieces, left = [], limit + 1
    while left > 0 and (piece := os.read(number, min(left, _CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise UnreadableError(_too_large(limit))
    return b"".join(pieces)


def _read_pipe(number: int, limit: int) -> bytes:
    if sys.platform == "win32":
        raise UnreadableError("is a pipe, not a file")
    import select

    poll = select.poll()
    poll.register(number, select.POLLIN)
    deadline = time.monotonic() + _PIPE_S
    content = b""
    while (left_s := deadline - time.monotonic()) > 0:
        # Before anybody opened its other end, a pipe would seem to be at its end.
        if not poll.poll(1e3 * left_s):
            break
        try:
            piece = os.read(number, _CHUNK)
        except BlockingIOError:  # another reader was quicker
            continue
        content += piece
        if len(content) > limit:
            raise UnreadableError(_too_large(limit))
        if not piece:
            if content:
                return content
            raise UnreadableError("is a pipe that gave nothing")
    raise UnreadableError(f"is a pipe that did not give its end within {_PIPE_S:.0f} s")

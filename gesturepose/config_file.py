"""gestures.toml on the disk: read whole, written whole or not at all.

The one place where it is read, by whoever: bounded, and never waited for. A reader never sees half
a file: the new one is written beside the old one and takes its place in one step. Permissions,
links, line ends and a byte order mark stay as they were. It does not know what the text means.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gesturepose.config_errors import ConfigError
from gesturepose.platforms.small_files import (
    Seen,
    Stamp,
    UnreadableError,
    read_small_file,
    say_why,
    stamp_of,
)

LIMIT_BYTES = 256 << 10
"""A mapping is written by hand; the packaged one has 15 KB. What fits in is read in a second."""
_FRESH_S = 1.0
"""A file emptied so short a time ago is probably being written."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, and how it was stored.

    Attributes
    ----------
    text
        With line ends of one character.
    bom
        Whether it began with a byte order mark.
    crlf
        Whether its lines ended in two characters.
    """

    text: str
    bom: bool
    crlf: bool


def read(path: Path, *, pipes: bool = False) -> Seen:
    """Read a file.

    Parameters
    ----------
    path
        The file.
    pipes
        Whether a pipe or the null device will do, for who reads once and watches nothing.

    Raises
    ------
    ConfigError
        It cannot be read, or is no file, or far too large.
    """
    try:
        return read_small_file(path, limit=LIMIT_BYTES, pipes=pipes)
    except FileNotFoundError as error:
        raise ConfigError([f"{path}: cannot be read: {say_why(error)}"]) from error
    except UnreadableError as error:
        raise ConfigError([f"{path}: {error}"]) from error


def read_text(path: Path) -> str:
    """Read the text of a file, with or without a byte order mark; a pipe will do.

    Raises
    ------
    ConfigError
        It cannot be read, or is not UTF-8.
    """
    return decode(read(path, pipes=True).content, name=str(path)).text


def read_if_changed(path: Path, before: Seen | None, *, thorough: bool = False) -> Seen | None:
    """Read a file again; ``None`` when it is as before, gone, or just being written.

    Parameters
    ----------
    path
        The file.
    before
        How it was seen last; ``None`` if it never was.
    thorough
        Read it even if its stamp is as before.

    Raises
    ------
    ConfigError
        It is there and cannot be read.
    """
    try:
        stamp = stamp_of(path.stat())
    except OSError:
        stamp = None  # the read says why
    if before is not None and stamp == before.stamp and not thorough:
        return None
    try:
        seen = read_small_file(path, limit=LIMIT_BYTES)
    except FileNotFoundError:
        return None
    except UnreadableError as error:
        raise ConfigError([f"{path}: {error}"]) from error
    age_s = time.time() - seen.stamp.modified_ns / 1e9
    # The clock of files may be a little behind, and a little ahead.
    if not seen.content.strip() and -_FRESH_S / 2 < age_s < _FRESH_S:
        return None
    return seen


def decode(content: bytes, *, name: str) -> Decoded:
    """Read bytes as text.

    Raises
    ------
    ConfigError
        It is not UTF-8.
    """
    bom = content.startswith(codecs.BOM_UTF8)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            [f"{name}: not UTF-8 text (byte {error.start}); save it as UTF-8"]
        ) from error
    ends = text.count("\n")
    crlf = ends > 0 and text.count("\r\n") * 2 > ends
    return Decoded(text.replace("\r\n", "\n"), bom=bom, crlf=crlf)


def write(path: Path, text: str, *, like: Seen) -> Seen:
    """Put a text in the place of a file, with the line ends and byte order mark of ``like``.

    A link stays a link: the file it points to is replaced.

    Raises
    ------
    ConfigError
        It cannot be written; then the old file is as it was.
    """
    old = decode(like.content, name=path.name)
    content = (text.replace("\n", "\r\n") if old.crlf else text).encode("utf-8")
    if old.bom:
        content = codecs.BOM_UTF8 + content
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not os.access(target, os.W_OK):
            raise ConfigError([f"{path}: may only be read; allow writing, or use a copy of it"])
        return Seen(content, _replace(target, content))
    except (OSError, RuntimeError, ValueError) as error:  # a link that leads back to itself, say
        raise ConfigError(
            [f"{path}: cannot be saved: {say_why(error)}; nothing was changed"]
        ) from error


def _replace(target: Path, content: bytes) -> Stamp:
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, name)
        else:
            Path(name).chmod(0o644)
        # Before it takes its place: somebody else may write the file right after.
        stamp = stamp_of(Path(name).stat())
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return stamp

"""gestures.toml on the disk: read whole, written whole or not at all.

A reader never sees half a file: the new one is written beside the old one and takes its place in
one step. Permissions, links, line ends and a byte order mark stay as they were. It does not know
what the text means.
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

from gesturepose.config import ConfigError

_FRESH_S = 1.0
"""A file emptied so short a time ago is probably being written."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it was seen last.

    Attributes
    ----------
    content
        Its bytes.
    stamp
        Time of change in ns, size, and the file's number; ``None`` when it was gone.
    """

    content: bytes
    stamp: tuple[int, int, int] | None


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


def read(path: Path) -> Stored:
    """Read a file.

    Raises
    ------
    ConfigError
        It cannot be read.
    """
    try:
        stamp = _stamp(path)
        return Stored(path.read_bytes(), stamp)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error


def read_if_changed(path: Path, before: Stored, *, thorough: bool) -> Stored | None:
    """Read a file again; ``None`` when it is as before, gone, or just being written."""
    try:
        stamp = _stamp(path)
        if stamp == before.stamp and not thorough:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    if not content.strip() and abs(time.time() - stamp[0] / 1e9) < _FRESH_S:
        return None
    return Stored(content, stamp)


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


def write(path: Path, text: str, *, like: Stored) -> Stored:
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
        return Stored(content, _replace(target, content))
    except OSError as error:
        raise ConfigError(
            [f"{path}: cannot be saved: {error.strerror or error}; nothing was changed"]
        ) from error


def _replace(target: Path, content: bytes) -> tuple[int, int, int]:
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
        stamp = _stamp(Path(name))
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return stamp


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino

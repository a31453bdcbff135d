"""Which actions run commands, though they may not be called so: they need leave to.

Arguments of a launch are a command, and so is a program named by its path, or one that is opened
as if it were a document. It starts nothing; of files it reads no more than the first bytes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gesturepose.actions.kinds import Launch, Open, Run
from gesturepose.platforms.user_folders import expand_home

if TYPE_CHECKING:
    from gesturepose.actions.kinds import Action

_LEAVE = "refused unless [control] has allow_commands = true"
_PROGRAM_SUFFIXES = frozenset(
    f".{suffix}"
    for suffixes in (
        "appimage desktop jar jnlp run",  # Linux, and wherever Java is
        "app command scpt terminal tool workflow",  # macOS
        "bat cmd cpl exe hta jse lnk msc msi pif ps1 reg scf scr url vbe vbs wsf wsh",  # Windows
    )
    for suffix in suffixes.split()
)
"""Files that are run, by one system or the other, when they are opened."""
_PROGRAM_STARTS = (b"#!", b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs and scripts begin, on Linux, Windows and macOS."""
_WINDOWS_DRIVE = 2


def find_command(action: Action) -> str | None:
    """Say why an action needs leave to run commands; ``None`` if it needs none.

    What can be told without looking at any disk; see `runs_as_program` for the rest.

    Parameters
    ----------
    action
        Of a binding.
    """
    match action:
        case Run(command, _):
            return explain_command("run", command)
        case Launch(app):
            return explain_command("launch", app)
        case Open(target):
            return explain_command("open", target)
    return None


def explain_command(kind: str, value: object) -> str | None:
    """Say why a binding needs leave to run commands; ``None`` if it needs none, or is none.

    Parameters
    ----------
    kind, value
        A key of the binding and what it says, which need not be valid.
    """
    words = [value] if isinstance(value, str) else value
    if kind == "run":
        return _LEAVE
    if not isinstance(words, list | tuple) or not words or not isinstance(words[0], str):
        return None
    if kind == "launch" and len(words) > 1:
        return f"arguments make it a command, {_LEAVE}; an application's name alone needs no leave"
    if kind == "launch" and is_path(words[0]):
        return f"a path makes it a command, {_LEAVE}; an application's name alone needs no leave"
    if kind == "open" and _has_program_suffix(words[0]):
        return f"to open a program is to run it, {_LEAVE}"
    return None


def is_path(app: str) -> bool:
    """Whether a program is named by where it lies, rather than by its name.

    The system's own folders of applications are no such place: what lies there is installed.
    """
    marks = "/\\:" if sys.platform == "win32" else "/"
    if not any(mark in app for mark in marks):
        return False
    return not _is_installed(app)


def runs_as_program(target: str) -> bool:
    """Whether a URL or a file that is to be opened would be run: by its name, or by what it holds.

    A file on a disk of another system often counts as executable; so its first bytes count too.
    """
    if _has_program_suffix(target):
        return True
    path = find_file(target)
    if path is None:
        return False
    try:
        path = path.expanduser()
        # Where a link leads counts, and a file that is none (a pipe) is not waited for.
        path = path.resolve()
        if _has_program_suffix(str(path)):
            return True
        if not path.is_file() or not os.access(path, os.X_OK):
            return False
        with path.open("rb") as file:
            return file.read(4).startswith(_PROGRAM_STARTS)
    except (OSError, RuntimeError, ValueError):
        return False


def find_file(target: str) -> Path | None:
    """Return the file that a target of ``open`` names; ``None`` for a URL of another kind."""
    try:
        parts = urlsplit(target)
    except ValueError:  # no address, though it begins like one
        return None
    if parts.scheme.lower() == "file":
        return Path(unquote(parts.path))
    # One letter is a drive of Windows.
    return Path(target) if len(parts.scheme) < _WINDOWS_DRIVE else None


def _has_program_suffix(target: str) -> bool:
    path = find_file(target)
    if path is None:
        return False
    # Windows drops dots and spaces at the end of a name.
    return PurePosixPath(str(path).rstrip(". /")).suffix.lower() in _PROGRAM_SUFFIXES


def _is_installed(app: str) -> bool:
    if sys.platform == "win32":
        path = PureWindowsPath(app)
        starts = [os.environ.get(name) for name in ("APPDATA", "PROGRAMDATA")]
        menus = [
            PureWindowsPath(start) / "Microsoft" / "Windows" / "Start Menu" / "Programs"
            for start in starts
            if start
        ]
        return (
            path.suffix.lower() == ".lnk"
            and ".." not in path.parts
            and any(path.is_relative_to(menu) for menu in menus)
        )
    if sys.platform == "darwin":
        bundle = PurePosixPath(app)
        folders = ("/Applications", "/System/Applications", str(expand_home("~/Applications")))
        return (
            bundle.suffix == ".app"
            and ".." not in bundle.parts
            and any(bundle.is_relative_to(folder) for folder in folders)
        )
    return False

"""Finding an installed application by its desktop file.

Follows the Desktop Entry Specification 1.5 (freedesktop.org): where the files lie, how their
identifiers are made, and how ``Exec`` is read. Nothing is started here.
"""

from __future__ import annotations

import configparser
import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GROUP = "Desktop Entry"
_TERMINALS = ("x-terminal-emulator", "gnome-terminal", "konsole", "xfce4-terminal", "xterm")


@dataclass(frozen=True, slots=True)
class DesktopEntry:
    """An application as its desktop file describes it.

    Attributes
    ----------
    desktop_id
        File name under ``applications``, folders joined with ``-``, without ``.desktop``.
    name
        Its untranslated name.
    exec_line
        The ``Exec`` key as written.
    terminal
        Whether it wants to run in a terminal window.
    path
        The file.
    icon
        Name in the icon theme, or path of a picture; empty if there is none.
    no_display
        Whether menus leave it out.
    """

    desktop_id: str
    name: str
    exec_line: str
    terminal: bool
    path: Path
    icon: str = ""
    no_display: bool = False

    def argv(self) -> list[str]:
        """Return program and arguments without file and URL codes, since none is passed.

        Raises
        ------
        ValueError
            ``Exec`` is not a well-formed command, or names nothing.
        """
        words = []
        for word in shlex.split(self.exec_line):
            if word == "%c":
                words.append(self.name)
            elif word == "%k":
                words.append(str(self.path))
            elif len(word) == 2 and word[0] == "%" and word != "%%":
                continue
            else:
                words.append(word.replace("%%", "%"))
        if not words:
            raise ValueError("its Exec line is empty")
        if not self.terminal:
            return words
        terminal = next((t for t in map(shutil.which, _TERMINALS) if t), None)
        if terminal is None:
            raise ValueError("it needs a terminal window and none of the known ones is installed")
        separator = "--" if Path(terminal).name == "gnome-terminal" else "-e"
        return [terminal, separator, *words]


def application_dirs() -> list[Path]:
    """Folders of desktop files, the user's own first (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [Path(base) / "applications" for base in (home, *shared.split(":")) if base]


def list_entries() -> Iterator[DesktopEntry]:
    """Yield the applications that can be started here; a file of the user's hides a shared one."""
    seen: set[str] = set()
    for folder in application_dirs():
        for path in sorted(folder.rglob("*.desktop")):
            desktop_id = "-".join(path.relative_to(folder).with_suffix("").parts)
            if desktop_id not in seen:
                seen.add(desktop_id)
                entry = read_entry(path, desktop_id)
                if entry is not None:
                    yield entry


def read_entry(path: Path, desktop_id: str) -> DesktopEntry | None:
    """Read one desktop file; ``None`` when it is hidden, broken, or its program is not installed.

    Parameters
    ----------
    path
        The file.
    desktop_id
        Its identifier, without ``.desktop``.
    """
    parser = configparser.RawConfigParser(strict=False, comment_prefixes=("#",), delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        group = parser[_GROUP]
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError):
        return None
    exec_line = group.get("Exec", "")
    if group.get("Type") != "Application" or group.get("Hidden") == "true" or not exec_line:
        return None
    required = group.get("TryExec")
    if required and shutil.which(required) is None:
        return None
    return DesktopEntry(
        desktop_id=desktop_id,
        name=group.get("Name", desktop_id),
        exec_line=_unescape(exec_line),
        terminal=group.get("Terminal") == "true",
        path=path,
        icon=_unescape(group.get("Icon", "")),
        no_display=group.get("NoDisplay") == "true",
    )


def _unescape(value: str) -> str:
    r"""Undo the escapes of a string value: ``\s \n \t \r \\``."""
    out: list[str] = []
    chars = iter(value)
    for char in chars:
        if char != "\\":
            out.append(char)
            continue
        code = next(chars, "\\")
        out.append({"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}.get(code, "\\" + code))
    return "".join(out)


def find_entry(app: str) -> DesktopEntry | None:
    """Find an application by identifier (with or without ``.desktop``) or name, whatever the case.

    An identifier also matches by its last part: ``firefox`` finds ``org.mozilla.firefox``.
    """
    wanted = app.removesuffix(".desktop").casefold()
    by_name: DesktopEntry | None = None
    by_last_part: DesktopEntry | None = None
    for entry in list_entries():
        if entry.desktop_id.casefold() == wanted:
            return entry
        if entry.name.casefold() == wanted:
            by_name = by_name or entry
        elif entry.desktop_id.casefold().rpartition(".")[2] == wanted:
            by_last_part = by_last_part or entry
    return by_name or by_last_part

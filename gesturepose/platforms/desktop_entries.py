"""Finding an installed application by its desktop file.

Follows the Desktop Entry Specification 1.5 (freedesktop.org): where the files lie, how their
identifiers are made, which of their names is in the person's language, and how ``Exec`` is read.
Lenient where files in the wild are wrong: one that cannot be read whole counts as far as it can.
Nothing is started here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.platforms.exec_lines import expand_codes, split_exec, unescape
from gesturepose.platforms.locales import find_translation, list_locales

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_GROUP = "Desktop Entry"
_MOST_BYTES = 1 << 20
"""Desktop files have a few kilobytes, with a hundred languages some tens."""
_TERMINALS = {
    "xdg-terminal-exec": (),
    "x-terminal-emulator": ("-e",),
    "gnome-terminal": ("--",),
    "kgx": ("--",),
    "ptyxis": ("--",),
    "konsole": ("-e",),
    "xfce4-terminal": ("-x",),
    "mate-terminal": ("-x",),
    "foot": (),
    "alacritty": ("-e",),
    "kitty": (),
    "xterm": ("-e",),
}
"""Terminal emulators, and what stands between them and a command."""
_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class DesktopEntry:
    """An application as its desktop file describes it.

    Attributes
    ----------
    desktop_id
        File name under ``applications``, folders joined with ``-``, without ``.desktop``.
    name
        Its name, in the person's language where it has one.
    exec_line
        The ``Exec`` key, its escapes undone; empty if only D-Bus starts it.
    terminal
        Whether it wants to run in a terminal window.
    path
        The file.
    icon
        Name in the icon theme, or path of a picture; empty if there is none.
    no_display
        Whether menus of this desktop leave it out.
    folder
        Its working directory; empty for any.
    names
        Its names by locale, that without one under ``""``.
    generic_names
        The same for what kind of application it is.
    """

    desktop_id: str
    name: str
    exec_line: str
    terminal: bool
    path: Path
    icon: str = ""
    no_display: bool = False
    folder: str = ""
    names: Mapping[str, str] = field(default_factory=lambda: _NO_NAMES, compare=False)
    generic_names: Mapping[str, str] = field(default_factory=lambda: _NO_NAMES, compare=False)

    def argv(self) -> list[str]:
        """Return program and arguments without file and URL codes, since none is passed.

        Raises
        ------
        ValueError
            ``Exec`` is not a well-formed command, or names nothing.
        """
        if not self.exec_line:
            return self._activation()
        words = expand_codes(
            split_exec(self.exec_line), name=self.name, icon=self.icon, path=str(self.path)
        )
        if not words or not words[0]:
            raise ValueError("its Exec line is empty")
        if not self.terminal:
            return words
        for name, separator in _TERMINALS.items():
            terminal = shutil.which(name)
            if terminal is not None:
                return [terminal, *separator, *words]
        raise ValueError("it needs a terminal window and none of the known ones is installed")

    def _activation(self) -> list[str]:
        program = shutil.which("gapplication")
        if program is None:
            raise ValueError(
                "only D-Bus starts it, and gapplication is not installed; install the package "
                "libglib2.0-bin (or glib2)"
            )
        return [program, "launch", self.desktop_id]


def application_dirs() -> list[Path]:
    """Folders of desktop files, the user's own first (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    folders: list[Path] = []
    for base in (home, *shared.split(":")):
        with contextlib.suppress(RuntimeError):  # nobody's home
            folders.append(Path(base).expanduser())
    # The specification has relative ones ignored, and the same one twice is of no use.
    return [folder / "applications" for folder in dict.fromkeys(folders) if folder.is_absolute()]


def list_entries() -> Iterator[DesktopEntry]:
    """Yield the applications that can be started here; a file of the user's hides a shared one."""
    seen: set[str] = set()
    for folder in application_dirs():
        for path in _list_files(folder):
            desktop_id = "-".join(path.relative_to(folder).with_suffix("").parts)
            if desktop_id not in seen:
                seen.add(desktop_id)
                entry = read_entry(path, desktop_id)
                if entry is not None:
                    yield entry


def _list_files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.rglob("*.desktop"))
    except OSError:  # one may not look into it
        return []


def read_entry(path: Path, desktop_id: str) -> DesktopEntry | None:
    """Read one desktop file; ``None`` when it is hidden, broken, or its program is not installed.

    Parameters
    ----------
    path
        The file.
    desktop_id
        Its identifier, without ``.desktop``.
    """
    group = _read_group(path)
    exec_line = unescape(group.get("Exec", ""))
    by_bus = _is_true(group, "DBusActivatable") and "." in desktop_id
    if group.get("Type") != "Application" or _is_true(group, "Hidden"):
        return None
    if not exec_line and not by_bus:
        return None
    required = unescape(group.get("TryExec", ""))
    if required and shutil.which(required) is None:
        return None
    names = _translations(group, "Name")
    locales = list_locales()
    return DesktopEntry(
        desktop_id=desktop_id,
        name=find_translation(names, locales) or desktop_id,
        exec_line=exec_line,
        terminal=_is_true(group, "Terminal"),
        path=path,
        icon=unescape(find_translation(_translations(group, "Icon", str), locales) or ""),
        no_display=_is_true(group, "NoDisplay") or not _is_for_this_desktop(group),
        folder=unescape(group.get("Path", "")),
        names=names,
        generic_names=_translations(group, "GenericName"),
    )


def _read_group(path: Path) -> dict[str, str]:
    """Read the keys of the one group that matters; empty when the file cannot be read."""
    try:
        if not path.is_file():  # a pipe of that name would never end
            return {}
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return {}
    group: dict[str, str] = {}
    inside = False
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            if inside:
                break
            inside = stripped[1:-1] == _GROUP
        elif inside and "=" in stripped and not stripped.startswith("#"):
            key, _, value = stripped.partition("=")
            group.setdefault(key.rstrip(), value.lstrip())
    return group


def _is_true(group: Mapping[str, str], key: str) -> bool:
    return group.get(key, "").lower() in ("true", "1")


def _is_for_this_desktop(group: Mapping[str, str]) -> bool:
    """Whether ``OnlyShowIn`` and ``NotShowIn`` leave it in menus; the first desktop named counts.

    A session that does not say what it is shows everything but what is for certain desktops only.
    """
    only, never = (_split_list(group.get(key, "")) for key in ("OnlyShowIn", "NotShowIn"))
    for desktop in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"):
        if desktop in only:
            return True
        if desktop in never:
            return False
    return "OnlyShowIn" not in group


def _split_list(value: str) -> list[str]:
    return [part for part in value.split(";") if part]


def _translations(
    group: Mapping[str, str], key: str, read: Callable[[str], str] = unescape
) -> dict[str, str]:
    """Return a key's values by locale, that without one under ``""``."""
    found: dict[str, str] = {}
    for name, value in group.items():
        if name == key:
            found[""] = read(value)
        elif name.startswith(f"{key}[") and name.endswith("]"):
            found[name[len(key) + 1 : -1]] = read(value)
    return found


class AmbiguousNameError(ValueError):
    """Several applications have a name; says their identifiers."""


def find_entry(app: str) -> DesktopEntry | None:
    """Find an application by identifier (with or without ``.desktop``) or name, whatever the case.

    Identifiers count before names, names in the person's language before untranslated ones, these
    before the last part of an identifier (``firefox`` for ``org.mozilla.firefox``), then names in
    other languages and what kind of application it is. Those in the menus count before the others.

    Raises
    ------
    AmbiguousNameError
        Several applications fit equally well.
    """
    wanted = app.removesuffix(".desktop")
    folded = _fold(wanted)
    entries = list(list_entries())
    locales = list_locales()
    ways: tuple[Callable[[DesktopEntry], bool], ...] = (
        lambda entry: entry.desktop_id == wanted,
        lambda entry: _fold(entry.desktop_id) == folded,
        lambda entry: _fold(entry.name) == folded,
        lambda entry: _fold(entry.names.get("", "")) == folded,
        lambda entry: _fold(entry.desktop_id.rpartition(".")[2]) == folded,
        lambda entry: folded in map(_fold, entry.names.values()),
        lambda entry: _fold(find_translation(entry.generic_names, locales) or "") == folded,
    )
    if not folded:
        return None
    for fits in ways:
        found = [entry for entry in entries if fits(entry)]
        found = [entry for entry in found if not entry.no_display] or found
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousNameError(
                f"{len(found)} applications are called {app!r}; give the id of one: "
                + ", ".join(entry.desktop_id for entry in found)
            )
    return None


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())

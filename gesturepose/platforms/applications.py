"""Which applications are installed, for somebody to choose from; nothing is started here.

What is returned as `Application.app_id` is what `Platform.launch` takes.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.platforms.desktop_entries import list_entries
from gesturepose.platforms.user_folders import home

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Application:
    """One application.

    Attributes
    ----------
    name
        For people.
    app_id
        What starts it.
    icon
        Name in the icon theme, or path of a picture; empty if there is none.
    """

    name: str
    app_id: str
    icon: str = ""


def list_applications() -> list[Application]:
    """Return the applications a person would find in the menu, by name; may take a moment."""
    if sys.platform == "win32":
        found = _list_start_menu()
    elif sys.platform == "darwin":
        found = _list_bundles()
    else:
        found = _list_desktop()
    by_id: dict[str, Application] = {}
    for application in found:
        by_id.setdefault(application.app_id, application)
    return sorted(by_id.values(), key=lambda a: (a.name.casefold(), a.app_id))


def _list_desktop() -> Iterator[Application]:
    for entry in list_entries():
        if not entry.no_display:
            yield Application(entry.name, entry.desktop_id, entry.icon)


def _list_start_menu() -> Iterator[Application]:
    """Yield the shortcuts of the Start menu, which the shell starts by their path."""
    for variable in ("APPDATA", "PROGRAMDATA"):
        base = os.environ.get(variable)
        if not base:
            continue
        folder = Path(base) / "Microsoft" / "Windows" / "Start Menu" / "Programs"
        for path in sorted(folder.rglob("*.lnk")):
            if "uninstall" not in path.stem.casefold():
                yield Application(path.stem, str(path))


def _list_bundles() -> Iterator[Application]:
    """Yield the bundles in the folders of applications, which ``open -a`` takes by name."""
    own = home()
    for folder in (
        Path("/Applications"),
        Path("/System/Applications"),
        *([own / "Applications"] if own else []),
    ):
        for pattern in ("*.app", "Utilities/*.app"):
            for path in sorted(folder.glob(pattern)):
                yield Application(path.stem, path.stem)

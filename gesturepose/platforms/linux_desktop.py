"""Linux without a say over windows: applications, files and notices work, windows do not.

What a Wayland session allows, and the common half of `linux_x11`. It must not talk to a display.
"""

from __future__ import annotations

import difflib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gesturepose.errors import ActionError, RefusedError, one_line
from gesturepose.platforms.desktop_entries import (
    AmbiguousNameError,
    find_entry,
    list_entries,
    read_entry,
)
from gesturepose.platforms.detect import detect_session
from gesturepose.platforms.spawn import ANY_CODE, spawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.platforms.base import WindowInfo
    from gesturepose.platforms.desktop_entries import DesktopEntry
    from gesturepose.platforms.spawn import Program


class LinuxDesktop:
    """Applications by their desktop files, files by ``xdg-open``, notices by ``notify-send``.

    Parameters
    ----------
    session_type
        ``wayland`` or ``none``.
    """

    def __init__(self, session_type: str = "wayland") -> None:
        self._session_type = session_type

    @property
    def session_type(self) -> str:
        """Kind of graphical session."""
        return self._session_type

    def active_window(self) -> WindowInfo | None:
        """Refuse: Wayland tells nobody which window is in front."""
        raise ActionError(
            "which window is in front is not known here; log in to an X11 session, or remove "
            "'app' from the binding"
        )

    def list_windows(self) -> list[WindowInfo]:
        """Refuse: Wayland lists no windows."""
        raise ActionError("windows cannot be listed here; log in to an X11 session")

    def close_window(self, text: str) -> None:  # noqa: ARG002
        """Refuse: Wayland closes no windows of others."""
        raise ActionError("windows cannot be closed from here; log in to an X11 session")

    def check_reach(self) -> None:
        """Refuse where keys reach X11 windows only, and none of them is in front."""
        if detect_session() == "wayland" and self.active_window() is None:
            raise RefusedError(
                "no X11 window is in front, and in a Wayland session keys and clicks reach X11 "
                "windows only; log in to an X11 (Xorg) session to reach all"
            )

    def hears(self, key: str) -> bool:  # noqa: ARG002
        """Whether media keys are heard: nothing is known without a display."""
        return True

    def launch(self, app: str | Sequence[str]) -> Program:
        """Start an application: by desktop file, else a program on the PATH."""
        if not isinstance(app, str):
            return spawn([_expand_home(app[0]), *app[1:]])
        try:
            entry = _find(app)
        except AmbiguousNameError as error:
            raise ActionError(str(error)) from error
        if entry is not None:
            return _start(entry)
        program = shutil.which(_expand_home(app))
        if program is None:
            raise ActionError(f"no application {one_line(app)!r} is installed{_suggest(app)}")
        return spawn([program])

    def open(self, target: str) -> Program:
        """Hand a URL or an existing file to ``xdg-open``."""
        target = _check_target(target)
        if shutil.which("xdg-open") is None:
            raise ActionError("xdg-open is not installed; install the package xdg-utils")
        what = one_line(target)
        nothing = f"no application opened {what}; choose one for it in your desktop's settings"
        return spawn(
            ["xdg-open", target],
            # xdg-open(1): a file is missing; a tool it needs is; the action failed.
            reasons={2: f"no such file: {what}", 3: nothing, 4: nothing},
            tells_at_end=True,
        )

    def notify(self, text: str) -> Program:
        """Show a notification with ``notify-send``."""
        if shutil.which("notify-send") is None:
            raise ActionError(
                "notify-send is not installed; install the package libnotify-bin (or libnotify)"
            )
        return spawn(
            ["notify-send", "--app-name=GesturePose", "--", "GesturePose", text],
            reasons={
                ANY_CODE: "no notification service took it; start your desktop's own, or one such "
                "as dunst or mako"
            },
            tells_at_end=True,
        )

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _find(app: str) -> DesktopEntry | None:
    path = Path(_expand_home(app))
    if path.suffix == ".desktop" and path.is_absolute():
        return read_entry(path, path.stem)
    return find_entry(app)


def _start(entry: DesktopEntry) -> Program:
    try:
        argv = entry.argv()
    except ValueError as error:
        raise ActionError(f"{entry.path} cannot be started: {error}") from error
    return spawn(argv, folder=Path(_expand_home(entry.folder)) if entry.folder else None)


def _expand_home(path: str) -> str:
    try:
        return str(Path(path).expanduser()) if path.startswith("~") else path
    except RuntimeError:  # nobody of that name
        return path


def _check_target(target: str) -> str:
    """Return what to pass on; a file must be there."""
    try:
        scheme = urlsplit(target).scheme.lower()
        path = unquote(urlsplit(target).path) if scheme == "file" else _expand_home(target)
    except ValueError as error:
        raise ActionError(f"{one_line(target)} is no address: {error}") from error
    if scheme not in ("", "file"):
        return target
    if not os.path.exists(path):  # noqa: PTH110 (says no to every name that cannot be)
        raise ActionError(f"no such file: {one_line(path)}")
    # A name that begins like an option must not be taken for one.
    return target if scheme else f"./{path}" if path.startswith("-") else path


def _suggest(app: str) -> str:
    names = {
        name
        for entry in list_entries()
        for name in (entry.desktop_id, entry.name, entry.names.get("", entry.name))
    }
    nearest = difflib.get_close_matches(app, names, n=1, cutoff=0.5)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    return "; give a desktop-file id, an application's name or a program on the PATH"

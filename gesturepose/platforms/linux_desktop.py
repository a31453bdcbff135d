"""Linux without a say over windows: applications, files and notices work, windows do not.

What a Wayland session allows, and the common half of `linux_x11`. It must not talk to a display.
"""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gesturepose.errors import ActionError
from gesturepose.platforms.desktop_entries import find_entry, list_entries
from gesturepose.platforms.spawn import spawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.platforms.base import WindowInfo


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

    def close_window(self, pattern: str) -> None:  # noqa: ARG002
        """Refuse: Wayland closes no windows of others."""
        raise ActionError("windows cannot be closed from here; log in to an X11 session")

    def launch(self, app: str | Sequence[str]) -> None:
        """Start an application: by desktop file, else a program on the PATH."""
        if not isinstance(app, str):
            spawn(app)
            return
        entry = find_entry(app)
        if entry is not None:
            try:
                argv = entry.argv()
            except ValueError as error:
                raise ActionError(f"{entry.path} cannot be started: {error}") from error
            spawn(argv)
            return
        program = shutil.which(Path(app).expanduser())
        if program is None:
            raise ActionError(f"no application {app!r} is installed{_suggest(app)}")
        spawn([program])

    def open(self, target: str) -> None:
        """Hand a URL or an existing file to ``xdg-open``."""
        if not urlsplit(target).scheme:
            target = str(Path(target).expanduser())
            if not Path(target).exists():
                raise ActionError(f"no such file: {target}")
        elif target.lower().startswith("file:"):
            path = unquote(urlsplit(target).path)
            if not Path(path).exists():
                raise ActionError(f"no such file: {path}")
        if shutil.which("xdg-open") is None:
            raise ActionError("xdg-open is not installed; install the package xdg-utils")
        spawn(["xdg-open", target])

    def notify(self, text: str) -> None:
        """Show a notification with ``notify-send``."""
        if shutil.which("notify-send") is None:
            raise ActionError(
                "notify-send is not installed; install the package libnotify-bin (or libnotify)"
            )
        spawn(["notify-send", "--app-name=GesturePose", "--", "GesturePose", text])

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _suggest(app: str) -> str:
    names = {name for entry in list_entries() for name in (entry.desktop_id, entry.name)}
    nearest = difflib.get_close_matches(app, names, n=1, cutoff=0.5)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    return "; give a desktop-file id, an application's name or a program on the PATH"

"""What the program needs from an operating system besides input: windows, applications, notices.

One interface, one file per system, one that refuses everything. It must not inject keys or pointer
movement; that is `gesturepose.actions.sinks`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Sequence

FRONT = "front"
"""Pattern of `Platform.close_window` that stands for the window in front."""


@dataclass(frozen=True, slots=True)
class WindowInfo:
    """One window of somebody's application.

    Attributes
    ----------
    title
        As in its title bar; may be empty.
    app
        Class of the window (X11: instance and class), executable or application name.
    pid
        Process that owns it, where the system says so.
    window_id
        The system's own number of it.
    """

    title: str
    app: str
    pid: int | None
    window_id: int

    def matches(self, pattern: str) -> bool:
        """Whether title or application contain a match of a pattern, whatever the case.

        A Chromium window matches ``chrom|firefox`` by its class, whichever page its title names.
        """
        expression = re.compile(pattern, re.IGNORECASE)
        return bool(expression.search(self.title) or expression.search(self.app))


class Platform(Protocol):
    """What differs between operating systems. Used from one thread at a time."""

    @property
    def session_type(self) -> str:
        """``x11``, ``wayland``, ``windows``, ``macos`` or ``none``."""

    def active_window(self) -> WindowInfo | None:
        """Return the window that gets the keys; ``None`` when none does.

        Raises
        ------
        ActionError
            This system does not say.
        """

    def list_windows(self) -> list[WindowInfo]:
        """Return the windows on the screen, the topmost first.

        Raises
        ------
        ActionError
            This system does not say.
        """

    def close_window(self, pattern: str) -> None:
        """Ask one window to close, as its close button does; its program is never killed.

        Parameters
        ----------
        pattern
            Regular expression of title or application, or `FRONT`. Of several matching windows,
            the topmost.

        Raises
        ------
        ActionError
            No window matches, or it takes no such request.
        """

    def launch(self, app: str | Sequence[str]) -> None:
        """Start an application and return at once.

        Parameters
        ----------
        app
            Name or identifier as the system knows it, or a program; a sequence is a program with
            its arguments.

        Raises
        ------
        ActionError
            No such application.
        """

    def open(self, target: str) -> None:
        """Open a URL or a file with the application it belongs to, and return at once.

        Raises
        ------
        ActionError
            No such file, or nothing to open it with.
        """

    def notify(self, text: str) -> None:
        """Show a short notification.

        Raises
        ------
        ActionError
            This system cannot.
        """

    def close(self) -> None:
        """Free what is held; it may be used again afterwards."""


def pick_window(platform: Platform, pattern: str) -> WindowInfo:
    """Return the window that a pattern of `Platform.close_window` means.

    Raises
    ------
    ActionError
        There is none.
    """
    if pattern == FRONT:
        window = platform.active_window()
        if window is None:
            raise ActionError("no window is in front")
        return window
    for window in platform.list_windows():
        if window.matches(pattern):
            return window
    raise ActionError(f"no window matching {pattern!r} is open")

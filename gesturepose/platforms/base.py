"""What the program needs from an operating system besides input: windows, applications, notices.

One interface, one file per system, one that refuses everything. It must not inject keys or pointer
movement; that is `gesturepose.actions.sinks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gesturepose.errors import ActionError, one_line
from gesturepose.platforms.window_text import (
    find_pattern,
    looks_like_pattern,
    read_app,
    read_window,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.platforms.spawn import Program
    from gesturepose.platforms.window_text import WindowText

FRONT = "front"
"""What `Platform.close_window` takes for the window in front, whichever it is."""
_NAMED = 3
"""So many of several windows are named."""
_TITLE_LENGTH = 60


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

    def matches(self, app: str | Sequence[str]) -> bool:
        """Whether it is a window of an ``app``: text is a pattern, a list holds plain names.

        Both look at title and application, whatever the case: a Chromium window matches
        ``chrom|firefox`` by its class, whichever page its title names.

        Raises
        ------
        SlowPatternError
            The pattern takes too long on its title.
        ValueError
            It is no such thing; `read_app` says so beforehand.
        """
        return self.has(read_app(app))

    def has(self, text: WindowText) -> bool:
        """Whether its application or its title has the text."""
        return text.is_in(self.app) or text.is_in(self.title)


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

    def close_window(self, text: str) -> None:
        """Ask one window to close, as its close button does; its program is never killed.

        Parameters
        ----------
        text
            Part of its title or application, a pattern between slashes, or `FRONT`; see
            `pick_window`.

        Raises
        ------
        ActionError
            No window matches, several do, or it takes no such request.
        """

    def check_reach(self) -> None:
        """Make sure that keys and clicks reach the window in front, as far as can be known.

        Raises
        ------
        RefusedError
            They would not.
        """

    def hears(self, key: str) -> bool:
        """Whether a program takes a media key, whichever window is in front.

        Parameters
        ----------
        key
            Its canonical name.
        """

    def launch(self, app: str | Sequence[str]) -> Program | None:
        """Start an application and return at once: its program, if that can be watched.

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

    def open(self, target: str) -> Program | None:
        """Open a URL or a file with the application it belongs to, and return at once.

        A program that is returned tells by its end whether it was opened.

        Raises
        ------
        ActionError
            No such file, or nothing to open it with.
        """

    def notify(self, text: str) -> Program | None:
        """Show a short notification; a program that is returned tells by its end whether it was.

        Raises
        ------
        ActionError
            This system cannot.
        """

    def close(self) -> None:
        """Free what is held; it may be used again afterwards."""


def pick_window(platform: Platform, text: str) -> WindowInfo:
    """Return the window that a text of `Platform.close_window` means, never a guess.

    Of several windows that match it is the one in front, whatever the others are called: closing
    cannot be taken back.

    Raises
    ------
    ActionError
        There is none, or there are several and none of them is in front.
    """
    if text == FRONT:
        window = platform.active_window()
        if window is None:
            raise ActionError("no window is in front")
        return window
    wanted = read_window(text)
    windows = [window for window in platform.list_windows() if window.has(wanted)]
    if len(windows) == 1:
        return windows[0]
    if not windows:
        raise ActionError(f"no window matching {text!r} is open{_suggest_pattern(text)}")
    front = platform.active_window()
    if front is not None and front.has(wanted):
        return front
    names = ", ".join(_name(window) for window in windows[:_NAMED])
    more = len(windows) - _NAMED
    raise ActionError(
        f"{len(windows)} windows match {text!r} and none of them is in front: {names}"
        f"{f' and {more} more' if more > 0 else ''}; bring the one that is meant to the front, or "
        "write more of its title"
    )


def _suggest_pattern(text: str) -> str:
    if find_pattern(text) is None and looks_like_pattern(text):
        return f"; this is plain text, a pattern stands between slashes: '/{text}/'"
    return ""


def _name(window: WindowInfo) -> str:
    name = one_line(window.title or window.app or "a window without a title")
    return repr(name if len(name) <= _TITLE_LENGTH else f"{name[: _TITLE_LENGTH - 1]}\u2026")

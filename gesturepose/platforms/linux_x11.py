"""Windows of an X11 session: which is in front, which there are, and asking one to close.

Follows the Extended Window Manager Hints 1.5 where a window manager keeps them, and the core
protocol where none runs. It must not kill a client, and must not inject input.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, TypeVar

from gesturepose.errors import ActionError
from gesturepose.platforms.base import WindowInfo, pick_window
from gesturepose.platforms.linux_desktop import LinuxDesktop
from gesturepose.platforms.media_keys_x11 import PLAYERS, is_grabbed
from gesturepose.platforms.window_text import read_pattern
from gesturepose.platforms.x11_display import ConnectionLostError, open_display, watch_connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.platforms.x11_display import Display

T = TypeVar("T")

# EWMH: who asks; 2 is a pager or the like, whose requests window managers follow.
_SOURCE_PAGER = 2
_CURRENT_TIME = 0
_POINTER_ROOT = 1
_VIEWABLE = 2
_CLIENT_MESSAGE = 33
_OF_THE_DESKTOP = ("_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK")
_SUBSTRUCTURE_NOTIFY, _SUBSTRUCTURE_REDIRECT = 1 << 19, 1 << 20


class X11Platform(LinuxDesktop):
    """An X11 desktop, with a window manager or without.

    Parameters
    ----------
    display_name
        Display such as ``:0``; ``None`` for the environment's. Connected to at first use.
    """

    def __init__(self, display_name: str | None = None) -> None:
        super().__init__("x11")
        self._display_name = display_name
        self._display: Display | None = None

    def active_window(self) -> WindowInfo | None:
        """Return the window manager's active window; without one, that of the input focus."""
        return self._ask(self._active_window)

    def list_windows(self) -> list[WindowInfo]:
        """Return the client windows in stacking order, the topmost first."""
        return self._ask(self._list_windows)

    def close_window(self, text: str) -> None:
        """Ask for closing by ``_NET_CLOSE_WINDOW``, else by ``WM_DELETE_WINDOW``."""
        window = pick_window(self, text)
        self._ask(lambda: self._close_window(window))

    def hears(self, key: str) -> bool:
        """Whether the desktop has grabbed a media key, or the player in front takes it."""
        if is_grabbed(key, self._display_name):
            return True
        front = self.active_window()
        return front is not None and read_pattern(PLAYERS).is_in(front.app)

    def close(self) -> None:
        """Disconnect."""
        if self._display is not None:
            self._display.close()
            self._display = None

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            with watch_connection(self._connected()):
                return question()
        except ConnectionLostError:
            self._display = None  # The next question connects anew: a display may come back.
            raise

    def _connected(self) -> Display:
        if self._display is None:
            self._display = open_display(self._display_name)
        return self._display

    def _manager_hints(self) -> frozenset[int]:
        """Return the hints the running window manager supports; empty when none runs.

        The root's properties outlive a window manager that was killed; its check window does not.
        """
        display = self._connected()
        check = self._numbers(display.root, "_NET_SUPPORTING_WM_CHECK")
        if not check or self._numbers(check[0], "_NET_SUPPORTING_WM_CHECK")[:1] != check[:1]:
            return frozenset()
        return frozenset(self._numbers(display.root, "_NET_SUPPORTED"))

    def _active_window(self) -> WindowInfo | None:
        display = self._connected()
        if display.atom("_NET_ACTIVE_WINDOW") in self._manager_hints():
            active = self._numbers(display.root, "_NET_ACTIVE_WINDOW")
            return self._describe(active[0]) if active and active[0] else None
        focus = int(display.core.GetInputFocus().reply().focus)
        if focus in (_POINTER_ROOT, display.root):
            # Keys then go to the window under the pointer.
            focus = int(display.core.QueryPointer(display.root).reply().child)
        return self._describe(focus) if focus else None

    def _list_windows(self) -> list[WindowInfo]:
        display = self._connected()
        if display.atom("_NET_CLIENT_LIST_STACKING") in self._manager_hints():
            windows = list(self._numbers(display.root, "_NET_CLIENT_LIST_STACKING"))
        else:
            children = display.core.QueryTree(display.root).reply().children
            windows = [int(child) for child in children if self._is_shown(child)]
        described = [self._describe(w) for w in reversed(windows) if not self._is_desktop(w)]
        return [window for window in described if window is not None]

    def _is_shown(self, window: int) -> bool:
        import xcffib

        try:
            attributes = self._connected().core.GetWindowAttributes(window).reply()
        except xcffib.Error:
            return False
        return bool(attributes.map_state == _VIEWABLE and not attributes.override_redirect)

    def _is_desktop(self, window: int) -> bool:
        """Whether it is the desktop itself or a panel, which are no windows to a person."""
        kinds = self._numbers(window, "_NET_WM_WINDOW_TYPE")
        return any(self._connected().atom(kind) in kinds for kind in _OF_THE_DESKTOP)

    def _describe(self, window: int) -> WindowInfo | None:
        """Describe the client window that a window is part of; ``None`` when it is none."""
        import xcffib

        display = self._connected()
        try:
            while (names := display.read_property(window, "WM_CLASS")) is None:
                window = int(display.core.QueryTree(window).reply().parent)
                if window in (0, display.root):
                    return None
        except xcffib.Error:
            return None
        title = self._text(window, "_NET_WM_NAME") or self._text(window, "WM_NAME")
        pid = self._numbers(window, "_NET_WM_PID")
        raw = names if isinstance(names, bytes) else b""
        classes = [name.decode("utf-8", "replace") for name in raw.split(b"\0") if name]
        return WindowInfo(
            title=title,
            app=" ".join(dict.fromkeys(classes)),
            pid=pid[0] if pid else None,
            window_id=window,
        )

    def _numbers(self, window: int, name: str) -> tuple[int, ...]:
        found = self._connected().read_property(window, name)
        return found if isinstance(found, tuple) else ()

    def _text(self, window: int, name: str) -> str:
        found = self._connected().read_property(window, name)
        if not isinstance(found, bytes):
            return ""
        try:
            return found.decode("utf-8")
        except UnicodeDecodeError:  # of before Unicode (ICCCM's STRING)
            return found.decode("latin-1")

    def _close_window(self, window: WindowInfo) -> None:
        display = self._connected()
        if self._is_desktop(window.window_id):
            raise ActionError("the desktop itself is in front, which is not closed")
        hint = display.atom("_NET_CLOSE_WINDOW")
        if hint in self._manager_hints():
            # Asked of the window manager, by way of the root window.
            mask = _SUBSTRUCTURE_REDIRECT | _SUBSTRUCTURE_NOTIFY
            self._send(display.root, mask, window.window_id, hint, _CURRENT_TIME, _SOURCE_PAGER)
            return
        delete = display.atom("WM_DELETE_WINDOW")
        if delete not in self._numbers(window.window_id, "WM_PROTOCOLS"):
            raise ActionError(
                f"the window {window.title or window.app!r} takes no request to close; "
                "close it by its own keys with 'press'"
            )
        protocols = display.atom("WM_PROTOCOLS")
        self._send(window.window_id, 0, window.window_id, protocols, delete, _CURRENT_TIME)

    def _send(self, to: int, mask: int, window: int, message_type: int, *data: int) -> None:
        """Send a client message of 32-bit numbers, the rest of which are 0."""
        numbers = (*data, *([0] * (5 - len(data))))
        message = struct.pack("=BBHII5I", _CLIENT_MESSAGE, 32, 0, window, message_type, *numbers)
        display = self._connected()
        display.core.SendEvent(False, to, mask, message)
        display.sync()

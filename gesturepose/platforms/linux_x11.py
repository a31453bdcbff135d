"""Windows of an X11 session: which is in front, which there are, and asking one to close.

Follows the Extended Window Manager Hints 1.5 where a window manager keeps them, and the core
protocol where none runs. It must not kill a client, and must not inject input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from gesturepose.errors import ActionError
from gesturepose.platforms.base import WindowInfo, pick_window
from gesturepose.platforms.linux_desktop import LinuxDesktop
from gesturepose.platforms.media_keys_x11 import PLAYERS, is_grabbed
from gesturepose.platforms.window_text import read_pattern
from gesturepose.platforms.x11_display import ConnectionLostError, open_display, watch_connection

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# EWMH: who asks; 2 is a pager or the like, whose requests window managers follow.
_SOURCE_PAGER = 2


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
        self._display: Any = None

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
        if self._display is None:
            self._display = open_display(self._display_name)
        try:
            with watch_connection(self._display):
                return question()
        except ConnectionLostError:
            self._display = None  # The next question connects anew: a display may come back.
            raise

    def _atom(self, name: str) -> int:
        return int(self._display.intern_atom(name))

    def _property(self, window: Any, name: str) -> Any:
        """Return a property's value; ``None`` when it or the window is not there."""
        import Xlib.error
        from Xlib import X

        try:
            found = window.get_full_property(self._atom(name), X.AnyPropertyType)
        except Xlib.error.XError:
            return None
        return None if found is None else found.value

    def _manager_hints(self) -> frozenset[int]:
        """Return the hints the running window manager supports; empty when none runs.

        The root's properties outlive a window manager that was killed; its check window does not.
        """
        root = self._display.screen().root
        check = self._property(root, "_NET_SUPPORTING_WM_CHECK")
        if not check:
            return frozenset()
        window = self._display.create_resource_object("window", check[0])
        again = self._property(window, "_NET_SUPPORTING_WM_CHECK")
        if not again or again[0] != check[0]:
            return frozenset()
        return frozenset(self._property(root, "_NET_SUPPORTED") or ())

    def _active_window(self) -> WindowInfo | None:
        root = self._display.screen().root
        if self._atom("_NET_ACTIVE_WINDOW") in self._manager_hints():
            active = self._property(root, "_NET_ACTIVE_WINDOW")
            if not active or not active[0]:
                return None
            return self._describe(self._display.create_resource_object("window", active[0]))
        from Xlib import X

        focus = self._display.get_input_focus().focus
        if focus in (X.PointerRoot, root):
            # Keys then go to the window under the pointer.
            focus = root.query_pointer().child
        return None if isinstance(focus, int) else self._describe(focus)

    def _list_windows(self) -> list[WindowInfo]:
        root = self._display.screen().root
        if self._atom("_NET_CLIENT_LIST_STACKING") in self._manager_hints():
            numbers = self._property(root, "_NET_CLIENT_LIST_STACKING")
            windows = [self._display.create_resource_object("window", n) for n in numbers or ()]
        else:
            windows = [w for w in root.query_tree().children if self._is_shown(w)]
        described = [self._describe(window) for window in reversed(windows)]
        return [window for window in described if window is not None]

    def _is_shown(self, window: Any) -> bool:
        import Xlib.error
        from Xlib import X

        try:
            attributes = window.get_attributes()
        except Xlib.error.XError:
            return False
        return attributes.map_state == X.IsViewable and not attributes.override_redirect

    def _describe(self, window: Any) -> WindowInfo | None:
        """Describe the client window that a window is part of; ``None`` when it is none."""
        import Xlib.error

        root_id = self._display.screen().root.id
        try:
            names = window.get_wm_class()
            while names is None:
                window = window.query_tree().parent
                if isinstance(window, int) or window.id == root_id:
                    return None
                names = window.get_wm_class()
        except Xlib.error.XError:
            return None
        title = self._property(window, "_NET_WM_NAME") or self._property(window, "WM_NAME") or b""
        pid = self._property(window, "_NET_WM_PID")
        return WindowInfo(
            title=title.decode("utf-8", "replace") if isinstance(title, bytes) else str(title),
            app=" ".join(dict.fromkeys(names)),
            pid=int(pid[0]) if pid else None,
            window_id=int(window.id),
        )

    def _close_window(self, window: WindowInfo) -> None:
        from Xlib import X
        from Xlib.protocol import event

        client = self._display.create_resource_object("window", window.window_id)
        hint = self._atom("_NET_CLOSE_WINDOW")
        if hint in self._manager_hints():
            message = event.ClientMessage(
                window=client, client_type=hint, data=(32, [X.CurrentTime, _SOURCE_PAGER, 0, 0, 0])
            )
            self._display.screen().root.send_event(
                message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask
            )
        else:
            delete = self._atom("WM_DELETE_WINDOW")
            if delete not in (self._property(client, "WM_PROTOCOLS") or ()):
                raise ActionError(
                    f"the window {window.title or window.app!r} takes no request to close; "
                    "close it by its own keys with 'press'"
                )
            message = event.ClientMessage(
                window=client,
                client_type=self._atom("WM_PROTOCOLS"),
                data=(32, [delete, X.CurrentTime, 0, 0, 0]),
            )
            client.send_event(message)
        self._display.sync()

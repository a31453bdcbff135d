"""Lockers of an X11 session that tell nobody: seen by what they do to the screen.

xscreensaver says on the root window that it is locked. The others (i3lock, slock, xlock, xtrlock,
xsecurelock) cover the screen with a window of their own and take the keyboard; that is looked for.
An open menu takes the keyboard as well, but covers nothing; a panel or a wallpaper covers, but
lies below or lets clicks through. It must not take anything for longer than it takes to try.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from gesturepose.errors import ActionError
from gesturepose.platforms.x11_display import open_display, watch_connection

if TYPE_CHECKING:
    from gesturepose.platforms.x11_display import Display

_LOG = logging.getLogger(__name__)

_LOOK_S = 0.9
_RETRY_S = 10.0
_TRIES, _RARELY = 5, 10
"""A window that covers the screen and left the keyboard alone so often is tried rarely."""
_TINY_PX = 8
"""Helpers of toolkits are that small, and mapped above everything."""


class X11Lockers:
    """Looks at one display, that of the environment. For one thread."""

    def __init__(self) -> None:
        self._display: _Screen | None = None
        self._look_at = 0.0
        self.locked = False

    def fileno(self) -> int:
        """Return -1: nothing tells, it has to be looked."""
        return -1

    def look(self) -> None:
        """Look at the screen, unless that has just been done."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_S
        try:
            if self._display is None:
                self._display = _Screen(open_display())
            self.locked = self._display.is_locked()
        except (ActionError, OSError) as error:
            _LOG.debug("cannot look for lockers on the display: %r", error)
            self.locked = False
            self.close()
            self._look_at = now + _RETRY_S

    def close(self) -> None:
        """Disconnect."""
        display, self._display = self._display, None
        if display is not None:
            display.close()


class _Screen:
    """A connection to the X server, and what is known of its windows."""

    def __init__(self, display: Display) -> None:
        import xcffib.shape

        self._display = display
        self._core: Any = display.core
        self._clients: int = ~display.connection.get_setup().resource_id_mask
        self._shapes: Any = None
        with watch_connection(display):
            if display.has_extension("SHAPE"):
                self._shapes = display.connection(xcffib.shape.key)
        self._tries: dict[int, int] = {}

    def close(self) -> None:
        """Disconnect."""
        self._display.close()

    def is_locked(self) -> bool:
        """Look whether the screen is locked.

        Raises
        ------
        ConnectionLostError
            The X server went away.
        """
        with watch_connection(self._display):
            return self._xscreensaver_locks() or self._is_covered()

    def _is_covered(self) -> bool:
        """Whether another program has covered the screen and taken the keyboard."""
        cover = self._find_cover()
        tries = self._tries.get(cover, 0)
        self._tries = {cover: tries + 1}
        if not cover or (tries >= _TRIES and tries % _RARELY):
            return False
        if self._keyboard_is_taken():
            self._tries.clear()
            return True
        return False

    def _xscreensaver_locks(self) -> bool:
        """Whether xscreensaver runs and says LOCK; what it said stays behind where it crashed."""
        display = self._display
        status = display.read_property(display.root, "_SCREENSAVER_STATUS")
        if not status or status[0] != display.atom("LOCK"):
            return False
        return any(
            display.read_property(window, "_SCREENSAVER_VERSION") for window in self._children()
        )

    def _children(self) -> list[int]:
        """Return the windows on the screen, the topmost first."""
        return list(self._core.QueryTree(self._display.root).reply().children)[::-1]

    def _find_cover(self) -> int:
        """Return the window that no window manager has and that covers all others; 0 for none.

        Smaller windows above it count as its own, such as a field for the password, only where
        the same program has them.
        """
        import xcffib.xproto

        screen = self._display.screen
        above: list[int] = []
        for window in self._children():
            try:
                facts = self._core.GetWindowAttributes(window)
                shape = self._core.GetGeometry(window)
                attributes, geometry = facts.reply(), shape.reply()
                if attributes.map_state != xcffib.xproto.MapState.Viewable:
                    continue
                if self._lets_clicks_through(window):
                    continue
            except xcffib.Error:  # gone meanwhile
                continue
            covers = (
                geometry.x <= 0
                and geometry.y <= 0
                and geometry.x + geometry.width >= screen.width_in_pixels
                and geometry.y + geometry.height >= screen.height_in_pixels
            )
            if covers:
                client = window & self._clients
                is_alone = all(other & self._clients == client for other in above)
                return window if attributes.override_redirect and is_alone else 0
            if not attributes.override_redirect:
                return 0
            if geometry.width > _TINY_PX and geometry.height > _TINY_PX:
                above.append(window)
        return 0

    def _lets_clicks_through(self, window: int) -> bool:
        """Whether a window takes no clicks anywhere, as what a compositor draws on."""
        if self._shapes is None:
            return False
        import xcffib.shape

        found = self._shapes.GetRectangles(window, xcffib.shape.SK.Input).reply()
        return not found.rectangles_len

    def _keyboard_is_taken(self) -> bool:
        """Find out by trying to take it, and give it back at once."""
        from xcffib.xproto import GrabMode, GrabStatus, Time

        now, mode = Time.CurrentTime, GrabMode.Async
        status = self._core.GrabKeyboard(False, self._display.root, now, mode, mode).reply().status
        if status == GrabStatus.Success:
            self._core.UngrabKeyboard(now)
            self._display.connection.flush()
        return status in (GrabStatus.AlreadyGrabbed, GrabStatus.Frozen)

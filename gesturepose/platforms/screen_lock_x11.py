"""Lockers of an X11 session that tell nobody: seen by what they do to the screen.

xscreensaver says on the root window that it is locked. The others (i3lock, slock, xlock, xtrlock,
xsecurelock) cover the screen with a window of their own and take the keyboard; that is looked for.
An open menu takes the keyboard as well, but covers nothing; a panel or a wallpaper covers, but
lies below or lets clicks through. It must not take anything for longer than it takes to try.
"""

from __future__ import annotations

import contextlib
import logging
import os
import struct
import time
from typing import Any

import xcffib
import xcffib.shape
import xcffib.xproto

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
        self._display: _Display | None = None
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
                self._display = _Display()
            self.locked = self._display.is_locked()
        except (xcffib.XcffibException, OSError) as error:
            _LOG.debug("cannot look for lockers on the display: %r", error)
            self.locked = False
            self.close()
            self._look_at = now + _RETRY_S

    def close(self) -> None:
        """Disconnect."""
        display, self._display = self._display, None
        if display is not None:
            display.close()


class _Display:
    """A connection to the X server, and what is known of its windows."""

    def __init__(self) -> None:
        self._connection: Any = xcffib.connect(display=os.environ.get("DISPLAY"))
        self._core: Any = self._connection.core
        self._screen: Any = self._connection.get_setup().roots[0]
        self._clients: int = ~self._connection.get_setup().resource_id_mask
        self._shapes: Any = None
        if self._core.QueryExtension(5, "SHAPE").reply().present:
            self._shapes = self._connection(xcffib.shape.key)
        self._status = self._intern("_SCREENSAVER_STATUS")
        self._tries: dict[int, int] = {}

    def close(self) -> None:
        """Disconnect."""
        with contextlib.suppress(xcffib.XcffibException):
            self._connection.disconnect()

    def is_locked(self) -> bool:
        """Look whether the screen is locked."""
        if self._xscreensaver_locks():
            return True
        cover = self._find_cover()
        tries = self._tries.get(cover, 0)
        self._tries = {cover: tries + 1}
        if not cover or (tries >= _TRIES and tries % _RARELY):
            return False
        if self._keyboard_is_taken():
            self._tries.clear()
            return True
        return False

    def _intern(self, name: str) -> int:
        return int(self._core.InternAtom(False, len(name), name).reply().atom)

    def _xscreensaver_locks(self) -> bool:
        """Whether xscreensaver runs and says LOCK; what it said stays behind where it crashed."""
        status = self._read(self._screen.root, self._status)
        if len(status) < 4:
            return False
        (state,) = struct.unpack_from("=I", status)
        if not state or state != self._intern("LOCK"):
            return False
        version = self._intern("_SCREENSAVER_VERSION")
        return any(self._read(window, version) for window in self._children())

    def _read(self, window: int, name: int) -> bytes:
        try:
            found = self._core.GetProperty(False, window, name, 0, 0, 16).reply()
        except xcffib.ProtocolException:  # the window is gone
            return b""
        return bytes(found.value.buf()) if found.format else b""

    def _children(self) -> list[int]:
        """Return the windows on the screen, the topmost first."""
        return list(self._core.QueryTree(self._screen.root).reply().children)[::-1]

    def _find_cover(self) -> int:
        """Return the window that no window manager has and that covers all others; 0 for none.

        Smaller windows above it count as its own, such as a field for the password, only where
        the same program has them.
        """
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
            except xcffib.ProtocolException:  # gone meanwhile
                continue
            covers = (
                geometry.x <= 0
                and geometry.y <= 0
                and geometry.x + geometry.width >= self._screen.width_in_pixels
                and geometry.y + geometry.height >= self._screen.height_in_pixels
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
        found = self._shapes.GetRectangles(window, xcffib.shape.SK.Input).reply()
        return not found.rectangles_len

    def _keyboard_is_taken(self) -> bool:
        """Find out by trying to take it, and give it back at once."""
        now, mode = xcffib.xproto.Time.CurrentTime, xcffib.xproto.GrabMode.Async
        grab = self._core.GrabKeyboard(False, self._screen.root, now, mode, mode)
        status = grab.reply().status
        if status == xcffib.xproto.GrabStatus.Success:
            self._core.UngrabKeyboard(now)
            self._connection.flush()
        taken = (xcffib.xproto.GrabStatus.AlreadyGrabbed, xcffib.xproto.GrabStatus.Frozen)
        return status in taken

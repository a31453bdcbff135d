"""Choosing the platform of this machine and session. It must not connect to anything."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gesturepose.platforms.null import NullPlatform

if TYPE_CHECKING:
    from gesturepose.platforms.base import Platform


def detect_session() -> str:
    """Return ``x11``, ``wayland``, ``windows``, ``macos`` or ``none``.

    A Wayland session with an X11 display beside it is ``wayland``: what is asked of that display
    concerns X11 windows only.
    """
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "macos"
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland":
        return "wayland"
    return "x11" if os.environ.get("DISPLAY") else "none"


def detect() -> Platform:
    """Return the platform to use; the null one on an unknown system."""
    session = detect_session()
    if session == "windows":
        from gesturepose.platforms.windows import WindowsPlatform

        return WindowsPlatform()
    if session == "macos":
        from gesturepose.platforms.macos import MacPlatform

        return MacPlatform()
    if not sys.platform.startswith(("linux", "freebsd", "openbsd", "netbsd")):
        return NullPlatform()
    if os.environ.get("DISPLAY"):
        from gesturepose.platforms.linux_x11 import X11Platform

        return X11Platform()
    from gesturepose.platforms.linux_desktop import LinuxDesktop

    return LinuxDesktop(session)

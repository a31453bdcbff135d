"""Choosing how input is injected on this machine, and finding out before a person moves.

It imports no input library itself; those come with the sink that is chosen.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gesturepose.actions.sinks.base import InputSink

_LOG = logging.getLogger(__name__)


def probe_sink() -> None:
    """Find out whether input can be injected, without injecting any.

    Raises
    ------
    ActionError
        It cannot; the message is one line that names the fix.
    """
    if sys.platform in ("win32", "darwin"):
        from gesturepose.actions.sinks.pyautogui_sink import import_pyautogui

        import_pyautogui()
        return
    from gesturepose.actions.sinks.x11_keyboard import X11Keyboard

    X11Keyboard().close()
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland":
        _LOG.warning(
            "this is a Wayland session: keys and clicks reach X11 windows only; log in to an X11 "
            "(Xorg) session to reach all"
        )


def open_sink() -> InputSink:
    """Return the sink of this machine; call on the thread that uses it.

    Raises
    ------
    ActionError
        Input cannot be injected here; see `probe_sink`.
    """
    from gesturepose.actions.sinks.desktop_sink import DesktopSink

    if sys.platform in ("win32", "darwin"):
        from gesturepose.actions.sinks.pyautogui_sink import PyAutoGuiKeyboard, PyAutoGuiPointer

        return DesktopSink(PyAutoGuiKeyboard(), PyAutoGuiPointer())
    from gesturepose.actions.sinks.x11_keyboard import X11Keyboard
    from gesturepose.actions.sinks.x11_pointer import X11Pointer

    keyboard = X11Keyboard()
    return DesktopSink(keyboard, X11Pointer(keyboard.display))

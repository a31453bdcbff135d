"""Choosing how input is injected on this machine, and finding out before a person moves.

It imports no input library itself; those come with the sink that is chosen.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gesturepose.actions.settings import Binding
    from gesturepose.actions.sinks.base import InputSink

_LOG = logging.getLogger(__name__)

INPUT_KINDS = frozenset(("press", "hold", "type", "click", "scroll", "move", "media"))
"""Kinds of bindings that inject input; the others need no keyboard, and most no display."""


def needs_input(bindings: Iterable[Binding]) -> bool:
    """Whether a binding that is used injects input, so that there must be a way to."""
    return any(binding.enabled and binding.kind in INPUT_KINDS for binding in bindings)


def probe_sink() -> None:
    """Find out whether input can be injected, without injecting any.

    Lets go of what an earlier run left down.

    Raises
    ------
    ActionError
        It cannot; the message is one line that names the fix.
    """
    if sys.platform in ("win32", "darwin"):
        from gesturepose.actions.sinks.pyautogui_sink import import_pyautogui

        import_pyautogui()
        return
    from gesturepose.actions.sinks.held_note import let_go_of_left_keys
    from gesturepose.actions.sinks.x11_keyboard import X11Keyboard

    X11Keyboard().close()
    let_go_of_left_keys(os.environ.get("DISPLAY", ""))
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
    from gesturepose.actions.sinks.key_guard import KeyGuard
    from gesturepose.actions.sinks.x11_keyboard import X11Keyboard
    from gesturepose.actions.sinks.x11_pointer import X11Pointer

    guard = KeyGuard(os.environ.get("DISPLAY", ""))
    keyboard = X11Keyboard(watch=guard)
    pointer = X11Pointer(keyboard.display, watch=guard)
    return DesktopSink(keyboard, pointer, on_close=guard.close)

"""Keys registered with Windows, on a thread of their own that has a message queue.

Written from the Win32 reference and not yet run on Windows. It must not hook the keyboard: the
system tells of these keys and of no others.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
from typing import TYPE_CHECKING

from gesturepose.platforms.hotkeys import HotkeyUnavailable
from gesturepose.platforms.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

_MODIFIERS = {"alt": 0x0001, "ctrl": 0x0002, "shift": 0x0004, "super": 0x0008}
_NO_REPEAT = 0x4000
_WM_HOTKEY, _WM_QUIT = 0x0312, 0x0012
_PM_NOREMOVE = 0
_VIRTUAL_KEYS = {
    "backspace": 0x08,
    "tab": 0x09,
    "enter": 0x0D,
    "pause": 0x13,
    "esc": 0x1B,
    "space": 0x20,
    "pageup": 0x21,
    "pagedown": 0x22,
    "end": 0x23,
    "home": 0x24,
    "left": 0x25,
    "up": 0x26,
    "right": 0x27,
    "down": 0x28,
    "printscreen": 0x2C,
    "insert": 0x2D,
    "delete": 0x2E,
    "scrolllock": 0x91,
}


class _Message(ctypes.Structure):
    """``MSG``."""

    _fields_ = (
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wide", ctypes.c_size_t),
        ("long", ctypes.c_ssize_t),
        ("time", ctypes.c_uint32),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
    )


def find_codes(modifiers: frozenset[str], key: str) -> tuple[int, int]:
    """Return the flags and the virtual key that ``RegisterHotKey`` takes.

    Parameters
    ----------
    modifiers, key
        As `gesturepose.platforms.hotkeys.split_hotkey` gives them.
    """
    flags = _NO_REPEAT | sum(_MODIFIERS[name] for name in modifiers)
    if key in _VIRTUAL_KEYS:
        return flags, _VIRTUAL_KEYS[key]
    if len(key) == 1:
        return flags, ord(key.upper())
    return flags, 0x6F + int(key.removeprefix("f"))


class WindowsHotkey:
    """Keys watched for; see `gesturepose.platforms.hotkeys.open_hotkey`.

    Raises
    ------
    HotkeyUnavailable
        Another program has the keys.
    """

    def __init__(
        self, chord: str, modifiers: frozenset[str], key: str, callback: Callable[[], None]
    ) -> None:
        self._chord = chord
        self._codes = find_codes(modifiers, key)
        self._callback = callback
        self._answered = threading.Event()
        self.problem = ""
        self._registered = False
        self._thread_id = 0
        self._thread = threading.Thread(target=self._watch, name="hotkey", daemon=True)
        start_thread(self._thread)
        self._answered.wait(5.0)
        if not self._registered:
            raise HotkeyUnavailable(
                f"{chord} is taken by another program; choose other keys ([control] pause_hotkey)"
            )

    def close(self) -> None:
        """Give the keys back."""
        if sys.platform != "win32":
            return
        ctypes.windll.user32.PostThreadMessageW(self._thread_id, _WM_QUIT, 0, 0)
        if self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _watch(self) -> None:
        if sys.platform != "win32":
            self._answered.set()
            return
        user32 = ctypes.windll.user32
        message = _Message()
        # Asking for a message makes the queue, which `close` posts to.
        user32.PeekMessageW(ctypes.byref(message), None, 0, 0, _PM_NOREMOVE)
        self._thread_id = ctypes.windll.kernel32.GetCurrentThreadId()
        self._registered = bool(user32.RegisterHotKey(None, 1, *self._codes))
        self._answered.set()
        if not self._registered:
            return
        while user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            if message.message == _WM_HOTKEY:
                try:
                    self._callback()
                except Exception:  # noqa: BLE001 - the keys must go on working
                    _log.exception("what %s asks for failed", self._chord)
        user32.UnregisterHotKey(None, 1)

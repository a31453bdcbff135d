"""Windows: windows by user32, applications and files by the shell's own association.

Written from the Win32 reference and not yet run on Windows. It must not end a program, only ask
its window to close.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from gesturepose.errors import ActionError
from gesturepose.platforms.base import WindowInfo, pick_window
from gesturepose.platforms.spawn import Program, spawn
from gesturepose.platforms.user_folders import expand_home

if TYPE_CHECKING:
    from collections.abc import Sequence

_WM_CLOSE = 0x0010
_QUERY_LIMITED_INFORMATION = 0x1000


class WindowsPlatform:
    """The Windows desktop."""

    session_type = "windows"

    def active_window(self) -> WindowInfo | None:
        """Return the foreground window."""
        number = _library("user32").GetForegroundWindow()
        return _describe(number) if number else None

    def list_windows(self) -> list[WindowInfo]:
        """Return the visible windows that have a title, the topmost first."""
        user32 = _library("user32")
        numbers: list[int] = []
        make_callback = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

        def _note(number: int, _: Any) -> bool:
            numbers.append(number)
            return True

        user32.EnumWindows(make_callback(_note), 0)
        shown = [_describe(n) for n in numbers if user32.IsWindowVisible(ctypes.c_void_p(n))]
        return [window for window in shown if window.title]

    def close_window(self, text: str) -> None:
        """Post WM_CLOSE to the window."""
        window = pick_window(self, text)
        number = ctypes.c_void_p(window.window_id)
        if not _library("user32").PostMessageW(number, _WM_CLOSE, 0, 0):
            raise ActionError(f"the window {window.title!r} takes no request to close")

    def check_reach(self) -> None:
        """Do nothing: input reaches whichever window is in front."""

    def hears(self, key: str) -> bool:  # noqa: ARG002
        """Whether media keys are heard: the system itself takes them."""
        return True

    def launch(self, app: str | Sequence[str]) -> Program | None:
        """Start a program on the PATH, or what the shell knows by that name."""
        if not isinstance(app, str):
            return spawn(app)
        program = shutil.which(app)
        if program is not None:
            return spawn([program])
        _start(app, f"no application {app!r} is installed; give the path of its .exe")
        return None

    def open(self, target: str) -> None:
        """Open with the associated application."""
        _start(str(expand_home(target)) if "://" not in target else target)

    def notify(self, text: str) -> None:  # noqa: ARG002
        """Refuse: a notification on Windows needs an installed application's identity."""
        raise ActionError("notifications are not available on Windows yet")

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _library(name: str) -> Any:
    """Return a system library; handles are passed as pointers, so 64-bit ones stay whole."""
    if sys.platform != "win32":
        raise ActionError("this is not Windows")
    library = getattr(ctypes.windll, name)
    if name == "user32":
        library.GetForegroundWindow.restype = ctypes.c_void_p
    else:
        library.OpenProcess.restype = ctypes.c_void_p
    return library


def _start(target: str, message: str | None = None) -> None:
    if sys.platform != "win32":
        raise ActionError("this is not Windows")
    try:
        os.startfile(target)  # noqa: S606 (the owner of the mapping named it)
    except OSError as error:
        raise ActionError(message or f"cannot open {target}: {error}") from error


def _describe(number: int) -> WindowInfo:
    user32, kernel32 = _library("user32"), _library("kernel32")
    window = ctypes.c_void_p(number)
    title = ctypes.create_unicode_buffer(512)
    user32.GetWindowTextW(window, title, len(title))
    pid = ctypes.c_ulong()
    user32.GetWindowThreadProcessId(window, ctypes.byref(pid))
    name = ctypes.create_unicode_buffer(1024)
    length = ctypes.c_ulong(len(name))
    opened = kernel32.OpenProcess(_QUERY_LIMITED_INFORMATION, 0, pid)
    if opened:
        pointer = ctypes.c_void_p(opened)
        kernel32.QueryFullProcessImageNameW(pointer, 0, name, ctypes.byref(length))
        kernel32.CloseHandle(pointer)
    app = name.value.rpartition("\\")[2]
    return WindowInfo(title=title.value, app=app, pid=pid.value, window_id=number)

"""The lock of a Windows session: while it holds, programs cannot open the desktop with the input.

Written from the Win32 reference and not yet run on Windows. A question for an administrator's
consent takes the input away as well, and counts: nothing can be done to that either.
"""

from __future__ import annotations

import ctypes
from typing import Any

_READ_OBJECTS = 0x0001


class WindowsLock:
    """Looks whether the input desktop can be opened. For one thread."""

    locked = False

    def fileno(self) -> int:
        """Return -1: nothing tells, it has to be looked."""
        return -1

    def look(self) -> None:
        """Look."""
        library: Any = ctypes.WinDLL("user32")  # type: ignore[attr-defined,unused-ignore]
        library.OpenInputDesktop.restype = ctypes.c_void_p
        desktop = library.OpenInputDesktop(0, False, _READ_OBJECTS)
        self.locked = not desktop
        if desktop:
            library.CloseDesktop(ctypes.c_void_p(desktop))

    def close(self) -> None:
        """Nothing is held."""

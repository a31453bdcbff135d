"""Wayland lockers, which tell nobody but the compositor: known by the names of their programs.

Each of them runs for just as long as the screen is locked. Programs of other users and of other
displays do not count. A locker that is not on the list is not seen.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_LOOK_S = 0.9
_NAMES = frozenset(
    (b"swaylock", b"hyprlock", b"gtklock", b"waylock", b"wayland-screenl", b"schlock")
)
"""As the kernel has them: cut to fifteen bytes."""


class LockerPrograms:
    """Looks through the processes. For one thread."""

    def __init__(self, processes: Path = Path("/proc")) -> None:
        self._processes = processes
        self._look_at = 0.0
        self.locked = False

    def fileno(self) -> int:
        """Return -1: nothing tells, it has to be looked."""
        return -1

    def look(self) -> None:
        """Look, unless that has just been done."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_S
            self.locked = self._find()

    def close(self) -> None:
        """Nothing is held."""

    def _find(self) -> bool:
        try:
            names = os.listdir(self._processes)  # noqa: PTH208 - four hundred paths cost more
        except OSError:
            return False
        return any(name.isdigit() and self._is_locker(self._processes / name) for name in names)

    def _is_locker(self, process: Path) -> bool:
        try:
            name = (process / "comm").read_bytes().strip()
            if name not in _NAMES or process.stat().st_uid != os.getuid():
                return False
            environment = (process / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended
            return False
        display = os.environ.get("WAYLAND_DISPLAY", "")
        return f"WAYLAND_DISPLAY={display}".encode() in environment

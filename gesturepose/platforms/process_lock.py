"""One file that one process at a time holds; the kernel frees it however that process ends.

It must not decide what a file stands for, nor where it lies; see `acting_lock`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_S = 0.5
"""How long the number of a holder is waited for: it is written right after the lock is taken."""
_LOCKED_BYTE = 4096
"""Windows locks bytes, and nobody may read those: one behind the number."""


class ProcessLock:
    """Held from `take` to `release`, or to the end of the process.

    Not inherited by programs this process starts.

    Parameters
    ----------
    path
        Made if need be, in a folder that is there. It stays: removing it would let two processes
        hold two files of the same name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def take(self) -> bool:
        """Take it and write our process number into it; ``False`` if somebody else has it.

        Raises
        ------
        OSError
            The file cannot be made or locked here.
        """
        if self._descriptor is not None:
            return True
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.path, flags, 0o600)  # not inheritable, as all of Python's are
        try:
            if not _lock_soon(descriptor):
                os.close(descriptor)
                return False
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except BaseException:
            with contextlib.suppress(OSError):
                os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let others have it; nothing if it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
            os.close(descriptor)

    def is_taken(self) -> bool:
        """Whether anybody has it now; they keep it."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self.path, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _lock(descriptor)
        except OSError:
            return False
        finally:
            os.close(descriptor)

    def holder(self) -> int:
        """Return the number of the process that has it; 0 if that cannot be told."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            with contextlib.suppress(OSError, ValueError), self.path.open("rb") as file:
                return int(file.read(20))
            if time.monotonic() >= deadline:
                return 0
            time.sleep(0.02)


def _lock_soon(descriptor: int) -> bool:
    """Lock it; somebody who only looks whether it is taken has it for no longer than a moment."""
    for _ in range(3):
        if _lock(descriptor):
            return True
        time.sleep(0.02)
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

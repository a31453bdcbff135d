"""Whether the screen is locked, from everybody on this system who can say so.

Sources are looked at on one small thread, and any of them that says *locked* counts. Where nobody
can say anything nothing is told: a missing bus or display is no error here. It must not lock,
unlock or wake anything.

Not seen: Wayland lockers that neither tell logind nor are among the programs known by name
(`screen_lock_programs`), and X11 lockers that do not cover the screen.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import socket
import sys
import threading
from typing import TYPE_CHECKING, Protocol

from gesturepose.platforms.threads import NoThreadError, start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LOG = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often those are looked at that tell nothing by themselves."""
_START_PATIENCE_S = 1.5
_END_PATIENCE_S = 3.0


class LockSource(Protocol):
    """Somebody who may know. Used on one thread; nothing it does may take long."""

    @property
    def locked(self) -> bool:
        """What it knew at the last look; false where it knows nothing."""

    def fileno(self) -> int:
        """Return what becomes readable when there is news; -1 for nothing."""

    def look(self) -> None:
        """Take in what is new, connecting first if need be. Fails of nothing but defects."""

    def close(self) -> None:
        """Free what is held."""


class ScreenLock:
    """Watches until closed.

    Parameters
    ----------
    on_change
        Called with true when the screen is locked and with false when it no longer is, on a thread
        of its own; first when it is locked from the beginning.
    sources
        Who is asked; by default those of this system.
    """

    def __init__(
        self, on_change: Callable[[bool], None], sources: Sequence[LockSource] | None = None
    ) -> None:
        self._on_change = on_change
        self._sources = sources
        self._looked = threading.Event()
        self._closing = threading.Event()
        self._wake: tuple[socket.socket, ...] = ()
        self._thread = threading.Thread(target=self._run, name="screen-lock", daemon=True)

    def start(self) -> None:
        """Begin, and wait a moment until a lock that is there already has been told.

        Raises
        ------
        NoThreadError
            The system starts no thread.
        """
        self.begin()
        self._looked.wait(_START_PATIENCE_S)

    def begin(self) -> None:
        """Begin without waiting; once. Where no thread can be started that is logged."""
        self._wake = socket.socketpair()
        try:
            start_thread(self._thread)
        except NoThreadError as error:
            _LOG.warning("nothing tells here whether the screen is locked: %s", error)
            self._looked.set()
            self._close_wake()

    def close(self) -> None:
        """End; nothing is told any more once this has returned."""
        self._closing.set()
        if not self._wake:
            return
        with contextlib.suppress(OSError):
            self._wake[0].send(b"\0")
        self._thread.join(_END_PATIENCE_S)
        if not self._thread.is_alive():
            self._close_wake()

    def _close_wake(self) -> None:
        ends, self._wake = self._wake, ()
        for end in ends:
            end.close()

    def _run(self) -> None:
        sources = make_sources() if self._sources is None else self._sources
        told = False
        try:
            while not self._closing.is_set():
                for source in sources:
                    source.look()
                locked = any(source.locked for source in sources)
                if locked != told and not self._closing.is_set():
                    told = locked
                    _LOG.debug("the screen is %s", "locked" if locked else "unlocked")
                    self._on_change(locked)
                self._looked.set()
                self._wait(sources)
        except Exception:  # noqa: BLE001 - nobody could catch it
            _LOG.exception("a defect ended the watch for the screen's lock")
        finally:
            self._looked.set()
            for source in sources:
                source.close()

    def _wait(self, sources: Sequence[LockSource]) -> None:
        with selectors.DefaultSelector() as selector:
            for descriptor in (self._wake[1].fileno(), *(source.fileno() for source in sources)):
                if descriptor >= 0:
                    selector.register(descriptor, selectors.EVENT_READ)
            selector.select(LOOK_S)


def make_sources() -> list[LockSource]:
    """Return those who may know on this system."""
    if sys.platform == "win32":
        from gesturepose.platforms.screen_lock_windows import WindowsLock

        return [WindowsLock()]
    if sys.platform == "darwin":
        from gesturepose.platforms.screen_lock_macos import MacLock

        return [MacLock()]
    from gesturepose.platforms.screen_lock_bus import LogindSession, ScreenSavers

    sources: list[LockSource] = [ScreenSavers(), LogindSession()]
    if os.environ.get("DISPLAY"):
        from gesturepose.platforms.screen_lock_x11 import X11Lockers

        sources.append(X11Lockers())
    if os.environ.get("WAYLAND_DISPLAY"):
        from gesturepose.platforms.screen_lock_programs import LockerPrograms

        sources.append(LockerPrograms())
    return sources

"""The lock of a macOS session, as Quartz knows it.

Written from Apple's reference (``CGSessionCopyCurrentDictionary``; the key for the lock is one
that it does not list) and not yet run on macOS. Where the key is missing the screen is not locked.
"""

from __future__ import annotations

import ctypes
from typing import Any

_QUARTZ = "/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices"
_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
_UTF8 = 0x08000100


class MacLock:
    """Asks for the session's facts. For one thread."""

    def __init__(self) -> None:
        self.locked = False
        self._quartz: Any = ctypes.CDLL(_QUARTZ)
        self._foundation: Any = ctypes.CDLL(_FOUNDATION)
        self._quartz.CGSessionCopyCurrentDictionary.restype = ctypes.c_void_p
        self._foundation.CFStringCreateWithCString.restype = ctypes.c_void_p
        self._foundation.CFStringCreateWithCString.argtypes = [
            *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32)
        ]
        self._foundation.CFDictionaryContainsKey.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self._foundation.CFRelease.argtypes = [ctypes.c_void_p]
        self._key = self._foundation.CFStringCreateWithCString(
            None, b"CGSSessionScreenIsLocked", _UTF8
        )

    def fileno(self) -> int:
        """Return -1: nothing tells, it has to be looked."""
        return -1

    def look(self) -> None:
        """Look; the key is there while the screen is locked."""
        facts = self._quartz.CGSessionCopyCurrentDictionary()
        self.locked = False
        if facts:
            self.locked = bool(self._foundation.CFDictionaryContainsKey(facts, self._key))
            self._foundation.CFRelease(facts)

    def close(self) -> None:
        """Nothing is held but a string, for as long as the process runs."""

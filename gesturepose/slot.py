"""Hand-over between two threads: a slot that keeps the newest value, or one that waits.

State is overwritten, events are queued: frames of a live source go through a slot whose old value
is replaced, so a slow reader sees the newest; frames of a file go through the same slot with
``lossless=True``, where the writer waits instead and nothing is dropped.
"""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """One value passed from a writer thread to a reader thread.

    Parameters
    ----------
    lossless
        ``False``: `put` replaces a value not yet taken and counts it in `dropped`.
        ``True``: `put` waits until the value before was taken.
    """

    def __init__(self, *, lossless: bool = False) -> None:
        self._lossless = lossless
        self._value: T | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Values replaced before anyone took them."""
        with self._changed:
            return self._dropped

    @property
    def closed(self) -> bool:
        """Whether `close` was called; a last value may still be waiting."""
        with self._changed:
            return self._closed

    def put(self, value: T) -> bool:
        """Leave a value for the reader; ``False`` if the slot is closed."""
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: self._closed or self._value is None)
            if self._closed:
                return False
            if self._value is not None:
                self._dropped += 1
            self._value = value
            self._changed.notify_all()
            return True

    def get(self, timeout_s: float | None = None) -> T | None:
        """Take the value, waiting up to ``timeout_s``; ``None`` when there is none.

        After `close`, a value left before is still handed out once.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._value is not None, timeout_s)
            value, self._value = self._value, None
            self._changed.notify_all()
            return value

    def close(self) -> None:
        """Wake both sides for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

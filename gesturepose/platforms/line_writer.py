"""Lines written on a thread of their own, so that a reader that stops reading stops nobody else.

A terminal after Ctrl+S, or a pipe whose reader sleeps, blocks whoever writes to it, for as long as
it likes. Here that is one thread that has nothing else to do. What waits is bounded: beyond it
lines are dropped, counted, and told of at the place where they are missing. It knows nothing of
what the lines say but which of them are dispensable.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from gesturepose.platforms.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 10_000
"""Lines that may wait; at ten lines a second a reader may be away for a quarter of an hour."""
_BATCH = 4096
"""Bytes written at once; a pipe takes so many whole or not at all (``PIPE_BUF``)."""
_LOOK_S = 0.1
_STUCK_S = 1.0
"""Somebody in a hurry takes a reader that took nothing for so long for one that has stopped."""
_HURRY_S = 3.0
"""And waits no longer than this for one that reads slowly."""


@dataclass(slots=True)
class _Line:
    text: str
    dispensable: bool


@dataclass(slots=True)
class _Gap:
    """Stands in the queue where lines are missing."""

    lines: int


class LineWriter:
    """Writes lines in order, from any thread, without making the caller wait.

    Parameters
    ----------
    stream
        Where they go; ``None`` for nowhere. It stays the caller's, and only this writes to it.
    describe_gap
        Gives the line that tells of so many lines that are missing.
    limit
        Lines that may wait.

    Attributes
    ----------
    lossless
        Whether nothing is dropped: `wait_for_room` makes the caller wait instead.
    """

    def __init__(
        self, stream: TextIO | None, *, describe_gap: Callable[[int], str], limit: int = LIMIT
    ) -> None:
        self.lossless = False
        self._send = _make_sender(stream)
        self._describe_gap = describe_gap
        self._limit = limit
        self._changed = threading.Condition()
        self._queue: deque[_Line | _Gap] = deque()
        self._waiting = self._dispensable = self._sending = self._sent = self._lost = 0
        self._untold = 0
        self._is_busy = False
        self._failure: OSError | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def lost(self) -> int:
        """Lines dropped so far."""
        with self._changed:
            return self._lost

    def write(self, text: str, *, dispensable: bool = False) -> None:
        """Queue a line; returns at once.

        Parameters
        ----------
        text
            Without the line end.
        dispensable
            Whether it goes before others when there is room for some only.

        Raises
        ------
        OSError
            An earlier line could not be written; ``BrokenPipeError`` if nobody reads any more.
        NoThreadError
            The system starts no thread to write on.
        """
        with self._changed:
            self._check()
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="lines", daemon=True)
                start_thread(thread)
                self._thread = thread
            if self._waiting >= self._limit and not self.lossless:
                self._lost += 1
                self._untold += 1
                if dispensable or not self._drop_dispensable():
                    self._note_gap(len(self._queue))
                    return
            self._queue.append(_Line(text, dispensable))
            self._waiting += 1
            self._dispensable += dispensable
            self._changed.notify_all()

    def wait_for_room(self) -> None:
        """Wait while more waits than should, where nothing may be lost; see `hurry`.

        Raises
        ------
        OSError
            As for `write`.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: not self.lossless or self._waiting < self._limit or self._failure
            )
            self._check()

    def hurry(self) -> None:
        """Let nobody wait for room from now on; what does not fit is dropped."""
        with self._changed:
            self.lossless = False
            self._changed.notify_all()

    def drain(self, is_urgent: Callable[[], bool] = lambda: False) -> int:
        """Wait until everything is written; returns how many lines are not, nor told of as missing.

        Parameters
        ----------
        is_urgent
            Whether not to wait for a reader that has stopped, asked again and again.

        Raises
        ------
        OSError
            As for `write`.
        """
        urgent_since = moved_at = 0.0
        sent = -1
        with self._changed:
            while self._queue or self._is_busy:
                self._check()
                now = time.monotonic()
                if self._sent != sent:
                    sent, moved_at = self._sent, now
                if is_urgent():
                    urgent_since = urgent_since or now
                    stuck_since = max(moved_at, urgent_since)
                    if now > min(stuck_since + _STUCK_S, urgent_since + _HURRY_S):
                        break
                self._changed.wait(_LOOK_S)
            self._check()
            return self._waiting + self._sending + self._untold

    def close(self) -> None:
        """Let the thread end once all is written; returns at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _note_gap(self, place: int) -> None:
        """Note that a line is missing before a place in the queue."""
        for neighbour in (place - 1, place):
            if 0 <= neighbour < len(self._queue):
                item = self._queue[neighbour]
                if isinstance(item, _Gap):
                    item.lines += 1
                    return
        self._queue.insert(place, _Gap(1))

    def _drop_dispensable(self) -> bool:
        """Make room by dropping the oldest line that may go; ``False`` if none may."""
        if not self._dispensable:
            return False
        for place, item in enumerate(self._queue):
            if isinstance(item, _Line) and item.dispensable:
                del self._queue[place]
                self._note_gap(place)
                break
        self._waiting -= 1
        self._dispensable -= 1
        return True

    # The writing thread

    def _work(self) -> None:
        while True:
            with self._changed:
                self._sent += self._sending
                self._sending, self._is_busy = 0, False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._queue or self._closed)
                if not self._queue:
                    return
                text, self._is_busy = self._take(), True
            try:
                self._send(text)
            except (OSError, ValueError) as error:
                with self._changed:
                    self._failure = error if isinstance(error, OSError) else BrokenPipeError()
                    self._queue.clear()
                    self._waiting = self._dispensable = self._sending = 0
                    self._is_busy = False
                    self._changed.notify_all()
                return

    def _take(self) -> str:
        """Take as many lines off the queue as go into one write."""
        lines: list[str] = []
        size = 0
        while self._queue:
            item = self._queue[0]
            text = item.text if isinstance(item, _Line) else self._describe_gap(item.lines)
            size += len(text) + 1
            if lines and size > _BATCH:
                break
            self._queue.popleft()
            if isinstance(item, _Line):
                self._waiting -= 1
                self._sending += 1
                self._dispensable -= item.dispensable
            else:
                self._untold -= item.lines
            lines.append(text)
        return "\n".join([*lines, ""])


def _make_sender(stream: TextIO | None) -> Callable[[str], None]:
    """Return what writes a text to a stream, past its buffer where there is a descriptor.

    A thread that waits within the stream's buffer holds the buffer's lock, and the interpreter
    cannot end then.
    """
    if stream is None:
        return lambda _: None
    try:
        number = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return lambda text: write_to_stream(stream, text)
    if sys.platform == "win32":  # a console takes text, not bytes
        return lambda text: write_to_stream(stream, text)
    encoding, errors = stream.encoding or "utf-8", stream.errors or "strict"
    is_terminal = os.isatty(number)

    def send(text: str) -> None:
        left = memoryview(text.encode(encoding, errors))
        try:
            while left:
                try:
                    left = left[os.write(number, left) :]
                except BlockingIOError:  # somebody else made it so; it is shared
                    select.select([], [number], [])
        except BrokenPipeError:
            raise
        except OSError as error:
            if is_terminal:  # it was closed: nobody reads there any more
                raise BrokenPipeError(error.errno, error.strerror) from error
            raise

    return send


def write_to_stream(stream: TextIO, text: str) -> None:
    """Write a text and wait until it is written."""
    stream.write(text)
    stream.flush()

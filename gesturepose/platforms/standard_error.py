"""Standard error of this process: lines for people, from any thread, without waiting for them.

The terminal that shows them may have been stopped with Ctrl+S; whoever has something to say there
has keys to let go of, or frames to look at.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING

from gesturepose.platforms.line_writer import LineWriter, write_to_stream
from gesturepose.platforms.threads import NoThreadError

if TYPE_CHECKING:
    from typing import TextIO


class StandardError:
    """Standard error of this process, where people are told what is going on.

    That nobody reads it is no failure of anything. Without a thread to write on, it writes itself.
    """

    def __init__(self) -> None:
        self._stream: TextIO | None = None
        self._writer: LineWriter | None = None

    def tell(self, line: str) -> None:
        """Write a line; returns at once."""
        if self._writer is None or self._stream is not sys.stderr:
            self._stream = sys.stderr
            self._writer = LineWriter(self._stream, describe_gap=_describe_gap)
        try:
            self._writer.write(line)
        except NoThreadError:
            self._write_now(line)
        except OSError:
            pass

    def flush(self) -> None:
        """Wait until everything is written, but not for a reader that has stopped."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.drain(lambda: True)

    def _write_now(self, line: str) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError, ValueError):
                write_to_stream(self._stream, line + "\n")


def _describe_gap(lines: int) -> str:
    return f"gesturepose: {lines} lines are missing here: nobody was reading"


STANDARD_ERROR = StandardError()
"""The one of this process."""


class StandardErrorHandler(logging.Handler):
    """Sends what is logged there."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, formatted on the thread that logs it."""
        try:
            STANDARD_ERROR.tell(self.format(record))
        except Exception:  # noqa: BLE001 - as every handler: logging ends nothing
            self.handleError(record)


def log_to_standard_error(level: str) -> None:
    """Send what is logged at a level or above to standard error, unless it goes elsewhere."""
    logging.basicConfig(
        handlers=[StandardErrorHandler()], level=level, format="gesturepose: %(message)s"
    )

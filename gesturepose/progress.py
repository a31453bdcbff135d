"""A line on standard error that counts what is done, while a terminal is there to see it."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from gesturepose.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BAR = 30
_NAME = 40


@contextlib.contextmanager
def showing_progress(total: int) -> Iterator[Callable[[str], None]]:
    """Give a function to call with the name of each thing done; the line is wiped in the end."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    done = 0

    def write(text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may have been closed
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def count(name: str) -> None:
        bar = "#" * (_BAR * done // max(total, 1))
        write(f"[{bar:<{_BAR}}] {done}/{total} {one_line(name)[:_NAME]}".rstrip())

    def show(name: str) -> None:
        nonlocal done
        done += 1
        count(name)

    count("")
    try:
        yield show
    finally:
        write("")

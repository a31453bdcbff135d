"""Standard input, output and error that may be closed, or cannot be written.

``>&-``, ``pythonw.exe`` at login and some launchers start a program without them. Whatever is
opened next would get their numbers, and what a native library prints would go into that file,
socket or camera; so they are put in place, going nowhere, before anything else is opened.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Final, TextIO

_NAMES: Final = ("stdin", "stdout", "stderr")


def mend_streams() -> frozenset[str]:
    """Give this process the standard streams it lacks; what is written to them goes nowhere.

    Call it first of all.

    Returns
    -------
    frozenset
        Which were missing, of ``"stdin"``, ``"stdout"`` and ``"stderr"``.
    """
    if os.name == "posix":
        for number in range(len(_NAMES)):
            _fill(number)
    missing = {name for name in _NAMES if getattr(sys, name) is None}
    for name in missing:
        mode = "r" if name == "stdin" else "w"
        # Left open on purpose, as long as the process lives.
        setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file's name may hold what the terminal's encoding does not.
            stream.reconfigure(errors="backslashreplace")
    return frozenset(missing)


def discard(stream: TextIO) -> None:
    """Send what is pending in a stream and what may follow nowhere; nobody reads it any more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)


def finish_errors() -> None:
    """Write what is pending on standard error, so that the interpreter's end cannot fail by it."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        discard(sys.stderr)


def _fill(number: int) -> None:
    """Put the null device where a file descriptor is not open; programs started here get it too."""
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        else:
            os.set_inheritable(number, True)

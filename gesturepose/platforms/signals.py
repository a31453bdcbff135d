"""Which signals ask a program to end; the same everywhere in it.

It installs nothing: a command, a run and the app each end in a way of their own.
"""

from __future__ import annotations

import signal

_ASKING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
"""Ctrl+C, a request to terminate, a terminal that was closed, Ctrl+\\, and Windows' Ctrl+Break."""


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals of this system that ask for an orderly end.

    The hang-up of a terminal is none of them where whoever started the program had it ignored, as
    ``nohup`` does: such a program is meant to outlive its terminal.
    """
    numbers = [getattr(signal, name) for name in _ASKING if hasattr(signal, name)]
    return tuple(
        number
        for number in numbers
        if number.name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN
    )

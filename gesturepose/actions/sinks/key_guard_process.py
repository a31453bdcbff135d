"""A process that lets go of keys whose program is gone; started by ``key_guard.py``, as a file.

Its standard input is a pipe from the program: ``+key 38`` before that keycode goes down and
``-key 38`` after it came up, the same for a ``button`` of the pointer, ``.`` once a second while
anything is down. When the pipe closes, however the program ended, it lets go of what is down and
ends; when the program is stopped or hangs, it lets go as well.

It imports nothing of the program, so that it is small and starts in no time. It must not press
anything, nor let go of what it was not told of.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

SILENCE_S = 3.0
"""A program that says nothing for so long does not run: it was stopped, or hangs."""
NUMBERS = {"key": range(8, 256), "button": range(1, 256)}
"""What can be down, and which numbers it has."""
_RELEASES = {"key": 3, "button": 5}
_BUTTON_BIT = 7
_SETTLE_S = 0.05


def is_pressable(what: str) -> bool:
    """Whether a text names what can be down, such as ``key 38`` or ``button 1``."""
    kind, _, number = what.partition(" ")
    is_number = number.isdecimal() and number.isascii() and len(number) < 4
    return is_number and int(number) in NUMBERS.get(kind, ())


def let_go(display: str, pressed: Collection[str]) -> int:
    """Let go of what programs, not people, hold down; return how much of it was down.

    Parameters
    ----------
    display
        The X server, such as ``:0``.
    pressed
        As `is_pressable` takes them, in the order in which they went down; others are left alone.

    Raises
    ------
    xcffib.XcffibException
        The X server is not there.
    """
    import xcffib
    import xcffib.xproto
    import xcffib.xtest

    pressed = [what for what in pressed if is_pressable(what)]
    connection: Any = xcffib.connect(display=display)
    try:
        xtest = connection(xcffib.xtest.key)
        down = _find_down(connection, pressed)
        # All of it: a key that a program asked for last may not have been seen to go down yet.
        for left in (pressed, down):
            for what in reversed(left):
                kind, number = what.split()
                xtest.FakeInput(_RELEASES[kind], int(number), 0, 0, 0, 0, 0)
            connection.core.GetInputFocus().reply()  # answered when all before has been done
            time.sleep(_SETTLE_S)
            down = list(dict.fromkeys([*down, *_find_down(connection, pressed)]))
    finally:
        connection.disconnect()
    return len(down)


def _find_down(connection: Any, pressed: Collection[str]) -> list[str]:
    keys = connection.core.QueryKeymap().reply().keys
    root = connection.get_setup().roots[0].root
    mask = connection.core.QueryPointer(root).reply().mask
    found = []
    for what in pressed:
        kind, number = what.split()
        code = int(number)
        is_down = keys[code // 8] >> code % 8 if kind == "key" else mask >> _BUTTON_BIT + code
        if is_down & 1:
            found.append(what)
    return found


def watch(display: str, note: str) -> None:
    """Follow what the program says until it is gone.

    Parameters
    ----------
    display
        Where its keys are.
    note
        The file that says the same to the next start; removed once nothing is down.
    """
    down: dict[str, None] = {}
    is_heard = False
    pending = b""
    while True:
        if not select.select([0], [], [], SILENCE_S if down and is_heard else None)[0]:
            let_go(display, down)
            down.clear()
            continue
        data = os.read(0, 4096)
        if not data:
            break
        *messages, pending = (pending + data).split(b"\n")
        for message in messages:
            sign, what = message[:1], message[1:].decode("ascii", "replace")
            is_heard |= sign == b"."
            if sign == b"+":
                down[what] = None
            elif sign == b"-":
                down.pop(what, None)
    if down:
        let_go(display, down)
        with contextlib.suppress(OSError):
            os.unlink(note)  # noqa: PTH108 - pathlib would double the size of this process


def main(display: str, note: str, *folders: str) -> None:
    """Watch over the keys of the program at the other end of standard input.

    Parameters
    ----------
    display, note
        As for `watch`.
    folders
        Where xcffib and what it needs are installed.
    """
    # Whoever ends all processes of the program must not end this before it has seen the end.
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.path.extend(folders)
    import xcffib.xproto
    import xcffib.xtest  # noqa: F401 - now: when it is needed, nothing may be left to read it with

    watch(display, note)


if __name__ == "__main__":
    main(*sys.argv[1:])

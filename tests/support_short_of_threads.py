"""Runs the program again and again, each time with another of its threads refused by the system.

A script: the first argument is ``one`` or ``all`` (it and those after it), the second how many runs
there are at most, the others are the program's. It prints a line of JSON for each run, until one
in which nothing was refused. Imports are done once; each run is a process of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import threading
import time

from gesturepose.cli import main

PATIENCE_S = 40.0


def run(which: str, arguments: list[str], refused: int) -> None:
    """Run the program in this process, and end that; 100 more is its code if all was granted."""
    count = 0
    start = threading.Thread.start

    def start_or_not(self: threading.Thread) -> None:
        nonlocal count
        count += 1
        if count == refused or (which == "all" and count > refused):
            raise RuntimeError("can't start new thread")
        start(self)

    threading.Thread.start = start_or_not  # type: ignore[method-assign]
    sys.argv = ["gesturepose", *arguments]
    code = main()
    sys.exit(code if count >= refused else 100 + code)


def watch(which: str, arguments: list[str], refused: int) -> dict[str, object]:
    """Run it in a process of its own; returns what became of it."""
    with tempfile.TemporaryFile() as errors:
        child = os.fork()
        if not child:
            os.dup2(errors.fileno(), 2)
            run(which, arguments, refused)
        deadline = time.monotonic() + PATIENCE_S
        hung = False
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            time.sleep(0.02)
            if time.monotonic() > deadline:
                hung, deadline = True, deadline + 1e6
                os.kill(child, signal.SIGKILL)
        errors.seek(0)
        said = errors.read().decode()
    code = os.waitstatus_to_exitcode(ended[1])
    return {"refused": refused, "code": code, "hung": hung, "said": said.splitlines()}


IMPORTED = ("headless", "app", "session", "actions.sinks.x11_keyboard", "platforms.hotkey_x11")

if __name__ == "__main__":
    _, how, most, *its = sys.argv
    for name in IMPORTED:
        importlib.import_module(f"gesturepose.{name}")
    if not {"--no-gui", "evaluate"} & set(its):
        importlib.import_module("gesturepose.gui.application")
    for number in range(1, int(most) + 1):
        result = watch(how, its, number)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
        if isinstance(result["code"], int) and result["code"] >= 100:
            break

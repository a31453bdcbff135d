"""The program holding keys on a real display, and a second client that sees which are down.

`HoldingProgram` runs a recording of a raised hand with two keys bound to it; `KeysDown` asks the X
server. Whatever is between the program and its reader (a file, a pipe, a terminal) is the test's.
"""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import tty
from typing import TYPE_CHECKING, Any, Self

import pytest
import xcffib
import xcffib.xproto
import xcffib.xtest
from support_body import Key, hold, perform
from support_program import environment, program
from support_x11 import wait_until

from gesturepose.capture.recording import PoseRecorder

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from support_x11 import XServer

HOLDING = '[control]\npause_hotkey = ""\n[[bindings]]\ngesture = "raise_right_hand"\nhold = "{}"\n'


def write_raised_hand(path: Path, *, held_s: float = 60.0) -> Path:
    """Record somebody who raises the right hand after half a second and keeps it up."""
    with PoseRecorder(path, skeleton_name="coco17") as recorder:
        for frame in perform(hold(held_s, Key(0.4, right=(0.9, 1.0))), idle_s=0.3):
            recorder.write(frame.poses, frame.timestamp, size=frame.size)
    return path


class KeysDown:
    """Tells which keycodes are down on a display, whoever put them down."""

    def __init__(self, display: str) -> None:
        self._connection: Any = xcffib.connect(display=display)
        self._core = self._connection.core

    def __call__(self) -> list[int]:
        keys = self._core.QueryKeymap().reply().keys
        return [code for code in range(256) if keys[code // 8] >> code % 8 & 1]

    def wait_for(self, count: int, timeout_s: float = 20.0) -> list[int]:
        wait_until(lambda: len(self()) == count, timeout_s, f"{count} keys down, not {self()}")
        return self()

    def close(self) -> None:
        """Let go of what a failing test left down, for the next one's sake."""
        for code in self():
            self.fake(code, down=False)
        self._connection.disconnect()

    def fake(self, code: int, *, down: bool) -> None:
        """Do what a program does that presses keys."""
        xtest = self._connection(xcffib.xtest.key)
        root = self._connection.get_setup().roots[0].root
        xtest.FakeInput(2 if down else 3, code, 0, root, 0, 0, 0)
        self()  # has been done when this is answered


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of somebody who raises the right hand."""
    return write_raised_hand(tmp_path_factory.mktemp("raised") / "raised.poses.jsonl")


@pytest.fixture
def keys_down(x_server: XServer) -> Iterator[KeysDown]:
    """What is down on the display of the test, which is nothing before it."""
    keys = KeysDown(x_server.display)
    assert keys() == []
    yield keys
    keys.close()


class HoldingProgram:
    """The program, without a window, while a recorded hand is raised; two keys go down.

    Parameters
    ----------
    folder
        Its working directory, its runtime folder, and where standard error goes by default.
    recording
        What it watches, at its own speed.
    server
        The display; ``None`` for none, which takes ``--dry-run``.
    more
        Further arguments.
    stdout, stderr
        Where these go; by default a file.
    """

    def __init__(
        self,
        folder: Path,
        recording: Path,
        server: XServer | None,
        *more: object,
        stdout: int = subprocess.DEVNULL,
        stderr: int | None = None,
        hold: str = "ctrl+shift",
        prefix: Iterable[str] = (),
        more_environment: Mapping[str, str] | None = None,
    ) -> None:
        config = folder / "hold.toml"
        config.write_text(HOLDING.format(hold))
        self._errors = folder / "stderr.txt"
        display = {} if server is None else {"DISPLAY": server.display}
        arguments = ("--source", recording, "--realtime", "--config", config, *more)
        with self._errors.open("w") as errors:
            self.child = subprocess.Popen(
                [*prefix, *program(*arguments)],
                cwd=folder,
                env=environment(
                    folder,
                    {"XDG_RUNTIME_DIR": str(folder), **display, **(more_environment or {})},
                ),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=errors if stderr is None else stderr,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()

    @property
    def errors(self) -> list[str]:
        return self._errors.read_text().splitlines()

    def send(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    def wait(self, timeout_s: float = 20.0) -> int:
        return self.child.wait(timeout_s)

    def guards(self) -> list[int]:
        """Processes of its that watch over its keys."""
        return [pid for pid in children_of(self.child.pid) if b"key_guard" in command_of(pid)]


def command_of(pid: int) -> bytes:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123
        return file.read()
    return b""


def children_of(pid: int) -> list[int]:
    """Process numbers of the children of one."""
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat") as file:  # noqa: PTH123
            if int(file.read().rpartition(")")[2].split()[1]) == pid:
                found.append(int(name))
    return found


class Terminal:
    """A terminal whose program side is `inner`; nothing is read from it but by `read`.

    `fill` makes it take nothing more, as Ctrl+S does.
    """

    def __init__(self) -> None:
        self.outer, self.inner = pty.openpty()
        tty.setraw(self.inner)

    def fill(self) -> None:
        fill(self.inner)

    def read(self) -> bytes:
        """What has arrived."""
        return read_all(self.outer)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self.outer)
        self.outer = -1

    def close(self) -> None:
        for number in (self.outer, self.inner):
            with contextlib.suppress(OSError):
                os.close(number)


def fill(number: int) -> None:
    """Write to a pipe or terminal until it takes no more."""
    os.set_blocking(number, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(number, b"\n" * 64)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(number, b"\n")
    os.set_blocking(number, True)


def read_all(number: int) -> bytes:
    """Read what is there, waiting for nothing."""
    os.set_blocking(number, False)
    found = b""
    with contextlib.suppress(OSError):
        while data := os.read(number, 65536):
            found += data
    return found


@contextlib.contextmanager
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    try:
        yield opened
    finally:
        opened.close()


def read_lines(number: int) -> Iterator[Any]:
    """Lines of a descriptor, until whoever writes has closed it."""
    with os.fdopen(os.dup(number), encoding="utf-8") as file:
        yield from file

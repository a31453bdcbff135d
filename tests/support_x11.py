"""A real X server for tests: Xvfb on a free display, a window manager on demand, and a window that
writes down what reaches it.

Import what a test module needs: `x_server` (fixture; the whole run shares one server), `XServer`,
`window_manager`, `Recorder`.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

REPO = Path(__file__).resolve().parents[1]


def wait_until(condition: Callable[[], Any], timeout_s: float = 20.0, what: str = "") -> Any:
    """Return the condition's value once it is true; fail the test when that takes too long."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    pytest.fail(f"not within {timeout_s} s: {what or condition}")


def need(program: str, package: str) -> None:
    """Skip the test where a program is missing."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (package {package})")


class XServer:
    """A running Xvfb; `environment` is what a program needs to use it."""

    def __init__(self, size: str = "1024x768x24", more: Sequence[str] = ()) -> None:
        need("Xvfb", "xvfb")
        reading, writing = os.pipe()
        self._child = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                size,
                "-nolisten",
                "tcp",
                "-noreset",
                *more,
            ],
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            self.stop()
            raise RuntimeError("Xvfb did not start")
        self.display = f":{number}"

    @property
    def environment(self) -> dict[str, str]:
        cleared = ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY", "QT_QPA_PLATFORM")
        kept = {name: value for name, value in os.environ.items() if name not in cleared}
        return {**kept, "DISPLAY": self.display, "PYTHONPATH": str(REPO)}

    def start(self, argv: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Start a program on this display."""
        more.setdefault("stdout", subprocess.DEVNULL)
        more.setdefault("stderr", subprocess.DEVNULL)
        more.setdefault("env", self.environment)
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, **more)

    def stop(self) -> None:
        end(self._child)


def end(child: subprocess.Popen[bytes]) -> None:
    """End a program and wait for it."""
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@functools.cache
def shared_server() -> XServer:
    """Start the server of this test run; it ends with the run."""
    server = XServer()
    atexit.register(server.stop)
    return server


@pytest.fixture
def x_server(monkeypatch: pytest.MonkeyPatch) -> XServer:
    """The run's X server, with this process' environment pointing at it."""
    server = shared_server()
    monkeypatch.setenv("DISPLAY", server.display)
    for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY"):
        monkeypatch.delenv(name, raising=False)
    return server


@contextlib.contextmanager
def window_manager(server: XServer) -> Iterator[None]:
    """Run openbox for the time of a with statement; skip where it is missing."""
    need("openbox", "openbox")
    from gesturepose.platforms.linux_x11 import X11Platform

    child = server.start(["openbox", "--sm-disable"])
    platform = X11Platform(server.display)
    platform.active_window()  # connects
    try:
        wait_until(platform._manager_hints, what="openbox to announce itself")
        yield
    finally:
        platform.close()
        end(child)


# A client of Xlib itself: what it makes of a keycode and a state, most programs do.
_RECORDER = textwrap.dedent(
    """
    import ctypes, json, struct, sys, unicodedata
    path, title, app, takes_delete = sys.argv[1:]
    x = ctypes.CDLL("libX11.so.6")
    for name in ("XOpenDisplay", "XKeysymToString"):
        getattr(x, name).restype = ctypes.c_void_p
    for name in ("XDefaultRootWindow", "XCreateSimpleWindow", "XInternAtom"):
        getattr(x, name).restype = ctypes.c_ulong
    x.XKeysymToString.restype = ctypes.c_char_p
    d = ctypes.c_void_p(x.XOpenDisplay(None))
    root = ctypes.c_ulong(x.XDefaultRootWindow(d))
    w = ctypes.c_ulong(x.XCreateSimpleWindow(d, root, 100, 100, 400, 300, 0, 0, 0))
    keys, buttons, motion, structure = 1 | 2, 4 | 8, 64, 1 << 17
    x.XSelectInput(d, w, ctypes.c_long(keys | buttons | motion | structure))
    def atom(name):
        return ctypes.c_ulong(x.XInternAtom(d, name.encode(), 0))
    def change(name, kind, size, raw):
        count = len(raw) if size == 8 else len(raw) // 8
        x.XChangeProperty(d, w, atom(name), atom(kind), size, 0, raw, count)
    x.XStoreName(d, w, title.encode())
    change("_NET_WM_NAME", "UTF8_STRING", 8, title.encode())
    change("WM_CLASS", "STRING", 8, b"%s\\0%s\\0" % (app.lower().encode(), app.encode()))
    if takes_delete == "yes":
        change("WM_PROTOCOLS", "ATOM", 32, struct.pack("=Q", atom("WM_DELETE_WINDOW").value))
    x.XMapWindow(d, w)
    x.XFlush(d)
    out = open(path, "w", buffering=1)
    def tell(**line):
        out.write(json.dumps(line) + "\\n")
    event = (ctypes.c_long * 24)()
    symbol = ctypes.c_ulong()
    text = ctypes.create_string_buffer(16)
    def name_symbol():
        k = symbol.value
        if 0x1000100 <= k <= 0x110ffff:
            return "U+%04X" % (k - 0x1000000)
        return (x.XKeysymToString(symbol) or b"none").decode()
    while True:
        x.XNextEvent(d, event)
        raw = bytes(event)
        (kind,) = struct.unpack_from("i", raw)
        if kind == 19:
            x.XSetInputFocus(d, w, 2, ctypes.c_ulong(0))
            x.XSync(d, 0)
            tell(kind="ready")
        elif kind in (2, 3, 4, 5, 6):
            at = 64 if struct.calcsize("l") == 8 else 36
            rx, ry, state, detail = struct.unpack_from("iiII", raw, at + 8)
            if kind in (2, 3):
                x.XLookupString(event, text, 16, ctypes.byref(symbol), None)
                tell(kind="key", down=kind == 2, key=name_symbol(), state=state & 0xff,
                     code=detail, symbol=symbol.value, group=state >> 13 & 3)
            elif kind in (4, 5):
                tell(kind="button", down=kind == 4, button=detail)
            else:
                tell(kind="motion", x=rx, y=ry)
        elif kind == 34:
            x.XRefreshKeyboardMapping(event)
        elif kind == 33:
            tell(kind="closed")
            break
    """
)


class Recorder:
    """A window that has the focus and writes down the events it gets, by a program of its own.

    A context manager; `lines` is what it saw so far.
    """

    def __init__(
        self,
        server: XServer,
        folder: Path,
        *,
        title: str = "Recorder",
        app: str = "Recorder",
        takes_delete: bool = True,
    ) -> None:
        self._path = folder / f"{title}.jsonl"
        protocols = "yes" if takes_delete else "no"
        argv = [sys.executable, "-c", _RECORDER, str(self._path), title, app, protocols]
        self.child = server.start(argv, stderr=None)

    def __enter__(self) -> Self:
        try:
            wait_until(lambda: self.of_kind("ready"), what="the recording window")
        except BaseException:
            end(self.child)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        end(self.child)

    @property
    def lines(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        whole = self._path.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in whole if line.endswith("\n")]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["kind"] == kind]

    def keys(self) -> list[str]:
        """``+name`` and ``-name`` for keys down and up, in order."""
        return [("+" if line["down"] else "-") + line["key"] for line in self.of_kind("key")]

    def wait_keys(self, count: int) -> list[str]:
        """Return `keys` once there are that many."""
        wait_until(lambda: len(self.keys()) >= count, what=f"{count} key events: {self.keys()}")
        return self.keys()

    def still_down(self) -> set[str]:
        down: set[str] = set()
        for key in self.keys():
            down = down | {key[1:]} if key[0] == "+" else down - {key[1:]}
        return down

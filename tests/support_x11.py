"""A real X server for tests: Xvfb on a free display, a window manager on demand, and a window that
writes down what reaches it.

Import what a test module needs: `x_server` (fixture; the whole run shares one server, because
pyautogui stays with the first display it sees), `XServer`, `window_manager`, `Recorder`.
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

    def __init__(self, size: str = "1024x768x24", access: str = "own") -> None:
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
                *(["-ac"] if access == "open" else []),
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
    atexit.register(_disconnect_pyautogui)
    return server


def _disconnect_pyautogui() -> None:
    module = sys.modules.get("pyautogui")
    if module is not None:
        module.platformModule._display.close()


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


_RECORDER = textwrap.dedent(
    """
    import json, sys
    from gesturepose.platforms.x11_display import open_display
    from Xlib import X, XK, Xatom
    path, title, app, takes_delete = sys.argv[1:]
    XK.load_keysym_group("xf86")
    XK.load_keysym_group("xkb")
    names = {v: k[3:] for k, v in vars(XK).items() if k.startswith("XK_") and isinstance(v, int)}
    d = open_display()
    mask = X.KeyPressMask | X.KeyReleaseMask | X.ButtonPressMask | X.ButtonReleaseMask
    w = d.screen().root.create_window(
        100, 100, 400, 300, 0, d.screen().root_depth, event_mask=mask | X.PointerMotionMask
        | X.FocusChangeMask | X.StructureNotifyMask)
    w.set_wm_name(title)
    w.change_property(d.intern_atom("_NET_WM_NAME"), d.intern_atom("UTF8_STRING"), 8,
                      title.encode())
    w.set_wm_class(app.lower(), app)
    if takes_delete == "yes":
        w.set_wm_protocols([d.intern_atom("WM_DELETE_WINDOW")])
    w.map()
    out = open(path, "w", buffering=1)
    def tell(**line):
        out.write(json.dumps(line) + "\\n")
    def symbol(event):
        shift, level3 = event.state & 1, event.state & 0x80
        row = d.get_keyboard_mapping(event.detail, 1)[0]
        column = (4 if level3 else 0) + (1 if shift else 0)
        sym = row[column] if column < len(row) and row[column] else row[0]
        plain, upper = row[0], row[1]
        if event.state & 2 and upper - plain == -0x20:
            sym = plain if sym == upper else upper
        return names.get(sym) or ("U+%04X" % (sym & 0xFFFFFF))
    while True:
        e = d.next_event()
        if e.type == X.MapNotify:
            w.set_input_focus(X.RevertToParent, X.CurrentTime)
            d.sync()
            tell(kind="ready")
        elif e.type in (X.KeyPress, X.KeyRelease):
            tell(kind="key", down=e.type == X.KeyPress, key=symbol(e), state=e.state & 0xFF)
        elif e.type in (X.ButtonPress, X.ButtonRelease):
            tell(kind="button", down=e.type == X.ButtonPress, button=e.detail)
        elif e.type == X.MotionNotify:
            tell(kind="motion", x=e.root_x, y=e.root_y)
        elif e.type == X.MappingNotify:
            d.refresh_keyboard_mapping(e)
        elif e.type == X.ClientMessage:
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

"""The whole path, pictures to actions: a clip of a moving person works a real Chromium.

The program runs as a user starts it, with its network, in real time, under an X server of its own;
the browser says over the DevTools protocol what came of it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from support_chromium import Browser, needs_chromium, pages
from support_program import RunningProgram, begins, labels
from support_x11 import XServer, wait_until, window_manager, x_server

from gesturepose.platforms.linux_x11 import X11Platform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["pages", "x_server"]
pytestmark = [pytest.mark.x11, needs_chromium]

_CONFIG = """
[[bindings]]
gesture = "raise_right_hand"
launch = "gesturepose-clock"

[[bindings]]
gesture = "swipe_left"
press = "alt+left"
app = "chrom"

[[bindings]]
gesture = "swipe_right"
press = "alt+right"
app = "chrom"

[[bindings]]
gesture = "spread"
press = "ctrl+plus"
app = "chrom"

[[bindings]]
gesture = "gather"
press = "ctrl+minus"
app = "chrom"

[[bindings]]
gesture = "hands_up"
press = "ctrl+w"
app = "firefox"

[[bindings]]
gesture = "t_pose"
close = "Clock of the test"
"""

# Like xclock it shows something and takes no keyboard focus, so that the browser stays in front.
_CLOCK = """
import os, select, struct, sys
from gesturepose.platforms.x11_display import open_display
d = open_display()
w = d.connection.generate_id()
white, event_mask = d.screen.white_pixel, 1 << 15
d.core.CreateWindow(
    d.screen.root_depth, w, d.root, 700, 500, 200, 60, 0, 1, d.screen.root_visual, 2 | 2048,
    [white, event_mask])
def change(name, kind, size, raw):
    count = len(raw) * 8 // size
    d.core.ChangeProperty(0, w, d.atom(name), d.atom(kind), size, count, raw)
change("WM_NAME", "STRING", 8, b"Clock of the test")
change("WM_CLASS", "STRING", 8, b"clock\\0Clock\\0")
change("WM_HINTS", "WM_HINTS", 32, struct.pack("=9I", 1, *[0] * 8))
change("WM_PROTOCOLS", "ATOM", 32, struct.pack("=I", d.atom("WM_DELETE_WINDOW")))
d.core.MapWindow(w)
d.sync()
with open(sys.argv[1], "w") as f:
    f.write(f"{os.getpid()}\\n")
while type(d.next_event()).__name__ != "ClientMessageEvent":
    select.select([d], [], [], 0.2)
"""


class Clock:
    """A small application, installed by a desktop file in a user's folder of applications."""

    def __init__(self, folder: Path) -> None:
        self.data_home = folder / "share"
        self._pid_path = folder / "clock.pid"
        script = folder / "clock.py"
        script.write_text(_CLOCK)
        applications = self.data_home / "applications"
        applications.mkdir(parents=True)
        (applications / "gesturepose-clock.desktop").write_text(
            textwrap.dedent(
                f"""\
                [Desktop Entry]
                Type=Application
                Name=Clock
                Exec="{sys.executable}" "{script}" "{self._pid_path}"
                """
            )
        )

    @property
    def pid(self) -> int | None:
        """Its process, once it runs; ``None`` before that and after its end."""
        with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
            pid = int(self._pid_path.read_text())
            os.kill(pid, 0)
            return pid
        return None


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Clock]:
    clock = Clock(tmp_path)
    yield clock
    if clock.pid is not None:
        os.kill(clock.pid, signal.SIGTERM)


@pytest.fixture
def platform(x_server: XServer) -> Iterator[X11Platform]:
    platform = X11Platform(x_server.display)
    yield platform
    platform.close()


def test_a_moving_person_works_a_browser_and_applications(
    x_server: XServer, tmp_path: Path, pages: str, clock: Clock, platform: X11Platform
) -> None:
    config = tmp_path / "gestures.toml"
    config.write_text(_CONFIG)

    def _clock_is_shown() -> bool:
        return any(window.matches("Clock of the test") for window in platform.list_windows())

    with (
        window_manager(x_server),
        Browser(x_server, tmp_path / "profile", f"{pages}/first") as browser,
    ):
        for page in ("first", "second", "third"):
            browser.go(f"{pages}/{page}")
        browser.evaluate("history.back()")
        wait_until(lambda: browser.path == "/second", what="the middle page")
        normal = browser.pixel_ratio

        arguments = ("--source", "demo", "--realtime", "--config", config, "--log-level", "warning")
        shown = {"DISPLAY": x_server.display, "XDG_DATA_HOME": str(clock.data_home)}
        with RunningProgram(tmp_path / "run", *arguments, more_environment=shown) as program:
            program.wait_for("action", gesture="raise_right_hand", performed=True)
            wait_until(lambda: clock.pid, 20, what="the application to start")
            wait_until(_clock_is_shown, 20, what="its window")

            program.wait_for("action", gesture="swipe_left", performed=True)
            wait_until(lambda: browser.path == "/first", 20, what="the page before")
            program.wait_for("action", gesture="swipe_right", performed=True)
            wait_until(lambda: browser.path == "/second", 20, what="the page after")

            program.wait_for("action", gesture="spread", performed=True)
            wait_until(lambda: browser.pixel_ratio > normal, 20, what="zooming in")
            program.wait_for("action", gesture="gather", performed=True)
            wait_until(lambda: browser.pixel_ratio == normal, 20, what="zooming out")

            refused = program.wait_for("action", gesture="hands_up")
            assert not refused["performed"]
            assert "firefox" in refused["reason"]

            assert clock.pid is not None
            assert _clock_is_shown()
            program.wait_for("action", gesture="t_pose", performed=True)
            wait_until(lambda: not _clock_is_shown(), 20, what="the window to go")
            wait_until(lambda: clock.pid is None, 20, what="the application to end")
            assert program.wait() == 0
            events, errors = program.events, program.errors
        assert browser.path == "/second"
        assert browser.pixel_ratio == normal

    assert [name for name, _ in begins(events)] == [gesture["name"] for gesture in labels()]
    assert [event["gesture"] for event in events if event["type"] == "action"] == [
        gesture["name"] for gesture in labels()
    ]
    assert events[-1]["type"] == "stop"
    assert errors == []

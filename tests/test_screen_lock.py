"""Knowing that the screen is locked: from real buses, a real X server with real lockers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Any, Self

import pytest
from support_bus import Logind, ScreenSaver, private_bus
from support_x11 import Recorder, XServer, end, need, wait_until, window_manager, x_server

from gesturepose.platforms.screen_lock import LockSource, ScreenLock
from gesturepose.platforms.screen_lock_bus import LogindSession, ScreenSavers
from gesturepose.platforms.screen_lock_programs import LockerPrograms
from gesturepose.platforms.screen_lock_x11 import X11Lockers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["x_server"]


class Watching:
    """A watch and what it told."""

    def __init__(self, *sources: LockSource) -> None:
        self.told: list[bool] = []
        self._lock = ScreenLock(self.told.append, sources or None)

    def __enter__(self) -> Self:
        self._lock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def wait(self, *told: bool) -> None:
        wait_until(lambda: len(self.told) >= len(told), what=f"{told}, not {self.told}")
        assert self.told == list(told)


@pytest.fixture
def session_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def system_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        yield address


# Buses


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("org.freedesktop.ScreenSaver", ""),
        ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
        ("org.gnome.ScreenSaver", ""),
        ("org.cinnamon.ScreenSaver", ""),
        ("org.mate.ScreenSaver", ""),
        ("org.xfce.ScreenSaver", ""),
    ],
)
def test_the_screen_saver_of_every_desktop_is_heeded(
    session_bus: str, name: str, path: str
) -> None:
    with ScreenSaver(session_bus, name, path=path) as saver, Watching(ScreenSavers()) as watching:
        saver.switch(active=True)
        watching.wait(True)
        saver.switch(active=False)
        watching.wait(True, False)


def test_a_lock_that_was_there_before_is_told_at_the_start(session_bus: str) -> None:
    with ScreenSaver(session_bus, active=True) as saver, Watching(ScreenSavers()) as watching:
        assert watching.told == [True]
        saver.switch(active=False)
        watching.wait(True, False)


def test_a_screen_saver_that_comes_later_is_asked_and_one_that_goes_is_forgotten(
    session_bus: str,
) -> None:
    with Watching(ScreenSavers()) as watching:
        with ScreenSaver(session_bus, active=True):
            watching.wait(True)
        watching.wait(True, False)


@pytest.mark.parametrize("known_by", ["GetSessionByPID", "GetSession", "GetUser"])
@pytest.mark.parametrize("tells_value", [True, False])
def test_the_login_manager_s_hint_is_heeded(
    system_bus: str, monkeypatch: pytest.MonkeyPatch, known_by: str, *, tells_value: bool
) -> None:
    monkeypatch.setenv("XDG_SESSION_ID", "2")
    with (
        Logind(system_bus, known_by=known_by) as logind,
        Watching(LogindSession()) as watching,
    ):
        logind.switch(locked=True, tells_value=tells_value)
        watching.wait(True)
        logind.switch(locked=False, tells_value=tells_value)
        watching.wait(True, False)


def test_a_machine_about_to_sleep_counts_as_locked(system_bus: str) -> None:
    with Logind(system_bus) as logind, Watching(LogindSession()) as watching:
        logind.sleep(going=True)
        watching.wait(True)
        logind.sleep(going=False)
        watching.wait(True, False)


def test_one_that_says_locked_is_enough(session_bus: str, system_bus: str) -> None:
    with (
        ScreenSaver(session_bus) as saver,
        Logind(system_bus) as logind,
        Watching(ScreenSavers(), LogindSession()) as watching,
    ):
        logind.switch(locked=True)
        watching.wait(True)
        saver.switch(active=True)
        time.sleep(0.3)  # nothing orders what two buses tell
        logind.switch(locked=False)
        time.sleep(0.3)
        assert watching.told == [True]
        saver.switch(active=False)
        watching.wait(True, False)


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense", "tcp:host=x", ""])
def test_without_a_bus_nothing_is_told_and_nothing_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address or "unix:path=/nonexistent/bus")
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    with Watching(ScreenSavers(), LogindSession()) as watching:
        time.sleep(0.2)
    assert not watching.told
    assert not caplog.records


def test_a_bus_that_starts_again_is_connected_to_again(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"unix:path=/tmp/gp-{os.getpid()}.bus"
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    with Watching(ScreenSavers()) as watching:
        with private_bus(address), ScreenSaver(address, active=True):
            watching.wait(True)
        with private_bus(address), ScreenSaver(address) as saver:
            watching.wait(True, False)
            saver.switch(active=True)
            watching.wait(True, False, True)


# X11 lockers


@pytest.mark.x11
def test_i3lock_is_seen(x_server: XServer) -> None:
    need("i3lock", "i3lock")
    with Watching(X11Lockers()) as watching:
        assert not watching.told
        locker = x_server.start(["i3lock", "-n"])
        watching.wait(True)
        end(locker)
        watching.wait(True, False)


@pytest.mark.x11
def test_xscreensaver_is_seen_when_it_locks_and_not_when_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("xscreensaver", "xscreensaver")
    if os.getuid() == 0:
        as_user: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)  # it does not lock as root
        tmp_path.chmod(0o777)
    else:
        as_user = {}
    (tmp_path / ".xscreensaver").write_text("lock: True\nmode: blank\nsplash: False\n")
    server = XServer(more=["-ac"])
    monkeypatch.setenv("DISPLAY", server.display)
    environment = {**server.environment, "HOME": str(tmp_path)}
    saver = server.start(["xscreensaver", "-no-splash"], env=environment, cwd="/", **as_user)
    try:
        with Watching(X11Lockers()) as watching:
            wait_until(lambda: _is_told_to_lock(environment, as_user), what="xscreensaver")
            watching.wait(True)
            saver.send_signal(signal.SIGKILL)
            saver.wait()
            watching.wait(True, False)
    finally:
        end(saver)
        server.stop()


def _is_told_to_lock(environment: dict[str, str], as_user: dict[str, Any]) -> bool:
    done = subprocess.run(
        ["xscreensaver-command", "-lock"],
        env=environment,
        cwd="/",
        capture_output=True,
        check=False,
        **as_user,
    )
    return done.returncode == 0


_COVER = textwrap.dedent(
    """
    import sys, time, xcffib, xcffib.xproto, xcffib.shape
    from xcffib.xproto import CW
    what = sys.argv[1]
    c = xcffib.connect()
    screen = c.get_setup().roots[0]
    def show(width, height, override=1):
        window = c.generate_id()
        c.core.CreateWindow(screen.root_depth, window, screen.root, 0, 0, width, height, 0, 1,
                            screen.root_visual, CW.OverrideRedirect, [override])
        c.core.MapWindow(window)
        return window
    full = screen.width_in_pixels, screen.height_in_pixels
    if what == "menu":
        show(200, 300)
    elif what == "menu above a wallpaper":
        show(*full)
        c.flush()
        other = xcffib.connect()
        c, screen = other, other.get_setup().roots[0]
        show(200, 300)
    elif what == "menu below a compositor":
        show(200, 300)
        window = show(*full)
        shape = c(xcffib.shape.key)
        shape.Rectangles(xcffib.shape.SO.Set, xcffib.shape.SK.Input, 0, window, 0, 0, 0, [])
    elif what == "window":
        show(*full, override=0)
    else:
        show(*full)
    if what != "splash":
        grab = c.core.GrabKeyboard(0, screen.root, 0, 1, 1).reply().status
        assert grab == 0, grab
    c.flush()
    print("ready", flush=True)
    time.sleep(60)
    """
)


@pytest.mark.x11
@pytest.mark.parametrize(
    ("what", "counts"),
    [
        ("lock", True),
        ("menu", False),
        ("menu above a wallpaper", False),
        ("menu below a compositor", False),
        ("window", False),
        ("splash", False),
    ],
)
def test_what_covers_the_screen_and_takes_the_keyboard_is_a_lock_and_nothing_else(
    x_server: XServer, what: str, *, counts: bool
) -> None:
    cover = x_server.start([sys.executable, "-c", _COVER, what], stdout=subprocess.PIPE)
    assert cover.stdout is not None
    try:
        assert cover.stdout.readline() == b"ready\n"
        with Watching(X11Lockers()) as watching:
            assert watching.told == [True] * counts
    finally:
        end(cover)
        cover.stdout.close()


@pytest.mark.x11
def test_looking_disturbs_neither_the_window_in_front_nor_its_keys(
    x_server: XServer, tmp_path: Path
) -> None:
    with (
        window_manager(x_server),
        Recorder(x_server, tmp_path) as window,
        Watching(X11Lockers()) as watching,
    ):
        before = len(window.lines)
        time.sleep(1.3)
        assert not watching.told
        assert len(window.lines) == before


def test_a_display_that_goes_away_is_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    server = XServer()
    monkeypatch.setenv("DISPLAY", server.display)
    lockers = X11Lockers()
    lockers.look()
    server.stop()
    lockers._look_at = 0.0
    lockers.look()
    assert not lockers.locked
    monkeypatch.setenv("DISPLAY", "nonsense")
    lockers._look_at = 0.0
    lockers.look()
    lockers.close()


# Wayland lockers


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' process table")
def test_a_known_locker_of_this_wayland_display_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    locker = tmp_path / "swaylock"
    locker.symlink_to("/bin/sleep")
    programs = LockerPrograms()
    for display, counts in (("wayland-7", True), ("wayland-8", False)):
        child = subprocess.Popen([locker, "60"], env={"WAYLAND_DISPLAY": display})
        try:
            wait_until(
                lambda pid=child.pid: _name_of(pid) == "swaylock",  # type: ignore[misc]
                what="the locker's name",
            )
            programs._look_at = 0.0
            programs.look()
            assert programs.locked == counts
        finally:
            end(child)
    programs._look_at = 0.0
    programs.look()
    assert not programs.locked


def _name_of(pid: int) -> str:
    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:  # noqa: PTH123
        return file.read().strip()

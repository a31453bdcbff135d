"""Windows of a real X server, with a window manager and without."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from typing import TYPE_CHECKING

import pytest
from support_x11 import Recorder, XServer, need, wait_until, window_manager, x_server

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.keys import parse_chord
from gesturepose.actions.kinds import Press
from gesturepose.actions.sinks.choose import open_sink
from gesturepose.errors import ActionError
from gesturepose.platforms.linux_x11 import X11Platform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["x_server"]
pytestmark = pytest.mark.x11


@pytest.fixture(params=["openbox", "no window manager"])
def desktop(request: pytest.FixtureRequest, x_server: XServer) -> Iterator[X11Platform]:
    managed = request.param == "openbox"
    platform = X11Platform()
    with window_manager(x_server) if managed else contextlib.nullcontext():
        yield platform
    platform.close()


def test_an_empty_desktop_has_no_window(desktop: X11Platform) -> None:
    assert desktop.list_windows() == []
    assert desktop.active_window() is None
    with pytest.raises(ActionError, match="no window is in front"):
        desktop.close_window("front")


def test_windows_are_listed_the_topmost_first(
    desktop: X11Platform, x_server: XServer, tmp_path: Path
) -> None:
    with (
        Recorder(x_server, tmp_path, title="Erste ä", app="One"),
        Recorder(x_server, tmp_path, title="Second", app="Two"),
    ):
        wait_until(
            lambda: (front := desktop.active_window()) and front.title == "Second",
            what="the newest in front",
        )
        shown = [(window.title, window.app) for window in desktop.list_windows()]
        assert shown == [("Second", "two Two"), ("Erste ä", "one One")]


def test_a_window_is_asked_to_close_and_its_program_ends_itself(
    desktop: X11Platform, x_server: XServer, tmp_path: Path
) -> None:
    with (
        Recorder(x_server, tmp_path, title="Stays") as stays,
        Recorder(x_server, tmp_path, title="Goes") as goes,
    ):
        wait_until(lambda: len(desktop.list_windows()) == 2, what="both windows")
        with pytest.raises(ActionError, match="no window matching 'firefox' is open"):
            desktop.close_window("firefox")
        desktop.close_window("GOES")
        assert goes.child.wait(5) == 0
        assert goes.of_kind("closed")
        wait_until(lambda: len(desktop.list_windows()) == 1, what="one window")
        assert stays.child.poll() is None
        # Without a window manager the focus falls back to the window under the pointer.
        assert desktop._display is not None
        desktop._display.core.WarpPointer(0, desktop._display.root, 0, 0, 0, 0, 200, 200)
        wait_until(desktop.active_window, what="the other in front")
        desktop.close_window("front")
        assert stays.child.wait(5) == 0


def test_a_window_that_takes_no_request_is_never_killed(x_server: XServer, tmp_path: Path) -> None:
    platform = X11Platform()
    with Recorder(x_server, tmp_path, takes_delete=False) as window:
        with pytest.raises(ActionError, match="'Recorder' takes no request to close"):
            platform.close_window("front")
        assert window.child.poll() is None
    platform.close()


def test_hints_of_a_window_manager_that_is_gone_are_not_believed(
    x_server: XServer, tmp_path: Path
) -> None:
    with window_manager(x_server):
        pass
    platform = X11Platform()
    with Recorder(x_server, tmp_path, title="After"):
        front = wait_until(platform.active_window, what="a window in front")
        assert front.title == "After"
    platform.close()


def test_an_application_is_launched_and_its_window_closed(
    desktop: X11Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("xterm", "xterm")
    folder = tmp_path / "applications"
    folder.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    ready = tmp_path / "ready"
    (folder / "org.example.Terminal.desktop").write_text(
        "[Desktop Entry]\nType=Application\nName=Probe Terminal\n"
        f'Exec=xterm -T "Probe Terminal" -e sh -c "touch {ready}; exec sleep 60" %F\n'
    )
    desktop.launch("org.example.Terminal")
    window = wait_until(
        lambda: [w for w in desktop.list_windows() if w.title == "Probe Terminal"],
        what="the terminal",
    )[0]
    assert window.matches("xterm")
    # Its window is there before it listens to what it is asked.
    wait_until(ready.exists, what="what runs in the terminal")
    desktop.close_window("xterm")
    wait_until(lambda: not desktop.list_windows(), what="the terminal to close")


def test_a_server_that_is_gone_is_an_action_that_failed() -> None:
    server = XServer()
    platform = X11Platform(server.display)
    assert platform.list_windows() == []
    server.stop()
    with pytest.raises(ActionError, match="the X server closed the connection"):
        platform.list_windows()
    with pytest.raises(ActionError, match="cannot use the display"):
        platform.list_windows()


def test_of_several_windows_the_one_in_front_is_closed_or_none(
    desktop: X11Platform, x_server: XServer, tmp_path: Path
) -> None:
    with (
        Recorder(x_server, tmp_path, title="Letter [draft] 1") as first,
        Recorder(x_server, tmp_path, title="Letter [draft] 2") as second,
        Recorder(x_server, tmp_path, title="Bank", app="Bank") as other,
    ):
        wait_until(
            lambda: (front := desktop.active_window()) and front.title == "Bank",
            what="the newest in front",
        )
        with pytest.raises(ActionError) as caught:
            desktop.close_window("[draft]")
        assert str(caught.value) == (
            "2 windows match '[draft]' and none of them is in front: 'Letter [draft] 2', "
            "'Letter [draft] 1'; bring the one that is meant to the front, or write more of its "
            "title"
        )
        desktop.close_window("/bank$/")
        assert other.child.wait(5) == 0
        assert (first.child.poll(), second.child.poll()) == (None, None)
        assert desktop._display is not None
        desktop._display.core.WarpPointer(0, desktop._display.root, 0, 0, 0, 0, 200, 200)
        front = wait_until(desktop.active_window, what="another in front")
        desktop.close_window("[DRAFT]")
        closed, kept = (first, second) if front.title.endswith("1") else (second, first)
        assert closed.child.wait(5) == 0
        assert kept.child.poll() is None


def test_the_desktop_itself_is_never_closed_nor_taken_for_a_window(
    desktop: X11Platform, x_server: XServer, tmp_path: Path
) -> None:
    with Recorder(x_server, tmp_path, title="Icons", app="Files") as icons:
        window = wait_until(desktop.list_windows, what="it")[0]
        connected = desktop._connected()
        kind, atom = (connected.atom(name) for name in ("_NET_WM_WINDOW_TYPE", "ATOM"))
        value = connected.atom("_NET_WM_WINDOW_TYPE_DESKTOP")
        connected.core.ChangeProperty(0, window.window_id, kind, atom, 32, 1, [value])
        connected.sync()
        assert desktop.list_windows() == []
        with pytest.raises(ActionError, match="no window matching 'files' is open"):
            desktop.close_window("files")
        with pytest.raises(ActionError, match="the desktop itself"):
            desktop.close_window("front")
        assert icons.child.poll() is None


def test_an_old_pattern_is_told_to_be_plain_text_now(desktop: X11Platform) -> None:
    with pytest.raises(ActionError, match=r"stands between slashes: '/chrom\|firefox/'"):
        desktop.close_window("chrom|firefox")


def test_a_title_made_to_hang_a_pattern_stops_neither_it_nor_the_next_action(
    x_server: XServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    results: list[ActionResult] = []
    platform = X11Platform()
    trap = "a" * 80 + "!"
    with (
        Recorder(x_server, tmp_path, title=trap, app="x") as window,
        Dispatcher(open_sink=open_sink, platform=platform, on_result=results.append) as dispatcher,
        caplog.at_level(logging.WARNING),
    ):
        wait_until(platform.active_window, what="the window")
        action = Press(parse_chord("f9"))
        for app in ("(a|aa)+$", "(a|aa)+$", "aaa"):
            dispatcher.submit([BoundAction("wave", action, Verb.PERFORM, app, 0.0, 1, 4)])
        assert dispatcher.flush(5.0)
        assert [result.performed for result in results] == [False, False, True]
        assert "takes too long" in results[0].reason
        # Once, though it comes with every gesture.
        assert len(caplog.messages) == 1
        assert caplog.messages[0].startswith("wave, bindings[4]: press f9: the pattern '(a|aa)+$'")
        assert window.wait_keys(2) == ["+F9", "-F9"]

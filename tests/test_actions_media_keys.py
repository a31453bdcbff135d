"""Media keys on a real X server: somebody listens for them, or nothing is called performed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from support_x11 import Recorder, XServer, end, wait_until, x_server

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher, Outcome
from gesturepose.actions.keys import parse_chord
from gesturepose.actions.kinds import Action, Media, Press
from gesturepose.actions.sinks.choose import open_sink
from gesturepose.platforms.linux_x11 import X11Platform
from gesturepose.platforms.media_keys_x11 import is_grabbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["x_server"]
pytestmark = pytest.mark.x11

# A desktop's own keys in small: grabs a key of the root window and writes down that it came.
_DESKTOP = """
import sys, xcffib
from xcffib.xproto import GrabMode, KeyPressEvent
code, path = int(sys.argv[1]), sys.argv[2]
connection = xcffib.connect()
root = connection.get_setup().roots[0].root
connection.core.GrabKeyChecked(True, root, 1 << 15, code, GrabMode.Async, GrabMode.Async).check()
print("ready", flush=True)
while not isinstance(connection.wait_for_event(), KeyPressEvent):
    pass
open(path, "w").close()
"""
_ANY_KEYCODE_OF_PLAY = 172
"""Where evdev's keymap has XF86AudioPlay."""


@pytest.fixture
def do(x_server: XServer) -> Iterator[Callable[[Action], ActionResult]]:  # noqa: ARG001
    results: list[ActionResult] = []
    with Dispatcher(
        open_sink=open_sink, platform=X11Platform(), on_result=results.append
    ) as dispatcher:

        def _do(action: Action) -> ActionResult:
            dispatcher.submit([BoundAction("wave", action, Verb.PERFORM, None, 0.0, 1)])
            assert dispatcher.flush(10.0)
            return results[-1]

        yield _do


@pytest.mark.parametrize("action", [Media("playpause"), Press(parse_chord("volumeup"))])
def test_a_media_key_nobody_listens_for_was_not_performed(
    x_server: XServer, tmp_path: Path, do: Callable[[Action], ActionResult], action: Action
) -> None:
    with Recorder(x_server, tmp_path, app="Editor") as window:
        result = do(action)
        assert not result.performed
        assert result.known is Outcome.FAILED
        assert "no program here listens for it" in result.reason
        assert "'run'" in result.reason
        # It went out all the same: the window in front may know what to do with it.
        assert len(window.wait_keys(2)) == 2


def test_a_media_key_that_a_desktop_takes_is_performed(
    x_server: XServer, tmp_path: Path, do: Callable[[Action], ActionResult]
) -> None:
    told = tmp_path / "told"
    child = x_server.start(
        [sys.executable, "-c", _DESKTOP, str(_ANY_KEYCODE_OF_PLAY), str(told)], stdout=-1
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"ready\n"
        assert is_grabbed("playpause")
        result = do(Media("playpause"))
        assert (result.performed, result.known) == (True, Outcome.SENT)
        wait_until(told.exists, what="the desktop to get its key")
    finally:
        end(child)
        child.stdout.close()
    assert not is_grabbed("playpause")


def test_other_keys_need_nobody_who_listens(do: Callable[[Action], ActionResult]) -> None:
    assert do(Press(parse_chord("f9"))).performed
    assert do(Press(parse_chord("browserback"))).performed


def test_without_a_display_nothing_is_said_against_a_key() -> None:
    assert is_grabbed("playpause", ":4093")
    assert is_grabbed("no such key")

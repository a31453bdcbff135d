"""Acting in a real Wayland session: sway, a native window, and one of X11 beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_wayland import Sway, sway
from support_x11 import end, need, wait_until

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher, Outcome
from gesturepose.actions.keys import parse_chord
from gesturepose.actions.kinds import Action, Click, Close, Hold, Media, Press, Scroll, Type
from gesturepose.actions.sinks.choose import open_sink
from gesturepose.platforms.detect import detect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["sway"]
pytestmark = pytest.mark.x11


@pytest.fixture
def do(sway: Sway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ActionResult]]:
    """Perform an action in the session, as the program would there."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.setenv(name, sway.environment[name])
    monkeypatch.delenv("XAUTHORITY", raising=False)
    results: list[ActionResult] = []
    with Dispatcher(open_sink=open_sink, platform=detect(), on_result=results.append) as dispatcher:

        def _do(action: Action, verb: Verb = Verb.PERFORM, app: str | None = None) -> ActionResult:
            dispatcher.submit([BoundAction("wave", action, verb, app, 0.0, 1)])
            assert dispatcher.flush(10.0)
            return results[-1]

        yield _do


def test_nothing_is_called_performed_while_a_native_window_is_in_front(
    sway: Sway, do: Callable[..., ActionResult]
) -> None:
    need("foot", "foot")
    child = sway.start(["foot", "-T", "Native", "sleep", "60"])
    try:
        wait_until(lambda: sway.focused().get("name") == "Native", what="foot in front")
        for action in (
            Press(parse_chord("ctrl+plus")),
            Type("hello"),
            Click("left"),
            Scroll(0, 3),
            Media("playpause"),
        ):
            result = do(action)
            assert not result.performed
            assert result.known is Outcome.REFUSED
            assert "no X11 window is in front" in result.reason
            assert "log in to an X11 (Xorg) session" in result.reason
        assert not do(Hold(parse_chord("space")), Verb.START).performed
        assert do(Hold(parse_chord("space")), Verb.STOP).reason == "was not held"
        # Which window it is cannot be seen, so no filter may say that it does not match.
        assert "X11" in do(Press(parse_chord("a")), app="native").reason
        assert not do(Close("Native")).performed
        assert child.poll() is None
    finally:
        end(child)


def test_a_window_of_x11_gets_its_keys_there(
    sway: Sway, do: Callable[..., ActionResult], tmp_path: Path
) -> None:
    need("xterm", "xterm")
    ready, typed = tmp_path / "ready", tmp_path / "typed"
    script = f"touch {ready}; read line; echo $line > {typed}; sleep 60"
    child = sway.start(["xterm", "-T", "Of X11", "-e", "sh", "-c", script])
    try:
        wait_until(
            lambda: ready.exists() and sway.focused().get("name") == "Of X11", what="xterm in front"
        )
        result = do(Type("hello\n"), app="xterm")
        assert (result.performed, result.known) == (True, Outcome.SENT)
        wait_until(lambda: typed.exists() and typed.read_text() == "hello\n", what="the line")
    finally:
        end(child)

"""Input under a real X server, seen from the receiving window."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support_x11 import Recorder, XServer, end, need, wait_until, x_server

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.key_table import KEYS
from gesturepose.actions.keys import parse_chord
from gesturepose.actions.kinds import (
    Action,
    Click,
    Hold,
    Media,
    Move,
    Press,
    Run,
    Scroll,
    Type,
)
from gesturepose.actions.sinks.choose import open_sink, probe_sink
from gesturepose.actions.sinks.pyautogui_sink import import_pyautogui, pyautogui_name
from gesturepose.actions.sinks.x11_keyboard import X11Keyboard
from gesturepose.actions.sinks.x11_pointer import X11Pointer
from gesturepose.errors import ActionError
from gesturepose.platforms.linux_x11 import X11Platform
from gesturepose.platforms.x11_display import open_display

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["x_server"]
pytestmark = pytest.mark.x11

_on_display = pytest.mark.usefixtures("x_server")


class Actor:
    """A dispatcher on the test's display and what it answered."""

    def __init__(self, *, allow_commands: bool = False) -> None:
        self.results: list[ActionResult] = []
        self.dispatcher = Dispatcher(
            open_sink=open_sink,
            platform=X11Platform(),
            allow_commands=allow_commands,
            on_result=self.results.append,
        )

    def do(
        self, *actions: Action, app: str | None = None, verb: Verb = Verb.PERFORM
    ) -> ActionResult:
        self.dispatcher.submit(BoundAction("wave", a, verb, app, 0.0, 1) for a in actions)
        assert self.dispatcher.flush(10.0)
        return self.results[-1]


@pytest.fixture
def window(x_server: XServer, tmp_path: Path) -> Iterator[Recorder]:
    with Recorder(x_server, tmp_path) as recorder:
        yield recorder


@pytest.fixture
def actor(x_server: XServer) -> Iterator[Actor]:  # noqa: ARG001 (its display)
    actor = Actor()
    with actor.dispatcher:
        yield actor


@contextlib.contextmanager
def layout(server: XServer, name: str) -> Iterator[None]:
    """Another keyboard layout for the time of a with statement."""
    need("setxkbmap", "x11-xkb-utils")

    def _set(layout_name: str) -> None:
        subprocess.run(["setxkbmap", layout_name], env=server.environment, check=True)

    _set(name)
    try:
        yield
    finally:
        _set("us")


def _press(text: str) -> Press:
    return Press(parse_chord(text))


def test_a_chord_goes_down_in_order_and_up_in_the_opposite(actor: Actor, window: Recorder) -> None:
    assert actor.do(_press("alt+left")).performed
    assert window.wait_keys(4) == ["+Alt_L", "+Left", "-Left", "-Alt_L"]


def test_ctrl_plus_arrives_as_plus(actor: Actor, window: Recorder) -> None:
    assert actor.do(_press("ctrl+plus")).performed
    assert window.wait_keys(6) == [
        "+Control_L",
        "+Shift_L",
        "+plus",
        "-plus",
        "-Shift_L",
        "-Control_L",
    ]


def test_ctrl_plus_arrives_as_plus_on_a_german_keyboard(
    actor: Actor, window: Recorder, x_server: XServer
) -> None:
    with layout(x_server, "de"):
        assert actor.do(_press("ctrl+plus")).performed
        assert window.wait_keys(4) == ["+Control_L", "+plus", "-plus", "-Control_L"]
        assert actor.do(Type("z@€")).performed
        downs = [key for key in window.wait_keys(14) if key[0] == "+"]
    level3 = "+ISO_Level3_Shift"
    assert downs[2:] == ["+z", level3, "+at", level3, "+EuroSign"]


def test_a_layout_without_latin_letters_still_gets_ctrl_c(
    actor: Actor, window: Recorder, x_server: XServer
) -> None:
    with layout(x_server, "ru"):
        assert actor.do(_press("ctrl+c")).performed
        # The key where the American C is, as people press it and toolkits understand it.
        name = "Cyrillic_es"
        assert window.wait_keys(4) == ["+Control_L", f"+{name}", f"-{name}", "-Control_L"]
        assert {line["code"] for line in window.of_kind("key")} == {37, 54}


def test_typed_text_arrives_shifted_and_beyond_ascii(actor: Actor, window: Recorder) -> None:
    assert actor.do(Type("Aé1!\nжΩ😀")).performed
    typed = [key[1:] for key in window.wait_keys(20) if key[0] == "+" and key != "+Shift_L"]
    assert typed == ["A", "eacute", "1", "exclam", "Return", "U+0436", "U+03A9", "U+1F600"]
    assert not window.still_down()


def test_more_foreign_letters_than_free_keycodes(actor: Actor, window: Recorder) -> None:
    text = "".join(chr(0x3B1 + n) for n in range(24)) + "".join(chr(0x430 + n) for n in range(32))
    assert actor.do(Type(text)).performed
    keys = window.wait_keys(2 * len(text))
    assert [key[1:] for key in keys[::2]] == [f"U+{ord(char):04X}" for char in text]


def test_lent_keycodes_are_given_back(x_server: XServer) -> None:
    def free() -> list[int]:
        keyboard = X11Keyboard(x_server.display)
        codes = keyboard._keyboard.map.free
        keyboard.close()
        return codes

    before = free()
    keyboard = X11Keyboard(x_server.display)
    keyboard.type_text("ж")
    assert free() == before[1:]
    keyboard.close()
    assert free() == before


def test_caps_lock_does_not_change_what_is_typed(actor: Actor, window: Recorder) -> None:
    actor.do(_press("capslock"))
    try:
        assert actor.do(Type("aB1")).performed
        typed = [key[1:] for key in window.wait_keys(10)[2:] if key[0] == "+" and key != "+Shift_L"]
        assert typed == ["a", "B", "1"]
    finally:
        actor.do(_press("capslock"))


@pytest.mark.parametrize(
    ("key", "symbol"),
    [("playpause", "XF86AudioPlay"), ("nexttrack", "XF86AudioNext"), ("volumemute", None)],
)
def test_media_keys_arrive_at_a_player_in_front(
    x_server: XServer, tmp_path: Path, actor: Actor, key: str, symbol: str | None
) -> None:
    expected = symbol or "XF86AudioMute"
    with Recorder(x_server, tmp_path, app="mpv") as window:
        assert actor.do(Media(key)).performed  # type: ignore[arg-type]
        assert window.wait_keys(2) == [f"+{expected}", f"-{expected}"]


def test_every_key_has_an_x11_symbol_and_can_be_pressed(x_server: XServer) -> None:
    keyboard = X11Keyboard(x_server.display)
    for key in KEYS:
        keyboard.down(key.name)
        keyboard.up(key.name)
    # The locks were pressed too: press them once more, back to off.
    for name in ("capslock", "numlock", "scrolllock"):
        keyboard.down(name)
        keyboard.up(name)
    assert not any(keyboard._codes_down.values())
    keyboard.close()


@_on_display
def test_every_key_is_known_to_pyautogui(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Its X11 half, which is not used, does not start without an authority file.
    (tmp_path / "authority").touch()
    monkeypatch.setenv("XAUTHORITY", str(tmp_path / "authority"))
    pyautogui = import_pyautogui()
    known = set(pyautogui.KEYBOARD_KEYS)
    pyautogui.platformModule._display.close()
    named = {key.name: key.pyautogui for key in KEYS if key.pyautogui}
    assert {name for name, theirs in named.items() if theirs not in known} == set()
    assert pyautogui_name("super") == "win"
    with pytest.raises(ActionError, match="pyautogui has no key 'brightnessup'"):
        pyautogui_name("brightnessup")


def test_a_hold_stays_down_and_is_shared(actor: Actor, window: Recorder) -> None:
    shift, both = Hold(parse_chord("shift")), Hold(parse_chord("ctrl+shift"))
    actor.do(shift, both, verb=Verb.START)
    assert window.wait_keys(2) == ["+Shift_L", "+Control_L"]
    actor.do(shift, verb=Verb.STOP)
    actor.do(_press("a"))
    assert window.wait_keys(4)[2:] == ["+A", "-A"]
    assert window.still_down() == {"Shift_L", "Control_L"}
    actor.do(both, verb=Verb.STOP)
    assert window.wait_keys(6)[4:] == ["-Shift_L", "-Control_L"]
    assert actor.do(both, verb=Verb.STOP).reason == "was not held"


@_on_display
def test_stop_lets_go(window: Recorder) -> None:
    actor = Actor()
    with actor.dispatcher:
        actor.do(Hold(parse_chord("ctrl+x")), verb=Verb.START)
        assert len(window.wait_keys(2)) == 2
    assert window.wait_keys(4)[2:] == ["-x", "-Control_L"]


def test_a_failing_action_keeps_neither_the_thread_nor_a_key_down(
    actor: Actor, window: Recorder
) -> None:
    actor.do(Hold(parse_chord("ctrl")), verb=Verb.START)
    assert "was not held" not in actor.do(Type("\x07")).reason
    assert actor.results[-1].reason == "the character '\\x07' cannot be typed"
    actor.dispatcher.release_all()
    assert actor.dispatcher.flush(5.0)
    assert window.wait_keys(2) == ["+Control_L", "-Control_L"]
    assert actor.do(_press("a")).performed


def test_a_server_that_goes_away_is_an_action_that_failed() -> None:
    server = XServer()
    keyboard = X11Keyboard(server.display)
    keyboard.down("ctrl")
    server.stop()
    lost = "the X server closed the connection"
    with pytest.raises(ActionError, match=lost):
        keyboard.down("a")
    with pytest.raises(ActionError, match=lost):
        keyboard.type_text("b")
    with pytest.raises(ActionError, match=lost):
        keyboard.close()


def test_clicks_wheel_and_pointer(actor: Actor, window: Recorder) -> None:
    display = open_display()
    warp = (0, display.root, 0, 0, 0, 0)

    def position() -> tuple[int, int]:
        pointer = display.core.QueryPointer(display.root).reply()
        return pointer.root_x, pointer.root_y

    display.core.WarpPointer(*warp, 300, 250)
    display.sync()
    assert actor.do(Click("left"), Click("right"), Click("double")).performed
    wait_until(lambda: len(window.of_kind("button")) >= 8, what="clicks")
    assert [line["button"] for line in window.of_kind("button")] == [1, 1, 3, 3, 1, 1, 1, 1]
    assert actor.do(Scroll(0, 2), Scroll(0, -1), Scroll(1, 0)).performed
    wait_until(lambda: len(window.of_kind("button")) >= 16, what="wheel")
    assert [line["button"] for line in window.of_kind("button")[8::2]] == [4, 4, 5, 7]
    assert actor.do(Move(10, -5)).performed
    wait_until(lambda: window.of_kind("motion")[-1:], what="motion")
    assert position() == (310, 245)
    display.core.WarpPointer(*warp, 0, 0)
    display.sync()
    assert actor.do(Move(1, 1)).performed  # a corner stops nobody
    assert actor.do(Move(-100_000, -100_000)).performed
    assert position() == (0, 0)
    display.close()


def test_the_application_filter_is_honoured(actor: Actor, window: Recorder) -> None:
    refused = actor.do(_press("a"), app="chrom|firefox")
    assert not refused.performed
    assert refused.reason == "no window matching 'chrom|firefox' in front"
    assert actor.do(_press("b"), app="REC.*der").performed
    assert window.wait_keys(2) == ["+b", "-b"]


def test_a_hold_is_released_although_another_window_came_to_the_front(
    actor: Actor, x_server: XServer, tmp_path: Path
) -> None:
    hold = Hold(parse_chord("ctrl"))
    with Recorder(x_server, tmp_path, title="First", app="First") as first:
        assert actor.do(hold, app="First", verb=Verb.START).performed
        assert first.wait_keys(1) == ["+Control_L"]
        with Recorder(x_server, tmp_path, title="Second", app="Second") as second:
            assert actor.do(hold, app="First", verb=Verb.STOP).performed
            assert second.wait_keys(1) == ["-Control_L"]


def test_an_xterm_gets_the_text(actor: Actor, x_server: XServer, tmp_path: Path) -> None:
    need("xterm", "xterm")
    typed = tmp_path / "typed"
    script = f"cat > {typed}"
    child = x_server.start(["xterm", "-u8", "-T", "typist", "-e", "sh", "-c", script])
    try:
        platform = X11Platform()
        wait_until(typed.exists, what="the terminal's program")
        found = wait_until(platform.list_windows, what="the terminal")
        assert platform._display is not None
        platform._display.core.SetInputFocus(0, found[0].window_id, 0)
        platform._display.sync()
        platform.close()
        assert actor.do(Type('Hello, "World" é +~\n'), app="xterm").performed
        wait_until(lambda: typed.read_text().endswith("\n"), what="the line")
        assert typed.read_text() == 'Hello, "World" é +~\n'
    finally:
        end(child)


@_on_display
def test_commands_run_only_where_allowed(tmp_path: Path) -> None:
    made = tmp_path / "made"
    command = Run(("sh", "-c", f"touch {made}"))
    actor = Actor()
    with actor.dispatcher:
        assert actor.do(command).reason == "commands are refused; set allow_commands = true"
    assert not made.exists()
    actor = Actor(allow_commands=True)
    with actor.dispatcher:
        assert actor.do(command).performed
        wait_until(made.exists, what="the command")
        # No shell reads an argument list: this names a program, not two.
        assert actor.do(Run(("true; true",))).reason.startswith("program not found: true; true")


@_on_display
def test_a_slow_program_does_not_hold_up_the_queue(window: Recorder) -> None:
    actor = Actor(allow_commands=True)
    with actor.dispatcher:
        begun = time.monotonic()
        actor.do(Run(("sleep", "3")), _press("a"))
        assert time.monotonic() - begun < 2.0
    assert window.wait_keys(2) == ["+a", "-a"]


@_on_display
def test_the_probe_accepts_a_display() -> None:
    probe_sink()


def test_connecting_writes_nothing_and_loads_no_other_toolkit(
    x_server: XServer, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "from gesturepose.actions.sinks.choose import open_sink, probe_sink\n"
        "from gesturepose.actions.keys import parse_chord\n"
        "probe_sink()\n"
        "sink = open_sink()\n"
        "sink.press(parse_chord('f9'))\n"
        "sink.move(dx=0, dy=0)\n"
        "heavy = {'pyautogui', 'Xlib', 'tkinter', 'cv2', 'PIL', 'mouseinfo'}\n"
        "assert not heavy & set(sys.modules)\n"
        "sink.close()\n"
    )
    # A home without an authority file, and no program to find on the PATH.
    environment = {**x_server.environment, "HOME": str(tmp_path), "PATH": str(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "no display: set DISPLAY"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "this Wayland session has no X11 display"),
        ({"XDG_SESSION_TYPE": "wayland"}, "this Wayland session has no X11 display"),
        ({"DISPLAY": ":4093"}, "cannot use the display :4093"),
        ({"DISPLAY": "nonsense"}, "cannot use the display nonsense"),
    ],
)
def test_the_probe_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], says: str
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ActionError) as caught:
        probe_sink()
    assert says in str(caught.value)
    assert str(caught.value).endswith("use --dry-run")
    assert "\n" not in str(caught.value)


def test_without_a_display_actions_fail_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    actor = Actor()
    with actor.dispatcher:
        result = actor.do(_press("a"))
    assert not result.performed
    assert result.reason.startswith("no display")


class _Watch:
    """Writes down what it is told, and which keys the server has down at that moment."""

    def __init__(self, display_name: str) -> None:
        self._display = open_display(display_name)
        self.told: list[tuple[int, bool, bool]] = []

    def key(self, code: int, *, down: bool) -> None:
        bits = self._display.core.QueryKeymap().reply().keys
        self.told.append((code, down, bool(bits[code // 8] >> code % 8 & 1)))

    def button(self, number: int, *, down: bool) -> None:
        mask = self._display.core.QueryPointer(self._display.root).reply().mask
        self.told.append((number, down, bool(mask >> 7 + number & 1)))


def test_a_watch_is_told_before_a_key_goes_down_and_after_it_came_up(x_server: XServer) -> None:
    watch = _Watch(x_server.display)
    keyboard = X11Keyboard(x_server.display, watch=watch)
    keyboard.down("ctrl")
    keyboard.down("f9")
    assert [(down, is_down) for _, down, is_down in watch.told] == [(True, False), (True, False)]
    keyboard.close()
    assert [(down, is_down) for _, down, is_down in watch.told[2:]] == [(False, False)] * 2
    codes = [code for code, _, _ in watch.told]
    assert codes[2:] == codes[1::-1]


def test_a_watch_is_told_of_buttons_too(x_server: XServer) -> None:
    watch = _Watch(x_server.display)
    display = open_display(x_server.display)
    X11Pointer(display, watch=watch).click("right")
    assert watch.told == [(3, True, False), (3, False, False)]
    display.close()

"""Keys that pause from any window: reading them, and taking them from a real X server."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import xcffib.xkb
import xcffib.xtest
from hypothesis import given
from hypothesis import strategies as st
from support_pipeline import default
from support_program import RunningProgram
from support_session import DEMO_POSES
from support_x11 import Recorder, XServer, need, wait_until, x_server

from gesturepose.actions.key_table import KEYS
from gesturepose.actions.keys import parse_chord
from gesturepose.config import ConfigError, parse_config
from gesturepose.platforms.hotkey_windows import WindowsHotkey, find_codes
from gesturepose.platforms.hotkeys import (
    MODIFIERS,
    Hotkey,
    HotkeyUnavailable,
    PauseHotkey,
    open_hotkey,
    split_hotkey,
)
from gesturepose.platforms.x11_display import open_display
from gesturepose.platforms.x11_keymap import XkbKeyboard
from gesturepose.platforms.x11_keysyms import keysym_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["x_server"]

ANY_CHORD = st.lists(st.sampled_from([key.name for key in KEYS]), min_size=1, max_size=4).map(
    "+".join
)


# Reading


@pytest.mark.parametrize(
    ("chord", "modifiers", "key"),
    [
        ("ctrl+alt+p", {"ctrl", "alt"}, "p"),
        ("pause", set(), "pause"),
        ("f9", set(), "f9"),
        ("shift+f24", {"shift"}, "f24"),
        ("superright+ctrlright+0", {"super", "ctrl"}, "0"),
        ("alt+right", {"alt"}, "right"),
    ],
)
def test_a_shortcut_is_modifiers_and_one_key(chord: str, modifiers: set[str], key: str) -> None:
    assert split_hotkey(chord) == (frozenset(modifiers), key)


@pytest.mark.parametrize(
    ("chord", "says"),
    [
        ("ctrl+alt", "one key beside ctrl, alt, shift, super"),
        ("ctrl+a+b", "one key beside"),
        ("a", "could not be typed any more"),
        ("shift+a", "could not be typed any more"),
        ("space", "could not be typed any more"),
        ("ctrl+plus", "'plus' cannot be part of a shortcut"),
        ("ctrl+playpause", "cannot be part of a shortcut"),
    ],
)
def test_what_cannot_be_a_shortcut_says_why(chord: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        split_hotkey(chord)
    with pytest.raises(HotkeyUnavailable):
        open_hotkey(chord, lambda: None)


@given(ANY_CHORD)
def test_every_chord_is_a_shortcut_or_refused(chord: str) -> None:
    try:
        modifiers, key = split_hotkey(chord)
    except ValueError:
        return
    assert modifiers <= set(MODIFIERS)
    assert key not in MODIFIERS
    flags, code = find_codes(modifiers, key)
    assert flags & 0x4000
    assert 0 < code < 0xFF


def test_the_codes_of_windows() -> None:
    assert find_codes(frozenset({"ctrl", "alt"}), "p") == (0x4003, ord("P"))
    assert find_codes(frozenset(), "f1") == (0x4000, 0x70)
    assert find_codes(frozenset(), "f24") == (0x4000, 0x87)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("'Control + Alt+P'", "ctrl+alt+p"), ("''", ""), ("'F9'", "f9")],
)
def test_the_setting_is_kept_in_one_spelling(text: str, kept: str) -> None:
    assert parse_config(f"[control]\npause_hotkey = {text}\n").control.pause_hotkey == kept


@pytest.mark.parametrize("text", ["'ctrl+'", "'p'", "'ctrl+alt+pp'", "3"])
def test_a_wrong_setting_is_an_error_with_its_line(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"[control]\npause_hotkey = {text}\n")
    assert caught.value.problems[0].startswith("gestures.toml:2: control.pause_hotkey: ")


def test_the_default_is_a_shortcut() -> None:
    chord = default().control.pause_hotkey
    assert str(parse_chord(chord)) == chord
    split_hotkey(chord)


# Where there is none


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "Wayland"),
        ({}, "no display"),
        ({"DISPLAY": ":987"}, "cannot use the display :987"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux' environment")
def test_where_keys_cannot_be_taken_it_says_why(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], says: str
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    hotkey = PauseHotkey(lambda: None)
    hotkey.use("ctrl+alt+p")
    assert says in hotkey.problem
    hotkey.use("")
    assert hotkey.problem == ""
    hotkey.close()


@pytest.mark.skipif(sys.platform == "win32", reason="works there")
def test_elsewhere_the_windows_way_is_refused() -> None:
    with pytest.raises(HotkeyUnavailable, match="taken"):
        WindowsHotkey("ctrl+p", frozenset({"ctrl"}), "p", lambda: None)


# On a real X server


class Typist:
    """Presses keys as a person would, through XTEST."""

    def __init__(self, server: XServer) -> None:
        self.display = open_display(server.display)
        self.keyboard = XkbKeyboard(self.display)

    def type(self, chord: str) -> None:
        time.sleep(0.05)  # nobody is faster than that after the last key
        names = chord.split("+")
        for name in names:
            self.send(name, press=True)
        for name in reversed(names):
            self.send(name, press=False)

    def send(self, name: str, *, press: bool) -> None:
        """Send a key by its symbol's name, or a key's place such as ``<AD10>``."""
        self.keyboard.refresh()
        keymap = self.keyboard.map
        if name.startswith("<"):
            code = keymap.code_at(name.strip("<>"))
        else:
            code = keymap.find_plain(keysym_named(name), self.keyboard.state().group)
        assert code, name
        xtest = self.display.connection(xcffib.xtest.key)
        xtest.FakeInput(2 if press else 3, code, 0, 0, 0, 0, 0)
        self.display.sync()

    def lock_group(self, group: int) -> None:
        """Switch another layout of several on."""
        xkb = self.display.connection(xcffib.xkb.key)
        xkb.LatchLockState(0x100, 0, 0, True, group, 0, False, 0)
        self.display.sync()


@pytest.fixture
def typist(x_server: XServer) -> Iterator[Typist]:
    typist = Typist(x_server)
    yield typist
    typist.display.close()


class Presses:
    """Counts, on whichever thread."""

    def __init__(self) -> None:
        self.count = 0
        self.threads: set[str] = set()

    def __call__(self) -> None:
        self.count += 1
        self.threads.add(threading.current_thread().name)

    def wait(self, count: int) -> None:
        wait_until(lambda: self.count >= count, what=f"{count} presses, not {self.count}")
        assert self.count == count


@pytest.fixture
def opened() -> Iterator[Callable[[str, Callable[[], None]], Hotkey]]:
    hotkeys: list[Hotkey] = []

    def open_one(chord: str, callback: Callable[[], None]) -> Hotkey:
        hotkeys.append(open_hotkey(chord, callback))
        return hotkeys[-1]

    yield open_one
    for hotkey in hotkeys:
        hotkey.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "hotkey"]


@pytest.mark.x11
def test_the_keys_call_back_whichever_window_is_in_front(
    x_server: XServer, tmp_path: Path, typist: Typist, opened: Any
) -> None:
    presses = Presses()
    with Recorder(x_server, tmp_path) as window:
        opened("ctrl+alt+p", presses)
        typist.type("Control_L+Alt_L+p")
        presses.wait(1)
        typist.type("Control_L+p")
        typist.type("q")
        typist.type("Control_L+Alt_L+p")
        presses.wait(2)
        wait_until(lambda: window.keys().count("-q"), what="the key after")
        # Its own keys the program in front does not get; it gets all others.
        assert window.keys().count("+p") == 1
    assert presses.threads == {"hotkey"}


@pytest.mark.x11
@pytest.mark.parametrize("lock", ["Num_Lock", "Caps_Lock"])
def test_locks_make_no_difference(typist: Typist, opened: Any, lock: str) -> None:
    presses = Presses()
    opened("ctrl+alt+p", presses)
    typist.type(lock)
    try:
        typist.type("Control_L+Alt_L+p")
        presses.wait(1)
    finally:
        typist.type(lock)
    typist.type("Control_L+Alt_L+p")
    presses.wait(2)


@pytest.fixture
def keyboard(x_server: XServer) -> Iterator[Callable[[str], None]]:
    """Switches the keyboard to layouts; back to the American one in the end."""
    need("setxkbmap", "x11-xkb-utils")

    def use(layouts: str) -> None:
        argv = ["setxkbmap", "-layout", layouts]
        subprocess.run(argv, env=x_server.environment, check=True)

    yield use
    use("us")


@pytest.mark.x11
@pytest.mark.parametrize("layout", ["ru", "gr", "il", "th", "ara", "ru,us"])
def test_a_layout_without_latin_letters_has_the_key_where_the_american_one_has_it(
    keyboard: Callable[[str], None], typist: Typist, opened: Any, layout: str
) -> None:
    keyboard(layout)
    presses = Presses()
    opened("ctrl+alt+p", presses)
    typist.type("Control_L+Alt_L+<AD10>")
    presses.wait(1)


@pytest.mark.x11
def test_the_keys_follow_the_layout_while_the_program_runs(
    keyboard: Callable[[str], None], typist: Typist
) -> None:
    presses = Presses()
    hotkey = PauseHotkey(presses)
    hotkey.use("ctrl+alt+a")
    count = 0
    for layout, place in (("us", "AC01"), ("fr", "AD01"), ("ru", "AC01"), ("fr", "AD01")):
        keyboard(layout)
        time.sleep(0.3)  # for the thread to hear of it
        typist.type(f"Control_L+Alt_L+<{place}>")
        count += 1
        presses.wait(count)
        typist.type(f"Control_L+Alt_L+<{'AD01' if place == 'AC01' else 'AC01'}>")
    time.sleep(0.2)
    assert (presses.count, hotkey.problem) == (count, "")
    hotkey.close()


@pytest.mark.x11
def test_the_keys_follow_the_group_that_is_switched_on(
    keyboard: Callable[[str], None], typist: Typist, opened: Any
) -> None:
    keyboard("us,fr")
    presses = Presses()
    opened("ctrl+alt+a", presses)
    typist.type("Control_L+Alt_L+<AC01>")
    presses.wait(1)
    typist.lock_group(1)
    time.sleep(0.3)
    typist.type("Control_L+Alt_L+<AC01>")
    typist.type("Control_L+Alt_L+<AD01>")
    presses.wait(2)
    typist.lock_group(0)


@pytest.mark.x11
def test_a_key_that_a_new_layout_lacks_is_told_until_it_is_back(
    keyboard: Callable[[str], None], typist: Typist
) -> None:
    presses = Presses()
    hotkey = PauseHotkey(presses)
    hotkey.use("f9")
    typist.keyboard.lend(typist.keyboard.map.find_plain(keysym_named("F9"), 0), None)
    typist.display.sync()
    wait_until(lambda: "no key of this keyboard is 'f9'" in hotkey.problem, what="the problem")
    keyboard("us")
    wait_until(lambda: not hotkey.problem, what="the end of the problem")
    typist.type("F9")
    presses.wait(1)
    hotkey.close()


@pytest.mark.x11
def test_keys_kept_down_count_once(typist: Typist, opened: Any) -> None:
    presses = Presses()
    opened("f9", presses)
    typist.send("F9", press=True)
    presses.wait(1)
    # The server repeats a key that is down after 660 ms, 25 times a second.
    time.sleep(1.2)
    typist.send("F9", press=False)
    typist.type("F9")
    presses.wait(2)


@pytest.mark.x11
@pytest.mark.usefixtures("x_server")
def test_keys_that_somebody_has_are_not_available(opened: Any) -> None:
    opened("ctrl+alt+p", lambda: None)
    with pytest.raises(HotkeyUnavailable, match="taken by another program; choose other keys"):
        open_hotkey("ctrl+alt+p", lambda: None)
    opened("ctrl+alt+o", lambda: None)


@pytest.mark.x11
@pytest.mark.usefixtures("x_server")
def test_keys_given_back_are_free_and_closing_twice_is_harmless() -> None:
    for _ in range(3):
        hotkey = open_hotkey("ctrl+alt+p", lambda: None)
        hotkey.close()
        hotkey.close()


@pytest.mark.x11
@pytest.mark.parametrize(
    "chord",
    ["pause", "ctrl+space", "super+pageup", "alt+f24", "ctrl+enter", "ctrl+left", "shift+f1"],
)
@pytest.mark.usefixtures("x_server")
def test_keys_of_every_kind_are_found(opened: Any, chord: str) -> None:
    try:
        opened(chord, lambda: None)
    except HotkeyUnavailable as error:
        assert "no key of this keyboard" in str(error)  # noqa: PT017 - either is right
        assert chord == "alt+f24"


@pytest.mark.x11
def test_a_callback_that_fails_leaves_the_keys_working(
    typist: Typist, opened: Any, caplog: pytest.LogCaptureFixture
) -> None:
    presses = Presses()

    def fail_once() -> None:
        presses()
        if presses.count == 1:
            raise ZeroDivisionError("a defect")

    opened("f9", fail_once)
    typist.type("F9")
    presses.wait(1)
    typist.type("F9")
    presses.wait(2)
    assert "what f9 asks for failed" in caplog.text


@pytest.mark.x11
def test_other_keys_are_used_from_the_moment_they_are_asked_for(typist: Typist) -> None:
    presses = Presses()
    hotkey = PauseHotkey(presses)
    hotkey.use("f9")
    typist.type("F9")
    presses.wait(1)
    hotkey.use("f8")
    typist.type("F9")
    typist.type("F8")
    presses.wait(2)
    assert (hotkey.chord, hotkey.problem) == ("f8", "")
    hotkey.close()


@pytest.mark.x11
def test_the_program_without_a_window_pauses_and_resumes(
    x_server: XServer, typist: Typist, tmp_path: Path
) -> None:
    arguments = ("--source", DEMO_POSES, "--realtime", "--dry-run", "--max-seconds", "25")
    environment = {"DISPLAY": x_server.display}
    with RunningProgram(tmp_path / "run", *arguments, more_environment=environment) as program:
        program.wait_for("start")
        program.wait_for("operator", engaged=True)
        typist.type("Control_L+Alt_L+p")
        assert program.wait_for("pause", paused=True)["by"] == "person"
        typist.type("Control_L+Alt_L+p")
        program.wait_for("pause", paused=False)
        program.wait_for("gesture", phase="begin")
        assert program.stop() == 0
        assert program.errors == []

"""Text and shortcuts on many keyboard layouts, in every group, as a client of Xlib gets them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import xcffib.xkb
from support_x11 import Recorder, XServer, need, shared_server, wait_until, x_server

from gesturepose.actions.keys import parse_chord
from gesturepose.actions.sinks.desktop_sink import DesktopSink
from gesturepose.actions.sinks.x11_keyboard import X11Keyboard
from gesturepose.actions.sinks.x11_pointer import X11Pointer
from gesturepose.errors import ActionError
from gesturepose.platforms.x11_keysyms import char_of, keysym_named

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["x_server"]
pytestmark = pytest.mark.x11

TEXT = "aZäöüßÄé;'[-+=/?!\"#0189 €@^`~\xb4жЖωŁñ😀\u200d…\xa0x"
_CAPS, _NUM = 0x02, 0x10

GROUPED = [
    (layouts, group)
    for layouts in ("us,ru,de", "us,gr,de", "fr,us,de", "de,fr")
    for group in range(layouts.count(",") + 1)
]
SINGLE = [
    *("us", "ru", "gr", "de:neo", "fr:bepo", "jp", "br", "tr", "ch", "cz", "il", "th", "ara", "be"),
    *("us:intl", "hu", "in"),
]


class Desk:
    """A keyboard on the display, the settings it types under, and the window that gets it."""

    def __init__(self, server: XServer, window: Recorder) -> None:
        need("setxkbmap", "x11-xkb-utils")
        self.environment = server.environment
        self._seen = len(window.of_kind("key"))
        self.window = window
        self.keyboard = X11Keyboard(server.display)
        self.sink = DesktopSink(self.keyboard, X11Pointer(self.keyboard.display))
        self._xkb = self.keyboard.display.connection(xcffib.xkb.key)

    def use(self, layouts: str, group: int = 0, locks: int = 0) -> None:
        """Switch to layouts (one may have a variant behind a colon), a group and locks."""
        layout, _, variant = layouts.partition(":")
        argv = ["setxkbmap", "-layout", layout, "-variant", variant]
        subprocess.run(argv, env=self.environment, check=True)
        self.lock(locks, group)

    def lock(self, locks: int, group: int = 0) -> None:
        """Turn locks on or off as they are asked for."""
        self._xkb.LatchLockState(0x100, _CAPS | _NUM, locks, True, group, 0, False, 0)
        self.keyboard.display.sync()

    def press(self, chord: str) -> None:
        self.sink.press(parse_chord(chord))

    def close(self) -> None:
        self.sink.close()

    def arrived(self) -> list[dict[str, Any]]:
        """Return the keys that went down since the last time, as the window got them."""
        self.keyboard.down("f9")
        self.keyboard.up("f9")

        def ended() -> bool:
            lines = self.window.of_kind("key")[self._seen :]
            return any(line["key"] == "F9" and not line["down"] for line in lines)

        wait_until(ended, what="the key that ends it")
        lines = self.window.of_kind("key")
        new, self._seen = lines[self._seen :], len(lines)
        return [line for line in new if line["down"] and line["key"] != "F9"]

    def text(self) -> str:
        """Return the text that arrived since the last time."""
        return "".join(char_of(line["symbol"]) for line in self.arrived())


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    with Recorder(shared_server(), tmp_path_factory.mktemp("window")) as window:
        yield window


@pytest.fixture
def desk(x_server: XServer, recorder: Recorder) -> Iterator[Desk]:
    desk = Desk(x_server, recorder)
    yield desk
    desk.close()
    closing = Desk(x_server, recorder)
    closing.use("us")
    closing.close()


@pytest.mark.parametrize(("layouts", "group"), GROUPED)
def test_text_arrives_as_written_in_every_group(desk: Desk, layouts: str, group: int) -> None:
    desk.use(layouts, group)
    for locks in (0, _CAPS, _NUM, _CAPS | _NUM):
        desk.lock(locks, group)
        desk.sink.type_text(TEXT)
        assert desk.text() == TEXT, f"locks {locks:#x}"


@pytest.mark.parametrize("layout", SINGLE)
def test_text_arrives_as_written_on_every_layout(desk: Desk, layout: str) -> None:
    desk.use(layout)
    for locks in (0, _CAPS | _NUM):
        desk.lock(locks)
        desk.sink.type_text(TEXT)
        assert desk.text() == TEXT, f"locks {locks:#x}"


def test_text_under_a_shift_that_is_held_arrives_as_written(desk: Desk) -> None:
    desk.sink.hold(parse_chord("shift"))
    desk.sink.type_text("aB1!ä")
    assert desk.text() == "aB1!ä"
    desk.sink.release(parse_chord("shift"))


@pytest.mark.parametrize("held", ["ctrl", "alt", "super"])
def test_text_is_refused_where_it_would_be_shortcuts(desk: Desk, held: str) -> None:
    desk.sink.hold(parse_chord(held))
    with pytest.raises(ActionError, match="text cannot be typed while ctrl, alt or super is held"):
        desk.sink.type_text("w")
    desk.sink.release(parse_chord(held))
    assert [line["key"] for line in desk.arrived()] == [_NAMES[held]]


_NAMES = {"ctrl": "Control_L", "alt": "Alt_L", "super": "Super_L"}


@pytest.mark.parametrize("held", ["ctrl", "alt", "super"])
def test_caps_lock_does_not_count_in_shortcuts(desk: Desk, held: str) -> None:
    desk.press(f"{held}+w")
    (_, plain) = desk.arrived()
    desk.lock(_CAPS)
    desk.press(f"{held}+w")
    keys = desk.arrived()
    assert [key["key"] for key in keys] == [_NAMES[held], "W"]
    assert keys[1]["code"] == plain["code"]
    assert keys[1]["state"] == plain["state"] | _CAPS


def test_a_shift_that_a_shortcut_names_is_sent_whatever_the_lock(desk: Desk) -> None:
    for lock in (0, _CAPS):
        desk.lock(lock)
        desk.press("ctrl+shift+t")
        assert [key["state"] & ~_CAPS for key in desk.arrived()] == [0, 4, 5]


@pytest.mark.parametrize(
    ("layout", "chord", "key", "state"),
    [
        ("us", "ctrl+0", "0", 4),
        ("fr", "ctrl+0", "agrave", 4),
        ("be", "ctrl+1", "ampersand", 4),
        ("cz", "ctrl+5", "rcaron", 4),
        ("us", "ctrl+plus", "plus", 5),
        ("de", "ctrl+plus", "plus", 4),
        ("ch", "ctrl+plus", "KP_Add", 4),
        ("tr", "ctrl+plus", "KP_Add", 4),
        ("cz", "ctrl+plus", "KP_Add", 4),
        ("fr", "ctrl+minus", "KP_Subtract", 4),
        ("be", "ctrl+minus", "minus", 4),
        ("fr", "ctrl+num0", "agrave", 4),
        ("de", "ctrl+ä", "adiaeresis", 4),
        ("de", "alt+ö", "odiaeresis", 8),
        ("fr", "ctrl+é", "eacute", 4),
        ("th", "ctrl+plus", "KP_Add", 4),
        ("jp", "ctrl+plus", "KP_Add", 4),
        ("th", "ctrl+minus", "KP_Subtract", 4),
        ("ru", "ctrl+ц", "Cyrillic_tse", 4),
        ("ru", "ctrl+w", "Cyrillic_tse", 4),
        ("gr", "alt+f", "Greek_phi", 8),
        ("il", "ctrl+c", "hebrew_bet", 4),
        ("us,ru", "ctrl+w", "w", 4),
        ("us:dvorak", "ctrl+w", "w", 4),
        ("us", "ctrl+ä", "adiaeresis", 4),
        ("de", "altgr+e", "EuroSign", 0x80),
        ("us", "altgr+e", "e", 8),
    ],
)
def test_a_shortcut_is_the_key_a_person_presses(
    desk: Desk, layout: str, chord: str, key: str, state: int
) -> None:
    desk.use(layout)
    desk.press(chord)
    last = desk.arrived()[-1]
    assert (last["key"], last["state"]) == (key, state)


@pytest.mark.parametrize(("layouts", "group"), GROUPED)
def test_shortcuts_are_right_in_every_group(desk: Desk, layouts: str, group: int) -> None:
    desk.use(layouts, group)
    layout = layouts.split(",")[group]
    places = {"us": "qwa", "de": "qwa", "ru": "qwa", "gr": "qwa", "fr": "azq"}
    codes = dict(zip(places[layout], (24, 25, 38), strict=True))
    for char, code in codes.items():
        desk.press(f"ctrl+{char}")
        # Letters that a group lacks are the keys of the first group that has them.
        if layout in ("ru", "gr") and layouts.startswith("fr"):
            continue
        assert (desk.arrived()[-1]["code"], char) == (code, char)


def test_a_modifier_the_layout_lacks_is_another_or_refused(desk: Desk) -> None:
    desk.use("us")
    keyboard = desk.keyboard._keyboard
    while code := keyboard.map.find_plain(keysym_named("Super_L"), 0):
        keyboard.lend(code, None)
        keyboard.reread()
    with pytest.raises(ActionError, match="the keyboard layout in use has no key 'super'"):
        desk.press("super+w")
    assert desk.arrived() == []


def test_lent_keys_follow_a_change_of_the_layout(desk: Desk) -> None:
    desk.sink.type_text("ж")
    desk.use("de")
    desk.sink.type_text("жä")
    desk.use("ru")
    desk.sink.type_text("жä")
    assert desk.text() == "жжäжä"

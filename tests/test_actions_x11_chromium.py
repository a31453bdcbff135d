"""Shortcuts and text on many layouts, as a real Chromium takes them."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import xcffib.xkb
from support_chromium import Browser, needs_chromium, pages
from support_x11 import XServer, need, shared_server, wait_until, window_manager, x_server

from gesturepose.actions.keys import parse_chord
from gesturepose.actions.sinks.desktop_sink import DesktopSink
from gesturepose.actions.sinks.x11_keyboard import X11Keyboard
from gesturepose.actions.sinks.x11_pointer import X11Pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["pages", "x_server"]
pytestmark = [pytest.mark.x11, needs_chromium]

_CAPS = 0x02
_TEXT = "aZäöüß;'[-0189 €@жЖ😀"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    server = shared_server()
    profile = tmp_path_factory.mktemp("profile")
    with window_manager(server), Browser(server, profile, "about:blank") as browser:
        yield browser


@pytest.fixture
def keyboard(x_server: XServer) -> Iterator[X11Keyboard]:
    keyboard = X11Keyboard(x_server.display)
    yield keyboard
    keyboard.close()


@pytest.fixture
def sink(keyboard: X11Keyboard) -> DesktopSink:
    return DesktopSink(keyboard, X11Pointer(keyboard.display))


@pytest.fixture
def use(x_server: XServer, keyboard: X11Keyboard) -> Iterator[Callable[..., None]]:
    """Switches to layouts, a group of them and locks; back to the American one in the end."""
    need("setxkbmap", "x11-xkb-utils")

    def switch(layouts: str, group: int = 0, locks: int = 0) -> None:
        argv = ["setxkbmap", "-layout", layouts]
        subprocess.run(argv, env=x_server.environment, check=True)
        xkb = keyboard.display.connection(xcffib.xkb.key)
        xkb.LatchLockState(0x100, _CAPS, locks, True, group, 0, False, 0)
        keyboard.display.sync()
        time.sleep(0.2)  # for the browser to read the map

    yield switch
    switch("us")


def _wait_zoom(browser: Browser, percent: int, what: str) -> None:
    wait_until(lambda: round(browser.pixel_ratio * 100) == percent, 5, what=f"{percent} %: {what}")


def test_the_default_shortcuts_work_on_every_layout(
    browser: Browser, pages: str, sink: DesktopSink, use: Callable[..., None]
) -> None:
    layouts = [
        *(("us", 0), ("de", 0), ("fr", 0), ("be", 0), ("ch", 0), ("tr", 0), ("cz", 0), ("ru", 0)),
        *(("jp", 0), ("th", 0)),
        *(("us,ru,de", 1), ("us,ru,de", 2), ("fr,us,de", 0), ("de,fr", 1)),
    ]
    browser.go(f"{pages}/first")
    browser.go(f"{pages}/second")
    for layout, group in layouts:
        for locks in (0, _CAPS) if layout in ("us", "fr") else (0,):
            use(layout, group, locks)
            for chord, percent in (
                *(("ctrl+plus", 110), ("ctrl+0", 100), ("ctrl+minus", 90)),
                *(("ctrl+plus", 100), ("ctrl+minus", 90), ("ctrl+num0", 100)),
            ):
                sink.press(parse_chord(chord))
                _wait_zoom(browser, percent, f"{layout} {group} {locks} {chord}")
    sink.press(parse_chord("alt+left"))
    wait_until(lambda: browser.path == "/first", 10, what="the page before")
    sink.press(parse_chord("alt+right"))
    wait_until(lambda: browser.path == "/second", 10, what="the page after")


def test_text_arrives_in_a_page_as_written(
    browser: Browser, pages: str, sink: DesktopSink, keyboard: X11Keyboard, use: Callable[..., None]
) -> None:
    value = "document.querySelector('textarea').value"
    browser.go(f"{pages}/text")
    browser.evaluate(
        "document.body.innerHTML = '<textarea style=\"width:100%;height:600px\"></textarea>';"
        "document.querySelector('textarea').focus(); 0"
    )
    keyboard.display.core.WarpPointer(0, keyboard.display.root, 0, 0, 0, 0, 400, 400)
    sink.click("left")
    for layout, group, locks in (("us,ru,de", 1, 0), ("fr", 0, _CAPS), ("us,ru,de", 2, _CAPS)):
        use(layout, group, locks)
        sink.type_text(_TEXT)
        wait_until(lambda: browser.evaluate(value).endswith(_TEXT[-1]), 10, what="the text")
        assert browser.evaluate(value) == _TEXT
        browser.evaluate(f"{value} = ''; 0")


@pytest.mark.parametrize("keys", [("us", 0, _CAPS), ("ru", 0, 0), ("gr", 0, _CAPS)])
def test_ctrl_w_closes_one_tab_of_several(
    browser: Browser,
    pages: str,
    sink: DesktopSink,
    use: Callable[..., None],
    keys: tuple[str, int, int],
) -> None:
    def tabs() -> int:
        targets = browser.ask("Target.getTargets")["targetInfos"]
        return sum(target["type"] == "page" for target in targets)

    for name in ("second", "third")[tabs() - 1 :]:
        browser.ask("Target.createTarget", url=f"{pages}/{name}")
    wait_until(lambda: tabs() == 3, 10, what="three tabs")
    use(*keys)
    time.sleep(0.3)
    sink.press(parse_chord("ctrl+w"))
    wait_until(lambda: tabs() == 2, 10, what="two tabs")
    time.sleep(0.3)
    assert tabs() == 2

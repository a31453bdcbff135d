"""Types text and the default shortcuts into real browsers on many keyboard layouts; prints a table.

    python packaging/studies/keyboard_layouts.py [--browsers chromium firefox-esr] [LAYOUT ...]

A layout is as setxkbmap takes it, with a variant behind a colon and the group that is switched on,
from 1, behind a slash: ``us``, ``de:neo``, ``us,ru,de/2``. It needs Xvfb, openbox, setxkbmap and
the browsers; it starts an X server of its own and touches no other.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Self

import xcffib.xkb

from gesturepose.actions.keys import parse_chord
from gesturepose.actions.sinks.desktop_sink import DesktopSink
from gesturepose.actions.sinks.x11_keyboard import X11Keyboard
from gesturepose.actions.sinks.x11_pointer import X11Pointer
from gesturepose.errors import ActionError
from gesturepose.platforms.linux_x11 import X11Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAYOUTS = (
    *("us", "gb", "de", "at", "ch", "fr", "be", "es", "it", "pt", "br", "se", "no", "dk", "fi"),
    *("pl", "cz", "sk", "hu", "ro", "hr", "tr", "gr", "ru", "ua", "bg", "il", "ara", "th", "jp"),
    *("us:dvorak", "us:intl", "de:neo", "fr:bepo", "us:colemak"),
    *("us,ru,de/1", "us,ru,de/2", "us,ru,de/3", "us,gr,de/2", "us,gr,de/3"),
    *("fr,us,de/1", "fr,us,de/2", "fr,us,de/3", "de,fr/1", "de,fr/2"),
)
TEXT = "aZäöüß;'[-0189@€жЖωñ😀"
_CAPS = 0x02
_WAIT_S = 2.0
_PAGE = """<!doctype html><meta charset=utf-8><title>starting</title>
<textarea autofocus style="width:95%;height:90vh"></textarea><script>
const field = document.querySelector("textarea");
onclick = () => { if (location.pathname == "/1") history.pushState({}, "", "/2"); field.focus(); };
onkeydown = e => { if (e.key == "F8") field.value = ""; };
setInterval(() => document.title =
  [location.pathname, Math.round(devicePixelRatio * 100), field.value, "end"].join("|"), 40);
</script>"""
_FLAGS = {
    "chromium": (
        *("--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage"),
        *("--password-store=basic", "--disable-background-networking"),
        "--user-data-dir={profile}",
    ),
    "firefox-esr": ("--no-remote", "--profile", "{profile}"),
    "firefox": ("--no-remote", "--profile", "{profile}"),
}
_PREFERENCES = (
    'user_pref("browser.aboutwelcome.enabled", false);\n'
    'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
    'user_pref("browser.shell.checkDefaultBrowser", false);\n'
)


class Page(BaseHTTPRequestHandler):
    """Answers every address with the page whose title says what arrived."""

    def do_GET(self) -> None:
        """Send the page."""
        body = _PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Desk:
    """A browser on a display, and hands on its keyboard."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._keyboard = X11Keyboard(environment["DISPLAY"])
        self._platform = X11Platform(environment["DISPLAY"])
        self._sink = DesktopSink(self._keyboard, X11Pointer(self._keyboard.display))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sink.close()
        self._platform.close()

    def use(self, name: str, locks: int = 0) -> None:
        """Switch to a layout and a group of it, with Caps Lock on or off."""
        layouts, _, group = name.partition("/")
        layout, _, variant = layouts.partition(":")
        argv = ["setxkbmap", "-layout", layout, "-variant", variant]
        subprocess.run(argv, env=self._environment, check=True)  # noqa: S603 (names of layouts)
        xkb = self._keyboard.display.connection(xcffib.xkb.key)
        index = int(group or 1) - 1
        xkb.LatchLockState(0x100, _CAPS, locks, True, index, 0, False, 0)
        self._keyboard.display.sync()
        time.sleep(0.3)

    def click(self) -> None:
        """Click in the middle of the window."""
        display = self._keyboard.display
        display.core.WarpPointer(0, display.root, 0, 0, 0, 0, 500, 450)
        self._sink.click("left")

    def see(self) -> list[str]:
        """Return path, zoom in percent, and text of the page in front."""
        window = self._platform.active_window()
        fields = window.title.split("|") if window else []
        return fields[:3] if len(fields) == 4 else ["", "", ""]

    def wait(self, index: int, *values: str) -> bool:
        """Whether the page shows one of some values before long."""
        deadline = time.monotonic() + _WAIT_S
        while time.monotonic() < deadline:
            if self.see()[index] in values:
                return True
            time.sleep(0.03)
        return False

    def press(self, chord: str) -> None:
        """Press keys."""
        self._sink.press(parse_chord(chord))

    def types(self, name: str, locks: int) -> bool:
        """Whether a text arrives as written."""
        self.use(name, locks)
        try:
            self._sink.type_text(TEXT)
        except ActionError:
            return False
        arrived = self.wait(2, TEXT)
        self.press("f8")
        self.wait(2, "")
        return arrived


def measure(desk: Desk, name: str) -> list[bool]:
    """Return what works on a layout, in the order of the table's columns."""
    works = [desk.types(name, 0), desk.types(name, _CAPS)]
    desk.use(name)

    def _try(chord: str, index: int, value: str) -> None:
        desk.press(chord)
        works.append(desk.wait(index, value))

    desk.press("ctrl+plus")
    zooms_in = desk.wait(1, "110", "109")  # Firefox rounds it otherwise.
    desk.press("ctrl+0")
    resets = desk.wait(1, "100")
    desk.use("us")
    desk.press("ctrl+0")
    desk.wait(1, "100")
    desk.use(name)
    desk.press("ctrl+minus")
    works += [zooms_in, desk.wait(1, "90"), resets and zooms_in]
    _try("alt+left", 0, "/1")
    _try("alt+right", 0, "/2")
    desk.use("us")
    desk.press("ctrl+0")
    desk.wait(1, "100")
    return works


@contextlib.contextmanager
def running(argv: list[str], **more: object) -> Iterator[None]:
    """Run a program for the time of a with statement."""
    child = subprocess.Popen(  # noqa: S603 (the programs named above)
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait()


@contextlib.contextmanager
def own_display() -> Iterator[dict[str, str]]:
    """Run an X server with a window manager; what programs need to use it."""
    reading, writing = os.pipe()
    argv = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1000x900x24", "-nolisten", "tcp"]
    with running(argv, pass_fds=(writing,)), os.fdopen(reading) as answer:
        environment = {**os.environ, "DISPLAY": f":{answer.readline().strip()}"}
        os.close(writing)
        with running(["openbox", "--sm-disable"], env=environment):
            time.sleep(1)
            yield environment


def measure_all(browser: str, names: list[str], tell: Callable[[str, list[bool]], None]) -> None:
    """Measure layouts in one browser."""
    with (
        own_display() as environment,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        ThreadingHTTPServer(("127.0.0.1", 0), Page) as server,
        Desk(environment) as desk,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Path(profile, "user.js").write_text(_PREFERENCES, encoding="utf-8")
        flags = [flag.format(profile=profile) for flag in _FLAGS[browser]]
        argv = [browser, *flags, f"http://127.0.0.1:{server.server_port}/1"]
        with running(argv, env=environment):
            deadline = time.monotonic() + 60
            while desk.see()[0] != "/1" and time.monotonic() < deadline:
                time.sleep(0.2)
            time.sleep(1)
            desk.click()
            if not desk.wait(0, "/2"):
                sys.exit(f"{browser} did not show the page in time")
            for name in names:
                tell(name, measure(desk, name))
        server.shutdown()


def main() -> None:
    """Measure, and write the table to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("layouts", nargs="*", default=LAYOUTS, metavar="LAYOUT")
    parser.add_argument("--browsers", nargs="+", default=("chromium", "firefox-esr"))
    options = parser.parse_args()
    write = sys.stdout.write
    write(
        "| browser | layout | text | text, Caps Lock on | ctrl+plus | ctrl+minus | ctrl+0 "
        "| alt+left | alt+right |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    for browser in options.browsers:
        if shutil.which(browser) is None:
            sys.stderr.write(f"{browser} is not installed: left out\n")
            continue

        def _tell(name: str, works: list[bool], browser: str = browser) -> None:
            marks = " | ".join("yes" if works_here else "**no**" for works_here in works)
            write(f"| {browser} | `{name}` | {marks} |\n")
            sys.stdout.flush()

        measure_all(browser, list(options.layouts), _tell)


if __name__ == "__main__":
    main()

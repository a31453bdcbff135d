"""The desktop app as a person has it: a process of its own on a real display, real keys, real file.

What it shows is a picture, so what it recognised is read from its log, what it wrote from the disk.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from typing import TYPE_CHECKING, Self

import pytest
from support_thorough import thorough
from support_x11 import XServer, wait_until, window_manager, x_server

from gesturepose.actions.keys import parse_chord
from gesturepose.actions.sinks.x11_keyboard import X11Keyboard
from gesturepose.platforms.linux_x11 import X11Platform
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["x_server"]
pytestmark = pytest.mark.x11

LOADED_S = 30.0


class Desktop:
    """The app running on a display, and hands on its keyboard."""

    def __init__(self, server: XServer, folder: Path) -> None:
        self._log_path = folder / "log"
        self.mapping = folder / "gestures.toml"
        self.mapping.write_bytes(default_config().read_bytes())
        settings = folder / "config" / "gesturepose"
        settings.mkdir(parents=True)
        (settings / "app.ini").write_text("[General]\nfirst_run_done=true\n", encoding="utf-8")
        with self._log_path.open("wb") as log:
            self.process = server.start(
                [
                    *(sys.executable, "-X", "faulthandler", "-m", "gesturepose"),
                    *("--source", "demo", "--config", str(self.mapping), "--log-level", "debug"),
                ],
                stderr=log,
                env={**server.environment, "XDG_CONFIG_HOME": str(folder / "config")},
                cwd=folder,
            )
        self._keyboard = X11Keyboard(server.display)
        self._platform = X11Platform(server.display)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._keyboard.close()
        self._platform.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGABRT)  # its log says where it was
            self.process.wait(10)
            self.process.kill()
            self.process.wait()

    @property
    def log(self) -> str:
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def wait_for_log(self, text: str) -> None:
        wait_until(
            lambda: text in self.log or self.process.poll() is not None, LOADED_S, f"{text!r}"
        )
        assert text in self.log, self.log

    def wait_for_window(self) -> None:
        def is_in_front() -> bool:
            front = self._platform.active_window()
            return front is not None and front.matches("GesturePose")

        wait_until(is_in_front, LOADED_S, f"the window: {self.log}")

    def close_window(self) -> None:
        wait_until(
            lambda: any(w.matches("GesturePose") for w in self._platform.list_windows()),
            what="the window in the list",
        )
        self._platform.close_window("GesturePose")

    def press(self, *chords: str) -> None:
        for text in chords:
            keys = parse_chord(text).keys
            for key in keys:
                self._keyboard.down(key)
            for key in reversed(keys):
                self._keyboard.up(key)

    def wait_for_end(self) -> int:
        return self.process.wait(20)


@pytest.fixture
def desktop(x_server: XServer, tmp_path: Path) -> Iterator[Desktop]:
    with window_manager(x_server), Desktop(x_server, tmp_path) as found:
        yield found


def switched_on(mapping: Path) -> list[bool]:
    bindings = tomllib.loads(mapping.read_text(encoding="utf-8"))["bindings"]
    return [binding.get("enabled", True) for binding in bindings]


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_it_recognises_edits_its_file_tells_a_mistake_and_quits(desktop: Desktop) -> None:
    before = desktop.mapping.read_text(encoding="utf-8")
    desktop.wait_for_window()
    desktop.wait_for_log("gesture raise_right_hand begin")
    desktop.wait_for_log("action press playpause: dry run")  # nobody here made it

    desktop.press("ctrl+2", "down", "space")
    wait_until(lambda: not all(switched_on(desktop.mapping)), what="a binding switched off")
    after = desktop.mapping.read_text(encoding="utf-8")
    assert switched_on(desktop.mapping).count(False) == 1
    assert comments(after) == comments(before)
    desktop.press("ctrl+z")
    wait_until(lambda: desktop.mapping.read_text(encoding="utf-8") == before, what="undo")

    broken = before.replace('press = "alt+left"', 'press = "alt+lefft"')
    desktop.mapping.write_text(broken, encoding="utf-8")
    line = broken[: broken.index("lefft")].count("\n") + 1
    desktop.wait_for_log(f"keeping the mapping as it was: {desktop.mapping.name}:{line}: ")
    desktop.wait_for_log("did you mean 'left'?")
    assert desktop.mapping.read_text(encoding="utf-8") == broken

    desktop.press("ctrl+q")
    assert desktop.wait_for_end() == 0
    assert "Traceback" not in desktop.log


def test_closing_the_window_ends_it_where_there_is_no_tray(desktop: Desktop) -> None:
    desktop.wait_for_window()
    desktop.close_window()
    assert desktop.wait_for_end() == 0


@pytest.mark.parametrize(
    "number",
    [thorough(signal.SIGINT), signal.SIGTERM, signal.SIGHUP, thorough(signal.SIGQUIT)],
)
def test_a_signal_ends_it_well(desktop: Desktop, number: signal.Signals) -> None:
    desktop.wait_for_window()
    os.kill(desktop.process.pid, number)
    assert desktop.wait_for_end() == 0
    assert "Traceback" not in desktop.log


def test_the_pause_shortcut_works_from_any_window(desktop: Desktop) -> None:
    desktop.wait_for_window()
    desktop.wait_for_log("gesture raise_right_hand begin")
    desktop.press("ctrl+alt+p")
    desktop.wait_for_log("paused by a person")
    time.sleep(0.3)  # sooner, it would be the same press still
    desktop.press("ctrl+alt+p")
    desktop.wait_for_log("resumed by a person")


def test_no_second_qt_warning_clutters_standard_error(x_server: XServer, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gesturepose", "--source", "demo", "--max-seconds", "2"],
        env={**x_server.environment, "XDG_CONFIG_HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout == ""
    mapping, *said = [x for x in done.stderr.splitlines() if "the network runs on" not in x]
    assert mapping == f"gesturepose: mapping {default_config()}"
    assert said == []

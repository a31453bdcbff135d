"""What the app's window tells of other copies, of the screen's lock and of dead pause keys."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from support_bus import ScreenSaver, private_bus
from support_session import DEMO_POSES
from support_x11 import XServer, x_server

from gesturepose.gui.application import App
from gesturepose.gui.main_window import LOG, MAPPING, SETTINGS, WATCH
from gesturepose.gui.preferences import Preferences
from gesturepose.platforms.acting_lock import ActingLock
from gesturepose.platforms.hotkeys import open_hotkey
from gesturepose.resources import default_config
from gesturepose.session import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QPushButton
    from pytestqt.qtbot import QtBot

__all__ = ["x_server"]
pytestmark = pytest.mark.x11
PATIENCE_MS = 15_000
PAGES = (WATCH, MAPPING, LOG, SETTINGS)

_OTHER = """
import sys, time
from gesturepose.platforms.acting_lock import only_copy
with only_copy(acting=True):
    print(flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "gestures.toml"
    path.write_bytes(default_config().read_bytes())
    return path


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    found = Preferences(QSettings(str(tmp_path / "app.ini"), QSettings.Format.IniFormat))
    found.first_run_done = True
    return found


@pytest.fixture
def app(
    x_server: XServer,  # noqa: ARG001 - the display acted upon
    qtbot: QtBot,
    mapping: Path,
    preferences: Preferences,
) -> Iterator[App]:
    found = App(mapping, source=DEMO_POSES, preferences=preferences)
    qtbot.addWidget(found.window)
    yield found
    found.tray.hide()
    assert found.end()


@pytest.fixture
def other(x_server: XServer) -> Iterator[subprocess.Popen[bytes]]:
    """Another copy that acts; it is gone once its standard input is closed."""
    child = subprocess.Popen(
        [sys.executable, "-c", _OTHER],
        env=x_server.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    yield child
    child.stdin.close()
    child.wait(10)
    child.stdout.close()


def start(app: App, qtbot: QtBot) -> None:
    app.start()
    qtbot.waitUntil(
        lambda: app.desk.session.status.state is SessionState.WATCHING, timeout=PATIENCE_MS
    )


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def button(app: App, text: str) -> QPushButton:
    return next(b for b in app.window.notices.buttons if b.text() == text)


def test_beside_a_copy_that_acts_it_practises_says_so_on_every_page_and_acts_when_asked_later(
    app: App, other: subprocess.Popen[bytes], preferences: Preferences, qtbot: QtBot
) -> None:
    start(app, qtbot)
    window, notices = app.window, app.window.notices
    qtbot.waitUntil(lambda: f"(process {other.pid})" in notices.text, timeout=PATIENCE_MS)
    assert app.desk.practising
    for page in PAGES:
        window.header.tabs.setCurrentIndex(page)
        assert "is acting, so this one only practises" in notices.text
        assert notices.isVisible()
    notices_before = notices.text
    notices.tell("something", "Something else.")
    assert notices.text == f"{notices_before}\nSomething else."
    notices.clear("something")

    assert window.header.practice.isChecked()
    click(window.header.practice)
    assert window.header.practice.isChecked()
    assert app.desk.practising
    assert not preferences.practice
    assert notices.text == notices_before

    assert other.stdin is not None
    other.stdin.close()
    other.wait(10)
    qtbot.waitUntil(lambda: "has ended" in notices.text, timeout=PATIENCE_MS)
    assert app.desk.session.status.practice  # it begins to act only when asked
    click(button(app, "End practice"))
    qtbot.waitUntil(lambda: not app.desk.session.status.practice, timeout=PATIENCE_MS)
    assert not window.header.practice.isChecked()
    assert not notices.text
    assert not ActingLock().is_free()


def test_practice_gives_the_right_to_act_to_others_and_takes_it_back(
    app: App, qtbot: QtBot
) -> None:
    right = ActingLock()
    start(app, qtbot)
    qtbot.waitUntil(lambda: not right.is_free(), timeout=PATIENCE_MS)
    click(app.window.header.practice)
    qtbot.waitUntil(right.is_free, timeout=PATIENCE_MS)
    click(app.window.header.practice)
    qtbot.waitUntil(lambda: not right.is_free(), timeout=PATIENCE_MS)
    # Somebody else acts when practice ends again.
    click(app.window.header.practice)
    qtbot.waitUntil(right.is_free, timeout=PATIENCE_MS)
    right.take()
    try:
        click(app.window.header.practice)
        qtbot.waitUntil(lambda: "is acting" in app.window.notices.text, timeout=PATIENCE_MS)
        assert app.window.header.practice.isChecked()
    finally:
        right.release()


@pytest.mark.usefixtures("x_server")
def test_the_right_to_act_ends_with_the_app(
    qtbot: QtBot, mapping: Path, preferences: Preferences
) -> None:
    app = App(mapping, source=DEMO_POSES, preferences=preferences)
    qtbot.addWidget(app.window)
    start(app, qtbot)
    qtbot.waitUntil(lambda: not ActingLock().is_free(), timeout=PATIENCE_MS)
    app.tray.hide()
    assert app.end()
    assert ActingLock().is_free()


def test_at_a_locked_screen_it_pauses_releases_the_camera_and_goes_on(
    app: App, mapping: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("[control]", "[control]\nrelease_camera_s = 0.3", 1))
    app.document.look()
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with ScreenSaver(address) as saver:
            start(app, qtbot)
            saver.switch(active=True)
            pill = app.window.header.pill
            qtbot.waitUntil(lambda: pill.text == "Paused: screen locked", timeout=PATIENCE_MS)
            assert app.tray.kind == "paused"
            qtbot.waitUntil(
                lambda: "until the screen is unlocked" in app.window.preview.notice_text,
                timeout=PATIENCE_MS,
            )
            saver.switch(active=False)
            qtbot.waitUntil(
                lambda: app.desk.session.status.state is SessionState.WATCHING,
                timeout=PATIENCE_MS,
            )
            qtbot.waitUntil(lambda: not app.window.preview.notice_text, timeout=PATIENCE_MS)


def test_pause_keys_that_do_nothing_are_told_on_every_page_and_standard_error_until_they_work(
    app: App, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    thief = open_hotkey("ctrl+alt+p", lambda: None)
    try:
        start(app, qtbot)
        header = app.window.header
        for page in PAGES:
            header.tabs.setCurrentIndex(page)
            assert "The pause keys do nothing: ctrl+alt+p is taken" in header.note
            assert "Pause with the Pause button" in header.note
        assert header.note in caplog.messages
        assert "ctrl+alt+p is taken" in app.window.log.text
        assert app.window.settings.pause.problem
    finally:
        thief.close()
    qtbot.waitUntil(lambda: not header.note, timeout=PATIENCE_MS)
    assert not app.window.settings.pause.problem
    assert len([text for text in caplog.messages if "pause keys" in text]) == 1


def test_the_note_names_the_gesture_that_pauses(
    app: App, mapping: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    text = mapping.read_text(encoding="utf-8")
    start(app, qtbot)
    assert "Wayland" in app.window.header.note
    assert "gesture" not in app.window.header.note
    mapping.write_text(f'{text}\n[[bindings]]\ngesture = "hands_up"\ncontrol = "pause"\n')
    app.document.look()
    assert "with the gesture “Hands up”" in app.window.header.note
    mapping.write_text(text.replace("[control]", '[control]\npause_hotkey = ""', 1))
    app.document.look()
    assert not app.window.header.note

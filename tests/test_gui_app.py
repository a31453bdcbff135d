"""The whole app in this process: its window, its engine on a real recording, its real widgets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from gesturepose.gui.application import App
from gesturepose.gui.desk import DEMO
from gesturepose.gui.main_window import LOG, MAPPING, SETTINGS, WATCH
from gesturepose.gui.preferences import Preferences
from gesturepose.gui.theme import DARK, LIGHT, themes
from gesturepose.resources import default_config
from gesturepose.session import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

RECORDING = Path(__file__).parent / "data" / "demo.poses.jsonl"
PATIENCE_MS = 15_000


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    found = Preferences(QSettings(str(tmp_path / "app.ini"), QSettings.Format.IniFormat))
    found.first_run_done = True
    return found


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "gestures.toml"
    text = default_config().read_text(encoding="utf-8")
    path.write_text(text.replace("[control]", '[control]\npause_hotkey = ""', 1), encoding="utf-8")
    return path


@pytest.fixture
def app(qtbot: QtBot, mapping: Path, preferences: Preferences) -> Iterator[App]:
    found = App(mapping, source=str(RECORDING), practice=True, preferences=preferences)
    qtbot.addWidget(found.window)
    yield found
    found.tray.hide()
    assert found.end()


def start(app: App, qtbot: QtBot) -> None:
    app.start()
    qtbot.waitUntil(
        lambda: app.desk.session.status.state is SessionState.WATCHING, timeout=PATIENCE_MS
    )


def click(widget: QAbstractButton) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_it_plays_recognises_and_says_what_it_would_do(app: App, qtbot: QtBot) -> None:
    window = app.window
    start(app, qtbot)
    qtbot.waitUntil(lambda: window.header.pill.text == "Engaged", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "Raise right hand" in window.log.text, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "Play or pause" in window.log.text, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "Play or pause" in window.preview.banner_text, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "fps" in window.status.rate.text(), timeout=PATIENCE_MS)


def test_pause_stops_gestures_at_once_and_releases_the_source(
    app: App, qtbot: QtBot, mapping: Path
) -> None:
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(
        text.replace("[control]", "[control]\nrelease_camera_s = 0.2", 1), encoding="utf-8"
    )
    app.document.look()
    window = app.window
    start(app, qtbot)
    click(window.header.pause)
    qtbot.waitUntil(lambda: window.header.pill.text == "Paused", timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: window.header.pause.accessibleName() == "Resume gestures", timeout=PATIENCE_MS
    )
    qtbot.waitUntil(lambda: app.tray.kind == "paused", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "released" in window.preview.notice_text, timeout=PATIENCE_MS)
    click(window.header.pause)
    qtbot.waitUntil(
        lambda: app.desk.session.status.state is SessionState.WATCHING, timeout=PATIENCE_MS
    )
    qtbot.waitUntil(lambda: not window.preview.notice_text, timeout=PATIENCE_MS)


def test_an_edit_outside_appears_and_a_mistake_is_told(
    app: App, qtbot: QtBot, mapping: Path
) -> None:
    start(app, qtbot)
    good = mapping.read_text(encoding="utf-8")
    mapping.write_text(good.replace('description = "Back"', 'description = "Go home"'))
    qtbot.waitUntil(
        lambda: any(b.description == "Go home" for b in app.document.config.bindings),
        timeout=PATIENCE_MS,
    )
    mapping.write_text(good.replace('press = "alt+left"', 'press = "alt+lefft"'))
    qtbot.waitUntil(lambda: "lefft" in app.window.notices.text, timeout=PATIENCE_MS)
    assert any(b.description == "Go home" for b in app.document.config.bindings)
    mapping.write_text(good)
    qtbot.waitUntil(lambda: not app.window.notices.text, timeout=PATIENCE_MS)


def test_pages_by_keyboard(app: App, qtbot: QtBot) -> None:
    start(app, qtbot)
    window = app.window
    window.activateWindow()
    for number, page in enumerate((WATCH, MAPPING, LOG, SETTINGS), start=1):
        QTest.keyClick(
            window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier
        )
        assert window.pages.currentIndex() == page


def test_a_gesture_is_edited_beside_the_preview_and_explained_meanwhile(
    app: App, qtbot: QtBot
) -> None:
    start(app, qtbot)
    window = app.window
    window.edit_gesture("swipe_left")
    qtbot.waitUntil(window.editor.isVisible, timeout=PATIENCE_MS)
    seen: list[object] = []
    app.desk.bridge.snapshot_shown.connect(lambda snapshot: seen.append(snapshot.explanations))
    qtbot.waitUntil(lambda: any(seen), timeout=PATIENCE_MS)
    window.editor.closed.emit()
    assert window.gestures.isVisible()


def test_explanations_are_not_made_for_nobody(app: App, qtbot: QtBot) -> None:
    start(app, qtbot)
    seen: list[object] = []
    app.desk.bridge.snapshot_shown.connect(lambda snapshot: seen.append(snapshot.explanations))
    qtbot.waitUntil(lambda: len(seen) > 5, timeout=PATIENCE_MS)
    assert not any(seen[2:])


def test_practice_is_remembered(app: App, preferences: Preferences, qtbot: QtBot) -> None:
    start(app, qtbot)
    click(app.window.header.practice)
    assert preferences.practice
    click(app.window.header.practice)
    assert not preferences.practice


def test_the_demo_never_performs_anything(
    qtbot: QtBot, mapping: Path, preferences: Preferences
) -> None:
    app = App(mapping, source=DEMO, preferences=preferences)
    qtbot.addWidget(app.window)
    assert not preferences.practice
    assert app.desk.practising
    assert app.end()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells cheaply")
def test_without_a_camera_the_demo_stands_in_and_says_so(
    qtbot: QtBot,
    mapping: Path,
    preferences: Preferences,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gesturepose.gui.application.list_cameras", list)
    app = App(mapping, preferences=preferences)
    qtbot.addWidget(app.window)
    app.desk.session.pause()  # the network is not what this is about
    app.start()
    assert app.desk.source == DEMO
    assert "No camera was found" in app.window.notices.text
    app.window.notices.findChild(QAbstractButton)
    app.desk.choose_source(str(RECORDING))
    assert not app.window.notices.text
    app.tray.hide()
    assert app.end()


def test_the_first_start_is_guided_and_performs_nothing(
    qtbot: QtBot, mapping: Path, preferences: Preferences
) -> None:
    preferences.first_run_done = False
    app = App(mapping, source=str(RECORDING), preferences=preferences)
    qtbot.addWidget(app.window)
    start(app, qtbot)
    assert app.window.guiding
    assert app.desk.practising
    app.window.guide.finished.emit()
    assert not app.window.guiding
    assert preferences.first_run_done
    assert not app.desk.practising
    app.tray.hide()
    assert app.end()


def test_light_and_dark_at_once(app: App, preferences: Preferences, qtbot: QtBot) -> None:
    start(app, qtbot)
    preferences.theme = "dark"
    assert themes().theme is DARK
    preferences.theme = "light"
    assert themes().theme is LIGHT
    preferences.theme = "system"


def test_every_control_has_a_name(app: App) -> None:
    nameless = [
        widget.objectName() or type(widget).__name__
        for widget in app.window.findChildren(QAbstractButton)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.isHidden()
        and not (widget.accessibleName() or widget.text())
    ]
    assert not nameless


def test_nothing_is_wider_than_a_small_screen(app: App, qtbot: QtBot) -> None:
    start(app, qtbot)
    app.window.resize(1280, 720)
    for page in (WATCH, MAPPING, LOG, SETTINGS):
        app.window.show_page(page)
        hint = app.window.minimumSizeHint()
        assert hint.width() <= 1280
        assert hint.height() <= 720
    for widget in app.window.header.findChildren(QWidget):
        if widget.isVisible():
            assert widget.width() >= min(widget.sizeHint().width(), widget.maximumWidth())

"""The password of a network camera, and where it must not be: output, windows, process lists."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget
from support_http import MjpegServer, RawCamera
from support_video import half_lit

from gesturepose.errors import GesturePoseError
from gesturepose.evaluation.benchmark_start import measure_start
from gesturepose.gui.application import App
from gesturepose.gui.preferences import Preferences
from gesturepose.pose.settings import PoseSettings
from gesturepose.resources import default_config
from gesturepose.session import SessionState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LOGIN = "me:hunter2/#?@home"


def test_a_run_on_a_camera_with_a_login_tells_nobody_the_password() -> None:
    with MjpegServer([half_lit(level=90)], credentials=LOGIN) as server:
        source = server.url.replace("://", f"://{LOGIN}@")
        arguments = ["--no-gui", "--dry-run", "--events", "-", "--log-level", "debug"]
        program = "import sys, gesturepose.cli as cli; sys.exit(cli.main())"
        run = subprocess.run(
            [sys.executable, "-c", program, *arguments, "--max-seconds", "1", "--source", source],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        first, *_, last = [json.loads(line) for line in run.stdout.splitlines()]
        assert first["source"] == server.url
    assert last["frames"] > 0
    assert "hunter2" not in run.stdout + run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_process_started_for_a_measurement_is_not_told_the_password_in_its_arguments() -> None:
    seen: list[str] = []

    def answer(_: str) -> list[bytes]:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue  # it has ended, or is somebody else's
            if int(parent) == os.getpid():
                seen.append(words.decode(errors="replace"))
        return [b"HTTP/1.1 404 Not Found\r\n\r\n"]

    with RawCamera(answer) as camera, pytest.raises(GesturePoseError) as raised:
        measure_start(default_config(), PoseSettings(), camera.url.replace("://", f"://{LOGIN}@"))
    assert any("tell_first_pose" in words for words in seen)
    assert "answers 404" in str(raised.value)
    assert "hunter2" not in "".join([*seen, str(raised.value)])


def read_window(window: QWidget) -> str:
    """Return every text that a window shows or could show."""
    texts = [window.windowTitle(), window.toolTip()]
    for widget in [window, *window.findChildren(QWidget)]:
        texts += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        match widget:
            case QLabel() | QLineEdit():
                texts.append(widget.text())
            case QPlainTextEdit():
                texts.append(widget.toPlainText())
            case QComboBox():
                texts += [widget.itemText(row) for row in range(widget.count())]
    return "\n".join(texts)


def test_the_app_shows_no_password_anywhere(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    preferences = Preferences(QSettings(str(tmp_path / "app.ini"), QSettings.Format.IniFormat))
    preferences.first_run_done = True
    mapping = tmp_path / "gestures.toml"
    text = default_config().read_text("utf-8")
    mapping.write_text(text.replace("[control]", '[control]\npause_hotkey = ""', 1), "utf-8")
    with MjpegServer([half_lit(level=90)], credentials="another:login") as server:
        source = server.url.replace("://", f"://{LOGIN}@")
        app = App(mapping, practice=True, preferences=preferences)
        qtbot.addWidget(app.window)
        app.start()
        app.desk.choose_source(source)
        session = app.desk.session
        qtbot.waitUntil(lambda: session.status.state is SessionState.FAILED, timeout=15_000)
        qtbot.waitUntil(lambda: "401" in read_window(app.window), timeout=5_000)
        app.window.show_settings()
        QApplication.processEvents()
        shown = read_window(app.window) + app.window.log.text + app.window.preview.notice_text
        app.tray.hide()
        assert app.end()
    assert server.url in shown
    assert "hunter2" not in shown + caplog.text + repr(session.status.source_name)
    assert (
        Preferences(QSettings(str(tmp_path / "app.ini"), QSettings.Format.IniFormat)).source
        == source
    )

"""Where there is no display, or another Qt's plug-ins in the way, the app says so or copes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support_program import environment
from support_x11 import XServer, x_server

from gesturepose.errors import GesturePoseError
from gesturepose.gui import display_check

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["x_server"]

_START = """
import os
{first}
{second}
from gesturepose.gui.application import make_application
application = make_application(["gesturepose"])
print(application.platformName(), os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH"))
"""


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(folder, more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize("display", [None, ":4711", "nonsense"])
def test_no_display_is_one_line_that_names_the_way_without(
    tmp_path: Path, display: str | None
) -> None:
    more = {} if display is None else {"DISPLAY": display}
    done = run(tmp_path, "-m", "gesturepose", **more)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "display" in done.stderr
    assert "gesturepose --no-gui" in done.stderr


@pytest.mark.parametrize(
    ("first", "second"),
    [("import cv2", "import PySide6.QtWidgets"), ("import PySide6.QtWidgets", "import cv2")],
)
def test_whichever_of_opencv_and_qt_is_imported_first(
    tmp_path: Path, x_server: XServer, first: str, second: str
) -> None:
    script = _START.format(first=first, second=second)
    done = run(tmp_path, "-c", script, DISPLAY=x_server.display)
    assert (done.returncode, done.stdout.split()) == (0, ["xcb", "None"]), done.stderr


def test_a_plugin_folder_of_the_persons_own_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/opt/qt/plugins")
    monkeypatch.setenv("QT_QPA_FONTDIR", "/venv/cv2/qt/fonts")
    display_check.drop_foreign_plugins()
    assert os.environ["QT_QPA_PLATFORM_PLUGIN_PATH"] == "/opt/qt/plugins"
    assert "QT_QPA_FONTDIR" not in os.environ


@pytest.mark.skipif(sys.platform != "linux", reason="only there are libraries missing")
@pytest.mark.usefixtures("x_server")
def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file")

    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setattr("ctypes.CDLL", refuse)
    with pytest.raises(GesturePoseError, match=r"libxcb-cursor.so.0.*apt-get install.*--no-gui"):
        display_check.check_display()

"""What the desktop app remembers: exactly what was chosen, for nobody else's eyes."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings

from gesturepose.gui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
SECRET = "rtsp://admin:hunter2@10.0.0.5/live"  # noqa: S105 - of nobody


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "app.ini"


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    """Let new files be readable by everybody, unless somebody sees to it."""
    before = os.umask(0)
    yield
    os.umask(before)


def remember(path: Path) -> Preferences:
    return Preferences(QSettings(str(path), QSettings.Format.IniFormat))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("before", "chosen"),
    [
        ("/videos/Clip.mp4", "/videos/clip.mp4"),
        ("rtsp://cam/Secret", "rtsp://cam/secret"),
        ("http://me:PW@cam/", "http://me:pw@cam/"),
        ("/pictures", "/pictures/"),
        ("./clip.mp4", "/home/me/clip.mp4"),
        ("TRUE", "true"),
        ("demo", ""),
    ],
)
def test_a_source_that_differs_a_little_is_another(path: Path, before: str, chosen: str) -> None:
    preferences = remember(path)
    told: list[str] = []
    preferences.source = before
    preferences.changed.connect(told.append)
    preferences.source = chosen
    assert preferences.source == chosen
    preferences.source = chosen
    assert told == ["source"]
    preferences.flush()
    assert remember(path).source == chosen


@given(st.text(st.characters(exclude_categories=["C"]), max_size=30))
def test_whatever_was_chosen_is_remembered_to_the_letter(
    tmp_path_factory: pytest.TempPathFactory, chosen: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "letters.ini"
    preferences = remember(path)
    preferences.source = chosen
    preferences.flush()
    assert remember(path).source == chosen


def test_switches_are_remembered(path: Path) -> None:
    preferences = remember(path)
    told: list[str] = []
    preferences.changed.connect(told.append)
    preferences.practice = True
    preferences.practice = True
    preferences.keep_in_tray = "yes"
    preferences.flush()
    again = remember(path)
    assert (again.practice, again.start_paused, again.keep_in_tray) == (True, False, "yes")
    again.practice = False
    again.flush()
    assert remember(path).practice is False
    assert told == ["practice", "keep_in_tray"]


@on_posix
def test_the_file_is_its_owner_s_alone_from_the_first_moment(path: Path, qtbot: QtBot) -> None:
    preferences = remember(path)
    assert mode(path) == 0o600
    preferences.source = SECRET
    preferences.flush()
    assert "hunter2" in path.read_text("utf-8")
    assert mode(path) == 0o600
    preferences.source = SECRET + "2"
    qtbot.waitUntil(lambda: "live2" in path.read_text("utf-8"))  # as Qt writes it by itself
    assert mode(path) == 0o600
    others = [entry for entry in path.parent.iterdir() if entry != path]
    assert not [entry for entry in others if "hunter2" in entry.read_text("utf-8")]


@on_posix
@pytest.mark.parametrize("before", [0o644, 0o666, 0o640, 0o604])
def test_a_file_that_others_can_read_is_mended_at_the_start(path: Path, before: int) -> None:
    path.parent.mkdir()
    path.write_text(f"[General]\nsource={SECRET}\ntheme=dark\n", "utf-8")
    path.chmod(before)
    preferences = remember(path)
    assert mode(path) == 0o600
    assert (preferences.source, preferences.theme) == (SECRET, "dark")


@on_posix
def test_a_file_that_was_deleted_meanwhile_comes_back_private(path: Path) -> None:
    preferences = remember(path)
    path.unlink()
    preferences.source = SECRET
    preferences.flush()
    assert "hunter2" in path.read_text("utf-8")
    assert mode(path) == 0o600


def test_a_place_that_cannot_be_written_is_told_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "config").write_text("a file", "utf-8")
    preferences = remember(tmp_path / "config" / "app.ini")
    assert len(caplog.messages) == 1
    assert "cannot be kept" in caplog.messages[0]
    preferences.source = SECRET
    assert "hunter2" not in caplog.text
    assert preferences.source == SECRET

"""Starting at login: what is written where, and how each system reads it."""

from __future__ import annotations

import configparser
import plistlib
import shlex
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.errors import GesturePoseError
from gesturepose.platforms import autostart
from gesturepose.platforms.desktop_entries import DesktopEntry

if TYPE_CHECKING:
    from pathlib import Path

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux' own way")
WORDS = st.lists(
    st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(' "\\$`%'), min_size=1),
    min_size=1,
    max_size=4,
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "autostart" / "gesturepose.desktop"


def read_entry(text: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser["Desktop Entry"]


def read_exec(value: str) -> list[str]:
    """Read ``Exec`` as the specification says: the file's escapes, quotes, then field codes."""
    unescaped = value.replace("\\\\", "\\")
    words, at = [], 0
    while at < len(unescaped):
        assert unescaped[at] == '"'
        at += 1
        word = ""
        while unescaped[at] != '"':
            at += unescaped[at] == "\\"
            word += unescaped[at]
            at += 1
        words.append(word.replace("%%", "%"))
        at += 2  # the quote, and the space before the next
    return words


@on_linux
def test_it_is_switched_on_and_off(home: Path) -> None:
    assert not autostart.is_enabled()
    autostart.disable()  # harmless
    autostart.enable()
    autostart.enable()
    assert autostart.is_enabled()
    assert [path.name for path in home.parent.iterdir()] == ["gesturepose.desktop"]
    entry = read_entry(home.read_text())
    assert read_exec(entry["Exec"]) == [sys.executable, "-m", "gesturepose"]
    assert entry["Type"] == "Application"
    autostart.disable()
    assert not autostart.is_enabled()
    assert not home.exists()


@on_linux
@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_an_entry_that_the_desktop_switched_off_is_off(home: Path, line: str) -> None:
    autostart.enable()
    text = home.read_text().replace("X-GNOME-Autostart-enabled=true\n", "")
    home.write_text(f"{text}{line}\n")
    assert not autostart.is_enabled()
    autostart.enable()
    assert autostart.is_enabled()


@on_linux
def test_a_file_that_cannot_be_read_is_not_on(home: Path) -> None:
    home.parent.mkdir()
    home.write_bytes(b"\xff\xfe\xff")
    assert not autostart.is_enabled()


@on_linux
def test_a_folder_that_cannot_be_made_says_so(home: Path) -> None:
    home.parent.write_text("a file where the folder should be")
    with pytest.raises(GesturePoseError, match=r"start at login cannot be written: .*; check"):
        autostart.enable()


@on_linux
def test_without_the_variable_it_is_in_the_usual_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative/path"):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        autostart.enable()
        assert (tmp_path / ".config" / "autostart" / "gesturepose.desktop").is_file()
        autostart.disable()


@given(WORDS)
def test_any_path_survives_the_desktop_file(argv: list[str]) -> None:
    entry = read_entry(autostart.desktop_entry(argv))
    assert read_exec(entry["Exec"]) == argv


def test_our_own_reader_of_desktop_files_agrees(tmp_path: Path) -> None:
    argv = ["/opt/a b/python3.11", "-m", "gesturepose"]
    line = read_entry(autostart.desktop_entry(argv))["Exec"]
    assert DesktopEntry("gesturepose", "GesturePose", line, False, tmp_path).argv() == argv


def test_the_launch_agent_runs_at_login() -> None:
    agent = plistlib.loads(autostart.launch_agent(["/a b/python", "-m", "gesturepose"]))
    assert agent["ProgramArguments"] == ["/a b/python", "-m", "gesturepose"]
    assert agent["RunAtLoad"] is True
    assert agent["Label"]


def test_the_line_for_windows_quotes_and_prefers_no_console(tmp_path: Path) -> None:
    folder = tmp_path / "my programs"
    folder.mkdir()
    python = folder / "python.exe"
    line = autostart.windows_command([str(python), "-m", "gesturepose"])
    assert shlex.split(line) == [str(python), "-m", "gesturepose"]
    (folder / "pythonw.exe").touch()
    line = autostart.windows_command([str(python), "-m", "gesturepose"])
    assert shlex.split(line) == [str(folder / "pythonw.exe"), "-m", "gesturepose"]


def test_it_starts_the_interpreter_that_runs_now() -> None:
    assert autostart.command()[0] == sys.executable

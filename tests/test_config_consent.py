"""The gestures.toml of the current folder counts only once its user said so, and it is named."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from support_program import environment, parse_events

from gesturepose.cli import main
from gesturepose.config import FoundConfig, agree_to, look_for_config
from gesturepose.gui.application import App
from gesturepose.gui.preferences import Preferences
from gesturepose.platforms import folder_consent
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

STRANGE = '[[bindings]]\ngesture = "wave"\nlaunch = "xterm"\n'
RUN = ("--no-gui", "--dry-run", "--source", "demo", "--max-seconds", "0.1", "--events", "-")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of somebody else's making, in which we are."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    found = tmp_path / "downloaded"
    found.mkdir(mode=0o755)
    (found / "gestures.toml").write_text(STRANGE)
    monkeypatch.chdir(found)
    return found


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gesturepose", *arguments],
        cwd=folder,
        env=environment(folder.parent / "config"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def used(folder: Path, *arguments: str) -> tuple[str, str]:
    """Run; return which mapping the start event names, and standard error."""
    done = run(folder, *RUN, *arguments)
    assert done.returncode == 0, done.stderr
    return parse_events(done.stdout)[0]["config"], done.stderr


def test_a_folders_mapping_is_used_only_after_it_was_named_once(folder: Path) -> None:
    here = str(folder / "gestures.toml")
    path, said = used(folder)
    assert path == str(default_config())
    [line] = [line for line in said.splitlines() if "not used" in line]
    assert line == (
        "gesturepose: gestures.toml of this folder is not used: name it once with "
        "'--config gestures.toml', and it is from then on"
    )
    assert used(folder, "--config", "./gestures.toml")[0] == here
    path, said = used(folder)
    assert path == here
    assert "not used" not in said


def test_the_users_own_mapping_outranks_that_of_a_folder(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "config" / "gesturepose" / "gestures.toml"
    own.parent.mkdir(parents=True)
    own.write_text("")
    assert look_for_config(None).path == own
    agree_to(folder / "gestures.toml")
    assert look_for_config(None).path.resolve() == folder / "gestures.toml"
    # Taking the consent back is deleting the file.
    folder_consent_file = own.parent / "folders.json"
    assert stat.S_IMODE(folder_consent_file.stat().st_mode) == 0o600
    folder_consent_file.unlink()
    assert look_for_config(None) == FoundConfig(own, look_for_config(None).unused)


def test_a_check_without_a_file_says_which_it_checks_and_names_the_other(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 0
    assert str(default_config()) in capsys.readouterr().out
    done = run(folder, "check")
    assert done.stdout.startswith(str(default_config()))
    assert "'gesturepose check gestures.toml' checks it" in done.stderr


def test_consent_holds_for_a_place_however_it_is_reached(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    agree_to(link / "gestures.toml")
    monkeypatch.chdir(link)
    assert look_for_config(None).unused is None
    other = tmp_path / "other"
    other.mkdir()
    (other / "gestures.toml").write_text(STRANGE)
    monkeypatch.chdir(other)
    assert look_for_config(None).unused is not None


def test_a_copy_of_the_packaged_mapping_needs_no_consent(folder: Path) -> None:
    (folder / "gestures.toml").write_bytes(default_config().read_bytes())
    assert look_for_config(None) == FoundConfig(default_config())


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "gestures.toml").chmod(0o666), "everybody may change it"),
        (lambda folder: folder.chmod(0o777), "everybody may change its folder"),
        (
            lambda folder: os.chown(folder / "gestures.toml", 12345, -1),
            "it belongs to another user",
        ),
        (lambda folder: os.chown(folder, 12345, -1), "its folder belongs to another user"),
    ],
)
def test_consent_does_not_hold_where_others_may_change_the_mapping(
    folder: Path, change: object, said: str
) -> None:
    if "another" in said and os.geteuid() != 0:
        pytest.skip("only root gives files away")
    agree_to(folder / "gestures.toml")
    assert look_for_config(None).unused is None
    change(folder)  # type: ignore[operator]
    found = look_for_config(None)
    assert found.path == default_config()
    assert found.open_to == said


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_in_a_sticky_folder_ones_own_mapping_is_ones_own(folder: Path) -> None:
    agree_to(folder / "gestures.toml")
    folder.chmod(0o1777)
    assert look_for_config(None).unused is None


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]", b"{", b"[" * 100_000, b'{"a": 3}'])
def test_a_broken_record_of_consent_is_no_consent(
    folder: Path, tmp_path: Path, content: bytes
) -> None:
    record = tmp_path / "config" / "gesturepose" / "folders.json"
    record.parent.mkdir(parents=True)
    record.write_bytes(content)
    assert look_for_config(None).unused is not None
    agree_to(folder / "gestures.toml")
    assert look_for_config(None).unused is None
    assert json.loads(record.read_text()) == {str(folder / "gestures.toml"): "agreed"}


# In the app


@pytest.fixture
def app(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[App]:
    del folder
    preferences = Preferences(QSettings(str(tmp_path / "app.ini"), QSettings.Format.IniFormat))
    preferences.first_run_done = True
    found = App(look_for_config(None), source="demo", practice=True, preferences=preferences)
    qtbot.addWidget(found.window)
    found.start()
    yield found
    found.tray.hide()
    assert found.end()


def press(app: App, number: int) -> None:
    buttons = [b for b in app.window.notices.findChildren(QPushButton) if not b.isHidden()]
    QTest.mouseClick(buttons[number], Qt.MouseButton.LeftButton)


def test_the_app_asks_and_uses_the_mapping_when_told_to(app: App, folder: Path) -> None:
    here = folder / "gestures.toml"
    asked = app.window.notices.text
    assert asked.startswith(f"Use the mapping of this folder? {here} has 1 action (launch)")
    assert "one of which starts a program" in asked
    assert app.document.path == default_config()
    assert f"Mapping: {default_config()}" in app.window.log.text
    press(app, 0)
    assert app.window.notices.text == ""
    assert [binding.kind for binding in app.document.config.bindings] == ["launch"]
    assert f"Mapping: {here}" in app.window.log.text
    assert str(here) in app.window.mapping.file.text()
    assert look_for_config(None).unused is None


def test_the_app_asks_no_more_once_it_was_refused(app: App, folder: Path) -> None:
    press(app, 1)
    assert app.window.notices.text == ""
    assert app.document.path == default_config()
    assert folder_consent.answer_for(folder / "gestures.toml") == "declined"
    app.folder_mapping.ask()
    assert app.window.notices.text == ""
    assert look_for_config(None).path == default_config()

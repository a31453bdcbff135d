"""A full disk: one line, a clear end or none at all, and no key down.

``/dev/full`` refuses from the first byte; a limit on the size of files refuses in the middle.
"""

from __future__ import annotations

import contextlib
import json
import logging
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings
from support_held_keys import HoldingProgram, KeysDown, keys_down, raised
from support_x11 import XServer, x_server

from gesturepose import config_file
from gesturepose.config import ConfigError
from gesturepose.gui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["keys_down", "raised", "x_server"]
pytestmark = [
    pytest.mark.x11,
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system"),
]


@contextlib.contextmanager
def files_limited(size: int) -> Iterator[None]:
    """Let no file of this process, or one started meanwhile, grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--events", "events can no longer be written: No space left on device"),
        ("--record", "record: /dev/full can no longer be written: No space left on device"),
    ],
)
def test_a_disk_that_is_full_from_the_start_is_one_line(
    x_server: XServer, raised: Path, tmp_path: Path, option: str, said: str
) -> None:
    with HoldingProgram(tmp_path, raised, x_server, option, "/dev/full") as running:
        assert running.wait() == 1
        assert running.errors == [f"gesturepose: {said}"]


def test_a_disk_that_becomes_full_while_keys_are_held_lets_go_of_them(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.poses.jsonl"
    # Above what is written before the keys go down, below what the minute makes.
    with files_limited(60_000):
        running = HoldingProgram(tmp_path, raised, x_server, "--record", target)
    with running:
        keys_down.wait_for(2)
        assert running.wait(60.0) == 1
        assert keys_down() == []
        assert running.errors == [
            f"gesturepose: record: {target} can no longer be written: File too large"
        ]
    whole = target.read_text().splitlines()[:-1]
    assert [json.loads(line) for line in whole]


def test_where_nothing_can_be_written_about_held_keys_they_come_up_all_the_same(
    x_server: XServer, keys_down: KeysDown, raised: Path, tmp_path: Path
) -> None:
    with HoldingProgram(
        tmp_path,
        raised,
        x_server,
        "--events",
        "/dev/null",
        more_environment={"XDG_RUNTIME_DIR": "/dev/null", "XDG_STATE_HOME": "/dev/null"},
    ) as running:
        keys_down.wait_for(2)
        running.send(signal.SIGKILL)
        keys_down.wait_for(0, 5.0)


def test_what_the_app_remembers_cannot_be_saved_and_that_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "app.ini"
    preferences = Preferences(QSettings(str(path), QSettings.Format.IniFormat))
    with files_limited(0), caplog.at_level(logging.WARNING):
        preferences.source = "demo"
        preferences.flush()
    (line,) = caplog.messages
    assert str(path) in line
    assert "make room on the disk" in line
    preferences.deleteLater()


def test_a_mapping_that_cannot_be_saved_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "gestures.toml"
    path.write_text("[control]\n")
    stored = config_file.read(path)
    with files_limited(4), pytest.raises(ConfigError, match="cannot be saved: File too large"):
        config_file.write(path, "[control]\nwake = 'wave'\n", like=stored)
    assert path.read_text() == "[control]\n"
    assert list(tmp_path.iterdir()) == [path]

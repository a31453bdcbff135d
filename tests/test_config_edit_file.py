"""gestures.toml on the disk while it is edited: whole or not at all, never over others' work."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from gesturepose.config import ConfigError
from gesturepose.config_edit import ConfigEditor
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = '[control]\nengaged_s = 15.0  # long\n\n[[bindings]]\ngesture = "wave"\npress = "a"\n'
BROKEN = MAPPING.replace('"a"', '"no-such-key"').replace("15.0", "-1")


def _edit(folder: Path, text: str = MAPPING) -> ConfigEditor:
    path = folder / "gestures.toml"
    path.write_text(text, encoding="utf-8")
    return ConfigEditor(path)


def _write(path: Path, text: str) -> None:
    """Write as an editor does that replaces the file."""
    new = path.with_suffix(".tmp")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def test_a_valid_change_from_outside_is_taken_and_can_be_undone(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    assert not editor.look()
    _write(editor.path, MAPPING.replace("15.0", "9.0"))
    assert editor.look()
    assert editor.config.control.engaged_s == 9.0
    assert not editor.look()
    editor.undo()
    assert editor.path.read_text(encoding="utf-8") == MAPPING
    assert not editor.look()


def test_what_was_saved_here_is_no_change_from_outside(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    editor.set_value(("control", "engaged_s"), 3.0)
    assert not editor.look()
    assert not editor.look(thorough=True)
    assert editor.undo_label == "Change engaged s"


def test_every_error_is_told_and_nothing_is_written_until_they_are_gone(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    _write(editor.path, BROKEN)
    assert editor.look()
    assert [problem.partition(": ")[0] for problem in editor.problems] == [
        "gestures.toml:2",
        "gestures.toml:6",
    ]
    assert editor.config.control.engaged_s == 15.0
    for change in (
        lambda: editor.set_value(("control", "engaged_s"), 3.0),
        lambda: editor.delete_binding(0),
        editor.undo,
        editor.save,
    ):
        with pytest.raises(ConfigError, match="has errors; correct them"):
            change()
    assert editor.path.read_text(encoding="utf-8") == BROKEN
    _write(editor.path, MAPPING)
    assert editor.look()
    assert editor.problems == []
    editor.set_value(("control", "engaged_s"), 3.0)
    assert editor.path.read_text(encoding="utf-8") == MAPPING.replace("15.0 ", "3.0  ")


def test_a_file_with_errors_from_the_start_is_never_undone_to_nothing(tmp_path: Path) -> None:
    editor = _edit(tmp_path, BROKEN)
    assert len(editor.problems) == 2
    assert editor.config.bindings  # the default ones
    _write(editor.path, MAPPING)
    assert editor.look()
    assert [b.press for b in editor.config.bindings] == ["a"]
    assert not editor.can_undo


def test_text_that_is_no_text_is_an_error_like_others(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    editor.path.write_bytes(b"\xff\xfe")
    assert editor.look()
    assert "save it as UTF-8" in editor.problems[0]


def test_a_change_by_index_is_refused_once_when_the_file_just_changed(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    first = '[[bindings]]\ngesture = "clap"\npress = "b"\n'
    _write(editor.path, first + MAPPING)
    with pytest.raises(ConfigError, match="just changed in another program"):
        editor.delete_binding(0)
    assert editor.config.bindings[0].gesture == "clap"
    editor.delete_binding(0)
    assert [b.gesture for b in editor.config.bindings] == ["wave"]
    # A place is a place, whoever wrote the rest.
    _write(editor.path, first + MAPPING)
    editor.set_value(("control", "engaged_s"), 3.0)
    assert len(editor.config.bindings) == 2


def test_an_emptied_file_may_be_in_the_middle_of_a_save(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    editor.path.write_text("", encoding="utf-8")
    assert not editor.look()
    editor.path.write_text(MAPPING.replace("15.0", "9.0"), encoding="utf-8")
    assert editor.look()
    editor.path.write_text("", encoding="utf-8")
    os.utime(editor.path, (1, 1))
    assert editor.look()
    assert editor.config.bindings == ()


def test_a_deleted_file_is_written_again(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    editor.path.unlink()
    assert not editor.look()
    assert editor.config.bindings
    editor.set_value(("control", "engaged_s"), 3.0)
    assert editor.path.read_text(encoding="utf-8") == MAPPING.replace("15.0 ", "3.0  ")


def test_line_ends_mark_mode_and_link_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_bytes(b"\xef\xbb\xbf" + MAPPING.replace("\n", "\r\n").encode())
    real.chmod(0o640)
    link = tmp_path / "gestures.toml"
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("links need a right that is missing here")
    editor = ConfigEditor(link)
    editor.set_value(("control", "engaged_s"), 3.0)
    wanted = MAPPING.replace("15.0 ", "3.0  ").replace("\n", "\r\n")
    assert real.read_bytes() == b"\xef\xbb\xbf" + wanted.encode()
    assert link.is_symlink()
    if sys.platform != "win32":
        assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gestures.toml", "real.toml"]


def test_the_packaged_default_is_copied_and_never_written(tmp_path: Path) -> None:
    packaged = default_config().read_bytes()
    own = tmp_path / "new folder" / "gestures.toml"
    editor = ConfigEditor(default_config(), own_path=own)
    assert editor.is_packaged
    editor.set_value(("control", "engaged_s"), 3.0)
    assert editor.path == own
    assert not editor.is_packaged
    assert default_config().read_bytes() == packaged
    assert own.read_bytes() == packaged.replace(b"engaged_s = 15.0 ", b"engaged_s = 3.0  ")
    editor.undo()
    assert own.read_bytes() == packaged
    # Another one started with the default must not write over the copy.
    other = ConfigEditor(default_config(), own_path=own)
    with pytest.raises(ConfigError, match="exists already"):
        other.set_value(("control", "engaged_s"), 4.0)
    assert own.read_bytes() == packaged


def test_what_cannot_be_saved_is_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = _edit(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ConfigError, match="cannot be saved: No space left on device"):
            editor.set_value(("control", "engaged_s"), 3.0)
    assert editor.text == MAPPING
    assert editor.config.control.engaged_s == 15.0
    assert not editor.can_undo
    assert [path.name for path in tmp_path.iterdir()] == ["gestures.toml"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(ConfigError, match="may only be read"):
            editor.delete_binding(0)
    assert editor.path.read_text(encoding="utf-8") == MAPPING


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        ConfigEditor(tmp_path / "gestures.toml")

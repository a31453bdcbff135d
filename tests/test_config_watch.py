"""Watching gestures.toml: each change is told once, and what is wrong with it in words."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support_pipeline import default

from gesturepose.actions.settings import Binding
from gesturepose.config_watch import ConfigWatch
from gesturepose.errors import UsageError
from gesturepose.headless import _Mapping
from gesturepose.platforms.hotkeys import PauseHotkey

if TYPE_CHECKING:
    from gesturepose.config import Config


class Reader:
    """What a watch told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.problems: list[list[str]] = []

    def watch(self, path: Path, seen: str | None = None) -> ConfigWatch:
        return ConfigWatch(
            path, on_text=self.texts.append, on_problems=self.problems.append, seen=seen
        )


def save(path: Path, text: str) -> None:
    path.write_text(text)
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


def test_each_change_is_told_once(tmp_path: Path) -> None:
    path, reader = tmp_path / "gestures.toml", Reader()
    path.write_text("")
    watch = reader.watch(path)
    watch.look()
    assert reader.texts == []
    save(path, "[control]\n")
    watch.look()
    watch.look()
    save(path, "[control]\n")  # touched, not changed
    watch.look()
    save(path, "")
    watch.look()
    assert reader.texts == ["[control]\n", ""]


def test_a_file_that_is_replaced_and_away_for_a_moment(tmp_path: Path) -> None:
    path, reader = tmp_path / "gestures.toml", Reader()
    path.write_text("a = 1")
    watch = reader.watch(path)
    before = path.stat()
    path.unlink()
    watch.look()
    other = tmp_path / "new.toml"
    other.write_text("b = 2")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))  # same time, same size
    other.replace(path)
    watch.look()
    assert (reader.texts, reader.problems) == (["b = 2"], [])


def test_what_one_writes_oneself_is_no_change(tmp_path: Path) -> None:
    path, reader = tmp_path / "gestures.toml", Reader()
    path.write_text("a = 1")
    watch = reader.watch(path, seen="a = 1")
    watch.look()
    watch.expect("a = 2")
    save(path, "a = 2")
    watch.look()
    assert reader.texts == []
    save(path, "a = 3")
    watch.look()
    assert reader.texts == ["a = 3"]


def test_a_change_between_reading_and_watching_is_seen(tmp_path: Path) -> None:
    path, reader = tmp_path / "gestures.toml", Reader()
    path.write_text("a = 2")
    reader.watch(path, seen="a = 1").look()
    assert reader.texts == ["a = 2"]


def test_a_file_that_cannot_be_read_is_a_problem_told_once(tmp_path: Path) -> None:
    path, reader = tmp_path / "gestures.toml", Reader()
    path.write_text("")
    watch = reader.watch(path)
    path.write_bytes(b"\xff\xfe\x00")
    watch.look()
    watch.look()
    assert len(reader.problems) == 1
    assert "not UTF-8" in reader.problems[0][0]


# In the front end without a window


class Engine:
    """Stands where an engine stands, and keeps what it is given."""

    def __init__(self) -> None:
        self.mappings: list[Config] = []

    def replace_mapping(self, config: Config) -> None:
        self.mappings.append(config)


def refuse(config: Config) -> Config:
    if config.control.engaged_s == 3.0:
        raise UsageError("no!")
    return config


def test_headless_swaps_the_mapping_for_each_change(tmp_path: Path) -> None:
    path, engine = tmp_path / "gestures.toml", Engine()
    path.write_text("")
    hotkey = PauseHotkey(lambda: None)
    mapping = _Mapping(path, engine, hotkey, refuse)  # type: ignore[arg-type]
    save(path, "[control]\nengaged_s = 7\npause_hotkey = ''\n")
    mapping.look()
    mapping.look()
    assert [config.control.engaged_s for config in engine.mappings] == [7.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[control]\nwake = 3\n", "control.wake"),
        ("[control", "gestures.toml:1:9: "),
        ("[control]\nengaged_s = 3\n", "no!"),
        ("[control]\npause_hotkey = 'a'\n", "could not be typed any more"),
    ],
)
def test_headless_keeps_the_old_mapping_when_the_new_one_is_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, said: str
) -> None:
    path, engine = tmp_path / "gestures.toml", Engine()
    path.write_text("# before")
    mapping = _Mapping(path, engine, PauseHotkey(lambda: None), refuse)  # type: ignore[arg-type]
    save(path, text)
    with caplog.at_level(logging.WARNING):
        mapping.look()
    assert engine.mappings == []
    (record,) = caplog.records
    assert record.getMessage().startswith("keeping the mapping as it was: ")
    assert said in record.getMessage()


@pytest.mark.parametrize("acting", [True, False])
@pytest.mark.parametrize("gesture", ["arms_crossed", ""])
def test_headless_names_the_ways_out_that_are_left_where_it_acts_without_the_pause_keys(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    gesture: str,
    *,
    acting: bool,
) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    config = default()
    if gesture:
        pausing = Binding(gesture=gesture, control="pause")
        config = config.model_copy(update={"bindings": (*config.bindings, pausing)})
    mapping = _Mapping(
        Path("none"),
        Engine(),  # type: ignore[arg-type]
        PauseHotkey(lambda: None),
        refuse,
        acting=acting,
    )
    with caplog.at_level(logging.WARNING):
        mapping.listen(config)
        mapping.listen(config)
    assert len(caplog.records) == acting
    if acting:
        assert "Wayland" in caplog.text
        assert "Ctrl+C or SIGTERM" in caplog.text
        assert ("pause with the gesture arms_crossed" in caplog.text) == bool(gesture)

"""Watching gestures.toml: each change is told once, and what is wrong with it in words."""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path

import pytest

from gesturepose.config import Config, parse_config
from gesturepose.config_watch import ConfigWatch
from gesturepose.errors import UsageError
from gesturepose.headless import _Mapping
from gesturepose.platforms.hotkeys import PauseHotkey


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


@pytest.mark.parametrize(("chord", "complains"), [("ctrl+alt+p", False), ("ctrl+f9", True)])
def test_headless_complains_of_a_missing_shortcut_only_if_somebody_chose_it(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    chord: str,
    *,
    complains: bool,
) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    config = parse_config(f"[control]\npause_hotkey = '{chord}'\n")
    listen = partial(_Mapping.listen, config=config)
    mapping = _Mapping(Path("none"), Engine(), PauseHotkey(lambda: None), refuse)  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        listen(mapping)
        listen(mapping)
    assert len(caplog.records) == complains
    if complains:
        assert "Wayland" in caplog.records[0].getMessage()

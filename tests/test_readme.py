"""The README says what the program does: its examples are valid, its tables complete and true."""

from __future__ import annotations

import importlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support_x11 import REPO

from gesturepose.actions.settings import KINDS
from gesturepose.cli_options import make_parser
from gesturepose.config import Config, load_config, parse_config
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Iterator

README = (REPO / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _cells(start: str) -> Iterator[list[str]]:
    """Rows of the table whose header begins with ``start``."""
    table = README.split(f"\n{start}", 1)[1].split("\n\n", 1)[0]
    for row in table.splitlines()[2:]:
        yield [cell.strip() for cell in row.strip("|").split(" | ")]


def test_gesture_table_lists_the_default_gestures_with_their_pictures_and_bindings() -> None:
    config = load_config(default_config())
    rows = {cells[0].split("`")[1]: cells for cells in _cells("| gesture |")}
    assert list(rows) == list(config.gestures)
    for name, cells in rows.items():
        picture = re.search(r'src="([^"]+)"', cells[0])
        assert picture is not None
        assert picture[1] == f"packaging/pictures/{name}.svg"
        assert cells[1] == config.gestures[name].description
    bound = {name: cells[2] for name, cells in rows.items() if cells[2].strip("| ")}
    assert set(bound) == {binding.gesture for binding in config.bindings}
    for binding in config.bindings:
        assert f'`{binding.kind} = "{getattr(binding, binding.kind)}"`' in bound[binding.gesture]
        assert ("*browser*" in bound[binding.gesture]) == (binding.app is not None)


def test_gesture_pictures_obey_the_rules_they_illustrate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(REPO / "packaging")
    icons = importlib.import_module("gesture_icons")
    for name, gesture in load_config(default_config()).gestures.items():
        icons.check(name, gesture)
        picture = REPO / "packaging" / "pictures" / f"{name}.svg"
        assert picture.read_text(encoding="utf-8") == icons.draw(name), (
            "run packaging/draw_pictures.py"
        )


def test_linked_files_exist() -> None:
    links = re.findall(r'(?:\]\(|src=")([^")#]+)', README)
    assert links
    missing = [link for link in links if "://" not in link and not (REPO / link).exists()]
    assert missing == []


def test_toml_examples_are_valid() -> None:
    bindings, gestures = _blocks("toml")
    config = parse_config(bindings)
    assert len(config.bindings) == bindings.count("[[bindings]]")
    assert len(parse_config(gestures).gestures) == gestures.count("\n[gestures.") + 1


def test_action_table_lists_every_kind_with_a_valid_example() -> None:
    rows = {cells[0].strip("`"): cells[1] for cells in _cells("| action |")}
    assert tuple(rows) == KINDS
    for kind, example in rows.items():
        allow = "[control]\nallow_commands = true\n" if kind == "run" else ""
        text = f'{allow}[[bindings]]\ngesture = "wave"\n{kind} = {example.strip("`")}\n'
        assert parse_config(text).bindings[0].kind == kind


def test_settings_table_names_settings_and_their_defaults() -> None:
    defaults: dict[str, Any] = Config().model_dump()
    for names, values, _ in _cells("| setting |"):
        table, *settings = (name.strip("[]") for name in re.findall(r"`([^`]+)`", names))
        written = re.findall(r"`([^`]+)`", values)
        for setting in settings:
            assert setting in defaults[table], f"{table}.{setting}"
        if not written:
            assert [defaults[table][setting] for setting in settings] == [None]
        for setting, value in zip(settings, written, strict=False):
            assert defaults[table][setting] == json.loads(value), f"{table}.{setting}"
    listed = {c[0] for c in _cells("| setting |")}
    for table in ("control", "camera", "model"):
        for setting in defaults[table]:
            assert any(f"`[{table}]`" in c and f"`{setting}`" in c for c in listed), setting


def test_option_table_lists_every_option() -> None:
    parser, _ = make_parser()
    named = set(re.findall(r"--[a-z-]+", " ".join(c[0] for c in _cells("| option |"))))
    known = {flag for action in parser._actions for flag in action.option_strings}
    unlisted = {"-h", "--help", "--version", "--no-gui"}
    assert named == known - unlisted


@pytest.mark.parametrize("line", [x for b in _blocks("json") for x in b.splitlines()])
def test_event_examples_are_json(line: str) -> None:
    if "..." in line:
        line = re.sub(r"\[\[x,y,score\].*?\]", "[]", line)
    assert json.loads(line)["type" if "type" in line else "t"]


def test_recognised_gestures_in_the_sample_output_are_those_of_the_demo_clip() -> None:
    labels = json.loads((REPO / "gesturepose/capture/demo/demo.json").read_text(encoding="utf-8"))
    output = next(b for b in _blocks("text") if "watching demo" in b)
    named = re.findall(r"^ +[\d.]+ s  ([a-z][a-z ]*)$", output, re.MULTILINE)
    assert [n.replace(" ", "_") for n in named] == [g["name"] for g in labels["gestures"]]


def test_every_test_that_holds_a_promise_exists() -> None:
    text = (REPO / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", text)
    assert len(named) > 20
    for file, test in named:
        source = (REPO / "tests" / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, f"{file}::{test}"

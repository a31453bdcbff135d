"""Which clips and recordings a path means, and what a label file must be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support_recordings import label, write_labels, write_set
from support_x11 import REPO

from gesturepose.errors import UsageError
from gesturepose.evaluation.labels import Interval, Label, LabelledSource
from gesturepose.evaluation.sources import find_sources, label_file_of
from gesturepose.resources import demo_clip

if TYPE_CHECKING:
    from collections.abc import Sequence


def found(*paths: Path | str, idle: bool = False) -> list[tuple[str, int, bool]]:
    sources = find_sources(map(str, paths), idle=idle)
    return [(s.path.name, len(s.gestures), s.labelled) for s in sources]


def test_a_folder_stands_for_its_labels_and_for_what_has_none(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    (folder / "e.mp4").touch()
    (folder / "notes.txt").touch()
    (folder / "deeper").mkdir()
    expected = [
        ("a.poses.jsonl", 2, True),
        ("b.poses.jsonl", 0, True),
        ("c.poses.jsonl", 0, True),
        ("d.poses.jsonl", 0, False),
        ("e.mp4", 0, False),
    ]
    assert found(folder) == expected
    assert found(folder, folder / "a.json", folder / "d.poses.jsonl") == expected, "each once"
    assert [labelled for *_, labelled in found(folder, idle=True)] == [True] * 5


def test_a_recording_of_a_labelled_clip_counts_once_in_a_folder(tmp_path: Path) -> None:
    for name in ("x.mp4", "x.poses.jsonl"):
        (tmp_path / name).touch()
    (tmp_path / "x.json").write_text('{"video": "x.mp4", "gestures": []}')
    assert found(tmp_path) == [("x.mp4", 0, True)]
    assert found(tmp_path / "x.poses.jsonl") == [("x.poses.jsonl", 0, True)]


def test_labels_lie_beside_what_they_label(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    assert found(folder / "a.json") == found(folder / "a.poses.jsonl")
    assert found(folder / "d.poses.jsonl") == [("d.poses.jsonl", 0, False)]
    names = {
        "c.mp4": "c.json",
        "r.poses.jsonl": "r.json",
        "R.JSONL": "R.json",
        "a.b.avi": "a.b.json",
    }
    assert {name: label_file_of(Path(name)).name for name in names} == names


def test_the_bundled_clip_is_labelled() -> None:
    assert found("demo") == [("demo.mp4", 7, True)]
    assert find_sources(["demo"])[0].path == demo_clip()


def test_everything_a_label_file_may_say(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").touch()
    drink = {"name": "drink", "start_s": 5, "end_s": 6.5, "prop": "mug"}
    document = {"video": "x.mp4", "gestures": [label("wave", 1, 2.5, 2)], "negatives": [drink]}
    (tmp_path / "x.json").write_text(json.dumps(document))
    assert LabelledSource.read(tmp_path / "x.json") == LabelledSource(
        tmp_path / "x.mp4",
        gestures=(Label("wave", 1.0, 2.5, 2.0),),
        negatives=(Interval("drink", 5.0, 6.5),),
    )


def test_the_label_file_of_the_readme_is_one(tmp_path: Path) -> None:
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    (tmp_path / "evening.poses.jsonl").touch()
    (tmp_path / "x.json").write_text(readme.split("```js\n")[1].split("```")[0])
    source = LabelledSource.read(tmp_path / "x.json")
    assert [len(part) for part in (source.gestures, source.ignore, source.negatives)] == [1, 1, 1]


def entry(**more: Any) -> list[dict[str, Any]]:
    return [{**label("wave", 1, 2, 3), **more}]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ([], "no label file"),
        ({}, "lacks 'source'"),
        ({"source": "x.mp4"}, "lacks 'gestures'"),
        ({"source": 3, "gestures": []}, "no label file"),
        ({"source": "x.mp4", "gestures": 3}, "no label file"),
        ({"source": "x.mp4", "gestures": [3]}, "no label file"),
        ({"source": "x.mp4", "gestures": [{"name": "wave", "start_s": 1}]}, "lacks 'end_s'"),
        ({"source": "x.mp4", "gestures": entry(name=3)}, "name 3 is no text"),
        ({"source": "x.mp4", "gestures": entry(start_s="1")}, "start_s '1' is no time"),
        ({"source": "x.mp4", "gestures": entry(stroke_s=float("nan"))}, "stroke_s nan is no time"),
        ({"source": "x.mp4", "gestures": entry(end_s=True)}, "end_s True is no time"),
        ({"source": "x.mp4", "gestures": entry(end_s=0.5)}, "ends at 0.5 s, before its start"),
        ({"source": "x.mp4", "gestures": [], "ignore": [{}]}, "lacks 'name'"),
        ({"source": "gone.mp4", "gestures": []}, "labels gone.mp4, which is not beside it"),
        ({"source": ".", "gestures": []}, "which is not beside it"),
    ],
)
def test_what_is_no_label_file_is_refused(tmp_path: Path, document: object, reason: str) -> None:
    (tmp_path / "x.mp4").touch()
    text = document if isinstance(document, str) else json.dumps(document)
    (tmp_path / "x.json").write_text(text)
    for given in (tmp_path / "x.json", tmp_path):
        with pytest.raises(UsageError) as error:
            find_sources([str(given)])
        assert str(error.value).startswith(str(tmp_path / "x.json"))
        assert reason in str(error.value)


@pytest.mark.parametrize("name", ["b.json", "b.mp4", "b"])
def test_what_is_missing_is_named(tmp_path: Path, name: str) -> None:
    write_labels(tmp_path / "a.json", "a.poses.jsonl")
    with pytest.raises(UsageError, match=rf"{name}"):
        find_sources([str(tmp_path / name)])


def test_a_folder_without_clips_is_told(tmp_path: Path) -> None:
    paths: Sequence[str] = [str(tmp_path)]
    with pytest.raises(UsageError, match="no clip or recording found"):
        find_sources(paths)

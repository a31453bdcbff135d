"""``gesturepose models``: what the tables say, from real cards and real networks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from gesturepose import resources
from gesturepose.cli import main
from gesturepose.evaluation.model_speed import time_models
from gesturepose.evaluation.model_table import Speed, describe, format_models
from gesturepose.pose.adding import NewModel, add_model
from gesturepose.pose.card import list_models
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.top_down_rule import HEATMAPS
from gesturepose.pose.two_stage import TwoStageEstimator

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT = "movenet-multipose"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "share" / "gesturepose" / "models"


def models(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["models", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return str(out)


def cells(out: str, name: str) -> dict[str, str]:
    heading, *rows = out.split("\n\n", maxsplit=1)[0].splitlines()
    row = next(row for row in rows if row.startswith(f"{name} "))
    return dict(zip(heading.split(), re.split(r" {2,}", row), strict=True))


def edit_card(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    """Give the user's folder a copy of the default network's card, changed."""
    folder.mkdir(parents=True, exist_ok=True)
    card = (resources.models_dir() / f"{DEFAULT}.toml").read_text("utf-8")
    for pattern, replacement in changes:
        card, count = re.subn(pattern, replacement, card, flags=re.MULTILINE | re.DOTALL)
        assert count
    (folder / f"{name}.toml").write_text(card, "utf-8")


@pytest.mark.usefixtures("folder")
def test_every_network_is_told_with_what_it_costs(capsys: pytest.CaptureFixture[str]) -> None:
    out = models(capsys, "--no-time")
    names = [row.split()[0] for row in out.split("\n\n")[0].splitlines()[1:]]
    assert names == sorted(path.stem for path in resources.models_dir().glob("*.onnx"))
    assert cells(out, DEFAULT) == {
        "NAME": DEFAULT,
        "FAMILY": DEFAULT,
        "INPUT": "256 px",
        "PEOPLE": "6",
        "PARAMS": "4.72 M",
        "GFLOPS": "1.46",
        "MS": "-",
        "LICENCE": "Apache-2.0",
    }
    assert "MS:" not in out  # nothing was timed that would want explaining


@pytest.mark.usefixtures("folder")
def test_accuracy_says_on_what_and_who_published_it(capsys: pytest.CaptureFixture[str]) -> None:
    out = models(capsys, "--no-time")
    lines = out[out.index("ACCURACY") :].splitlines()
    line = next(line for line in lines if line.startswith("movenet-lightning "))
    measured, published = re.findall(r"AP ([\d.]+) (?:published )?\[(\d+)\]", line)
    assert float(measured[0]) < float(published[0])

    def note(number: str) -> str:
        told = out[out.index(f"\n[{number}] ") :].split("\n[", 2)[1]
        return " ".join(told.split())

    assert "83 photographs sampled from COCO 2017" in note(measured[1])
    assert "published" not in note(measured[1])
    assert "published by TensorFlow, https://" in note(published[1])


@pytest.mark.usefixtures("folder")
def test_families_without_trained_networks_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    out = " ".join(models(capsys, "--no-time").split())
    (listed,) = re.findall(r"definitions only: ([^.]*)\.", out)
    families = {model.card.family for model in list_models()}
    assert set(listed.split(", ")) == FAMILIES.keys() - families
    assert "personlab" not in listed


def test_the_tables_fit_a_terminal(folder: Path) -> None:
    edit_card(folder, "movenet-multipose-int8", ("^title", "title"))
    (folder / "movenet-multipose-int8.onnx").touch()
    listed = list_models()
    assert "movenet-multipose-int8" in [model.name for model in listed]
    speeds = {model.name: Speed(123.4, "CPUExecutionProvider") for model in listed}
    lines = format_models(listed, speeds).splitlines()
    assert max(map(len, lines)) <= 100
    assert not any(line.endswith(" ") for line in lines)


def test_what_is_not_known_is_not_made_up(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    edit_card(
        folder, "mine", (r"^parameters.*?\n", ""), (r"^gflops.*?\n", ""), (r"\[\[accuracy.*", "")
    )
    (folder / "mine.onnx").write_bytes(b"0" * 1000)
    out = models(capsys, "--no-time")
    known = cells(out, "mine")
    assert known["PARAMS"] == known["GFLOPS"] == known["MS"] == "-"
    assert re.search(r"^mine +not measured$", out, re.MULTILINE)


def test_terminals_are_not_garbled_by_a_card(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    edit_card(
        folder,
        "mine",
        (r'^licence = ".*?"', 'licence = "MIT\\\\u001b[31m"'),
        (r'^data = "six', 'data = "\\\\u001b[31msix'),
    )
    (folder / "mine.onnx").touch()
    out = models(capsys, "--no-time")
    assert "\x1b" not in out
    assert r"MIT\x1b[31m" in out


@pytest.mark.usefixtures("folder")
def test_networks_are_timed_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    out = models(capsys)
    for model in list_models():
        assert float(cells(out, model.name)["MS"]) > 0
    assert "MS: milliseconds here and now" in out


def test_one_that_cannot_be_run_is_told_and_has_no_time(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    edit_card(folder, "broken", ("^title", "title"))
    (folder / "broken.onnx").write_bytes(b"no network")
    chosen = [model for model in list_models() if model.name in {"broken", "posenet"}]
    done: list[str] = []
    speeds = time_models(chosen, on_done=done.append)
    assert sorted(done) == ["broken", "posenet"]
    assert list(speeds) == ["posenet"]
    assert "broken.onnx" in caplog.text


@pytest.mark.usefixtures("folder")
def test_json_tells_everything(capsys: pytest.CaptureFixture[str]) -> None:
    found: list[dict[str, Any]] = json.loads(models(capsys, "--no-time", "--json"))
    entry = next(entry for entry in found if entry["name"] == DEFAULT)
    path = resources.models_dir() / f"{DEFAULT}.onnx"
    assert entry["bytes"] == path.stat().st_size
    assert (entry["ms"], entry["provider"]) == (None, None)
    assert entry["parameters"] == 4_723_364
    assert entry["accuracy"][0]["measure"] == "AP (OKS 0.50 to 0.95)"
    assert entry["accuracy"][0]["published_by"] is None
    (timed,) = describe([list_models()[0]], {found[0]["name"]: Speed(1.239, "CPU")})
    assert (timed["ms"], timed["provider"]) == (1.24, "CPU")


def add_crop_network(folder: Path) -> None:
    """Lightning's keypoint heatmaps, as a network that sees one person per crop."""
    new = NewModel(
        family=HEATMAPS,
        name="crops",
        licence="Apache-2.0",
        layout="NHWC",
        dtype="uint8",
        outputs={"heatmaps": "keypoint_heatmaps"},
        top_down={"width": 256, "height": 256, "grid": "centers"},
    )
    add_model(resources.models_dir() / "movenet-lightning.onnx", new, folder=folder)


def test_a_network_for_one_person_is_timed_on_one_and_the_table_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_crop_network(folder)
    finder_runs = []
    find = TwoStageEstimator.find

    def count(self: TwoStageEstimator, *asked: Any) -> Any:
        finder_runs.append(self.model_name)
        return find(self, *asked)

    monkeypatch.setattr(TwoStageEstimator, "find", count)
    listed = [model for model in list_models() if model.name in {"crops", "posenet"}]
    speeds = time_models(listed)
    assert finder_runs == ["crops"]  # for the box, before anything is timed
    assert speeds.keys() == {"crops", "posenet"}
    text = format_models(listed, speeds)
    assert cells(text, "crops")["MS"] == f"{speeds['crops'].ms:.1f}*"
    assert cells(text, "posenet")["MS"] == f"{speeds['posenet'].ms:.1f}"
    assert "* for each person there, whose box is known." in " ".join(text.split())
    told = {entry["name"]: entry["ms_per"] for entry in describe(listed, speeds)}
    assert told == {"crops": "person", "posenet": "picture"}
    # Untimed, there is nothing to explain.
    assert "whose box is known" not in models(capsys, "--no-time")

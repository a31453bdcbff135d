"""Finding networks and reading their cards."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

import pytest

from gesturepose import resources
from gesturepose.errors import ModelError
from gesturepose.pose import card
from gesturepose.pose.card import find_model, list_models, read_card

if TYPE_CHECKING:
    from pathlib import Path

BUNDLED = resources.models_dir() / "movenet-multipose.onnx"
NAMES = sorted(path.stem for path in BUNDLED.parent.glob("*.onnx"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data" / "models"
    monkeypatch.setattr(card, "user_models_dir", lambda: folder)
    return folder


def put(folder: Path, name: str, text: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    shutil.copy(BUNDLED, path)
    if text is None:
        shutil.copy(BUNDLED.with_suffix(".toml"), path.with_suffix(".toml"))
    else:
        path.with_suffix(".toml").write_text(text, encoding="utf-8")
    return path


def test_by_name_by_path_and_in_the_users_folder(tmp_path: Path, own_folder: Path) -> None:
    assert find_model("movenet-multipose").path == BUNDLED
    assert find_model(str(BUNDLED)).name == "movenet-multipose"
    elsewhere = put(tmp_path, "elsewhere")
    assert find_model(str(elsewhere)).path == elsewhere
    mine = put(own_folder, "mine")
    assert find_model("mine").path == mine
    assert [model.name for model in list_models()] == [*NAMES, "mine"]


def test_the_bundled_one_wins_over_one_of_the_same_name(own_folder: Path) -> None:
    put(own_folder, "movenet-multipose")
    assert find_model("movenet-multipose").path == BUNDLED
    assert BUNDLED in [model.path for model in list_models()]
    assert [model.name for model in list_models()] == NAMES


@pytest.mark.parametrize("name", ["movenet-multipos", "movenet", "MoveNet-MultiPose"])
def test_a_wrong_name_gets_a_suggestion_and_the_list(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_model(name)
    assert str(caught.value) == (
        f"no network named {name!r} (did you mean 'movenet-multipose'?); "
        f"there is: {', '.join(NAMES)}"
    )


def test_a_name_like_no_other_gets_the_list() -> None:
    with pytest.raises(ModelError) as caught:
        find_model("zzz")
    assert str(caught.value) == f"no network named 'zzz'; there is: {', '.join(NAMES)}"


def test_a_missing_file_a_folder_and_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such network file"):
        find_model(str(tmp_path / "none.onnx"))
    with pytest.raises(ModelError, match="no such network file"):
        find_model(f"{tmp_path}/")
    other = tmp_path / "net.tflite"
    other.touch()
    with pytest.raises(ModelError, match=r"a network is an \.onnx file with its card"):
        find_model(str(other))


def test_a_missing_card_says_where_to_write_it(tmp_path: Path) -> None:
    path = put(tmp_path, "bare")
    path.with_suffix(".toml").unlink()
    with pytest.raises(ModelError, match=r"bare\.onnx has no card: write .*bare\.toml"):
        find_model(str(path))


def test_a_broken_card_names_every_problem(tmp_path: Path) -> None:
    text = BUNDLED.with_suffix(".toml").read_text(encoding="utf-8")
    broken = (
        text.replace('family = "movenet-multipose"', 'family = "yolo"')
        .replace('skeleton = "coco17"', 'skeleton = "hand21"')
        .replace('colour = "RGB"', 'colour = "GBR"')
        .replace("max_people = 6", "max_people = 0\nauthor = 3")
    )
    with pytest.raises(ModelError) as caught:
        find_model(str(put(tmp_path, "broken", broken)))
    message = str(caught.value)
    assert "\n" not in message
    for part in (
        "family: no decoder for 'yolo'; there is movenet-multipose, ",
        "skeleton: no skeleton 'hand21'; there is coco17",
        "input.colour: ",
        "max_people: ",
        "author: ",
    ):
        assert part in message


@pytest.mark.parametrize("text", ["title =", "= 3", "[input", '"'])
def test_a_card_that_is_no_toml_says_where(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelError, match=r"is not valid TOML: .*(line 1|end of document)"):
        find_model(str(put(tmp_path, "broken", text)))


def test_a_card_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="cannot read the card"):
        read_card(path)
    with pytest.raises(ModelError, match="cannot read the card"):
        read_card(tmp_path)


def test_another_file_than_the_cards_is_used_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = put(tmp_path, "changed")
    path.write_bytes(path.read_bytes() + b"\x00")
    with caplog.at_level(logging.WARNING):
        assert find_model(str(path)).path == path
    assert "is not the file its card describes" in caplog.text


def test_a_broken_card_is_left_out_of_the_list_with_a_warning(
    own_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(own_folder, "broken", "title = 3")
    assert [model.name for model in list_models()] == NAMES
    assert "broken.toml is not valid" in caplog.text

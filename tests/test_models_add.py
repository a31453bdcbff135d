"""Networks of one's own: what fits is kept with a card, what does not is one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from gesturepose.cli import main
from gesturepose.errors import ModelError
from gesturepose.pose.adding import NewModel, add_model
from gesturepose.pose.card import find_model, read_card, user_models_dir
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.movenet_multipose import HEADS
from gesturepose.pose.session import PoseSession

if TYPE_CHECKING:
    from pathlib import Path

MEAN, STD = (104.0, 117.0, 123.0), (57.0, 58.0, 59.0)


def write_network(path: Path, *, rename: str = "", drop: str = "", channels: int = 3) -> Path:
    """A float32 NCHW network whose every head is a mean over the colours of 4x4 pixels."""
    nodes, weights, outputs = [], [], []
    for name, count in HEADS.items():
        if name == drop:
            continue
        kernel = np.full((count, channels, 4, 4), 1 / (16 * channels), np.float32)
        weights.append(numpy_helper.from_array(kernel, f"w_{name}"))
        called = rename + name
        nodes.append(helper.make_node("Conv", ["x", f"w_{name}"], [called], strides=[4, 4]))
        shape = [1, count, "h", "w"]
        outputs.append(helper.make_tensor_value_info(called, TensorProto.FLOAT, shape))
    picture = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels, "H", "W"])
    graph = helper.make_graph(nodes, "network", [picture], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def described(**more: object) -> NewModel:
    facts: dict[str, object] = {
        "family": "movenet-multipose",
        "name": "mine",
        "licence": "MIT",
        "colour": "BGR",
        "mean": MEAN,
        "std": STD,
    }
    return NewModel(**(facts | more))  # type: ignore[arg-type]


def test_what_fits_is_kept_and_gets_its_pictures_as_its_card_says(tmp_path: Path) -> None:
    model = add_model(write_network(tmp_path / "a.onnx"), described(), folder=tmp_path / "kept")
    assert model.card.licence == "MIT"
    assert model == find_model(str(model.path))
    session = PoseSession(model, FAMILIES["movenet-multipose"], device="cpu", threads=1)
    image = np.zeros((64, 64, 3), np.uint8)
    image[..., 0] = 200  # red
    heads = session.run(image)
    expected = np.mean([(0 - 104) / 57, (0 - 117) / 58, (200 - 123) / 59])
    assert heads["center_heatmap"] == pytest.approx(expected, abs=1e-4)
    session.close()


def test_other_names_of_outputs(tmp_path: Path) -> None:
    file = write_network(tmp_path / "a.onnx", rename="net/")
    with pytest.raises(ModelError, match="should take one picture"):
        add_model(file, described(), folder=tmp_path / "kept")
    outputs = {name: f"net/{name}" for name in HEADS}
    model = add_model(file, described(outputs=outputs), folder=tmp_path / "kept")
    assert read_card(model.path.with_suffix(".toml")).outputs == outputs


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"family": "movenet"}, "no family 'movenet'; there is movenet-multipose"),
        ({"name": "../up"}, "is no name for a network"),
        ({"layout": "NHWC"}, "does not run on a picture of 256x256 (float32 NHWC)"),
        ({"dtype": "uint8", "mean": (0, 0, 0)}, "is not a movenet-multipose pose network"),
        ({"std": (0.0, 1.0, 1.0)}, "input.std.0: Input should be greater than 0"),
        ({"licence": ""}, "licence"),
    ],
)
def test_what_does_not_fit_is_one_line_and_leaves_nothing(
    tmp_path: Path, more: dict[str, object], said: str
) -> None:
    file = write_network(tmp_path / "a.onnx")
    with pytest.raises(ModelError) as caught:
        add_model(file, described(**more), folder=tmp_path / "kept")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "kept").exists() or not list((tmp_path / "kept").iterdir())


def test_a_missing_output_a_cut_file_and_a_text_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    whole = write_network(tmp_path / "a.onnx")
    with pytest.raises(ModelError, match="keypoint_offsets"):
        add_model(
            write_network(tmp_path / "b.onnx", drop="keypoint_offsets"), described(), folder=folder
        )
    (tmp_path / "cut.onnx").write_bytes(whole.read_bytes()[:-2000])
    (tmp_path / "text.onnx").write_text("hello")
    for name in ("cut.onnx", "text.onnx"):
        with pytest.raises(ModelError, match=r"not a valid ONNX file|cannot be loaded"):
            add_model(tmp_path / name, described(), folder=folder)
    with pytest.raises(ModelError, match="no such network file"):
        add_model(tmp_path / "none.onnx", described(), folder=folder)


def test_the_command_adds_and_a_second_time_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    file = write_network(tmp_path / "mine.onnx")
    command = [
        *("models", "add", str(file), "--family", "movenet-multipose", "--licence", "MIT"),
        *("--colour", "BGR", "--mean", "104,117,123", "--std", "57,58,59"),
    ]
    assert main(command) == 0
    assert "--model mine" in capsys.readouterr().out
    if user_models_dir().is_relative_to(tmp_path):  # where the system follows that variable
        assert main(["models"]) == 0
        assert "mine" in capsys.readouterr().out
    assert main(command) == 2
    assert "already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add"], "models add needs FILE, --family and --licence"),
        (["add", "x.onnx", "--mean", "1,2"], "is not three numbers"),
        (["add", "x.onnx", "--output", "heads"], "is not NAME=FILES_NAME"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1

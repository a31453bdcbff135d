"""Networks that cannot be used: each is one clear line, whatever is wrong and however it is asked.

What onnxruntime says of broken bytes is in test_pose_session, what cards may say in test_pose_card.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from typing import TYPE_CHECKING, Any

import onnx
import pytest
from onnx import TensorProto, helper
from support_top_down import write_card, write_constant_network, write_heatmap_network

from gesturepose import resources
from gesturepose.cli import main
from gesturepose.pose.top_down_rule import HEATMAPS
from gesturepose.resources import demo_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SOURCE = resources.models_dir() / "movenet-lightning.onnx"
RUN = ["--no-gui", "--source", "demo", "--dry-run", "--max-seconds", "0.1", "--device", "cpu"]
LABELS = str(demo_clip().with_suffix(".json"))
EVALUATE = ["pose-eval", "--clip", LABELS, "--every", "200", "--device", "cpu"]


def far_too_new(model: Any) -> None:
    model.opset_import[0].version = 999


def far_too_new_a_format(model: Any) -> None:
    model.ir_version = 999


def of_an_unknown_operator(model: Any) -> None:
    model.graph.node[3].op_type = "Magic"


def of_somebody_elses_operators(model: Any) -> None:
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    model.graph.node[3].domain = "com.example"


def without_an_output(model: Any) -> None:
    del model.graph.output[-1]


def without_its_weights(model: Any) -> None:
    """They are said to be in another file, which did not come with it."""
    tensor = next(held for held in model.graph.initializer if len(held.raw_data) > 1000)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    place = tensor.external_data.add()
    place.key, place.value = "location", "weights.bin"


def with_an_input_of_another_type(model: Any) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT


BROKEN: dict[Callable[[Any], None], str] = {
    far_too_new: "cannot be loaded: it is of opset 999 of ai.onnx, this onnxruntime knows",
    far_too_new_a_format: "cannot be loaded: Unsupported model IR version: 999, max supported",
    of_an_unknown_operator: "is not a valid ONNX file: This is an invalid model. .*Magic",
    of_somebody_elses_operators: "cannot be loaded: .*com.example",
    without_an_output: "is not a movenet-single pose network: .* and give .*keypoint_offsets",
    without_its_weights: "cannot be loaded|is not a valid ONNX file",
    with_an_input_of_another_type: "is not a|cannot be loaded",
}


def put(path: Path, content: bytes) -> Path:
    """Write a network with the bundled one's card, which says that this is its file."""
    path.write_bytes(content)
    card = SOURCE.with_suffix(".toml").read_text(encoding="utf-8")
    digest = hashlib.sha256(content).hexdigest()
    card = re.sub(r'(?m)^sha256 = "\w+"', f'sha256 = "{digest}"', card, count=1)
    path.with_suffix(".toml").write_text(card, encoding="utf-8")
    return path


def refusal(
    path: Path, capsys: pytest.CaptureFixture[str], command: Sequence[str] = tuple(RUN)
) -> str:
    """What a command says of a network it cannot use: one line, and nothing on standard output."""
    assert main([*command, "--model", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("gesturepose: ")
    assert said.err.count("\n") == 1
    assert str(path) in said.err
    return said.err


@pytest.mark.parametrize("broken", BROKEN, ids=lambda edit: edit.__name__)
def test_a_network_that_is_no_more_what_its_card_says(
    broken: Callable[[Any], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = onnx.load(str(SOURCE))
    broken(model)
    path = put(tmp_path / "opset.onnx", model.SerializeToString())
    assert re.search(BROKEN[broken], refusal(path, capsys))


@pytest.mark.parametrize("left", [0, 100, 100_000, -10])
def test_a_truncated_network(left: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path / "cut.onnx", SOURCE.read_bytes()[:left])
    assert "is not a valid ONNX file" in refusal(path, capsys)


def test_no_card_and_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bare.onnx"
    shutil.copy(SOURCE, path)
    assert "has no card: write " in refusal(path, capsys)
    assert "no such network file" in refusal(tmp_path / "none.onnx", capsys)


def test_a_network_for_persons_is_refused_as_clearly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the two networks that work together the one that was asked for is at fault, and named."""
    path = write_heatmap_network(tmp_path / "dots.onnx")
    write_card(path, HEATMAPS, crops={"stride_px": 8})
    assert "do not fit crops of 192x256" in refusal(path, capsys, EVALUATE)
    write_card(path, HEATMAPS, size=(96, 128))
    assert "takes crops of 192x256, its card says 96x128" in refusal(path, capsys, EVALUATE)
    path.write_bytes(path.read_bytes()[:-50])
    write_card(path, HEATMAPS)
    assert "is not a valid ONNX file" in refusal(path, capsys, EVALUATE)


def test_a_batch_that_is_fixed_to_more_than_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_heatmap_network(tmp_path / "dots.onnx", batch=4)
    write_card(path, HEATMAPS)
    assert "it should take one picture" in refusal(path, capsys, EVALUATE)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda edit: edit.__name__)
def test_adding_refuses_the_same(
    broken: Callable[[Any], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    model = onnx.load(str(SOURCE))
    broken(model)
    file = tmp_path / "opset.onnx"
    file.write_bytes(model.SerializeToString())
    command = ["models", "add", str(file), "--family", "movenet-single", "--licence", "MIT"]
    assert main([*command, "--layout", "NHWC", "--dtype", "uint8"]) == 2
    said = capsys.readouterr()
    assert re.search(BROKEN[broken], said.err)
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert not list(tmp_path.glob("data/**/*.onnx"))


def test_a_sound_network_of_the_kind_is_not_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_constant_network(tmp_path / "middle.onnx", cell=(24, 32))
    write_card(path, HEATMAPS)
    assert main([*EVALUATE, "--model", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("middle, CPUExecutionProvider")
    assert "gesturepose:" not in said.err


def test_a_run_takes_a_network_for_persons_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_constant_network(tmp_path / "middle.onnx", cell=(24, 32))
    write_card(path, HEATMAPS)
    assert main([*RUN, "--model", str(path)]) == 0
    assert "network middle on CPUExecutionProvider" in capsys.readouterr().out
    write_card(path, HEATMAPS, crops={"stride_px": 8})
    assert "do not fit crops of 192x256" in refusal(path, capsys)

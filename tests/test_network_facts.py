"""Counting weights and operations: graphs made here, and figures done by hand."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from gesturepose import resources
from gesturepose.errors import ModelError, UsageError
from gesturepose.evaluation import network_facts
from gesturepose.evaluation.network_facts import count_network, main, note_facts, usual_input
from gesturepose.pose.card import find_model, read_card

if TYPE_CHECKING:
    from pathlib import Path

BUNDLED = "movenet-lightning"


def tensor(name: str, shape: tuple[int, ...], kind: Any = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ones(shape, kind), name)


def save(
    path: Path,
    nodes: list[onnx.NodeProto],
    tensors: list[onnx.TensorProto],
    *,
    shape: tuple[int | str, ...] = (1, "height", "width", 3),
) -> Path:
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


def to_picture() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["nchw"], perm=[0, 3, 1, 2]),
    ]


# The card's input is 192 pixels by 160 for a picture of 640x480.
CARD = find_model(BUNDLED).card
PLACES = 192 * 160


def test_a_picture_as_cameras_give_it_decides_the_size() -> None:
    assert usual_input(CARD) == (192, 160)


def test_convolutions_count_by_group_and_stride(tmp_path: Path) -> None:
    nodes = [
        *to_picture(),
        helper.make_node(
            "Conv", ["nchw", "w1", "b1"], ["wide"], kernel_shape=[3, 3], strides=[2, 2],
            pads=[1, 1, 1, 1],
        ),
        helper.make_node(
            "Conv", ["wide", "w2"], ["deep"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=8
        ),
    ]  # fmt: skip
    tensors = [tensor("w1", (8, 3, 3, 3)), tensor("b1", (8,)), tensor("w2", (8, 1, 3, 3))]
    facts = count_network(save(tmp_path / "n.onnx", nodes, tensors), CARD)
    assert facts.parameters == 8 * 3 * 9 + 8 + 8 * 9
    assert facts.gflops == pytest.approx(2e-9 * (PLACES / 4) * (8 * 27 + 8 * 9))
    assert facts.size == (192, 160)


def test_products_and_transposed_convolutions_count(tmp_path: Path) -> None:
    nodes = [
        *to_picture(),
        helper.make_node(
            "ConvTranspose", ["nchw", "w1"], ["large"], kernel_shape=[2, 2], strides=[2, 2]
        ),
        helper.make_node("GlobalAveragePool", ["large"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w2", "b2"], ["seven"], transB=1),
        helper.make_node("MatMul", ["seven", "w3"], ["two"]),
    ]
    tensors = [
        tensor("w1", (3, 5, 2, 2)),
        tensor("w2", (7, 5)),
        tensor("b2", (7,)),
        tensor("w3", (7, 2)),
    ]
    facts = count_network(save(tmp_path / "n.onnx", nodes, tensors), CARD)
    assert facts.parameters == 60 + 35 + 7 + 14
    # Each of the picture's numbers is spread over two by two places of five maps.
    assert facts.gflops * 1e9 == pytest.approx(2 * (PLACES * 3 * 5 * 4 + 7 * 5 + 7 * 2))


def test_weights_count_once_however_they_are_stored(tmp_path: Path) -> None:
    halves = numpy_helper.from_array(np.ones((4, 3, 1, 1), np.float16), "kept")
    nodes = [
        *to_picture(),
        helper.make_node("Constant", [], ["halves"], value=halves),
        helper.make_node("Cast", ["halves"], ["w1"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["nchw", "w1"], ["four"], kernel_shape=[1, 1]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["w2"], axis=0),
        helper.make_node("Conv", ["four", "w2"], ["five"], kernel_shape=[1, 1]),
        helper.make_node("Reshape", ["five", "sides"], ["flat"]),
        helper.make_node("Mul", ["flat", "gain"], ["out"]),
    ]
    tensors = [
        tensor("q", (5, 4, 1, 1), np.int8),
        tensor("scale", (5,)),
        tensor("zero", (5,), np.int8),
        numpy_helper.from_array(np.array([1, -1]), "sides"),
        tensor("gain", ()),
    ]
    facts = count_network(save(tmp_path / "n.onnx", nodes, tensors), CARD)
    assert facts.parameters == 4 * 3 + 5 * 4
    assert facts.gflops == pytest.approx(2e-9 * PLACES * (12 + 20))


def test_bundled_cards_say_what_is_counted() -> None:
    model = find_model(BUNDLED)
    facts = count_network(model.path, model.card)
    assert model.card.parameters == facts.parameters
    assert model.card.gflops == pytest.approx(facts.gflops, rel=1e-3)


def copy_of_bundled(folder: Path) -> Path:
    for suffix in (".onnx", ".toml"):
        shutil.copy(resources.models_dir() / f"{BUNDLED}{suffix}", folder)
    return folder / f"{BUNDLED}.onnx"


def test_figures_are_written_into_the_card_and_nothing_else(tmp_path: Path) -> None:
    path = copy_of_bundled(tmp_path)
    card = path.with_suffix(".toml")
    card.write_text(
        "".join(
            line
            for line in card.read_text("utf-8").splitlines(keepends=True)
            if not line.startswith(("parameters", "gflops"))
        ),
        "utf-8",
    )
    before = card.read_text("utf-8")
    assert read_card(card).parameters is None
    facts = note_facts(find_model(str(path)))
    lines = set(card.read_text("utf-8").splitlines())
    assert lines - set(before.splitlines()) == {
        f"parameters = {facts.parameters}",
        f"gflops = {facts.gflops:.4g}",
    }
    assert set(before.splitlines()) <= lines
    once = card.read_text("utf-8")
    note_facts(find_model(str(path)))
    assert card.read_text("utf-8") == once


def test_what_cannot_be_counted_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy_of_bundled(tmp_path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ModelError, match="cannot be counted"):
        count_network(path, CARD)
    assert main([str(path)]) == 2
    assert "cannot be counted" in capsys.readouterr().err.splitlines()[-1]
    narrow = save(
        tmp_path / "narrow.onnx",
        [
            *to_picture(),
            helper.make_node("Conv", ["nchw", "w1"], ["out"], kernel_shape=[1, 1]),
        ],
        [tensor("w1", (8, 4, 1, 1))],
    )
    with pytest.raises(ModelError, match="cannot be counted: "):
        count_network(narrow, CARD)
    monkeypatch.setattr(network_facts, "can_count", lambda: False)
    with pytest.raises(UsageError, match="pip install onnx"):
        count_network(path, CARD)


def test_the_command_prints_a_line_per_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([BUNDLED]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (
        "movenet-lightning: 2.32 million weights, 0.451 GFLOPs at 192x160\n",
        "",
    )

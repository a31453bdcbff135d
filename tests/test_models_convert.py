"""The converter on a small graph of the same kind, against TensorFlow's rules written out."""

from __future__ import annotations

import base64
import importlib
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

FOLDER = Path(__file__).parent.parent / "models"
sys.path.insert(0, str(FOLDER))  # its files import each other, as run from there
convert = importlib.import_module("convert")
sys.path.remove(str(FOLDER))


@given(st.integers(1, 7), st.integers(1, 4), st.integers(1, 200))
def test_padding_is_tensorflows(kernel: int, stride: int, cells: int) -> None:
    size = cells * stride
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    before, after = convert.same_pads(kernel=kernel, stride=stride)
    assert (before, after) == (total // 2, total - total // 2)


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


class SmallGraph:
    """A TensorFlow.js graph model with MoveNet's head names and few, random weights."""

    def __init__(self, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[dict[str, Any]] = []
        self.weights: dict[str, np.ndarray] = {}

    def weight(self, name: str, array: np.ndarray) -> str:
        self.weights[name] = array.astype(np.float16)
        self.nodes.append({"name": name, "op": "Const", "attr": {}})
        return name

    def node(self, op: str, name: str, inputs: list[str], **attributes: Any) -> str:
        self.nodes.append({"name": name, "op": op, "input": inputs, "attr": attributes})
        return name

    def conv(
        self, name: str, source: str, *, kernel: tuple[int, ...], stride: int, end: str, op: str
    ) -> str:
        bias = kernel[2] if "Depthwise" in op else kernel[3]
        inputs = [
            source,
            self.weight(f"{name}/w", self.random.normal(0, 0.4, kernel)),
            self.weight(f"{name}/b", self.random.normal(0, 0.4, bias)),
        ]
        return self.node(
            op,
            name,
            inputs,
            strides={"list": {"i": ["1", str(stride), str(stride), "1"]}},
            dilations={"list": {"i": ["1", "1", "1", "1"]}},
            padding={"s": text("SAME")},
            fused_ops={"list": {"s": [text("BiasAdd"), *([text(end)] if end else [])]}},
        )

    def write(self, folder: Path) -> Path:
        raw = b"".join(array.tobytes() for array in self.weights.values())
        (folder / "small.bin").write_bytes(raw)
        entries = [
            {
                "name": name,
                "shape": list(array.shape),
                "dtype": "float32",
                "quantization": {"dtype": "float16", "original_dtype": "float32"},
            }
            for name, array in self.weights.items()
        ]
        model = {
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"paths": ["small.bin"], "weights": entries}],
        }
        path = folder / "small.json"
        path.write_text(json.dumps(model), encoding="utf-8")
        return path


def build(activation: str = "Relu6", resize: str = "ResizeBilinear") -> SmallGraph:
    graph = SmallGraph()
    graph.node("Placeholder", "input", [])
    graph.node("Cast", "cast", ["input"])
    graph.node("Sub", "mean", ["cast", graph.weight("zero", np.zeros((1, 1, 1, 3)))])
    graph.node("Mul", "scaled", ["mean", graph.weight("scale", np.full((1, 1, 1, 3), 1 / 127.5))])
    graph.node("Sub", "centred", ["scaled", graph.weight("one", np.ones(()))])
    graph.conv("first", "centred", kernel=(3, 3, 3, 4), stride=2, end=activation, op="_FusedConv2D")
    deep = "FusedDepthwiseConv2dNative"
    graph.conv("second", "first", kernel=(3, 3, 4, 1), stride=2, end="Relu", op=deep)
    graph.conv("third", "second", kernel=(3, 3, 4, 1), stride=2, end="", op=deep)
    graph.weight("factor", np.full(2, 2.0))
    graph.node("Mul", "size", ["shape", "factor"])
    flags = {"align_corners": {"b": False}, "half_pixel_centers": {"b": True}}
    graph.node(resize, "larger", ["third", "size"], **flags)
    graph.node("AddV2", "sum", ["larger", "second"])
    for name, (_, channels) in convert.HEADS.items():
        if name.rsplit("/", 1)[-1].startswith("Sigmoid"):
            logits = graph.conv(
                f"{name}/logits",
                "sum",
                kernel=(1, 1, 4, channels),
                stride=1,
                end="",
                op="_FusedConv2D",
            )
            graph.node("Sigmoid", name, [logits])
        else:
            graph.conv(name, "sum", kernel=(1, 1, 4, channels), stride=1, end="", op="_FusedConv2D")
    return graph


def correlate(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int) -> np.ndarray:
    """TensorFlow's convolution of an (H, W, C) picture with SAME padding, written out."""
    size = weight.shape[0]
    out = [math.ceil(side / stride) for side in x.shape[:2]]
    totals = [
        max((n - 1) * stride + size - side, 0) for n, side in zip(out, x.shape[:2], strict=True)
    ]
    pads = [(total // 2, total - total // 2) for total in totals]
    padded = np.pad(x, [*pads, (0, 0)])
    result = np.zeros((*out, len(bias)))
    for row in range(out[0]):
        for column in range(out[1]):
            y, z = row * stride, column * stride
            patch = padded[y : y + size, z : z + size]
            if weight.shape[3] == 1 and weight.shape[2] == len(bias):
                result[row, column] = (patch * weight[..., 0]).sum(axis=(0, 1)) + bias
            else:
                result[row, column] = np.tensordot(patch, weight, 3) + bias
    return result


def enlarge(x: np.ndarray) -> np.ndarray:
    """TensorFlow's bilinear enlargement by 2 with half pixel centres, written out."""
    for axis in (0, 1):
        size = x.shape[axis]
        at = np.clip((np.arange(2 * size) + 0.5) / 2 - 0.5, 0, size - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, size - 1)
        share = np.expand_dims(at - low, list({0, 1, 2} - {axis}))
        x = x.take(low, axis) * (1 - share) + x.take(high, axis) * share
    return x


def test_the_converted_graph_computes_the_same(tmp_path: Path) -> None:
    graph = build()
    model = convert.convert(graph.write(tmp_path))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    image = graph.random.integers(0, 256, (1, 32, 64, 3), np.uint8)
    found = dict(
        zip(
            (o.name for o in session.get_outputs()),
            session.run(None, {"image": image}),
            strict=True,
        )
    )

    w = {name: array.astype(np.float64) for name, array in graph.weights.items()}
    x = image[0] * w["scale"][0] - 1.0
    x = np.clip(correlate(x, w["first/w"], w["first/b"], 2), 0, 6)
    x = np.maximum(correlate(x, w["second/w"], w["second/b"], 2), 0)
    x = x + enlarge(correlate(x, w["third/w"], w["third/b"], 2))
    assert set(found) == {head for head, _ in convert.HEADS.values()}
    for name, (head, channels) in convert.HEADS.items():
        logits = name.rsplit("/", 1)[-1].startswith("Sigmoid")
        key = f"{name}/logits" if logits else name
        expected = correlate(x, w[f"{key}/w"], w[f"{key}/b"], 1)
        if logits:
            expected = 1 / (1 + np.exp(-expected))
        assert found[head].shape == (1, channels, 8, 16)
        assert found[head][0].transpose(1, 2, 0) == pytest.approx(expected, abs=1e-4)


def test_what_it_does_not_know_stops_it(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="ends in Elu"):
        convert.convert(build(activation="Elu").write(tmp_path))
    with pytest.raises(SystemExit, match="is a ResizeBicubic, which this script does not know"):
        convert.convert(build(resize="ResizeBicubic").write(tmp_path))
    other = SmallGraph()
    other.node("Placeholder", "input", [])
    with pytest.raises(
        SystemExit, match="none of the networks this script knows: movenet_multipose"
    ):
        convert.convert(other.write(tmp_path))
    path = build().write(tmp_path)
    path.with_suffix(".bin").write_bytes(path.with_suffix(".bin").read_bytes() + b"\x00")
    with pytest.raises(SystemExit, match="the files hold"):
        convert.convert(path)


def test_it_writes_the_same_file_every_time(tmp_path: Path) -> None:
    path = build().write(tmp_path)
    assert convert.convert(path).SerializeToString() == convert.convert(path).SerializeToString()


def run(model: Any, image: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {"image": image}), strict=True))


def build_single(axis: str = "0") -> SmallGraph:
    """Build a graph as the single-person MoveNets are: unpacked, resized to constant sizes."""
    graph = SmallGraph()
    sides = [{"size": str(size)} for size in (1, 32, 32, 3)]
    graph.node("Placeholder", "input", [], shape={"shape": {"dim": sides}})
    graph.node("Cast", "cast", ["input"])
    graph.node("Unpack", "unpacked", ["cast"], axis={"i": axis})
    graph.node("ExpandDims", "batch", ["unpacked", graph.weight("zero", np.zeros(()))])
    graph.node("Squeeze", "picture", ["batch"], squeeze_dims={"list": {"i": ["0"]}})
    graph.node("ExpandDims", "again", ["picture", "zero"])
    graph.conv("first", "again", kernel=(3, 3, 3, 4), stride=2, end="Relu", op="_FusedConv2D")
    graph.conv("second", "first", kernel=(3, 3, 4, 4), stride=2, end="Relu6", op="_FusedConv2D")
    graph.conv("third", "second", kernel=(3, 3, 4, 4), stride=2, end="", op="_FusedConv2D")
    flags = {"align_corners": {"b": False}, "half_pixel_centers": {"b": True}}
    graph.node("ResizeBilinear", "larger", ["third", graph.weight("size", np.full(2, 8))], **flags)
    graph.node("AddV2", "sum", ["larger", "second"])
    for name, (_, channels) in convert.SINGLE_HEADS.items():
        logits = name.rsplit("/", 1)[-1].startswith("Sigmoid")
        at = f"{name}/logits" if logits else name
        graph.conv(at, "sum", kernel=(1, 1, 4, channels), stride=1, end="", op="_FusedConv2D")
        if logits:
            graph.node("Sigmoid", name, [at])
    return graph


def test_a_single_person_graph_computes_the_same_at_any_size(tmp_path: Path) -> None:
    graph = build_single()
    model = convert.convert(graph.write(tmp_path))
    image = graph.random.integers(0, 256, (1, 64, 96, 3), np.uint8)
    found = run(model, image)
    w = {name: array.astype(np.float64) for name, array in graph.weights.items()}
    x = np.maximum(correlate(image[0], w["first/w"], w["first/b"], 2), 0)
    x = np.clip(correlate(x, w["second/w"], w["second/b"], 2), 0, 6)
    x = x + enlarge(correlate(x, w["third/w"], w["third/b"], 2))
    for name, (head, channels) in convert.SINGLE_HEADS.items():
        logits = f"{name}/logits/w" in w
        key = f"{name}/logits" if logits else name
        expected = correlate(x, w[f"{key}/w"], w[f"{key}/b"], 1)
        if logits:
            expected = 1 / (1 + np.exp(-expected))
        assert found[head].shape == (1, channels, 16, 24)
        # Float32 against float64, colours up to 255 through four layers.
        assert found[head][0].transpose(1, 2, 0) == pytest.approx(expected, rel=1e-3, abs=1e-2)


def test_a_step_over_another_axis_than_the_batch_stops_it(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="unpacked is not about the batch"):
        convert.convert(build_single(axis="1").write(tmp_path))


def test_posenet_sees_an_odd_picture_with_cells_at_multiples_of_the_stride(tmp_path: Path) -> None:
    graph = SmallGraph()
    graph.node("Placeholder", "image", [], dtype={"type": "DT_FLOAT"})
    source = "image"
    for number in range(4):
        source = graph.conv(
            f"down{number}",
            source,
            kernel=(3, 3, 3, 3),
            stride=2,
            end="Relu6",
            op="_FusedConv2D",
        )
    for name, (_, channels) in convert.POSENET_HEADS.items():
        graph.conv(name, source, kernel=(1, 1, 3, channels), stride=1, end="", op="_FusedConv2D")
    image = graph.random.integers(0, 256, (1, 32, 48, 3), np.uint8)
    found = run(convert.convert(graph.write(tmp_path)), image)
    w = {name: array.astype(np.float64) for name, array in graph.weights.items()}
    x = np.pad(image[0], [(0, 1), (0, 1), (0, 0)], mode="edge") * (2 / 255) - 1
    for number in range(4):
        x = np.clip(correlate(x, w[f"down{number}/w"], w[f"down{number}/b"], 2), 0, 6)
    for name, (head, channels) in convert.POSENET_HEADS.items():
        expected = correlate(x, w[f"{name}/w"], w[f"{name}/b"], 1)
        if head == "keypoint_heatmaps":
            expected = 1 / (1 + np.exp(-expected))
        assert found[head].shape == (1, channels, 3, 4)
        assert found[head][0].transpose(1, 2, 0) == pytest.approx(expected, abs=1e-4)

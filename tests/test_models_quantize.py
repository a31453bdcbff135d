"""The quantiser on a small network of the same kind: what it changes, and what it must not."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).parent.parent / "models"
sys.path.insert(0, str(FOLDER))  # its files import each other, as run from there
steps = importlib.import_module("movenet_steps")
graphs = importlib.import_module("quantized_graph")
rounding = importlib.import_module("weight_rounding")
quantize = importlib.import_module("quantize")
sys.path.remove(str(FOLDER))


class SmallNetwork:
    """Random weights in the shape of MoveNet: bottlenecks, an addition, a pyramid, two heads."""

    def __init__(self, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def conv(
        self, source: str, output: str, *, ins: int, outs: int, kernel: int, **kind: Any
    ) -> str:
        stride, end, groups = kind.get("stride", 1), kind.get("end", ""), kind.get("groups", 1)
        fan = ins // groups * kernel * kernel
        # Channels of very different size are what makes rounding hard.
        sizes = np.exp(self.random.normal(0, 0.7, (outs, 1, 1, 1)))
        shape = (outs, ins // groups, kernel, kernel)
        weight = self.random.normal(0, 1 / np.sqrt(fan), shape) * sizes
        stored = self.constant(f"{output}/w16", weight.astype(np.float16))
        self.node("Cast", [stored], f"{output}/w", to=TensorProto.FLOAT)
        bias = self.random.normal(0, 0.3, outs).astype(np.float32)
        inputs = [source, f"{output}/w", self.constant(f"{output}/b", bias)]
        before = (kernel - stride) // 2 if kernel > 1 else 0
        after = kernel - stride - before if kernel > 1 else 0
        self.node(
            "Conv",
            inputs,
            f"{output}/linear" if end else output,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=groups,
        )
        if end == "Clip":
            self.node("Clip", [f"{output}/linear", "zero", "six"], output)
        elif end:
            self.node(end, [f"{output}/linear"], output)
        return output

    def model(self) -> onnx.ModelProto:
        self.constant("zero", np.float32(0))
        self.constant("six", np.float32(6))
        self.constant("gain", np.full((1, 3, 1, 1), 2 / 255, np.float32))
        self.constant("one", np.ones(1, np.float32))
        self.node("Transpose", ["image"], "nchw", perm=[0, 3, 1, 2])
        self.node("Cast", ["nchw"], "float", to=TensorProto.FLOAT)
        self.node("Mul", ["float", "gain"], "scaled")
        self.node("Sub", ["scaled", "one"], "centred")
        first = self.conv("centred", "first", ins=3, outs=8, kernel=3, stride=2, end="Clip")
        second = self.conv(first, "second", ins=8, outs=8, kernel=3, groups=8, end="Clip")
        trunk = self.conv(second, "trunk", ins=8, outs=8, kernel=1)
        value = self.conv(trunk, "expand", ins=8, outs=24, kernel=1, end="Clip")
        value = self.conv(value, "depthwise", ins=24, outs=24, kernel=3, groups=24, end="Clip")
        value = self.conv(value, "project", ins=24, outs=8, kernel=1)
        trunk = self.node("Add", [trunk, value], "trunk/add")
        deep = self.conv(trunk, "deep", ins=8, outs=24, kernel=1, end="Clip")
        deep = self.conv(deep, "deep/depthwise", ins=24, outs=24, kernel=3, groups=24, stride=2)
        deep = self.conv(deep, "deep/project", ins=24, outs=8, kernel=1)
        scales = self.constant("twice", np.array([1, 1, 2, 2], np.float32))
        up = self.node(
            "Resize",
            [deep, "", scales],
            "up",
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        pyramid = self.node("Add", [up, trunk], "pyramid")
        features = self.conv(pyramid, "features", ins=8, outs=8, kernel=1, end="Relu")
        self.conv(features, "offsets", ins=8, outs=4, kernel=1)
        logits = self.conv(features, "logits", ins=8, outs=2, kernel=1)
        self.node("Sigmoid", [logits], "heatmaps")
        sides = ["height/2", "width/2"]
        graph = helper.make_graph(
            self.nodes,
            "small",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "height", "width", 3])],
            [
                helper.make_tensor_value_info("offsets", TensorProto.FLOAT, [1, 4, *sides]),
                helper.make_tensor_value_info("heatmaps", TensorProto.FLOAT, [1, 2, *sides]),
            ],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model


def pictures(count: int, seed: int = 0) -> list[np.ndarray]:
    """Smooth random pictures: neighbouring pixels of a photograph are alike."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 5, 5, 3))
    return [np.kron(picture, np.ones((8, 8, 1))).astype(np.uint8) for picture in coarse]


def run(model: onnx.ModelProto, picture: np.ndarray) -> dict[str, np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"image": picture[None]}), strict=True))


def error_of(model: onnx.ModelProto, original: onnx.ModelProto) -> float:
    """Root mean square error of the offsets on pictures that were not calibrated on."""
    errors = [
        run(model, picture)["offsets"] - run(original, picture)["offsets"]
        for picture in pictures(8, seed=99)
    ]
    return float(np.sqrt(np.mean(np.square(errors))))


def round_plainly(original: onnx.ModelProto, calibration: list[np.ndarray]) -> onnx.ModelProto:
    """All of it but the heads in 8 bits, every weight to the nearest: what most tools do."""
    network = steps.read_network(original)
    chosen = [step for step in network.steps if step.output not in {"offsets", "heatmaps"}]
    chosen = [step for step in chosen if step.output != "logits"]
    observer = quantize.Observer([])
    names = [step.output for step in network.steps if step.op != "Sigmoid"]
    for values in quantize.watch(network, names, calibration):
        observer.add(values)
    weights = {}
    for step in chosen:
        if step.op == "Conv":
            scales = np.abs(step.weight).max(axis=(1, 2, 3)) / 64
            codes = np.rint(step.weight / scales.reshape(-1, 1, 1, 1)).astype(np.int8)
            weights[step.output] = graphs.RoundedWeight(codes, scales.astype(np.float32))
    return graphs.write_network(
        network,
        quantized={step.output for step in chosen},
        grids=rounding.find_grids(network, observer.ranges(), {}),
        weights=weights,
    )


@pytest.fixture(scope="module")
def original() -> onnx.ModelProto:
    return SmallNetwork().model()


@pytest.fixture(scope="module")
def int8(original: onnx.ModelProto) -> onnx.ModelProto:
    model: onnx.ModelProto = quantize.quantize(original, pictures(24))
    return model


def test_taken_apart_and_put_together_it_is_the_same(original: onnx.ModelProto) -> None:
    again = graphs.write_network(steps.read_network(original))
    for picture in pictures(3, seed=5):
        wanted, found = run(original, picture), run(again, picture)
        for name, values in wanted.items():
            inside = (..., slice(None, -8), slice(None, -8))  # beyond lies 128, not 127.5
            assert np.allclose(found[name][inside], values[inside], atol=1e-3)


def test_input_and_outputs_stay(original: onnx.ModelProto, int8: onnx.ModelProto) -> None:
    assert int8.graph.input == original.graph.input
    assert int8.graph.output == original.graph.output
    wide = np.zeros((64, 32, 3), np.uint8)
    assert run(int8, wide)["offsets"].shape == (1, 4, 32, 16)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_errs_less_than_plain_rounding(seed: int) -> None:
    original, seen = SmallNetwork(seed).model(), pictures(60)
    plain = error_of(round_plainly(original, seen), original)
    assert 0 < error_of(quantize.quantize(original, seen), original) < 0.75 * plain


def test_integer_kernels_take_over(int8: onnx.ModelProto, tmp_path: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
    options.log_severity_level = 3  # that a written graph is for this machine only is known
    onnxruntime.InferenceSession(
        int8.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    nodes = [node.op_type for node in onnx.load(tmp_path / "optimized.onnx").graph.node]
    chosen = quantize.choose_steps(steps.read_network(SmallNetwork().model()))
    assert nodes.count("QLinearConv") == sum(step.op == "Conv" for step in chosen) == 7
    assert nodes.count("QLinearAdd") == 1
    assert nodes.count("QuantizeLinear") <= 2
    assert nodes.count("DequantizeLinear") <= 3


def test_sums_of_two_products_fit_into_16_bits(int8: onnx.ModelProto) -> None:
    codes = [
        numpy_helper.to_array(tensor).astype(np.int64)
        for tensor in int8.graph.initializer
        if tensor.data_type == TensorProto.INT8
    ]
    assert max(int(np.abs(code).max()) for code in codes) * 255 * 2 <= np.iinfo(np.int16).max


def test_scaling_channels_changes_nothing_in_float(original: onnx.ModelProto) -> None:
    network = steps.read_network(original)
    observer = quantize.Observer([])
    names = [step.output for step in network.steps if step.op != "Sigmoid"]
    seen = pictures(6)
    for values in quantize.watch(network, names, seen):
        observer.add(values)
    scalings = rounding.find_scalings(network, observer.ranges())
    assert max(float(factors.max()) for factors in scalings.values()) > 2
    scaled = graphs.write_network(rounding.scale_channels(network, scalings))
    for picture in seen:
        found, wanted = run(scaled, picture), run(graphs.write_network(network), picture)
        assert np.allclose(found["offsets"], wanted["offsets"], rtol=1e-3, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 24), st.integers(1, 6))
def test_rounding_in_turn_is_no_worse_than_to_the_nearest(seed: int, size: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    mixing = random.normal(size=(size, size))
    covariance = mixing @ mixing.T / size
    weights = random.normal(size=(rows, size))
    codes, scales = rounding.round_rows(weights, covariance)
    assert np.array_equal(codes, np.rint(codes))
    assert np.abs(codes).max() <= 64
    nearest = np.abs(weights).max(axis=1) / 64
    plain = np.rint(weights / nearest[:, None]) * nearest[:, None]

    def loss(rounded: np.ndarray) -> np.ndarray:
        error = rounded - weights
        damped = covariance + 0.01 * np.trace(covariance) / size * np.eye(size)
        return np.asarray(np.einsum("ri,ij,rj->r", error, damped, error))

    assert (loss(codes * scales[:, None]) <= loss(plain) * (1 + 1e-6)).all()


def test_bias_takes_back_the_mean_error() -> None:
    random = np.random.default_rng(3)
    seen = random.normal(5.0, 1.0, (500, 12))  # far from zero, as after an activation
    weight = random.normal(size=(4, 12, 1, 1)).astype(np.float32)
    step = steps.Step("Conv", ["in"], "out", weight, np.zeros(4, np.float32), {"group": 1})
    moments = rounding.Moments(seen.mean(axis=0), np.cov(seen.T, bias=True))
    rounded, bias = rounding.round_step(step, moments)
    error = (
        seen @ (rounded.codes.reshape(4, 12) * rounded.scales[:, None] - weight.reshape(4, 12)).T
    )
    assert np.allclose((error + bias).mean(axis=0), 0, atol=1e-5)
    assert np.abs(error.mean(axis=0)).max() > 1e-3


def test_moments_are_those_of_what_a_convolution_sees(original: onnx.ModelProto) -> None:
    network = steps.read_network(original)
    step = network.makers()["depthwise"]
    observer = quantize.Observer([step])
    values = np.random.default_rng(1).normal(size=(24, 8, 8)).astype(np.float32)
    observer.add({"expand": values})
    moments = observer.moments(step)
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1)))
    corner = padded[:, :8, :8].reshape(24, -1)  # the kernel's upper left
    middle = padded[:, 1:9, 1:9].reshape(24, -1)
    assert np.allclose(moments.mean[:, 0], corner.mean(axis=1), atol=1e-6)
    covariance = (corner * middle).mean(axis=1) - corner.mean(axis=1) * middle.mean(axis=1)
    assert np.allclose(moments.covariance[:, 0, 4], covariance, atol=1e-6)


def test_other_networks_are_refused(original: onnx.ModelProto) -> None:
    with pytest.raises(SystemExit, match="no pictures"):
        quantize.quantize(original, [])
    strange = onnx.ModelProto()
    strange.CopyFrom(original)
    strange.graph.node.append(helper.make_node("Softmax", ["offsets"], ["soft"]))
    with pytest.raises(SystemExit, match="soft is a Softmax, which is not known"):
        steps.read_network(strange)
    del strange.graph.node[:]
    with pytest.raises(SystemExit, match="no MoveNet"):
        steps.read_network(strange)

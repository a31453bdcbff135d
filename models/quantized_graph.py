"""A network of steps back to ONNX, some of the steps in 8 bits.

Written in 8 bits, a step stands between QuantizeLinear and DequantizeLinear nodes, which a runtime
joins with it into one integer kernel
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html). Values are
unsigned; weights are signed, symmetric, and have a scale for each output channel: what
onnxruntime's kernels for processors with VNNI are fastest with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from movenet_steps import MIDDLE, PIXELS, Network, Step
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

OPSET = 17
IR_VERSION = 8


@dataclass(frozen=True, slots=True)
class Grid:
    """The 256 numbers a value can take: ``scale * (byte - zero)``."""

    scale: float
    zero: int


@dataclass(frozen=True, slots=True, eq=False)
class RoundedWeight:
    """A convolution's weight: ``codes`` int8 of its shape, times ``scales`` (out,) float32."""

    codes: NDArray[np.int8]
    scales: FloatArray


def write_network(
    network: Network,
    *,
    quantized: Collection[str] = (),
    grids: Mapping[str, Grid] | None = None,
    weights: Mapping[str, RoundedWeight] | None = None,
    more_outputs: Sequence[str] = (),
) -> onnx.ModelProto:
    """Put a network together.

    Parameters
    ----------
    network
        The steps.
    quantized
        Outputs of the steps to run in 8 bits; none is a head.
    grids
        Of every value that goes into such a step or comes out of it.
    weights
        Of those steps that are convolutions.
    more_outputs
        Values to report beside the heads.
    """
    return _Writer(network, set(quantized), dict(grids or {}), dict(weights or {})).write(
        more_outputs
    )


class _Writer:
    """The ONNX graph while it grows."""

    def __init__(
        self,
        network: Network,
        quantized: set[str],
        grids: dict[str, Grid],
        weights: dict[str, RoundedWeight],
    ) -> None:
        self._network, self._quantized = network, quantized
        self._grids, self._weights = {PIXELS: Grid(network.gain, MIDDLE), **grids}, weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._rounded: set[str] = set(quantized)  # values that are wanted in 8 bits
        for step in network.steps:
            if step.output in quantized:
                self._rounded.update(step.inputs)

    def write(self, more_outputs: Sequence[str]) -> onnx.ModelProto:
        network = self._network
        self._add("Transpose", [network.picture.name], f"{PIXELS}/bytes", perm=[0, 3, 1, 2])
        self._dequantize(f"{PIXELS}/bytes", PIXELS, PIXELS)
        for step in network.steps:
            self._write_step(step)
        outputs = list(network.heads) + [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4)
            for name in more_outputs
            if name not in network.outputs
        ]
        graph = helper.make_graph(
            self._nodes, "movenet_int8", [network.picture], outputs, list(self._constants.values())
        )
        model = helper.make_model(
            graph,
            producer_name="gesturepose models/quantize.py",
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            doc_string="Quantised from a network by Google, Apache-2.0.",
        )
        onnx.checker.check_model(model)
        return model

    def _add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def _constant(self, name: str, value: Any) -> str:
        # np.array keeps a number a number; scales of values must have no axis.
        self._constants[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def _grid(self, name: str) -> list[str]:
        grid = self._grids[name]
        scale = self._constant(f"{name}/scale", np.float32(grid.scale))
        return [scale, self._constant(f"{name}/zero", np.uint8(grid.zero))]

    def _dequantize(self, source: str, value: str, output: str) -> None:
        self._add("DequantizeLinear", [source, *self._grid(value)], output)

    def _write_step(self, step: Step) -> None:
        output = step.output
        in_bytes = output in self._quantized
        inputs = [self._byte_input(name) for name in step.inputs] if in_bytes else step.inputs
        # What leaves a step in 8 bits exists as such only; a value that float steps take as well
        # keeps its name, and its rounded form has another.
        exact = f"{output}/exact" if in_bytes else output
        if step.op == "Conv":
            self._write_convolution(step, inputs[0], exact, in_bytes=in_bytes)
        elif step.op == "Resize":
            scales = self._constant(f"{output}/scales", step.scales)
            self._add("Resize", [inputs[0], "", scales], exact, **step.attributes)
        else:
            self._add(step.op, list(inputs), exact)
        if output in self._rounded:
            self._add("QuantizeLinear", [exact, *self._grid(output)], f"{output}/bytes")
            rounded = output if in_bytes else f"{output}/rounded"
            self._dequantize(f"{output}/bytes", output, rounded)

    def _byte_input(self, name: str) -> str:
        return name if name in self._quantized or name == PIXELS else f"{name}/rounded"

    def _write_convolution(self, step: Step, source: str, exact: str, *, in_bytes: bool) -> None:
        output = step.output
        if in_bytes:
            weight = self._weights[output]
            scales = weight.scales
            inputs = [source, self._rounded_constant(f"{output}/weight", weight.codes, scales)]
            bias_scales = (scales * np.float32(self._grids[step.inputs[0]].scale)).astype("f4")
            limit = np.iinfo(np.int32).max
            codes = np.clip(np.rint(step.bias.astype(np.float64) / bias_scales), -limit, limit)
            bias = codes.astype(np.int32)
            inputs.append(self._rounded_constant(f"{output}/bias", bias, bias_scales))
            # The activation is the edge of the output's grid.
            self._add("Conv", inputs, exact, **step.attributes)
            return
        weight_name = self._constant(f"{output}/weight", step.weight)
        inputs = [source, weight_name, self._constant(f"{output}/bias", step.bias)]
        if not step.activation:
            self._add("Conv", inputs, exact, **step.attributes)
            return
        linear = self._add("Conv", inputs, f"{output}/linear", **step.attributes)
        if step.activation == "Relu":
            self._add("Relu", [linear], exact)
        else:
            limits = [
                self._constant("relu6/min", np.float32(0)),
                self._constant("relu6/max", np.float32(6)),
            ]
            self._add("Clip", [linear, *limits], exact)

    def _rounded_constant(self, name: str, codes: np.ndarray, scales: FloatArray) -> str:
        inputs = [
            self._constant(f"{name}/codes", codes),
            self._constant(f"{name}/scales", scales),
            self._constant(f"{name}/zeros", np.zeros(len(scales), codes.dtype)),
        ]
        return self._add("DequantizeLinear", inputs, name, axis=0)

"""From nodes of a TensorFlow graph to nodes of ONNX, one method for each operation.

The pictures of the ONNX graph are channels first, its weights float16 that the graph widens. An
operation without a method stops the conversion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tensorflow_graph import ConversionError, Node, attribute

#: Everything in the published graph carries this prefix; names are shorter without it.
PREFIX = "StatefulPartitionedCall/"


def same_pads(*, kernel: int, stride: int) -> tuple[int, int]:
    """Pad one axis, before and after, by TensorFlow's SAME rule.

    The rule depends on the size: ``max((ceil(size / stride) - 1) * stride + kernel - size, 0)`` in
    all, the smaller half before. For sizes that are multiples of the stride that is
    ``kernel - stride``, which is why MoveNet's pictures must have sides that are multiples of 32:
    then every feature map that meets a stride of 2 is even. For sizes that are one more than a
    multiple it is ``kernel - 1``, as for a stride of 1.
    """
    total = max(kernel - stride, 0)
    return total // 2, total - total // 2


@dataclass
class OnnxGraph:
    """The ONNX graph while it grows."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Append a node with one output and return that output's name."""
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, array: np.ndarray) -> str:
        """Store an array as it is."""
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def weight(self, name: str, array: np.ndarray) -> str:
        """Store an array as float16 and widen it to float32 in the graph."""
        stored = self.constant(f"{name}/float16", array.astype("<f2"))
        return self.add("Cast", [stored], name, to=TensorProto.FLOAT)


class Converter:
    """Walks the published graph backwards from a head and emits ONNX nodes, each once."""

    def __init__(
        self, nodes: list[Node], weights: dict[str, np.ndarray], *, odd: bool = False
    ) -> None:
        self._tf = {node["name"]: node for node in nodes}
        self._weights = weights
        self._odd = odd
        self._done: dict[str, str] = {}
        self.graph = OnnxGraph()

    def emit(self, name: str, output: str | None = None) -> str:
        """Emit a node and everything before it; return the name of its value in the ONNX graph."""
        if name in self._done:
            return self._done[name]
        node = self._tf[name]
        method = getattr(self, f"_emit_{node['op'].lstrip('_').lower()}", None)
        if method is None:
            raise ConversionError(f"{name} is a {node['op']}, which this script does not know")
        value: str = method(node, output or name.removeprefix(PREFIX))
        self._done[name] = value
        return value

    def _side(self, name: str) -> int:
        """Height of a value at the size of picture the graph was published for."""
        node = self._tf[name]
        if node["op"] == "Placeholder":
            return int(node["attr"]["shape"]["shape"]["dim"][1]["size"])
        if node["op"] == "ResizeBilinear":
            return int(self._weights[node["input"][1]][0])
        strides = attribute(node, "strides") if "strides" in node["attr"] else [1, 1, 1, 1]
        return -(-self._side(node["input"][0]) // strides[1])

    def _emit_placeholder(self, node: Node, _output: str) -> str:
        # Bytes are moved before they are widened: a quarter of the memory traffic. From here on
        # the graph is channels first.
        value = self.graph.add("Transpose", ["image"], "image/nchw", perm=[0, 3, 1, 2])
        if self._odd:
            ends = self.graph.constant("image/ends", np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64))
            value = self.graph.add("Pad", [value, ends], "image/odd", mode="edge")
        if node["attr"].get("dtype", {}).get("type") != "DT_FLOAT":
            return value
        # Published without the first step, which brings colours to -1..1.
        scale = self.graph.constant("image/scale", np.array(2 / 255, np.float32))
        one = self.graph.constant("image/one", np.array(1, np.float32))
        value = self.graph.add("Cast", [value], "image/float", to=TensorProto.FLOAT)
        value = self.graph.add("Mul", [value, scale], "image/scaled")
        return self.graph.add("Sub", [value, one], "image/centred")

    def _only_picture(self, node: Node, *axes: int) -> str:
        """Pass over a step between a batch of one picture and that picture."""
        if set(axes) != {0}:
            raise ConversionError(f"{node['name']} is not about the batch, which is not supported")
        return self.emit(node["input"][0])

    def _emit_unpack(self, node: Node, _output: str) -> str:
        return self._only_picture(node, attribute(node, "axis"))

    def _emit_squeeze(self, node: Node, _output: str) -> str:
        return self._only_picture(node, *attribute(node, "squeeze_dims"))

    def _emit_expanddims(self, node: Node, _output: str) -> str:
        return self._only_picture(node, int(self._weights[node["input"][1]]))

    def _emit_cast(self, node: Node, output: str) -> str:
        return self.graph.add("Cast", [self.emit(node["input"][0])], output, to=TensorProto.FLOAT)

    def _operand(self, name: str) -> str:
        """Value or constant on one side of an elementwise operation, channels first."""
        if name not in self._weights:
            return self.emit(name)
        if name not in self._done:
            array = self._weights[name]
            if array.ndim == 4:
                array = array.transpose(0, 3, 1, 2)
            self._done[name] = self.graph.weight(name.removeprefix(PREFIX), array)
        return self._done[name]

    def _elementwise(self, op: str, node: Node, output: str) -> str:
        return self.graph.add(op, [self._operand(name) for name in node["input"]], output)

    def _emit_sub(self, node: Node, output: str) -> str:
        if not np.any(self._weights.get(node["input"][1], np.ones(1))):
            return self.emit(node["input"][0])  # the published graph subtracts a mean of zero
        return self._elementwise("Sub", node, output)

    def _emit_mul(self, node: Node, output: str) -> str:
        return self._elementwise("Mul", node, output)

    def _emit_addv2(self, node: Node, output: str) -> str:
        return self._elementwise("Add", node, output)

    def _emit_sigmoid(self, node: Node, output: str) -> str:
        return self._elementwise("Sigmoid", node, output)

    def _emit_resizebilinear(self, node: Node, output: str) -> str:
        source, size = node["input"]
        if size in self._weights:  # the factor was folded into the size
            factor = self._weights[size] / np.float32(self._side(source))
        else:
            factor = self._weights[self._tf[size]["input"][1]]
            if self._tf[size]["op"] != "Mul":
                raise ConversionError(f"{node['name']} is not an enlargement by a constant factor")
        if factor.shape != (2,):
            raise ConversionError(f"{node['name']} is not an enlargement by a constant factor")
        if attribute(node, "align_corners"):
            raise ConversionError(f"{node['name']} aligns corners, which is not supported")
        mode = "half_pixel" if attribute(node, "half_pixel_centers") else "asymmetric"
        scales = self.graph.constant(f"{output}/scales", np.array([1, 1, *factor], np.float32))
        return self.graph.add(
            "Resize",
            [self.emit(source), "", scales],
            output,
            mode="linear",
            coordinate_transformation_mode=mode,
        )

    def _convolution(self, node: Node, output: str, *, depthwise: bool) -> str:
        source, weight_name, *bias_names = node["input"]
        kernel = self._weights[weight_name]  # (height, width, in, out)
        _, *strides, _ = attribute(node, "strides")
        _, *dilations, _ = attribute(node, "dilations")
        if dilations != [1, 1]:
            raise ConversionError(f"{node['name']} is dilated, which is not supported")
        groups = kernel.shape[2] if depthwise else 1
        if depthwise:  # (height, width, in, multiplier) to (in * multiplier, 1, height, width)
            weight = kernel.transpose(2, 3, 0, 1).reshape(-1, 1, *kernel.shape[:2])
        else:
            weight = kernel.transpose(3, 2, 0, 1)
        if attribute(node, "padding") == "SAME":
            axes = zip(kernel.shape[:2], [1, 1] if self._odd else strides, strict=True)
            (top, bottom), (left, right) = (same_pads(kernel=k, stride=s) for k, s in axes)
            pads = [top, left, bottom, right]
        else:
            pads = [0, 0, 0, 0]
        short = weight_name.removeprefix(PREFIX)
        inputs = [self.emit(source), self.graph.weight(short, weight)]
        inputs += [
            self.graph.weight(name.removeprefix(PREFIX), self._weights[name]) for name in bias_names
        ]
        fused = attribute(node, "fused_ops") if "fused_ops" in node["attr"] else []
        activation = next((op for op in fused if op != "BiasAdd"), None)
        result = self.graph.add(
            "Conv",
            inputs,
            output if activation is None else f"{output}/linear",
            kernel_shape=list(kernel.shape[:2]),
            strides=strides,
            pads=pads,
            group=groups,
        )
        if activation is None:
            return result
        if activation == "Relu":
            return self.graph.add("Relu", [result], output)
        if activation == "Relu6":
            return self.graph.add("Clip", [result, *self._relu6_limits()], output)
        raise ConversionError(f"{node['name']} ends in {activation}, which is not supported")

    def _relu6_limits(self) -> tuple[str, str]:
        if "relu6" not in self._done:
            self._done["relu6"] = self.graph.constant("relu6/min", np.array(0, np.float32))
            self.graph.constant("relu6/max", np.array(6, np.float32))
        return "relu6/min", "relu6/max"

    def _emit_fusedconv2d(self, node: Node, output: str) -> str:
        return self._convolution(node, output, depthwise=False)

    def _emit_depthwiseconv2dnative(self, node: Node, output: str) -> str:
        return self._convolution(node, output, depthwise=True)

    def _emit_fuseddepthwiseconv2dnative(self, node: Node, output: str) -> str:
        return self._convolution(node, output, depthwise=True)

"""Let a single-person MoveNet place its keypoints itself.

Run once by a developer, from a checkout; needs only numpy and onnx::

    python models/place_keypoints.py movenet-thunder-int8.onnx placed.onnx

Two of its four heads are maps of which next to nothing is read: of the regression field one cell,
of the offset field one for each keypoint. Here their last two convolutions, which are most of their
cost, are done for those cells only; so the search for the cells becomes part of the graph, as
`gesturepose.pose.movenet_single` describes it. What the keypoints are stays the same.

The result is of the family ``movenet-single-placed``. It gives the maps of both wrists, with which
the decoder tells crossed hands apart, and of each keypoint its cell, score and offsets.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from movenet_steps import QuantizationError
from onnx import TensorProto, helper, numpy_helper

KEYPOINTS = 17
#: Among COCO's keypoints, the left wrist's row and the one beyond the right wrist's.
WRISTS = (9, 11)
#: For each of COCO's keypoints, the row of the same one on the body's other side, or its own.
OTHER_SIDE = (0, *(row + 1 if row % 2 else row - 1 for row in range(1, KEYPOINTS)))
#: Cells added to a distance before dividing by it, as in `gesturepose.pose.movenet_single`.
SOFTENING = np.float32(1.7998046875)
#: The heads that go, and what stays.
LOCAL_HEADS = ("keypoint_regression", "keypoint_offsets")
HEADS = ("center_heatmap", "keypoint_heatmaps", *LOCAL_HEADS)


def place_keypoints(model: onnx.ModelProto) -> onnx.ModelProto:
    """Move the search for the keypoints into a network.

    Parameters
    ----------
    model
        Single-person MoveNet as ``models/convert.py`` or ``models/quantize.py`` writes it, its
        heads in float32.

    Returns
    -------
    onnx.ModelProto
        With the same input. Outputs: ``wrist_heatmaps`` ``(1, 2, h, w)``, left and right, and
        ``placed_keypoints`` ``(1, 17, 1, 7)``: row and column of the cell, score, offset in rows
        and columns at that cell, and the same at the cell where the keypoint of the body's other
        side was found. All float32.

    Raises
    ------
    QuantizationError
        It is not such a network.
    """
    placed = onnx.ModelProto()
    placed.CopyFrom(model)
    graph = placed.graph
    given = [output.name for output in graph.output]
    if given != list(HEADS):
        raise QuantizationError(f"this is no single-person MoveNet: it gives {', '.join(given)}")
    heads = {name: _LocalHead(placed, name) for name in LOCAL_HEADS}
    for head in heads.values():
        for node in head.nodes:
            graph.node.remove(node)
    tail = _Tail()
    tail.write(heads["keypoint_regression"], heads["keypoint_offsets"])
    graph.node.extend(tail.nodes)
    wanted = {name for node in graph.node for name in node.input}
    idle = [node for node in graph.node if node.op_type == "Cast" and node.output[0] not in wanted]
    for node in idle:  # of the weights that are matrices now
        graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    constants = [item for item in graph.initializer if item.name in used]
    sides = [axis.dim_param for axis in graph.output[0].type.tensor_type.shape.dim[2:]]
    del graph.initializer[:], graph.output[:]
    graph.initializer.extend([*constants, *tail.constants])
    graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (
            ("wrist_heatmaps", [1, 2, *sides]),
            ("placed_keypoints", [1, KEYPOINTS, 1, 7]),
        )
    )
    onnx.checker.check_model(placed)
    return placed


class _LocalHead:
    """The last two convolutions of a head: they look at one cell each."""

    def __init__(self, model: onnx.ModelProto, name: str) -> None:
        makers = {node.output[0]: node for node in model.graph.node}
        last = makers[name]
        activation = makers[last.input[0]]
        hidden = makers[activation.input[0]]
        self.nodes = [hidden, activation, last]
        if [node.op_type for node in self.nodes] != ["Conv", "Relu", "Conv"]:
            raise QuantizationError(f"{name} does not end with two convolutions")
        self.source: str = hidden.input[0]
        constants = _read_constants(model.graph)
        try:
            self.weights = [
                (constants[node.input[1]], constants[node.input[2]]) for node in (hidden, last)
            ]
        except KeyError as error:
            raise QuantizationError(f"{name} is not in float32") from error
        if any(weight.shape[2:] != (1, 1) for weight, _ in self.weights):
            raise QuantizationError(f"the last convolutions of {name} look at more than a cell")


def _read_constants(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Constants by name, also those kept in half precision and widened in the graph."""
    constants = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in constants:
            constants[node.output[0]] = constants[node.input[0]].astype(np.float32)
    return constants


class _Tail:
    """The nodes that find the keypoints, while they are written."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._numbers = 0

    def write(self, regression: _LocalHead, offsets: _LocalHead) -> None:
        """Write all of them; their outputs are those of the network."""
        size = self._add("Slice", self._add("Shape", "center_heatmap"), [2], [4])
        height, self._width = (self._add("Gather", size, np.int64(i)) for i in (0, 1))
        zero, one = self._constant(np.int64(0)), self._constant(np.int64(1))
        rows = self._to_float(self._add("Range", zero, height, one))
        self._rows = self._add("Reshape", rows, [-1, 1])
        self._columns = self._to_float(self._add("Range", zero, self._width, one))
        middle = self._add("Mul", self._to_float(size), np.full((1, 2), 0.5, np.float32))

        person = self._find_strongest("center_heatmap", middle, count=1)
        pointed = self._add("Reshape", self._look(regression, person), [KEYPOINTS, 2])
        expected = self._add("Add", pointed, self._to_places(person))
        cells = self._find_strongest("keypoint_heatmaps", expected, count=KEYPOINTS)
        maps = self._add("Reshape", "keypoint_heatmaps", [KEYPOINTS, -1])
        scores = self._add("GatherElements", maps, cells, axis=1)
        # Every keypoint's offset at every keypoint's cell; two of them are wanted of each.
        everywhere = self._add("Reshape", self._look(offsets, cells), [KEYPOINTS**2, 2])
        wanted = [
            [where * KEYPOINTS + kind for where in (kind, OTHER_SIDE[kind])]
            for kind in range(KEYPOINTS)
        ]
        moves = self._add("Reshape", self._add("Gather", everywhere, wanted), [KEYPOINTS, 4])
        places = self._to_places(cells)
        each = self._add("Concat", places, scores, moves, axis=1)
        self._add("Reshape", each, [1, KEYPOINTS, 1, 7], output="placed_keypoints")
        first, end = WRISTS
        self._add("Slice", "keypoint_heatmaps", [first], [end], [1], output="wrist_heatmaps")

    def _constant(self, value: Any) -> str:
        self._numbers += 1
        array = np.asarray(value, np.int64) if isinstance(value, list) else np.asarray(value)
        name = f"placing/constant_{self._numbers}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def _add(self, op: str, *inputs: Any, output: str = "", **attributes: Any) -> str:
        """Add a node; inputs that are no names become constants."""
        self._numbers += 1
        output = output or f"placing/{op}_{self._numbers}"
        names = [item if isinstance(item, str) else self._constant(item) for item in inputs]
        self.nodes.append(helper.make_node(op, names, [output], name=output, **attributes))
        return output

    def _to_float(self, value: str) -> str:
        return self._add("Cast", value, to=TensorProto.FLOAT)

    def _find_strongest(self, maps: str, nearby: str, *, count: int) -> str:
        """Cell ``(count, 1)`` of each map that is strongest after division by its distance.

        ``nearby`` are the positions ``(count, 2)``, row and column, that distances are measured to.
        """
        along = [
            self._add("Reshape", self._add("Gather", nearby, np.int64(axis), axis=1), [-1, 1, 1])
            for axis in (0, 1)
        ]
        squares = []
        for cells, position in zip((self._rows, self._columns), along, strict=True):
            away = self._add("Sub", cells, position)
            squares.append(self._add("Mul", away, away))
        distance = self._add("Sqrt", self._add("Add", *squares))
        softened = self._add("Add", distance, SOFTENING)
        damped = self._add("Div", self._add("Squeeze", maps, [0]), softened)
        flat = self._add("Reshape", damped, [count, -1])
        return self._add("ArgMax", flat, axis=1, keepdims=1)

    def _to_places(self, cells: str) -> str:
        """Rows and columns ``(N, 2)`` of cells ``(N, 1)``."""
        both = [self._add(op, cells, self._width) for op in ("Div", "Mod")]
        return self._to_float(self._add("Concat", *both, axis=1))

    def _look(self, head: _LocalHead, cells: str) -> str:
        """Say what a head gives ``(N, channels)`` at cells ``(N, 1)``."""
        (hidden, hidden_bias), (last, last_bias) = head.weights
        flat = self._add("Reshape", head.source, [hidden.shape[1], -1])
        seen = self._add("Gather", flat, self._add("Reshape", cells, [-1]), axis=1)
        values = self._add("Gemm", seen, _transpose(hidden), hidden_bias, transA=1)
        values = self._add("Relu", values)
        return self._add("Gemm", values, _transpose(last), last_bias)


def _transpose(weight: np.ndarray) -> np.ndarray:
    """Matrix ``(in, out)`` of a convolution's weight ``(out, in, 1, 1)``."""
    return np.ascontiguousarray(weight[:, :, 0, 0].T)


def main() -> None:
    """Place, and print the checksum that belongs in the network's card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="the network, with four heads")
    parser.add_argument("target", type=Path, help="the .onnx file to write")
    arguments = parser.parse_args()
    onnx.save(place_keypoints(onnx.load(arguments.source)), arguments.target)
    for path in (arguments.source, arguments.target):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, path.name)


if __name__ == "__main__":
    main()

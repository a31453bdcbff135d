"""How large a pose network is: its weights and its operations, counted from the ONNX graph.

``python -m gesturepose.evaluation.network_facts NAME|FILE...`` prints both, and with ``--write``
writes them into the network's card. Needs the ``onnx`` package, as adding a network may and running
one never does.

Weights are the numbers the graph carries, whatever they are stored as, but for the scales and zero
points of 8-bit ones. Operations are those of convolutions and matrix products, a multiply-add being
two, as papers count them; the rest is a few percent. The graph is run once on a black picture,
because the sizes inside a network of free input size are only known then.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.errors import GesturePoseError, ModelError, UsageError, one_line
from gesturepose.pose.card import find_model
from gesturepose.pose.letterbox import Letterbox
from gesturepose.pose.runtime import import_onnxruntime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gesturepose.pose.card import Model, ModelCard

    Shape = tuple[int, ...]

USUAL_PICTURE = (640, 480)
"""Width and height in pixels of the pictures that most webcams give unasked."""

#: Rows of a node's inputs that are its operands: data first, then weights.
_OPERANDS = {
    "Conv": (0, 1),
    "ConvInteger": (0, 1),
    "ConvTranspose": (0, 1),
    "Gemm": (0, 1),
    "MatMul": (0, 1),
    "MatMulInteger": (0, 1),
    "QLinearConv": (0, 3),
    "QLinearMatMul": (0, 3),
}
#: Rows of the inputs that say what an 8-bit number stands for, by operator.
_SCALES = {
    "QuantizeLinear": (1, 2),
    "DequantizeLinear": (1, 2),
    "QLinearConv": (1, 2, 4, 5, 6, 7),
    "QLinearMatMul": (1, 2, 4, 5, 6, 7),
    "ConvInteger": (2, 3),
    "MatMulInteger": (2, 3),
}


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """How large a network is.

    Attributes
    ----------
    parameters
        Weights.
    gflops
        Billions of operations a picture.
    size
        ``(width, height)`` in pixels of the input they were counted at.
    """

    parameters: int
    gflops: float
    size: tuple[int, int]


def usual_input(card: ModelCard) -> tuple[int, int]:
    """``(width, height)`` of the input for `USUAL_PICTURE`, or of the crops a network takes."""
    if card.top_down is not None:
        return card.top_down.size
    rule = card.input
    fitted = Letterbox.fit(USUAL_PICTURE, long_side=rule.long_side, multiple=rule.multiple)
    return fitted.input_size


def can_count() -> bool:
    """Whether the ``onnx`` package is installed."""
    return importlib.util.find_spec("onnx") is not None


def count_network(path: Path, card: ModelCard) -> NetworkFacts:
    """Count the weights and the operations of a network.

    Parameters
    ----------
    path
        The ``.onnx`` file.
    card
        Says how large its input is.

    Raises
    ------
    UsageError
        The ``onnx`` package is not installed.
    ModelError
        The file cannot be read or run.
    """
    if not can_count():
        raise UsageError(
            "counting needs the package onnx, which is not installed: pip install onnx"
        )
    import onnx

    try:
        model = onnx.load(str(path))
    except Exception as error:
        raise ModelError(f"{path} cannot be counted: it is no ONNX file") from error
    size = usual_input(card)
    graph = model.graph
    shapes = {name: tuple(tensor.dims) for name, tensor in _list_tensors(graph)}
    counted = [node for node in graph.node if node.op_type in _OPERANDS]
    wanted = {node.output[0] for node in counted}
    wanted |= {node.input[row] for node in counted for row in _OPERANDS[node.op_type]}
    inputs = {value.name for value in graph.input} - shapes.keys()
    shapes |= _run(model, sorted(wanted - shapes.keys() - inputs), card, size, path)
    operations = sum(_count_operations(node, shapes) for node in counted)
    return NetworkFacts(_count_weights(graph), operations / 1e9, size)


def _list_tensors(graph: Any) -> list[tuple[str, Any]]:
    """Numbers that a graph carries, with their names; some exporters keep them as nodes."""
    held = [
        (node.output[0], attribute.t)
        for node in graph.node
        if node.op_type == "Constant"
        for attribute in node.attribute
        if attribute.name == "value"
    ]
    return [(tensor.name, tensor) for tensor in graph.initializer] + held


def _count_weights(graph: Any) -> int:
    import onnx

    floats = {
        *(onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16),
        *(onnx.TensorProto.BFLOAT16, onnx.TensorProto.DOUBLE),
    }
    eight_bit = {onnx.TensorProto.INT8, onnx.TensorProto.UINT8, onnx.TensorProto.INT32}
    scales = {
        node.input[row]
        for node in graph.node
        for row in _SCALES.get(node.op_type, ())
        if row < len(node.input)
    }
    quantised = {name for node in graph.node if node.op_type in _SCALES for name in node.input}
    return sum(
        int(np.prod(tensor.dims, dtype=np.int64))
        for name, tensor in _list_tensors(graph)
        if name not in scales
        and tensor.dims  # a number without dimensions is a constant of some formula
        and (tensor.data_type in floats or (tensor.data_type in eight_bit and name in quantised))
    )


def _run(
    model: Any, names: Sequence[str], card: ModelCard, size: tuple[int, int], path: Path
) -> dict[str, Shape]:
    """Shapes of some values inside a graph and of its input, on a black picture."""
    import onnx

    onnxruntime = import_onnxruntime()
    (given,) = model.graph.input[:1]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = onnxruntime.SessionOptions()
    # Fused nodes would hide what is between them.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    high, wide = size[1], size[0]
    shape = (1, high, wide, 3) if card.input.layout == "NHWC" else (1, 3, high, wide)
    picture = np.zeros(shape, card.input.dtype)
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        results = session.run(list(names), {given.name: picture})
    except Exception as error:
        reason = one_line(str(error).splitlines()[0])[:160]
        raise ModelError(f"{path} cannot be counted: {reason}") from error
    return {
        given.name: shape,
        **{name: result.shape for name, result in zip(names, results, strict=True)},
    }


def _count_operations(node: Any, shapes: dict[str, Shape]) -> int:
    data, weights = (shapes[node.input[row]] for row in _OPERANDS[node.op_type])
    result = shapes[node.output[0]]
    if node.op_type == "ConvTranspose":
        # Every number that comes in is spread over a window of every map that goes out.
        return 2 * int(np.prod(data)) * int(np.prod(weights[1:]))
    if node.op_type in {"Conv", "ConvInteger", "QLinearConv"}:
        return 2 * int(np.prod(result)) * int(np.prod(weights[1:]))
    transposed = any(a.name == "transA" and a.i for a in node.attribute)
    return 2 * int(np.prod(result)) * data[-2 if transposed else -1]


_FIRST_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
_OWN_LINES = re.compile(r"^(?:parameters|gflops)\s*=.*\n", re.MULTILINE)
_SHA256 = re.compile(r"^sha256\s*=.*\n", re.MULTILINE)


def note_facts(model: Model) -> NetworkFacts:
    """Count a network, and write the figures into its card.

    The rest of the card, comments too, stays as it is.

    Raises
    ------
    UsageError, ModelError
        As `count_network`; or the card cannot be written.
    """
    facts = count_network(model.path, model.card)
    card = model.path.with_suffix(".toml")
    try:
        text = card.read_text(encoding="utf-8")
        table = _FIRST_TABLE.search(text)
        head, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
        lines = f"parameters = {facts.parameters}\ngflops = {facts.gflops:.4g}\n"
        head = _SHA256.sub(lambda found: found[0] + lines, _OWN_LINES.sub("", head), count=1)
        card.write_text(head + rest, encoding="utf-8")
    except OSError as error:
        raise ModelError(f"cannot write the card {card}: {error.strerror}") from error
    return facts


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m gesturepose.evaluation.network_facts",
        description="Count the weights and operations of pose networks.",
    )
    parser.add_argument("networks", nargs="+", metavar="NAME|FILE", help="as for --model")
    parser.add_argument("--write", action="store_true", help="write them into the cards")
    options = parser.parse_args(arguments)
    try:
        for name in options.networks:
            model = find_model(name)
            facts = note_facts(model) if options.write else count_network(model.path, model.card)
            width, height = facts.size
            sys.stdout.write(
                f"{one_line(model.name)}: {facts.parameters / 1e6:.2f} million weights, "
                f"{facts.gflops:.3g} GFLOPs at {width}x{height}\n"
            )
    except GesturePoseError as error:
        sys.stderr.write(f"gesturepose: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

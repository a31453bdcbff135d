"""MoveNet's graph as a list of steps.

Reads what ``models/convert.py`` writes for MoveNet, and nothing else. A step is a convolution with
its activation, an addition, an enlargement or a sigmoid.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import helper, numpy_helper

if TYPE_CHECKING:
    import onnx
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

#: The picture's bytes as a value of the graph.
PIXELS = "pixels"
#: The byte that stands for 0; pictures run from -1 to 1.
MIDDLE = 128


class QuantizationError(SystemExit):
    """The network or the pictures are not what this was written for."""


@dataclass(slots=True)
class Step:
    """One operation.

    Attributes
    ----------
    op
        ``Conv``, ``Add``, ``Resize`` or ``Sigmoid``.
    inputs, output
        Names of values.
    weight, bias
        Of a convolution: ``(out, in / group, kh, kw)`` and ``(out,)`` float32.
    attributes
        Of the ONNX node.
    activation
        Of a convolution: ``""``, ``"Relu"`` or ``"Clip"`` (to 0..6).
    scales
        Of an enlargement.
    """

    op: str
    inputs: list[str]
    output: str
    weight: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    bias: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    attributes: dict[str, Any] = field(default_factory=dict)
    activation: str = ""
    scales: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def depthwise(self) -> bool:
        """Whether each output channel sees one input channel."""
        return self.op == "Conv" and int(self.attributes["group"]) > 1


@dataclass(slots=True)
class Network:
    """The steps in an order in which they can run.

    Attributes
    ----------
    steps
        The steps.
    picture, heads
        ONNX's descriptions of input and outputs.
    gain
        What one byte counts.
    """

    steps: list[Step]
    picture: onnx.ValueInfoProto
    heads: list[onnx.ValueInfoProto]
    gain: float

    @property
    def outputs(self) -> list[str]:
        """Names of the heads."""
        return [head.name for head in self.heads]

    def makers(self) -> dict[str, Step]:
        """Find steps by the value they make."""
        return {step.output: step for step in self.steps}

    def takers(self) -> dict[str, list[Step]]:
        """Find steps by the values they take."""
        takers: dict[str, list[Step]] = defaultdict(list)
        for step in self.steps:
            for name in step.inputs:
                takers[name].append(step)
        return takers


def read_network(model: onnx.ModelProto) -> Network:
    """Take a network of ``models/convert.py`` apart.

    The steps that bring bytes to -1..1 become part of the first convolution: what is left of them
    is one shift, so its weights are as they were and its bias is another.

    Raises
    ------
    QuantizationError
        It has a step that is not known here.
    """
    constants = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    steps: dict[str, Step] = {}
    before: dict[str, np.ndarray] = {}
    for node in model.graph.node:
        if node.op_type == "Cast" and node.input[0] in constants:
            constants[node.output[0]] = constants[node.input[0]].astype(np.float32)
            continue
        inputs = [name for name in node.input if name and name not in constants]
        fixed = [constants[name] for name in node.input if name in constants]
        attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
        output = node.output[0]
        if node.op_type in {"Transpose", "Cast", "Mul", "Sub"} and not steps:
            before[node.op_type] = fixed[0] if fixed else np.zeros(0)
        elif node.op_type == "Conv":
            bias = fixed[1] if len(fixed) > 1 else np.zeros(len(fixed[0]), np.float32)
            steps[output] = Step("Conv", inputs, output, fixed[0], bias, attributes)
        elif (
            node.op_type in {"Relu", "Clip"} and steps.get(inputs[0], Step("", [], "")).weight.size
        ):
            step = steps.pop(inputs[0])
            step.output, step.activation = output, node.op_type
            steps[output] = step
        elif node.op_type == "Resize":
            steps[output] = Step("Resize", inputs, output, attributes=attributes, scales=fixed[-1])
        elif node.op_type in {"Add", "Sigmoid"} and not fixed:
            steps[output] = Step(node.op_type, inputs, output)
        else:
            raise QuantizationError(f"{output} is a {node.op_type}, which is not known here")
    gain = np.unique(before.get("Mul", np.zeros(0)))
    if before.keys() != {"Transpose", "Cast", "Mul", "Sub"} or len(gain) != 1 or not steps:
        raise QuantizationError("this is no MoveNet of models/convert.py: its first steps differ")
    first = next(iter(steps.values()))
    shift = MIDDLE * gain[0] - before["Sub"].ravel()[0]
    first.bias = first.bias + first.weight.sum(axis=(1, 2, 3)) * np.float32(shift)
    first.inputs = [PIXELS]
    return Network(
        list(steps.values()), model.graph.input[0], list(model.graph.output), float(gain[0])
    )

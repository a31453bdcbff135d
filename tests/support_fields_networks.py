"""Networks of whole pictures that can be checked by eye, as ONNX files.

OpenPifPaf's fields of people at given places, who are there when the picture is not black; and
associative embedding's maps of coloured dots: red wrists, green shoulders, blue hips. Like real
networks these know left from right by what they see, not by a mark that a mirror would leave as it
is: of a colour, the dot in the right half of the input is the person's left. Whose a dot is they
know by how far down it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from gesturepose.datatypes import Frame
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

KINDS = ("wrist", "shoulder", "hip")
ROWS = [COCO17.index(f"{side}_{kind}") for side in ("left", "right") for kind in KINDS]

#: Of the pictures that `draw_stack` draws. In an input of 256x256 they are 240 wide: at the right
#: there are 16 pixels of black.
PICTURE = (300, 320)
INPUT = (256, 256)
SCALE = INPUT[1] / PICTURE[1]


def draw_stack(
    rng: np.random.Generator, count: int, *, spread_px: float = 6.0
) -> tuple[Frame, NDArray[np.float64]]:
    """Up to two people, one above the other, right and left of the middle of the input.

    Returns the frame and keypoints ``(N, 17, 2)``, NaN where missing.
    """
    width, height = PICTURE
    image = np.zeros((height, width, 3))
    keypoints = np.full((count, len(COCO17), 2), np.nan)
    y, x = np.mgrid[:height, :width]
    middle = INPUT[0] / 2 / SCALE - 0.5
    for person in range(count):
        for kind, name in enumerate(KINDS):
            for side, sign in (("left", 1), ("right", -1)):
                place = middle + sign * rng.uniform(40, 90), 28 + 45 * kind + 155 * person
                keypoints[person, COCO17.index(f"{side}_{name}")] = place
                squared = np.square(x - place[0]) + np.square(y - place[1])
                image[..., 2 - kind] += 250 * np.exp(-0.5 * squared / spread_px**2)
    return Frame(np.rint(image.clip(0, 255)).astype(np.uint8), 0.0, 0), keypoints


def write_tags_network(
    path: Path,
    outputs: Mapping[str, int],
    *,
    batch: int | str = "N",
    shift_px: int = 0,
    left_gain: float = 1.0,
) -> Path:
    """A network of associative embedding for inputs of `INPUT`.

    Parameters
    ----------
    path
        Where to.
    outputs
        Names and channels: 34 for one of stride 4 with tags, 17 for one of stride 2.
    batch
        Its first axis: 1, or a name where it is free.
    shift_px
        Pixels of the input by which it sees everything too far right.
    left_gain
        How much surer it is of the left than of the right.
    """
    width, height = INPUT
    right = (np.arange(width) > (width - 1) / 2).astype(np.float32).reshape(1, 1, 1, width)
    place = np.zeros((len(COCO17), 6, 1, 1), np.float32)
    place[ROWS, range(6)] = 1
    step = np.zeros((len(COCO17), 1, 1, 2 * abs(shift_px) + 1), np.float32)
    step[..., abs(shift_px) - shift_px] = 1
    tags = np.zeros((1, len(COCO17), height // 4, width // 4), np.float32)
    tags[:, :, height // 8 :] = 3
    weights = {
        "colours": (np.eye(3, dtype=np.float32) * 2 - 1)[..., None, None],
        "right": right * np.float32(left_gain),
        "left": 1 - right,
        "place": place,
        "step": step,
        "tags": tags,
        "nothing": np.zeros((1, 1, 1, 1), np.float32),
    }
    pads = [0, abs(shift_px), 0, abs(shift_px)]
    nodes = [
        helper.make_node("Conv", ["picture", "colours"], ["mixed"]),
        helper.make_node("Relu", ["mixed"], ["pure"]),
        helper.make_node("Mul", ["pure", "right"], ["lefts"]),
        helper.make_node("Mul", ["pure", "left"], ["rights"]),
        helper.make_node("Concat", ["lefts", "rights"], ["sides"], axis=1),
        helper.make_node("Conv", ["sides", "place"], ["exact"]),
        helper.make_node("Conv", ["exact", "step"], ["dots"], group=len(COCO17), pads=pads),
    ]
    shapes = {}
    for name, channels in outputs.items():
        stride, tagged = (4, True) if channels == 2 * len(COCO17) else (2, False)
        pooled = f"{name}/maps" if tagged else name
        sides = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        nodes.append(helper.make_node("AveragePool", ["dots"], [pooled], **sides))
        if tagged:
            nodes += [
                helper.make_node("Mul", [pooled, "nothing"], [f"{name}/none"]),
                helper.make_node("Add", [f"{name}/none", "tags"], [f"{name}/tags"]),
                helper.make_node("Concat", [pooled, f"{name}/tags"], [name], axis=1),
            ]
        shapes[name] = [batch, channels, height // stride, width // stride]
    return _save(path, nodes, weights, shapes, size=INPUT, batch=batch)


def write_pifpaf_network(
    path: Path,
    heads: Mapping[str, NDArray[np.float32]],
    *,
    size: tuple[int, int],
    confidence: int,
    batch: int | str = "N",
) -> Path:
    """A network that reports these fields, surely where the picture is white, else less.

    Like those that OpenPifPaf exports it takes pictures of one ``size`` only, ``(width, height)``.
    ``confidence`` is the component to be made less.
    """
    nodes = [helper.make_node("ReduceMax", ["picture"], ["white"], axes=[1, 2, 3], keepdims=0)]
    nodes.append(helper.make_node("Unsqueeze", ["white", "axes"], ["sure"]))
    weights: dict[str, NDArray[Any]] = {"axes": np.array([1, 2, 3, 4])}
    shapes: dict[str, Sequence[int | str]] = {}
    for name, field in heads.items():
        kept = field.copy()
        kept[:, :, confidence] = 0
        weights |= {f"{name}/kept": kept, f"{name}/made_less": field - kept}
        nodes += [
            helper.make_node("Mul", ["sure", f"{name}/made_less"], [f"{name}/sure"]),
            helper.make_node("Add", [f"{name}/sure", f"{name}/kept"], [name]),
        ]
        shapes[name] = [batch, *field.shape[1:]]
    return _save(path, nodes, weights, shapes, size=size, batch=batch)


def _save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    weights: Mapping[str, NDArray[Any]],
    outputs: Mapping[str, Sequence[int | str]],
    *,
    size: tuple[int, int],
    batch: int | str,
) -> Path:
    shape = [batch, 3, size[1], size[0]]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path

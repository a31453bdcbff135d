"""Person-crop networks that can be checked by eye: coloured dots in, keypoints out.

The picture is black but for soft dots: red wrists, green shoulders, blue hips. The networks know
left from right as real ones do, by where in the crop a dot is, so that mirrored crops must be
swapped and turned back: of a colour, the dot in the right half of the crop is the person's left.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from gesturepose.datatypes import Frame, Pose
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.pose.estimator import Region

#: Red, green and blue, as the network's input has them.
KINDS = ("wrist", "shoulder", "hip")
ROWS = [COCO17.index(f"{side}_{kind}") for side in ("left", "right") for kind in KINDS]
SPREAD_PX = 5.0


def draw_people(
    rng: np.random.Generator, count: int, *, size: tuple[int, int] = (640, 480)
) -> tuple[Frame, NDArray[np.float32]]:
    """A picture of people side by side, and their keypoints ``(N, 17, 2)``, NaN where missing."""
    width, height = size
    image = np.zeros((height, width, 3))
    keypoints = np.full((count, len(COCO17), 2), np.nan, np.float32)
    y, x = np.mgrid[:height, :width]
    for person in range(count):
        middle = rng.uniform((105 + 212 * person, 140), (111 + 212 * person, 300))
        for kind, name in enumerate(KINDS):
            for side, sign in (("left", 1), ("right", -1)):
                aside, down = rng.uniform((25, -9), (45, 9))
                place = middle + np.array([sign * aside, 60 * (kind - 1) + down])
                keypoints[person, COCO17.index(f"{side}_{name}")] = place
                squared = np.square(x - place[0]) + np.square(y - place[1])
                image[..., 2 - kind] += 250 * np.exp(-0.5 * squared / SPREAD_PX**2)
    return Frame(np.rint(image.clip(0, 255)).astype(np.uint8), 0.0, 0), keypoints


def boxes_round(keypoints: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes ``(N, 4)`` of people's keypoints."""
    return np.concatenate(
        [np.nanmin(keypoints, axis=1), np.nanmax(keypoints, axis=1)], axis=1
    ).astype(np.float32)


def write_heatmap_network(
    path: Path,
    *,
    grid: str = "corners",
    stride: int = 4,
    size: tuple[int, int] = (192, 256),
    batch: int | str = "N",
    output: str = "heatmaps",
) -> Path:
    """A network whose heatmaps ``(N, 17, h, w)`` show the dots as they are where cells lie."""
    width, height = size
    shape = [batch, len(COCO17), height // stride, width // stride]
    if grid == "aligned":
        nodes = [
            helper.make_node("Shape", ["dots"], ["whole"]),
            helper.make_node("Slice", ["whole", "zero", "two"], ["first"]),
            helper.make_node("Concat", ["first", "sizes"], ["wanted"], axis=0),
            helper.make_node(
                "Resize",
                ["dots", "", "", "wanted"],
                [output],
                mode="linear",
                coordinate_transformation_mode="align_corners",
            ),
        ]
        weights = {"zero": np.array([0]), "two": np.array([2]), "sizes": np.array(shape[2:])}
    else:
        # The mean of the pixels a cell covers, or the first of them.
        kind, reach = ("AveragePool", stride) if grid == "centers" else ("MaxPool", 1)
        nodes = [
            helper.make_node(
                kind,
                ["dots"],
                [output],
                kernel_shape=[reach, reach],
                strides=[stride, stride],
            )
        ]
        weights = {}
    return _write(path, nodes, weights, {output: shape}, size=size, batch=batch)


def write_constant_network(path: Path, *, cell: tuple[int, int]) -> Path:
    """A network that is sure of everything at one cell ``(x, y)`` of 48x64, whatever it sees."""
    maps = np.zeros((1, len(COCO17), 64, 48), np.float32)
    maps[:, :, cell[1], cell[0]] = 0.9
    nodes = [
        helper.make_node("ReduceMean", ["dots"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "nothing"], ["none"]),
        helper.make_node("Add", ["none", "maps"], ["heatmaps"]),
    ]
    weights = {"nothing": np.zeros((1, 1, 1, 1), np.float32), "maps": maps}
    shape: list[int | str] = ["N", len(COCO17), 64, 48]
    return _write(path, nodes, weights, {"heatmaps": shape}, size=(192, 256), batch="N")


def write_simcc_network(
    path: Path, *, ratio: int = 2, size: tuple[int, int] = (192, 256), batch: int | str = "N"
) -> Path:
    """A network whose bins are the brightest dot of each column and row, ``ratio`` a pixel."""
    nodes, outputs = [], {}
    for axis, name, pixels in ((2, "simcc_x", size[0]), (3, "simcc_y", size[1])):
        nodes += [
            helper.make_node("ReduceMax", ["dots"], [f"{name}/pixels"], axes=[axis], keepdims=0),
            helper.make_node(
                "Resize",
                [f"{name}/pixels", "", "scales"],
                [name],
                mode="linear",
                coordinate_transformation_mode="asymmetric",
            ),
        ]
        outputs[name] = [batch, len(COCO17), pixels * ratio]
    scales = np.array([1, 1, ratio], np.float32)
    return _write(path, nodes, {"scales": scales}, outputs, size=size, batch=batch)


def _write(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    weights: Mapping[str, NDArray[Any]],
    outputs: Mapping[str, Sequence[int | str]],
    *,
    size: tuple[int, int],
    batch: int | str,
) -> Path:
    """Put the nodes behind ``dots``, ``(N, 17, height, width)``: how sure of what is each pixel."""
    width, height = size
    colours = np.eye(3, dtype=np.float32) * 2 - 1  # red, less green and blue
    right = (np.arange(width) > (width - 1) / 2).astype(np.float32)
    place = np.zeros((len(COCO17), 6), np.float32)
    place[ROWS, range(6)] = 1
    dots = [
        helper.make_node("Conv", ["picture", "colours"], ["mixed"]),
        helper.make_node("Relu", ["mixed"], ["pure"]),
        helper.make_node("Mul", ["pure", "right"], ["lefts"]),
        helper.make_node("Mul", ["pure", "left"], ["rights"]),
        helper.make_node("Concat", ["lefts", "rights"], ["sides"], axis=1),
        helper.make_node("Conv", ["sides", "place"], ["dots"]),
    ]
    known = {
        "colours": colours[..., None, None],
        "right": right.reshape(1, 1, 1, width),
        "left": 1 - right.reshape(1, 1, 1, width),
        "place": place[..., None, None],
        **weights,
    }
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [batch, 3, height, width])
    graph = helper.make_graph(
        [*dots, *nodes],
        "dots",
        [picture],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in known.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def write_card(
    path: Path,
    family: str,
    *,
    size: tuple[int, int] = (192, 256),
    crops: Mapping[str, object] | None = None,
) -> str:
    """Write the card of such a network beside it; gives the network's path, as settings want it.

    ``crops`` are further fields of ``[top_down]``, in TOML's own words.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    fields = {"width": size[0], "height": size[1], **(crops or {})}
    path.with_suffix(".toml").write_text(
        "\n".join(
            [
                'title = "Dots"',
                f'family = "{family}"',
                'skeleton = "coco17"',
                "max_people = 1",
                'licence = "none"',
                f'sha256 = "{digest}"',
                "[input]",
                'layout = "NCHW"',
                'dtype = "float32"',
                'colour = "RGB"',
                "std = [255, 255, 255]",
                "multiple = 1",
                f"long_side = {max(size)}",
                "[top_down]",
                *(f"{name} = {value}" for name, value in fields.items()),
                "[source]",
                'origin = "a test"',
                'url = "none"',
                'version = "none"',
                "files = []",
                'converter = "none"',
            ]
        ),
        encoding="utf-8",
    )
    return str(path)


@dataclasses.dataclass
class KnownPlaces:
    """A finder who is told where people are, and counts how often it was asked."""

    poses: Sequence[Pose]
    max_people: int = 6
    asked: int = 0
    warmed: tuple[int, int] | None = None
    closed: bool = False

    def __call__(self, frame: Frame, region: Region | None = None) -> Sequence[Pose]:
        del frame, region
        self.asked += 1
        return self.poses

    def warm_up(self, size: tuple[int, int]) -> None:
        self.warmed = size

    def close(self) -> None:
        self.closed = True


def as_poses(keypoints: NDArray[np.float32], score: float = 0.64) -> list[Pose]:
    """People who are seen as far as their keypoints are there."""
    seen = np.isfinite(keypoints).all(axis=2)
    scores = np.where(seen, np.float32(score), np.float32(0))
    return [Pose(place, sure, score) for place, sure in zip(keypoints, scores, strict=True)]

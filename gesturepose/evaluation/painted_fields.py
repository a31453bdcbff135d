"""What bottom-up networks of every family would report of people drawn at random.

Follows the definitions that the decoders cite, only as far as a decoder needs in order to find the
people: how exactly they are found is no question for these outputs. Runs no network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.evaluation.painted_people import BODY_PX, KINDS, NOISE, SIZE, spots
from gesturepose.pose import (
    associative_embedding,
    movenet_multipose,
    openpose,
    personlab,
    pifpaf,
    pifpaf_fields,
)
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.evaluation.painted_people import FloatArray, Heads, Painter, Scene


def _grid(stride_px: float, *, last: int = 0) -> NDArray[np.float64]:
    """``(h, w, 2)`` x and y of every cell; ``last`` more cells at the far edges."""
    columns, rows = (int(side // stride_px) + last for side in SIZE)
    return np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).astype(np.float64)


def _ways(
    places: NDArray[np.float64], grid: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Ways ``(h, w, 2)`` from each cell to the nearest of ``(N, 2)``, and whose it is."""
    # Squares one axis at a time: pairs of numbers are slow to add up.
    squared = sum(np.square(places[:, axis, None, None] - grid[..., axis]) for axis in (0, 1))
    nearest: NDArray[np.intp] = np.argmin(squared, axis=0)
    return places[nearest] - grid, nearest


def _channels(fields: list[NDArray[np.float64]]) -> FloatArray:
    """Fields ``(h, w)`` as one output ``(1, C, h, w)``."""
    return np.stack(fields)[None].astype(np.float32)


def paint_movenet(scene: Scene) -> Heads:
    """Paint the heads of MoveNet, of one person and of several."""
    stride_px = movenet_multipose.STRIDE_PX
    grid, places = _grid(stride_px), scene.people / stride_px
    shape = grid.shape[:2]
    middles = places.mean(axis=1)
    _, owner = _ways(middles, grid)
    regression = [way for kind in range(KINDS) for way in _to_yx(places[owner, kind] - grid)]
    offsets = []
    for kind in range(KINDS):
        offsets += _to_yx(np.clip(_ways(places[:, kind], grid)[0], -0.5, 0.5))
    low, high = places.min(axis=1)[owner], places.max(axis=1)[owner]
    heads = {
        "center_heatmap": spots(middles[:, None], shape, 2.0, scene.rng)[None],
        "keypoint_heatmaps": spots(places, shape, 1.5, scene.rng)[None],
        "keypoint_regression": _channels(regression),
        "keypoint_offsets": _channels(offsets),
        "box_scale": _channels(_to_yx(1.2 * (high - low))),
        "box_offset": _channels(_to_yx((low + high) / 2 - grid)),
    }
    return {name: heads[name] for name in movenet_multipose.HEADS}


def _to_yx(field: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return [field[..., 1], field[..., 0]]


def paint_personlab(scene: Scene) -> Heads:
    """Paint PersonLab's heatmaps, offsets and displacements."""
    layout = personlab.POSENET
    grid = _grid(layout.stride_px, last=1) * layout.stride_px
    heat, offsets = [], []
    forward: list[list[NDArray[np.float64]]] = []
    backward: list[list[NDArray[np.float64]]] = []
    disks, owners = [], []
    for kind in range(KINDS):
        way, owner = _ways(scene.people[:, kind], grid)
        disk = np.hypot(way[..., 0], way[..., 1]) <= layout.radius_px / 2
        disks.append(disk)
        owners.append(owner)
        heat.append(np.where(disk, 0.95, scene.rng.uniform(0, NOISE, disk.shape)))
        offsets.append(_to_yx(way))
    for parent, child in personlab.EDGES:
        for ways, here, there in ((forward, parent, child), (backward, child, parent)):
            ways.append(_to_yx(scene.people[owners[here], there] - grid))
    return {
        "keypoint_heatmaps": _channels(heat),
        "keypoint_offsets": _y_before_x(offsets),
        "displacements_forward": _y_before_x(forward),
        "displacements_backward": _y_before_x(backward),
    }


def _y_before_x(pairs: list[list[NDArray[np.float64]]]) -> FloatArray:
    return _channels([pair[axis] for axis in (0, 1) for pair in pairs])


def painter_of_pifpaf(components: pifpaf_fields.Components) -> Painter:
    """Make the painter of one version's intensity and association fields."""

    def paint(scene: Scene) -> Heads:
        stride_px = pifpaf.STRIDE_PX
        grid, places = _grid(stride_px, last=1), scene.people / stride_px
        scale = 0.06 * BODY_PX / stride_px
        cif, caf = [], []
        for kind in range(KINDS):
            way, _ = _ways(places[:, kind], grid)
            x, y = np.moveaxis(way if components.relative else grid + way, -1, 0)
            sure = (np.abs(way) <= 2).all(axis=-1).astype(float)
            cif.append(_in_order(components.cif, c=sure, x=x, y=y, s=scale))
        for first, second in pifpaf_fields.EDGES:
            start, along = places[:, first], places[:, second] - places[:, first]
            # The point of each line that is nearest to a cell, as a share of the line.
            share = np.einsum("hwnc,nc->nhw", grid[:, :, None] - start, along)
            share = np.clip(share / np.square(along).sum(axis=1)[:, None, None], 0, 1)
            beside = start[:, None, None] + share[..., None] * along[:, None, None] - grid
            away = np.hypot(beside[..., 0], beside[..., 1])
            sure = (away.min(axis=0) <= 1.5).astype(float)
            owner = away.argmin(axis=0)
            origin = grid if components.relative else 0
            ends = (places[owner, kind] - origin for kind in (first, second))
            (x1, y1), (x2, y2) = (np.moveaxis(end, -1, 0) for end in ends)
            seen = {"c": sure, "x1": x1, "y1": y1, "x2": x2, "y2": y2, "s1": scale, "s2": scale}
            caf.append(_in_order(components.caf, **seen))
        return {"cif": np.stack(cif)[None], "caf": np.stack(caf)[None]}

    return paint


def _in_order(names: tuple[str, ...], **values: NDArray[np.float64] | float) -> FloatArray:
    """``(n, h, w)`` components; those that no decoder reads are 0.1."""
    shape = np.shape(values["c"])
    return np.stack(
        [np.broadcast_to(values.get(name, 0.1), shape) for name in names], dtype=np.float32
    )


def painter_of_openpose(layout: openpose.Layout, stride_px: float) -> Painter:
    """Make the painter of confidence maps and part affinity fields of one layout."""

    def paint(scene: Scene) -> Heads:
        people = _complete(scene.people, layout)
        grid, places = _grid(stride_px), (people + 0.5) / stride_px - 0.5
        maps = spots(places, grid.shape[:2], 7 / stride_px, scene.rng)
        maps = np.concatenate([maps, 1 - maps.max(axis=0, keepdims=True)])
        fields = np.zeros((2 * len(layout.limbs), *grid.shape[:2]), np.float32)
        for first, second, channel in layout.limbs:
            for start, end in places[:, [first, second]]:
                length = max(float(np.hypot(*(end - start))), 1e-6)
                x, y = (end - start) / length
                along = (grid - start) @ (x, y)
                beside = np.abs((grid - start) @ (y, -x))
                limb = (along >= -1) & (along <= length + 1) & (beside <= 1)
                fields[channel, limb], fields[channel + 1, limb] = x, y
        if layout.joined:
            return {openpose.JOINED: np.concatenate([maps, fields])[None]}
        return {openpose.HEATMAPS: maps[None], openpose.FIELDS: fields[None]}

    return paint


def _complete(people: NDArray[np.float64], layout: openpose.Layout) -> NDArray[np.float64]:
    """``(N, K, 2)`` in a layout's order, with the parts that COCO has not."""
    rows = {name: people[:, row] for row, name in enumerate(COCO17.keypoints)}
    rows["neck"] = (rows["left_shoulder"] + rows["right_shoulder"]) / 2
    rows["middle_hip"] = (rows["left_hip"] + rows["right_hip"]) / 2
    for side, outward in (("left", 1), ("right", -1)):
        for part, across in (("big_toe", 2), ("small_toe", 9), ("heel", -6)):
            rows[f"{side}_{part}"] = rows[f"{side}_ankle"] + (across * outward, 9)
    return np.stack([rows[name] for name in layout.parts], axis=1)


def painter_of_tags(layout: associative_embedding.Layout, stride_px: int) -> Painter:
    """Make the painter of heatmaps and tags of one layout."""

    def paint(scene: Scene) -> Heads:
        heads = {}
        for name, channels in layout.outputs.items():
            # The coarse output has the tags; of two, the other has half of its stride.
            coarse = len(layout.outputs) == 1 or channels == 2 * KINDS
            cell_px = 2 * stride_px if coarse and len(layout.outputs) > 1 else stride_px
            grid, places = _grid(cell_px), (scene.people + 0.5) / cell_px - 0.5
            parts = [spots(places, grid.shape[:2], 2.0, scene.rng)]
            if channels == 2 * KINDS:
                owners = [_ways(places[:, kind], grid)[1] for kind in range(KINDS)]
                parts.append(2.0 * np.array(owners, np.float32))
            heads[name] = np.concatenate(parts)[None]
        return heads

    return paint

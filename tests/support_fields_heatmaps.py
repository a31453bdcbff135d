"""Outputs of top-down and one-stage networks, made from their papers' definitions.

Random people are drawn, and what a perfect network would say of them is written down; noise is
added by the tests. Independent of the decoders: the only thing shared is the order of keypoints.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

KEYPOINTS = len(COCO17)

#: Width and height of the crops.
CROP = (192, 256)


@dataclasses.dataclass(frozen=True)
class Seen:
    """People as the network should find them: pixels of its input."""

    keypoints: FloatArray
    visible: NDArray[np.bool_]
    boxes: FloatArray
    scores: FloatArray


def keypoints_in_crops(
    rng: np.random.Generator, count: int, *, margin: float = 32.0
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Keypoints ``(N, K, 2)`` anywhere in a crop, but for a margin; one in six occluded."""
    high = np.array(CROP) - 1 - margin
    keypoints = rng.uniform(margin, high, (count, KEYPOINTS, 2)).astype(np.float32)
    return keypoints, rng.random((count, KEYPOINTS)) > 1 / 6


def other_sides() -> list[int]:
    """Rows of the other side's keypoints, written out from the names."""
    swapped = [
        name.replace("left", "*").replace("right", "left").replace("*", "right")
        for name in COCO17.keypoints
    ]
    return [COCO17.keypoints.index(name) for name in swapped]


def mirror(
    keypoints: FloatArray, visible: NDArray[np.bool_]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Mirror the crop: left hands become right ones on the picture's other side."""
    mirrored = keypoints[:, other_sides()]
    mirrored[..., 0] = CROP[0] - 1 - mirrored[..., 0]
    return mirrored, visible[:, other_sides()]


def to_cells(keypoints: FloatArray, *, grid: str, stride: int) -> FloatArray:
    """Continuous ``(x, y)`` in cells of what lies at a pixel of the crop."""
    if grid == "corners":
        return keypoints / np.float32(stride)
    if grid == "centers":
        return (keypoints + np.float32(0.5)) / np.float32(stride) - np.float32(0.5)
    cells = np.array(CROP) // stride
    return np.asarray(keypoints * ((cells - 1) / (np.array(CROP) - 1)), np.float32)


def draw_heatmaps(
    keypoints: FloatArray,
    visible: NDArray[np.bool_],
    *,
    grid: str = "corners",
    stride: int = 4,
    sigma: float = 2.0,
) -> FloatArray:
    """Gaussians round the exact places (Zhang et al., 2020: not round the nearest cell)."""
    width, height = (side // stride for side in CROP)
    x, y = np.moveaxis(to_cells(keypoints, grid=grid, stride=stride), -1, 0)
    along_x = np.exp(-0.5 * np.square((np.arange(width) - x[..., None]) / sigma))
    along_y = np.exp(-0.5 * np.square((np.arange(height) - y[..., None]) / sigma))
    maps = along_y[..., :, None] * along_x[..., None, :]
    return np.where(visible[..., None, None], maps, 0).astype(np.float32)


def draw_bins(
    keypoints: FloatArray, visible: NDArray[np.bool_], *, ratio: int = 2, sigma: float = 6.0
) -> dict[str, FloatArray]:
    """SimCC labels with Gaussian smoothing: the nearest bin of each axis, and those round it."""
    heads = {}
    for axis, name in enumerate(("simcc_x", "simcc_y")):
        bins = np.arange(CROP[axis] * ratio)
        nearest = np.rint(keypoints[..., axis] * ratio)[..., None]
        labels = np.exp(-0.5 * np.square((bins - nearest) / sigma))
        heads[name] = np.where(visible[..., None], labels, 0).astype(np.float32)
    return heads


def overlap(box: FloatArray, other: FloatArray) -> float:
    """Intersection over union of two boxes."""
    low, high = np.maximum(box[:2], other[:2]), np.minimum(box[2:], other[2:])
    shared = float(np.prod(np.maximum(high - low, 0)))
    areas = float(np.prod(box[2:] - box[:2]) + np.prod(other[2:] - other[:2]))
    return shared / (areas - shared)


def people_in_picture(rng: np.random.Generator, count: int, *, size: float = 640.0) -> Seen:
    """Up to ``count`` people who overlap, but no two of whom cover the same place."""
    boxes: list[FloatArray] = []
    for _ in range(20 * count):
        sides = rng.uniform((40, 80), (200, 400))
        corner = rng.uniform(0, size - sides)
        box = np.concatenate([corner, corner + sides]).astype(np.float32)
        if all(overlap(box, other) < 0.4 for other in boxes):
            boxes.append(box)
        if len(boxes) == count:
            break
    found = np.stack(boxes)
    share = rng.uniform(0, 1, (len(found), KEYPOINTS, 2))
    keypoints = found[:, None, :2] + share * (found[:, 2:] - found[:, :2])[:, None]
    visible = rng.random((len(found), KEYPOINTS)) > 1 / 6
    # Different scores, so that the order is known.
    scores = rng.permutation(np.linspace(0.5, 0.95, len(found)))
    return Seen(keypoints.astype(np.float32), visible, found, scores.astype(np.float32))


def write_candidates(
    rng: np.random.Generator, people: Seen, *, repeats: int, background: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Boxes, scores and keypoints of anchors: each person, less sure repeats, and background.

    Repeats are moved by at most a fiftieth of the box; background is less sure than 0.1. All of it
    is in random order.
    """
    sides = people.boxes[:, 2:] - people.boxes[:, :2]
    scored = np.concatenate(
        [people.keypoints, np.where(people.visible, 0.9, 0.0)[..., None]], axis=2
    )
    boxes, scores, keypoints = [people.boxes], [people.scores], [scored]
    for _ in range(repeats):
        moved = rng.uniform(-0.02, 0.02, (len(sides), 2)) * sides
        boxes.append((people.boxes + np.tile(moved, 2)).astype(np.float32))
        scores.append((people.scores * rng.uniform(0.6, 0.99, len(sides))).astype(np.float32))
        keypoints.append(scored + np.concatenate([moved, np.zeros((len(moved), 1))], 1)[:, None])
    corner, size = rng.uniform(0, 500, (background, 2)), rng.uniform(5, 140, (background, 2))
    boxes.append(np.concatenate([corner, corner + size], axis=1).astype(np.float32))
    scores.append(rng.uniform(0, 0.1, background).astype(np.float32))
    keypoints.append(rng.uniform(0, 640, (background, KEYPOINTS, 3)))
    order = rng.permutation(sum(len(part) for part in scores))
    return (
        np.concatenate(boxes)[order],
        np.concatenate(scores)[order],
        np.concatenate(keypoints)[order].astype(np.float32),
    )

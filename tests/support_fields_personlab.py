"""PersonLab's fields from their definition, for people drawn at random.

Papandreou et al., "PersonLab", ECCV 2018, section 3.1: heatmaps are 1 within a disk of R pixels
round each keypoint; short-range offsets lead from every cell of the disk to the keypoint of the
nearest person; mid-range displacements lead from every cell of the disk of one keypoint to the
neighbouring keypoint of the same person. Unlabelled keypoints leave no trace in any field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.personlab import EDGES, KEYPOINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RADIUS_PX = 32.0

#: A standing body in units of its height: keypoint positions (x, y) in COCO's order.
BODY = np.array(
    [
        (0.00, 0.00),
        (0.03, -0.03),
        (-0.03, -0.03),
        (0.07, -0.01),
        (-0.07, -0.01),
        (0.14, 0.15),
        (-0.14, 0.15),
        (0.19, 0.33),
        (-0.19, 0.33),
        (0.21, 0.50),
        (-0.21, 0.50),
        (0.09, 0.50),
        (-0.09, 0.50),
        (0.10, 0.72),
        (-0.10, 0.72),
        (0.10, 0.94),
        (-0.10, 0.94),
    ]
)

#: What is hidden together, so that the rest stays in one piece: head sides, arms, legs.
PARTS = ((1, 3), (2, 4), (3,), (4,), (7, 9), (8, 10), (9,), (10,), (13, 15), (14, 16), (15,), (16,))


def draw_people(
    random: np.random.Generator,
    *,
    count: int,
    size_px: int,
    apart_px: float,
    hide: float = 0.0,
    parts: Sequence[tuple[int, ...]] = PARTS,
) -> NDArray[np.float64]:
    """Draw ``(N, K, 2)`` people whose keypoints of one kind are apart; N may fall short.

    Bodies overlap freely. With ``hide``, each of the parts is unlabelled (NaN) with that chance.
    """
    people: list[NDArray[np.float64]] = []
    for _ in range(count * 40):
        if len(people) == count:
            break
        height = random.uniform(130, 300)
        pose = (BODY + random.normal(0, 0.025, BODY.shape)) * height
        pose += random.uniform(0.05 * size_px, 0.95 * size_px, 2) - pose.mean(axis=0)
        if pose.min() < 0 or pose.max() > size_px - 1:
            continue
        if all(np.linalg.norm(pose - other, axis=1).min() > apart_px for other in people):
            people.append(pose)
    for person in people:
        for part in parts:
            if random.random() < hide:
                person[list(part)] = np.nan
    return np.array(people).reshape(-1, KEYPOINTS, 2)


def encode(
    people: NDArray[np.float64],
    *,
    size_px: int,
    stride_px: int,
    random: np.random.Generator,
    noise_px: float = 0.0,
    doubt: float = 0.0,
) -> dict[str, NDArray[np.float32]]:
    """Fields of a square picture of ``size_px``, one more than a multiple of the stride.

    Parameters
    ----------
    people
        ``(N, K, 2)`` x and y in pixels, NaN where unlabelled.
    noise_px
        Standard deviation of what is added to offsets and displacements.
    doubt
        Standard deviation by which heatmaps fall short of 1, and rise above 0.
    """
    cells = np.arange((size_px - 1) // stride_px + 1) * float(stride_px)
    grid = np.stack(np.meshgrid(cells, cells, indexing="ij"), axis=-1)  # (h, w, 2): y, x
    shape = grid.shape[:2]
    heat = np.zeros((KEYPOINTS, *shape))
    offsets = random.normal(0, 10, (2, KEYPOINTS, *shape))
    forward = random.normal(0, 10, (2, len(EDGES), *shape))
    backward = random.normal(0, 10, (2, len(EDGES), *shape))
    for kind in range(KEYPOINTS):
        labelled = people[np.isfinite(people[:, kind, 0])]
        if not len(labelled):
            continue
        ways = labelled[:, kind, None, None, ::-1] - grid
        distances = np.linalg.norm(ways, axis=-1)
        nearest = distances.argmin(axis=0)
        disk = distances.min(axis=0) <= RADIUS_PX
        heat[kind] = disk
        way = np.take_along_axis(ways, nearest[None, ..., None], axis=0)[0]
        offsets[:, kind, disk] = way[disk].T
        for edge, (parent, child) in enumerate(EDGES):
            if kind in {parent, child}:
                other = child if kind == parent else parent
                there = labelled[nearest, other, ::-1] - grid
                field = forward if kind == parent else backward
                known = disk & np.isfinite(there[..., 0])
                field[:, edge, known] = there[known].T
    for field in (offsets, forward, backward):
        np.add(field, random.normal(0, noise_px, field.shape), out=field)
    heat = np.abs(heat - np.abs(random.normal(0, 1, heat.shape)) * doubt)
    return {
        "keypoint_heatmaps": np.clip(heat, 0, 1).astype(np.float32)[None],
        "keypoint_offsets": offsets.reshape(1, -1, *shape).astype(np.float32),
        "displacements_forward": forward.reshape(1, -1, *shape).astype(np.float32),
        "displacements_backward": backward.reshape(1, -1, *shape).astype(np.float32),
    }

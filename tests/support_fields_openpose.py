"""Random people, and the maps an ideal OpenPose network would paint of them.

Maps and fields after Cao et al., "OpenPose", 2019 (arXiv 1812.08008): a confidence map is the
greatest of everybody's Gaussians, a field the mean of the unit vectors of the limbs
that cover a cell. As in its authors' training labels, limbs reach past their ends by
the width they have to the sides: on a coarse grid the shortest would cover no cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from gesturepose.pose.openpose import FIELDS, HEATMAPS, JOINED
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People
    from gesturepose.pose.openpose import Layout

    Array = NDArray[np.float64]

#: A standing person seen from the front, in body heights from the middle of the hips; the arms are
#: drawn at random.
_STANDING = {
    "nose": (0.0, -0.40),
    "left_eye": (0.03, -0.43),
    "left_ear": (0.065, -0.415),
    "left_shoulder": (0.12, -0.30),
    "left_hip": (0.08, 0.0),
    "left_knee": (0.09, 0.24),
    "left_ankle": (0.10, 0.48),
}
_UPPER_ARM, _FOREARM = 0.17, 0.15

#: ``(17,)`` row of the other side's keypoint.
OTHER_SIDE = np.array(
    [
        COCO17.index(
            name.replace("left", "right") if "left" in name else name.replace("right", "left")
        )
        for name in COCO17.keypoints
    ]
)


def random_person(rng: np.random.Generator, height_px: float) -> Array:
    """Draw ``(17, 2)`` pixels round the middle of the hips."""
    person = np.zeros((17, 2))
    for name, (x, y) in _STANDING.items():
        person[COCO17.index(name)] = x, y
        if name != "nose":
            person[COCO17.index(name.replace("left", "right"))] = -x, y
    person += rng.normal(0, 0.008, person.shape)
    for side in ("left", "right"):
        joint = person[COCO17.index(f"{side}_shoulder")]
        for name, length in (("elbow", _UPPER_ARM), ("wrist", _FOREARM)):
            angle = rng.uniform(-np.pi, np.pi)
            joint = joint + length * np.array([np.cos(angle), np.sin(angle)])
            person[COCO17.index(f"{side}_{name}")] = joint
    return person * height_px


def people_apart(rng: np.random.Generator, count: int) -> tuple[Array, tuple[int, int]]:
    """``(N, 17, 2)`` people who reach nobody else, and the size of the picture they fit."""
    columns = int(np.ceil(np.sqrt(count)))
    people = [
        random_person(rng, rng.uniform(150, 200))
        + np.array([120 + 240 * (number % columns), 160 + 290 * (number // columns)])
        + rng.uniform(-8, 8, 2)
        for number in range(count)
    ]
    rows = -(-count // columns)
    return np.array(people), (240 * columns, 290 * rows)


def people_in_a_crowd(
    rng: np.random.Generator, count: int, *, size: tuple[int, int], apart_px: float
) -> Array:
    """``(N, 17, 2)`` people of any size anywhere, who overlap.

    The same keypoint of two people is at least ``apart_px`` away: nearer, it is one peak. Fewer
    than ``count`` where there is no room.
    """
    people: list[Array] = []
    for _ in range(count * 40):
        height = rng.uniform(150, 300)
        middle = rng.uniform([0.35 * height] * 2, np.array(size) - 0.35 * height)
        person = random_person(rng, height) + middle
        inside = ((person > 16) & (person < np.array(size) - 16)).all()
        if inside and all(
            (np.linalg.norm(person - other, axis=1) > apart_px).all() for other in people
        ):
            people.append(person)
        if len(people) == count:
            break
    return np.array(people).reshape(-1, 17, 2)


def occlude(rng: np.random.Generator, people: Array, share: float) -> Array:
    """The same people with a share of their keypoints NaN."""
    hidden = rng.random(people.shape[:2]) < share
    return np.where(hidden[..., None], np.nan, people)


def mirror(people: Array, width: int) -> Array:
    """The same people in the mirrored picture."""
    mirrored = people[:, OTHER_SIDE].copy()
    mirrored[..., 0] = width - 1 - mirrored[..., 0]
    return mirrored


def complete(people: Array, layout: Layout) -> Array:
    """``(N, K, 2)`` keypoints in the layout's order, with those COCO has not."""
    rows = {name: people[:, row] for row, name in enumerate(COCO17.keypoints)}
    # As in the training data: between both sides, and missing where either is.
    rows["neck"] = (rows["left_shoulder"] + rows["right_shoulder"]) / 2
    rows["middle_hip"] = (rows["left_hip"] + rows["right_hip"]) / 2
    for side, outward in (("left", 1), ("right", -1)):
        ankle = rows[f"{side}_ankle"]
        rows[f"{side}_big_toe"] = ankle + np.array([2 * outward, 14])
        rows[f"{side}_small_toe"] = ankle + np.array([10 * outward, 12])
        rows[f"{side}_heel"] = ankle + np.array([-6 * outward, 8])
    return np.stack([rows[name] for name in layout.parts], axis=1)


def gaussians(
    keypoints: Array, size: tuple[int, int], stride_px: float, spread_px: float
) -> NDArray[np.float32]:
    """``(K, h, w)``: the greatest of everybody's ``exp(-d^2 / spread^2)`` at the cells' centres."""
    width, height = int(size[0] / stride_px), int(size[1] / stride_px)
    xs = stride_px * (np.arange(width) + 0.5) - 0.5
    ys = stride_px * (np.arange(height) + 0.5) - 0.5
    maps = np.zeros((keypoints.shape[1], height, width), np.float32)
    for person in np.nan_to_num(keypoints, nan=-1e6):
        across = np.exp(-(((xs - person[:, :1]) / spread_px) ** 2))
        down = np.exp(-(((ys - person[:, 1:]) / spread_px) ** 2))
        np.maximum(maps, down[:, :, None] * across[:, None, :], out=maps)
    return maps


def paint_fields(
    keypoints: Array, layout: Layout, size: tuple[int, int], stride_px: float
) -> NDArray[np.float32]:
    """``(2 L, h, w)`` mean of the unit vectors of the limbs that cover a cell."""
    width, height = int(size[0] / stride_px), int(size[1] / stride_px)
    ys, xs = np.mgrid[:height, :width]
    fields = np.zeros((2 * len(layout.limbs), height, width))
    for start, end, channel in layout.limbs:
        covering = np.zeros((height, width))
        ends = (keypoints[:, [start, end]] + 0.5) / stride_px - 0.5
        for (x0, y0), (x1, y1) in ends[np.isfinite(ends).all(axis=(1, 2))]:
            length = np.hypot(x1 - x0, y1 - y0)
            ux, uy = (x1 - x0) / length, (y1 - y0) / length
            along = (xs - x0) * ux + (ys - y0) * uy
            beside = np.abs((xs - x0) * uy - (ys - y0) * ux)
            covered = (along >= -1) & (along <= length + 1) & (beside <= 1)
            fields[channel] += covered * ux
            fields[channel + 1] += covered * uy
            covering += covered
        fields[[channel, channel + 1]] /= np.maximum(covering, 1)
    return fields.astype(np.float32)


def encode(
    people: Array,
    layout: Layout,
    size: tuple[int, int],
    *,
    stride_px: float = 8,
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
) -> dict[str, NDArray[np.float32]]:
    """The outputs of an ideal network, with Gaussian noise when asked for."""
    keypoints = complete(people, layout)
    # Seven pixels of standard deviation, as in the authors' training labels.
    maps = gaussians(keypoints, size, stride_px, 7 * np.sqrt(2))
    background = 1 - maps.max(axis=0, keepdims=True)
    heads = {
        HEATMAPS: np.concatenate([maps, background])[None],
        FIELDS: paint_fields(keypoints, layout, size, stride_px)[None],
    }
    if rng is not None:
        heads = {
            name: (head + rng.normal(0, noise, head.shape)).astype(np.float32)
            for name, head in heads.items()
        }
    if layout.joined:
        return {JOINED: np.concatenate([heads[HEATMAPS], heads[FIELDS]], axis=1)}
    return heads


def distances(people: People, expected: Array) -> tuple[NDArray[np.intp], Array]:
    """Pair what was found with what was painted, so that most keypoints agree.

    Returns
    -------
    tuple
        ``(P, 2)`` pairs of rows ``(found, expected)``, and ``(P, 17)`` distances in pixels: 0 where
        both have no keypoint, infinite where one has it.
    """
    apart = np.linalg.norm(people.keypoints[:, None] - expected[None], axis=-1)
    neither = np.isnan(people.keypoints[:, None, :, 0]) & np.isnan(expected[None, ..., 0])
    apart = np.where(neither, 0, np.nan_to_num(apart, nan=np.inf))
    pairs = linear_sum_assignment(np.minimum(apart, 50).sum(axis=-1))
    return np.stack(pairs, axis=1), apart[pairs]

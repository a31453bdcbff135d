"""People drawn at random, and Gaussians where they are: what painted outputs are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    Heads = Mapping[str, FloatArray]
    Painter = Callable[["Scene"], Heads]

SIZE = (640, 480)
"""``(width, height)`` in pixels of the network's input; people fill it evenly."""
CROP = (192, 256)
"""``(width, height)`` in pixels of a crop, for networks that see one person."""
MOST_PEOPLE = 20
_COLUMNS, _ROWS = 5, 4
BODY_PX = 105.0
KINDS = len(COCO17)
NOISE = 0.02
"""Up to so much of what is no person, in maps of 0..1."""

#: A standing person in body heights from the upper left of all that is drawn, by keypoint; arms
#: are drawn at random.
_STANDING = {
    "nose": (0.50, 0.08),
    "eye": (0.53, 0.05),
    "ear": (0.57, 0.07),
    "shoulder": (0.63, 0.20),
    "hip": (0.58, 0.52),
    "knee": (0.59, 0.76),
    "ankle": (0.60, 1.00),
}
_ARM = (("elbow", 0.14), ("wrist", 0.12))


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """People in a picture.

    Attributes
    ----------
    people
        ``(N, 17, 2)`` float64, x and y in pixels of an input of `SIZE`.
    rng
        For noise.
    """

    people: NDArray[np.float64]
    rng: np.random.Generator

    @classmethod
    def draw(cls, count: int, seed: int) -> Scene:
        """Draw people of one size side by side, in places taken at random.

        Raises
        ------
        ValueError
            There are not 1 to `MOST_PEOPLE`.
        """
        if not 1 <= count <= MOST_PEOPLE:
            raise ValueError(f"1 to {MOST_PEOPLE} people, not {count}")
        rng = np.random.default_rng(seed)
        rows, columns = np.divmod(rng.permutation(MOST_PEOPLE)[:count], _COLUMNS)
        corners = np.stack([columns / _COLUMNS, rows / _ROWS], axis=1) * SIZE
        people = np.array([_draw_person(rng) for _ in range(count)]) * BODY_PX
        return cls(people + corners[:, None] + (12.0, 8.0), rng)

    def to_crops(self) -> NDArray[np.float64]:
        """``(N, 17, 2)`` pixels of a crop for each of them."""
        low, high = self.people.min(axis=1), self.people.max(axis=1)
        scale = (0.8 * np.array(CROP) / (high - low)).min(axis=1)
        middle = (low + high)[:, None] / 2
        inside: NDArray[np.float64] = (self.people - middle) * scale[:, None, None]
        return inside + np.array(CROP) / 2


def _draw_person(rng: np.random.Generator) -> NDArray[np.float64]:
    person = np.zeros((KINDS, 2))
    for part, (x, y) in _STANDING.items():
        names = {"nose": ("nose",)}.get(part, (f"left_{part}", f"right_{part}"))
        for name, across in zip(names, (x, 1 - x), strict=False):
            person[COCO17.index(name)] = across, y
    person += rng.normal(0, 0.006, person.shape)
    for side, outward in (("left", 1), ("right", -1)):
        joint = person[COCO17.index(f"{side}_shoulder")]
        for part, length in _ARM:
            angle = rng.uniform(-1.2, 1.4)
            joint = joint + length * np.array([outward * np.cos(angle), np.sin(angle)])
            person[COCO17.index(f"{side}_{part}")] = joint
    return person


def spots(
    places: NDArray[np.float64], shape: tuple[int, int], sigma: float, rng: np.random.Generator
) -> FloatArray:
    """``(K, h, w)``: the greatest of everybody's Gaussians, for ``(N, K, 2)`` in cells; noise."""
    height, width = shape
    along_x = np.exp(-0.5 * np.square((np.arange(width) - places[..., :1]) / sigma))
    along_y = np.exp(-0.5 * np.square((np.arange(height) - places[..., 1:]) / sigma))
    maps = rng.uniform(0, NOISE, (places.shape[1], height, width))
    for down, across in zip(along_y, along_x, strict=True):
        np.maximum(maps, down[:, :, None] * across[:, None, :], out=maps)
    return maps.astype(np.float32)

"""OpenPifPaf's fields from their definition, for people drawn at random.

Kreiss et al., 2019 and 2021: in the 4 x 4 cells round a keypoint the intensity field has confidence
1, the keypoint's exact place and its scale; in a band three cells wide along the line between two
keypoints the association field has confidence 1, the exact places of both and their scales. Where
people meet, a cell belongs to the one that is nearest. Elsewhere confidence is 0 and the rest is
noise. Unlabelled keypoints leave no trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.pifpaf_fields import EDGES, KEYPOINTS, V0_12

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.pifpaf_fields import Components

#: Cells between a line and the last cell that sees it.
BAND = 1.5


def encode(
    people: NDArray[np.float64],
    *,
    size_px: int,
    stride_px: int,
    random: np.random.Generator,
    noise_px: float = 0.0,
    doubt: float = 0.0,
    components: Components = V0_12,
    flat: bool = False,
) -> dict[str, NDArray[np.float32]]:
    """Fields of a square picture of ``size_px``, one more than a multiple of the stride.

    Parameters
    ----------
    people
        ``(N, K, 2)`` x and y in pixels, NaN where unlabelled.
    noise_px
        Standard deviation of what is added to places.
    doubt
        Standard deviation by which confidences fall short of 1, and rise above 0.
    components, flat
        The version whose networks are painted, and whether in one axis with the fields. What a
        decoder must not read is noise everywhere.
    """
    cells = np.arange((size_px - 1) // stride_px + 1, dtype=float)
    grid = np.stack(np.meshgrid(cells, cells), axis=-1)  # (h, w, 2): x, y
    shape = grid.shape[:2]
    places = people / stride_px
    scales = np.nanmax(people[..., 1], axis=1) - np.nanmin(people[..., 1], axis=1)
    scales = 0.06 * scales / stride_px  # of one body, about what annotators differ by

    cif = {name: random.normal(0, 3, (KEYPOINTS, *shape)) for name in components.cif}
    cif["c"][:] = 0
    for kind in range(KEYPOINTS):
        nearest = np.full(shape, np.inf)
        for person in np.flatnonzero(np.isfinite(places[:, kind, 0])):
            away = grid - places[person, kind]
            here = (np.abs(away) <= 2).all(axis=-1) & (np.linalg.norm(away, axis=-1) < nearest)
            nearest[here] = np.linalg.norm(away, axis=-1)[here]
            values = (1, *places[person, kind], scales[person])
            for name, value in zip(("c", "x", "y", "s"), values, strict=True):
                cif[name][kind, here] = value

    caf = {name: random.normal(0, 3, (len(EDGES), *shape)) for name in components.caf}
    caf["c"][:] = 0
    for edge, (first, second) in enumerate(EDGES):
        nearest = np.full(shape, np.inf)
        for place, scale in zip(places, scales, strict=True):
            start, end = place[first], place[second]
            if not np.isfinite([start, end]).all():
                continue
            along = end - start
            share = np.clip((grid - start) @ along / max(along @ along, 1e-9), 0, 1)
            away = np.linalg.norm(grid - start - share[..., None] * along, axis=-1)
            here = (away <= BAND) & (away < nearest)
            nearest[here] = away[here]
            values = (1, *start, *end, scale, scale)
            names = ("c", "x1", "y1", "x2", "y2", "s1", "s2")
            for name, value in zip(names, values, strict=True):
                caf[name][edge, here] = value

    heads = {}
    for head, fields in (("cif", cif), ("caf", caf)):
        origin = grid if components.relative else np.zeros_like(grid)
        _disturb(fields, random, origin, noise=noise_px / stride_px, doubt=doubt)
        # Fields, then components, then cells.
        stacked = np.stack(list(fields.values()), axis=1)[None].astype(np.float32)
        heads[head] = stacked.reshape(1, -1, *shape) if flat else stacked
    return heads


def _disturb(
    fields: dict[str, NDArray[np.float64]],
    random: np.random.Generator,
    origin: NDArray[np.float64],
    *,
    noise: float,
    doubt: float,
) -> None:
    """Add noise to places, in cells from an origin, and doubt to confidences."""
    for name, field in fields.items():
        if name[0] in "xy":
            here = origin[..., "xy".index(name[0])]
            fields[name] = field - here + random.normal(0, noise, field.shape)
    fewer = np.abs(random.normal(0, doubt, fields["c"].shape))
    fields["c"] = np.clip(np.abs(fields["c"] - fewer), 0, 1)

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

from gesturepose.pose.pifpaf import CAF, CIF, EDGES, KEYPOINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    """
    cells = np.arange((size_px - 1) // stride_px + 1, dtype=float)
    grid = np.stack(np.meshgrid(cells, cells), axis=-1)  # (h, w, 2): x, y
    shape = grid.shape[:2]
    places = people / stride_px
    scales = np.nanmax(people[..., 1], axis=1) - np.nanmin(people[..., 1], axis=1)
    scales = 0.06 * scales / stride_px  # of one body, about what annotators differ by

    cif = random.normal(0, 3, (KEYPOINTS, CIF, *shape))
    cif[:, 0] = 0
    for kind in range(KEYPOINTS):
        nearest = np.full(shape, np.inf)
        for person in np.flatnonzero(np.isfinite(places[:, kind, 0])):
            away = grid - places[person, kind]
            here = (np.abs(away) <= 2).all(axis=-1) & (np.linalg.norm(away, axis=-1) < nearest)
            nearest[here] = np.linalg.norm(away, axis=-1)[here]
            values = [1, *places[person, kind], 0.1, scales[person]]
            cif[kind][:, here] = np.array(values)[:, None]

    caf = random.normal(0, 3, (len(EDGES), CAF, *shape))
    caf[:, 0] = 0
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
            values = [1, *start, *end, 0.1, 0.1, scale, scale]
            caf[edge][:, here] = np.array(values)[:, None]

    for field, coordinates in ((cif, [1, 2]), (caf, [1, 2, 3, 4])):
        field[:, coordinates] += random.normal(0, noise_px / stride_px, field[:, coordinates].shape)
        field[:, 0] = np.clip(
            np.abs(field[:, 0] - np.abs(random.normal(0, doubt, field[:, 0].shape))), 0, 1
        )
    return {
        "cif": cif.reshape(1, -1, *shape).astype(np.float32),
        "caf": caf.reshape(1, -1, *shape).astype(np.float32),
    }

"""Two wrists that were found in one place, or each in the other's.

A heatmap per keypoint is searched for its strongest cell, each by itself. Where forearms cross, the
maps of both wrists have peaks at both hands, and both wrists are found at the same one, or each at
the wrong one: double counting (Wang and Mori, "Multiple tree models for occlusion and spatial
constraints in human pose estimation", 2008). Here both are placed together, as pictorial structures
are (Felzenszwalb and Huttenlocher, "Pictorial Structures for Object Recognition", 2005): by what
the maps say of each place, how likely a forearm so long is, and that two hands are seldom in one
place.

Only pairs that may be mixed up are looked at, and only for one person in the picture.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gesturepose.pose.peaks import find_peaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    Cell = tuple[int, int]

_SAME_SW = 0.35
"""Wrists nearer than this, in shoulder widths, may be one."""
_LEAST_PEAK = 0.15
"""The least that both maps together say of a place where a wrist is."""
_LEAST_OTHER = 0.1
"""Wrists that are apart may be mixed up where each map says as much of the other one's place."""
_FOREARM_SW = 1.1
"""A forearm seems no longer than this, to the wrist. In truth it is shorter, but of crossed arms
one elbow is hidden, and found too near the other one."""
_SHORTEST = 0.03
"""Share of it below which one that points at the camera is no less likely."""
_TOO_LONG = 4.0
"""What the logarithm falls by for a forearm twice as long as one can be."""
_TOGETHER = 1.2
"""What the logarithm falls by for two hands in one place."""
_MOST_PEAKS = 8
"""More are no peaks but garbage."""
_FLOOR = 0.01
"""A map says no less than this of any place."""


def separate_wrists(
    heatmaps: FloatArray, wrists: Sequence[Cell], elbows: Sequence[Cell], *, scale: float
) -> tuple[list[Cell], list[float]] | None:
    """Place two wrists that may be mixed up.

    Parameters
    ----------
    heatmaps
        ``(2, h, w)``, of the left and the right wrist.
    wrists, elbows
        Row and column where they were found.
    scale
        Shoulder width in cells.

    Returns
    -------
    tuple or None
        Rows and columns of both wrists, and how sure each is; ``None`` if they stay where they are.
    """
    near = _SAME_SW * scale
    mixed_up = min(float(heatmaps[0][wrists[1]]), float(heatmaps[1][wrists[0]])) >= _LEAST_OTHER
    apart = math.dist(*wrists) > near
    if apart and not mixed_up:
        return None
    together = heatmaps[0] + heatmaps[1]
    if apart:
        choices = [([*wrists], 0.0), ([*wrists[::-1]], 0.0)]
    else:
        shared = max(wrists, key=lambda cell: float(together[cell]))
        peaks = find_peaks(
            together[None], threshold=_LEAST_PEAK, most=_MOST_PEAKS, refinement="none"
        )
        cells = [(row, column) for row, column in peaks.cells.tolist()]
        others = [cell for cell in cells if math.dist(cell, shared) > near]
        choices = [([shared, shared], -_TOGETHER)]
        choices += [(pair, 0.0) for other in others for pair in ([shared, other], [other, shared])]

    def judge(places: Sequence[Cell]) -> float:
        total = 0.0
        for one, cell, elbow in zip(heatmaps, places, elbows, strict=True):
            total += math.log(max(_read_about(one, cell), _FLOOR))
            total += _judge_forearm(math.dist(cell, elbow) / max(scale, 1e-6))
        return total

    places, _ = max(choices, key=lambda choice: judge(choice[0]) + choice[1])
    if places == choices[0][0]:
        return None
    # A hand is there, both maps say so; whose it is was decided here.
    return places, [float(together[cell]) for cell in places]


def _judge_forearm(length_sw: float) -> float:
    """Logarithm of how likely a forearm seen so long is, up to a constant."""
    share = length_sw / _FOREARM_SW
    if share > 1:
        return -_TOO_LONG * (share - 1)
    # One that points anywhere is seen short less often.
    return math.log(max(share, _SHORTEST))


def _read_about(one: FloatArray, cell: Cell) -> float:
    """Return the greatest value of a cell and its neighbours: the maps' peaks differ by one."""
    row, column = cell
    return float(one[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].max())

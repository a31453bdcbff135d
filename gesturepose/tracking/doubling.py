"""Hands that are taken for each other.

Where forearms cross, networks see both wrists in one place now and then: one hand is counted twice,
and the other one seems to have leapt there. Double counting is an old trouble of pose estimation
(Felzenszwalb and Huttenlocher's pictorial structures have it; Wang and Mori, "Multiple tree models
for occlusion and spatial constraints in human pose estimation", 2008, give it its name). Or the
two change names from one picture to the next. Where the hands were before tells which is which.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAME_SW = 0.25
"""Wrists nearer than this, in shoulder widths, may be one; and so far a hand is from where it was
expected at most to be the one that is really there."""
_LEAPT_SW = 0.5
"""A hand farther than this from where it was expected has leapt."""

_SURPRISE = 0.7
"""Share of the way it was expected to make by which a quick hand may be off."""

AS_SEEN: tuple[int | None, int | None] = (0, 1)
"""Each wrist is the one that it was seen as."""


def sort_wrists(
    wrists: NDArray[np.floating],
    expected: NDArray[np.floating],
    *,
    scale_px: float,
    moved_px: tuple[float, float] = (0.0, 0.0),
) -> tuple[int | None, int | None]:
    """Tell which wrist is which.

    Parameters
    ----------
    wrists
        ``(2, 2)`` pixels, where left and right were seen in a picture; NaN where one was not.
    expected
        ``(2, 2)`` pixels, where they were expected; NaN for nowhere.
    scale_px
        The person's shoulder width.
    moved_px
        How far each was expected to have come since the picture before: a quick hand, such as one
        that claps, is not where it was expected either.

    Returns
    -------
    tuple
        The rows of ``wrists`` that are really the left and the right one; ``None`` for one that was
        not seen: what was taken for it was the other one. `AS_SEEN` if all may be right.
    """
    same_px, leapt_px = _SAME_SW * scale_px, _LEAPT_SW * scale_px
    # As plain numbers: numpy's cost more, so few at a time.
    points, places = wrists.tolist(), expected.tolist()
    # Row by row where a wrist was seen, column by column where each was expected.
    off_px = [[math.dist(point, place) for place in places] for point in points]
    leapt = [  # NaN has not
        off_px[row][row] > leapt_px + _SURPRISE * moved_px[row] for row in (0, 1)
    ]
    fits = [off_px[row][1 - row] <= same_px for row in (0, 1)]
    if leapt[0] and leapt[1] and fits[0] and fits[1]:
        return 1, 0
    for row, other in ((0, 1), (1, 0)):
        if not (leapt[row] and fits[row]):
            continue
        # It is where only the other one was expected.
        if math.isnan(sum(points[other])):
            return (1, None) if row else (None, 0)
        if off_px[other][other] <= same_px and math.dist(*points) <= same_px:
            return (0, None) if row else (None, 1)
    return AS_SEEN

"""Hands that are taken for each other.

Where forearms cross, networks see both wrists in one place now and then: one hand is counted twice,
and the other one seems to have leapt there. Double counting is an old trouble of pose estimation
(Felzenszwalb and Huttenlocher's pictorial structures have it; Wang and Mori, "Multiple tree models
for occlusion and spatial constraints in human pose estimation", 2008, give it its name). Where the
hands were before tells which of them is really there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAME_SW = 0.25
"""Wrists nearer than this, in shoulder widths, may be one; and so far a hand is from where it was
expected at most to be the one that is really there."""
_LEAPT_SW = 0.5
"""A hand farther than this from where it was expected has leapt."""


def find_leapt(
    wrists: NDArray[np.floating], expected: NDArray[np.floating], *, scale_px: float
) -> int | None:
    """Find a wrist that was seen where only the other one is.

    Parameters
    ----------
    wrists
        ``(2, 2)`` pixels, where both were seen in a picture; NaN where one was not.
    expected
        ``(2, 2)`` pixels, where they were expected; NaN for nowhere.
    scale_px
        The person's shoulder width.

    Returns
    -------
    int or None
        The row of the wrist that is not there; ``None`` if both may be right.
    """
    apart_px = float(np.hypot(*(wrists[0] - wrists[1])))
    if not apart_px <= _SAME_SW * scale_px:  # NaN is not
        return None
    off_px = np.hypot(*(wrists - expected).T).tolist()
    for leapt, other in ((0, 1), (1, 0)):
        if off_px[leapt] > _LEAPT_SW * scale_px and off_px[other] <= _SAME_SW * scale_px:
            return leapt
    return None

"""Showing a network the picture and its mirror image: the flip test of networks for whole pictures.

Networks learn left and right a little differently; the mean of what they say of a picture and of
its mirror image is better than either (for the families that can use it see
`gesturepose.pose.families.Family.decode_mirrored`), at twice the cost. What the mirrored outputs
mean is the decoder's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.session import PoseSession


def name_of_mirrored(output: str) -> str:
    """Name an output for the mirrored picture."""
    return f"{output}_mirrored"


def run_mirrored(session: PoseSession, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Run a network on a picture and on its mirror image, at once where it can.

    The whole input is mirrored, with the black that a letterbox leaves at its right: so the pixel x
    comes to ``width - 1 - x``, and a column of cells onto another one, since the width is a
    multiple of the stride.

    Parameters
    ----------
    session
        The network.
    image
        ``(H, W, 3)`` uint8 RGB.

    Returns
    -------
    dict
        The outputs of the family by name, ``(1, ...)`` float32, and those for the mirrored picture,
        as the network gives them, by `name_of_mirrored`.

    Raises
    ------
    GesturePoseError
        As `PoseSession.run`.
    """
    both = session.run_batch(np.stack([image, image[:, ::-1]]))
    mirrored = {name_of_mirrored(name): values[1:] for name, values in both.items()}
    return {name: values[:1] for name, values in both.items()} | mirrored

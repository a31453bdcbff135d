"""Families of pose networks: what their file looks like and who decodes it.

A network with new weights needs only a card; one whose outputs mean something else needs a decoder
of its own, and a line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gesturepose.pose import movenet_multipose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    import numpy as np
    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People

    class Decoder(Protocol):
        """Turns the network's outputs, by name, into people in input pixels."""

        def __call__(self, heads: Mapping[str, NDArray[np.float32]], *, min_score: float) -> People:
            """Find the people that score at least ``min_score``."""
            ...


@dataclass(frozen=True, slots=True)
class Family:
    """One way in which networks report people.

    Attributes
    ----------
    name
        As in a card's ``family``.
    input_name
        The only input: ``(1, height, width, 3)`` uint8 RGB.
    outputs
        Names of the outputs and their channels, each ``(1, channels, h, w)`` float32.
    stride_px
        Input pixels per output cell.
    decode
        The decoder.
    """

    name: str
    input_name: str
    outputs: Mapping[str, int]
    stride_px: int
    decode: Decoder


FAMILIES: Mapping[str, Family] = {
    "movenet-multipose": Family(
        name="movenet-multipose",
        input_name="image",
        outputs=movenet_multipose.HEADS,
        stride_px=movenet_multipose.STRIDE_PX,
        decode=movenet_multipose.decode,
    )
}

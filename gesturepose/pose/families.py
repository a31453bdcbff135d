"""Families of pose networks: what their file looks like and who decodes it.

A network with new weights needs only a card; one whose outputs mean something else needs a decoder
of its own, and a line here.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gesturepose.pose import (
    associative_embedding,
    movenet_multipose,
    movenet_single,
    openpose,
    personlab,
    pifpaf,
    pifpaf_fields,
)
from gesturepose.pose.heatmaps import TopDownHeatmaps
from gesturepose.pose.one_stage import Rtmo, YoloPose
from gesturepose.pose.simcc import SimCC
from gesturepose.pose.top_down_rule import HEATMAPS, SIMCC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    import numpy as np
    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People

    #: Axes that an output may have between its batch and its cells, or its number of channels.
    Channels = int | tuple[tuple[int, ...], ...]

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
    outputs
        Names of the outputs and their channels: ``(1, channels, h, w)`` float32, or ``(1, *axes, h,
        w)`` with any of several axes. ``None`` for one of another shape, which the decoder checks.
        A card may give them other names.
    stride_px
        Input pixels per output cell.
    decode
        The decoder. Of a family that sees persons, with what is usual for it; what a network's
        card says makes its own, see `gesturepose.pose.top_down_rule.TopDownRule.make_decoder`.
    sees
        Whether it finds everybody in a whole ``picture``, or one ``person`` in a crop that
        somebody else cuts out: `gesturepose.pose.top_down`.
    decode_mirrored
        The decoder of the outputs for a picture and for its mirror image, these with names that
        `gesturepose.pose.mirrored` makes; ``None`` where the family has none.
    """

    name: str
    outputs: Mapping[str, Channels | None]
    stride_px: int
    decode: Decoder
    sees: Literal["picture", "person"] = "picture"
    decode_mirrored: Decoder | None = None


_OPENPOSE_STRIDE_PX = 8


def _list_families() -> dict[str, Family]:
    multipose, single = movenet_multipose, movenet_single
    families = [
        Family("movenet-multipose", multipose.HEADS, multipose.STRIDE_PX, multipose.decode),
        Family("movenet-single", single.HEADS, multipose.STRIDE_PX, single.decode),
        Family(
            "movenet-single-placed", single.PLACED_HEADS, multipose.STRIDE_PX, single.decode_placed
        ),
        Family("personlab", personlab.HEADS, personlab.STRIDE_PX, personlab.decode),
        Family("rtmo", {"dets": None, "keypoints": None}, 1, Rtmo().decode),
        Family("yolo-pose", {"output0": None}, 1, YoloPose().decode),
    ]
    for name, fields in (
        ("openpifpaf", pifpaf.OPENPIFPAF),
        ("openpifpaf-v11", pifpaf.OPENPIFPAF_0_11),
    ):
        axes = pifpaf_fields.list_axes(fields.versions)
        decode = functools.partial(pifpaf.decode, layout=fields)
        families.append(Family(name, axes, fields.stride_px, decode))
    for name, layout in (
        ("openpose-coco", openpose.COCO_18),
        ("openpose-body25", openpose.BODY_25),
        ("openpose-lightweight", openpose.LIGHTWEIGHT),
    ):
        decoder = openpose.OpenPose(layout, stride_px=_OPENPOSE_STRIDE_PX)
        families.append(Family(name, layout.outputs, _OPENPOSE_STRIDE_PX, decoder.decode))
    embedding = associative_embedding
    for name, tags, mirrored, stride_px in (
        ("hrnet-bottom-up", embedding.HRNET, embedding.HRNET_MIRRORED, 4),
        ("higher-hrnet", embedding.HIGHER_HRNET, embedding.HIGHER_HRNET_MIRRORED, 2),
    ):
        one, both = (embedding.AssociativeEmbedding(maps, stride_px) for maps in (tags, mirrored))
        families.append(
            Family(name, tags.outputs, stride_px, one.decode, decode_mirrored=both.decode)
        )
    heatmaps, simcc = TopDownHeatmaps(), SimCC()
    families += [
        Family(HEATMAPS, {"heatmaps": None}, heatmaps.stride_px, heatmaps.decode, "person"),
        Family(SIMCC, {"simcc_x": None, "simcc_y": None}, 1, simcc.decode, "person"),
    ]
    return {family.name: family for family in families}


FAMILIES: Mapping[str, Family] = _list_families()
"""By name. Trained networks of MoveNet and PersonLab have been run, and MoveNet's keypoint heatmaps
as top-down ones; the decoders of the others are verified on fields made from their papers'
definitions only."""

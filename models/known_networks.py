"""The published networks that can be converted: the names of their heads, and what is odd in them.

Everything after the heads is decoding, and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorflow_graph import ConversionError

if TYPE_CHECKING:
    from pathlib import Path

#: Node of the published graph of MoveNet MultiPose -> name of the ONNX output and its channels.
#: Everything after these is decoding.
HEADS = {
    "StatefulPartitionedCall/Sigmoid": ("center_heatmap", 1),
    "StatefulPartitionedCall/Sigmoid_1": ("keypoint_heatmaps", 17),
    "StatefulPartitionedCall/kpt_regress_0/conv2d_8/BiasAdd": ("keypoint_regression", 34),
    "StatefulPartitionedCall/kpt_offset_0/conv2d_9/BiasAdd": ("keypoint_offsets", 34),
    "StatefulPartitionedCall/box_scale_0/conv2d_5/BiasAdd": ("box_scale", 2),
    "StatefulPartitionedCall/box_offset_0/conv2d_6/BiasAdd": ("box_offset", 2),
}

#: The same for single-person MoveNet, Lightning and Thunder.
SINGLE_HEADS = {
    "StatefulPartitionedCall/Sigmoid_1": ("center_heatmap", 1),
    "StatefulPartitionedCall/Sigmoid": ("keypoint_heatmaps", 17),
    "StatefulPartitionedCall/kpt_regress_0/conv2d_6/BiasAdd": ("keypoint_regression", 34),
    "StatefulPartitionedCall/kpt_offset_0/conv2d_7/BiasAdd": ("keypoint_offsets", 34),
}

#: The same for PoseNet; its heatmaps are published before their sigmoid.
POSENET_HEADS = {
    "MobilenetV1/heatmap_2/BiasAdd": ("keypoint_heatmaps", 17),
    "MobilenetV1/offset_2/BiasAdd": ("keypoint_offsets", 34),
    "MobilenetV1/displacement_fwd_2/BiasAdd": ("displacements_forward", 32),
    "MobilenetV1/displacement_bwd_2/BiasAdd": ("displacements_backward", 32),
}


@dataclass(frozen=True)
class Network:
    """What is known about a network that can be converted.

    Attributes
    ----------
    name
        Of the ONNX graph.
    heads
        Node of the published graph -> name of the ONNX output and its channels.
    side
        How the sides of the heads follow from the picture's, for who reads the file.
    logits
        Nodes among the heads to which a sigmoid is added.
    odd
        Whether feature maps have odd sides all the way down: the network was trained on pictures
        with sides of 16 n + 1, of which cell i lies at pixel 16 i exactly. The graph then repeats
        the picture's last row and column, so that sides of 16 n go in.
    """

    name: str
    heads: dict[str, tuple[str, int]]
    side: str = "{}/4"
    logits: frozenset[str] = frozenset()
    odd: bool = False


NETWORKS = (
    Network("movenet_multipose", HEADS),
    Network("movenet_singlepose", SINGLE_HEADS),
    Network(
        "posenet",
        POSENET_HEADS,
        side="{}/16+1",
        logits=frozenset({"MobilenetV1/heatmap_2/BiasAdd"}),
        odd=True,
    ),
)


def recognise(names: set[str], source: Path) -> Network:
    """Find out which network a graph with nodes of these names is."""
    for network in NETWORKS:
        if names.issuperset(network.heads):
            return network
    known = ", ".join(network.name for network in NETWORKS)
    raise ConversionError(f"{source} is none of the networks this script knows: {known}")

"""Convert the MoveNet networks and PoseNet from TensorFlow.js graph models to ONNX.

Run once by a developer; the program itself never does. Needs only numpy and onnx::

    python models/convert.py movenet-multipose.json movenet-multipose.onnx

A published graph holds the network and, for MoveNet, its decoding. This script keeps the network,
from the unsigned byte picture to its heads (MoveNet is a CenterNet: Zhou et al., "Objects as
Points", 2019; PoseNet is PersonLab: Papandreou et al., 2018), and leaves decoding to the files of
``gesturepose/pose/``. Which network it is shows in the names of the heads. MoveNet's weights stay
the float16 numbers they were published as; PoseNet's, published as float32, are rounded to float16.
The graph widens them to float32, which a runtime does once when it loads the file.

It must not grow into a general converter: whatever it does not know stops it with an error.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import onnx
from graph_translation import Converter, OnnxGraph, same_pads
from known_networks import HEADS, NETWORKS, POSENET_HEADS, SINGLE_HEADS, Network, recognise
from onnx import TensorProto, helper
from tensorflow_graph import ConversionError, load_weights

__all__ = [
    "HEADS",
    "NETWORKS",
    "POSENET_HEADS",
    "SINGLE_HEADS",
    "ConversionError",
    "Converter",
    "Network",
    "OnnxGraph",
    "convert",
    "load_weights",
    "main",
    "recognise",
    "same_pads",
]

#: Resize and Clip have had their present form since 13; 17 is read by every supported runtime.
OPSET = 17
IR_VERSION = 8


def convert(source: Path) -> onnx.ModelProto:
    """Build the ONNX model of a TensorFlow.js graph model.

    Parameters
    ----------
    source
        The ``.json`` of the published model; its ``.bin`` lies beside it.

    Returns
    -------
    onnx.ModelProto
        Input ``image``: ``(1, height, width, 3)`` uint8 RGB, sides multiples of 32 for MoveNet and
        of 16 for PoseNet. Outputs: the heads, ``(1, channels, h, w)`` float32, heatmaps after their
        sigmoid; a side of ``n`` gives ``n / 4`` cells for MoveNet and ``n / 16 + 1`` for PoseNet.

    Raises
    ------
    ConversionError
        The graph is none of those this script was written for.
    """
    model = json.loads(source.read_text(encoding="utf-8"))
    weights = load_weights(model["weightsManifest"], source.parent)
    nodes = model["modelTopology"]["node"]
    network = recognise({node["name"] for node in nodes}, source)
    converter = Converter(nodes, weights, odd=network.odd)
    for name, (output, _) in network.heads.items():
        if name in network.logits:
            converter.graph.add("Sigmoid", [converter.emit(name)], output)
        else:
            converter.emit(name, output)
    picture = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "height", "width", 3])
    sides = [network.side.format("height"), network.side.format("width")]
    heads = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, *sides])
        for name, channels in network.heads.values()
    ]
    graph = helper.make_graph(
        converter.graph.nodes, network.name, [picture], heads, converter.graph.initializers
    )
    result = helper.make_model(
        graph,
        producer_name="gesturepose models/convert.py",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        doc_string=f"Converted from {model.get('generatedBy', source.name)}, Apache-2.0, Google.",
    )
    onnx.checker.check_model(result, full_check=True)
    return result


def main() -> None:
    """Convert, and print the checksums that belong in the model's card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="the .json of the network, its .bin beside it")
    parser.add_argument("target", type=Path, help="the .onnx file to write")
    arguments = parser.parse_args()
    onnx.save(convert(arguments.source), arguments.target)
    for path in (arguments.source, arguments.source.with_suffix(".bin"), arguments.target):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, path.name)


if __name__ == "__main__":
    main()

"""A TensorFlow.js graph model as it was published: its nodes' attributes, and its weights.

It knows the format, not what a node computes.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

Node = dict[str, Any]


class ConversionError(SystemExit):
    """The input is not the graph this script was written for."""


def load_weights(manifest: list[dict[str, Any]], folder: Path) -> dict[str, np.ndarray]:
    """Read the arrays of a TensorFlow.js weights manifest, in the type they are stored in."""
    arrays: dict[str, np.ndarray] = {}
    for group in manifest:
        raw = b"".join((folder / name).read_bytes() for name in group["paths"])
        offset = 0
        for weight in group["weights"]:
            quantization = weight.get("quantization", {})
            if set(quantization) & {"scale", "min"}:
                raise ConversionError(f"{weight['name']} is stored with a scale; float16 expected")
            dtype = np.dtype(quantization.get("dtype", weight["dtype"])).newbyteorder("<")
            count = int(np.prod(weight["shape"], dtype=np.int64))
            array = np.frombuffer(raw, dtype, count, offset).reshape(weight["shape"])
            arrays[weight["name"]] = array
            offset += array.nbytes
        if offset != len(raw):
            raise ConversionError(f"the weights take {offset} bytes, the files hold {len(raw)}")
    return arrays


def attribute(node: Node, name: str) -> Any:
    """Value of a TensorFlow attribute: integers, an integer, a string, texts, or a boolean."""
    value = node["attr"][name]
    if "b" in value:
        return value["b"]
    if "i" in value:
        return int(value["i"])
    if "s" in value:
        return base64.b64decode(value["s"]).decode()
    if "s" in value.get("list", {}):
        return [base64.b64decode(text).decode() for text in value["list"]["s"]]
    return [int(i) for i in value["list"].get("i", [])]

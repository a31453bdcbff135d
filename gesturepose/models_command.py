"""``gesturepose models``: the list of networks, and ``models add`` for one of your own."""

from __future__ import annotations

import argparse
from pathlib import Path

from gesturepose.errors import UsageError

USAGE = "gesturepose models [add FILE --family FAMILY --licence LICENCE [OPTION ...]]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the command's options."""
    add = parser.add_argument
    add("action", nargs="?", choices=("add",), help="keep an ONNX file of your own, with a card")
    add("file", nargs="?", metavar="FILE", type=Path, help="the .onnx file to add")
    add("--family", metavar="NAME", help="which decoder reads it; a wrong one lists them all")
    add("--licence", metavar="TEXT", help="of the weights, as an SPDX expression if there is one")
    add("--name", metavar="NAME", help="what to call it (default: the file's name)")
    add("--origin", metavar="TEXT", default="unknown", help="who trained it")
    add("--layout", choices=("NCHW", "NHWC"), default="NCHW", help="of its input (default: NCHW)")
    add("--dtype", choices=("float32", "uint8"), default="float32", help="of its input")
    add("--colour", choices=("RGB", "BGR"), default="RGB", help="order of its input's colours")
    add(
        "--mean",
        metavar="R,G,B",
        type=_colours,
        default=(0.0, 0.0, 0.0),
        help="taken from colours of 0..255, in the network's order (default: 0)",
    )
    add("--std", metavar="R,G,B", type=_colours, default=(1.0, 1.0, 1.0), help="divides them")
    add("--multiple", metavar="N", type=int, default=32, help="of which sides are (default: 32)")
    add("--long-side", metavar="PX", type=int, default=256, help="longer side of its input")
    add(
        "--output",
        metavar="NAME=FILES_NAME",
        type=_pair,
        action="append",
        default=[],
        help="what the file calls one of the family's outputs; as often as needed",
    )


def _colours(text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(word) for word in text.split(","))
    except ValueError:
        values = ()
    if len(values) != 3:
        raise argparse.ArgumentTypeError(f"'{text}' is not three numbers such as 123.7,116.3,103.5")
    return values


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (name and separator and value):
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=FILES_NAME")
    return name, value


def run(options: argparse.Namespace) -> None:
    """List networks, or add one.

    Raises
    ------
    GesturePoseError
        In one line, what does not fit.
    """
    from gesturepose.listings import list_models, say

    if options.action is None:
        list_models()
        return
    if options.file is None or options.family is None or options.licence is None:
        raise UsageError(f"models add needs FILE, --family and --licence: {USAGE}")
    from gesturepose.pose.adding import NewModel, add_model

    model = add_model(
        options.file,
        NewModel(
            family=options.family,
            name=options.name or options.file.stem,
            licence=options.licence,
            origin=options.origin,
            layout=options.layout,
            dtype=options.dtype,
            colour=options.colour,
            mean=options.mean,
            std=options.std,
            multiple=options.multiple,
            long_side=options.long_side,
            outputs=dict(options.output),
        ),
    )
    say(f"added {model.name}: {model.path}; use it with --model {model.name}")

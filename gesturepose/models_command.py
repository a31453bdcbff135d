"""``gesturepose models``: the list of networks, and ``models add`` for one of your own."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.errors import GesturePoseError, UsageError

if TYPE_CHECKING:
    from gesturepose.pose.card import Model

log = logging.getLogger(__name__)

USAGE = "gesturepose models [add FILE --family FAMILY --licence LICENCE [OPTION ...]]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the command's options."""
    add = parser.add_argument
    add("action", nargs="?", choices=("add",), help="keep an ONNX file of your own, with a card")
    add("file", nargs="?", metavar="FILE", type=Path, help="the .onnx file to add")
    add("--no-time", action="store_true", help="list networks without running any")
    add("--json", action="store_true", help="list everything that is known of them, as JSON")
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
    add(
        "--flip-test",
        "--flip",
        action="store_true",
        help="run mirrored pictures or crops as well and average both",
    )
    add("--multiple", metavar="N", type=int, default=32, help="of which sides are (default: 32)")
    add(
        "--long-side",
        metavar="PX",
        type=int,
        default=256,
        help="longer side of its input, if it sees whole pictures (default: 256)",
    )
    add(
        "--output",
        metavar="NAME=FILES_NAME",
        type=_pair,
        action="append",
        default=[],
        help="what the file calls one of the family's outputs; as often as needed",
    )
    _add_crop_options(parser)


def _add_crop_options(parser: argparse.ArgumentParser) -> None:
    """Add what a network that sees one person per crop has besides; fields of a card's section."""
    add = parser.add_argument_group(
        "of a network that sees one person per crop (families top-down-heatmaps and simcc)"
    ).add_argument
    add(
        "--crop", metavar="WxH", type=_size, help="size in pixels (default: the file's, or 192x256)"
    )
    add("--padding", metavar="X", type=float, help="size of a crop by that of its person (1.25)")
    add(
        "--rows",
        metavar="ROWS",
        type=_rows,
        help="'mpii', or the row of each of COCO's 17 keypoints, -1 for none, as in "
        "--rows=-1,3,... (default: COCO's)",
    )
    add("--full-scale", metavar="X", type=float, help="what it says when sure (default: 1)")
    add(
        "--shift-flipped",
        action=argparse.BooleanOptionalAction,
        help="move the mirrored heatmaps by a cell (default: on the grid 'corners')",
    )
    add("--stride", dest="stride_px", metavar="PX", type=int, help="a cell (default: the file's)")
    add(
        "--refinement",
        choices=("none", "quarter", "dark"),
        help="how finely a cell is divided (default: quarter)",
    )
    add(
        "--grid",
        choices=("corners", "centers", "aligned"),
        help="where in the crop a cell lies (default: corners)",
    )
    add("--sigma", dest="sigma_cells", metavar="CELLS", type=float, help="for 'dark' (default: 2)")
    add("--split-ratio", metavar="N", type=int, help="bins a pixel (default: the file's)")
    add(
        "--scoring",
        choices=("min", "product"),
        help="how both axes make one score (default: min)",
    )


_CROP_FIELDS = (
    "padding",
    "rows",
    "full_scale",
    "shift_flipped",
    "stride_px",
    "refinement",
    "grid",
    "sigma_cells",
    "split_ratio",
    "scoring",
)
"""The options that are called as the card's fields are."""


def _crop_facts(options: argparse.Namespace) -> dict[str, object]:
    """Collect what was said of a network's crops, by the names of a card's fields."""
    width, height = options.crop or (None, None)
    facts = {"width": width, "height": height}
    facts |= {name: getattr(options, name) for name in _CROP_FIELDS}
    return {name: value for name, value in facts.items() if value is not None}


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and text.isascii()):
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 192x256")
    return int(width), int(height)


def _rows(text: str) -> str | tuple[int, ...]:
    if text == "mpii":
        return text
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is neither 'mpii' nor whole numbers such as 0,1,2,-1"
        ) from None


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
        list_models(timed=not options.no_time, as_json=options.json)
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
            flip_test=options.flip_test,
            top_down=_crop_facts(options),
        ),
    )
    _note_size(model)
    say(f"added {model.name}: {model.path}; use it with --model {model.name}")


def _note_size(model: Model) -> None:
    """Count the network into its card, where the package for that is installed."""
    from gesturepose.evaluation.network_facts import can_count, note_facts

    if can_count():
        try:
            note_facts(model)
        except GesturePoseError as error:  # it is added, and runs
            log.warning("%s", error)

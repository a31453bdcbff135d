"""``gesturepose pose-eval``: its options, and what it prints.

Results go to standard output, progress to standard error while a terminal is there to see it.
Measures nothing itself; everything heavy is imported lazily.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.errors import UsageError, one_line
from gesturepose.listings import say
from gesturepose.progress import showing_progress

if TYPE_CHECKING:
    from gesturepose.config import Config
    from gesturepose.datatypes import ImageArray
    from gesturepose.evaluation.pose_accuracy import PictureResult, PoseAccuracy

USAGE = "gesturepose pose-eval [OPTION ...] (--annotations FILE --images DIR | --clip FILE)..."
DESCRIPTION = (
    "How well a pose network finds people: COCO's keypoint average precision (OKS) and recall, "
    "PCK and PCKh, on pictures with COCO annotations, and on clips whose frames are labelled."
)
_WORST = 12


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the command's options."""
    add = parser.add_argument
    add("--annotations", metavar="FILE", type=Path, help="person keypoints in COCO's format")
    add("--images", metavar="DIR", type=Path, help="folder of the pictures they are for")
    add(
        "--clip",
        metavar="FILE",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help="label file (NAME.json) with keypoints for the clip beside it",
    )
    add(
        "--every",
        metavar="N",
        type=_count,
        default=1,
        help="look at every Nth labelled frame of a clip (default: all)",
    )
    add("--config", metavar="FILE", help="mapping to take the network's settings from")
    add("--model", metavar="NAME|PATH", help="pose network (see 'gesturepose models')")
    add("--device", metavar="DEVICE", help="where the network runs, as for a run")
    add(
        "--as-run",
        action="store_true",
        help="leave out what a run leaves out: unsure people and keypoints (default: all that "
        "the network reports counts, as in published figures)",
    )
    add("--json", action="store_true", help="figures as JSON")
    add("--worst", metavar="DIR", type=Path, help="draw the worst pictures into this folder")
    add(
        "--worst-count",
        metavar="N",
        type=_count,
        default=_WORST,
        help=f"how many, of each set of pictures (default: {_WORST})",
    )
    parser.set_defaults(engagement=None)  # which gestures would need, and poses do not


def _count(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number, 1 or more")
    return int(text)


def evaluate_poses(options: argparse.Namespace, config: Config) -> None:
    """Look for labelled people; print how well they are found.

    Parameters
    ----------
    options
        Of `add_options`.
    config
        As for a run; the options that override it are applied already.

    Raises
    ------
    UsageError
        If an option, labels, pictures or the network are missing or wrong, or the evaluator is
        not installed.
    GesturePoseError
        If a picture cannot be read, or one of the worst cannot be written.
    """
    from gesturepose.evaluation.coco_annotations import open_labelled
    from gesturepose.evaluation.pose_accuracy import (
        measure_accuracy,
        require_evaluator,
        unfiltered,
    )
    from gesturepose.evaluation.worst_pictures import WorstPictures, make_folder
    from gesturepose.pose.making import make_estimator
    from gesturepose.skeleton import COCO17

    require_evaluator()
    sets = open_labelled(
        annotations=options.annotations,
        images=options.images,
        clips=options.clip,
        every=options.every,
    )
    if options.worst is not None:
        make_folder(options.worst)
    estimator = make_estimator(config.model if options.as_run else unfiltered(config.model))
    figures, drawn = [], []
    try:
        if estimator.skeleton is not COCO17:
            raise UsageError(
                f"the network {estimator.model_name} reports {estimator.skeleton.name}, "
                "labels are for coco17"
            )
        with showing_progress(sum(map(len, sets))) as show:
            for pictures in sets:
                worst = WorstPictures(options.worst_count) if options.worst else None

                def on_done(
                    result: PictureResult,
                    image: ImageArray,
                    worst: WorstPictures | None = worst,
                ) -> None:
                    if worst is not None:
                        worst.add(result, image)
                    show(result.picture.name)

                figures.append(measure_accuracy(estimator, pictures, on_done=on_done))
                drawn.append([] if worst is None else worst.write(options.worst))
    finally:
        estimator.close()
    if options.json:
        entries = [
            {**accuracy.as_dict(), "worst": list(map(str, paths))}
            for accuracy, paths in zip(figures, drawn, strict=True)
        ]
        facts = {"model": estimator.model_name, "provider": estimator.provider}
        say(json.dumps({**facts, "as_run": options.as_run, "sets": entries}, indent=2))
        return
    say(f"{one_line(estimator.model_name)}, {estimator.provider}")
    for accuracy, paths in zip(figures, drawn, strict=True):
        say(f"\n{format_accuracy(accuracy)}")
        if paths:
            say(f"the {len(paths)} worst pictures: {one_line(str(paths[0]))} and on")


def format_accuracy(accuracy: PoseAccuracy) -> str:
    """Write the figures of one set of pictures as text."""
    found = f"{accuracy.people} people with keypoints, {accuracy.found} found"
    coco = [f"{name} {_number(value)}" for name, value in accuracy.coco.items()]
    pck, pckh = accuracy.keypoints["pck"].as_dict(), accuracy.keypoints["pckh"].as_dict()
    lines = [
        one_line(accuracy.name),
        f"{accuracy.pictures} pictures, {found}, mean OKS {_number(accuracy.oks_mean)}",
        "  ".join(coco[:6]),
        "  ".join(coco[6:]),
        "",
        f"{'':<16}{'PCK@0.2':>9}{'PCKh@0.5':>10}",
    ]
    rows = [("all", "all"), ("upper body", "upper_body"), ("visible", "visible")]
    lines += [f"{head:<16}{_number(pck[key]):>9}{_number(pckh[key]):>10}" for head, key in rows]
    lines += [
        f"{name:<16}{_number(pck['keypoints'][name]):>9}{_number(pckh['keypoints'][name]):>10}"
        for name in pck["keypoints"]
    ]
    counted = f"PCK over {pck['people']} people, PCKh over {pckh['people']}"
    return "\n".join([*lines, f"{counted}: the others' torso or head is not labelled"])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"

"""Cost and accuracy beside MediaPipe Pose, on the same frames of labelled clips, in one process.

``python -m gesturepose.evaluation.against_mediapipe NAME.json...`` takes clips whose every frame is
labelled. MediaPipe Pose is its *full* network in video mode with default settings, that is what
``mediapipe.solutions.pose.Pose()`` is (Bazarevsky et al., "BlazePose: On-device Real-time Body Pose
tracking", 2020, arXiv 2006.10204). GesturePose is the whole pipeline as the program composes it,
from the frame to the actions. Both take every frame, in turns of a second of the clip; frame by
frame (``--turn 1``) each empties the processor's caches for the other. Keypoints of both are scored
by `gesturepose.evaluation.pck`: of GesturePose those of the operator's track, which gestures are
made of.

Both run as they come: on desktops MediaPipe gives its networks one thread, GesturePose as many as
there are cores, four at most. What a stage's threads do after it has returned is counted as its
processor time, for which each of them is given a moment.

MediaPipe is no dependency. Its last version with the networks inside the package is 0.10.21, for
Python 3.12 and older; it wants numpy below 2 and brings OpenCV and JAX, so that it is best given
an environment of its own: ``python -m venv compare``, then there ``pip install gesturepose
mediapipe==0.10.21``. Nothing is downloaded when it runs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.config import find_config, load_config
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.benchmark import WARM_UP_FRAMES, Bench
from gesturepose.evaluation.coco_annotations import ClipPictures
from gesturepose.evaluation.side_by_side import (
    GESTUREPOSE,
    MEDIAPIPE,
    TURN_FRAMES,
    Duel,
    compare,
    read_labelled,
)
from gesturepose.evaluation.side_by_side_tables import format_comparison
from gesturepose.evaluation.sources import label_file_of
from gesturepose.progress import showing_progress
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gesturepose.config import Config
    from gesturepose.datatypes import Frame
    from gesturepose.evaluation.side_by_side import Finder

_INSTALL = (
    "the comparison needs MediaPipe 0.10.21, the last one with its networks inside, on Python 3.12 "
    "or older: pip install mediapipe==0.10.21"
)


def open_mediapipe() -> tuple[Finder, str, Callable[[], None]]:
    """Load MediaPipe Pose.

    Returns
    -------
    tuple
        The finder, MediaPipe's version, and what frees it. It remembers the frames before.

    Raises
    ------
    UsageError
        It is not installed, or is a version without networks.
    """
    # Its native code writes to standard error; 2 is for errors only.
    os.environ.setdefault("GLOG_minloglevel", "2")
    try:
        mediapipe: Any = importlib.import_module("mediapipe")
        solution = mediapipe.solutions.pose
        network = solution.Pose(static_image_mode=False, model_complexity=1)
    except (ImportError, AttributeError, FileNotFoundError, RuntimeError) as error:
        raise UsageError(_INSTALL) from error
    rows = [solution.PoseLandmark[name.upper()] for name in COCO17.keypoints]

    def find(frame: Frame) -> NDArray[np.float32] | None:
        picture = cv2.cvtColor(frame.image, cv2.COLOR_BGR2RGB)
        picture.flags.writeable = False  # which spares MediaPipe a copy
        found = network.process(picture).pose_landmarks
        if found is None:
            return None
        places = [(found.landmark[row].x, found.landmark[row].y) for row in rows]
        return np.array(places, np.float32) * np.array(frame.size, np.float32)

    return find, mediapipe.__version__, network.close


def follow_operator(bench: Bench) -> Finder:
    """GesturePose as a finder of one person: whoever is obeyed."""

    def find(frame: Frame) -> NDArray[np.float32] | None:
        snapshot = bench.step(frame)
        for track in snapshot.tracks:
            if track.track_id == snapshot.operator_id:
                return track.keypoints
        return None

    return find


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; return the exit code."""
    options = _make_parser().parse_args(arguments)
    try:
        text = _compare_clips(options)
    except GesturePoseError as error:
        sys.stderr.write(f"gesturepose: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{text}\n")
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gesturepose.evaluation.against_mediapipe",
        description="Cost per frame and accuracy beside MediaPipe Pose, on labelled clips.",
    )
    add = parser.add_argument
    add(
        "clips",
        nargs="+",
        type=Path,
        metavar="CLIP",
        help="label file (NAME.json) with keypoints for the clip beside it, or that clip",
    )
    add("--config", metavar="FILE", help="mapping to use (default: as for a run)")
    add("--model", metavar="NAME|PATH", help="pose network (see 'gesturepose models')")
    add("--frames", metavar="N", type=int, help="of each clip at most (default: all)")
    add(
        "--turn",
        metavar="N",
        type=_read_turn,
        default=TURN_FRAMES,
        help=f"frames that each is given in a row (default: {TURN_FRAMES})",
    )
    add("--json", action="store_true", help="figures as JSON")
    return parser


def _read_turn(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of frames, at least 1")
    return int(text)


def _compare_clips(options: argparse.Namespace) -> str:
    if options.frames is not None and options.frames <= WARM_UP_FRAMES:
        raise UsageError(f"--frames: more than {WARM_UP_FRAMES} are needed, which warm up")
    config = load_config(find_config(options.config))
    if options.model is not None:
        model = config.model.model_copy(update={"name": options.model})
        config = config.model_copy(update={"model": model})
    labels = [path if path.suffix == ".json" else label_file_of(path) for path in options.clips]
    lengths = [min(len(ClipPictures(path)), options.frames or sys.maxsize) for path in labels]
    duels = []
    with showing_progress(sum(lengths)) as show:
        for path, length in zip(labels, lengths, strict=True):
            duel, versions = _compare_clip(path, length, config, show, turn=options.turn)
            duels.append(duel)
    total = Duel("all clips")
    for duel in duels:
        for name, side in duel.sides.items():
            total.sides[name].add(side)
    if options.json:
        clips = [duel.as_dict() for duel in duels]
        return json.dumps({**versions, "clips": clips, "all": total.as_dict()}, indent=2)
    return format_comparison(total, duels, versions)


def _compare_clip(
    labels: Path, length: int, config: Config, show: Callable[[str], None], *, turn: int
) -> tuple[Duel, dict[str, str]]:
    """Compare on one clip, both loaded anew: neither knows of the clip before."""
    with ExitStack() as stack:
        finder, version, close = open_mediapipe()
        stack.callback(close)
        bench = stack.enter_context(closing(Bench(config)))
        frames = stack.enter_context(closing(read_labelled(labels)))
        finders = {MEDIAPIPE: finder, GESTUREPOSE: follow_operator(bench)}
        duel = compare(labels.stem, islice(frames, length), finders, turn=turn, on_done=show)
        versions = {"mediapipe": version, "model": bench.model, "provider": bench.provider}
    return duel, versions


if __name__ == "__main__":
    sys.exit(main())

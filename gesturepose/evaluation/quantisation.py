"""What 8 bits cost a network, next to its own float32 original: accuracy, steadiness, time.

``python -m gesturepose.evaluation.quantisation FLOAT INT8 --annotations FILE --images DIR --clip
FILE`` prints:

oks
    Mean OKS (https://cocodataset.org/#keypoints-eval) on crops of labelled people, several crops of
    each; of the pose most like the label, where a network reports several. The difference comes
    with its standard error over people, because crops of one person fail together.
noise
    Each person is seen again and again, with a camera's noise and moved by parts of a pixel:
    standard deviation of each keypoint about its mean, in pixels of the input. The median over
    keypoints is what one sees; the root mean square is about the few that jump.
rest
    Jitter on clips of which every frame is labelled, where keypoints are at rest, with a camera's
    noise on every frame, as `gesturepose.evaluation.steadiness` has it, in pixels of the clip.
time
    Median of the networks' times and their ratio, runs taken in turn on the same input.

``models/quantize.py`` calibrates on every second picture, the even ones counted from 0; the figures
are about the odd ones unless ``--part`` says otherwise. Must not be imported by the stages.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.coco_annotations import open_labelled
from gesturepose.evaluation.network_pair import (
    Subject,
    compare_oks,
    compare_times,
    measure_noise,
    measure_rest,
)
from gesturepose.evaluation.person_crops import input_size_of, paddings_of, read_samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gesturepose.evaluation.person_crops import Sample

_CLIP_STEP = 40
"""Neighbouring frames of a clip are much the same picture."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; return the exit code."""
    options = _make_parser().parse_args(arguments)
    try:
        for line in _compare(options):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    except GesturePoseError as error:
        sys.stderr.write(f"gesturepose: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gesturepose.evaluation.quantisation",
        description="Compare a network with its 8-bit form: accuracy, steadiness, time.",
    )
    add = parser.add_argument
    add("float32", metavar="FLOAT", help="name or path of the original")
    add("int8", metavar="INT8", help="name or path of its 8-bit form")
    add("--annotations", type=Path, metavar="FILE", help="COCO keypoint annotations")
    add("--images", type=Path, metavar="DIR", help="folder of their pictures")
    add(
        "--clip",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="labels of a clip with labelled frames; may be repeated",
    )
    add(
        "--part",
        choices=("even", "odd", "all"),
        default="odd",
        help="which COCO pictures; calibration takes the even ones (default: %(default)s)",
    )
    add("--runs", type=int, default=200, metavar="N", help="timed runs of each (%(default)s)")
    return parser


def _compare(options: argparse.Namespace) -> Iterator[str]:
    if options.runs < 1:
        raise UsageError("--runs is at least 1")
    pair = [Subject(name, threads=1) for name in (options.float32, options.int8)]
    card = pair[0].model.card
    size, paddings = input_size_of(card), paddings_of(card)
    sets: list[tuple[str, list[Sample]]] = []
    if options.annotations is not None or options.images is not None:
        opened = open_labelled(annotations=options.annotations, images=options.images, clips=())
        samples = read_samples(opened, size=size, paddings=paddings, part=options.part)
        sets.append((f"{options.part} pictures of {options.annotations.name}", samples))
    if options.clip:
        opened = open_labelled(annotations=None, images=None, clips=options.clip, every=_CLIP_STEP)
        samples = read_samples(opened, size=size, paddings=paddings[:1], part="all")
        sets.append(("clips", samples))
    sets = [(name, samples) for name, samples in sets if samples]
    if not sets:
        raise UsageError("nobody to look at: give --annotations FILE --images DIR, or --clip FILE")
    yield f"{pair[0].model.name} and {pair[1].model.name}, input {size[0]}x{size[1]}"
    for name, samples in sets:
        yield from _compare_on(pair, name, samples)
    for labels in options.clip:
        before, after = measure_rest(pair, labels, size=size, padding=paddings[0])
        yield f"rest   {before:8.3f} {after:8.3f} px  x{after / before:.2f}  {labels.stem}"
    image = sets[0][1][0].image
    for threads in (1, 2):
        timed = [Subject(subject.model.path.as_posix(), threads=threads) for subject in pair]
        before, after = compare_times(timed, image, runs=options.runs)
        yield f"time   {before:8.2f} {after:8.2f} ms  x{after / before:.2f}  threads: {threads}"


def _compare_on(pair: Sequence[Subject], name: str, samples: Sequence[Sample]) -> Iterator[str]:
    loss = compare_oks(pair[0], pair[1], samples)
    yield (
        f"oks    {loss.float32:8.4f} {loss.int8:8.4f} {loss.difference:+.4f}  standard error "
        f"{loss.error:.4f}, {loss.people} people, {len(samples)} crops  {name}"
    )
    once = list({sample.whose: sample for sample in reversed(samples)}.values())
    spreads = measure_noise(pair, once)
    if np.isnan(spreads).all():
        return
    before, after = np.nanmedian(spreads.reshape(2, -1), axis=1)
    yield f"noise  {before:8.3f} {after:8.3f} px  x{after / before:.2f}  median, {name}"
    before, after = np.sqrt(np.nanmean(np.square(spreads).reshape(2, -1), axis=1))
    yield f"noise  {before:8.3f} {after:8.3f} px  x{after / before:.2f}  root mean square, {name}"


if __name__ == "__main__":
    raise SystemExit(main())

"""Make the 8-bit form of a MoveNet network: weights and values in 8 bits, float32 where it hurts.

Run once by a developer, from a checkout with the program installed; needs onnx besides::

    python models/quantize.py models/movenet-lightning.onnx movenet-lightning-int8.onnx \
        --annotations person_keypoints.json --images DIR --clip ana.json

The network is watched on pictures of people (COCO annotations with their pictures, clips with
labelled frames, or both), from which the grids of the values are taken and the weights are rounded
(``weight_rounding.py``). Of annotated pictures the even ones are taken, counted from 0, and the odd
ones left to measure on: ``python -m gesturepose.evaluation.quantisation``.

What stays in float32, as measured on calibration pictures, one step in 8 bits at a time:

- everything from the first enlargement on: the feature pyramid and the heads. These few channels at
  stride 4 decide where in its cell a keypoint is. In 8 bits they cause nine tenths of the added
  jitter, and are no faster;
- the first two convolutions: of three colours the integer kernel is slower than the float one, and
  the depthwise one after it has the weights that bear rounding worst.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from movenet_steps import Network, QuantizationError, Step, read_network
from quantized_graph import RoundedWeight, write_network
from weight_rounding import (
    Moments,
    Range,
    find_grids,
    find_scalings,
    round_step,
    scale_channels,
)

from gesturepose.errors import GesturePoseError
from gesturepose.evaluation.coco_annotations import open_labelled
from gesturepose.evaluation.person_crops import input_size_of, paddings_of, read_samples
from gesturepose.pose.card import read_card
from gesturepose.pose.letterbox import Letterbox
from gesturepose.pose.runtime import import_onnxruntime

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gesturepose.evaluation.person_crops import Part

    Picture = NDArray[np.uint8]
    FloatArray = NDArray[np.float32]

#: Convolutions at the beginning that stay in float32.
FIRST_EXACT = 2
#: Frames of a clip from one that is taken to the next.
CLIP_STEP = 80
#: Positions at which a convolution's inputs are looked at in each picture.
POSITIONS = 150


def choose_steps(network: Network) -> list[Step]:
    """Choose the steps to run in 8 bits: after the first two, before the first enlargement."""
    ends = [row for row, step in enumerate(network.steps) if step.op == "Resize"]
    chosen = network.steps[FIRST_EXACT : ends[0] if ends else 0]
    if not chosen:
        raise QuantizationError("there is nothing between the first steps and an enlargement")
    return chosen


def watch(
    network: Network, names: Sequence[str], pictures: Sequence[Picture]
) -> Iterator[dict[str, FloatArray]]:
    """Values ``(C, h, w)`` by name for one picture ``(h, w, 3)`` after another."""
    model = write_network(network, more_outputs=names)
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    for picture in pictures:
        values = session.run(list(names), {network.picture.name: picture[None]})
        yield {name: value[0] for name, value in zip(names, values, strict=True)}


def sample_inputs(
    step: Step, values: FloatArray, random: np.random.Generator
) -> NDArray[np.float64]:
    """Collect what a convolution sees at some positions of ``(C, h, w)``: ``(C, kernel, N)``."""
    (kh, kw), (down, across) = step.attributes["kernel_shape"], step.attributes["strides"]
    top, left, bottom, right = step.attributes["pads"]
    padded = np.pad(values, ((0, 0), (top, bottom), (left, right)))
    height = (padded.shape[1] - kh) // down + 1
    width = (padded.shape[2] - kw) // across + 1
    cells = random.permutation(height * width)[:POSITIONS]
    rows, columns = cells // width * down, cells % width * across
    seen = [padded[:, rows + y, columns + x] for y in range(kh) for x in range(kw)]
    return np.stack(seen, axis=1).astype(np.float64)


class Observer:
    """Ranges of values, and moments of what convolutions see, over many pictures."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._convolutions = [step for step in steps if step.op == "Conv"]
        self._lows: dict[str, NDArray[np.float64]] = {}
        self._highs: dict[str, NDArray[np.float64]] = {}
        self._sums: dict[str, NDArray[np.float64]] = {}
        self._squares: dict[str, NDArray[np.float64]] = {}
        self._counts: dict[str, int] = {}
        self._random = np.random.default_rng(0)

    def add(self, values: dict[str, FloatArray]) -> None:
        """Look at the values of one picture."""
        for name, value in values.items():
            low, high = value.min(axis=(1, 2)), value.max(axis=(1, 2))
            self._lows[name] = np.minimum(low, self._lows.get(name, low))
            self._highs[name] = np.maximum(high, self._highs.get(name, high))
        for step in self._convolutions:
            seen = sample_inputs(step, values[step.inputs[0]], self._random)
            if not step.depthwise:
                seen = seen.reshape(1, -1, seen.shape[2])
            sums, squares = seen.sum(axis=2), seen @ seen.transpose(0, 2, 1)
            name = step.output
            self._sums[name] = self._sums.get(name, 0.0) + sums
            self._squares[name] = self._squares.get(name, 0.0) + squares
            self._counts[name] = self._counts.get(name, 0) + seen.shape[2]

    def ranges(self) -> dict[str, Range]:
        """Of every value."""
        return {name: Range(self._lows[name], self._highs[name]) for name in self._lows}

    def moments(self, step: Step) -> Moments:
        """Of what a convolution sees."""
        count = self._counts[step.output]
        mean = self._sums[step.output] / count
        covariance = self._squares[step.output] / count - mean[:, :, None] * mean[:, None, :]
        return Moments(mean, covariance) if step.depthwise else Moments(mean[0], covariance[0])


def quantize(model: onnx.ModelProto, pictures: Sequence[Picture]) -> onnx.ModelProto:
    """Make the 8-bit form of a network.

    Parameters
    ----------
    model
        As ``models/convert.py`` writes MoveNet.
    pictures
        ``(h, w, 3)`` uint8 RGB as the network will see them; about a hundred.

    Returns
    -------
    onnx.ModelProto
        With the same input and outputs.

    Raises
    ------
    QuantizationError
        The network is not one of those, or there are no pictures.
    """
    if not pictures:
        raise QuantizationError("there are no pictures to calibrate on")
    network = read_network(model)
    chosen = choose_steps(network)
    observer = Observer(chosen)
    names = [step.output for step in network.steps if step.op != "Sigmoid"]
    for values in watch(network, names, pictures):
        observer.add(values)
    ranges = observer.ranges()
    scalings = find_scalings(network, ranges)
    scaled = scale_channels(network, scalings)
    grids = find_grids(scaled, ranges, scalings)
    outputs = {step.output for step in chosen}
    weights: dict[str, RoundedWeight] = {}
    for step in scaled.steps:
        if step.output not in outputs or step.op != "Conv":
            continue
        moments = observer.moments(step)
        factors = scalings.get(step.inputs[0])
        if factors is not None:
            moments = moments.scaled(factors, depthwise=step.depthwise)
        weights[step.output], step.bias = round_step(step, moments)
    return write_network(scaled, quantized=outputs, grids=grids, weights=weights)


def read_pictures(arguments: argparse.Namespace) -> list[Picture]:
    """Calibration pictures as the network will see them.

    Crops of people; for a network that reports several people, whole pictures too.
    """
    card = read_card(arguments.source.with_suffix(".toml"))
    if arguments.long_side is not None:
        rule = card.input.model_copy(update={"long_side": arguments.long_side})
        card = card.model_copy(update={"input": rule})
    sets = open_labelled(
        annotations=arguments.annotations,
        images=arguments.images,
        clips=arguments.clip,
        every=CLIP_STEP,
    )
    size, paddings = input_size_of(card), paddings_of(card)
    pictures = []
    for labelled in sets:
        clip = Path(labelled.name) in arguments.clip
        part: Part = "all" if clip else "even"
        used = paddings[:1] if clip else paddings
        pictures += [s.image for s in read_samples([labelled], size=size, paddings=used, part=part)]
        if card.max_people == 1:
            continue
        for number, (_, image) in enumerate(labelled):
            if clip or number % 2 == 0:
                whole = Letterbox.fit(
                    (image.shape[1], image.shape[0]),
                    long_side=card.input.long_side,
                    multiple=card.input.multiple,
                )
                pictures.append(whole.apply(image))
    return pictures


def main() -> None:
    """Quantise, and print the checksum that belongs in the model's card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("source", type=Path, help="the float32 network, its card beside it")
    add("target", type=Path, help="the .onnx file to write")
    add("--long-side", type=int, metavar="PIXELS", help="input to calibrate for; as in the card")
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
    arguments = parser.parse_args()
    try:
        pictures = read_pictures(arguments)
    except GesturePoseError as error:
        raise QuantizationError(str(error)) from error
    print(f"calibrating on {len(pictures)} pictures")
    onnx.save(quantize(onnx.load(arguments.source), pictures), arguments.target)
    for path in (arguments.source, arguments.target):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, path.name)


if __name__ == "__main__":
    main()

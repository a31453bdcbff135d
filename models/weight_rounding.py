"""Rounding weights to 8 bits so that a network notices least.

Three steps, each layer for itself, from what the layer sees on calibration pictures:

- Channels are scaled so that all of a value's channels fill its one grid, and the steps that take
  the value undo it (cross-layer equalisation: Nagel et al., "Data-Free Quantization Through Weight
  Equalization and Bias Correction", 2019, section 4.1; here by the values' ranges).
- Weights are rounded one after another, each taking over the errors of those before as far as the
  inputs' correlations allow (optimal brain surgeon, as in Frantar et al., "GPTQ", 2023, section 3).
- What is left of the error's mean is taken from the bias (bias correction: Nagel et al., section
  4.2, with measured means).

Knows nothing of pictures or ONNX files.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from quantized_graph import Grid, RoundedWeight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from movenet_steps import Network, Step
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    DoubleArray = NDArray[np.float64]

#: Greatest code of a weight, to either side. Processors without VNNI add two products of a value's
#: byte and a weight in 16 bits, and what does not fit is cut off: 2 * 255 * 64 fits, 2 * 255 * 127
#: does not. onnxruntime can avoid that for greater ones too, at nearly twice the time.
MOST = 64
#: A channel is scaled up by no more than this.
MOST_SCALING = 64.0
#: Share of a channel's scaling where a dense convolution has to undo it: that makes its own columns
#: unequal, so the square root shares the loss (Nagel et al., equation 9).
DENSE_SHARE = 0.5
#: Greatest weights tried, as shares of the greatest there is: clipping one can serve the others.
_CLIPS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7)
#: Added to the inputs' variances, as a share of their mean, so that they can be inverted.
_DAMPING = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """Least and greatest value seen of every channel, ``(C,)`` each."""

    low: DoubleArray
    high: DoubleArray


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What one output channel of a convolution sees.

    Attributes
    ----------
    mean
        ``(D,)``, or ``(C, D)`` of a depthwise one, with ``D`` inputs in the order of its weight.
    covariance
        ``(D, D)`` or ``(C, D, D)``.
    """

    mean: DoubleArray
    covariance: DoubleArray

    def scaled(self, factors: DoubleArray, *, depthwise: bool) -> Moments:
        """Moments after the input's channels were multiplied by ``factors`` (C,)."""
        if depthwise:
            return Moments(
                self.mean * factors[:, None], self.covariance * np.square(factors)[:, None, None]
            )
        each = np.repeat(factors, len(self.mean) // len(factors))
        return Moments(self.mean * each, self.covariance * np.outer(each, each))


def _tied_values(network: Network) -> list[list[str]]:
    """Values whose channels must have one scaling, because additions or enlargements join them."""
    group = {step.output: {step.output} for step in network.steps}
    for step in network.steps:
        if step.op in {"Add", "Resize"}:
            joined = set().union(*(group[name] for name in (*step.inputs, step.output)))
            for name in joined:
                group[name] = joined
    return [sorted(names) for names in {id(names): names for names in group.values()}.values()]


def find_scalings(network: Network, ranges: Mapping[str, Range]) -> dict[str, DoubleArray]:
    """Factor (C,) of every value that can be scaled: all but heads and what a sigmoid takes."""
    makers, takers = network.makers(), network.takers()
    scalings = {}
    for names in _tied_values(network):
        after = [step for name in names for step in takers[name]]
        steps = [makers[name] for name in names]
        if any(name in network.outputs for name in names) or any(
            step.op == "Sigmoid" for step in (*steps, *after)
        ):
            continue
        reach = np.max([np.maximum(ranges[n].high, -ranges[n].low) for n in names], axis=0)
        dense = any(step.op == "Conv" and not step.depthwise for step in after)
        share = DENSE_SHARE if dense else 1.0
        factors = np.power(reach.max() / np.maximum(reach, 1e-6), share)
        # Only up: at 6, where an activation ends, no channel may go beyond what it was.
        scalings.update(dict.fromkeys(names, np.clip(factors, 1.0, MOST_SCALING)))
    return scalings


def scale_channels(network: Network, scalings: Mapping[str, DoubleArray]) -> Network:
    """Multiply values' channels and have the steps that take them undo it.

    A channel that ends at 6 by its activation is then cut at 6 after scaling, which is the greatest
    it was seen to reach, or more.
    """
    scaled = copy.deepcopy(network)
    for step in scaled.steps:
        if step.op != "Conv":
            continue
        before, after = scalings.get(step.inputs[0]), scalings.get(step.output)
        if before is not None:
            axis = (-1, 1, 1, 1) if step.depthwise else (1, -1, 1, 1)
            step.weight = (step.weight / before.reshape(axis)).astype(np.float32)
        if after is not None:
            step.weight = (step.weight * after.reshape(-1, 1, 1, 1)).astype(np.float32)
            step.bias = (step.bias * after).astype(np.float32)
    return scaled


def find_grids(
    network: Network, ranges: Mapping[str, Range], scalings: Mapping[str, DoubleArray]
) -> dict[str, Grid]:
    """Smallest grid of every value that holds 0 and what was seen."""
    activations = {step.output: step.activation for step in network.steps}
    grids = {}
    for name, seen in ranges.items():
        factors = scalings.get(name, np.ones(1))
        low = min(0.0, float((seen.low * factors).min()))
        high = max(0.0, float((seen.high * factors).max()))
        if activations[name] == "Clip":
            high = min(high, 6.0)
        scale = max(high - low, 1e-6) / 255
        grids[name] = Grid(scale, int(np.clip(round(-low / scale), 0, 255)))
    return grids


def _round_in_turn(rows: DoubleArray, covariance: DoubleArray, scales: DoubleArray) -> DoubleArray:
    """Codes (R, D) of rows (R, D), the columns of greatest variance first."""
    order = np.argsort(-np.diag(covariance))
    rows = rows[:, order].copy()
    # Row j of it tells how the later columns best take over an error of column j.
    upper = np.linalg.cholesky(np.linalg.inv(covariance[np.ix_(order, order)])).T
    codes = np.zeros_like(rows)
    for column in range(rows.shape[1]):
        exact = rows[:, column]
        codes[:, column] = np.clip(np.rint(exact / scales), -MOST, MOST)
        error = (exact - codes[:, column] * scales) / upper[column, column]
        rows[:, column + 1 :] -= error[:, None] * upper[column, column + 1 :]
    return codes[:, np.argsort(order)]


def round_rows(rows: DoubleArray, covariance: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Round weights that all see the same inputs.

    Parameters
    ----------
    rows
        ``(R, D)``: one row per output channel.
    covariance
        ``(D, D)`` of the inputs.

    Returns
    -------
    codes, scales
        ``(R, D)`` whole numbers in -64..64 and ``(R,)``: of each row the rounding with the least
        variance of its output's error, among plain rounding with several clips and rounding in
        turn.
    """
    size = len(covariance)
    damped = covariance + np.eye(size) * (_DAMPING * np.trace(covariance) / size + 1e-9)

    def loss_of(codes: DoubleArray, scales: DoubleArray) -> DoubleArray:
        error = codes * scales[:, None] - rows
        loss: DoubleArray = np.einsum("ri,ij,rj->r", error, damped, error, optimize=True)
        return loss

    greatest = np.maximum(np.abs(rows).max(axis=1), 1e-12) / MOST
    best_loss = np.full(len(rows), np.inf)
    best_codes, best_scales = np.zeros_like(rows), greatest
    for clip in _CLIPS:
        scales = greatest * clip
        codes = np.clip(np.rint(rows / scales[:, None]), -MOST, MOST)
        loss = loss_of(codes, scales)
        better = loss < best_loss
        best_loss = np.where(better, loss, best_loss)
        best_codes = np.where(better[:, None], codes, best_codes)
        best_scales = np.where(better, scales, best_scales)
    in_turn = _round_in_turn(rows, damped, best_scales)
    better = loss_of(in_turn, best_scales) < best_loss
    return np.where(better[:, None], in_turn, best_codes), best_scales


def round_step(step: Step, moments: Moments) -> tuple[RoundedWeight, FloatArray]:
    """Round a convolution's weight; give also the bias that takes back the error's mean."""
    rows = step.weight.reshape(len(step.weight), -1).astype(np.float64)
    if step.depthwise:
        each = [
            round_rows(row[None], covariance)
            for row, covariance in zip(rows, moments.covariance, strict=True)
        ]
        codes = np.concatenate([pair[0] for pair in each])
        scales = np.concatenate([pair[1] for pair in each])
    else:
        codes, scales = round_rows(rows, moments.covariance)
    shift = ((codes * scales[:, None] - rows) * moments.mean).sum(axis=1)
    weight = RoundedWeight(
        codes.reshape(step.weight.shape).astype(np.int8), scales.astype(np.float32)
    )
    return weight, (step.bias - shift).astype(np.float32)

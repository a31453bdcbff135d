"""Decoders of one-stage networks, whose output names boxes and keypoints of everybody at once.

Two layouts. RTMO (Lu et al., "RTMO: Towards High-Performance One-Stage Real-Time Multi-Person Pose
Estimation", 2024) as MMDeploy exports it: boxes and keypoints as two outputs, the surest, mostly
after suppression in the graph. YOLO-pose (Maji et al., "YOLO-Pose: Enhancing YOLO for Multi Person
Pose Estimation Using Object Keypoint Similarity Loss", 2022) in its anchor-free form with one
class: every anchor a column of one output, nothing suppressed.

Coordinates are pixels of the network's input as the network gives them: no cells, no grid. The
arrays given must not be changed: a runtime may own them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.crop_decoder import in_coco_order
from gesturepose.pose.movenet_multipose import People

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    IntArray = NDArray[np.intp]

_CANDIDATES = 2000
"""Boxes looked at, the surest; MMDeploy's number."""

_MAX_PEOPLE = 100
"""People reported at most: a picture of noise must not cost seconds."""

#: Numbers before an anchor's keypoints: the box's middle and size, and its score.
_YOLO_BOX = 5


@dataclass(frozen=True, slots=True)
class Rtmo:
    """What RTMO's outputs mean.

    The heads are ``dets``, ``(1, N, 5)`` float32: left, top, right, bottom in pixels and a score;
    and ``keypoints``, ``(1, N, C, 3)`` float32: x, y and a score.

    Attributes
    ----------
    max_iou
        Of two boxes that overlap more, the surer stays. The paper's network is suppressed at 0.65.
    rows
        For each of COCO's keypoints, its row in the network's order, or -1 where the network has
        none; ``None`` for an order that begins with COCO's.
    """

    max_iou: float = 0.65
    rows: tuple[int, ...] | None = None

    def decode(self, heads: Mapping[str, FloatArray], *, min_score: float) -> People:
        """Find the people, in pixels of the network's input, the best first.

        Parameters
        ----------
        heads
            As the class says. Any numbers are survived: what is not finite is nobody, or no
            keypoint.
        min_score
            People below it are left out, and those of score 0 always.

        Raises
        ------
        ValueError
            The heads are not of the shape the class says, or have no such rows.
        """
        boxes, keypoints = heads["dets"], heads["keypoints"]
        if (
            boxes.ndim != 3
            or keypoints.ndim != 4
            or boxes.shape[::2] != (1, 5)
            or keypoints.shape[::3] != (1, 3)
            or boxes.shape[1] != keypoints.shape[1]
        ):
            raise ValueError(f"no people in outputs {boxes.shape} and {keypoints.shape}")
        ordered = in_coco_order(keypoints[0], self.rows)
        return _join(
            boxes[0, :, :4], boxes[0, :, 4], ordered, min_score=min_score, max_iou=self.max_iou
        )


@dataclass(frozen=True, slots=True)
class YoloPose:
    """What the output of YOLO-pose means.

    The head is ``output0``, ``(1, 5 + 3 * C, anchors)`` float32. Each column: the middle, width and
    height of a box in pixels, its score in 0..1, and x, y and score of each keypoint.

    Attributes
    ----------
    max_iou
        Of two boxes that overlap more, the surer stays.
    rows
        As for `Rtmo`.
    """

    max_iou: float = 0.65
    rows: tuple[int, ...] | None = None

    def decode(self, heads: Mapping[str, FloatArray], *, min_score: float) -> People:
        """Find the people, in pixels of the network's input, the best first.

        Parameters
        ----------
        heads
            As the class says. Any numbers are survived, as by `Rtmo`.
        min_score
            People below it are left out, and those of score 0 always.

        Raises
        ------
        ValueError
            The head is not of the shape the class says, or has no such rows.
        """
        output = heads["output0"]
        if output.ndim != 3 or len(output) != 1 or (output.shape[1] - _YOLO_BOX) % 3:
            raise ValueError(f"no people in an output {output.shape}")
        # Thousands of columns, of which a few are people: the rest are not even looked at.
        columns = _surest(output[0, 4], min_score)
        chosen = output[0][:, columns].T
        middle, half = chosen[:, :2], chosen[:, 2:4] * np.float32(0.5)
        with np.errstate(all="ignore"):  # garbage in is nobody out, without a word
            boxes = np.concatenate([middle - half, middle + half], axis=1)
        kinds = (output.shape[1] - _YOLO_BOX) // 3
        keypoints = chosen[:, _YOLO_BOX:].reshape(len(chosen), kinds, 3)
        return _join(
            boxes,
            chosen[:, 4],
            in_coco_order(keypoints, self.rows),
            min_score=min_score,
            max_iou=self.max_iou,
        )


def suppress(boxes: FloatArray, *, max_iou: float) -> IntArray:
    """Pick one box per person: greedy non-maximum suppression.

    Parameters
    ----------
    boxes
        ``(N, 4)``: left, top, right, bottom, finite, the surest first.
    max_iou
        A box that overlaps a surer one that stays by more, as intersection over union, goes.

    Returns
    -------
    ndarray
        Indices of the boxes that stay, in their order; at most 100.
    """
    # In double precision, in which the area of no float32 box overflows.
    low, high = np.split(boxes.astype(np.float64), 2, axis=1)
    areas = np.maximum(high - low, 0).prod(axis=1)
    kept: list[int] = []
    left = np.arange(len(boxes))
    while len(left) and len(kept) < _MAX_PEOPLE:
        box, left = int(left[0]), left[1:]
        kept.append(box)
        sides = np.minimum(high[box], high[left]) - np.maximum(low[box], low[left])
        shared = np.maximum(sides, 0).prod(axis=1)
        # As a product: boxes without area have no ratio.
        left = left[shared <= max_iou * (areas[box] + areas[left] - shared)]
    return np.array(kept, np.intp)


def _surest(scores: FloatArray, min_score: float) -> IntArray:
    """Find the surest candidates, as indices, the surest first; what is not finite is none."""
    enough = np.flatnonzero(np.isfinite(scores) & (scores > 0) & (scores >= min_score))
    return enough[np.argsort(-scores[enough], kind="stable")[:_CANDIDATES]]


def _join(
    boxes: FloatArray,
    scores: FloatArray,
    keypoints: FloatArray,
    *,
    min_score: float,
    max_iou: float,
) -> People:
    """Join boxes ``(N, 4)``, scores ``(N,)`` and keypoints with scores ``(N, 17, 3)``."""
    sound = np.isfinite(boxes).all(axis=1)
    chosen = _surest(np.where(sound, scores, np.float32(0)), min_score)
    chosen = chosen[suppress(boxes[chosen], max_iou=max_iou)]
    found = keypoints[chosen]
    seen = np.isfinite(found).all(axis=2) & (found[..., 2] > 0)
    return People(
        keypoints=np.where(seen[..., None], found[..., :2], np.float32(np.nan)),
        keypoint_scores=np.where(seen, np.minimum(found[..., 2], 1), np.float32(0)),
        boxes=boxes[chosen],
        scores=np.minimum(scores[chosen], 1),
    )

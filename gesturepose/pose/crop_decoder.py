"""What decoders of person-crop networks have in common: one person per crop, COCO's keypoints.

Top-down heatmaps and SimCC heads differ in how they place a keypoint. Whose crop it was, which rows
of the output are which keypoints and when somebody counts as seen is the same for both, and here.
Where a crop lies in the picture is the business of `gesturepose.pose.crops`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.crops import boxes_around
from gesturepose.pose.movenet_multipose import People
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gesturepose.pose.crops import Crops

    FloatArray = NDArray[np.float32]

#: For each of COCO's keypoints, its row among MPII's 16, which have no face: for the Hourglass and
#: CPM networks trained on MPII.
MPII_ROWS = (-1, -1, -1, -1, -1, 13, 12, 14, 11, 15, 10, 3, 2, 4, 1, 5, 0)

#: A keypoint below it does not count towards a person's score (as in Xiao et al.'s evaluation).
_COUNTED_SCORE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class CropKeypoints:
    """One person per crop, in the order of the crops.

    Attributes
    ----------
    keypoints
        ``(N, K, 2)`` float32, x and y in pixels of the crop; NaN where missing.
    scores
        ``(N, K)`` float32 in 0..1; 0 where missing.
    """

    keypoints: FloatArray
    scores: FloatArray

    @classmethod
    def from_network(cls, keypoints: FloatArray, scores: FloatArray) -> CropKeypoints:
        """Make missing what a network did not see.

        Parameters
        ----------
        keypoints, scores
            ``(N, K, 2)`` and ``(N, K)``; any numbers.
        """
        seen = np.isfinite(keypoints).all(axis=2) & np.isfinite(scores) & (scores > 0)
        return cls(
            np.where(seen[..., None], keypoints, np.float32(np.nan)).astype(np.float32),
            np.where(seen, np.minimum(scores, 1), 0).astype(np.float32),
        )

    @property
    def person_scores(self) -> FloatArray:
        """``(N,)`` float32: how sure it is that somebody is there.

        The mean of the keypoint scores above 0.2, so that somebody at a desk does not lose by the
        legs (Xiao et al.'s evaluation); 0 without any such keypoint.
        """
        counted = self.scores > _COUNTED_SCORE
        total = np.where(counted, self.scores, 0).sum(axis=1)
        mean: FloatArray = (total / np.maximum(counted.sum(axis=1), 1)).astype(np.float32)
        return mean

    def to_picture(self, crops: Crops) -> CropKeypoints:
        """Give the same in pixels of the picture that the crops were cut from."""
        return CropKeypoints(crops.to_source(self.keypoints), self.scores)

    def to_people(self, *, min_score: float) -> People:
        """Everybody who scores at least ``min_score``, the best first.

        A person whose score is 0 is nobody, whatever ``min_score`` is.
        """
        scores = self.person_scores
        kept = np.flatnonzero((scores > 0) & (scores >= min_score))
        kept = kept[np.argsort(-scores[kept], kind="stable")]
        return People(
            keypoints=self.keypoints[kept],
            keypoint_scores=self.scores[kept],
            boxes=boxes_around(self.keypoints[kept]),
            scores=scores[kept],
        )


class CropDecoder(ABC):
    """Finds the one person of every crop. Any numbers are survived: not finite is not seen."""

    __slots__ = ()

    @property
    @abstractmethod
    def cell_px(self) -> float:
        """How far apart the places are that the network tells apart, in pixels of the crop."""

    @abstractmethod
    def locate(self, heads: Mapping[str, FloatArray]) -> CropKeypoints:
        """Find each crop's keypoints, in the order of the crops.

        Raises
        ------
        ValueError
            The heads are not of the shape the class says, or have no such rows.
        """

    @abstractmethod
    def check_size(self, heads: Mapping[str, FloatArray], input_size: tuple[int, int]) -> None:
        """Compare what a network gave with the crops it was given.

        Parameters
        ----------
        heads
            As the class says.
        input_size
            ``(width, height)`` of the crops in pixels.

        Raises
        ------
        ValueError
            A network of this kind gives something of another shape for such crops.
        """

    def decode(self, heads: Mapping[str, FloatArray], *, min_score: float) -> People:
        """Find the people, in pixels of their crops, the best first.

        With several crops, `locate` instead: it tells whose crop it was.

        Parameters
        ----------
        heads
            As the class says.
        min_score
            People below it are left out.

        Raises
        ------
        ValueError
            As `locate`.
        """
        return self.locate(heads).to_people(min_score=min_score)


def in_coco_order(values: FloatArray, rows: Sequence[int] | None) -> FloatArray:
    """Order what a network says of its keypoints as COCO's are.

    Parameters
    ----------
    values
        ``(N, C, ...)`` in the network's order.
    rows
        For each of COCO's keypoints, its row in the network's order, or -1 where the network has
        none, which gives zeros; ``None`` for an order that begins with COCO's.

    Returns
    -------
    ndarray
        ``(N, 17, ...)``; a view where the order is COCO's.

    Raises
    ------
    ValueError
        There are no such rows.
    """
    wanted = len(COCO17)
    chosen = np.arange(wanted) if rows is None else np.asarray(rows, np.intp)
    if values.ndim < 2 or len(chosen) != wanted or chosen.max() >= values.shape[1]:
        raise ValueError(f"no {wanted} keypoints of COCO in an output {values.shape}")
    if rows is None:
        return values[:, :wanted]
    ordered = values[:, chosen]
    ordered[:, chosen < 0] = 0
    return ordered


def mirrored_rows(names: tuple[str, ...] = COCO17.keypoints) -> tuple[int, ...]:
    """For each keypoint, the row of the same one on the body's other side, or its own."""
    other = {"left": "right", "right": "left"}
    rows = {name: row for row, name in enumerate(names)}
    return tuple(
        rows["_".join([other.get(side, side), *rest])]
        for side, *rest in (name.split("_") for name in names)
    )

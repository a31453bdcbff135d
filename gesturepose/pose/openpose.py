"""Decoder of OpenPose: confidence maps and part affinity fields.

Cao et al., "Realtime Multi-Person 2D Pose Estimation using Part Affinity Fields", 2017 (arXiv
1611.08050), and "OpenPose", 2019 (arXiv 1812.08008). Peaks of a part's confidence map are its
candidates ("Confidence maps for part detection"). A limb's field holds the unit vector along the
limb wherever the limb is; two candidates are its ends as far as the field between them points from
one to the other, by the line integral E ("Part affinity fields for part association"). Limbs are
matched and joined to people by `gesturepose.pose.openpose_assembly`.

The same parts and limbs in the same channels serve the networks after it: Osokin, "Real-time 2D
Multi-Person Pose Estimation on CPU: Lightweight OpenPose", 2018, and tf-pose-estimation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.openpose_assembly import Connections, assemble, match_limbs
from gesturepose.pose.peaks import find_peaks, gather_people, to_pixels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People
    from gesturepose.pose.openpose_assembly import Body
    from gesturepose.pose.peaks import Peaks

#: Names of the outputs of a network that keeps maps and fields apart, and of one that joins them.
HEATMAPS, FIELDS, JOINED = "heatmaps", "pafs", "maps"

#: Peaks of one part at most, so that a picture of noise costs what a crowd does.
_MOST_PEAKS = 48

#: Points at which the field is looked at between two candidates, evenly from end to end.
_SAMPLES = 10

#: Cells between two candidates below which they give a limb no direction.
_LEAST_LENGTH = 1e-3


@dataclass(frozen=True, slots=True)
class Layout:
    """What the channels of an OpenPose network mean.

    Attributes
    ----------
    parts
        Names of the confidence maps, in their order; the map of the background follows them.
    limbs
        ``(start, end, channel)``: rows of ``parts``, and the field's channel of the x component;
        that of the y component follows it.
    joined
        Whether maps and fields are one output, the maps first.
    """

    parts: tuple[str, ...]
    limbs: tuple[tuple[int, int, int], ...]
    joined: bool

    @property
    def outputs(self) -> dict[str, int]:
        """Names of the outputs and their channels."""
        maps, fields = len(self.parts) + 1, 2 * len(self.limbs)
        return {JOINED: maps + fields} if self.joined else {HEATMAPS: maps, FIELDS: fields}


_COCO_18_PARTS = (
    *("nose", "neck"),
    *("right_shoulder", "right_elbow", "right_wrist"),
    *("left_shoulder", "left_elbow", "left_wrist"),
    *("right_hip", "right_knee", "right_ankle"),
    *("left_hip", "left_knee", "left_ankle"),
    *("right_eye", "left_eye", "right_ear", "left_ear"),
)

_COCO_18_LIMBS = (
    *((1, 2, 12), (1, 5, 20), (2, 3, 14), (3, 4, 16), (5, 6, 22), (6, 7, 24)),
    *((1, 8, 0), (8, 9, 2), (9, 10, 4), (1, 11, 6), (11, 12, 8), (12, 13, 10)),
    *((1, 0, 28), (0, 14, 30), (14, 16, 34), (0, 15, 32), (15, 17, 36)),
    *((2, 16, 18), (5, 17, 26)),
)

#: The COCO network of OpenPose, and tf-pose-estimation: 19 maps, then 38 channels of fields.
COCO_18 = Layout(_COCO_18_PARTS, _COCO_18_LIMBS, joined=True)

#: Lightweight OpenPose: the same in two outputs, those of its last stage.
LIGHTWEIGHT = Layout(_COCO_18_PARTS, _COCO_18_LIMBS, joined=False)

#: The default network of OpenPose, with feet: 26 maps, then 52 channels of fields.
BODY_25 = Layout(
    parts=(
        *("nose", "neck"),
        *("right_shoulder", "right_elbow", "right_wrist"),
        *("left_shoulder", "left_elbow", "left_wrist"),
        "middle_hip",
        *("right_hip", "right_knee", "right_ankle"),
        *("left_hip", "left_knee", "left_ankle"),
        *("right_eye", "left_eye", "right_ear", "left_ear"),
        *("left_big_toe", "left_small_toe", "left_heel"),
        *("right_big_toe", "right_small_toe", "right_heel"),
    ),
    limbs=(
        *((1, 8, 0), (1, 2, 14), (1, 5, 22), (2, 3, 16), (3, 4, 18), (5, 6, 24), (6, 7, 26)),
        *((8, 9, 6), (9, 10, 2), (10, 11, 4), (8, 12, 8), (12, 13, 10), (13, 14, 12)),
        *((1, 0, 30), (0, 15, 32), (15, 17, 36), (0, 16, 34), (16, 18, 38)),
        *((2, 17, 20), (5, 18, 28)),
        *((14, 19, 40), (19, 20, 42), (14, 21, 44), (11, 22, 46), (22, 23, 48), (11, 24, 50)),
    ),
    joined=True,
)


@dataclass(frozen=True, slots=True)
class OpenPose:
    """A decoder of one layout.

    Parameters
    ----------
    layout
        What the channels mean.
    stride_px
        Input pixels per cell.
    peak_threshold
        Least confidence of a part.
    field_threshold
        Least length of the field along a limb that speaks for it.
    least_agreement
        Share of the points along a limb at which the field must reach ``field_threshold``.
    least_parts
        Parts a person has at least, those that COCO does not know included.
    """

    layout: Layout
    stride_px: float = 8
    peak_threshold: float = 0.1
    field_threshold: float = 0.05
    least_agreement: float = 0.8
    least_parts: int = 4

    @property
    def outputs(self) -> dict[str, int]:
        """Names of the outputs and their channels, each ``(1, channels, h, w)`` float32."""
        return self.layout.outputs

    def decode(self, heads: Mapping[str, NDArray[np.float32]], *, min_score: float = 0.0) -> People:
        """Find the people in the network's maps.

        Parameters
        ----------
        heads
            The arrays named in `outputs`. What is not finite counts as 0.
        min_score
            People below it are left out. A person's score is the mean of what their parts' peaks
            and their limbs' fields say, so that it lies in 0..1 for few parts and for many.

        Returns
        -------
        People
            The best first; NaN where a keypoint is missing.
        """
        heatmaps, fields = self._split(heads)
        peaks = find_peaks(heatmaps, threshold=self.peak_threshold, most=_MOST_PEAKS)
        candidates = self._rate_limbs(fields, peaks)
        bodies = assemble(match_limbs(candidates), peaks.maps)
        return self._to_people(
            [body for body in bodies if len(body.peaks) >= self.least_parts], peaks, min_score
        )

    def _split(
        self, heads: Mapping[str, NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """``(K, h, w)`` maps without the background, ``(2 L, h, w)`` fields."""
        parts = len(self.layout.parts)
        if self.layout.joined:
            maps = heads[JOINED][0]
            return maps[:parts], maps[parts + 1 :]
        return heads[HEATMAPS][0, :parts], heads[FIELDS][0]

    def _rate_limbs(self, fields: NDArray[np.float32], peaks: Peaks) -> Connections:
        """Every pair of peaks that the field between them speaks for."""
        of_part = [np.flatnonzero(peaks.maps == part) for part in range(len(self.layout.parts))]
        pairs = [
            np.stack(np.meshgrid(of_part[start], of_part[end], indexing="ij")).reshape(2, -1)
            for start, end, _ in self.layout.limbs
        ]
        limbs = np.repeat(np.arange(len(pairs)), [pair.shape[1] for pair in pairs])
        starts, ends = np.concatenate(pairs, axis=1)
        channels = np.array([channel for _, _, channel in self.layout.limbs], np.intp)[limbs]

        along = peaks.positions[ends] - peaks.positions[starts]
        length = np.hypot(*along.T)
        direction = along / np.maximum(length, _LEAST_LENGTH)[:, None]
        steps = np.linspace(0, 1, _SAMPLES, dtype=np.float32)
        points = peaks.positions[starts][:, None] + steps[:, None] * along[:, None]
        agreement = _sample(fields, channels, points) * direction[:, None, 0]
        agreement += _sample(fields, channels + 1, points) * direction[:, None, 1]

        scores = agreement.mean(axis=1)
        share = (agreement > self.field_threshold).mean(axis=1)
        likely = (scores > 0) & (share >= self.least_agreement) & (length >= _LEAST_LENGTH)
        return Connections(limbs[likely], starts[likely], ends[likely], scores[likely])

    def _to_people(self, bodies: list[Body], peaks: Peaks, min_score: float) -> People:
        names = self.layout.parts
        found = np.full((len(bodies), len(names)), -1, np.intp)
        limb_sums, limb_counts = np.zeros(len(bodies)), np.zeros(len(bodies))
        for row, body in enumerate(bodies):
            found[row, list(body.peaks)] = list(body.peaks.values())
            limb_sums[row] = min(sum(body.limb_scores), len(body.limb_scores))
            limb_counts[row] = len(body.limb_scores)
        seen = found >= 0
        # One row more than there are peaks: what is missing has the last, of score 0.
        scores = np.append(np.clip(peaks.scores, 0, 1), np.float32(0))[found]
        positions = np.concatenate([peaks.positions, np.zeros((1, 2), np.float32)])[found]
        total = scores.sum(axis=1) + limb_sums
        return gather_people(
            names,
            to_pixels(positions, self.stride_px),
            scores,
            (total / np.maximum(seen.sum(axis=1) + limb_counts, 1)).astype(np.float32),
            min_score=min_score,
        )


def _sample(
    fields: NDArray[np.float32], channels: NDArray[np.intp], points: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Look at fields between cells, bilinearly, the edge going on beyond the edge.

    Parameters
    ----------
    fields
        ``(C, h, w)``.
    channels
        ``(M,)`` which field.
    points
        ``(M, S, 2)`` x and y in cells.

    Returns
    -------
    numpy.ndarray
        ``(M, S)`` float32 in -1..1: a component of a unit vector is no longer than 1, and what is
        not finite says nothing.
    """
    height, width = fields.shape[1:]
    limits = np.array([width - 1, height - 1], np.float32)
    inside = np.clip(points, 0, limits)
    corner = np.minimum(inside.astype(np.intp), np.maximum(limits.astype(np.intp) - 1, 0))
    across, down = np.moveaxis(inside - corner, -1, 0)
    left, top = np.moveaxis(corner, -1, 0)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)

    def read(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float32]:
        values = fields[channels[:, None], rows, columns]
        return np.clip(np.nan_to_num(values, posinf=0, neginf=0), -1, 1)

    upper = read(top, left) * (1 - across) + read(top, right) * across
    lower = read(bottom, left) * (1 - across) + read(bottom, right) * across
    sampled: NDArray[np.float32] = upper * (1 - down) + lower * down
    return sampled

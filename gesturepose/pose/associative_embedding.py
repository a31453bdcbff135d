"""Decoder of associative embedding: HigherHRNet and bottom-up HRNet.

Newell et al., "Associative Embedding: End-to-End Learning for Joint Detection and Grouping", 2017
(arXiv 1611.05424), as in Cheng et al., "HigherHRNet: Scale-Aware Representation Learning for
Bottom-Up Human Pose Estimation", 2020 (arXiv 1908.10357). Beside every keypoint's heatmap the
network paints a map of tags: numbers that are alike for the keypoints of one person and unlike for
those of two. Heatmaps of several resolutions are averaged at the finest (Cheng, "Heatmap
aggregation"); their peaks are joined, one kind of keypoint after the other, to the person whose tag
is nearest (Newell, "Multiperson pose estimation").

The networks' published figures are of a flip test: the network is shown the mirrored picture as
well, the heatmaps of both are averaged, and the two tags of a cell are one tag of two components.
As with the authors, maps of the mirrored picture are turned back cell by cell and not moved: their
networks were trained with each keypoint in the cell it lies in, and the mirror has the same cells.

Different from the authors' code: all is done at the finest output instead of the input's size; a
detection is never given to a person whose tag is too far in order to make the sum of all distances
less; and what is faint is looked for among peaks only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.mirrored import name_of_mirrored
from gesturepose.pose.peaks import find_peaks, gather_people, to_pixels
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People
    from gesturepose.pose.peaks import Peaks, Refinement

    FloatArray = NDArray[np.float32]

KEYPOINTS = len(COCO17)

#: Peaks of one kind of keypoint at most, as many as people: the authors' number.
_MOST_PEAKS = 30

#: Cells round a peak without a higher one: the authors' window of five by five.
_RADIUS = 2

#: Kinds of keypoint in the order in which they are given to people, from the head over the trunk to
#: the hands and feet, as Newell's authors do.
_ORDER = [
    COCO17.index(name)
    for name in (
        *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
        *("left_shoulder", "right_shoulder", "left_hip", "right_hip"),
        *("left_elbow", "right_elbow", "left_wrist", "right_wrist"),
        *("left_knee", "right_knee", "left_ankle", "right_ankle"),
    )
]

_OTHER_SIDE = {"left": "right", "right": "left"}

#: Row of the same keypoint in the mirrored picture.
_MIRRORED_ROWS = [
    COCO17.index("_".join(_OTHER_SIDE.get(word, word) for word in name.split("_")))
    for name in COCO17.keypoints
]

#: Cost of a detection and a person whose tags are too far apart; a tag's step costs 100.
_TOO_FAR = 1e6


@dataclass(frozen=True, slots=True)
class Maps:
    """Seventeen channels of an output, one per keypoint in the order of COCO.

    Attributes
    ----------
    output
        The output's name.
    first
        Its first channel of these.
    mirrored
        Whether the network was shown the mirrored picture; the maps are mirrored back.
    """

    output: str
    first: int = 0
    mirrored: bool = False

    def read(self, heads: Mapping[str, FloatArray]) -> FloatArray:
        """``(17, h, w)``, what is not finite as 0."""
        maps = heads[self.output][0, self.first : self.first + KEYPOINTS]
        if self.mirrored:
            maps = maps[_MIRRORED_ROWS, :, ::-1]
        return np.where(np.isfinite(maps), maps, np.float32(0))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a network's heatmaps and tags are.

    Attributes
    ----------
    outputs
        Names of the outputs and their channels, each ``(1, channels, h, w)`` float32; their sizes
        may differ, as long as they cover the same picture.
    heatmaps
        Averaged at the size of the finest.
    tags
        The components of a tag.
    """

    outputs: Mapping[str, int] = field(hash=False)
    heatmaps: tuple[Maps, ...]
    tags: tuple[Maps, ...]


#: Bottom-up HRNet: heatmaps and tags in one output of a quarter of the input's size.
HRNET = Layout({"maps": 34}, (Maps("maps"),), (Maps("maps", KEYPOINTS),))

#: HigherHRNet: the same, and heatmaps of half of the input's size.
HIGHER_HRNET = Layout(
    {"quarter": 34, "half": 17},
    (Maps("quarter"), Maps("half")),
    (Maps("quarter", KEYPOINTS),),
)


def _with_mirrored(layout: Layout) -> Layout:
    """Make of a layout that of the same network, shown the picture and its mirror image."""
    mirrored = {name: name_of_mirrored(name) for name in layout.outputs}

    def both(parts: tuple[Maps, ...]) -> tuple[Maps, ...]:
        return *parts, *(Maps(mirrored[part.output], part.first, mirrored=True) for part in parts)

    outputs = {mirrored[name]: channels for name, channels in layout.outputs.items()}
    return Layout({**layout.outputs, **outputs}, both(layout.heatmaps), both(layout.tags))


#: Both, shown the mirrored picture as well: heatmaps are averaged, and tags have two components,
#: one of each.
HRNET_MIRRORED, HIGHER_HRNET_MIRRORED = map(_with_mirrored, (HRNET, HIGHER_HRNET))


@dataclass(frozen=True, slots=True)
class AssociativeEmbedding:
    """A decoder of one layout.

    Parameters
    ----------
    layout
        Where heatmaps and tags are.
    stride_px
        Input pixels per cell of the finest heatmaps.
    peak_threshold
        Least value of a detection.
    tag_threshold
        Distance of tags from which two keypoints are of different people.
    refinement
        How a peak is placed finer than its cell; a quarter's step is what the networks were
        trained and measured with.
    faint_threshold
        Least value of a detection that is given to a person who lacks that keypoint and whose tag
        it has, when all others are given; it founds nobody. `None` leaves such ones out.
    """

    layout: Layout
    stride_px: float
    peak_threshold: float = 0.1
    tag_threshold: float = 1.0
    refinement: Refinement = "quarter"
    faint_threshold: float | None = None

    @property
    def outputs(self) -> Mapping[str, int]:
        """Names of the outputs and their channels."""
        return self.layout.outputs

    def decode(self, heads: Mapping[str, FloatArray], *, min_score: float = 0.0) -> People:
        """Find the people in the network's maps.

        Parameters
        ----------
        heads
            The arrays named in `outputs`. What is not finite counts as 0.
        min_score
            People below it are left out. A person's score is the mean of all seventeen keypoints',
            0 for one that is missing.

        Returns
        -------
        People
            The best first; NaN where a keypoint is missing.
        """
        with np.errstate(all="ignore"):  # garbage in is nobody out, or somebody, without a word
            return self._decode(heads, min_score)

    def _decode(self, heads: Mapping[str, FloatArray], min_score: float) -> People:
        heatmaps = self._average(heads)
        size = heatmaps.shape[1:]
        tags = np.stack([maps.read(heads) for maps in self.layout.tags], axis=-1)
        faint = self.peak_threshold if self.faint_threshold is None else self.faint_threshold
        peaks = find_peaks(
            heatmaps,
            threshold=min(faint, self.peak_threshold),
            most=_MOST_PEAKS,
            radius=_RADIUS,
            refinement=self.refinement,
        )
        peak_tags = _read_tags(tags, peaks.maps, peaks.cells, size)
        found = self._group(peaks, peak_tags)
        if self.faint_threshold is not None and len(found):
            self._fill_in(found, peaks, peak_tags)
        # One more than there are peaks: what is missing has the last, of score 0.
        scores = np.append(np.clip(peaks.scores, 0, 1), np.float32(0))[found]
        positions = np.concatenate([peaks.positions, np.zeros((1, 2), np.float32)])[found]
        return gather_people(
            COCO17.keypoints,
            to_pixels(positions, self.stride_px),
            scores,
            scores.mean(axis=1, dtype=np.float32),
            min_score=min_score,
        )

    def _average(self, heads: Mapping[str, FloatArray]) -> FloatArray:
        """``(17, h, w)`` mean of all heatmaps at the size of the finest."""
        parts = [maps.read(heads) for maps in self.layout.heatmaps]
        size = max((part.shape[1:] for part in parts), key=np.prod)
        mean = np.zeros((KEYPOINTS, *size), np.float32)
        for part in parts:
            mean += _resize(part, size) / np.float32(len(parts))
        return mean

    def _group(self, peaks: Peaks, tags: NDArray[np.float64]) -> NDArray[np.intp]:
        """``(N, 17)`` peaks of each person, -1 where missing."""
        people: list[NDArray[np.intp]] = []
        sums: list[NDArray[np.float64]] = []
        for kind in _ORDER:
            detected = np.flatnonzero((peaks.maps == kind) & (peaks.scores >= self.peak_threshold))
            owner = np.full(len(detected), -1, np.intp)
            if people and len(detected):
                means = np.array(sums) / (np.array(people) >= 0).sum(axis=1, keepdims=True)
                rows, columns = self._match(tags[detected], peaks.scores[detected], means)
                owner[rows] = columns
            for peak, person in zip(detected.tolist(), owner.tolist(), strict=True):
                if person < 0:
                    people.append(np.full(KEYPOINTS, -1, np.intp))
                    sums.append(np.zeros(tags.shape[1]))
                people[person][kind] = peak
                sums[person] = sums[person] + tags[peak]
        return np.array(people, np.intp).reshape(-1, KEYPOINTS)

    def _fill_in(self, found: NDArray[np.intp], peaks: Peaks, tags: NDArray[np.float64]) -> None:
        """Give faint peaks to people who lack them, in place.

        What Cheng's authors call refinement, with their cost, yet among peaks only: they take the
        likeliest cell of the map, which for a keypoint out of sight is one on the flank of somebody
        else's peak.
        """
        means = np.array([tags[person[person >= 0]].mean(axis=0) for person in found])
        given = np.zeros(len(peaks) + 1, bool)
        given[found] = True
        for kind in range(KEYPOINTS):
            free = np.flatnonzero((peaks.maps == kind) & ~given[:-1])
            lacking = np.flatnonzero(found[:, kind] < 0)
            rows, columns = self._match(tags[free], peaks.scores[free], means[lacking])
            found[lacking[columns], kind] = free[rows]

    def _match(
        self, tags: NDArray[np.float64], scores: FloatArray, means: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows of detections and of the people whose they are; what suits nobody is left out."""
        # Here, so that reading a network's card does not load it.
        from scipy.optimize import linear_sum_assignment

        apart = np.linalg.norm(tags[:, None] - means, axis=-1)
        near = apart < self.tag_threshold
        # Among tags that are as near, the surer detection comes first.
        cost = np.round(apart) * 100 - scores[:, None]
        rows, columns = linear_sum_assignment(np.where(near, cost, _TOO_FAR))
        suits = near[rows, columns]
        return rows[suits], columns[suits]


def _resize(maps: FloatArray, size: tuple[int, ...]) -> FloatArray:
    """Bring ``(K, h, w)`` maps to another size, bilinearly, cells' corners on cells' corners."""
    import cv2

    if maps.shape[1:] == size:
        return maps
    resized = [cv2.resize(part, size[::-1], interpolation=cv2.INTER_LINEAR) for part in maps]
    return np.array(resized, np.float32)


def _coarse_cells(
    coarse: tuple[int, ...], fine: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of the coarse map that each row and column of the fine one lies in."""
    rows, columns = (np.arange(f) * c // f for c, f in zip(coarse, fine, strict=True))
    return rows, columns


def _read_tags(
    tags: FloatArray, kinds: NDArray[np.intp], cells: NDArray[np.intp], size: tuple[int, ...]
) -> NDArray[np.float64]:
    """``(P, T)`` tags at peaks; read from the coarse maps, as a mean of two tags is nobody's."""
    rows, columns = _coarse_cells(tags.shape[1:3], size)
    return tags[kinds, rows[cells[:, 0]], columns[cells[:, 1]]].astype(np.float64)

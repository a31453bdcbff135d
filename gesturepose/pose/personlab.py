"""Decoder of PersonLab networks, PoseNet among them: heatmaps and displacement fields.

Follows Papandreou et al., "PersonLab: Person Pose Estimation and Instance Segmentation with a
Bottom-Up, Part-Based, Geometric Embedding Model", ECCV 2018, section 3.1:

- each cell round a keypoint holds how likely it is within a disk of it (heatmap) and the way to it
  (short-range offset); the votes of all cells, added up, give the Hough score map (3.1.1);
- each cell round a keypoint also holds the way to the neighbouring keypoints of the same person
  (mid-range displacement), corrected by the short-range offset at its end (3.1.2, equation 2);
- peaks of the Hough maps, strongest first, start people, unless a person found before has that
  keypoint there; from the start the displacements are walked along the tree of `EDGES`, forwards
  and backwards (3.1.3);
- a person's score is the mean of its keypoints' scores, of which those that a better person has at
  the same place do not count (3.1.4).

Left as the released PoseNet models have it: fields of both coordinates list all y before all x, and
lengths are pixels. Cell ``(i, j)`` of stride s lies at the pixel ``(s j, s i)`` exactly, because
the networks are trained on pictures with sides of s n + 1 and padded evenly.

It knows nothing of pictures, thresholds of the user or onnxruntime, and it must not change the
arrays it is given.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.pose.peaks import gather_people
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People

    FloatArray = NDArray[np.float32]

#: Keypoints per person, in COCO's order.
KEYPOINTS = 17

#: Pairs of keypoints joined by displacements, parent first, in the order of the fields.
EDGES = (
    (0, 1),
    (1, 3),
    (0, 2),
    (2, 4),
    (0, 5),
    (5, 7),
    (7, 9),
    (5, 11),
    (11, 13),
    (13, 15),
    (0, 6),
    (6, 8),
    (8, 10),
    (6, 12),
    (12, 14),
    (14, 16),
)

#: Heads by name, with their number of channels; each is ``(1, channels, height, width)`` float32,
#: heatmaps after their sigmoid.
HEADS = {
    "keypoint_heatmaps": KEYPOINTS,
    "keypoint_offsets": 2 * KEYPOINTS,
    "displacements_forward": 2 * len(EDGES),
    "displacements_backward": 2 * len(EDGES),
}

#: Input pixels per cell of the bundled PoseNet.
STRIDE_PX = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """What a network's fields look like, and how they are searched.

    Attributes
    ----------
    stride_px
        Input pixels per cell.
    vote_score
        Cells whose heatmap is below it cast no vote.
    radius_px
        Of the disk round a keypoint in which the network was trained to see it.
    seed_score, seed_share
        A person starts only where the heatmap of a keypoint reaches the score, and where at least
        this share of a disk's cells point: single cells that are sure by chance start nobody.
    missing_score
        A keypoint whose heatmap is below it at its place is missing.
    same_px
        Keypoints of one kind within this distance are one.
    refinements
        How often a walked displacement is corrected by the short-range offset at its end.
    most_people
        People looked for at most.
    """

    stride_px: int = STRIDE_PX
    vote_score: float = 0.1
    radius_px: float = 32.0
    seed_score: float = 0.4
    seed_share: float = 0.15
    missing_score: float = 0.05
    same_px: float = 20.0
    refinements: int = 2
    most_people: int = 30


POSENET = Layout()


def _list_steps(start: int) -> tuple[tuple[int, int, int, bool], ...]:
    """List the steps ``(from, to, edge, forwards)`` that reach every keypoint from one of them."""
    steps = []
    reached, queue = {start}, deque([start])
    while queue:
        here = queue.popleft()
        for edge, (parent, child) in enumerate(EDGES):
            for there, forwards in ((child, True), (parent, False)):
                if here == (parent if forwards else child) and there not in reached:
                    reached.add(there)
                    queue.append(there)
                    steps.append((here, there, edge, forwards))
    return tuple(steps)


_STEPS = tuple(_list_steps(start) for start in range(KEYPOINTS))


def _vote(heatmaps: FloatArray, offsets: FloatArray, layout: Layout) -> NDArray[np.float64]:
    """Hough score maps ``(K, h, w)``: votes of ``(2, K, h, w)`` offsets, shared bilinearly."""
    shape = heatmaps.shape
    kind, row, column = np.nonzero(heatmaps >= layout.vote_score)
    votes = heatmaps[kind, row, column]
    y = row + offsets[0, kind, row, column] / layout.stride_px
    x = column + offsets[1, kind, row, column] / layout.stride_px
    # Garbage points anywhere; a cell beyond the edge is far enough to be left out below.
    y, x = (np.clip(at, -2, size + 1) for at, size in ((y, shape[1]), (x, shape[2])))
    top, left = np.floor(y).astype(np.intp), np.floor(x).astype(np.intp)
    scores = np.zeros(heatmaps.size)
    for down in (0, 1):
        for right in (0, 1):
            share = (1 - np.abs(top + down - y)) * (1 - np.abs(left + right - x)) * votes
            inside = (top + down >= 0) & (top + down < shape[1])
            inside &= (left + right >= 0) & (left + right < shape[2])
            flat = (kind * shape[1] + top + down) * shape[2] + left + right
            scores += np.bincount(flat[inside], share[inside], heatmaps.size)
    return scores.reshape(shape)


class _Walk:
    """The fields of one picture, and the way through them."""

    def __init__(self, heads: Mapping[str, FloatArray], layout: Layout) -> None:
        # Garbage in is zero out.
        clean = {name: np.nan_to_num(heads[name][0], posinf=0, neginf=0) for name in HEADS}
        size = clean["keypoint_heatmaps"].shape[1:]
        self.heatmaps = np.clip(clean["keypoint_heatmaps"], 0, 1)
        self.offsets = clean["keypoint_offsets"].reshape(2, KEYPOINTS, *size)
        self._ways = tuple(
            clean[name].reshape(2, len(EDGES), *size)
            for name in ("displacements_backward", "displacements_forward")
        )
        self._layout = layout
        self._last = (size[0] - 1, size[1] - 1)

    def cells(self, yx: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the cells nearest to positions ``(n, 2)`` in pixels."""
        near = np.clip(np.rint(yx / self._layout.stride_px), 0, self._last).astype(np.intp)
        return near[:, 0], near[:, 1]

    def _cell(self, y: float, x: float) -> tuple[int, int]:
        """Nearest cell of one position; plain numbers, for which arrays take ten times as long."""
        stride_px, (last_row, last_column) = self._layout.stride_px, self._last
        row = min(max(round(y / stride_px), 0), last_row)
        return row, min(max(round(x / stride_px), 0), last_column)

    def find_person(self, start_yx: NDArray[Any], start: int) -> tuple[FloatArray, FloatArray]:
        """Walk to all keypoints ``(K, 2)`` (y, x) in pixels, and their scores ``(K,)``."""
        stride_px = self._layout.stride_px
        found = [(0.0, 0.0)] * KEYPOINTS
        found[start] = (float(start_yx[0]), float(start_yx[1]))
        for here, there, edge, forwards in _STEPS[start]:
            (y, x), ways = found[here], self._ways[forwards]
            row, column = self._cell(y, x)
            y, x = y + float(ways[0, edge, row, column]), x + float(ways[1, edge, row, column])
            for _ in range(self._layout.refinements):
                # Where the cell at the end sees the keypoint.
                row, column = self._cell(y, x)
                y = row * stride_px + float(self.offsets[0, there, row, column])
                x = column * stride_px + float(self.offsets[1, there, row, column])
            found[there] = (y, x)
        places = np.array(found)
        scores = self.heatmaps[np.arange(KEYPOINTS), *self.cells(places)]
        return places.astype(np.float32), scores

    def list_seeds(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Peaks of the Hough maps, strongest first: keypoint, and (y, x) in pixels."""
        # Here, so that reading a network's card does not load it.
        from scipy.ndimage import maximum_filter, uniform_filter

        layout = self._layout
        votes = _vote(self.heatmaps, self.offsets, layout)
        peak = (votes > 0) & (votes >= maximum_filter(votes, size=(1, 3, 3)))
        disk = np.pi * (layout.radius_px / layout.stride_px) ** 2
        around = 9 * uniform_filter(votes, size=(1, 3, 3), mode="constant")
        peak &= around >= layout.seed_share * disk
        kinds, rows, columns = np.nonzero(peak)
        order = np.argsort(-votes[kinds, rows, columns], kind="stable")
        kinds, rows, columns = kinds[order], rows[order], columns[order]
        # Where the cell at the peak sees the keypoint.
        yx = np.stack([rows, columns], axis=1) * layout.stride_px
        yx = yx + self.offsets[:, kinds, rows, columns].T
        sure = self.heatmaps[kinds, *self.cells(yx)] >= layout.seed_score
        return kinds[sure], yx[sure]


def decode(
    heads: Mapping[str, FloatArray], *, min_score: float = 0.0, layout: Layout = POSENET
) -> People:
    """Find the people in the network's heads.

    Parameters
    ----------
    heads
        The arrays named in `HEADS`. Any numbers are survived: what is not finite counts as zero.
    min_score
        People below it are left out.
    layout
        The stride, and how the fields are searched.

    Returns
    -------
    People
        Best first; a keypoint without evidence is NaN with score 0. A person's box is the smallest
        round its keypoints.
    """
    with np.errstate(all="ignore"):
        return _decode(_Walk(heads, layout), min_score, layout)


def _decode(walk: _Walk, min_score: float, layout: Layout) -> People:
    found = np.zeros((0, KEYPOINTS, 2), np.float32)
    found_scores = np.zeros((0, KEYPOINTS), np.float32)
    scores: list[float] = []
    kinds, seeds = walk.list_seeds()
    free = np.ones(len(kinds), bool)
    while len(scores) < layout.most_people and free.any():
        seed = int(free.argmax())
        free[seed] = False
        keypoints, seen = walk.find_person(seeds[seed], int(kinds[seed]))
        seen = np.where(seen >= layout.missing_score, seen, np.float32(0))
        same = np.linalg.norm(found - keypoints, axis=2) <= layout.same_px
        shared = (same & (found_scores > 0)).any(axis=0)
        score = float(np.where(shared, 0, seen).mean())
        if score <= 0 or score < min_score:
            continue
        found = np.concatenate([found, keypoints[None]])
        found_scores = np.concatenate([found_scores, seen[None]])
        scores.append(score)
        # Nobody else starts where this person has the same keypoint.
        near = np.linalg.norm(keypoints[kinds] - seeds, axis=1) <= layout.same_px
        free &= ~(near & (seen[kinds] > 0))

    return gather_people(
        COCO17.keypoints, found[..., ::-1], found_scores, np.array(scores), min_score=min_score
    )

"""Decoder of OpenPifPaf networks: composite intensity and association fields (CIF and CAF).

Follows Kreiss et al., "PifPaf: Composite Fields for Human Pose Estimation", CVPR 2019, and
"OpenPifPaf: Composite Fields for Semantic Keypoint Detection and Spatio-Temporal Association",
2021, section III (trained networks were not at hand: verified on fields built from the papers'
definition, in which OpenPifPaf 0.12.14's own decoder finds the same people, as far from the truth,
unless noise is strong):

- every cell near a keypoint gives a confidence, the keypoint's exact place and its scale; the
  confidences, spread as Gaussians round these places, add up to a map of high resolution;
- every cell near the line between two keypoints of a person gives a confidence and the exact places
  of both; its confidence is weighed with the map at the far end;
- the surest places start people, unless somebody has that keypoint there. From a start, the best
  connection of all that lead from found to missing keypoints is taken, again and again: the two
  surest associations that begin near the found keypoint are blended, and must lead back to it.

What the networks' outputs look like, and which versions are read, is said in
`gesturepose.pose.pifpaf_fields`.

It knows nothing of pictures, thresholds of the user or onnxruntime, and it must not change the
arrays it is given.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.pose.peaks import gather_people
from gesturepose.pose.pifpaf_fields import KEYPOINTS, V0_11, V0_12, V0_13, Components, Fields
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gesturepose.pose.movenet_multipose import People

    FloatArray = NDArray[np.float32]
    Array = NDArray[np.float64]

#: Input pixels per cell of the published networks.
STRIDE_PX = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """What a network's fields look like, and how they are searched.

    Attributes
    ----------
    versions
        What the components of a field may mean; their number tells which.
    stride_px
        Input pixels per cell.
    map_px
        Input pixels per cell of the map of high resolution.
    neighbours
        Cells round a keypoint that see it; so many sure ones make a confidence of 1.
    cell_score
        Cells below it count for nothing.
    seed_score
        A person starts only where the map reaches it.
    keypoint_score
        A connection below it is not taken.
    map_floor
        Share of an association's confidence that stays where the map is 0 at its far end.
    most_people
        People looked for at most.
    most_cells
        Of the cells that see keypoints only so many of the surest count: a bound on the time.
    """

    versions: tuple[Components, ...] = (V0_12, V0_13)
    stride_px: int = STRIDE_PX
    map_px: int = 2
    neighbours: int = 16
    cell_score: float = 0.2
    seed_score: float = 0.5
    keypoint_score: float = 0.15
    map_floor: float = 0.1
    most_people: int = 30
    most_cells: int = 6000


OPENPIFPAF = Layout()

#: Version 0.11: the order of components is another one, and their number the same.
OPENPIFPAF_0_11 = Layout(versions=(V0_11,))


class _Map:
    """Confidence of every keypoint at high resolution, ``(K, H, W)``."""

    def __init__(
        self, kinds: NDArray[np.intp], cells: Array, shape: tuple[int, int], step: float
    ) -> None:
        # Columns of cells: confidence, x, y, scale; pixels. A Gaussian ends at two deviations.
        self._step = step
        sigma = np.clip(0.5 * cells[:, 3], step, 5 * step)
        reach = int(np.ceil(2 * sigma.max(initial=step) / step))
        window = np.arange(-reach, reach + 1)
        near = np.rint(cells[:, 1:3] / step)
        columns, rows = (near[:, axis, None] + window for axis in (0, 1))
        along_x, along_y = (
            np.exp(-0.5 * np.square((at * step - cells[:, axis, None]) / sigma[:, None]))
            for at, axis in ((columns, 1), (rows, 2))
        )
        weights = cells[:, 0, None, None] * along_y[:, :, None] * along_x[:, None, :]
        weights[weights < cells[:, 0, None, None] * np.exp(-2)] = 0
        inside = ((rows >= 0) & (rows < shape[0]))[:, :, None]
        inside = inside & ((columns >= 0) & (columns < shape[1]))[:, None, :] & (weights > 0)
        flat = (kinds[:, None, None] * shape[0] + rows[:, :, None]) * shape[1] + columns[:, None, :]
        size = KEYPOINTS * shape[0] * shape[1]
        total = np.bincount(flat[inside].astype(np.intp), weights[inside], size)
        self._values = total.reshape(KEYPOINTS, *shape)

    def at(self, kind: NDArray[np.intp] | int, xy: Array, neighbours: int) -> Array:
        """Values in 0..1 at places ``(n, 2)`` in pixels."""
        last = np.array(self._values.shape[:0:-1]) - 1
        column, row = np.clip(np.rint(xy / self._step), 0, last).astype(np.intp).T
        value: Array = np.minimum(self._values[kind, row, column] / neighbours, 1)
        return value


class _Growth:
    """The fields of one picture, in pixels, and how people grow in them."""

    def __init__(self, heads: Mapping[str, FloatArray], layout: Layout) -> None:
        self._layout = layout
        fields = Fields.read(heads, layout.versions)
        limit = layout.stride_px * np.array(fields.size)
        self._kinds, self._cells = fields.list_intensities(layout.cell_score)
        self._cells[:, 0] = np.minimum(self._cells[:, 0], 1)
        self._cells[:, 1:] *= layout.stride_px
        near = self._near(self._cells[:, 1:3], limit)
        best = np.argsort(-np.where(near, self._cells[:, 0], -1), kind="stable")
        best = best[: min(int(near.sum()), layout.most_cells)]
        self._kinds, self._cells = self._kinds[best], self._cells[best]
        shape = tuple(-(-int(side) // layout.map_px) for side in limit[::-1])
        self._map = _Map(self._kinds, self._cells, (shape[0], shape[1]), layout.map_px)

        # Per keypoint: what leads away from it, (target, its associations, those back). Columns:
        # confidence, x and y here, x and y there, scale here and there.
        self._ways: list[list[tuple[int, Array, Array]]] = [[] for _ in range(KEYPOINTS)]
        for edge, seen in fields.list_associations(layout.cell_score):
            seen[:, 0] = np.minimum(seen[:, 0], 1)
            seen[:, 1:] *= layout.stride_px
            near = self._near(seen[:, 1:3], limit) & self._near(seen[:, 3:5], limit)
            found = self._weigh(seen[near], edge[1])
            back = self._weigh(seen[near][:, [0, 3, 4, 1, 2, 6, 5]], edge[0])
            self._ways[edge[0]].append((edge[1], found, back))
            self._ways[edge[1]].append((edge[0], back, found))

    @staticmethod
    def _near(xy: Array, limit: NDArray[np.intp]) -> NDArray[np.bool_]:
        near = np.abs(xy) <= 2 * limit
        return np.asarray(near.all(axis=1))

    def _weigh(self, found: Array, target: int) -> Array:
        """Multiply confidences with what the map says of the far end."""
        layout = self._layout
        seen = self._map.at(target, found[:, 3:5], layout.neighbours)
        weighed = found.copy()
        weighed[:, 0] *= layout.map_floor + (1 - layout.map_floor) * seen
        return weighed[weighed[:, 0] >= layout.cell_score]

    def list_seeds(self) -> tuple[NDArray[np.intp], Array]:
        """Places a person may start from, surest first: keypoint, and (x, y, scale, score)."""
        scores = self._map.at(self._kinds, self._cells[:, 1:3], self._layout.neighbours)
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] >= self._layout.seed_score]
        return self._kinds[order], np.column_stack([self._cells[order, 1:], scores[order]])

    def _follow(self, associations: Array, start: Array) -> Array | None:
        """Place ``(x, y, scale, score)`` to which the two best associations at a start lead."""
        scale = np.maximum(0.5 * start[2], self._layout.stride_px / 2)
        squared = np.square(associations[:, 1:3] - start[:2]).sum(axis=1)
        close = squared <= np.square(2 * scale)
        if not close.any():
            return None
        weights = associations[close, 0] * np.exp(-0.5 * squared[close] / scale**2)
        best = np.argsort(-weights, kind="stable")[:2]
        ends = associations[close][best]
        # A second opinion that leads somewhere else belongs to somebody else.
        agree = np.linalg.norm(ends[:, 3:5] - ends[0, 3:5], axis=1) <= max(ends[0, 6], scale)
        share = weights[best] * agree
        if share[0] <= 0:
            return None
        end: Array = share @ ends[:, [3, 4, 6, 0]] / share.sum()
        end[3] = np.sqrt(share.mean() * start[3])
        return end

    def grow(self, kind: int, seed: Array) -> Array:
        """Grow a person ``(K, 4)`` from a seed: x, y, scale, score; score 0 where missing."""
        person = np.zeros((KEYPOINTS, 4))
        frontier: list[tuple[float, int, tuple[float, ...]]] = [(-1.0, kind, tuple(seed))]
        while frontier:
            _, here, place = heapq.heappop(frontier)
            if person[here, 3] > 0:
                continue
            person[here] = place
            for there, ways, back in self._ways[here]:
                if person[there, 3] > 0:
                    continue
                end = self._follow(ways, person[here])
                if end is None or end[3] < self._layout.keypoint_score:
                    continue
                home = self._follow(back, end)
                slack = max(person[here, 2], self._layout.stride_px)
                if home is not None and np.linalg.norm(home[:2] - person[here, :2]) <= slack:
                    heapq.heappush(frontier, (-end[3], there, tuple(end)))
        return person


def decode(
    heads: Mapping[str, FloatArray], *, min_score: float = 0.0, layout: Layout = OPENPIFPAF
) -> People:
    """Find the people in the network's heads.

    Parameters
    ----------
    heads
        ``cif`` and ``caf``, see `gesturepose.pose.pifpaf_fields`. Any numbers are survived: what
        is not finite counts as zero.
    min_score
        People below it are left out. A person's score is the mean of its keypoints' scores, of
        which those that a person found before has at the same place do not count.
    layout
        The stride, and how the fields are searched.

    Returns
    -------
    People
        Best first; a keypoint without evidence is NaN with score 0. A person's box is the smallest
        round its keypoints.

    Raises
    ------
    ValueError
        The heads are of none of the layout's versions.
    """
    with np.errstate(all="ignore"):
        return _decode(_Growth(heads, layout), min_score, layout)


def _decode(growth: _Growth, min_score: float, layout: Layout) -> People:
    found = np.zeros((0, KEYPOINTS, 4))
    scores: list[float] = []
    kinds, seeds = growth.list_seeds()
    free = np.ones(len(kinds), bool)
    while len(scores) < layout.most_people and free.any():
        seed = int(free.argmax())
        free[seed] = False
        person = growth.grow(int(kinds[seed]), seeds[seed])
        shared = _taken(found, person, layout).any(axis=0)
        score = float(np.where(shared, 0, person[:, 3]).mean())
        if score > 0 and score >= min_score:
            found = np.concatenate([found, person[None]])
            scores.append(score)
            # Nobody else starts where this person has the same keypoint.
            free &= ~_taken(person[kinds], seeds, layout)

    return gather_people(
        COCO17.keypoints, found[..., :2], found[..., 3], np.array(scores), min_score=min_score
    )


def _taken(found: Array, place: Array, layout: Layout) -> NDArray[np.bool_]:
    """Tell which found keypoints ``(..., 4)`` are at a place, within their scale."""
    distances = np.linalg.norm(found[..., :2] - place[..., :2], axis=-1)
    taken: NDArray[np.bool_] = distances <= np.maximum(found[..., 2], layout.stride_px)
    return taken & (found[..., 3] > 0)

"""From limbs to people: which peaks belong together when part affinity fields say so.

Matching and assembly of Cao et al., "OpenPose: Realtime Multi-Person 2D Pose Estimation using Part
Affinity Fields", 2019 (arXiv 1812.08008), section "Multi-person parsing using PAFs". It knows no
maps and no pixels: peaks are numbers, and a limb is two of them with a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Connections:
    """Pairs of peaks that may be a limb.

    Attributes
    ----------
    limbs
        ``(M,)`` which limb of the layout each would be.
    starts, ends
        ``(M,)`` the peaks at both ends.
    scores
        ``(M,)`` float32, the line integral of the field between them.
    """

    limbs: NDArray[np.intp]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    scores: NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Body:
    """One person, or a piece of one.

    Attributes
    ----------
    peaks
        Peak of each part that was found.
    limb_scores
        Scores of the limbs that hold them together.
    """

    peaks: dict[int, int]
    limb_scores: list[float]


def match_limbs(candidates: Connections) -> Connections:
    """Pick limbs so that no peak is the same end of two limbs of one kind, greedily.

    The relaxation of that section: each kind of limb is a bipartite matching of its own.
    The result is ordered by score, the best first over all kinds.
    """
    order = np.argsort(-candidates.scores, kind="stable")
    limbs, starts, ends = candidates.limbs, candidates.starts, candidates.ends
    taken: set[tuple[int, int, bool]] = set()
    chosen = []
    for row in order.tolist():
        tips = {(int(limbs[row]), int(starts[row]), False), (int(limbs[row]), int(ends[row]), True)}
        if taken.isdisjoint(tips):
            taken |= tips
            chosen.append(row)
    rows = np.array(chosen, np.intp)
    return Connections(limbs[rows], starts[rows], ends[rows], candidates.scores[rows])


def assemble(connections: Connections, parts: NDArray[np.intp]) -> list[Body]:
    """Join limbs that share a peak into bodies.

    Limbs come in the order of their scores, as the paper has it for redundant limbs: one that
    contradicts what stronger limbs have settled is ignored. That is one that would give a body a
    second peak of one part, by growing or by joining two bodies.

    Parameters
    ----------
    connections
        As `match_limbs` leaves them.
    parts
        ``(P,)`` what part each peak is.

    Returns
    -------
    list of Body
        Every body of two parts and more, in no order that means anything.
    """
    owners: dict[int, Body] = {}
    for start, end, score in zip(
        connections.starts.tolist(),
        connections.ends.tolist(),
        connections.scores.tolist(),
        strict=True,
    ):
        one = owners.get(start) or Body({int(parts[start]): start}, [])
        other = owners.get(end) or Body({int(parts[end]): end}, [])
        if one is not other:
            if not one.peaks.keys().isdisjoint(other.peaks):
                continue
            one.peaks |= other.peaks
            one.limb_scores += other.limb_scores
            owners |= dict.fromkeys(one.peaks.values(), one)
        one.limb_scores.append(score)
    return list(_distinct(owners))


def _distinct(owners: dict[int, Body]) -> Iterator[Body]:
    seen: set[int] = set()
    for body in owners.values():
        if id(body) not in seen:
            seen.add(id(body))
            yield body

"""Matching and assembly on peaks that are numbers."""

from __future__ import annotations

import numpy as np

from gesturepose.pose.openpose_assembly import Connections, assemble, match_limbs


def connections(*rows: tuple[int, int, int, float]) -> Connections:
    limbs, starts, ends, scores = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Connections(
        np.array(limbs, np.intp),
        np.array(starts, np.intp),
        np.array(ends, np.intp),
        np.array(scores, np.float32),
    )


def bodies(parts: list[int], *rows: tuple[int, int, int, float]) -> list[set[int]]:
    found = assemble(match_limbs(connections(*rows)), np.array(parts, np.intp))
    return sorted((set(body.peaks.values()) for body in found), key=min)


def test_the_best_pair_wins_and_leaves_the_rest_the_other_peaks() -> None:
    matched = match_limbs(connections((0, 0, 2, 0.8), (0, 0, 3, 0.9), (0, 1, 3, 0.7)))
    pairs = list(zip(matched.starts.tolist(), matched.ends.tolist(), strict=True))
    assert pairs == [(0, 3)]
    matched = match_limbs(
        connections((0, 0, 2, 0.8), (0, 0, 3, 0.9), (0, 1, 3, 0.7), (0, 1, 2, 0.1))
    )
    pairs = list(zip(matched.starts.tolist(), matched.ends.tolist(), strict=True))
    assert pairs == [(0, 3), (1, 2)]


def test_limbs_of_another_kind_do_not_compete() -> None:
    assert len(match_limbs(connections((0, 0, 1, 0.9), (1, 0, 2, 0.8))).scores) == 2


def test_a_chain_is_one_body() -> None:
    assert bodies([0, 1, 2], (0, 0, 1, 0.5), (1, 1, 2, 0.9)) == [{0, 1, 2}]


def test_two_pieces_are_joined_by_the_limb_between_them() -> None:
    rows = ((0, 0, 1, 0.9), (2, 2, 3, 0.8), (1, 1, 2, 0.3))
    (body,) = assemble(match_limbs(connections(*rows)), np.arange(4))
    assert body.peaks == {0: 0, 1: 1, 2: 2, 3: 3}
    assert sorted(body.limb_scores) == np.array([0.3, 0.8, 0.9], np.float32).tolist()


def test_a_limb_that_would_give_a_body_two_of_one_part_is_ignored() -> None:
    # Peaks 0 and 3 are both the first part.
    assert bodies([0, 1, 2, 0], (0, 0, 1, 0.9), (2, 3, 2, 0.8), (1, 1, 2, 0.4)) == [
        {0, 1},
        {2, 3},
    ]


def test_a_limb_within_a_body_counts_for_its_score() -> None:
    rows = ((0, 0, 1, 0.9), (1, 1, 2, 0.8), (2, 0, 2, 0.5))
    (body,) = assemble(match_limbs(connections(*rows)), np.arange(3))
    assert len(body.limb_scores) == 3


def test_no_limbs_are_nobody() -> None:
    assert bodies([0, 1, 2]) == []

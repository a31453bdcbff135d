"""Which detections match which labels: the rules, on hand-made and on random material."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from gesturepose.evaluation.labels import Interval, Label, LabelledSource
from gesturepose.evaluation.matching import Detection, Outcome, Replay, SourceResult, match

CLIP = LabelledSource(
    Path("clip.mp4"),
    gestures=(
        Label("wave", 1.0, 1.8, 2.0),
        Label("wave", 2.1, 2.9, 3.0),
        Label("clap", 5.0, 5.5, 6.0),
    ),
    ignore=(Interval("point", 8.0, 9.0),),
    negatives=(Interval("drink", 12.0, 14.0),),
)


def judge(*begins: tuple[str, float], source: LabelledSource = CLIP) -> SourceResult:
    detections = tuple(Detection(name, t, t) for name, t in begins)
    return match(source, Replay(detections, 0.0, 20.0, 600))


def outcomes(*begins: tuple[str, float]) -> list[tuple[str, str]]:
    return [(j.outcome.value, j.during) for j in judge(*begins).judgements]


def test_each_detection_claims_one_label_and_each_label_one_detection() -> None:
    result = judge(("wave", 1.7), ("wave", 2.3), ("wave", 2.4))
    found = [j for j in result.judgements if j.outcome is Outcome.FOUND]
    assert [j.delay_s for j in found] == pytest.approx([-0.1, -0.6])
    assert result.judgements[2].outcome is Outcome.FALSE
    assert [label.name for label in result.missed] == ["clap"]
    assert result.mistakes == 2


def test_half_a_second_late_still_counts_and_more_does_not() -> None:
    assert outcomes(("clap", 6.5)) == [("found", "clap")]
    assert outcomes(("clap", 6.51)) == [("false", "")]
    assert outcomes(("clap", 5.0)) == [("found", "clap")]
    assert outcomes(("clap", 4.99)) == [("false", "")]


def test_inside_another_gesture_is_a_confusion_whatever_its_name() -> None:
    assert outcomes(("clap", 8.0), ("point", 9.0)) == [("confused", "point")] * 2
    assert outcomes(("push", 9.01)) == [("false", "")]


def test_a_label_comes_before_an_ignore_interval_around_it() -> None:
    source = LabelledSource(
        Path("x"), gestures=(Label("clap", 1, 2, 3),), ignore=(Interval("spin", 0, 9),)
    )
    names = [j.outcome.value for j in judge(("clap", 2), ("clap", 2.5), source=source).judgements]
    assert names == ["found", "confused"]


def test_a_false_activation_names_what_was_being_made() -> None:
    assert outcomes(("push", 5.2), ("push", 6.4), ("push", 13.0), ("push", 16.0)) == [
        ("false", "clap"), ("false", "clap"), ("false", "drink"), ("false", ""),
    ]  # fmt: skip
    # Where two labels admit it, the one whose stroke is nearest.
    assert outcomes(("push", 2.3)) == [("false", "wave")]
    idle = [j.idle for j in judge(("push", 5.2), ("push", 6.4), ("push", 13.0)).judgements]
    assert idle == [False, True, True]


def test_idle_time_is_what_labels_and_ignore_intervals_leave() -> None:
    assert judge().idle_s == pytest.approx(20.0 - 1.0 - 0.9 - 1.0 - 1.0)
    overlapping = LabelledSource(
        Path("x"),
        gestures=(Label("a", -1.0, 2.0, 3.0),),
        ignore=(Interval("b", 2.0, 5.0), Interval("b", 2.5, 4.0), Interval("b", 18.0, 99.0)),
    )
    assert judge(source=overlapping).idle_s == pytest.approx(20.0 - 5.0 - 2.0)


def test_without_labels_nothing_is_judged() -> None:
    result = judge(("wave", 1.7), source=LabelledSource(Path("x"), labelled=False))
    assert [j.outcome for j in result.judgements] == [Outcome.UNJUDGED]
    assert (result.idle_s, result.mistakes) == (0.0, 0)


def test_two_labels_that_are_equal_are_two_gestures() -> None:
    source = LabelledSource(Path("x"), gestures=(Label("a", 1, 2, 3), Label("a", 1, 2, 3)))
    assert len(judge(("a", 2.0), source=source).missed) == 1
    assert not judge(("a", 2.0), ("a", 2.1), source=source).missed


names = st.sampled_from(["a", "b"])
times = st.integers(0, 100).map(lambda tenths: tenths / 10)


@st.composite
def labels(draw: st.DrawFn) -> Label:
    start = draw(times)
    return Label(draw(names), start, start + draw(times) / 5, start + draw(times) / 5)


@given(
    st.lists(labels(), max_size=8),
    st.lists(st.builds(Interval, names, times, times), max_size=3),
    st.lists(st.tuples(names, times), max_size=10),
)
def test_as_many_labels_are_matched_as_can_be_and_nothing_is_counted_twice(
    gestures: list[Label], ignore: list[Interval], begins: list[tuple[str, float]]
) -> None:
    source = LabelledSource(Path("x"), gestures=tuple(gestures), ignore=tuple(ignore))
    result = judge(*begins, source=source)
    assert sorted((j.detection.gesture, j.detection.time_s) for j in result.judgements) == sorted(
        begins
    )
    matched = [j for j in result.judgements if j.outcome is Outcome.FOUND]
    claimed = {id(j.label) for j in matched}
    assert len(claimed) == len(matched) == len(gestures) - len(result.missed)
    assert not claimed & {id(label) for label in result.missed}
    assert all(j.label is not None and j.label.name == j.detection.gesture for j in matched)
    if gestures and begins:
        possible = np.array(
            [[g.name == name and g.admits(t) for g in gestures] for name, t in begins], np.int8
        )
        best = maximum_bipartite_matching(csr_array(possible), perm_type="column")
        assert len(matched) == np.count_nonzero(best >= 0)
    for judgement in result.judgements:
        inside = any(i.contains(judgement.detection.time_s) for i in ignore)
        assert (judgement.outcome is Outcome.CONFUSED) == (inside and judgement.label is None)
    assert -1e-9 <= result.idle_s <= 20.0

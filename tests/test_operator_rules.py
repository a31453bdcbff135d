"""Who is obeyed: the three rules, coming back, and what never happens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesturepose.datatypes import Track, TrackState
from gesturepose.tracking.operator import OperatorSelector
from gesturepose.tracking.settings import OperatorRule, TrackerSettings

SETTINGS = TrackerSettings(operator_patience_s=2.0, operator_larger=1.5, operator_larger_s=3.0)
RULES: tuple[OperatorRule, ...] = ("largest", "first", "wake")


def person(
    track_id: int,
    x_px: float = 300.0,
    *,
    width_px: float = 80.0,
    state: TrackState = TrackState.CONFIRMED,
    now: float = 0.0,
) -> Track:
    points = np.full((17, 2), np.nan, np.float32)
    points[5], points[6] = (x_px + width_px / 2, 200), (x_px - width_px / 2, 200)
    visible = ~np.isnan(points[:, 0])
    return Track(track_id, points, np.where(visible[:, None], 0.0, points), visible, state, now)


def hold(
    selector: OperatorSelector, people: list[Track], *, from_s: float, until_s: float
) -> list[int | None]:
    """Show the same people for a while, thirty frames a second."""
    count = round((until_s - from_s) * 30)
    return [
        selector.update([person_at(track, from_s + i / 30) for track in people], from_s + i / 30)
        for i in range(count)
    ]


def person_at(track: Track, now: float) -> Track:
    return Track(track.track_id, track.keypoints, track.velocities, track.visible, track.state, now)


def test_first_is_who_came_first_and_then_the_next() -> None:
    selector = OperatorSelector(SETTINGS, rule="first")
    assert selector.update([person(4, 100.0)], 0.0) == 4
    everybody = [person(4, 100.0), person(7, 500.0, width_px=200.0), person(5, 300.0)]
    assert set(hold(selector, everybody[:2], from_s=0.1, until_s=10.0)) == {4}
    assert set(hold(selector, everybody, from_s=10.0, until_s=20.0)) == {4}
    # 7 was here before 5, whatever their numbers.
    after = hold(selector, everybody[1:], from_s=20.0, until_s=23.0)
    assert set(after) == {None, 7}
    assert after.index(7) == pytest.approx(2.0 * 30, abs=2)


def test_largest_among_those_who_came_together_is_first() -> None:
    selector = OperatorSelector(SETTINGS, rule="first")
    assert selector.update([person(1, 100.0), person(2, 400.0, width_px=120.0)], 0.0) == 2


def test_nobody_is_obeyed_in_wake_mode_but_who_is_handed_the_control() -> None:
    selector = OperatorSelector(SETTINGS, rule="wake")
    two = [person(1, 100.0), person(2, 400.0, width_px=300.0)]
    assert set(hold(selector, two, from_s=0.0, until_s=5.0)) == {None}
    assert selector.hand_over(1, 5.0) == 1
    assert set(hold(selector, two, from_s=5.0, until_s=15.0)) == {1}
    left = hold(selector, two[1:], from_s=15.0, until_s=20.0)
    assert set(left) == {None}
    selector.hand_over(2, 20.0)
    selector.free()
    assert set(hold(selector, two, from_s=20.0, until_s=21.0)) == {None}


def test_a_clearly_larger_person_takes_over_after_a_while() -> None:
    selector = OperatorSelector(SETTINGS)
    small, large = person(1, 100.0), person(2, 400.0, width_px=130.0)
    hold(selector, [small], from_s=0.0, until_s=2.0)
    given_ids = hold(selector, [small, large], from_s=2.0, until_s=8.0)
    assert given_ids.index(2) == pytest.approx(3.0 * 30, abs=2)
    assert set(given_ids[given_ids.index(2) :]) == {2}


@pytest.mark.parametrize("rule", ["first", "wake"])
def test_size_means_nothing_to_the_other_rules(rule: OperatorRule) -> None:
    selector = OperatorSelector(SETTINGS, rule=rule)
    small, large = person(1, 100.0), person(2, 400.0, width_px=300.0)
    selector.update([small], 0.0)
    selector.hand_over(1, 0.0)
    assert set(hold(selector, [small, large], from_s=0.1, until_s=10.0)) == {1}


def test_a_little_larger_is_not_enough_nor_is_a_busy_operator_interrupted() -> None:
    selector = OperatorSelector(SETTINGS)
    small, larger, huge = (
        person(i, i * 200.0, width_px=w) for i, w in ((1, 80), (2, 110), (3, 300))
    )
    hold(selector, [small], from_s=0.0, until_s=2.0)
    assert set(hold(selector, [small, larger], from_s=2.0, until_s=12.0)) == {1}
    for i in range(300):
        now = 12.0 + i / 30
        assert selector.update([small, larger, huge], now, busy=True) == 1
    assert selector.update([small, larger, huge], 22.0, busy=False) == 3


def test_the_first_choice_is_corrected_at_once() -> None:
    selector = OperatorSelector(SETTINGS)
    assert selector.update([person(1, 100.0)], 0.0) == 1
    assert selector.update([person(1, 100.0), person(2, 400.0, width_px=100.0)], 0.2) == 2


def leave_and_return(
    selector: OperatorSelector,
    *,
    back_px: float,
    back_width_px: float = 80.0,
    absent_s: float = 1.5,
    others: list[Track] | None = None,
) -> tuple[int | None, int | None]:
    """The operator, at 300 px, is lost; somebody appears; who is obeyed then, and who was it."""
    others = others or []
    hold(selector, [person(1, 300.0), *others], from_s=0.0, until_s=3.0)
    assert selector.update([person(1, 300.0), *others], 3.0) == 1
    hold(selector, others, from_s=3.0, until_s=3.0 + absent_s)
    new = person(9, back_px, width_px=back_width_px)
    tentative = person(9, back_px, width_px=back_width_px, state=TrackState.TENTATIVE)
    hold(selector, [tentative, *others], from_s=3.0 + absent_s, until_s=3.2 + absent_s)
    obeyed = selector.update([person_at(new, 3.2 + absent_s), *others], 3.2 + absent_s)
    return obeyed, selector.returned_from


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("absent_s", [0.2, 1.0, 1.5, 1.95])
def test_a_returning_operator_keeps_the_control(rule: OperatorRule, absent_s: float) -> None:
    selector = OperatorSelector(SETTINGS, rule=rule)
    selector.update([person(1, 300.0)], 0.0)
    selector.hand_over(1, 0.0)
    assert leave_and_return(selector, back_px=320.0, absent_s=absent_s) == (9, 1)
    assert set(hold(selector, [person(9, 320.0)], from_s=6.0, until_s=9.0)) == {9}
    assert selector.returned_from is None


@pytest.mark.parametrize(
    ("back_px", "width_px"), [(700.0, 80.0), (0.0, 80.0), (300.0, 30.0), (300.0, 200.0)]
)
def test_who_appears_elsewhere_or_in_another_size_is_somebody_else(
    back_px: float, width_px: float
) -> None:
    selector = OperatorSelector(SETTINGS)
    assert leave_and_return(selector, back_px=back_px, back_width_px=width_px) == (None, None)


def test_who_appears_before_a_hidden_operator_is_not_the_operator() -> None:
    selector = OperatorSelector(SETTINGS)
    hold(selector, [person(1, 300.0)], from_s=0.0, until_s=3.0)
    hidden = person(1, 300.0, state=TrackState.COASTING)
    before = person(9, 310.0, state=TrackState.TENTATIVE)
    hold(selector, [hidden, before], from_s=3.0, until_s=3.8)
    assert set(hold(selector, [person(9, 310.0)], from_s=3.8, until_s=4.8)) == {None}
    assert selector.returned_from is None


def test_a_bystander_who_was_in_view_does_not_inherit_by_standing_there() -> None:
    selector = OperatorSelector(SETTINGS)
    hold(selector, [person(1, 300.0), person(2, 360.0)], from_s=0.0, until_s=3.0)
    for i in range(58):  # steps into the operator's place
        assert selector.update([person(2, 360.0 - i)], 3.0 + i / 30) is None


def test_who_lies_nearer_to_another_missed_person_is_not_the_operator() -> None:
    selector = OperatorSelector(SETTINGS)
    neighbour = person(2, 400.0, width_px=79.0)
    hold(selector, [person(1, 300.0), neighbour], from_s=0.0, until_s=3.0)
    hold(selector, [], from_s=3.0, until_s=4.0)  # somebody walks by before both
    assert set(hold(selector, [person(8, 395.0)], from_s=4.0, until_s=4.5)) == {None}
    assert selector.update([person(8, 395.0), person(9, 305.0)], 4.5) == 9
    assert selector.returned_from == 1


def test_too_late_is_too_late() -> None:
    selector = OperatorSelector(SETTINGS, rule="wake")
    selector.update([person(1, 300.0)], 0.0)
    selector.hand_over(1, 0.0)
    assert leave_and_return(selector, back_px=300.0, absent_s=2.5) == (None, None)


def test_an_operator_lost_twice_is_found_twice() -> None:
    selector = OperatorSelector(SETTINGS)
    assert leave_and_return(selector, back_px=310.0, absent_s=0.5) == (9, 1)
    hold(selector, [person(9, 310.0)], from_s=3.8, until_s=4.0)
    hold(selector, [], from_s=4.0, until_s=4.5)
    assert selector.update([person(12, 320.0)], 4.5) == 12
    assert selector.returned_from == 9


moves = st.lists(
    st.tuples(
        st.dictionaries(
            st.integers(1, 6),
            st.tuples(
                st.sampled_from(list(TrackState)),
                st.floats(0, 640, width=32),
                st.floats(1, 300, width=32),
            ),
            max_size=4,
        ),
        st.sampled_from([0.0, 0.033, 0.1, 0.5, 3.0, -5.0]),
        st.sampled_from(["", "busy", "claim", "free"]),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(steps=moves, rule=st.sampled_from(RULES))
def test_the_operator_is_one_believed_person_or_nobody(
    steps: list[tuple[dict[int, tuple[TrackState, float, float]], float, str]],
    rule: OperatorRule,
) -> None:
    selector = OperatorSelector(SETTINGS, rule=rule)
    now, before, claimed = 50.0, None, False
    for people, step_s, deed in steps:
        now += step_s
        tracks = [
            person(i, x, width_px=w, state=state, now=now) for i, (state, x, w) in people.items()
        ]
        obeyed = selector.update(tracks, now, busy=deed == "busy")
        states = {track.track_id: track.state for track in tracks}
        assert obeyed is None or states[obeyed] is not TrackState.TENTATIVE
        if rule == "wake" and obeyed is not None:
            assert claimed
            assert obeyed == before or selector.returned_from is not None
        if selector.returned_from is not None:
            assert obeyed not in (None, selector.returned_from)
        before = obeyed or (None if deed == "free" else before)
        confirmed = [i for i, state in states.items() if state is TrackState.CONFIRMED]
        if deed == "claim" and confirmed:
            before, claimed = selector.hand_over(confirmed[0], now), True
        elif deed == "free":
            selector.free()

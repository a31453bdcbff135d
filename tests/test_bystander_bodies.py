"""Several synthetic people before the pipeline: crossing, leaving, claiming, and only watching."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_body import PERFORMANCES, Body, Key, perform
from support_people import together, unseen
from support_pipeline import actions_of, begun, default, events_of, make_pipeline, run

from gesturepose.actions.settings import Binding
from gesturepose.datatypes import Phase
from gesturepose.engine import make_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gesturepose.config import Config
    from gesturepose.datatypes import PoseFrame
    from gesturepose.pipeline import Pipeline, Snapshot

FRONT, BACK = Body(center=(200.0, 200.0), unit=90.0), Body(center=(520.0, 180.0), unit=50.0)
RAISE = PERFORMANCES["raise_right_hand"]
#: Gestures so unlike each other that no rule can take one for the other.
UNLIKE = ("raise_right_hand", "raise_left_hand", "t_pose", "swipe_left", "spread")
FPS = 20.0


def having(**control: object) -> Pipeline:
    """A pipeline that knows those gestures, with some settings of control."""
    return make_pipeline(_configure(**control))


def _configure(**control: object) -> Config:
    config = default()
    return config.model_copy(
        update={
            "control": config.control.model_copy(update=control),
            "gestures": {name: config.gestures[name] for name in UNLIKE},
        }
    )


def doing(*parts: Sequence[Key] | float, body: Body) -> Iterator[PoseFrame]:
    """A person who does one thing after another; a number is a pause in seconds."""
    keys: list[Key] = []
    for part in parts:
        keys += [Key(part)] if isinstance(part, (int, float)) else [*part, Key(0.7)]
    return perform(keys, body=body, idle_s=1.0, fps=FPS)


def operators(snapshots: Sequence[Snapshot]) -> list[int | None]:
    """Who was obeyed, one after another."""
    ids: list[int | None] = []
    for snapshot in snapshots:
        if not ids or ids[-1] != snapshot.operator_id:
            ids.append(snapshot.operator_id)
    return ids


def check_events(snapshots: Sequence[Snapshot]) -> None:
    """Events are the operator's, and each END or CANCEL had its BEGIN."""
    open_now: set[tuple[int, str]] = set()
    for snapshot in snapshots:
        for event in snapshot.events:
            mine = (event.track_id, event.gesture)
            if event.phase is Phase.BEGIN:
                assert event.track_id == snapshot.operator_id
                assert mine not in open_now
                open_now.add(mine)
            else:
                assert mine in open_now
            if event.phase in (Phase.END, Phase.CANCEL):
                open_now.discard(mine)


def test_whatever_bystanders_do_nothing_happens() -> None:
    deeds = [PERFORMANCES[name] for name in ("t_pose", "swipe_left", "raise_right_hand", "spread")]
    assert len(begun(run(doing(0.5, *deeds, body=BACK), having()))) == 4
    snapshots = run(together(doing(20.0, body=FRONT), doing(0.5, *deeds, body=BACK)), having())
    assert events_of(snapshots) == []
    assert actions_of(snapshots) == []


@settings(max_examples=4, deadline=None)
@given(
    mine=st.permutations(["swipe_left", "spread", "raise_left_hand"]),
    theirs=st.lists(st.sampled_from(UNLIKE), min_size=1, max_size=3),
    lag_s=st.floats(0.0, 3.0),
)
def test_only_the_operators_gestures_count_whatever_the_other_does(
    mine: list[str], theirs: list[str], lag_s: float
) -> None:
    front = list(doing(0.5, *[PERFORMANCES[name] for name in mine], body=FRONT))
    back = doing(lag_s, *[PERFORMANCES[name] for name in theirs], body=BACK)
    snapshots = run(together(front, back), having())
    shown = {e for e in events_of(snapshots) if e.timestamp <= front[-1].timestamp}
    assert shown == set(events_of(run(front, having())))
    check_events(snapshots)


def test_the_operator_is_kept_while_somebody_crosses_and_stays() -> None:
    spread, swipe = PERFORMANCES["spread"], PERFORMANCES["swipe_left"]
    operator = unseen(doing(spread, 4.0, swipe, spread, body=FRONT), from_s=5.6, until_s=7.0)
    # In from the left of the picture, before the operator, past, and there to stay.
    walk = [Key(4.0, origin=(4.0, 0.0)), Key(1.0), Key(0.6), Key(0.8, origin=(-2.6, 0.0))]
    passer_by = perform(
        [*walk, Key(20.0, origin=(-2.6, 0.0))],
        body=Body(center=(200.0, 190.0), unit=120.0),
        fps=FPS,
    )
    snapshots = run(together(operator, unseen(passer_by, from_s=0.0, until_s=4.5)), having())
    assert {t.track_id for s in snapshots for t in s.tracks} == {1, 2, 3}
    assert operators(snapshots)[:4] == [None, 1, None, 3]
    assert begun(snapshots) == ["spread", "swipe_left", "spread"]
    check_events(snapshots)


def test_a_second_person_takes_over_when_the_first_is_idle() -> None:
    front = doing(RAISE, PERFORMANCES["spread"], 12.0, body=FRONT)
    back = doing(9.5, RAISE, 0.5, PERFORMANCES["swipe_left"], body=BACK)
    snapshots = run(together(front, back), having(operator="wake"))
    assert begun(snapshots) == ["raise_right_hand", "spread", "raise_right_hand", "swipe_left"]
    assert operators(snapshots)[:3] == [None, 1, 2]
    assert [str(a) for a in actions_of(snapshots)] == ["press ctrl+plus", "press alt+left"]
    check_events(snapshots)


def test_a_claim_is_refused_while_the_operator_is_busy() -> None:
    spread = PERFORMANCES["spread"]
    front = doing(RAISE, spread, spread, spread, spread, body=FRONT)
    back = doing(4.5, RAISE, PERFORMANCES["swipe_left"], body=BACK)
    snapshots = run(together(front, back), having(operator="wake", engagement="wake"))
    assert operators(snapshots) == [None, 1]
    assert begun(snapshots) == ["raise_right_hand", *["spread"] * 4]
    assert max(s.claims[2].value for s in snapshots if 2 in s.claims) == 1.0  # it was seen
    check_events(snapshots)


def test_a_claim_by_holding_the_hand_up_long_does_not_act_either() -> None:
    up = [RAISE[0], Key(4.0, right=RAISE[0].right)]
    snapshots = run(doing(0.5, up, 1.0, RAISE, body=FRONT), having(operator="wake"))
    assert begun(snapshots) == ["raise_right_hand", "raise_right_hand"]
    assert [str(a) for a in actions_of(snapshots)] == ["press playpause"]  # the second time
    check_events(snapshots)


@pytest.mark.parametrize("operator", ["largest", "first", "wake"])
def test_anybody_may_wake_and_only_then_gestures_count(operator: str) -> None:
    swipe = PERFORMANCES["swipe_left"]
    front = doing(swipe, PERFORMANCES["spread"], 12.0, body=FRONT)
    back = doing(swipe, 3.0, RAISE, swipe, 4.0, body=BACK)
    snapshots = run(together(front, back), having(operator=operator, engagement="wake"))
    assert begun(snapshots) == ["raise_right_hand", "swipe_left"]
    assert {e.track_id for e in events_of(snapshots)} == {2}
    assert [str(a) for a in actions_of(snapshots)] == ["press alt+left"]
    check_events(snapshots)


def test_who_claimed_keeps_the_control_beside_a_larger_person_while_engaged() -> None:
    front = doing(30.0, body=FRONT)
    back = doing(RAISE, 8.0, PERFORMANCES["swipe_left"], 12.0, body=BACK)
    snapshots = run(together(front, back), having(engagement="wake", engaged_s=10.0))
    assert begun(snapshots) == ["raise_right_hand", "swipe_left"]
    assert operators(snapshots) == [None, 1, 2, 1]


def test_engagement_runs_out_and_the_control_is_free_again() -> None:
    control = {"engagement": "wake", "operator": "wake", "engaged_s": 3.0}
    swipe = PERFORMANCES["swipe_left"]
    snapshots = run(doing(RAISE, 5.0, swipe, 0.5, RAISE, swipe, body=FRONT), having(**control))
    assert begun(snapshots) == ["raise_right_hand", "raise_right_hand", "swipe_left"]
    assert operators(snapshots) == [None, 1, None, 1]


def test_an_engaged_operator_hidden_for_a_while_stays_engaged() -> None:
    frames = unseen(
        doing(RAISE, 4.0, PERFORMANCES["swipe_left"], body=FRONT), from_s=4.5, until_s=6.0
    )
    snapshots = run(frames, having(engagement="wake", operator="wake"))
    assert begun(snapshots) == ["raise_right_hand", "swipe_left"]
    assert operators(snapshots) == [None, 1, None, 2]
    assert snapshots[-1].engaged


def test_a_key_held_by_an_operator_who_is_lost_is_let_go() -> None:
    up = [RAISE[0], Key(6.0, right=RAISE[0].right)]
    frames = unseen(doing(up, body=FRONT), from_s=3.5, until_s=99.0)
    pipeline = make_pipeline(
        bindings=[Binding.model_validate({"gesture": "raise_right_hand", "hold": "space"})]
    )
    snapshots = run(frames, pipeline)
    held = [str(action) for action in actions_of(snapshots)]
    assert held == ["hold space", "release space"]
    assert [e.phase for e in events_of(snapshots)][-1] in (Phase.END, Phase.CANCEL)


def test_a_gesture_of_an_operator_who_is_replaced_is_broken_off() -> None:
    up = [RAISE[0], Key(9.0, right=RAISE[0].right)]
    pipeline = having(operator="first")
    front = [f for f in doing(up, body=FRONT) if f.timestamp < 5.0]
    run(front, pipeline)
    pipeline._operator.hand_over(99, 5.0)  # whoever it is
    (frame,) = [f for f in doing(up, body=FRONT) if f.index == len(front)]
    phases = {e.phase for e in pipeline.step(frame).events}
    assert Phase.CANCEL in phases


words = st.lists(
    st.one_of(st.sampled_from(["raise_right_hand", *UNLIKE]), st.floats(0.1, 3.0)), max_size=3
)


@settings(max_examples=5, deadline=None)
@given(
    scripts=st.lists(words, min_size=2, max_size=3),
    hidden=st.tuples(st.floats(0.0, 9.0), st.floats(0.0, 4.0)),
    gap_s=st.sampled_from([0.0, 0.6, 3.0, 30.0]),
    control=st.fixed_dictionaries(
        {
            "operator": st.sampled_from(["largest", "first", "wake"]),
            "engagement": st.sampled_from(["always", "wake"]),
            "engaged_s": st.sampled_from([1.0, 15.0]),
            "takeover_s": st.sampled_from([0.0, 3.0]),
        }
    ),
)
def test_whatever_people_do_one_is_obeyed_at_a_time(
    scripts: list[list[str | float]],
    hidden: tuple[float, float],
    gap_s: float,
    control: dict[str, object],
) -> None:
    people = [
        doing(
            *[PERFORMANCES[w] if isinstance(w, str) else w for w in script],
            body=Body(center=(120.0 + 200.0 * i, 200.0), unit=50.0 + 15.0 * i),
        )
        for i, script in enumerate(scripts)
    ]
    people[0] = unseen(people[0], from_s=hidden[0], until_s=sum(hidden))
    frames = [
        dataclasses.replace(f, timestamp=f.timestamp + (gap_s if f.timestamp > 3.0 else 0.0))
        for f in together(*people)
    ]
    snapshots = run(frames, having(**control))
    check_events(snapshots)
    for snapshot in snapshots:
        assert snapshot.operator_id is None or not snapshot.claims.get(snapshot.operator_id)
        assert snapshot.engaged <= (snapshot.operator_id is not None)
        assert {a.track_id for a in snapshot.actions} <= {e.track_id for e in snapshot.events}


def test_a_new_rule_takes_the_control_from_whoever_has_it() -> None:
    pipeline = having()
    assert run(doing(0.5, body=FRONT), pipeline)[-1].operator_id == 1
    classifier, engagement, bindings = make_mapping(_configure(operator="wake"))
    pipeline.replace_mapping(
        classifier=classifier, engagement=engagement, bindings=bindings, operator_rule="wake"
    )
    *_, frame = doing(1.0, body=FRONT)
    assert pipeline.step(frame).operator_id is None


def test_people_who_left_are_no_longer_watched() -> None:
    pipeline = having(operator="wake")
    visitors = [
        doing(0.5, body=Body(center=(80.0 + 110.0 * i, 200.0), unit=50.0)) for i in range(4)
    ]
    stays = doing(3.0, body=BACK)
    watched = [set(snapshot.claims) for snapshot in run(together(*visitors, stays), pipeline)]
    assert max(map(len, watched)) == 5
    assert len(watched[-1]) <= 1

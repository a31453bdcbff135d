"""Whose gestures count: waking, staying awake, claiming, and being refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesturepose.actions.bindings import Bindings
from gesturepose.config import ConfigError, parse_config
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.gestures.claims import ClaimWatcher
from gesturepose.gestures.classifier import GestureClassifier
from gesturepose.gestures.engagement import Engagement, EngagementMode
from gesturepose.gestures.settings import ClassifierSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import Track

MODES: tuple[EngagementMode, ...] = ("always", "wake")


class Claims(ClaimWatcher):
    """Says that those call whom a test wants to call."""

    def __init__(self) -> None:
        self.next: list[int] = []

    def update(
        self, tracks: Sequence[Track], operator_id: int | None, timestamp: float
    ) -> list[int]:
        del tracks, operator_id, timestamp
        calling, self.next = self.next, []
        return calling

    def release(self, track_id: int) -> Sequence[Track]:
        del track_id
        return ()


def make(mode: EngagementMode = "wake", *, takeover_s: float = 3.0) -> tuple[Engagement, Claims]:
    claims = Claims()
    engagement = Engagement(
        mode=mode,
        wake="wave",
        engaged_s=10.0,
        takeover_s=takeover_s,
        claims=claims,
    )
    return engagement, claims


def event(gesture: str, track_id: int, now: float, phase: Phase = Phase.BEGIN) -> GestureEvent:
    return GestureEvent(gesture, phase, track_id, now)


def claim(
    engagement: Engagement, claims: Claims, track_id: int, operator_id: int | None, now: float
) -> bool:
    """Let somebody make the wake gesture; whether the claim is granted."""
    claims.next = [track_id]
    granted = engagement.watch([], operator_id, now)
    if granted is None:
        return False
    assert granted == track_id
    nothing = GestureClassifier({}, ClassifierSettings())
    assert engagement.let_in(track_id, nothing, now) == []
    return True


def test_the_waking_gesture_passes_but_asks_for_nothing_and_the_next_one_acts() -> None:
    engagement, _ = make()
    engagement.watch([], 1, 0.0)
    assert engagement.update([event("push", 1, 0.0)]) == []
    (woke,) = engagement.update([event("wave", 1, 0.0)])
    assert engagement.is_waking(woke)
    assert engagement.is_engaged(1, 0.0)
    engagement.watch([], 1, 5.0)
    (again,) = engagement.update([event("wave", 1, 5.0)])
    assert not engagement.is_waking(again)


@pytest.mark.parametrize("mode", MODES)
def test_a_claim_waits_for_the_operator_to_be_done(mode: EngagementMode) -> None:
    engagement, claims = make(mode)
    assert claim(engagement, claims, 1, None, 0.0)
    assert not claim(engagement, claims, 2, 1, 2.9)
    engagement.update([event("push", 1, 3.0)])
    assert engagement.is_busy(3.0)
    assert not claim(engagement, claims, 2, 1, 9.0)  # still held
    engagement.update([event("push", 1, 9.5, Phase.END)])
    assert not claim(engagement, claims, 2, 1, 12.4)
    assert claim(engagement, claims, 2, 1, 12.6)
    assert engagement.is_engaged(2, 12.6)
    assert not claim(engagement, claims, 1, 2, 15.5)
    assert claim(engagement, claims, 1, 2, 15.7)


def test_anybody_may_wake_when_nobody_is_engaged() -> None:
    engagement, claims = make(takeover_s=100.0)
    assert claim(engagement, claims, 5, 1, 0.0)
    assert not claim(engagement, claims, 6, 5, 9.9)
    assert claim(engagement, claims, 6, 5, 10.1)


def test_one_claim_a_frame() -> None:
    engagement, claims = make()
    claims.next = [2, 3]
    assert engagement.watch([], None, 0.0) == 2


@pytest.mark.parametrize("mode", MODES)
def test_the_gesture_that_claimed_acts_the_second_time(mode: EngagementMode) -> None:
    engagement, claims = make(mode)
    assert claim(engagement, claims, 2, 1, 0.0)
    (first,) = engagement.update([event("wave", 2, 0.0)])
    assert engagement.is_waking(first)
    engagement.watch([], 2, 2.0)
    (second,) = engagement.update([event("wave", 2, 2.0)])
    assert not engagement.is_waking(second)


def test_a_held_posture_keeps_engaged_and_a_cancelled_one_does_not() -> None:
    engagement, _ = make()
    engagement.update([event("wave", 1, 0.0)])
    engagement.update([event("push", 1, 1.0)])
    for second in range(2, 60):
        engagement.update([event("push", 1, float(second), Phase.UPDATE)])
    assert engagement.is_engaged(1, 68.0)
    engagement.update([event("push", 1, 68.0, Phase.CANCEL)])
    assert not engagement.is_engaged(1, 70.0)
    assert engagement.has_lapsed(70.0)


def test_the_same_person_under_another_track_stays_engaged() -> None:
    engagement, _ = make()
    engagement.update([event("wave", 1, 0.0)])
    engagement.rename(1, 4)
    assert engagement.is_engaged(4, 1.0)
    assert not engagement.is_engaged(1, 1.0)


def test_time_that_runs_backwards_ends_engagement() -> None:
    engagement, _ = make()
    engagement.update([event("wave", 1, 100.0)])
    assert not engagement.is_engaged(1, 1.0)
    assert not engagement.is_busy(1.0)


steps = st.lists(
    st.tuples(
        st.sampled_from(["claim", "own", "own", "own", "lose"]),
        st.integers(1, 4),
        st.sampled_from(["wave", "push", "clap"]),
        st.sampled_from(list(Phase)),
        st.sampled_from([0.0, 0.033, 0.5, 4.0, 20.0, -30.0]),
    ),
    max_size=60,
)


@settings(max_examples=200)
@given(story=steps, mode=st.sampled_from(MODES))
def test_only_the_operator_counts_and_what_did_not_begin_never_ends(
    story: list[tuple[str, int, str, Phase, float]], mode: EngagementMode
) -> None:
    engagement, claims = make(mode)
    now, operator_id = 100.0, 1
    begun: set[tuple[int, str]] = set()
    for deed, who, gesture, phase, step_s in story:
        now += step_s
        passed: list[GestureEvent] = []
        if deed == "claim":
            was_busy = engagement.is_busy(now)
            granted = who != operator_id and claim(engagement, claims, who, operator_id, now)
            assert not (granted and was_busy)
            if granted:
                passed = engagement.update(
                    [event(g, w, now, Phase.CANCEL) for w, g in sorted(begun)]
                )
                operator_id = who
                passed += engagement.update([event("wave", who, now)])
                assert engagement.is_waking(passed[-1])
        elif deed == "own":
            engagement.watch([], operator_id, now)
            was_engaged = engagement.is_engaged(operator_id, now)
            passed = engagement.update([event(gesture, operator_id, now, phase)])
            if phase is Phase.BEGIN and not was_engaged:
                assert [e.gesture for e in passed] in ([], ["wave"])
                assert all(engagement.is_waking(e) for e in passed)
        else:
            engagement.watch([], operator_id, now)
            passed = engagement.update([event(g, w, now, Phase.CANCEL) for w, g in sorted(begun)])
            assert len(passed) == len(begun)
            operator_id = who
        for e in passed:
            if e.phase is Phase.BEGIN:
                assert e.track_id == operator_id
                begun.add((e.track_id, e.gesture))
            else:
                assert (e.track_id, e.gesture) in begun
            if e.phase in (Phase.END, Phase.CANCEL):
                begun.discard((e.track_id, e.gesture))
        engaged = [i for i in range(1, 5) if engagement.is_engaged(i, now)]
        assert len(engaged) <= 1 or mode == "always"


WAVE = '[gestures.wave]\npose = [{ above = ["left_wrist", "nose"] }]\n'


@pytest.mark.parametrize("setting", ["engagement", "operator"])
def test_waking_needs_a_wake_gesture_that_exists(setting: str) -> None:
    with pytest.raises(ConfigError, match="gesture 'wvae' is not defined; did you"):
        parse_config(f"[control]\n{setting} = 'wake'\nwake = 'wvae'\n{WAVE}")
    assert parse_config(f"[control]\n{setting} = 'wake'\nwake = 'wave'\n{WAVE}").control.needs_wake


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("operator = 'smallest'", "control.operator: should be 'largest', 'first' or 'wake'"),
        ("takeover_s = -1", "control.takeover_s"),
        ("takeover_s = nan", "control.takeover_s"),
        ("operater = 'first'", "did you mean 'operator'?"),
    ],
)
def test_wrong_control_settings_are_named(line: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("?", r"\?")):
        parse_config(f"[control]\n{line}\n")


def test_settings_without_meaning_are_harmless() -> None:
    control = parse_config("[control]\nwake = 'nod'\ntakeover_s = 60\nengaged_s = 1\n").control
    assert not control.needs_wake


def test_a_hold_bound_to_the_wake_gesture_is_not_begun_by_waking() -> None:
    config = parse_config("[[bindings]]\ngesture = 'wave'\nhold = 'space'\n")
    engagement, _ = make()
    bindings = Bindings(config.bindings)
    for phase in (Phase.BEGIN, Phase.UPDATE, Phase.END):
        events = engagement.update([event("wave", 1, 0.0, phase)])
        assert [e.phase for e in events] == [phase]
        assert bindings.resolve([e for e in events if not engagement.is_waking(e)]) == []

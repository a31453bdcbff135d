"""From events to actions, and that nothing stays down, whatever the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gesturepose.actions.bindings import Bindings, BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.kinds import Hold, Press
from gesturepose.actions.settings import Binding
from gesturepose.actions.sinks.desktop_sink import DesktopSink
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.platforms.null import NullPlatform

if TYPE_CHECKING:
    from gesturepose.actions.kinds import ClickKind


def _event(gesture: str, phase: Phase, timestamp: float = 0.0, track_id: int = 1) -> GestureEvent:
    return GestureEvent(gesture, phase, track_id, timestamp)


def _words(actions: list[BoundAction]) -> list[str]:
    return [str(bound) for bound in actions]


def test_a_press_fires_once_at_begin() -> None:
    bindings = Bindings([Binding(gesture="spread", press="ctrl+plus", app="chrom")])
    fired = [
        bindings.resolve([_event("spread", phase, t)])
        for t, phase in enumerate((Phase.BEGIN, Phase.UPDATE, Phase.UPDATE, Phase.END))
    ]
    assert [_words(actions) for actions in fired] == [["press ctrl+plus"], [], [], []]
    only = fired[0][0]
    assert (only.gesture, only.app, only.timestamp, only.track_id) == ("spread", "chrom", 0.0, 1)
    assert only.verb is Verb.PERFORM


@pytest.mark.parametrize("last", [Phase.END, Phase.CANCEL])
def test_a_hold_lasts_from_begin_to_end(last: Phase) -> None:
    bindings = Bindings([Binding(gesture="hands_up", hold="ctrl")])
    events = [_event("hands_up", phase) for phase in (Phase.BEGIN, Phase.BEGIN, last, last)]
    actions = bindings.resolve(events)
    assert _words(actions) == ["hold ctrl", "release ctrl"]
    assert [bound.verb for bound in actions] == [Verb.START, Verb.STOP]


def test_all_bindings_of_a_gesture_fire_in_the_order_of_the_file() -> None:
    bindings = Bindings(
        [
            Binding(gesture="wave", press="a"),
            Binding(gesture="clap", press="x"),
            Binding(gesture="wave", press="b", enabled=False),
            Binding(gesture="wave", media="playpause"),
        ]
    )
    assert _words(bindings.resolve([_event("wave", Phase.BEGIN), _event("push", Phase.BEGIN)])) == [
        "press a",
        "press playpause",
    ]


@pytest.mark.parametrize("frames_per_s", [10, 24, 30, 60])
def test_a_repeat_keeps_its_rate_at_any_frame_rate(frames_per_s: int) -> None:
    bindings = Bindings([Binding(gesture="hands_up", scroll={"y": 1}, repeat_s=0.25)])  # type: ignore[arg-type]
    times = [frame / frames_per_s for frame in range(2 * frames_per_s + 1)]
    fired = [
        bindings.resolve([_event("hands_up", Phase.UPDATE if t else Phase.BEGIN, t)]) for t in times
    ]
    assert sum(map(len, fired)) == 1 + 8


def test_a_stall_is_not_caught_up_with_and_an_end_ends_repeats() -> None:
    bindings = Bindings([Binding(gesture="hands_up", press="down", repeat_s=0.1)])
    bindings.resolve([_event("hands_up", Phase.BEGIN, 0.0)])
    assert len(bindings.resolve([_event("hands_up", Phase.UPDATE, 5.0)])) == 1
    assert bindings.resolve([_event("hands_up", Phase.UPDATE, 5.05)]) == []
    assert len(bindings.resolve([_event("hands_up", Phase.UPDATE, 5.1)])) == 1
    bindings.resolve([_event("hands_up", Phase.END, 5.2)])
    assert bindings.resolve([_event("hands_up", Phase.UPDATE, 9.0)]) == []


def test_release_all_stops_each_hold_once() -> None:
    bindings = Bindings(
        [Binding(gesture="wave", hold="ctrl"), Binding(gesture="clap", hold="shift")]
    )
    bindings.resolve([_event("wave", Phase.BEGIN), _event("clap", Phase.BEGIN)])
    stops = bindings.release_all(7.0)
    assert sorted(_words(stops)) == ["release ctrl", "release shift"]
    assert {stop.timestamp for stop in stops} == {7.0}
    assert bindings.release_all(8.0) == []
    assert bindings.resolve([_event("wave", Phase.END)]) == []


class _Keys:
    """A keyboard that refuses what a real one cannot do: down twice, up while up."""

    def __init__(self) -> None:
        self.is_down: set[str] = set()
        self.downs = self.ups = 0

    def down(self, key: str) -> None:
        assert key not in self.is_down
        self.is_down.add(key)
        self.downs += 1

    def up(self, key: str) -> None:
        self.is_down.remove(key)
        self.ups += 1

    def type_text(self, text: str) -> None:
        raise AssertionError(text)

    def close(self) -> None:
        assert not self.is_down


class _NoPointer:
    def click(self, kind: ClickKind) -> None:
        raise AssertionError(kind)

    def scroll(self, *, x: int, y: int) -> None:
        raise AssertionError(x, y)

    def move(self, *, dx: int, dy: int) -> None:
        raise AssertionError(dx, dy)


_TABLE = [
    Binding(gesture="a", hold="ctrl+shift"),
    Binding(gesture="b", hold="shift"),
    Binding(gesture="b", press="ctrl+c", repeat_s=0.05),
    Binding(gesture="c", hold="shift"),
    Binding(gesture="c", hold="shift"),
    Binding(gesture="d", press="shift"),
    Binding(gesture="d", launch="nothing"),
]


class NothingStaysDown(RuleBasedStateMachine):
    """Any events, interruptions and repetitions, with what is down checked after each."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = _Keys()
        self.results: list[ActionResult] = []
        self.bindings = Bindings(_TABLE)
        self.dispatcher = Dispatcher(
            open_sink=lambda: DesktopSink(self.keys, _NoPointer()),
            platform=NullPlatform("nothing here"),
            on_result=self.results.append,
        )
        self.dispatcher.start()
        self.submitted = 0
        self.going_on: set[tuple[str, int]] = set()
        self.now = 0.0

    def _submit(self, actions: list[BoundAction]) -> None:
        self.submitted += len(actions)
        self.dispatcher.submit(actions)
        assert self.dispatcher.flush(5.0)

    @rule(
        gesture=st.sampled_from("abcd"),
        phase=st.sampled_from(Phase),
        track_id=st.integers(1, 2),
        step_s=st.sampled_from([0.0, 0.03, 0.2]),
    )
    def move(self, gesture: str, phase: Phase, track_id: int, step_s: float) -> None:
        self.now += step_s
        if phase is Phase.BEGIN:
            self.going_on.add((gesture, track_id))
        elif phase in (Phase.END, Phase.CANCEL):
            self.going_on.discard((gesture, track_id))
        self._submit(self.bindings.resolve([_event(gesture, phase, self.now, track_id)]))

    @precondition(lambda self: self.going_on)
    @rule(tell_bindings=st.booleans())
    def interrupt(self, *, tell_bindings: bool) -> None:
        if tell_bindings:
            self._submit(self.bindings.release_all(self.now))
        else:
            self.bindings.release_all(self.now)
        self.dispatcher.release_all()
        assert self.dispatcher.flush(5.0)
        self.going_on.clear()

    @invariant()
    def down_is_what_gestures_hold(self) -> None:
        wanted = {
            key
            for binding in _TABLE
            for gesture, _ in self.going_on
            if binding.gesture == gesture and isinstance(action := binding.to_action(), Hold)
            for key in action.chord.keys
        }
        assert self.keys.is_down == wanted
        assert len(self.results) == self.submitted

    def teardown(self) -> None:
        self.dispatcher.release_all()
        self.dispatcher.stop()
        assert not self.keys.is_down
        assert self.keys.downs == self.keys.ups
        for result in self.results:
            if not result.performed and isinstance(result.bound.action, Press):
                assert result.reason.endswith("is already held down by another gesture")


NothingStaysDown.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None
)
TestNothingStaysDown = NothingStaysDown.TestCase

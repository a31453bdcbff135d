"""The thread that acts: order, dry run, failures, stopping. No display needed."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from support_sink import NullSink

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.keys import parse_chord
from gesturepose.actions.kinds import Action, Hold, Launch, Notify, Open, Press, Run, Type
from gesturepose.platforms.linux_desktop import LinuxDesktop
from gesturepose.platforms.null import NullPlatform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.actions.sinks.base import InputSink
    from gesturepose.platforms.base import WindowInfo


class _Notes(NullPlatform):
    """A platform whose notices are kept, and may wait for a gate."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        super().__init__("not in this test")
        self.seen: list[str] = []
        self.started = threading.Event()
        self._gate = gate

    def notify(self, text: str) -> None:
        self.started.set()
        if self._gate is not None:
            self._gate.wait(5)
        self.seen.append(text)

    def launch(self, app: str | Sequence[str]) -> None:
        raise ZeroDivisionError(f"a defect\nwhile launching {app}")

    def active_window(self) -> WindowInfo | None:
        return None


def _bound(
    action: Action, verb: Verb = Verb.PERFORM, *, app: str | None = None, time_s: float = 0.0
) -> BoundAction:
    return BoundAction("wave", action, verb, app, time_s, 1)


def _untouchable() -> InputSink:
    raise AssertionError("a dry run asked for the keyboard")


def test_a_dry_run_touches_nothing_and_says_so() -> None:
    class _Untouchable(NullPlatform):
        def close(self) -> None:
            raise AssertionError

        def _refuse(self) -> None:  # type: ignore[override]
            raise AssertionError

    results: list[ActionResult] = []
    dispatcher = Dispatcher(
        open_sink=_untouchable,
        platform=_Untouchable(),
        dry_run=True,
        allow_commands=True,
        on_result=results.append,
    )
    hold = Hold(parse_chord("ctrl"))
    submitted = [
        _bound(Press(parse_chord("a")), app="x"),
        _bound(hold, Verb.START),
        _bound(Launch("xterm")),
        _bound(Open("https://example.org")),
        _bound(Run(("touch", "x"))),
        _bound(hold, Verb.STOP),
    ]
    with dispatcher:
        dispatcher.submit(submitted)
        dispatcher.release_all()
        assert dispatcher.flush(5.0)
    assert [result.bound for result in results] == submitted
    assert {(result.performed, result.reason) for result in results} == {(False, "dry run")}


def test_actions_are_performed_in_order_on_one_thread() -> None:
    platform, threads = _Notes(), set[str]()
    dispatcher = Dispatcher(
        open_sink=NullSink,
        platform=platform,
        on_result=lambda _: threads.add(threading.current_thread().name),
    )
    with dispatcher:
        for start in range(0, 100, 10):
            dispatcher.submit(_bound(Notify(str(n))) for n in range(start, start + 10))
        assert dispatcher.flush(5.0)
    assert platform.seen == [str(n) for n in range(100)]
    assert threads == {"results"}  # so that no listener can hold up the one that acts


def test_flush_gives_up_and_stop_answers_for_what_waits() -> None:
    gate = threading.Event()
    platform, results = _Notes(gate), list[ActionResult]()
    dispatcher = Dispatcher(open_sink=NullSink, platform=platform, on_result=results.append)
    dispatcher.start()
    dispatcher.submit([_bound(Notify("first")), _bound(Notify("second"))])
    assert platform.started.wait(5)
    assert not dispatcher.flush(0.05)
    stopper = threading.Thread(target=dispatcher.stop)
    stopper.start()
    while not dispatcher._stopping:
        pass
    dispatcher.submit([_bound(Notify("late"))])
    gate.set()
    stopper.join(5)
    answers = {
        result.bound.action.text: (result.performed, result.reason)
        for result in results
        if isinstance(result.bound.action, Notify)
    }
    assert answers == {
        "first": (True, ""),
        "second": (False, "stopped before its turn"),
        "late": (False, "stopped before its turn"),
    }
    dispatcher.stop()  # twice does no harm


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Launch("xterm"), "ZeroDivisionError: a defect while launching xterm"),
        (Open("x"), "not in this test"),
        (Type("x"), "no display here; use --dry-run"),
        (Run(("true",)), "commands are refused; set allow_commands = true"),
    ],
)
def test_a_failure_is_one_line_and_the_next_action_is_performed(
    action: Action, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    platform, results = _Notes(), list[ActionResult]()
    with (
        caplog.at_level(logging.WARNING),
        Dispatcher(open_sink=NullSink, platform=platform, on_result=results.append) as dispatcher,
    ):
        dispatcher.submit([_bound(action), _bound(Notify("next"))])
        assert dispatcher.flush(5.0)
    assert [(result.performed, result.reason) for result in results] == [
        (False, reason),
        (True, ""),
    ]
    assert len(caplog.records) == 1
    assert "\n" not in caplog.messages[0]


def test_a_failing_listener_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    def _fail(_: ActionResult) -> None:
        raise BrokenPipeError

    platform = _Notes()
    with Dispatcher(open_sink=NullSink, platform=platform, on_result=_fail) as dispatcher:
        dispatcher.submit([_bound(Notify("a")), _bound(Notify("b"))])
        assert dispatcher.flush(5.0)
    assert platform.seen == ["a", "b"]
    assert "a listener of action results failed" in caplog.text


def test_nothing_is_done_while_no_window_matches() -> None:
    platform, results = _Notes(), list[ActionResult]()
    with Dispatcher(open_sink=NullSink, platform=platform, on_result=results.append) as dispatcher:
        dispatcher.submit([_bound(Notify("a"), app="chrom|firefox")])
        assert dispatcher.flush(5.0)
    assert results[0].reason == "no window matching 'chrom|firefox' in front"
    assert platform.seen == []


def test_on_wayland_a_filtered_action_is_refused_with_the_fix() -> None:
    results = list[ActionResult]()
    with Dispatcher(
        open_sink=NullSink, platform=LinuxDesktop("wayland"), on_result=results.append
    ) as dispatcher:
        dispatcher.submit([_bound(Notify("a"), app="chrom")])
        assert dispatcher.flush(5.0)
    assert not results[0].performed
    assert "log in to an X11 session" in results[0].reason


def test_the_words_of_a_hold() -> None:
    hold = Hold(parse_chord("ctrl+space"))
    assert str(_bound(hold, Verb.START)) == "hold ctrl+space"
    assert str(_bound(hold, Verb.STOP)) == "release ctrl+space"


def test_a_shell_line_needs_the_shell() -> None:
    results = list[ActionResult]()
    with Dispatcher(
        open_sink=NullSink, platform=_Notes(), allow_commands=True, on_result=results.append
    ) as dispatcher:
        dispatcher.submit([_bound(Run((sys.executable, "-c", "pass")))])
        dispatcher.submit([_bound(Run("true; true", shell=True))])  # noqa: S604 (the point)
        assert dispatcher.flush(5.0)
    assert [result.performed for result in results] == [True, True]

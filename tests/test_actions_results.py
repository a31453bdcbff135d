"""What is known of an action once it was performed: programs that fail, actions that hang."""

from __future__ import annotations

import logging
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from support_bus import Service, private_bus
from support_sink import NullSink
from support_x11 import need, wait_until

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher, Outcome, Patience
from gesturepose.actions.kinds import Action, Launch, Notify, Open, Run
from gesturepose.platforms.linux_desktop import LinuxDesktop
from gesturepose.platforms.null import NullPlatform

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.platforms.base import Platform

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

_PATIENCE = Patience()
_Known = tuple[bool, Outcome, bool]


class Actor:
    """A dispatcher on this system's real desktop files and programs, and what it told."""

    def __init__(
        self,
        *,
        patience: Patience = _PATIENCE,
        platform: Platform | None = None,
    ) -> None:
        self.results: list[ActionResult] = []
        self.dispatcher = Dispatcher(
            open_sink=NullSink,
            platform=platform or LinuxDesktop("none"),
            allow_commands=True,
            on_result=self.results.append,
            patience=patience,
        )

    def submit(self, *actions: Action) -> None:
        self.dispatcher.submit(
            BoundAction("wave", action, Verb.PERFORM, None, 0.0, 1, binding=7) for action in actions
        )

    def do(self, *actions: Action) -> list[ActionResult]:
        self.submit(*actions)
        assert self.dispatcher.flush(10.0)
        return self.results

    def known(self) -> list[_Known]:
        return [(result.performed, result.known, result.is_late) for result in self.results]


def _sh(script: str) -> Run:
    return Run(("sh", "-c", script))


def test_a_program_that_fails_at_once_was_not_performed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "applications"
    folder.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (folder / "broken.desktop").write_text(
        "[Desktop Entry]\nType=Application\nName=Broken\nExec=sh -c 'exit 1'\n"
    )
    actor = Actor()
    with actor.dispatcher, caplog.at_level(logging.WARNING):
        (result,) = actor.do(Launch("broken"))
    assert not result.performed
    assert result.known is Outcome.FAILED
    assert result.reason.startswith("sh ended with exit code 1 after 0.")
    # Where to look: the gesture, the binding, the action.
    assert caplog.messages == [f"wave, bindings[7]: launch broken: {result.reason}"]


def test_a_program_ended_by_a_signal_says_which() -> None:
    actor = Actor()
    with actor.dispatcher:
        (result,) = actor.do(_sh("kill -SEGV $$"))
    assert result.reason.startswith("sh ended with signal 11 after")


def test_a_program_that_lives_is_started_and_one_that_ended_well_is_done() -> None:
    actor = Actor()
    with actor.dispatcher:
        actor.do(_sh("exec sleep 2"), _sh("exit 0"))
    assert actor.known() == [(True, Outcome.STARTED, False), (True, Outcome.DONE, False)]


def test_a_failure_a_little_later_is_told_by_a_second_result() -> None:
    actor = Actor(patience=Patience(started_s=0.2))
    with actor.dispatcher:
        actor.do(_sh("sleep 0.6; exit 3"))
        assert actor.known() == [(True, Outcome.STARTED, False)]
        wait_until(lambda: len(actor.results) == 2, what="the failure")
    assert actor.known()[1] == (False, Outcome.FAILED, True)
    assert actor.results[1].reason.startswith("sh ended with exit code 3 after 0.")
    assert actor.results[1].bound == actor.results[0].bound


def test_a_program_that_ends_badly_much_later_is_not_called_a_failure() -> None:
    actor = Actor(patience=Patience(started_s=0.1, early_s=0.3))
    with actor.dispatcher:
        actor.do(_sh("sleep 0.6; exit 3"))
        time.sleep(0.9)
    assert actor.known() == [(True, Outcome.STARTED, False)]


def test_where_results_must_be_the_same_every_time_none_is_corrected() -> None:
    actor = Actor(patience=Patience(started_s=Patience().early_s))
    with actor.dispatcher:
        actor.do(_sh("sleep 0.7; exit 3"))
        assert actor.known() == [(False, Outcome.FAILED, False)]


def test_results_keep_their_order_though_a_program_is_waited_for() -> None:
    class _Quick(LinuxDesktop):
        def notify(self, text: str) -> None:  # type: ignore[override]
            told.append((text, time.monotonic()))

    told: list[tuple[str, float]] = []
    actor = Actor(platform=_Quick("none"))
    begun = time.monotonic()
    with actor.dispatcher:
        actor.do(_sh("exec sleep 2"), Notify("a"), _sh("exit 1"), Notify("b"))
    assert [type(result.bound.action) for result in actor.results] == [Run, Notify, Run, Notify]
    # The second was performed at once all the same.
    assert [text for text, _ in told] == ["a", "b"]
    assert told[1][1] - begun < 0.4


def test_what_is_being_watched_is_told_before_the_end() -> None:
    actor = Actor()
    actor.dispatcher.start()
    actor.submit(_sh("sleep 0.2; exit 4"))
    wait_until(lambda: not actor.dispatcher._queue, what="it to begin")
    time.sleep(0.05)
    actor.dispatcher.stop()
    assert actor.known() == [(False, Outcome.FAILED, False)]


def test_an_action_that_hangs_is_told_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()

    class _Hangs(NullPlatform):
        def notify(self, text: str) -> None:  # noqa: ARG002
            gate.wait(10)

    actor = Actor(patience=Patience(hung_s=0.3), platform=_Hangs())
    with actor.dispatcher, caplog.at_level(logging.WARNING):
        actor.submit(Notify("a"))
        wait_until(lambda: actor.results, what="the report")
        assert actor.known() == [(False, Outcome.FAILED, False)]
        assert "has not ended after 0." in actor.results[0].reason
        assert caplog.messages == [f"wave, bindings[7]: notify 'a': {actor.results[0].reason}"]
        gate.set()
        wait_until(lambda: len(actor.results) == 2, what="its end")
        assert actor.known()[1] == (True, Outcome.DONE, True)


def test_what_waits_behind_an_action_that_hangs_is_answered_at_the_end() -> None:
    gate = threading.Event()

    class _Hangs(NullPlatform):
        def notify(self, text: str) -> None:  # noqa: ARG002
            gate.wait(10)

    actor = Actor(platform=_Hangs())
    actor.dispatcher.start()
    actor.submit(Notify("a"), Notify("b"))
    wait_until(lambda: actor.dispatcher._busy, what="it to begin")
    actor.dispatcher.stop(timeout_s=0.2)
    assert [result.reason for result in actor.results][1:] == ["stopped before its turn"]
    assert "has not ended" in actor.results[0].reason
    gate.set()


def test_a_listener_that_blocks_does_not_keep_actions_from_being_performed() -> None:
    gate, told = threading.Event(), list[str]()

    class _Notes(NullPlatform):
        def notify(self, text: str) -> None:
            told.append(text)

    def _block(_: ActionResult) -> None:
        gate.wait(10)

    dispatcher = Dispatcher(open_sink=NullSink, platform=_Notes(), on_result=_block)
    dispatcher.start()
    dispatcher.submit(
        BoundAction("wave", Notify(text), Verb.PERFORM, None, 0.0, 1) for text in "abc"
    )
    wait_until(lambda: told == ["a", "b", "c"], what="the actions")
    gate.set()
    dispatcher.stop()


def _without_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No session bus, no desktop, no browser: a bare machine."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_a_notification_nobody_shows_is_a_failure_that_names_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("notify-send", "libnotify-bin")
    _without_services(tmp_path, monkeypatch)
    actor = Actor(patience=Patience(started_s=5.0))
    with actor.dispatcher:
        (result,) = actor.do(Notify("hello"))
    assert not result.performed
    assert result.known is Outcome.FAILED
    assert result.reason.startswith("no notification service took it; start")


def test_a_notification_that_is_shown_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("notify-send", "libnotify-bin")
    _without_services(tmp_path, monkeypatch)
    path, shown = "/org/freedesktop/Notifications", list[str]()

    def _show(arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        shown.append(arguments[4])
        return "u", (1,)

    answers = {
        (path, "org.freedesktop.Notifications", "Notify"): _show,
        (path, "org.freedesktop.Notifications", "GetServerInformation"): lambda _: (
            "ssss",
            ("test", "test", "1", "1.2"),
        ),
    }
    with private_bus() as address, Service(address, "org.freedesktop.Notifications", answers):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        actor = Actor(patience=Patience(started_s=5.0))
        with actor.dispatcher:
            (result,) = actor.do(Notify("hello"))
    assert (result.performed, result.known, shown) == (True, Outcome.DONE, ["hello"])


def test_a_file_nothing_opens_is_a_failure_that_names_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("xdg-open", "xdg-utils")
    _without_services(tmp_path, monkeypatch)
    # The real one, without the programs it would fall back to.
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("xdg-open", "sh", "cat", "grep", "sed", "awk", "basename", "readlink", "head"):
        found = shutil.which(name)
        if found is not None:
            (tools / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))
    there = tmp_path / "a.strange"
    there.write_text("x")
    actor = Actor(patience=Patience(started_s=5.0))
    with actor.dispatcher:
        (result,) = actor.do(Open(str(there)))
    assert not result.performed
    assert result.known is Outcome.FAILED
    assert result.reason == (
        f"no application opened {there}; choose one for it in your desktop's settings"
    )

"""A session on real sources: recordings, the bundled clip, and a stream that comes and goes."""

from __future__ import annotations

import itertools
import threading
import time
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from support_http import MjpegServer
from support_pipeline import begun, default
from support_session import (
    DEMO_POSES,
    RunningSession,
    configured,
    threads_left,
    wait_until,
)
from support_video import half_lit
from support_x11 import Recorder, XServer, x_server

from gesturepose.actions.settings import Binding
from gesturepose.app import RunOptions
from gesturepose.session import SessionState, is_live, needs_restart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gesturepose.config import Config

__all__ = ["x_server"]

STARTING, WATCHING, PAUSED = SessionState.STARTING, SessionState.WATCHING, SessionState.PAUSED
LOST, FAILED, ENDED = SessionState.LOST, SessionState.FAILED, SessionState.ENDED


def impatient(**control: float) -> Config:
    """A configuration that tries again soon, for streams."""
    config = configured(None, **control)
    camera = config.camera.model_copy(
        update={"stall_s": 1.0, "retry_min_s": 0.1, "retry_max_s": 0.2, "open_timeout_s": 3.0}
    )
    return config.model_copy(update={"camera": camera})


def watched(server: MjpegServer, config: Config | None = None) -> RunningSession:
    return RunningSession(server.url, config=config or impatient())


# Files


def test_a_recording_is_played_to_its_end() -> None:
    with RunningSession(DEMO_POSES) as running:
        status = running.wait_for(ENDED)
        log = running.log
    assert [state for state, _ in groupby(log.states)] == [
        STARTING,
        WATCHING,
        ENDED,
        SessionState.OFF,
    ]
    assert (status.camera_on, status.live, status.model) == (False, False, "none")
    assert status.detail.endswith("is over")
    assert all(status.camera_on for status in log.statuses if status.state is WATCHING)
    assert len(log.snapshots) == 837
    assert {"swipe_left", "spread", "gather"} <= set(begun(log.snapshots))
    assert log.results
    assert {result.reason for result in log.results} == {"dry run"}
    assert threading.get_ident() not in log.threads


def test_a_recording_in_a_loop_goes_on_in_time_and_does_the_same_again() -> None:
    with RunningSession(DEMO_POSES, loop=True) as running:
        wait_until(lambda: len(running.log.snapshots) > 1.9 * 837, "no second time", 30.0)
        running.session.stop()
        running.session.join(10.0)
        snapshots = list(running.log.snapshots)
    stamps = [snapshot.frame.timestamp for snapshot in snapshots]
    assert all(a < b for a, b in itertools.pairwise(stamps))
    assert max(b - a for a, b in itertools.pairwise(stamps)) < 0.1
    assert [snapshot.frame.index for snapshot in snapshots] == list(range(len(snapshots)))
    first, second = begun(snapshots[:837]), begun(snapshots[837:])
    assert len(second) > 4
    assert second == first[: len(second)]


def test_the_bundled_clip_keeps_its_network_from_one_time_to_the_next() -> None:
    with RunningSession("demo", realtime=True, loop=True) as running:
        status = running.wait_for(WATCHING, 30.0)
        assert (status.source_name, status.live, status.camera_on) == ("demo", False, True)
        assert "movenet" in status.model
        assert status.provider
        wait_until(lambda: bool(running.log.snapshots[-1].tracks), "nobody seen")
        assert running.session.times.summary_ms()["network"]["p50"] > 0
        assert len(running.log.snapshots) > 0
        before = len(running.log.statuses)
        running.session.use(config=impatient())
        wait_until(lambda: STARTING in running.log.states[before:], "not begun anew")
        running.wait_for(WATCHING)
        said = [status.detail for status in running.log.statuses]
    assert sum("loading the network" in detail for detail in said) == 1


def test_a_missing_file_fails_in_one_line_until_something_else_is_asked_for(
    tmp_path: Path,
) -> None:
    with RunningSession(str(tmp_path / "none.mp4")) as running:
        status = running.wait_for(FAILED)
        assert "no such file" in status.detail
        assert not status.detail.startswith("source")
        assert not status.camera_on
        time.sleep(0.2)
        assert running.log.states == [STARTING, FAILED]  # not tried again by itself
        running.session.use(options=RunOptions(source=DEMO_POSES, loop=True))
        running.wait_for(WATCHING)


def test_what_has_ended_is_played_again_when_asked() -> None:
    with RunningSession(DEMO_POSES) as running:
        running.wait_for(ENDED)
        running.session.use()
        wait_until(lambda: len(running.log.snapshots) == 2 * 837, "not played again")


def test_of_many_sources_asked_for_at_once_the_last_is_opened(tmp_path: Path) -> None:
    with RunningSession(DEMO_POSES, loop=True) as running:
        running.wait_for(WATCHING)
        for number in range(50):
            running.session.use(options=RunOptions(source=str(tmp_path / f"{number}.mp4")))
        last = RunOptions(source=DEMO_POSES, loop=True)
        running.session.use(options=last)
        wait_until(lambda: running.log.states[-2:] == [STARTING, WATCHING], "not watching again")
        assert running.log.states.count(FAILED) < 5
        assert running.session.status.source == DEMO_POSES


# Cameras and streams


def test_a_camera_that_is_missing_is_lost_and_tried_again() -> None:
    with RunningSession("97", config=impatient()) as running:
        status = running.wait_for(LOST)
        assert "there is no camera 97" in status.detail
        assert (status.live, status.camera_on) == (True, False)
        time.sleep(0.5)
        assert running.log.states == [STARTING, LOST]  # tried in silence


def test_a_stream_that_comes_goes_and_comes_back() -> None:
    with MjpegServer([half_lit()]) as server:
        server.kill()
        with watched(server) as running:
            running.wait_for(LOST)
            server.restart()
            status = running.wait_for(WATCHING, 30.0)
            assert (status.live, status.camera_on, status.detail) == (True, True, "")
            server.stalled.set()
            status = running.wait_for(LOST)
            assert "gives no picture" in status.detail
            assert not status.camera_on
            server.stalled.clear()
            running.wait_for(WATCHING)


def test_a_switch_closes_the_old_source_first() -> None:
    with MjpegServer([half_lit()]) as server, watched(server) as running:
        running.wait_for(WATCHING, 30.0)
        running.session.use(options=RunOptions(source=DEMO_POSES, loop=True))
        wait_until(lambda: running.session.status.model == "none", "not switched")
        running.wait_for(WATCHING)
        assert server.connections == 1
        running.session.use(options=RunOptions(source=server.url))
        wait_until(lambda: server.connections == 2, "not opened again")
        running.wait_for(WATCHING)
        assert running.session.status.model != "none"


def test_a_pause_closes_the_source_after_a_while_and_resuming_opens_it() -> None:
    config = impatient(release_camera_s=0.6)
    with MjpegServer([half_lit()]) as server, watched(server, config) as running:
        running.wait_for(WATCHING, 30.0)
        running.session.pause()
        assert running.session.paused
        status = running.wait_for(PAUSED)
        assert status.camera_on
        assert status.paused_by == "person"
        assert status.detail == "paused; the camera is closed after 0.6 s"
        seen = len(running.log.snapshots)
        wait_until(lambda: len(running.log.snapshots) > seen + 3, "no preview")
        wait_until(lambda: running.session.status.detail.endswith("is closed"), "still open")
        assert not running.session.status.camera_on
        assert "capture" not in threads_left()
        running.session.resume()
        running.wait_for(WATCHING)
        assert server.connections == 2
        assert running.log.pauses == [(True, "person"), (False, "person")]
        assert not running.log.snapshots[-1].paused


def test_a_session_paused_before_its_start_opens_nothing() -> None:
    with MjpegServer([half_lit()]) as server:
        running = watched(server)
        running.session.pause()
        with running:
            status = running.wait_for(PAUSED)
            assert not status.camera_on
            running.session.use(config=impatient())
            time.sleep(0.3)
            assert server.connections == 0
            running.session.resume()
            running.wait_for(WATCHING, 30.0)


def test_a_pause_by_gesture_keeps_watching_and_a_person_may_resume() -> None:
    pausing = Binding(gesture="raise_right_hand", control="pause")
    config = configured([pausing], release_camera_s=0.0)
    with RunningSession(DEMO_POSES, config=config, loop=True) as running:
        status = running.wait_for(PAUSED)
        assert status.paused_by == "gesture"
        assert status.camera_on
        seen = len(running.log.snapshots)
        wait_until(lambda: len(running.log.snapshots) > seen + 50, "does not watch")
        running.session.resume()
        wait_until(lambda: (False, "person") in running.log.pauses, "not resumed")
        running.wait_for(PAUSED)  # with the next raised hand
        running.session.pause()  # now it is a person's pause, and the source is closed
        wait_until(lambda: not running.session.status.camera_on, "still open")


def test_a_gesture_resumes() -> None:
    bindings = [
        Binding(gesture="raise_right_hand", control="pause"),
        Binding(gesture="hands_up", control="resume"),
        Binding(gesture="swipe_left", press="a"),
    ]
    with RunningSession(DEMO_POSES, config=configured(bindings)) as running:
        running.wait_for(ENDED)
        log = running.log
    assert log.pauses == [(True, "gesture"), (False, "gesture")]
    done = [(str(result.bound), result.performed) for result in log.results]
    assert done == [("pause gestures", True), ("resume gestures", True)]


def test_stopping_while_a_camera_is_tried_again_ends_at_once() -> None:
    with RunningSession("97") as running:
        running.wait_for(LOST)
        start_s = time.monotonic()
        running.session.stop()
        assert running.session.join(3.0)
        assert time.monotonic() - start_s < 1.0


def test_no_order_waits() -> None:
    with RunningSession("demo", realtime=True) as running:
        session, slowest_s = running.session, 0.0
        orders: list[Callable[[], object]] = [
            session.pause,
            session.resume,
            session.toggle_pause,
            session.use,
            lambda: session.replace_mapping(default()),
            lambda: session.set_practice(False),
            lambda: session.set_practice(True),
            lambda: session.set_explaining(True),
            lambda: session.status,
            lambda: session.dropped,
        ]
        for order in 20 * orders:
            start_s = time.perf_counter()
            order()
            slowest_s = max(slowest_s, time.perf_counter() - start_s)
        assert slowest_s < 0.2
        session.resume()
        running.wait_for(WATCHING, 30.0)


# Mapping, practice, explanations


def test_a_new_mapping_is_used_without_a_restart() -> None:
    with RunningSession(DEMO_POSES, config=configured([]), loop=True) as running:
        running.wait_for(WATCHING)
        running.session.replace_mapping(configured([Binding(gesture="spread", press="b")]))
        wait_until(lambda: bool(running.log.results), "no action")
        assert str(running.log.results[0].bound) == "press b"
        # What is told is the newest: two steps of starting may be one.
        assert set(running.log.states[:-1]) == {STARTING}
        assert running.log.states[-1] is WATCHING


@pytest.mark.x11
def test_practice_can_be_switched_while_it_runs(x_server: XServer, tmp_path: Path) -> None:
    often = ("raise_right_hand", "swipe_left", "swipe_right", "spread", "gather", "hands_up")
    config = configured([Binding(gesture=gesture, press="a") for gesture in often])
    with (
        Recorder(x_server, tmp_path) as window,
        RunningSession(DEMO_POSES, config=config, loop=True) as running,
    ):
        wait_until(lambda: bool(running.log.results), "no action")
        assert window.keys() == []
        running.session.set_practice(False)
        assert window.wait_keys(2)[:2] == ["+a", "-a"]
        wait_until(lambda: not running.session.status.practice, "still practice")
        running.session.set_practice(True)
        wait_until(lambda: running.session.status.practice, "no practice")
        before = len(running.log.results)
        wait_until(lambda: len(running.log.results) > before + 1, "no action")
        assert {result.reason for result in running.log.results[before:]} == {"dry run"}


def test_where_nothing_can_be_performed_it_says_so_and_practises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    with RunningSession(DEMO_POSES, loop=True, dry_run=False) as running:
        status = running.wait_for(WATCHING)
        assert status.practice
        assert status.detail.startswith("practice only: no display: set DISPLAY")
        running.session.set_practice(True)
        wait_until(lambda: running.session.status.detail == "", "still complains")
        running.session.set_practice(False)
        wait_until(lambda: "no display" in running.session.status.detail, "does not complain")
        wait_until(lambda: bool(running.log.results), "no action")
        assert not any(result.performed for result in running.log.results)


def test_without_a_display_a_mapping_without_keys_acts_until_keys_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    keys = default()
    command = Binding(gesture="raise_right_hand", run=("true",))
    control = keys.control.model_copy(update={"allow_commands": True})
    plain = keys.model_copy(update={"bindings": (command,), "control": control})
    with RunningSession(DEMO_POSES, config=plain, loop=True, dry_run=False) as running:
        assert not running.wait_for(WATCHING).practice
        wait_until(lambda: bool(running.log.results), "no action")
        assert running.log.results[0].performed
        running.session.replace_mapping(keys)
        wait_until(lambda: "no display" in running.session.status.detail, "does not complain")
        assert running.session.status.practice
        running.session.replace_mapping(plain)
        wait_until(lambda: not running.session.status.practice, "still practice")


def test_explanations_can_be_switched_while_it_runs() -> None:
    with RunningSession(DEMO_POSES, loop=True, realtime=True) as running:
        running.wait_for(WATCHING)
        running.session.set_explaining(True)
        wait_until(lambda: bool(running.log.snapshots[-1].explanations), "no explanations")
        running.session.set_explaining(False)
        wait_until(lambda: not running.log.snapshots[-1].explanations, "still explanations")


def test_a_listener_that_fails_ends_the_engine_and_not_the_session() -> None:
    running = RunningSession(DEMO_POSES)

    def fail(snapshot: object) -> None:  # noqa: ARG001 - the contract
        raise ZeroDivisionError("a defect of the front end")

    running.log.on_snapshot = fail  # type: ignore[method-assign]
    with running:
        status = running.wait_for(FAILED)
        assert "a defect of the program: ZeroDivisionError" in status.detail


# By the name alone


@pytest.mark.parametrize(
    ("spec", "live"),
    [
        ("0", True),
        (" 1 ", True),
        ("/dev/video2", True),
        ("rtsp://host/a", True),
        ("http://h/x.mp4", True),
        ("demo", False),
        ("a.mp4", False),
        ("/dev/shm/a.mp4", False),  # noqa: S108 - a name, not a file
        (r"C:\clip.mp4", False),
        ("0.png", False),
    ],
)
def test_which_sources_may_come_back_by_themselves(spec: str, *, live: bool) -> None:
    assert is_live(spec) == live


def test_what_takes_a_restart() -> None:
    config = default()
    mapping = configured([], engaged_s=3.0)
    camera = config.camera.model_copy(update={"mirrored": True})
    assert not needs_restart(config, mapping)
    assert needs_restart(config, config.model_copy(update={"camera": camera}))

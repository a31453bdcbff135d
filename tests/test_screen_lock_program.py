"""A locked screen and the program: nothing acts meanwhile; afterwards it is as was wanted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from support_body import Key, hold, perform
from support_bus import Logind, ScreenSaver, private_bus
from support_engine import HOLDING, Rig, Scripted, holding_frames, stop_engines
from support_engine import wait_until as wait_for
from support_pipeline import make_pipeline
from support_program import RunningProgram
from support_session import DEMO_POSES, RunningSession, configured
from support_x11 import Recorder, XServer, end, need, wait_until, x_server

from gesturepose.actions.settings import Binding
from gesturepose.resources import default_config
from gesturepose.session import SessionState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["stop_engines", "x_server"]

PAUSING = Binding(gesture="hands_up", control="pause_or_resume")


# The engine


def test_a_lock_lets_go_of_what_is_held_and_nothing_acts_until_it_ends() -> None:
    rig = Rig(
        Scripted(holding_frames(4.5), live=True, then="wait"), make_pipeline(bindings=HOLDING)
    )
    rig.engine.start()
    wait_for(lambda: rig.keyboard.held == ["ctrl"], "nothing was held")
    rig.engine.set_locked(True)
    wait_for(lambda: rig.keyboard.held == [], "still held")
    assert rig.listener.pauses == [(True, "lock")]
    assert not rig.engine.paused  # nobody wanted a pause
    rig.engine.set_locked(False)
    wait_for(lambda: len(rig.listener.pauses) == 2, "not resumed")
    assert rig.listener.pauses[-1] == (False, "lock")


@pytest.mark.parametrize(
    ("orders", "pauses"),
    [
        # Paused before, it stays so.
        (["pause", "lock", "unlock"], [(True, "person")]),
        (["pause", "lock", "unlock", "resume"], [(True, "person"), (False, "person")]),
        # Paused meanwhile as well.
        (["lock", "pause", "unlock"], [(True, "lock"), (True, "person")]),
        # Resumed meanwhile, it begins when the lock ends.
        (
            ["pause", "lock", "resume", "unlock"],
            [(True, "person"), (True, "lock"), (False, "lock")],
        ),
        # Back and forth meanwhile changes nothing.
        (
            ["lock", "pause", "resume", "unlock"],
            [(True, "lock"), (True, "person"), (True, "lock"), (False, "lock")],
        ),
    ],
)
def test_what_a_person_wants_meanwhile_holds_afterwards(
    orders: list[str], pauses: list[tuple[bool, str]]
) -> None:
    frames = perform(hold(60.0, Key(0.6, right=(0.9, 1.0))))
    rig = Rig(Scripted(frames, live=True, then="wait"), make_pipeline(bindings=[]))
    rig.engine.start()
    calls: dict[str, Callable[[], None]] = {
        "pause": rig.engine.pause,
        "resume": rig.engine.resume,
        "lock": lambda: rig.engine.set_locked(True),
        "unlock": lambda: rig.engine.set_locked(False),
    }
    for order in orders:
        seen = len(rig.listener.snapshots)
        calls[order]()
        wait_for(lambda before=seen: len(rig.listener.snapshots) > before + 3, order)  # type: ignore[misc]
    assert rig.listener.pauses == pauses
    assert rig.listener.snapshots[-1].paused == pauses[-1][0]


def test_no_gesture_ends_or_begins_a_pause_at_a_locked_screen() -> None:
    frames = perform(hold(6.0, Key(0.6, left=(-0.9, 1.0), right=(0.9, 1.0))))
    rig = Rig(Scripted(frames), make_pipeline(bindings=[PAUSING]))
    rig.engine.set_locked(True)
    rig.engine.start()
    assert rig.engine.join(30.0)
    (result,) = rig.listener.results
    assert (result.performed, result.reason) == (False, "the screen is locked")
    assert rig.listener.pauses == [(True, "lock")]


# The session


def test_the_camera_is_released_at_a_locked_screen_and_comes_back() -> None:
    with RunningSession(DEMO_POSES, config=configured([], release_camera_s=0.4)) as running:
        running.wait_for(SessionState.WATCHING)
        running.session.set_locked(True)
        status = running.wait_for(SessionState.PAUSED)
        assert status.paused_by == "lock"
        assert status.camera_on
        assert not running.session.paused
        wait_until(lambda: not running.session.status.camera_on, what="the camera released")
        assert "locked" in running.session.status.detail
        running.session.set_locked(False)
        running.wait_for(SessionState.WATCHING)
        assert running.log.pauses == [(True, "lock"), (False, "lock")]


def test_a_session_at_a_locked_screen_opens_nothing_and_a_person_s_pause_outlasts_it() -> None:
    running = RunningSession(DEMO_POSES, config=configured([], release_camera_s=0.2))
    running.session.set_locked(True)
    with running:
        assert not running.wait_for(SessionState.PAUSED).camera_on
        running.session.pause()
        running.session.set_locked(False)
        time.sleep(0.3)
        status = running.session.status
        assert (status.state, status.paused_by) == (SessionState.PAUSED, "person")
        running.session.resume()
        running.wait_for(SessionState.WATCHING)


# The program without a window


@pytest.fixture
def bus() -> Iterator[str]:
    with private_bus() as address:
        yield address


BINDINGS = """
[[bindings]]
gesture = "raise_right_hand"
press = "a"

[[bindings]]
gesture = "swipe_left"
press = "b"
"""


def start(folder: Path, server: XServer, **more: str) -> RunningProgram:
    config = folder / "gestures.toml"
    gestures = default_config().read_text(encoding="utf-8").partition("[[bindings]]")[0]
    config.write_text(gestures + BINDINGS, encoding="utf-8")
    return RunningProgram(
        folder / "run",
        *("--config", config, "--source", DEMO_POSES, "--realtime", "--max-seconds", "24"),
        more_environment={"DISPLAY": server.display, **more},
    )


@pytest.mark.x11
def test_nothing_is_pressed_while_the_screen_saver_is_active(
    tmp_path: Path, x_server: XServer, bus: str
) -> None:
    with (
        ScreenSaver(bus, active=True) as saver,
        Recorder(x_server, tmp_path) as window,
        start(tmp_path, x_server, DBUS_SESSION_BUS_ADDRESS=bus) as program,
    ):
        pause = program.wait_for("pause", paused=True)
        assert pause["by"] == "lock"
        time.sleep(4.0)  # the first raised hand is over
        assert not program.find("action")
        assert not window.keys()
        saver.switch(active=False)
        assert program.wait_for("pause", paused=False)["by"] == "lock"
        program.wait_for("action", performed=True)
        assert window.wait_keys(2) == ["+b", "-b"]
        assert program.stop() == 0
        assert program.errors == [
            "gesturepose: paused: the screen is locked",
            "gesturepose: resumed: unlocked",
        ]


@pytest.mark.x11
def test_the_login_manager_s_hint_pauses_and_resumes_the_program(
    tmp_path: Path, x_server: XServer, bus: str
) -> None:
    with (
        Logind(bus) as logind,
        start(tmp_path, x_server, DBUS_SYSTEM_BUS_ADDRESS=bus) as program,
    ):
        program.wait_for("start")
        logind.switch(locked=True)
        program.wait_for("pause", paused=True, by="lock")
        logind.switch(locked=False)
        program.wait_for("pause", paused=False, by="lock")
        assert program.stop() == 0


@pytest.mark.x11
def test_an_x11_locker_pauses_the_program(tmp_path: Path, x_server: XServer) -> None:
    need("i3lock", "i3lock")
    with start(tmp_path, x_server) as program:
        program.wait_for("start")
        locker = x_server.start(["i3lock", "-n"])
        program.wait_for("pause", paused=True, by="lock")
        end(locker)
        program.wait_for("pause", paused=False, by="lock")
        assert program.stop() == 0

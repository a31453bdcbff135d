"""The app beside other copies of itself: one window, and one that acts."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from support_program import RunningProgram
from support_session import DEMO_POSES
from support_x11 import XServer, end, wait_until, window_manager, x_server

from gesturepose.errors import GesturePoseError
from gesturepose.gui.one_app import OneApp
from gesturepose.platforms.linux_x11 import X11Platform
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

__all__ = ["x_server"]
pytestmark = pytest.mark.x11


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short name: the path of a socket may have a hundred bytes."""
    with tempfile.TemporaryDirectory(prefix="gp-") as folder:
        yield Path(folder)


class Started:
    """The app in a process of its own, in the session that a folder is."""

    def __init__(
        self, server: XServer, session: Path, *arguments: str, practice: bool = False
    ) -> None:
        settings = session / "config" / "gesturepose"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "app.ini").write_text(
            f"[General]\nfirst_run_done=true\npractice={str(practice).lower()}\n", encoding="utf-8"
        )
        (session / "run").mkdir(mode=0o700, exist_ok=True)
        self.environment = {
            "XDG_RUNTIME_DIR": str(session / "run"),
            "XDG_STATE_HOME": str(session / "state"),
            "XDG_CONFIG_HOME": str(session / "config"),
        }
        number = len(list(session.glob("log*")))
        self._log = session / f"log{number}"
        with self._log.open("wb") as log:
            self.process = server.start(
                [
                    *(sys.executable, "-X", "faulthandler", "-m", "gesturepose"),
                    *("--config", str(default_config()), "--log-level", "debug", *arguments),
                ],
                stderr=log,
                env={**server.environment, **self.environment},
                cwd=session,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            end(self.process)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")


SOURCE = ("--source", DEMO_POSES)


@pytest.fixture
def platform(x_server: XServer) -> Iterator[X11Platform]:
    with window_manager(x_server):
        platform = X11Platform(x_server.display)
        yield platform
        platform.close()


def windows(platform: X11Platform) -> int:
    return sum(window.matches("^GesturePose$") for window in platform.list_windows())


def test_a_second_start_brings_the_first_one_s_window_to_the_front_and_ends(
    tmp_path: Path, x_server: XServer, platform: X11Platform
) -> None:
    with Started(x_server, tmp_path, *SOURCE) as first:
        wait_until(lambda: windows(platform) == 1, 90.0, f"a window: {first.log}")
        cover = x_server.start(["xterm", "-T", "Cover"])
        try:
            wait_until(
                lambda: (front := platform.active_window()) is not None and front.matches("Cover"),
                what="another window in front",
            )
            with Started(x_server, tmp_path, *SOURCE) as second:
                wait_until(lambda: second.process.poll() is not None, 90.0, "its end")
                assert second.process.returncode == 0
                (line,) = second.log.splitlines()
                assert line.startswith("gesturepose: GesturePose runs already: its window is")
            wait_until(
                lambda: (
                    (front := platform.active_window()) is not None and front.matches("GesturePose")
                ),
                what="the window in front",
            )
        finally:
            end(cover)
        assert windows(platform) == 1
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(20) == 0
        assert "Traceback" not in first.log


@pytest.mark.thorough
def test_after_an_app_was_killed_the_next_one_starts_and_one_that_only_practises_always_does(
    tmp_path: Path, x_server: XServer, platform: X11Platform
) -> None:
    with Started(x_server, tmp_path, *SOURCE) as first:
        wait_until(lambda: windows(platform) == 1, 90.0, "a window")
        with Started(x_server, tmp_path, *SOURCE, "--dry-run"):
            wait_until(lambda: windows(platform) == 2, 90.0, "a second window, in practice")
        first.process.kill()
        first.process.wait()
        wait_until(lambda: windows(platform) == 0, what="no window")
        with Started(x_server, tmp_path, *SOURCE) as second:
            wait_until(lambda: windows(platform) == 1, 90.0, "a window again")
            second.process.send_signal(signal.SIGTERM)
            assert second.process.wait(20) == 0


_SILENT = """
import sys
from gesturepose.platforms.acting_lock import ActingLock
ActingLock("app").take()
print(flush=True)
sys.stdin.read()
"""


def test_an_app_that_hangs_is_named_and_not_waited_for_for_ever(
    x_server: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gesturepose.gui.one_app._PATIENCE_S", 0.5)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", _SILENT], env=x_server.environment, stdin=pipe, stdout=pipe
    ) as silent:
        assert silent.stdout is not None
        silent.stdout.readline()
        with pytest.raises(GesturePoseError, match=rf"\(process {silent.pid}\) but does not"):
            OneApp().take()


@pytest.mark.usefixtures("x_server")
def test_the_first_is_asked_by_whoever_comes_later_and_minds_no_nonsense(qtbot: QtBot) -> None:
    first, asked = OneApp(), []
    first.show_asked.connect(lambda: asked.append(True))
    assert first.take()
    (path, *_) = first._lock.paths()
    socket_path = path.with_suffix(".sock")
    assert socket_path.stat().st_mode & 0o077 == 0
    for words in (b"quit\n", b"show", b"x" * 5000, b"show \xff\n", b"show\n"):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(socket_path))
            client.send(words)
            qtbot.wait(50)
    qtbot.waitUntil(lambda: len(asked) == 2)
    first.close()
    assert not socket_path.exists()
    second = OneApp()
    assert second.take()
    second.close()


def test_a_copy_without_a_window_does_not_act_beside_an_app_that_does(
    tmp_path: Path, x_server: XServer, platform: X11Platform
) -> None:
    with Started(x_server, tmp_path, *SOURCE) as app:
        wait_until(lambda: windows(platform) == 1, 90.0, "a window")
        locks = tmp_path / "run"
        wait_until(lambda: [f for f in locks.glob("*acting*") if f.read_text()], what="the right")
        arguments = (*SOURCE, "--max-seconds", "1")
        environment = {"DISPLAY": x_server.display, **app.environment}
        with RunningProgram(tmp_path / "one", *arguments, more_environment=environment) as refused:
            assert refused.wait() == 1
            assert f"(process {app.process.pid}) is acting" in refused.errors[0]
        with RunningProgram(
            tmp_path / "two", *arguments, "--dry-run", more_environment=environment
        ) as dry:
            assert dry.wait() == 0


@pytest.mark.thorough
def test_an_app_that_only_practises_leaves_acting_to_others(
    tmp_path: Path, x_server: XServer, platform: X11Platform
) -> None:
    with Started(x_server, tmp_path, *SOURCE, practice=True) as app:
        wait_until(lambda: windows(platform) == 1, 90.0, "a window")
        environment = {"DISPLAY": x_server.display, **app.environment}
        with RunningProgram(
            tmp_path / "one",
            *(*SOURCE, "--max-seconds", "1"),
            more_environment=environment,
        ) as acting:
            assert acting.wait() == 0

"""RTSP against a real server (GStreamer's), stopped in its tracks, killed and started again."""

from __future__ import annotations

import base64
import contextlib
import itertools
import re
import select
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gesturepose.capture.opening import open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.capture.thread import CaptureThread, SourceStatus
from gesturepose.datatypes import Frame, PoseFrame
from gesturepose.errors import LoginError, SourceError
from gesturepose.slot import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETTINGS = CaptureSettings(stall_s=1.0, open_timeout_s=5, retry_min_s=0.1, retry_max_s=0.2)
SCRIPT = Path(__file__).with_name("support_rtsp.py")
PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly"
)


class RtspServer:
    """A server program on a port of its own choice, kept over restarts."""

    def __init__(self) -> None:
        self._port = "0"
        self._program: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self._port}/test"

    def start(self) -> None:
        try:
            program = subprocess.Popen(
                ["/usr/bin/python3", str(SCRIPT), self._port],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        except FileNotFoundError:
            pytest.skip("there is no /usr/bin/python3 to run the RTSP server")
        self._program = program
        assert program.stdout is not None
        ready, _, _ = select.select([program.stdout], [], [], 15)
        port = program.stdout.readline().strip() if ready else ""
        if not port:
            self.kill()
            pytest.skip(f"no RTSP server here; Debian packages: {PACKAGES}")
        self._port = port

    def signal(self, number: signal.Signals) -> None:
        assert self._program is not None
        self._program.send_signal(number)

    def kill(self) -> None:
        program, self._program = self._program, None
        if program is not None:
            program.kill()
            program.wait()
            assert program.stdout is not None
            program.stdout.close()


@pytest.fixture
def server() -> Iterator[RtspServer]:
    running = RtspServer()
    yield running
    running.kill()


def test_an_rtsp_stream_that_stalls_or_dies_is_reported_once_and_comes_back(
    server: RtspServer,
) -> None:
    slot: Slot[Frame | PoseFrame] = Slot()
    statuses: list[SourceStatus] = []
    frames: list[Frame | PoseFrame] = []
    thread = CaptureThread(
        lambda: open_source(server.url, SETTINGS),
        slot,
        settings=SETTINGS,
        realtime=False,
        on_status=statuses.append,
    )

    def take_until(done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not done():
            assert time.monotonic() < deadline, statuses
            frame = slot.get(0.02)
            if frame is not None:
                frames.append(frame)

    def kinds() -> list[str]:
        return [status.kind for status in statuses]

    thread.start()
    try:
        take_until(lambda: len(frames) >= 5)
        server.signal(signal.SIGSTOP)
        stopped_s = time.monotonic()
        take_until(lambda: kinds() == ["stalled"])
        assert time.monotonic() - stopped_s < SETTINGS.stall_s + 1.5
        server.signal(signal.SIGCONT)
        take_until(lambda: kinds() == ["stalled", "back"])
        server.kill()
        take_until(lambda: kinds() == ["stalled", "back", "lost"])
        server.start()
        take_until(lambda: kinds() == ["stalled", "back", "lost", "back"])
        count = len(frames)
        take_until(lambda: len(frames) >= count + 5)
    finally:
        thread.stop()
    thread.join(2)
    stamps = [frame.timestamp for frame in frames]
    assert all(b > a for a, b in itertools.pairwise(stamps))
    assert all(frame.image.shape == (48, 64, 3) for frame in frames if isinstance(frame, Frame))


def test_an_rtsp_server_that_is_off_is_one_clear_line(server: RtspServer) -> None:
    server.kill()
    with pytest.raises(SourceError, match="cannot be opened as a video stream") as raised:
        open_source(server.url.replace("rtsp://", "rtsp://me:s3cret@"), SETTINGS)
    assert "s3cret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def answer_rtsp(listener: socket.socket, status: str, offers: list[str], told: list[str]) -> None:
    """Answer RTSP clients as a camera that takes no login, until the listener is shut down."""
    while True:
        try:
            connection = listener.accept()[0]
        except OSError:
            return
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            while request := connection.recv(4096).decode():
                told.append(request)
                number = re.search(r"CSeq: (\d+)", request)
                first = "200 OK" if request.startswith("OPTIONS") else status
                lines = [f"RTSP/1.0 {first}", f"CSeq: {number[1] if number else 1}"]
                if not request.startswith("OPTIONS"):
                    lines += [f"WWW-Authenticate: {offer}" for offer in offers]
                connection.sendall("\r\n".join([*lines, "", ""]).encode())


def refuse(login: str, status: str, offers: list[str]) -> tuple[SourceError, str, list[str]]:
    """Return what is raised, the address as it may be shown, and what the camera was told."""
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        name = f"rtsp://127.0.0.1:{listener.getsockname()[1]}/live"
        thread = threading.Thread(target=answer_rtsp, args=(listener, status, offers, told))
        thread.start()
        try:
            with pytest.raises(SourceError) as raised:
                open_source(name.replace("://", f"://{login}"), SETTINGS)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
    return raised.value, name, told


@pytest.mark.parametrize("password", ["geheim/1", "geheim#1", "geheim?1", "ge@h:ei%m 1&", "gehäim"])
def test_an_rtsp_login_may_hold_any_character_and_shows_in_no_message(
    password: str, capfd: pytest.CaptureFixture[str]
) -> None:
    error, name, told = refuse(f"me:{password}@", "401 Unauthorized", ['Basic realm="cam"'])
    wanted = base64.b64encode(f"me:{password}".encode()).decode()
    assert any(f"Authorization: Basic {wanted}\r\n" in request for request in told)
    assert "me:" not in "".join(told)
    assert str(error) == (
        f"source: {name} cannot be opened as a video stream: it answers 401 Unauthorized to this "
        "user name and password; check both"
    )
    assert capfd.readouterr() == ("", "")


MD5 = 'Digest realm="cam", nonce="n", qop="auth"'
SHA_256 = f"{MD5}, algorithm=SHA-256"
NOT_KNOWN = "it answers 401 No and asks for a login that is not known to RTSP here"
USE_MD5 = "set the camera to Digest with MD5, or to Basic"


@pytest.mark.parametrize(
    ("login", "status", "offers", "reason"),
    [
        ("", "401 No", [MD5], "it answers 401 No; write rtsp://USER:PASSWORD@HOST/PATH"),
        ("a:b@", "401 No", [MD5], "it answers 401 No to this user name and password; check both"),
        ("a:b@", "401 No", [SHA_256], f"{NOT_KNOWN} (Digest SHA-256); {USE_MD5}"),
        ("a:b@", "401 No", [MD5, SHA_256], f"{NOT_KNOWN} (Digest MD5, Digest SHA-256); {USE_MD5}"),
        ("a:b@", "401 No", [], f"{NOT_KNOWN} (none is named); {USE_MD5}"),
        (
            "",
            "302 Moved\r\nLocation: rtsp://me:pw@10.0.0.9/x?token=y",
            [],
            (
                "it answers 302 Moved and sends on to rtsp://10.0.0.9/x; give that address if you "
                "trust it"
            ),
        ),
        (
            "",
            "404 Gone",
            [],
            "it answers 404 Gone; check the path, which the camera's manual names",
        ),
    ],
)
def test_why_an_rtsp_camera_cannot_be_watched_is_said(
    login: str, status: str, offers: list[str], reason: str
) -> None:
    error, name, _ = refuse(login, status, offers)
    assert str(error) == f"source: {name} cannot be opened as a video stream: {reason}"
    assert isinstance(error, LoginError) == (status == "401 No")

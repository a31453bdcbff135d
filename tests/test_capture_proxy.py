"""No proxy is ever asked, and no stream reads this machine's files, against real servers."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support_http import MjpegServer, RawCamera, encode_jpeg
from support_tls import make_certificate, make_context
from support_video import PLAIN, half_lit, write_video

from gesturepose import resources
from gesturepose.capture.opening import open_source
from gesturepose.capture.source import SourceLost
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
SETTINGS = PLAIN.model_copy(update={"stall_s": 1.0})


class Proxy:
    """Counts who comes, and hangs up."""

    def __init__(self) -> None:
        self.visits = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            connection.close()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Have every way of naming a proxy name one, as offices do; nobody may come there."""
    with closing(Proxy()) as running:
        for name in ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "rtsp_proxy"):
            monkeypatch.setenv(name, running.address)
            monkeypatch.setenv(name.upper(), running.address)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield running
        assert os.environ["http_proxy"] == running.address  # for programs that are launched
        assert OPTIONS not in os.environ


@pytest.fixture(scope="module")
def segments(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Make what an HLS stream consists of: short pieces, each with pictures of one level."""
    folder = tmp_path_factory.mktemp("hls")
    return [
        write_video(folder / f"{level}.ts", [half_lit(level=level)] * 20, codec="mp4v").read_bytes()
        for level in (60, 120, 180)
    ]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    return make_context(certificate)


def watch(url: str, count: int) -> list[int]:
    levels: list[int] = []
    with closing(open_source(url, SETTINGS)) as source:
        try:
            while len(levels) < count and (frame := source.read()) is not None:
                assert isinstance(frame, Frame)
                levels.append(round(float(frame.image.mean())))
        except SourceLost:
            pass
    return levels


class Hls:
    """A live playlist that names one more piece each time it is asked for."""

    def __init__(self, segments: list[bytes], names: list[str] | None = None) -> None:
        self._segments = segments
        self._names = names or [f"{number}.ts" for number in range(len(segments))]
        self._known = 1

    def __call__(self, request: str) -> list[bytes]:
        path = request.split(" ", 2)[1]
        if path == "/video":
            self._known += 1
            named = "".join(f"#EXTINF:1.0,\n{name}\n" for name in self._names[: self._known])
            kind, body = "vnd.apple.mpegurl", f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{named}".encode()
        elif path.removeprefix("/").removesuffix(".ts").isdecimal():
            kind, body = "mp2t", self._segments[int(path[1:-3])]
        else:
            return [b"HTTP/1.1 404 Not Found\r\n\r\n"]
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/{kind}\r\nContent-Length: {len(body)}"
        return [f"{head}\r\n\r\n".encode(), body]


def test_mjpeg_goes_past_the_proxy(proxy: Proxy) -> None:
    with MjpegServer([half_lit(level=90)]) as server:
        assert len(watch(server.url, 3)) == 3
    assert proxy.visits == 0


def test_a_video_file_goes_past_the_proxy(proxy: Proxy) -> None:
    clip = resources.demo_clip().read_bytes()
    with MjpegServer([half_lit()], files={"demo.mp4": clip}) as server:
        assert len(watch(server.url.replace("/stream", "/demo.mp4"), 3)) == 3
    assert proxy.visits == 0


def test_pieces_of_a_playlist_fetched_later_go_past_the_proxy(
    proxy: Proxy, segments: list[bytes]
) -> None:
    with RawCamera(Hls(segments)) as camera:
        levels = watch(camera.url, 50)
        assert any("GET /2.ts" in request for request in camera.requests)
    assert {min((60, 120, 180), key=lambda n: abs(n - level)) for level in levels} == {60, 120, 180}
    assert proxy.visits == 0


def test_tls_goes_past_the_proxy(
    proxy: Proxy,
    segments: list[bytes],
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with RawCamera(Hls(segments), tls=tls) as camera:
        assert len(watch(camera.url, 30)) == 30
    assert proxy.visits == 0


def test_rtsp_goes_past_the_proxy(proxy: Proxy) -> None:
    with RawCamera(lambda _: [b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n"]) as camera:
        with pytest.raises(SourceError, match="cannot be opened as a video stream"):
            open_source(camera.url.replace("http:", "rtsp:"), PLAIN)
        assert camera.requests[0].startswith("OPTIONS rtsp://127.0.0.1:")
    assert proxy.visits == 0


def test_ffmpeg_checks_certificates_too(
    segments: list[bytes],
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hls = Hls(segments)

    def answer(request: str) -> list[bytes]:
        # From here on the certificate in use is one that nobody vouches for.
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        return hls(request)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with RawCamera(answer, tls=tls) as camera:
        with pytest.raises(SourceError, match="cannot be opened as a video stream"):
            open_source(camera.url, PLAIN)
        assert len(camera.requests) == 1


@pytest.mark.parametrize("scheme", ["file://", "", "file:", "concat:", "subfile,,start,0,end,0,,:"])
def test_a_playlist_from_elsewhere_reads_no_file_of_this_machine(
    scheme: str, segments: list[bytes], tmp_path: Path
) -> None:
    private = tmp_path / "private.ts"
    private.write_bytes(segments[2])
    names = ["0.ts", f"{scheme}{private}", "1.ts"]
    with RawCamera(Hls(segments, names)) as camera:
        levels = watch(camera.url, 35)
    assert levels
    assert max(levels) < 150


def test_a_person_s_own_options_of_ffmpeg_count_and_stay(
    proxy: Proxy, segments: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawCamera(Hls(segments)) as camera, monkeypatch.context() as patch:
        patch.setenv(OPTIONS, "user_agent;Mine")
        assert watch(camera.url, 5)
        assert os.environ[OPTIONS] == "user_agent;Mine"
        assert "User-Agent: Mine" in camera.requests[-1]
    assert proxy.visits == 0


def test_snapshots_are_no_reason_to_ask_a_proxy(proxy: Proxy) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"
    answer = [head, encode_jpeg(half_lit())]
    with RawCamera(lambda _: answer) as camera, pytest.raises(SourceError, match="one picture"):
        open_source(camera.url, PLAIN)
    assert proxy.visits == 0

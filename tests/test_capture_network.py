"""Network sources: MJPEG over HTTP, files behind an address, what their names give away."""

from __future__ import annotations

import time

import pytest
from support_http import MjpegServer
from support_video import MIRRORED, PLAIN, half_lit, is_lit_left, read_all

from gesturepose import resources
from gesturepose.capture.opening import open_source
from gesturepose.capture.source import SourceLost, public_url
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError

# HTTP


@pytest.mark.parametrize("content_length", [True, False])
def test_an_http_stream_delivers_whole_pictures(*, content_length: bool) -> None:
    images = [half_lit(level=level) for level in (30, 130, 230)]
    with MjpegServer(images, content_length=content_length) as server:
        source = open_source(server.url, PLAIN)
        assert (source.name, source.live) == (server.url, True)
        frames = [source.read() for _ in range(7)]
        source.close()
    levels = [round(float(frame.image.mean())) for frame in frames if isinstance(frame, Frame)]
    assert len(levels) == 7
    assert all(min(abs(level - sent) for sent in (30, 130, 230)) <= 3 for level in levels)
    assert len(set(levels)) >= 2
    stamps = [frame.timestamp for frame in frames if frame]
    assert stamps == sorted(stamps)
    assert abs(stamps[-1] - time.monotonic()) < 5


def test_a_mirrored_http_stream_is_flipped_back() -> None:
    with MjpegServer([half_lit(left=200)]) as server:
        for settings, lit_left in ((PLAIN, True), (MIRRORED, False)):
            source = open_source(server.url, settings)
            assert is_lit_left(source.read()) == lit_left
            source.close()


def test_a_reader_that_was_busy_gets_the_newest_picture_not_the_oldest() -> None:
    images = [half_lit(level=level) for level in range(0, 240, 8)]
    with MjpegServer(images, fps=100, loop=False) as server:
        source = open_source(server.url, PLAIN)
        first = source.read()
        time.sleep(0.6)  # everything else has arrived meanwhile
        second = source.read()
        source.close()
    assert isinstance(first, Frame)
    assert isinstance(second, Frame)
    assert second.image.mean() - first.image.mean() > 100


def test_a_stream_that_stalls_under_a_reader_is_lost_in_time() -> None:
    with MjpegServer([half_lit()]) as server:
        source = open_source(server.url, PLAIN.model_copy(update={"open_timeout_s": 0.5}))
        source.read()
        server.stalled.set()
        start_s = time.monotonic()
        with pytest.raises(SourceLost):
            read_all(source)
        assert time.monotonic() - start_s < 2
        source.close()


def test_http_failures_say_what_is_wrong() -> None:
    with MjpegServer([half_lit()], credentials="me:s3cret") as server:
        base = server.url.removesuffix("/stream")
        with pytest.raises(SourceError, match=r"401 .*USER:PASSWORD"):
            open_source(server.url, PLAIN)
        with_password = server.url.replace("http://", "http://me:s3cret@")
        source = open_source(with_password, PLAIN)
        assert source.name == server.url  # no password in what people and logs see
        assert source.read() is not None
        source.close()
        server.credentials = ""
        with pytest.raises(SourceError, match="answers 404"):
            open_source(base + "/nothing", PLAIN)
        with pytest.raises(SourceError, match="text/html"):
            open_source(base + "/page", PLAIN)
    with pytest.raises(SourceError, match=r"cannot be reached: .*refused"):
        open_source(server.url, PLAIN)


def test_a_video_file_behind_an_address_is_a_file() -> None:
    clip = resources.demo_clip().read_bytes()
    with MjpegServer([half_lit()], files={"demo.mp4": clip, "bad.mp4": b"bad" * 500}) as server:
        source = open_source(server.url.replace("/stream", "/demo.mp4"), PLAIN)
        assert not source.live
        first, second = source.read(), source.read()
        assert first is not None
        assert second is not None
        assert (first.timestamp, first.index) == (0.0, 0)
        assert second.timestamp == pytest.approx(1 / 30, abs=1e-6)
        source.close()
        with pytest.raises(SourceError, match="cannot be opened as a video stream"):
            open_source(server.url.replace("/stream", "/bad.mp4"), PLAIN)


def test_passwords_and_tokens_stay_out_of_names() -> None:
    assert public_url("rtsp://me:pass@host:554/a?token=1#x") == "rtsp://host:554/a"
    assert public_url("http://host/a@b") == "http://host/a@b"
    assert public_url("http://me:p@ss@host/") == "http://host/"

"""HTTP cameras that do not keep to the rules: each gives its pictures, or one line says why not."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_http import RawCamera, encode_jpeg, with_thumbnail
from support_video import PLAIN, half_lit

from gesturepose.capture.mjpeg import PictureCutter
from gesturepose.capture.opencv import cv2, decode_image
from gesturepose.capture.opening import open_source
from gesturepose.capture.source import SourceLost
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

LEVELS = (40, 90, 140, 190)
PICTURES = [encode_jpeg(half_lit(level=level)) for level in LEVELS]
OK = b"HTTP/1.1 200 OK\r\n"
MULTIPART = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frontier\r\n\r\n"
EXIF = [with_thumbnail(picture, encode_jpeg(half_lit(level=5)[:16, :16])) for picture in PICTURES]


def parts(
    head: bytes = b"--frontier\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n",
    *,
    pictures: list[bytes] = PICTURES,
    tail: bytes = b"\r\n",
) -> list[bytes]:
    return [
        (head % len(picture) if b"%d" in head else head) + picture + tail for picture in pictures
    ]


def lengths(text: bytes) -> list[bytes]:
    return parts(b"--frontier\r\nContent-Type: image/jpeg\r\n" + text + b"\r\n")


def in_chunks(pieces: list[bytes], size: int) -> list[bytes]:
    body = b"".join(pieces)
    cut = [body[start : start + size] for start in range(0, len(body), size)]
    return [b"%x;note=1\r\n%s\r\n" % (len(piece), piece) for piece in cut] + [b"0\r\n\r\n"]


def encode(kind: str, *options: int) -> list[bytes]:
    images = [half_lit(level=level) for level in LEVELS]
    return [cv2.imencode(kind, image, options)[1].tobytes() for image in images]


PROGRESSIVE = encode(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
ENDLESS = [picture[:-2] for picture in PICTURES]
CHUNKED = OK + b"Content-Type: multipart/x-mixed-replace\r\nTransfer-Encoding: chunked\r\n\r\n"
ODD: dict[str, list[bytes]] = {
    "as it should be": [MULTIPART, *parts()],
    "length twice": [MULTIPART, *lengths(b"Content-Length: %d\r\nContent-Length: %d\r\n" % (9, 9))],
    "length zero": [MULTIPART, *lengths(b"Content-Length: 0\r\n")],
    "length negative": [MULTIPART, *lengths(b"Content-Length: -1\r\n")],
    "length too small": [MULTIPART, *lengths(b"Content-Length: 100\r\n")],
    "length too large": [MULTIPART, *lengths(b"Content-Length: 99999\r\n")],
    "length of 10 GB": [MULTIPART, *lengths(b"Content-Length: 10000000000\r\n")],
    "length no number": [MULTIPART, *lengths(b"Content-Length: many\r\n")],
    "length absent": [MULTIPART, *lengths(b"")],
    "another boundary": [
        MULTIPART,
        *parts(b"--something else\r\nContent-Type: image/jpeg\r\n\r\n"),
    ],
    "no boundary": [MULTIPART, *parts(b"Content-Type: image/jpeg\r\n\r\n")],
    "dashes more": [MULTIPART, *parts(b"----frontier\r\nContent-Type: image/jpeg\r\n\r\n")],
    "dashes none": [MULTIPART, *parts(b"frontier\r\nContent-Type: image/jpeg\r\n\r\n")],
    "boundary quoted": [MULTIPART.replace(b"frontier", b'"--frontier"'), *parts()],
    "no boundary announced": [MULTIPART.replace(b"; boundary=frontier", b""), *parts()],
    "headers with bare line feeds": [
        MULTIPART,
        *parts(b"--frontier\nContent-Type: image/jpeg\n\n"),
    ],
    "parts without headers": [MULTIPART, *parts(b"--frontier\r\n\r\n")],
    "nothing between": [MULTIPART, *PICTURES],
    "junk between": [MULTIPART, *parts(tail=b"\r\njunk\xff\x00\xd8\r\n\r\n\xff\xd8")],
    "thumbnails inside": [MULTIPART, *parts(pictures=EXIF)],
    "thumbnails, no length": [MULTIPART, *parts(b"--frontier\r\n\r\n", pictures=EXIF)],
    "ends missing": [
        MULTIPART,
        *parts(pictures=ENDLESS),
        PICTURES[-1],
    ],
    "no type": [OK + b"\r\n", *parts()],
    "no type, pictures alone": [OK + b"\r\n", *PICTURES],
    "text for a type": [OK + b"Content-Type: text/html\r\n\r\n", *parts()],
    "image for a type": [OK + b"Content-Type: image/jpeg\r\n\r\n", *PICTURES],
    "head with other quotes": [MULTIPART.replace(b"frontier", b"'frontier"), *parts()],
    "multipart/mixed": [MULTIPART.replace(b"x-mixed-replace", b"mixed"), *parts()],
    "ICY": [b"ICY 200 OK\r\n\r\n", *parts()],
    "ICY with type": [MULTIPART.replace(b"HTTP/1.1", b"ICY"), *parts()],
    "HTTP/1.0 without headers": [b"HTTP/1.0 200 OK\r\n\r\n", *parts()],
    "HTTP/1.0 without an empty line": [b"HTTP/1.0 200 OK\r\n", *parts()],
    "no head at all": parts(),
    "no head, pictures alone": PICTURES,
    "small letters": [MULTIPART.lower(), *parts()],
    "bare line feeds in the head": [MULTIPART.replace(b"\r\n", b"\n"), *parts()],
    "lines that are no headers": [MULTIPART.replace(OK, OK + b"Hello\r\n: x\r\n  y\r\n"), *parts()],
    "length of the whole twice": [
        MULTIPART.replace(OK, OK + b"Content-Length: 0\r\nContent-Length: 7\r\n"),
        *parts(),
    ],
    "length of the whole too small": [
        MULTIPART.replace(OK, OK + b"Content-Length: 9\r\n"),
        *parts(),
    ],
    "go on first": [b"HTTP/1.1 100 Continue\r\n\r\n" + MULTIPART, *parts()],
    "chunked": [CHUNKED, *in_chunks(parts(), 700)],
    "chunked in small chunks": [CHUNKED, *in_chunks(parts(), 7)],
    "chunked is not true": [CHUNKED, *parts()],
    "PNG": [MULTIPART, *parts(pictures=encode(".png"))],
    "WebP": [MULTIPART, *parts(pictures=encode(".webp"))],
    "progressive": [MULTIPART, *parts(pictures=PROGRESSIVE)],
}


def read_levels(url: str, *, lost: bool = False, limit_s: float = 3.0) -> list[int]:
    source = open_source(url, PLAIN.model_copy(update={"open_timeout_s": limit_s}))
    levels = []
    try:
        while True:
            frame = source.read()
            assert isinstance(frame, Frame)
            assert frame.image.shape == (48, 64, 3)
            levels.append(round(float(frame.image.mean())))
    except SourceLost:
        if lost:
            raise
        return levels
    finally:
        source.close()


@pytest.mark.parametrize("oddity", ODD)
def test_an_odd_camera_gives_its_pictures(oddity: str) -> None:
    def answer(_: str) -> Iterator[bytes]:
        for piece in ODD[oddity]:
            yield piece
            camera.wait(0.01 if len(piece) > 300 else 0)

    with RawCamera(answer) as camera:
        levels = read_levels(camera.url)
    assert levels
    nearest = [min(LEVELS, key=lambda sent: abs(sent - level)) for level in levels]
    assert all(abs(a - b) <= 3 for a, b in zip(nearest, levels, strict=True))
    assert nearest[-1] == LEVELS[-1]
    assert nearest == sorted(nearest)


def refuse(pieces: list[bytes]) -> str:
    with RawCamera(lambda _: pieces) as camera:
        with pytest.raises((SourceError, SourceLost)) as raised:
            read_levels(camera.url, lost=True)
        return str(raised.value).replace(camera.url, "URL").removeprefix("source: ")


FOUND = b"HTTP/1.1 302 Found\r\nLocation: %s\r\n\r\n"
LOOK_UP = "look up the address of the camera's"
REFUSED: dict[str, list[bytes]] = {
    f"URL answers with one picture (image/jpeg), not a video; {LOOK_UP} MJPEG or RTSP stream": [
        OK + b"Content-Type: image/jpeg\r\n\r\n",
        PICTURES[0],
    ],
    f"URL answers with text/html, not with a video; {LOOK_UP} MJPEG stream": [
        OK + b"\r\n<!DOCTYPE html><p>Welcome"
    ],
    f"URL answers with application/json, not with a video; {LOOK_UP} MJPEG stream": [
        OK + b'Content-Type: application/json\r\n\r\n{"camera": "busy"}'
    ],
    "URL answers 403 Forbidden; check that this user may see the camera, and the path": [
        b"HTTP/1.1 403 Forbidden\r\n\r\n"
    ],
    "URL answers 407: a proxy is in between, and none is used here; ask the camera itself": [
        b"HTTP/1.1 407\r\n\r\n"
    ],
    "URL answers 503 Busy": [b"HTTP/1.1 503 Busy\r\n\r\n"],
    "URL closes the connection without an answer": [],
    f"URL sends on to something that is no http address; {LOOK_UP} stream": [FOUND % b"rtsp://a/"],
    "URL sends on and on to other addresses": [FOUND % b"/video"],
    "URL sends headers without end; it is no camera": [OK, *([b"X: " + b"y" * 997 + b"\r\n"] * 99)],
    "URL: the connection was closed by the other side": [MULTIPART, b"--frontier--\r\n"],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_an_answer_without_a_stream_is_refused_with_its_reason(reason: str) -> None:
    assert refuse(REFUSED[reason]) == reason


def test_a_part_without_end_is_given_up_before_it_fills_the_memory() -> None:
    def answer(_: str) -> Iterator[bytes]:
        yield MULTIPART + PICTURES[0][:-2]
        while True:
            yield bytes(1 << 20)

    reason = r"no MJPEG stream|nothing that is a picture"
    with RawCamera(answer) as camera, pytest.raises(SourceLost, match=reason):
        read_levels(camera.url, lost=True)


@pytest.mark.parametrize("begin", [b"HTTP/1.1 200 OK\r\nX: ", b"", MULTIPART])
def test_a_camera_that_trickles_is_given_up_in_time(begin: bytes) -> None:
    def answer(_: str) -> Iterator[bytes]:
        yield begin
        while True:
            yield b"x"
            camera.wait(0.02)

    started_s = time.monotonic()
    with RawCamera(answer) as camera, pytest.raises((SourceError, SourceLost)):
        read_levels(camera.url, lost=True, limit_s=0.5)
    assert time.monotonic() - started_s < 3


# Cutting pictures


@given(
    st.lists(
        st.sampled_from([*PICTURES[:2], *EXIF[:2], *encode(".png")[:1], PROGRESSIVE[0]]),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.integers(1, 900), min_size=1, max_size=20),
    st.binary(max_size=20).filter(lambda junk: b"\xff" not in junk and b"\x89" not in junk),
)
def test_pictures_are_cut_the_same_however_the_bytes_arrive(
    pictures: list[bytes], sizes: list[int], junk: bytes
) -> None:
    body = junk + junk.join(pictures)
    cutter, found, start = PictureCutter(), [], 0
    for size in itertools.cycle(sizes):
        if start >= len(body):
            break
        found += cutter.feed(body[start : start + size])
        start += size
    assert len(found) == len(pictures)
    for picture in found:
        image = decode_image(picture)
        assert image is not None
        assert image.shape == (48, 64, 3)


@given(st.data())
def test_a_damaged_picture_costs_itself_and_no_later_one(data: st.DataObject) -> None:
    damaged = bytearray(EXIF[0])
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(2, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cutter = PictureCutter()
    found = cutter.feed(bytes(damaged) + b"\r\n" + b"".join(PICTURES * 80))
    assert found[-1] == PICTURES[-1]


def test_cutting_takes_time_in_proportion_to_the_picture() -> None:
    rng = np.random.default_rng(1)
    picture = encode_jpeg(rng.integers(0, 255, (2000, 3000, 3), dtype=np.uint8))
    cutter, found = PictureCutter(), []
    started_s = time.monotonic()
    for start in range(0, len(picture), 1460):
        found += cutter.feed(picture[start : start + 1460])
    assert found == [picture]
    assert time.monotonic() - started_s < 1

"""Small files that ask for much: refused in one line, in little memory and time.

Each is opened by a process of its own, whose memory at its largest is measured.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_video import PLAIN, half_lit, read_all

from gesturepose.capture.opencv import cv2, decode_image
from gesturepose.capture.opening import open_source
from gesturepose.capture.picture_size import MAX_PIXELS, PictureRefused, check_picture
from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose.card import find_model, read_card
from gesturepose.pose.providers import open_session
from gesturepose.resources import models_dir

if TYPE_CHECKING:
    from pathlib import Path

resource = pytest.importorskip("resource")
HEADER = b'{"type":"poses","version":1,"size":[640,480],"skeleton":"coco17"}\n'
OPEN = """
import resource, sys
import numpy, cv2  # what they take is not the file's doing
from gesturepose.capture.opening import open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.errors import GesturePoseError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    source = open_source(sys.argv[1], CaptureSettings())
    while source.read() is not None:
        pass
except GesturePoseError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def open_alone(path: Path, *, timeout_s: float = 30.0) -> tuple[str, int]:
    """What it says of a file, and how many MiB that took."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(path)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=True,
    )
    *said, size = done.stdout.splitlines()
    assert len(said) <= 1
    return "".join(said) + done.stderr, int(size)


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(width: int, height: int, *, start: int = 0xC2, before: bytes = b"") -> bytes:
    """A JPEG of a few hundred bytes that is grey, or so it says."""
    colours = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    code = bytes([1, *[0] * 15, 0])
    scan = b"\x03" + b"".join(bytes([number, 0]) for number in (1, 2, 3))
    return b"".join(
        (
            b"\xff\xd8",
            before,
            segment(0xDB, bytes([0, *[1] * 64])),
            segment(start, struct.pack(">BHHB", 8, height, width, 3) + colours),
            segment(0xC4, b"\x00" + code),
            segment(0xC4, b"\x10" + code),
            segment(0xDA, scan + bytes([0, 0 if start == 0xC2 else 63, 0])),
            bytes(400),
            b"\xff\xd9",
        )
    )


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    def write(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = write(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = write(b"IDAT", zlib.compress(bytes(1 << 20)))
    more = b"".join(write(*chunk) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + header + more + pixels + write(b"IEND", b"")


def webp(width: int, height: int) -> bytes:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<IBBH", 10, 2, 0, 0) + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 154, 0, 0, 54) + header + bytes(100)


THUMBNAIL = segment(0xE1, b"Exif\0\0" + jpeg(160, 120, start=0xC0))
ANIMATION = (
    (b"acTL", struct.pack(">II", 2, 0)),
    (b"fcTL", struct.pack(">IIIIIHHBB", 0, 30000, 30000, 0, 0, 1, 10, 0, 0)),
)
PICTURES = {
    "progressive.jpg": jpeg(30000, 30000),
    "baseline.jpg": jpeg(30000, 30000, start=0xC0),
    "thumbnail.jpg": jpeg(30000, 30000, before=THUMBNAIL),
    "wide.jpg": jpeg(65500, 65500),
    "flat.png": png(30000, 30000),
    "animated.png": png(30000, 30000, *ANIMATION),
    "flat.bmp": bmp(30000, -30000),
    "animated.webp": webp(30000, 30000),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_bomb_is_refused_before_it_takes_memory(tmp_path: Path, name: str) -> None:
    assert len(PICTURES[name]) < 3000
    (tmp_path / name).write_bytes(PICTURES[name])
    said, size = open_alone(tmp_path / name)
    assert "x 30000 pixels, at most 64 million" in said or "x 65500 pixels" in said
    assert f"source: {tmp_path / name}: none of 1 pictures can be read" in said
    assert size < 100
    assert decode_image(PICTURES[name]) is None


def test_opencv_itself_refuses_too_large_a_picture_once_the_program_is_imported(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.jpg").write_bytes(PICTURES["progressive.jpg"])
    code = (
        "import sys; from gesturepose.capture.opencv import cv2; "
        "import numpy; cv2.imdecode(numpy.fromfile(sys.argv[1], numpy.uint8), 1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.jpg"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "CV_IO_MAX_IMAGE_PIXELS" in done.stderr


def test_one_bomb_in_a_folder_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert cv2.imwrite(str(tmp_path / "1.png"), half_lit(left=200))
    (tmp_path / "2.jpg").write_bytes(PICTURES["progressive.jpg"])
    assert cv2.imwrite(str(tmp_path / "3.png"), half_lit(left=200))
    assert len(read_all(open_source(str(tmp_path), PLAIN))) == 2
    [record] = caplog.records
    assert "2.jpg is skipped: it is too large: 30000 x 30000 pixels" in record.getMessage()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp"])
@pytest.mark.parametrize("size", [(64, 48), (1, 1), (301, 7)])
def test_the_size_of_a_real_picture_is_read_from_its_header(
    suffix: str, size: tuple[int, int]
) -> None:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for options in ([], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_WEBP_QUALITY, 101]):
        encoded = cv2.imencode(suffix, image, options)[1].tobytes()
        assert check_picture(encoded) == size
        for length in range(0, min(len(encoded), 400), 7):
            decode_image(encoded[:length])  # raises nothing


def test_a_picture_of_the_largest_size_is_no_bomb() -> None:
    assert check_picture(jpeg(8192, 8192)) == (8192, 8192)
    assert MAX_PIXELS == 8192 * 8192
    with pytest.raises(PictureRefused, match="too large"):
        check_picture(jpeg(8193, 8192))


def test_a_jpeg_of_countless_scans_takes_no_time() -> None:
    whole = jpeg(8000, 8000)
    scan = whole[whole.index(b"\xff\xda") : -2]
    start_s = time.monotonic()
    assert decode_image(whole[:-2] + scan * 2000 + whole[-2:]) is None
    assert time.monotonic() - start_s < 1.0


@pytest.mark.parametrize("kind", [b"II*\0", b"\x76\x2f\x31\x01", b"\0\0\0\x0cjP  ", b"GIF89a"])
def test_a_file_of_another_kind_reaches_no_decoder(kind: bytes) -> None:
    with pytest.raises(PictureRefused, match="not a picture"):
        check_picture(kind + bytes(100))


def test_a_huge_or_endless_picture_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse.png").open("wb") as file:
        file.truncate(1 << 36)
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.png")
    for name, why in (
        ("sparse.png", "larger than 256 MiB"),
        ("zero.png", "no regular file"),
        ("pipe.png", "no regular file"),
    ):
        said, size = open_alone(tmp_path / name)
        assert why in said
        assert size < 600


def test_a_video_is_refused_by_the_size_it_states(tmp_path: Path) -> None:
    path = tmp_path / "big.avi"
    path.write_bytes(avi(12000, 12000))
    said, size = open_alone(path)
    assert f"source: {path} is too large: 12000 x 12000 pixels" in said
    assert size < 300


def avi(width: int, height: int) -> bytes:
    """An AVI file whose headers promise pictures of that size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)

    main = struct.pack("<14I", 33333, 0, 0, 16, 3, 0, 1, 0, width, height, 0, 0, 0, 0)
    stream = b"vids\0\0\0\0" + struct.pack("<IHHIIIIIIII4H", *[0] * 4, 1, 30, 0, 3, *[0] * 7)
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, bytes(4), 0, 0, 0, 0, 0)
    streams = chunk(b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strf", form))
    headers = chunk(b"LIST", b"hdrl" + chunk(b"avih", main) + streams)
    pictures = chunk(b"LIST", b"movi" + chunk(b"00db", bytes(3000)) * 3)
    return chunk(b"RIFF", b"AVI " + headers + pictures)


def play(path: Path) -> None:
    with closing(open_source(str(path), PLAIN)) as source:
        while source.read() is not None:
            pass


RECORDINGS = {
    "line": (HEADER + b" " * (1 << 27), "longer than 1 MiB"),
    "list": (HEADER + b'{"t":0,"poses":[' + b"{}," * (1 << 22) + b"{}]}\n", "longer than 1 MiB"),
    "many": (HEADER + b'{"t":0,"poses":[' + b"{}," * 5000 + b"{}]}\n", "5001 poses"),
    "depth": (HEADER + b"[" * 500_000 + b"\n", "not JSON"),
    "digits": (HEADER + b'{"t":' + b"9" * 900_000 + b',"poses":[]}\n', "not JSON"),
    "size": (HEADER.replace(b"640", b"1000000000000"), "'size' is not"),
    "wide": (HEADER.replace(b"640", b"1000000"), "'size' is not"),
    "blank": (HEADER + b"\n" * 5_000_000, "lines in a row are blank"),
    "version": (b'{"type":"poses","version":"' + b"x" * 900_000 + b'"}\n', "is not known"),
    "zeros": (bytes(1 << 25), "longer than 1 MiB"),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_bomb_is_refused_in_one_short_line(tmp_path: Path, name: str) -> None:
    content, why = RECORDINGS[name]
    path = tmp_path / "bomb.poses.jsonl"
    path.write_bytes(content)
    start_s = time.monotonic()
    with pytest.raises(GesturePoseError) as caught:
        play(path)
    assert why in str(caught.value)
    assert len(str(caught.value)) < 400
    assert time.monotonic() - start_s < 5.0


def test_a_recording_takes_little_memory_whatever_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "bomb.poses.jsonl"
    with path.open("wb") as file:
        file.write(HEADER + b'{"t":0,"poses":[' + b"{}," * 300_000 + b"{}]}\n")
        file.truncate(1 << 36)
    said, size = open_alone(path)
    assert "300001 poses in one frame" in said
    assert size < 150


@pytest.mark.parametrize("suffix", [".poses.jsonl", ".mp4"])
def test_a_pipe_and_a_device_without_end_are_not_waited_for(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"pipe{suffix}")
    (tmp_path / f"zero{suffix}").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        said, _ = open_alone(tmp_path / f"{name}{suffix}")
        assert "is no regular file" in said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"#" * (1 << 26), "larger than 256 KiB"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = " + b"9" * 100_000, "not valid TOML"),
        (b"\xff\xfe", "cannot read the card"),
    ],
)
def test_a_card_bomb_is_refused_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    card = tmp_path / "a.toml"
    card.write_bytes(content)
    with pytest.raises(ModelError, match=why) as caught:
        read_card(card)
    assert len(str(caught.value).splitlines()) == 1


def test_a_card_that_is_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    network = tmp_path / "a.onnx"
    network.write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    for name in ("pipe.toml", "zero.toml"):
        with pytest.raises(ModelError, match="no regular file"):
            read_card(tmp_path / name)


def test_a_network_larger_than_any_can_be_is_not_read(tmp_path: Path) -> None:
    network = tmp_path / "a.onnx"
    with network.open("wb") as file:
        file.truncate(100 << 30)
    card = models_dir() / "movenet-multipose.toml"
    network.with_suffix(".toml").write_bytes(card.read_bytes())
    start_s = time.monotonic()
    with pytest.raises(ModelError, match=r"has 100\.0 GiB; an \.onnx file has at most 2 GiB"):
        find_model(str(network))
    assert time.monotonic() - start_s < 1.0


@pytest.mark.parametrize("place", ["../secret", "/dev/zero", "missing.bin"])
def test_a_network_with_weights_elsewhere_is_one_line(tmp_path: Path, place: str) -> None:
    onnx = pytest.importorskip("onnx")
    (tmp_path / "secret").write_bytes(bytes(1 << 21))
    network = onnx.load(str(models_dir() / "movenet-multipose.onnx"))
    weights = max(network.graph.initializer, key=lambda weights: len(weights.raw_data))
    length = len(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", place), ("length", str(length))):
        weights.external_data.add(key=key, value=value)
    folder = tmp_path / "networks"
    folder.mkdir()
    (folder / "a.onnx").write_bytes(network.SerializeToString())
    with pytest.raises(ModelError, match="are missing, or lie outside its folder"):
        open_session(folder / "a.onnx", "cpu", threads=1)


@pytest.mark.parametrize("name", ["~nobody-of-that-name/a.onnx", "x" * 5000 + ".onnx", "a\0.onnx"])
def test_a_network_that_cannot_be_looked_for_is_one_line(name: str) -> None:
    with pytest.raises(ModelError, match="no such network file"):
        find_model(name)


def test_recordings_that_are_none_name_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.poses.jsonl"
    path.write_bytes(HEADER + json.dumps({"t": 0, "poses": []}).encode() + b"\n" + b"[" * 2000)
    source = open_source(str(path), PLAIN)
    assert len(read_all(source)) == 1  # a last line that was cut off ends it

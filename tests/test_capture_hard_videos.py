"""Video files as people have them: interlaced, AV1, sound only, cut off, of any name.

They are made by the real ffmpeg, and played by the real sources and by the program.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_program import run_program
from support_video import PLAIN, read_all

from gesturepose.app import needs_network
from gesturepose.capture.camera import CameraSource
from gesturepose.capture.opencv import cv2, square_pixels
from gesturepose.capture.opening import open_source
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError
from gesturepose.resources import demo_clip

if TYPE_CHECKING:
    from pathlib import Path

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
SECOND = ("-t", "1", "-i", str(demo_clip()), "-an")
FAST = ("-c:v", "libx264", "-preset", "ultrafast")
INTERLACED = ("-flags", "+ilme+ildct")


def make(path: Path, *arguments: str) -> Path:
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "quiet", "-y", *arguments, path.absolute()], check=True
    )
    return path


def play(path: Path) -> list[Frame]:
    frames = read_all(open_source(str(path), PLAIN))
    assert all(isinstance(frame, Frame) for frame in frames)
    return frames  # type: ignore[return-value]


def differ(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


@pytest.fixture(scope="module")
def demo() -> list[Frame]:
    source = open_source("demo", PLAIN)
    frames = [source.read() for _ in range(30)]
    source.close()
    return frames  # type: ignore[return-value]


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.mp4", ("-vf", "interlace", *INTERLACED, *FAST)),
        ("a.dv", ("-c:v", "dvvideo", "-s", "720x576", "-r", "25", "-pix_fmt", "yuv420p")),
        ("a.mpg", ("-vf", "interlace", *INTERLACED, "-c:v", "mpeg2video", "-q:v", "3")),
    ],
)
def test_an_interlaced_video_shows_what_was_filmed(
    tmp_path: Path, demo: list[Frame], name: str, arguments: tuple[str, ...]
) -> None:
    frames = play(make(tmp_path / name, *SECOND, *arguments))
    assert len(frames) > 10
    assert frames[-1].timestamp == pytest.approx(1.0, abs=0.15)
    for frame in (frames[0], frames[-1]):
        same_time = demo[min(round(frame.timestamp * 30), 29)].image
        height, width = same_time.shape[:2]
        shrunk = frame.image[:: frame.image.shape[0] // 40, :: frame.image.shape[1] // 40]
        assert abs(float(shrunk.mean()) - float(same_time.mean())) < 8
        assert frame.size[0] / frame.size[1] == pytest.approx(width / height, rel=0.02)


@needs_ffmpeg
def test_without_ffmpeg_an_interlaced_video_is_told_to_show_nothing_and_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if int(cv2.__version__.split(".")[0]) < 5:
        pytest.skip("this OpenCV shows interlaced video")
    path = make(
        tmp_path / "a.mp4", "-t", "6", *SECOND[2:], "-vf", "fps=10,interlace", *INTERLACED, *FAST
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run_program(tmp_path, "--dry-run", "--source", path)
    # OpenCV gives what its memory held: nothing as a rule, or an old picture.
    [line] = [line for line in done.stderr.splitlines() if str(path) in line]
    assert "shows only black for 5 s" in line or "has shown the same picture for 5 s" in line
    assert "it is interlaced: install ffmpeg, which is used then, or convert it: ffmpeg" in line
    assert done.returncode == 0


@needs_ffmpeg
def test_a_file_of_one_picture_is_not_nagged_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10,loop=loop=80:size=1")
    frames = play(make(tmp_path / "a.mp4", *source, "-t", "7", *FAST))
    assert len(frames) == 70
    assert not caplog.records


@needs_ffmpeg
def test_a_stream_has_square_pixels_too(tmp_path: Path) -> None:
    wide = make(tmp_path / "a.mp4", "-t", "0.2", *SECOND[2:], "-vf", "setsar=2", *FAST)
    source = CameraSource(cv2.VideoCapture(str(wide)), name="stream", mirrored=False)
    assert source.read().size == (640, 240)
    source.close()


@needs_ffmpeg
def test_pictures_that_become_interlaced_in_the_middle_go_on_moving(tmp_path: Path) -> None:
    coded = ("-c:v", "mpeg2video", "-q:v", "3", "-r", "30")
    make(tmp_path / "1.mkv", *SECOND, *coded)
    flags = ("-vf", "fps=60,interlace", *INTERLACED, *coded)
    make(tmp_path / "2.mkv", "-ss", "1", "-t", "3", *SECOND[2:], *flags)
    parts = tmp_path / "parts"
    parts.write_text("file 1.mkv\nfile 2.mkv\n")
    both = make(tmp_path / "both.mkv", "-f", "concat", "-i", str(parts), "-c", "copy")
    frames = play(both)
    last = [frame.image for frame in frames[-15:]]
    assert len(frames) > 100
    assert max(itertools.starmap(differ, itertools.pairwise(last))) > 0.1


@needs_ffmpeg
def test_av1_is_decoded_where_ffmpeg_is_and_named_where_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: list[Frame]
) -> None:
    encoders = subprocess.run(["ffmpeg", "-encoders"], capture_output=True, text=True, check=True)
    encoder = next(
        (name for name in ("libaom-av1", "libsvtav1", "librav1e") if name in encoders.stdout), None
    )
    if encoder is None:
        pytest.skip("this ffmpeg encodes no AV1")
    fast = ("-cpu-used", "8") if encoder == "libaom-av1" else ()
    for name in ("a.mp4", "a.mkv"):
        path = make(tmp_path / name, "-t", "0.2", *SECOND[2:], "-c:v", encoder, *fast)
        frames = play(path)
        assert len(frames) == 6
        assert differ(frames[0].image, demo[0].image) < 10
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(tmp_path))
            with pytest.raises(SourceError) as caught:
                open_source(str(path), PLAIN)
        assert "its pictures are AV1; install ffmpeg" in str(caught.value)
        assert f"ffmpeg -i {path}" in str(caught.value)
        assert "damaged" not in str(caught.value)


@needs_ffmpeg
@pytest.mark.parametrize(("name", "letters"), [("a.avi", b"H264"), ("a.mp4", b"avc1")])
def test_a_codec_that_nobody_knows_is_called_by_its_letters(
    tmp_path: Path, name: str, letters: bytes
) -> None:
    path = make(tmp_path / name, "-t", "0.2", *SECOND[2:], *FAST)
    assert letters in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(letters, b"Zq9X"))
    with pytest.raises(SourceError, match="cannot be decoded here: its pictures are Zq9X"):
        open_source(str(path), PLAIN)


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.wav", "a.mp3", "a.flac", "a.ogg"])
def test_sound_without_pictures_is_called_that(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name, "-f", "lavfi", "-i", "sine=duration=0.3", "-strict", "-2")
    with pytest.raises(SourceError, match="holds sound and no pictures"):
        open_source(str(path), PLAIN)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("sar", "size"), [("2/1", (640, 240)), ("1/2", (320, 480)), ("64/45", (640, 338))]
)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_pictures_have_the_shape_that_was_filmed(
    tmp_path: Path, name: str, sar: str, size: tuple[int, int]
) -> None:
    path = make(tmp_path / name, *SECOND[:1], "0.2", *SECOND[2:], "-vf", f"setsar={sar}", *FAST)
    assert {frame.size for frame in play(path)} == {size}


@needs_ffmpeg
def test_a_video_that_says_it_lies_on_its_side_is_turned_once_with_its_pixels(
    tmp_path: Path,
) -> None:
    wide = make(tmp_path / "a.mp4", "-t", "0.2", *SECOND[2:], "-vf", "setsar=2", *FAST)
    path = make(tmp_path / "b.mp4", "-i", str(wide), "-c", "copy", "-metadata:s:v:0", "rotate=90")
    frames = play(path)
    if frames[0].size == (640, 240):
        pytest.skip("this ffmpeg writes no rotation that way")
    assert frames[0].size == (240, 640)


def test_pixel_shapes_nobody_uses_are_ignored() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    for sar in (0.0, 1e9, -1.0, float("nan"), float("inf"), 1.01):
        assert square_pixels(image, sar) is image


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.ts", "a.mpg", "a.dv", "a.flv"])
def test_a_whole_video_never_breaks_off_whatever_rate_it_states(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    codec = {"a.dv": "dvvideo", "a.mpg": "mpeg2video"}.get(name, "mpeg4")
    if name == "a.flv":
        codec = "flv"
    size = ("-s", "720x576", "-r", "25", "-pix_fmt", "yuv420p")
    make(tmp_path / name, *SECOND, *size, "-c:v", codec)
    assert len(play(tmp_path / name)) > 20
    assert not caplog.records


@needs_ffmpeg
@pytest.mark.parametrize("tail", [bytes(5000), b"\xf0trailing data of a camera" * 50])
def test_what_a_camera_appends_to_a_file_is_no_loss(
    tmp_path: Path, short: Path, tail: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(short.read_bytes() + tail)
    assert len(play(path)) == 3
    assert not caplog.records


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.mkv", "a.avi"])
def test_a_file_that_is_shorter_than_it_says_breaks_off(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = make(tmp_path / name, *SECOND, "-c:v", "mpeg4")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    frames = play(path)
    [record] = caplog.records
    assert f"breaks off: {len(frames)} frames could be read, 50 % of the file" in (
        record.getMessage()
    )


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("short")
    return make(folder / "short.mp4", "-t", "0.1", *SECOND[2:], *FAST)


@needs_ffmpeg
@pytest.mark.parametrize(
    "name",
    [
        b"\xff\xfe.mp4",
        "12:30.mp4",
        "clip:1.mp4",
        "file,clip.mp4",
        "concat:a.mp4|b.mp4",
        "-x.mp4",
        "clip%03d.mp4",
        "one\ntwo.mp4",
        " spaces .mp4 ",
        "a#b?c=d.mp4",
        "~nobody.mp4",
        "x" * 240 + ".mp4",
        "pipe:0",
        "http:",
        "\N{SNOWMAN} \N{GRINNING FACE}.mp4",
    ],
)
@pytest.mark.parametrize("folder", ["", "./"])
def test_a_file_of_any_name_is_that_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    short: Path,
    name: str | bytes,
    folder: str,
) -> None:
    if sys.platform != "linux" and isinstance(name, bytes):
        pytest.skip("names are text here")
    monkeypatch.chdir(tmp_path)
    called = os.fsdecode(name)
    shutil.copy(short, called)
    source = open_source(folder + called, PLAIN)
    frames = read_all(source)
    assert len(frames) == 3
    assert source.name.isprintable()


@needs_ffmpeg
@pytest.mark.skipif(sys.platform != "linux", reason="names are text here")
def test_the_program_plays_and_tells_of_names_that_are_no_text(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"f\xff:1")
    folder.mkdir()
    make(folder / os.fsdecode(b"\xff%d.mp4"), "-t", "0.1", *SECOND[2:], *FAST)
    make(folder / os.fsdecode(b"\xfe.png"), "-t", "0.01", *SECOND[2:])
    source = folder / os.fsdecode(b"\xff%d.mp4")
    done = run_program(tmp_path, "--dry-run", "--source", source)
    assert done.returncode == 0, done.stderr
    assert "f\\udcff:1/\\udcff%d.mp4" in done.stdout
    [frame] = read_all(open_source(str(folder), PLAIN))
    assert isinstance(frame, Frame)
    renamed = folder.rename(tmp_path / "pictures.jsonl")
    assert needs_network(str(renamed))

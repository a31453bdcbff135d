"""Every kind of source by its name: what opens, what it delivers, what is said when it cannot."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support_video import MIRRORED, PLAIN, half_lit, is_lit_left, read_all, write_video

from gesturepose import resources
from gesturepose.capture import cameras
from gesturepose.capture.camera import CameraSource
from gesturepose.capture.images import natural_key
from gesturepose.capture.opencv import cv2, decode_image
from gesturepose.capture.opening import SourceOpener, open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.capture.source import SourceLost
from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError, SourceError, UsageError

# Settings


def test_settings_take_whole_numbers_for_seconds_and_refuse_the_rest() -> None:
    assert CaptureSettings(stall_s=3).stall_s == 3.0
    for wrong in ({"width": 0}, {"width": "640"}, {"fps": 0}, {"fsp": 30}, {"mirrored": "yes"}):
        with pytest.raises(ValidationError):
            CaptureSettings.model_validate(wrong)
    with pytest.raises(ValidationError, match="retry_max_s"):
        CaptureSettings(retry_min_s=5, retry_max_s=1)


# Video


def test_the_demo_plays_from_time_zero_at_its_own_rate() -> None:
    source = open_source("demo", MIRRORED)
    assert (source.name, source.live) == ("demo", False)
    frames = [source.read() for _ in range(4)]
    source.close()
    assert [frame.index for frame in frames if frame] == [0, 1, 2, 3]
    stamps = [frame.timestamp for frame in frames if frame]
    assert stamps == pytest.approx([0.0, 1 / 30, 2 / 30, 3 / 30], abs=1e-6)
    # The bundled clip is as it should be: the setting for a mirrored camera leaves it alone.
    plain = open_source(str(resources.demo_clip()), PLAIN)
    first, plain_first = frames[0], plain.read()
    plain.close()
    assert isinstance(first, Frame)
    assert isinstance(plain_first, Frame)
    assert np.array_equal(first.image, plain_first.image)


def test_a_mirrored_video_is_flipped_back(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.avi", [half_lit(left=200)] * 3)
    assert all(is_lit_left(frame) for frame in read_all(open_source(str(path), PLAIN)))
    assert not any(is_lit_left(frame) for frame in read_all(open_source(str(path), MIRRORED)))


@pytest.mark.parametrize(
    ("degrees", "corner"), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))]
)
@pytest.mark.parametrize("mirrored", [True, False])
def test_a_camera_that_hangs_on_its_side_is_turned_upright(
    tmp_path: Path, degrees: int, corner: tuple[int, int], *, mirrored: bool
) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:16, :16] = 255
    delivered = image[:, ::-1].copy() if mirrored else image
    path = write_video(tmp_path / "turned.avi", [delivered, delivered])
    settings = CaptureSettings(rotate=degrees, mirrored=mirrored)  # type: ignore[arg-type]
    [frame, _] = read_all(open_source(str(path), settings))
    assert isinstance(frame, Frame)
    assert frame.size == ((64, 48) if degrees % 180 == 0 else (48, 64))
    lit = {(y, x) for y in (0, -1) for x in (0, -1) if frame.image[y, x].mean() > 128}
    assert lit == {corner}


def test_the_bundled_clip_stands_upright_whatever_the_camera_does() -> None:
    source = open_source("demo", CaptureSettings(rotate=90))
    frame = source.read()
    source.close()
    assert frame is not None
    assert frame.size == (640, 480)


@pytest.mark.parametrize("degrees", [45, -90, 360, "90", True])
def test_pictures_are_turned_by_right_angles_only(degrees: object) -> None:
    with pytest.raises(ValidationError):
        CaptureSettings(rotate=degrees)  # type: ignore[arg-type]


def test_a_variable_frame_rate_is_respected(tmp_path: Path) -> None:
    for number, level in enumerate((10, 120, 240)):
        assert cv2.imwrite(str(tmp_path / f"{number}.png"), half_lit(level=level))
    durations = (0.08, 0.52, 0.2)
    listing = "".join(f"file '{n}.png'\nduration {d}\n" for n, d in enumerate(durations))
    (tmp_path / "list.txt").write_text(listing + "file '2.png'\n")
    path = tmp_path / "vfr.mkv"
    command = ["ffmpeg", "-v", "error", "-f", "concat", "-i", str(tmp_path / "list.txt")]
    command += ["-fps_mode", "vfr", "-c:v", "ffv1", str(path)]
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError:
        pytest.skip("the ffmpeg command, which makes the clip, is not installed")
    stamps = [frame.timestamp for frame in read_all(open_source(str(path), PLAIN))]
    assert stamps[:3] == pytest.approx([0.0, 0.08, 0.6], abs=0.002)


def test_a_complete_video_is_read_without_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_video(tmp_path / "clip.avi", [half_lit(level=n) for n in range(0, 250, 5)])
    assert len(read_all(open_source(str(path), PLAIN))) == 50
    assert not caplog.records


def test_a_truncated_video_plays_until_it_breaks_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = resources.demo_clip().read_bytes()
    path = tmp_path / "half.mp4"
    path.write_bytes(whole[: len(whole) // 4])
    frames = read_all(open_source(str(path), PLAIN))
    assert len(frames) > 100
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert f"breaks off: {len(frames)} of 837 frames" in record.getMessage()


@pytest.mark.parametrize("content", [b"", b"no video" * 500, b"\0\0\0\x20ftypisom" + bytes(500)])
def test_a_file_that_is_no_video_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"broken\.mp4") as raised:
        open_source(str(path), PLAIN)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 1


def test_a_video_that_opens_but_has_no_frame_is_an_error(tmp_path: Path) -> None:
    whole = resources.demo_clip().read_bytes()
    path = tmp_path / "headers.mp4"
    path.write_bytes(whole[: whole.index(b"mdat") + 8])
    with pytest.raises(SourceError, match="not a video that can be read"):
        open_source(str(path), PLAIN)


def test_libraries_write_nothing_to_standard_error(tmp_path: Path) -> None:
    whole = resources.demo_clip().read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 8])
    (tmp_path / "bad.mp4").write_bytes(b"bad" * 999)
    (tmp_path / "pictures").mkdir()
    jpeg = cv2.imencode(".jpg", half_lit(left=100))[1].tobytes()
    (tmp_path / "pictures" / "a.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    script = (
        "import cv2, sys\n"
        "from gesturepose.capture.settings import CaptureSettings\n"
        "from gesturepose.capture.opening import open_source\n"
        "for spec in sys.argv[1:]:\n"
        "    try:\n"
        "        source = open_source(spec, CaptureSettings(open_timeout_s=1))\n"
        "        while source.read() is not None: pass\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    specs = [str(tmp_path / name) for name in ("half.mp4", "bad.mp4", "pictures")]
    specs += ["97", "/dev/video97", "rtsp://127.0.0.1:1/x", "http://127.0.0.1:1/x"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENCV")}
    done = subprocess.run(
        [sys.executable, "-c", "import logging; logging.disable()\n" + script, *specs],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=Path(__file__).parent.parent,
        timeout=60,
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == len(specs) - 1, lines  # the truncated video alone is no error
    assert all(line.startswith("SourceError source: ") for line in lines)


# Pictures


@given(st.permutations(["f1.png", "f2.png", "F10.png", "f010.png", "g.png", "12.png"]))
def test_numbers_in_names_sort_by_value(names: list[str]) -> None:
    ordered = sorted(names, key=natural_key)
    assert ordered.index("f2.png") < ordered.index("F10.png")
    assert ordered[0] == "12.png"
    assert ordered[-1] == "g.png"


@given(st.text(max_size=8), st.text(max_size=8))
def test_every_two_names_can_be_ordered(a: str, b: str) -> None:
    assert (natural_key(a) < natural_key(b)) or (natural_key(a) >= natural_key(b))


def test_a_folder_plays_in_natural_order_and_skips_what_is_no_picture(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number, suffix in ((10, "bmp"), (2, "webp"), (1, "PNG"), (3, "jpg")):
        assert cv2.imwrite(str(tmp_path / f"im{number}.{suffix}"), half_lit(level=number * 20))
    (tmp_path / "im4.jpg").write_bytes(b"not a picture")
    (tmp_path / "notes.txt").write_text("ignored")
    (tmp_path / "sub.png").mkdir()
    source = open_source(str(tmp_path), CaptureSettings(fps=10, mirrored=True))
    assert not source.live
    frames = read_all(source)
    levels = [round(float(frame.image.mean())) for frame in frames if isinstance(frame, Frame)]
    assert levels == pytest.approx([20, 40, 60, 200], abs=3)
    assert [frame.timestamp for frame in frames] == pytest.approx([0.0, 0.1, 0.2, 0.4])
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    [record] = caplog.records
    assert "im4.jpg is skipped" in record.getMessage()


def test_one_picture_is_a_source_of_one_frame(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "one.png"), half_lit(left=200))
    assert len(read_all(open_source(str(tmp_path / "one.png"), PLAIN))) == 1


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no pictures"):
        open_source(str(tmp_path), PLAIN)


def test_a_folder_of_broken_pictures_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / "b.png").write_bytes(b"broken")
    source = open_source(str(tmp_path), PLAIN)
    with pytest.raises(SourceError, match="none of 2 pictures"):
        source.read()


@given(st.binary(max_size=200))
def test_decoding_garbage_never_raises(content: bytes) -> None:
    image = decode_image(content)
    assert image is None or image.ndim == 3


# Names that mean nothing


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("", "nothing given"),
        ("nowhere.mp4", "no such file or folder: 'nowhere.mp4'"),
        ("no/such/folder/clip.mp4", "nor the folder"),
        ("dmeo", "did you mean 'demo'"),
        ("DEMO", "did you mean 'demo'"),
        ("webcam", "gesturepose cameras"),
        ("cam0", "gesturepose cameras"),
        ("xyzzy", "gesturepose cameras"),
        ("-1", "indices start at 0"),
        ("rstp://camera/stream", "did you mean 'rtsp://'"),
        ("htpp://camera/stream", "did you mean 'http://'"),
        ("ftp://camera/stream", "not supported"),
        ("http://", "no complete address"),
        ("http:///stream", "no complete address"),
        ("http://host:99999/", "no complete address"),
        ("rtsp://[bad/", "no complete address"),
    ],
)
def test_what_names_no_source_is_wrong_usage_with_a_hint(spec: str, says: str) -> None:
    with pytest.raises(UsageError) as raised:
        open_source(spec, PLAIN)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_mis_spelt_file_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "holiday.mp4").touch()
    with pytest.raises(UsageError, match=r"did you mean '.*holiday\.mp4'"):
        open_source(str(tmp_path / "holliday.mp4"), PLAIN)


@given(st.text(max_size=30).filter(lambda text: "://" not in text))
def test_any_text_is_opened_or_refused_in_one_line(spec: str) -> None:
    message = ""
    try:
        open_source(spec, PLAIN).close()
    except GesturePoseError as error:
        message = str(error)
    assert "\n" not in message


def test_an_opener_hands_out_the_first_source_once() -> None:
    with closing(SourceOpener("demo", PLAIN)) as opener:
        assert (opener.name, opener.live) == ("demo", False)
        first = opener()
        second = opener()
        assert first is not second
        first.close()
        second.close()


# Cameras


@pytest.mark.parametrize("spec", ["97", "/dev/video97", "99999999999999999999"])
def test_an_absent_camera_is_an_error_that_names_the_list(spec: str) -> None:
    with pytest.raises(SourceError, match="gesturepose cameras") as raised:
        open_source(spec, PLAIN)
    assert raised.value.exit_code == 1


def test_a_camera_gives_monotonic_time_and_is_lost_when_it_gives_no_more(tmp_path: Path) -> None:
    # No camera can be had in a test; a capture of a file behaves the same until it ends.
    path = write_video(tmp_path / "clip.avi", [half_lit(left=200)] * 3)
    source = CameraSource(cv2.VideoCapture(str(path)), name="camera 7", mirrored=True)
    before_s = time.monotonic()
    frames = [source.read() for _ in range(3)]
    assert all(before_s <= frame.timestamp <= time.monotonic() for frame in frames)
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert not any(is_lit_left(frame) for frame in frames)
    with pytest.raises(SourceLost, match="camera 7 stopped"):
        source.read()
    source.close()
    source.close()


def test_cameras_are_read_from_the_system_without_opening_them(tmp_path: Path) -> None:
    for node, index, name in (
        ("video10", "0", "Capture card"),
        ("video2", "0", "Built-in camera"),
        ("video3", "1", "Built-in camera"),
    ):
        (tmp_path / node).mkdir()
        (tmp_path / node / "index").write_text(index + "\n")
        (tmp_path / node / "name").write_text(name + "\n")
    (tmp_path / "v4l-subdev0").mkdir()
    found = cameras.read_sysfs(tmp_path)
    assert [(c.index, c.path, c.name) for c in found] == [
        (2, "/dev/video2", "Built-in camera"),
        (10, "/dev/video10", "Capture card"),
    ]


def test_no_camera_is_an_empty_list(tmp_path: Path) -> None:
    assert cameras.read_sysfs(tmp_path / "absent") == []
    probed = cameras.probe_indices(2)
    if not Path("/dev/video0").exists():
        assert probed == []
        assert cameras.list_cameras() == []

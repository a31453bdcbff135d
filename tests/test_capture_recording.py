"""Keypoint recordings: written, read back, and refused line by line when malformed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesturepose.capture.opening import open_source
from gesturepose.capture.recording import PoseRecorder, PoseRecording
from gesturepose.capture.settings import CaptureSettings
from gesturepose.datatypes import Pose, PoseFrame
from gesturepose.errors import GesturePoseError, SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER: dict[str, Any] = {"type": "poses", "version": 1, "size": [640, 480], "skeleton": "coco17"}
SHARED = Path(__file__).resolve().parents[2] / "shared" / "recordings"

some_keypoint = st.tuples(
    st.floats(-2000, 2000, width=32), st.floats(-2000, 2000, width=32), st.floats(0, 1, width=32)
)


@st.composite
def some_pose(draw: st.DrawFn) -> Pose:
    rows = np.array(draw(st.lists(some_keypoint, min_size=17, max_size=17)), np.float32)
    rows[rows[:, 2] == 0, :2] = np.nan
    return Pose(rows[:, :2], rows[:, 2], draw(st.floats(0, 1)))


def person(**changes: object) -> dict[str, Any]:
    return {"score": 0.9, "keypoints": [[100.0, 50.0, 0.8]] * 17} | changes


def write_lines(path: Path, *lines: object, end: str = "\n") -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + end, encoding="utf-8")
    return path


def read_all(path: Path) -> list[PoseFrame]:
    source = PoseRecording(path)
    frames = []
    try:
        while (frame := source.read()) is not None:
            frames.append(frame)
    finally:
        source.close()
    return frames


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(frames=st.lists(st.lists(some_pose(), max_size=3), min_size=1, max_size=4))
def test_what_is_written_is_read_back(tmp_path: Path, frames: list[list[Pose]]) -> None:
    path = tmp_path / "round.poses.jsonl"
    with PoseRecorder(path, size=(640, 480), skeleton_name="coco17") as recorder:
        for number, poses in enumerate(frames):
            recorder.write(poses, number / 30)
    back = read_all(path)
    assert [frame.index for frame in back] == list(range(len(frames)))
    assert all(frame.size == (640, 480) for frame in back)
    for number, (frame, poses) in enumerate(zip(back, frames, strict=True)):
        assert frame.timestamp == pytest.approx(number / 30, abs=1e-4)
        assert len(frame.poses) == len(poses)
        for read, written in zip(frame.poses, poses, strict=True):
            assert read.keypoints.dtype == read.scores.dtype == np.float32
            np.testing.assert_allclose(read.keypoints, written.keypoints, atol=0.051)
            np.testing.assert_allclose(read.scores, written.scores, atol=0.00101)
            assert read.score == pytest.approx(written.score, abs=0.00051)


def test_the_written_lines_are_the_documented_format(tmp_path: Path) -> None:
    keypoints = np.full((17, 2), 10.26, np.float32)
    scores = np.full(17, 0.98765, np.float32)
    keypoints[0], scores[0] = np.nan, 0
    path = tmp_path / "a.poses.jsonl"
    with PoseRecorder(path, skeleton_name="coco17") as recorder:
        recorder.write([Pose(keypoints, scores, 0.98)], 0.0333333, size=(320, 240))
        recorder.write([], 0.0666667)
        # Flushed line by line: what a crash would leave is complete already.
        lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == HEADER | {"size": [320, 240]}
    first = json.loads(lines[1])
    assert first["t"] == 0.0333
    assert first["poses"][0]["score"] == 0.98
    assert first["poses"][0]["keypoints"][0] == [None, None, 0.0]
    assert first["poses"][0]["keypoints"][1:] == [[10.3, 10.3, 0.988]] * 16
    assert json.loads(lines[2]) == {"t": 0.0667, "poses": []}
    assert len(lines) == 3


def test_times_closer_than_a_tick_stay_apart_and_time_may_not_go_back(tmp_path: Path) -> None:
    path = tmp_path / "a.poses.jsonl"
    with PoseRecorder(path, size=(640, 480), skeleton_name="coco17") as recorder:
        for t in (1.0, 1.00001, 1.00002, 2.0):
            recorder.write([], t)
        with pytest.raises(ValueError, match="goes back"):
            recorder.write([], 1.5)
    stamps = [frame.timestamp for frame in read_all(path)]
    assert stamps == pytest.approx([1.0, 1.0001, 1.0002, 2.0])


def test_a_recorder_refuses_what_it_could_not_read_back(tmp_path: Path) -> None:
    with PoseRecorder(tmp_path / "a.jsonl", skeleton_name="coco17") as recorder:
        with pytest.raises(ValueError, match="needs the pictures' size"):
            recorder.write([], 0.0)
        small = Pose(np.ones((3, 2), np.float32), np.ones(3, np.float32), 1.0)
        with pytest.raises(ValueError, match="17 keypoints, the pose 3"):
            recorder.write([small], 0.0, size=(640, 480))


@pytest.mark.parametrize("where", ["missing/a.poses.jsonl", "."])
def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path, where: str) -> None:
    with pytest.raises(UsageError, match=r"record: .* cannot be written") as raised:
        PoseRecorder(tmp_path / where, size=(640, 480), skeleton_name="coco17")
    assert str(tmp_path) in str(raised.value)


def test_a_full_disk_is_one_clear_line() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(GesturePoseError, match=r"can no longer be written: No space"):
        PoseRecorder(Path("/dev/full"), size=(640, 480), skeleton_name="coco17")


def test_a_full_disk_is_the_same_line_when_it_is_written_in_the_background() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    recorder = PoseRecorder(
        Path("/dev/full"), size=(640, 480), skeleton_name="coco17", background=True
    )
    with pytest.raises(GesturePoseError, match=r"can no longer be written: No space"):
        recorder.close()
    recorder.close()


def test_a_recording_is_a_source_that_is_not_live(tmp_path: Path) -> None:
    header = HEADER | {"licence": "any other key is allowed"}
    path = write_lines(tmp_path / "a.poses.jsonl", header, {"t": 5, "poses": [person()]})
    source = open_source(str(path), CaptureSettings())
    assert (source.name, source.live) == (str(path), False)
    frame = source.read()
    assert isinstance(frame, PoseFrame)
    assert (frame.timestamp, frame.index, frame.size) == (5.0, 0, (640, 480))
    assert frame.poses[0].keypoints.tolist() == [[100.0, 50.0]] * 17
    assert source.read() is None
    source.close()


def test_missing_wins_over_what_stands_beside_it(tmp_path: Path) -> None:
    rows: list[list[float | None]] = [[100.0, 50.0, 0.8] for _ in range(17)]
    rows[0] = [None, None, 0.0]
    rows[1] = [10.0, 20.0, 0.0]
    rows[2] = [None, None, 0.9]
    rows[3] = [10.0, None, 0.9]
    rows[4] = [10.0, 20.0, None]
    rows[5] = [10.0, 20.0, 1e-60]
    line = {"t": 0.0, "poses": [person(keypoints=rows)]}
    [frame] = read_all(write_lines(tmp_path / "a.jsonl", HEADER, line))
    [pose] = frame.poses
    assert np.isnan(pose.keypoints[:6]).all()
    assert (pose.scores[:6] == 0).all()
    assert not np.isnan(pose.keypoints[6:]).any()


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "is empty"),
        ("{", ":1: not JSON"),
        ("[]", ":1: not a JSON object"),
        ({"type": "start"}, "not a keypoint recording"),
        (HEADER | {"version": 2}, "version 2 is not known; this program reads version 1"),
        (HEADER | {"version": True}, "version True is not known"),
        (HEADER | {"skeleton": "body25"}, "unknown skeleton 'body25'; known: coco17"),
        (HEADER | {"skeleton": ["coco17"]}, "unknown skeleton"),
        (HEADER | {"size": [640]}, "'size'"),
        (HEADER | {"size": [640, 0]}, "'size'"),
        (HEADER | {"size": "640x480"}, "'size'"),
    ],
)
def test_a_wrong_header_is_named(tmp_path: Path, header: object, says: str) -> None:
    path = write_lines(tmp_path / "a.poses.jsonl", header)
    with pytest.raises(SourceError, match=r"a\.poses\.jsonl") as raised:
        PoseRecording(path)
    assert says in str(raised.value)
    assert raised.value.exit_code == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{not json}", "not JSON (column 2)"),
        ('{"t": NaN, "poses": []}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("3", "not a JSON object"),
        ({"poses": []}, "'t' is missing"),
        ({"t": "1", "poses": []}, "'t' is missing"),
        ({"t": True, "poses": []}, "'t' is missing"),
        ('{"t": 1e999, "poses": []}', "'t' is out of range"),
        ({"t": 10**400, "poses": []}, "'t' is out of range"),
        ({"t": 0.5, "poses": []}, "time does not advance: 0.5 after 1"),
        ({"t": 1.0, "poses": []}, "time does not advance"),
        ({"t": 2}, "'poses'"),
        ({"t": 2, "poses": {}}, "'poses'"),
        ({"t": 2, "poses": [[]]}, "poses[0] is no object"),
        ({"t": 2, "poses": [{"score": 1}]}, "poses[0] has no list of keypoints"),
        ({"t": 2, "poses": [person(keypoints=[[1, 2, 1]] * 16)]}, "has 16 keypoints"),
        ({"t": 2, "poses": [person(), person(score=1.5)]}, "poses[1] 'score'"),
        ({"t": 2, "poses": [person(score=None)]}, "poses[0] 'score'"),
        ({"t": 2, "poses": [person(keypoints=[[1, 2]] * 17)]}, "nose is not [x, y, score]"),
        ({"t": 2, "poses": [person(keypoints=[["1", 2, 1]] * 17)]}, "nose: a coordinate"),
        ({"t": 2, "poses": [person(keypoints=[[1, True, 1]] * 17)]}, "nose: a coordinate"),
        ({"t": 2, "poses": [person(keypoints=[[1, 10**400, 1]] * 17)]}, "nose: a coordinate"),
        ({"t": 2, "poses": [person(keypoints=[[1, 2, -0.1]] * 17)]}, "nose: the score"),
    ],
)
def test_a_malformed_line_is_named_with_its_number(tmp_path: Path, line: object, says: str) -> None:
    good = {"t": 1.0, "poses": [person()]}
    path = write_lines(tmp_path / "a.poses.jsonl", HEADER, good, "", line)
    with pytest.raises(SourceError) as raised:
        read_all(path)
    assert str(raised.value).startswith(f"{path}:4: ")
    assert says in str(raised.value)


def test_a_last_line_cut_off_ends_the_recording_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = json.dumps({"t": 0.1, "poses": [person()]})
    path = write_lines(tmp_path / "a.jsonl", HEADER, {"t": 0.0, "poses": []}, whole, end="")
    assert len(read_all(path)) == 2  # only the line end is missing: nothing is lost
    assert not caplog.records
    path = write_lines(tmp_path / "b.jsonl", HEADER, {"t": 0.0, "poses": []}, whole[:40], end="")
    assert len(read_all(path)) == 1
    [record] = caplog.records
    assert "b.jsonl:3: the last line is cut off; 1 frames were read" in record.getMessage()


def test_a_binary_file_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.poses.jsonl"
    path.write_bytes(bytes(range(256)) * 50)
    with pytest.raises(SourceError, match=r":1: not JSON"):
        PoseRecording(path)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["t", "poses", "score", "keypoints"]), inner)
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(json_values.map(json.dumps) | st.text(max_size=20), max_size=4))
def test_garbage_is_refused_in_one_line_or_read(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes("\n".join([json.dumps(HEADER), *lines]).encode("utf-8", "surrogatepass"))
    check_one_line(lambda: read_all(path))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values, place=st.integers(0, 3))
def test_a_wrong_value_anywhere_is_refused_in_one_line_or_read(
    tmp_path: Path, value: object, place: int
) -> None:
    line = {"t": 1.0, "poses": [person()]}
    if place == 0:
        line["t"] = value
    elif place == 1:
        line["poses"] = [value]
    elif place == 2:
        line["poses"] = [person(keypoints=[[1, 2, 1]] * 16 + [value])]
    else:
        line["poses"] = [person(keypoints=[[1, 2, 1]] * 16 + [[1, value, 1]])]
    path = write_lines(tmp_path / "g.jsonl", HEADER, line)
    check_one_line(lambda: read_all(path))


def check_one_line(call: Callable[[], object]) -> None:
    message = ""
    try:
        call()
    except SourceError as error:
        message = str(error)
    assert "\n" not in message


def test_all_shared_recordings_read() -> None:
    paths = sorted(SHARED.glob("*.poses.jsonl"))
    if not paths:
        pytest.skip(f"no recordings in {SHARED}")
    for path in paths:
        frames = read_all(path)
        assert len(frames) > 10, path
        assert frames[-1].timestamp > frames[0].timestamp

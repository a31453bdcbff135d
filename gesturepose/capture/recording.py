"""Keypoint recordings: what the network saw, without what the camera saw.

A recording is JSON Lines: a header, then one line a frame, as the README describes. `PoseRecording`
replays one as a frame source, `PoseRecorder` writes one. Neither ever holds a picture.
"""

from __future__ import annotations

import json
import logging
import math
import reprlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np

from gesturepose.datatypes import Pose, PoseFrame
from gesturepose.errors import GesturePoseError, SourceError, UsageError, one_line
from gesturepose.platforms.line_writer import LineWriter
from gesturepose.skeleton import SKELETONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

VERSION = 1
_MAX_LINE_BYTES = 1 << 20
"""Of a frame; what it decodes to takes less than 100 MB."""
_MAX_PEOPLE = 1000
_MAX_BLANK_LINES = 1000
_MAX_SIDE_PX = 1 << 16
_MAX_COORDINATE_PX = 1e6
_TIME_STEP_S = 1e-4

_log = logging.getLogger(__name__)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


class PoseRecording:
    """A frame source that replays a keypoint recording.

    Parameters
    ----------
    path
        The recording; its header is read at once.

    Attributes
    ----------
    size
        ``(width, height)`` in pixels of the pictures that were seen.
    skeleton
        The `Skeleton` whose ``K`` keypoints each pose has.

    Raises
    ------
    SourceError
        The file cannot be read, or its header is not that of a recording of a known version and
        skeleton. The message begins with ``FILE:LINE``.
    """

    live = False

    def __init__(self, path: Path) -> None:
        self.name = one_line(str(path))
        self._line_number = 0
        self._index = 0
        self._last_s = -math.inf
        try:
            if path.exists() and not path.is_file():  # a pipe may never be written to
                raise SourceError(f"source: {self.name} is no regular file")
            self._file = path.open("rb")
        except OSError as error:
            raise SourceError(f"source: {self.name} cannot be read: {error.strerror}") from error
        try:
            self._read_header()
        except BaseException:
            self._file.close()
            raise

    def read(self) -> PoseFrame | None:
        """Return the next frame's poses; ``None`` at the end.

        A last line that was cut off in the middle ends the recording with a logged warning.

        Raises
        ------
        SourceError
            A line is malformed.
        """
        values = self._next_line()
        if values is None:
            return None
        timestamp = self._check_time(values.get("t"))
        people = values.get("poses")
        if not isinstance(people, list):
            self._fail("'poses' is missing or no list")
        if len(people) > _MAX_PEOPLE:
            self._fail(f"{len(people)} poses in one frame, at most {_MAX_PEOPLE}")
        poses = [self._check_pose(person, number) for number, person in enumerate(people)]
        everyone = values.get("everyone", True)
        if not isinstance(everyone, bool):
            self._fail("'everyone' is neither true nor false")
        frame = PoseFrame(poses, timestamp, self._index, self.size, everyone)
        self._index += 1
        self._last_s = timestamp
        return frame

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _fail(self, what: str) -> NoReturn:
        raise SourceError(f"{self.name}:{self._line_number}: {what}")

    def _next_line(self) -> dict[str, Any] | None:
        """Parse the next line that is not blank; ``None`` at the end of the file."""
        for _ in range(_MAX_BLANK_LINES):
            try:
                line = self._file.readline(_MAX_LINE_BYTES)
            except OSError as error:
                raise SourceError(f"{self.name} cannot be read: {error.strerror}") from error
            if not line:
                return None
            self._line_number += 1
            if len(line) == _MAX_LINE_BYTES and not line.endswith(b"\n"):
                self._fail(f"the line is longer than {_MAX_LINE_BYTES >> 20} MiB")
            if line.strip():
                break
        else:
            self._fail(f"{_MAX_BLANK_LINES} lines in a row are blank")
        try:
            values = json.loads(line.decode("utf-8"), parse_constant=_reject_constant)
        except (ValueError, RecursionError) as error:
            if self._line_number > 1 and not line.endswith(b"\n"):
                _log.warning(
                    "%s:%d: the last line is cut off; %d frames were read",
                    self.name,
                    self._line_number,
                    self._index,
                )
                return None
            column = f" (column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            self._fail(f"not JSON{column}")
        if not isinstance(values, dict):
            self._fail("not a JSON object")
        return values

    def _read_header(self) -> None:
        header = self._next_line()
        if header is None:
            raise SourceError(f"{self.name} is empty: a recording begins with a header line")
        if header.get("type") != "poses":
            self._fail('not a keypoint recording: the header lacks "type": "poses"')
        version = header.get("version")
        if version != VERSION or not _is_number(version):
            self._fail(
                f"version {reprlib.repr(version)} is not known; this program reads "
                f"version {VERSION}"
            )
        name = header.get("skeleton")
        if not isinstance(name, str) or name not in SKELETONS:
            self._fail(
                f"unknown skeleton {reprlib.repr(name)}; known: {', '.join(sorted(SKELETONS))}"
            )
        self.skeleton = SKELETONS[name]
        size = header.get("size")
        if (
            not isinstance(size, list)
            or len(size) != 2
            or not all(type(side) is int and 0 < side <= _MAX_SIDE_PX for side in size)
        ):
            self._fail("'size' is not [width, height] in whole pixels")
        self.size: tuple[int, int] = (size[0], size[1])

    def _check_time(self, seconds: object) -> float:
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            self._fail("'t' is missing or no number")
        if abs(seconds) > 1e9:  # infinity too; the float of a longer int would overflow
            self._fail("'t' is out of range")
        timestamp = float(seconds)
        if timestamp <= self._last_s:
            self._fail(f"time does not advance: {timestamp:g} after {self._last_s:g}")
        return timestamp

    def _check_pose(self, person: object, number: int) -> Pose:
        """Build a pose; a keypoint is missing if its x, y or score is null, or its score 0."""
        if not isinstance(person, dict):
            self._fail(f"poses[{number}] is no object")
        rows = person.get("keypoints")
        count = len(self.skeleton)
        if not isinstance(rows, list) or len(rows) != count:
            found = len(rows) if isinstance(rows, list) else "no list of"
            self._fail(f"poses[{number}] has {found} keypoints; {self.skeleton.name} has {count}")
        for row, keypoint in zip(rows, self.skeleton.keypoints, strict=True):
            self._check_keypoint(row, f"poses[{number}] {keypoint}")
        values = np.array(rows, dtype=np.float64).astype(np.float32)
        # Scores below float32's range become 0, so whether one is missing is asked afterwards.
        missing = np.isnan(values).any(axis=1) | (values[:, 2] == 0)
        values[missing] = (np.nan, np.nan, 0.0)
        score = person.get("score")
        if not isinstance(score, int | float) or isinstance(score, bool) or not 0 <= score <= 1:
            self._fail(f"poses[{number}] 'score' is not between 0 and 1")
        return Pose(values[:, :2].copy(), values[:, 2].copy(), float(score))

    def _check_keypoint(self, row: object, where: str) -> None:
        if not isinstance(row, list) or len(row) != 3:
            self._fail(f"{where} is not [x, y, score]")
        x, y, score = row
        for coordinate in (x, y):
            if coordinate is not None and not (
                _is_number(coordinate) and abs(coordinate) <= _MAX_COORDINATE_PX
            ):
                self._fail(f"{where}: a coordinate is neither null nor a number of pixels")
        if score is not None and not (_is_number(score) and 0 <= score <= 1):
            self._fail(f"{where}: the score is not between 0 and 1")


class PoseRecorder:
    """Writes a keypoint recording, a line a frame, each flushed as it is written.

    A crash therefore leaves a recording that can be replayed. Use it as a context manager or
    call `close`.

    Parameters
    ----------
    path
        File to write; replaced if it exists.
    size
        ``(width, height)`` in pixels of the pictures seen; ``None`` if it is known only with the
        first frame and given to `write` then.
    skeleton_name
        Key of `SKELETONS`.
    background
        Whether lines are written on a thread of their own, which may wait for whoever reads a
        pipe; that something could not be written is then learnt with a later line, or `close`.

    Raises
    ------
    UsageError
        The file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int] | None = None,
        skeleton_name: str,
        background: bool = False,
    ) -> None:
        self._path = path
        self._skeleton = SKELETONS[skeleton_name]
        self._last_s = -math.inf
        self._has_header = False
        try:
            self._file = path.open("w", buffering=1, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(
                f"record: {path} cannot be written: {error.strerror}; choose another place"
            ) from error
        self._writer: LineWriter | None = None
        self._hurried = False
        if background:
            self._writer = LineWriter(self._file, describe_gap=lambda _: "")
            self._writer.lossless = True
        if size is not None:
            self._write_header(size)

    def write(
        self,
        poses: Sequence[Pose],
        t: float,
        *,
        size: tuple[int, int] | None = None,
        everyone: bool = True,
    ) -> None:
        """Append a frame.

        Parameters
        ----------
        poses
            Everybody in it who was looked for, possibly nobody.
        t
            Seconds since the first frame; must not go back (``ValueError``).
        size
            ``(width, height)`` in pixels; needed with the first frame if not given before.
        everyone
            As for `Sighting`.

        Raises
        ------
        GesturePoseError
            The file can no longer be written, for example because the disk is full.
        """
        if t < self._last_s - _TIME_STEP_S:
            raise ValueError(f"time goes back in a recording: {t} after {self._last_s}")
        if not self._has_header:
            if size is None:
                raise ValueError("the first frame of a recording needs the pictures' size")
            self._write_header(size)
        # Two times that round to the same tick are kept apart: a reader divides by the difference.
        stamp = round(max(round(t, 4), self._last_s + _TIME_STEP_S), 4)
        self._last_s = stamp
        line = {"t": stamp, "poses": [self._encode(pose) for pose in poses]}
        self._write_line(line if everyone else {**line, "everyone": False})

    def hurry(self) -> None:
        """Wait for no reader any more: the run is to end."""
        self._hurried = True
        if self._writer is not None:
            self._writer.hurry()

    def close(self) -> None:
        """Close the file once everything is written; closing twice is harmless.

        Raises
        ------
        GesturePoseError
            The last lines could not be written.
        """
        writer, self._writer = self._writer, None
        try:
            if writer is not None and writer.drain(lambda: self._hurried):
                return  # the reader has stopped: a line is on its way for ever
            self._file.close()
        except OSError as error:
            raise self._give_up(error) from error
        finally:
            if writer is not None:
                writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _encode(self, pose: Pose) -> dict[str, Any]:
        if len(pose.scores) != len(self._skeleton):
            raise ValueError(
                f"{self._skeleton.name} has {len(self._skeleton)} keypoints, "
                f"the pose {len(pose.scores)}"
            )
        seen = (pose.scores > 0) & np.isfinite(pose.keypoints).all(axis=1)
        xy = np.clip(pose.keypoints, -_MAX_COORDINATE_PX, _MAX_COORDINATE_PX).tolist()
        # A score must not round to 0, which would turn a seen keypoint into a missing one.
        scores = np.clip(pose.scores, 0.001, 1.0).tolist()
        keypoints = [
            [round(x, 1), round(y, 1), round(score, 3)] if is_seen else [None, None, 0.0]
            for (x, y), score, is_seen in zip(xy, scores, seen.tolist(), strict=True)
        ]
        return {"score": round(min(max(float(pose.score), 0.0), 1.0), 3), "keypoints": keypoints}

    def _write_header(self, size: tuple[int, int]) -> None:
        self._write_line(
            {
                "type": "poses",
                "version": VERSION,
                "size": [int(side) for side in size],
                "skeleton": self._skeleton.name,
            }
        )
        self._has_header = True

    def _write_line(self, values: dict[str, Any]) -> None:
        line = json.dumps(values, separators=(",", ":"), allow_nan=False)
        try:
            if self._writer is None:
                self._file.write(line + "\n")
            else:
                self._writer.wait_for_room()
                self._writer.write(line)
        except OSError as error:
            raise self._give_up(error) from error

    def _give_up(self, error: OSError) -> GesturePoseError:
        self._writer = None
        with suppress(OSError):  # closing writes what is pending, and fails again
            self._file.close()
        return GesturePoseError(
            f"record: {self._path} can no longer be written: {error.strerror or error}"
        )

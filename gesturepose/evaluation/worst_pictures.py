"""The pictures in which people were found worst, drawn: what is labelled, and what was found.

Keeps and draws; what is bad is `gesturepose.evaluation.pose_accuracy`'s to say.
"""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.platforms.small_files import say_why
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.datatypes import ImageArray
    from gesturepose.evaluation.pose_accuracy import PictureResult

_LABELLED = (80, 220, 80)
_FOUND = (60, 60, 255)
_OUTLINE = (0, 0, 0)


class WorstPictures:
    """Remembers the worst pictures, and no more of them than are wanted.

    Parameters
    ----------
    count
        How many to keep.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._seen = 0
        # Best first, so that it is the one to go; the number settles ties.
        self._heap: list[tuple[float, int, PictureResult, ImageArray]] = []

    def add(self, result: PictureResult, image: ImageArray) -> None:
        """Take a picture into account; one in which nobody is expected is never among the worst."""
        if result.worst is None:
            return
        self._seen += 1
        entry = (-result.worst, -self._seen, result, image)
        if len(self._heap) < self._count:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def write(self, folder: Path) -> list[Path]:
        """Draw them into files ``01-oks0.12-NAME.jpg``, the worst first.

        Raises
        ------
        GesturePoseError
            A file cannot be written.
        """
        paths = []
        for rank, (negated, _, result, image) in enumerate(sorted(self._heap, reverse=True), 1):
            stem = re.sub(r"[^\w.-]+", "_", result.picture.name.rsplit(".", 1)[0])
            path = folder / f"{rank:02}-oks{-negated:.2f}-{stem}.jpg"
            done, encoded = cv2.imencode(".jpg", draw(result, image))
            try:
                path.write_bytes(encoded.tobytes() if done else b"")
            except OSError as error:
                raise GesturePoseError(f"cannot write {path}: {error.strerror}") from error
            paths.append(path)
        return paths


def make_folder(folder: Path) -> None:
    """Make sure that pictures can be written there, before anything is measured.

    Raises
    ------
    UsageError
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise UsageError(f"--worst: cannot make the folder {folder}: {say_why(error)}") from error


def draw(result: PictureResult, image: ImageArray) -> ImageArray:
    """Copy a picture with labelled people in green and found ones in red; no pixel of it moves."""
    canvas = image.copy()
    for person in result.picture.people:
        if person.counts:
            _draw_skeleton(canvas, person.keypoints, _LABELLED)
    for pose in result.poses:
        _draw_skeleton(canvas, pose.keypoints.astype(np.float64), _FOUND)
    expected = [person for person in result.picture.people if person.counts]
    for person, oks in zip(expected, result.similarities, strict=True):
        place = (int(max(person.box[0], 0)) + 2, int(max(person.box[1], 0)) + 14)
        for colour, width in ((_OUTLINE, 3), (_LABELLED, 1)):
            cv2.putText(
                canvas, f"OKS {oks:.2f}", place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, width
            )
    return canvas


def _draw_skeleton(
    canvas: ImageArray, keypoints: NDArray[np.float64], colour: tuple[int, int, int]
) -> None:
    known = np.isfinite(keypoints[:, 0])
    points = np.nan_to_num(keypoints).round().astype(int)
    for start, end in COCO17.limbs:
        if known[start] and known[end]:
            ends = points[start].tolist(), points[end].tolist()
            cv2.line(canvas, *ends, colour, 1, cv2.LINE_AA)
    for point in points[known].tolist():
        cv2.circle(canvas, point, 2, colour, -1, cv2.LINE_AA)

"""Pictures with labelled keypoints: COCO's annotation files, and the labels of rendered clips.

Reads and checks labels and decodes the pictures they are about, one at a time; runs no network and
judges nothing. Format of COCO: https://cocodataset.org/#format-data (Lin et al., "Microsoft COCO:
Common Objects in Context", 2014).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from gesturepose.capture.opencv import cv2
from gesturepose.capture.settings import CaptureSettings
from gesturepose.capture.video import open_video
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.platforms.small_files import UnreadableError, is_file, read_small_file
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.datatypes import ImageArray

#: Share of a person's box that the person covers, where no mask says it: COCO's evaluation takes
#: the mask's area for a person's size, which is about half of the box.
BOX_COVERAGE = 0.53
_LIMIT_BYTES = 512 << 20
"""COCO's own for 120,000 pictures have 240 MB."""
_SAME_FRAME_S = 0.004
"""How far a label's time, which is rounded, may be from its frame's: half a frame at 120 fps."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPerson:
    """One person as somebody, or the renderer, labelled them.

    Attributes
    ----------
    keypoints
        ``(17, 2)`` float64 pixels in the order of `COCO17`; NaN where not labelled.
    visibility
        ``(17,)`` int: 0 not labelled, 1 hidden, 2 visible.
    box
        ``(4,)`` float64: left, top, right, bottom in pixels.
    area
        Square pixels the person covers.
    crowd
        Whether it is several people in one box, which count neither way.
    """

    keypoints: NDArray[np.float64]
    visibility: NDArray[np.int64]
    box: NDArray[np.float64]
    area: float
    crowd: bool = False

    @property
    def counts(self) -> bool:
        """Whether finding this person is expected: one person with at least one keypoint."""
        return not self.crowd and bool((self.visibility > 0).any())


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture's name and everybody labelled in it."""

    name: str
    people: tuple[LabelledPerson, ...]


class LabelledPictures(Protocol):
    """Pictures with labels, read one after another; ``name`` is what to call them."""

    name: str

    def __len__(self) -> int:
        """Count the pictures."""
        ...

    def __iter__(self) -> Iterator[tuple[LabelledPicture, ImageArray]]:
        """Give each picture's labels and its pixels, ``(H, W, 3)`` uint8 BGR."""
        ...


class CocoPictures:
    """A COCO annotation file with person keypoints, and the folder of its pictures.

    Parameters
    ----------
    annotations
        The file. Categories other than the one with COCO's 17 keypoints are left out.
    folder
        Where the pictures are, under their ``file_name``.

    Raises
    ------
    UsageError
        The file is missing or no such annotations, or a picture is missing.
    """

    def __init__(self, annotations: Path, folder: Path) -> None:
        self.name = str(annotations)
        document = _read_json(annotations)
        try:
            self._pictures = list(_read_coco(document, folder))
        except KeyError as error:
            raise UsageError(f"{annotations} has no COCO keypoints: it lacks {error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(f"{annotations} has no COCO keypoints: {error}") from error
        if not self._pictures:
            raise UsageError(f"{annotations} lists no pictures")
        missing = [path for _, path, _ in self._pictures if not is_file(path)]
        if missing:
            raise UsageError(
                f"{len(missing)} of {len(self._pictures)} pictures of {annotations} are missing, "
                f"the first is {missing[0]}; give their folder with --images"
            )

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self._pictures)

    def __iter__(self) -> Iterator[tuple[LabelledPicture, ImageArray]]:
        """Decode one picture after another; raises `GesturePoseError` for one that is damaged."""
        for picture, path, size in self._pictures:
            image = _read_picture(path)
            if (image.shape[1], image.shape[0]) != size:
                raise GesturePoseError(
                    f"{path} is {image.shape[1]}x{image.shape[0]} pixels, its annotations are "
                    f"for {size[0]}x{size[1]}"
                )
            yield picture, image


def _read_coco(
    document: dict[str, Any], folder: Path
) -> Iterator[tuple[LabelledPicture, Path, tuple[int, int]]]:
    kinds = {
        category["id"]
        for category in document["categories"]
        if tuple(category.get("keypoints") or ()) == COCO17.keypoints
    }
    if not kinds:
        raise ValueError("no category has COCO's 17 keypoints in their order")
    people: dict[Any, list[LabelledPerson]] = {}
    for entry in document["annotations"]:
        if entry["category_id"] in kinds:
            people.setdefault(entry["image_id"], []).append(_to_person(entry))
    for entry in document["images"]:
        picture = LabelledPicture(entry["file_name"], tuple(people.get(entry["id"], ())))
        yield picture, folder / entry["file_name"], (int(entry["width"]), int(entry["height"]))


def _to_person(entry: dict[str, Any]) -> LabelledPerson:
    left, top, width, height = map(float, entry["bbox"])
    keypoints, visibility = _to_keypoints(entry["keypoints"])
    return LabelledPerson(
        keypoints,
        visibility,
        box=np.array([left, top, left + width, top + height]),
        area=float(entry["area"]),
        crowd=bool(entry.get("iscrowd", 0)),
    )


def _to_keypoints(values: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rows = np.asarray(values, np.float64).reshape(-1, 3)
    if len(rows) != len(COCO17):
        raise ValueError(f"{len(rows)} keypoints where there should be {len(COCO17)}")
    visibility = rows[:, 2].astype(np.int64)
    return np.where(visibility[:, None] > 0, rows[:, :2], np.nan), visibility


class ClipPictures:
    """A clip whose every frame is labelled, as rendered clips are (``frames`` of ``NAME.json``).

    Parameters
    ----------
    labels
        The label file; the clip it names lies beside it.
    every
        Look at every how many labelled frames.

    Raises
    ------
    UsageError
        The file is missing, labels no frames, or its clip is missing.
    """

    def __init__(self, labels: Path, *, every: int = 1) -> None:
        self.name = str(labels)
        document = _read_json(labels)
        try:
            self._clip = labels.parent / (document.get("video") or document["source"])
            labelled = sorted(document.get("frames") or (), key=lambda entry: float(entry["t"]))
            self._people = [_to_rendered_people(entry) for entry in labelled[::every]]
            self._times_s = [float(entry["t"]) for entry in labelled[::every]]
        except KeyError as error:
            raise UsageError(f"{labels} is no label file: it lacks {error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(f"{labels} is no label file: {error}") from error
        if not self._people:
            raise UsageError(f"{labels} labels no keypoints: it has no 'frames'")
        if not is_file(self._clip):
            raise UsageError(f"{labels} labels {self._clip.name}, which is not beside it")

    def __len__(self) -> int:
        """Count the labelled frames."""
        return len(self._people)

    def __iter__(self) -> Iterator[tuple[LabelledPicture, ImageArray]]:
        """Decode the clip up to its last labelled frame; raises `SourceError` if it cannot be."""
        source = open_video(self._clip, CaptureSettings(), name=str(self._clip))
        try:
            wanted = 0
            while wanted < len(self) and (frame := source.read()) is not None:
                ahead_s = frame.timestamp - self._times_s[wanted]
                if ahead_s < -_SAME_FRAME_S:
                    continue
                if ahead_s > _SAME_FRAME_S:
                    raise GesturePoseError(
                        f"{self._clip} has no frame at {self._times_s[wanted]:.3f} s, for which "
                        f"{self.name} has labels"
                    )
                name = f"{self._clip.stem}-{frame.index:05}"
                yield LabelledPicture(name, self._people[wanted]), frame.image
                wanted += 1
        finally:
            source.close()
        if wanted < len(self):
            raise GesturePoseError(
                f"{self._clip} ends before its labels do ({wanted} of {len(self)} frames)"
            )


def _to_rendered_people(entry: dict[str, Any]) -> tuple[LabelledPerson, ...]:
    if entry["box"] is None:  # the person is out of the picture
        return ()
    keypoints, visibility = _to_keypoints(entry["kp"])
    box = np.asarray(entry["box"], np.float64)
    if box.shape != (4,):
        raise ValueError("a box is left, top, right, bottom")
    sides = np.maximum(box[2:] - box[:2], 0.0)
    area = float(sides.prod()) * BOX_COVERAGE
    return (LabelledPerson(keypoints, visibility, box, area),)


def open_labelled(
    *, annotations: Path | None, images: Path | None, clips: Iterable[Path], every: int = 1
) -> list[LabelledPictures]:
    """Find everything that was asked for, and check its labels.

    Raises
    ------
    UsageError
        Nothing was asked for, half of it, or labels or pictures are missing or not what they
        should be.
    """
    sets: list[LabelledPictures] = []
    if (annotations is None) != (images is None):
        raise UsageError("--annotations FILE and --images DIR go together")
    if annotations is not None and images is not None:
        sets.append(CocoPictures(annotations, images))
    sets += [ClipPictures(path, every=every) for path in clips]
    if not sets:
        raise UsageError("nothing to look at: give --annotations FILE --images DIR, or --clip FILE")
    return sets


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_small_file(path, limit=_LIMIT_BYTES).content)
    except FileNotFoundError as error:
        raise UsageError(f"cannot read labels {path}: {error.strerror}") from error
    except UnreadableError as error:
        raise UsageError(f"cannot read labels {path}: it {error}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no label file: not JSON ({error})") from error
    if not isinstance(document, dict):
        raise UsageError(f"{path} is no label file: no JSON object")
    return document


def _read_picture(path: Path) -> ImageArray:
    try:
        encoded = np.frombuffer(path.read_bytes(), np.uint8)
        # Annotations are for the pixels as stored, whichever way up a camera says they are.
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        image = cv2.imdecode(encoded, flags)
    except (OSError, cv2.error) as error:
        raise GesturePoseError(f"{path} cannot be read: {error}") from error
    if image is None:
        raise GesturePoseError(f"{path} is no picture that can be read")
    return np.asarray(image, np.uint8)

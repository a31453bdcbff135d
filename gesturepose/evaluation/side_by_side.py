"""Two ways of finding one person, given the same frames in turns: what each costs and finds.

A turn is some frames in a row. From frame to frame each would find the processor's caches full of
the other's, which neither does when it is used.

Keypoints of both are scored by `gesturepose.evaluation.pck`. It does not know what the two are, and
prints nothing: that is `gesturepose.evaluation.against_mediapipe`'s.
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from gesturepose.datatypes import Frame
from gesturepose.errors import UsageError
from gesturepose.evaluation.benchmark import WARM_UP_FRAMES, Ratio, Spread
from gesturepose.evaluation.coco_annotations import ClipPictures
from gesturepose.evaluation.figures import ratio
from gesturepose.evaluation.pck import KeypointTally, make_tallies
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from gesturepose.evaluation.coco_annotations import LabelledPicture

    #: A frame in, ``(17, 2)`` keypoints of one person out, in pixels; ``None`` for nobody.
    Finder = Callable[[Frame], NDArray[np.float32] | None]

MEDIAPIPE, GESTUREPOSE = "MediaPipe", "GesturePose"
"""The two, in the order in which they are shown."""
TURN_FRAMES = 30
"""About a second."""
_SETTLE_S = 0.004
"""What each is given after a frame, for its threads to come to rest."""
_DECODED_AHEAD = 64
"""Frames decoded beforehand; more would fill the memory."""
_DECODER_REST_S = 0.05


@dataclass(slots=True)
class Side:
    """What one of the two cost and found.

    Attributes
    ----------
    wall_s, cpu_s
        Seconds of every frame: until it returned, and of processor time of all threads.
    tally
        PCK@0.2 of the torso.
    """

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    tally: KeypointTally = field(default_factory=lambda: make_tallies()["pck"])

    def add(self, other: Side) -> None:
        """Take in what was measured on another clip."""
        self.wall_s += other.wall_s
        self.cpu_s += other.cpu_s
        mine, its = self.tally, other.tally
        mine.people += its.people
        mine.left_out += its.left_out
        for name in ("labelled", "correct", "visible", "visible_correct"):
            setattr(mine, name, getattr(mine, name) + getattr(its, name))

    def visible_share(self, rows: Sequence[int]) -> float | None:
        """Share of correct keypoints among visible ones of some rows."""
        chosen = list(rows)
        correct, visible = self.tally.visible_correct[chosen], self.tally.visible[chosen]
        return ratio(int(correct.sum()), int(visible.sum()))

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        visible = {name: self.visible_share([row]) for row, name in enumerate(COCO17.keypoints)}
        return {
            "wall": Spread.of(self.wall_s).as_dict(),
            "cpu": Spread.of(self.cpu_s).as_dict(),
            "pck": {**self.tally.as_dict(), "visible_keypoints": visible},
        }


@dataclass(slots=True)
class Duel:
    """Both sides on the same frames.

    Attributes
    ----------
    name
        The clip.
    sides
        `MEDIAPIPE`'s and `GESTUREPOSE`'s, by name.
    """

    name: str
    sides: dict[str, Side] = field(default_factory=lambda: {MEDIAPIPE: Side(), GESTUREPOSE: Side()})

    @property
    def wall(self) -> Ratio:
        """Time of GesturePose by MediaPipe's, frame by frame."""
        return Ratio.of(*(self.sides[name].wall_s for name in (MEDIAPIPE, GESTUREPOSE)))

    @property
    def cpu(self) -> Ratio:
        """The same of processor time."""
        return Ratio.of(*(self.sides[name].cpu_s for name in (MEDIAPIPE, GESTUREPOSE)))

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        return {
            "name": self.name,
            "frames": len(self.sides[MEDIAPIPE].wall_s),
            "ratio_wall": {"median": self.wall.median, "total": self.wall.total},
            "ratio_cpu": {"median": self.cpu.median, "total": self.cpu.total},
            **{name: side.as_dict() for name, side in self.sides.items()},
        }


def read_labelled(labels: Path) -> Generator[tuple[Frame, LabelledPicture]]:
    """Frames of a clip that are labelled, with their labels, decoded some way ahead.

    Raises
    ------
    UsageError, GesturePoseError
        As `ClipPictures`.
    """
    pictures = ClipPictures(labels)
    document = json.loads(labels.read_text(encoding="utf-8"))
    times_s = sorted(float(entry["t"]) for entry in document["frames"])
    numbered = enumerate(zip(times_s, pictures, strict=True))
    while chunk := list(islice(numbered, _DECODED_AHEAD)):
        time.sleep(_DECODER_REST_S)  # its threads decode further ahead than asked for
        for index, (time_s, (picture, image)) in chunk:
            yield Frame(image, time_s, index), picture


def compare(
    name: str,
    frames: Iterable[tuple[Frame, LabelledPicture]],
    finders: dict[str, Finder],
    *,
    turn: int = TURN_FRAMES,
    on_done: Callable[[str], None] = lambda _: None,
) -> Duel:
    """Give every frame to both, in turns, who take turns in being first; score what they find.

    Parameters
    ----------
    name
        The clip.
    frames
        Consecutive, with labels. The first `WARM_UP_FRAMES` are not counted.
    finders
        `MEDIAPIPE`'s and `GESTUREPOSE`'s, which know nothing yet of the clip.
    turn
        Frames that each is given in a row.
    on_done
        Told after each frame.

    Raises
    ------
    UsageError
        There are no more frames than warming up takes.
    """
    duel = Duel(name)
    names, numbered = list(finders), enumerate(frames)
    for count in itertools.count():
        chunk = list(islice(numbered, turn))
        if not chunk:
            break
        for side in names if count % 2 == 0 else names[::-1]:
            for number, (frame, picture) in chunk:
                cpu_s, wall_s = time.process_time(), time.perf_counter()
                keypoints = finders[side](frame)
                wall_s = time.perf_counter() - wall_s
                time.sleep(_SETTLE_S)
                cpu_s = time.process_time() - cpu_s
                if number >= WARM_UP_FRAMES:
                    _count(duel.sides[side], picture, keypoints, wall_s=wall_s, cpu_s=cpu_s)
        for _ in chunk:
            on_done(name)
    if not duel.sides[MEDIAPIPE].wall_s:
        raise UsageError(f"{name} has {WARM_UP_FRAMES} labelled frames or fewer")
    return duel


def _count(
    side: Side,
    picture: LabelledPicture,
    keypoints: NDArray[np.float32] | None,
    *,
    wall_s: float,
    cpu_s: float,
) -> None:
    side.wall_s.append(wall_s)
    side.cpu_s.append(cpu_s)
    for person in picture.people:
        if person.counts:
            side.tally.add(person, keypoints)

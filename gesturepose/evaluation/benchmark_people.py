"""Cost against the number of people: one person, cut out of the bundled clip, set side by side.

The picture stays as large as it was and everybody in it as large as everybody else, so that only
their number changes.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose import resources
from gesturepose.app import make_stages
from gesturepose.capture.opencv import cv2
from gesturepose.capture.opening import open_source
from gesturepose.capture.settings import CaptureSettings
from gesturepose.datatypes import Frame
from gesturepose.evaluation.benchmark import Ratio, Spread, read_frames
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gesturepose.app import Network
    from gesturepose.config import Config
    from gesturepose.datatypes import ImageArray

MOST_PEOPLE = 6
_COLUMNS, _ROWS = 3, 2
_FPS = 30.0
_WARM_UP_ROUNDS = 12
"""Until those who have just come are known, everybody is looked for in every picture."""
_BACKGROUND = 110
_MARGIN = 0.08
"""Room round the person's box, as a share of its sides."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What so many people cost.

    Attributes
    ----------
    people, found
        How many there were, and how many were found when everybody was looked for, on average.
    step
        From the frame to its actions.
    ratio
        By the cost of one person in the same round.
    """

    people: int
    found: float
    step: Spread
    ratio: Ratio

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        ratio = asdict(self.ratio)
        step = self.step.as_dict()
        return {"people": self.people, "found": self.found, **step, "ratio_by_one": ratio}


def cut_people(count: int) -> list[ImageArray]:
    """Cut the person out of the first frames of the bundled clip.

    One after another: who jumped from posture to posture would not be where expected, and looked
    for anew in every picture.

    Returns
    -------
    list
        ``count`` pictures ``(h, w, 3)`` uint8 BGR, of different sizes; they repeat where the clip
        is too short.
    """
    labels = json.loads(resources.demo_clip().with_suffix(".json").read_text(encoding="utf-8"))
    boxes = [entry["box"] for entry in labels["frames"]]
    source = open_source("demo", CaptureSettings())
    cuts: list[ImageArray] = []
    try:
        for frame in read_frames(source):
            if isinstance(frame, Frame):
                cuts.append(_cut(frame.image, boxes[frame.index]))
            if len(cuts) == count:
                break
    finally:
        source.close()
    return [cuts[number % len(cuts)] for number in range(count)]


def _cut(image: ImageArray, box: Sequence[float]) -> ImageArray:
    left, top, right, bottom = box
    across, down = _MARGIN * (right - left), _MARGIN * (bottom - top)
    height, width = image.shape[:2]
    rows = slice(int(max(top - down, 0)), int(min(bottom + down, height)))
    columns = slice(int(max(left - across, 0)), int(min(right + across, width)))
    return image[rows, columns]


def tile(person: ImageArray, people: int, size: tuple[int, int]) -> ImageArray:
    """Set a person side by side on a plain ground.

    Parameters
    ----------
    person
        ``(h, w, 3)`` uint8 BGR.
    people
        1 to `MOST_PEOPLE`; places are filled row by row.
    size
        ``(width, height)`` of the picture in pixels.

    Raises
    ------
    ValueError
        There is no place for so many.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"1 to {MOST_PEOPLE} people, not {people}")
    width, height = size
    cell = width // _COLUMNS, height // _ROWS
    scale = min(cell[0] / person.shape[1], cell[1] / person.shape[0])
    small = cv2.resize(person, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    high, wide = min(small.shape[0], cell[1]), min(small.shape[1], cell[0])
    picture = np.full((height, width, 3), _BACKGROUND, np.uint8)
    for place in range(people):
        row, column = divmod(place, _COLUMNS)
        top, left = row * cell[1], column * cell[0] + (cell[0] - wide) // 2
        picture[top : top + high, left : left + wide] = small[:high, :wide]
    return picture


def measure_crowds(
    config: Config,
    network: Network,
    *,
    rounds: int,
    size: tuple[int, int] = (640, 480),
    on_done: Callable[[str], None] = lambda _: None,
) -> list[Crowd]:
    """Time a frame's way to its actions with 1 to `MOST_PEOPLE` people, taking turns.

    Every picture is looked at, also one that shows nothing new.

    Parameters
    ----------
    config
        As for a run.
    network
        Shared by all; each number of people has stages of its own, and is followed by itself.
    rounds
        Frames of each number of people that are timed.
    size
        ``(width, height)`` of every picture in pixels.
    on_done
        Told after each round.
    """
    # More people move more; what a picture costs that is looked at is the question.
    camera = config.camera.model_copy(update={"calm_fps": 0.0, "slow_fps": 0.0})
    config = config.model_copy(update={"camera": camera})
    numbers = range(1, MOST_PEOPLE + 1)
    lanes = [make_stages(config, "demo", StageTimes(), network=network).pipeline for _ in numbers]
    seconds: list[list[float]] = [[] for _ in numbers]
    found: list[list[int]] = [[] for _ in numbers]
    for turn, person in enumerate(cut_people(rounds + _WARM_UP_ROUNDS)):
        for offset in numbers:
            lane = (turn + offset) % MOST_PEOPLE
            frame = Frame(tile(person, lane + 1, size), turn / _FPS, turn)
            started_s = time.perf_counter()
            snapshot = lanes[lane].step(frame)
            took_s = time.perf_counter() - started_s
            if turn >= _WARM_UP_ROUNDS:
                seconds[lane].append(took_s)
            if snapshot.everyone:
                found[lane].append(len(snapshot.poses))
        on_done("people")
    return [
        Crowd(
            people,
            float(np.mean(found[people - 1])),
            Spread.of(seconds[people - 1]),
            Ratio.of(seconds[0], seconds[people - 1]),
        )
        for people in numbers
    ]

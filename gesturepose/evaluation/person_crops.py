"""Crops of labelled people, as a network that follows one person sees them.

What 8-bit networks are calibrated on (``models/quantize.py``) and what they are measured on
(`gesturepose.evaluation.quantisation`): different halves of the pictures. Runs no network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from gesturepose.pose.crops import Crops

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import ImageArray
    from gesturepose.evaluation.coco_annotations import LabelledPerson, LabelledPictures
    from gesturepose.pose.card import ModelCard

Part = Literal["even", "odd", "all"]
"""Which pictures of a set, counted from 0: calibration takes the even ones."""

#: Enlargements of a person's box. A network for one person gets about the first one; one for many
#: sees people of all sizes.
SINGLE_PADDINGS = (1.25, 1.12, 1.4)
MANY_PADDINGS = (1.25, 1.6, 2.1)


def input_size_of(card: ModelCard) -> tuple[int, int]:
    """``(width, height)`` of crops: square for one person, else as a 4:3 frame."""
    side = card.input.long_side
    if card.max_people == 1:
        return side, side
    return side, round(side * 0.75 / card.input.multiple) * card.input.multiple


def paddings_of(card: ModelCard) -> tuple[float, ...]:
    """Enlargements of boxes to crop."""
    return SINGLE_PADDINGS if card.max_people == 1 else MANY_PADDINGS


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A crop of a labelled person.

    Attributes
    ----------
    image
        ``(h, w, 3)`` uint8 RGB.
    person
        The label, in pixels of the crop.
    whose
        Picture and row of the person.
    """

    image: NDArray[np.uint8]
    person: LabelledPerson
    whose: tuple[str, int]


def crop_person(
    picture: ImageArray, person: LabelledPerson, *, size: tuple[int, int], padding: float
) -> tuple[NDArray[np.uint8], LabelledPerson, Crops]:
    """Cut out a person; give the crop, the label in it, and where it lies."""
    crops = Crops.fit(person.box[None], input_size=size, padding=padding)
    corners = crops.to_input(person.box.reshape(1, 2, 2)).reshape(4)
    moved = replace(
        person,
        keypoints=crops.to_input(person.keypoints[None])[0].astype(np.float64),
        box=corners.astype(np.float64),
        area=person.area * float(crops.scales[0]) ** 2,
    )
    return crops.apply(picture)[0], moved, crops


def read_samples(
    sets: Iterable[LabelledPictures],
    *,
    size: tuple[int, int],
    paddings: Sequence[float],
    part: Part,
) -> list[Sample]:
    """Crop every labelled person of every second picture, once for each padding.

    ``part`` says which pictures, counted from 0.
    """
    samples = []
    for pictures in sets:
        for number, (picture, image) in enumerate(pictures):
            if part != "all" and number % 2 != (part == "odd"):
                continue
            for row, person in enumerate(picture.people):
                if not person.counts:
                    continue
                for padding in paddings:
                    crop, moved, _ = crop_person(image, person, size=size, padding=padding)
                    samples.append(Sample(crop, moved, (picture.name, row)))
    return samples

"""What there is to say about a person before the camera: kinds of advice, each with its text.

Plain English sentences, marked for translation; no measuring and no Qt here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


def mark(_context: str, text: str) -> str:
    """Mark a text for translation by whoever shows it; returns it as it is."""
    return text


class Check(enum.Enum):
    """What is looked at, in the order in which it is put right."""

    PERSON = "person"
    LIGHT = "light"
    DISTANCE = "distance"
    PLACE = "place"
    RATE = "rate"
    OTHERS = "others"


class Severity(enum.Enum):
    """How much it matters."""

    GOOD = "good"
    HINT = "hint"
    """Works as it is; could be better, or is good to know."""
    FIX = "fix"
    UNKNOWN = "unknown"
    """Cannot be told yet."""


class Kind(enum.Enum):
    """Everything there is to say."""

    LOOKING = "looking"
    NOBODY = "nobody"
    SEEN = "seen"
    TURNED = "turned"
    BLACK = "black"
    DARK = "dark"
    BRIGHT = "bright"
    BACKLIT = "backlit"
    LIT = "lit"
    NO_PICTURE = "no_picture"
    NEAR = "near"
    FAR = "far"
    SNUG = "snug"
    DISTANT_ENOUGH = "distant_enough"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"
    MOVE_LEFT = "move_left"
    MOVE_RIGHT = "move_right"
    NO_HANDS = "no_hands"
    NO_HIPS = "no_hips"
    IN_PLACE = "in_place"
    TOO_SLOW = "too_slow"
    SLOW = "slow"
    FAST_ENOUGH = "fast_enough"
    SEVERAL = "several"
    ALONE = "alone"


_FIX, _HINT, _GOOD, _UNKNOWN = Severity.FIX, Severity.HINT, Severity.GOOD, Severity.UNKNOWN
_SAID: dict[Kind, tuple[Severity, str]] = {
    Kind.LOOKING: (_UNKNOWN, mark("Advice", "Looking…")),
    Kind.NOBODY: (
        _FIX,
        mark("Advice", "Nobody is in view. Come before the camera, or nearer to it."),
    ),
    Kind.SEEN: (_GOOD, mark("Advice", "You are in view.")),
    Kind.TURNED: (
        _FIX,
        mark("Advice", "Turn to the camera: your shoulders are seen from the side."),
    ),
    Kind.BLACK: (
        _FIX,
        mark("Advice", "The picture is black. Uncover the camera, or turn on a light."),
    ),
    Kind.DARK: (_FIX, mark("Advice", "It is too dark. Turn on a light in front of you.")),
    Kind.BRIGHT: (
        _FIX,
        mark("Advice", "It is too bright: your face is washed out. Dim the light."),
    ),
    Kind.BACKLIT: (
        _FIX,
        mark("Advice", "The light is behind you. Put a lamp before you, or close the curtain."),
    ),
    Kind.LIT: (_GOOD, mark("Advice", "The light is good.")),
    Kind.NO_PICTURE: (
        _GOOD,
        mark("Advice", "A recording without pictures: light does not matter."),
    ),
    Kind.NEAR: (_FIX, mark("Advice", "Move back a little: your shoulders fill the picture.")),
    Kind.FAR: (_FIX, mark("Advice", "Come nearer: you are small in the picture.")),
    Kind.SNUG: (
        _HINT,
        mark("Advice", "The distance is fine. To stretch both arms out, move back a little."),
    ),
    Kind.DISTANT_ENOUGH: (_GOOD, mark("Advice", "The distance is good.")),
    Kind.TOO_HIGH: (
        _FIX,
        mark("Advice", "Raised hands would leave the picture. Tilt the camera up, or move back."),
    ),
    Kind.TOO_LOW: (
        _FIX,
        mark("Advice", "Only your head and shoulders are in view. Tilt the camera down."),
    ),
    Kind.MOVE_LEFT: (_FIX, mark("Advice", "Move a little to your left, so that both hands fit.")),
    Kind.MOVE_RIGHT: (_FIX, mark("Advice", "Move a little to your right, so that both hands fit.")),
    Kind.NO_HANDS: (
        _HINT,
        mark("Advice", "Your hands are out of view. That is fine while they rest."),
    ),
    Kind.NO_HIPS: (_GOOD, mark("Advice", "Head and arms fit. Your hips need not be in view.")),
    Kind.IN_PLACE: (_GOOD, mark("Advice", "Your head and arms fit in the picture.")),
    Kind.TOO_SLOW: (
        _FIX,
        mark("Advice", "Pictures come too slowly: gestures are missed. More light often helps."),
    ),
    Kind.SLOW: (
        _HINT,
        mark("Advice", "Pictures come slowly. Make quick gestures a little slower."),
    ),
    Kind.FAST_ENOUGH: (_GOOD, mark("Advice", "Pictures come fast enough.")),
    Kind.SEVERAL: (
        _HINT,
        mark("Advice", "One of you is obeyed: the one with the bright skeleton."),
    ),
    Kind.ALONE: (_GOOD, mark("Advice", "Nobody else is in view.")),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to say.

    Attributes
    ----------
    check
        What was looked at.
    kind
        What was found; each has one text and one severity.
    """

    check: Check
    kind: Kind

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return _SAID[self.kind][0]

    @property
    def text(self) -> str:
        """One or two short English sentences."""
        return _SAID[self.kind][1]

    @property
    def ok(self) -> bool:
        """Whether nothing has to change."""
        return self.severity in (Severity.GOOD, Severity.HINT)

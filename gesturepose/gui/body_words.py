"""Names of the points of the body, as rules speak of them, for people."""

from __future__ import annotations

import re

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

_POINTS = {
    "left eye": QT_TRANSLATE_NOOP("BodyWords", "left eye"),
    "right eye": QT_TRANSLATE_NOOP("BodyWords", "right eye"),
    "both eye": QT_TRANSLATE_NOOP("BodyWords", "both eyes"),
    "left ear": QT_TRANSLATE_NOOP("BodyWords", "left ear"),
    "right ear": QT_TRANSLATE_NOOP("BodyWords", "right ear"),
    "both ear": QT_TRANSLATE_NOOP("BodyWords", "both ears"),
    "left shoulder": QT_TRANSLATE_NOOP("BodyWords", "left shoulder"),
    "right shoulder": QT_TRANSLATE_NOOP("BodyWords", "right shoulder"),
    "both shoulder": QT_TRANSLATE_NOOP("BodyWords", "both shoulders"),
    "left elbow": QT_TRANSLATE_NOOP("BodyWords", "left elbow"),
    "right elbow": QT_TRANSLATE_NOOP("BodyWords", "right elbow"),
    "both elbow": QT_TRANSLATE_NOOP("BodyWords", "both elbows"),
    "left wrist": QT_TRANSLATE_NOOP("BodyWords", "left wrist"),
    "right wrist": QT_TRANSLATE_NOOP("BodyWords", "right wrist"),
    "both wrist": QT_TRANSLATE_NOOP("BodyWords", "both wrists"),
    "left hip": QT_TRANSLATE_NOOP("BodyWords", "left hip"),
    "right hip": QT_TRANSLATE_NOOP("BodyWords", "right hip"),
    "both hip": QT_TRANSLATE_NOOP("BodyWords", "both hips"),
    "left knee": QT_TRANSLATE_NOOP("BodyWords", "left knee"),
    "right knee": QT_TRANSLATE_NOOP("BodyWords", "right knee"),
    "both knee": QT_TRANSLATE_NOOP("BodyWords", "both knees"),
    "left ankle": QT_TRANSLATE_NOOP("BodyWords", "left ankle"),
    "right ankle": QT_TRANSLATE_NOOP("BodyWords", "right ankle"),
    "both ankle": QT_TRANSLATE_NOOP("BodyWords", "both ankles"),
    "left rest": QT_TRANSLATE_NOOP("BodyWords", "where the hand rests"),
    "right rest": QT_TRANSLATE_NOOP("BodyWords", "where the hand rests"),
    "both rest": QT_TRANSLATE_NOOP("BodyWords", "where the hands rest"),
    "nose": QT_TRANSLATE_NOOP("BodyWords", "nose"),
    "mid shoulder": QT_TRANSLATE_NOOP("BodyWords", "middle of the chest"),
    "mid hip": QT_TRANSLATE_NOOP("BodyWords", "hips"),
}
_SIDE = re.compile(r"\b(left|right)\b(?! of )")
_OPPOSITE = {"left": "right", "right": "left"}


def point_words(name: str) -> str:
    """Return the name of a point that a rule's words have: ``"left wrist"``, ``"mid hip"``.

    ``"both wrist"`` stands for the two of them.
    """
    known = _POINTS.get(name)
    return QCoreApplication.translate("BodyWords", str(known)) if known else name


def swap_sides(words: str) -> str:
    """Return a rule's words for the other side of the body."""
    return _SIDE.sub(lambda match: _OPPOSITE[match[0]], words)


def join_sides(name: str) -> str:
    """Return the name that stands for a point and its twin."""
    return _SIDE.sub("both", name)

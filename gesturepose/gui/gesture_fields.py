"""Which thresholds a gesture has, what they are called before people, and how far they may go.

The gesture's own model says which fields exist; this gives them words, ranges and an order. It
needs no widget and reads no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import annotated_types
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from gesturepose.gestures.settings import THRESHOLDS, Gesture, Motion, PoseRule
from gesturepose.gui.number_field import Bound, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One threshold of one gesture.

    Attributes
    ----------
    place
        Where it stands in the gesture's table.
    label
        What it limits, in plain words.
    scale
        Its range and unit.
    value
        What holds now, written or not.
    """

    place: Place
    label: str
    scale: Scale
    value: float

    @property
    def setting(self) -> str:
        """Its name in gestures.toml, as explanations give it."""
        return write_setting(self.place)


@dataclass(frozen=True, slots=True)
class Section:
    """Thresholds that belong together; ``title`` is empty for those seen first."""

    title: str
    fields: tuple[Field, ...]


def write_setting(place: Place) -> str:
    """Write a place as explanations do: ``motion.start[0].margin``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _tr(text: object) -> str:
    # Marked texts are typed as objects.
    return QCoreApplication.translate("GestureFields", str(text))


@dataclass(frozen=True, slots=True)
class _Kind:
    """Slider of all fields of one name: ends, step, digits, good side, unit."""

    low: float
    high: float
    step: float
    decimals: int
    bound: Bound
    unit: object


_TIME = QT_TRANSLATE_NOOP("GestureFields", "seconds")
_WIDTHS = QT_TRANSLATE_NOOP("GestureFields", "shoulder widths")
_SPEED = QT_TRANSLATE_NOOP("GestureFields", "shoulder widths per second")
_TRAVEL = QT_TRANSLATE_NOOP("GestureFields", "of the travel")
_PEAK = QT_TRANSLATE_NOOP("GestureFields", "of its top speed")
_DEG = QT_TRANSLATE_NOOP("GestureFields", "degrees")
_TIMES = QT_TRANSLATE_NOOP("GestureFields", "strokes, to and fro")
_KINDS: Mapping[str, _Kind] = {
    "hold_s": _Kind(0, 3, 0.05, 2, "least", _TIME),
    "release_s": _Kind(0, 1.5, 0.05, 2, "", _TIME),
    "cooldown_s": _Kind(0, 5, 0.1, 2, "", _TIME),
    "distance": _Kind(0.1, 3, 0.05, 2, "least", _WIDTHS),
    "within_s": _Kind(0.1, 3, 0.05, 2, "most", _TIME),
    "swings": _Kind(2, 8, 1, 0, "least", _TIMES),
    "max_drift": _Kind(0.05, 1.5, 0.05, 2, "most", _TRAVEL),
    "max_start_speed": _Kind(0.05, 1, 0.05, 2, "most", _PEAK),
    "max_end_speed": _Kind(0.05, 1, 0.05, 2, "most", _PEAK),
    "min_speed": _Kind(0, 10, 0.1, 1, "least", _SPEED),
    "pause_s": _Kind(0, 1, 0.05, 2, "", _TIME),
    "settle_s": _Kind(0, 1, 0.02, 2, "least", _TIME),
    "margin": _Kind(-1.5, 2.5, 0.05, 2, "least", _WIDTHS),
    "max_distance": _Kind(0.1, 4, 0.05, 2, "most", _WIDTHS),
    "min_distance": _Kind(0.1, 4, 0.05, 2, "least", _WIDTHS),
    "max_speed": _Kind(0.1, 4, 0.1, 2, "most", _SPEED),
    "min_deg": _Kind(0, 180, 5, 0, "least", _DEG),
    "max_deg": _Kind(0, 180, 5, 0, "most", _DEG),
}
_LABELS: Mapping[str, object] = {
    "hold_s": QT_TRANSLATE_NOOP("GestureFields", "Hold it for"),
    "release_s": QT_TRANSLATE_NOOP("GestureFields", "Counts as left after"),
    "cooldown_s": QT_TRANSLATE_NOOP("GestureFields", "Rest before it counts again"),
    "distance": QT_TRANSLATE_NOOP("GestureFields", "Travel of the hand"),
    "swings": QT_TRANSLATE_NOOP("GestureFields", "Swings"),
    "within_s": QT_TRANSLATE_NOOP("GestureFields", "Time for the movement"),
    "max_drift": QT_TRANSLATE_NOOP("GestureFields", "Drift to the side"),
    "min_speed": QT_TRANSLATE_NOOP("GestureFields", "Top speed"),
    "max_start_speed": QT_TRANSLATE_NOOP("GestureFields", "Speed at the start"),
    "max_end_speed": QT_TRANSLATE_NOOP("GestureFields", "Speed left at the end"),
    "pause_s": QT_TRANSLATE_NOOP("GestureFields", "Stillness before the movement"),
    "settle_s": QT_TRANSLATE_NOOP("GestureFields", "Stillness after the movement"),
}
_DISTANCES: Mapping[str | None, object] = {
    "swings": QT_TRANSLATE_NOOP("GestureFields", "Length of each swing"),
    "apart": QT_TRANSLATE_NOOP("GestureFields", "How far the hands part"),
    "together": QT_TRANSLATE_NOOP("GestureFields", "How far the hands close in"),
}
_RULES: Mapping[str, object] = {
    "above": QT_TRANSLATE_NOOP("GestureFields", "{0} above {1}"),
    "below": QT_TRANSLATE_NOOP("GestureFields", "{0} below {1}"),
    "left_of": QT_TRANSLATE_NOOP("GestureFields", "{0} to your left of {1}"),
    "right_of": QT_TRANSLATE_NOOP("GestureFields", "{0} to your right of {1}"),
    "outside": QT_TRANSLATE_NOOP("GestureFields", "{0} further out than {1}"),
    "near": QT_TRANSLATE_NOOP("GestureFields", "{0} near {1}"),
    "apart": QT_TRANSLATE_NOOP("GestureFields", "{0} away from {1}"),
    "angle": QT_TRANSLATE_NOOP("GestureFields", "Bend of {1}"),
    "still": QT_TRANSLATE_NOOP("GestureFields", "{0} still"),
}
_PARTS: Mapping[str, object] = {
    "wrist": QT_TRANSLATE_NOOP("GestureFields", "hand"),
    "elbow": QT_TRANSLATE_NOOP("GestureFields", "elbow"),
    "shoulder": QT_TRANSLATE_NOOP("GestureFields", "shoulder"),
    "hip": QT_TRANSLATE_NOOP("GestureFields", "hip"),
    "knee": QT_TRANSLATE_NOOP("GestureFields", "knee"),
    "ankle": QT_TRANSLATE_NOOP("GestureFields", "foot"),
    "ear": QT_TRANSLATE_NOOP("GestureFields", "ear"),
    "eye": QT_TRANSLATE_NOOP("GestureFields", "eye"),
    "rest": QT_TRANSLATE_NOOP("GestureFields", "hand at rest"),
    "mid_hip": QT_TRANSLATE_NOOP("GestureFields", "the hips"),
    "mid_shoulder": QT_TRANSLATE_NOOP("GestureFields", "the middle of the chest"),
    "nose": QT_TRANSLATE_NOOP("GestureFields", "the nose"),
}
_SIDES: Mapping[str, object] = {
    "left": QT_TRANSLATE_NOOP("GestureFields", "left {part}"),
    "right": QT_TRANSLATE_NOOP("GestureFields", "right {part}"),
    "either": QT_TRANSLATE_NOOP("GestureFields", "the {part}"),
    "other": QT_TRANSLATE_NOOP("GestureFields", "the other {part}"),
}
_ENDS = QT_TRANSLATE_NOOP("GestureFields", "Where it ends")
_STARTS = QT_TRANSLATE_NOOP("GestureFields", "Where it starts")
_POSTURE = QT_TRANSLATE_NOOP("GestureFields", "The posture")
_SPEEDS = QT_TRANSLATE_NOOP("GestureFields", "Speed and pauses")
_MAIN = ("distance", "swings", "within_s", "max_drift")
_MORE = ("min_speed", "max_start_speed", "max_end_speed", "pause_s", "settle_s")
_SINGLE_ONLY = ("max_start_speed", "pause_s")
"""What only a stroke of a single point knows."""


def list_sections(gesture: Gesture) -> list[Section]:
    """List the thresholds of a gesture, those a person tunes first in front."""
    motion = gesture.motion
    times = ("hold_s", "release_s", "cooldown_s") if motion is None else ("cooldown_s",)
    first = [_make_field((name,), gesture, _tr(_LABELS[name])) for name in times]
    more: list[Field] = []
    if motion is not None:
        main = [name for name in _MAIN if _has(motion, name)]
        rare = [name for name in _MORE if _has(motion, name)]
        first[:0] = [
            _make_field(("motion", name), motion, _label_motion(name, motion)) for name in main
        ]
        more = [_make_field(("motion", name), motion, _label_motion(name, motion)) for name in rare]
    ends = _list_rules(("pose",), gesture.pose)
    starts = _list_rules(("motion", "start"), motion.start if motion else ())
    sections = [
        Section("", tuple(first)),
        Section(_tr(_ENDS) if motion else _tr(_POSTURE), ends),
        Section(_tr(_STARTS), starts),
        Section(_tr(_SPEEDS), tuple(more)),
    ]
    return [section for section in sections if section.fields]


def _has(motion: Motion, name: str) -> bool:
    """Whether a motion of this kind knows the threshold."""
    if motion.swings is not None:
        # Points that part or meet to and fro have nothing to drift from.
        return name in ("distance", "swings", "within_s") or (
            name == "max_drift" and motion.axis is not None
        )
    if name in _SINGLE_ONLY:
        return motion.keypoint is not None
    return name != "swings"


def _list_rules(place: Place, rules: tuple[PoseRule, ...]) -> tuple[Field, ...]:
    return tuple(
        _make_field((*place, i, name), rule, describe_rule(rule))
        for i, rule in enumerate(rules)
        for name in (THRESHOLDS.get(rule.kind), "min_deg", "max_deg")
        if name is not None and (name == "margin" or getattr(rule, name) is not None)
    )


def _make_field(place: Place, model: BaseModel, label: str) -> Field:
    name = str(place[-1])
    value = float(getattr(model, name))
    kind, (least, most) = _KINDS[name], _read_limits(type(model), name)
    scale = Scale(
        # A value that somebody wrote by hand may lie anywhere the file allows.
        low=min(max(kind.low, least), value),
        high=max(min(kind.high, most), value),
        least=least,
        most=most,
        step=kind.step,
        decimals=kind.decimals,
        bound=kind.bound,
        unit=_tr(kind.unit),
    )
    return Field(place, label, scale, value)


@cache
def _read_limits(model: type[BaseModel], name: str) -> tuple[float, float]:
    """Read from the model what a field may be; a value just above an open end stands for it."""
    found: dict[str, Any] = {}
    info = model.model_fields[name]
    for item in (*info.metadata, *_metadata_of(info.annotation)):
        match item:
            case annotated_types.Ge(ge):
                found["least"] = ge
            case annotated_types.Gt(gt):
                found["least"] = gt + 10 ** -_KINDS[name].decimals
            case annotated_types.Le(le):
                found["most"] = le
            case annotated_types.Lt(lt):
                found["most"] = lt - 10 ** -_KINDS[name].decimals
    return float(found["least"]), float(found["most"])


def _metadata_of(annotation: Any) -> list[Any]:
    """Limits inside ``Annotated[...] | None``."""
    inner = [annotation, *getattr(annotation, "__args__", ())]
    found: list[Any] = []
    for item in (m for part in inner for m in getattr(part, "__metadata__", ())):
        found += getattr(item, "metadata", [item])
    return found


def _label_motion(name: str, motion: Motion) -> str:
    if name == "distance":
        return _tr(_DISTANCES.get("swings" if motion.swings else motion.towards, _LABELS[name]))
    return _tr(_LABELS[name])


def describe_rule(rule: PoseRule) -> str:
    """Say a rule as people would: 'Right hand above the nose'."""
    words = _tr(_RULES[rule.kind]).format(*map(_name_point, rule.points))
    return words[:1].upper() + words[1:]


def _name_point(point: str) -> str:
    """Name a point as people do."""
    if point in _PARTS:
        return _tr(_PARTS[point])
    side, _, part = point.partition("_")
    return _tr(_SIDES[side]).format(part=_tr(_PARTS[part]))

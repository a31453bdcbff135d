"""Draws one small line drawing per gesture of gestures.toml, as SVG.

A figure is written down in body coordinates (shoulder widths, x towards the person's own right, y
up), the same in which gestures are defined, so a drawing can be checked against the rules it
illustrates: `check` refuses one that contradicts them. Shown as in a mirror, the person's right is
on the right. It must not know gestures that gestures.toml lacks.
"""  # noqa: INP001 - a script's part, not a package

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.gestures.points import ROWS, mirrored
from gesturepose.gestures.postures import Posture, Stage, weakest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import FloatArray
    from gesturepose.gestures.settings import Gesture, PoseRule

Point = tuple[float, float]

ACCENT = "#0D9488"
MOTION = "#D97706"
_WIDTH, _HEIGHT = 104, 72
_SCALE = 21.5
_TOP = 1.45
_UPPER_ARM, _FOREARM = 0.845, 0.664
_REST = (0.68, -1.46)
_HEAD = (0.0, 0.72)


@dataclass(frozen=True, slots=True)
class Figure:
    """Where the arms start and end, and how they travel.

    Wrists are those of the right arm and, mirrored, of the left; ``None`` leaves an arm at rest.
    ``strokes`` are arrows; a stroke that returns has a head at both ends. ``elbow`` overrides the
    computed one where the arm is foreshortened.
    """

    right: tuple[Point, ...] = (_REST,)
    left: tuple[Point, ...] = (_REST,)
    strokes: tuple[tuple[Point, ...], ...] = ()
    returns: bool = False
    held: bool = False
    elbow: Point | None = None
    towards_camera: bool = False
    spark: Point | None = None


_UP = (0.95, 1.11)
_WIDE, _TOGETHER = (1.45, -0.32), (0.24, -0.5)
FIGURES = {
    "raise_right_hand": Figure(right=(_REST, _UP), held=True),
    "raise_left_hand": Figure(left=(_REST, _UP), held=True),
    "hands_up": Figure(right=(_REST, _UP), left=(_REST, _UP), held=True),
    "t_pose": Figure(right=(_REST, (1.99, 0.02)), left=(_REST, (1.99, 0.02)), held=True),
    "arms_crossed": Figure(
        right=(_REST, (-0.38, -0.12)), left=(_REST, (-0.38, -0.12)), elbow=(0.45, -0.78)
    ),
    "hand_on_hip": Figure(right=(_REST, (0.6, -1.28)), held=True, elbow=(1.25, -0.72)),
    "swipe_left": Figure(
        right=((1.45, -0.45), (0.0, -0.45)), strokes=(((1.95, 0.32), (0.65, 0.32)),)
    ),
    "swipe_right": Figure(
        right=((0.0, -0.45), (1.45, -0.45)), strokes=(((0.65, 0.32), (1.95, 0.32)),)
    ),
    "swipe_up": Figure(right=((0.85, -0.95), (0.95, 0.1)), strokes=(((1.6, -0.95), (1.6, 0.25)),)),
    "swipe_down": Figure(
        right=((0.95, 0.1), (0.85, -0.95)), strokes=(((1.6, 0.25), (1.6, -0.95)),)
    ),
    "wave": Figure(
        right=((0.72, 0.22), (1.5, 0.1), (1.12, 0.28)),
        strokes=(((0.6, 0.72), (1.15, 0.98), (1.75, 0.62)),),
        returns=True,
        elbow=(0.9, -0.6),
    ),
    "clap": Figure(
        right=((0.85, -0.7), (0.1, -0.75)), left=((0.85, -0.7), (0.1, -0.75)), spark=(0.0, -0.75)
    ),
    "spread": Figure(
        right=(_TOGETHER, _WIDE),
        left=(_TOGETHER, _WIDE),
        strokes=(((0.65, 0.32), (1.8, 0.32)), ((-0.65, 0.32), (-1.8, 0.32))),
    ),
    "gather": Figure(
        right=(_WIDE, _TOGETHER),
        left=(_WIDE, _TOGETHER),
        strokes=(((1.8, 0.32), (0.65, 0.32)), ((-1.8, 0.32), (-0.65, 0.32))),
    ),
    "push": Figure(right=((0.95, -0.12),), elbow=(0.85, -0.4), towards_camera=True),
}


def _elbow(wrist: Point) -> Point:
    """Lower of the two places where an elbow of the right arm can be (law of cosines)."""
    dx, dy = wrist[0] - 0.5, wrist[1]
    reach = min(math.hypot(dx, dy), _UPPER_ARM + _FOREARM)
    along = (_UPPER_ARM**2 - _FOREARM**2 + reach**2) / (2 * reach)
    aside = math.sqrt(max(_UPPER_ARM**2 - along**2, 0.0))
    ux, uy = dx / math.hypot(dx, dy), dy / math.hypot(dx, dy)
    candidates = [
        (0.5 + along * ux - side * aside * uy, along * uy + side * aside * ux) for side in (1, -1)
    ]
    return min(candidates, key=lambda point: point[1])


def _arm(figure: Figure, wrist: Point) -> tuple[Point, Point, Point]:
    """Shoulder, elbow and wrist of a right arm."""
    bent = figure.elbow if figure.elbow is not None and wrist != _REST else None
    return (0.5, 0.0), bent or _elbow(wrist), wrist


def _points(figure: Figure, moment: int) -> FloatArray:
    """Body pose ``(P, 2)`` of a moment of the figure: 0 its start, -1 its end."""
    points = np.full((len(ROWS), 2), np.nan, np.float32)
    right = {
        "right_shoulder": (0.5, 0.0),
        "right_hip": (0.36, -1.5),
        "right_ear": (0.26, 0.76),
        "right_eye": (0.12, 0.82),
        "right_rest": (0.65, -1.9),
    }
    for name, (x, y) in right.items():
        points[ROWS[name]] = x, y
        points[ROWS[mirrored(name) or name]] = -x, y
    points[ROWS["nose"]] = 0.0, 0.68
    points[ROWS["mid_shoulder"]] = 0.0, 0.0
    points[ROWS["mid_hip"]] = 0.0, -1.5
    for side, sign, wrists in (("right", 1, figure.right), ("left", -1, figure.left)):
        _, elbow, wrist = _arm(figure, wrists[moment])
        points[ROWS[f"{side}_elbow"]] = sign * elbow[0], elbow[1]
        points[ROWS[f"{side}_wrist"]] = sign * wrist[0], wrist[1]
    return points


def check(name: str, gesture: Gesture) -> None:
    """Compare a figure with the rules of its gesture; speeds are not drawn and not looked at.

    Raises
    ------
    ValueError
        If the drawn end breaks a pose rule, the drawn start a rule of the motion's start, or the
        drawn stroke is shorter than the motion needs.
    """
    figure = FIGURES[name]
    side = "right" if None not in gesture.sides else None
    start, end = _points(figure, 0), _points(figure, -1)
    checks: list[tuple[str, Sequence[PoseRule], FloatArray]] = [("end", gesture.pose, end)]
    motion = gesture.motion
    if motion is not None:
        checks.append(("start", motion.start, start))
    for moment, rules, points in checks:
        postures = [Posture.compile(rule, side) for rule in rules]
        margin, rule_in_words = weakest(postures, points, None, stage=Stage.NEW)
        if margin < 0:
            raise ValueError(f"picture of {name}, {moment}: not {rule_in_words} ({margin:.2f})")
    if motion is None or motion.swings is not None or motion.towards == "camera":
        return
    moved = end - start
    right, left = moved[ROWS["right_wrist"]], moved[ROWS["left_wrist"]]
    apart = float(right[0] - left[0])
    travel = {
        "left": -float(right[0]),
        "right": float(right[0]),
        "up": float(right[1]),
        "down": -float(right[1]),
        "apart": apart,
        "together": -apart,
    }[motion.towards or ""]
    if travel < motion.distance:
        raise ValueError(f"picture of {name}: travels {travel:.2f}, needs {motion.distance}")


def _px(point: Point) -> str:
    x, y = _WIDTH / 2 + point[0] * _SCALE, (_TOP - point[1]) * _SCALE + 2.5
    return f"{x:.1f},{y:.1f}"


def _line(points: Sequence[Point], style: str) -> str:
    return f'<polyline points="{" ".join(_px(p) for p in points)}" {style}/>'


def _circle(point: Point, radius: float, style: str) -> str:
    x, y = _px(point).split(",")
    return f'<circle cx="{x}" cy="{y}" r="{radius:g}" {style}/>'


def _head(tip: Point, before: Point) -> str:
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    ends = [
        (tip[0] - 0.3 * math.cos(angle + turn), tip[1] - 0.3 * math.sin(angle + turn))
        for turn in (0.6, -0.6)
    ]
    return _line((ends[0], tip, ends[1]), _MOVING)


_BODY = 'stroke-width="3.2" opacity=".7"'
_STRONG = 'stroke-width="5"'
_LIGHT = 'stroke-width="5" opacity=".36"'
_MOVING = f'stroke="{MOTION}" stroke-width="3.2"'
_DISC = f'fill="{ACCENT}" stroke="none"'
_RING = f'stroke="{MOTION}" stroke-width="2.6"'


def _draw_arms(figure: Figure) -> list[str]:
    """Arms, the light ones of earlier moments first, then the hands that matter."""
    arms: list[str] = []
    hands: list[str] = []
    for sign, wrists in ((1, figure.right), (-1, figure.left)):
        for wrist in wrists:
            joints = [(sign * x, y) for x, y in _arm(figure, wrist)]
            if wrists == (_REST,):
                arms.append(_line(joints, _BODY))
            elif wrist != wrists[-1]:
                arms.insert(0, _line(joints, _LIGHT))
            else:
                arms.append(_line(joints, _STRONG))
                hands += _draw_hand(figure, joints[-1])
    return arms + hands


def _draw_hand(figure: Figure, wrist: Point) -> list[str]:
    if figure.towards_camera:
        rings = ((10.5, 1), (15, 0.6), (19.5, 0.3))
        return [
            _circle(wrist, 6.5, _DISC),
            *(_circle(wrist, radius, f'{_RING} opacity="{opacity}"') for radius, opacity in rings),
        ]
    ring = [_circle(wrist, 7.6, _RING)] if figure.held else []
    return [_circle(wrist, 4.4, _DISC), *ring]


def _draw_motion(figure: Figure) -> list[str]:
    """Arrows, straight or bent, and the rays of a clap."""
    marks: list[str] = []
    for stroke in figure.strokes:
        first, *bend, last = (_px(point) for point in stroke)
        curve = f"Q{bend[0]} {last}" if bend else f"L{last}"
        marks.append(f'<path d="M{first} {curve}" {_MOVING}/>')
        marks.append(_head(stroke[-1], stroke[-2]))
        if figure.returns:
            marks.append(_head(stroke[0], stroke[1]))
    if figure.spark is not None:
        x, y = figure.spark
        for angle in (50, 90, 130):
            dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            ray = [(x + radius * dx, y + radius * dy) for radius in (0.34, 0.58)]
            marks.append(_line(ray, _MOVING))
    return marks


def draw(name: str) -> str:
    """Return the SVG text of one gesture's drawing."""
    figure = FIGURES[name]
    body = [
        _circle(_HEAD, 9, _BODY),
        _line(((-0.5, 0.0), (0.5, 0.0), (0.36, -1.5), (-0.36, -1.5), (-0.5, 0.0)), _BODY),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'role="img" fill="none" stroke="{ACCENT}" stroke-linecap="round" '
        f'stroke-linejoin="round"><title>{name.replace("_", " ")}</title>'
        + "".join(body + _draw_arms(figure) + _draw_motion(figure))
        + "</svg>\n"
    )

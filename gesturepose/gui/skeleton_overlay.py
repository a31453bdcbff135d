"""What is drawn over the picture: everybody's skeleton, and rings at the hands of whoever acts.

Points come in pixels of the picture and are drawn in those of the view; `Fit` maps one to the
other and is the only place that mirrors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gesturepose.datatypes import TrackState
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from gesturepose.datatypes import BoolArray, FloatArray, Track
    from gesturepose.gui.rings import Ring
    from gesturepose.gui.theme import Theme
    from gesturepose.pipeline import Snapshot

_MOST_CROPPED = 1.06
"""The picture fills the view if that cuts no more than this off it: hands are at its edges."""
_HALO = QColor(11, 19, 24, 90)
_FIRST_BODY_ROW = COCO17.index("left_shoulder")
_LIMBS = np.array([limb for limb in COCO17.limbs if min(limb) >= _FIRST_BODY_ROW])


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a picture lies in a view, mirrored.

    Attributes
    ----------
    target
        The whole picture in the view's pixels; may reach beyond the view.
    shown
        The part of it that is seen.
    scale
        Pixels of the view for one of the picture.
    """

    target: QRectF
    shown: QRectF
    scale: float

    @classmethod
    def find(cls, size: tuple[int, int], view: QRectF) -> Fit:
        """Fill the view where that cuts off next to nothing, else show the whole picture."""
        width, height = size
        across, down = view.width() / width, view.height() / height
        fills = max(across, down) <= _MOST_CROPPED * min(across, down)
        scale = max(across, down) if fills else min(across, down)
        target = QRectF(0, 0, width * scale, height * scale)
        target.moveCenter(view.center())
        return cls(target, target.intersected(view), scale)

    def map(self, points: FloatArray) -> FloatArray:
        """Turn points ``(N, 2)`` of the picture into points of the view."""
        mirror = np.array([-self.scale, self.scale], np.float32)
        origin = np.array([self.target.right(), self.target.top()], np.float32)
        mapped: FloatArray = points * mirror + origin
        return mapped


def paint_people(
    painter: QPainter, fit: Fit, snapshot: Snapshot, rings: list[Ring], theme: Theme
) -> None:
    """Draw everybody, the operator last and in the accent colour, then the rings."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    others = [track for track in snapshot.tracks if track.track_id != snapshot.operator_id]
    operator = [track for track in snapshot.tracks if track.track_id == snapshot.operator_id]
    for track in others:
        _paint_person(painter, fit, track, theme, obeyed=False)
    for track in operator:
        _paint_person(painter, fit, track, theme, obeyed=True)
    for ring in rings:
        for track in snapshot.tracks:
            if track.track_id == ring.track_id:
                _paint_ring(painter, fit, track, ring, theme)
    painter.setOpacity(1.0)


def _paint_person(painter: QPainter, fit: Fit, track: Track, theme: Theme, *, obeyed: bool) -> None:
    points = fit.map(track.keypoints)
    visible = track.visible & ~np.isnan(points).any(axis=1)
    size = _measure(points, visible)
    colour = theme.colour("accent" if obeyed else "muted")
    painter.setOpacity(1.0 if track.state is TrackState.CONFIRMED else 0.35)
    width = (5.0 if obeyed else 3.0) * size
    drawn = _LIMBS[visible[_LIMBS].all(axis=1)]
    ends = points[drawn].reshape(-1, 4).tolist()
    lines = [QLineF(*end) for end in ends]
    painter.setPen(_make_pen(_HALO, width + 2.5))
    painter.drawLines(lines)
    painter.setPen(_make_pen(colour, width))
    painter.drawLines(lines)
    face = visible.copy()
    face[_FIRST_BODY_ROW:] = False
    painter.setPen(QPen(_HALO, 1.0))
    painter.setBrush(colour)
    for x, y in points[face].tolist():
        painter.drawEllipse(QPointF(x, y), 3.5 * size, 3.5 * size)
    # The operator's joints have a dark core: colour alone does not tell who is obeyed.
    painter.setPen(QPen(colour, 3.5 * size if obeyed else 1.0))
    painter.setBrush(QColor(theme.on_accent if theme.name == "dark" else "#0B1318"))
    radius = (7.5 if obeyed else 3.5) * size
    if not obeyed:
        painter.setBrush(colour)
    # A joint that no limb leads to is hardly one: a foot guessed below the picture, say.
    joined = np.zeros_like(visible)
    joined[drawn.ravel()] = True
    for x, y in points[joined & ~face].tolist():
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _paint_ring(painter: QPainter, fit: Fit, track: Track, ring: Ring, theme: Theme) -> None:
    row = COCO17.index(f"{ring.side}_wrist")
    if not track.visible[row]:
        row = COCO17.index(f"{ring.side}_elbow")
    point = fit.map(track.keypoints[row : row + 1])[0]
    if not track.visible[row] or np.isnan(point).any():
        return
    every = fit.map(track.keypoints)
    radius = 36.0 * _measure(every, track.visible & ~np.isnan(every).any(axis=1))
    box = QRectF(point[0] - radius, point[1] - radius, 2 * radius, 2 * radius)
    width = max(radius / 6, 3.0)
    painter.setOpacity(ring.strength)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_HALO, width + 2))
    painter.drawEllipse(box)
    colour = theme.colour("accent" if ring.done else "amber")
    painter.setPen(_make_pen(colour, width))
    if ring.fraction >= 1.0:
        painter.drawEllipse(box)
    else:
        painter.drawArc(box, 90 * 16, -round(ring.fraction * 360 * 16))


def _measure(points: FloatArray, visible: BoolArray) -> float:
    """How large a person is drawn; 1 at a shoulder width of 150 pixels of the view."""
    left, right = COCO17.index("left_shoulder"), COCO17.index("right_shoulder")
    if not (visible[left] and visible[right]):
        return 0.7
    width = float(np.hypot(*(points[left] - points[right])))
    return min(max(width / 150.0, 0.5), 1.2)


def _make_pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)

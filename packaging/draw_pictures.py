"""Draws the README's pictures into packaging/pictures, from the program itself.

Run it after changing gestures.toml or the demo clip::

    python packaging/draw_pictures.py

The photograph is a frame of the demo clip with what the real pipeline made of it; the drawings of
gestures are checked against gestures.toml (see gesture_icons.py). Nothing here may show what the
program does not do.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from gesture_icons import FIGURES, check, draw
from how_it_works import draw_diagram

from gesturepose.app import RunOptions, compose
from gesturepose.config import load_config
from gesturepose.datatypes import Frame
from gesturepose.resources import default_config
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent, ImageArray, Track
    from gesturepose.pipeline import Snapshot

PICTURES = Path(__file__).parent / "pictures"
SHOWN = "spread"
_ZOOM = 1.5
_INK, _PALE = (42, 23, 15), (234, 245, 240)  # BGR, as OpenCV draws
_ACCENT, _AMBER = (212, 234, 94), (36, 191, 251)
_SHIFT = 4  # OpenCV draws at 1/16 of a pixel


class _Catcher:
    """Keeps the snapshot in which the shown gesture began and had an action."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None

    def on_snapshot(self, snapshot: Snapshot) -> None:
        if self.snapshot is None and any(a.gesture == SHOWN for a in snapshot.actions):
            self.snapshot = snapshot

    def on_cancel(self, events: Sequence[GestureEvent]) -> None:
        """Only what was recognised is drawn."""

    def on_action(self, result: ActionResult) -> None:
        """Only what was recognised is drawn."""


def _recognise(config: Config) -> Snapshot:
    catcher = _Catcher()
    run = compose(config, RunOptions(source="demo", dry_run=True, max_seconds=15.0), catcher)
    run.engine.start()
    run.engine.join()
    if catcher.snapshot is None:
        raise SystemExit(f"'{SHOWN}' is not recognised in the demo clip, or has no binding")
    return catcher.snapshot


def _draw_skeleton(picture: ImageArray, track: Track) -> None:
    width = picture.shape[1]
    points = track.keypoints * _ZOOM
    points[:, 0] = width - 1 - points[:, 0]
    seen = track.visible & ~np.isnan(points).any(axis=1)

    def at(row: int) -> tuple[int, int]:
        x, y = np.rint(points[row] * (1 << _SHIFT)).astype(int).tolist()
        return x, y

    def disc(row: int, radius_px: float, colour: tuple[int, int, int], thickness: int) -> None:
        radius = round(radius_px * (1 << _SHIFT))
        cv2.circle(picture, at(row), radius, colour, thickness, cv2.LINE_AA, _SHIFT)

    face = range(5)
    for first, second in COCO17.limbs:
        if seen[first] and seen[second] and not (first in face or second in face):
            cv2.line(picture, at(first), at(second), _ACCENT, 5, cv2.LINE_AA, _SHIFT)
    for row in np.flatnonzero(seen).tolist():
        if row in face:
            disc(row, 4, _ACCENT, -1)
            continue
        disc(row, 9, _ACCENT, -1)
        disc(row, 5, _INK, -1)
    for wrist in ("left_wrist", "right_wrist"):
        if seen[COCO17.index(wrist)]:
            disc(COCO17.index(wrist), 40, _AMBER, 6)


def _draw_banner(picture: ImageArray, words: Sequence[tuple[str, tuple[int, int, int]]]) -> None:
    """Write words side by side on a dark plate at the lower edge."""
    font, size, gap, pad = cv2.FontFace("sans"), 30, 18, 26
    widths = [cv2.getTextSize((0, 0), text, (0, 0), font, size, 600)[2] for text, _ in words]
    height, width = picture.shape[:2]
    plate = sum(widths) + gap * (len(words) - 1) + 2 * pad
    left, top, bottom = (width - plate) // 2, height - 104, height - 34
    shade = picture.copy()
    radius = 14
    cv2.rectangle(shade, (left + radius, top), (left + plate - radius, bottom), _INK, -1)
    cv2.rectangle(shade, (left, top + radius), (left + plate, bottom - radius), _INK, -1)
    for x in (left + radius, left + plate - radius):
        for y in (top + radius, bottom - radius):
            cv2.circle(shade, (x, y), radius, _INK, -1, cv2.LINE_AA)
    cv2.addWeighted(shade, 0.9, picture, 0.1, 0, dst=picture)
    x = left + pad
    for (text, colour), text_width in zip(words, widths, strict=True):
        cv2.putText(picture, text, (x, bottom - 25), colour, font, size, 600)
        x += text_width + gap


def draw_recognition(config: Config) -> ImageArray:
    """Draw the frame in which the gesture was recognised, mirrored as a person expects."""
    snapshot = _recognise(config)
    frame = snapshot.frame
    if not isinstance(frame, Frame):
        raise TypeError("the demo clip gives pictures")
    image = cv2.resize(frame.image, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_CUBIC)
    picture: ImageArray = np.ascontiguousarray(image[:, ::-1], dtype=np.uint8)
    operator = next(t for t in snapshot.tracks if t.track_id == snapshot.operator_id)
    _draw_skeleton(picture, operator)
    action = next(a for a in snapshot.actions if a.gesture == SHOWN)
    _draw_banner(picture, ((SHOWN, _PALE), ("\u2192", _ACCENT), (str(action), _PALE)))
    return picture


def main() -> None:
    """Draw every picture; a gesture without a drawing, or one that contradicts it, is an error."""
    config = load_config(default_config())
    undrawn = set(config.gestures) ^ set(FIGURES)
    if undrawn:
        raise SystemExit(f"gestures.toml and FIGURES differ in: {', '.join(sorted(undrawn))}")
    PICTURES.mkdir(exist_ok=True)
    for name, gesture in config.gestures.items():
        check(name, gesture)
        (PICTURES / f"{name}.svg").write_text(draw(name), encoding="utf-8")
    (PICTURES / "how_it_works.svg").write_text(draw_diagram(), encoding="utf-8")
    picture = draw_recognition(config)
    cv2.imwrite(str(PICTURES / "recognised.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 84])


if __name__ == "__main__":
    main()

"""Line drawings of the gestures, in whatever colour is asked for.

Drawn on a grid of 24 with a stroke of 2, shipped as SVG beside this file. A gesture without a
drawing of its own gets the generic one.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gesturepose.gui.theme import themes

FOLDER = Path(__file__).with_name("icons")
GENERIC = "generic"
_GRID = 'viewBox="0 0 24 24"'
_ICON_SIZES_PX = (16, 24, 32, 48)


def gesture_icon(name: str, colour: QColor | str, size_px: int = 24, dpr: float = 1.0) -> QPixmap:
    """Draw a gesture.

    Parameters
    ----------
    name
        The gesture's name in gestures.toml.
    colour
        Of the lines.
    size_px
        Width and height in logical pixels.
    dpr
        Device pixels a logical pixel.
    """
    return _render(name, QColor(colour).name(), size_px, dpr)


def gesture_qicon(name: str) -> QIcon:
    """Return a gesture's icon in the accent colour of the moment; ask again when that changes."""
    theme = themes().theme
    icon = QIcon()
    for mode, colour in (
        (QIcon.Mode.Normal, theme.accent),
        (QIcon.Mode.Selected, theme.accent),
        (QIcon.Mode.Active, theme.accent),
        (QIcon.Mode.Disabled, theme.muted),
    ):
        for size_px in _ICON_SIZES_PX:
            icon.addPixmap(gesture_icon(name, colour, size_px, 1.0), mode)
            icon.addPixmap(gesture_icon(name, colour, size_px, 2.0), mode)
    return icon


@lru_cache(maxsize=256)
def _render(name: str, colour: str, size_px: int, dpr: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_read(name).replace("currentColor", colour).encode()))
    side = max(round(size_px * dpr), 1)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(dpr)
    return pixmap


@lru_cache(maxsize=64)
def _read(name: str) -> str:
    # A gesture's name comes from a person's file: it must not lead out of the folder.
    path = FOLDER / f"{name}.svg"
    if name.isidentifier() and path.is_file():
        text = path.read_text(encoding="utf-8")
        if _GRID in text:  # the folder has the application's own icon too
            return text
    return (FOLDER / f"{GENERIC}.svg").read_text(encoding="utf-8")

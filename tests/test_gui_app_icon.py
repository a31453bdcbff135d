from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage

from gesturepose.gui.app_icon import ACCENT, AMBER, GREY, TRAY_STATES, app_icon, tray_icon

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.usefixtures("qapp")

PANELS = ("#FFFFFF", "#202428")


def coverage(icon: QIcon, size_px: int) -> NDArray[np.float64]:
    """How much of each pixel is drawn on, 0..1, whatever its colour."""
    image = icon.pixmap(QSize(size_px, size_px)).toImage()
    image = image.convertToFormat(QImage.Format.Format_Alpha8)
    assert (image.width(), image.height()) == (size_px, size_px)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(size_px, image.bytesPerLine())
    return rows[:, :size_px] / 255.0


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("size_px", [16, 22, 32])
def test_states_differ_in_shape_and_not_only_in_colour(size_px: int) -> None:
    shapes = {state: coverage(tray_icon(state), size_px) for state in TRAY_STATES}

    assert set(shapes) == {"off", "watching", "engaged", "paused", "lost"}
    for one, other in combinations(shapes, 2):
        differing = np.abs(shapes[one] - shapes[other]) > 0.5
        assert differing.mean() > 0.08, (one, other)


@pytest.mark.parametrize("state", TRAY_STATES)
@pytest.mark.parametrize("size_px", [16, 22, 32])
def test_something_is_drawn_and_something_left_out(state: str, size_px: int) -> None:
    drawn = coverage(tray_icon(state), size_px) > 0.5

    assert 0.12 < drawn.mean() < 0.85


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("colour", [GREY, ACCENT, AMBER])
def test_colours_stand_out_from_light_and_dark_panels(colour: str, panel: str) -> None:
    light, dark = sorted((luminance(colour), luminance(panel)), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 3.0


def test_an_unknown_state_is_shown_as_off() -> None:
    assert np.array_equal(coverage(tray_icon("what"), 16), coverage(tray_icon("off"), 16))


@pytest.mark.parametrize("size_px", [16, 32, 128])
def test_the_program_has_an_icon(size_px: int) -> None:
    assert coverage(app_icon(), size_px).mean() > 0.7

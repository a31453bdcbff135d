"""Drawings: every gesture has its own, in the colour asked for and sharp on every screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage, QTransform
from support_pipeline import default

from gesturepose.gui.icons import FOLDER, GENERIC, gesture_icon, gesture_qicon
from gesturepose.gui.keycaps import KeyCaps
from gesturepose.gui.theme import themes

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")


def draw(name: str, colour: str = "#ff0000", size_px: int = 24, dpr: float = 1.0) -> QImage:
    return gesture_icon(name, colour, size_px, dpr).toImage()


def list_pixels(image: QImage) -> list[QColor]:
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return [pixel for pixel in pixels if pixel.alpha() > 0]


@pytest.mark.parametrize("name", default().gestures)
def test_every_gesture_has_a_drawing_of_its_own(name: str) -> None:
    assert (FOLDER / f"{name}.svg").is_file()
    others = [draw(other) for other in default().gestures if other != name]
    assert draw(name) not in [*others, draw(GENERIC)]
    assert list_pixels(draw(name))


@pytest.mark.parametrize("name", [*default().gestures, GENERIC])
def test_drawings_are_lines_on_the_same_grid_in_no_colour_of_their_own(name: str) -> None:
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 24 24"' in text
    assert set(re.findall(r'stroke="([^"]*)"', text)) == {"currentColor"}
    assert set(re.findall(r'stroke-width="([^"]*)"', text)) == {"2"}
    assert set(re.findall(r'fill="([^"]*)"', text)) == {"none"}


@pytest.mark.parametrize("name", ["my_own", "../theme", "", "a/b", "app", "swipe_left.svg"])
def test_a_gesture_without_a_drawing_gets_the_generic_one(name: str) -> None:
    assert draw(name) == draw(GENERIC)


def test_a_drawing_has_the_colour_asked_for() -> None:
    solid = [pixel for pixel in list_pixels(draw("spread", "#12ab34")) if pixel.alpha() == 255]
    assert solid
    assert {pixel.name() for pixel in solid} == {"#12ab34"}


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_a_drawing_has_the_pixels_of_the_screen(dpr: float) -> None:
    pixmap = gesture_icon("wave", QColor("red"), 32, dpr)
    assert pixmap.width() == 32 * dpr
    assert pixmap.deviceIndependentSize().width() == 32


def test_left_is_drawn_pointing_left() -> None:
    mirrored = draw("swipe_right").transformed(QTransform.fromScale(-1, 1))
    left = draw("swipe_left")
    differing = [
        (x, y)
        for x in range(24)
        for y in range(24)
        if abs(left.pixelColor(x, y).alpha() - mirrored.pixelColor(x, y).alpha()) > 40
    ]
    assert not differing
    heads = [x for x in range(24) for y in range(24) if left.pixelColor(x, y).alpha() > 128]
    assert sum(heads) / len(heads) < 11


def test_an_icon_is_in_the_accent_colour() -> None:
    image = gesture_qicon("spread").pixmap(48, 48).toImage()
    names = [pixel.name() for pixel in list_pixels(image) if pixel.alpha() == 255]
    assert themes().theme.accent.lower() in names


def test_key_caps_are_as_wide_as_what_stands_on_them(qtbot: QtBot, qapp: QApplication) -> None:
    caps = KeyCaps(chord="ctrl+plus")
    qtbot.addWidget(caps)
    caps.show()
    assert caps.caps == ["Ctrl", "+"]
    assert caps.accessibleName() == "Ctrl +"
    narrow = caps.sizeHint().width()
    caps.set_chord("ctrl+shift+pagedown")
    assert caps.sizeHint().width() > narrow
    caps.set_chord("")
    assert caps.caps == []
    qapp.processEvents()

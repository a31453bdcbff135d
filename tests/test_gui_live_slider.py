"""A slider proposes while it moves, commits once, and draws what is measured against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gesturepose.gui.live_slider import REST_MS, LiveSlider
from gesturepose.gui.number_field import Bound, NumberField, Scale
from gesturepose.gui.theme import themes

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


def make_scale(bound: Bound = "least") -> Scale:
    return Scale(
        low=0.1,
        high=3.0,
        least=0.01,
        most=10.0,
        step=0.05,
        decimals=2,
        bound=bound,
        unit="shoulder widths",
    )


@pytest.fixture
def slider(qtbot: QtBot) -> LiveSlider:
    slider = LiveSlider("Travel of the hand", make_scale(), hint="motion.distance")
    slider.set_value(1.0)
    slider.set_default(0.5)
    slider.resize(380, 110)
    qtbot.addWidget(slider)
    slider.show()
    qtbot.waitExposed(slider)
    return slider


def record(slider: LiveSlider) -> tuple[list[float], list[float]]:
    moved: list[float] = []
    committed: list[float] = []
    slider.moved.connect(moved.append)
    slider.committed.connect(committed.append)
    return moved, committed


def test_a_drag_moves_all_along_and_commits_once(slider: LiveSlider, qtbot: QtBot) -> None:
    moved, committed = record(slider)
    track = slider.track
    y = 18
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(int(track.x_of(100)), y))
    for ticks in (120, 150, 200):
        QTest.mouseMove(track, QPoint(round(track.x_of(ticks)), y))
    qtbot.wait(REST_MS + 100)
    assert moved[-1] == pytest.approx(2.0, abs=0.05)
    assert len(moved) >= 3
    assert committed == []
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.x_of(200)), y))
    assert committed == [slider.value]
    qtbot.wait(REST_MS + 100)
    assert len(committed) == 1


def test_keys_step_and_commit_after_a_rest(slider: LiveSlider, qtbot: QtBot) -> None:
    moved, committed = record(slider)
    slider.track.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageUp):
        QTest.keyClick(slider.track, key)
    assert moved == [1.05, 1.1, 1.05, 1.3]
    assert committed == []
    qtbot.waitUntil(lambda: bool(committed), timeout=REST_MS * 5)
    assert committed == [1.3]
    QTest.keyClick(slider.track, Qt.Key.Key_Home)
    assert slider.value == 0.1
    QTest.keyClick(slider.track, Qt.Key.Key_End)
    assert slider.value == 3.0


def test_a_typed_value_may_lie_beyond_the_slider_but_not_beyond_the_file(
    slider: LiveSlider,
) -> None:
    _, committed = record(slider)

    def enter(text: str) -> None:
        slider.number.selectAll()
        QTest.keyClicks(slider.number, text)
        QTest.keyClick(slider.number, Qt.Key.Key_Return)

    enter("4,5")
    assert slider.value == 4.5
    enter("99")
    assert slider.value == 10.0
    enter("nonsense")
    assert slider.value == 10.0
    assert slider.number.text() == "10.00"
    assert committed == [4.5, 10.0]


def test_what_others_write_shows_but_does_not_take_the_handle_away(slider: LiveSlider) -> None:
    _, committed = record(slider)
    slider.set_value(0.7)
    assert slider.value == 0.7
    assert committed == []
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    slider.set_value(2.0)
    assert slider.value == 0.75
    slider.flush()
    assert committed == [0.75]


def test_leaving_the_page_loses_nothing(slider: LiveSlider) -> None:
    _, committed = record(slider)
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    slider.hide()
    assert committed == [1.05]


def test_live_values_are_told_in_words_and_follow_the_handle(slider: LiveSlider) -> None:
    slider.show_live(0.6, 1.24)
    assert slider.track.marks.live_words == "Now 0.60: too little"
    assert slider.track.marks.last_words == "Last try 1.24: fine"
    assert not slider.track.marks.met
    slider.set_value(1.3)
    assert slider.track.marks.last_words == "Last try 1.24: too little"
    slider.set_value(0.5)
    assert slider.track.marks.live_words == "Now 0.60: fine"
    slider.show_live(math.nan)
    assert slider.track.marks.live_words == "Now: not visible"
    assert slider.track.marks.live is None
    slider.show_live(None)
    assert slider.track.marks.live_words == ""


def test_too_much_is_too_much_where_less_is_wanted(qtbot: QtBot) -> None:
    slider = LiveSlider("Drift to the side", make_scale("most"))
    qtbot.addWidget(slider)
    slider.set_value(0.5)
    slider.show_live(0.8, 0.5)
    assert slider.track.marks.live_words == "Now 0.80: too much"
    assert slider.track.marks.last_words == "Last try 0.50: fine"


def test_reset_is_offered_only_for_what_differs(slider: LiveSlider, qtbot: QtBot) -> None:
    assert slider.reset_button.isVisible()
    with qtbot.waitSignal(slider.reset_requested):
        QTest.mouseClick(slider.reset_button, Qt.MouseButton.LeftButton)
    slider.set_value(0.5)
    assert not slider.reset_button.isVisible()
    slider.set_value(0.6)
    slider.set_default(None)
    assert not slider.reset_button.isVisible()


def test_every_control_has_a_name_and_is_large_enough(
    slider: LiveSlider, qtbot: QtBot, qapp: QApplication
) -> None:
    themes().apply(qapp)
    qtbot.waitUntil(lambda: slider.number.height() > 30)
    for control in (slider.number, slider.track, slider.reset_button):
        assert "Travel of the hand" in control.accessibleName()
        assert control.height() >= 32
    assert slider.track.accessibleDescription() == "1.00 shoulder widths"


def test_the_bar_is_painted_in_the_colour_of_what_it_says(slider: LiveSlider) -> None:
    def colour_at(ticks: int) -> str:
        image = slider.track.grab().toImage()
        return image.pixelColor(round(slider.track.x_of(ticks)), 18).name().upper()

    theme = themes().theme
    slider.show_live(0.6)
    assert colour_at(40) == theme.amber
    slider.set_value(0.5)
    slider.show_live(2.0)
    assert colour_at(150) == theme.accent
    assert colour_at(250) == theme.line


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(alphabet="0123456789.,-e ", max_size=6), max_size=4), st.floats(0.01, 10.0))
def test_whatever_is_typed_the_value_stays_within_what_the_file_allows(
    qtbot: QtBot, texts: list[str], start: float
) -> None:
    scale = make_scale()
    field = NumberField(scale)
    qtbot.addWidget(field)
    found: list[float] = []
    field.edited.connect(found.append)
    field.set_value(start)
    for text in texts:
        field.setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClick(field, Qt.Key.Key_Up)
    assert all(scale.least <= value <= scale.most for value in found)
    assert all(round(value, 2) == value for value in found)
    assert scale.least <= float(field.text()) <= scale.most

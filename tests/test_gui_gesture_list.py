"""The gesture list: live meters, why not, and all of it by keyboard."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from support_body import PERFORMANCES, perform
from support_pipeline import default, make_pipeline, run

from gesturepose.datatypes import GestureProgress
from gesturepose.gui.gesture_list import GestureList

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gesturepose.config import Config
    from gesturepose.pipeline import Snapshot


@pytest.fixture
def gestures(qtbot: QtBot) -> GestureList:
    gestures = GestureList()
    qtbot.addWidget(gestures)
    gestures.set_config(default())
    gestures.resize(420, 620)
    gestures.show()
    qtbot.waitExposed(gestures)
    return gestures


def list_titles(gestures: GestureList) -> list[str]:
    model = gestures.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def index_of(gestures: GestureList, title: str) -> QModelIndex:
    return gestures.view.model().index(list_titles(gestures).index(title), 0)


def read_aloud(gestures: GestureList, title: str) -> str:
    return str(index_of(gestures, title).data(Qt.ItemDataRole.AccessibleTextRole))


@cache
def still() -> Snapshot:
    return run(perform([], idle_s=0.7), make_pipeline(explain=True))[-1]


def with_progress(snapshot: Snapshot, t: float, **values: float) -> Snapshot:
    progress = {name: GestureProgress(value, active=False) for name, value in values.items()}
    return replace(snapshot, progress=progress, frame=replace(snapshot.frame, timestamp=t))


def rebind(*bindings: dict[str, object]) -> Config:
    data = default().model_dump(exclude_unset=True)
    data["bindings"] = list(bindings)
    return type(default()).model_validate(data)


def button(gestures: GestureList, text: str) -> QPushButton:
    found = gestures.findChildren(QPushButton)
    return next(b for b in found if b.text().replace("&", "") == text)


def test_gestures_that_do_something_come_first(gestures: GestureList) -> None:
    titles = list_titles(gestures)
    assert titles[:7] == [
        "Spread",
        "Gather",
        "Hands up",
        "Swipe left",
        "Swipe right",
        "Raise right hand",
        "Not mapped",
    ]
    assert len(titles) == len(default().gestures) + 1


def test_rows_are_tall_enough_to_hit(gestures: GestureList) -> None:
    view = gestures.view
    heights = [
        view.visualRect(view.model().index(row, 0)).height()
        for row, title in enumerate(list_titles(gestures))
        if title != "Not mapped"
    ]
    assert min(heights) >= 44


def test_a_screen_reader_hears_all_of_a_row(gestures: GestureList) -> None:
    gestures.show_snapshot(with_progress(still(), 5.0, spread=0.4))
    assert read_aloud(gestures, "Spread").startswith("Spread, 40 percent, Zoom in, Ctrl plus")
    assert read_aloud(gestures, "Wave") == "Wave, 0 percent, Not mapped"


def test_meters_follow_progress(gestures: GestureList) -> None:
    gestures.show_snapshot(with_progress(still(), 5.0, spread=0.4, wave=1.0))
    assert (gestures.percent("spread"), gestures.percent("wave")) == (40, 100)
    gestures.show_snapshot(with_progress(still(), 5.1))
    assert gestures.percent("spread") == 0


def test_a_stroke_that_was_recognised_stays_full_for_a_moment(gestures: GestureList) -> None:
    full = []
    for snapshot in run(perform(PERFORMANCES["spread"]), make_pipeline()):
        gestures.show_snapshot(snapshot)
        if gestures.percent("spread") == 100:
            full.append(snapshot.frame.timestamp)
    assert full[-1] - full[0] == pytest.approx(0.8, abs=0.1)


def test_only_rows_whose_meter_changed_are_painted(gestures: GestureList, qtbot: QtBot) -> None:
    snapshot = still()
    gestures.show_snapshot(with_progress(snapshot, 5.0, spread=0.4, gather=0.2))
    qtbot.wait(30)
    painted: list[str] = []
    delegate = gestures.view.itemDelegate()
    original = delegate.paint

    def paint(painter: object, option: object, index: QModelIndex) -> None:
        painted.append(index.data())
        original(painter, option, index)  # type: ignore[arg-type]

    delegate.paint = paint  # type: ignore[method-assign, assignment]
    gestures.show_snapshot(with_progress(snapshot, 5.03, spread=0.404, gather=0.25))
    qtbot.wait(30)
    assert painted == ["Gather"]


def test_the_keyboard_chooses_passes_headings_and_edits(
    gestures: GestureList, qtbot: QtBot
) -> None:
    gestures.view.setFocus()
    gestures.select("raise_right_hand")
    with qtbot.waitSignal(gestures.selected) as chosen:
        QTest.keyClick(gestures.view, Qt.Key.Key_Down)
    assert chosen.args == ["raise_left_hand"]
    with qtbot.waitSignal(gestures.edit_requested) as edit:
        QTest.keyClick(gestures.view, Qt.Key.Key_Return)
    assert edit.args == ["raise_left_hand"]
    QTest.keyClick(gestures.view, Qt.Key.Key_Up)
    assert gestures.selected_gesture == "raise_right_hand"


def test_a_double_click_and_the_button_edit(gestures: GestureList, qtbot: QtBot) -> None:
    spot = gestures.view.visualRect(index_of(gestures, "Gather")).center()
    viewport = gestures.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=spot)
    assert gestures.selected_gesture == "gather"
    with qtbot.waitSignal(gestures.edit_requested) as edit:
        QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=spot)
    assert edit.args == ["gather"]
    with qtbot.waitSignal(gestures.edit_requested) as edit:
        QTest.mouseClick(button(gestures, "Edit gesture"), Qt.MouseButton.LeftButton)
    assert edit.args == ["gather"]


def test_why_the_chosen_gesture_does_not_fire(gestures: GestureList) -> None:
    assert gestures.why_not_text == ""
    gestures.select("hands_up")
    snapshot = still()
    gestures.show_snapshot(snapshot)
    assert gestures.why_not_text.startswith("Both wrists ")
    assert gestures.why_not_text.endswith(" shoulder widths too low")
    assert gestures.rules_text == ""
    QTest.mouseClick(button(gestures, "Every rule"), Qt.MouseButton.LeftButton)
    later = replace(snapshot, explanations={"hands_up": replace(snapshot.explanations["hands_up"])})
    gestures.show_snapshot(replace(later, frame=replace(snapshot.frame, timestamp=99.0)))
    lines = gestures.rules_text.splitlines()
    assert len(lines) == len(snapshot.explanations["hands_up"].rules)
    assert any(line.startswith("✓") for line in lines)
    assert any(line.startswith("✗ left wrist") for line in lines)


def test_what_blocks_everything_is_said_first(gestures: GestureList) -> None:
    gestures.select("hands_up")
    gestures.show_snapshot(replace(still(), blocked_by="nobody is in view", explanations={}))
    assert gestures.why_not_text == "Nobody in view"


def test_explanations_are_wanted_only_while_somebody_can_read_them(
    gestures: GestureList, qtbot: QtBot
) -> None:
    wanted: list[bool] = []
    gestures.explanations_wanted.connect(wanted.append)
    assert not gestures.wants_explanations
    gestures.select("spread")
    gestures.hide()
    gestures.show()
    qtbot.wait(10)
    gestures.select("")
    assert wanted == [True, False, True, False]
    assert not gestures.has_selection


def test_the_choice_outlives_a_change_of_the_mapping(gestures: GestureList) -> None:
    gestures.select("wave")
    chosen: list[str] = []
    gestures.selected.connect(chosen.append)
    gestures.set_config(rebind({"gesture": "wave", "press": "f5", "description": "Start"}))
    assert list_titles(gestures)[:2] == ["Wave", "Not mapped"]
    assert gestures.selected_gesture == "wave"
    assert "" not in chosen
    without = {n: g for n, g in default().gestures.items() if n != "wave"}
    gestures.set_config(default().model_copy(update={"gestures": without}))
    assert gestures.selected_gesture == ""
    assert chosen[-1] == ""


def test_bindings_that_are_off_do_not_map_and_further_ones_are_counted(
    gestures: GestureList,
) -> None:
    gestures.set_config(
        rebind(
            {"gesture": "spread", "press": "a", "enabled": False},
            {"gesture": "gather", "press": "b"},
            {"gesture": "gather", "press": "c"},
        )
    )
    assert list_titles(gestures)[:2] == ["Gather", "Not mapped"]
    assert read_aloud(gestures, "Spread").endswith("Not mapped")
    row = index_of(gestures, "Gather").data(Qt.ItemDataRole.UserRole)
    assert row.more == 1


def test_a_snapshot_costs_less_than_a_millisecond(gestures: GestureList) -> None:
    gestures.select("spread")
    snapshots = run(perform(PERFORMANCES["spread"], fps=15.0), make_pipeline(explain=True))
    began = time.thread_time()
    for snapshot in snapshots:
        gestures.show_snapshot(snapshot)
    assert (time.thread_time() - began) / len(snapshots) < 0.001

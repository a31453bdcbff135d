"""The gesture editor: every threshold, its living value, and the file that it is written to."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support_body import PERFORMANCES, hold, perform
from support_body import Key as BodyKey
from support_pipeline import make_pipeline

from gesturepose.gui.document import MappingDocument
from gesturepose.gui.fold import Fold
from gesturepose.gui.gesture_editor import GestureEditor
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from pytestqt.qtbot import QtBot

    from gesturepose.pipeline import Snapshot

SHORT = [
    *hold(0.2, BodyKey(0.8, right=(1.4, -0.1))),
    *hold(0.2, BodyKey(0.4, right=(1.05, -0.1))),
]
"""A swipe to the left that goes nowhere near far enough."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gestures.toml"
    path.write_bytes(default_config().read_bytes())
    return path


@pytest.fixture
def document(path: Path, qtbot: QtBot) -> MappingDocument:
    del qtbot  # the application has to be there
    return MappingDocument(path)


@pytest.fixture
def editor(document: MappingDocument, qtbot: QtBot) -> GestureEditor:
    editor = GestureEditor(document)
    qtbot.addWidget(editor)
    editor.resize(420, 620)
    editor.show()
    qtbot.waitExposed(editor)
    return editor


def choose(editor: GestureEditor, name: str) -> None:
    editor.show_gesture(name)
    QApplication.processEvents()


def read(path: Path, name: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))["gestures"][name]
    return table


def watch(editor: GestureEditor, keys: list[BodyKey], **config: Any) -> list[Snapshot]:
    pipeline = make_pipeline(explain=True, **config)
    snapshots = [pipeline.step(frame) for frame in perform(keys)]
    for snapshot in snapshots:
        editor.show_snapshot(snapshot)
    return snapshots


def words(editor: GestureEditor, setting: str) -> tuple[str, str]:
    marks = editor.slider(setting).track.marks
    return marks.live_words, marks.last_words


def test_a_swipe_has_its_thresholds_and_they_say_what_the_file_says(editor: GestureEditor) -> None:
    choose(editor, "swipe_left")
    for setting, value in (
        ("motion.distance", 0.5),
        ("motion.within_s", 0.5),
        ("motion.max_drift", 0.55),
        ("cooldown_s", 0.5),
        ("motion.min_speed", 2.2),
        ("motion.max_start_speed", 0.42),
        ("pose[1].margin", 0.1),
        ("motion.start[1].min_distance", 0.75),
    ):
        assert editor.slider(setting).value == value
    with pytest.raises(KeyError):
        editor.slider("hold_s")


def test_a_typed_threshold_is_written_and_all_comments_stay(
    editor: GestureEditor, path: Path
) -> None:
    before = path.read_text("utf-8")
    choose(editor, "swipe_left")
    number = editor.slider("motion.distance").number
    number.selectAll()
    QTest.keyClicks(number, "0.8")
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert read(path, "swipe_left")["motion"]["distance"] == 0.8
    after = path.read_text("utf-8")
    section = after.index("[gestures.swipe_left]")
    assert after[:section] == before[:section]
    changed = [
        (a, b) for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b
    ]
    assert changed == [("motion.distance = 0.5", "motion.distance = 0.8")]


def test_a_rule_of_a_posture_is_written_where_it_stands(editor: GestureEditor, path: Path) -> None:
    choose(editor, "hands_up")
    slider = editor.slider("pose[1].margin")
    slider.track.setFocus()
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    slider.flush()
    margins = [rule.get("margin") for rule in read(path, "hands_up")["pose"]]
    assert margins[:3] == [0.2, 0.25, 0.1]


def test_one_drag_is_one_step_back(
    editor: GestureEditor, document: MappingDocument, path: Path, qtbot: QtBot
) -> None:
    before = path.read_text("utf-8")
    choose(editor, "hands_up")
    slider = editor.slider("hold_s")
    for _ in range(6):
        QTest.keyClick(slider.track, Qt.Key.Key_Right)
    assert path.read_text("utf-8") == before
    qtbot.waitUntil(lambda: read(path, "hands_up")["hold_s"] == 0.7, timeout=3000)
    assert document.undo()
    assert path.read_text("utf-8") == before
    assert slider.value == 0.4


def test_an_edit_by_hand_shows_at_once(
    editor: GestureEditor, document: MappingDocument, path: Path
) -> None:
    choose(editor, "swipe_left")
    slider = editor.slider("motion.distance")
    text = path.read_text("utf-8")
    start = text.index("[gestures.swipe_left]")
    changed = text[start:].replace("motion.distance = 0.5", "motion.distance = 1.1", 1)
    path.write_text(text[:start] + changed, "utf-8")
    document.look()
    assert slider.value == 1.1
    assert not slider.reset_button.isHidden()


def test_a_broken_file_refuses_the_change_and_the_slider_goes_back(
    editor: GestureEditor, path: Path
) -> None:
    choose(editor, "hands_up")
    slider = editor.slider("hold_s")
    broken = path.read_text("utf-8") + "\n[gestures.oops\n"
    path.write_text(broken, "utf-8")
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    slider.flush()
    assert slider.value == 0.4
    assert path.read_text("utf-8") == broken


def test_switching_a_gesture_off_is_written(editor: GestureEditor, path: Path) -> None:
    choose(editor, "t_pose")
    QTest.mouseClick(editor.enabled, Qt.MouseButton.LeftButton)
    assert read(path, "t_pose")["enabled"] is False
    QTest.mouseClick(editor.enabled, Qt.MouseButton.LeftButton)
    assert read(path, "t_pose").get("enabled", True) is True


def test_resetting_gives_back_every_value_it_came_with(
    editor: GestureEditor, document: MappingDocument, path: Path, qtbot: QtBot
) -> None:
    default = read(path, "swipe_up")
    choose(editor, "swipe_up")
    assert not editor.reset_button.isEnabled()
    document.set_value(("gestures", "swipe_up", "motion", "distance"), 1.5)
    document.set_value(("gestures", "swipe_up", "motion", "min_speed"), 4.0)
    document.set_value(("gestures", "swipe_up", "pose", 1, "min_distance"), 0.9)
    assert editor.reset_button.isEnabled()
    QTest.mouseClick(editor.reset_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not editor.reset_button.isEnabled(), timeout=3000)
    assert read(path, "swipe_up") == default


def test_a_good_swipe_stays_to_be_read_afterwards(editor: GestureEditor) -> None:
    choose(editor, "swipe_left")
    snapshots = watch(editor, PERFORMANCES["swipe_left"])
    assert any(event.gesture == "swipe_left" for s in snapshots for event in s.events)
    live, last = words(editor, "motion.distance")
    assert live.endswith("too little")
    assert last.startswith("Last try 1.6")
    assert last.endswith("fine")
    assert words(editor, "motion.max_drift")[1].endswith("fine")
    # Nothing moves any more: straightness means nothing now.
    assert words(editor, "motion.max_drift")[0] == ""


def test_a_short_swipe_says_how_far_it_went(editor: GestureEditor) -> None:
    choose(editor, "swipe_left")
    snapshots = watch(editor, SHORT)
    assert not any(s.events for s in snapshots)
    last = words(editor, "motion.distance")[1]
    assert last.startswith("Last try 0.4")
    assert last.endswith("too little")
    # What would have been enough is told while the handle moves, before anything is written.
    editor.slider("motion.distance").set_value(0.4)
    assert words(editor, "motion.distance")[1].endswith("fine")


def test_a_posture_that_was_held_says_for_how_long_and_how_deep(editor: GestureEditor) -> None:
    choose(editor, "hands_up")
    editor.slider("pose[0].margin")
    QApplication.processEvents()
    watch(editor, PERFORMANCES["hands_up"])
    held = editor.slider("hold_s").track.marks.last
    assert held is not None
    assert 0.8 <= held / 100 <= 1.5
    assert words(editor, "pose[0].margin")[1].endswith("fine")
    assert words(editor, "pose[0].margin")[0].endswith("too little")


def test_the_line_of_words_says_what_is_missing(editor: GestureEditor) -> None:
    choose(editor, "hands_up")
    pipeline = make_pipeline(explain=True)
    said = set()
    for frame in perform(PERFORMANCES["hands_up"]):
        editor.show_snapshot(pipeline.step(frame))
        said.add(editor._status.text())
    assert "Recognised." in said
    assert "Still missing: Left hand above the nose" in said
    assert any("nobody is in view" in text or "only just come" in text for text in said)


@pytest.mark.parametrize("name", ["swipe_up", "hand_on_hip", "wave", "clap", "push"])
def test_every_gesture_opens_and_every_field_takes_a_value(
    editor: GestureEditor, document: MappingDocument, name: str
) -> None:
    choose(editor, name)
    for fold in editor.findChildren(Fold):
        fold.open()
    pipeline = make_pipeline(explain=True)
    for frame in perform(PERFORMANCES[name], fps=15.0, idle_s=0.6):
        editor.show_snapshot(pipeline.step(frame))
    fields = dict(editor._fields)
    assert fields
    for setting, field in fields.items():
        assert editor.slider(setting).value == field.value
        assert field.scale.least <= field.scale.low <= field.value <= field.scale.high
        assert field.scale.high <= field.scale.most
        assert field.label[0].isupper()
    # One of each kind of place is enough to write; it must be one the file takes.
    for setting in {setting.split("[")[0].split(".")[-1]: setting for setting in fields}.values():
        field = fields[setting]
        editor.slider(setting).committed.emit(field.scale.high)
        assert document.refusal == "", setting


def test_a_gesture_of_ones_own_works_the_same(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "gestures.toml"
    path.write_text(
        "[gestures.bow]  # mine\n"
        'pose = [{ angle = ["left_hip", "left_knee", "left_ankle"], max_deg = 100 }]\n'
        "hold_s = 45\n",
        "utf-8",
    )
    editor = GestureEditor(MappingDocument(path))
    qtbot.addWidget(editor)
    choose(editor, "bow")
    assert editor.slider("hold_s").value == 45
    slider = editor.slider("pose[0].max_deg")
    assert slider.value == 100
    slider.committed.emit(95.0)
    assert "max_deg = 95" in path.read_text("utf-8")
    assert not editor.reset_button.isEnabled()
    choose(editor, "gone")
    assert not editor.enabled.isEnabled()


def test_only_a_visible_editor_wants_explanations(editor: GestureEditor) -> None:
    assert not editor.wants_explanations
    choose(editor, "wave")
    assert editor.wants_explanations
    editor.hide()
    assert not editor.wants_explanations


def test_escape_and_done_leave(editor: GestureEditor, qtbot: QtBot) -> None:
    choose(editor, "wave")
    with qtbot.waitSignal(editor.closed):
        QTest.keyClick(editor, Qt.Key.Key_Escape)
    with qtbot.waitSignal(editor.closed):
        QTest.mouseClick(editor.done_button, Qt.MouseButton.LeftButton)

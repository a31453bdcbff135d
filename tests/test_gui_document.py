"""The document: every change is on the disk and told; a refused one changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gesturepose.gui.document import MappingDocument

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

MAPPING = (
    "[control]\nengaged_s = 15.0  # long\n\n"
    '[[bindings]]\ngesture = "wave"\npress = "a"  # the letter\n\n'
    '[[bindings]]\ngesture = "clap"\nclose = "front"\n'
)


@pytest.fixture
def document(qtbot: QtBot, tmp_path: Path) -> MappingDocument:
    del qtbot  # there is an application
    path = tmp_path / "gestures.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return MappingDocument(path)


def test_a_change_is_told_once_and_saved(qtbot: QtBot, document: MappingDocument) -> None:
    saved: list[str] = []
    document.saved.connect(saved.append)
    with qtbot.waitSignal(document.changed) as told:
        assert document.set_value(("control", "engaged_s"), 4.0)
    assert told.args == [document.config]
    assert document.config.control.engaged_s == 4.0
    assert saved == [str(document.path)]
    assert document.path.read_text(encoding="utf-8") == MAPPING.replace("15.0 ", "4.0  ")
    assert document.can_undo
    assert document.undo()
    assert document.path.read_text(encoding="utf-8") == MAPPING
    assert document.redo()
    assert document.config.control.engaged_s == 4.0
    assert document.remove_value(("control", "engaged_s"))
    assert document.config.control.engaged_s == 15.0


def test_a_change_that_says_nothing_new_is_not_told(
    qtbot: QtBot, document: MappingDocument
) -> None:
    with qtbot.assertNotEmitted(document.changed), qtbot.assertNotEmitted(document.saved):
        assert document.set_value(("control", "engaged_s"), 15.0)
        document.look()


def test_a_refusal_says_why(qtbot: QtBot, document: MappingDocument) -> None:
    with qtbot.waitSignal(document.failed) as told, qtbot.assertNotEmitted(document.changed):
        assert not document.set_value(("control", "engaged_s"), -1.0)
    assert "greater than 0" in told.args[0]
    assert document.refusal == told.args[0]
    assert document.path.read_text(encoding="utf-8") == MAPPING


def test_edits_in_another_program_arrive_by_themselves(
    qtbot: QtBot, document: MappingDocument
) -> None:
    with qtbot.waitSignal(document.changed, timeout=3000):
        document.path.write_text(MAPPING.replace("wave", "push"), encoding="utf-8")
    assert document.config.bindings[0].gesture == "push"
    config = document.config
    with qtbot.waitSignal(document.problems_changed, timeout=3000) as told:
        document.path.write_text(MAPPING.replace("wave", "wav"), encoding="utf-8")
    assert told.args[0] == document.problems
    assert document.problems == [
        "gestures.toml:5: bindings[0].gesture: gesture 'wav' is not defined; did you mean 'wave'?"
    ]
    assert document.config is config
    assert not document.can_undo
    assert not document.delete_binding(0)
    assert "correct them" in document.refusal
    with qtbot.waitSignal(document.problems_changed, timeout=3000) as told:
        document.path.write_text(MAPPING, encoding="utf-8")
    assert told.args[0] == []
    assert document.config.bindings[0].gesture == "wave"


def test_a_refused_change_still_tells_what_others_wrote(
    qtbot: QtBot, document: MappingDocument
) -> None:
    document.path.write_text('[[bindings]]\ngesture = "push"\npress = "b"\n', encoding="utf-8")
    with qtbot.waitSignals([document.changed, document.failed]):
        assert not document.delete_binding(0)
    assert [binding.gesture for binding in document.config.bindings] == ["push"]


def test_doubts_follow_the_mapping(document: MappingDocument) -> None:
    assert len(document.doubts) == 1
    assert "bindings[1]" in document.doubts[0]
    assert document.delete_binding(1)
    assert document.doubts == []

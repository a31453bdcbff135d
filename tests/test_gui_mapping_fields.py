"""The fields of each kind of action give back what they show; programs and windows are picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from gesturepose.actions.settings import KINDS, Binding
from gesturepose.gui.mapping.app_filter import BROWSERS, AppFilter, app_pattern
from gesturepose.gui.mapping.application_picker import ApplicationPicker
from gesturepose.gui.mapping.kinds import make_field, name_kinds
from gesturepose.gui.mapping.program_fields import LaunchAction, RunAction
from gesturepose.platforms.applications import Application
from gesturepose.platforms.base import WindowInfo

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

EXAMPLES: list[dict[str, Any]] = [
    {"press": "ctrl+plus"},
    {"hold": "space"},
    {"type": "Dear all,\n\tgood day"},
    {"click": "double"},
    {"scroll": -3},
    {"scroll": {"x": 4}},
    {"scroll": {"x": 1, "y": -2}},
    {"move": [-40, 0]},
    {"launch": "org.mozilla.firefox"},
    {"launch": ["xterm", "-T", "two words"]},
    {"close": "front"},
    {"close": "fire|fox"},
    {"open": "https://example.org"},
    {"run": ["notify-send", "it's", '"quoted"']},
    {"run": "echo $HOME # yes", "shell": True},
    {"media": "volumeup"},
    {"notify": "Got it"},
    {"control": "pause"},
]


def test_every_kind_has_a_name_and_fields(qtbot: QtBot) -> None:
    assert sorted(kind for kind, _ in name_kinds()) == sorted(KINDS)
    for kind in KINDS:
        field = make_field(kind)
        qtbot.addWidget(field)
        # Nothing is chosen for anybody.
        assert field.fields() == {}
        assert field.ask()


@pytest.mark.parametrize("written", EXAMPLES, ids=lambda written: str(next(iter(written.items()))))
def test_fields_give_back_what_they_show(qtbot: QtBot, written: dict[str, Any]) -> None:
    kind = next(iter(written))
    field = make_field(kind)
    qtbot.addWidget(field)
    if isinstance(field, RunAction):
        field.allow.setChecked(True)
    with qtbot.assertNotEmitted(field.edited):
        if kind not in ("type", "notify"):
            field.show_fields(written)
    field.show_fields(written)
    assert field.fields() == written
    assert Binding.model_validate({"gesture": "wave", **field.fields()}).kind == kind
    field.show_fields({})
    if not isinstance(field, RunAction):
        assert field.fields() == {}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.lists(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])), min_size=1))
def test_any_arguments_survive_their_line(qtbot: QtBot, words: list[str]) -> None:
    field = LaunchAction()
    qtbot.addWidget(field)
    field.show_fields({"launch": ["program", *words]})
    assert field.fields() == {"launch": ["program", *words]}


def test_an_open_quote_is_not_a_command_yet(qtbot: QtBot) -> None:
    field = RunAction()
    qtbot.addWidget(field)
    field.allow.setChecked(True)
    QTest.keyClicks(field.command, "say 'Hello")
    assert field.fields() == {}
    QTest.keyClicks(field.command, "'")
    assert field.fields() == {"run": ["say", "Hello"]}


def test_a_program_is_found_by_typing(qtbot: QtBot) -> None:
    applications = [
        Application("Editor", "editor"),
        Application("Firefox", "org.mozilla.firefox"),
        Application("Files", "nautilus"),
    ]
    picker = ApplicationPicker(list_apps=lambda: applications)
    qtbot.addWidget(picker)
    picker.show()
    qtbot.waitUntil(lambda: picker.list.count() == 3)
    ok = picker.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    QTest.keyClicks(picker.search, "moz")
    assert picker.chosen == "org.mozilla.firefox"
    picker.search.clear()
    QTest.keyClicks(picker.search, "fi")
    QTest.keyClick(picker.search, Qt.Key.Key_Down)
    assert picker.chosen == "nautilus"
    QTest.keyClicks(picker.search, "zzz")
    assert picker.chosen == ""
    assert not ok.isEnabled()
    assert "No such program" in picker.note.text()
    picker.search.setText("edit")
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert picker.result() == ApplicationPicker.DialogCode.Accepted
    assert picker.chosen == "editor"


def test_windows_that_are_open_are_offered(qtbot: QtBot) -> None:
    fields = AppFilter(list_apps=lambda: ["gimp", "chrom"])
    qtbot.addWidget(fields)
    assert fields.pattern is None
    count = fields.choice.count()
    fields.show_pattern("x.y")
    assert fields.pattern == "x.y"
    fields.look()
    # One that is offered already is not offered again.
    qtbot.waitUntil(lambda: fields.choice.count() == count + 2)
    assert fields.pattern == "x.y"
    assert "Gimp (open now)" in [
        fields.choice.itemText(row) for row in range(fields.choice.count())
    ]
    fields.show_pattern(BROWSERS)
    assert fields.pattern == BROWSERS
    fields.show_pattern(None)
    assert fields.pattern is None


@pytest.mark.parametrize(
    "app",
    ["Navigator firefox", "chromium Chromium", "C:\\Programs\\vlc.exe", "gimp-2.10 Gimp-2.10"],
)
def test_an_application_is_found_again_by_its_pattern(app: str) -> None:
    window = WindowInfo(title="Untitled", app=app, pid=None, window_id=1)
    assert window.matches(app_pattern(app))
    assert not WindowInfo("Untitled", "other", None, 1).matches(app_pattern(app))

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
from gesturepose.gui.mapping.app_filter import BROWSERS, AppFilter, app_name, read_typed
from gesturepose.gui.mapping.application_picker import ApplicationPicker
from gesturepose.gui.mapping.kinds import make_field, name_kinds
from gesturepose.gui.mapping.program_fields import (
    CloseAction,
    CommandField,
    LaunchAction,
    OpenAction,
    RunAction,
)
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
    {"launch": ["xterm"]},
    {"launch": "/opt/tool/start"},
    {"close": "front"},
    {"close": "[draft]"},
    {"close": "/fire|fox/"},
    {"open": "https://example.org"},
    {"open": "~/Talk.desktop"},
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
    if isinstance(field, CommandField):
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
    field.allow.setChecked(True)
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


@pytest.mark.parametrize(
    ("kind", "typed", "safe"),
    [("launch", "/opt/tool", "tool"), ("open", "evil.desktop", "talk.pdf")],
)
def test_a_command_by_another_name_needs_leave_too(
    qtbot: QtBot, kind: str, typed: str, safe: str
) -> None:
    field = make_field(kind)
    assert isinstance(field, LaunchAction | OpenAction)
    qtbot.addWidget(field)
    field.show()
    line = field.program if isinstance(field, LaunchAction) else field.target
    line.setText(safe)
    assert field.fields() == {kind: safe}
    assert not field.allow.isVisible()
    line.setText(typed)
    assert field.fields() == {}
    assert field.allow.isVisible()
    assert field.warning.isVisible()
    assert "tick the box" in field.ask()
    with qtbot.waitSignal(field.allowed):
        field.allow.click()
    assert field.fields() == {kind: typed}


def test_arguments_need_leave_and_say_so_beside_the_field(qtbot: QtBot) -> None:
    field = LaunchAction()
    qtbot.addWidget(field)
    field.show()
    field.program.setText("firefox")
    field.arguments.setText("--private-window")
    assert field.fields() == {}
    assert "Arguments" in field.warning.text()
    assert field.allow.isVisible()
    field.arguments.clear()
    assert field.fields() == {"launch": "firefox"}


def test_closing_says_how_its_text_is_read(qtbot: QtBot) -> None:
    field = CloseAction()
    qtbot.addWidget(field)
    field.show_fields({"close": "C++"})
    assert "slashes" in field.hint.text()
    field.show_fields({"close": "front"})
    assert field.hint.text() == ""


def test_windows_that_are_open_are_offered(qtbot: QtBot) -> None:
    fields = AppFilter(list_apps=lambda: ["gimp-2.10", "chrom"])
    qtbot.addWidget(fields)
    assert fields.app is None
    count = fields.choice.count()
    fields.show_app("x.y")
    assert fields.app == "x.y"
    fields.look()
    # One that is offered already is not offered again.
    qtbot.waitUntil(lambda: fields.choice.count() == count + 2)
    assert fields.app == "x.y"
    offered = [fields.choice.itemText(row) for row in range(fields.choice.count())]
    row = offered.index("Gimp-2.10 (open now)")
    fields.choice.setCurrentIndex(row)
    fields.choice.activated.emit(row)
    assert fields.app == ["gimp-2.10"]  # the dot is a dot
    fields.show_app(BROWSERS)
    assert fields.app == BROWSERS
    fields.show_app(None)
    assert fields.app is None


@pytest.mark.parametrize(
    "app", [["C++"], ["gimp"], ["firefox", "C++"], ["two words", " edge ", "/x/"], "x.*y", "gimp"]
)
def test_where_it_acts_comes_back_as_it_was_written(qtbot: QtBot, app: str | list[str]) -> None:
    fields = AppFilter(list_apps=list)
    qtbot.addWidget(fields)
    with qtbot.assertNotEmitted(fields.edited):
        fields.show_app(app)
    assert fields.app == app
    fields.show_app("chrom")
    fields.show_app(app)
    assert fields.app == app


def _pick_last(fields: AppFilter, back: int) -> None:
    row = fields.choice.count() - back
    fields.choice.setCurrentIndex(row)
    fields.choice.activated.emit(row)


def test_several_programs_are_names_one_a_line(qtbot: QtBot) -> None:
    fields = AppFilter(list_apps=list)
    qtbot.addWidget(fields)
    fields.show()
    written: list[str | list[str] | None] = []
    fields.edited.connect(lambda: written.append(fields.app))
    fields.show_app("chrom|firefox")
    _pick_last(fields, 2)
    assert fields.names.isVisible()
    assert fields.names.toPlainText() == "chrom\nfirefox"
    assert written == []  # until something is changed
    fields.names.setPlainText("firefox\n C++ \n\n")
    # Nothing at all for a moment does not mean anywhere.
    fields.names.clear()
    assert [app for app in written if app] == written
    assert written[-1] == fields.app == ["firefox", "C++"]


@pytest.mark.parametrize(
    ("typed", "app"),
    [
        ("gimp", "gimp"),
        ("C++", ["C++"]),
        ("[draft]", ["[draft]"]),
        ("/a|b/", "a|b"),
        ("a|b", ["a|b"]),
        ("  ", None),
    ],
)
def test_what_is_typed_is_plain_text_or_a_pattern_between_slashes(
    qtbot: QtBot, typed: str, app: str | list[str] | None
) -> None:
    assert read_typed(typed) == app
    fields = AppFilter(list_apps=list)
    qtbot.addWidget(fields)
    fields.show()
    _pick_last(fields, 1)
    QTest.keyClicks(fields.line, typed)
    assert fields.app == app


@pytest.mark.parametrize(
    "app",
    ["Navigator firefox", "chromium Chromium", "C:\\Programs\\vlc.exe", "gimp-2.10 Gimp-2.10"],
)
def test_an_application_is_found_again_by_its_name(app: str) -> None:
    window = WindowInfo(title="Untitled", app=app, pid=None, window_id=1)
    written = read_typed(app_name(app))
    assert written
    assert window.matches(written)
    assert not WindowInfo("Untitled", "other", None, 1).matches(written)

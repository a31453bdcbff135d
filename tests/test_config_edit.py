"""Editing gestures.toml: comments and order stay, nothing invalid is written, all can be undone."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesturepose.config import ConfigError, parse_config
from gesturepose.config_edit import ConfigEditor
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """\
# My mapping.

[control]
engaged_s = 15.0               # long
wake = "raise_right_hand"

# The browser.

# Bigger.
[[bindings]]
gesture = "spread"
press = "ctrl+plus"                    # zoom in
app = "chrom|firefox"

# Slides, one day:
# [[bindings]]
# gesture = "swipe_left"
# press = "pagedown"

[[bindings]]
gesture = "gather"   # the way back
press = "ctrl+minus"

[[bindings]]
gesture = "wave"
scroll = { y = -3 }
# repeat_s = 0.5
"""


def _edit(folder: Path, text: str = MAPPING) -> ConfigEditor:
    path = folder / "gestures.toml"
    path.write_text(text, encoding="utf-8")
    return ConfigEditor(path, own_path=folder / "own" / "gestures.toml")


def _on_disk(editor: ConfigEditor) -> str:
    return editor.path.read_bytes().decode()


def test_a_value_changes_and_nothing_else(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    editor.set_value(("control", "engaged_s"), 8.5)
    assert editor.config.control.engaged_s == 8.5
    assert _on_disk(editor) == MAPPING.replace("15.0               #", "8.5                #")
    assert editor.undo() == "Change engaged s"
    assert _on_disk(editor) == MAPPING


def test_new_values_find_their_table(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    editor.set_value(("control", "takeover_s"), 1)
    editor.set_value(("camera", "mirrored"), value=True)
    editor.set_value(("camera", "width"), 1280)
    editor.set_value(("bindings", 0, "repeat_s"), 0.1 + 0.2)
    text = _on_disk(editor)
    assert 'wake = "raise_right_hand"\ntakeover_s = 1\n\n[camera]\nmirrored = true\n' in text
    assert 'app = "chrom|firefox"\nrepeat_s = 0.3\n' in text
    assert text.count("[camera]") == 1
    editor.remove_value(("camera", "mirrored"))
    editor.remove_value(("camera", "fps"))  # not written: nothing to do
    assert not editor.config.camera.mirrored
    assert editor.config.camera.width == 1280


def test_gestures_are_changed_in_the_way_they_are_written(tmp_path: Path) -> None:
    editor = _edit(tmp_path, default_config().read_text(encoding="utf-8"))
    before = _on_disk(editor)
    editor.set_value(("gestures", "swipe_left", "motion", "distance"), 0.75)
    editor.set_value(("gestures", "swipe_left", "motion", "max_end_speed"), 0.5)
    editor.set_value(("gestures", "hands_up", "pose", 0, "margin"), -0.25)
    editor.set_value(("gestures", "swipe_left", "pose", 2, "margin"), 0.4)
    editor.set_value(("gestures", "hands_up", "cooldown_s"), 2.25)
    lines = set(_on_disk(editor).splitlines()) - set(before.splitlines())
    assert lines == {
        "motion.distance = 0.75",
        "motion.max_end_speed = 0.5",
        '    { above = ["left_wrist", "nose"], margin = -0.25 },',
        '    { left_of = ["either_wrist", "right_shoulder"], margin = 0.4 },',
        "cooldown_s = 2.25",
    }
    editor.remove_value(("gestures", "swipe_left", "pose", 2, "margin"))
    assert '    { left_of = ["either_wrist", "right_shoulder"] },' in _on_disk(editor)
    for _ in range(6):
        editor.undo()
    assert _on_disk(editor) == before


def test_default_gestures_are_copied_before_one_is_changed(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    gestures = dict(editor.config.gestures)
    editor.set_value(("gestures", "wave", "cooldown_s"), 3.5)
    assert editor.config.gestures["wave"].cooldown_s == 3.5
    assert list(editor.config.gestures) == list(gestures)
    assert editor.config.gestures["clap"] == gestures["clap"]
    assert _on_disk(editor).startswith(MAPPING)
    editor.undo()
    assert _on_disk(editor) == MAPPING


def test_a_moved_binding_takes_its_comments_and_leaves_those_between(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    editor.move_binding(0, 2)
    assert [b.gesture for b in editor.config.bindings] == ["gather", "wave", "spread"]
    text = _on_disk(editor)
    assert text.endswith(
        '# Bigger.\n[[bindings]]\ngesture = "spread"\n'
        'press = "ctrl+plus"                    # zoom in\napp = "chrom|firefox"\n'
    )
    assert text.index('"gather"   # the way back') < text.index("# Slides, one day:")
    assert text.index('# press = "pagedown"') < text.index("# repeat_s = 0.5")
    editor.move_binding(2, 0)
    assert _on_disk(editor) == MAPPING


def test_deleting_and_duplicating(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    assert editor.duplicate_binding(0) == 1
    assert editor.config.bindings[0] == editor.config.bindings[1]
    assert _on_disk(editor).count("# Bigger.") == 1
    assert _on_disk(editor).count("# zoom in") == 2
    editor.delete_binding(1)
    assert _on_disk(editor) == MAPPING
    assert editor.undo_label == "Delete spread"
    for _ in range(3):
        editor.delete_binding(0)
    assert editor.config.bindings == ()
    assert "# Slides, one day:" in _on_disk(editor)
    assert "# Bigger." not in _on_disk(editor)
    assert editor.add_binding({"gesture": "clap", "notify": "Hello", "enabled": True}) == 0
    assert _on_disk(editor).endswith('\n\n[[bindings]]\ngesture = "clap"\nnotify = "Hello"\n')


def test_replacing_writes_only_what_differs(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    fields = editor.get_binding(0)
    editor.replace_binding(0, {**fields, "press": "ctrl+0", "description": "Zoom back"})
    assert _on_disk(editor) == MAPPING.replace(
        'press = "ctrl+plus"                    # zoom in\napp = "chrom|firefox"\n',
        'press = "ctrl+0"                       # zoom in\napp = "chrom|firefox"\n'
        'description = "Zoom back"\n',
    )
    editor.undo()
    # Another kind of action: what the comment said is no longer true.
    editor.replace_binding(0, {"gesture": "spread", "launch": ["xterm"]})
    assert _on_disk(editor) == MAPPING.replace(
        'press = "ctrl+plus"                    # zoom in\napp = "chrom|firefox"\n',
        'launch = ["xterm"]\n',
    )


def test_switching_off_and_on_leaves_no_trace(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    fields = editor.get_binding(1)
    editor.replace_binding(1, {**fields, "enabled": False})
    assert not editor.config.bindings[1].enabled
    editor.replace_binding(1, fields)
    assert _on_disk(editor) == MAPPING


def test_what_is_invalid_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    stamp = editor.path.stat().st_mtime_ns
    for change in (
        lambda: editor.set_value(("control", "engaged_s"), -1),
        lambda: editor.set_value(("control", "no_such"), 1),
        lambda: editor.set_value(("bindings", 9, "press"), "a"),
        lambda: editor.set_value(("control",), 3),
        lambda: editor.add_binding({"gesture": "nobody", "press": "a"}),
        lambda: editor.replace_binding(0, {"gesture": "spread", "press": "ctrl+pluss"}),
        lambda: editor.replace_binding(0, {"gesture": "spread", "run": ["ls"]}),
        lambda: editor.replace_binding(7, {"gesture": "spread", "press": "a"}),
        lambda: editor.add_binding({"gesture": "wave", "type": "\ud800"}),
        lambda: editor.delete_binding(3),
        lambda: editor.move_binding(0, 3),
    ):
        with pytest.raises(ConfigError):
            change()
    assert editor.text == MAPPING
    assert editor.path.stat().st_mtime_ns == stamp
    assert not editor.can_undo


def test_a_binding_is_checked_without_a_change(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    assert editor.check_binding(0, {"gesture": "spread", "press": "ctrl+t"}) == []
    assert editor.check_binding(None, {"gesture": "clap", "notify": "Hi"}) == []
    [(key, said)] = editor.check_binding(0, {"gesture": "spread", "press": "ctrl+pluss"})
    assert key == "press"
    assert said == "unknown key 'pluss'; did you mean 'plus'?"
    [(_, said)] = editor.check_binding(None, {"gesture": "spread", "run": ["ls"]})
    assert said == "refused unless [control] has allow_commands = true"
    assert editor.check_binding(None, {"gesture": "wave"}) != []
    assert editor.text == MAPPING


def test_bindings_written_as_one_list_are_changed_by_value_only(tmp_path: Path) -> None:
    editor = _edit(tmp_path, 'bindings = [{ gesture = "wave", press = "a" }]  # short\n')
    editor.replace_binding(0, {"gesture": "wave", "press": "b", "app": "x"})
    assert _on_disk(editor) == (
        'bindings = [{ gesture = "wave", press = "b", app = "x" }]  # short\n'
    )
    editor.replace_binding(0, {"gesture": "wave", "notify": "x"})
    assert _on_disk(editor) == 'bindings = [{ gesture = "wave", notify = "x" }]  # short\n'
    with pytest.raises(ConfigError, match="in the file itself"):
        editor.add_binding({"gesture": "clap", "press": "c"})


def test_a_run_of_changes_of_one_value_is_one_step(tmp_path: Path) -> None:
    editor = _edit(tmp_path)
    for seconds in (10.0, 11.0, 12.0):
        editor.set_value(("control", "engaged_s"), seconds)
    editor.set_value(("control", "takeover_s"), 2.0)
    editor.undo()
    assert editor.config.control.engaged_s == 12.0
    editor.undo()
    assert editor.text == MAPPING
    assert editor.redo()
    assert editor.config.control.engaged_s == 12.0
    editor.set_value(("control", "engaged_s"), 13.0)
    assert not editor.can_redo


GESTURES = sorted(tomllib.loads(default_config().read_text(encoding="utf-8"))["gestures"])
_fields = st.one_of(
    st.fixed_dictionaries(
        {"gesture": st.sampled_from(GESTURES), "press": st.sampled_from(["a", "ctrl+plus", "tab"])},
        optional={
            "app": st.sampled_from(["chrom|firefox", r"x\.y", "#'", ["C++", "z # 'q'"]]),
            "repeat_s": st.sampled_from([0.5, 1.25]),
            "enabled": st.booleans(),
            "description": st.text(
                st.characters(codec="utf-8", categories=["L", "N", "P", "Zs", "S"]), max_size=9
            ),
        },
    ),
    st.fixed_dictionaries({"gesture": st.sampled_from(GESTURES), "type": st.just('a "b"\n#')}),
    st.fixed_dictionaries({"gesture": st.sampled_from(GESTURES), "launch": st.just(["z # 'q'"])}),
    st.fixed_dictionaries({"gesture": st.sampled_from(GESTURES), "scroll": st.just({"x": 2})}),
)
_places = st.sampled_from(
    [
        ("gestures", "swipe_left", "motion", "distance"),
        ("gestures", "clap", "motion", "start", 1, "max_distance"),
        ("gestures", "t_pose", "hold_s"),
        ("control", "engaged_s"),
        ("tracker", "birth_s"),
    ]
)
_edits = st.lists(
    st.one_of(
        st.tuples(st.just("add"), _fields, st.integers(0, 9)),
        st.tuples(st.just("replace"), st.integers(0, 9), _fields),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("duplicate"), st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("set"), _places, st.sampled_from([0.4, 0.5, 0.75])),
        st.tuples(st.just("remove"), st.just(("tracker", "birth_s"))),
    ),
    max_size=10,
)


@pytest.mark.parametrize("crlf", [False, True])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=_edits)
def test_any_edits_say_what_they_should_and_can_be_undone(
    tmp_path: Path, edits: list[tuple[Any, ...]], *, crlf: bool
) -> None:
    original = default_config().read_text(encoding="utf-8")
    stored = original.replace("\n", "\r\n") if crlf else original
    path = tmp_path / "gestures.toml"
    path.write_bytes(stored.encode())
    editor = ConfigEditor(path)
    bindings: list[dict[str, Any]] = tomllib.loads(original)["bindings"]
    values: dict[Any, Any] = {}
    steps = 0
    for edit in edits:
        before = editor.text
        match edit:
            case "add", fields, index:
                at = editor.add_binding(fields, min(index, len(bindings)))
                bindings.insert(at, _shortest(fields))
            case "replace", index, fields if index < len(bindings):
                editor.replace_binding(index, fields)
                bindings[index] = _shortest(fields)
            case "delete", index if index < len(bindings):
                editor.delete_binding(index)
                del bindings[index]
            case "duplicate", index if index < len(bindings):
                editor.duplicate_binding(index)
                bindings.insert(index + 1, bindings[index])
            case "move", index, to if max(index, to) < len(bindings):
                editor.move_binding(index, to)
                bindings.insert(to, bindings.pop(index))
            case "set", place, value:
                editor.set_value(place, value)
                values[place] = value
            case "remove", place:
                editor.remove_value(place)
                values[place] = None
        steps += editor.text != before
        assert path.read_bytes().count(b"\r\n") == (path.read_bytes().count(b"\n") if crlf else 0)
    found = tomllib.loads(editor.text)
    assert [_shortest(b) for b in found.get("bindings", [])] == bindings
    assert all(editor.get_value(place) == value for place, value in values.items())
    assert editor.config == parse_config(editor.text)
    # Comments outside the bindings are where they were, in their order.
    kept = _comments(original.partition("[[bindings]]")[0])
    assert [comment for comment in _comments(editor.text) if comment in kept] == kept
    examples = original.rpartition("[[bindings]]\ngesture")[2].splitlines()
    assert {line for line in examples if line.startswith("#")} <= set(editor.text.splitlines())
    while editor.can_undo:
        editor.undo()
        steps -= 1
    assert steps >= 0
    assert path.read_bytes().decode() == stored


def _shortest(fields: dict[str, Any]) -> dict[str, Any]:
    defaults = {"enabled": True, "description": ""}
    return {key: value for key, value in fields.items() if defaults.get(key) != value}


def _comments(text: str) -> list[str]:
    return [line.partition("# ")[2] for line in text.splitlines() if "# " in line]

"""A binding may be spelt in every way TOML knows; the editor replaces it, and keeps the rest."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesturepose.binding_text import without_defaults
from gesturepose.config import parse_config
from gesturepose.config_edit import ConfigEditor

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """\
# The mapping.
[control]
engaged_s = 15.0  # long
allow_commands = true

[gestures]
wave.pose = [{ above = ["left_wrist", "nose"] }]
spread.pose = [{ above = ["right_wrist", "nose"] }]
gather.pose = [{ above = ["right_elbow", "nose"] }]

# First.
[[bindings]]
gesture = "spread"  # both hands
press = "ctrl+plus"

"""
AFTER = """
# Last.
[[bindings]]
gesture = "gather"
press = "ctrl+minus"  # smaller
"""
SCROLLS = {
    "dotted": "# The wheel:\nscroll.x = 1  # to the right\n",
    "dotted twice": "scroll.x = 1\n# between\nscroll . y=-2 # down\n",
    "dotted and quoted": "\"scroll\".'x' = 1\n",
    "dotted and escaped": '"scr\\u006fll".x = 1\n',
    "dotted apart": 'scroll.x = 1\napp = "x"\nscroll.y = 2\n',
    "in braces": "scroll = {x=1}  # wheel\n",
    "braces, quoted": "'scroll' = { \"x\" = 1, y = 0x2 }\n",
    "a number": "scroll = -3\n",
    "a table": "\n# The wheel:\n[bindings.scroll]  # a table\n# right\nx = 1\n\n# down\ny = -2\n",
    "a quoted table": "\n[ \"bindings\" . 'scroll' ]\nx = 1\n",
    "an indented table": "\n  [bindings.scroll]\n  x = 1\n",
}
ACTIONS: list[dict[str, Any]] = [
    {"press": "ctrl+t"},
    {"scroll": {"y": 3}},
    {"scroll": {"x": -1, "y": 2}},
    {"scroll": 5},
    {"move": [3, -4]},
    {"launch": ["xterm", "-e", "top # 'q'"]},
    {"type": 'a "b"\n#'},
    {"hold": "shift", "app": "y", "enabled": False, "description": "#"},
]


def replace_binding(folder: Path, text: str, fields: dict[str, Any]) -> str:
    """Replace the binding in the middle; check what the text says then, and return it."""
    path = folder / "gestures.toml"
    path.write_text(text, encoding="utf-8")
    editor = ConfigEditor(path)
    assert editor.problems == []
    editor.replace_binding(1, {"gesture": "wave", **fields})
    found = path.read_text(encoding="utf-8")
    wanted = tomllib.loads(text)
    wanted["bindings"][1] = {"gesture": "wave", **fields}
    said = tomllib.loads(found)
    # A default stays written where a comment stands behind it.
    said["bindings"][1] = without_defaults(said["bindings"][1])
    assert parse_config(found) == editor.config
    assert said == wanted
    whole_lines = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert [line.strip() for line in found.splitlines() if line.strip().startswith("#")] == (
        whole_lines
    )
    editor.undo()
    assert path.read_text(encoding="utf-8") == text
    return found


@pytest.mark.parametrize("spelling", SCROLLS)
def test_an_action_in_any_spelling_is_replaced_by_any_other(tmp_path: Path, spelling: str) -> None:
    binding = f'# Middle.\n[[bindings]]\ngesture = "wave"\n{SCROLLS[spelling]}'
    for action in ACTIONS:
        found = replace_binding(tmp_path, BEFORE + binding + AFTER, action)
        assert found.startswith(BEFORE)
        assert found.endswith(AFTER)


def test_the_issue_in_its_simplest_form(tmp_path: Path) -> None:
    text = BEFORE + '[[bindings]]\ngesture = "wave"\nscroll.x = 1\n' + AFTER
    assert replace_binding(tmp_path, text, {"press": "a"}) == text.replace(
        "scroll.x = 1", 'press = "a"'
    )
    assert replace_binding(tmp_path, text, {"scroll": {"x": 2, "y": 1}}) == text.replace(
        "scroll.x = 1", "scroll.x = 2\nscroll.y = 1"
    )


def test_a_table_of_its_own_goes_with_its_header_and_leaves_its_comments(tmp_path: Path) -> None:
    table = "\n[bindings.scroll]  # a table\n# right\nx = 1\n"
    text = BEFORE + '[[bindings]]\ngesture = "wave"\n' + table + AFTER
    assert replace_binding(tmp_path, text, {"press": "a"}) == (
        BEFORE + '[[bindings]]\ngesture = "wave"\npress = "a"\n\n# right\n' + AFTER
    )


def test_bindings_in_one_list_may_have_dotted_keys(tmp_path: Path) -> None:
    text = (
        'bindings = [  # all\n  { gesture = "spread", press = "a" },\n'
        '  { scroll.x = 1, gesture = "wave", "scroll"."y" = 2 },  # middle\n]\n'
    )
    assert replace_binding(tmp_path, text, {"press": "b"}) == text.replace(
        'scroll.x = 1, gesture = "wave", "scroll"."y" = 2', 'press = "b", gesture = "wave"'
    )


def test_a_gestures_rule_in_parts_is_changed_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "gestures.toml"
    path.write_text(
        "[gestures.wave]\n# how\nmotion.keypoint = 'left_wrist'\nmotion.towards = 'left'\n"
        "motion.distance = 0.9\nmotion.within_s = 0.5\n"
        "[gestures.clap.motion]\nkeypoint = 'left_wrist'\ntowards = 'up'\ndistance = 0.9\n"
        "within_s = 0.5\n",
        encoding="utf-8",
    )
    editor = ConfigEditor(path)
    motion = {**editor.get_value(("gestures", "wave", "motion")), "distance": 0.7}
    for name in ("wave", "clap"):
        editor.set_value(("gestures", name, "motion"), motion)
        assert editor.config.gestures[name].model_dump()["motion"]["distance"] == 0.7
    text = path.read_text(encoding="utf-8")
    assert "motion.distance = 0.7\n" in text
    assert "[gestures.clap.motion]\nkeypoint" in text
    pose = [{"above": ["left_wrist", "nose"]}]
    editor.set_value(("gestures", "wave", "pose"), pose)
    editor.remove_value(("gestures", "wave", "motion"))
    assert "motion." not in path.read_text(encoding="utf-8")
    assert "# how\n" in path.read_text(encoding="utf-8")


# Any spelling

_quotes = st.sampled_from(["{}", '"{}"', "'{}'"])
_blank = st.sampled_from(["", " ", "  ", "\t"])
_comments = st.sampled_from(["", "  # behind", "# 'quote", '#"""', " # = [ {"])
_lines = st.sampled_from(["", "# a whole line\n", "\n", "# [bindings.scroll]\n", "# x = 1\n\n"])
_texts = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=9
)


@st.composite
def _string(draw: st.DrawFn, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    ways = [f'"{escaped}"', f'"""\n{escaped}"""', f'"""{escaped[:2]}\\\n  {escaped[2:]}"""']
    if "'" not in text and text.isprintable():
        ways += [f"'{text}'", f"'''{text}'''"]
    found = draw(st.sampled_from(ways))
    return found if tomllib.loads(f"it = {found}")["it"] == text else ways[0]


@st.composite
def _key(draw: st.DrawFn, *parts: str) -> str:
    dot = f"{draw(_blank)}.{draw(_blank)}"
    return dot.join(draw(_quotes).format(part) for part in parts)


@st.composite
def _binding(draw: st.DrawFn) -> str:
    """A ``[[bindings]]`` table that scrolls, types or launches, spelt in some way."""

    def line(key: str, value: str) -> str:
        spaced = f"{draw(_blank)}{key}{draw(_blank)}={draw(_blank)}{value}{draw(_comments)}\n"
        return spaced + draw(_lines)

    gesture = line(draw(_key("gesture")), draw(_string("wave")))
    kind = draw(st.sampled_from(["scroll", "type", "launch"]))
    body, table = [gesture], ""
    if kind == "type":
        body.append(line(draw(_key("type")), draw(_string("a = [ # 'b'"))))
    elif kind == "launch":
        gap = draw(st.sampled_from([" ", "\n  ", "\n# in a list\n", "  # one\n"]))
        words = [draw(_string(word)) for word in ("x", "-y # z")]
        body.append(line(draw(_key("launch")), f"[{gap}{words[0]}{gap},{gap}{words[1]},{gap}]"))
    else:
        amounts = draw(st.sampled_from([{"x": "1"}, {"y": "0x2"}, {"x": "+1", "y": "-1_0"}]))
        way = draw(st.sampled_from(["dotted", "braces", "table"]))
        if way == "dotted":
            body += [line(draw(_key("scroll", name)), number) for name, number in amounts.items()]
        elif way == "braces":
            pairs = ", ".join(f"{draw(_key(name))} = {n}" for name, n in amounts.items())
            body.append(line(draw(_key("scroll")), f"{{{draw(_blank)}{pairs}{draw(_blank)}}}"))
        else:
            table = f"{draw(_blank)}[{draw(_key('bindings', 'scroll'))}]{draw(_comments)}\n"
            table += "".join(line(draw(_key(name)), n) for name, n in amounts.items())
    if draw(st.booleans()):
        body.append(line(draw(_key("description")), draw(_string(draw(_texts)))))
    if draw(st.booleans()):
        body.append(line(draw(_key("app")), draw(_string("a|b"))))
    header = f"{draw(_blank)}[[{draw(_key('bindings'))}]]{draw(_comments)}\n{draw(_lines)}"
    return header + "".join(draw(st.permutations(body))) + table


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(binding=_binding(), action=st.sampled_from(ACTIONS))
def test_any_valid_binding_is_replaced_and_every_comment_line_stays(
    tmp_path: Path, binding: str, action: dict[str, Any]
) -> None:
    text = BEFORE + binding + AFTER
    tomllib.loads(text)
    found = replace_binding(tmp_path, text, action)
    assert found.startswith(BEFORE)
    assert found.endswith(AFTER.lstrip())

"""Errors name the line a person has to look at, however the file is laid out."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.config import ConfigError, load_config, parse_config
from gesturepose.resources import default_config
from gesturepose.toml_lines import Place, find_lines, nearest


def line_of(text: str, *place: str | int) -> int:
    assert tomllib.loads(text)
    lines = find_lines(text)
    assert place in lines
    return lines[place]


LAYOUT = """\
# [comment]
title = "x = [1]"  # [no.table]
dotted . "quoted key" = 1
dotted.'other' = { a = 1, b = [2, { c = 3 }] }

many = [
    1,   # ], not the end
    [2, 3],

    { deep = "]" },
]
text = '''
[not.a.table]
key = 1
'''
basic = \"\"\"
a = "\\\"\\"" ""\"\"\"
when = 1979-05-27 07:32:00
[ spaced . "table.dot" ]
key = 1
[[list]]
a = 1
[list.sub]
b = 1
[[list.inner]]
c = 1
[[list.inner]]
c = 2
[[list]]
[[list.inner]]
c = 3
[late.child]
[late]
z = 1
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 2),
        (("dotted", "quoted key"), 3),
        (("dotted",), 3),
        (("dotted", "other", "b", 1, "c"), 4),
        (("many",), 6),
        (("many", 0), 7),
        (("many", 1, 1), 8),
        (("many", 2, "deep"), 10),
        (("text",), 12),
        (("basic",), 16),
        (("when",), 18),
        (("spaced", "table.dot", "key"), 20),
        (("list",), 21),
        (("list", 0), 21),
        (("list", 0, "a"), 22),
        (("list", 0, "sub", "b"), 24),
        (("list", 0, "inner", 1, "c"), 28),
        (("list", 1), 29),
        (("list", 1, "inner", 0, "c"), 31),
        (("late", "child"), 32),
        (("late",), 33),
        (("late", "z"), 34),
    ],
)
def test_places_in_a_tricky_layout(place: Place, line: int) -> None:
    assert line_of(LAYOUT, *place) == line
    assert line_of(LAYOUT.replace("\n", "\r\n"), *place) == line


def test_nothing_is_found_where_nothing_stands() -> None:
    lines = find_lines(LAYOUT)
    assert ("not", "a", "table") not in lines
    assert ("no",) not in lines
    assert nearest(lines, ("list", 1, "inner", 0, "missing")) == ("list", 1, "inner", 0)
    assert nearest(lines, ("nowhere",)) == ()
    assert find_lines("a = 1\nb = = 2\nc = 3")[("a",)] == 1


def places(value: object, place: Place = ()) -> list[Place]:
    found = [place] if place else []
    if isinstance(value, dict):
        found += [deep for key, item in value.items() for deep in places(item, (*place, key))]
    if isinstance(value, list):
        found += [deep for i, item in enumerate(value) for deep in places(item, (*place, i))]
    return found


VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=8) | st.dates() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_everything_in_any_document_has_its_line(document: dict[str, object]) -> None:
    text = tomlkit.dumps(document)
    parsed = tomllib.loads(text)
    lines = find_lines(text)
    assert set(places(parsed)) == set(lines)
    count = text.count("\n") + 1
    assert all(1 <= line <= count for line in lines.values())
    for one, other in pairwise(document):  # plain values stand in order, before the tables
        if not isinstance(document[one], dict | list) and not isinstance(
            document[other], dict | list
        ):
            assert lines[one,] < lines[other,]


def test_every_place_of_the_packaged_mapping_is_found() -> None:
    text = default_config().read_text(encoding="utf-8")
    lines = find_lines(text)
    assert set(places(tomllib.loads(text))) == set(lines)
    rows = text.splitlines()
    for place, line in lines.items():
        if isinstance(place[-1], str):
            assert place[-1] in rows[line - 1]


BOUND = "gesture = 'wave'\npress = 'a'\n"
ITEM = '{ above = ["left_wrist", "nose"] }'
WRONG = '{ above = ["left_wrist", "hose"] }'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"[gestures.x]\npose = [\n  {ITEM},\n  {WRONG},\n]\n", 4),
        (f"[gestures.x]\r\npose = [\r\n  {ITEM},\r\n  {WRONG},\r\n]\r\n", 4),
        (f"[gestures]\nx = {{ pose = [{WRONG}] }}\n", 2),
        (f"gestures.x.pose = [{ITEM},\n{WRONG}]\n", 2),
        (f"[gestures.x]\npose = [\n# hose\n{ITEM}, # a\n\n# b\n{WRONG}]\n", 7),
        (f'[gestures."x"]\n"pose" = [{WRONG}]\n', 2),
        (
            f"#\n[[bindings]]\n{BOUND}\n[[bindings]]\npress = 'a'\ngesture = 'no'",
            8,
        ),
        (
            "bindings = [\n{ gesture = 'wave', press = 'a' },\n{ gesture = 'wave', press = '' },]",
            3,
        ),
        ("[[bindings]]\npress = 'a'\n[control]\nwake = 'wave'\n", 1),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, name="x")
    assert [problem.split(": ")[0] for problem in caught.value.problems] == [f"x:{line}"]
    (tmp_path / "bom.toml").write_text(text, encoding="utf-8-sig", newline="")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "bom.toml")
    assert caught.value.problems[0].startswith(f"{tmp_path / 'bom.toml'}:{line}: ")


def test_contradictions_are_told_beside_errors_of_other_kinds() -> None:
    text = (
        "[gestures.nod]\n"
        'pose = [{ above = ["nose", "left_hip"] }]\n'
        "hold = 3\n"
        "[[bindings]]\n"
        'gesture = "nodd"\n'
        'press = "ctrl+pluss"\n'
        "[[bindings]]\n"
        'gesture = "nod"\n'
        'run = ["true"]\n'
    )
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    told = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 4
    for part in (
        "gestures.toml:3: gestures.nod.hold: unknown key",
        "gestures.toml:6: bindings[0].press: unknown key 'pluss'",
        "gestures.toml:5: bindings[0].gesture: gesture 'nodd' is not defined; did you mean 'nod'?",
        "gestures.toml:9: bindings[1].run: refused",
    ):
        assert part in told

"""The [[bindings]] model: what it takes, and what it says about the rest."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gesturepose.actions.keys import Chord
from gesturepose.actions.kinds import (
    Action,
    Click,
    Close,
    Control,
    Hold,
    Launch,
    Media,
    Move,
    Notify,
    Open,
    Press,
    Run,
    Scroll,
    Type,
    describe,
)
from gesturepose.actions.settings import KINDS, Binding

EVERY_KIND: list[tuple[str, Action, str]] = [
    ('press = "Ctrl+Plus"', Press(Chord(("ctrl", "plus"))), "press ctrl+plus"),
    ('hold = "space"', Hold(Chord(("space",))), "hold space"),
    ('type = "hé\\n"', Type("hé\n"), "type 'hé\\n'"),
    ('click = "double"', Click("double"), "double click"),
    ('click = "left"', Click("left"), "click left"),
    ("scroll = -3", Scroll(0, -3), "scroll -3"),
    ("scroll = { x = 2 }", Scroll(2, 0), "scroll +2,+0"),
    ("move = [10, -5]", Move(10, -5), "move +10,-5"),
    ('launch = "org.mozilla.firefox"', Launch("org.mozilla.firefox"), "launch org.mozilla.firefox"),
    ('launch = ["xterm", "-T", "a b"]', Launch(("xterm", "-T", "a b")), "launch xterm -T 'a b'"),
    ('close = "Front"', Close("front"), "close front"),
    ('close = "chrom|firefox"', Close("chrom|firefox"), "close chrom|firefox"),
    ('open = "https://example.org"', Open("https://example.org"), "open https://example.org"),
    ('run = ["sh", "-c", "true"]', Run(("sh", "-c", "true")), "run sh -c true"),
    ('run = "a; b"\nshell = true', Run("a; b", shell=True), "run a; b"),  # noqa: S604 (a value)
    ('media = "playpause"', Media("playpause"), "press playpause"),
    ('notify = "hello"', Notify("hello"), "notify 'hello'"),
    ('control = "pause"', Control("pause"), "pause gestures"),
    ('control = "resume"', Control("resume"), "resume gestures"),
    ('control = "pause_or_resume"', Control("pause_or_resume"), "pause or resume gestures"),
]


def _read(line: str) -> Binding:
    return Binding.model_validate(tomllib.loads(f'gesture = "wave"\n{line}'))


@pytest.mark.parametrize(("line", "action", "words"), EVERY_KIND)
def test_every_kind_is_read_and_described(line: str, action: Action, words: str) -> None:
    binding = _read(line)
    assert binding.to_action() == action
    assert describe(action) == words
    assert binding.needs_commands == (isinstance(action, Run) or "-T" in words)


def test_the_list_above_is_complete() -> None:
    assert {_read(line).kind for line, _, _ in EVERY_KIND} == set(KINDS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "the binding of 'wave' does nothing; add one of press, hold,"),
        ('press = "a"\nlaunch = "b"', "has press and launch; keep one"),
        ('press = "ctrl+plsu"', "unknown key 'plsu'; did you mean 'plus'?"),
        ("press = 3", "string"),
        ('press = "a"\napp = "chrom("', "not a regular expression"),
        ('press = "a"\napp = "C++("', 'plain text stands in a list: app = ["..."]'),
        ('press = "a"\napp = ""', "should not be empty"),
        ('press = "a"\napp = [""]', "an empty name would match every window"),
        ('press = "a"\napp = ["firefox", " \u200b"]', "an empty name would match every window"),
        ('press = "a"\napp = []', "should name at least one window or application"),
        ('close = "/[/"', "not a regular expression"),
        ('close = "//"', "an empty pattern would match every window"),
        ('close = " "', "an empty name would match every window"),
        ('close = ""', "should not be empty"),
        ('hold = "a"\nrepeat_s = 1', "'repeat_s' goes with press, click, scroll, move, media"),
        ('press = "a"\nrepeat_s = 0', "greater than or equal to 0.02"),
        ('press = "a"\nshell = true', "'shell' goes with 'run' only"),
        ('run = "xterm; rm x"', "needs shell = true"),
        ('run = ["a"]\nshell = true', "one line of text"),
        ("run = []", "at least 1 item"),
        ('run = ["a\\u0000b"]', "NUL"),
        ("scroll = 0", "scrolls nowhere"),
        ("scroll = {}", "scrolls nowhere"),
        ("move = [1]", "Field required"),
        ('click = "centre"', "'left', 'right', 'middle' or 'double'"),
        ('media = "louder"', "'volumeup'"),
        ('control = "stop"', "'pause', 'resume' or 'pause_or_resume'"),
        ('control = "pause"\napp = "chrom"', "'app' does not go with 'control'"),
        ('control = "pause"\nrepeat_s = 1', "not with 'control'"),
        ('type = "a\\u0007"', "cannot be typed"),
        ('prss = "a"', "Extra inputs"),
    ],
)
def test_a_wrong_binding_says_what_is_wrong(line: str, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _read(line)
    assert says in str(caught.value)


def test_whole_seconds_may_be_written_as_whole_numbers() -> None:
    assert _read('press = "a"\nrepeat_s = 1').repeat_s == 1.0


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(Binding.model_fields)), _VALUES))
def test_garbage_raises_nothing_but_a_validation_error(table: dict[str, Any]) -> None:
    try:
        binding = Binding.model_validate({"gesture": "wave"} | table)
    except ValidationError:
        return
    assert describe(binding.to_action())

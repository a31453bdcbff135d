"""Whatever the file holds, the reader returns a mapping or says line by line what is wrong."""

import re

import pytest
import tomlkit
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gesturepose.config import Config, ConfigError, parse_config
from gesturepose.resources import default_config

DEFAULT = default_config().read_text(encoding="utf-8")
DESIGNED = {
    "raise_right_hand", "raise_left_hand", "hands_up", "t_pose", "arms_crossed", "swipe_left",
    "swipe_right", "swipe_up", "swipe_down", "wave", "clap", "spread", "gather", "push",
    "hand_on_hip",
}  # fmt: skip


def check(text: str) -> None:
    result = read(text)
    if isinstance(result, Config):
        assert {binding.gesture for binding in result.bindings} <= set(result.gestures)
        return
    assert result.problems
    assert str(result).splitlines() == result.problems
    for problem in result.problems:
        assert problem.isprintable()
        match = re.match(r"x\.toml(?::(\d+))?(?::(\d+))?: \S", problem)
        assert match, problem
        # An editor counts the line behind the last line end, too.
        assert 1 <= int(match[1] or 1) <= text.replace("\r\n", "\n").count("\n") + 1
        assert int(match[2] or 1) >= 1


def read(text: str) -> Config | ConfigError:
    try:
        return parse_config(text, name="x.toml")
    except ConfigError as error:
        return error


@given(st.text())
def test_any_text(text: str) -> None:
    check(text)


@given(st.text(alphabet="[]{}=.,\"'\\#\n\r\t ab01_-:eE+", max_size=60))
def test_any_text_of_toml_characters(text: str) -> None:
    check(text)


POINTS = st.sampled_from(["nose", "left_wrist", "either_wrist", "mid_hip", "hose", ""])
NUMBERS = st.sampled_from([0, 1, -1, 0.5, 1e308, float("inf"), float("nan"), 2**70, True])
KEYS = st.sampled_from(
    ["gesture", "press", "pose", "motion", "above", "near", "still", "angle", "margin", "hold_s",
     "towards", "keypoint", "between", "swings", "run", "launch", "scroll", "move", "app", "shell",
     "engagement", "wake", "allow_commands", "fps", "enabled", "bindings", "gestures", "x", "a\nb"],
)  # fmt: skip
WORDS = POINTS | st.sampled_from(["wave", "ctrl+plus", "left", "apart", "wake", "(", "\0", "a\nb"])
LEAVES = NUMBERS | WORDS | st.dates() | st.lists(POINTS, max_size=3) | st.text(max_size=5)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
TABLES = st.dictionaries(KEYS, TREES, max_size=4)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "control": TABLES | TREES,
        "camera": TABLES,
        "model": TABLES,
        "tracker": TABLES,
        "classifier": TABLES,
        "gestures": st.dictionaries(WORDS, TABLES | TREES, max_size=2) | TREES,
        "bindings": st.lists(TABLES, max_size=3) | TREES,
        "strange": TREES,
    },
)


@given(DOCUMENTS)
@settings(max_examples=200)
def test_any_document(document: dict[str, object]) -> None:
    check(tomlkit.dumps(document))


@given(st.data())
@settings(max_examples=60)
def test_the_packaged_mapping_with_lines_moved(data: st.DataObject) -> None:
    lines = DEFAULT.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        one = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["delete", "duplicate", "swap"])):
            case "delete":
                del lines[one]
            case "duplicate":
                lines.insert(other, lines[one])
            case _:
                lines[one], lines[other] = lines[other], lines[one]
    check("".join(lines))


@given(st.data())
@settings(max_examples=60)
def test_the_packaged_mapping_with_characters_changed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(DEFAULT) - 1))
    length = data.draw(st.integers(0, 4))
    put = data.draw(
        st.text(max_size=2) | st.sampled_from(["[", "]", '"', "=", "\n", "-", "0", "."])
    )
    text = DEFAULT[:at] + put + DEFAULT[at + length :]
    assume(text != DEFAULT)
    check(text)


def test_the_packaged_mapping() -> None:
    config = parse_config(DEFAULT)
    assert set(config.gestures) == DESIGNED
    assert all(gesture.enabled and gesture.description for gesture in config.gestures.values())
    assert config.bindings
    assert all(config.gestures[binding.gesture].enabled for binding in config.bindings)
    assert not config.control.allow_commands


def test_a_mapping_without_gestures_has_the_packaged_ones() -> None:
    config = parse_config("[[bindings]]\ngesture = 'wave'\npress = 'a'\n")
    assert set(config.gestures) == DESIGNED
    assert len(config.bindings) == 1
    assert set(parse_config("").gestures) == DESIGNED


def test_a_mapping_with_gestures_has_only_those() -> None:
    text = '[gestures.nod]\npose = [{ below = ["nose", "mid_shoulder"] }]\n'
    assert set(parse_config(text).gestures) == {"nod"}


@pytest.mark.parametrize("value", ["1", "1.0"])
def test_whole_numbers_are_numbers(value: str) -> None:
    assert parse_config(f"[control]\nengaged_s = {value}\n").control.engaged_s == 1.0


@pytest.mark.parametrize("line", ["allow_commands = 'true'", "wake = 1", "wake = 1979-05-27"])
def test_nothing_else_is_converted(line: str) -> None:
    with pytest.raises(ConfigError, match=r"gestures\.toml:2: control\.\w+: should be "):
        parse_config(f"[control]\n{line}\n")

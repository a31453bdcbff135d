"""Key names and chords, without a display."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.actions.key_table import BY_ANY_NAME, KEYS
from gesturepose.actions.keys import Chord, parse_chord, parse_key

_PIECES = st.sampled_from(["+", "ctrl", "plus", " ", "alt", "F1", "\n", "é", "C"])
_ODD = st.lists(_PIECES).map("".join)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ctrl+plus", ("ctrl", "plus")),
        ("Ctrl++", ("ctrl", "plus")),
        ("+", ("plus",)),
        (" Alt + Left ", ("alt", "left")),
        ("cmd+option+esc", ("super", "alt", "esc")),
        ("PgUp", ("pageup",)),
        ("page_up", ("pageup",)),
        ("ctrl+-", ("ctrl", "minus")),
        ("ctrl+0", ("ctrl", "0")),
        ("F24", ("f24",)),
        ("play_pause", ("playpause",)),
        ("shift+A", ("shift", "a")),
        ("ctrl+ä", ("ctrl", "ä")),
        ("Alt+Ö", ("alt", "ö")),
        ("ctrl+e\u0301", ("ctrl", "é")),
        ("AltGr+€", ("altright", "€")),
        ("İ", ("İ",)),
        ("ctrl+ц", ("ctrl", "ц")),
    ],
)
def test_chords_are_read_as_people_write_them(text: str, keys: tuple[str, ...]) -> None:
    assert parse_chord(text) == Chord(keys)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ctrl+plsu", "unknown key 'plsu'; did you mean 'plus'?"),
        ("contrl+c", "did you mean 'control'?"),
        ("", "no key named"),
        ("ctrl+", "ends in '+'"),
        ("ctrl+c+ctrl", "named twice"),
        ("control+ctrl", "named twice"),
        ("ctrl++c", "unknown key ''"),
        ("f25", "unknown key 'f25'"),
    ],
)
def test_a_wrong_chord_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("+", r"\+").replace("?", r"\?")):
        parse_chord(text)


@given(st.text() | _ODD)
def test_garbage_raises_nothing_but_value_error(text: str) -> None:
    try:
        chord = parse_chord(text)
    except ValueError:
        return
    assert parse_chord(str(chord)) == chord


@given(st.lists(st.sampled_from(sorted(BY_ANY_NAME)), min_size=1, max_size=4))
def test_every_spelling_round_trips(spellings: list[str]) -> None:
    keys = tuple(dict.fromkeys(BY_ANY_NAME[spelling].name for spelling in spellings))
    assert parse_chord(str(Chord(keys))) == Chord(keys)
    assert parse_key(spellings[0].upper()) == BY_ANY_NAME[spellings[0]].name


def test_no_two_keys_share_a_spelling() -> None:
    assert len(BY_ANY_NAME) == sum(1 + len(set(key.aliases) - {key.name}) for key in KEYS)


def test_importing_actions_and_platforms_needs_no_display_and_no_input_library() -> None:
    code = (
        "import pkgutil, importlib, sys\n"
        "import gesturepose.actions, gesturepose.platforms\n"
        "for package in (gesturepose.actions, gesturepose.platforms):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "heavy = {'pyautogui', 'Xlib', 'xcffib', 'mouseinfo', 'PySide6', 'cv2', 'tkinter'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.stdout, answer.returncode) == ("[]\n", 0), answer.stderr

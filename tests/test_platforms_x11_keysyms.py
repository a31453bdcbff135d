"""The symbols of characters, compared with the library that most programs ask."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.actions.key_table import KEYS
from gesturepose.platforms.x11_keysyms import char_of, keysym_named, keysym_of_char


def test_a_symbol_stands_for_the_character_that_xkbcommon_says() -> None:
    try:
        library = ctypes.CDLL("libxkbcommon.so.0")
    except OSError:
        pytest.skip("libxkbcommon is not installed (package libxkbcommon0)")
    ask = library.xkb_keysym_to_utf32
    ask.restype = ctypes.c_uint32
    theirs = {symbol: chr(ask(symbol)) for symbol in range(0x20, 0x2100) if ask(symbol)}
    assert [hex(s) for s, char in theirs.items() if char_of(s) not in (char, "")] == []
    alphabets = (*range(0x01, 0x04), *range(0x05, 0x08), 0x0C, 0x0D, 0x13, 0x20)
    lost = [char for s, char in theirs.items() if s >> 8 in alphabets and not char_of(s)]
    assert lost == ["‗", "\u0e3e"]  # no layout has them


@given(st.characters(min_codepoint=0xA0))
def test_every_character_has_a_symbol_and_comes_back(char: str) -> None:
    assert char_of(keysym_of_char(char)) == char


def test_every_key_has_a_symbol_in_x11() -> None:
    assert [key.name for key in KEYS if not keysym_named(key.keysym)] == []

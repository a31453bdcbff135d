"""The X11 symbols of characters and keys, both ways.

A character has up to three numbers in X11: itself in Latin-1, Unicode plus 0x1000000 anywhere, and
one from the time before Unicode, by alphabet, which most keyboard layouts still use. It must not
need a display.
"""

from __future__ import annotations

import functools
from types import MappingProxyType

_UNICODE, _LAST_UNICODE = 0x0100_0000, 0x0110_FFFF

# Sets of symbols numbered like an old 8-bit encoding: high byte, encoding, its first character.
_ENCODINGS = (
    (0x01, "iso8859-2", 0xA1),
    (0x02, "iso8859-3", 0xA1),
    (0x03, "iso8859-4", 0xA2),
    (0x05, "iso8859-6", 0xAC),
    (0x06, "koi8-u", 0xC0),
    (0x0C, "iso8859-8", 0xE0),
    (0x0D, "iso8859-11", 0xA1),
)
# What their own numbers are instead (X11's keysymdef.h).
_KANA = (
    "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテト"
    "ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
)
_CYRILLIC = "ђѓёєѕіїјљњћќґўџ№ЂЃЁЄЅІЇЈЉЊЋЌҐЎЏ"
_GREEK_ACCENTS = {
    **dict(zip((0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA7, 0xA8, 0xA9, 0xAB), "ΆΈΉΊΪΌΎΫΏ", strict=True)),
    **dict(zip(range(0xAE, 0xB0), "΅―", strict=True)),
    **dict(zip(range(0xB1, 0xBC), "άέήίϊΐόύϋΰώ", strict=True)),
}
_GREEK_CAPITALS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣ ΤΥΦΧΨΩ"
_GREEK_SMALL = "αβγδεζηθικλμνξοπρσςτυφχψω"
_SINGLE = {0x13BC: "Œ", 0x13BD: "œ", 0x13BE: "Ÿ", 0x20AC: "€", 0x20A0: "₠", 0x20AB: "₫"}


@functools.cache
def _old_symbols() -> MappingProxyType[int, str]:
    """Return the character of each symbol that is numbered by its alphabet."""
    table = dict(_SINGLE)
    for high, encoding, first in _ENCODINGS:
        for low in range(first, 0x100):
            char = bytes([low]).decode(encoding, "ignore")
            if char.isprintable() and char:
                table[high << 8 | low] = char
    table |= {0x4A1 + index: char for index, char in enumerate(_KANA)}
    table |= {0x6A1 + index: char for index, char in enumerate(_CYRILLIC)}
    table |= {0x700 | low: char for low, char in _GREEK_ACCENTS.items()}
    table |= {0x7C1 + index: char for index, char in enumerate(_GREEK_CAPITALS) if char != " "}
    table |= {0x7E1 + index: char for index, char in enumerate(_GREEK_SMALL)}
    return MappingProxyType(table)


def char_of(keysym: int) -> str:
    """Return the character that a symbol types; empty for keys such as Left, and for dead keys."""
    if 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF:
        return chr(keysym)
    if _UNICODE < keysym <= _LAST_UNICODE:
        return chr(keysym - _UNICODE)
    return _old_symbols().get(keysym, "")


def keysym_of_char(char: str) -> int:
    """Return the X11 symbol of a character: itself in Latin-1, else Unicode plus 0x1000000."""
    number = ord(char)
    return number if 0x20 <= number <= 0x7E or 0xA0 <= number <= 0xFF else _UNICODE + number


def keysym_named(name: str) -> int:
    """Return the symbol of X11's name, such as ``Page_Up`` or ``XF86AudioPlay``; 0 if unknown."""
    from xcffib import keysymdef, xf86keysym

    if name.startswith("XF86"):
        return int(getattr(xf86keysym, "XF86XK_" + name.removeprefix("XF86"), 0))
    return int(getattr(keysymdef, f"XK_{name}", 0))

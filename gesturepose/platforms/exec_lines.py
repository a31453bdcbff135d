r"""Reading the ``Exec`` key of a desktop file: escapes, quotes and field codes.

Follows the Desktop Entry Specification 1.5, "Possible value types" and "The Exec key". Where files
in the wild do otherwise it reads quotes as GLib's shell syntax does: single ones too, and in the
middle of a word. Pure functions; no shell is ever asked.
"""

from __future__ import annotations

from typing import Final

_ESCAPES: Final = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_QUOTED_ESCAPES: Final = ('"', "`", "$", "\\")
_DROPPED: Final = "fFuUdDnNvm"
"""Codes of files and URLs, of which there are none, and deprecated ones."""


def unescape(value: str) -> str:
    r"""Undo the escapes of a string value: ``\s \n \t \r \\``; others stay as they are."""
    out: list[str] = []
    chars = iter(value)
    for char in chars:
        if char != "\\":
            out.append(char)
            continue
        code = next(chars, "")
        out.append(_ESCAPES.get(code, "\\" + code))
    return "".join(out)


def split_exec(line: str) -> list[str]:
    """Split a command into words, its quotes undone.

    Parameters
    ----------
    line
        The ``Exec`` key, its escapes as a string undone.

    Raises
    ------
    ValueError
        A quote is not closed.
    """
    words: list[str] = []
    word: str | None = None
    at = 0
    while at < len(line):
        char = line[at]
        if char.isspace():
            words += [] if word is None else [word]
            word, at = None, at + 1
            continue
        if char in "\"'":
            text, at = _read_quoted(line, at)
        elif char == "\\":
            text, at = line[at + 1 : at + 2] or char, at + 2
        else:
            text, at = char, at + 1
        word = (word or "") + text
    return words if word is None else [*words, word]


def _read_quoted(line: str, at: int) -> tuple[str, int]:
    """Return what the quotes at a place hold, and where it goes on behind them."""
    quote = line[at]
    out: list[str] = []
    at += 1
    while at < len(line):
        char = line[at]
        if char == quote:
            return "".join(out), at + 1
        if char == "\\" and quote == '"' and line[at + 1 : at + 2] in _QUOTED_ESCAPES:
            at += 1
        out.append(line[at])
        at += 1
    raise ValueError("a quote in its Exec line is not closed")


def expand_codes(words: list[str], *, name: str, icon: str, path: str) -> list[str]:
    """Put in what the field codes stand for; those of files and URLs, of which none is passed, go.

    Parameters
    ----------
    words
        From `split_exec`.
    name, icon, path
        What ``%c``, ``%i`` and ``%k`` stand for.

    Raises
    ------
    ValueError
        A code that does not exist: such a command must not be run.
    """
    out: list[str] = []
    for word in words:
        if word == "%i":
            out += ["--icon", icon] if icon else []
        elif len(word) == 2 and word[0] == "%" and word[1] in _DROPPED:
            continue
        else:
            out.append(_expand(word, {"c": name, "i": icon, "k": path, "%": "%"}))
    return out


def _expand(word: str, values: dict[str, str]) -> str:
    parts: list[str] = []
    chars = iter(word)
    for char in chars:
        if char != "%":
            parts.append(char)
            continue
        code = next(chars, "")
        if code not in values and (not code or code not in _DROPPED):
            raise ValueError(f"its Exec line has the unknown code %{code}")
        parts.append(values.get(code, ""))
    return "".join(parts)

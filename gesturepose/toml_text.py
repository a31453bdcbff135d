"""Changing a TOML text in place: one value or key; every other character stays.

Comments, order, spacing and the way a value is written belong to the person who wrote them, so
nothing is written anew but what changes. The caller checks the result: a text laid out in a way
that is not understood here may come out wrong, but never silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from gesturepose.toml_layout import (
    Entry,
    Layout,
    NoPlaceError,
    join_texts,
    line_end,
    line_start,
    with_line_end,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.toml_lines import Place

Value: TypeAlias = "str | bool | int | float | Sequence[Value] | Mapping[str, Value]"
"""What can be written; dates and times are not needed here."""

_SIGNIFICANT = 10
"""Digits of a real number; more are noise of binary fractions, such as 0.30000000000000004."""
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b"}


def write_value(value: Value) -> str:
    """Write a value as a person would.

    Raises
    ------
    ValueError
        TOML has no way to write it.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _write_text(value)
        case int():
            return str(value)
        case float():
            return repr(float(f"{value:.{_SIGNIFICANT}g}"))
    if not isinstance(value, Mapping):
        return "[" + ", ".join(write_value(item) for item in value) + "]"
    pairs = [f"{write_key(key)} = {write_value(item)}" for key, item in value.items()]
    return "{ " + ", ".join(pairs) + " }" if pairs else "{}"


def write_key(key: str) -> str:
    """Write a key, in quotes where it needs them."""
    return key if _BARE_KEY.fullmatch(key) else _write_text(key)


def _write_text(text: str) -> str:
    text.encode("utf-8")  # UnicodeEncodeError is a ValueError: half a character
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(_ESCAPES.get(c) or _escape(c) for c in text) + '"'


def _escape(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) < 0x20 or ord(char) == 0x7F else char


def set_value(text: str, place: Place, value: Value) -> str:
    """Give one place another value, or one it did not have.

    Parameters
    ----------
    text
        A valid TOML document with line ends of one character.
    place
        Keys and array indices from the root; a new key goes behind the others of its table, in the
        way they are written: after ``motion.towards = ...`` comes ``motion.distance = ...``.
    value
        What it is to be.

    Raises
    ------
    NoPlaceError
        No such array item, or a table of its own stands there.
    """
    layout = Layout(text)
    if place in layout.values:
        return _replace(text, layout.values[place], write_value(value))
    for length in range(len(place) - 1, -1, -1):
        owner, rest = place[:length], place[length:]
        if any(isinstance(key, int) for key in rest):
            raise NoPlaceError(f"there is no {place}")
        keys = [str(key) for key in rest]
        if owner in layout.values:
            return _insert_inline(text, layout, owner, keys, value)
        inside = [e for e in layout.statements if _begins(e, owner) and len(e.table) <= length]
        if inside and owner:
            tail = [str(key) for key in place[len(inside[-1].table) :]]
            return _insert_line(text, inside[-1].end, tail, value)
        header = next((h for h in layout.headers if h.place == owner), None)
        if header is not None:
            return _insert_line(text, header.end, keys, value)
    return _insert_table(text, layout, [str(key) for key in place], value)


def remove_value(text: str, place: Place) -> str:
    """Take one key or array item out, with the comment behind it.

    Raises
    ------
    NoPlaceError
        There is none, or it is a table of its own.
    """
    layout = Layout(text)
    statement = next((e for e in layout.statements if e.place == place), None)
    if statement is not None:
        return text[: line_start(text, statement.start)] + text[line_end(text, statement.end) :]
    if place in layout.inline:
        return _cut_item(text, layout.inline[place].start, layout.inline[place].end)
    if place in layout.values:
        return _cut_item(text, *layout.values[place])
    raise NoPlaceError(f"there is no {place}")


def has_comment(text: str, place: Place) -> bool:
    """Tell whether a comment stands behind a key, on its line."""
    layout = Layout(text)
    return any(
        "#" in text[entry.end : line_end(text, entry.end)]
        for entry in layout.statements
        if entry.place == place
    )


def rename_value(text: str, place: Place, key: str, value: Value) -> str:
    """Put another key and value where one stood; the comment behind it spoke of the old one.

    Raises
    ------
    NoPlaceError
        There is none.
    """
    layout = Layout(text)
    statement = next((e for e in layout.statements if e.place == place), None)
    written = f"{write_key(key)} = {write_value(value)}"
    if statement is not None:
        end_of_line = line_end(text, statement.end)
        return text[: statement.start] + written + "\n" + text[end_of_line:]
    if place in layout.inline:
        entry = layout.inline[place]
        return text[: entry.start] + written + text[entry.end :]
    raise NoPlaceError(f"there is no {place}")


def _begins(entry: Entry, owner: Place) -> bool:
    return entry.place[: len(owner)] == owner


def _replace(text: str, span: tuple[int, int], written: str) -> str:
    """Put a value in place of another; a comment behind it stays in its column if it can."""
    start, end = span
    rest = text[end : line_end(text, end)]
    blank = len(rest) - len(rest.lstrip(" "))
    if "\n" not in text[start:end] and rest[blank : blank + 1] == "#":
        padding = max(blank + (end - start) - len(written), 1)
        return text[:start] + written + " " * padding + text[end + blank :]
    return text[:start] + written + text[end:]


def _insert_line(text: str, at: int, keys: Sequence[str], value: Value) -> str:
    """Write ``keys = value`` on a line below the one with the character ``at``."""
    end_of_line = line_end(text, at)
    indent = re.match(r"[ \t]*", text[line_start(text, at) :])
    line = f"{indent[0] if indent else ''}{'.'.join(map(write_key, keys))} = {write_value(value)}"
    before = text[:end_of_line]
    return f"{with_line_end(before)}{line}\n{text[end_of_line:]}"


def _insert_inline(
    text: str, layout: Layout, owner: Place, keys: Sequence[str], value: Value
) -> str:
    start, end = layout.values[owner]
    if text[start] != "{":
        raise NoPlaceError(f"{owner} is not a table")
    written = f"{'.'.join(map(write_key, keys))} = {write_value(value)}"
    own = [e.end for e in layout.inline.values() if e.table == owner]
    if not own:
        return f"{text[:start]}{{ {written} }}{text[end:]}"
    return f"{text[: max(own)]}, {written}{text[max(own) :]}"


def _insert_table(text: str, layout: Layout, keys: Sequence[str], value: Value) -> str:
    """Open a new table for the last key: above gestures and bindings, or at the end."""
    header = "[" + ".".join(map(write_key, keys[:-1])) + "]"
    block = f"{header}\n{write_key(keys[-1])} = {write_value(value)}\n"
    first = next((h.start for h in layout.headers if h.place[0] in ("gestures", "bindings")), None)
    before = [e.end for e in layout.statements if first is None or e.end < first]
    if first is None or not before:
        return join_texts(text, block)
    at = line_end(text, max(before))
    return f"{with_line_end(text[:at])}\n{block}{text[at:]}"


def _cut_item(text: str, start: int, end: int) -> str:
    """Cut an item of a list in brackets, with one of the commas beside it."""
    after = re.compile(r"[ \t]*,[ \t]*").match(text, end)
    if after is None:
        before = re.compile(r",[ \t\n]*\Z").search(text, 0, start)
        return text[: before.start() if before else start] + text[end:]
    return text[:start] + text[after.end() :]

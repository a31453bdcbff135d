"""Changing a TOML text in place: one value or key; every other character stays.

Comments, order, spacing and the way a value is written belong to the person who wrote them, so
nothing is written anew but what changes. The caller checks the result: a text laid out in a way
that is not understood here may come out wrong, but never silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from gesturepose.toml_layout import (
    Entry,
    Header,
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
        No such array item, or no table to write it into.
    """
    layout = Layout(text)
    if place in layout.values:
        kept = next((e for e in layout.statements if e.place == place), None)
        above = _comments_within(text, layout, kept) if kept else ""
        at = line_start(text, kept.start) if kept else 0
        changed = _replace(text, layout.values[place], write_value(value))
        return changed[:at] + above + changed[at:]
    parts = _Parts.of(layout, place)
    return _set_parts(text, place, parts, value) if parts else _add(text, layout, place, value)


def _set_parts(text: str, place: Place, parts: _Parts, value: Value) -> str:
    """Give a table that is written in parts another value; parts that stay are changed in place."""
    if not (parts.keys and isinstance(value, Mapping) and value):
        return rename_value(text, place, str(place[-1]), value)
    for key, item in value.items():
        text = set_value(text, (*place, key), item)
    for key in sorted(parts.keys - value.keys()):
        text = remove_value(text, (*place, key))
    return text


def _add(text: str, layout: Layout, place: Place, value: Value) -> str:
    """Write a key that the text does not have."""
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
    """Take one key or array item out, however it is written, with the comment behind it.

    Whole lines of comment stay, also those within a table that goes.

    Raises
    ------
    NoPlaceError
        There is none.
    """
    layout = Layout(text)
    statement = next((e for e in layout.statements if e.place == place), None)
    if statement is not None:
        kept = _comments_within(text, layout, statement)
        before = text[: line_start(text, statement.start)]
        return before + kept + text[line_end(text, statement.end) :]
    if place in layout.inline:
        return _cut_item(text, layout.inline[place].start, layout.inline[place].end)
    if place in layout.values:
        return _cut_item(text, *layout.values[place])
    parts = _Parts.of(layout, place)
    if not parts:
        raise NoPlaceError(f"there is no {place}")
    return _remove_parts(text, parts)


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

    What stood in several lines, or in a table of its own, becomes one line.

    Raises
    ------
    NoPlaceError
        There is none.
    """
    layout = Layout(text)
    statement = next((e for e in layout.statements if e.place == place), None)
    written = f"{write_key(key)} = {write_value(value)}"
    if statement is not None:
        at, end_of_line = line_start(text, statement.start), line_end(text, statement.end)
        kept = _comments_within(text, layout, statement) + text[at : statement.start]
        return text[:at] + kept + written + "\n" + text[end_of_line:]
    if place in layout.inline:
        entry = layout.inline[place]
        return text[: entry.start] + written + text[entry.end :]
    parts = _Parts.of(layout, place)
    if not parts:
        raise NoPlaceError(f"there is no {place}")
    if parts.inline:
        first, *others = parts.inline
        for entry in reversed(others):
            text = _cut_item(text, entry.start, entry.end)
        return text[: first.start] + written + text[first.end :]
    if parts.dotted:
        first, *others = parts.dotted
        text = _remove_parts(text, replace(parts, dotted=others))
        return text[: first.start] + written + "\n" + text[line_end(text, first.end) :]
    return set_value(_remove_parts(text, parts), (*place[:-1], key), value)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Where a table stands that is written in parts, in the order of the text.

    Attributes
    ----------
    keys
        Its keys.
    inline
        Dotted keys of a table in braces: ``{ scroll.x = 1, scroll.y = 2 }``.
    dotted
        Lines with dotted keys: ``scroll.x = 1``.
    tables
        Headers of tables of its own, ``[bindings.scroll]``, and the lines below them.
    """

    keys: frozenset[str]
    inline: list[Entry]
    dotted: list[Entry]
    tables: list[Entry | Header]

    @classmethod
    def of(cls, layout: Layout, place: Place) -> _Parts:
        """Find the parts; all empty where nothing is written in parts."""
        length = len(place)
        inline = [
            entry
            for entry in layout.inline.values()
            if _begins(entry, place) and len(entry.table) < length
        ]
        lines = [entry for entry in layout.statements if _begins(entry, place)]
        headers = [header for header in layout.headers if header.place[:length] == place]
        below: list[Entry | Header] = [e for e in lines if len(e.table) >= length]
        parts: list[Entry | Header] = [*inline, *lines, *headers]
        found = [part.place for part in parts]
        return cls(
            keys=frozenset(
                str(part[length])
                for part in found
                if len(part) > length and isinstance(part[length], str)
            ),
            inline=sorted(inline, key=lambda entry: entry.start),
            dotted=[entry for entry in lines if len(entry.table) < length],
            tables=sorted([*below, *headers], key=lambda part: part.start),
        )

    def __bool__(self) -> bool:
        return bool(self.inline or self.dotted or self.tables)


def _remove_parts(text: str, parts: _Parts) -> str:
    for entry in reversed(parts.inline):
        text = _cut_item(text, entry.start, entry.end)
    lines = sorted([*parts.dotted, *parts.tables], key=lambda part: part.start, reverse=True)
    for part in lines:
        before = text[: line_start(text, part.start)]
        after = text[line_end(text, part.end) :]
        # Where a table stood apart, one blank line is enough.
        if isinstance(part, Header) and before.endswith("\n\n") and after[:1] in ("", "\n"):
            before = before[:-1]
        text = before + after
    return text


def _comments_within(text: str, layout: Layout, entry: Entry) -> str:
    """Return the whole lines of comment within a value, which may be a list over several lines."""
    if "\n" not in text[entry.start : entry.end]:
        return ""
    strings = [
        span
        for place, span in layout.values.items()
        if place[: len(entry.place)] == entry.place and text[span[0]] in "\"'"
    ]
    found = [
        match
        for match in re.compile(r"^[ \t]*(#.*)$", re.MULTILINE).finditer(
            text, entry.start, entry.end
        )
        if not any(start <= match.start(1) < end for start, end in strings)
    ]
    indent = text[line_start(text, entry.start) : entry.start]
    return "".join(f"{indent}{match[1]}\n" for match in found)


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
    if len(keys) < 2:
        raise NoPlaceError(f"{'.'.join(keys)} is a table")
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

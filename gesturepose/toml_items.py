"""Arrays of tables in a TOML text: adding, copying, moving and taking out a ``[[table]]``.

A table takes its own comments along; what stands between the tables stays where it is. Nothing
else is touched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gesturepose.toml_layout import (
    Layout,
    NoPlaceError,
    join_texts,
    line_end,
    line_start,
    with_line_end,
)
from gesturepose.toml_text import Value, write_key, write_value

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMENTED_OUT = re.compile(r"#\s*(\[|[A-Za-z_][\w.\"-]*\s*=\s*\S)")


def list_items(text: str, name: str) -> list[tuple[int, int]]:
    """Find the ``[[name]]`` tables: where each begins and ends, in characters, whole lines.

    To a table belong the comment lines directly above and directly below it, unless they are
    commented-out TOML above it, or the next table's own.

    Returns
    -------
    list
        Start and end of each, in the order of the file.
    """
    layout = Layout(text)
    items = []
    starts = [h for h in layout.headers if h.place[0] == name and len(h.place) == 2]
    for header in starts:
        ends = [e.end for e in layout.statements if e.table[:2] == header.place]
        ends += [h.end for h in layout.headers if h.place[:2] == header.place]
        start = _comment_start(text, line_start(text, header.start))
        items.append((start, _comment_end(text, line_end(text, max(ends)))))
    return items


def insert_item(text: str, name: str, index: int, fields: Mapping[str, Value]) -> str:
    """Add a ``[[name]]`` table before the one that has this index now, or behind the last."""
    lines = [f"[[{write_key(name)}]]"]
    lines += [f"{write_key(key)} = {write_value(value)}" for key, value in fields.items()]
    return _insert_block(text, name, index, "\n".join(lines) + "\n")


def duplicate_item(text: str, name: str, index: int) -> str:
    """Put a copy of a table behind it, without the comment above it.

    Raises
    ------
    NoPlaceError
        There is no such table.
    """
    start, end = _item(text, name, index)
    header = next(h for h in Layout(text).headers if h.place == (name, index))
    block = text[max(start, line_start(text, header.start)) : end]
    return _insert_block(text, name, index + 1, with_line_end(block))


def delete_item(text: str, name: str, index: int) -> str:
    """Take a table out, with its own comments.

    Raises
    ------
    NoPlaceError
        There is no such table.
    """
    start, end = _item(text, name, index)
    before, after = text[:start], text[end:]
    if not after.strip():
        return before.rstrip("\n") + "\n" if before.strip() else ""
    if before.endswith("\n\n") or not before:
        after = after.removeprefix("\n")
    return before + after


def move_item(text: str, name: str, index: int, to: int) -> str:
    """Move a table to another index; what stands between the tables stays where it is.

    Raises
    ------
    NoPlaceError
        There is no such table.
    """
    text = with_line_end(text)
    spans = list_items(text, name)
    if not (0 <= index < len(spans) and 0 <= to < len(spans)):
        raise NoPlaceError(f"there is no {name}[{index}] or {name}[{to}]")
    blocks = [text[start:end] for start, end in spans]
    blocks.insert(to, blocks.pop(index))
    pieces, at = [], 0
    for (start, end), block in zip(spans, blocks, strict=True):
        pieces += [text[at:start], block]
        at = end
    return "".join([*pieces, text[at:]])


def take_tables(text: str, name: str) -> str:
    """Return the part of a text that defines ``[name.…]`` tables, with the comments within."""
    layout = Layout(text)
    starts = [h.start for h in layout.headers if h.place[0] == name]
    if not starts:
        return ""
    ends = [h.end for h in layout.headers if h.place[0] == name]
    ends += [e.end for e in layout.statements if e.place[0] == name]
    start = line_start(text, min(starts))
    return with_line_end(text[_comment_start(text, start) : line_end(text, max(ends))])


def _insert_block(text: str, name: str, index: int, block: str) -> str:
    spans = list_items(text, name)
    if not spans:
        return join_texts(text, block)
    if index < len(spans):
        start = spans[index][0]
        return f"{text[:start]}{block}\n{text[start:]}"
    end = spans[-1][1]
    after = text[end:]
    gap = "" if not after or after.startswith("\n") else "\n"
    return f"{with_line_end(text[:end])}\n{block}{gap}{after}"


def _item(text: str, name: str, index: int) -> tuple[int, int]:
    spans = list_items(text, name)
    if not 0 <= index < len(spans):
        raise NoPlaceError(f"there is no {name}[{index}]")
    return spans[index]


def _comment_start(text: str, start: int) -> int:
    """Return where the comment lines directly above a line begin, without commented-out TOML."""
    at = start
    while at > 0:
        above = line_start(text, at - 1)
        line = text[above : at - 1].lstrip()
        if not line.startswith("#") or _COMMENTED_OUT.match(line):
            break
        at = above
    return at


def _comment_end(text: str, end: int) -> int:
    """Return where the comment lines directly below a line end, if they are not the next table's.

    A commented-out table is nobody's: it stays where it is.
    """
    at = end
    while at < len(text):
        line = text[at : line_end(text, at)].strip()
        if not line.startswith("#") or re.match(r"#\s*\[", line):
            break
        at = line_end(text, at)
    next_line = text[at : line_end(text, at)].strip()
    if next_line.startswith("["):
        return max(end, min(at, _comment_start(text, at)))
    return at

"""Where everything of a TOML text begins and ends, in characters, for who changes a part of it.

A text that is not understood to its end is known up to there. Nothing is judged or changed here.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from gesturepose.toml_lines import NotUnderstoodError, Place, Scan


class NoPlaceError(ValueError):
    """The text has no such place, or it is written in a way that cannot be changed here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``key = value``: where it stands, and in which table."""

    place: Place
    table: Place
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """``[table]`` or ``[[table]]``."""

    place: Place
    start: int
    end: int


class Layout(Scan):
    """Where everything of a text begins and ends, in characters."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.values: dict[Place, tuple[int, int]] = {}
        self.statements: list[Entry] = []
        self.inline: dict[Place, Entry] = {}
        self.headers: list[Header] = []
        self._depth = 0
        with contextlib.suppress(NotUnderstoodError, RecursionError):
            self.document()

    def _header(self, *, opens_item: bool) -> Place:
        start = self._at - (2 if opens_item else 1)
        place = super()._header(opens_item=opens_item)
        self.headers.append(Header(place, start, self._at))
        return place

    def _assignment(self, table: Place) -> None:
        start = self._at
        super()._assignment(table)
        # The value noted last is this entry's own: those inside it were noted before.
        place = next(reversed(self.values))
        entry = Entry(place, table, start, self._at)
        if self._depth:
            self.inline[place] = entry
        else:
            self.statements.append(entry)

    def _value(self, place: Place) -> None:
        self._skip_blank()
        start = self._at
        self._depth += 1
        super()._value(place)
        self._depth -= 1
        self.values[place] = (start, self._at)


def line_start(text: str, at: int) -> int:
    """Return where the line of a character begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line after that of a character begins, or the end."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def with_line_end(text: str) -> str:
    """End the last line, if there is one."""
    return text if not text or text.endswith("\n") else text + "\n"


def join_texts(text: str, block: str) -> str:
    """Put lines behind a text, with one blank line between."""
    head = text.rstrip("\n")
    return f"{head}\n\n{block}" if head else block

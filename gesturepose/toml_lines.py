"""Where in a TOML text each key and array item stands; parsers drop that.

A second, forgiving pass over a text that a parser has already accepted. It judges nothing: what it
does not understand ends the pass, and the places found until then stand.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Place: TypeAlias = tuple[str | int, ...]
"""Keys and array indices from the root, such as ``("bindings", 0, "press")``."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
# A closing run of quotes may begin with one or two that belong to the text.
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
# A date and its time may be parted by a space.
_BARE = re.compile(r"[^\s,\[\]{}#=\"']+(?: \d[^\s,\]}#]*)?")


_MOST_PARTS = 32
"""Parts of a dotted key; parsers take time that grows with their square."""


class NotUnderstoodError(Exception):
    """The text goes on in a way the pass does not know."""


class TooDeepError(NotUnderstoodError):
    """The text nests deeper than anybody would write; a parser might take for ever."""


def find_lines(text: str) -> dict[Place, int]:
    """Find the line, counted from 1, of every table, key and array item of a TOML text.

    Parameters
    ----------
    text
        A valid TOML document; of one that is not, the places up to the defect are found.

    Returns
    -------
    dict
        By place. A table is where its header stands; one that has none, where it is first named.

    Raises
    ------
    TooDeepError
        A key has so many parts that it should not even be parsed.
    """
    scan = Scan(text.replace("\r\n", "\n"))
    try:
        scan.document()
    except TooDeepError:
        raise
    except (NotUnderstoodError, RecursionError):
        pass
    return scan.lines


def nearest(lines: Mapping[Place, int], place: Place) -> Place:
    """Return the longest beginning of ``place`` that stands in the text; empty for none."""
    length = next((n for n in range(len(place), 0, -1) if place[:n] in lines), 0)
    return place[:length]


class Scan:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._last_items: dict[Place, int] = {}
        self.lines: dict[Place, int] = {}

    def document(self) -> None:
        """Go over the whole text."""
        table: Place = ()
        while self._skip_blank():
            if self._take("[["):
                table = self._header(opens_item=True)
            elif self._take("["):
                table = self._header(opens_item=False)
            else:
                self._assignment(table)

    def _header(self, *, opens_item: bool) -> Place:
        line = self._line()
        keys = self._keys()
        place: Place = ()
        for number, key in enumerate(keys, start=1):
            place = (*place, key)
            self.lines.setdefault(place, line)
            if opens_item and number == len(keys):
                self._last_items[place] = self._last_items.get(place, -1) + 1
            # Below an array of tables, a header speaks of the latest one.
            if place in self._last_items:
                place = (*place, self._last_items[place])
        self.lines[place] = line
        self._need("]]" if opens_item else "]")
        return place

    def _assignment(self, table: Place) -> None:
        line = self._line()
        place = table
        for key in self._keys():
            place = (*place, key)
            self.lines.setdefault(place, line)
        self._need("=")
        self._value(place)

    def _value(self, place: Place) -> None:
        self._skip_blank()
        if self._take("["):
            index = 0
            while self._skip_blank() and not self._take("]"):
                self.lines[*place, index] = self._line()
                self._value((*place, index))
                index += 1
                self._skip_blank()
                self._take(",")
        elif self._take("{"):
            while self._skip_blank() and not self._take("}"):
                self._assignment(place)
                self._skip_blank()
                self._take(",")
        else:
            match = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            if match is None:
                raise NotUnderstoodError
            self._at = match.end()

    def _keys(self) -> list[str]:
        keys = []
        while match := _KEY_PART.match(self._text, self._at):
            self._at = match.end()
            part = match[1]
            # A quoted key may hold escapes, which the parser knows best.
            keys.append(next(iter(tomllib.loads(f"{part}=0"))) if part[0] in "\"'" else part)
            if not self._take("."):
                return keys
            if len(keys) >= _MOST_PARTS:
                raise TooDeepError
        raise NotUnderstoodError

    def _skip_blank(self) -> bool:
        """Go to the next thing that is not blank; ``False`` at the end."""
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at < len(self._text)

    def _take(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise NotUnderstoodError

    def _line(self) -> int:
        return bisect.bisect_left(self._line_ends, self._at) + 1

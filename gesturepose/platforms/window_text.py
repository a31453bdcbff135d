"""How a gestures.toml names windows: plain text, a list of plain names, or a pattern.

Everything is read once, when the mapping is, and looked for as often as a gesture fires. Titles are
written by web pages, so none may keep the program busy: they are cut, and a pattern that takes too
long is given up. It must not ask any system about its windows.
"""

from __future__ import annotations

import functools
import math
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import regex

from gesturepose.errors import RefusedError, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE_S = 0.1
"""So long a pattern may look at one text; those that are no trap take microseconds."""
_TEXT_LENGTH = 1024
"""Characters of a title that are looked at; of longer ones the beginning and the end."""
_END_LENGTH = 256
_PATTERN_LENGTH = 1000
_MOST_REPEATS = 10_000
"""Repeats inside repeats are written out when a pattern is compiled, which takes for ever."""
_OF_PATTERNS = r"\w\|\w|\.[*+]|^\^|[^\W\d]\$$|\\\.|\\[wdsbWDSB](?=\W|$)|\[\w-\w"


class SlowPatternError(RefusedError):
    """A pattern took too long on a title, so that nothing is known of that window.

    Attributes
    ----------
    pattern
        As it is written.
    """

    def __init__(self, pattern: str) -> None:
        super().__init__(
            f"the pattern {one_line(pattern)!r} takes too long on the title of a window; write it "
            "without repeats inside repeats, or as plain text"
        )
        self.pattern = pattern


class WindowText(Protocol):
    """What a title or an application is compared with."""

    def is_in(self, text: str) -> bool:
        """Whether it is found there.

        Raises
        ------
        SlowPatternError
            It takes too long to say.
        """


@dataclass(frozen=True, slots=True)
class Names:
    """Plain names, folded: any of them, anywhere in the text, whatever the case."""

    names: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        """Whether one of the names is part of the text."""
        folded = _fold(_cut(text))
        return any(name in folded for name in self.names)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, whatever the case."""

    expression: regex.Pattern[str]

    def is_in(self, text: str) -> bool:
        """Whether the text contains a match."""
        try:
            found = self.expression.search(_cut(text), timeout=_PATIENCE_S, concurrent=True)
        except TimeoutError as error:
            raise SlowPatternError(self.expression.pattern) from error
        return found is not None


@functools.lru_cache(maxsize=512)
def read_names(names: tuple[str, ...]) -> Names:
    """Read plain names.

    Raises
    ------
    ValueError
        There is none, or one that every window would match.
    """
    folded = tuple(map(_fold, names))
    if not folded:
        raise ValueError("should name at least one window or application")
    if not all(folded):
        raise ValueError("should not be empty; an empty name would match every window")
    return Names(folded)


@functools.lru_cache(maxsize=512)
def read_pattern(pattern: str) -> Pattern:
    """Compile a regular expression.

    Raises
    ------
    ValueError
        It is none, or a text without anything would match it for its being empty.
    """
    if not pattern.strip():
        raise ValueError("should not be empty; an empty pattern would match every window")
    if len(pattern) > _PATTERN_LENGTH:
        raise ValueError(f"longer than {_PATTERN_LENGTH} characters; write a shorter pattern")
    if math.prod(map(int, regex.findall(r"\{0*([1-9]\d{0,9})", pattern))) > _MOST_REPEATS:
        raise ValueError("repeats too often; write smaller numbers in its braces")
    try:
        return Pattern(regex.compile(pattern, regex.IGNORECASE))
    except (regex.error, RecursionError, OverflowError, MemoryError, ValueError) as error:
        raise ValueError(f"not a regular expression: {one_line(str(error))}") from error


def read_app(app: str | Sequence[str]) -> WindowText:
    """Read what ``app`` says: text is a pattern, a list holds plain names.

    Raises
    ------
    ValueError
        It is empty, or no regular expression.
    """
    return read_pattern(app) if isinstance(app, str) else read_names(tuple(app))


def read_window(text: str) -> WindowText:
    """Read what ``close`` says: ``/.../`` holds a pattern, any other text is plain.

    Raises
    ------
    ValueError
        It is empty, or between the slashes stands no regular expression.
    """
    pattern = find_pattern(text)
    return read_names((text,)) if pattern is None else read_pattern(pattern)


def find_pattern(text: str) -> str | None:
    """Return what stands between the slashes of ``/.../``; ``None`` for plain text."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "/" else None


def describe_app(app: str | Sequence[str]) -> str:
    """Write down what ``app`` says for a sentence: ``'chrom|firefox'`` or ``'gimp' or 'C++'``."""
    return repr(app) if isinstance(app, str) else " or ".join(map(repr, app))


def looks_plain(pattern: str) -> bool:
    """Tell whether somebody who wrote a pattern may have meant the text as it stands.

    True for what is no pattern anybody would write (``C++``, ``[draft]``, ``Budget (1)``), and not
    for names beside each other (``chrom|firefox``).
    """
    if regex.search(r"\\|\||[.)\]][*+?{]|^\^|\$$|\(\?", pattern):
        return False
    if regex.search(r"\w\+\+|\*\*|\w\*(?=\W|$)|\w\?(?=\W|$)", pattern):
        return True
    if any(len(set(inside.casefold())) > 1 for inside in regex.findall(r"\[(\w+)\]", pattern)):
        return True
    return "(" in pattern


def looks_like_pattern(text: str) -> bool:
    """Tell whether plain text has what only patterns have: ``chrom|firefox``, ``Mail.*``."""
    return regex.search(_OF_PATTERNS, text) is not None


def _cut(text: str) -> str:
    if len(text) <= _TEXT_LENGTH:
        return text
    # An application's name stands at either end of a title.
    return text[: _TEXT_LENGTH - _END_LENGTH] + "\N{HORIZONTAL ELLIPSIS}" + text[-_END_LENGTH:]


def _fold(text: str) -> str:
    """Make texts that look alike equal: case, composed characters, spaces, invisible marks.

    Canonical caseless matching of the Unicode Standard (section 3.13, D145). Titles also hold
    marks nobody sees and nobody would write, such as the zero-width space in Microsoft Edge's.
    """
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", " ".join(visible.split()))

"""Key names and chords, as people write them: ``ctrl+plus``, ``Alt+Left``, ``volumeup``.

Reading a chord needs no display and imports no library that does; an unknown name is found when
gestures.toml is read, not when somebody moves. It must not know how a key is injected.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass

from gesturepose.actions.key_table import BY_ANY_NAME, MEDIA_KEYS, is_character


@dataclass(frozen=True, slots=True)
class Chord:
    """Keys pressed together: down in this order, up in the opposite one.

    Attributes
    ----------
    keys
        Canonical names (`gesturepose.actions.key_table.Key.name`) or single characters, at least
        one, each once.
    """

    keys: tuple[str, ...]

    @property
    def is_media(self) -> bool:
        """Whether it is a single key that a desktop takes, not the window in front."""
        return len(self.keys) == 1 and self.keys[0] in MEDIA_KEYS

    def __str__(self) -> str:
        return "+".join(self.keys)


def parse_key(text: str) -> str:
    """Return the canonical name of one key.

    Parameters
    ----------
    text
        A name, an alias or any character that can be seen, such as ``ä``; case and surrounding
        space do not matter.

    Raises
    ------
    ValueError
        Unknown name; the message suggests the nearest one.
    """
    # Composed, as keys have their characters: 'a' with two dots behind it is one character.
    spelling = unicodedata.normalize("NFC", text.strip())
    lower = spelling.lower()
    key = BY_ANY_NAME.get(lower)
    if key is not None:
        return key.name
    for name in (lower, spelling):
        if is_character(name):
            return name
    spelling = lower
    nearest = difflib.get_close_matches(spelling, BY_ANY_NAME, n=1)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(f"unknown key {text.strip()!r}{hint}")


def parse_chord(text: str) -> Chord:
    """Read keys joined with ``+``; a ``+`` at the very end is the key itself (``ctrl++``).

    Raises
    ------
    ValueError
        No key, an unknown key, or one key twice.
    """
    body = text.strip()
    last: list[str] = []
    if body == "+" or body.endswith("++"):
        body, last = body[:-2], ["plus"]
    elif body.endswith("+"):
        raise ValueError(f"{text!r} ends in '+'; name the key after it, or write 'plus'")
    pieces = body.split("+") if body else []
    if not pieces and not last:
        raise ValueError("no key named; write one such as 'space' or 'ctrl+plus'")
    keys = [parse_key(piece) for piece in pieces] + last
    for index, key in enumerate(keys):
        if key in keys[:index]:
            raise ValueError(f"the key {key!r} is named twice in {text!r}")
    return Chord(tuple(keys))

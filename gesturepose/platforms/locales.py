"""The person's language, and what is written in it: POSIX locale names as desktop files use them.

Follows the Desktop Entry Specification 1.5, "Localized values for keys", and gettext's LANGUAGE.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOCALE = re.compile(
    r"(?P<lang>[^_.@]+)(?:_(?P<country>[^.@]+))?(?:\.[^@]*)?(?:@(?P<modifier>.+))?"
)


def list_locales() -> list[str]:
    """Return what the person reads, the best first: ``["de_DE", "de"]``; empty for untranslated."""
    chosen = next(
        (
            value
            for name in ("LC_ALL", "LC_MESSAGES", "LANG")
            if (value := os.environ.get(name, "").strip())
        ),
        "C",
    )
    if chosen.partition(".")[0] in ("C", "POSIX"):
        return []
    # gettext's list of languages counts before the locale, unless that is none.
    languages = [*os.environ.get("LANGUAGE", "").split(":"), chosen]
    return list(dict.fromkeys(spelling for name in languages for spelling in spell_locale(name)))


def spell_locale(name: str) -> list[str]:
    """Return the names under which a translation may stand, the closest first.

    ``sr_YU.UTF-8@Latn`` gives ``sr_YU@Latn``, ``sr_YU``, ``sr@Latn`` and ``sr``.
    """
    match = _LOCALE.fullmatch(name.strip())
    if match is None:
        return []
    lang, country, modifier = match["lang"], match["country"], match["modifier"]
    return [
        f"{lang}{f'_{c}' if c else ''}{f'@{m}' if m else ''}"
        for c, m in dict.fromkeys(
            ((country, modifier), (country, None), (None, modifier), (None, None))
        )
    ]


def find_translation(values: Mapping[str, str], locales: Sequence[str]) -> str | None:
    """Return the value in the best language there is, else the untranslated one.

    Parameters
    ----------
    values
        By locale, the untranslated one under ``""``.
    locales
        From `list_locales`.
    """
    for locale in locales:
        if values.get(locale):
            return values[locale]
    return values.get("")

"""Watching gestures.toml for changes made outside, by looking at it now and then.

It tells the new text, or why there is none, to whoever asked; what the text means is theirs. It
has no thread and no clock of its own: a front end calls `ConfigWatch.look` every `LOOK_S`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose import config_file
from gesturepose.config_errors import ConfigError
from gesturepose.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gesturepose.platforms.small_files import Seen

LOOK_S = 0.5
"""How often a front end should look, in seconds: seldom enough to cost nothing."""


class ConfigWatch:
    """Notices that a file has another text than before.

    A file that is away for a moment, as while an editor replaces it, is looked at again later; so
    is one that cannot be read, which is told once.

    Parameters
    ----------
    path
        The file.
    on_text
        Told each new text, once. A `UsageError` it raises goes to ``on_problems``, so that what
        does not mean anything and what cannot be read are told alike.
    on_problems
        Told what is wrong with the file, a line each.
    seen
        The text already known; without it, the file as it is now is taken for known, and so is
        what keeps it from being read: a pipe that was read once, say.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_text: Callable[[str], None],
        on_problems: Callable[[list[str]], None],
        seen: str | None = None,
    ) -> None:
        self._path = path
        self._on_text = on_text
        self._on_problems = on_problems
        self._text = seen
        self._before: Seen | None = None
        self._told: list[str] = []
        if seen is None:
            try:
                self._before = config_file.read(path)
                self._text = self._decode(self._before)
            except ConfigError as error:
                self._told = error.problems

    def expect(self, text: str) -> None:
        """Take note of a text that the caller writes itself, which is then no change."""
        self._text = text

    def look(self) -> None:
        """Tell what changed since the last look, if anything did."""
        try:
            seen = config_file.read_if_changed(self._path, self._before)
        except ConfigError as error:
            if error.problems != self._told:
                self._told = error.problems
                self._on_problems(error.problems)
            return
        if seen is None:
            return
        self._before, self._told = seen, []
        try:
            text = self._decode(seen)
            if text != self._text:
                self._text = text
                self._on_text(text)
        except UsageError as error:
            self._on_problems(error.problems)

    def _decode(self, seen: Seen) -> str:
        return config_file.decode(seen.content, name=str(self._path)).text

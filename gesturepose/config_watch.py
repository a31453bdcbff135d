"""Watching gestures.toml for changes made outside, by looking at it now and then.

It tells the new text, or why there is none, to whoever asked; what the text means is theirs. It
has no thread and no clock of its own: a front end calls `ConfigWatch.look` every `LOOK_S`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.config import read_config_text
from gesturepose.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOOK_S = 0.5
"""How often a front end should look, in seconds: seldom enough to cost nothing."""


class ConfigWatch:
    """Notices that a file has another text than before.

    A file that is away for a moment, as while an editor replaces it, is looked at again later.

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
        The text already known; without it, the file as it is now is taken for known.
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
        self._seen = seen
        # With a known text the first look reads: the file may have changed since that was read.
        self._stamp = self._read_stamp() if seen is None else None

    def expect(self, text: str) -> None:
        """Take note of a text that the caller writes itself, which is then no change."""
        self._seen = text

    def look(self) -> None:
        """Tell what changed since the last look, if anything did."""
        stamp = self._read_stamp()
        known, self._stamp = self._stamp, stamp
        if stamp is None or stamp == known:
            return
        try:
            text = read_config_text(self._path)
            if text != self._seen:
                self._seen = text
                self._on_text(text)
        except UsageError as error:
            self._on_problems(error.problems)

    def _read_stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

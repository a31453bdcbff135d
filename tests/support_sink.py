"""The sink that is not there, for tests: refuses everything with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from gesturepose.actions.keys import Chord
    from gesturepose.actions.kinds import ClickKind


class NullSink:
    """Refuses everything.

    Parameters
    ----------
    reason
        What the refusals say; it should name the fix.
    """

    def __init__(self, reason: str = "no display here; use --dry-run") -> None:
        self._reason = reason

    def _refuse(self) -> NoReturn:
        raise ActionError(self._reason)

    def hold(self, chord: Chord) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def release(self, chord: Chord) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def press(self, chord: Chord) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def type_text(self, text: str) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def click(self, kind: ClickKind) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def scroll(self, *, x: int, y: int) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def move(self, *, dx: int, dy: int) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def release_all(self) -> None:
        """Do nothing: nothing is held."""

    def close(self) -> None:
        """Do nothing: nothing is held."""

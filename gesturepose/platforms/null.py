"""The platform that is not there: nothing is known, everything is refused with the reason.

It must not touch the operating system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.platforms.base import WindowInfo


class NullPlatform:
    """Refuses everything.

    Parameters
    ----------
    reason
        What the refusals say; it should name the fix.
    """

    session_type = "none"

    def __init__(
        self, reason: str = "no supported desktop here; use --dry-run to see actions without them"
    ) -> None:
        self._reason = reason

    def _refuse(self) -> NoReturn:
        raise ActionError(self._reason)

    def active_window(self) -> WindowInfo | None:
        """Refuse."""
        self._refuse()

    def list_windows(self) -> list[WindowInfo]:
        """Refuse."""
        self._refuse()

    def close_window(self, text: str) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def check_reach(self) -> None:
        """Do nothing: whoever injects input says whether that is possible."""

    def hears(self, key: str) -> bool:  # noqa: ARG002
        """Whether media keys are heard: nothing is known, so nothing is said against it."""
        return True

    def launch(self, app: str | Sequence[str]) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def open(self, target: str) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def notify(self, text: str) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def close(self) -> None:
        """Do nothing: nothing is held."""

"""Starting threads where the system may allow no more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.errors import GesturePoseError

if TYPE_CHECKING:
    import threading


class NoThreadError(GesturePoseError):
    """The system starts no further thread."""

    def __init__(self) -> None:
        super().__init__(
            "cannot start a thread: the system allows no more of them; close other programs or "
            "raise the limit (ulimit -u), and start again"
        )


def start_thread(thread: threading.Thread) -> None:
    """Start a thread.

    Raises
    ------
    NoThreadError
        The system starts none.
    """
    try:
        thread.start()
    except RuntimeError as error:
        if thread.ident is not None:  # started before: a defect of the caller
            raise
        raise NoThreadError from error

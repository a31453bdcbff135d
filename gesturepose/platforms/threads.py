"""Starting threads where the system may allow no more of them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gesturepose.errors import GesturePoseError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator


class NoThreadError(GesturePoseError):
    """The system starts no further thread."""

    def __init__(self) -> None:
        super().__init__(
            "cannot start a thread: the system allows no more of them; close other programs or "
            "raise the limit (ulimit -u), and start again"
        )


def is_short_of_threads(error: BaseException) -> bool:
    """Whether an error says that a thread could not be started; Python has no class for it."""
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


@contextlib.contextmanager
def short_of_threads() -> Iterator[None]:
    """Turn a library's failure to start a thread in the body into a `NoThreadError`."""
    try:
        yield
    except RuntimeError as error:
        if is_short_of_threads(error):
            raise NoThreadError from error
        raise


def start_thread(thread: threading.Thread) -> None:
    """Start a thread.

    Raises
    ------
    NoThreadError
        The system starts none.
    """
    with short_of_threads():
        thread.start()

"""Errors a person can act on: each is one clear line that names the fix.

The command line prints them without a traceback and turns them into an exit code. Anything else
that escapes is a defect of the program.
"""

from __future__ import annotations


class GesturePoseError(Exception):
    """Something failed while running (exit code 1); ``str()`` is the line to show."""

    exit_code = 1

    @property
    def problems(self) -> list[str]:
        """What to show, a line each; one, but for errors that collect several."""
        return [str(self)]


class UsageError(GesturePoseError):
    """Wrong usage or configuration (exit code 2)."""

    exit_code = 2


class SourceError(GesturePoseError):
    """A frame source cannot be opened, or what it holds is not what it should be."""


class LoginError(SourceError):
    """A source wants a login, or another one than was given; trying it again is of no use."""


class ModelError(UsageError):
    """A pose network or its card is missing, unreadable or not what it says it is."""


class ActionError(GesturePoseError):
    """An action could not be performed; the message names the fix."""


class RefusedError(ActionError):
    """An action that was not tried: it would do nothing, or must not be done."""


def one_line(text: str) -> str:
    """Escape what would break a line or garble a terminal: line ends, control characters."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )

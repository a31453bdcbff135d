"""What a session is at, as a front end shows it. Values only."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Protocol

from gesturepose.engine import EngineListener


class SessionState(enum.Enum):
    """What a session is at."""

    OFF = "off"
    """Not started yet, or stopped."""
    STARTING = "starting"
    """Opening the source, loading the network, or waiting for the first frame."""
    WATCHING = "watching"
    """Frames come, and gestures count."""
    PAUSED = "paused"
    """Gestures do nothing; `SessionStatus.camera_on` tells whether the source is still open."""
    LOST = "lost"
    """The camera or stream is not there; it is tried again by itself."""
    FAILED = "failed"
    """Something has to be changed first; `Session.use` tries again."""
    ENDED = "ended"
    """The file is over; `Session.use` plays it again."""


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """What a front end shows of a session.

    Attributes
    ----------
    state
        What it is at.
    detail
        One line for people that names the fix; empty when there is nothing to say.
    source
        What was asked for, as ``--source`` takes it.
    source_name
        What to call it before a person; never contains a password.
    live
        Whether it is a camera or a stream.
    model, provider
        The network and what it runs on; empty before it was loaded, ``"none"`` for a recording.
    camera_on
        Whether a source is open.
    practice
        Whether everything is recognised and nothing performed. Where that was not asked for,
        ``detail`` says why it is so.
    paused_by
        ``"gesture"``, ``"person"`` or ``"lock"``; empty when gestures count.
    other_copy
        The process of another copy that acts on this desktop, which is why nothing is performed
        here; 0 if that cannot be told, ``None`` for no such copy.
    """

    state: SessionState
    detail: str
    source: str = field(repr=False)  # it may hold a password
    source_name: str
    live: bool
    model: str = ""
    provider: str = ""
    camera_on: bool = False
    practice: bool = False
    paused_by: str = ""
    other_copy: int | None = None


class SessionListener(EngineListener, Protocol):
    """What a front end may want to know; called on threads of the session's own."""

    def on_status(self, status: SessionStatus) -> None:
        """Show what the session is at; called whenever that changes."""

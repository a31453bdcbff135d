"""What a session concludes: from how an engine ended, from a changed configuration, in words.

Pure functions; they start and stop nothing.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from gesturepose.capture.address import find_address
from gesturepose.capture.source import public_url
from gesturepose.errors import GesturePoseError, LoginError, SourceError
from gesturepose.session_status import SessionState

if TYPE_CHECKING:
    from gesturepose.config import Config
    from gesturepose.engine import PausedBy
    from gesturepose.session_turn import Turn

_log = logging.getLogger(__name__)

_CAMERA = re.compile(r"\d+|/dev/(?!shm/).*")
"""Specs of cameras of this machine."""


def is_live(spec: str) -> bool:
    """Whether a source, as ``--source`` takes it, is a camera or a stream, by its name alone."""
    return _CAMERA.fullmatch(spec.strip()) is not None or find_address(spec) is not None


def needs_restart(before: Config, after: Config) -> bool:
    """Whether a changed configuration takes `Session.use`, or `Session.replace_mapping` will do."""
    return (before.camera, before.model, before.tracker) != (
        after.camera,
        after.model,
        after.tracker,
    )


def judge(error: BaseException | None, spec: str) -> tuple[SessionState, str]:
    """Say what a session is at once an engine has ended, or could not be made, and why.

    Parameters
    ----------
    error
        What it failed of; ``None`` when its source was over.
    spec
        The source, as ``--source`` takes it.
    """
    if error is None:
        return SessionState.ENDED, f"{public_url(spec)} is over"
    # A camera that is asked again and again with a wrong password locks its user out.
    may_come_back = isinstance(error, SourceError) and not isinstance(error, LoginError)
    if may_come_back and is_live(spec):
        return SessionState.LOST, str(error).removeprefix("source: ")
    if isinstance(error, GesturePoseError):
        return SessionState.FAILED, "; ".join(error.problems).removeprefix("source: ")
    _log.error("a defect ended the engine", exc_info=error)
    return SessionState.FAILED, f"a defect of the program: {error!r}"


def describe_pause(turn: Turn | None, paused_by: PausedBy | None, after_s: float) -> str:
    """Say what a pause means for the camera, which is closed after ``after_s`` seconds."""
    what = "paused while the screen is locked" if paused_by == "lock" else "paused"
    if turn is None:
        return f"{what}; the camera is closed"
    if not turn.run.live:
        return what
    if paused_by == "gesture":
        return "paused by a gesture; the camera stays on, so that a gesture can resume"
    return f"{what}; the camera is closed after {after_s:g} s"

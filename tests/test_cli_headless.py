"""The front end without a window: events nobody can take."""

import errno
from pathlib import Path

import numpy as np
import pytest

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult
from gesturepose.actions.kinds import Notify
from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError
from gesturepose.event_log import JsonEventLog
from gesturepose.headless import _Reporter
from gesturepose.pipeline import Snapshot

SNAPSHOT = Snapshot(
    frame=Frame(np.zeros((4, 4, 3), np.uint8), 0.0, 0), poses=[], tracks=[], events=[], actions=[]
)
RESULT = ActionResult(
    BoundAction("wave", Notify("hello"), Verb.PERFORM, None, 1.0, 1), performed=True
)


class FailingLog(JsonEventLog):
    """A log whose action lines cannot be written."""

    def __init__(self, error: Exception) -> None:
        super().__init__("-")
        self._error = error

    def action(self, result: ActionResult, t: float) -> None:  # noqa: ARG002 - the contract
        raise self._error


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "gone"), GesturePoseError("full")])
def test_the_engine_learns_that_an_action_could_not_be_told(error: Exception) -> None:
    reporter = _Reporter(FailingLog(error), None)
    reporter.on_snapshot(SNAPSHOT)
    reporter.on_action(RESULT)  # on the dispatcher's thread, which has keys to let go of
    with pytest.raises(type(error)):
        reporter.on_snapshot(SNAPSHOT)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_log_on_a_full_disk_says_so_and_closes() -> None:
    log = JsonEventLog("/dev/full")
    log.start(version="1")
    with pytest.raises(GesturePoseError, match="can no longer be written: No space left"):
        log.output.drain()
    with pytest.raises(GesturePoseError, match="No space left"):
        log.output.settle()
    log.close()

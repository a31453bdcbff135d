"""The front end without a window: reloading the mapping, and events nobody can take."""

import errno
import logging
import os
from pathlib import Path

import numpy as np
import pytest

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult
from gesturepose.actions.kinds import Notify
from gesturepose.config import Config
from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.event_log import JsonEventLog
from gesturepose.headless import _MappingWatch, _Reporter
from gesturepose.pipeline import Snapshot

SNAPSHOT = Snapshot(
    frame=Frame(np.zeros((4, 4, 3), np.uint8), 0.0, 0), poses=[], tracks=[], events=[], actions=[]
)
RESULT = ActionResult(
    BoundAction("wave", Notify("hello"), Verb.PERFORM, None, 1.0, 1), performed=True
)


class MappingUser:
    """Stands where an engine stands, and keeps what it is given."""

    def __init__(self) -> None:
        self.mappings: list[Config] = []

    def replace_mapping(self, config: Config) -> None:
        self.mappings.append(config)


def save(path: Path, text: str) -> None:
    path.write_text(text)
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


def test_a_mapping_is_swapped_once_for_each_change(tmp_path: Path) -> None:
    path, user = tmp_path / "gestures.toml", MappingUser()
    path.write_text("")
    watch = _MappingWatch(path, lambda config: config)
    watch.look(user)  # type: ignore[arg-type]
    assert user.mappings == []
    save(path, "[control]\nengaged_s = 7\n")
    watch.look(user)  # type: ignore[arg-type]
    watch.look(user)  # type: ignore[arg-type]
    assert [config.control.engaged_s for config in user.mappings] == [7.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [("[control]\nwake = 3\n", "control.wake"), ("[control", "gestures.toml:1:9: "), ("", "no!")],
)
def test_a_wrong_mapping_keeps_the_old_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, said: str
) -> None:
    def adjust(_: Config) -> Config:
        raise UsageError("no!")  # as an option on the command line that the new file defeats

    path, user = tmp_path / "gestures.toml", MappingUser()
    path.write_text("# before")
    watch = _MappingWatch(path, adjust)
    save(path, text)
    with caplog.at_level(logging.WARNING):
        watch.look(user)  # type: ignore[arg-type]
    assert user.mappings == []
    (record,) = caplog.records
    assert record.getMessage().startswith("keeping the mapping as it was: ")
    assert said in record.getMessage()


def test_a_mapping_that_is_away_for_a_moment(tmp_path: Path) -> None:
    path, user = tmp_path / "gestures.toml", MappingUser()
    path.write_text("")
    watch = _MappingWatch(path, lambda config: config)
    path.unlink()
    watch.look(user)  # type: ignore[arg-type]
    save(path, "[control]\nengaged_s = 9\n")
    watch.look(user)  # type: ignore[arg-type]
    assert len(user.mappings) == 1


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
    with pytest.raises(GesturePoseError, match="can no longer be written: No space left"):
        log.start(version="1")
    log.close()

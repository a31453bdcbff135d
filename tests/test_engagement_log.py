"""Who is obeyed is told to the event log, once for each change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gesturepose.datatypes import PoseFrame
from gesturepose.event_log import JsonEventLog, SpokenEventLog
from gesturepose.headless import _Reporter
from gesturepose.pipeline import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

STORY = [(None, False), (2, False), (2, False), (2, True), (2, True), (None, False), (3, True)]


def tell(reporter: _Reporter) -> None:
    for index, (operator_id, engaged) in enumerate(STORY):
        frame = PoseFrame([], 10.0 + index, index, (640, 480))
        reporter.on_snapshot(
            Snapshot(frame, [], [], [], [], operator_id=operator_id, engaged=engaged)
        )


def test_the_event_log_has_a_line_for_each_change(tmp_path: Path) -> None:
    log = JsonEventLog(str(tmp_path / "events.jsonl"))
    tell(_Reporter(log, None))
    log.close()
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"type": "operator", "t": 1.0, "track": 2, "engaged": False},
        {"type": "operator", "t": 3.0, "track": 2, "engaged": True},
        {"type": "operator", "t": 5.0, "track": None, "engaged": False},
        {"type": "operator", "t": 6.0, "track": 3, "engaged": True},
    ]


@pytest.mark.parametrize("tells", [True, False])
def test_sentences_speak_of_it_only_where_it_takes_a_wake_gesture(
    capsys: pytest.CaptureFixture[str], *, tells: bool
) -> None:
    log = SpokenEventLog(tells_engagement=tells)
    tell(_Reporter(log, None))
    log.close()
    said = [line.split("s  ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    everything = ["person 2 engaged", "nobody engaged", "person 3 engaged"]
    assert said == (everything if tells else [])

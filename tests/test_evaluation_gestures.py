from __future__ import annotations

import json
from pathlib import Path

import pytest
from support_body import PERFORMANCES, perform
from support_pipeline import default

from gesturepose.capture.recording import PoseRecorder
from gesturepose.cli import main
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.errors import UsageError
from gesturepose.evaluation.gestures import evaluate, find_label_files
from gesturepose.evaluation.labels import Interval, Label, LabelledSource, match

LABELS = LabelledSource(
    Path("clip.mp4"),
    (Label("wave", 1.0, 1.8, 2.0), Label("wave", 2.1, 2.9, 3.0), Label("clap", 5.0, 5.5, 6.0)),
    (Interval("point", 8.0, 9.0),),
)


def begin(gesture: str, t: float) -> GestureEvent:
    return GestureEvent(gesture, Phase.BEGIN, 1, t)


def test_each_detection_claims_one_label_and_each_label_one_detection() -> None:
    tallies = match(LABELS, [begin("wave", 1.7), begin("wave", 2.3), begin("wave", 2.4)])
    assert (tallies["wave"].found, len(tallies["wave"].false)) == (2, 1)
    assert tallies["wave"].delays_s == pytest.approx([-0.1, -0.6])
    assert tallies["clap"].recall == 0.0
    assert tallies["clap"].precision is None


def test_half_a_second_late_still_counts_and_more_does_not() -> None:
    assert match(LABELS, [begin("clap", 6.5)])["clap"].found == 1
    late = match(LABELS, [begin("clap", 6.51)])["clap"]
    assert (late.found, late.false) == (0, [6.51])


def test_inside_another_gesture_is_a_confusion_and_other_phases_do_not_count() -> None:
    events = [begin("clap", 8.5), GestureEvent("clap", Phase.END, 1, 20.0), begin("push", 9.5)]
    tallies = match(LABELS, events)
    assert (tallies["clap"].confused, tallies["clap"].false) == ([8.5], [])
    assert tallies["push"].false == [9.5]


def test_a_recorded_performance_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with PoseRecorder(tmp_path / "a.poses.jsonl", skeleton_name="coco17") as recorder:
        for frame in perform(PERFORMANCES["spread"]):
            recorder.write(frame.poses, frame.timestamp, size=frame.size)
    label = {"name": "spread", "start_s": 1.5, "stroke_s": 3.4, "end_s": 3.7}
    (tmp_path / "a.json").write_text(json.dumps({"source": "a.poses.jsonl", "gestures": [label]}))
    result = evaluate(default(), find_label_files([str(tmp_path)]))
    assert result.overall.found == 1
    assert not result.overall.false
    figures = result.as_dict()
    assert figures["gestures"]["spread"]["recall"] == 1.0
    assert figures["false_per_hour"] == 0.0
    assert result.table().splitlines()[1].split()[:3] == ["spread", "1", "1.00"]
    assert main(["evaluate", str(tmp_path)]) == 0
    assert capsys.readouterr().out == result.table() + "\n"
    assert main(["evaluate", "--json", str(tmp_path / "a.json")]) == 0
    assert json.loads(capsys.readouterr().out) == figures
    assert main(["evaluate", str(tmp_path / "b.json")]) == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"source": "x.mp4"}', '{"source": 3}'])
def test_what_is_no_label_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="no label file"):
        evaluate(default(), [path])


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no label files"):
        find_label_files([str(tmp_path)])
    with pytest.raises(UsageError, match="cannot read"):
        evaluate(default(), [tmp_path / "a.json"])
    (tmp_path / "a.json").write_text('{"source": "gone.poses.jsonl", "gestures": []}')
    with pytest.raises(UsageError, match=r"gone\.poses\.jsonl"):
        evaluate(default(), [tmp_path / "a.json"])

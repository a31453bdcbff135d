"""`--explain`, as a person and as another program see it."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from support_body import PERFORMANCES, Body, Key, hold, perform
from support_pipeline import default, make_pipeline, run
from support_program import cut_clip, label, run_program
from support_recordings import write_recording

from gesturepose.cli import main
from gesturepose.config import parse_config
from gesturepose.datatypes import Explanation, RuleReading
from gesturepose.errors import UsageError
from gesturepose.event_log import JsonEventLog, SpokenEventLog
from gesturepose.explain_log import ExplanationLog, choose_gestures, describe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gesturepose.pipeline import Snapshot

LINE = re.compile(r"^ *(\d+\.\d\d) s  (\w+)(?: \((left|right)\))? +\[[#.]{10}\] +(\d+) %  (.+)$")


@cache
def snapshots_of(*keys: Key) -> list[Snapshot]:
    return run(perform(keys, idle_s=1.0), make_pipeline(explain=True))


def told(
    capsys: pytest.CaptureFixture[str], keys: Sequence[Key], gestures: Sequence[str] = ()
) -> list[str]:
    """What is said on standard error about a performance."""
    log = ExplanationLog(gestures, SpokenEventLog())
    for snapshot in snapshots_of(*keys):
        log.look(snapshot, snapshot.frame.timestamp)
    log.flush()
    output = capsys.readouterr()
    assert output.out == "", "standard output is for what was recognised"
    return output.err.splitlines()


def parse(lines: Sequence[str]) -> list[tuple[float, str, int, str]]:
    """Time, gesture, progress and verdict of the lines that are about a gesture."""
    found = [LINE.match(line) for line in lines]
    return [(float(m[1]), m[2], int(m[4]), m[5]) for m in found if m]


def refuse(text: str) -> NoReturn:
    raise AssertionError(f"{text} is no JSON")


def read_json(text: str) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def test_a_hand_raised_too_low_is_told_by_the_one_rule_that_lacks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = parse(told(capsys, hold(1.5, Key(0.6, right=(1.1, 0.6)))))
    verdicts = [v for _, name, progress, v in lines if name == "raise_right_hand" and not progress]
    assert verdicts
    assert "right wrist above nose 0." in verdicts[-1]
    assert "(pose[0].margin)" in verdicts[-1]


def test_lines_are_few_and_only_changes(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, PERFORMANCES["swipe_left"])
    found = parse(lines)
    assert [(name, verdict) for _, name, progress, verdict in found if progress == 100] == [
        ("swipe_left", "recognised")
    ]
    spans = Counter((name, int(t / 0.25)) for t, name, _, _ in found)
    for (name, span), count in spans.items():
        assert count + spans[name, span + 1] <= 3, name
    assert len(lines) < 4 * 6 * 3, "at most three, four times a second"
    idle = told(capsys, [])
    assert parse(idle) == [], "nothing is said of somebody who does nothing"
    assert [line.split("s  ")[1].split(":")[0] for line in idle] == ["no gesture counts", "ready"]


def test_of_the_gestures_asked_for_nothing_else_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    several = told(capsys, PERFORMANCES["swipe_left"], ["swipe_left", "wave"])
    assert {name for _, name, _, _ in parse(several)} == {"swipe_left", "wave"}
    assert not any(re.match(r" +(ok|NO) ", line) for line in several)
    single = told(capsys, PERFORMANCES["swipe_left"], ["swipe_left"])
    start = next(i for i, line in enumerate(single) if line.endswith("recognised"))
    rules = [line for line in single[start + 1 :] if re.match(r" +(ok|NO) ", line)]
    gesture = default().gestures["swipe_left"]
    assert gesture.motion is not None
    for i in range(len(gesture.motion.start)):
        assert any(f"(motion.start[{i}]." in rule for rule in rules)
    for i in range(len(gesture.pose)):
        assert any(f"(pose[{i}]." in rule for rule in rules)


def test_verdicts_in_words() -> None:
    rule = RuleReading("travel", 0.311, 0.5, -0.189, "shoulder widths", "motion.distance")
    near = Explanation("swipe_left", 0.622, active=False, blocked_by=rule.words, side="right")
    assert describe(near) == (
        "swipe_left (right)       [######....]  62 %  "
        "travel 0.31 shoulder widths, needs 0.50 or more (motion.distance)"
    )
    made = Explanation("t_pose", 1.0, active=True)
    assert describe(made).endswith("100 %  recognised")
    assert describe(made, "not engaged").endswith("recognised, but not engaged")
    ready = Explanation("t_pose", 1.0, active=False)
    assert describe(ready, "not engaged").endswith("100 %  not engaged")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (RuleReading("swings", 1.0, 3.0, -2.0), "swings 1, needs 3 or more"),
        (
            RuleReading("elbow", 84.4, 115.0, -30.6, "degrees"),
            "elbow 84 degrees, needs 115 or more",
        ),
        (
            RuleReading("drift", 0.5014, 0.5, -0.0014, "shoulder widths", "motion.max_drift"),
            "drift 0.501 shoulder widths, needs 0.500 or less (motion.max_drift)",
        ),
        (RuleReading("start in view", 0.0, 1.0, -1.0, "yes or no"), "start in view: no"),
        (RuleReading("wrist", float("nan"), 0.2, float("inf")), "wrist: not visible"),
    ],
)
def test_readings_in_words(rule: RuleReading, words: str) -> None:
    assert rule.words == words


def test_names_are_checked() -> None:
    gestures = default().gestures
    assert choose_gestures("", gestures) == ()
    assert choose_gestures("wave, clap,wave", gestures) == ("wave", "clap")
    with pytest.raises(UsageError, match=r"unknown gesture 'wavw'; did you mean 'wave'\?"):
        choose_gestures("clap,wavw", gestures)
    with pytest.raises(UsageError, match="unknown gesture 'xyzzy'; there are raise_right_hand, "):
        choose_gestures("xyzzy", gestures)
    off = parse_config('[gestures.a]\npose = [{ still = "nose", max_speed = 1 }]\nenabled = false')
    with pytest.raises(UsageError, match="'a' is switched off"):
        choose_gestures("a", off.gestures)


def test_an_unknown_gesture_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--no-gui", "--source", "demo", "--dry-run", "--explain", "swipe_lefd"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        "gesturepose: --explain: unknown gesture 'swipe_lefd'; did you mean 'swipe_left'?\n"
    )


def test_what_is_not_visible_is_null(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    events = JsonEventLog("-")
    log = ExplanationLog(["raise_right_hand", "push"], events)
    hidden = Body(hidden=("right_wrist", "left_wrist"))
    for snapshot in run(perform([], body=hidden), make_pipeline(explain=True)):
        log.look(snapshot, snapshot.frame.timestamp)
    log.flush()
    assert events.output.drain() == 0
    lines = read_json(stream.getvalue())
    last = {line["gesture"]: line for line in lines if line["type"] == "explain"}
    for name in ("raise_right_hand", "push"):
        assert "not visible" in last[name]["blocked_by"]
        assert None in [rule["value"] for rule in last[name]["rules"] if not rule["met"]]


def test_the_same_recording_is_explained_in_the_same_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_recording(tmp_path / "a.poses.jsonl", PERFORMANCES["spread"], idle_s=0.8)
    said = []
    for _ in range(2):
        assert main(["--no-gui", "--source", "a.poses.jsonl", "--dry-run", "--explain"]) == 0
        said.append(capsys.readouterr().err.splitlines())
    assert said[0] == said[1]
    assert ("spread", "recognised") in {(name, verdict) for _, name, _, verdict in parse(said[0])}


def test_on_the_demo_clip_the_swipe_is_explained_up_to_its_recognition(tmp_path: Path) -> None:
    swipe = label("swipe_left")
    start_s = swipe["start_s"] - 1.0
    clip = cut_clip(tmp_path / "clip.mp4", start_s, swipe["end_s"] + 0.3)
    done = run_program(
        tmp_path, "--source", clip, "--dry-run", "--explain", "swipe_left", "--events", "-"
    )
    assert done.returncode == 0, done.stderr
    lines = read_json(done.stdout)
    explained = [line for line in lines if line["type"] == "explain"]
    assert {line["gesture"] for line in explained} == {"swipe_left"}
    begun = next(line["t"] for line in lines if line["type"] == "gesture")
    made = next(line for line in explained if line["active"])
    assert made["t"] == begun
    assert all(rule["met"] for rule in made["rules"])
    assert {"motion.distance", "motion.start[0].min_distance", "pose[0].min_distance"} <= {
        rule["setting"] for rule in made["rules"]
    }
    before = [line for line in explained if line["t"] < begun]
    assert before
    for line in before:
        assert line["progress"] < 1.0
        unmet = [rule["rule"] for rule in line["rules"] if not rule["met"]]
        assert any(line["blocked_by"].startswith(rule) for rule in unmet)
    said = parse(done.stderr.splitlines())
    assert [t for t, *_ in said] == pytest.approx([line["t"] for line in explained], abs=0.006)

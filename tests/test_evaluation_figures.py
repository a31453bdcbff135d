"""What is counted and divided over judged sources, and which gestures of a mapping collide."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.config import parse_config
from gesturepose.evaluation.figures import Evaluation, percentile
from gesturepose.evaluation.labels import Interval, Label, LabelledSource
from gesturepose.evaluation.mapping import MappingCheck, check_mapping
from gesturepose.evaluation.matching import Detection, Replay, match
from gesturepose.evaluation.tables import format_mapping, format_table

MAPPING = """\
[gestures.wave]
pose = [{ above = ["nose", "mid_hip"] }]
[gestures.clap]
pose = [{ above = ["nose", "mid_hip"] }]
[gestures.push]
pose = [{ above = ["nose", "mid_hip"] }]
[gestures.nod]
pose = [{ above = ["nose", "mid_hip"] }]
enabled = false
[[bindings]]
gesture = "wave"
press = "a"
app = "editor"
[[bindings]]
gesture = "clap"
press = "b"
[[bindings]]
gesture = "clap"
press = "c"
app = "browser"
[[bindings]]
gesture = "push"
press = "d"
enabled = false
"""


def evaluate(
    *begins: tuple[str, float],
    gestures: tuple[Label, ...] = (),
    ignore: tuple[Interval, ...] = (),
    seconds: float = 3600.0,
    labelled: bool = True,
) -> Evaluation:
    source = LabelledSource(Path("c.mp4"), gestures=gestures, ignore=ignore, labelled=labelled)
    detections = tuple(Detection(name, t, t) for name, t in begins)
    return Evaluation([match(source, Replay(detections, 0.0, seconds, 100))])


def check(evaluation: Evaluation) -> MappingCheck:
    return check_mapping(parse_config(MAPPING), evaluation)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=30), st.floats(0, 100))
def test_percentiles(values: list[float], q: float) -> None:
    found = percentile(values, q)
    assert found is not None
    assert min(values) <= found <= max(values) or found == pytest.approx(min(values))
    assert percentile(values, 50) == pytest.approx(statistics.median(values))
    if len(values) > 1:
        inclusive = statistics.quantiles(values, n=20, method="inclusive")
        assert percentile(values, 95) == pytest.approx(inclusive[-1])


def test_the_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 95) is None


def test_figures_over_two_sources() -> None:
    one = evaluate(("wave", 1.5), ("wave", 9.5), ("clap", 20.0), gestures=(Label("wave", 0, 1, 2),))
    other = evaluate(("wave", 11.2), gestures=(Label("wave", 10, 11, 12), Label("clap", 1, 2, 3)))
    both = Evaluation([*one.results, *other.results])
    wave = both.gestures["wave"]
    assert (wave.labelled, wave.found, wave.false) == (2, 2, 1)
    assert (wave.recall, wave.precision) == (1.0, 2 / 3)
    figures = both.as_dict()
    assert list(figures["gestures"]) == ["clap", "wave"]
    assert figures["gestures"]["wave"]["delay_median_s"] == pytest.approx(0.35)
    assert figures["gestures"]["wave"]["delay_p95_s"] == pytest.approx(0.485)
    assert figures["gestures"]["clap"]["recall"] == 0.0
    assert figures["overall"]["false"] == 2
    assert figures["overall"]["missed"] == 1
    assert figures["false_per_hour"] == pytest.approx(1.0)
    assert figures["false_during"] == {"clap": {"idle": 1}, "wave": {"idle": 1}}
    assert figures["idle_hours"] == pytest.approx((7200 - 6) / 3600)
    first, second = figures["per_source"]
    assert first["false"][0] == {"gesture": "wave", "t": 9.5, "during": "idle"}
    assert first["found"] == [{"gesture": "wave", "t": 1.5, "stroke_s": 1.0, "delay_s": 0.5}]
    assert second["missed"][0]["gesture"] == "clap"


def test_a_confusion_spoils_each_interval_it_lies_in_but_counts_once() -> None:
    evaluation = evaluate(
        ("clap", 2.5), ("clap", 2.6), ("wave", 2.7),
        ignore=(Interval("spin", 1, 3), Interval("spin", 2, 4), Interval("point", 5, 6)),
    )  # fmt: skip
    ignore = evaluation.as_dict()["ignore"]
    assert (ignore["intervals"], ignore["confused"]) == (3, 2)
    assert ignore["share"] == pytest.approx(2 / 3)
    spin = {"intervals": 2, "confused": 2, "gestures": {"clap": 2, "wave": 1}}
    nothing = {"intervals": 1, "confused": 0, "gestures": {}}
    assert ignore["kinds"] == {"point": nothing, "spin": spin}
    assert evaluation.overall.precision is None, "confusions are counted apart"


def test_a_table_fits_into_100_columns() -> None:
    gestures = tuple(Label("a_gesture_with_quite_a_name_indeed", t, t, t) for t in range(2000))
    evaluation = evaluate(("wave", 5.0), gestures=gestures, ignore=(Interval("spin", 4, 5),))
    lines = format_table(evaluation).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[1].startswith("a_gesture_with_quite_a_na… ")
    assert lines[3].split()[:3] == ["all", "2000", "0.00"]
    assert "1 confusion in 1 of 1 stretches of other gestures (100.0 %)" in lines


def test_nothing_at_all_still_makes_a_table() -> None:
    assert format_table(evaluate(seconds=0.0)).splitlines()[1].split()[:4] == ["all", "0", "-", "-"]
    unjudged = format_table(evaluate(("wave", 1.0), labelled=False))
    assert unjudged.splitlines()[1].split() == ["wave", "1"]
    assert "recall" not in unjudged


@pytest.mark.parametrize(
    ("begins", "gestures", "count"),
    [
        ((("wave", 1.0), ("clap", 1.6)), (), 1),
        ((("wave", 1.0), ("clap", 1.61)), (), 0),
        ((("wave", 1.0), ("wave", 1.1)), (), 0),
        ((("wave", 1.0), ("clap", 3.0)), (Label("wave", 0, 1, 4),), 1),
        ((("wave", 1.0), ("clap", 1.2)), (Label("wave", 0, 1, 2), Label("clap", 1, 1, 2)), 0),
        ((("wave", 1.0), ("clap", 1.1), ("push", 1.2)), (), 3),
    ],
)
def test_gestures_collide_in_one_movement(
    begins: tuple[tuple[str, float], ...], gestures: tuple[Label, ...], count: int
) -> None:
    found = check(evaluate(*begins, gestures=gestures))
    assert sum(len(collision.times) for collision in found.collisions) == count


def test_a_collision_says_what_would_both_run() -> None:
    found = check(evaluate(("wave", 1.0), ("clap", 1.2), ("push", 7.0), ("clap", 7.1)))
    assert [c.gestures for c in found.collisions] == [("clap", "push"), ("clap", "wave")]
    entries = found.as_dict()["collisions"]
    assert entries[0]["both_run"] == [], "the binding of push is not enabled"
    assert entries[1]["both_run"] == [["press b", "press a (in editor)"]]
    assert entries[1]["at"] == [{"source": "c.mp4", "t": 1.0}]
    text = format_mapping(found)
    assert "clap and wave collide, 1 time (c.mp4 1.0 s)" in text
    assert "both would run: press b, and press a (in editor)" in text
    assert "but only one of them would do anything" in text


def test_what_never_fires_and_what_fires_while_idle() -> None:
    gestures = (Label("push", 1, 2, 3), Label("nod", 5, 6, 7))
    found = check(evaluate(("wave", 100.0), ("wave", 200.0), gestures=gestures))
    assert found.never_fired == {"clap": 0, "push": 1}
    assert found.unknown == {"nod": 1}
    assert found.as_dict()["never_fired"][0] == {"gesture": "clap", "labels": 0, "bound": True}
    assert found.as_dict()["fired_while_idle"]["wave"]["per_idle_hour"] == pytest.approx(
        2 * 3600 / 3596
    )
    text = format_mapping(found)
    assert "push never fired, although made 1 time" in text
    assert "never fired, nor is any of them labelled here: clap (would press b)" in text
    assert "wave fired 2 times while idle, 2.0 per idle hour" in text
    assert "nod was made 1 time, but the mapping does not have it" in text


def test_good_news_is_said_as_well() -> None:
    text = format_mapping(check(evaluate(("clap", 2.0), gestures=(Label("clap", 1, 2, 3),))))
    assert "no two gestures fired in one movement" in text
    assert "nothing fired while idle (60.0 min)" in text

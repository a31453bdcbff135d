"""What a benchmark makes of durations, and the pictures and sources it measures on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.benchmark_command import change_config
from gesturepose.capture.opening import open_source
from gesturepose.config import Config
from gesturepose.datatypes import Frame
from gesturepose.errors import UsageError
from gesturepose.evaluation.benchmark import (
    READ,
    STEP,
    Comparison,
    Durations,
    Ratio,
    Spread,
    open_bench_source,
    read_frames,
)
from gesturepose.evaluation.benchmark_live import PacedSource
from gesturepose.evaluation.benchmark_people import MOST_PEOPLE, cut_people, tile
from gesturepose.evaluation.benchmark_start import peak_memory_mb
from gesturepose.evaluation.benchmark_tables import format_comparison, format_stages

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = st.lists(st.floats(1e-4, 1.0), min_size=1, max_size=50)


def test_a_spread_is_in_milliseconds() -> None:
    spread = Spread.of([number / 1000 for number in range(101)])
    assert (spread.p50, spread.p95, spread.p99) == pytest.approx((50, 95, 99))
    assert spread.mean == pytest.approx(50)
    assert spread.as_dict() == {
        "p50_ms": 50.0,
        "p95_ms": 95.0,
        "p99_ms": 99.0,
        "mean_ms": 50.0,
        "count": 101,
    }


@given(SECONDS)
def test_percentiles_are_in_order(seconds: list[float]) -> None:
    spread = Spread.of(seconds)
    assert min(seconds) * 999.9 <= spread.p50 <= spread.p95 <= spread.p99 <= max(seconds) * 1000.1


@given(SECONDS, st.floats(0.1, 10.0))
def test_the_ratio_of_a_constant_factor_is_that_factor(seconds: list[float], factor: float) -> None:
    ratio = Ratio.of(seconds, [factor * s for s in seconds])
    for value in (ratio.total, ratio.median, ratio.low, ratio.high, ratio.p5, ratio.p95):
        assert value == pytest.approx(factor)


def test_the_interval_of_a_ratio_holds_the_truth_and_narrows() -> None:
    rng = np.random.default_rng(3)
    widths = []
    for count in (40, 4000):
        a = rng.uniform(1, 2, count)
        ratio = Ratio.of(a.tolist(), (1.3 * a * rng.lognormal(0, 0.2, count)).tolist())
        assert ratio.p5 < ratio.low < 1.3 < ratio.high < ratio.p95
        widths.append(ratio.high - ratio.low)
    assert widths[1] < widths[0] / 4


def test_durations_keep_every_call() -> None:
    times = Durations()
    for number in range(3000):  # more than a run keeps
        times.add("stage", number / 1000)
    assert times.spreads()["stage"].count == 3000
    times.clear()
    assert times.spreads() == {}


def test_stages_are_in_the_order_of_a_frame_whichever_ran_first() -> None:
    times = Durations()
    for stage in ("resolve", STEP, "another", "network", "find", READ):
        times.add(stage, 0.01)
    assert list(times.spreads()) == ["another", READ, "find", "network", "resolve", STEP]


@pytest.mark.parametrize("people", range(1, MOST_PEOPLE + 1))
def test_people_are_set_side_by_side_all_of_one_size(people: int) -> None:
    person = np.full((340, 180, 3), 200, np.uint8)
    picture = tile(person, people, (640, 480))
    assert picture.shape == (480, 640, 3)
    covered = (picture == 200).all(axis=2)
    alone = (tile(person, 1, (640, 480)) == 200).all(axis=2)
    assert covered.sum() == people * alone.sum()


def test_there_is_no_place_for_seven() -> None:
    with pytest.raises(ValueError, match="1 to 6 people"):
        tile(np.zeros((9, 9, 3), np.uint8), 7, (640, 480))


def test_the_person_is_cut_out_of_the_clip() -> None:
    cuts = cut_people(40)  # more than the clip has postures
    assert len(cuts) == 40
    for cut in cuts:
        assert 250 < cut.shape[0] <= 480
        assert 100 < cut.shape[1] <= 640
    assert not np.array_equal(cuts[0], cuts[1])


def test_a_paced_file_is_as_slow_as_a_camera() -> None:
    source = PacedSource(open_source("demo", Config().camera))
    try:
        started_s = time.monotonic()
        frames = [frame for frame, _ in zip(read_frames(source), range(10), strict=False)]
    finally:
        source.close()
    stamps = np.array([frame.timestamp for frame in frames])
    assert started_s <= stamps[0]
    assert (np.diff(stamps) > 0).all()
    assert stamps[-1] - started_s >= 9 / 30 - 0.005  # however slow the machine is, no faster


def test_a_benchmark_wants_a_file_of_pictures(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="recording without pictures"):
        open_bench_source(str(tmp_path / "a.poses.jsonl"), Config())
    source = open_bench_source("demo", Config())
    frame = source.read()
    source.close()
    assert isinstance(frame, Frame)


def test_memory_is_told() -> None:
    peak = peak_memory_mb()
    assert peak is None or 10 < peak < 100_000


def test_sides_of_a_comparison() -> None:
    config = Config()
    assert change_config(config, "other").model.name == "other"
    assert change_config(config, "model.threads=1").model.threads == 1
    both = change_config(config, "model.device=cpu, model.input_size=320")
    assert (both.model.device, both.model.input_size) == ("cpu", 320)
    assert config.model.threads is None
    for side, words in (
        ("threads=1", "no setting; write SECTION.KEY=VALUE"),
        ("gestures.wave=1", "no setting"),
        ("model.thread=1", "no setting model.thread; there is name, device"),
        ("model.threads=0", "model.threads: .*greater than or equal to 1, not '0'"),
        ("model.threads=two", "model.threads: .*integer, not 'two'"),
    ):
        with pytest.raises(UsageError, match=words):
            change_config(config, side)


def test_how_often_a_stage_ran_is_told() -> None:
    spreads = {
        "find": Spread.of([0.02] * 3),
        "network": Spread.of([0.01] * 25),
        STEP: Spread.of([0.03] * 20),
    }
    head, *rows = format_stages(spreads, cpu_ms=30.0).splitlines()
    assert head.endswith("   a frame")
    assert [(row.split()[0], row.split()[-1]) for row in rows[:3]] == [
        ("find", "0.15"),
        ("network", "1.25"),
        ("frame", "1.00"),
    ]
    assert {len(row) for row in (head, *rows[:3])} == {len(head)}


def test_names_too_long_for_the_table_are_cut() -> None:
    spreads = {STEP: Spread.of([0.01, 0.02])}
    one = Ratio.of([1.0], [1.0])
    text = format_comparison(Comparison((spreads, spreads), one, one, 2), ("a" * 300, "b"))
    assert max(map(len, text.splitlines())) <= 100
    assert "B by A, frame to action: median 1.000 " in text

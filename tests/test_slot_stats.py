from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.slot import Slot
from gesturepose.stats import StageTimes, percentile


def test_the_newest_value_replaces_one_not_taken() -> None:
    slot: Slot[int] = Slot()
    for value in (1, 2, 3):
        assert slot.put(value)
    assert slot.dropped == 2
    assert slot.get(0) == 3
    assert slot.get(0) is None


def test_a_closed_slot_hands_out_what_was_left_and_takes_nothing_more() -> None:
    slot: Slot[int] = Slot()
    slot.put(1)
    slot.close()
    assert slot.closed
    assert not slot.put(2)
    assert slot.get() == 1
    assert slot.get() is None


def test_lossless_hands_over_every_value_in_order() -> None:
    slot: Slot[int] = Slot(lossless=True)

    def write() -> None:
        for i in range(500):
            slot.put(i)
        slot.close()

    writer = threading.Thread(target=write)
    writer.start()
    taken = []
    while (value := slot.get(5.0)) is not None:
        taken.append(value)
    writer.join()
    assert taken == list(range(500))
    assert slot.dropped == 0


def test_closing_wakes_a_writer_that_waits() -> None:
    slot: Slot[int] = Slot(lossless=True)
    slot.put(1)
    results: list[bool] = []
    writer = threading.Thread(target=lambda: results.append(slot.put(2)))
    writer.start()
    slot.close()
    writer.join(5.0)
    assert results == [False]


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 100))
def test_a_percentile_is_one_of_the_samples(samples: list[float], q: float) -> None:
    assert percentile(samples, q) in samples
    assert percentile(samples, 0) == min(samples)
    assert percentile(samples, 100) == max(samples)


def test_times_are_kept_per_stage_and_bounded() -> None:
    times = StageTimes(window=10)
    for _ in range(3):
        with times.measure("first"):
            pass
    for _ in range(100):
        times.add("second", 0.002)
    summary = times.summary_ms()
    assert list(summary) == ["first", "second"]
    assert summary["second"] == {"p50": pytest.approx(2.0), "p95": pytest.approx(2.0)}
    assert percentile([], 50) == 0.0

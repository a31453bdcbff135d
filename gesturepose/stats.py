"""Per-stage timing: how long each stage takes, without keeping every sample for ever."""

from __future__ import annotations

import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def percentile(samples: list[float], q: float) -> float:
    """Nearest-rank percentile ``q`` (0..100) of the samples; 0.0 when there are none."""
    if not samples:
        return 0.0
    ordered = sorted(samples)
    rank = round(q / 100.0 * (len(ordered) - 1))
    return ordered[rank]


class StageTimes:
    """Wall-clock durations of named stages over the newest ``window`` calls of each."""

    def __init__(self, window: int = 2000) -> None:
        self._window = window
        self._samples: dict[str, deque[float]] = {}

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time the body of a ``with`` statement as one call of a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, time.perf_counter() - start)

    def add(self, stage: str, seconds: float) -> None:
        """Record one call of a stage."""
        samples = self._samples.get(stage)
        if samples is None:
            samples = self._samples[stage] = deque(maxlen=self._window)
        samples.append(seconds)

    def summary_ms(self) -> dict[str, dict[str, float]]:
        """``{stage: {"p50": ms, "p95": ms}}`` in the order the stages were first seen."""
        return {
            stage: {
                "p50": round(1e3 * percentile(list(samples), 50), 3),
                "p95": round(1e3 * percentile(list(samples), 95), 3),
            }
            for stage, samples in list(self._samples.items())  # another thread may add one
        }

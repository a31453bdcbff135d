"""Speed on this machine: every stage of a frame's way to its actions, and two settings compared.

Wall-clock times of one process that does nothing else; what else runs on the machine shows in
them, which is why comparisons take turns frame by frame. Opens sources, shows nothing.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.app import load_network, make_stages, needs_network
from gesturepose.capture.address import public_url
from gesturepose.capture.opening import open_source
from gesturepose.errors import UsageError
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gesturepose.app import Network
    from gesturepose.capture.source import FrameSource
    from gesturepose.config import Config
    from gesturepose.datatypes import Frame, PoseFrame
    from gesturepose.pipeline import Snapshot

WARM_UP_FRAMES = 20
"""Frames before anything is timed: memory is laid out, caches fill, clocks rise."""
STEP = "frame to action"
READ = "read"
_ORDER = (
    *(READ, "compare", "find", "preprocess", "network", "decode"),
    *("track", "classify", "resolve", STEP),
)
"""Of stages in a frame; in the first one that is timed, some need not run."""
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in milliseconds, over ``count`` times."""

    p50: float
    p95: float
    p99: float
    mean: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """Percentiles, interpolated linearly between ranks, of at least one duration."""
        p50, p95, p99 = (1e3 * np.percentile(seconds, (50, 95, 99))).tolist()
        return cls(p50, p95, p99, 1e3 * float(np.mean(seconds)), len(seconds))

    def as_dict(self) -> dict[str, float]:
        """Figures for ``--json``, with their unit in the name."""
        named = {f"{name}_ms": round(value, 4) for name, value in asdict(self).items()}
        named.pop("count_ms")
        return {**named, "count": self.count}


class Durations(StageTimes):
    """Stage times that keep every duration, for percentiles that have only a few above them."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, list[float]] = {}

    def add(self, stage: str, seconds: float) -> None:
        """Record one call of a stage."""
        self.seconds.setdefault(stage, []).append(seconds)

    def clear(self) -> None:
        """Forget what was recorded."""
        self.seconds.clear()

    def spreads(self) -> dict[str, Spread]:
        """Percentiles by stage, in the order stages have in a frame; unknown ones come first."""
        places = {stage: place for place, stage in enumerate(_ORDER)}
        stages = sorted(self.seconds, key=lambda stage: places.get(stage, -1))
        return {stage: Spread.of(self.seconds[stage]) for stage in stages}


class Bench:
    """A network and the stages behind it, timed; nothing is performed.

    Parameters
    ----------
    config
        As for a run.

    Attributes
    ----------
    model, provider
        The network, and what it runs on.
    network
        The network itself, for further stages.
    times
        Of the stages, and of all together as `STEP`.
    cpu_s
        Processor time of each step in seconds, all threads of the process together.

    Raises
    ------
    ModelError
        The network cannot be loaded.
    """

    def __init__(self, config: Config) -> None:
        self.times = Durations()
        self.cpu_s: list[float] = []
        self.network: Network = load_network(config.model, self.times)
        self.model, self.provider = self.network.model, self.network.provider
        self._pipeline = make_stages(config, "demo", self.times, network=self.network).pipeline

    def step(self, frame: Frame | PoseFrame) -> Snapshot:
        """Take one frame through the stages, and time it."""
        cpu_s = time.process_time()
        with self.times.measure(STEP):
            snapshot = self._pipeline.step(frame)
        self.cpu_s.append(time.process_time() - cpu_s)
        return snapshot

    def forget(self) -> None:
        """Drop the times so far, those of warming up."""
        self.times.clear()
        self.cpu_s.clear()

    def close(self) -> None:
        """Free the network."""
        self.network.close()


def open_bench_source(spec: str, config: Config) -> FrameSource:
    """Open a file of pictures.

    Raises
    ------
    UsageError
        It is a camera or a stream, which would be waited for, or a recording without pictures.
    GesturePoseError
        It cannot be opened.
    """
    if not needs_network(spec):
        raise UsageError(
            f"--source: {public_url(spec)} is a recording without pictures; give a video"
        )
    source = open_source(spec, config.camera)
    if source.live:
        source.close()
        raise UsageError(f"--source: {source.name} is live, and would be waited for; give a file")
    return source


def read_frames(source: FrameSource) -> Iterator[Frame | PoseFrame]:
    """Frames of a source up to its end."""
    while (frame := source.read()) is not None:
        yield frame


def measure_stages(
    bench: Bench,
    source: FrameSource,
    *,
    frames: int,
    on_done: Callable[[str], None] = lambda _: None,
) -> dict[str, Spread]:
    """Time every stage over the next frames of a source, after warming up.

    Parameters
    ----------
    bench
        What is timed; its times stay there too.
    source
        Read from where it is; `READ` is the time that takes.
    frames
        Frames at most.
    on_done
        Told after each frame.

    Raises
    ------
    UsageError
        The source ends before anything could be timed.
    """
    for frame in islice(read_frames(source), WARM_UP_FRAMES):
        bench.step(frame)
    bench.forget()
    for _ in range(frames):
        started_s = time.perf_counter()
        read = source.read()
        if read is None:
            break
        bench.times.add(READ, time.perf_counter() - started_s)
        bench.step(read)
        on_done("stages")
    if not bench.cpu_s:
        raise too_short(source)
    return bench.times.spreads()


def too_short(source: FrameSource) -> UsageError:
    """Return the error for a source that ends while warming up."""
    return UsageError(
        f"--source: {source.name} has {WARM_UP_FRAMES} frames or fewer, which warming up takes"
    )


@dataclass(frozen=True, slots=True)
class Ratio:
    """Cost of B in units of A's on the same frame.

    Attributes
    ----------
    total
        All of B by all of A.
    median
        Over the frames.
    low, high
        95 % interval of the median, by bootstrap: percentiles of the medians of frames drawn with
        replacement (Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979).
    p5, p95
        Percentiles over the frames.
    """

    total: float
    median: float
    low: float
    high: float
    p5: float
    p95: float

    @classmethod
    def of(cls, a: Sequence[float], b: Sequence[float]) -> Ratio:
        """Ratio of durations, frame by frame; both of the same length, one at least."""
        ratios = np.asarray(b, np.float64) / np.maximum(np.asarray(a, np.float64), 1e-9)
        rng = np.random.default_rng(0)
        drawn = ratios[rng.integers(0, len(ratios), (_RESAMPLES, len(ratios)))]
        low, high = np.percentile(np.median(drawn, axis=1), (2.5, 97.5)).tolist()
        p5, median, p95 = np.percentile(ratios, (5, 50, 95)).tolist()
        return cls(float(np.sum(b) / max(np.sum(a), 1e-9)), median, low, high, p5, p95)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two benches on the same frames.

    Attributes
    ----------
    spreads
        By stage, of A and of B; stages in the order of A.
    wall, cpu
        Ratios of `STEP`, of wall-clock and of processor time.
    frames
        Number of frames both were timed on.
    """

    spreads: tuple[dict[str, Spread], dict[str, Spread]]
    wall: Ratio
    cpu: Ratio
    frames: int

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``; ratios are B by A."""
        a, b = ({name: s.as_dict() for name, s in side.items()} for side in self.spreads)
        ratios = {"wall": asdict(self.wall), "cpu": asdict(self.cpu)}
        return {"frames": self.frames, "a": a, "b": b, "ratio_b_by_a": ratios}


def compare(
    a: Bench,
    b: Bench,
    source: FrameSource,
    *,
    frames: int,
    on_done: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Time two benches in one run: both take every frame, and take turns in being first.

    Whatever else slows the machine down then slows both; raises what `measure_stages` does.
    """
    for frame in islice(read_frames(source), WARM_UP_FRAMES):
        a.step(frame)
        b.step(frame)
    a.forget()
    b.forget()
    for number, frame in enumerate(islice(read_frames(source), frames)):
        for bench in (a, b) if number % 2 == 0 else (b, a):
            bench.step(frame)
        on_done("compare")
    if not a.cpu_s:
        raise too_short(source)
    return Comparison(
        spreads=(a.times.spreads(), b.times.spreads()),
        wall=Ratio.of(a.times.seconds[STEP], b.times.seconds[STEP]),
        cpu=Ratio.of(a.cpu_s, b.cpu_s),
        frames=len(a.cpu_s),
    )

"""A benchmark as text: tables of at most 100 columns.

Says what was measured elsewhere; measures nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.errors import one_line
from gesturepose.evaluation.benchmark import STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gesturepose.evaluation.benchmark import Comparison, Ratio, Spread
    from gesturepose.evaluation.benchmark_live import LiveRun
    from gesturepose.evaluation.benchmark_people import Crowd
    from gesturepose.evaluation.benchmark_start import ColdStart

_NAME_WIDTH = 18
_SIDE_WIDTH = 95


def format_stages(spreads: Mapping[str, Spread], *, cpu_ms: float) -> str:
    """Write times by stage, frames per second, and processor time per frame in milliseconds.

    Stages do not all run once a frame: their times are of when they ran, and the last column says
    how often that was.
    """
    step = spreads[STEP]
    lines = [_row("stage", ("p50 ms", "p95 ms", "p99 ms", "mean ms", "a frame"))]
    lines += [
        _row(name, (*_cells(spread), f"{spread.count / step.count:.2f}"))
        for name, spread in spreads.items()
    ]
    summary = (
        f"{1e3 / step.mean:.1f} frames/s as fast as possible; {cpu_ms:.2f} ms of processor time "
        f"per frame; {step.count} frames"
    )
    return "\n".join([*lines, "", summary])


def _cells(spread: Spread) -> tuple[str, ...]:
    return tuple(f"{ms:.3f}" for ms in (spread.p50, spread.p95, spread.p99, spread.mean))


def _row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<{_NAME_WIDTH}}" + "".join(f"{cell:>10}" for cell in cells)


def format_live(live: LiveRun) -> str:
    """Latency and drops of a live run."""
    latency = live.latency
    return (
        f"as a camera: {live.fps:.1f} frames/s, {live.dropped} of {live.frames + live.dropped} "
        f"dropped, {100 * live.cpu_share:.0f} % of one core\n"
        f"grab to decision: p50 {latency.p50:.2f} ms, p95 {latency.p95:.2f} ms, "
        f"p99 {latency.p99:.2f} ms"
    )


def format_crowds(crowds: Sequence[Crowd]) -> str:
    """Cost against the number of people."""
    lines = [_row("people", ("found", "p50 ms", "p95 ms", "p99 ms", "mean ms", "by one"))]
    lines += [
        _row(
            str(crowd.people),
            (f"{crowd.found:.2f}", *_cells(crowd.step), f"{crowd.ratio.median:.3f}"),
        )
        for crowd in crowds
    ]
    return "\n".join([*lines, f"{crowds[-1].people} people by one: {_tell(crowds[-1].ratio)}"])


def format_starts(starts: Sequence[ColdStart]) -> str:
    """Seconds from the start of the process to the first pose, in the order they were taken."""
    seconds = ", ".join(f"{start.seconds:.2f}" for start in starts)
    peaks = [start.peak_mb for start in starts if start.peak_mb is not None]
    memory = f"; {max(peaks):.0f} MB held at most by then" if peaks else ""
    return f"process start to first pose: {seconds} s{memory}"


def format_comparison(comparison: Comparison, names: tuple[str, str]) -> str:
    """Two settings side by side, and their ratio."""
    shown = [_shorten(one_line(name)) for name in names]
    lines = [f"A: {shown[0]}", f"B: {shown[1]}", ""]
    heads = ("A p50 ms", "B p50 ms", "A p95 ms", "B p95 ms", "A p99 ms", "B p99 ms")
    lines.append(_row("stage", heads))
    a, b = comparison.spreads
    for name, spread in a.items():
        other = b.get(name)
        if other is not None:
            pairs = zip(_cells(spread)[:3], _cells(other)[:3], strict=True)
            lines.append(_row(name, (cell for pair in pairs for cell in pair)))
    return "\n".join(
        [
            *lines,
            "",
            f"B by A, {STEP}: {_tell(comparison.wall)}",
            f"B by A, processor time: {_tell(comparison.cpu)}",
            f"{comparison.frames} frames, each taken by both in turn",
        ]
    )


def _shorten(name: str) -> str:
    return name if len(name) <= _SIDE_WIDTH else f"…{name[1 - _SIDE_WIDTH :]}"


def _tell(ratio: Ratio) -> str:
    return (
        f"median {ratio.median:.3f} ({ratio.low:.3f} to {ratio.high:.3f} at 95 %), "
        f"total {ratio.total:.3f}, p5 {ratio.p5:.3f}, p95 {ratio.p95:.3f}"
    )

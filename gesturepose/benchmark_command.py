"""``gesturepose benchmark``: its options, and what it prints.

Results go to standard output, progress to standard error while a terminal is there to see it.
Measures nothing itself; everything heavy is imported lazily.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from gesturepose.capture.address import public_url
from gesturepose.errors import UsageError, one_line
from gesturepose.listings import say

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.config import Config

USAGE = "gesturepose benchmark [OPTION ...]"
DESCRIPTION = (
    "Speed on this machine: every stage, latency and drops as with a camera, cost against the "
    "number of people, cold start, processor and memory; or two networks or settings compared, "
    "frame by frame."
)
_FRAMES = 300
_STARTS = 3
_SECTIONS = ("control", "camera", "model", "tracker", "classifier")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the command's options."""
    add = parser.add_argument
    add("--config", metavar="FILE", help="mapping to use (default: as for a run)")
    add("--source", metavar="SRC", default="demo", help="video or pictures (default: demo)")
    add("--model", metavar="NAME|PATH", help="pose network (see 'gesturepose models')")
    add("--device", metavar="DEVICE", help="where the network runs, as for a run")
    add(
        "--frames",
        metavar="N",
        type=_count,
        default=_FRAMES,
        help=f"frames to time, or as many as the source has (default: {_FRAMES})",
    )
    add(
        "--starts",
        metavar="N",
        type=_count_or_none,
        default=_STARTS,
        help=f"cold starts to time, 0 for none (default: {_STARTS})",
    )
    add(
        "--compare",
        nargs=2,
        metavar=("A", "B"),
        help="compare two networks (NAME or PATH) or settings (such as model.threads=1; several "
        "joined by commas) in one run, instead",
    )
    add("--json", action="store_true", help="figures as JSON")
    parser.set_defaults(engagement=None)


def _count(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number, 1 or more")
    return int(text)


def _count_or_none(text: str) -> int:
    return 0 if text == "0" else _count(text)


def run_benchmark(options: argparse.Namespace, config: Config, config_path: Path) -> None:
    """Measure, and print what was measured.

    Parameters
    ----------
    options
        Of `add_options`.
    config
        As for a run; the options that override it are applied already.
    config_path
        Where it was read from, for processes that are started cold.

    Raises
    ------
    UsageError
        If an option, a setting, the source or the network is wrong.
    GesturePoseError
        If the source cannot be read, or a cold start failed.
    """
    if options.compare is not None:
        _compare(options, config)
    else:
        _measure(options, config, config_path)


def _measure(options: argparse.Namespace, config: Config, config_path: Path) -> None:
    from gesturepose.evaluation import benchmark, benchmark_tables
    from gesturepose.evaluation.benchmark_live import run_live
    from gesturepose.evaluation.benchmark_people import measure_crowds
    from gesturepose.evaluation.benchmark_start import measure_start, peak_memory_mb
    from gesturepose.progress import showing_progress

    rounds = max(options.frames // 6, 1)
    total = 2 * options.frames + rounds + options.starts
    with ExitStack() as stack:
        source = benchmark.open_bench_source(options.source, config)
        stack.callback(source.close)
        bench = stack.enter_context(closing(benchmark.Bench(config)))
        show = stack.enter_context(showing_progress(total))
        spreads = benchmark.measure_stages(bench, source, frames=options.frames, on_done=show)
        cpu_ms = 1e3 * sum(bench.cpu_s) / len(bench.cpu_s)
        again = benchmark.open_bench_source(options.source, config)
        live = run_live(bench, again, config.camera, frames=options.frames, on_done=show)
        crowds = measure_crowds(config, bench.network, rounds=rounds, on_done=show)
        peak_mb = peak_memory_mb()
        starts = []
        for _ in range(options.starts):
            starts.append(measure_start(config_path, config.model, options.source))
            show("cold start")
    step = spreads[benchmark.STEP]
    if options.json:
        figures: dict[str, Any] = {
            **_facts(bench.model, bench.provider, public_url(options.source)),
            "stages": {name: spread.as_dict() for name, spread in spreads.items()},
            "fps": 1e3 / step.mean,
            "cpu_ms_per_frame": cpu_ms,
            "live": live.as_dict(),
            "people": [crowd.as_dict() for crowd in crowds],
            "peak_memory_mb": peak_mb,
            "cold_starts": [{"seconds": s.seconds, "peak_mb": s.peak_mb} for s in starts],
        }
        say(json.dumps(figures, indent=2))
        return
    parts = [
        f"{one_line(bench.model)}, {bench.provider}, {one_line(public_url(options.source))}",
        benchmark_tables.format_stages(spreads, cpu_ms=cpu_ms),
        benchmark_tables.format_live(live),
        benchmark_tables.format_crowds(crowds),
    ]
    if starts:
        parts.append(benchmark_tables.format_starts(starts))
    if peak_mb is not None:
        parts.append(f"this benchmark itself held {peak_mb:.0f} MB at most")
    say("\n\n".join(parts))


def _compare(options: argparse.Namespace, config: Config) -> None:
    from gesturepose.evaluation import benchmark, benchmark_tables
    from gesturepose.progress import showing_progress

    first, second = (change_config(config, side) for side in options.compare)
    with ExitStack() as stack:
        source = benchmark.open_bench_source(options.source, config)
        stack.callback(source.close)
        a = stack.enter_context(closing(benchmark.Bench(first)))
        b = stack.enter_context(closing(benchmark.Bench(second)))
        show = stack.enter_context(showing_progress(options.frames))
        comparison = benchmark.compare(a, b, source, frames=options.frames, on_done=show)
    if options.json:
        sides = [
            {"given": given, "model": bench.model, "provider": bench.provider}
            for given, bench in zip(options.compare, (a, b), strict=True)
        ]
        figures = {"source": public_url(options.source), "sides": sides, **comparison.as_dict()}
        say(json.dumps(figures, indent=2))
        return
    names = tuple(
        f"{given} ({bench.model}, {bench.provider})"
        for given, bench in zip(options.compare, (a, b), strict=True)
    )
    say(benchmark_tables.format_comparison(comparison, (names[0], names[1])))


def _facts(model: str, provider: str, source: str) -> dict[str, str]:
    return {"model": model, "provider": provider, "source": source}


def change_config(config: Config, side: str) -> Config:
    """Apply one side of a comparison.

    Parameters
    ----------
    config
        What both sides start from.
    side
        The name or path of a network, or ``SECTION.KEY=VALUE`` with the value as in
        gestures.toml, several of them joined by commas. Text needs no quotes.

    Raises
    ------
    UsageError
        There is no such setting, or it cannot have that value.
    """
    if "=" not in side:
        side = f"model.name={side}"
    for setting in side.split(","):
        key, _, text = setting.partition("=")
        section, _, name = key.strip().partition(".")
        if section not in _SECTIONS or not name:
            raise UsageError(
                f"--compare: '{setting}' is no setting; write SECTION.KEY=VALUE, such as "
                f"model.threads=1 (sections: {', '.join(_SECTIONS)})"
            )
        config = _set(config, section, name, text.strip())
    return config


def _set(config: Config, section: str, name: str, text: str) -> Config:
    from pydantic import ValidationError

    settings = getattr(config, section)
    if name not in type(settings).model_fields:
        known = ", ".join(type(settings).model_fields)
        raise UsageError(f"--compare: no setting {section}.{name}; there is {known}")
    try:
        value: Any = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    try:
        changed = type(settings).model_validate({**settings.model_dump(), name: value})
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Input ")
        raise UsageError(f"--compare: {section}.{name}: {reason}, not '{text}'") from error
    return config.model_copy(update={section: changed})

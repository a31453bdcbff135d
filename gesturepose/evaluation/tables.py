"""An evaluation as text: a table of at most 100 columns, and the mapping check in plain words.

Says what was counted elsewhere; counts nothing.
"""

from __future__ import annotations

import textwrap
from pathlib import PurePath
from typing import TYPE_CHECKING

from gesturepose.errors import one_line
from gesturepose.evaluation.figures import IDLE, percentile, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gesturepose.evaluation.figures import Evaluation, Tally
    from gesturepose.evaluation.mapping import Collision, MappingCheck

_WIDTH = 100
_NAME_WIDTH = 26
_EXAMPLES = 3
COLUMNS = (
    ("labels", 7),
    ("recall", 8),
    ("precision", 11),
    ("false", 7),
    ("per hour", 10),
    ("confused", 10),
    ("delay", 9),
    ("p95", 9),
)
"""Headings of the figures, and their widths."""


def format_table(evaluation: Evaluation) -> str:
    """Figures by gesture and overall, and what was confused with what."""
    lines = _rows(evaluation) if evaluation.results else []
    lines += ["", *summarise(evaluation)]
    for heading, entries in (
        ("false activations, by what was being made or had just ended:", _during(evaluation)),
        ("confusions, by the other gesture that was being made:", _confusions(evaluation)),
    ):
        if entries:
            lines += ["", heading]
            for name, text in entries:
                lines += _wrap(f"  {one_line(name):<{_NAME_WIDTH}} {text}", _NAME_WIDTH + 3)
    return "\n".join(lines)


def _rows(evaluation: Evaluation) -> list[str]:
    names = [*evaluation.gestures, "all"]
    width = min(max(map(len, names)), _NAME_WIDTH)
    judged = any(result.source.labelled for result in evaluation.results)
    columns = COLUMNS if judged else ()
    unjudged = any(not result.source.labelled for result in evaluation.results)
    lines = ["gesture".ljust(width) + "".join(f"{head:>{size}}" for head, size in columns)]
    lines[0] += "   unlabelled" if unjudged else ""
    for name, tally in [*evaluation.gestures.items(), ("all", evaluation.overall)]:
        shown = one_line(name if len(name) <= width else name[: width - 1] + "…")
        cells = cells_of(tally, evaluation.hours) if judged else ()
        line = shown.ljust(width) + "".join(
            f"{cell:>{size}}" for cell, (_, size) in zip(cells, columns, strict=True)
        )
        lines.append(line + (f"{tally.unjudged:>13}" if unjudged else ""))
    return lines


def cells_of(tally: Tally, hours: float) -> tuple[str, ...]:
    """One row's figures as text, in the order of `COLUMNS`."""
    return (
        str(tally.labelled),
        number(tally.recall, 2),
        number(tally.precision, 2),
        str(tally.false),
        number(ratio(tally.false, hours), 1),
        str(tally.confused),
        number(percentile(tally.delays_s, 50), 2, " s"),
        number(percentile(tally.delays_s, 95), 2, " s"),
    )


def number(value: float | None, digits: int, unit: str = "") -> str:
    """Write a figure as text; a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}{unit}"


def count(number_of: int, noun: str) -> str:
    """Write a number and a noun, in the plural where it should be."""
    return f"{number_of} {noun}" if number_of == 1 else f"{number_of} {noun}s"


def length(hours: float) -> str:
    """Write a duration in the unit that suits it."""
    if hours >= 1:
        return f"{hours:.2f} h"
    return f"{hours * 60:.1f} min" if hours * 60 >= 1 else f"{hours * 3600:.0f} s"


def summarise(evaluation: Evaluation) -> list[str]:
    """How much was looked at, and false activations and confusions over it, in a few lines."""
    overall, labelled = evaluation.overall, sum(r.source.labelled for r in evaluation.results)
    lines = []
    if labelled:
        lines.append(
            f"{count(labelled, 'source')} with labels, {length(evaluation.hours)}, "
            f"{length(evaluation.idle_hours)} of it idle"
        )
        lines.append(
            f"{count(overall.false, 'false activation')}, "
            f"{number(ratio(overall.false, evaluation.hours), 1)} per hour; "
            f"{overall.idle_false} of them while idle, "
            f"{number(ratio(overall.idle_false, evaluation.idle_hours), 1)} per idle hour"
        )
    if evaluation.ignore_intervals:
        share = 100 * evaluation.confused_intervals / evaluation.ignore_intervals
        lines.append(
            f"{count(overall.confused, 'confusion')} in {evaluation.confused_intervals} of "
            f"{evaluation.ignore_intervals} stretches of other gestures ({share:.1f} %)"
        )
    if labelled < len(evaluation.results):
        lines.append(
            f"{count(len(evaluation.results) - labelled, 'source')} without labels, "
            f"{length(evaluation.unjudged_hours)}: detections are counted, not judged "
            "(--idle judges them as idle)"
        )
    return lines


def _during(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [(name, _tell(counts)) for name, counts in sorted(evaluation.during.items())]


def _confusions(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [
        (name, f"{kind.confused} of {kind.intervals}: {_tell(kind.gestures)}")
        for name, kind in evaluation.confusions.items()
        if kind.confused
    ]


def _tell(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0] == IDLE, item[0]))
    return ", ".join(f"{name} {number_of}" for name, number_of in ordered)


def format_mapping(check: MappingCheck) -> str:
    """Write the mapping check in plain words."""
    lines = ["mapping check:"]
    for text in tell_mapping(check):
        indent = len(text) - len(text.lstrip()) + 2
        lines += _wrap(" " * indent + one_line(text.lstrip()), indent + 4)
    return "\n".join(lines)


def _wrap(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def tell_mapping(check: MappingCheck) -> Iterator[str]:
    """Say what a person should know of a mapping before using it, a sentence each."""
    for collision in check.collisions:
        yield from _tell_collision(collision, check)
    if not check.collisions:
        yield "no two gestures fired in one movement"
    for name, labels in check.never_fired.items():
        if labels:
            yield f"{_with_action(name, check)} never fired, although made {count(labels, 'time')}"
    never = [_with_action(name, check) for name, made in check.never_fired.items() if not made]
    if never:
        made = ", nor is any of them labelled here" if check.labelled else ""
        yield f"never fired{made}: {', '.join(never)}"
    for name, number_of in check.idle_false.items():
        yield (
            f"{name} fired {count(number_of, 'time')} while idle, "
            f"{number(ratio(number_of, check.idle_hours), 1)} per idle hour"
        )
    if check.idle_hours and not check.idle_false:
        yield f"nothing fired while idle ({length(check.idle_hours)})"
    for name, labels in check.unknown.items():
        yield (
            f"{name} was made {count(labels, 'time')}, but the mapping does not have it "
            "(these count as missed)"
        )


def _with_action(gesture: str, check: MappingCheck) -> str:
    bound = check.bound.get(gesture)
    return f"{gesture} (would {bound[0].action})" if bound else gesture


def _tell_collision(collision: Collision, check: MappingCheck) -> Iterator[str]:
    one, other = collision.gestures
    where = ", ".join(f"{PurePath(p).name} {t:.1f} s" for p, t in collision.times[:_EXAMPLES])
    more = ", ..." if len(collision.times) > _EXAMPLES else ""
    yield f"{one} and {other} collide, {count(len(collision.times), 'time')} ({where}{more})"
    if collision.both_run:
        for first, second in collision.both_run:
            yield f"    both would run: {first}, and {second}"
    elif one in check.bound or other in check.bound:
        yield "    but only one of them would do anything"

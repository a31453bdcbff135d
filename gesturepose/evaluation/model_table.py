"""What is known of every network, side by side: as tables of text, and as a dictionary.

From the cards, and from `gesturepose.evaluation.model_speed` where times are wanted. Loads no
network.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gesturepose import resources
from gesturepose.errors import one_line
from gesturepose.pose.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gesturepose.pose.card import Accuracy, Model

_WIDTH = 100
_HEADING = ("NAME", "FAMILY", "INPUT", "PEOPLE", "PARAMS", "GFLOPS", "MS", "LICENCE")
_NUMBERS = slice(2, 7)
"""Columns that are flush right."""
_MARKS = {"picture": "", "person": "*"}
"""What stands behind the milliseconds of a network that is shown so much."""
_FIRST_WORDS = ("AP ", "PCK@", "mean OKS")
"""How measures begin that are shown; a card may tell more."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How long a network takes here.

    Attributes
    ----------
    ms
        Median milliseconds from a picture to everybody's poses; to that of one person whose box is
        known, for a network that sees one at a time.
    provider
        What it ran on.
    """

    ms: float
    provider: str


def describe(models: Sequence[Model], speeds: Mapping[str, Speed]) -> list[dict[str, Any]]:
    """Everything known of each network, for ``--json``; ``None`` for what is not known."""
    return [
        {
            "name": model.name,
            "title": model.card.title,
            "family": model.card.family,
            "path": str(model.path),
            "bytes": model.path.stat().st_size,
            "long_side": model.card.input.long_side,
            "skeleton": model.card.skeleton,
            "max_people": model.card.max_people,
            "parameters": model.card.parameters,
            "gflops": model.card.gflops,
            "ms": round(speeds[model.name].ms, 2) if model.name in speeds else None,
            "ms_per": FAMILIES[model.card.family].sees,
            "provider": speeds[model.name].provider if model.name in speeds else None,
            "licence": model.card.licence,
            "accuracy": [entry.model_dump() for entry in model.card.accuracy],
        }
        for model in models
    ]


def format_models(models: Sequence[Model], speeds: Mapping[str, Speed]) -> str:
    """Write the tables: what each network is and costs, how good it is, and on what."""
    parts = [_format_costs(models, speeds), _explain_costs(models, speeds)]
    parts += [_format_accuracy(models), _explain_families()]
    return "\n\n".join(part for part in parts if part)


def _format_costs(models: Sequence[Model], speeds: Mapping[str, Speed]) -> str:
    rows = [_HEADING]
    for model in models:
        card = model.card
        speed = speeds.get(model.name)
        rows.append(
            (
                one_line(model.name),
                card.family,
                f"{card.input.long_side} px",
                str(card.max_people),
                "-" if card.parameters is None else f"{card.parameters / 1e6:.2f} M",
                "-" if card.gflops is None else f"{card.gflops:.3g}",
                "-" if speed is None else f"{speed.ms:.1f}{_MARKS[FAMILIES[card.family].sees]}",
                one_line(card.licence.split(" (")[0]),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    flush_right = range(*_NUMBERS.indices(len(_HEADING)))
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in flush_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _explain_costs(models: Sequence[Model], speeds: Mapping[str, Speed]) -> str:
    notes = [
        "GFLOPS: billions of operations a picture of 640x480 or a crop, a multiply-add being two."
    ]
    if speeds:
        providers = ", ".join(sorted({speed.provider for speed in speeds.values()}))
        notes.append(
            f"MS: milliseconds here and now from a picture to everybody's poses, {providers}."
        )
    if any(
        FAMILIES[model.card.family].sees == "person" for model in models if model.name in speeds
    ):
        notes.append(
            "* for each person there, whose box is known. Where people are the default network "
            "finds, which takes its own time besides: now and then, and when somebody is lost or "
            "new."
        )
    return "\n".join(map(_wrap, notes))


def _format_accuracy(models: Sequence[Model]) -> str:
    """One line a network; what figures were measured on is numbered, and told below."""
    sources: dict[str, int] = {}
    lines = ["ACCURACY"]
    width = max((len(model.name) for model in models), default=0)
    for model in models:
        figures = [
            f"{_shorten(entry)} {entry.value:.3g} {'published ' if entry.published_by else ''}"
            f"[{sources.setdefault(source, len(sources) + 1)}]"
            for entry, source in _choose(model.card.accuracy)
        ]
        known = ", ".join(figures) or "not measured"
        lines.append(f"{one_line(model.name):<{width}}  {known}")
    notes = [
        _wrap(f"[{number}] {source}", indent=len(f"[{number}] "))
        for source, number in sources.items()
    ]
    return "\n".join([*lines, *notes])


def _choose(entries: Sequence[Accuracy]) -> list[tuple[Accuracy, str]]:
    """Pick the first figure of each measure, measured and published, with what it is of."""
    chosen: dict[tuple[str, bool], tuple[Accuracy, str]] = {}
    for entry in entries:
        if entry.measure.startswith(_FIRST_WORDS):
            told = f"{entry.measure}: {entry.data}"
            told += f"; published by {entry.published_by}" if entry.published_by else ""
            key = _shorten(entry), entry.published_by is not None
            chosen.setdefault(key, (entry, one_line(told)))
    return list(chosen.values())


def _shorten(entry: Accuracy) -> str:
    return one_line(re.split(r" of |,| \(", entry.measure, maxsplit=1)[0])


def _explain_families() -> str:
    """Name the families whose decoders no trained network has gone through."""
    run = {
        match[1]
        for path in sorted(resources.models_dir().glob("*.toml"))
        if (match := re.search(r'^family = "(.+)"', path.read_text("utf-8"), re.MULTILINE))
    }
    rest = sorted(FAMILIES.keys() - run)
    return _wrap(
        "Trained networks of these families were not at hand, and their decoders are verified on "
        f"outputs made from the papers' definitions only: {', '.join(rest)}."
    )


def _wrap(text: str, *, indent: int = 0) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )

"""``gesturepose evaluate``: its options, and what it prints.

Results go to standard output, progress to standard error while a terminal is there to see it.
Measures nothing itself; everything heavy is imported lazily.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.errors import UsageError
from gesturepose.listings import say
from gesturepose.progress import showing_progress

if TYPE_CHECKING:
    from gesturepose.config import Config

USAGE = "gesturepose evaluate [OPTION ...] PATH..."
DESCRIPTION = (
    "Recall, precision, false activations per hour, confusions and delay, per gesture, on "
    "labelled clips and recordings; then which gestures of the mapping collide, never fire, or "
    "fire while nobody makes one."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the command's options."""
    add = parser.add_argument
    add(
        "paths",
        nargs="+",
        metavar="PATH",
        help="label file (NAME.json), video or recording with NAME.json beside it, or folder of "
        "these; 'demo' for the bundled clip",
    )
    add("--config", metavar="FILE", help="mapping to use (default: as for a run)")
    add("--engagement", metavar="MODE", help="'always' or 'wake' (overrides the mapping)")
    add("--model", metavar="NAME|PATH", help="pose network (see 'gesturepose models')")
    add("--device", metavar="DEVICE", help="where the network runs, as for a run")
    add(
        "--jobs",
        metavar="N",
        type=_count,
        help="processes that share the work (default: one per processor)",
    )
    add(
        "--idle",
        action="store_true",
        help="nobody makes a gesture in sources without labels: whatever fires there is false",
    )
    add("--json", action="store_true", help="figures as JSON, with what went wrong where")
    add("--report", metavar="FILE", type=Path, help="write a page (HTML) with timelines")
    add("--clip", metavar="NAME", help="clip to show first in the page (default: the worst)")


def _count(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of processes, 1 or more")
    return int(text)


def evaluate_gestures(options: argparse.Namespace, config: Config) -> None:
    """Run recognition over clips and recordings; print how well it does.

    Parameters
    ----------
    options
        Of `add_options`.
    config
        As for a run; the options that override it are applied already.

    Raises
    ------
    UsageError
        If an option, a label file or the network is wrong, or what is labelled is missing.
    GesturePoseError
        If a clip or recording cannot be read, or the report cannot be written.
    """
    from gesturepose.evaluation.gestures import evaluate
    from gesturepose.evaluation.mapping import check_mapping
    from gesturepose.evaluation.replay import count_cpus
    from gesturepose.evaluation.report import (
        check_report_path,
        find_clip,
        format_report,
        write_report,
    )
    from gesturepose.evaluation.sources import find_sources
    from gesturepose.evaluation.tables import format_mapping, format_table

    if options.clip is not None and options.report is None:
        raise UsageError("--clip chooses what --report shows; give --report FILE too")
    sources = find_sources(options.paths, idle=options.idle)
    clip = None if options.clip is None else find_clip(options.clip, sources)
    if options.report is not None:
        check_report_path(options.report)
    with showing_progress(len(sources)) as show:
        evaluation = evaluate(
            config, sources, jobs=options.jobs or count_cpus(), on_done=lambda path: show(path.name)
        )
    mapping, engagement = check_mapping(config, evaluation), config.control.engagement
    if options.report is not None:
        page = format_report(evaluation, mapping, engagement=engagement, clip=clip)
        write_report(options.report, page)
    if options.json:
        figures = {"engagement": engagement, **evaluation.as_dict()}
        say(json.dumps({**figures, "mapping": mapping.as_dict()}, indent=2))
    else:
        say(f"{format_table(evaluation)}\n\n{format_mapping(mapping)}")

"""Measure recognition under other conditions than those a clip was made in.

``python -m gesturepose.evaluation.robustness PATH...`` runs every labelled clip or recording once
for each condition: nearer, farther, tilted, slower, darker and so on (`conditions.CONDITIONS`).
A gesture whose hand is then outside the picture is not asked for and counted as out of view. Must
not be imported by the stages.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from gesturepose.config import find_config, load_config
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.conditions import CONDITIONS
from gesturepose.evaluation.figures import Evaluation
from gesturepose.evaluation.replay import count_cpus
from gesturepose.evaluation.sources import find_sources
from gesturepose.evaluation.trials import measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.evaluation.conditions import Condition
    from gesturepose.evaluation.trials import Trial


def describe(name: str, trials: Sequence[Trial]) -> dict[str, Any]:
    """Figures of one condition for ``--json``."""
    evaluation = Evaluation([trial.result for trial in trials])
    overall, hours = evaluation.overall, evaluation.hours
    return {
        "condition": name,
        "sources": len(trials),
        "out_of_view": sum(trial.out_of_view for trial in trials),
        **overall.as_dict(hours=hours, idle_hours=evaluation.idle_hours),
        "gestures": {
            gesture: {"labelled": t.labelled, "found": t.found, "false": t.false}
            for gesture, t in evaluation.gestures.items()
        },
    }


def table(measured: dict[str, list[Trial]]) -> str:
    """Figures as a table for people."""
    head = f"{'condition':<18}{'labels':>7}{'out of view':>13}{'recall':>8}{'false':>7}"
    lines = [f"{head}{'per hour':>10}{'delay':>9}"]
    for name, trials in measured.items():
        row = describe(name, trials)
        per_hour, delay_s = row["false_per_hour"], row["delay_median_s"]
        lines.append(
            f"{name:<18}{row['labelled']:>7}{row['out_of_view']:>13}"
            f"{_text(row['recall'], '.2f'):>8}{row['false']:>7}{_text(per_hour, '.0f'):>10}"
            f"{_text(delay_s, '.2f') + ' s' if delay_s is not None else '-':>9}"
        )
    return "\n".join(lines)


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def choose_conditions(names: str | None) -> list[Condition]:
    """Conditions by their names, with commas between; all of them for ``None``.

    Raises
    ------
    UsageError
        If one is not known.
    """
    if names is None:
        return list(CONDITIONS.values())
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in CONDITIONS:
            raise UsageError(f"--conditions: unknown {name!r}; known: {', '.join(CONDITIONS)}")
    return [CONDITIONS[name] for name in dict.fromkeys(wanted)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m gesturepose.evaluation.robustness",
        description="Recall, false activations and delay under other conditions: distance, "
        "camera angle, frame rate, light, left-handed use and so on.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="labelled clips, recordings")
    parser.add_argument("--config", metavar="FILE", help="the gestures.toml to use")
    parser.add_argument("--conditions", metavar="A,B", help="only these")
    parser.add_argument("--jobs", type=int, default=count_cpus(), help="processes at most")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    try:
        if options.jobs < 1:
            raise UsageError("--jobs: at least 1 process is needed")
        conditions = choose_conditions(options.conditions)
        sources = [s for s in find_sources(options.paths) if s.labelled]
        if not sources:
            raise UsageError("no labels there: NAME.json is needed beside a clip or recording")
        config = load_config(find_config(options.config))
        measured = measure(config, sources, conditions, jobs=options.jobs)
    except GesturePoseError as error:
        sys.stderr.write(f"gesturepose: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    if options.json:
        rows = [describe(name, trials) for name, trials in measured.items()]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    else:
        sys.stdout.write(table(measured) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

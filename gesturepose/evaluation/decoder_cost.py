"""How long each family's decoder takes, apart from its network, with few people and with many.

``python -m gesturepose.evaluation.decoder_cost`` paints what the networks would report of 1, 6 and
20 people drawn at random (`gesturepose.evaluation.painted_outputs`) for an input of 640x480 pixels,
or for a crop of 192x256 of each of them, and times the decoders on it, all in turns. Decoders of
one person find one, and MoveNet MultiPose six at most, whoever else is there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.benchmark import Spread
from gesturepose.evaluation.painted_outputs import PAINTERS
from gesturepose.evaluation.painted_people import MOST_PEOPLE, Scene
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.settings import PoseSettings
from gesturepose.progress import showing_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NUMBERS = (1, 6, MOST_PEOPLE)
"""Of people, unless asked otherwise."""
_ROUNDS = 30
_PER_SCENE = 10
"""Rounds on the same people: drawing them takes longer than finding them."""


@dataclass(slots=True)
class DecoderCost:
    """What one decoder costs with so many people.

    Attributes
    ----------
    family
        Whose decoder.
    people
        How many were painted.
    found
        How many the decoder found, each time.
    seconds
        How long it took, each time.
    """

    family: str
    people: int
    found: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        spread = Spread.of(self.seconds).as_dict()
        return {
            "family": self.family,
            "people": self.people,
            "found": float(np.mean(self.found)),
            **spread,
        }


def measure_decoders(
    families: Sequence[str],
    numbers: Sequence[int],
    *,
    rounds: int,
    on_done: Callable[[str], None] = lambda _: None,
) -> list[DecoderCost]:
    """Time decoders, taking turns; the first round warms up and does not count.

    Parameters
    ----------
    families
        Names of families.
    numbers
        Of people, each 1 to `MOST_PEOPLE`.
    rounds
        Times that each decoder is timed with each number of people.
    on_done
        Told after each round.
    """
    costs = [DecoderCost(family, people) for people in numbers for family in families]
    min_score = PoseSettings().min_score
    outputs: list[Any] = []
    for turn in range(rounds + 1):
        if turn % _PER_SCENE == 0:
            scene_of = {people: Scene.draw(people, seed=turn + people) for people in numbers}
            outputs = [PAINTERS[cost.family](scene_of[cost.people]) for cost in costs]
        for cost, heads in zip(costs, outputs, strict=True):
            decode = FAMILIES[cost.family].decode
            started_s = time.perf_counter()
            people = decode(heads, min_score=min_score)
            took_s = time.perf_counter() - started_s
            if turn > 0:
                cost.seconds.append(took_s)
                cost.found.append(len(people))
        on_done("decoders")
    return costs


def format_costs(costs: Sequence[DecoderCost], numbers: Sequence[int]) -> str:
    """Write a table, a line a family."""
    heads = "".join(f"{f'{people} people' if people > 1 else '1 person':>26}" for people in numbers)
    lines = [f"{'':<22}{heads}"]
    lines.append(f"{'decoder':<22}" + f"{'p50 ms':>10}{'p95 ms':>8}{'found':>8}" * len(numbers))
    for family in dict.fromkeys(cost.family for cost in costs):
        line = f"{family:<22}"
        for cost in (cost for cost in costs if cost.family == family):
            spread = Spread.of(cost.seconds)
            line += f"{spread.p50:>10.2f}{spread.p95:>8.2f}{np.mean(cost.found):>8.1f}"
        lines.append(line)
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m gesturepose.evaluation.decoder_cost",
        description="Time every decoder apart, on outputs painted for people drawn at random.",
    )
    add = parser.add_argument
    add("families", nargs="*", metavar="FAMILY", help="whose decoders (default: all)")
    add(
        "--people",
        metavar="N",
        type=int,
        nargs="+",
        default=list(NUMBERS),
        help=f"numbers of people, {MOST_PEOPLE} at most (default: 1, 6 and {MOST_PEOPLE})",
    )
    add("--rounds", metavar="N", type=int, default=_ROUNDS, help=f"(default: {_ROUNDS})")
    add("--json", action="store_true", help="figures as JSON")
    options = parser.parse_args(arguments)
    try:
        families = _check(options)
        with showing_progress(options.rounds + 1) as show:
            costs = measure_decoders(families, options.people, rounds=options.rounds, on_done=show)
    except GesturePoseError as error:
        sys.stderr.write(f"gesturepose: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    if options.json:
        sys.stdout.write(json.dumps([cost.as_dict() for cost in costs], indent=2) + "\n")
    else:
        sys.stdout.write(f"{format_costs(costs, options.people)}\n")
    return 0


def _check(options: argparse.Namespace) -> list[str]:
    families = options.families or list(PAINTERS)
    for name in families:
        if name not in PAINTERS:
            raise UsageError(f"no family {name!r}; there is {', '.join(PAINTERS)}")
    for people in options.people:
        if not 1 <= people <= MOST_PEOPLE:
            raise UsageError(f"--people: 1 to {MOST_PEOPLE}, not {people}")
    if options.rounds < 1:
        raise UsageError("--rounds: at least 1 is needed")
    return list(families)


if __name__ == "__main__":
    sys.exit(main())

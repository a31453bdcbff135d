"""What the other commands print: a mapping's check, the cameras, the networks.

Results go to standard output. Everything heavy is imported lazily; no camera is opened where the
system lists them, and no network is loaded.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TYPE_CHECKING

from gesturepose.errors import GesturePoseError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gesturepose.pose.card import ModelCard


@contextlib.contextmanager
def writing_output() -> Iterator[None]:
    """Turn a standard output that cannot be written, a full disk say, into an error that says so.

    A reader that has gone away still raises ``BrokenPipeError``.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise GesturePoseError(f"standard output cannot be written: {error.strerror}") from error


def say(line: str) -> None:
    """Print a line of the result; raises what `writing_output` raises."""
    with writing_output():
        print(line)


def discard_output() -> None:
    """Send what is pending and what may follow nowhere; nobody reads it any more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_mapping(file: str | None) -> None:
    """Validate a gestures.toml; print what it holds, and what in it looks like a mistake.

    Parameters
    ----------
    file
        Its path; ``None`` for the one that a run would use.

    Raises
    ------
    UsageError
        If there is no such file, or, with every problem at once, it cannot be used.
    """
    from gesturepose.config import find_config, parse_config, read_config_text
    from gesturepose.config_advice import find_doubts

    path = find_config(file)
    text = read_config_text(path)
    config = parse_config(text, name=str(path))
    enabled = sum(gesture.enabled for gesture in config.gestures.values())
    bound = sum(binding.enabled for binding in config.bindings)
    say(f"{path}: valid, {_count(enabled, 'gesture')}, {_count(bound, 'binding')}")
    for doubt in find_doubts(config, text, name=str(path)):
        say(f"warning: {one_line(doubt)}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def list_cameras() -> None:
    """Print the cameras, one a line, as ``--source`` names them."""
    from gesturepose.capture import cameras as capture

    cameras = capture.list_cameras()
    if cameras:
        rows = [(str(camera.index), camera.name, camera.path) for camera in cameras]
        _print_table(("SOURCE", "NAME", "DEVICE"), rows)
    else:
        print(
            "gesturepose: no camera found; connect one, or try "
            "'gesturepose --no-gui --source demo --dry-run'",
            file=sys.stderr,
        )


def list_models() -> None:
    """Print the networks, one a line, from their cards, and where others are looked for."""
    from gesturepose.pose import card as cards

    rows = []
    for model in cards.list_models():
        card = model.card
        rows.append(
            (
                model.name,
                card.family,
                f"{model.path.stat().st_size / 1e6:.1f} MB",
                f"{card.input.long_side} px {card.input.colour}",
                card.skeleton,
                str(card.max_people),
                card.licence.split(" (")[0],
                _summarise_accuracy(card),
            )
        )
    heading = ("NAME", "FAMILY", "SIZE", "INPUT", "SKELETON", "PEOPLE", "LICENCE", "ACCURACY")
    _print_table(heading, rows)
    say(
        f"\nMore networks: put NAME.onnx and its card NAME.toml into {cards.user_models_dir()}, "
        "or give --model PATH.\nA card tells what was measured, on which pictures."
    )


def _summarise_accuracy(card: ModelCard) -> str:
    """Give the first figure of each measure, by the measure's short name."""
    figures: dict[str, str] = {}
    for accuracy in card.accuracy:
        short = re.split(r" of |,", accuracy.measure, maxsplit=1)[0]
        figures.setdefault(short, f"{short} {accuracy.value:g}")
    return ", ".join(figures.values()) or "not measured"


def _print_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = [heading, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(heading))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())

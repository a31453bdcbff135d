"""What the other commands print: a mapping's check, the cameras, the networks.

Results go to standard output. Everything heavy is imported lazily; no camera is opened where the
system lists them, and no network is loaded but to time it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from typing import TYPE_CHECKING

from gesturepose.errors import GesturePoseError, ModelError, one_line
from gesturepose.platforms.standard_error import STANDARD_ERROR
from gesturepose.platforms.standard_streams import discard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gesturepose.config import FoundConfig

_log = logging.getLogger(__name__)


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
        discard(sys.stdout)
        raise GesturePoseError(f"standard output cannot be written: {error.strerror}") from error


def say(line: str) -> None:
    """Print a line of the result; raises what `writing_output` raises."""
    with writing_output():
        print(line)


def choose_config(given: str | None, *, advice: str = "") -> FoundConfig:
    """Look for the configuration; tell which one of this folder is left out, and how to use it.

    Parameters
    ----------
    given
        The path on the command line; ``None`` for none.
    advice
        What else can be done, to be said with that.

    Raises
    ------
    UsageError
        If a file was given and is not there.
    """
    from gesturepose.config import FILE_NAME, look_for_config

    found = look_for_config(given)
    if found.unused is not None:
        how = f"name it once with '--config {FILE_NAME}', and it is from then on"
        if found.open_to:
            how = f"{found.open_to}; where that is meant, name it each time with '--config'"
        _log.warning("%s of this folder is not used: %s%s", FILE_NAME, how, advice)
    return found


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
    from gesturepose.config import FILE_NAME, parse_config
    from gesturepose.config_advice import find_doubts
    from gesturepose.config_file import read_text

    advice = f"; 'gesturepose check {FILE_NAME}' checks it"
    path = choose_config(file, advice=advice).path
    text = read_text(path)
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
        STANDARD_ERROR.tell(
            "gesturepose: no camera found; connect one, or try "
            "'gesturepose --no-gui --source demo --dry-run'"
        )


def list_models(*, timed: bool = True, as_json: bool = False) -> None:
    """Print the networks: what each is and costs, how good it is, and where others are looked for.

    Parameters
    ----------
    timed
        Whether to run each of them a few times; otherwise none is loaded.
    as_json
        Everything known, as JSON.
    """
    from gesturepose.evaluation.model_table import describe, format_models
    from gesturepose.pose import card as cards
    from gesturepose.progress import showing_progress

    models = cards.list_models()
    speeds = {}
    if timed:
        from gesturepose.evaluation.model_speed import time_models

        with showing_progress(len(models)) as show:
            speeds = time_models(models, on_done=show)
    if as_json:
        say(json.dumps(describe(models, speeds), indent=2))
        return
    say(format_models(models, speeds))
    try:
        put = f"put NAME.onnx and its card NAME.toml into {cards.user_models_dir()}, or "
    except ModelError:  # there is no place for them
        put = ""
    say(
        f"\nMore networks: {put}give --model PATH.\n'gesturepose models add FILE' writes the card. "
        "A card tells what was measured, on which pictures."
    )


def _print_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = [heading, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(heading))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())

"""What may stand on the command line: the parsers, whose errors are one line that helps."""

from __future__ import annotations

import argparse
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from gesturepose import (
    __version__,
    benchmark_command,
    evaluate_command,
    models_command,
    pose_eval_command,
)
from gesturepose.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEVELS = ("debug", "info", "warning", "error")
COMMANDS = ("check", "cameras", "models", "evaluate", "pose-eval", "benchmark")


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        raise UsageError(f"{message.removeprefix('argument ')} (see '{self.prog} --help')")


def make_parser() -> tuple[Parser, dict[str, Parser]]:
    """Return the parser of a run, and those of the other commands by name."""
    parser = Parser(
        prog="gesturepose",
        usage="gesturepose [COMMAND] [OPTION ...]",
        description="Run a computer with body movement in front of an ordinary webcam.\n\n"
        "commands:\n"
        "  check [FILE]          validate a gestures.toml: every error at once\n"
        "  cameras               list cameras\n"
        "  models                list pose networks: cost, speed here, accuracy, licence\n"
        "  evaluate CLIP.json... recall, false activations and delay on clips and recordings\n"
        "  pose-eval             average precision (OKS), PCK and PCKh of a pose network\n"
        "  benchmark             speed of every stage, latency, memory; or two compared\n\n"
        "Without a command it opens the desktop app; with --no-gui it watches the source and\n"
        "acts without a window.",
        epilog="Try it without a camera:    gesturepose --source demo\n"
        "and without a window:       gesturepose --no-gui --source demo --dry-run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--version", action="version", version=f"gesturepose {__version__}", help="show it and end")
    add("--no-gui", action="store_true", help="run without a window, on any machine")
    add(
        "--config",
        metavar="FILE",
        help="mapping to use (default: ./gestures.toml if you named it once with --config, then "
        "the one in your configuration folder, then the packaged one)",
    )
    add(
        "--source",
        metavar="SRC",
        help="camera index or device path, video file, folder of images, rtsp/http URL, "
        "keypoint recording (*.poses.jsonl), or 'demo' (default: camera 0; the desktop app: what "
        "it watched last)",
    )
    add("--model", metavar="NAME|PATH", help="pose network (see 'gesturepose models')")
    add(
        "--device",
        metavar="DEVICE",
        help="where the network runs: auto, cpu, cuda, tensorrt, coreml or directml",
    )
    add("--dry-run", action="store_true", help="recognise, but never touch the computer")
    add("--events", metavar="FILE|-", help="write events as JSON Lines; '-' is standard output")
    add("--record", metavar="FILE", help="write a keypoint recording (no pictures)")
    add(
        "--explain",
        metavar="GESTURE,...",
        nargs="?",
        const="",
        help="say on standard error what keeps gestures from firing: these, or those nearest to "
        "it; of a single one, every rule",
    )
    add("--realtime", action="store_true", help="play a file at its own speed, dropping frames")
    add("--max-seconds", metavar="S", type=_positive, help="end after so many seconds")
    add(
        "--engagement",
        metavar="MODE",
        help="obey 'always', or only after the 'wake' gesture (overrides control.engagement)",
    )
    _add_log_level(parser, "info")

    check = Parser(
        prog="gesturepose check",
        description="Validate a gestures.toml: every error at once, then what looks like a "
        "mistake. Without FILE, the one that would be used.",
        allow_abbrev=False,
    )
    check.add_argument("file", nargs="?", metavar="FILE", help="the gestures.toml to validate")
    cameras = Parser(prog="gesturepose cameras", description="List cameras.", allow_abbrev=False)
    models = Parser(
        prog="gesturepose models",
        usage=models_command.USAGE,
        description="List pose networks: family, size, licence, measured accuracy. With 'add', "
        "check an ONNX file of your own against a family and keep it with a card.",
        allow_abbrev=False,
    )
    models_command.add_options(models)
    evaluate = Parser(
        prog="gesturepose evaluate",
        usage=evaluate_command.USAGE,
        description=evaluate_command.DESCRIPTION,
        epilog="Try it:  gesturepose evaluate demo",
        allow_abbrev=False,
    )
    evaluate_command.add_options(evaluate)
    pose_eval = Parser(
        prog="gesturepose pose-eval",
        usage=pose_eval_command.USAGE,
        description=pose_eval_command.DESCRIPTION,
        allow_abbrev=False,
    )
    pose_eval_command.add_options(pose_eval)
    benchmark = Parser(
        prog="gesturepose benchmark",
        usage=benchmark_command.USAGE,
        description=benchmark_command.DESCRIPTION,
        epilog="Try it:  gesturepose benchmark --compare model.threads=1 model.threads=2",
        allow_abbrev=False,
    )
    benchmark_command.add_options(benchmark)
    commands = {
        "check": check,
        "cameras": cameras,
        "models": models,
        "evaluate": evaluate,
        "pose-eval": pose_eval,
        "benchmark": benchmark,
    }
    for command in commands.values():
        _add_log_level(command, "warning")
    return parser, commands


def _add_log_level(parser: Parser, default: str) -> None:
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        type=_level,
        default=default,
        help=f"how much to tell on standard error: {', '.join(_LEVELS)} (default: {default})",
    )


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number of seconds")
    return value


def _level(text: str) -> str:
    if text.lower() not in _LEVELS:
        close = get_close_matches(text.lower(), _LEVELS, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(_LEVELS)}{hint}")
    return text.lower()


def parse(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Parse all arguments; an unknown one is named with what was probably meant."""
    options, rest = parser.parse_known_args(arguments)
    if not rest:
        return options
    # A value is not repeated; and no part of an address, which hides its login only when whole.
    word = rest[0].split("=")[0] if rest[0].startswith("-") else rest[0]
    known = [flag for action in parser._actions for flag in action.option_strings]  # noqa: SLF001
    if not word.startswith("-") and parser.prog == "gesturepose":
        kind, known = "command", list(COMMANDS)
    else:
        kind = "option" if word.startswith("-") else "argument"
    close = get_close_matches(word, known, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else f" (see '{parser.prog} --help')"
    raise UsageError(f"unknown {kind} '{word}'{hint}")

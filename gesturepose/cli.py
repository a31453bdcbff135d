"""The command line: parses arguments, imports the rest lazily, turns errors into exit codes.

0 done, 1 it failed while running, 2 wrong usage or configuration. Errors are one clear line on
standard error, never a traceback; standard output carries only results.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import signal
import sys
import threading
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from gesturepose import __version__, evaluate_command
from gesturepose.errors import GesturePoseError, UsageError, one_line
from gesturepose.listings import (
    check_mapping,
    discard_output,
    list_cameras,
    list_models,
    writing_output,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gesturepose.config import Config

_LEVELS = ("debug", "info", "warning", "error")
_COMMANDS = ("check", "cameras", "models", "evaluate")
_LOG_FORMAT = "gesturepose: %(message)s"
_OPTIONS: Mapping[int | str, str] = {
    "name": "model",
    "device": "device",
    "engagement": "engagement",
}
"""Options by the name of the setting they override."""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message.removeprefix('argument ')} (see '{self.prog} --help')")


def _make_parser() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="gesturepose",
        usage="gesturepose [COMMAND] [OPTION ...]",
        description="Run a computer with body movement in front of an ordinary webcam.\n\n"
        "commands:\n"
        "  check [FILE]          validate a gestures.toml: every error at once\n"
        "  cameras               list cameras\n"
        "  models                list pose networks: size, licence, measured accuracy\n"
        "  evaluate CLIP.json... recall, false activations and delay on clips and recordings\n\n"
        "Without a command it watches the source and acts.",
        epilog="Try it without a camera:  gesturepose --no-gui --source demo --dry-run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--version", action="version", version=f"gesturepose {__version__}", help="show it and end")
    add("--no-gui", action="store_true", help="run without a window")
    add(
        "--config",
        metavar="FILE",
        help="mapping to use (default: ./gestures.toml, then the one in your configuration "
        "folder, then the packaged one)",
    )
    add(
        "--source",
        metavar="SRC",
        default="0",
        help="camera index or device path, video file, folder of images, rtsp/http URL, "
        "keypoint recording (*.poses.jsonl), or 'demo' (default: camera 0)",
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
    add(
        "--log-level",
        metavar="LEVEL",
        type=_level,
        default="info",
        help=f"how much to tell on standard error: {', '.join(_LEVELS)} (default: info)",
    )

    check = _Parser(
        prog="gesturepose check",
        description="Validate a gestures.toml: every error at once, then what looks like a "
        "mistake. Without FILE, the one that would be used.",
        allow_abbrev=False,
    )
    check.add_argument("file", nargs="?", metavar="FILE", help="the gestures.toml to validate")
    cameras = _Parser(prog="gesturepose cameras", description="List cameras.", allow_abbrev=False)
    models = _Parser(
        prog="gesturepose models",
        description="List pose networks: family, size, licence, measured accuracy.",
        allow_abbrev=False,
    )
    evaluate = _Parser(
        prog="gesturepose evaluate",
        usage=evaluate_command.USAGE,
        description=evaluate_command.DESCRIPTION,
        epilog="Try it:  gesturepose evaluate demo",
        allow_abbrev=False,
    )
    evaluate_command.add_options(evaluate)
    return parser, {"check": check, "cameras": cameras, "models": models, "evaluate": evaluate}


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


def _parse(parser: _Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Parse all arguments; an unknown one is named with what was probably meant."""
    options, rest = parser.parse_known_args(arguments)
    if not rest:
        return options
    word = rest[0].split("=")[0]
    known = [flag for action in parser._actions for flag in action.option_strings]  # noqa: SLF001
    if not word.startswith("-") and parser.prog == "gesturepose":
        kind, known = "command", list(_COMMANDS)
    else:
        kind = "option" if word.startswith("-") else "argument"
    close = get_close_matches(word, known, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else f" (see '{parser.prog} --help')"
    raise UsageError(f"unknown {kind} '{word}'{hint}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Parameters
    ----------
    arguments
        Without the program's name; ``None`` takes those of the process.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may hold what the terminal's encoding does not.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            with _interrupted_by_sigterm():
                _dispatch(arguments)
        finally:
            # What is pending is written now: at the interpreter's end nobody could name the fix.
            with writing_output():
                sys.stdout.flush()
    except GesturePoseError as error:
        for problem in error.problems:
            print(f"gesturepose: {one_line(problem)}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read standard output has enough; leave nothing for Python to flush.
        discard_output()
        return 0
    except SystemExit:  # --help, --version
        return 0
    except KeyboardInterrupt:
        return 0
    return 0


@contextlib.contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Let a request to terminate end the body as Ctrl+C does, from the first second on.

    A run has its own way of ending in order, which takes over once there is something to end.
    """
    if threading.current_thread() is not threading.main_thread():  # signals are not ours to set
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _dispatch(arguments: list[str]) -> None:
    parser, commands = _make_parser()
    if arguments and arguments[0] in commands:
        options = _parse(commands[arguments[0]], arguments[1:])
        logging.basicConfig(stream=sys.stderr, level="WARNING", format=_LOG_FORMAT)
        match arguments[0]:
            case "check":
                check_mapping(options.file)
            case "cameras":
                list_cameras()
            case "evaluate":
                _evaluate(options)
            case _:
                list_models()
        return
    options = _parse(parser, arguments)
    logging.basicConfig(stream=sys.stderr, level=options.log_level.upper(), format=_LOG_FORMAT)
    if not options.no_gui:
        raise UsageError(
            "the desktop app is not part of this version yet; run 'gesturepose --no-gui'"
        )
    _run(options)


def _evaluate(options: argparse.Namespace) -> None:
    from gesturepose.config import find_config, load_config

    evaluate_command.evaluate_gestures(
        options, _override(load_config(find_config(options.config)), options)
    )


def _run(options: argparse.Namespace) -> None:
    from gesturepose.app import RunOptions
    from gesturepose.config import find_config, load_config
    from gesturepose.explain_log import choose_gestures
    from gesturepose.headless import run_headless

    path: Path = find_config(options.config)

    def adjust(config: Config) -> Config:
        return _override(config, options)

    config, explain = adjust(load_config(path)), options.explain
    run_headless(
        config,
        RunOptions(
            source=options.source,
            dry_run=options.dry_run,
            realtime=options.realtime,
            max_seconds=options.max_seconds,
            explain=explain is not None,
        ),
        config_path=path,
        adjust=adjust,
        events=options.events,
        record=options.record,
        explain=None if explain is None else choose_gestures(explain, config.gestures),
    )


def _override(config: Config, options: argparse.Namespace) -> Config:
    """Apply the command line's options to what the file says."""
    from pydantic import ValidationError

    from gesturepose.config import ControlSettings
    from gesturepose.pose.settings import PoseSettings

    model = config.model.model_dump()
    control = config.control.model_dump()
    if options.model is not None:
        model["name"] = options.model
    if options.device is not None:
        model["device"] = options.device
    if options.engagement is not None:
        control["engagement"] = options.engagement
    try:
        config = config.model_copy(
            update={
                "model": PoseSettings.model_validate(model),
                "control": ControlSettings.model_validate(control),
            }
        )
    except ValidationError as error:
        item = error.errors(include_url=False)[0]
        reason = item["msg"].removeprefix("Input ")
        raise UsageError(
            f"--{_OPTIONS[item['loc'][-1]]}: {reason}, not '{item['input']}'"
        ) from error
    wake = config.control.wake
    if config.control.engagement == "wake" and wake not in config.gestures:
        raise UsageError(f"engagement 'wake' needs the gesture '{wake}' (control.wake), undefined")
    return config

"""The command line: parses arguments, imports the rest lazily, turns errors into exit codes.

0 done, 1 it failed while running, 2 wrong usage or configuration. Errors are one clear line on
standard error, never a traceback; standard output carries only results.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from gesturepose import __version__
from gesturepose.errors import GesturePoseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gesturepose.config import Config

_LEVELS = ("debug", "info", "warning", "error")
_COMMANDS = ("check", "cameras", "models")


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see '{self.prog} --help')")


def _make_parser() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="gesturepose",
        description="Run a computer with body movement in front of an ordinary webcam.",
        epilog="Other commands: "
        "'gesturepose check [FILE]' validates a gestures.toml, "
        "'gesturepose cameras' lists cameras, 'gesturepose models' lists pose networks.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--version", action="version", version=f"gesturepose {__version__}")
    add("--no-gui", action="store_true", help="run without a window")
    add("--config", metavar="FILE", help="gestures.toml to use")
    add(
        "--source",
        metavar="SRC",
        default="0",
        help="camera index or device path, video file, folder of images, rtsp/http URL, "
        "keypoint recording (*.poses.jsonl), or 'demo' (default: camera 0)",
    )
    add("--model", metavar="NAME|PATH", help="pose network (see 'gesturepose models')")
    add("--device", metavar="DEVICE", help="auto, cpu, cuda, tensorrt, coreml or directml")
    add("--dry-run", action="store_true", help="recognise, but never touch the computer")
    add("--events", metavar="FILE|-", help="write events as JSON Lines")
    add("--record", metavar="FILE", help="write a keypoint recording (no pictures)")
    add("--realtime", action="store_true", help="play a file at its own speed, dropping frames")
    add("--max-seconds", metavar="S", type=_positive, help="end after so many seconds")
    add("--engagement", choices=("always", "wake"), help="overrides control.engagement")
    add("--log-level", metavar="LEVEL", default="info", choices=_LEVELS, help=", ".join(_LEVELS))

    check = _Parser(
        prog="gesturepose check",
        description="Validate a gestures.toml: every error at once.",
        allow_abbrev=False,
    )
    check.add_argument("file", nargs="?", metavar="FILE")
    cameras = _Parser(
        prog="gesturepose cameras", description="List cameras.", allow_abbrev=False
    )
    models = _Parser(
        prog="gesturepose models",
        description="List pose networks: family, size, licence, measured accuracy.",
        allow_abbrev=False,
    )
    return parser, {"check": check, "cameras": cameras, "models": models}


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number of seconds")
    return value


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
    try:
        return _dispatch(arguments)
    except GesturePoseError as error:
        for line in str(error).splitlines():
            print(f"gesturepose: {line}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read standard output has enough; leave nothing for Python to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 0


def _dispatch(arguments: list[str]) -> int:
    parser, commands = _make_parser()
    if arguments and arguments[0] in commands:
        name = arguments[0]
        options = _parse(commands[name], arguments[1:])
        if name == "check":
            _check(options.file)
        elif name == "cameras":
            _list_cameras()
        else:
            _list_models()
        return 0
    options = _parse(parser, arguments)
    logging.basicConfig(
        stream=sys.stderr, level=options.log_level.upper(), format="gesturepose: %(message)s"
    )
    if not options.no_gui:
        raise UsageError(
            "the desktop app is not part of this version yet; run 'gesturepose --no-gui'"
        )
    _run(options)
    return 0


def _run(options: argparse.Namespace) -> None:
    from gesturepose.app import RunOptions
    from gesturepose.config import find_config, load_config
    from gesturepose.headless import run_headless

    path: Path = find_config(options.config)

    def adjust(config: Config) -> Config:
        return _override(config, options)

    run_headless(
        adjust(load_config(path)),
        RunOptions(
            source=options.source,
            dry_run=options.dry_run,
            realtime=options.realtime,
            max_seconds=options.max_seconds,
        ),
        config_path=path,
        adjust=adjust,
        events=options.events,
        record=options.record,
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
        raise UsageError(
            f"--{item['loc'][-1]}: {item['msg'][:1].lower()}{item['msg'][1:]}, not "
            f"'{item['input']}'"
        ) from error
    wake = config.control.wake
    if config.control.engagement == "wake" and wake not in config.gestures:
        raise UsageError(f"engagement 'wake' needs the gesture '{wake}' (control.wake), undefined")
    return config


def _check(file: str | None) -> None:
    from gesturepose.config import find_config, load_config

    path = find_config(file)
    config = load_config(path)
    enabled = sum(gesture.enabled for gesture in config.gestures.values())
    print(f"{path}: valid, {enabled} gestures, {len(config.bindings)} bindings")


def _list_cameras() -> None:
    from gesturepose.capture.cameras import list_cameras

    cameras = list_cameras()
    for camera in cameras:
        print(f"{camera.index}  {camera.path}  {camera.name}")
    if not cameras:
        print("no camera found; connect one, or try 'gesturepose --no-gui --source demo --dry-run'")


def _list_models() -> None:
    from gesturepose.pose.card import list_models

    for model in list_models():
        print(model)

"""The command line: parses arguments, imports the rest lazily, turns errors into exit codes.

0 done, 1 it failed while running, 2 wrong usage or configuration. Errors are one clear line on
standard error, never a traceback; standard output carries only results.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from gesturepose import benchmark_command, evaluate_command, models_command, pose_eval_command
from gesturepose.capture.address import hide_secrets
from gesturepose.cli_options import make_parser, parse
from gesturepose.errors import GesturePoseError, UsageError, one_line
from gesturepose.listings import (
    check_mapping,
    choose_config,
    list_cameras,
    writing_output,
)
from gesturepose.platforms.signals import ending_signals
from gesturepose.platforms.standard_error import STANDARD_ERROR, log_to_standard_error
from gesturepose.platforms.standard_streams import discard, finish_errors, mend_streams
from gesturepose.platforms.threads import short_of_threads

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gesturepose.config import Config

_log = logging.getLogger(__name__)

_SAID_AT_MOST = 300
"""Characters of what an exception says that nobody foresaw."""
_FIRST_CAMERA = "0"
_THREADS_PATIENCE_S = 2.0
_HEADLESS_ONLY = ("events", "record", "explain", "realtime")
"""Options that the desktop app has no use for."""
_OPTIONS: Mapping[int | str, str] = {
    "name": "model",
    "device": "device",
    "engagement": "engagement",
}
"""Options by the name of the setting they override."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Parameters
    ----------
    arguments
        Without the program's name; ``None`` takes those of the process. An exception that nobody
        foresaw becomes one line for a person who runs the process; other callers get it raised.
    """
    missing = mend_streams()
    try:
        code = _run_command(list(sys.argv[1:] if arguments is None else arguments), missing)
    except Exception as error:
        if arguments is not None:
            raise
        _log.debug("where it happened:", exc_info=True)
        STANDARD_ERROR.tell(f"gesturepose: {_say_unforeseen(error)}")
        code = GesturePoseError.exit_code
    finally:
        STANDARD_ERROR.flush()
        finish_errors()
    if arguments is None:
        _end_process(code)
    return code


def _run_command(arguments: list[str], missing: frozenset[str]) -> int:
    try:
        try:
            with _interrupted_by_signals(), short_of_threads():
                _dispatch(arguments, missing)
        except KeyboardInterrupt:
            _flush_if_read()
            raise
        finally:
            # What is pending is written now: at the interpreter's end nobody could name the fix.
            with writing_output():
                sys.stdout.flush()
    except GesturePoseError as error:
        for problem in error.problems:
            # A word that is not understood is repeated, and may be an address with its login.
            told = hide_secrets(problem, arguments)
            STANDARD_ERROR.tell(f"gesturepose: {one_line(told)}")
        return error.exit_code
    except BrokenPipeError:
        # Whoever read standard output has enough; leave nothing for Python to flush.
        discard(sys.stdout)
        return 0
    except SystemExit:  # --help, --version
        return 0
    except KeyboardInterrupt:
        return 0
    return 0


def _say_unforeseen(error: Exception) -> str:
    said = one_line(str(error))[:_SAID_AT_MOST]
    kind = type(error).__name__
    return (
        f"it failed unexpectedly ({kind}{f': {said}' if said else ''}); this is a defect of the "
        "program: '--log-level debug' shows where, for a report"
    )


def _flush_if_read() -> None:
    """Write what is pending on standard output, but wait for no reader; the rest goes nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.platform == "win32" or select.select([], [sys.stdout.fileno()], [], 0)[1]:
            sys.stdout.flush()
    discard(sys.stdout)


def _end_process(code: int) -> None:
    """End the process at once where a thread hangs that the interpreter would wait for.

    Keys are up by then, and lines written.
    """
    deadline = time.monotonic() + _THREADS_PATIENCE_S
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                os._exit(code)


@contextlib.contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Let every request to end stop the body as Ctrl+C does, from the first second on.

    A run has its own way of ending in order, which takes over once there is something to end.
    """
    if threading.current_thread() is not threading.main_thread():  # signals are not ours to set
        yield
        return
    before = {
        number: signal.signal(number, signal.default_int_handler) for number in ending_signals()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _dispatch(arguments: list[str], missing: frozenset[str]) -> None:
    if any("\0" in argument for argument in arguments):  # not from a shell, but from a program
        raise UsageError("an argument holds a NUL character, which no file's name has")
    parser, commands = make_parser()
    if arguments and arguments[0] in commands:
        options = parse(commands[arguments[0]], arguments[1:])
        log_to_standard_error(options.log_level.upper())
        match arguments[0]:
            case "check":
                check_mapping(options.file)
            case "cameras":
                list_cameras()
            case "evaluate":
                _evaluate(options)
            case "pose-eval":
                _pose_eval(options)
            case "benchmark":
                _benchmark(options)
            case _:
                models_command.run(options)
        return
    options = parse(parser, arguments)
    log_to_standard_error(options.log_level.upper())
    if options.events == "-" and "stdout" in missing:
        raise UsageError(
            "--events -: there is no standard output, it is closed; give --events a file"
        )
    if options.no_gui:
        _run(options)
    else:
        _run_app(options)


def _evaluate(options: argparse.Namespace) -> None:
    from gesturepose.config import load_config

    config = load_config(choose_config(options.config).path)
    evaluate_command.evaluate_gestures(options, _override(config, options))


def _pose_eval(options: argparse.Namespace) -> None:
    from gesturepose.config import load_config

    config = load_config(choose_config(options.config).path)
    pose_eval_command.evaluate_poses(options, _override(config, options))


def _benchmark(options: argparse.Namespace) -> None:
    from gesturepose.config import load_config

    path = choose_config(options.config).path
    benchmark_command.run_benchmark(options, _override(load_config(path), options), path)


def _run(options: argparse.Namespace) -> None:
    from gesturepose.app import RunOptions
    from gesturepose.config import agree_to, load_config
    from gesturepose.explain_log import choose_gestures
    from gesturepose.headless import run_headless

    path: Path = choose_config(options.config).path

    def adjust(config: Config) -> Config:
        return _override(config, options)

    config, explain = adjust(load_config(path)), options.explain
    if options.config is not None:
        agree_to(path)
    run_headless(
        config,
        RunOptions(
            source=options.source or _FIRST_CAMERA,
            dry_run=options.dry_run,
            realtime=options.realtime,
            saving=True,
            max_seconds=options.max_seconds,
            explain=explain is not None,
        ),
        config_path=path,
        adjust=adjust,
        events=options.events,
        record=options.record,
        explain=None if explain is None else choose_gestures(explain, config.gestures),
    )


def _run_app(options: argparse.Namespace) -> None:
    from gesturepose.config import agree_to, load_config
    from gesturepose.gui.display_check import check_display
    from gesturepose.resources import default_config

    for option in _HEADLESS_ONLY:
        if getattr(options, option) not in (None, False):
            raise UsageError(f"--{option} goes with --no-gui")
    found = choose_config(options.config)
    # A wrong option shows before any window; a wrong mapping is shown by the window.
    _override(load_config(default_config()), options)
    check_display()
    from gesturepose.gui.application import run_app

    if options.config is not None:
        agree_to(found.path)
    if not run_app(
        found,
        adjust=lambda config: _override(config, options),
        source=options.source,
        practice=options.dry_run,
        max_seconds=options.max_seconds,
    ):
        raise GesturePoseError("a part of the program did not end in time")


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

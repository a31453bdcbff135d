"""Compare the tracker's Kalman filter with the raw network and with a One Euro filter.

``python -m gesturepose.evaluation.smoothing PATH...`` prints one table over all the recordings:
jitter, lag and overshoot (`gesturepose.evaluation.steadiness`). Labels with true keypoints
(``frames``), beside a recording or in ``--labels FOLDER``, decide what is rest and what is fast;
without them the recording itself does. One Euro is tuned to the tracker's jitter, so that the lags
compare; of several speed coefficients the one of least lag is shown.

With ``--recognition`` it tells what each of them does to recognition, over recordings with labels
(`gesturepose.evaluation.smoothing_recognition`). Must not be imported by the stages.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.config import find_config, load_config
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.labels import LabelledSource
from gesturepose.evaluation.one_euro import OneEuroSetting
from gesturepose.evaluation.replay import count_cpus
from gesturepose.evaluation.signals import read_signal
from gesturepose.evaluation.smoothing_recognition import compare, format_comparison
from gesturepose.evaluation.sources import label_file_of
from gesturepose.evaluation.steadiness import measure, pool, tune_one_euro
from gesturepose.tracking.settings import TrackerSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.evaluation.steadiness import Figures


def _format(name: str, figures: Figures, raw: Figures) -> str:
    gain = raw.jitter_sw / figures.jitter_sw if figures.jitter_sw else float("nan")
    line = f"{name:<10}{figures.jitter_px:9.3f}{100 * figures.jitter_sw:9.3f}{gain:8.1f}x"
    if not len(figures.lags_s):
        return line + "   no fast passage"
    for values, factor, width in ((figures.lags_frames, 1.0, 8), (figures.lags_s, 1e3, 8)):
        line += "".join(f"{factor * np.percentile(values, q):{width}.2f}" for q in (50, 90))
    return line + f"{100 * np.percentile(figures.overshoots_sw, 90):11.1f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; return the exit code."""
    options = _make_parser().parse_args(arguments)
    try:
        paths = _find_recordings(options.recordings)
        if options.recognition:
            sys.stdout.write(_compare_recognition(paths, options) + "\n")
        else:
            sys.stdout.write(_compare_signals(paths, options.labels) + "\n")
    except GesturePoseError as error:
        sys.stderr.write(f"gesturepose: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gesturepose.evaluation.smoothing",
        description="Jitter and lag of the tracker, next to the raw network and a One Euro filter; "
        "or what each of them does to recognition.",
    )
    add = parser.add_argument
    add(
        "recordings",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="keypoint recording (NAME.poses.jsonl), or folder of them",
    )
    add(
        "--labels",
        type=Path,
        metavar="FOLDER",
        help="where the labels are (NAME.json; default: beside the recordings)",
    )
    add(
        "--recognition",
        action="store_true",
        help="compare recall, precision, confusions and delay; unlabelled recordings are left out",
    )
    add("--config", metavar="FILE", help="with --recognition: the gestures.toml to use")
    add(
        "--one-euro",
        nargs=2,
        type=_positive,
        metavar=("HZ", "BETA"),
        help="with --recognition: min_cutoff, and beta per shoulder width; by default found on "
        "these recordings, for the tracker's jitter",
    )
    add("--jobs", type=int, default=count_cpus(), help="processes at most")
    return parser


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (0.0 < value < math.inf):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return value


def _find_recordings(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.poses.jsonl")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"no keypoint recordings (NAME.poses.jsonl) in {path}")
        found += inside
    return found


def _compare_signals(paths: Sequence[Path], labels: Path | None) -> str:
    signals = [read_signal(path, TrackerSettings(), labels) for path in paths]
    raw = pool([measure(signal, signal.raw) for signal in signals])
    kalman = pool([measure(signal, signal.kalman) for signal in signals])
    one_euro, setting = tune_one_euro(signals, kalman.jitter_sw)
    return (
        f"{len(signals)} recordings, {len(raw.lags_s)} fast passages\n"
        "              jitter at rest         lag p50, p90        lag p50, p90  overshoot\n"
        "                px  % width    gain    frames            ms            % width\n"
        f"{_format('raw', raw, raw)}\n{_format('Kalman', kalman, raw)}\n"
        f"{_format('One Euro', one_euro, raw)}   ({setting})"
    )


def _compare_recognition(paths: Sequence[Path], options: argparse.Namespace) -> str:
    if options.jobs < 1:
        raise UsageError("--jobs: at least 1 process is needed")
    config = load_config(find_config(options.config))
    sources = _find_labelled(paths, options.labels)
    if options.one_euro:
        setting = OneEuroSetting(*options.one_euro)
    else:
        setting = _tune_for_jitter([s.path for s in sources], config.tracker, options.labels)
    evaluations = compare(sources, config, setting, jobs=options.jobs)
    return f"{format_comparison(evaluations)}\nOne Euro: {setting}"


def _find_labelled(paths: Sequence[Path], folder: Path | None) -> list[LabelledSource]:
    found = []
    for path in paths:
        labels = label_file_of(path)
        labels = labels if folder is None else folder / labels.name
        if labels.is_file():
            found.append(LabelledSource.read(labels, path))
    if not found:
        raise UsageError(
            "no labels for these recordings: NAME.json is needed beside NAME.poses.jsonl, or in "
            "--labels FOLDER"
        )
    return found


def _tune_for_jitter(
    paths: Sequence[Path], settings: TrackerSettings, labels: Path | None
) -> OneEuroSetting:
    """Find the One Euro setting of the tracker's jitter, on recordings in which somebody is."""
    signals = []
    for path in paths:
        # Nobody in a recording, or nobody at rest, says nothing about jitter.
        with contextlib.suppress(UsageError):
            signals.append(read_signal(path, settings, labels))
    kalman = pool([measure(signal, signal.kalman) for signal in signals]) if signals else None
    if kalman is None or math.isnan(kalman.jitter_sw):
        raise UsageError(
            "nobody is at rest in these recordings, so that One Euro cannot be brought to the "
            "tracker's jitter; give its setting with --one-euro HZ BETA"
        )
    return tune_one_euro(signals, kalman.jitter_sw)[1]


if __name__ == "__main__":
    sys.exit(main())

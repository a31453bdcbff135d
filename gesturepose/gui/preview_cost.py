"""``python -m gesturepose.gui.preview_cost``: what the preview costs a frame.

Plays the demo with its people through a real preview and prints milliseconds a frame: taking in a
snapshot, reading its picture and painting it with skeleton and rings. The network is not counted;
on a machine that is busy with it, what passes is more than what the preview takes of a processor.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

    from gesturepose.config import Config
    from gesturepose.pipeline import Snapshot

_WARM_UP = 20


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="gesturepose.gui.preview_cost", description=__doc__)
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--size", default="800x600", help="of the preview, in logical pixels")
    parser.add_argument("--source", default="demo")
    options = parser.parse_args(arguments)
    width, height = (int(number) for number in options.size.split("x"))
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    # Before OpenCV is imported, which points Qt to plug-ins of its own.
    app = QApplication([])
    costs_s, ratio = _measure(app, options.source, options.frames, (width, height))
    sys.stdout.write(
        f"{len(costs_s)} frames, preview {width}x{height} at {ratio:g} device pixels\n"
    )
    for name, column in (("processor", 0), ("passed", 1)):
        p50, p95 = np.percentile([1000 * cost[column] for cost in costs_s], (50, 95))
        sys.stdout.write(f"time {name:9}  p50 {p50:.2f} ms, p95 {p95:.2f} ms a frame\n")
    return 0


def _measure(
    app: QApplication, source: str, frames: int, size: tuple[int, int]
) -> tuple[list[tuple[float, float]], float]:
    from gesturepose.config import load_config
    from gesturepose.gui.preview import Preview
    from gesturepose.resources import default_config
    from gesturepose.session_status import SessionState

    config = load_config(default_config())
    preview = Preview()
    preview.set_config(config)
    preview.set_state(SessionState.WATCHING)
    preview.resize(*size)
    preview.show()
    app.processEvents()  # a window that is not there yet paints nothing
    costs_s = []
    for snapshot in _play(config, source, frames + _WARM_UP):
        began_s, began_cpu_s = time.perf_counter(), time.thread_time()
        preview.show_snapshot(snapshot)
        preview.repaint()
        costs_s.append((time.thread_time() - began_cpu_s, time.perf_counter() - began_s))
    ratio = preview.devicePixelRatioF()
    preview.close()
    return costs_s[_WARM_UP:] or costs_s, ratio


def _play(config: Config, source: str, frames: int) -> Iterator[Snapshot]:
    from gesturepose.app import make_stages
    from gesturepose.capture.opening import open_source
    from gesturepose.stats import StageTimes

    pipeline = make_stages(config, source, StageTimes()).pipeline
    opened = open_source(source, config.camera)
    try:
        for _ in range(frames):
            frame = opened.read()
            if frame is None:
                return
            yield pipeline.step(frame)
    finally:
        opened.close()


if __name__ == "__main__":
    sys.exit(main())

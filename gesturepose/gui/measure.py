"""``python -m gesturepose.gui.measure``: what the app costs, on the demo clip, in its own window.

Runs the real app with the engine and a window, and tells how late the GUI's thread came to what was
due, how often it had a new picture, what processor time that took, and how memory went.
Preferences are not touched, and nothing is performed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from array import array
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gesturepose.config import find_config
from gesturepose.gui.application import App, make_application
from gesturepose.gui.desk import DEMO
from gesturepose.gui.display_check import check_display
from gesturepose.gui.preferences import Preferences
from gesturepose.stats import percentile

_BEAT_MS = 5
_MEMORY_S = 5.0
_WARM_S = 10.0
"""What happens at the start, showing the window for the first time, is told apart."""


class _Heartbeat:
    """How late the GUI's thread comes to what is due: as long as it was blocked, or waited."""

    def __init__(self) -> None:
        self.late_ms = array("d")  # a list's floats would show in the memory measured
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last = time.perf_counter()
        self._cpu = time.thread_time()
        self._timer.start(_BEAT_MS)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, 1000 * (now - self._last) - _BEAT_MS))
        self._last = now

    @property
    def cpu_s(self) -> float:
        """Processor time the GUI's thread has used since, the beat's own included."""
        return time.thread_time() - self._cpu


def _resident_mib() -> float:
    """Resident memory of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError):
        return 0.0
    return pages * 4096 / 2**20


def measure(seconds: float, page: int) -> dict[str, object]:
    """Run the app for so many seconds on one of its pages; returns the figures."""
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "app.ini"), QSettings.Format.IniFormat)
        preferences = Preferences(store)
        preferences.first_run_done = True
        app = App(find_config(None), source=DEMO, practice=True, preferences=preferences)
        shown = [0]

        def count(_: object) -> None:
            shown[0] += 1

        app.desk.bridge.snapshot_shown.connect(count)
        app.start()
        app.window.header.tabs.setCurrentIndex(page)
        memory: list[float] = []
        sampler = QTimer()
        sampler.timeout.connect(lambda: memory.append(round(_resident_mib(), 1)))
        warm: dict[str, object] = {}

        def begin() -> None:
            warm["beat"], warm["shown"] = _Heartbeat(), shown[0]
            memory.append(round(_resident_mib(), 1))
            sampler.start(round(1000 * _MEMORY_S))

        QTimer.singleShot(round(1000 * _WARM_S), begin)
        QTimer.singleShot(round(1000 * (_WARM_S + seconds)), app.quit)
        QApplication.exec()
        beat, first = warm["beat"], warm["shown"]
        assert isinstance(beat, _Heartbeat)  # noqa: S101 - set by begin
        assert isinstance(first, int)  # noqa: S101 - likewise
        frames, late_ms = shown[0] - first, list(beat.late_ms)
        result: dict[str, object] = {
            "seconds": seconds,
            "frames_shown": frames,
            "frames_per_second": round(frames / seconds, 1),
            "frames_replaced": app.desk.bridge.replaced,
            "gui_late_ms": {
                "p50": round(percentile(late_ms, 50), 2),
                "p95": round(percentile(late_ms, 95), 2),
                "p99": round(percentile(late_ms, 99), 2),
                "max": round(max(late_ms), 2),
                "over_50": sum(late > 50 for late in late_ms),
            },
            "gui_cpu_ms_per_frame": round(1000 * beat.cpu_s / max(frames, 1), 2),
            "resident_mib": memory,
            "threads_ended": app.end(),
        }
    return result


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m gesturepose.gui.measure", description=(__doc__ or "").split("\n\n")[1]
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--page", type=int, default=1, help="page shown, from 1 (default: 1)")
    options = parser.parse_args()
    check_display()
    application = make_application(sys.argv[:1])
    figures = measure(options.seconds, options.page - 1)
    del application
    print(json.dumps(figures, indent=2))  # noqa: T201 - the command's result
    return 0


if __name__ == "__main__":
    sys.exit(main())

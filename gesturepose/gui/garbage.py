"""Collecting Python's cyclic garbage in the GUI thread only.

Python collects on whatever thread allocates, the engine's as well, and destroys what it finds
there. Qt's objects must be destroyed in the thread they live in: a closed dialog found by the
engine's thread would bring the program down.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Takes automatic collection over, for as long as it lives or until `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        # What is there by now, modules above all, stays; looking through it would take longest.
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def stop(self) -> None:
        """Give automatic collection back."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()


def collect_due() -> None:
    """Collect, on this thread, what Python would have collected by now."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        # A threshold of 0 leaves a generation to the one below it.
        if thresholds[generation] and counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return

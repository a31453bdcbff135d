"""Draws the desktop app's pictures into packaging/pictures, from the running app itself.

Run it after changing how the app looks; it needs a display, and Xvfb is one::

    xvfb-run -a -s '-screen 0 1920x1200x24' python packaging/draw_app_pictures.py

The app plays the demo clip, nothing is performed, and neither its settings nor a gestures.toml of
the person who runs it is read or written.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtGui import QImage

from gesturepose.gui.application import App, make_application
from gesturepose.gui.main_window import LOG, MAPPING, SETTINGS, WATCH
from gesturepose.gui.preferences import Preferences
from gesturepose.resources import default_config
from gesturepose.session_status import SessionState

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gesturepose.gui.theme import Choice

PICTURES = Path(__file__).parent / "pictures"
SHOWN = "spread"
_PATIENCE_MS = 180_000
_SETTLE_MS = 700
_MOST_BYTES = 250_000
_COLOURS, _MOST_FLAT, _FLAT_SHARE = 256, 24, 0.002
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
_DITHER = 0.5
_SCALED = 1.5
_MISTAKE = '\n[[bindings]]\ngesture = "spred"\npress = "ctrl+plsu"\n'


def rest(duration_ms: int) -> None:
    """Let the app run; QTest's way of waiting would keep Python's other threads from running."""
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()


@dataclass
class Photographer:
    """The running app, and where its pictures go."""

    app: App
    folder: Path
    made: list[Path] = field(default_factory=list)
    _begun: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.app.desk.bridge.events_made.connect(
            lambda events: self._begun.update(e.gesture for e in events)
        )

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Let the app run until something is the case."""
        for _ in range(_PATIENCE_MS // 50):
            if condition():
                return
            rest(50)
        raise SystemExit(f"it did not happen within {_PATIENCE_MS // 1000} s: {what}")

    def wait_for_gesture(self, name: str) -> None:
        """Let the demo play until a gesture is recognised and its banner is there."""
        self._begun.clear()
        self.wait(lambda: name in self._begun, f"'{name}' recognised")
        rest(120)

    def shoot(self, name: str) -> None:
        """Save the window as it is."""
        image = self.app.window.grab().toImage()
        path = self.folder / f"app-{name}.png"
        write_small(image, path)
        self.made.append(path)

    def dress(self, theme: Choice) -> None:
        """Make the app light or dark."""
        self.app.preferences.theme = theme
        rest(_SETTLE_MS)

    def resize(self, width: int, height: int) -> None:
        """Give the window a size."""
        self.app.window.resize(width, height)
        rest(_SETTLE_MS)

    def turn_to(self, page: int) -> None:
        """Open a page of the window."""
        self.app.window.header.tabs.setCurrentIndex(page)
        rest(_SETTLE_MS)


def take_all(photographer: Photographer, document: Path) -> None:
    """Take every picture at the usual scale."""
    window, desk = photographer.app.window, photographer.app.desk
    window.start_guide()
    photographer.wait(lambda: desk.session.status.state is SessionState.WATCHING, "watching")
    rest(_SETTLE_MS)
    photographer.shoot("first-run-welcome")
    window.guide.go_to(1)
    rest(3 * _SETTLE_MS)
    photographer.shoot("first-run-light")
    window.guide.go_to(2)
    photographer.wait_for_gesture(SHOWN)
    photographer.shoot("first-run-try")
    window.end_guide()
    for theme in ("dark", "light"):
        photographer.dress(theme)
        photographer.wait_for_gesture(SHOWN)
        photographer.shoot(theme)
    photographer.resize(1280, 720)
    photographer.shoot("1280x720")
    photographer.resize(1280, 800)
    window.edit_gesture(SHOWN)
    photographer.wait_for_gesture(SHOWN)
    photographer.shoot("gesture-editor")
    window.show_gestures()
    window.mapping.choose(0)
    for name, page in (("mapping", MAPPING), ("log", LOG), ("settings", SETTINGS)):
        photographer.turn_to(page)
        photographer.shoot(name)
    take_errors(photographer, document)


def take_errors(photographer: Photographer, document: Path) -> None:
    """Take what is shown when something is wrong."""
    desk = photographer.app.desk
    good = document.read_text(encoding="utf-8")
    document.write_text(good + _MISTAKE, encoding="utf-8")
    photographer.wait(lambda: bool(desk.document.problems), "the mistake noticed")
    photographer.turn_to(MAPPING)
    photographer.shoot("error-mapping")
    document.write_text(good, encoding="utf-8")
    photographer.wait(lambda: not desk.document.problems, "the mistake gone")
    photographer.turn_to(WATCH)
    desk.show_source("77")
    lost = (SessionState.LOST, SessionState.FAILED)
    photographer.wait(lambda: desk.session.status.state in lost, "no camera")
    rest(_SETTLE_MS)
    photographer.shoot("error-camera")


def take_scaled(photographer: Photographer) -> None:
    """Take the window and its busiest page at 150 %."""
    photographer.resize(1280, 720)
    photographer.dress("light")
    photographer.wait_for_gesture(SHOWN)
    photographer.shoot("150-percent")
    photographer.app.window.mapping.choose(0)
    photographer.turn_to(MAPPING)
    photographer.shoot("150-percent-mapping")


def write_small(image: QImage, path: Path) -> None:
    """Write a picture with a palette of 256 colours: flat ones exactly, the others nearly."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height = image.width(), image.height()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    pixels = rows[:, : 3 * width].reshape(height, width, 3)
    palette, exact = choose_palette(pixels.reshape(-1, 3))
    # A little dither hides the steps between neighbouring colours of the video, and of it only.
    flat = (pixels[:, :, None] == palette[None, None, :exact]).all(axis=3).any(axis=2)
    tiles = (height + 3) // 4, (width + 3) // 4
    dither = np.tile((_BAYER - 7.5) * _DITHER, tiles)[:height, :width]
    dithered = np.clip(pixels + np.where(flat, 0, dither)[:, :, None], 0, 255).astype(np.uint8)
    indices = find_nearest(dithered.reshape(-1, 3), palette).reshape(height, width)
    indexed = QImage(indices.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable([0xFF000000 | r << 16 | g << 8 | b for r, g, b in palette.tolist()])
    if not indexed.save(str(path), quality=0):
        raise SystemExit(f"cannot write {path}")
    if path.stat().st_size > _MOST_BYTES:
        print(f"{path.name} has {path.stat().st_size} bytes", file=sys.stderr)  # noqa: T201


def choose_palette(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return ``(256, 3)`` colours, and how many of them are flat surfaces' own: the first ones."""
    values, counts = np.unique(pixels, axis=0, return_counts=True)
    order = np.argsort(counts)[::-1][:_MOST_FLAT]
    common = values[order][counts[order] > _FLAT_SHARE * len(pixels)]
    rest = _COLOURS - len(common)
    rng = np.random.default_rng(0)
    sample = pixels[rng.integers(0, len(pixels), 60_000)].astype(np.float32)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 12, 0.0)
    _, _, centres = cv2.kmeans(sample, rest, np.empty(0, np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    return np.vstack([common, np.rint(centres).astype(np.uint8)]), len(common)


def find_nearest(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the index of each pixel's nearest colour."""
    values, inverse = np.unique(pixels, axis=0, return_inverse=True)
    nearest = np.empty(len(values), np.uint8)
    colours = palette.astype(np.int32)
    for start in range(0, len(values), 4096):
        part = values[start : start + 4096].astype(np.int32)
        distance = ((part[:, None] - colours[None]) ** 2).sum(axis=2)
        nearest[start : start + 4096] = distance.argmin(axis=1)
    return nearest[inverse.reshape(-1)]


def run(*, scaled: bool, folder: Path) -> None:
    """Start the app in a folder of its own and take its pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        document = Path(scratch) / "gestures.toml"
        shutil.copyfile(default_config(), document)
        store = QSettings(str(Path(scratch) / "app.ini"), QSettings.Format.IniFormat)
        application = make_application(sys.argv[:1])
        preferences = Preferences(store)
        preferences.first_run_done = True
        preferences.theme = "light"
        app = App(document, source="demo", practice=True, preferences=preferences)
        photographer = Photographer(app, folder)
        try:
            app.start()
            app.window.resize(1280, 800)
            if scaled:
                take_scaled(photographer)
            else:
                take_all(photographer, document)
        finally:
            app.quit()
            ended = app.end()
            application.processEvents()
        if not ended:
            raise SystemExit("the app did not end in time")


def main() -> None:
    """Take the pictures; each scale needs a process of its own."""
    parser = argparse.ArgumentParser(description="Draws the desktop app's pictures.")
    parser.add_argument("--scaled", action="store_true", help="only those at 150 percent")
    parser.add_argument("--folder", type=Path, default=PICTURES, help="where they go")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.scaled:
        run(scaled=True, folder=options.folder)
        return
    run(scaled=False, folder=options.folder)
    command = [sys.executable, __file__, "--scaled", "--folder", str(options.folder)]
    environment = {**os.environ, "QT_SCALE_FACTOR": str(_SCALED)}
    subprocess.run(command, env=environment, check=True)  # noqa: S603 - this very script


if __name__ == "__main__":
    main()

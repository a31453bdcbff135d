"""The real program for tests: as a subprocess, on cuts of the bundled clip.

`run_program` waits for its end, `RunningProgram` watches it meanwhile. Nothing here looks inside
the program: what it writes and what its exit code is are all a test gets.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pytest
from support_x11 import REPO, wait_until

from gesturepose.capture.opencv import cv2
from gesturepose.resources import demo_clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gesturepose.datatypes import ImageArray

DISPLAY_NAMES = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_SESSION_TYPE",
    "XAUTHORITY",
    "QT_QPA_PLATFORM",
)
CLIP_FPS = 30.0


def labels() -> list[dict[str, Any]]:
    """The gestures of the bundled clip, as labelled, in order."""
    gestures: list[dict[str, Any]] = json.loads(demo_clip().with_suffix(".json").read_text())[
        "gestures"
    ]
    return gestures


def label(name: str) -> dict[str, Any]:
    """The one label of that name."""
    return next(gesture for gesture in labels() if gesture["name"] == name)


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without a display, and without whatever configuration this machine's user has."""
    kept = {name: value for name, value in os.environ.items() if name not in DISPLAY_NAMES}
    return {**kept, "XDG_CONFIG_HOME": str(home), "PYTHONPATH": str(REPO), **(more or {})}


def program(*arguments: object) -> list[str]:
    """The command line that starts the program without a window."""
    return [sys.executable, "-m", "gesturepose", "--no-gui", *map(str, arguments)]


def run_program(
    folder: Path, *arguments: object, timeout_s: float = 150.0
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, without a display, in a folder of the test."""
    return subprocess.run(
        program(*arguments),
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def parse_events(text: str) -> list[dict[str, Any]]:
    """Every line of an event log; a line that is no JSON fails the test."""
    return [json.loads(line) for line in text.splitlines()]


def begins(events: Sequence[Mapping[str, Any]]) -> list[tuple[str, float]]:
    """Name and time of each gesture that began."""
    return [
        (event["gesture"], event["t"])
        for event in events
        if event["type"] == "gesture" and event["phase"] == "begin"
    ]


class RunningProgram:
    """The program while it runs; it must have ended by itself or by `stop` when the test leaves.

    Parameters
    ----------
    folder
        Where its event log and its standard error go; also its working directory.
    more_environment
        Added to the environment, such as a display.
    """

    def __init__(
        self, folder: Path, *arguments: object, more_environment: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir(exist_ok=True)
        self._events_path, self._errors_path = folder / "events.jsonl", folder / "stderr.txt"
        with self._errors_path.open("w") as errors:
            self.child = subprocess.Popen(
                program("--events", self._events_path, *arguments),
                cwd=folder,
                env=environment(folder, more_environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The whole lines written so far."""
        if not self._events_path.exists():
            return []
        written = self._events_path.read_text()
        return parse_events(written[: written.rfind("\n") + 1])

    @property
    def errors(self) -> list[str]:
        """The lines on standard error so far."""
        return self._errors_path.read_text().splitlines()

    def find(self, kind: str, **facts: Any) -> list[dict[str, Any]]:
        """Events of a type with these values."""
        return [
            event
            for event in self.events
            if event["type"] == kind and all(event.get(key) == facts[key] for key in facts)
        ]

    def wait_for(self, kind: str, timeout_s: float = 40.0, **facts: Any) -> dict[str, Any]:
        """Return the first such event once it is written."""
        what = f"{kind} {facts}"
        self._wait(lambda: bool(self.find(kind, **facts)), timeout_s, what)
        return self.find(kind, **facts)[0]

    def wait_for_file(self) -> None:
        """Wait until the event log is there, which is before anything is written to it."""
        self._wait(self._events_path.exists, 40.0, "an event log")

    def wait_for_error(self, text: str, timeout_s: float = 40.0) -> None:
        """Wait until standard error holds a text."""
        self._wait(lambda: any(text in line for line in self.errors), timeout_s, text)

    def _wait(self, condition: Any, timeout_s: float, what: str) -> None:
        def _is_over() -> bool:
            ended = self.child.poll() is not None  # before the last look
            return bool(condition()) or ended

        wait_until(_is_over, timeout_s, f"{what}; events {self.events}; stderr {self.errors}")
        if not condition():
            pytest.fail(f"ended without {what}; events {self.events}; stderr {self.errors}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; returns the exit code."""
        self.child.send_signal(number)
        return self.wait()

    def wait(self, timeout_s: float = 60.0) -> int:
        """Wait for its end; returns the exit code."""
        return self.child.wait(timeout_s)


def read_clip(start_s: float, end_s: float) -> Iterator[ImageArray]:
    """The pictures of the bundled clip from one time to another."""
    clip = cv2.VideoCapture(str(demo_clip()))
    try:
        for number in range(round(end_s * CLIP_FPS)):
            ok, image = clip.read()
            assert ok
            if number >= round(start_s * CLIP_FPS):
                yield image.astype(np.uint8, copy=False)
    finally:
        clip.release()


def cut_clip(path: Path, start_s: float, end_s: float) -> Path:
    """Write a part of the bundled clip as a video file of its own."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), CLIP_FPS, (640, 480))
    assert writer.isOpened()
    for image in read_clip(start_s, end_s):
        writer.write(image)
    writer.release()
    return path

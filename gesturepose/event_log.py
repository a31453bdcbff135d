"""What happened, for people and for programs: JSON Lines, or sentences on standard output.

One file per form, both written as things happen. Neither knows where events come from.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from gesturepose.datatypes import Phase
from gesturepose.errors import GesturePoseError, UsageError

if TYPE_CHECKING:
    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.datatypes import GestureEvent


class EventLog(Protocol):
    """Where events go; times are seconds since the first frame of the source."""

    def start(self, **facts: Any) -> None:
        """Tell that the run began."""

    def gesture(self, event: GestureEvent, t: float) -> None:
        """Tell that a gesture began, ended or was broken off."""

    def action(self, result: ActionResult, t: float) -> None:
        """Tell that an action was performed or refused."""

    def stop(self, **facts: Any) -> None:
        """Tell that the run is over; ``facts`` are its figures."""

    def close(self) -> None:
        """Free what is held."""


class JsonEventLog:
    """Events as JSON Lines, flushed line by line, written from any thread.

    Parameters
    ----------
    target
        A file's path, or ``-`` for standard output.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """

    def __init__(self, target: str) -> None:
        self._lock = threading.Lock()
        self._is_file = target != "-"
        self._stream: TextIO = sys.stdout
        if self._is_file:
            try:
                self._stream = open(target, "w", encoding="utf-8")  # noqa: PTH123, SIM115
            except OSError as error:
                raise UsageError(
                    f"events: {target} cannot be written: {error.strerror}; choose another place"
                ) from error

    def start(self, **facts: Any) -> None:
        """Tell that the run began."""
        self._write({"type": "start", **facts})

    def gesture(self, event: GestureEvent, t: float) -> None:
        """Tell that a gesture began, ended or was broken off, not that it still goes on."""
        if event.phase is not Phase.UPDATE:
            self._write(
                {
                    "type": "gesture",
                    "t": round(t, 3),
                    "gesture": event.gesture,
                    "phase": event.phase.value,
                    "track": event.track_id,
                }
            )

    def action(self, result: ActionResult, t: float) -> None:
        """Tell that an action was performed or refused."""
        line = {
            "type": "action",
            "t": round(t, 3),
            "gesture": result.bound.gesture,
            "action": str(result.bound),
            "performed": result.performed,
        }
        if result.reason:
            line["reason"] = result.reason
        self._write(line)

    def stop(self, **facts: Any) -> None:
        """Tell that the run is over."""
        self._write({"type": "stop", **facts})

    def close(self) -> None:
        """Close the file."""
        if self._is_file:
            with contextlib.suppress(OSError):  # what could not be written was told before
                self._stream.close()

    def _write(self, line: dict[str, Any]) -> None:
        _write_line(self._stream, json.dumps(line, separators=(",", ":")), self._lock)


class SpokenEventLog:
    """Events as one sentence a line on standard output."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def start(self, **facts: Any) -> None:
        """Tell that the run began."""
        self._say(f"GesturePose {facts['version']} watching {facts['source']}")
        self._say(f"  network {facts['model']} on {facts['provider']}")

    def gesture(self, event: GestureEvent, t: float) -> None:
        """Say what began or was broken off; ends are silent."""
        if event.phase is Phase.BEGIN:
            self._say(f"{t:8.2f} s  {event.gesture.replace('_', ' ')}")
        elif event.phase is Phase.CANCEL:
            self._say(f"{t:8.2f} s  {event.gesture.replace('_', ' ')} broken off")

    def action(self, result: ActionResult, t: float) -> None:
        """Say what was done, or why it was not."""
        what = str(result.bound)
        if result.performed:
            self._say(f"{t:8.2f} s    -> {what}")
        elif result.reason == "dry run":
            self._say(f"{t:8.2f} s    -> would {what}")
        else:
            self._say(f"{t:8.2f} s    -> did not {what}: {result.reason}")

    def stop(self, **facts: Any) -> None:
        """Say how much was seen and how fast."""
        stages = facts.get("stages_ms", {})
        self._say(
            f"{facts['frames']} frames ({facts['dropped']} dropped), {facts['seconds']:.1f} s of "
            f"source in {facts['wall_s']:.1f} s"
        )
        if stages:
            parts = ", ".join(f"{name} {ms['p50']:.1f}" for name, ms in stages.items())
            self._say(f"median ms a frame: {parts}")

    def close(self) -> None:
        """Nothing is held."""

    def _say(self, line: str) -> None:
        _write_line(sys.stdout, line, self._lock)


def _write_line(stream: TextIO, line: str, lock: threading.Lock) -> None:
    """Write a line and flush it; a reader that has gone away raises ``BrokenPipeError``."""
    try:
        with lock:
            stream.write(line + "\n")
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise GesturePoseError(f"events can no longer be written: {error.strerror}") from error

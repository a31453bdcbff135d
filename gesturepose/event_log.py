"""What happened, for people and for programs: JSON Lines, or sentences on standard output.

One file per form, both written as things happen. Neither knows where events come from.
"""

from __future__ import annotations

import contextlib
import json
import math
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from gesturepose.datatypes import Phase
from gesturepose.errors import GesturePoseError, UsageError, one_line

if TYPE_CHECKING:
    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.datatypes import Explanation, GestureEvent
    from gesturepose.engine import PausedBy


class EventLog(Protocol):
    """Where events go; times are seconds since the first frame of the source."""

    def start(self, **facts: Any) -> None:
        """Tell that the run began."""

    def operator(self, track_id: int | None, t: float, *, engaged: bool) -> None:
        """Tell that somebody else, or nobody, is obeyed from now on, or is so again."""

    def gesture(self, event: GestureEvent, t: float) -> None:
        """Tell that a gesture began, ended or was broken off."""

    def action(self, result: ActionResult, t: float) -> None:
        """Tell that an action was performed or refused."""

    def explanation(self, explanation: Explanation, t: float) -> None:
        """Tell how near a gesture is to firing, and what keeps it from that."""

    def blocked(self, blocked_by: str, t: float) -> None:
        """Tell what keeps every gesture from firing from now on; empty for nothing."""

    def pause(self, paused: bool, by: PausedBy, t: float) -> None:  # noqa: FBT001 - the state
        """Tell that gestures do nothing from now on, or count again."""

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

    def operator(self, track_id: int | None, t: float, *, engaged: bool) -> None:
        """Tell who is obeyed from now on, and whether gestures count."""
        self._write({"type": "operator", "t": round(t, 3), "track": track_id, "engaged": engaged})

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

    def explanation(self, explanation: Explanation, t: float) -> None:
        """Tell how near a gesture is to firing, with what every rule of it reads."""
        self._write(
            {
                "type": "explain",
                "t": round(t, 3),
                "gesture": explanation.gesture,
                "side": explanation.side,
                "progress": round(explanation.progress, 3),
                "active": explanation.active,
                "blocked_by": explanation.blocked_by,
                "rules": [
                    {
                        "rule": rule.rule,
                        "value": _finite(rule.value),
                        "limit": _finite(rule.limit),
                        "met": rule.met,
                        "unit": rule.unit,
                        "setting": rule.setting,
                    }
                    for rule in explanation.rules
                ],
            }
        )

    def blocked(self, blocked_by: str, t: float) -> None:
        """Tell what keeps every gesture from firing from now on; empty for nothing."""
        self._write({"type": "blocked", "t": round(t, 3), "blocked_by": blocked_by})

    def pause(self, paused: bool, by: PausedBy, t: float) -> None:  # noqa: FBT001 - the state
        """Tell that gestures do nothing from now on, or count again, and who did that."""
        self._write({"type": "pause", "t": round(t, 3), "paused": paused, "by": by})

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
    """Events as one sentence a line on standard output.

    Parameters
    ----------
    tells_engagement
        Whether to say who is obeyed: of use where that takes a wake gesture.
    """

    def __init__(self, *, tells_engagement: bool = False) -> None:
        self._lock = threading.Lock()
        self._tells_engagement = tells_engagement
        self._engaged = False

    def start(self, **facts: Any) -> None:
        """Tell that the run began."""
        self._say(f"GesturePose {facts['version']} watching {facts['source']}")
        self._say(f"  network {facts['model']} on {facts['provider']}")
        self._say(f"  mapping {one_line(facts['config'])}")

    def operator(self, track_id: int | None, t: float, *, engaged: bool) -> None:
        """Say whose gestures count, and when nobody's do."""
        if self._tells_engagement and (engaged or self._engaged):
            who = f"person {track_id} engaged" if engaged else "nobody engaged"
            self._say(f"{t:8.2f} s  {who}")
        self._engaged = engaged

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

    def explanation(self, explanation: Explanation, t: float) -> None:
        """Say nothing: explanations go to standard error, this is what was recognised."""

    def blocked(self, blocked_by: str, t: float) -> None:
        """Say nothing, as of explanations."""

    def pause(self, paused: bool, by: PausedBy, t: float) -> None:  # noqa: FBT001 - the state
        """Say that gestures were paused or resumed, and by what."""
        how = {"gesture": "by a gesture", "person": "by hand"}.get(by, "")
        if by == "lock":
            how = "while the screen is locked" if paused else "as the screen is unlocked"
        self._say(f"{t:8.2f} s  gestures {'paused' if paused else 'resumed'} {how}")

    def stop(self, **facts: Any) -> None:
        """Say how much was seen and how fast."""
        stages = facts.get("stages_ms", {})
        self._say(
            f"{facts['frames']} frames ({facts['looked']} looked at, {facts['dropped']} dropped), "
            f"{facts['seconds']:.1f} s of source in {facts['wall_s']:.1f} s"
        )
        if stages:
            parts = ", ".join(f"{name} {ms['p50']:.1f}" for name, ms in stages.items())
            self._say(f"median ms a frame: {parts}")

    def close(self) -> None:
        """Nothing is held."""

    def _say(self, line: str) -> None:
        _write_line(sys.stdout, line, self._lock)


def _finite(value: float) -> float | None:
    """Return a figure as JSON can have it: nothing where nothing was measured."""
    return round(value, 3) if math.isfinite(value) else None


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

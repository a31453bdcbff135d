"""What happened, for people and for programs: JSON Lines, or sentences on standard output.

One class per form, both written as things happen, on a thread of their own. Neither knows where
events come from.
"""

from __future__ import annotations

import contextlib
import json
import math
import sys
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from gesturepose.datatypes import Phase
from gesturepose.errors import GesturePoseError, UsageError, one_line
from gesturepose.platforms.line_writer import LineWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.datatypes import Explanation, GestureEvent
    from gesturepose.engine import PausedBy


class EventOutput:
    """Where a log's lines go, whoever reads them and however slowly.

    Every method but `close` raises ``BrokenPipeError`` when nobody reads any more, and
    ``GesturePoseError`` when a line could not be written for another reason, a full disk say.

    Parameters
    ----------
    stream
        The file, or standard output; ``None`` for nowhere.
    describe_gap
        Gives the line that tells of lines that are missing.
    """

    def __init__(self, stream: TextIO | None, describe_gap: Callable[[int], str]) -> None:
        self._stream = stream
        self._writer = LineWriter(stream, describe_gap=describe_gap)

    @property
    def lost(self) -> int:
        """Lines dropped so far because nobody read."""
        return self._writer.lost

    def keep_everything(self) -> None:
        """Drop nothing, and let `settle` wait for the reader instead."""
        self._writer.lossless = True

    def write(self, line: str, *, dispensable: bool = False) -> None:
        """Queue a line, which may go first if not all can be kept; returns at once."""
        with _named():
            self._writer.write(line, dispensable=dispensable)

    def settle(self) -> None:
        """Find out, once a frame, whether writing has failed; wait where nothing may be lost."""
        with _named():
            self._writer.wait_for_room()

    def hurry(self) -> None:
        """Wait for no reader any more: the run is to end."""
        self._writer.hurry()

    def drain(self, is_urgent: Callable[[], bool] = lambda: False) -> int:
        """Wait until all is written, or the reader has stopped and it ``is_urgent``.

        Returns how many lines are neither written nor told of as missing.
        """
        with _named():
            return self._writer.drain(is_urgent)

    def close(self) -> None:
        """Close the file, unless a line is still on its way to a reader that has stopped."""
        self._writer.close()
        try:
            left = self._writer.drain(lambda: True)
        except OSError:  # told before
            left = 0
        if not left and self._stream is not None and self._stream is not sys.stdout:
            with contextlib.suppress(OSError):
                self._stream.close()


@contextlib.contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise GesturePoseError(f"events can no longer be written: {error.strerror}") from error


class EventLog(Protocol):
    """Where events go; times are seconds since the first frame of the source."""

    @property
    def output(self) -> EventOutput:
        """What the lines are written to."""

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
    """Events as JSON Lines, told from any thread, written one by one.

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
        stream: TextIO | None = sys.stdout
        if target != "-":
            try:
                stream = open(target, "w", encoding="utf-8")  # noqa: PTH123, SIM115
            except OSError as error:
                raise UsageError(
                    f"events: {target} cannot be written: {error.strerror}; choose another place"
                ) from error
        self.output = EventOutput(stream, _describe_gap_in_json)

    def start(self, **facts: Any) -> None:
        """Tell that the run began."""
        self._write({"type": "start", **facts})

    def operator(self, track_id: int | None, t: float, *, engaged: bool) -> None:
        """Tell who is obeyed from now on, and whether gestures count."""
        line = {"type": "operator", "t": round(t, 3), "track": track_id, "engaged": engaged}
        self._write(line, dispensable=True)

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
        """Tell that an action was performed or refused, and what is known of it."""
        line: dict[str, Any] = {
            "type": "action",
            "t": round(t, 3),
            "gesture": result.bound.gesture,
            "action": str(result.bound),
            "performed": result.performed,
            "outcome": result.known.value,
        }
        if result.reason:
            line["reason"] = result.reason
        if result.bound.binding is not None:
            line["binding"] = result.bound.binding
        if result.is_late:
            line["late"] = True
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
            },
            dispensable=True,
        )

    def blocked(self, blocked_by: str, t: float) -> None:
        """Tell what keeps every gesture from firing from now on; empty for nothing."""
        line = {"type": "blocked", "t": round(t, 3), "blocked_by": blocked_by}
        self._write(line, dispensable=True)

    def pause(self, paused: bool, by: PausedBy, t: float) -> None:  # noqa: FBT001 - the state
        """Tell that gestures do nothing from now on, or count again, and who did that."""
        self._write({"type": "pause", "t": round(t, 3), "paused": paused, "by": by})

    def stop(self, **facts: Any) -> None:
        """Tell that the run is over, and how many lines before are missing, if any."""
        lost = {"lost_lines": self.output.lost} if self.output.lost else {}
        self._write({"type": "stop", **facts, **lost})

    def close(self) -> None:
        """Close the file once everything is written."""
        self.output.close()

    def _write(self, line: dict[str, Any], *, dispensable: bool = False) -> None:
        self.output.write(_to_json(line), dispensable=dispensable)


class SpokenEventLog:
    """Events as one sentence a line on standard output.

    Parameters
    ----------
    tells_engagement
        Whether to say who is obeyed: of use where that takes a wake gesture.
    """

    def __init__(self, *, tells_engagement: bool = False) -> None:
        self.output = EventOutput(sys.stdout, _describe_gap)
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
            self._say(f"{t:8.2f} s  {who}", dispensable=True)
        self._engaged = engaged

    def gesture(self, event: GestureEvent, t: float) -> None:
        """Say what began or was broken off; ends are silent."""
        if event.phase is Phase.BEGIN:
            self._say(f"{t:8.2f} s  {event.gesture.replace('_', ' ')}")
        elif event.phase is Phase.CANCEL:
            self._say(f"{t:8.2f} s  {event.gesture.replace('_', ' ')} broken off")

    def action(self, result: ActionResult, t: float) -> None:
        """Say what was done, or why it was not; or that it turned out otherwise."""
        what = str(result.bound)
        if result.performed:
            self._say(f"{t:8.2f} s    -> {what}" + (" after all" if result.is_late else ""))
        elif result.is_late:
            self._say(f"{t:8.2f} s    -> {what} failed: {result.reason}")
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
        """Wait until everything is said."""
        self.output.close()

    def _say(self, line: str, *, dispensable: bool = False) -> None:
        self.output.write(line, dispensable=dispensable)


def _finite(value: float) -> float | None:
    """Return a figure as JSON can have it: nothing where nothing was measured."""
    return round(value, 3) if math.isfinite(value) else None


def _to_json(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":"))


def _describe_gap_in_json(lines: int) -> str:
    return _to_json({"type": "lost", "lines": lines})


def _describe_gap(lines: int) -> str:
    return f"{'':14}({lines} lines are missing here: nobody was reading)"

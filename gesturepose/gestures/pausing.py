"""Pausing: which gesture events count while the program is paused, and after.

Recognition goes on in a pause, so that a gesture can end it. What is withheld is told whole or not
at all: later phases of a gesture pass only if its beginning did. So a posture held through a pause
does nothing when the pause ends, and the posture that began a pause does not end it at once. Must
not decide when to pause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.datatypes import GestureEvent, Phase

if TYPE_CHECKING:
    from collections.abc import Container, Sequence


class PauseGate:
    """Lets gesture events pass, or in a pause only those of the gestures that end it.

    Attributes
    ----------
    paused
        Whether it is closed.
    """

    def __init__(self) -> None:
        self.paused = False
        self._passed: dict[tuple[int, str], None] = {}

    def update(
        self, events: Sequence[GestureEvent], resuming: Container[str]
    ) -> list[GestureEvent]:
        """Return those of the events that count, in their order.

        Parameters
        ----------
        events
            Of one frame.
        resuming
            Names of the gestures that count in a pause.
        """
        return [event for event in events if self._counts(event, resuming)]

    def close(self, timestamp: float, *, sparing: str = "") -> list[GestureEvent]:
        """Begin a pause.

        Parameters
        ----------
        timestamp
            Seconds; given to the events returned.
        sparing
            The gesture that asked for the pause, whose end is still told.

        Returns
        -------
        list of GestureEvent
            A CANCEL of every other gesture whose beginning was told.
        """
        self.paused = True
        broken_off = [key for key in self._passed if key[1] != sparing]
        for key in broken_off:
            del self._passed[key]
        return [
            GestureEvent(gesture, Phase.CANCEL, track_id, timestamp)
            for track_id, gesture in broken_off
        ]

    def open(self) -> None:
        """End the pause."""
        self.paused = False

    def _counts(self, event: GestureEvent, resuming: Container[str]) -> bool:
        key = event.track_id, event.gesture
        if event.phase is Phase.BEGIN:
            if self.paused and event.gesture not in resuming:
                return False
            self._passed[key] = None
            return True
        counts = key in self._passed
        if event.phase in (Phase.END, Phase.CANCEL):
            self._passed.pop(key, None)
        return counts

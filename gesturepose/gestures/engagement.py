"""Engagement: whether gestures count at all.

With ``"always"`` they do. With ``"wake"`` only after the wake gesture, until nothing was recognised
for a while or the operator is lost. What did not begin never ends: later phases of a gesture pass
only if its beginning did.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from gesturepose.datatypes import GestureEvent, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

EngagementMode = Literal["always", "wake"]


class Engagement:
    """Lets gesture events pass while the operator is engaged.

    Parameters
    ----------
    mode
        ``"always"`` lets everything pass.
    wake
        Name of the gesture that engages.
    engaged_s
        Seconds without a gesture after which the operator is no longer engaged.
    """

    def __init__(self, *, mode: EngagementMode, wake: str, engaged_s: float) -> None:
        self._mode = mode
        self._wake = wake
        self._engaged_s = engaged_s
        self._until = -math.inf
        self._track_id: int | None = None
        self._passed: set[str] = set()

    def is_engaged(self, operator_id: int | None, timestamp: float) -> bool:
        """Whether a gesture of this operator would count now."""
        if operator_id is None:
            return False
        if self._mode == "always":
            return True
        return operator_id == self._track_id and timestamp < self._until

    def update(self, events: Sequence[GestureEvent]) -> list[GestureEvent]:
        """Return those of the events that count, in their order."""
        return [event for event in events if self._counts(event)]

    def _counts(self, event: GestureEvent) -> bool:
        if event.phase is not Phase.BEGIN:
            counts = event.gesture in self._passed
            if counts:
                self._until = max(self._until, event.timestamp + self._engaged_s)
            if event.phase in (Phase.END, Phase.CANCEL):
                self._passed.discard(event.gesture)
            return counts
        engaged = self.is_engaged(event.track_id, event.timestamp)
        if engaged or event.gesture == self._wake:
            self._track_id = event.track_id
            self._until = event.timestamp + self._engaged_s
            self._passed.add(event.gesture)
            return True
        return False

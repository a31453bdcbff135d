"""What to tell of a gesture over time, slowly enough to be read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gesturepose.datatypes import Phase
from gesturepose.gui.why_not import STARTED, plain_obstacle, plain_reason

if TYPE_CHECKING:
    from gesturepose.datatypes import Explanation
    from gesturepose.pipeline import Snapshot

_TRIED = 0.5
"""With this much it was a try, and what it lacked is worth remembering."""
_READABLE_S = 0.25
"""Words change no more often than this."""
_REMEMBERED_S = 4.0
_FIRED_S = 1.5


class LastTry:
    """What keeps one gesture from firing, or kept it a moment ago.

    A try lasts a moment, so what it lacked is told for some seconds after it. Time is that of the
    snapshots.
    """

    def __init__(self) -> None:
        self.text = ""
        """What keeps it from firing, in a line."""
        self.explanation: Explanation | None = None
        """What the line was made of; ``None`` if nothing could be read."""
        self._told_at = -math.inf
        self._try: tuple[float, Explanation] | None = None
        self._fired_at = -math.inf

    def look(self, gesture: str, snapshot: Snapshot) -> bool:
        """Take in one frame's results; returns whether there is something else to tell."""
        now = snapshot.frame.timestamp
        if now < self._told_at:  # another source, whose time begins anew
            self._told_at = self._fired_at = -math.inf
            self._try = None
        explanation = snapshot.explanations.get(gesture)
        if any(e.gesture == gesture and e.phase is Phase.BEGIN for e in snapshot.events):
            self._fired_at, self._try = now, None
        elif explanation is not None and not explanation.active:
            self._keep_try(explanation, now)
        if now - self._told_at < _READABLE_S:
            return False
        text, explanation = self._choose(explanation, snapshot.blocked_by, now)
        self._told_at = now
        changed = text != self.text or explanation is not self.explanation
        self.text, self.explanation = text, explanation
        return changed

    def _keep_try(self, explanation: Explanation, now: float) -> None:
        if explanation.progress < _TRIED:
            return
        if (
            self._try is None
            or now - self._try[0] > _REMEMBERED_S
            or explanation.nearness >= self._try[1].nearness
        ):
            self._try = now, explanation

    def _choose(
        self, explanation: Explanation | None, blocked_by: str, now: float
    ) -> tuple[str, Explanation | None]:
        if blocked_by:
            return plain_obstacle(blocked_by), explanation
        if now - self._fired_at < _FIRED_S:
            return QCoreApplication.translate("WhyNot", "recognised"), explanation
        if explanation is None:
            return "", None
        if explanation.progress < STARTED and self._try and now - self._try[0] < _REMEMBERED_S:
            last = self._try[1]
            text = QCoreApplication.translate("WhyNot", "Last try: {}").format(plain_reason(last))
            return text, last
        return plain_reason(explanation), explanation

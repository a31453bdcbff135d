"""Engagement: whose gestures count, and whether they count at all.

With ``"always"`` the operator's do. With ``"wake"`` only after the wake gesture, until nothing was
recognised for a while or the operator is lost. Where the control can be claimed, everybody else is
watched for the wake gesture, and a claim is granted unless the operator is in the middle of
something. What did not begin never ends: later phases of a gesture pass only if its beginning did.
The gesture that wakes or claims passes as an event, but asks for no action. Must not choose the
operator: it says who claims.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Literal

from gesturepose.datatypes import GestureEvent, GestureProgress, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import Track
    from gesturepose.gestures.claims import ClaimWatcher
    from gesturepose.gestures.classifier import GestureClassifier

EngagementMode = Literal["always", "wake"]

_CLAIM_S = 0.5
"""The wake gesture seen so soon after a claim, now as the operator's, is the one that claimed."""


class Engagement:
    """Lets gesture events pass while the operator is engaged.

    Parameters
    ----------
    mode
        ``"always"`` lets everything of the operator pass.
    wake
        Name of the gesture that engages and claims.
    engaged_s
        Seconds without a gesture after which the operator is no longer engaged.
    takeover_s
        Seconds without a gesture of the engaged operator after which somebody else may claim.
    claims
        Watches everybody else; ``None`` where the control cannot be claimed.
    """

    def __init__(
        self,
        *,
        mode: EngagementMode,
        wake: str,
        engaged_s: float,
        takeover_s: float = 3.0,
        claims: ClaimWatcher | None = None,
    ) -> None:
        self._mode = mode
        self._wake = wake
        self._engaged_s = engaged_s
        self._takeover_s = takeover_s
        self._claims = claims
        self._track_id: int | None = None
        self._counted_at = -math.inf
        self._passed: set[tuple[int, str]] = set()
        self._waking: set[GestureEvent] = set()
        self._claimant: int | None = None
        self._claimed_at = -math.inf

    @property
    def wake(self) -> str:
        """Name of the gesture that engages and claims."""
        return self._wake

    @property
    def claims(self) -> dict[int, GestureProgress]:
        """For each track that may claim the control, how near it is to the wake gesture."""
        return self._claims.progress if self._claims else {}

    @property
    def watches_others(self) -> bool:
        """Whether a gesture of somebody who is not obeyed may count: the claim of the control."""
        return self._claims is not None

    def is_engaged(self, operator_id: int | None, timestamp: float) -> bool:
        """Whether a gesture of this operator would count now."""
        if operator_id is None:
            return False
        if self._mode == "always":
            return True
        since_s = timestamp - self._counted_at
        return operator_id == self._track_id and 0.0 <= since_s < self._engaged_s

    def is_busy(self, timestamp: float) -> bool:
        """Whether the engaged operator is in the middle of something, not to be interrupted."""
        return self.is_engaged(self._track_id, timestamp) and (
            bool(self._passed) or 0.0 <= timestamp - self._counted_at < self._takeover_s
        )

    def holds_control(self, timestamp: float) -> bool:
        """Whether the control must not pass to somebody who has not claimed it."""
        if self._mode == "wake":
            return self.is_engaged(self._track_id, timestamp)
        return self.is_busy(timestamp)

    def has_lapsed(self, timestamp: float) -> bool:
        """Whether nobody is engaged, and somebody has to wake first."""
        return not self.is_engaged(self._track_id, timestamp) and self._mode == "wake"

    def is_waking(self, event: GestureEvent) -> bool:
        """Whether an event of the newest frame woke or claimed, and so asks for no action."""
        return event in self._waking

    def rename(self, before: int, now: int) -> None:
        """Take note that one and the same person is followed by another track from now on."""
        if self._track_id == before:
            self._track_id = now

    def inherit(self, before: Engagement) -> None:
        """Keep engaged whom another one had engaged, if it took the same wake gesture there."""
        if (before._mode, before._wake) == (self._mode, self._wake):
            self._track_id, self._counted_at = before._track_id, before._counted_at

    def watch(
        self, tracks: Sequence[Track], operator_id: int | None, timestamp: float
    ) -> int | None:
        """Look at everybody but the operator.

        Parameters
        ----------
        tracks
            Everybody.
        operator_id
            Who is obeyed so far; ``None`` for nobody.
        timestamp
            Seconds, of the frame.

        Returns
        -------
        int or None
            The track whose claim of the control is granted, to be followed by `let_in`.
        """
        self._waking.clear()
        if self._claims is None:
            return None
        calling = self._claims.update(tracks, operator_id, timestamp)
        return calling[0] if calling and not self.is_busy(timestamp) else None

    def let_in(
        self, claimant: int, classifier: GestureClassifier, timestamp: float
    ) -> list[GestureEvent]:
        """Engage whoever claimed the control, and show their last seconds to the classifier.

        So it knows what their hands are doing: that the wake gesture is under way, and that the
        way back from it will be no other gesture.

        Parameters
        ----------
        claimant
            The track that `watch` gave.
        classifier
            The operator's, which has not seen the newest frame.
        timestamp
            Seconds, of that frame.

        Returns
        -------
        list of GestureEvent
            For `update`: CANCEL of what the operator before was doing, then the wake gesture, if
            the classifier took it for begun before the newest frame.
        """
        events = classifier.cancel(timestamp)
        self._track_id = self._claimant = claimant
        self._counted_at = self._claimed_at = timestamp
        seen = self._claims.release(claimant) if self._claims else ()
        for track in seen[:-1]:
            for event in classifier.update(track, track.timestamp):
                if event.gesture == self._wake:
                    events.append(dataclasses.replace(event, timestamp=timestamp))
        return events

    def update(self, events: Sequence[GestureEvent]) -> list[GestureEvent]:
        """Return those of the events that count, in their order."""
        return [event for event in events if self._counts(event)]

    def reset(self) -> None:
        """Forget who is watched; who is engaged stays so."""
        if self._claims is not None:
            self._claims.reset()

    def _counts(self, event: GestureEvent) -> bool:
        gesture = (event.track_id, event.gesture)
        if event.phase is not Phase.BEGIN:
            counts = gesture in self._passed
            if counts and event.phase is not Phase.CANCEL:
                self._counted_at = event.timestamp
            if event.phase in (Phase.END, Phase.CANCEL):
                self._passed.discard(gesture)
            return counts
        if event.gesture == self._wake and self._is_claim(event):
            self._claimant = None
            self._waking.add(event)
        elif not self.is_engaged(event.track_id, event.timestamp):
            if event.gesture != self._wake:
                return False
            self._waking.add(event)
        self._track_id, self._counted_at = event.track_id, event.timestamp
        self._passed.add(gesture)
        return True

    def _is_claim(self, event: GestureEvent) -> bool:
        """Whether a wake gesture is the one that claimed, as the operator's classifier sees it."""
        since_s = event.timestamp - self._claimed_at
        return event.track_id == self._claimant and 0.0 <= since_s <= _CLAIM_S

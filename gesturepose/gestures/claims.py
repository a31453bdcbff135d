"""Watch people who are not obeyed for the wake gesture, and for nothing else.

Everybody but the operator has a classifier of that one gesture, made and forgotten with the track.
Must not decide whether a claim is granted, and must not perform anything.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from gesturepose.datatypes import GestureProgress, Phase, Track, TrackState
from gesturepose.gestures.classifier import GestureClassifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.gestures.settings import ClassifierSettings, Gesture

_MORE_S = 2.0
"""How much longer than the wake gesture a person is remembered: where hands rest is learned."""


class _Watched:
    """One person who is not obeyed: a classifier of the wake gesture, and what it saw lately."""

    def __init__(self, classifier: GestureClassifier, recall_s: float) -> None:
        self.classifier = classifier
        self.recent: deque[Track] = deque()
        self._recall_s = recall_s

    def update(self, track: Track, timestamp: float) -> bool:
        """Take in one frame; return whether the wake gesture begins."""
        while self.recent and not 0.0 <= timestamp - self.recent[0].timestamp <= self._recall_s:
            self.recent.popleft()
        self.recent.append(track)
        events = self.classifier.update(track, timestamp)
        return any(event.phase is Phase.BEGIN for event in events)


class ClaimWatcher:
    """Sees who makes the wake gesture.

    Parameters
    ----------
    name, gesture
        The wake gesture.
    settings
        As for the operator's classifier.
    """

    def __init__(self, name: str, gesture: Gesture, settings: ClassifierSettings) -> None:
        self._name = name
        self._gesture = gesture
        self._settings = settings
        takes_s = gesture.motion.within_s if gesture.motion else gesture.hold_s
        self._recall_s = settings.settle_s + takes_s + _MORE_S
        self._watched: dict[int, _Watched] = {}

    @property
    def progress(self) -> dict[int, GestureProgress]:
        """For each track that is watched, how near it is to the wake gesture."""
        found = ((i, person.classifier.progress) for i, person in self._watched.items())
        return {i: progress[self._name] for i, progress in found if self._name in progress}

    def release(self, track_id: int) -> Sequence[Track]:
        """Watch a person no longer; return how they were seen lately, the newest frame last."""
        person = self._watched.pop(track_id, None)
        return tuple(person.recent) if person else ()

    def update(
        self, tracks: Sequence[Track], operator_id: int | None, timestamp: float
    ) -> list[int]:
        """Take in one frame.

        Parameters
        ----------
        tracks
            Everybody.
        operator_id
            Who is obeyed, and therefore not watched; ``None`` for nobody.
        timestamp
            Seconds, of the frame.

        Returns
        -------
        list of int
            The tracks whose wake gesture begins in this frame.
        """
        here = {track.track_id: track for track in tracks if track.track_id != operator_id}
        self._watched = {i: person for i, person in self._watched.items() if i in here}
        calling = []
        for track_id, track in here.items():
            if track_id not in self._watched:
                if track.state is not TrackState.CONFIRMED:
                    continue
                classifier = GestureClassifier({self._name: self._gesture}, self._settings)
                self._watched[track_id] = _Watched(classifier, self._recall_s)
            if self._watched[track_id].update(track, timestamp):
                calling.append(track_id)
        return calling

    def reset(self) -> None:
        """Forget everybody."""
        self._watched = {}

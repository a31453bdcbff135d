"""The page of the guided start on which three gestures are tried.

It shows how near each is, ticks those that were recognised, and says after a while what was
missing. It performs nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gesturepose.advice import Severity
from gesturepose.datatypes import GestureProgress, Phase
from gesturepose.gui.first_run_pages import GuidePage, advice_words
from gesturepose.gui.first_run_parts import GestureRing, make_label
from gesturepose.gui.theme import themes
from gesturepose.gui.why_not import plain_obstacle, plain_reason
from gesturepose.gui.words import gesture_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from gesturepose.advice import Adviser
    from gesturepose.config import Config
    from gesturepose.datatypes import Explanation, GestureEvent
    from gesturepose.pipeline import Snapshot

TRIALS = ("raise_right_hand", "swipe_left", "spread")
"""A posture, a stroke of one hand, and one of both."""
_COUNT = 3
_PATIENCE_S, _MISSES = 12.0, 2
_TRIED, _GIVEN_UP = 0.35, 0.1
"""Progress from which a movement counts as an attempt, and below which it is over."""
_RECALL_S = 4.0
_LASTING_S = 1.0
_STILL = GestureProgress(0.0, active=False)


def choose_trials(config: Config) -> tuple[str, ...]:
    """Return up to three gestures to try: the usual ones, others where those are missing."""
    enabled = [name for name, gesture in config.gestures.items() if gesture.enabled]
    usual = [name for name in TRIALS if name in enabled]
    bound = {binding.gesture for binding in config.bindings if binding.enabled}
    others = sorted((n for n in enabled if n not in usual), key=lambda n: n not in bound)
    return tuple([*usual, *others][:_COUNT])


class Attempts:
    """Counts attempts at one gesture that came to nothing, and keeps why the best one failed."""

    def __init__(self) -> None:
        self._since_s = self._best_s = math.nan
        self._trying = False
        self._misses = 0
        self._best: Explanation | None = None

    def update(self, now: float, progress: float, explanation: Explanation | None) -> None:
        """Take in one frame."""
        if math.isnan(self._since_s) or now < self._since_s:
            self._since_s = now
        if progress >= _TRIED:
            self._trying = True
        elif progress < _GIVEN_UP and self._trying:
            self._trying = False
            self._misses += 1
        stale = math.isnan(self._best_s) or not 0 <= now - self._best_s <= _RECALL_S
        if explanation is not None and (
            self._best is None or stale or _rank(explanation) >= _rank(self._best)
        ):
            self._best, self._best_s = explanation, now

    def find_reason(self, now: float) -> Explanation | None:
        """Return why the best recent attempt failed, once somebody has tried for long enough."""
        waited = now - self._since_s >= _PATIENCE_S
        return self._best if self._misses >= _MISSES or waited else None


def _rank(explanation: Explanation) -> tuple[float, int, float]:
    """For comparison: how near, and then how little the rule is missed that is in the way."""
    missed = next((rule.margin for rule in explanation.rules if not rule.met), 0.0)
    return *explanation.nearness, -math.inf if math.isnan(missed) else missed


class GestureTrial(QWidget):
    """One gesture to try: drawing, name, what to do, and why it was not recognised yet."""

    def __init__(self, gesture: str, how: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.gesture = gesture
        self._current = False
        self._attempts = Attempts()
        self.ring = GestureRing(gesture)
        self.name = make_label(gesture_words(gesture), "heading")
        self.how = make_label(how, "muted")
        self.hint = make_label("", "warning")
        self.hint.hide()
        self.state = make_label("", "note")
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self.name, self.how, self.hint, self.state):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(14)
        row.addWidget(self.ring, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        themes().changed.connect(self.update)
        self._tell()

    @property
    def done(self) -> bool:
        """Whether it was recognised."""
        return self.ring.done

    def set_current(self, *, current: bool) -> None:
        """Mark it as the one to try now."""
        if current is not self._current:
            self._current = current
            self._tell()
            self.update()

    def restart(self) -> None:
        """Begin to count attempts and time anew."""
        self._attempts = Attempts()
        self.hint.hide()

    def forget(self) -> None:
        """Take its tick away."""
        self.ring.set_done(done=False)
        self.ring.set_value(0.0)
        self.restart()
        self._tell()

    def succeed(self) -> None:
        """Tick it."""
        if not self.done:
            self.ring.set_done(done=True)
            self.hint.hide()
            self._tell()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show how near the gesture is."""
        progress = snapshot.progress.get(self.gesture, _STILL)
        if self.done or not self._current:
            self.ring.set_value(0.0)
            return
        self.ring.set_value(progress.value)
        now = snapshot.frame.timestamp
        explanation = snapshot.explanations.get(self.gesture)
        self._attempts.update(now, progress.value, explanation)
        reason = self._attempts.find_reason(now)
        if reason is not None:
            text = self.tr("Not yet: {reason}").format(reason=plain_reason(reason))
            self.hint.setText(text)
            self.hint.show()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the plate of the one to try now."""
        if not self._current:
            return
        theme = themes().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("accent"))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.end()

    def _tell(self) -> None:
        state = ""
        if self.done:
            state = self.tr("Recognised")
        elif self._current:
            state = self.tr("Try it now")
        self.state.setText(state)
        self.state.setVisible(bool(state))
        self.setAccessibleName(f"{self.name.text()}. {state}")
        self.setAccessibleDescription(self.how.text())


class TryPage(GuidePage):
    """Three gestures, one after another; done in another order they are ticked as well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Try three gestures"), parent)
        self.trials: list[GestureTrial] = []
        self._chosen: tuple[tuple[str, str], ...] = ()
        self._obstacle, self._since_s = "", math.inf
        self.column.addWidget(
            make_label(self.tr("This is practice: nothing is performed."), "muted")
        )
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.column.addLayout(self._rows)
        self.none_there = make_label(self.tr("No gesture is switched on."), "warning")
        self.column.addWidget(self.none_there)
        self.obstacle = make_label("", "warning")
        self.column.addWidget(self.obstacle)
        self.column.addStretch(1)

    @property
    def settled(self) -> bool:
        """Whether every gesture was recognised."""
        return bool(self.trials) and all(trial.done for trial in self.trials)

    @property
    def current(self) -> GestureTrial | None:
        """The one to try now; ``None`` when all were recognised."""
        return next((trial for trial in self.trials if not trial.done), None)

    def set_config(self, config: Config) -> None:
        """Choose the gestures; what was recognised stays so while they stay the same."""
        chosen = tuple((name, config.gestures[name].description) for name in choose_trials(config))
        if chosen == self._chosen:
            return
        self._chosen = chosen
        for trial in self.trials:
            self._rows.removeWidget(trial)
            trial.hide()
            trial.deleteLater()
        self.trials = [GestureTrial(name, how) for name, how in chosen]
        for trial in self.trials:
            self._rows.addWidget(trial)
        self.none_there.setVisible(not self.trials)
        self._advance()

    def enter(self) -> None:
        """Begin: nobody has tried anything on this page yet."""
        for trial in self.trials:
            trial.restart()

    def forget(self) -> None:
        """Take every tick away: somebody begins anew."""
        for trial in self.trials:
            trial.forget()
        self._advance()

    def show_snapshot(self, snapshot: Snapshot, adviser: Adviser) -> None:
        """Show how near each gesture is, and what keeps all of them from counting."""
        for trial in self.trials:
            trial.show_snapshot(snapshot)
        text = plain_obstacle(snapshot.blocked_by)
        first = adviser.first
        if not text and first is not None and first.severity is Severity.FIX:
            text = advice_words(first)
        now = snapshot.frame.timestamp
        if text != self._obstacle or now < self._since_s:
            self._obstacle, self._since_s = text, now
        # What passes by itself is not worth reading.
        elif now - self._since_s >= _LASTING_S and text != self.obstacle.text():
            self.obstacle.setText(text)

    def show_events(self, events: Sequence[GestureEvent]) -> None:
        """Tick what was recognised."""
        begun = {event.gesture for event in events if event.phase is Phase.BEGIN}
        for trial in self.trials:
            if trial.gesture in begun:
                trial.succeed()
        self._advance()

    def _advance(self) -> None:
        for trial in self.trials:
            trial.set_current(current=trial is self.current)

"""Trying one action: after a countdown for real, or as words only.

It performs through a dispatcher of its own, on that one's thread, and looks at no window: the
binding's filter is left out on purpose, since the editor itself is in front.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.kinds import Hold
from gesturepose.actions.sinks.choose import open_sink as open_desktop_sink
from gesturepose.gui.background import Question
from gesturepose.platforms.detect import detect

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.actions.settings import Binding
    from gesturepose.actions.sinks.base import InputSink
    from gesturepose.platforms.base import Platform

COUNTDOWN_S = 3
_HOLD_S = 0.5
"""For so long a try keeps keys down."""
_STEP_MS = 1000


class Trial(QObject):
    """One try at a time.

    Parameters
    ----------
    open_sink, open_platform
        What to act with; by default this computer's. They hold no Qt object, see `Question`.
    """

    counting = Signal(int)
    """Seconds left; 0 when it acts, or was stopped."""
    done = Signal(bool, str)
    """Whether it was performed, and if not, why."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        open_sink: Callable[[], InputSink] = open_desktop_sink,
        open_platform: Callable[[], Platform] = detect,
        step_ms: int = _STEP_MS,
    ) -> None:
        super().__init__(parent)
        self._open_sink = open_sink
        self._open_platform = open_platform
        self._left_s = 0
        self._binding: Binding | None = None
        self._allow_commands = False
        self._question = Question(parent=self)
        self._question.answered.connect(self._tell)
        self._timer = QTimer(self)
        self._timer.setInterval(step_ms)
        self._timer.timeout.connect(self._tick)

    @property
    def is_counting(self) -> bool:
        """Whether the countdown runs."""
        return self._timer.isActive()

    def start(self, binding: Binding, *, allow_commands: bool) -> None:
        """Count down, then perform the binding's action once."""
        self._binding = binding
        self._allow_commands = allow_commands
        self._left_s = COUNTDOWN_S
        self._timer.start()
        self.counting.emit(self._left_s)

    def stop(self) -> None:
        """Break the countdown off."""
        if self.is_counting:
            self._timer.stop()
            self.counting.emit(0)

    def _tick(self) -> None:
        self._left_s -= 1
        if self._left_s > 0:
            self.counting.emit(self._left_s)
            return
        self._timer.stop()
        self.counting.emit(0)
        if self._binding is not None:
            # A platform may take its time to connect.
            self._question.ask(
                functools.partial(
                    _perform,
                    self._binding,
                    open_sink=self._open_sink,
                    open_platform=self._open_platform,
                    allow_commands=self._allow_commands,
                )
            )

    def _tell(self, result: ActionResult | None) -> None:
        self.done.emit(bool(result and result.performed), result.reason if result else "")


def _perform(
    binding: Binding,
    *,
    open_sink: Callable[[], InputSink],
    open_platform: Callable[[], Platform],
    allow_commands: bool,
) -> ActionResult | None:
    """Act once, and wait for what becomes of it; ``None`` if nothing was heard."""
    results: list[ActionResult] = []
    action = binding.to_action()
    verbs = (Verb.START, Verb.STOP) if isinstance(action, Hold) else (Verb.PERFORM,)
    with Dispatcher(
        open_sink=open_sink,
        platform=open_platform(),
        allow_commands=allow_commands,
        on_result=results.append,
    ) as dispatcher:
        for verb in verbs:
            if verb is Verb.STOP:
                threading.Event().wait(_HOLD_S)
            dispatcher.submit(
                [
                    BoundAction(
                        gesture=binding.gesture,
                        action=action,
                        verb=verb,
                        app=None,
                        timestamp=0.0,
                        track_id=0,
                    )
                ]
            )
        dispatcher.flush(timeout_s=10.0)
    return results[0] if results else None

"""What is left to pause with where the pause keys do nothing, in a sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from gesturepose.actions.bindings import pausing_gesture
from gesturepose.gui.words import gesture_words

if TYPE_CHECKING:
    from gesturepose.config import Config


def describe_dead_keys(problem: str, config: Config, *, has_tray: bool) -> str:
    """Say why the pause keys do nothing, and what works instead.

    Parameters
    ----------
    problem
        Why, as of `PauseHotkey.problem`.
    config
        Its bindings tell whether a gesture pauses.
    has_tray
        Whether there is an icon in the tray, whose menu pauses.
    """
    gesture = pausing_gesture(config.bindings)
    if has_tray and gesture:
        words = QT_TRANSLATE_NOOP(
            "WaysOut", "Pause with the Pause button, in the tray or with the gesture “{gesture}”."
        )
    elif has_tray:
        words = QT_TRANSLATE_NOOP("WaysOut", "Pause with the Pause button or in the tray.")
    elif gesture:
        words = QT_TRANSLATE_NOOP(
            "WaysOut", "Pause with the Pause button or with the gesture “{gesture}”."
        )
    else:
        words = QT_TRANSLATE_NOOP("WaysOut", "Pause with the Pause button.")
    instead = QCoreApplication.translate("WaysOut", str(words))
    why = QCoreApplication.translate("WaysOut", "The pause keys do nothing: {problem}.")
    text = f"{why.format(problem=problem.rstrip('.'))} {instead}"
    return text.replace("{gesture}", gesture_words(gesture)) if gesture else text

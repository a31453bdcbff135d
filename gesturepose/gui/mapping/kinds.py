"""The kinds of actions as people choose them, each with its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from gesturepose.gui.mapping.action_fields import (
    ChordAction,
    MoveAction,
    ScrollAction,
    TextAction,
    make_click,
    make_control,
    make_media,
)
from gesturepose.gui.mapping.program_fields import CloseAction, LaunchAction, OpenAction, RunAction

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.gui.mapping.action_fields import ActionField

REPEATABLE: Final = ("press", "click", "scroll", "move", "media")
"""Kinds that may repeat while a posture is held."""
UNTRIED: Final = ("control",)
"""Kinds that only the running engine can perform."""


def name_kinds() -> list[tuple[str, str]]:
    """Return every kind with its name, the usual ones first."""
    translate = QCoreApplication.translate
    return [
        ("press", translate("Kinds", "Press a shortcut")),
        ("hold", translate("Kinds", "Hold keys down while I hold the posture")),
        ("media", translate("Kinds", "Press a media key")),
        ("launch", translate("Kinds", "Open a program")),
        ("close", translate("Kinds", "Close a window")),
        ("open", translate("Kinds", "Open a web page or file")),
        ("scroll", translate("Kinds", "Scroll")),
        ("click", translate("Kinds", "Click the mouse")),
        ("move", translate("Kinds", "Move the pointer")),
        ("type", translate("Kinds", "Type a text")),
        ("notify", translate("Kinds", "Show a notification")),
        ("control", translate("Kinds", "Pause or resume gestures")),
        ("run", translate("Kinds", "Run a command")),
    ]


def make_field(kind: str) -> ActionField:
    """Return the fields of a kind."""
    return _FIELDS[kind]()


_FIELDS: dict[str, Callable[[], ActionField]] = {
    "press": lambda: ChordAction("press"),
    "hold": lambda: ChordAction("hold"),
    "type": lambda: TextAction("type", QCoreApplication.translate("Kinds", "Te&xt to type")),
    "notify": lambda: TextAction("notify", QCoreApplication.translate("Kinds", "Te&xt to show")),
    "click": make_click,
    "media": make_media,
    "control": make_control,
    "scroll": ScrollAction,
    "move": MoveAction,
    "launch": LaunchAction,
    "close": CloseAction,
    "open": OpenAction,
    "run": RunAction,
}

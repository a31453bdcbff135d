"""Names for people: of gestures, of what a binding does, of keys, of applications.

Plain words only; it looks nothing up on the computer and must not change what it names.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from gesturepose.actions.dispatcher import DRY_RUN, STOPPED
from gesturepose.actions.kinds import (
    FRONT,
    Action,
    Click,
    Close,
    Control,
    Hold,
    Launch,
    Media,
    Move,
    Notify,
    Open,
    Press,
    Run,
    Scroll,
    Type,
)
from gesturepose.gui.key_names import chord_caps
from gesturepose.platforms.window_text import find_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.actions.bindings import BoundAction
    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.actions.settings import Binding

__all__ = [
    "action_caps",
    "action_words",
    "app_words",
    "bound_words",
    "chord_caps",
    "describe_action",
    "gesture_words",
    "program_words",
    "reason_words",
]

_TEXT_LENGTH = 24
"""So many characters of a typed or shown text are quoted."""

_GESTURES = {
    "raise_right_hand": QT_TRANSLATE_NOOP("Words", "Raise right hand"),
    "raise_left_hand": QT_TRANSLATE_NOOP("Words", "Raise left hand"),
    "hands_up": QT_TRANSLATE_NOOP("Words", "Hands up"),
    "t_pose": QT_TRANSLATE_NOOP("Words", "T pose"),
    "arms_crossed": QT_TRANSLATE_NOOP("Words", "Arms crossed"),
    "hand_on_hip": QT_TRANSLATE_NOOP("Words", "Hand on hip"),
    "swipe_left": QT_TRANSLATE_NOOP("Words", "Swipe left"),
    "swipe_right": QT_TRANSLATE_NOOP("Words", "Swipe right"),
    "swipe_up": QT_TRANSLATE_NOOP("Words", "Swipe up"),
    "swipe_down": QT_TRANSLATE_NOOP("Words", "Swipe down"),
    "wave": QT_TRANSLATE_NOOP("Words", "Wave"),
    "clap": QT_TRANSLATE_NOOP("Words", "Clap"),
    "spread": QT_TRANSLATE_NOOP("Words", "Spread"),
    "gather": QT_TRANSLATE_NOOP("Words", "Gather"),
    "push": QT_TRANSLATE_NOOP("Words", "Push"),
}
_SHORTCUTS = {
    ("ctrl", "plus"): QT_TRANSLATE_NOOP("Words", "Zoom in"),
    ("ctrl", "equal"): QT_TRANSLATE_NOOP("Words", "Zoom in"),
    ("ctrl", "minus"): QT_TRANSLATE_NOOP("Words", "Zoom out"),
    ("ctrl", "0"): QT_TRANSLATE_NOOP("Words", "Reset zoom"),
    ("alt", "left"): QT_TRANSLATE_NOOP("Words", "Back"),
    ("alt", "right"): QT_TRANSLATE_NOOP("Words", "Forward"),
    ("browserback",): QT_TRANSLATE_NOOP("Words", "Back"),
    ("browserforward",): QT_TRANSLATE_NOOP("Words", "Forward"),
    ("pageup",): QT_TRANSLATE_NOOP("Words", "Page up"),
    ("pagedown",): QT_TRANSLATE_NOOP("Words", "Page down"),
    ("ctrl", "c"): QT_TRANSLATE_NOOP("Words", "Copy"),
    ("ctrl", "v"): QT_TRANSLATE_NOOP("Words", "Paste"),
    ("ctrl", "z"): QT_TRANSLATE_NOOP("Words", "Undo"),
    ("alt", "tab"): QT_TRANSLATE_NOOP("Words", "Switch window"),
}
"""Chords that mean the same nearly everywhere."""
_MEDIA = {
    "playpause": QT_TRANSLATE_NOOP("Words", "Play / pause"),
    "nexttrack": QT_TRANSLATE_NOOP("Words", "Next track"),
    "prevtrack": QT_TRANSLATE_NOOP("Words", "Previous track"),
    "stop": QT_TRANSLATE_NOOP("Words", "Stop playing"),
    "volumeup": QT_TRANSLATE_NOOP("Words", "Volume up"),
    "volumedown": QT_TRANSLATE_NOOP("Words", "Volume down"),
    "volumemute": QT_TRANSLATE_NOOP("Words", "Mute"),
}
_CLICKS = {
    "left": QT_TRANSLATE_NOOP("Words", "Click"),
    "right": QT_TRANSLATE_NOOP("Words", "Right click"),
    "middle": QT_TRANSLATE_NOOP("Words", "Middle click"),
    "double": QT_TRANSLATE_NOOP("Words", "Double click"),
}
_BROWSERS = {
    "chrom": "Chrome",
    "chrome": "Chrome",
    "google-chrome": "Chrome",
    "chromium": "Chromium",
    "firefox": "Firefox",
    "msedge": "Edge",
    "microsoft-edge": "Edge",
    "edge": "Edge",
    "safari": "Safari",
    "opera": "Opera",
    "brave": "Brave",
    "vivaldi": "Vivaldi",
}
_APPS = {
    **_BROWSERS,
    "impress": "Impress",
    "soffice": "LibreOffice",
    "libreoffice": "LibreOffice",
    "powerpoint": "PowerPoint",
    "powerpnt": "PowerPoint",
    "winword": "Word",
    "vlc": "VLC",
    "mpv": "mpv",
    "code": "VS Code",
}
_PLAIN_PATTERN = re.compile(r"[\w .&-]+(\|[\w .&-]+)*")


def gesture_words(name: str) -> str:
    """Return a gesture's name for people: ``"Swipe left"`` for ``swipe_left``."""
    known = _GESTURES.get(name)
    return _tr(known) if known else _sentence(name.replace("_", " "))


def action_words(binding: Binding) -> str:
    """Say what a binding does: its description, or else in words made from its action."""
    return binding.description.strip() or describe_action(binding.to_action())


def action_caps(binding: Binding) -> list[str]:
    """Return the key caps to draw beside `action_words`; none where no key is pressed."""
    if binding.media is not None:
        return [_tr("Media")]
    chord = binding.press or binding.hold
    return chord_caps(chord) if chord else []


def describe_action(action: Action) -> str:  # noqa: C901, PLR0911, PLR0912 (one per kind)
    """Say what an action does, without the keys it presses."""
    match action:
        case Press(chord):
            return _tr(_SHORTCUTS.get(chord.keys, QT_TRANSLATE_NOOP("Words", "Press")))
        case Hold():
            return _tr(QT_TRANSLATE_NOOP("Words", "Hold"))
        case Type(text):
            return _fill(QT_TRANSLATE_NOOP("Words", "Type “{}”"), _shorten(text))
        case Click(kind):
            return _tr(_CLICKS[kind])
        case Scroll(x, y):
            return _tr(_name_direction(x, -y, _SCROLLS))
        case Move(dx, dy):
            return _tr(_name_direction(dx, dy, _MOVES))
        case Launch(app):
            return _fill(QT_TRANSLATE_NOOP("Words", "Launch {}"), program_words(app))
        case Close(window) if window == FRONT:
            return _tr(QT_TRANSLATE_NOOP("Words", "Close the window in front"))
        case Close(window):
            pattern = find_pattern(window)
            name = app_words((window,) if pattern is None else pattern)
            return _fill(QT_TRANSLATE_NOOP("Words", "Close {}"), name)
        case Open(target):
            return _fill(QT_TRANSLATE_NOOP("Words", "Open {}"), _name_target(target))
        case Run(command, shell):
            words = command if isinstance(command, tuple) else tuple(command.split())
            name = program_words(words) if words and not shell else _shorten(str(command))
            return _fill(QT_TRANSLATE_NOOP("Words", "Run {}"), name)
        case Control(order):
            return _tr(_ORDERS[order])
        case Media(key):
            return _tr(_MEDIA[key])
        case Notify(text):
            return _fill(QT_TRANSLATE_NOOP("Words", "Show “{}”"), _shorten(text))


_ORDERS = {
    "pause": QT_TRANSLATE_NOOP("Words", "Pause gestures"),
    "resume": QT_TRANSLATE_NOOP("Words", "Resume gestures"),
    "pause_or_resume": QT_TRANSLATE_NOOP("Words", "Pause or resume gestures"),
}
_SCROLLS = (
    QT_TRANSLATE_NOOP("Words", "Scroll left"),
    QT_TRANSLATE_NOOP("Words", "Scroll right"),
    QT_TRANSLATE_NOOP("Words", "Scroll up"),
    QT_TRANSLATE_NOOP("Words", "Scroll down"),
)
_MOVES = (
    QT_TRANSLATE_NOOP("Words", "Move the pointer left"),
    QT_TRANSLATE_NOOP("Words", "Move the pointer right"),
    QT_TRANSLATE_NOOP("Words", "Move the pointer up"),
    QT_TRANSLATE_NOOP("Words", "Move the pointer down"),
)


def bound_words(bound: BoundAction, bindings: Sequence[Binding] = ()) -> str:
    """Say what an action that was asked for does, by the binding it came from if that is known."""
    for binding in bindings:
        if (
            binding.gesture == bound.gesture
            and binding.app == bound.app
            and binding.to_action() == bound.action
        ):
            return action_words(binding)
    return describe_action(bound.action)


def reason_words(result: ActionResult) -> str:
    """Say in plain words why an action was not performed; nothing if it was."""
    if result.performed:
        return ""
    reason, app = result.reason, result.bound.app
    if reason == DRY_RUN:
        return _tr(QT_TRANSLATE_NOOP("Words", "practice, nothing is performed"))
    if reason == STOPPED:
        return _tr(QT_TRANSLATE_NOOP("Words", "stopped before its turn"))
    if app is not None and reason.startswith("no window matching"):
        names = _read_names(app)
        if names and all(name.lower() in _BROWSERS for name in names):
            return _tr(QT_TRANSLATE_NOOP("Words", "no browser window in front"))
        return _fill(QT_TRANSLATE_NOOP("Words", "not in front: {}"), app_words(app))
    return reason


def app_words(app: str | Sequence[str] | None) -> str:
    """Say to which applications a binding is limited: ``"Chrome, Firefox"``, or ``"anywhere"``."""
    if app is None:
        return _tr(QT_TRANSLATE_NOOP("Words", "anywhere"))
    names = _read_names(app)
    if not names:
        return _fill(QT_TRANSLATE_NOOP("Words", "windows like “{}”"), str(app))
    return ", ".join(dict.fromkeys(_APPS.get(n.lower(), _sentence(n)) for n in names))


def program_words(program: str | tuple[str, ...]) -> str:
    """Return a name for an application or program: ``"Firefox"`` for ``org.mozilla.firefox``."""
    first = program if isinstance(program, str) else program[0]
    name = PurePath(first.replace("\\", "/")).name or first
    name = re.sub(r"\.(desktop|exe|app|sh|py)$", "", name, flags=re.IGNORECASE)
    if re.fullmatch(r"\w+(\.[\w-]+){2,}", name):
        name = name.rsplit(".", 1)[-1]
    return _APPS.get(name.lower(), _sentence(name))


def _read_names(app: str | Sequence[str]) -> list[str]:
    """Return the names of a list, or of a pattern that is nothing but names, otherwise none."""
    if not isinstance(app, str):
        return list(app)
    return app.split("|") if _PLAIN_PATTERN.fullmatch(app) else []


def _name_target(target: str) -> str:
    parts = urlsplit(target)
    if parts.hostname:
        return parts.hostname.removeprefix("www.")
    return PurePath(target.replace("\\", "/")).name or target


def _name_direction(right: int, down: int, names: tuple[object, object, object, object]) -> object:
    """Choose among the names for left, right, up and down by the greater share."""
    if abs(right) > abs(down):
        return names[1] if right > 0 else names[0]
    return names[3] if down > 0 else names[2]


def _sentence(text: str) -> str:
    """Begin with a capital, and leave a name alone that has capitals of its own."""
    return text[:1].upper() + text[1:] if text == text.lower() else text


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT_LENGTH else line[: _TEXT_LENGTH - 1].rstrip() + "…"


def _tr(text: object) -> str:
    """Translate a text marked with QT_TRANSLATE_NOOP, which is typed as any object."""
    return QCoreApplication.translate("Words", str(text))


def _fill(text: object, name: str) -> str:
    return _tr(text).format(name)

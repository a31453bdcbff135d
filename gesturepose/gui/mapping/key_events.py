"""From the keys Qt reports to the names gestures.toml uses.

It shows nothing and presses nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gesturepose.actions.keys import parse_key

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_K = Qt.Key
# On macOS Qt calls the Command key Control, and the Control key Meta.
_SWAPPED = sys.platform == "darwin"

MODIFIERS = {
    _K.Key_Control: "super" if _SWAPPED else "ctrl",
    _K.Key_Meta: "ctrl" if _SWAPPED else "super",
    _K.Key_Super_L: "super",
    _K.Key_Super_R: "superright",
    _K.Key_Alt: "alt",
    _K.Key_AltGr: "altright",
    _K.Key_Shift: "shift",
}
"""Keys that mean something only together with others, or while held."""
ORDER = ("ctrl", "super", "superright", "alt", "altright", "shift")
"""In which modifiers are written."""

_NAMED = {
    _K.Key_Return: "enter",
    _K.Key_Enter: "enter",
    _K.Key_Escape: "esc",
    _K.Key_Space: "space",
    _K.Key_Tab: "tab",
    _K.Key_Backtab: "tab",
    _K.Key_Backspace: "backspace",
    _K.Key_Delete: "delete",
    _K.Key_Insert: "insert",
    _K.Key_Home: "home",
    _K.Key_End: "end",
    _K.Key_PageUp: "pageup",
    _K.Key_PageDown: "pagedown",
    _K.Key_Left: "left",
    _K.Key_Right: "right",
    _K.Key_Up: "up",
    _K.Key_Down: "down",
    _K.Key_Print: "printscreen",
    _K.Key_SysReq: "printscreen",
    _K.Key_Pause: "pause",
    _K.Key_Menu: "menu",
    _K.Key_CapsLock: "capslock",
    _K.Key_NumLock: "numlock",
    _K.Key_ScrollLock: "scrolllock",
    _K.Key_MediaPlay: "playpause",
    _K.Key_MediaPause: "playpause",
    _K.Key_MediaTogglePlayPause: "playpause",
    _K.Key_MediaNext: "nexttrack",
    _K.Key_MediaPrevious: "prevtrack",
    _K.Key_MediaStop: "stop",
    _K.Key_VolumeUp: "volumeup",
    _K.Key_VolumeDown: "volumedown",
    _K.Key_VolumeMute: "volumemute",
    _K.Key_Back: "browserback",
    _K.Key_Forward: "browserforward",
    _K.Key_Refresh: "browserrefresh",
    _K.Key_MonBrightnessUp: "brightnessup",
    _K.Key_MonBrightnessDown: "brightnessdown",
    **{Qt.Key(_K.Key_F1 + n): f"f{n + 1}" for n in range(24)},
}
_KEYPAD = {
    _K.Key_Plus: "numadd",
    _K.Key_Minus: "numsubtract",
    _K.Key_Asterisk: "nummultiply",
    _K.Key_Slash: "numdivide",
    _K.Key_Period: "numdecimal",
    _K.Key_Comma: "numdecimal",
    **{Qt.Key(_K.Key_0 + n): f"num{n}" for n in range(10)},
}
_FLAGS = {
    Qt.KeyboardModifier.ControlModifier: MODIFIERS[_K.Key_Control],
    Qt.KeyboardModifier.MetaModifier: MODIFIERS[_K.Key_Meta],
    Qt.KeyboardModifier.AltModifier: "alt",
    Qt.KeyboardModifier.ShiftModifier: "shift",
}


def is_modifier(event: QKeyEvent) -> bool:
    """Tell whether a key does nothing alone."""
    return event.key() in MODIFIERS


def held_modifiers(event: QKeyEvent) -> list[str]:
    """Return the modifiers that are down with an event, in the order they are written.

    Qt says what was down before the event; the key of the event itself is added.
    """
    held = {name for flag, name in _FLAGS.items() if event.modifiers() & flag}
    own = MODIFIERS.get(Qt.Key(event.key()))
    if own is not None:
        held.add(own)
    return [name for name in ORDER if name in held]


def read_chord(event: QKeyEvent) -> str:
    """Return the chord of a key press, such as ``ctrl+plus``; empty if the key has no name.

    A character that is typed with Shift is named itself: ``ctrl+plus``, whichever key it is on.
    """
    key = Qt.Key(event.key())
    modifiers = held_modifiers(event)
    name = _NAMED.get(key)
    if name is None and event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
        name = _KEYPAD.get(key)
    if name is None:
        if not 0x20 < key.value < 0x110000:
            return ""
        char = chr(key.value)
        try:
            name = parse_key(char)
        except ValueError:
            return ""
        if not char.isalpha() and "shift" in modifiers:
            modifiers.remove("shift")
    return "+".join([*modifiers, name])

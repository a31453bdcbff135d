"""What stands on the keys of a chord, as people see it on their keyboard.

It reads chords as gestures.toml writes them; it must not press any.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from gesturepose.actions.key_table import key_named
from gesturepose.actions.keys import parse_chord

if TYPE_CHECKING:
    from gesturepose.actions.keys import Chord

_CAPS = {
    "ctrl": QT_TRANSLATE_NOOP("Words", "Ctrl"),
    "ctrlright": QT_TRANSLATE_NOOP("Words", "Right Ctrl"),
    "shift": QT_TRANSLATE_NOOP("Words", "Shift"),
    "shiftright": QT_TRANSLATE_NOOP("Words", "Right Shift"),
    "alt": QT_TRANSLATE_NOOP("Words", "Alt"),
    "altright": QT_TRANSLATE_NOOP("Words", "Right Alt"),
    "super": QT_TRANSLATE_NOOP("Words", "Super"),
    "superright": QT_TRANSLATE_NOOP("Words", "Right Super"),
    "enter": QT_TRANSLATE_NOOP("Words", "Enter"),
    "esc": QT_TRANSLATE_NOOP("Words", "Esc"),
    "space": QT_TRANSLATE_NOOP("Words", "Space"),
    "tab": QT_TRANSLATE_NOOP("Words", "Tab"),
    "backspace": QT_TRANSLATE_NOOP("Words", "Backspace"),
    "delete": QT_TRANSLATE_NOOP("Words", "Delete"),
    "insert": QT_TRANSLATE_NOOP("Words", "Insert"),
    "home": QT_TRANSLATE_NOOP("Words", "Home"),
    "end": QT_TRANSLATE_NOOP("Words", "End"),
    "pageup": QT_TRANSLATE_NOOP("Words", "Page Up"),
    "pagedown": QT_TRANSLATE_NOOP("Words", "Page Down"),
    "printscreen": QT_TRANSLATE_NOOP("Words", "Print Screen"),
    "pause": QT_TRANSLATE_NOOP("Words", "Pause"),
    "menu": QT_TRANSLATE_NOOP("Words", "Menu"),
    "capslock": QT_TRANSLATE_NOOP("Words", "Caps Lock"),
    "numlock": QT_TRANSLATE_NOOP("Words", "Num Lock"),
    "scrolllock": QT_TRANSLATE_NOOP("Words", "Scroll Lock"),
    "numadd": QT_TRANSLATE_NOOP("Words", "Num +"),
    "numsubtract": QT_TRANSLATE_NOOP("Words", "Num \N{MINUS SIGN}"),
    "nummultiply": QT_TRANSLATE_NOOP("Words", "Num *"),
    "numdivide": QT_TRANSLATE_NOOP("Words", "Num /"),
    "numdecimal": QT_TRANSLATE_NOOP("Words", "Num ."),
    "left": "\N{LEFTWARDS ARROW}",
    "right": "\N{RIGHTWARDS ARROW}",
    "up": "\N{UPWARDS ARROW}",
    "down": "\N{DOWNWARDS ARROW}",
    "minus": "\N{MINUS SIGN}",
    "browserback": QT_TRANSLATE_NOOP("Words", "Back"),
    "browserforward": QT_TRANSLATE_NOOP("Words", "Forward"),
    "browserrefresh": QT_TRANSLATE_NOOP("Words", "Refresh"),
    "brightnessup": QT_TRANSLATE_NOOP("Words", "Brightness up"),
    "brightnessdown": QT_TRANSLATE_NOOP("Words", "Brightness down"),
    "playpause": QT_TRANSLATE_NOOP("Words", "Play / pause"),
    "nexttrack": QT_TRANSLATE_NOOP("Words", "Next track"),
    "prevtrack": QT_TRANSLATE_NOOP("Words", "Previous track"),
    "stop": QT_TRANSLATE_NOOP("Words", "Stop playing"),
    "volumeup": QT_TRANSLATE_NOOP("Words", "Volume up"),
    "volumedown": QT_TRANSLATE_NOOP("Words", "Volume down"),
    "volumemute": QT_TRANSLATE_NOOP("Words", "Mute"),
}
_PLATFORM_CAPS = {
    "win32": {"super": "Win", "superright": "Right Win"},
    "darwin": {
        "super": "Cmd",
        "superright": "Right Cmd",
        "alt": "Option",
        "altright": "Right Option",
    },
}


def chord_caps(chord_text: str) -> list[str]:
    """Return what stands on the keys of a chord: ``["Ctrl", "+"]`` for ``ctrl+plus``.

    A chord that cannot be read is shown as it is written.
    """
    try:
        chord = parse_chord(chord_text)
    except ValueError:
        return [piece.strip() for piece in chord_text.split("+") if piece.strip()]
    return _name_keys(chord)


def _name_keys(chord: Chord) -> list[str]:
    local = _PLATFORM_CAPS.get(sys.platform, {})
    caps = []
    for name in chord.keys:
        key = key_named(name)
        if name in local:
            caps.append(local[name])
        elif name in _CAPS:
            caps.append(QCoreApplication.translate("Words", str(_CAPS[name])))
        elif re.fullmatch(r"num\d", name):
            caps.append(f"Num {name[-1]}")
        elif len(key.pyautogui) == 1:
            caps.append(key.pyautogui.upper())
        else:
            caps.append(name.upper())
    return caps

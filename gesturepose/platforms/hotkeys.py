"""Keys that do something whichever window is in front, where the system allows that.

One file per system; where there is no way, `open_hotkey` says why. It must not inject keys, takes
none that the system or another program has already, and does not know what else there is to pause
with: that is for the front ends to say.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from gesturepose.errors import GesturePoseError
from gesturepose.platforms.detect import detect_session

if TYPE_CHECKING:
    from collections.abc import Callable

MODIFIERS = ("ctrl", "alt", "shift", "super")
_NAMED = (
    *("space", "enter", "esc", "tab", "backspace", "delete", "insert", "home", "end"),
    *("pageup", "pagedown", "left", "right", "up", "down", "pause", "printscreen", "scrolllock"),
)
_ALONE = ("pause", "printscreen", "scrolllock", *(f"f{n}" for n in range(1, 25)))
"""Keys that nobody types, which need no other key with them."""
_KEYS = frozenset((*_NAMED, *_ALONE, *"abcdefghijklmnopqrstuvwxyz0123456789"))


class HotkeyUnavailable(GesturePoseError):  # noqa: N818 - an expected turn of events
    """Keys cannot be taken here; the message says why, and names the fix where there is one."""


class Hotkey(Protocol):
    """Keys that are watched.

    Attributes
    ----------
    problem
        Why they do nothing any more, in one line for people; empty while they work.
    """

    problem: str

    def close(self) -> None:
        """Give the keys back; the callback is not called any more once this has returned."""


def split_hotkey(chord: str) -> tuple[frozenset[str], str]:
    """Split a chord into modifiers and the one key pressed with them.

    Parameters
    ----------
    chord
        Canonical names of keys joined with ``+``, as ``str(parse_chord(text))`` gives them.

    Returns
    -------
    tuple
        Some of `MODIFIERS`, and the key's canonical name.

    Raises
    ------
    ValueError
        It cannot be watched for: no key or several beside the modifiers, or one that people type.
    """
    names = [name.removesuffix("right") or name for name in chord.split("+")]
    modifiers = frozenset(name for name in names if name in MODIFIERS)
    others = [
        given for name, given in zip(names, chord.split("+"), strict=True) if name not in MODIFIERS
    ]
    if len(others) != 1:
        raise ValueError(
            f"{chord!r} cannot be a shortcut: it takes one key beside "
            f"{', '.join(MODIFIERS)}, such as 'ctrl+alt+p'"
        )
    key = others[0]
    if key not in _KEYS:
        raise ValueError(
            f"the key {key!r} cannot be part of a shortcut; use a letter, a digit or f1 to f24"
        )
    if not modifiers - {"shift"} and key not in _ALONE:
        raise ValueError(f"{chord!r} could not be typed any more; add ctrl, alt or super")
    return modifiers, key


def open_hotkey(chord: str, callback: Callable[[], None]) -> Hotkey:
    """Watch for keys, and take them from all other programs meanwhile.

    Parameters
    ----------
    chord
        As for `split_hotkey`.
    callback
        Called on a thread of its own, once each time the keys go down.

    Returns
    -------
    Hotkey
        To be closed.

    Raises
    ------
    HotkeyUnavailable
        This system allows no such keys, or somebody else has them.
    """
    try:
        modifiers, key = split_hotkey(chord)
    except ValueError as error:
        raise HotkeyUnavailable(str(error)) from error
    session = detect_session()
    if session == "x11":
        from gesturepose.platforms.hotkey_x11 import X11Hotkey

        return X11Hotkey(chord, modifiers, key, callback)
    if sys.platform == "win32":
        from gesturepose.platforms.hotkey_windows import WindowsHotkey

        return WindowsHotkey(chord, modifiers, key, callback)
    raise HotkeyUnavailable(_REASONS[session])


_REASONS = {
    "wayland": "a Wayland session lets no program watch for keys in other windows",
    "macos": "on macOS keys cannot be watched for in other windows yet",
    "windows": "keys cannot be watched for here",
    "none": "there is no display, so there are no keys to watch for",
}


class PauseHotkey:
    """The keys that pause and resume, which may change while the program runs.

    For one thread. It must not raise where keys are not available: `problem` says why.

    Parameters
    ----------
    toggle
        Called on another thread each time the keys go down.

    Attributes
    ----------
    chord
        The keys asked for; empty for none.
    """

    def __init__(self, toggle: Callable[[], None]) -> None:
        self._toggle = toggle
        self._hotkey: Hotkey | None = None
        self._refusal = ""
        self.chord = ""

    @property
    def problem(self) -> str:
        """Why the keys do nothing; empty when they work, or none are asked for."""
        return self._refusal or (self._hotkey.problem if self._hotkey else "")

    def use(self, chord: str) -> None:
        """Watch for these keys instead; for none if empty."""
        if chord == self.chord:
            return
        self.close()
        self.chord = chord
        if chord:
            try:
                self._hotkey = open_hotkey(chord, self._toggle)
            except HotkeyUnavailable as error:
                self._refusal = str(error)

    def retry(self) -> None:
        """Try again to watch for keys that do nothing: who had them may be gone."""
        if self.problem:
            chord = self.chord
            self.close()
            self.use(chord)

    def close(self) -> None:
        """Give the keys back."""
        hotkey, self._hotkey = self._hotkey, None
        self.chord = self._refusal = ""
        if hotkey is not None:
            hotkey.close()

"""Keys taken from the X server by passive grabs, on a connection and a thread of their own.

The grab holds with each combination of the locks, or Num Lock would switch it off. It must not
swallow any other key.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import select
import threading
from typing import TYPE_CHECKING, Any

from gesturepose.errors import ActionError
from gesturepose.platforms.hotkeys import HotkeyUnavailable
from gesturepose.platforms.threads import NoThreadError, start_thread
from gesturepose.platforms.x11_display import ConnectionLostError, open_display, watch_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_log = logging.getLogger(__name__)

_KEYSYMS = {
    "enter": "Return",
    "esc": "Escape",
    "backspace": "BackSpace",
    "pageup": "Page_Up",
    "pagedown": "Page_Down",
    "printscreen": "Print",
    "scrolllock": "Scroll_Lock",
}
"""X11's names of keys that it calls otherwise than we do, but for capitals."""
_MODIFIER_KEYSYMS = {"alt": "Alt_L", "super": "Super_L"}
_REPEAT_MS = 10
"""A key that repeats goes up and down within so many milliseconds; nobody is as fast."""


class X11Hotkey:
    """Keys watched for on the display of the environment.

    Parameters
    ----------
    chord
        What to call them.
    modifiers, key
        What to watch for, as `gesturepose.platforms.hotkeys.split_hotkey` gives them.
    callback
        Called on the thread, once each time the keys go down.

    Raises
    ------
    HotkeyUnavailable
        There is no display, its keyboard lacks the key, or another program has the keys.
    NoThreadError
        The system starts no thread.
    """

    def __init__(
        self, chord: str, modifiers: frozenset[str], key: str, callback: Callable[[], None]
    ) -> None:
        self._chord = chord
        self._key = key
        self._modifiers = modifiers
        self._callback = callback
        self._released_ms = -_REPEAT_MS
        self._code = 0
        self._closed = False
        try:
            self._display = open_display()
        except ActionError as error:
            raise HotkeyUnavailable(str(error)) from error
        try:
            with watch_connection(self._display):
                self._root = self._display.screen().root
                self._masks = self._find_masks()
                self._grab()
        except ConnectionLostError as error:
            raise HotkeyUnavailable(str(error)) from error
        except BaseException:
            with contextlib.suppress(ActionError), watch_connection(self._display):
                self._display.close()
            raise
        self._asleep, self._alarm = os.pipe()
        self._thread = threading.Thread(target=self._watch, name="hotkey", daemon=True)
        try:
            start_thread(self._thread)
        except NoThreadError:
            os.close(self._alarm)
            self._watch()  # which sees that at once, and gives everything back
            raise

    def close(self) -> None:
        """Give the keys back; waits for the thread, unless called by the callback itself."""
        if not self._closed:
            self._closed = True
            os.close(self._alarm)
        if self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _watch(self) -> None:
        try:
            with contextlib.suppress(ActionError), watch_connection(self._display):
                self._wait_for_keys()
                self._display.close()  # which gives the grabs back
        finally:
            os.close(self._asleep)

    def _wait_for_keys(self) -> None:
        while True:
            while self._display.pending_events():
                self._take(self._display.next_event())
            ready, _, _ = select.select([self._display.fileno(), self._asleep], [], [])
            if self._asleep in ready:
                return

    def _take(self, event: Any) -> None:
        from Xlib import X

        if event.type == X.MappingNotify:
            self._follow_keyboard(event)
        elif event.type == X.KeyRelease and event.detail == self._code:
            self._released_ms = event.time
        elif event.type == X.KeyPress and event.detail == self._code:
            if event.time - self._released_ms < _REPEAT_MS:
                return
            try:
                self._callback()
            except Exception:  # noqa: BLE001 - the keys must go on working
                _log.exception("what %s asks for failed", self._chord)

    def _follow_keyboard(self, event: Any) -> None:
        """Grab anew where the keyboard map was changed and the key has moved."""
        self._display.refresh_keyboard_mapping(event)
        if self._find_code() != self._code:
            for mask in self._masks:
                self._root.ungrab_key(self._code, mask)
            try:
                self._grab()
            except HotkeyUnavailable as error:
                _log.warning("%s", error)

    def _grab(self) -> None:
        import Xlib.error
        from Xlib import X

        self._code = self._find_code()
        if not self._code:
            raise HotkeyUnavailable(f"no key of this keyboard is {self._key!r}; choose another one")
        refused = Xlib.error.CatchError(Xlib.error.BadAccess)
        for mask in self._masks:
            self._root.grab_key(
                self._code, mask, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refused
            )
        self._display.sync()
        if refused.get_error() is not None:
            raise HotkeyUnavailable(
                f"{self._chord} is taken by another program; choose other keys ([control] "
                "pause_hotkey)"
            )

    def _find_code(self) -> int:
        from Xlib import XK

        name = self._key if len(self._key) == 1 or self._key == "space" else self._key.capitalize()
        keysym = XK.string_to_keysym(_KEYSYMS.get(self._key, name))
        return int(self._display.keysym_to_keycode(keysym))

    def _find_masks(self) -> list[int]:
        """Return the modifiers' mask with each combination of the locks."""
        from Xlib import X

        base = 0
        if "ctrl" in self._modifiers:
            base |= X.ControlMask
        if "shift" in self._modifiers:
            base |= X.ShiftMask
        for name, keysym in _MODIFIER_KEYSYMS.items():
            if name in self._modifiers:
                base |= self._find_modifier(keysym) or (X.Mod1Mask if name == "alt" else X.Mod4Mask)
        locks = {X.LockMask, self._find_modifier("Num_Lock"), self._find_modifier("Scroll_Lock")}
        return sorted({base | lock for lock in _unions(locks - {0, base})})

    def _find_modifier(self, keysym_name: str) -> int:
        """Return the mask of the modifier that a key sets; 0 if it sets none."""
        from Xlib import XK

        code = self._display.keysym_to_keycode(XK.string_to_keysym(keysym_name))
        for index, codes in enumerate(self._display.get_modifier_mapping()):
            if code and code in codes:
                return 1 << index
        return 0


def _unions(masks: set[int]) -> Iterator[int]:
    for count in range(len(masks) + 1):
        for some in itertools.combinations(masks, count):
            yield sum(some)

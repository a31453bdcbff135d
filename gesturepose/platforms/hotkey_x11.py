"""Keys taken from the X server by passive grabs, on a connection and a thread of their own.

The grab holds with each combination of the locks, or Num Lock would switch it off, and follows the
key when the layout changes. It must not swallow any other key.
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
from gesturepose.platforms.x11_display import open_display, watch_connection
from gesturepose.platforms.x11_keymap import CONTROL, LOCK, SHIFT, XkbKeyboard
from gesturepose.platforms.x11_keysyms import keysym_named

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
_MODIFIER_KEYS = {"alt": ("Alt_L", 0x08), "super": ("Super_L", 0x40)}
"""The key that tells a modifier's mask, and the mask where no such key does."""
_ASYNCHRONOUS = 1
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

    Attributes
    ----------
    problem
        Why the keys do nothing any more, after the layout was changed; empty while they work.

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
        self._masks: list[int] = []
        self._closed = False
        self.problem = ""
        try:
            self._display = open_display()
        except ActionError as error:
            raise HotkeyUnavailable(str(error)) from error
        try:
            with watch_connection(self._display):
                self._keyboard = XkbKeyboard(self._display, follow_group=True)
                self._grab(*self._find())
        except ActionError as error:
            self._display.close()
            raise HotkeyUnavailable(str(error)) from error
        except BaseException:
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
            while (event := self._display.next_event()) is not None:
                self._take(event)
            ready, _, _ = select.select([self._display.fileno(), self._asleep], [], [])
            if self._asleep in ready:
                return

    def _take(self, event: Any) -> None:
        from xcffib.xproto import KeyPressEvent, KeyReleaseEvent

        if self._keyboard.is_change(event):
            self._follow_keyboard()
        elif isinstance(event, KeyReleaseEvent):
            if event.detail == self._code:
                self._released_ms = event.time
        elif isinstance(event, KeyPressEvent) and event.detail == self._code:
            if event.time - self._released_ms < _REPEAT_MS:
                return
            try:
                self._callback()
            except Exception:  # noqa: BLE001 - the keys must go on working
                _log.exception("what %s asks for failed", self._chord)

    def _follow_keyboard(self) -> None:
        """Grab anew where the keyboard map or the group was changed and the key has moved."""
        self._keyboard.reread()
        try:
            code, masks = self._find()
            if (code, masks) != (self._code, self._masks):
                for mask in self._masks:
                    self._display.core.UngrabKey(self._code, self._display.root, mask)
                self._grab(code, masks)
            self.problem = ""
        except HotkeyUnavailable as error:
            if self.problem != str(error):
                self.problem = str(error)
                _log.warning("%s", error)

    def _grab(self, code: int, masks: list[int]) -> None:
        import xcffib.xproto

        self._code, self._masks = code, masks
        ways = (_ASYNCHRONOUS, _ASYNCHRONOUS)
        root = self._display.root
        cookies = [
            self._display.core.GrabKey(False, root, mask, code, *ways, is_checked=True)
            for mask in masks
        ]
        try:
            for cookie in cookies:
                cookie.check()
        except xcffib.xproto.AccessError as error:
            self._display.sync()
            raise HotkeyUnavailable(
                f"{self._chord} is taken by another program; choose other keys ([control] "
                "pause_hotkey)"
            ) from error

    def _find(self) -> tuple[int, list[int]]:
        """Return the keycode, and the masks to grab it with."""
        state = self._keyboard.state()
        if len(self._key) == 1:
            code = self._keyboard.map.find_shortcut_key(self._key, state.group)
        else:
            name = self._key if self._key == "space" else self._key.capitalize()
            symbol = keysym_named(_KEYSYMS.get(self._key, name))
            code = self._keyboard.map.find_plain(symbol, state.group)
        if not code:
            raise HotkeyUnavailable(f"no key of this keyboard is {self._key!r}; choose another one")
        return code, self._find_masks(state.group)

    def _find_masks(self, group: int) -> list[int]:
        """Return the modifiers' mask with each combination of the locks."""
        keymap = self._keyboard.map
        base = 0
        if "ctrl" in self._modifiers:
            base |= CONTROL
        if "shift" in self._modifiers:
            base |= SHIFT
        for name, (key, usual) in _MODIFIER_KEYS.items():
            if name in self._modifiers:
                base |= keymap.modifiers_of(key, group) or usual
        locks = {LOCK, *(keymap.modifiers_of(key, group) for key in ("Num_Lock", "Scroll_Lock"))}
        return sorted({base | lock for lock in _unions(locks - {0, base})})


def _unions(masks: set[int]) -> Iterator[int]:
    for count in range(len(masks) + 1):
        for some in itertools.combinations(masks, count):
            yield sum(some)

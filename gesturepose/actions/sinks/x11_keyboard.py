"""Keys and text on X11, by the XTEST extension and the keyboard map that is in force.

Every symbol is looked up in the group (layout) that is switched on, by level, with the modifiers
its key's type asks for; a symbol that no key of the group has is put on a keycode that is free,
which is given back on `X11Keyboard.close`. It must not switch the group, nor any lock.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Any

from gesturepose.actions.key_table import BY_NAME
from gesturepose.errors import ActionError
from gesturepose.platforms.x11_display import open_display, watch_connection
from gesturepose.platforms.x11_keymap import KeyboardState, Stroke, XkbKeyboard
from gesturepose.platforms.x11_keysyms import char_of, keysym_named, keysym_of_char

if TYPE_CHECKING:
    from gesturepose.actions.sinks.base import KeyWatch

_KEY_PRESS, _KEY_RELEASE = 2, 3
# Time for applications to read a changed map before it changes once more.
_SETTLE_S = 0.05
_TYPED_KEYS = {"\n": "Return", "\t": "Tab"}


class X11Keyboard:
    """Injects keys into an X server. For one thread.

    Parameters
    ----------
    display_name
        Display such as ``:0``; ``None`` for the environment's.
    watch
        Told of each keycode just before it goes down and just after it came up.

    Attributes
    ----------
    display
        The connection, for what else injects input; closed by `close`.

    Raises
    ------
    ActionError
        No display, or its server lacks the XTEST or XKEYBOARD extension.
    """

    def __init__(self, display_name: str | None = None, *, watch: KeyWatch | None = None) -> None:
        self.display = open_display(display_name)
        self._watch = watch
        try:
            with watch_connection(self.display):
                self._xtest = self._find_xtest()
                self._keyboard = XkbKeyboard(self.display)
        except BaseException:
            self.display.close()
            raise
        self._lent: OrderedDict[int, int] = OrderedDict()  # keysym to a keycode that was free
        self._codes_down: Counter[int] = Counter()
        self._keys_down: dict[str, tuple[int, ...]] = {}

    def down(self, key: str) -> None:
        """Put a key down, with the Shift or AltGr its symbol needs on this layout."""
        with watch_connection(self.display):
            stroke = self._find_key(key)
            self._keys_down[key] = codes = (*stroke.modifiers, stroke.code)
            for code in codes:
                self._send(code, press=True)
            self.display.sync()

    def up(self, key: str) -> None:
        """Let go of a key and of what went down with it."""
        codes = self._keys_down.pop(key, ())
        with watch_connection(self.display):
            for code in reversed(codes):
                self._send(code, press=False)
            self.display.sync()

    def type_text(self, text: str) -> None:
        """Type characters; those no key has get a free keycode."""
        for char in text:
            if char not in _TYPED_KEYS and not char.isprintable():
                raise ActionError(f"the character {char!r} cannot be typed")
        with watch_connection(self.display):
            for char in text:
                stroke = self._find_char(char)
                codes = (*stroke.modifiers, stroke.code)
                for code in codes:
                    self._send(code, press=True)
                for code in reversed(codes):
                    self._send(code, press=False)
            self.display.sync()

    def close(self) -> None:
        """Let go of every key, give the lent keycodes back, and disconnect."""
        for key in list(self._keys_down)[::-1]:
            self.up(key)
        with watch_connection(self.display):
            if self._lent:
                time.sleep(_SETTLE_S)  # The last character may not have been read yet.
                for code in self._lent.values():
                    self._keyboard.lend(code, 0)
                self._lent.clear()
            self.display.sync()
        self.display.close()

    def _find_xtest(self) -> Any:
        import xcffib.xtest

        if not self.display.has_extension("XTEST"):
            raise ActionError("the X server lacks the XTEST extension, which sends the keys")
        return self.display.connection(xcffib.xtest.key)

    def _send(self, code: int, *, press: bool) -> None:
        """Send a keycode's event when its count leaves or reaches zero: keys may share Shift."""
        before = self._codes_down[code]
        self._codes_down[code] = before + (1 if press else -1)
        if before != (0 if press else 1):
            return
        if press and self._watch is not None:
            self._watch.key(code, down=True)
        kind = _KEY_PRESS if press else _KEY_RELEASE
        self._xtest.FakeInput(kind, code, 0, 0, 0, 0, 0)
        if not press and self._watch is not None:
            self.display.sync()  # It has come up now, not only been asked to.
            self._watch.key(code, down=False)

    def _find_key(self, key: str) -> Stroke:
        keysym = _keysym_of(key)
        state = self._look()
        # What is held is part of the chord; locks are on whether anybody wants them or not.
        state = KeyboardState(state.group, state.modifiers & ~state.held, 0)
        wanted = char_of(keysym) or keysym
        return self._find(wanted, keysym, state)

    def _find_char(self, char: str) -> Stroke:
        name = _TYPED_KEYS.get(char)
        keysym = keysym_named(name) if name else keysym_of_char(char)
        return self._find(keysym if name else char, keysym, self._look())

    def _find(self, wanted: int | str, keysym: int, state: KeyboardState) -> Stroke:
        stroke = self._keyboard.map.find(wanted, state, without=frozenset(self._lent.values()))
        return stroke or Stroke(self._lend(keysym))

    def _look(self) -> KeyboardState:
        """Bring the map up to date and return what is on."""
        if self._keyboard.refresh():
            for keysym, code in list(self._lent.items()):
                if keysym not in self._keyboard.map.keys[code].symbols(0):
                    del self._lent[keysym]  # Another map took its place.
        return self._keyboard.state()

    def _lend(self, keysym: int) -> int:
        """Put a symbol on a free keycode, the one lent longest ago when none is left."""
        if keysym in self._lent:
            self._lent.move_to_end(keysym)
            return self._lent[keysym]
        code = next(iter(self._keyboard.map.free), None)
        if code is None:
            oldest = next((s for s, c in self._lent.items() if not self._codes_down[c]), None)
            if oldest is None:
                raise ActionError(
                    f"no key has the symbol {char_of(keysym) or hex(keysym)} and no keycode is "
                    "free to lend it"
                )
            self.display.sync()
            time.sleep(_SETTLE_S)  # What was typed with it must have been read.
            code = self._lent.pop(oldest)
        self._keyboard.lend(code, keysym)
        self.display.sync()
        time.sleep(_SETTLE_S)
        self._lent[keysym] = code
        self._keyboard.reread()
        return code


def _keysym_of(key: str) -> int:
    keysym = keysym_named(BY_NAME[key].keysym)
    if not keysym:
        raise ActionError(f"X11 has no key {key!r}")
    return keysym

"""Keys and text on X11, by the XTEST extension and the keyboard map that is in force.

pyautogui's own X11 keyboard sends the wrong key for shifted characters on layouts other than the
American one, has no multimedia keys, types no Unicode and reads the map only once. This one looks
every symbol up in the present map with its level (plain, Shift, AltGr); a symbol that no key has
is put on a keycode that is free, which is given back on `X11Keyboard.close`.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict

from gesturepose.actions.key_table import BY_NAME
from gesturepose.errors import ActionError
from gesturepose.platforms.x11_display import open_display, watch_connection

_SHIFT_L, _LEVEL3_SHIFT = 0xFFE1, 0xFE03
_LOCK_MASK, _NUM_LOCK_MASK = 0x02, 0x10
_GROUP_SHIFT, _GROUP_MASK = 13, 0x3
_KEYPAD_DIGITS = frozenset({0xFFAE, *range(0xFFB0, 0xFFBA)})
# Columns of the core map per XKB group (X Keyboard Extension: Library Specification, 17.1.1):
# levels one and two of both groups come first, levels three and four behind.
_COLUMNS = {0: (0, 1, 4, 5), 1: (2, 3, 6, 7)}
_NAMED_COLUMNS = (0, 1, 4, 5)
# Time for applications to read a changed map before it changes once more.
_SETTLE_S = 0.05
_TYPED_KEYS = {"\n": 0xFF0D, "\t": 0xFF09}


class X11Keyboard:
    """Injects keys into an X server. For one thread.

    Parameters
    ----------
    display_name
        Display such as ``:0``; ``None`` for the environment's.

    Raises
    ------
    ActionError
        No display, or its server lacks the XTEST extension.
    """

    def __init__(self, display_name: str | None = None) -> None:
        self._display = open_display(display_name)
        if not self._display.has_extension("XTEST"):
            self._display.close()
            raise ActionError("the X server lacks the XTEST extension, which sends the keys")
        import Xlib.XK

        Xlib.XK.load_keysym_group("xf86")
        self._first = int(self._display.display.info.min_keycode)
        self._count = int(self._display.display.info.max_keycode) - self._first + 1
        self._map: dict[int, tuple[int, ...]] = {}
        self._read_map()
        self._lent: OrderedDict[int, int] = OrderedDict()  # keysym to a keycode that was free
        self._codes_down: Counter[int] = Counter()
        self._keys_down: dict[str, tuple[int, ...]] = {}

    def down(self, key: str) -> None:
        """Put a key down, with the Shift or AltGr its symbol needs on this layout."""
        keysym = _keysym_of(key)
        with watch_connection(self._display):
            self._keys_down[key] = codes = self._find(keysym, named=_is_named(keysym))
            for code in codes:
                self._send(code, press=True)
            self._display.sync()

    def up(self, key: str) -> None:
        """Let go of a key and of what went down with it."""
        codes = self._keys_down.pop(key, ())
        with watch_connection(self._display):
            for code in reversed(codes):
                self._send(code, press=False)
            self._display.sync()

    def type_text(self, text: str) -> None:
        """Type characters; those no key has get a free keycode."""
        for char in text:
            if char not in _TYPED_KEYS and not char.isprintable():
                raise ActionError(f"the character {char!r} cannot be typed")
        with watch_connection(self._display):
            for char in text:
                keysym = _TYPED_KEYS.get(char) or keysym_of_char(char)
                codes = self._find(keysym, named=_is_named(keysym))
                for code in codes:
                    self._send(code, press=True)
                for code in reversed(codes):
                    self._send(code, press=False)
            self._display.sync()

    def close(self) -> None:
        """Let go of every key, give the lent keycodes back, and disconnect."""
        for key in list(self._keys_down)[::-1]:
            self.up(key)
        with watch_connection(self._display):
            if self._lent:
                time.sleep(_SETTLE_S)  # The last character may not have been read yet.
                for code in self._lent.values():
                    self._display.change_keyboard_mapping(code, [(0, 0)])
                self._lent.clear()
            self._display.sync()
            self._display.close()

    def _send(self, code: int, *, press: bool) -> None:
        """Send a keycode's event when its count leaves or reaches zero: keys may share Shift."""
        from Xlib import X
        from Xlib.ext import xtest

        before = self._codes_down[code]
        self._codes_down[code] = before + (1 if press else -1)
        if before == (0 if press else 1):
            xtest.fake_input(self._display, X.KeyPress if press else X.KeyRelease, code)

    def _read_map(self) -> None:
        rows = self._display.get_keyboard_mapping(self._first, self._count)
        self._map = {self._first + index: tuple(row) for index, row in enumerate(rows)}

    def _refresh(self) -> None:
        """Read the map anew if somebody changed it."""
        from Xlib import X

        changed = False
        while self._display.pending_events():
            changed |= self._display.next_event().type == X.MappingNotify
        if changed:
            self._read_map()

    def _find(self, keysym: int, *, named: bool) -> tuple[int, ...]:
        """Return the keycodes to put down, in order, so that applications see a symbol.

        Parameters
        ----------
        keysym
            The symbol.
        named
            Whether it is a key such as Left, which is the same in every layout.
        """
        self._refresh()
        state = int(self._display.screen().root.query_pointer().mask)
        group = state >> _GROUP_SHIFT & _GROUP_MASK
        for level, column in enumerate(_NAMED_COLUMNS if named else _COLUMNS.get(group, ())):
            code = self._code_with(keysym, column)
            if code is None:
                continue
            shifted = bool(level % 2) != self._is_inverted(keysym, code, state)
            modifiers = [_SHIFT_L] if shifted else []
            if level >= 2:
                modifiers.append(_LEVEL3_SHIFT)
            codes = [self._code_with(modifier, 0) for modifier in modifiers]
            if None not in codes:
                return (*(c for c in codes if c is not None), code)
        return (self._lend(keysym),)

    def _is_inverted(self, keysym: int, code: int, state: int) -> bool:
        """Whether a lock swaps this key's plain and shifted symbols."""
        if keysym in _KEYPAD_DIGITS:
            return bool(state & _NUM_LOCK_MASK)
        if not state & _LOCK_MASK:
            return False
        char = _char_of(keysym)
        other = char.lower() if char != char.lower() else char.upper()
        return other != char and len(other) == 1 and keysym_of_char(other) in self._map[code]

    def _code_with(self, keysym: int, column: int) -> int | None:
        lent = set(self._lent.values())
        for code, row in self._map.items():
            if column < len(row) and row[column] == keysym and code not in lent:
                return code
        return None

    def _lend(self, keysym: int) -> int:
        """Put a symbol on a free keycode, the one lent longest ago when none is left."""
        if keysym in self._lent:
            self._lent.move_to_end(keysym)
            return self._lent[keysym]
        code = next((c for c, row in self._map.items() if not any(row)), None)
        if code is None:
            oldest = next((s for s, c in self._lent.items() if not self._codes_down[c]), None)
            if oldest is None:
                raise ActionError(
                    f"no key has the symbol {_char_of(keysym) or hex(keysym)} and no keycode is "
                    "free to lend it"
                )
            self._display.sync()
            time.sleep(_SETTLE_S)  # What was typed with it must have been read.
            code = self._lent.pop(oldest)
        self._display.change_keyboard_mapping(code, [(keysym, keysym)])
        self._display.sync()
        time.sleep(_SETTLE_S)
        self._lent[keysym] = code
        self._read_map()
        return code


def keysym_of_char(char: str) -> int:
    """Return the X11 symbol of a character: itself in Latin-1, else Unicode plus 0x1000000."""
    number = ord(char)
    return number if 0x20 <= number <= 0x7E or 0xA0 <= number <= 0xFF else 0x0100_0000 + number


def _keysym_of(key: str) -> int:
    import Xlib.XK

    keysym = int(Xlib.XK.string_to_keysym(BY_NAME[key].keysym))
    if not keysym:
        raise ActionError(f"X11 has no key {key!r}")
    return keysym


def _is_named(keysym: int) -> bool:
    return 0xFD00 <= keysym <= 0xFFFF or 0x1008_0000 <= keysym <= 0x1008_FFFF or keysym == 0x20


def _char_of(keysym: int) -> str:
    if 0x20 <= keysym <= 0xFF:
        return chr(keysym)
    return chr(keysym - 0x0100_0000) if 0x0100_0100 <= keysym <= 0x0110_FFFF else ""

"""Keys and text on X11, by the XTEST extension and the keyboard map that is in force.

Every symbol is looked up in the group (layout) that is switched on, by level, with the modifiers
its key's type asks for; a symbol that no key of the group has is put on a keycode that is free,
which is given back on `X11Keyboard.close`. It must not switch the group, nor any lock.
"""

from __future__ import annotations

import time
import unicodedata
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Any

from gesturepose.actions.key_table import key_named
from gesturepose.errors import ActionError
from gesturepose.platforms.x11_display import open_display, watch_connection
from gesturepose.platforms.x11_keymap import LOCK, SHIFT, KeyboardState, Stroke, XkbKeyboard
from gesturepose.platforms.x11_keysyms import char_of, keysym_named, keysym_of_char

if TYPE_CHECKING:
    from gesturepose.actions.sinks.base import KeyWatch

_KEY_PRESS, _KEY_RELEASE = 2, 3
# Time for applications to read a changed map before it changes once more.
_SETTLE_S = 0.05
_MODIFIER_PLACES = {
    "ctrl": ("", ("Control_L",)),
    "ctrlright": ("", ("Control_R", "Control_L")),
    "shift": ("", ("Shift_L",)),
    "shiftright": ("", ("Shift_R", "Shift_L")),
    "alt": ("", ("Alt_L",)),
    # To the right of the space bar, whatever the layout makes of it: Alt, or AltGr.
    "altright": ("RALT", ("ISO_Level3_Shift", "Mode_switch", "Alt_R")),
    "super": ("", ("Super_L",)),
    "superright": ("", ("Super_R", "Super_L")),
}
"""Where each modifier is, if that decides, and X11's names for it, the best first."""
_KEYPAD_DIGITS = tuple(range(0xFFB0, 0xFFBA))
_ON_KEYPAD = {"+": "KP_Add", "-": "KP_Subtract"}
"""What people zoom with."""
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Invisible, but part of words and emoji."""
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
        # Symbols to a keycode that was free.
        self._lent: OrderedDict[tuple[int, int], int] = OrderedDict()
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
            if char not in _TYPED_KEYS and not _is_typable(char):
                raise ActionError(f"the character {char!r} cannot be typed")
        with watch_connection(self.display):
            rest = text
            while rest:
                strokes = self._find_text(rest)
                for stroke in strokes:
                    codes = (*stroke.modifiers, stroke.code)
                    for code in codes:
                        self._send(code, press=True)
                    for code in reversed(codes):
                        self._send(code, press=False)
                rest = rest[len(strokes) :]
            self.display.sync()

    def close(self) -> None:
        """Let go of every key, give the lent keycodes back, and disconnect."""
        for key in list(self._keys_down)[::-1]:
            self.up(key)
        with watch_connection(self.display):
            if self._lent:
                time.sleep(_SETTLE_S)  # The last character may not have been read yet.
                for code in self._lent.values():
                    self._keyboard.lend(code, None)
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
        state = self._look()
        if key in _MODIFIER_PLACES:
            return self._find_modifier(key, state.group)
        keysym = _keysym_of(key)
        # What is held is part of the chord; a lock is on whether anybody wants it or not.
        locked = state.modifiers & ~state.held
        if state.held & self._keyboard.map.shortcut_modifiers(state.group):
            return self._find_in_shortcut(keysym, KeyboardState(state.group, locked & ~LOCK, 0))
        return self._find(char_of(keysym) or keysym, keysym, KeyboardState(state.group, locked, 0))

    def _find_modifier(self, key: str, group: int) -> Stroke:
        """Return a modifier's key: the one at its place if that is a modifier, else by symbol."""
        keymap = self._keyboard.map
        place, names = _MODIFIER_PLACES[key]
        code = keymap.code_at(place) if place else 0
        if code and keymap.is_modifier(code, group):
            return Stroke(code)
        found = (keymap.find_plain(keysym_named(name), group) for name in names)
        code = next(filter(None, found), 0)
        if not code:
            raise ActionError(f"the keyboard layout in use has no key {key!r}")
        return Stroke(code)

    def _find_in_shortcut(self, keysym: int, state: KeyboardState) -> Stroke:
        """Return the key a person presses with Ctrl, Alt or Super down.

        A letter or a digit is its key, whichever level it has it on: applications go by the key,
        and a Shift with it would be another shortcut.
        """
        keymap = self._keyboard.map
        char = char_of(keysym)
        if keysym in _KEYPAD_DIGITS and not keymap.find_unaided(keysym, state):
            char = str(_KEYPAD_DIGITS.index(keysym))  # Num Lock is off.
        if char.isascii() and char.isdigit() and not keymap.has_typed(char, state.group):
            code = keymap.find_unaided(_KEYPAD_DIGITS[int(char)], state)
            if code:
                return Stroke(code)  # Num Lock is on.
        if char.isascii() and char.isalnum():
            code = keymap.find_shortcut_key(char, state.group)
            if code:
                return Stroke(code)
        stroke = self._find(char or keysym, keysym, state)
        keypad = keysym_named(_ON_KEYPAD.get(char, ""))
        if keypad and not keymap.is_plain_in_shortcut(stroke, state.group):
            # Chromium, for one, takes Ctrl with a digit's key for the digit whatever else is on it.
            code = keymap.find_plain(keypad, state.group)
            return Stroke(code) if code else stroke
        return stroke

    def _find_text(self, text: str) -> list[Stroke]:
        """Return the strokes of as much of a text as there are keycodes to lend at once.

        Lent together, applications have to read the map but once.
        """
        state = self._look()
        keymap = self._keyboard.map
        if state.held & keymap.shortcut_modifiers(state.group):
            raise ActionError(
                "text cannot be typed while ctrl, alt or super is held down: it would be shortcuts"
            )
        found: dict[str, Stroke | None] = {}
        rows: dict[str, tuple[int, int]] = {}
        room = len(keymap.free) + sum(not self._codes_down[code] for code in self._lent.values())
        count = 0
        for char in text:
            if char not in found:
                name = _TYPED_KEYS.get(char)
                symbol = keysym_named(name) if name else keysym_of_char(char)
                found[char] = self._find_on_keys(symbol if name else char, state)
                if found[char] is None:
                    row = _row_of(symbol, state)
                    if len({*rows.values(), row}) > room and rows:
                        break
                    rows[char] = row
            count += 1
        lent = self._lend(list(dict.fromkeys(rows.values())))
        for char, row in rows.items():
            found[char] = self._keyboard.map.find(char, state, only=lent[row])
        return [found[char] or Stroke(lent[rows[char]]) for char in text[:count]]

    def _find(self, wanted: int | str, keysym: int, state: KeyboardState) -> Stroke:
        stroke = self._find_on_keys(wanted, state)
        if stroke is None:
            row = _row_of(keysym, state)
            code = self._lend([row])[row]
            stroke = self._keyboard.map.find(wanted, state, only=code) or Stroke(code)
        return stroke

    def _find_on_keys(self, wanted: int | str, state: KeyboardState) -> Stroke | None:
        return self._keyboard.map.find(wanted, state, without=frozenset(self._lent.values()))

    def _look(self) -> KeyboardState:
        """Bring the map up to date and return what is on."""
        if self._keyboard.refresh():
            for row, code in list(self._lent.items()):
                if self._keyboard.map.keys[code].symbols(0) != row:
                    del self._lent[row]  # Another map took its place.
        return self._keyboard.state()

    def _lend(self, rows: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """Put symbols on free keycodes, those lent longest ago when none is left."""
        new = [row for row in rows if row not in self._lent]
        for row in rows:
            if row in self._lent:
                self._lent.move_to_end(row)
        if new:
            free = self._keyboard.map.free[: len(new)]
            idle = [r for r, c in self._lent.items() if not self._codes_down[c] and r not in rows]
            oldest = idle[: len(new) - len(free)]
            if len(free) + len(oldest) < len(new):
                symbol = new[0][0]
                raise ActionError(
                    f"no key has the symbol {char_of(symbol) or hex(symbol)} and no keycode is "
                    "free to lend it"
                )
            if oldest:
                self.display.sync()
                time.sleep(_SETTLE_S)  # What was typed with them must have been read.
            codes = free + [self._lent.pop(row) for row in oldest]
            for row, code in zip(new, codes, strict=True):
                self._keyboard.lend(code, row)
                self._lent[row] = code
            self.display.sync()
            time.sleep(_SETTLE_S)
            self._keyboard.reread()
        return {row: self._lent[row] for row in rows}


def _row_of(keysym: int, state: KeyboardState) -> tuple[int, int]:
    """Return what to lend for a symbol: a letter with its capital, as on any key.

    Toolkits make a capital of a lone letter under Caps Lock; with a Shift that is held there is no
    other way.
    """
    char = char_of(keysym)
    lower, upper = char.lower(), char.upper()
    is_cased = len(lower) == len(upper) == 1 and lower != upper and char in (lower, upper)
    if not is_cased or state.modifiers & SHIFT:
        return keysym, keysym
    return keysym_of_char(lower), keysym_of_char(upper)


def _is_typable(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs" or char in _JOINERS


def _keysym_of(key: str) -> int:
    named = key_named(key)
    keysym = keysym_named(named.keysym) if named.keysym else keysym_of_char(key)
    if not keysym:
        raise ActionError(f"X11 has no key {key!r}")
    return keysym

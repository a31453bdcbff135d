"""The keyboard map of an X server as the X Keyboard Extension describes it: groups, types, levels.

A key has symbols for each group (layout) that is switched on; the group's key type says which
modifiers reach which level (X Keyboard Extension Protocol, chapters 7 and 15). It must not send
keys; lending one is the only change it makes.
"""

from __future__ import annotations

import itertools
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gesturepose.errors import ActionError
from gesturepose.platforms.x11_keysyms import char_of, keysym_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gesturepose.platforms.x11_display import Display

SHIFT, LOCK, CONTROL = 0x01, 0x02, 0x04
_CORE_KEYBOARD = 0x100
_TYPES, _SYMBOLS, _ACTIONS, _MODIFIER_MAP = 0x01, 0x02, 0x10, 0x04
# The first four types are the same everywhere. This one heeds Shift and Caps Lock: a letter is told
# from its capital as on any key, and two equal levels stay what they are.
_ALPHABETIC = 2
_EVERY_PART, _GROUP_STATE, _KEY_NAMES = 0xFF, 0x10, 0x200
# Actions in the answer to GetMap: how many follow each key of a row, then 8 bytes for each: a kind,
# flags, and for this kind the modifiers.
_ACTION_COUNTS, _ACTION_COUNTS_AT, _ACTIONS_AT, _ACTION_SIZE = struct.Struct("=BHB"), 21, 40, 8
_SET_MODIFIERS = 1
_CLAMP, _REDIRECT = 0x40, 0x80
_LEVEL_KEYS = ("ISO_Level5_Shift", "ISO_Level3_Shift", "Shift_L", "Shift_R")
"""Keys that reach a level while they are down, in the order they go down."""


_MODIFIER_SYMBOLS = range(0xFFE1, 0xFFEF)
_LEVEL_SYMBOLS = (*range(0xFE02, 0xFE14), 0xFF7E)
_USUAL_ALT, _USUAL_SUPER = 0x08, 0x40
_DIGITS = frozenset("0123456789")
_DIGIT_PLACES = tuple(f"AE{place:02}" for place in range(1, 11))
_MOST_GROUPS = 4
_TYPED_ON = re.compile(r"A[A-E]\d\d|TLDE|BKSL|LSGT|SPCE")
_AMERICAN_ROWS = {
    "AE": "1234567890-=",
    "AD": "qwertyuiop[]",
    "AC": "asdfghjkl;'",
    "AB": "zxcvbnm,./",
}
_AMERICAN_KEYS = {
    char: f"{row}{place:02}"
    for row, chars in _AMERICAN_ROWS.items()
    for place, char in enumerate(chars, 1)
} | {"`": "TLDE", "\\": "BKSL"}
"""The name of the place where the American keyboard has a character."""


@dataclass(frozen=True, slots=True)
class KeyType:
    """Which modifiers reach which level.

    Attributes
    ----------
    mask
        Modifiers it heeds.
    levels
        Level (from 0) and preserved modifiers for each combination of them that is not level 0.
    """

    mask: int
    levels: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes
    ----------
    groups
        Type and symbols by level, for each group; 0 for no symbol.
    out_of_range
        What happens in a group it does not have, as the protocol encodes it.
    sets
        Modifiers that are on while it is down at its first level.
    """

    groups: tuple[tuple[KeyType, tuple[int, ...]], ...]
    out_of_range: int
    sets: int

    def in_group(self, group: int) -> tuple[KeyType, tuple[int, ...]] | None:
        """Return type and symbols in a group, from 0; ``None`` if it has none at all."""
        count = len(self.groups)
        if not count:
            return None
        if group >= count:
            if self.out_of_range & _CLAMP:
                group = count - 1
            elif self.out_of_range & _REDIRECT:
                target = self.out_of_range >> 4 & 0x3
                group = target if target < count else 0
            else:
                group %= count
        return self.groups[group]

    def symbols(self, group: int) -> tuple[int, ...]:
        """Return the symbols in a group by level."""
        found = self.in_group(group)
        return found[1] if found else ()


@dataclass(frozen=True, slots=True)
class KeyboardState:
    """What is on now.

    Attributes
    ----------
    group
        The group in force, from 0.
    modifiers
        All that are on, held or locked.
    held
        Those that are on because a key is down.
    """

    group: int
    modifiers: int
    held: int


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key and what has to be down with it.

    Attributes
    ----------
    code
        The key.
    modifiers
        Keys to put down before it, in order.
    """

    code: int
    modifiers: tuple[int, ...] = ()


class Keymap:
    """A keyboard map that was read.

    Parameters
    ----------
    keys
        By keycode.
    modifier_map
        Modifiers each key belongs to, by keycode.
    names
        Name of each key's place, such as ``AD01``, by keycode.
    """

    def __init__(
        self, keys: Mapping[int, Key], modifier_map: Mapping[int, int], names: Mapping[int, str]
    ) -> None:
        self.keys = keys
        self._places = {name: code for code, name in reversed(list(names.items())) if name}
        # Where people type. A symbol somewhere else may be one that a program has lent.
        typed = {code for code, name in names.items() if _TYPED_ON.fullmatch(name)}
        self._typed_on = typed or set(keys)
        self.modifier_map = modifier_map
        self._level_symbols = tuple(map(keysym_named, _LEVEL_KEYS))

    def symbol(self, code: int, group: int, modifiers: int) -> int:
        """Return what applications see when a key goes down; 0 for nothing or for doubt.

        A Caps Lock that the key's type does not heed makes capitals, which not all applications
        do alike: a symbol that it would change is in doubt.
        """
        key = self.keys.get(code)
        found = key.in_group(group) if key else None
        if found is None:
            return 0
        kind, symbols = found
        level, preserved = kind.levels.get(modifiers & kind.mask, (0, 0))
        symbol = symbols[level] if level < len(symbols) else 0
        if modifiers & LOCK & ~(kind.mask & ~preserved):
            char = char_of(symbol)
            if char.upper() != char:
                return 0
        return symbol

    def find(
        self,
        wanted: int | str,
        state: KeyboardState,
        *,
        without: frozenset[int] = frozenset(),
        only: int | None = None,
    ) -> Stroke | None:
        """Find the key, with the fewest others, that makes applications see a symbol.

        Parameters
        ----------
        wanted
            A symbol, or a character that has one.
        state
            The keyboard as it is; what is on stays on.
        without
            Keycodes not to use.
        only
            The one keycode to use.

        Returns
        -------
        Stroke or None
            ``None`` if no key does.
        """
        is_wanted = _matcher(wanted)
        codes = [
            code
            for code, key in self.keys.items()
            if code not in without
            and only in (None, code)
            and any(map(is_wanted, key.symbols(state.group)))
        ]
        for added, modifiers in self._combinations(state.group):
            for code in codes:
                seen = self.symbol(code, state.group, state.modifiers | added)
                if seen and is_wanted(seen):
                    return Stroke(code, modifiers)
        return None

    def _combinations(self, group: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Return sets of keys that reach levels, the fewest first, with the modifiers they set."""
        found: dict[int, int] = {}
        for symbol in self._level_symbols:
            code = self.find_plain(symbol, group)
            sets = self.keys[code].sets if code else 0
            if code and sets and sets not in found:
                found[sets] = code
        for count in range(len(found) + 1):
            for some in itertools.combinations(found.items(), count):
                yield sum(sets for sets, _ in some), tuple(code for _, code in some)

    def find_plain(self, symbol: int, group: int) -> int:
        """Return the key that has a symbol as its first; 0 if none.

        One with few levels is preferred: it stays what it is under other modifiers.
        """
        codes = [code for code, key in self.keys.items() if key.symbols(group)[:1] == (symbol,)]
        return min(codes, key=lambda code: len(self.keys[code].symbols(group)), default=0)

    def find_shortcut_key(self, char: str, group: int) -> int:
        """Return the key a person presses for a character in a shortcut; 0 if there is none.

        The key that has it in the group, at the lowest level; where the group has none, as letters
        of another alphabet, the key of the first group that does; else the key where it is on the
        American keyboard, as toolkits do.
        """
        return self._find_typed(char, group) or self.code_at(_AMERICAN_KEYS.get(char, ""))

    def has_typed(self, char: str, group: int) -> bool:
        """Whether any key that people type on has a character, in any group."""
        return bool(self._find_typed(char, group))

    def _find_typed(self, char: str, group: int) -> int:
        for some in dict.fromkeys((group, *range(_MOST_GROUPS))):
            places = [
                (level, code)
                for code in self._typed_on & self.keys.keys()
                for level, symbol in enumerate(self.keys[code].symbols(some))
                if char_of(symbol) == char
            ]
            if places:
                return min(places)[1]
        return 0

    def find_unaided(self, symbol: int, state: KeyboardState) -> int:
        """Return a key that has a symbol without any other key; 0 if none has."""
        stroke = self.find(symbol, state)
        return stroke.code if stroke and not stroke.modifiers else 0

    def is_plain_in_shortcut(self, stroke: Stroke, group: int) -> bool:
        """Whether a key's ``+`` or ``-`` is taken for that by applications that go by the key.

        It is where the key has no digit, nor a digit's place, and gives the character without
        Shift; ``=`` on it counts as ``+``.
        """
        if stroke.code in map(self.code_at, _DIGIT_PLACES):
            return False
        chars = [char_of(symbol) for symbol in self.keys[stroke.code].symbols(group)[:2]]
        return not _DIGITS & set(chars) and (not stroke.modifiers or chars[0] == "=")

    def is_modifier(self, code: int, group: int) -> bool:
        """Whether a key is one that means something only with others."""
        symbol = next(iter(self.keys[code].symbols(group)), 0)
        return symbol in _MODIFIER_SYMBOLS or symbol in _LEVEL_SYMBOLS

    def shortcut_modifiers(self, group: int) -> int:
        """Return the modifiers that make a key a shortcut: Ctrl, Alt and Super."""
        alt = self.modifiers_of("Alt_L", group) or _USUAL_ALT
        return CONTROL | alt | (self.modifiers_of("Super_L", group) or _USUAL_SUPER)

    def code_at(self, place: str) -> int:
        """Return the keycode at a place, such as ``AD01`` for the American Q; 0 if unknown."""
        return self._places.get(place, 0)

    def modifiers_of(self, symbol_name: str, group: int = 0) -> int:
        """Return the modifiers that a key such as ``Alt_L`` belongs to; 0 if it sets none."""
        code = self.find_plain(keysym_named(symbol_name), group)
        return self.modifier_map.get(code, 0)

    @property
    def free(self) -> list[int]:
        """Keycodes without any symbol or modifier."""
        return [
            code
            for code, key in self.keys.items()
            if code not in self.modifier_map and not any(any(row) for _, row in key.groups)
        ]


def _matcher(wanted: int | str) -> Callable[[int], bool]:
    if isinstance(wanted, str):
        return lambda symbol: char_of(symbol) == wanted
    return lambda symbol: symbol == wanted


class XkbKeyboard:
    """The core keyboard of a display: its map, its state, and symbols lent to it.

    Parameters
    ----------
    display
        The connection; it is told of changes of the map from now on.
    follow_group
        Whether it is also told when another group is switched on.

    Raises
    ------
    ActionError
        The server lacks the extension.
    """

    def __init__(self, display: Display, *, follow_group: bool = False) -> None:
        import xcffib.xkb

        if not display.has_extension("XKEYBOARD"):
            raise ActionError("the X server lacks the XKEYBOARD extension, which tells the keys")
        self._display = display
        self._xkb = display.connection(xcffib.xkb.key)
        self._xkb.UseExtension(1, 0).reply()
        changes = xcffib.xkb.EventType.NewKeyboardNotify | xcffib.xkb.EventType.MapNotify
        state = xcffib.xkb.EventType.StateNotify if follow_group else 0
        self._xkb.SelectEvents(
            *(_CORE_KEYBOARD, changes | state, 0, changes, _EVERY_PART, _EVERY_PART),
            [_GROUP_STATE, _GROUP_STATE],
            is_checked=True,
        ).check()
        self.map = self._read()

    def refresh(self) -> bool:
        """Read the map anew if somebody changed it; return whether it was."""
        changed = False
        while (event := self._display.next_event()) is not None:
            changed |= self.is_change(event)
        if changed:
            self.map = self._read()
        return changed

    def reread(self) -> None:
        """Read the map anew."""
        self.map = self._read()

    @staticmethod
    def is_change(event: Any) -> bool:
        """Whether an event says that the map, or the group that is followed, changed."""
        import xcffib.xkb
        import xcffib.xproto

        # The extension's events share one number, which the library reads as the first of them.
        kinds = (xcffib.xkb.NewKeyboardNotifyEvent, xcffib.xproto.MappingNotifyEvent)
        return isinstance(event, kinds)

    def state(self) -> KeyboardState:
        """Return what is on now."""
        now = self._xkb.GetState(_CORE_KEYBOARD).reply()
        return KeyboardState(int(now.group), int(now.mods), int(now.baseMods))

    def lend(self, code: int, symbols: tuple[int, int] | None) -> None:
        """Put a symbol, and the one with Shift, on a keycode in every group; ``None`` clears it."""
        from xcffib.xkb import KeySymMap

        row = (
            KeySymMap.synthetic([_ALPHABETIC] * 4, 1, 2, 2, list(symbols))
            if symbols
            else KeySymMap.synthetic([0] * 4, 0, 0, 0, [])
        )
        self._xkb.SetMap(
            *(_CORE_KEYBOARD, _SYMBOLS, 0, self._first, self._last),
            *(0, 0),
            *(code, 1, row.nSyms),
            *([0] * 15),
            *(0, [[row]]),
            is_checked=True,
        ).check()

    def _read(self) -> Keymap:
        setup = self._display.connection.setup
        self._first, self._last = int(setup.min_keycode), int(setup.max_keycode)
        answer = self._ask_map(_TYPES | _SYMBOLS)
        types = [_read_type(kind) for kind in answer.types_rtrn]
        rows = dict(enumerate(answer.syms_rtrn, answer.firstKeySym))
        answer = self._ask_map(_MODIFIER_MAP)
        modifier_map = {int(entry.keycode): int(entry.mods) for entry in answer.modmap_rtrn}
        sets = self._read_sets()
        keys = {}
        for code in range(self._first, self._last + 1):
            row = rows.get(code)
            keys[code] = _read_key(row, types, sets.get(code, 0)) if row else Key((), 0, 0)
        return Keymap(keys, modifier_map, self._read_names())

    def _read_names(self) -> dict[int, str]:
        answer = self._xkb.GetNames(_CORE_KEYBOARD, _KEY_NAMES).reply()
        return {
            code: b"".join(name.name).rstrip(b"\0").decode("ascii", "replace")
            for code, name in enumerate(answer.keyNames, answer.firstKey)
        }

    def _read_sets(self) -> dict[int, int]:
        """Return the modifiers that each key sets while it is down."""
        cookie = self._xkb.GetMap(_CORE_KEYBOARD, _ACTIONS, *([0] * 16))
        # The library's own reading of actions never gets past the first one.
        unread = self._display.connection.wait_for_reply(cookie.sequence)
        (raw,) = unread.unpack(f"={unread.known_max}s")
        first, _, count = _ACTION_COUNTS.unpack_from(raw, _ACTION_COUNTS_AT)
        at = _ACTIONS_AT + count + -count % 4
        sets = {}
        for code, own in enumerate(raw[_ACTIONS_AT : _ACTIONS_AT + count], first):
            if own and raw[at] == _SET_MODIFIERS:
                sets[code] = raw[at + 2]
            at += own * _ACTION_SIZE
        return sets

    def _ask_map(self, parts: int) -> Any:
        return self._xkb.GetMap(_CORE_KEYBOARD, parts, *([0] * 16)).reply()


def _read_type(kind: Any) -> KeyType:
    preserved = [int(entry.mask) for entry in kind.preserve] or [0] * len(kind.map)
    levels = {
        int(entry.mods_mask): (int(entry.level), kept)
        for entry, kept in zip(kind.map, preserved, strict=True)
        if entry.active
    }
    return KeyType(int(kind.mods_mask), levels)


def _read_key(row: Any, types: list[KeyType], sets: int) -> Key:
    count = row.groupInfo & 0x0F
    groups = []
    for group in range(count):
        symbols = row.syms[group * row.width : (group + 1) * row.width]
        groups.append((types[row.kt_index[group]], tuple(map(int, symbols))))
    return Key(tuple(groups), int(row.groupInfo) & 0xF0, sets)

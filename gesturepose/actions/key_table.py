"""The keys a person may name, as data: one row a key.

It must not import anything that needs a display: the names are checked when gestures.toml is read,
on machines without one too. pyautogui's names were compared with its own list by a test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the keyboard.

    Attributes
    ----------
    name
        Ours, lower case; what is shown to people.
    pyautogui
        pyautogui's name for it; empty where it has none.
    keysym
        X11's name for the symbol, such as ``Page_Up`` or ``XF86AudioPlay``; empty for a key that
        is named by its character alone.
    aliases
        Other accepted spellings, lower case.
    """

    name: str
    pyautogui: str
    keysym: str
    aliases: tuple[str, ...] = ()


_MODIFIERS = (
    Key("ctrl", "ctrl", "Control_L", ("control", "ctrlleft", "ctrl_left", "leftctrl")),
    Key("ctrlright", "ctrlright", "Control_R", ("ctrl_right", "rightctrl")),
    Key("shift", "shift", "Shift_L", ("shiftleft", "shift_left", "leftshift")),
    Key("shiftright", "shiftright", "Shift_R", ("shift_right", "rightshift")),
    Key("alt", "alt", "Alt_L", ("option", "opt", "altleft", "alt_left", "leftalt")),
    Key("altright", "altright", "Alt_R", ("alt_right", "rightalt", "altgr", "alt_gr")),
    Key(
        "super",
        "win",
        "Super_L",
        ("win", "windows", "cmd", "command", "meta", "winleft", "super_left"),
    ),
    Key("superright", "winright", "Super_R", ("winright", "super_right")),
)

_NAMED = (
    Key("enter", "enter", "Return", ("return",)),
    Key("esc", "esc", "Escape", ("escape",)),
    Key("space", "space", "space", ("spacebar",)),
    Key("tab", "tab", "Tab"),
    Key("backspace", "backspace", "BackSpace", ("back_space",)),
    Key("delete", "delete", "Delete", ("del",)),
    Key("insert", "insert", "Insert", ("ins",)),
    Key("home", "home", "Home"),
    Key("end", "end", "End"),
    Key("pageup", "pageup", "Page_Up", ("page_up", "pgup", "prior")),
    Key("pagedown", "pagedown", "Page_Down", ("page_down", "pgdn", "pgdown", "next")),
    Key("left", "left", "Left", ("arrowleft", "arrow_left", "leftarrow")),
    Key("right", "right", "Right", ("arrowright", "arrow_right", "rightarrow")),
    Key("up", "up", "Up", ("arrowup", "arrow_up", "uparrow")),
    Key("down", "down", "Down", ("arrowdown", "arrow_down", "downarrow")),
    Key("printscreen", "printscreen", "Print", ("print_screen", "prtsc", "print")),
    Key("pause", "pause", "Pause", ("break",)),
    Key("menu", "apps", "Menu", ("apps", "contextmenu")),
    Key("capslock", "capslock", "Caps_Lock", ("caps_lock", "caps")),
    Key("numlock", "numlock", "Num_Lock", ("num_lock",)),
    Key("scrolllock", "scrolllock", "Scroll_Lock", ("scroll_lock",)),
    Key("numadd", "add", "KP_Add", ("num_add", "numplus", "kp_add")),
    Key("numsubtract", "subtract", "KP_Subtract", ("num_subtract", "numminus", "kp_subtract")),
    Key("nummultiply", "multiply", "KP_Multiply", ("num_multiply", "kp_multiply")),
    Key("numdivide", "divide", "KP_Divide", ("num_divide", "kp_divide")),
    Key("numdecimal", "decimal", "KP_Decimal", ("num_decimal", "kp_decimal")),
)

_MEDIA = (
    Key("playpause", "playpause", "XF86AudioPlay", ("play_pause", "play", "mediaplaypause")),
    Key("nexttrack", "nexttrack", "XF86AudioNext", ("next_track", "medianext")),
    Key("prevtrack", "prevtrack", "XF86AudioPrev", ("prev_track", "previoustrack", "mediaprev")),
    Key("stop", "stop", "XF86AudioStop", ("mediastop", "stoptrack")),
    Key("volumeup", "volumeup", "XF86AudioRaiseVolume", ("volume_up",)),
    Key("volumedown", "volumedown", "XF86AudioLowerVolume", ("volume_down",)),
    Key("volumemute", "volumemute", "XF86AudioMute", ("volume_mute", "mute")),
    Key("browserback", "browserback", "XF86Back", ("browser_back",)),
    Key("browserforward", "browserforward", "XF86Forward", ("browser_forward",)),
    Key("browserrefresh", "browserrefresh", "XF86Refresh", ("browser_refresh",)),
    Key("brightnessup", "", "XF86MonBrightnessUp", ("brightness_up",)),
    Key("brightnessdown", "", "XF86MonBrightnessDown", ("brightness_down",)),
)

# name, the character, X11's name, other names
_PUNCTUATION = (
    ("plus", "+", "plus", ()),
    ("minus", "-", "minus", ("hyphen", "dash")),
    ("equal", "=", "equal", ("equals",)),
    ("comma", ",", "comma", ()),
    ("period", ".", "period", ("dot", "fullstop")),
    ("slash", "/", "slash", ()),
    ("backslash", "\\", "backslash", ()),
    ("semicolon", ";", "semicolon", ()),
    ("colon", ":", "colon", ()),
    ("apostrophe", "'", "apostrophe", ("quote",)),
    ("quotedbl", '"', "quotedbl", ("doublequote", "double_quote")),
    ("grave", "`", "grave", ("backtick", "backquote")),
    ("bracketleft", "[", "bracketleft", ("leftbracket", "bracket_left")),
    ("bracketright", "]", "bracketright", ("rightbracket", "bracket_right")),
    ("braceleft", "{", "braceleft", ("leftbrace", "brace_left")),
    ("braceright", "}", "braceright", ("rightbrace", "brace_right")),
    ("parenleft", "(", "parenleft", ("leftparen", "paren_left")),
    ("parenright", ")", "parenright", ("rightparen", "paren_right")),
    ("exclam", "!", "exclam", ("exclamation",)),
    ("at", "@", "at", ()),
    ("numbersign", "#", "numbersign", ("hash",)),
    ("dollar", "$", "dollar", ()),
    ("percent", "%", "percent", ()),
    ("asciicircum", "^", "asciicircum", ("caret", "circumflex")),
    ("ampersand", "&", "ampersand", ("and",)),
    ("asterisk", "*", "asterisk", ("star",)),
    ("underscore", "_", "underscore", ()),
    ("bar", "|", "bar", ("pipe",)),
    ("less", "<", "less", ("lessthan",)),
    ("greater", ">", "greater", ("greaterthan",)),
    ("question", "?", "question", ("questionmark",)),
    ("asciitilde", "~", "asciitilde", ("tilde",)),
)

KEYS: tuple[Key, ...] = (
    *_MODIFIERS,
    *_NAMED,
    *(Key(c, c, c) for c in "abcdefghijklmnopqrstuvwxyz0123456789"),
    *(Key(f"f{n}", f"f{n}", f"F{n}") for n in range(1, 25)),
    *(Key(f"num{n}", f"num{n}", f"KP_{n}", (f"num_{n}", f"kp_{n}")) for n in range(10)),
    *(Key(name, char, sym, (char, *more)) for name, char, sym, more in _PUNCTUATION),
    *_MEDIA,
)
"""Every known key, once."""

MEDIA_KEYS = frozenset(key.name for key in _MEDIA if not key.name.startswith("browser"))
"""Names of the keys that a desktop takes, whichever window is in front."""

BY_NAME: dict[str, Key] = {key.name: key for key in KEYS}
"""Canonical name to key."""

BY_ANY_NAME: dict[str, Key] = {
    spelling: key for key in KEYS for spelling in (key.name, *key.aliases)
}
"""Every accepted spelling, lower case, to key."""


def key_named(name: str) -> Key:
    """Return a key by its canonical name; a character that has no row is a key named by itself.

    Raises
    ------
    KeyError
        No key is called so.
    """
    if name not in BY_NAME and is_character(name):
        return Key(name, "", "")
    return BY_NAME[name]


def is_character(name: str) -> bool:
    """Whether a name is one character that can be seen, such as ``ä``."""
    return len(name) == 1 and name.isprintable() and not name.isspace()

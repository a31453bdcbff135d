"""Whether anybody on an X11 display listens for a media key, whichever window is in front.

Desktops take such keys by a passive grab of the root window; where a grab of ours is granted,
nobody else has one. It must not press anything, and keeps no grab.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SYMBOLS: Final = {
    "playpause": 0x1008FF14,
    "nexttrack": 0x1008FF17,
    "prevtrack": 0x1008FF16,
    "stop": 0x1008FF15,
    "volumeup": 0x1008FF13,
    "volumedown": 0x1008FF11,
    "volumemute": 0x1008FF12,
    "brightnessup": 0x1008FF02,
    "brightnessdown": 0x1008FF03,
}
"""X11's symbols (XF86keysym.h) of keys a desktop takes, by our names."""

PLAYERS: Final = (
    "vlc|mpv|mplayer|celluloid|totem|parole|kodi|haruna|dragon|audacious|rhythmbox|clementine|"
    "strawberry|elisa|amarok|deadbeef|lollypop|spotify|quodlibet"
)
"""Players that take media keys themselves while they are in front."""


def is_grabbed(key: str, display_name: str | None = None) -> bool:
    """Whether a program has grabbed a media key; ``True`` where that cannot be found out.

    Parameters
    ----------
    key
        Its canonical name.
    display_name
        Display such as ``:0``; ``None`` for the environment's.
    """
    import xcffib
    import xcffib.xproto

    symbol = _SYMBOLS.get(key)
    if symbol is None:
        return True
    try:
        connection = xcffib.connect(display=display_name)
    except (xcffib.ConnectionException, OSError):
        return True
    try:
        return any(_is_taken(connection, code) for code in _find_codes(connection, symbol))
    except (xcffib.ConnectionException, OSError):
        return True
    finally:
        connection.disconnect()


def _find_codes(connection: Any, symbol: int) -> Iterator[int]:
    setup = connection.get_setup()
    first, count = setup.min_keycode, setup.max_keycode - setup.min_keycode + 1
    answer = connection.core.GetKeyboardMapping(first, count).reply()
    per_code = answer.keysyms_per_keycode
    for code in range(count):
        if symbol in answer.keysyms[code * per_code : (code + 1) * per_code]:
            yield first + code


def _is_taken(connection: Any, code: int) -> bool:
    from xcffib.xproto import AccessError, GrabMode

    core, root = connection.core, connection.get_setup().roots[connection.pref_screen].root
    no_modifier = 0
    try:
        core.GrabKeyChecked(True, root, no_modifier, code, GrabMode.Async, GrabMode.Async).check()
    except AccessError:
        return True
    core.UngrabKeyChecked(code, root, no_modifier).check()
    return False

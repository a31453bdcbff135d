"""Whether anybody on an X11 display listens for a media key, whichever window is in front.

Desktops take such keys by a passive grab of the root window; where a grab of ours is granted,
nobody else has one. It must not press anything, and keeps no grab.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gesturepose.errors import ActionError
from gesturepose.platforms.x11_display import ConnectionLostError, open_display, watch_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gesturepose.platforms.x11_display import Display

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
    symbol = _SYMBOLS.get(key)
    if symbol is None:
        return True
    try:
        display = open_display(display_name)
    except ActionError:
        return True
    try:
        with watch_connection(display):
            return any(_is_taken(display, code) for code in _find_codes(display, symbol))
    except ConnectionLostError:
        return True
    finally:
        display.close()


def _find_codes(display: Display, symbol: int) -> Iterator[int]:
    setup = display.connection.setup
    first, count = setup.min_keycode, setup.max_keycode - setup.min_keycode + 1
    answer = display.core.GetKeyboardMapping(first, count).reply()
    per_code = answer.keysyms_per_keycode
    for code in range(count):
        if symbol in answer.keysyms[code * per_code : (code + 1) * per_code]:
            yield first + code


def _is_taken(display: Display, code: int) -> bool:
    from xcffib.xproto import AccessError, GrabMode

    no_modifier = 0
    try:
        display.core.GrabKeyChecked(
            True, display.root, no_modifier, code, GrabMode.Async, GrabMode.Async
        ).check()
    except AccessError:
        return True
    display.core.UngrabKeyChecked(code, display.root, no_modifier).check()
    return False

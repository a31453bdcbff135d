"""Where this user's own files are kept, also where there is no home: an account without an entry.

It creates nothing. A relative or missing folder is none: what is kept there would land in
whichever folder the program was started from.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final, Literal, TypeAlias

import platformdirs

Kind: TypeAlias = Literal["config", "data", "cache", "state"]

_NAME: Final = "gesturepose"
_XDG: Final = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "data": ("XDG_DATA_HOME", ".local/share"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
    "state": ("XDG_STATE_HOME", ".local/state"),
}
"""By kind: the variable of the XDG Base Directory Specification, and the place without it."""
NO_HOME: Final = "this account has no home folder; set HOME"
"""Why a folder of `user_folder` is none, and what to do."""


def home() -> Path | None:
    """Return the user's home; ``None`` if there is none that could be named."""
    given = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises where there is none
    if given.is_absolute():
        return given
    if sys.platform == "win32":
        return None
    import pwd

    try:
        entered = Path(pwd.getpwuid(os.getuid()).pw_dir)  # HOME is relative: as if it were not set
    except (KeyError, OSError):  # no entry for the account
        return None
    return entered if entered.is_absolute() else None


def base_folder(kind: Kind) -> Path | None:
    """Return where all programs keep such files on a system that follows the XDG specification."""
    variable, usual = _XDG[kind]
    given = os.environ.get(variable, "")
    if Path(given).is_absolute():  # the specification: others are to be ignored
        return Path(given)
    own = home()
    return None if own is None else own / usual


def user_folder(kind: Kind) -> Path | None:
    """Return this program's own folder; ``None`` where the user has no place for one."""
    if sys.platform not in ("win32", "darwin"):
        base = base_folder(kind)
        return None if base is None else base / _NAME
    try:
        match kind:
            case "config":
                path = platformdirs.user_config_path(_NAME)
            case "data":
                path = platformdirs.user_data_path(_NAME, appauthor=False)
            case "cache":
                path = platformdirs.user_cache_path(_NAME, appauthor=False)
            case "state":
                path = platformdirs.user_state_path(_NAME, appauthor=False)
    except (RuntimeError, KeyError, OSError):
        return None
    return path if path.is_absolute() else None


def expand_home(text: str) -> Path:
    """Return a path with its leading ``~`` replaced by that home; as it is where there is none."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises for '~nobody'

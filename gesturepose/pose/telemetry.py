"""Removes what onnxruntime's telemetry left on this machine while it was not yet switched off.

That it stays off is for the environment (`gesturepose`) and `gesturepose.pose.runtime`. It must not
touch a file that onnxruntime's telemetry does not make.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import tempfile
from pathlib import Path

from gesturepose.platforms.user_folders import user_folder

_SUBFOLDER = Path("Microsoft", "DeveloperTools", ".onnxruntime")
_PATTERNS = ("deviceid", "onnxruntime.db*")
"""A lasting number of this machine, and events that wait to be sent (a database, its journals)."""
_SESSION = re.compile(rb"\d{13}\n[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n")
"""All that the file .ses in the folder of temporary files holds: a time and a number."""
_MARKER = "telemetry-removed"

log = logging.getLogger(__name__)


def remove_traces() -> None:
    """Delete the machine's number and the queued events, once per user.

    Once only, because other programs with onnxruntime keep theirs in the same place, and whether
    they may is not ours to say after the first time. What cannot be deleted is left without a word.
    """
    try:
        state = user_folder("state")
        if state is None or (state / _MARKER).exists():
            return
        removed = [_empty(folder) for folder in _folders()]
        removed.append(_remove_session(Path(tempfile.gettempdir(), ".ses")))
        if any(removed):
            state.mkdir(parents=True, exist_ok=True)
            (state / _MARKER).touch()
    except (OSError, RuntimeError, KeyError) as error:  # no home, or none that may be written
        log.debug("traces of telemetry could not be removed: %s", error)


def _folders() -> list[Path]:
    """Return where onnxruntime puts them: Linux, also without XDG's folder in force, and macOS."""
    home = Path.home()
    folders = [home / ".cache" / _SUBFOLDER, home / "Library" / "Application Support" / _SUBFOLDER]
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return [*folders, Path(cache) / _SUBFOLDER] if Path(cache).is_absolute() else folders


def _empty(folder: Path) -> bool:
    """Delete what it holds of telemetry; ``False`` if that is nothing."""
    files = [path for pattern in _PATTERNS for path in folder.glob(pattern)]
    for path in files:
        path.unlink()
        log.info("removed %s, which onnxruntime's telemetry had left", path)
    if files:
        # With the folders made for them, up to the first that holds something else.
        with contextlib.suppress(OSError):
            for made in (folder, *folder.parents[:2]):
                made.rmdir()
    return bool(files)


def _remove_session(path: Path) -> bool:
    """Delete the file of that name, if its content says that it is the one."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        if _SESSION.fullmatch(file.read(100)):
            path.unlink()
            log.info("removed %s, which onnxruntime's telemetry had left", path)
            return True
    return False

"""Which gestures.toml the user agreed to, of those that lie where the program is started.

Such a mapping acts for whoever starts the program there, and the folder may be somebody else's.
Consent is to a path, once. It is not to its content: who agreed works in that folder, and edits
the file as it is used. Instead, nobody else may be able to change it: it and its folder have to
belong to the user or to root, and others must not be allowed to write them.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import Final, Literal, TypeAlias

from gesturepose.platforms.small_files import UnreadableError, read_small_file, say_why
from gesturepose.platforms.user_folders import NO_HOME, user_folder

_log = logging.getLogger(__name__)

Answer: TypeAlias = Literal["agreed", "declined"]

_FILE_NAME: Final = "folders.json"
_LIMIT_BYTES: Final = 1 << 20


def answer_for(path: Path) -> Answer | None:
    """Return what the user said of a gestures.toml; ``None`` if nobody asked."""
    return _read().get(_key(path))


def remember(path: Path, answer: Answer) -> None:
    """Write down what the user says of a gestures.toml; where that fails, it is said once."""
    answers = _read()
    if answers.get(_key(path)) == answer:
        return
    folder = user_folder("config")
    if folder is None:
        _log.warning("it cannot be remembered that %s may be used: %s", path, NO_HOME)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{_FILE_NAME}.", dir=folder)  # for nobody else
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                json.dump({**answers, _key(path): answer}, file, indent=2)
            Path(name).replace(folder / _FILE_NAME)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except (OSError, ValueError) as error:
        _log.warning("it cannot be remembered that %s may be used: %s", path, say_why(error))


def who_else_may_change(path: Path) -> str:
    """Say who else could change a file, in words to be put behind its name; empty for nobody."""
    if sys.platform == "win32":
        return ""  # permissions are lists there, and a folder of others is rarely open to all
    try:
        target = Path(path).resolve()
        return next(filter(None, (_who(part) for part in (target, target.parent))), "")
    except (OSError, RuntimeError, ValueError) as error:
        return f"may not be looked at: {say_why(error)}"


def _who(path: Path) -> str:
    if sys.platform == "win32":
        return ""
    status = path.stat()
    what = "its folder" if stat.S_ISDIR(status.st_mode) else "it"
    if status.st_uid not in (0, os.geteuid()):
        return f"{what} belongs to another user"
    # In a sticky folder, such as /tmp, nobody replaces another user's file.
    if stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return ""
    if status.st_mode & stat.S_IWOTH:
        return f"everybody may change {what}"
    # Many systems give each user a group of their own, and let that write.
    if status.st_mode & stat.S_IWGRP and status.st_gid not in (0, os.getegid()):
        return f"a group may change {what}"
    return ""


def _key(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, RuntimeError):  # the current folder is gone, or a link leads back to itself
        return str(path)


def _read() -> dict[str, Answer]:
    folder = user_folder("config")
    if folder is None:
        return {}
    try:
        content = read_small_file(folder / _FILE_NAME, limit=_LIMIT_BYTES).content
        answers = json.loads(content)
    except (FileNotFoundError, UnreadableError, ValueError, RecursionError):
        return {}
    if not isinstance(answers, dict):
        return {}
    return {path: said for path, said in answers.items() if said in ("agreed", "declined")}

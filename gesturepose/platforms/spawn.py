"""Starting programs that go on without us: never through a shell unless asked, never waited for.

It must not block: the caller is the thread that also lets go of keys.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
from typing import TYPE_CHECKING

from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOG = logging.getLogger(__name__)


def spawn(command: Sequence[str] | str, *, shell: bool = False) -> None:
    """Start a program in a session of its own, cut off from our terminal, and return at once.

    Parameters
    ----------
    command
        Program and arguments, at least the program; with ``shell``, one line for the shell.
    shell
        Let the system's shell read the line.

    Raises
    ------
    ActionError
        It could not be started. That it failed later is only logged.
    """
    name = command if isinstance(command, str) else command[0]
    try:
        child = subprocess.Popen(  # noqa: S603 (the owner of the mapping wrote the command)
            command if shell else list(command),
            shell=shell,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_child_environment(),
        )
    except FileNotFoundError as error:
        raise ActionError(f"program not found: {name}; install it or give its full path") from error
    except (OSError, ValueError) as error:
        raise ActionError(f"cannot start {name}: {error}") from error
    # Waiting for it is what removes it from the process table; a daemon thread costs less than a
    # table of children somebody must remember to look through.
    threading.Thread(target=_reap, args=(child, name), name=f"reap-{name}", daemon=True).start()


def _reap(child: subprocess.Popen[bytes], name: str) -> None:
    code = child.wait()
    if code != 0:
        _LOG.warning("%s ended with exit code %d", name, code)


def _child_environment() -> dict[str, str]:
    """Return our environment without what OpenCV's wheel adds to it on import.

    It points Qt at its own plug-ins, with which other Qt applications fail to start.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith("QT_QPA_") and f"{os.sep}cv2{os.sep}" in value)
    }

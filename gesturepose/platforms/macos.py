"""macOS: windows by System Events, applications and files by ``open``.

Written from Apple's documentation and not yet run on macOS. Asking about windows needs the
Accessibility permission for the terminal or application we run in. It must not quit an
application, only press a window's close button.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from gesturepose.errors import ActionError
from gesturepose.platforms.base import WindowInfo, pick_window
from gesturepose.platforms.spawn import Program, spawn
from gesturepose.platforms.user_folders import expand_home

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIMEOUT_S = 5.0
_SEPARATOR = "\t"

_FRONT_SCRIPT = """
tell application "System Events"
    set p to first application process whose frontmost is true
    set t to ""
    if (count of windows of p) > 0 then set t to name of front window of p
    return (unix id of p as text) & tab & (name of p) & tab & t
end tell
"""
_LIST_SCRIPT = """
set out to ""
tell application "System Events"
    repeat with p in (application processes whose visible is true)
        repeat with w in windows of p
            set l to (unix id of p as text) & tab & (name of p) & tab & (name of w)
            set out to out & l & linefeed
        end repeat
    end repeat
end tell
return out
"""
_CLOSE_SCRIPT = """
on run argv
    tell application "System Events"
        set p to first application process whose unix id is (item 1 of argv as integer)
        set w to first window of p whose name is (item 2 of argv)
        click (first button of w whose subrole is "AXCloseButton")
    end tell
end run
"""
_NOTIFY_SCRIPT = """
on run argv
    display notification (item 1 of argv) with title "GesturePose"
end run
"""


class MacPlatform:
    """The macOS desktop."""

    session_type = "macos"

    def active_window(self) -> WindowInfo | None:
        """Return the front window of the frontmost application."""
        lines = _ask(_FRONT_SCRIPT).splitlines()
        return _parse(lines[0]) if lines else None

    def list_windows(self) -> list[WindowInfo]:
        """Return the windows of visible applications; the frontmost application's first."""
        front = self.active_window()
        windows = [_parse(line) for line in _ask(_LIST_SCRIPT).splitlines() if line.strip()]
        return sorted(windows, key=lambda window: front is None or window.pid != front.pid)

    def close_window(self, text: str) -> None:
        """Click the window's close button."""
        window = pick_window(self, text)
        _ask(_CLOSE_SCRIPT, str(window.pid), window.title)

    def check_reach(self) -> None:
        """Do nothing: input reaches whichever window is in front."""

    def hears(self, key: str) -> bool:  # noqa: ARG002
        """Whether media keys are heard: the system itself takes them."""
        return True

    def launch(self, app: str | Sequence[str]) -> Program | None:
        """Start an application by name, bundle path or program."""
        if not isinstance(app, str):
            return spawn(app)
        answer = _run(["open", "-a", app])
        if answer.returncode != 0:
            raise ActionError(f"no application {app!r} is installed; give its name or .app path")
        return None

    def open(self, target: str) -> None:
        """Open with the associated application."""
        path = target if "://" in target else str(expand_home(target))
        if path.startswith("-"):  # a file, not an option
            path = f"./{path}"
        answer = _run(["open", path])
        if answer.returncode != 0:
            raise ActionError(f"cannot open {target}: {answer.stderr.strip()}")

    def notify(self, text: str) -> None:
        """Show a notification."""
        _ask(_NOTIFY_SCRIPT, text)

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 (programs of the system, arguments as a list)
            argv, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ActionError(f"{argv[0]} failed: {error}") from error


def _ask(script: str, *arguments: str) -> str:
    answer = _run(["osascript", "-e", script, *arguments])
    if answer.returncode != 0:
        raise ActionError(
            f"macOS refused: {' '.join(answer.stderr.split())}; allow it in System Settings, "
            "Privacy & Security, Accessibility"
        )
    return answer.stdout


def _parse(line: str) -> WindowInfo:
    pid, app, title = [*line.split(_SEPARATOR, 2), "", ""][:3]
    number = int(pid) if pid.isdigit() else None
    # macOS numbers windows per application only; the process stands in.
    return WindowInfo(title=title, app=app, pid=number, window_id=number or 0)

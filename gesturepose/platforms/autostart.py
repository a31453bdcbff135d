"""Starting at login, by each system's own way, for the present user only.

A desktop file on Linux, a value of the registry's Run key on Windows, a launch agent on macOS;
written from the references and, but for Linux, not yet run. It starts the desktop app by the full
path of the interpreter that runs now, so that a virtual environment need not be active.
"""

from __future__ import annotations

import contextlib
import plistlib
import subprocess
import sys
from pathlib import Path

from gesturepose.errors import GesturePoseError
from gesturepose.platforms.user_folders import NO_HOME, base_folder, home

_NAME = "GesturePose"
_ID = "gesturepose"
_RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"


def command() -> list[str]:
    """Program and arguments that start the desktop app."""
    return [sys.executable, "-m", "gesturepose"]


def is_enabled() -> bool:
    """Whether the app starts at login; ``False`` also where that cannot be found out."""
    try:
        if sys.platform == "win32":
            return _read_run_value() is not None
        if sys.platform == "darwin":
            return _agent_path().is_file()
        text = _desktop_path().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    # A desktop's own settings switch an entry off in these ways, and leave the file there.
    lines = {line.replace(" ", "").lower() for line in text.splitlines()}
    return not lines & {"hidden=true", "x-gnome-autostart-enabled=false"}


def enable() -> None:
    """Start the app at each login from now on.

    Raises
    ------
    GesturePoseError
        It cannot be written down.
    """
    try:
        if sys.platform == "win32":
            _write_run_value(windows_command(command()))
        elif sys.platform == "darwin":
            _write(_agent_path(), launch_agent(command()))
        else:
            _write(_desktop_path(), desktop_entry(command()).encode())
    except OSError as error:
        raise GesturePoseError(_cannot("written", error)) from error


def disable() -> None:
    """Start it no more; does nothing where it does not.

    Raises
    ------
    GesturePoseError
        It cannot be taken back.
    """
    try:
        if sys.platform == "win32":
            _write_run_value(None)
        else:
            path = _agent_path() if sys.platform == "darwin" else _desktop_path()
            path.unlink(missing_ok=True)
    except OSError as error:
        raise GesturePoseError(_cannot("removed", error)) from error


def desktop_entry(argv: list[str]) -> str:
    """Return the desktop file that starts a program at login (Desktop Application Autostart)."""
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        f"Name={_NAME}\n"
        "Comment=Run the computer with body movement\n"
        f"Exec={' '.join(map(_quote_exec, argv))}\n"
        "Terminal=false\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def windows_command(argv: list[str]) -> str:
    """Return the line that Windows runs at login; without a console window where that is there."""
    program = argv[0]
    windowed = program.removesuffix("python.exe") + "pythonw.exe"
    if program.endswith("python.exe") and Path(windowed).is_file():
        argv = [windowed, *argv[1:]]
    return subprocess.list2cmdline(argv)


def launch_agent(argv: list[str]) -> bytes:
    """Return the property list that has macOS start a program at login."""
    return plistlib.dumps(
        {
            "Label": f"org.{_ID}.{_ID}",
            "ProgramArguments": argv,
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
    )


def _quote_exec(word: str) -> str:
    """Quote an argument as the Desktop Entry Specification asks for in ``Exec``."""
    for char in '\\"`$':
        word = word.replace(char, "\\" + char)
    # The file's own escaping of backslashes comes on top, and % begins a field code.
    word = word.replace("\\", "\\\\").replace("%", "%%")
    return f'"{word}"'


def _desktop_path() -> Path:
    folder = base_folder("config")
    if folder is None:
        raise OSError(NO_HOME)
    return folder / "autostart" / f"{_ID}.desktop"


def _agent_path() -> Path:
    folder = home()
    if folder is None:
        raise OSError(NO_HOME)
    return folder / "Library" / "LaunchAgents" / f"org.{_ID}.{_ID}.plist"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _cannot(verb: str, error: OSError) -> str:
    return (
        f"start at login cannot be {verb}: {error.strerror or error}; check the permissions of "
        f"{error.filename or 'your settings'}"
    )


def _read_run_value() -> str | None:
    if sys.platform != "win32":
        raise OSError("this is not Windows")
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
            return str(winreg.QueryValueEx(key, _NAME)[0])
    except FileNotFoundError:
        return None


def _write_run_value(value: str | None) -> None:
    if sys.platform != "win32":
        raise OSError("this is not Windows")
    import winreg

    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
        if value is not None:
            winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, value)
            return
        with contextlib.suppress(FileNotFoundError):
            winreg.DeleteValue(key, _NAME)

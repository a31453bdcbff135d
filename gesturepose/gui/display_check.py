"""Whether a window can be shown here, found out before Qt is asked.

Qt ends the whole process when it finds no display or misses a library; here the same becomes one
line that names the fix. It imports Qt only to find where its files lie, and makes no window.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

from gesturepose.errors import ActionError, GesturePoseError

_FIX = "or run 'gesturepose --no-gui'"
_HEADLESS_PLATFORMS = ("offscreen", "minimal", "vnc")
_PACKAGES = (
    "libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 "
    "libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libfontconfig1 "
    "libdbus-1-3 libgssapi-krb5-2 libbrotli1"
)


def check_display() -> None:
    """Raise an error that names the fix where no window can be shown.

    Raises
    ------
    GesturePoseError
        There is no display, it cannot be reached, or Qt lacks a library of the system.
    """
    try:
        import PySide6.QtNetwork
        import PySide6.QtWidgets
    except ImportError as error:
        raise GesturePoseError(_describe_missing(str(error))) from error
    if sys.platform != "linux":
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if platform in _HEADLESS_PLATFORMS:
        return
    wayland = _wayland_socket()
    if wayland is not None and platform != "xcb":
        return
    display = os.environ.get("DISPLAY")
    if not display:
        raise GesturePoseError(
            f"no display (neither DISPLAY nor WAYLAND_DISPLAY is set); log in to a desktop, {_FIX}"
        )
    _check_x11(display)
    _check_plugin(Path(PySide6.QtWidgets.__file__).parent)


def drop_foreign_plugins() -> None:
    """Forget the Qt plug-in folders that opencv-python sets when it is imported.

    They hold another Qt's plug-ins, with which this one cannot start. Call it right before the
    application object is made, whichever was imported first.
    """
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in Path(os.environ.get(name, "")).parts:
            del os.environ[name]


def _wayland_socket() -> Path | None:
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return None
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / name
    return path if path.exists() else None


def _check_x11(display: str) -> None:
    from gesturepose.platforms.x11_display import open_display

    try:
        open_display(display).close()
    except ActionError as error:
        raise GesturePoseError(
            f"the display {display} cannot be reached; log in to a desktop, {_FIX}"
        ) from error


def _check_plugin(package: Path) -> None:
    """Load Qt's X11 plug-in as Qt would; its error names the library that is missing."""
    plugin = package / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.exists():  # a Qt of the distribution's, which brings its libraries
        return
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        raise GesturePoseError(_describe_missing(str(error))) from error


def _describe_missing(reason: str) -> str:
    match = re.search(r"(lib[\w.+-]+\.so[\w.]*): cannot open", reason)
    if match is None:
        return f"the desktop app cannot start: {reason}; reinstall GesturePose, {_FIX}"
    return (
        f"the desktop app needs {match[1]}; on Debian or Ubuntu: "
        f"apt-get install {_PACKAGES}; {_FIX}"
    )

"""Connecting to an X server through python-xlib, with an error that names the fix.

python-xlib as pyautogui brings it fails where there is no authority file, prints to standard
output about it, and overlooks cookies valid for any host name. The cookie is therefore looked up
here, for every later connection of this process, pyautogui's own included.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Iterator

_COOKIE = b"MIT-MAGIC-COOKIE-1"
_FAMILY_LOCAL, _FAMILY_WILD = 256, 65535


class ConnectionLostError(ActionError):
    """The X server went away, or closed our connection."""

    def __init__(self) -> None:
        super().__init__("the X server closed the connection; start again once it runs")


def open_display(name: str | None = None) -> Any:
    """Connect to an X server.

    Parameters
    ----------
    name
        Display such as ``:0``; ``None`` for the environment's.

    Returns
    -------
    Xlib.display.Display
        The connection; close it after use. For one thread.

    Raises
    ------
    ActionError
        There is no display, it refuses us, or python-xlib is missing.
    """
    name = name or os.environ.get("DISPLAY")
    if not name:
        raise ActionError(_no_display())
    mend_xlib()
    import Xlib.display
    import Xlib.error

    try:
        display = Xlib.display.Display(name)
    except (Xlib.error.DisplayError, Xlib.error.XauthError, OSError) as error:
        why = " ".join(str(error).split())
        raise ActionError(
            f"cannot use the display {name}: {why}; check DISPLAY and XAUTHORITY, or use --dry-run"
        ) from error
    # Windows come and go while they are asked about; those errors are answered where they matter.
    display.set_error_handler(lambda *_: None)
    return display


@contextlib.contextmanager
def watch_connection(display: Any) -> Iterator[None]:
    """Turn the loss of a connection within a ``with`` statement into a clear error.

    Parameters
    ----------
    display
        The connection; its socket is closed when it was lost.

    Raises
    ------
    ConnectionLostError
        The X server went away.
    """
    import Xlib.error

    try:
        yield
    except (Xlib.error.ConnectionClosedError, OSError, TypeError) as error:
        # python3-xlib 0.15 fails with a TypeError while it reports that sending failed.
        if isinstance(error, TypeError) and not isinstance(error.__context__, OSError):
            raise
        display.display.socket.close()
        raise ConnectionLostError from error


def _no_display() -> str:
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland":
        return (
            "no display: this Wayland session has no X11 display to send keys to; log in to an "
            "X11 (Xorg) session, or use --dry-run"
        )
    return "no display: set DISPLAY to an X11 display, or use --dry-run"


def mend_xlib() -> None:
    """Make python-xlib connect by this module's rules; call before anything else connects.

    Raises
    ------
    ActionError
        python-xlib is not installed.
    """
    try:
        from Xlib.support import unix_connect
    except ImportError as error:
        raise ActionError("python-xlib is missing; install it with: pip install pyautogui") from (
            error
        )
    unix_connect.get_auth = _get_auth
    unix_connect.get_socket = _get_socket


def _get_socket(name: str, host: str, number: int) -> socket.socket:
    """Connect as python-xlib does, but leave no socket open when that fails."""
    import Xlib.error

    try:
        if host and host != "unix":
            return socket.create_connection((host, 6000 + number))
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108 (where X servers listen)
        except OSError:
            connection.close()
            raise
    except OSError as error:
        raise Xlib.error.DisplayConnectionError(name, str(error)) from error
    return connection


def _get_auth(_sock: Any, _name: str, host: str, number: int) -> tuple[bytes | str, bytes | str]:
    path = os.environ.get("XAUTHORITY") or str(Path("~/.Xauthority").expanduser())
    try:
        raw = Path(path).read_bytes()
    except OSError:
        raw = b""
    cookie = find_cookie(raw, host=host, number=number)
    # Empty text is how python-xlib says 'no authentication'; a server may well allow that.
    return (_COOKIE, cookie) if cookie is not None else ("", "")


def find_cookie(raw: bytes, *, host: str, number: int) -> bytes | None:
    """Find the cookie of a display in an authority file.

    Parameters
    ----------
    raw
        The file: entries of a big-endian 16-bit family, then address, display number, name and
        value, each a 16-bit length and its bytes (libXau's ``AuFileName`` format).
    host
        Host of the display; empty for this machine.
    number
        Number of the display.

    Returns
    -------
    bytes or None
        An entry for this host is preferred to one for any host; a file cut short counts as far
        as it goes.
    """
    local = not host or host in ("localhost", "unix")
    address = (socket.gethostname() if local else host).encode()
    fallback: bytes | None = None
    at = 0
    while at + 2 <= len(raw):
        (family,) = struct.unpack_from(">H", raw, at)
        at += 2
        fields: list[bytes] = []
        for _ in range(4):
            if at + 2 > len(raw):
                return fallback
            (length,) = struct.unpack_from(">H", raw, at)
            fields.append(raw[at + 2 : at + 2 + length])
            at += 2 + length
        if at > len(raw):
            return fallback
        entry_address, entry_number, name, cookie = fields
        if name != _COOKIE or entry_number not in (b"", str(number).encode()):
            continue
        if family == _FAMILY_LOCAL and local and entry_address == address:
            return cookie
        if not local and family != _FAMILY_WILD and entry_address == _packed(host):
            return cookie
        if family == _FAMILY_WILD and fallback is None:
            fallback = cookie
    return fallback


def _packed(host: str) -> bytes:
    try:
        return socket.inet_aton(socket.gethostbyname(host))
    except OSError:
        return b""

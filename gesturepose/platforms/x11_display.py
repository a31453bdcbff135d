"""Connecting to an X server through libxcb, with an error that names the fix.

libxcb finds the authority file and the cookie itself, but writes a server's refusal straight to
standard error; the server is therefore asked once beforehand, so that there is one line, ours. It
must not inject input, nor know what windows are.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Iterator

_COOKIE = b"MIT-MAGIC-COOKIE-1"
_FAMILY_LOCAL, _FAMILY_WILD = 256, 65535
_ANSWER_S = 10.0
_MOST_PROPERTY_WORDS = 1 << 18  # 1 MiB; a title or a list of windows is far smaller


class ConnectionLostError(ActionError):
    """The X server went away, or closed our connection."""

    def __init__(self) -> None:
        super().__init__("the X server closed the connection; start again once it runs")


class Display:
    """A connection to an X server. For one thread.

    Parameters
    ----------
    connection
        An ``xcffib.Connection``.

    Attributes
    ----------
    connection
        The same, for extensions and new identifiers.
    core
        Requests of the core protocol; those with an answer wait for it in ``reply()``.
    root
        The root window of the screen.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.core = connection.core
        self.screen = connection.setup.roots[connection.pref_screen]
        self.root = int(self.screen.root)
        self._atoms: dict[str, int] = {}

    def has_extension(self, name: str) -> bool:
        """Whether the server has an extension."""
        return bool(self.core.QueryExtension(len(name), name).reply().present)

    def atom(self, name: str) -> int:
        """Return the server's number of a name."""
        if name not in self._atoms:
            self._atoms[name] = int(self.core.InternAtom(False, len(name), name).reply().atom)
        return self._atoms[name]

    def read_property(self, window: int, name: str) -> bytes | tuple[int, ...] | None:
        """Return a property's value: bytes, or numbers of 16 or 32 bits.

        Returns
        -------
        bytes, tuple of int or None
            ``None`` when the property or the window is not there.
        """
        import xcffib

        try:
            found = self.core.GetProperty(
                False, window, self.atom(name), 0, 0, _MOST_PROPERTY_WORDS
            ).reply()
        except xcffib.Error:
            return None
        raw = b"".join(found.value)
        if found.format == 8:
            return raw
        if found.format in (16, 32):
            code = {16: "H", 32: "I"}[found.format]
            return struct.unpack(f"={len(raw) * 8 // found.format}{code}", raw)
        return None

    def next_event(self) -> Any:
        """Return the next event that is there already; ``None`` when there is none.

        Errors of requests that nobody waited for, such as to windows that are gone, are dropped.
        """
        import xcffib

        while True:
            try:
                return self.connection.poll_for_event()
            except xcffib.Error:
                continue

    def sync(self) -> None:
        """Send everything and wait until the server has worked it off."""
        self.core.GetInputFocus().reply()

    def fileno(self) -> int:
        """Return the socket, to wait for; see `next_event` first, some may have been read."""
        return int(self.connection.get_file_descriptor())

    def close(self) -> None:
        """Disconnect; twice is harmless."""
        self.connection.disconnect()


def open_display(name: str | None = None) -> Display:
    """Connect to an X server.

    Parameters
    ----------
    name
        Display such as ``:0``; ``None`` for the environment's.

    Returns
    -------
    Display
        The connection; close it after use. For one thread.

    Raises
    ------
    ActionError
        There is no display, it refuses us, or a library is missing.
    """
    name = name or os.environ.get("DISPLAY")
    if not name:
        raise ActionError(_no_display())
    _import_xcffib()
    import xcffib

    trouble = ""
    try:
        trouble = _ask_before(name)
        return Display(xcffib.Connection(display=name))
    except (_RefusedError, xcffib.XcffibException, UnicodeError) as error:
        why = str(error) if isinstance(error, _RefusedError) else trouble or str(error)
        raise ActionError(
            f"cannot use the display {name}: {' '.join(why.split()).rstrip('.')}; check DISPLAY "
            "and XAUTHORITY, or use --dry-run"
        ) from error


@contextlib.contextmanager
def watch_connection(display: Display) -> Iterator[None]:
    """Turn the loss of a connection within a ``with`` statement into a clear error.

    Parameters
    ----------
    display
        The connection; it is closed when it was lost.

    Raises
    ------
    ConnectionLostError
        The X server went away.
    """
    import xcffib

    try:
        yield
    except xcffib.Error:
        raise  # The server's answer to a request: it is alive.
    except xcffib.XcffibException as error:
        display.close()
        raise ConnectionLostError from error


def _no_display() -> str:
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland":
        return (
            "no display: this Wayland session has no X11 display to send keys to; log in to an "
            "X11 (Xorg) session, or use --dry-run"
        )
    return "no display: set DISPLAY to an X11 display, or use --dry-run"


def _import_xcffib() -> None:
    """Load libxcb with all requests used anywhere; they must be known before a connection is made.

    While one is made the list of them is gone through, and another thread must not add to it.
    """
    try:
        import xcffib.shape
        import xcffib.xkb
        import xcffib.xproto
        import xcffib.xtest  # noqa: F401 (registers itself)
    except ImportError as error:
        raise ActionError(
            f"xcffib is missing ({error}); install it with: pip install xcffib"
        ) from error
    except OSError as error:
        raise ActionError(
            f"the library libxcb.so.1 cannot be loaded ({error}); on Debian or Ubuntu: "
            "apt-get install libxcb1"
        ) from error


# A setup request: byte order, protocol 11.0, and how long name and cookie are.
_REQUEST = struct.Struct("=BxHHHH2x")
_REFUSED = 0


class _RefusedError(Exception):
    """A server's own words for letting nobody of our kind in."""


def _ask_before(name: str) -> str:
    """Return why a server cannot be asked; empty if it lets us in. libxcb may know another way.

    Raises
    ------
    _RefusedError
        It was asked, and refuses us.
    """
    parts = re.fullmatch(r"(?:unix)?([^/:]*):(\d+)(?:\.\d+)?", name)
    if parts is None:
        return ""
    host, number = parts[1], int(parts[2])
    cookie = find_cookie(_read_authority(), host=host, number=number) or b""
    method = _COOKIE if cookie else b""
    order = ord("l" if sys.byteorder == "little" else "B")
    request = _REQUEST.pack(order, 11, 0, len(method), len(cookie))
    try:
        with _connect(host, number) as connection:
            connection.sendall(request + _padded(method) + _padded(cookie))
            answer = connection.recv(8, socket.MSG_WAITALL)
            if len(answer) == 8 and answer[0] != _REFUSED:
                return ""
            reason = connection.recv(answer[1], socket.MSG_WAITALL) if answer[1:] else b""
    except TimeoutError as error:
        raise _RefusedError(f"the server did not answer within {_ANSWER_S:g} s") from error
    except (FileNotFoundError, ConnectionRefusedError):
        return "no X server runs there"
    except OSError as error:
        return error.strerror or str(error)
    raise _RefusedError(reason.decode("latin-1") or "the server closed the connection")


def _connect(host: str, number: int) -> socket.socket:
    if host:
        return socket.create_connection((host, 6000 + number), timeout=_ANSWER_S)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_ANSWER_S)
        connection.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108 (where X servers listen)
    except OSError:
        connection.close()
        raise
    return connection


def _padded(raw: bytes) -> bytes:
    return raw + bytes(-len(raw) % 4)


def _read_authority() -> bytes:
    try:
        path = os.environ.get("XAUTHORITY") or Path("~/.Xauthority").expanduser()
        return Path(path).read_bytes()
    except (OSError, RuntimeError):  # none, or an account without a home
        return b""


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

"""One HTTP request and its answer, read with the patience that cameras need.

Cameras answer ``ICY 200 OK``, give two lengths, lines that are no headers, or no head at all, where
a strict HTTP library ends the conversation. What is read is bounded in bytes and in time, whatever
the other side sends. Logins and redirects are not decided here. No proxy is asked, no ``.netrc``
read.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from typing import TYPE_CHECKING

from gesturepose.errors import SourceError

if TYPE_CHECKING:
    from gesturepose.capture.address import Address

_CHUNK_BYTES = 1 << 16
_MAX_HEAD_BYTES = 1 << 16
_MAX_AT_ONCE_BYTES = 1 << 23
_STATUS = re.compile(rb"(?i)(?:(?:HTTP|RTSP)/\d(?:\.\d)?|ICY)[ \t]+(\d{3})[ \t]*([^\r\n]{0,80})")
_HEAD_END = re.compile(rb"\n\r?\n")
_MAX_SIZE_LINE = 1 << 10


class Answer:
    """Status, headers and a body that is read bit by bit; `close` it.

    Parameters
    ----------
    connection
        What the body comes from; the answer owns it from here on.
    head
        Status line and header lines; empty if there were none.
    body
        What was read of the body already.

    Attributes
    ----------
    status, reason
        Of the status line; 200 where there was none.
    closed
        Whether the other side has ended the body.
    """

    def __init__(self, connection: socket.socket, head: bytes, body: bytes) -> None:
        self._connection = connection
        match = _STATUS.match(head)
        self.status = int(match.group(1)) if match else 200
        reason = match.group(2).decode("latin-1") if match else ""
        self.reason = "".join(char for char in reason if char.isprintable()).strip()
        self.closed = False
        self._headers = _parse_headers(head)
        coding = ",".join(self.get_all("transfer-encoding")).lower()
        self._chunks = _Chunks() if "chunked" in coding else None
        self._ready = self._decode(body) if body else b""

    def get_all(self, name: str) -> list[str]:
        """Return every value of a header, whose name is in lower case."""
        return [value for known, value in self._headers if known == name]

    @property
    def kind(self) -> str:
        """The media type in lower case; empty if none is given."""
        values = self.get_all("content-type")
        return values[0].split(";", 1)[0].strip().lower() if values else ""

    @property
    def length(self) -> int | None:
        """What the body is said to be long, in bytes; ``None`` if that is not said, or twice."""
        values = set(self.get_all("content-length"))
        text = values.pop() if len(values) == 1 else ""
        return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else None

    def receive(self, limit_s: float) -> bytes:
        """Wait for more of the body, then return all of it that has arrived; empty at its end.

        Raises
        ------
        TimeoutError
            Nothing came within ``limit_s`` seconds.
        OSError
            The connection broke.
        """
        deadline = time.monotonic() + limit_s
        taken, self._ready = bytearray(self._ready), b""
        while not taken and not self.closed:
            taken += self._decode(_receive(self._connection, deadline))
        # What waits in the system's queue is delay: it is taken too, up to a limit.
        self._connection.settimeout(0)
        try:
            while not self.closed and len(taken) < _MAX_AT_ONCE_BYTES:
                taken += self._decode(self._connection.recv(_CHUNK_BYTES))
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            if not taken:
                raise
        return bytes(taken)

    def put_back(self, body: bytes) -> None:
        """Have `receive` return these bytes before any other."""
        self._ready = body + self._ready

    def close(self) -> None:
        """Hang up; closing twice is harmless."""
        self._connection.close()

    def _decode(self, raw: bytes) -> bytes:
        if not raw:
            self.closed = True
            return b""
        if self._chunks is None:
            return raw
        decoded = self._chunks.decode(raw)
        self.closed = self._chunks.ended
        return decoded


class _Chunks:
    """Takes chunked transfer apart; what only claims to be chunked passes unchanged."""

    def __init__(self) -> None:
        self.ended = False
        self._buffer = bytearray()
        self._left = 0
        self._is_raw = False

    def decode(self, raw: bytes) -> bytes:
        """Return what the body gains by these bytes."""
        self._buffer += raw
        decoded = bytearray()
        while self._buffer and not self.ended:
            if self._is_raw:
                self._left = len(self._buffer)
            if self._left:
                part = self._buffer[: self._left]
                del self._buffer[: len(part)]
                self._left -= len(part)
                decoded += part
            elif not self._take_size():
                break
        return bytes(decoded)

    def _take_size(self) -> bool:
        """Take the line with the next chunk's size; ``False`` while it is incomplete."""
        size = re.match(rb"[\r\n]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]{0,200})?\r?\n", self._buffer)
        if size is not None:
            self._left = int(size.group(1), 16)
            self.ended = self._left == 0
            del self._buffer[: size.end()]
            return True
        stripped = self._buffer.lstrip(b"\r\n")
        begins_well = re.match(rb"[0-9A-Fa-f]{1,15}(?:$|[ \t;\r])", stripped) or not stripped
        self._is_raw = not begins_well or len(self._buffer) > _MAX_SIZE_LINE
        return self._is_raw


def ask(address: Address, *, deadline: float, target: str = "", authorization: str = "") -> Answer:
    """Ask for an address and read the answer's head.

    Parameters
    ----------
    address
        Where; its login is not used.
    deadline
        When to give up, as `time.monotonic` has it.
    target
        What to ask for instead of the address's own path and query.
    authorization
        The header that logs in.

    Raises
    ------
    SourceError
        Nobody answers, or what answers does not speak HTTP.
    """
    lines = [
        f"GET {target or address.target or '/'} HTTP/1.1",
        f"Host: {address.netloc}",
        "User-Agent: GesturePose",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if authorization:
        lines.append(f"Authorization: {authorization}")
    return exchange(address, lines, deadline=deadline)


def exchange(address: Address, lines: list[str], *, deadline: float) -> Answer:
    """Send the lines of a request, whatever they ask for, and read the answer's head.

    Raises
    ------
    SourceError
        Nobody answers, or what answers does not speak HTTP, nor RTSP, which is alike.
    """
    request = "\r\n".join([*lines, "", ""]).encode("utf-8")
    connection = _connect(address, deadline)
    try:
        connection.settimeout(_left_s(deadline))
        connection.sendall(request)
        return _read_answer(connection, address.name, deadline)
    except TimeoutError:
        connection.close()
        raise SourceError(
            f"source: {address.name} took the connection and gave no answer in time; "
            "check the address and that it is a camera"
        ) from None
    except OSError as error:
        connection.close()
        raise SourceError(
            f"source: {address.name} broke off the connection: {_describe(error)}"
        ) from None
    except BaseException:
        connection.close()
        raise


def _connect(address: Address, deadline: float) -> socket.socket:
    name = address.name
    try:
        connection = socket.create_connection(
            (address.host, address.port), timeout=_left_s(deadline)
        )
    except TimeoutError:
        raise SourceError(
            f"source: {name} cannot be reached: no answer in time; "
            "check the address and that it is on"
        ) from None
    except (OSError, ValueError) as error:
        raise SourceError(
            f"source: {name} cannot be reached: {_describe(error)}; "
            "check the address and that it is on"
        ) from None
    if address.scheme != "https":
        return connection
    try:
        connection.settimeout(_left_s(deadline))
        context = ssl.create_default_context()
        return context.wrap_socket(connection, server_hostname=address.host)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        raise SourceError(
            f"source: the certificate of {name} is not trusted: {error.verify_message}; if it is "
            "the camera's own, name its file in the environment variable SSL_CERT_FILE"
        ) from None
    except (OSError, ValueError) as error:
        connection.close()
        raise SourceError(
            f"source: {name} cannot be reached over TLS: {_describe(error)}; "
            "does it want http:// instead?"
        ) from None


def _read_answer(connection: socket.socket, name: str, deadline: float) -> Answer:
    """Read up to the end of the head, or to what shows that there is none."""
    buffer = bytearray()
    while True:
        received = _receive(connection, deadline)
        buffer += received
        if not buffer:
            raise SourceError(f"source: {name} closes the connection without an answer")
        if not _may_be_head(buffer):
            return Answer(connection, b"", bytes(buffer))
        end = _HEAD_END.search(buffer)
        if end is not None:
            answer = Answer(connection, bytes(buffer[: end.end()]), bytes(buffer[end.end() :]))
            if not 100 <= answer.status < 200:
                return answer
            buffer = buffer[end.end() :]  # 'go on': the answer itself follows
        elif not received:
            return Answer(connection, bytes(buffer), b"")
        elif len(buffer) > _MAX_HEAD_BYTES:
            raise SourceError(f"source: {name} sends headers without end; it is no camera")


def _may_be_head(buffer: bytearray) -> bool:
    start = bytes(buffer[:5]).upper()
    return any(word.startswith(start[: len(word)]) for word in (b"HTTP/", b"RTSP/", b"ICY "))


def _parse_headers(head: bytes) -> list[tuple[str, str]]:
    """Return names in lower case with their values; lines that are no headers are passed over."""
    headers: list[tuple[str, str]] = []
    for line in head.split(b"\n")[1:]:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("latin-1")
        name, colon, value = text.partition(":")
        if text[:1] in (" ", "\t") and headers and text.strip():
            known, before = headers.pop()
            headers.append((known, f"{before} {text.strip()}"))
        elif colon:
            headers.append((name.strip().lower(), value.strip()))
    return headers


def _receive(connection: socket.socket, deadline: float) -> bytes:
    connection.settimeout(_left_s(deadline))
    return connection.recv(_CHUNK_BYTES)


def _left_s(deadline: float) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s


def _describe(error: BaseException) -> str:
    """Say what the system says, without what libraries add to it."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "TLS failed").replace("_", " ").lower()
    return getattr(error, "strerror", None) or type(error).__name__

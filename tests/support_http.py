"""Real HTTP servers on loopback: one to stall, kill and start again, one that answers anything."""

from __future__ import annotations

import base64
import contextlib
import functools
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from gesturepose.capture.opencv import cv2

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from gesturepose.datatypes import ImageArray


class MjpegServer:
    """Serves pictures as multipart/x-mixed-replace at ``url`` until `kill`.

    ``/stream`` sends the pictures, ``/page`` an HTML page, and each name in ``files`` that file's
    bytes. Every picture is sent in turn, over and over; with ``loop=False`` the connection ends
    after the last.
    """

    def __init__(
        self,
        images: Iterable[ImageArray],
        *,
        fps: float = 50.0,
        loop: bool = True,
        content_length: bool = True,
        credentials: str = "",
        files: dict[str, bytes] | None = None,
    ) -> None:
        self.pictures = [cv2.imencode(".jpg", image)[1].tobytes() for image in images]
        self.fps = fps
        self.loop = loop
        self.content_length = content_length
        self.credentials = credentials
        self.files = files or {}
        self.stalled = threading.Event()
        self.connections = 0
        self._clients: list[socket.socket] = []
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/stream"

    @property
    def running(self) -> bool:
        return self._server is not None

    def admit(self, client: socket.socket) -> None:
        self._clients.append(client)

    def kill(self) -> None:
        """Die as a killed process does: every connection is reset, the port refuses."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.shutdown(socket.SHUT_RDWR)
        self._clients.clear()
        if self._thread is not None:
            self._thread.join()

    def restart(self) -> None:
        """Serve again at the same address."""
        self.stalled.clear()
        self._start()

    def _start(self) -> None:
        handler = functools.partial(_Handler, self)
        server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        server.daemon_threads = True
        self._server = server
        self._port = server.server_port
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, owner: MjpegServer, *arguments: object) -> None:
        self._owner = owner
        super().__init__(*arguments)  # type: ignore[arg-type]

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Keep quiet."""

    def do_GET(self) -> None:
        with contextlib.suppress(OSError):
            self._answer()

    def _answer(self) -> None:
        owner = self._owner
        wanted = "Basic " + base64.b64encode(owner.credentials.encode()).decode()
        if owner.credentials and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
        elif self.path == "/page":
            self._send_whole("text/html", b"<html></html>")
        elif self.path[1:] in owner.files:
            self._send_whole("video/mp4", owner.files[self.path[1:]])
        elif self.path.startswith("/stream"):
            self._stream()
        else:
            self.send_error(404)

    def _send_whole(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        owner = self._owner
        owner.connections += 1
        owner.admit(self.connection)
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=--frontier")
        self.end_headers()
        number = 0
        while owner.running and (owner.loop or number < len(owner.pictures)):
            if owner.stalled.is_set():
                time.sleep(0.01)
                continue
            picture = owner.pictures[number % len(owner.pictures)]
            length = f"Content-Length: {len(picture)}\r\n" if owner.content_length else ""
            self.wfile.write(
                b"--frontier\r\nContent-Type: image/jpeg\r\n"
                + length.encode()
                + b"\r\n"
                + picture
                + b"\r\n"
            )
            number += 1
            time.sleep(1.0 / owner.fps)


class RawCamera:
    """Answers every request with bytes as they are, however odd, and hangs up behind them.

    ``answer`` is told a request's head and gives what to send, in pieces; `wait` inside of it lasts
    until the server is closed, or so many seconds.
    """

    def __init__(
        self,
        answer: Callable[[str], Iterable[bytes]],
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.requests: list[str] = []
        self._answer = answer
        self._tls = tls
        self._host = host
        self._ended = threading.Event()
        self._listener = socket.create_server((host, 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    @property
    def netloc(self) -> str:
        return f"{self._host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.netloc}/video"

    def wait(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def close(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    received = connection.recv(4096)
                    if not received:
                        return
                    request += received
                self.requests.append(request.decode("utf-8"))
                for piece in self._answer(self.requests[-1]):
                    if self._ended.is_set():
                        return
                    connection.sendall(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def encode_jpeg(image: ImageArray) -> bytes:
    return cv2.imencode(".jpg", image)[1].tobytes()


def with_thumbnail(picture: bytes, thumbnail: bytes) -> bytes:
    """Put a whole JPEG into another one's EXIF segment, as cameras do."""
    inside = b"Exif\0\0" + thumbnail
    return picture[:2] + b"\xff\xe1" + (len(inside) + 2).to_bytes(2) + inside + picture[2:]

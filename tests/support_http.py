"""A real HTTP MJPEG server on loopback that tests can stall, kill and start again."""

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
    from collections.abc import Iterable

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

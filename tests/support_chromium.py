"""A real Chromium for tests: pages served on loopback, and its tab over the DevTools protocol.

Import what a test module needs: `CHROMIUM` and `needs_chromium`, `pages` (fixture), `Browser`.
"""

from __future__ import annotations

import http.server
import json
import shutil
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Self

import pytest
import websocket
from support_x11 import XServer, end, wait_until

from gesturepose.platforms.linux_x11 import X11Platform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (package chromium)"
)
_FLAGS = (
    "--no-sandbox",  # tests may run as root, and in containers
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    "--window-size=1000,740",
    "--remote-debugging-port=0",
)


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"<title>page {self.path}</title><h1>{self.path}</h1>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def pages() -> Iterator[str]:
    """Address of a server with a page at every path."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Browser:
    """A Chromium window with one tab, in front and with the focus; a context manager.

    Parameters
    ----------
    server
        Where its window is; a window manager must run there.
    profile
        A new folder for what it stores.
    url
        Its first page.
    """

    def __init__(self, server: XServer, profile: Path, url: str) -> None:
        assert CHROMIUM is not None
        self._display, self._profile = server.display, profile
        self._socket: websocket.WebSocket | None = None
        self.child = server.start([CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", url])

    def __enter__(self) -> Self:
        try:
            self._connect()
        except BaseException:
            end(self.child)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()
        end(self.child)

    def ask(self, method: str, **parameters: Any) -> Any:
        """Call a method of the DevTools protocol."""
        assert self._socket is not None
        self._socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))
        while "id" not in (answer := json.loads(self._socket.recv())):
            continue
        return answer["result"]

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression in the page; ``None`` while it is being replaced."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    @property
    def path(self) -> str:
        """Path of the page that is shown."""
        return str(self.evaluate("location.pathname"))

    @property
    def pixel_ratio(self) -> float:
        """Device pixels per CSS pixel: the zoom, on a display without scaling."""
        return float(self.evaluate("devicePixelRatio"))

    def go(self, url: str) -> None:
        """Navigate as from the address bar, and wait for the page."""
        self.ask("Page.navigate", url=url)
        wait_until(lambda: self.evaluate("location.href") == url, 20, what=url)
        wait_until(lambda: self.evaluate("document.readyState") == "complete", 20, what=url)

    def disconnect(self) -> None:
        """Leave the DevTools, which otherwise hold a window that wants to close."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> None:
        port_file = self._profile / "DevToolsActivePort"
        wait_until(
            lambda: port_file.exists() and "\n" in port_file.read_text(), 60, what="Chromium"
        )
        port = int(port_file.read_text().splitlines()[0])
        url = wait_until(lambda: _find_page(port), 30, what="a page")
        self._socket = websocket.create_connection(url, timeout=10, suppress_origin=True)
        platform = X11Platform(self._display)
        try:
            wait_until(
                lambda: (front := platform.active_window()) and front.matches("chrom"),
                30,
                what="Chromium in front",
            )
        finally:
            platform.close()


def _find_page(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
            tabs = json.load(answer)
    except (urllib.error.URLError, ConnectionError):
        return None
    return next((tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"), None)

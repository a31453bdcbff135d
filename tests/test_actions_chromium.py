"""Chords bound to gestures, seen from a real Chromium: zoom and history."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import websocket
from support_x11 import XServer, end, wait_until, window_manager, x_server

from gesturepose.actions.bindings import Bindings
from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.settings import Binding
from gesturepose.actions.sinks.choose import open_sink
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.platforms.linux_x11 import X11Platform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["x_server"]
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.x11,
    pytest.mark.skipif(_CHROMIUM is None, reason="Chromium is not installed (package chromium)"),
]


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"<title>page {self.path}</title><p>{self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Tab:
    """The only tab of a running Chromium, over the DevTools protocol."""

    def __init__(self, port: int) -> None:
        def _find() -> str | None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                    tabs = json.load(answer)
            except (urllib.error.URLError, ConnectionError):
                return None
            pages = [tab for tab in tabs if tab["type"] == "page"]
            return pages[0]["webSocketDebuggerUrl"] if pages else None

        url = wait_until(_find, 30, what="a page")
        self._socket = websocket.create_connection(url, timeout=10, suppress_origin=True)

    def ask(self, method: str, **parameters: Any) -> Any:
        self._socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))
        while "id" not in (answer := json.loads(self._socket.recv())):
            continue
        return answer["result"]

    def evaluate(self, expression: str) -> Any:
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def go(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        wait_until(lambda: self.evaluate("document.readyState") == "complete", 20, what=url)
        wait_until(lambda: self.evaluate("location.href") == url, 20, what=url)

    def close(self) -> None:
        self._socket.close()


def test_gestures_zoom_and_browse(x_server: XServer, tmp_path: Path, address: str) -> None:
    assert _CHROMIUM is not None
    profile, results = tmp_path / "profile", list[ActionResult]()
    bindings = Bindings(
        [
            Binding(gesture="spread", press="ctrl+plus", app="chrom|firefox"),
            Binding(gesture="gather", press="ctrl+minus", app="chrom|firefox"),
            Binding(gesture="swipe_right", press="alt+right", app="chrom|firefox"),
            Binding(gesture="swipe_left", press="alt+left", app="chrom|firefox"),
            Binding(gesture="clap", close="chrom"),
        ]
    )
    argv = [
        _CHROMIUM,
        "--no-sandbox",
        "--no-first-run",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--password-store=basic",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        f"{address}/first",
    ]
    with window_manager(x_server):
        child = x_server.start(argv)
        try:
            port_file = profile / "DevToolsActivePort"
            wait_until(
                lambda: port_file.exists() and "\n" in port_file.read_text(), 60, what="Chromium"
            )
            tab = _Tab(int(port_file.read_text().splitlines()[0]))
            platform = X11Platform()
            wait_until(
                lambda: (front := platform.active_window()) and front.matches("chrom"),
                30,
                what="Chromium in front",
            )
            platform.close()
            tab.go(f"{address}/first")
            tab.go(f"{address}/second")
            with Dispatcher(
                open_sink=open_sink, platform=X11Platform(), on_result=results.append
            ) as dispatcher:

                def _gesture(name: str) -> None:
                    dispatcher.submit(bindings.resolve([GestureEvent(name, Phase.BEGIN, 1, 0.0)]))
                    assert dispatcher.flush(10)

                before = tab.evaluate("devicePixelRatio")
                _gesture("spread")
                wait_until(lambda: tab.evaluate("devicePixelRatio") > before, what="zooming in")
                _gesture("gather")
                wait_until(lambda: tab.evaluate("devicePixelRatio") == before, what="zooming out")
                _gesture("swipe_left")
                wait_until(lambda: tab.evaluate("location.pathname") == "/first", what="back")
                _gesture("swipe_right")
                wait_until(lambda: tab.evaluate("location.pathname") == "/second", what="forward")
                tab.close()
                _gesture("clap")
                wait_until(lambda: child.poll() is not None, 20, what="Chromium to close")
        finally:
            end(child)
    assert [(result.performed, result.reason) for result in results] == [(True, "")] * 5

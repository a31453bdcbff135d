"""Chords bound to gestures, seen from a real Chromium: zoom and history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_chromium import Browser, needs_chromium, pages
from support_x11 import XServer, wait_until, window_manager, x_server

from gesturepose.actions.bindings import Bindings
from gesturepose.actions.dispatcher import ActionResult, Dispatcher
from gesturepose.actions.settings import Binding
from gesturepose.actions.sinks.choose import open_sink
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.platforms.linux_x11 import X11Platform

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["pages", "x_server"]
pytestmark = [pytest.mark.x11, needs_chromium]


def test_gestures_zoom_and_browse(x_server: XServer, tmp_path: Path, pages: str) -> None:
    results = list[ActionResult]()
    bindings = Bindings(
        [
            Binding(gesture="spread", press="ctrl+plus", app="chrom|firefox"),
            Binding(gesture="gather", press="ctrl+minus", app="chrom|firefox"),
            Binding(gesture="swipe_right", press="alt+right", app="chrom|firefox"),
            Binding(gesture="swipe_left", press="alt+left", app="chrom|firefox"),
            Binding(gesture="clap", close="chrom"),
        ]
    )
    with (
        window_manager(x_server),
        Browser(x_server, tmp_path / "profile", f"{pages}/first") as browser,
        Dispatcher(
            open_sink=open_sink, platform=X11Platform(), on_result=results.append
        ) as dispatcher,
    ):

        def _gesture(name: str) -> None:
            dispatcher.submit(bindings.resolve([GestureEvent(name, Phase.BEGIN, 1, 0.0)]))
            assert dispatcher.flush(10)

        browser.go(f"{pages}/first")
        browser.go(f"{pages}/second")
        before = browser.pixel_ratio
        _gesture("spread")
        wait_until(lambda: browser.pixel_ratio > before, what="zooming in")
        _gesture("gather")
        wait_until(lambda: browser.pixel_ratio == before, what="zooming out")
        _gesture("swipe_left")
        wait_until(lambda: browser.path == "/first", what="back")
        _gesture("swipe_right")
        wait_until(lambda: browser.path == "/second", what="forward")
        browser.disconnect()
        _gesture("clap")
        wait_until(lambda: browser.child.poll() is not None, 20, what="Chromium to close")
    assert [(result.performed, result.reason) for result in results] == [(True, "")] * 5

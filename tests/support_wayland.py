"""A real Wayland session for tests: sway without an output or an input device, with Xwayland.

Import `sway` (fixture), which skips where a program is missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support_x11 import REPO, end, need, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NOBODY = 65534
_CONFIG = """\
xwayland enable
default_border none
"""


class Sway:
    """A running sway; `environment` is what a program needs to use it, Xwayland included."""

    def __init__(self, folder: Path) -> None:
        for program, package in (("sway", "sway"), ("swaymsg", "sway"), ("Xwayland", "xwayland")):
            need(program, package)
        config = folder / "sway.conf"
        told = folder / "environment"
        config.write_text(f"{_CONFIG}exec env -0 > {told}.new && mv {told}.new {told}\n")
        base = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SWAYSOCK")
        }
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        # Without this it lets nobody but its own user connect, and who runs the test is another.
        server = folder / "Xwayland"
        server.write_text('#!/bin/sh\nexec Xwayland "$@" -ac\n')
        server.chmod(0o755)
        owner: dict[str, Any] = {}
        if os.geteuid() == 0:  # sway refuses to run as root
            owner = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
            for path in (folder, runtime):
                os.chown(path, _NOBODY, _NOBODY)
        self._child = subprocess.Popen(
            ["sway", "--config", str(config)],
            env={
                **base,
                "XDG_RUNTIME_DIR": str(runtime),
                "WLR_BACKENDS": "headless",
                "WLR_LIBINPUT_NO_DEVICES": "1",
                "WLR_XWAYLAND": str(server),
                "WLR_RENDERER": "pixman",
                "XDG_SESSION_TYPE": "wayland",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **owner,
        )
        try:
            wait_until(lambda: told.exists() or self._child.poll() is not None, what="sway")
        except BaseException:
            end(self._child)
            raise
        if self._child.poll() is not None:
            pytest.skip("sway does not start here")
        pairs = told.read_text().rstrip("\0").split("\0")
        self.environment = dict(pair.partition("=")[::2] for pair in pairs)
        self.environment["PYTHONPATH"] = str(REPO)

    def start(self, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a program in this session."""
        return subprocess.Popen(
            argv,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, *message: str) -> Any:
        """Ask by swaymsg."""
        answer = subprocess.run(
            ["swaymsg", "-r", *message], env=self.environment, capture_output=True, check=True
        )
        return json.loads(answer.stdout)

    def focused(self) -> dict[str, Any]:
        """What has the focus, as sway's tree has it."""
        nodes = [self.ask("-t", "get_tree")]
        while nodes:
            node = nodes.pop()
            if node.get("focused"):
                return dict(node)
            nodes += node["nodes"] + node["floating_nodes"]
        return {}

    def stop(self) -> None:
        end(self._child)


@pytest.fixture(scope="module")
def sway() -> Iterator[Sway]:
    """A session of the module's own. Its path is short: sockets' names must be."""
    with tempfile.TemporaryDirectory(prefix="gp-") as folder:
        session = Sway(Path(folder))
        yield session
        session.stop()

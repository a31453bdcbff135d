"""Connecting to an X server: what is said when that fails, and nothing besides."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support_x11 import REPO, XServer, x_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["x_server"]
pytestmark = pytest.mark.x11

_OPEN = """
import sys
from gesturepose.errors import ActionError
from gesturepose.platforms.x11_display import open_display
try:
    display = open_display()
    print("opened")
    display.sync()
    display.close()
except ActionError as error:
    print(error)
"""
_COOKIE = bytes.fromhex("000102030a3a3a0d0e0f101112131415")  # with colons and a line break


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[XServer, bytes]]:
    """A server that wants a cookie, and the authority file that has it, valid for any host."""
    name = b"MIT-MAGIC-COOKIE-1"
    fields = (b"", b"", name, _COOKIE)
    entry = b"\xff\xff" + b"".join(len(field).to_bytes(2, "big") + field for field in fields)
    path = tmp_path_factory.mktemp("authority") / "file"
    path.write_bytes(entry)
    server = XServer(more=("-auth", str(path)))
    yield server, entry
    server.stop()


def _open(environment: dict[str, str], code: str = _OPEN) -> str:
    """Return what a program says on standard output; it must say nothing on standard error."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.rstrip("\n")


def test_a_server_that_refuses_us_is_one_line_with_its_words(
    guarded: tuple[XServer, bytes], tmp_path: Path
) -> None:
    server, _ = guarded
    said = _open({**server.environment, "HOME": str(tmp_path)})
    assert "\n" not in said
    assert said.startswith(f"cannot use the display {server.display}: Authorization required")
    assert said.endswith("check DISPLAY and XAUTHORITY, or use --dry-run")


@pytest.mark.parametrize("spelling", ["{0}", "{0}.0", "unix{0}"])
def test_the_cookie_of_the_authority_file_opens_the_door(
    guarded: tuple[XServer, bytes], tmp_path: Path, spelling: str
) -> None:
    server, entry = guarded
    (tmp_path / ".Xauthority").write_bytes(entry)
    environment = {**server.environment, "HOME": str(tmp_path)}
    assert _open({**environment, "DISPLAY": spelling.format(server.display)}) == "opened"


def test_an_account_without_a_home_can_still_connect(x_server: XServer) -> None:
    code = "import os, pwd\npwd.getpwuid = pwd.getpwall\nos.environ.pop('HOME')\n" + _OPEN
    code = code.replace("pwd.getpwall", "lambda uid: {}[uid]")
    assert _open(x_server.environment, code) == "opened"


@pytest.mark.parametrize("spelling", ["x", ":", ":99999", ":0.x", "\udcff:0", "no.host.invalid:1"])
def test_a_display_that_is_none_is_one_line(x_server: XServer, spelling: str) -> None:
    said = _open({**x_server.environment, "DISPLAY": spelling, "PYTHONIOENCODING": "utf-8:replace"})
    assert "\n" not in said
    assert said.startswith("cannot use the display ")


def test_a_missing_library_is_one_line_that_names_the_package(x_server: XServer) -> None:
    hide = "import ctypes.util\nctypes.util.find_library = lambda name: 'libmissing.so.9'\n"
    said = _open(x_server.environment, hide + _OPEN)
    assert "\n" not in said
    assert said.startswith("the library libxcb.so.1 cannot be loaded")
    assert said.endswith("apt-get install libxcb1")


def test_a_missing_binding_is_one_line_that_names_it(x_server: XServer) -> None:
    said = _open(x_server.environment, "import sys\nsys.modules['xcffib'] = None\n" + _OPEN)
    assert "\n" not in said
    assert said.endswith("pip install xcffib")


def test_no_module_of_the_program_imports_the_other_binding() -> None:
    code = (
        "import pkgutil, importlib, sys\n"
        "sys.modules['Xlib'] = None\n"
        "from gesturepose.actions.sinks import choose\n"
        "sink = choose.open_sink()\n"
        "sink.scroll(x=0, y=1)\n"
        "sink.close()\n"
        "print('done')\n"
    )
    server = XServer()
    try:
        assert (
            _open({**server.environment, "PYTHONPATH": os.pathsep.join(sys.path)}, code) == "done"
        )
    finally:
        server.stop()


def test_nothing_that_is_imported_later_adds_requests_while_a_connection_is_made() -> None:
    used = set()
    for path in (REPO / "gesturepose").rglob("*.py"):
        used |= set(re.findall(r"(?:import|from) (xcffib\.\w+)", path.read_text(encoding="utf-8")))
    script = (
        "import sys; from gesturepose.platforms import x11_display as x; x._import_xcffib();"
        f"print([name for name in {sorted(used)!r} if name not in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=REPO, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"

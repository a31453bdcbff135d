"""Nothing is sent anywhere, and nothing is left outside the program's own folders.

The whole program runs, front ends and commands alike, in a network of its own whose every question
and packet is seen (see `support_seclusion`), without what would silence a library elsewhere.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support_seclusion import run_secluded
from support_thorough import thorough
from support_x11 import REPO, XServer, x_server

from gesturepose.pose import telemetry
from gesturepose.pose.runtime import import_onnxruntime
from gesturepose.resources import demo_clip

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["x_server"]

OWN_FOLDERS = re.compile(r"home/\.(config|cache|local/share|local/state)/gesturepose/")
TELEMETRY = Path("Microsoft", "DeveloperTools", ".onnxruntime")
PROGRAM = (sys.executable, "-m", "gesturepose")
COMMANDS = {
    "headless": (*PROGRAM, "--no-gui", "--source", "demo", "--dry-run", "--max-seconds", "5"),
    "installed": (
        str(Path(sys.executable).with_name("gesturepose")),
        "--no-gui",
        *("--source", "demo", "--dry-run", "--realtime", "--max-seconds", "3"),
    ),
    "app": (*PROGRAM, "--source", "demo", "--dry-run", "--max-seconds", "3"),
    "check": (*PROGRAM, "check"),
    "cameras": (*PROGRAM, "cameras"),
    "models": (*PROGRAM, "models", "--no-time"),
    "models add": (
        *(*PROGRAM, "models", "add", str(REPO / "models" / "movenet-multipose.onnx")),
        *("--family", "movenet-multipose", "--licence", "Apache-2.0", "--layout", "NHWC"),
        *("--dtype", "uint8", "--name", "mine"),
    ),
    "evaluate": (*PROGRAM, "evaluate", str(REPO / "tests" / "data" / "bystander.json")),
    "pose-eval": (
        *(*PROGRAM, "pose-eval", "--clip", str(demo_clip().with_suffix(".json"))),
        *("--every", "100"),
    ),
    "benchmark": (*PROGRAM, "benchmark", "--frames", "10", "--starts", "0"),
}


@pytest.mark.parametrize("name", [thorough(name, when=name == "installed") for name in COMMANDS])
def test_nobody_is_asked_and_nothing_is_left(name: str, tmp_path: Path) -> None:
    traces = run_secluded(
        COMMANDS[name],
        tmp_path,
        more={"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(REPO)},
    )
    assert "Traceback" not in traces.output
    assert traces.exit_code == 0, traces.output
    assert (traces.asked, traces.sent_to) == ([], [])
    assert [file for file in traces.files if not OWN_FOLDERS.match(file)] == []


@pytest.mark.x11
def test_nobody_is_asked_while_it_acts_either(x_server: XServer, tmp_path: Path) -> None:
    mapping = tmp_path / "gestures.toml"
    mapping.write_text("[[bindings]]\ngesture = 'raise_right_hand'\npress = 'f13'\n")
    traces = run_secluded(
        (*PROGRAM, "--no-gui", "--source", "demo", "--config", str(mapping), "--max-seconds", "4"),
        tmp_path / "secluded",
        more={"DISPLAY": x_server.display, "PYTHONPATH": str(REPO)},
    )
    assert "-> press f13" in traces.output
    assert (traces.asked, traces.sent_to) == ([], [])
    assert [file for file in traces.files if not OWN_FOLDERS.match(file)] == []


def test_a_program_that_asks_somebody_is_seen(tmp_path: Path) -> None:
    asking = (
        "import contextlib, pathlib, socket\n"
        "with contextlib.suppress(OSError): socket.create_connection(('192.0.2.1', 443), 1)\n"
        "with contextlib.suppress(OSError): socket.getaddrinfo('events.example', 443)\n"
        "pathlib.Path.home().joinpath('left').touch()\n"
    )
    traces = run_secluded([sys.executable, "-c", asking], tmp_path)
    assert set(traces.asked) == {"events.example"}
    assert traces.sent_to == ["192.0.2.1"]
    assert traces.files == ["home/left"]


def test_the_network_library_is_told_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    import_onnxruntime.cache_clear()
    import_onnxruntime()
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_nobody_imports_the_network_library_past_the_one_place_that_silences_it() -> None:
    sources = [*(REPO / "gesturepose").rglob("*.py"), *(REPO / "models").rglob("*.py")]
    importing = [path.name for path in sources if _imports(path, "onnxruntime")]
    assert importing == ["runtime.py"]


def _imports(path: Path, module: str) -> bool:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return any(name.split(".")[0] == module for name in names)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _leave_traces(cache: Path, others: Sequence[str] = ()) -> None:
    for name in ("deviceid", "onnxruntime.db", "onnxruntime.db-wal", *others):
        path = cache / TELEMETRY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_what_telemetry_left_is_removed_with_its_folders(home: Path) -> None:
    _leave_traces(home / ".cache")
    telemetry.remove_traces()
    assert list((home / ".cache").iterdir()) == []


def test_what_others_left_beside_it_stays(home: Path) -> None:
    _leave_traces(home / ".cache", ["somebody.else"])
    telemetry.remove_traces()
    left = [path.name for path in (home / ".cache" / TELEMETRY).iterdir()]
    assert left == ["somebody.else"]


def test_a_cache_folder_of_ones_own_is_looked_through_as_well(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "elsewhere"))
    _leave_traces(home / "elsewhere")
    telemetry.remove_traces()
    assert list((home / "elsewhere").iterdir()) == []


def test_traces_are_removed_once_for_they_may_be_anothers_later(home: Path) -> None:
    _leave_traces(home / ".cache")
    telemetry.remove_traces()
    _leave_traces(home / ".cache")
    telemetry.remove_traces()
    assert (home / ".cache" / TELEMETRY / "deviceid").exists()


@pytest.mark.parametrize(
    ("content", "stays"),
    [
        ("1795881464295\n125af67b-adda-5a84-42cb-94153cb75322\n", False),
        ("my own session", True),
        ("1795881464295\n125af67b-adda-5a84-42cb-94153cb75322\n" * 2, True),
    ],
)
def test_its_session_is_removed_and_nothing_else_of_that_name(
    content: str,
    stays: bool,  # noqa: FBT001 - a column of the table
    home: Path,
) -> None:
    (home / ".ses").write_text(content)
    telemetry.remove_traces()
    assert (home / ".ses").exists() is stays


def test_where_there_are_none_nothing_is_written_down(home: Path) -> None:
    telemetry.remove_traces()
    assert list(home.iterdir()) == []


def test_without_a_home_nothing_is_removed_and_nothing_breaks(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home / "file"))
    (home / "file").touch()
    telemetry.remove_traces()

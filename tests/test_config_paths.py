"""Paths and folders that may not be looked at: one line and the right exit code, or it goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support_accounts import powerless, unknown_account
from support_program import environment
from support_thorough import thorough

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files and permissions of POSIX")

RUN = ("--no-gui", "--dry-run", "--source", "demo", "--max-seconds", "0.1")
BAD = (
    "locked/x.toml",
    "locked/x.onnx",
    "locked/x.json",
    "locked",
    "secret.toml",
    "secret.onnx",
    "secret.json",
    "n" * 300,
    "n" * 300 + ".onnx",
    "n" * 300 + ".json",
    "d/" * 3000 + "x.onnx",
    "~nobody-of-that-name/x.onnx",
    "~nobody-of-that-name",
    "nul\0byte.onnx",
    "loop",
    "loop.onnx",
    "loop/x.json",
    "dangling",
    "dangling.onnx",
    "folder",
    "folder.onnx",
    "folder.json",
    "folder.toml",
    "pipe.onnx",
    "pipe.json",
    "socket",
    "file/x.toml",
    "/dev/null/x",
    "/dev/zero",
    "\udcff",
    "\udcff.onnx",
    "line\nbreak",
    "",
)
OPTIONS: dict[str, list[str]] = {
    "--config": [*RUN, "--config", "?"],
    "--model": [*RUN, "--model", "?"],
    "check": ["check", "?"],
    "evaluate": ["evaluate", "--jobs", "1", "?"],
    "evaluate --config": ["evaluate", "demo", "--config", "?"],
    "pose-eval --annotations": ["pose-eval", "--annotations", "?", "--images", "folder"],
    "pose-eval --images": ["pose-eval", "--annotations", "coco.json", "--images", "?"],
    "pose-eval --clip": ["pose-eval", "--clip", "?"],
    "benchmark --config": ["benchmark", "--config", "?"],
    "benchmark --model": ["benchmark", "--frames", "1", "--starts", "0", "--model", "?"],
    "benchmark --compare": ["benchmark", "--compare", "?", "movenet-multipose"],
    "models add": ["models", "add", "?", "--family", "movenet", "--licence", "MIT"],
}
OUTPUTS = {"--record": [*RUN, "--record", "?"], "--events": [*RUN, "--events", "?"]}
BAD_OUTPUTS = (
    "locked/x",
    "n" * 300,
    "nul\0byte",
    "loop",
    "folder",
    "socket",
    "file/x",
    "none/x",
    "secret.toml",
)
TRY_ALL = """
import contextlib, io, json, resource, signal, sys
resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
from gesturepose.cli import main
def hang(*_): raise BaseException("it hangs")
signal.signal(signal.SIGALRM, hang)
told = []
tries = [(option, command, path) for option, (command, paths) in json.load(sys.stdin).items()
         for path in paths]
for option, command, path in tries:
    error, output = io.StringIO(), io.StringIO()
    signal.alarm(20)
    try:
        with contextlib.redirect_stderr(error), contextlib.redirect_stdout(output):
            code = main([path if word == "?" else word for word in command])
    except BaseException as raised:
        code = repr(raised)
    signal.alarm(0)
    told.append((option, path, code, error.getvalue().splitlines()))
json.dump(told, sys.stdout)
"""
"""Each command line with each of its paths in turn; other callers get defects raised."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "locked").mkdir()
    (tmp_path / "folder").mkdir()
    for suffix in ("toml", "onnx", "json"):
        (tmp_path / f"secret.{suffix}").touch(mode=0)
        (tmp_path / f"folder.{suffix}").mkdir()
        os.mkfifo(f"pipe.{suffix}")
    for suffix in ("", ".onnx"):
        Path(f"loop{suffix}").symlink_to(f"loop{suffix}")
        Path(f"dangling{suffix}").symlink_to("none")
    (tmp_path / "file").touch()
    os.mknod("socket", 0o140644)
    image = {"id": 1, "file_name": "a.png", "width": 2, "height": 2}
    (tmp_path / "coco.json").write_text(
        json.dumps({"images": [image], "annotations": [], "categories": []})
    )
    (tmp_path / "locked").chmod(0)
    yield tmp_path
    (tmp_path / "locked").chmod(0o700)


def test_a_path_that_cannot_be_used_is_wrong_usage_in_one_line(
    folder: Path, request: pytest.FixtureRequest
) -> None:
    is_thorough = request.config.getoption("--thorough")
    tries: dict[str, tuple[list[str], Sequence[str]]] = {}
    for option, command in OPTIONS.items():
        step = 1 if is_thorough or option == "--config" else 5
        # The benchmark opens its clip first, and looks for networks as a run does.
        tries[option] = command, BAD[:: 8 if "benchmark" in option else step]
    tries |= {option: (command, BAD_OUTPUTS) for option, command in OUTPUTS.items()}
    done = subprocess.run(
        powerless(sys.executable, "-c", TRY_ALL),
        cwd=folder,
        env=environment(folder / "config", {"XDG_DATA_HOME": str(folder / "share")}),
        input=json.dumps(tries),
        capture_output=True,
        text=True,
        timeout=150,
        check=True,
    )
    told = json.loads(done.stdout)
    assert len(told) == sum(len(paths) for _, paths in tries.values())
    for option, path, code, lines in told:
        said = [line for line in lines if "runs on the CPU" not in line]
        assert (code, len(said)) == (2, 1), (option, path[:40], code, lines)
        assert said[0].startswith("gesturepose: ")


def start(
    folder: Path, prefix: Sequence[str], more: Mapping[str, str | None], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the program with variables changed, or taken away where they are ``None``."""
    given = {**environment(folder), "QT_QPA_PLATFORM": "offscreen", **more}
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        if f"XDG_{name}_HOME" not in more:
            given.pop(f"XDG_{name}_HOME", None)
    return subprocess.run(
        [*prefix, "-m", "gesturepose", *arguments],
        cwd=folder,
        env={name: value for name, value in given.items() if value is not None},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


APP = ("--source", "demo", "--dry-run", "--max-seconds", "0.5")
HOMES: dict[str, dict[str, str | None]] = {
    "unset": {"HOME": None},
    "no folder": {"HOME": "/dev/null"},
    "relative": {"HOME": "relative"},
    "locked": {"HOME": "locked"},
    "XDG relative": {"XDG_CONFIG_HOME": "x", "XDG_DATA_HOME": "x", "XDG_STATE_HOME": "x"},
    "XDG locked": {"XDG_CONFIG_HOME": "locked", "XDG_DATA_HOME": "locked", "TMPDIR": "/dev/null"},
}


@pytest.mark.parametrize(
    "home", [thorough(home, when=home not in ("unset", "locked")) for home in HOMES]
)
def test_it_works_without_a_home_that_can_be_used(folder: Path, home: str) -> None:
    more = {
        name: str(folder / value) if value == "locked" else value
        for name, value in HOMES[home].items()
    }
    prefix = powerless(sys.executable)
    for arguments in (("models", "--no-time"), APP if home in ("unset", "locked") else RUN):
        done = start(folder, prefix, more, *arguments)
        assert done.returncode == 0, (arguments, done.stderr)
        assert "unexpectedly" not in done.stderr
        assert "Traceback" not in done.stderr
    assert not (folder / "x").exists()
    assert not (folder / "~").exists()


@pytest.mark.parametrize("arguments", [("models", "--no-time"), thorough(APP)])
def test_it_works_for_an_account_without_an_entry(folder: Path, arguments: tuple[str, ...]) -> None:
    done = start(folder, unknown_account(sys.executable), {"HOME": None}, *arguments)
    assert done.returncode == 0, done.stderr
    assert "unexpectedly" not in done.stderr
    assert "Traceback" not in done.stderr


def test_it_works_in_a_folder_that_is_gone_or_may_not_be_entered(folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    script = 'cd "$0" && {} && exec "$@"'
    for step in ('rmdir "$0"', 'chmod 0 "$0"'):
        gone.mkdir(exist_ok=True)
        shell = ["sh", "-c", script.format(step), str(gone)]
        prefix = [*powerless(*shell), sys.executable]
        for arguments in (("check",), RUN) if "rmdir" in step else (RUN,):
            gone.chmod(0o700) if gone.exists() else gone.mkdir()
            done = start(folder, prefix, {}, *arguments)
            assert done.returncode == 0, done.stderr
            assert "unexpectedly" not in done.stderr
            assert "Traceback" not in done.stderr

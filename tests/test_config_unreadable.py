"""A gestures.toml that is, or becomes, anything but a small file: one line, and it goes on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from support_accounts import powerless
from support_program import RunningProgram, environment, parse_events

from gesturepose.config import ConfigError, load_config
from gesturepose.config_edit import ConfigEditor
from gesturepose.config_watch import ConfigWatch
from gesturepose.platforms import small_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files of POSIX systems")

MAPPING = "[control]\nengaged_s = 15.0\n"
OTHER = "[control]\nengaged_s = 7.00\n"
RUN = ("--no-gui", "--dry-run", "--source", "demo", "--max-seconds", "0.1", "--events", "-")


def make_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5 << 30)  # takes no room


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(path))


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (os.mkfifo, "is a pipe, not a file"),
    "zero": (lambda path: path.symlink_to("/dev/zero"), "is a device, not a file"),
    "terminal": (lambda path: path.symlink_to("/dev/tty"), "is a device, not a file"),
    "socket": (bind, "is a socket, not a file"),
    "folder": (lambda path: path.mkdir(), "is a folder, not a file"),
    "large": (make_large, "is larger than 256 KiB, which no such file is"),
    "loop": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "dangling": (lambda path: path.symlink_to(path.parent / "none"), "a link that leads nowhere"),
    "below a file": (lambda path: path.symlink_to("/dev/null/x"), "Not a directory"),
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    found = tmp_path / "gestures.toml"
    found.write_text(MAPPING)
    return found


@pytest.fixture(autouse=True)
def quickly() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 40.0  # and not hung


def replace(path: Path, make: Callable[[Path], None]) -> None:
    path.unlink()
    make(path)


@pytest.mark.parametrize("odd", ODD)
def test_a_watch_tells_once_and_takes_the_file_up_when_it_is_back(path: Path, odd: str) -> None:
    make, said = ODD[odd]
    texts: list[str] = []
    problems: list[list[str]] = []
    watch = ConfigWatch(path, on_text=texts.append, on_problems=problems.append)
    kept = path.with_name("kept.toml")
    path.rename(kept)
    make(path)
    for _ in range(3):
        watch.look()
    assert (texts, len(problems)) == ([], 1)
    assert said in problems[0][0]
    path.rmdir() if odd == "folder" else path.unlink()
    watch.look()
    kept.rename(path)
    watch.look()
    assert (texts, len(problems)) == ([], 1)  # it says what it said
    path.write_text(OTHER)
    watch.look()
    assert (texts, len(problems)) == ([OTHER], 1)


@pytest.mark.parametrize("odd", ODD)
def test_the_editor_refuses_changes_until_the_file_is_back(path: Path, odd: str) -> None:
    make, said = ODD[odd]
    editor = ConfigEditor(path)
    kept = path.with_name("kept.toml")
    path.rename(kept)
    make(path)
    assert editor.look()
    assert said in editor.problems[0]
    assert not editor.look()
    with pytest.raises(ConfigError, match=r"gestures\.toml"):
        editor.set_value(("control", "engaged_s"), 3.0)
    assert editor.config.control.engaged_s == 15.0
    path.rmdir() if odd == "folder" else path.unlink()
    kept.rename(path)
    assert editor.look()
    assert editor.problems == []
    editor.set_value(("control", "engaged_s"), 3.0)
    assert "3.0" in path.read_text()


@pytest.mark.parametrize("odd", [name for name in ODD if name != "pipe"])
def test_what_is_no_small_file_is_one_line_at_the_start(path: Path, odd: str) -> None:
    replace(path, ODD[odd][0])
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    assert len(raised.value.problems) == 1
    assert ODD[odd][1] in str(raised.value)


def test_a_pipe_that_nobody_writes_is_not_waited_for_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_files, "_PIPE_S", 1.0)
    replace(path, os.mkfifo)
    start = time.monotonic()
    with pytest.raises(ConfigError, match="did not give its end within 1 s"):
        load_config(path)
    assert time.monotonic() - start < 3.0


def test_a_pipe_that_never_ends_takes_no_memory(path: Path) -> None:
    replace(path, os.mkfifo)

    def write() -> None:
        try:
            with path.open("wb") as end:
                while True:
                    end.write(b"#" * 4096)
        except BrokenPipeError:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(ConfigError, match="larger than 256 KiB"):
        load_config(path)
    writer.join()


def test_what_a_shell_gives_in_place_of_a_file_is_read_once(path: Path) -> None:
    script = f'exec "$0" -m gesturepose {" ".join(RUN)} --config'
    for given in ("<(cat gestures.toml)", "/dev/null"):
        done = subprocess.run(
            ["bash", "-c", f"{script} {given}", sys.executable],
            cwd=path.parent,
            env=environment(path.parent / "config"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, "keeping the mapping" in done.stderr) == (0, False), done.stderr
        assert parse_events(done.stdout)[-1]["type"] == "stop"


def test_a_run_goes_on_whatever_becomes_of_its_mapping(path: Path) -> None:
    with RunningProgram(
        path.parent, "--dry-run", "--source", "demo", "--realtime", "--config", path
    ) as program:
        program.wait_for("start")
        kept = path.with_name("kept.toml")
        path.rename(kept)
        for number, odd in enumerate(("pipe", "zero", "large"), start=1):
            ODD[odd][0](path)
            program.wait_for_error(f"keeping the mapping as it was: {path}: {ODD[odd][1]}")
            path.unlink()
            assert sum("keeping the mapping" in line for line in program.errors) == number
        kept.write_text(OTHER)
        kept.rename(path)
        program.wait_for_error("gestures.toml reloaded")
        assert program.stop() == 0
        assert not any("Traceback" in line for line in program.errors)


LOOK_WHEN_TOLD = """
import os, sys
from pathlib import Path
from gesturepose.config_watch import ConfigWatch
from gesturepose.config_edit import ConfigEditor
path = Path("gestures.toml")
watch = ConfigWatch(path, on_text=lambda text: print("text", repr(text)),
                    on_problems=lambda problems: print("problems", problems))
editor = ConfigEditor(path, own_path=path)
for line in sys.stdin:
    watch.look(); watch.look()
    print("editor", editor.look(), editor.problems, editor.config.control.engaged_s)
    print("done", flush=True)
"""


def test_what_may_be_read_again_is_taken_up_though_nothing_else_changed(path: Path) -> None:
    with subprocess.Popen(
        powerless(sys.executable, "-c", LOOK_WHEN_TOLD),
        env=environment(path.parent),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def look() -> list[str]:
            child.stdin.write("look\n")  # type: ignore[union-attr]
            child.stdin.flush()  # type: ignore[union-attr]
            lines = []
            while (line := child.stdout.readline().strip()) != "done":  # type: ignore[union-attr]
                assert line, "it ended"
                lines.append(line)
            return lines

        assert look() == ["editor False [] 15.0"]
        status = path.stat()
        path.chmod(0)
        told = look()
        assert len(told) == 2
        assert "Permission denied" in told[0]
        assert told[1].startswith("editor True ['")
        path.write_text(OTHER)  # as long, and then as old, as before
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert look() == [told[1].replace("True", "False")]
        path.chmod(0o644)
        assert look() == [f"text {OTHER!r}", "editor True [] 7.0"]
        child.stdin.close()
        assert child.wait(20) == 0

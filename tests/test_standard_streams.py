"""Standard streams that are closed, or cannot be written: everything runs, and says what it can."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support_program import environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a POSIX shell closes the streams")

RUN = ("--no-gui", "--dry-run", "--source", "demo", "--max-seconds", "0.3")
APP = ("--source", "demo", "--dry-run", "--max-seconds", "0.5")
CLOSED = {"stdout": ">&-", "stderr": "2>&-", "stdin": "<&-", "all": "<&- >&- 2>&-"}


def start(
    folder: Path, closing: str, *arguments: str, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program through a shell that closes or redirects streams first."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-m", "gesturepose", *arguments],
        cwd=folder,
        env=environment(folder / "config", {"QT_QPA_PLATFORM": "offscreen", **(more or {})}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("closed", ["stdout", "all"])
def test_a_run_works_without_standard_streams(tmp_path: Path, closed: str) -> None:
    done = start(tmp_path, CLOSED[closed], *RUN, "--events", "events.jsonl")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    assert lines[0].startswith('{"type":"start"')
    assert lines[-1].startswith('{"type":"stop"')
    assert all(line.startswith('{"type":') for line in lines)  # and nothing that a library printed


def test_the_app_works_without_standard_streams(tmp_path: Path) -> None:
    done = start(tmp_path, CLOSED["all"], *APP)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "cameras", "models --no-time", "--version"])
def test_a_command_works_without_standard_output(tmp_path: Path, command: str) -> None:
    done = start(tmp_path, CLOSED["stdout"], *command.split())
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["stdin", "stderr", "all"])
def test_the_verdict_of_a_check_is_the_exit_code_even_if_it_cannot_be_told(
    tmp_path: Path, closed: str
) -> None:
    (tmp_path / "wrong.toml").write_text("[control]\nwake = 3\n")
    done = start(tmp_path, CLOSED[closed], "check", "wrong.toml")
    assert done.returncode == 2
    told = done.stderr.splitlines()
    assert len(told) == (0 if closed in ("stderr", "all") else 1)
    assert done.stdout == ""  # above all, an error does not go there


def test_wrong_usage_stays_wrong_usage_with_output_closed(tmp_path: Path) -> None:
    done = start(tmp_path, ">&-", "--no-gui", "--source", "nothing.mp4")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_events_for_a_closed_standard_output_are_wrong_usage(tmp_path: Path) -> None:
    done = start(tmp_path, ">&-", *RUN, "--events", "-")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line == (
        "gesturepose: --events -: there is no standard output, it is closed; give --events a file"
    )


def test_errors_that_cannot_be_written_change_no_exit_code(tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("there is no /dev/full here")
    assert start(tmp_path, "2>/dev/full", "check", "none.toml").returncode == 2
    assert start(tmp_path, "2>/dev/full", *RUN, "--log-level", "debug").returncode == 0
    done = start(tmp_path, ">/dev/full", "check")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "gesturepose: standard output cannot be written: No space left on device"
    ]


def test_nothing_opened_later_gets_the_number_of_a_standard_stream(tmp_path: Path) -> None:
    script = (
        "import os; from gesturepose.platforms.standard_streams import mend_streams\n"
        "missing = mend_streams()\n"
        "assert missing == {'stdin', 'stdout', 'stderr'}, missing\n"
        "with open('later.txt', 'w') as later:\n"
        "    os.write(1, b'printed by a library')\n"
        "    later.write(f'{later.fileno() > 2} {[os.get_inheritable(n) for n in range(3)]}')\n"
    )
    subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path),
        timeout=60,
        check=True,
    )
    assert (tmp_path / "later.txt").read_text() == "True [True, True, True]"


def test_a_process_without_a_console_has_no_streams_at_all(tmp_path: Path) -> None:
    script = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None  # as pythonw.exe starts\n"
        "from gesturepose.cli import main; sys.exit(main())"
    )
    for arguments, code in ((["check", "none.toml"], 2), (RUN, 0)):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=tmp_path,
            env=environment(tmp_path / "config"),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


def test_what_nobody_foresaw_is_one_line_and_more_on_request(tmp_path: Path) -> None:
    script = (
        "import sys; from gesturepose import cli\n"
        "def fail(file): raise KeyError('odd')\n"
        "cli.check_mapping = fail; sys.exit(cli.main())"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, "check", *arguments],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    done = run()
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "KeyError" in line
    assert "--log-level debug" in line
    assert "Traceback" in run("--log-level", "debug").stderr


def test_what_nobody_foresaw_is_not_hidden_from_other_callers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gesturepose import cli

    def fail(_: object) -> None:
        raise KeyError("odd")

    monkeypatch.setattr(cli, "check_mapping", fail)
    with pytest.raises(KeyError):
        cli.main(["check"])

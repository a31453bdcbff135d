"""``gesturepose evaluate`` as people run it: figures, jobs, errors, and being broken off."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support_program import cut_clip, environment
from support_recordings import label, write_labels, write_recording, write_set
from support_x11 import wait_until

from gesturepose.cli import main
from gesturepose.evaluation.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="process groups and terminals of POSIX")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("evaluation") / "set")


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def evaluate(
    folder: Path, *arguments: object, timeout_s: float = 120.0
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gesturepose", "evaluate", *map(str, arguments)],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def figures(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main(["evaluate", "--json", *map(str, arguments)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    result: dict[str, Any] = json.loads(out)
    return result


def test_figures_of_a_set_whatever_the_number_of_jobs(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = figures(capsys, "--jobs", 1, recordings)
    done = evaluate(tmp_path, "--json", "--jobs", 2, "--report", "r.html", recordings)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == alone
    assert (alone["sources"], alone["unlabelled_sources"]) == (4, 1)
    assert alone["engagement"] == "always"
    assert alone["gestures"]["spread"]["recall"] == 1.0
    assert alone["gestures"]["gather"]["recall"] == 0.0
    assert alone["ignore"]["share"] == 1.0
    assert alone["ignore"]["kinds"]["point"]["gestures"] == {"swipe_left": 1}
    assert alone["overall"]["false"] == alone["gestures"]["raise_right_hand"]["false"] == 1
    assert alone["gestures"]["clap"]["unjudged"] == 1
    by_name = {os.path.basename(s["source"]): s for s in alone["per_source"]}  # noqa: PTH119
    assert list(by_name) == [f"{name}.poses.jsonl" for name in "abcd"]
    assert by_name["a.poses.jsonl"]["missed"][0]["gesture"] == "gather"
    assert by_name["c.poses.jsonl"]["false"][0]["gesture"] == "raise_right_hand"
    assert by_name["d.poses.jsonl"]["unjudged"][0]["gesture"] == "clap"
    never = {entry["gesture"]: entry["labels"] for entry in alone["mapping"]["never_fired"]}
    assert never["gather"] == 1
    assert never["t_pose"] == 0
    assert alone["mapping"]["fired_while_idle"]["raise_right_hand"]["count"] == 1
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg class") == 3, "every clip with a mistake has its timeline"


def test_the_table_says_the_same_in_words(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(recordings), "--jobs", "1"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert max(map(len, lines)) <= 100
    cells = {line.split()[0]: line.split() for line in lines if line}
    assert cells["spread"][1:4] == ["1", "1.00", "1.00"]
    assert "mapping check:" in lines
    assert "1 confusion in 1 of 1 stretches of other gestures (100.0 %)" in lines
    assert any("1 source without labels" in line for line in lines)
    assert any("gather (would press ctrl+minus) never fired, although" in line for line in lines)


def test_idle_judges_what_has_no_labels(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--json", "--idle", str(recordings / "d.poses.jsonl")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["overall"]["idle_false"] == 1
    assert found["idle_hours"] == found["hours"] > 0
    assert found["false_per_idle_hour"] == pytest.approx(1 / found["idle_hours"])


def test_another_mapping_and_engagement_count(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = tmp_path / "mine.toml"
    mapping.write_text(
        "[gestures.left_out]\n"
        "pose = [{ left_of = ['left_wrist', 'left_shoulder'], margin = 0.7 }]\n"
        "[gestures.right_out]\n"
        "pose = [{ right_of = ['right_wrist', 'right_shoulder'], margin = 0.7 }]\n"
        "[[bindings]]\ngesture = 'left_out'\npress = 'a'\n"
        "[[bindings]]\ngesture = 'right_out'\npress = 'b'\n"
    )
    assert main(["evaluate", "--jobs", "1", "--config", str(mapping), str(recordings)]) == 0
    out = capsys.readouterr().out
    assert "left_out and right_out collide, 1 time (a.poses.jsonl" in out
    assert "both would run: press a, and press b" in out
    assert "spread was made 1 time, but the mapping does not have it" in out
    assert main(["evaluate", "--jobs", "1", "--engagement", "wake", str(recordings), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["engagement"] == "wake"
    assert found["gestures"]["spread"]["recall"] == 0.0, "nobody woke it"
    assert "swipe_left" not in found["gestures"]


def test_videos_share_a_network_and_give_the_same_whatever_the_jobs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, start_s in (("one", 1.5), ("two", 5.5)):
        cut_clip(folder / f"{name}.mp4", start_s, start_s + 1.0)
    write_recording(folder / "three.poses.jsonl")
    alone = figures(capsys, "--jobs", 1, "--device", "cpu", folder)
    together = figures(capsys, "--jobs", 2, "--device", "cpu", folder)
    assert alone == together
    frames = {os.path.basename(s["source"]): s["frames"] for s in alone["per_source"]}  # noqa: PTH119
    assert (frames["one.mp4"], frames["two.mp4"]) == (30, 30)


def test_a_source_given_twice_is_replayed_in_order(recordings: Path) -> None:
    from support_pipeline import default

    paths = [recordings / f"{name}.poses.jsonl" for name in "ca"]
    first, second = replay_all(default(), paths)
    assert first.detections[0].gesture == "raise_right_hand"
    assert first.detections[0].end_s > first.detections[0].time_s + 0.2, "it was held"
    assert second.detections[0].gesture == "spread"
    assert replay_all(default(), paths[::-1]) == [second, first]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: PATH"),
        (["gone.json"], "cannot read labels gone.json"),
        (["gone.mp4"], "no such file or folder: 'gone.mp4'"),
        (["."], "no clip or recording found"),
        (["SET", "--config", "gone.toml"], "gone.toml does not exist"),
        (["SET", "--engagement", "maybe"], "--engagement"),
        (["SET", "--device", "abacus"], "--device"),
        (["SET", "--jobs", "0"], "--jobs: '0' is not a number of processes"),
        (["SET", "--jobs", "²"], "--jobs: '²' is not a number of processes"),
        (["SET", "--clip", "a"], "--clip chooses what --report shows"),
        (["SET", "--report", "r.html", "--clip", "x"], "none of the clips evaluated is 'x'"),
        (["SET", "--report", "no/r.html"], "the folder of no/r.html does not exist"),
        (["SET", "--repotr", "r.html"], "did you mean '--report'"),
        (["SET/../broken"], "x.json is no label file: not JSON"),
    ],
)
def test_wrong_usage_is_one_line(
    recordings: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    broken = recordings.parent / "broken"
    broken.mkdir(exist_ok=True)
    (broken / "x.json").write_text('{"source": ')
    given = [argument.replace("SET", str(recordings)) for argument in arguments]
    assert main(["evaluate", *given]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gesturepose: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_broken_recording_is_one_line_and_ends_it(
    recordings: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], jobs: int
) -> None:
    folder = tmp_path / "some"
    shutil.copytree(recordings, folder)
    broken = folder / "z.poses.jsonl"
    shutil.copy(folder / "a.poses.jsonl", broken)
    with broken.open("a") as file:
        file.write('{"t": 99.0, "poses": [{"score": 0.9, "keypoints": 3}]}\n' * 2)
    assert main(["evaluate", "--jobs", str(jobs), str(folder)]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "z.poses.jsonl:" in err


def test_broken_videos_are_one_line(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / f"{name}.mp4").write_bytes(b"no video" * 100)
        write_labels(tmp_path / f"{name}.json", f"{name}.mp4", label("wave", 1, 2, 3))
    done = evaluate(tmp_path, "--jobs", 2, ".")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("gesturepose: ")
    assert done.stderr.count("\n") == 1


class Terminal:
    """The command on many recordings, its standard error a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        write_recording(folder / "0.poses.jsonl", idle_s=8.0)
        for number in range(1, 240):
            os.link(folder / "0.poses.jsonl", folder / f"{number}.poses.jsonl")
        self._ours, theirs = os.openpty()
        self.child = subprocess.Popen(
            [sys.executable, "-m", "gesturepose", "evaluate", "--jobs", "2", str(folder)],
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        os.set_blocking(self._ours, False)
        self.errors = ""

    def read(self) -> str:
        """What it wrote to the terminal until now."""
        with contextlib.suppress(OSError):  # nothing there, or nobody left to write
            self.errors += os.read(self._ours, 1 << 16).decode()
        return self.errors

    def is_gone(self) -> bool:
        """Whether no process of it is left."""
        self.child.poll()
        try:
            os.killpg(self.child.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def close(self) -> None:
        if not self.is_gone():
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.communicate()
        os.close(self._ours)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    running = Terminal(tmp_path)
    yield running
    running.close()


@posix
def test_an_interrupt_ends_all_processes_without_a_word(terminal: Terminal) -> None:
    wait_until(lambda: "1/240" in terminal.read(), 60, what="progress")
    os.killpg(terminal.child.pid, signal.SIGINT)  # as Ctrl+C in a terminal does
    out, _ = terminal.child.communicate(timeout=30)
    assert (terminal.child.returncode, out) == (0, b"")
    wait_until(terminal.is_gone, 10, what="the end of all processes")
    assert "Traceback" not in terminal.read()
    assert terminal.errors.endswith("\r\x1b[K"), "the line of progress is wiped"


@posix
def test_no_process_outlives_a_program_that_was_killed(terminal: Terminal) -> None:
    wait_until(lambda: "1/240" in terminal.read(), 60, what="progress")
    terminal.child.kill()
    terminal.child.wait()
    wait_until(terminal.is_gone, 10, what="the end of all processes")

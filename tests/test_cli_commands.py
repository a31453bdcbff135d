"""What the commands say when all is well, and how little they load to say it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gesturepose
from gesturepose import resources
from gesturepose.capture import cameras
from gesturepose.capture.cameras import CameraInfo
from gesturepose.cli import main

HEAVY = {
    "cv2",
    "onnxruntime",
    "scipy",
    "filterpy",
    "PySide6",
    "pyautogui",
    "Xlib",
    "xcffib",
    "matplotlib",
}


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)


def succeed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    return out, err


def run_module(*arguments: str, script: str = "") -> subprocess.CompletedProcess[str]:
    start = ["-c", script] if script else ["-m", "gesturepose"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(resources.__file__).parents[1])},
    )


def test_version_of_the_module_run_as_a_program() -> None:
    done = run_module("--version")
    assert done.stdout == f"gesturepose {gesturepose.__version__}\n"
    assert done.stderr == ""


def test_help_names_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = succeed(capsys, "--help")
    assert err == ""
    for word in (
        "check [FILE]", "cameras", "models", "evaluate CLIP.json", "--no-gui", "--config FILE",
        "--source SRC",
        "--model NAME|PATH", "--device DEVICE", "--dry-run", "--events FILE|-", "--record FILE",
        "--realtime", "--max-seconds S", "--engagement MODE", "--log-level LEVEL", "--version",
    ):  # fmt: skip
        assert word in out
    assert "--source demo --dry-run" in out
    assert "validate a gestures.toml" in succeed(capsys, "check", "--help")[0].lower()


@pytest.mark.parametrize(
    "arguments", ["--help", "--version", "check", "models --no-time", "cameras"]
)
def test_what_answers_quickly_loads_nothing_heavy(arguments: str) -> None:
    if arguments == "cameras" and sys.platform != "linux":
        pytest.skip("other systems list cameras by opening them")
    script = (
        "import sys; from gesturepose.cli import main; code = main(sys.argv[1:]); "
        "print(code, *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    code, *loaded = run_module(*arguments.split(), script=script).stdout.splitlines()[-1].split(" ")
    assert code == "0"
    assert "gesturepose" in loaded
    assert not HEAVY & set(loaded)


def test_models_are_a_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out, err = succeed(capsys, "models", "--no-time")
    heading, *rows = out.split("\n\n", maxsplit=1)[0].splitlines()
    footer = out.rsplit("\n\n", maxsplit=1)[1].splitlines()
    row = next(row for row in rows if row.startswith("movenet-multipose"))
    assert err == ""
    assert [row.split()[0] for row in rows] == sorted(row.split()[0] for row in rows)
    assert row.split()[-1] == "Apache-2.0"
    assert len(rows) == len(list(resources.models_dir().glob("*.onnx")))
    assert max(len(heading), *map(len, rows)) <= 100
    assert str(tmp_path / "share") in footer[0]
    assert "--model PATH" in footer[0]


def test_models_of_the_user_are_listed_and_broken_ones_told(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    folder = tmp_path / "share" / "gesturepose" / "models"
    folder.mkdir(parents=True)
    card = (resources.models_dir() / "movenet-multipose.toml").read_text(encoding="utf-8")
    (folder / "mine.onnx").touch()
    (folder / "mine.toml").write_text(card.split("[[accuracy]]", maxsplit=1)[0], encoding="utf-8")
    (folder / "other.onnx").touch()
    out, _ = succeed(capsys, "models", "--no-time")
    assert [line.split()[-1] for line in out.splitlines() if line.startswith("mine ")] == [
        "Apache-2.0",
        "measured",
    ]
    assert "other.onnx has no card" in caplog.text
    assert "other" not in out


def test_cameras_are_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [CameraInfo(0, "/dev/video0", "Front"), CameraInfo(10, "/dev/video10", "Desk cam")]
    monkeypatch.setattr(cameras, "list_cameras", lambda: found)
    assert succeed(capsys, "cameras") == (
        "SOURCE  NAME      DEVICE\n0       Front     /dev/video0\n10      Desk cam  /dev/video10\n",
        "",
    )


def test_no_camera_names_the_demo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cameras, "list_cameras", list)
    out, err = succeed(capsys, "cameras")
    assert out == ""
    assert err.startswith("gesturepose: no camera found")
    assert "--source demo --dry-run" in err


def check(capsys: pytest.CaptureFixture[str], text: str) -> list[str]:
    Path("x.toml").write_text(text)
    out, err = succeed(capsys, "check", "x.toml")
    assert err == ""
    return out.splitlines()


NOD = """\
[gestures.nod]
pose = [{ below = ["nose", "mid_shoulder"] }]
"""
OTHER = NOD.replace("nod", "other")


def bind(*lines: str) -> str:
    return "[[bindings]]\ngesture = 'nod'\n" + "".join(f"{line}\n" for line in lines)


def test_check_counts_what_is_enabled(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, NOD) == ["x.toml: valid, 1 gesture, 0 bindings"]
    off = bind("press = 'b'", "enabled = false")
    assert check(capsys, NOD + bind("press = 'a'") + off) == ["x.toml: valid, 1 gesture, 1 binding"]


def test_check_without_a_file_takes_the_one_a_run_would(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    packaged = f"{resources.default_config()}: valid, 15 gestures, "
    out, _ = succeed(capsys, "check")
    assert out.startswith(packaged)
    assert out.count("\n") == 1, "the packaged mapping gives no reason to doubt"
    user = tmp_path / "config" / "gesturepose" / "gestures.toml"
    user.parent.mkdir(parents=True)
    user.write_text(NOD)
    assert succeed(capsys, "check")[0].startswith(f"{user}: valid, 1 gesture")
    Path("gestures.toml").write_text("")  # nobody agreed to that
    assert succeed(capsys, "check")[0].startswith(f"{user}: valid, 1 gesture")


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (
            NOD + "enabled = false\n" + OTHER + bind("press = 'a'"),
            "x.toml:6: bindings[0] never acts: 'nod' is not enabled",
        ),
        ("\n[gestures]\n", "x.toml:2: no gesture is enabled, so nothing is ever recognised"),
        (
            NOD + bind("press = 'a'", "app = 'x'") + bind("press = 'b'", "app = 'x'"),
            "x.toml:7: bindings[1] and bindings[0] both act on 'nod' in windows matching 'x'",
        ),
        (
            NOD + bind("press = 'a'") + bind("press = 'b'"),
            "x.toml:6: bindings[1] and bindings[0] both act on 'nod'",
        ),
        (
            NOD + bind("close = 'front'"),
            (
                "x.toml:3: bindings[0] has 'close', which cannot be taken back, and 'nod' is held "
                "for 0.4 s only; give it hold_s = 1.0 or more"
            ),
        ),
        (
            "[control]\nallow_commands = true\n"
            "[gestures.nod.motion]\nkeypoint = 'nose'\ntowards = 'down'\ndistance = 0.5\n"
            + bind("run = ['true']"),
            (
                "x.toml:7: bindings[0] has 'run', which cannot be taken back, and 'nod' is a "
                "motion, which happens by accident; use a posture with hold_s = 1.0 or more"
            ),
        ),
        (
            NOD + bind("press = 'a'", "app = 'C++'"),
            (
                "x.toml:3: bindings[0] has app = 'C++', which is read as a pattern (regular "
                'expression); plain text stands in a list: app = ["C++"]'
            ),
        ),
        (
            NOD + bind("press = 'a'", "app = '/chrom/'"),
            (
                "x.toml:3: bindings[0] has app = '/chrom/', whose slashes belong to the pattern; "
                "write it without them"
            ),
        ),
        (
            NOD + bind("press = 'a'", "app = ['chrom|firefox']"),
            (
                "x.toml:3: bindings[0] has 'chrom|firefox' in the list of app, which is read as "
                "plain text; a pattern stands alone, without a list"
            ),
        ),
        (
            NOD + "hold_s = 1.0\n" + bind("close = 'chrom|firefox'"),
            (
                "x.toml:4: bindings[0] has close = 'chrom|firefox', which is read as plain text; "
                "a pattern stands between slashes: '/chrom|firefox/'"
            ),
        ),
        (
            NOD + bind("press = 'a'", "app = ['x', 'y']") + bind("press = 'b'", "app = ['x', 'y']"),
            (
                "x.toml:7: bindings[1] and bindings[0] both act on 'nod' in windows matching 'x' "
                "or 'y'"
            ),
        ),
        (
            "[control]\nengagement = 'wake'\nwake = 'nod'\n" + NOD + "enabled = false\n" + OTHER,
            "x.toml:3: the wake gesture 'nod' is not enabled, so nothing ever engages",
        ),
    ],
)
def test_check_doubts(capsys: pytest.CaptureFixture[str], text: str, doubt: str) -> None:
    assert check(capsys, text)[1:] == [f"warning: {doubt}"]


@pytest.mark.parametrize(
    "text",
    [
        NOD + "hold_s = 1.0\n" + bind("close = 'front'"),
        NOD + "hold_s = 1.0\n" + bind("close = '[draft]'"),
        NOD + "hold_s = 1.0\n" + bind("close = '/a|b/'"),
        NOD + bind("press = 'a'", "app = ['C++', '[draft]', 'Budget (1)']"),
        NOD + bind("press = 'a'", "app = 'x'") + bind("press = 'b'", "app = 'y'"),
        NOD + bind("press = 'a'") + bind("press = 'b'", "enabled = false"),
        NOD + "enabled = false\n" + OTHER + bind("close = 'front'", "enabled = false"),
    ],
)
def test_check_does_not_doubt(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert len(check(capsys, text)) == 1

"""Bad input: one clear line a problem on standard error, the right exit code, nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from gesturepose import resources
from gesturepose.cli import main

CAMERA = "/sys/class/video4linux"
DEMO = ["--no-gui", "--dry-run", "--source", "demo", "--max-seconds", "0.1"]
BINDING = "[[bindings]]\n"


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)


def fail(
    capsys: pytest.CaptureFixture[str], arguments: list[str], *, code: int, lines: int = 1
) -> list[str]:
    """Run and return the lines of standard error, without their prefix."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    said = err.splitlines()
    assert len(said) == lines, err
    assert all(line.startswith("gesturepose: ") for line in said)
    return [line.removeprefix("gesturepose: ") for line in said]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    root = Path(resources.__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-m", "gesturepose", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--record", "x.jsonl"], "--record goes with --no-gui"),
        (["--no-gui", "--sorce", "demo"], "unknown option '--sorce'; did you mean '--source'?"),
        (["--no-gui", "--sorce=demo"], "did you mean '--source'?"),
        (["--no-gui", "--dry"], "unknown option '--dry'"),
        (["chekc"], "unknown command 'chekc'; did you mean 'check'?"),
        (["camera"], "unknown command 'camera'; did you mean 'cameras'?"),
        (["frobnicate"], "unknown command 'frobnicate' (see 'gesturepose --help')"),
        (["check", "a.toml", "b.toml"], "unknown argument 'b.toml'"),
        (["models", "--quux"], "unknown option '--quux' (see 'gesturepose models --help')"),
        (["--no-gui", "--source"], "--source: expected one argument"),
        ([*DEMO, "--max-seconds", "-1"], "--max-seconds: '-1' is not a positive number"),
        ([*DEMO, "--max-seconds", "nan"], "--max-seconds: 'nan' is not a positive number"),
        ([*DEMO, "--max-seconds", "soon"], "--max-seconds: 'soon' is not a positive number"),
        ([*DEMO, "--engagement", "sometimes"], "should be 'always' or 'wake', not 'sometimes'"),
        ([*DEMO, "--device", "gpu"], "--device: should be 'auto', 'cpu', 'cuda'"),
        ([*DEMO, "--log-level", "warn"], "did you mean 'warning'?"),
        ([*DEMO, "--config", "none.toml"], "configuration none.toml does not exist"),
        ([*DEMO, "--config", "no/none.toml"], "nor does the folder it would be in"),
        ([*DEMO, "--config", "."], "configuration . is a folder, not a file"),
        (["check", "none.toml"], "configuration none.toml does not exist"),
        ([*DEMO, "--model", "movenet"], "did you mean 'movenet-multipose'?"),
        ([*DEMO, "--model", "no/such.onnx"], "no such network file: no/such.onnx"),
        ([*DEMO, "--events", "no/e.jsonl"], "events: no/e.jsonl cannot be written: No such file"),
        ([*DEMO, "--events", "."], "events: . cannot be written: Is a directory"),
        ([*DEMO, "--record", "no/r.jsonl"], "record: no/r.jsonl cannot be written: No such file"),
        (["--no-gui", "--dry-run", "--source", "none.mp4"], "no such file or folder: 'none.mp4'"),
        (["--no-gui", "--dry-run", "--source", "dmeo"], "did you mean 'demo'?"),
        (["--no-gui", "--dry-run", "--source", "gopher://x/"], "'gopher://' is not supported"),
        (["--no-gui", "--dry-run", "--source", "line\nbreak"], "line\\nbreak"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert said in fail(capsys, arguments, code=2)[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--dry-run", "--source", "/dev/video999"], "there is no camera /dev/video999"),
        (["--dry-run", "--source", "corrupt.mp4"], "corrupt.mp4 is not a video that can be read"),
        (["--dry-run", "--source", "empty.mp4"], "empty.mp4 is empty"),
        (["--dry-run", "--source", "empty"], "empty holds no pictures"),
        (["--dry-run", "--source", "corrupt.poses.jsonl"], "corrupt.poses.jsonl:1: not JSON"),
        (["--source", "demo"], "use --dry-run"),
    ],
)
def test_failures_while_running(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "corrupt.mp4").write_bytes(b"this is no video" * 100)
    (tmp_path / "corrupt.poses.jsonl").write_bytes(b"nor a recording\n")
    assert said in fail(capsys, ["--no-gui", *arguments], code=1)[0]


@pytest.mark.skipif(Path(CAMERA, "video0").exists(), reason="this machine has a camera")
def test_no_such_camera_names_the_command_that_lists_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = fail(capsys, ["--no-gui", "--dry-run"], code=1)[0]
    assert "there is no camera 0" in line
    assert "gesturepose cameras" in line


def write_identity(path: Path) -> None:
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    node = helper.make_node("Identity", ["x"], ["y"])
    graph = helper.make_graph([node], "identity", value[:1], value[1:])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


def test_networks_that_are_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def complain(name: str) -> str:
        line = fail(capsys, [*DEMO, "--model", str(tmp_path / name)], code=2)[0]
        assert Path(name).stem in line
        return line

    card = resources.models_dir() / "movenet-multipose.toml"
    write_identity(tmp_path / "identity.onnx")
    assert "identity.onnx has no card: write" in complain("identity.onnx")
    shutil.copy(card, tmp_path / "identity.toml")
    assert "is not a movenet-multipose pose network: it takes x" in complain("identity.onnx")
    (tmp_path / "garbage.onnx").write_bytes(b"\x08garbage")
    shutil.copy(card, tmp_path / "garbage.toml")
    assert "is not a valid ONNX file" in complain("garbage.onnx")
    (tmp_path / "garbage.toml").write_text("family =")
    assert "is not valid TOML" in complain("garbage.onnx")


def test_a_device_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    missing = "coreml" if "CoreML" not in str(onnxruntime.get_available_providers()) else "directml"
    line = fail(capsys, [*DEMO, "--device", missing], code=2)[0]
    assert f"device '{missing}' does not work here" in line
    assert "Device 'auto' takes what works" in line


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine may have CUDA")
def test_cuda_where_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        "device 'cuda' does not work here" in fail(capsys, [*DEMO, "--device", "cuda"], code=2)[0]
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[control]\nengaged_s = \n", "x.toml:2:13: not a value"),
        ("[[bindings]]\npress = ctrl+plus\n", "x.toml:2:9: not a value; text stands in quotes"),
        ("[control]\nwake = 'wave'\nwake = 'clap'\n", "x.toml:3:14: this is defined already"),
        ("[control]\n[control]\n", "x.toml:2:9: this is defined already"),
        ("[control\nwake = 'wave'\n", "x.toml:1:9: expected ']'"),
        ("a = [1,\n\n", "x.toml:1:8: unfinished value: the file ends here"),
        (
            "[control]\nengaged_s = 'long'\n",
            'x.toml:2: control.engaged_s: should be a number, not "long"',
        ),
        (
            "[control]\nallow_commands = 1\n",
            "control.allow_commands: should be true or false, not 1",
        ),
        (
            "[control]\nengagment = 'wake'\n",
            "x.toml:2: control.engagment: unknown key 'engagment'; did you mean 'engagement'?",
        ),
        ("[controls]\n", "x.toml:1: controls: unknown key 'controls'; did you mean 'control'?"),
        ("[control]\nengaged_s = inf\n", "x.toml:2: control.engaged_s: should be"),
        (
            "[control]\nengagement = 'wake'\nwake = 'wvae'\n",
            "x.toml:3: control.wake: gesture 'wvae' is not defined; did you mean 'wave'?",
        ),
        ("control = 1979-05-27\n", "x.toml:1: control"),
        (
            BINDING + "gesture = 'wave'\npress = 'ctrl+plsu'\n",
            "x.toml:3: bindings[0].press: unknown key 'plsu'; did you mean 'plus'?",
        ),
        (
            BINDING + "gesture = 'wvae'\npress = 'a'\n",
            "x.toml:2: bindings[0].gesture: gesture 'wvae' is not defined; did you mean 'wave'?",
        ),
        (BINDING + "press = 'a'\n", "x.toml:1: bindings[0]: 'gesture' is missing"),
        (
            BINDING + "gesture = 'wave'\n",
            "x.toml:1: bindings[0]: the binding of 'wave' does nothing",
        ),
        (
            BINDING + "gesture = 'wave'\nlaunch = 3\n",
            "x.toml:3: bindings[0].launch: should be text in quotes or a list, not 3",
        ),
        (
            BINDING + "gesture = 'wave'\nmove = [1]\n",
            "x.toml:3: bindings[0].move: has too few items, item 2 is missing",
        ),
        (
            BINDING + "gesture = 'wave'\nrun = ['true']\n",
            "x.toml:3: bindings[0].run: refused unless [control] has allow_commands = true",
        ),
        (
            "[gestures.x]\npose = [{ above = ['right_wirst', 'nose'] }]\n",
            "gestures.x.pose[0].above[0]: unknown keypoint 'right_wirst'; did you mean 'right_w",
        ),
        (
            "[gestures.Wave]\nmotion = {between = ['nose', 'left_hip'], swings = 3, distance = 1}",
            "x.toml:1: gestures.Wave: a gesture's name is lower-case",
        ),
        ("[gestures.x]\n", "x.toml:1: gestures.x: a gesture needs pose rules or a motion"),
        ("a = " + "9" * 5000, "x.toml:1: a number has more digits than make sense"),
        ("a = " + "[" * 2000 + "]" * 2000, "nested too deeply"),
        ('"line\\nbreak" = 1', "x.toml:1: line\\nbreak: unknown key 'line\\nbreak'"),
    ],
)
def test_wrong_mappings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "x.toml").write_text(text)
    assert said in fail(capsys, ["check", "x.toml"], code=2)[0]


def test_every_problem_of_a_file_is_told_at_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "x.toml").write_text(
        """
        [control]
        engagment = "wake"
        [camera]
        fps = "fast"
        [gestures.wave]
        hold_s = -1
        pose = [
            { above = ["right_wrist", "nose"] },
            { above = ["right_wrist", "hose"] },
        ]
        [[bindings]]
        gesture = "wave"
        press = "ctrl+foo"
        """
    )
    lines = fail(capsys, ["check", "x.toml"], code=2, lines=5)
    assert [line.split(": ")[:2] for line in lines] == [
        ["x.toml:3", "control.engagment"],
        ["x.toml:5", "camera.fps"],
        ["x.toml:7", "gestures.wave.hold_s"],
        ["x.toml:10", "gestures.wave.pose[1].above[1]"],
        ["x.toml:14", "bindings[0].press"],
    ]
    # The same file stops a run before anything is opened.
    fail(capsys, [*DEMO, "--config", "x.toml"], code=2, lines=5)


def test_a_mapping_that_is_no_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"a = '\xff'\n")
    assert "not UTF-8 text (byte 5)" in fail(capsys, ["check", "x.toml"], code=2)[0]


def test_a_name_nearly_right_is_suggested(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "gestures.toml").touch()
    line = fail(capsys, ["check", "gesture.toml"], code=2)[0]
    assert line.endswith("does not exist; did you mean 'gestures.toml'?")
    assert "did you mean 'gestures.toml'?" in fail(capsys, ["check", "."], code=2)[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("option", ["--events", "--record"])
def test_a_full_disk(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert main([*DEMO, option, "/dev/full"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "can no longer be written: No space left on device" in err


def test_a_real_process_says_one_line_and_returns_the_code(tmp_path: Path) -> None:
    done = run("--no-gui", "--source", "demo")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("gesturepose: ")
    assert "--dry-run" in done.stderr
    assert done.stderr.count("\n") == 1
    (tmp_path / "gestures.toml").write_text("[control]\nwake = 3\n")
    done = run("check", "gestures.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "gesturepose: gestures.toml:2: control.wake: should be text in quotes, not 3\n"
    )


def test_a_truncated_video_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    clip = resources.demo_clip().read_bytes()
    (tmp_path / "cut.mp4").write_bytes(clip[: len(clip) // 12])
    done = run("--no-gui", "--dry-run", "--source", "cut.mp4", "--events", "-")
    assert done.returncode == 0
    warnings = [line for line in done.stderr.splitlines() if "breaks off" in line]
    assert len(warnings) == 1
    assert warnings[0].startswith("gesturepose: cut.mp4 breaks off: ")
    assert "Traceback" not in done.stderr
    assert '{"type":"stop","frames":' in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX shells")
@pytest.mark.parametrize(
    "arguments", [["models"], ["--help"], [*DEMO[:4], "--max-seconds", "4", "--events", "-"]]
)
def test_a_reader_that_has_enough(arguments: list[str]) -> None:
    read_end, write_end = os.pipe()
    root = Path(resources.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-m", "gesturepose", *arguments],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        os.close(write_end)
        os.close(read_end)  # before the first line is written
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert "Traceback" not in err
    assert "Broken" not in err
    assert "Exception" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_standard_output_on_a_full_disk() -> None:
    root = Path(resources.__file__).parents[1]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gesturepose", "models"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
    assert done.returncode == 1
    assert done.stderr == (
        "gesturepose: standard output cannot be written: No space left on device\n"
    )

"""The wheel holds what a user needs, and nothing else."""

import re
import tomllib
import zipfile
from email.parser import Parser
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gesturepose

ROOT = Path(gesturepose.__file__).parents[1]

pytestmark = pytest.mark.skipif(
    find_spec("hatchling") is None or not (ROOT / "pyproject.toml").is_file(),
    reason="needs hatchling and a checkout (pip install -e .[test])",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def sizes(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.file_size for entry in archive.infolist()}


def read(wheel: Path, ending: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(ending))
        return archive.read(name).decode()


def test_every_module_travels(sizes: dict[str, int]) -> None:
    package = ROOT / "gesturepose"
    modules = {path.relative_to(ROOT).as_posix() for path in package.rglob("*.py")}
    assert modules
    assert modules <= set(sizes)
    assert "gesturepose/py.typed" in sizes


def test_models_mapping_and_demo_travel(sizes: dict[str, int]) -> None:
    models = list((ROOT / "models").glob("*.onnx"))
    assert models
    for model in models:
        assert sizes[f"gesturepose/models/{model.name}"] == model.stat().st_size
        assert f"gesturepose/models/{model.stem}.toml" in sizes
    assert sizes["gesturepose/gestures.toml"] == (ROOT / "gestures.toml").stat().st_size
    assert 0 < sizes["gesturepose/capture/demo/demo.mp4"] < 3_000_000
    assert "gesturepose/capture/demo/demo.json" in sizes


def test_nothing_else_travels(sizes: dict[str, int], wheel: Path) -> None:
    assert {name.split("/")[0] for name in sizes} == {
        "gesturepose",
        f"gesturepose-{gesturepose.__version__}.dist-info",
    }
    inside = [name for name in sizes if name.startswith("gesturepose/")]
    endings = {Path(name).suffix for name in inside}
    assert endings == {
        ".py", ".typed", ".onnx", ".toml", ".mp4", ".json", ".css", ".svg", ".ts"
    }  # fmt: skip
    assert not [name for name in inside if "test" in name or "__pycache__" in name]
    clips = [name for name in inside if name.endswith((".mp4", ".json"))]
    assert sorted(clips) == [
        "gesturepose/capture/demo/demo.json",
        "gesturepose/capture/demo/demo.mp4",
    ]
    assert wheel.stat().st_size < 48_000_000


def test_licence_and_notice_travel(sizes: dict[str, int]) -> None:
    for name in ("LICENSE", "NOTICE"):
        (found,) = (size for path, size in sizes.items() if path.endswith(f"/licenses/{name}"))
        assert found == (ROOT / name).stat().st_size > 0


def test_metadata(wheel: Path) -> None:
    metadata = Parser().parsestr(read(wheel, ".dist-info/METADATA"))
    assert metadata["Name"] == "gesturepose"
    assert metadata["Version"] == gesturepose.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "gesturepose = gesturepose.cli:main" in read(wheel, ".dist-info/entry_points.txt")


def test_the_two_runtimes_are_never_both_required() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtimes = [
        requirement
        for requirement in map(Requirement, project["dependencies"])
        if requirement.name.startswith("onnxruntime")
    ]
    for platform, machine, expected in (
        ("linux", "x86_64", "onnxruntime-gpu"),
        ("win32", "AMD64", "onnxruntime-gpu"),
        ("linux", "aarch64", "onnxruntime"),
        ("win32", "ARM64", "onnxruntime"),
        ("darwin", "arm64", "onnxruntime"),
        ("darwin", "x86_64", "onnxruntime"),
    ):
        environment = {"sys_platform": platform, "platform_machine": machine}
        taken = [r.name for r in runtimes if r.marker and r.marker.evaluate(environment)]
        assert taken == [expected]


def test_the_notice_names_everything_that_is_installed_beside_it() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    named = {canonicalize_name(word) for word in re.findall(r"[\w.-]+\w", notice)}
    assert _requirements("gesturepose", set()) - named == set()


def _requirements(name: str, seen: set[str]) -> set[str]:
    """Everything that pip installs for a package here, and the package."""
    name = canonicalize_name(name)
    if name in seen:
        return seen
    seen.add(name)
    for text in metadata.requires(name) or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            _requirements(requirement.name, seen)
    return seen

"""Devices: what is tried, what is said when it does not work, and how a failing GPU is left."""

from __future__ import annotations

import ctypes.util
import functools
import logging
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest
import skimage.data

from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose import providers
from gesturepose.pose.card import find_model
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.providers import CPU, default_threads, input_memory
from gesturepose.pose.runtime import explain
from gesturepose.pose.session import PoseSession

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.pose.settings import Device

PICTURE = np.ascontiguousarray(skimage.data.astronaut()[:128, 160:288])
HAS_CUDA_BUILD = "CUDAExecutionProvider" in onnxruntime.get_available_providers()

no_driver = pytest.mark.skipif(
    providers._has_nvidia_driver() or not HAS_CUDA_BUILD,
    reason="needs an onnxruntime with CUDA on a machine without NVIDIA's driver",
)


def load(device: Device) -> PoseSession:
    model = find_model("movenet-lightning")
    return PoseSession(model, FAMILIES[model.card.family], device=device, threads=1)


@functools.cache
def cpu_outputs() -> dict[str, NDArray[np.float32]]:
    return {name: head.copy() for name, head in load("cpu").run(PICTURE).items()}


def assert_right(outputs: dict[str, NDArray[np.float32]]) -> None:
    for name, expected in cpu_outputs().items():
        assert np.array_equal(outputs[name], expected), name


@pytest.fixture(autouse=True)
def _nothing_said_yet(caplog: pytest.LogCaptureFixture) -> None:
    providers._say_once.cache_clear()
    caplog.set_level(logging.INFO, logger="gesturepose")


def said(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= level]


def test_auto_always_runs_and_says_in_one_line_why_not_faster(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = load("auto")
    assert found.run(PICTURE)
    if found.provider != CPU:
        assert not said(caplog)
        return
    (line,) = said(caplog)
    assert line.startswith("the network runs on the CPU (")
    assert "\n" not in line
    assert load("auto").provider == CPU
    assert said(caplog) == [line]  # a second network is no news


@no_driver
def test_without_a_driver_no_library_is_loaded_and_nothing_is_asked_of_the_user(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: loaded.append("CUDA"))
    assert load("auto").provider == CPU
    assert said(caplog) == ["the network runs on the CPU (cuda: no NVIDIA driver is installed)"]
    assert not loaded


@no_driver
@pytest.mark.skipif(sys.platform != "linux", reason="loads a library that Linux has")
@pytest.mark.parametrize("preloads", [True, False], ids=["preload", "no preload"])
def test_with_a_driver_the_line_names_what_is_missing_and_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, preloads: bool
) -> None:
    """Any library stands in for the driver; onnxruntime then really tries, and fails."""
    monkeypatch.setattr(providers, "_NVIDIA_DRIVER", ctypes.util.find_library("c"))
    if not preloads:  # as before 1.21; the reason is then only in what native code writes
        monkeypatch.delattr(onnxruntime, "preload_dlls", raising=False)
    assert load("auto").provider == CPU
    (line,) = said(caplog)
    start, _, rest = line.partition(" is missing; it needs ")
    assert start.startswith("the network runs on the CPU (cuda: lib")
    assert rest == 'an NVIDIA GPU with its driver, and pip install "gesturepose[cuda]")'


@pytest.mark.parametrize("device", ["cuda", "tensorrt", "coreml", "directml"])
def test_a_device_that_is_not_there_names_the_fix(device: Device) -> None:
    try:
        found = load(device)
    except ModelError as error:
        message = str(error)
    else:  # this machine has it: then it must really be used
        assert found.provider != CPU
        assert found.provider in onnxruntime.get_available_providers()
        return
    assert f"device {device!r} does not work here" in message
    assert "pip install" in message
    assert "\n" not in message


@no_driver
@pytest.mark.skipif(sys.platform != "linux", reason="loads a library that Linux has")
def test_tensorrt_names_the_library_too_and_makes_a_place_for_its_engines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(providers, "_NVIDIA_DRIVER", ctypes.util.find_library("c"))
    monkeypatch.setattr(providers, "user_folder", lambda _: tmp_path)
    with pytest.raises(ModelError, match=r"'tensorrt' does not work here \(lib\S+ is missing\)"):
        load("tensorrt")
    assert (tmp_path / "tensorrt").is_dir()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "onnxruntime does not say why"),
        (
            (
                "[ONNXRuntimeError] : 1 : FAIL : Failed to load library with error: "
                "libcublasLt.so.13: cannot open shared object file: No such file or directory"
            ),
            "libcublasLt.so.13 is missing",
        ),
        (
            (
                '[ONNXRuntimeError] : 1 : FAIL : Error loading "C:\\cuda.dll" which depends '
                'on "cublasLt64_12.dll" which is missing. (Error 126: "The module was not found.")'
            ),
            "cublasLt64_12.dll is missing",
        ),
        (
            (
                "/onnxruntime_src/cuda/cuda_call.cc:123 std::conditional_t<THRW, void, Status> "
                "onnxruntime::CudaCall(ERRTYPE, int) [with ERRTYPE = cudaError] CUDA failure 100: "
                "no CUDA-capable device is detected ; GPU=327 ; hostname=home ; line=245 ;"
            ),
            "no CUDA-capable device is detected",
        ),
        (
            (
                "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while "
                "running Conv node.\nmore of it"
            ),
            "Non-zero status code returned while running Conv node",
        ),
    ],
)
def test_reasons_are_short(text: str, reason: str) -> None:
    assert explain(text) == reason


class FailingGpu:
    """A session that says it runs on CUDA, and fails as one without memory does.

    It runs on the CPU while it works; a real one cannot be had everywhere.
    """

    def __init__(self, real: Any, good_runs: int) -> None:
        self._real = real
        self._good_runs = good_runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", CPU]

    def run(self, *arguments: Any) -> Any:
        if self._good_runs == 0:
            raise RuntimeError("CUDA failure 2: out of memory ; GPU=0 ; hostname=home ;")
        self._good_runs -= 1
        return self._real.run(*arguments)

    def io_binding(self) -> Any:
        raise RuntimeError("CUDA failure 2: out of memory ; GPU=0 ; hostname=home ;")


@pytest.fixture(params=[0, 1], ids=["at once", "while binding"])
def failing_gpu(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    real = providers.open_session

    def open_session(path: Path, device: Device, *, threads: int) -> Any:
        opened = real(path, "cpu", threads=threads)
        return opened if device == "cpu" else FailingGpu(opened, request.param)

    monkeypatch.setattr("gesturepose.pose.session.open_session", open_session)


@pytest.mark.usefixtures("failing_gpu")
def test_a_gpu_that_fails_gives_way_to_the_cpu_and_no_picture_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = load("auto")
    assert found.provider == "CUDAExecutionProvider"
    assert_right(found.run(PICTURE))
    assert found.provider == CPU
    assert said(caplog, logging.WARNING) == [
        "CUDAExecutionProvider failed (out of memory); the network runs on the CPU from now on"
    ]
    for _ in range(3):
        assert_right(found.run(PICTURE))
    assert len(said(caplog)) == 1


@pytest.mark.usefixtures("failing_gpu")
def test_a_gpu_asked_for_by_name_is_not_given_up_silently() -> None:
    found = load("cuda")
    with pytest.raises(
        GesturePoseError, match=r"failed on CUDAExecutionProvider: out of memory; try device 'cpu'"
    ):
        found.run(PICTURE)


@pytest.mark.usefixtures("failing_gpu")
def test_a_picture_that_fails_everywhere_says_so() -> None:
    found = load("auto")
    with pytest.raises(GesturePoseError, match="failed on") as caught:
        found.run(np.zeros((50, 70, 3), np.uint8))
    assert "and on the CPU" in str(caught.value)
    found.close()
    with pytest.raises(GesturePoseError, match="was closed"):
        found.run(PICTURE)


def test_inputs_are_bound_where_the_provider_takes_them() -> None:
    assert input_memory(CPU) == "cpu"
    assert input_memory("CUDAExecutionProvider") == "cuda"
    assert input_memory("TensorrtExecutionProvider") == "cuda"
    assert not input_memory("DmlExecutionProvider")
    assert not input_memory("CoreMLExecutionProvider")


def test_threads_leave_room_for_the_rest() -> None:
    assert 1 <= default_threads() <= 4
    assert default_threads(20.0) == default_threads()


def test_a_small_network_has_one_thread_unless_asked() -> None:
    model = find_model("movenet-lightning")
    assert model.card.gflops is not None
    family = FAMILIES[model.card.family]

    def threads(asked: int | None) -> int:
        opened = PoseSession(model, family, device="cpu", threads=asked)
        return int(opened._session.get_session_options().intra_op_num_threads)

    assert default_threads(model.card.gflops) == threads(None) == 1
    assert threads(3) == 3

"""Where onnxruntime runs a network: choosing a device, loading what it needs, and saying why not.

Options follow onnxruntime's own pages on its execution providers. What is said here about GPUs has
been read there and not run; on the CPU it was measured. Nothing here knows what a network means.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gesturepose.errors import ModelError
from gesturepose.platforms.user_folders import user_folder
from gesturepose.pose.runtime import capture_chatter, explain, import_onnxruntime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gesturepose.pose.settings import Device

log = logging.getLogger(__name__)

CPU = "CPUExecutionProvider"

#: More threads than this gain a network this small nothing and take cores from everything else.
_MOST_THREADS = 4

#: Below so many billions of operations a picture (MoveNet Lightning has 0.45), waking
#: a second thread for each layer takes longer than the layer: measured on two cores, no faster and
#: a tenth more processor time.
_SINGLE_THREAD_GFLOPS = 1.0

#: The library every NVIDIA driver installs; without it neither CUDA nor TensorRT can start.
_NVIDIA_DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"

#: How `explain` ends when a library is not there.
_MISSING = " is missing"


@dataclass(frozen=True, slots=True)
class _Provider:
    """One way to run a network besides the CPU.

    Attributes
    ----------
    name
        onnxruntime's.
    needs
        What is needed to have it, for people.
    nvidia
        Whether it needs an NVIDIA driver and the CUDA libraries.
    memory
        What onnxruntime calls the memory its inputs lie in; empty where buffers are not bound.
    """

    name: str
    needs: str
    nvidia: bool = False
    memory: str = ""


_CUDA = _Provider(
    "CUDAExecutionProvider",
    'an NVIDIA GPU with its driver, and pip install "gesturepose[cuda]"',
    nvidia=True,
    memory="cuda",
)

#: By what a user calls the device.
_PROVIDERS: Mapping[str, _Provider] = {
    "cuda": _CUDA,
    "tensorrt": _Provider(
        "TensorrtExecutionProvider",
        'an NVIDIA GPU with its driver, pip install "gesturepose[cuda]", and the TensorRT '
        "libraries of the version that this onnxruntime is made for",
        nvidia=True,
        memory="cuda",
    ),
    "directml": _Provider(
        "DmlExecutionProvider",
        "Windows, and pip install onnxruntime-directml in place of onnxruntime-gpu",
    ),
    "coreml": _Provider("CoreMLExecutionProvider", "macOS, and pip install onnxruntime"),
}

#: What ``auto`` tries before the CPU. TensorRT builds an engine for every new input size, which
#: takes minutes. Core ML is slow with inputs whose size is not fixed in the file, and of networks
#: it takes in part often slower than the CPU. Both are there for who asks for them.
_AUTOMATIC = ("cuda", "directml")


def default_threads(gflops: float | None = None) -> int:
    """Count the physical cores this program may use, four at most; one for a small network.

    Parameters
    ----------
    gflops
        Billions of operations the network needs for a picture, if that is known.
    """
    if gflops is not None and gflops < _SINGLE_THREAD_GFLOPS:
        return 1
    if hasattr(os, "sched_getaffinity"):
        usable = os.sched_getaffinity(0)
        topology = Path("/sys/devices/system/cpu")
        try:
            cores = {
                (topology / f"cpu{cpu}/topology/thread_siblings_list").read_text() for cpu in usable
            }
        except OSError:
            return min(len(usable), _MOST_THREADS)
        return min(len(cores), _MOST_THREADS)
    return min(max((os.cpu_count() or 2) // 2, 1), _MOST_THREADS)


def input_memory(provider: str) -> str:
    """Name the memory in which a provider takes bound inputs; empty where they are not bound."""
    if provider == CPU:
        return "cpu"
    return next((known.memory for known in _PROVIDERS.values() if known.name == provider), "")


def open_session(path: Path, device: Device, *, threads: int) -> Any:
    """Load a network where it was asked for.

    Parameters
    ----------
    path
        The ``.onnx`` file.
    device
        ``auto`` takes the fastest that works; if that is the CPU, the log says why, once.
    threads
        CPU threads.

    Returns
    -------
    onnxruntime.InferenceSession
        The first of its providers is what it runs on.

    Raises
    ------
    ModelError
        The file is no ONNX file, or the device asked for by name does not work here.
    """
    if device == "cpu":
        return _create(path, CPU, threads)
    if device != "auto":
        session, reason = _try(path, device, threads)
        if session is None:
            raise ModelError(
                f"device {device!r} does not work here ({reason}). It needs "
                f"{_PROVIDERS[device].needs}. Device 'auto' takes what works"
            )
        return session
    reasons = []
    # What onnxruntime was built without is no news to who installed it.
    built_in = import_onnxruntime().get_available_providers()
    for name in _AUTOMATIC:
        if _PROVIDERS[name].name in built_in:
            session, reason = _try(path, name, threads)
            if session is not None:
                return session
            # A library that is missing beside a driver that is there can be had.
            fix = f"; it needs {_PROVIDERS[name].needs}" if reason.endswith(_MISSING) else ""
            reasons.append(f"{name}: {reason}{fix}")
    session = _create(path, CPU, threads)
    _say_once(f"the network runs on the CPU ({'; '.join(reasons) or 'no faster way is installed'})")
    return session


@functools.cache
def _say_once(line: str) -> None:
    """Log a line, unless it was said before: networks are loaded again and again."""
    log.info("%s", line)


def _try(path: Path, device: str, threads: int) -> tuple[Any | None, str]:
    """Open on a device; ``None`` and the reason in a few words when that does not work."""
    onnxruntime = import_onnxruntime()
    provider = _PROVIDERS[device]
    if provider.name not in onnxruntime.get_available_providers():
        return None, "this onnxruntime was built without it"
    # Asked first: loading gigabytes of CUDA libraries is no way to find out.
    if provider.nvidia and not _has_nvidia_driver():
        return None, "no NVIDIA driver is installed"
    session, failure = None, ""
    with capture_chatter() as chatter:
        try:
            if provider.nvidia:
                _load_libraries(onnxruntime, device)
            # The reason a provider cannot be loaded is written, not raised.
            onnxruntime.set_default_logger_severity(2)
            session = _create(path, provider.name, threads)
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a driver throws, the CPU remains
            failure = str(error)
        finally:
            onnxruntime.set_default_logger_severity(4)
    if session is not None and session.get_providers()[0] == provider.name:
        return session, ""
    # Which library is missing is written even where something vaguer is raised.
    written = explain("".join(chatter))
    return None, written if written.endswith(_MISSING) or not failure else explain(failure)


def _has_nvidia_driver() -> bool:
    try:
        ctypes.CDLL(_NVIDIA_DRIVER)
    except OSError:
        return False
    return True


def _load_libraries(onnxruntime: Any, device: str) -> None:
    """Load the libraries that pip put where no loader looks.

    `preload_dlls` finds those of the ``cuda`` extra under ``site-packages/nvidia``; on Windows it
    takes those of a PyTorch for the same CUDA first. Then it asks the system. It came with
    onnxruntime 1.21. TensorRT's Python package loads its own when it is imported.
    """
    if hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()
    if device == "tensorrt":
        # An installation outside Python has no such package, and needs none.
        with contextlib.suppress(Exception):
            importlib.import_module("tensorrt")


def _list_providers(provider: str) -> list[str | tuple[str, dict[str, str]]]:
    """List a provider with its options, and what takes the operators it has no kernel for."""
    # The default may try every algorithm for every new input size; the heuristic was as fast for
    # others, and 300 times quicker with a new size (https://github.com/PaddlePaddle/PaddleX/pull/5057).
    # Memory grows by what is needed, not by doubling.
    cuda = (
        _CUDA.name,
        {"cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested"},
    )
    if provider == _CUDA.name:
        return [cuda, CPU]
    if provider == _PROVIDERS["tensorrt"].name:
        return [(provider, _engine_cache()), cuda, CPU]
    return [CPU] if provider == CPU else [provider, CPU]


def _create(path: Path, provider: str, threads: int) -> Any:
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # All graph optimisations, as by default: up to "extended", without the blocked layout (NCHWc),
    # the networks take 1.8 to 2 times as long. Fixed sizes, denormals as zero, no memory patterns
    # and no arena change less than 3 %, which is within the noise.
    # Threads sleep as soon as there is nothing to do. Spinning, a network on two idle cores takes
    # 0.6 to 0.75 of the time of one thread for two to three times its processor time, or for twice
    # with force_spinning_stop; on busy cores it takes longer than one thread.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # DirectML's page asks for it; elsewhere memory patterns do no harm.
    options.enable_mem_pattern = provider != _PROVIDERS["directml"].name
    said = onnxruntime.capi.onnxruntime_pybind11_state
    # Elsewhere, an argument that is not valid may be one of the provider's options.
    argument = (said.InvalidArgument,) if provider == CPU else ()
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=_list_providers(provider), enable_fallback=0
        )
    except (said.InvalidProtobuf, said.InvalidGraph, said.NoSuchFile, *argument) as error:
        # Its message names the path again, in front of the reason.
        reason = explain(str(error)).rpartition("failed:")[2].strip()
        raise ModelError(f"{path} is not a valid ONNX file: {reason}") from error
    except Exception as error:
        if provider != CPU:
            raise
        reason = explain(str(error))
        if "External data" in reason:  # onnxruntime's words, cut off before the reason
            reason = "weights that belong to it are missing, or lie outside its folder"
        raise ModelError(f"{path} cannot be loaded: {reason}") from error


def _engine_cache() -> dict[str, str]:
    """Have TensorRT keep its engines, each of which takes minutes, where there is a place."""
    cache = user_folder("cache")
    try:
        if cache is None:
            return {}
        folder = cache / "tensorrt"
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return {}
    return {
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": str(folder),
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": str(folder),
    }

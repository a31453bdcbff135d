"""Running a pose network with onnxruntime, on the device that was asked for.

Chooses the execution provider, checks that the file is a network of its family, and keeps
onnxruntime's own chatter off the user's terminal. It knows nothing of pictures' sizes, people or
keypoints.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.errors import GesturePoseError, ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from gesturepose.pose.card import Model
    from gesturepose.pose.families import Family
    from gesturepose.pose.settings import Device

log = logging.getLogger(__name__)

CPU = "CPUExecutionProvider"

#: onnxruntime's names of what a user calls a device, and what is needed to have it.
_PROVIDERS: Mapping[str, tuple[str, str]] = {
    "cuda": (
        "CUDAExecutionProvider",
        'an NVIDIA GPU with its driver, and pip install "onnxruntime-gpu[cuda,cudnn]"',
    ),
    "tensorrt": (
        "TensorrtExecutionProvider",
        'an NVIDIA GPU with its driver, and pip install "onnxruntime-gpu[cuda,cudnn]" tensorrt',
    ),
    "directml": (
        "DmlExecutionProvider",
        "Windows, and pip install onnxruntime-directml in place of onnxruntime-gpu",
    ),
    "coreml": ("CoreMLExecutionProvider", "macOS, and pip install onnxruntime"),
}

#: What ``auto`` tries before the CPU. TensorRT builds an engine for every new input size, which
#: takes minutes, and Core ML compiles for every one; both are there for who asks for them.
_AUTOMATIC = ("cuda", "directml")

#: More threads than this gain a network this small nothing and take cores from everything else.
_MOST_THREADS = 4


@contextlib.contextmanager
def _capture_chatter() -> Iterator[list[str]]:
    """Catch what native and Python code print; the list holds the text once the block is left.

    onnxruntime writes to file descriptor 2 while it is being imported, before its log level can be
    set, and prints to standard output, which carries results only, when a provider fails.
    """
    caught: list[str] = []
    printed = io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        native = stack.enter_context(tempfile.TemporaryFile())
        kept = None
        # Without a terminal, as a desktop app on Windows, there is nothing to redirect.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.flush()
            kept = os.dup(2)
            os.dup2(native.fileno(), 2)
        try:
            yield caught
        finally:
            if kept is not None:
                os.dup2(kept, 2)
                os.close(kept)
            native.seek(0)
            text = native.read().decode(errors="replace") + printed.getvalue()
            if text:
                caught.append(text)
                log.debug("onnxruntime said: %s", text.strip())


def _import_onnxruntime() -> Any:
    with _capture_chatter():
        import onnxruntime
    # Errors still come as exceptions; what remains is advice to developers of onnxruntime.
    onnxruntime.set_default_logger_severity(4)
    return onnxruntime


def default_threads() -> int:
    """Count the physical cores this program may use, four at most."""
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


def _explain(text: str) -> str:
    """Reason in onnxruntime's words, in one short line."""
    missing = re.search(r"(\S+): cannot open shared object file", text)
    if missing:
        return f"{missing[1]} is missing"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "onnxruntime does not say why"
    # Without its error number, or the place in its source code and the function's signature.
    line = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", lines[0])
    return re.sub(r"^/\S+:\d+ .*?\) (?=[A-Z])", "", line)[:160].rstrip(". ")


class PoseSession:
    """A loaded network.

    Parameters
    ----------
    model
        Network and card.
    family
        What its inputs and outputs must be.
    device
        ``auto`` takes the fastest that works and says in the log why it is not a faster one.
    threads
        CPU threads; ``None`` for `default_threads`.

    Attributes
    ----------
    provider
        onnxruntime's name of what the network runs on.

    Raises
    ------
    ModelError
        The file is no ONNX file, is no network of its family, or the device asked for does not
        work here.
    """

    def __init__(
        self, model: Model, family: Family, *, device: Device, threads: int | None
    ) -> None:
        self._path = model.path
        self._family = family
        self._rule = model.card.input
        self._mean = np.array(self._rule.mean, np.float32)
        self._gain = np.float32(1.0) / np.array(self._rule.std, np.float32)
        self._outputs = {
            model.card.outputs.get(name, name): channels
            for name, channels in family.outputs.items()
        }
        self._input = ""
        self._threads = threads or default_threads()
        self._onnxruntime = _import_onnxruntime()
        self._session: Any = self._open(device)
        self.provider: str = self._session.get_providers()[0]
        self._check_signature()

    def _open(self, device: Device) -> Any:
        if device == "cpu":
            return self._create(CPU)
        if device != "auto":
            session, reason = self._try(device)
            if session is None:
                needs = _PROVIDERS[device][1]
                raise ModelError(
                    f"device {device!r} does not work here ({reason}). It needs {needs}. "
                    "Device 'auto' takes what works"
                )
            return session
        reasons = []
        for name in _AUTOMATIC:
            session, reason = self._try(name)
            if session is not None:
                return session
            reasons.append(f"{name}: {reason}")
        session = self._create(CPU)
        log.info("the network runs on the CPU (%s)", "; ".join(reasons))
        return session

    def _try(self, device: str) -> tuple[Any | None, str]:
        """Open on a device; ``None`` and the reason when that does not work."""
        provider = _PROVIDERS[device][0]
        if provider not in self._onnxruntime.get_available_providers():
            return None, "this onnxruntime was built without it"
        session = None
        with _capture_chatter() as chatter:
            try:
                if device in {"cuda", "tensorrt"} and hasattr(self._onnxruntime, "preload_dlls"):
                    self._onnxruntime.preload_dlls()
                # The reason a provider cannot be loaded is written, not raised.
                self._onnxruntime.set_default_logger_severity(2)
                session = self._create(provider)
            except ModelError:
                raise
            except Exception as error:  # noqa: BLE001  # whatever a driver throws, the CPU remains
                return None, _explain(str(error))
            finally:
                self._onnxruntime.set_default_logger_severity(4)
        if session.get_providers()[0] == provider:
            return session, ""
        return None, _explain("".join(chatter))

    def _create(self, provider: str) -> Any:
        options = self._onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Threads that wait for the next frame sleep instead of burning a core each.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        invalid = (
            self._onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
            self._onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph,
            self._onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
            self._onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile,
        )
        try:
            return self._onnxruntime.InferenceSession(
                str(self._path),
                options,
                providers=[provider] if provider == CPU else [provider, CPU],
                enable_fallback=0,
            )
        except invalid as error:
            # Its message names the path again, in front of the reason.
            reason = _explain(str(error)).rpartition("failed:")[2].strip()
            raise ModelError(f"{self._path} is not a valid ONNX file: {reason}") from error
        except Exception as error:
            if provider != CPU:
                raise
            raise ModelError(f"{self._path} cannot be loaded: {_explain(str(error))}") from error

    def _check_signature(self) -> None:
        """Compare the file's inputs and outputs with its family's and its card's."""
        inputs = {node.name: (node.type, node.shape) for node in self._session.get_inputs()}
        outputs = {node.name: node.shape for node in self._session.get_outputs()}
        rule = self._rule
        kind, shape = next(iter(inputs.values()), ("", []))
        number = "uint8" if rule.dtype == "uint8" else "float"
        colours = 3 if rule.layout == "NHWC" else 1
        fits = len(inputs) == 1 and kind == f"tensor({number})" and len(shape) == 4
        fits = fits and (shape[colours] == 3 or isinstance(shape[colours], str))
        for name, channels in self._outputs.items():
            found = outputs.get(name)
            if found is None:
                fits = False
            elif channels is not None:
                fits &= len(found) == 4 and found[1] == channels
        if not fits:
            given = ", ".join(f"{name} ({kind}{shape})" for name, (kind, shape) in inputs.items())
            raise ModelError(
                f"{self._path} is not a {self._family.name} pose network: it takes {given} and "
                f"gives {', '.join(outputs)}; it should take one picture ({rule.dtype} "
                f"{rule.layout} {rule.colour}) and give {', '.join(self._outputs)}"
            )
        self._input = next(iter(inputs))

    def run(self, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run the network.

        Parameters
        ----------
        image
            ``(H, W, 3)`` uint8 RGB, sides as the card says; made what the card asks for here.

        Returns
        -------
        dict
            The outputs of the family by name, ``(1, channels, h, w)`` float32.

        Raises
        ------
        GesturePoseError
            The network was closed, or onnxruntime failed.
        """
        if self._session is None:
            raise GesturePoseError("the pose network was closed")
        try:
            values = self._session.run(list(self._outputs), {self._input: self._prepare(image)})
        except Exception as error:
            raise GesturePoseError(
                f"the pose network failed on {self.provider}: {_explain(str(error))}; "
                "try device 'cpu'"
            ) from error
        return dict(zip(self._family.outputs, values, strict=True))

    def _prepare(self, image: NDArray[np.uint8]) -> NDArray[np.uint8 | np.float32]:
        """Return the picture ``(1, H, W, 3)`` or ``(1, 3, H, W)`` as the card says."""
        rule = self._rule
        picture: NDArray[np.uint8 | np.float32] = image
        if rule.colour == "BGR":
            picture = picture[..., ::-1]
        if rule.dtype == "float32":
            picture = (picture.astype(np.float32) - self._mean) * self._gain
        if rule.layout == "NCHW":
            picture = picture.transpose(2, 0, 1)
        return np.ascontiguousarray(picture[None])

    def close(self) -> None:
        """Free the network; `run` fails from now on."""
        self._session = None

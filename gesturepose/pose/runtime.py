"""onnxruntime, without its chatter, and its reasons in one short line.

It knows neither networks nor devices.
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import os
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gesturepose.pose.telemetry import remove_traces

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)


@contextlib.contextmanager
def capture_chatter() -> Iterator[list[str]]:
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
        native = stack.enter_context(_open_scratch())
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


def _open_scratch() -> IO[bytes]:
    """Return a file for what is printed; where none can be made, one that keeps nothing."""
    try:
        return tempfile.TemporaryFile()
    except OSError:  # no folder for temporary files may be written, or the disk is full
        return Path(os.devnull).open("w+b")


@functools.cache  # once, so that its log level is not set back while a device is tried
def import_onnxruntime() -> Any:
    """Import onnxruntime without a word on the terminal, now or later, and to nobody else."""
    # The package sets this as well; somebody may have taken it back since.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    with capture_chatter():
        import onnxruntime
    # The environment decides on Linux and macOS, this call on Windows.
    onnxruntime.disable_telemetry_events()
    remove_traces()
    # Errors still come as exceptions; what remains is advice to developers of onnxruntime.
    onnxruntime.set_default_logger_severity(4)
    return onnxruntime


def explain(text: str) -> str:
    """Give the reason in onnxruntime's words, in one short line."""
    missing = re.search(r"(\S+): cannot open shared object file", text) or re.search(
        r'which depends on "([^"]+)" which is missing', text
    )
    if missing:
        return f"{missing[1]} is missing"
    # Of a CUDA error, what stands between its number and where it happened.
    failure = re.search(r"(?:CUDA|CUDNN|CUBLAS) failure \d+: ([^;\n]+)", text)
    if failure:
        return failure[1].strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "onnxruntime does not say why"
    # Without its error number, what the caller says anyway, or the place in its source code and the
    # function's signature.
    line = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", lines[0])
    line = re.sub(r"^Load model from .*? failed: ?", "", line)
    opset = re.search(r"Opset (\d+) is under .* support for domain (\S+) is till opset (\d+)", line)
    if opset:
        return (
            f"it is of opset {opset[1]} of {opset[2]}, this onnxruntime knows {opset[3]} and older"
        )
    return re.sub(r"^/\S+:\d+ .*?\) (?=[A-Z])", "", line)[:160].rstrip(". ")

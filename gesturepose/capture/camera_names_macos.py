"""macOS: names of cameras, from the system's own profiler. Opens no camera.

Written from the tool's documentation and not yet run on macOS.
"""

from __future__ import annotations

import json
import subprocess

_COMMAND = ("/usr/sbin/system_profiler", "-json", "SPCameraDataType")
_PATIENCE_S = 10.0


def read_profiler() -> list[str] | None:
    """Ask the system; ``None`` if it does not answer."""
    try:
        found = subprocess.run(  # noqa: S603 - a fixed command
            _COMMAND, capture_output=True, check=True, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_profiler(found.stdout)


def parse_profiler(text: bytes) -> list[str] | None:
    """Read the names in the order in which OpenCV counts cameras: by their unique identifier.

    ``None`` if the text is not what is expected.
    """
    try:
        entries = json.loads(text)["SPCameraDataType"]
        found = sorted((str(e["spcamera_unique-id"]), str(e["_name"])) for e in entries)
    except (ValueError, KeyError, TypeError):
        return None
    return [name for _, name in found]

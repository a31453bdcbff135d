"""Which cameras this machine has. Opens none where the system can tell without."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

_SYSFS = Path("/sys/class/video4linux")
_PROBED_INDICES = 10


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera as ``--source`` can name it.

    Attributes
    ----------
    index
        The number to give as ``--source``.
    path
        Device path, or empty where the system has none.
    name
        What the driver calls it.
    """

    index: int
    path: str
    name: str


def list_cameras() -> list[CameraInfo]:
    """List the cameras in order of index; empty when there is none."""
    cameras = read_cameras()
    return probe_indices(_PROBED_INDICES) if cameras is None else cameras


def read_cameras() -> list[CameraInfo] | None:
    """List the cameras without opening any; ``None`` where this system does not tell.

    May be asked again and again: it lights no lamp and takes no camera from anybody.
    """
    match sys.platform:
        case "linux":
            return read_sysfs(_SYSFS)
        case "darwin":
            from gesturepose.capture.camera_names_macos import read_profiler

            names = read_profiler()
        case "win32":
            from gesturepose.capture.camera_names_windows import read_direct_show

            names = read_direct_show()
        case _:
            names = None
    if names is None:
        return None
    return [CameraInfo(index, "", name) for index, name in enumerate(names)]


def read_sysfs(folder: Path) -> list[CameraInfo]:
    """List cameras from a Video4Linux class folder without opening any.

    A camera has several device nodes; the first (``index`` 0) gives pictures, the others carry
    metadata.
    """
    cameras = []
    for node in folder.glob("video*") if folder.is_dir() else ():
        number = node.name.removeprefix("video")
        if not number.isdecimal() or _read_line(node / "index") not in {"0", ""}:
            continue
        name = _read_line(node / "name") or node.name
        cameras.append(CameraInfo(int(number), f"/dev/{node.name}", name))
    return sorted(cameras, key=lambda camera: camera.index)


def probe_indices(count: int) -> list[CameraInfo]:
    """List cameras by opening the indices 0 to ``count - 1`` for a moment each."""
    from gesturepose.capture.camera import open_camera
    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.errors import SourceError

    cameras = []
    for index in range(count):
        try:
            open_camera(str(index), CaptureSettings()).close()
        except SourceError:
            continue
        cameras.append(CameraInfo(index, "", f"camera {index}"))
    return cameras


def _read_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""

"""Which source a person means by ``--source SRC``: chooses the kind and opens it.

Reads no frames itself.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose import resources
from gesturepose.capture.address import find_address, parse_address, public_url
from gesturepose.errors import UsageError, one_line

if TYPE_CHECKING:
    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.capture.source import FrameSource

_CAMERA_WORDS = ("camera", "webcam", "cam", "video", "usb", "default")


def open_source(spec: str, settings: CaptureSettings) -> FrameSource:
    """Open what a person means by ``spec``.

    Parameters
    ----------
    spec
        A camera index, a device path, ``demo``, a keypoint recording (``*.jsonl``), a video or
        picture file, a folder of pictures, or an ``http``, ``https`` or ``rtsp`` address.
    settings
        Size and rate to ask for, mirroring, time limits.

    Raises
    ------
    UsageError
        ``spec`` names nothing that exists, or is no source at all.
    SourceError
        It exists but cannot be opened, or holds nothing that can be read.
    """
    from gesturepose.capture import camera, network, video
    from gesturepose.capture.turning import turned

    # A name may begin or end with a space, and look like an address ('clips:/one.mp4').
    spec = spec if _exists(spec) else spec.strip()
    if spec.isdecimal() or _is_device(spec):
        return turned(camera.open_camera(spec, settings), settings.rotate)
    if not _exists(spec) and (address := find_address(spec)) is not None:
        return turned(network.open_stream(address, settings), settings.rotate)
    if spec == "demo":
        # The bundled clip is upright and never mirrored, whatever the person's camera does.
        plain = settings.model_copy(update={"mirrored": False, "rotate": 0})
        return video.open_video(resources.demo_clip(), plain, name="demo")
    return _open_path(_find_path(spec), settings)


def _find_path(spec: str) -> Path:
    """Return the existing file or folder meant; raise `UsageError` if there is none."""
    path = Path(spec)
    if _exists(spec):
        return path  # even one that is called '~nobody'
    try:
        path = path.expanduser()
        if spec and path.exists():
            return path
    except PermissionError as error:
        raise UsageError(
            f"source: {one_line(spec)} may not be looked at; check the permissions of the folder "
            "it is in"
        ) from error
    except (OSError, RuntimeError, ValueError):
        pass  # a name too long, an unknown ~user, a zero byte: none of them exists
    if (shown := public_url(spec)) != spec:  # it may hold a login
        raise UsageError(
            f"source: {shown!r} is no file or folder, and no complete address, which is "
            "http://USER:PASSWORD@HOST:PORT/PATH"
        )
    raise UsageError(_describe_missing(spec, path))


def _exists(spec: str) -> bool:
    """Whether there is something of that very name; ``False`` for what may not be looked at."""
    try:
        return bool(spec) and Path(spec).exists()
    except (OSError, ValueError):
        return False


def _is_device(spec: str) -> bool:
    """Tell a device path from a file that only lies below ``/dev`` (``/dev/shm/clip.mp4``)."""
    if not spec.startswith("/dev/"):
        return False
    try:
        return not (Path(spec).is_file() or Path(spec).is_dir())
    except (OSError, ValueError):
        return False  # `_find_path` says why


def _open_path(path: Path, settings: CaptureSettings) -> FrameSource:
    from gesturepose.capture import images, recording, video
    from gesturepose.capture.turning import turned

    # What a person reads and other programs parse is one line of text, whatever the name is.
    name = one_line(str(path))
    suffix = path.suffix.lower()
    if path.is_dir():
        return images.open_folder(path, settings)
    if suffix == ".jsonl":
        return recording.PoseRecording(path)
    if suffix in images.SUFFIXES:
        return images.ImageSource([path], name=name, fps=settings.fps)
    return turned(video.open_video(path, settings, name=name), settings.rotate)


class SourceOpener:
    """Opens a source now, so that a mistake shows at once, and again whenever it was lost.

    The first call hands out the source opened by the constructor; later calls open it anew.
    `close` it, so that a source nobody claimed is freed.

    Parameters
    ----------
    spec, settings
        As for `open_source`, whose errors the constructor raises.

    Attributes
    ----------
    name, live
        Those of the source.
    """

    def __init__(self, spec: str, settings: CaptureSettings) -> None:
        self._spec = spec
        self._settings = settings
        first = open_source(spec, settings)
        self._first: FrameSource | None = first
        self.name = first.name
        self.live = first.live

    def __call__(self) -> FrameSource:
        """Return an open source; raises what `open_source` raises."""
        first, self._first = self._first, None
        return open_source(self._spec, self._settings) if first is None else first

    def close(self) -> None:
        """Close the first source if nobody claimed it."""
        first, self._first = self._first, None
        if first is not None:
            first.close()


def check_url(spec: str) -> str:
    """Return an address with a known scheme and a host; raise `UsageError` otherwise."""
    address = find_address(spec)
    parse_address(spec if address is None else address)
    return spec if address is None else address


def _describe_missing(spec: str, path: Path) -> str:
    """Say that ``spec`` names nothing, and what was probably meant."""
    if not spec:
        return "source: nothing given; give a camera index, a file, a folder, an address or 'demo'"
    if re.fullmatch(r"-\d+", spec):
        return f"source: there is no camera {spec}; indices start at 0, see 'gesturepose cameras'"
    is_word = path.name == spec and not path.suffix
    if is_word and get_close_matches(spec.lower(), ["demo"], cutoff=0.6):
        return f"source: no file or folder named {spec!r}; did you mean 'demo'?"
    if is_word and get_close_matches(spec.lower().rstrip("0123456789"), _CAMERA_WORDS, cutoff=0.7):
        return (
            f"source: no file or folder named {spec!r}; a camera is given by its index, "
            "and 'gesturepose cameras' lists them"
        )
    try:
        neighbours = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return f"source: no such file or folder: {spec!r} (nor the folder it would be in)"
    close = get_close_matches(path.name, neighbours, n=1, cutoff=0.7)
    hint = f"; did you mean {str(path.parent / close[0])!r}?" if close else ""
    if not hint and is_word:
        hint = "; 'gesturepose cameras' lists cameras, and 'demo' plays the bundled clip"
    return f"source: no such file or folder: {spec!r}{hint}"

"""Pictures over the network: HTTP MJPEG by our own reader, everything else by FFmpeg.

HTTP MJPEG (``multipart/x-mixed-replace``, what network cameras and phone apps serve) is read here
rather than by FFmpeg for two reasons: FFmpeg reports every failure alike, so that no message could
say whether the host, the path or the password is wrong, and it buffers pictures while it probes.
RTSP, and video files behind a web address, go to FFmpeg inside OpenCV. No proxy is ever asked:
pictures of a person go from the camera to this program and nowhere else.
"""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from gesturepose.capture.camera import CameraSource
from gesturepose.capture.opencv import cv2, decode_image, unmirror
from gesturepose.capture.source import SourceLost, public_url
from gesturepose.capture.video import VideoSource
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError

if TYPE_CHECKING:
    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.capture.source import FrameSource
    from gesturepose.datatypes import ImageArray

_CHUNK_BYTES = 1 << 18
_MAX_PART_BYTES = 1 << 25
# TCP: one lost UDP packet smears a picture for a second. The rest trades FFmpeg's read-ahead, which
# is delay here, for a slightly longer wait for the first picture.
_RTSP_OPTIONS = "rtsp_transport;tcp|fflags;nobuffer|flags;low_delay|max_delay;100000"
_environment = threading.Lock()


def open_stream(url: str, settings: CaptureSettings) -> FrameSource:
    """Open an ``http``, ``https`` or ``rtsp`` address.

    A finite video file behind a web address becomes a source that is not live.

    Raises
    ------
    SourceError
        Nobody answers, the answer is an error, or it holds no video.
    """
    if url.lower().startswith("rtsp:"):
        return _open_ffmpeg(url, settings)
    response = _request(url, settings)
    kind = response.headers.get_content_type()
    if kind == "multipart/x-mixed-replace":
        boundary = response.headers.get_param("boundary") or ""
        return MjpegSource(
            response, boundary=str(boundary), name=public_url(url), settings=settings
        )
    response.close()
    if kind.startswith(("text/", "image/")) and "mpegurl" not in kind:
        raise SourceError(
            f"source: {public_url(url)} answers with {kind}, not with a video; "
            "look up the address of the camera's MJPEG stream"
        )
    return _open_ffmpeg(url, settings)


def _request(url: str, settings: CaptureSettings) -> http.client.HTTPResponse:
    """Ask for an address; the password, if any, goes in a header and never in a message."""
    name = public_url(url)
    parts = urlsplit(url)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    if parts.username is not None:
        passwords.add_password(None, bare, unquote(parts.username), unquote(parts.password or ""))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPBasicAuthHandler(passwords),
        urllib.request.HTTPDigestAuthHandler(passwords),
    )
    try:
        response: http.client.HTTPResponse = opener.open(bare, timeout=settings.open_timeout_s)
    except urllib.error.HTTPError as error:
        code, phrase = error.code, error.reason
        error.close()
        hint = "; write http://USER:PASSWORD@HOST/PATH" if code == 401 else ""
        raise SourceError(f"source: {name} answers {code} {phrase}{hint}") from None
    except TimeoutError as error:
        raise SourceError(
            f"source: {name} does not answer within {settings.open_timeout_s:g} s"
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, TimeoutError):
            why = f"no answer within {settings.open_timeout_s:g} s"
        else:
            why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        raise SourceError(
            f"source: {name} cannot be reached: {why}; check the address and that it is on"
        ) from error
    return response


def _open_ffmpeg(url: str, settings: CaptureSettings) -> FrameSource:
    """Open an address with FFmpeg; its reads give up some time after a stall was noticed."""
    name = public_url(url)
    timeouts = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        round(1000 * settings.open_timeout_s),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        round(1000 * _read_timeout_s(settings)),
    ]
    key = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
    # OpenCV takes FFmpeg's own options from the environment only; a person's choice is kept, and
    # files opened later must not inherit ours.
    with _environment:
        ours = key not in os.environ and url.lower().startswith("rtsp:")
        if ours:
            os.environ[key] = _RTSP_OPTIONS
        try:
            capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, timeouts)
        except cv2.error as error:
            raise SourceError(f"source: {name} cannot be opened as a video stream") from error
        finally:
            if ours:
                del os.environ[key]
    if not capture.isOpened():
        capture.release()
        raise SourceError(
            f"source: {name} cannot be opened as a video stream; check that it is on, and the "
            "address, user name and password"
        )
    if capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0:
        return VideoSource(capture, name=name, mirrored=settings.mirrored)
    return CameraSource(capture, name=name, mirrored=settings.mirrored)


def _read_timeout_s(settings: CaptureSettings) -> float:
    """Return how long a read may block, in seconds.

    Longer than ``stall_s``: the watchdog in `CaptureThread` is to notice first and say 'stalled';
    this limit only frees the connection it has given up.
    """
    return 2.0 * settings.stall_s


class MjpegSource:
    """Pictures of an HTTP ``multipart/x-mixed-replace`` answer, newest first when several wait.

    Parameters
    ----------
    response
        An answer whose body has not been read; the source owns it from here on.
    boundary
        The parts' boundary from its Content-Type; used where a part has no Content-Length.
    name
        What to call it before a person.
    settings
        Mirroring and time limits.
    """

    live = True

    def __init__(
        self,
        response: http.client.HTTPResponse,
        *,
        boundary: str,
        name: str,
        settings: CaptureSettings,
    ) -> None:
        self.name = name
        self._response = response
        # Many cameras count the two leading dashes as part of the boundary they announce.
        self._boundary = b"--" + boundary.strip('"').lstrip("-").encode("latin-1", "replace")
        self._mirrored = settings.mirrored
        self._timeout_s = _read_timeout_s(settings)
        self._buffer = bytearray()
        self._index = 0

    def read(self) -> Frame:
        """Wait for the next whole picture.

        Raises
        ------
        SourceLost
            The connection broke, ended, or gave no picture for too long.
        """
        deadline = time.monotonic() + self._timeout_s
        while True:
            picture = self._newest_part()
            if picture is not None:
                timestamp = time.monotonic()
                image = decode_image(picture)
                if image is not None:
                    return self._frame(image, timestamp)
            if time.monotonic() > deadline:
                raise SourceLost(f"{self.name} sends nothing that is a picture")
            self._receive()

    def close(self) -> None:
        """Hang up."""
        self._response.close()

    def _frame(self, image: ImageArray, timestamp: float) -> Frame:
        frame = Frame(unmirror(image, mirrored=self._mirrored), timestamp, self._index)
        self._index += 1
        return frame

    def _receive(self) -> None:
        try:
            chunk = self._response.read1(_CHUNK_BYTES)
        except TimeoutError as error:
            raise SourceLost(f"{self.name} sends no more pictures") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceLost(f"{self.name}: the connection broke") from error
        if not chunk:
            raise SourceLost(f"{self.name}: the connection was closed by the other side")
        self._buffer += chunk
        if len(self._buffer) > _MAX_PART_BYTES:
            raise SourceLost(f"{self.name} sends something that is no MJPEG stream")

    def _newest_part(self) -> bytes | None:
        """Cut all whole parts off the buffer and return the last: older ones are only delay."""
        newest = None
        while (part := self._cut_part()) is not None:
            newest = part
        return newest

    def _cut_part(self) -> bytes | None:
        """Cut one whole part's body off the buffer; ``None`` while it is incomplete."""
        buffer = self._buffer
        headers_end = re.search(rb"[^\r\n]\r?\n\r?\n", buffer)
        if headers_end is None:
            return None
        start = headers_end.end()
        length = re.search(rb"(?im)^content-length:[ \t]*(\d{1,9})", buffer[:start])
        if length is not None:
            end = start + int(length.group(1))
            if len(buffer) < end:
                return None
        else:
            end = buffer.find(self._boundary, start)
            if end < 0:
                return None
        part = bytes(buffer[start:end])
        del buffer[:end]
        return part

"""Pictures over the network: HTTP MJPEG by our own reader, everything else by FFmpeg.

HTTP MJPEG (``multipart/x-mixed-replace``, what network cameras and phone apps serve) is read here
rather than by FFmpeg for two reasons: FFmpeg reports every failure alike, so that no message could
say whether the host, the path or the password is wrong, and it buffers pictures while it probes.
RTSP, and video files behind a web address, go to FFmpeg inside OpenCV. No proxy is ever asked:
pictures of a person go from the camera to this program and nowhere else.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from gesturepose.capture.address import Address, parse_address
from gesturepose.capture.camera import CameraSource
from gesturepose.capture.http_answer import Answer, ask
from gesturepose.capture.http_login import Login, parse_challenges
from gesturepose.capture.mjpeg import MjpegSource, PictureCutter, read_timeout_s
from gesturepose.capture.opencv import cv2
from gesturepose.capture.rtsp_reason import find_reason
from gesturepose.capture.video import VideoSource
from gesturepose.errors import LoginError, SourceError, UsageError

if TYPE_CHECKING:
    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.capture.source import FrameSource

_MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_NO_VIDEO = ("text/", "image/", "application/json", "application/xml", "application/xhtml")
_WEB_PAGE = (b"<!doctype html", b"<html")
# What FFmpeg may reach from a playlist or a redirect: nothing of this machine, and no proxy. A name
# that is no address stands for none: FFmpeg asks the environment unless it is told something.
_NO_PROXY = "http_proxy;none"
_HTTP_OPTIONS = f"{_NO_PROXY}|protocol_whitelist;http,https,tls,tcp,crypto,data"
# TCP: one lost UDP packet smears a picture for a second. The rest trades FFmpeg's read-ahead, which
# is delay here, for a slightly longer wait for the first picture.
_RTSP_OPTIONS = (
    "rtsp_transport;tcp|fflags;nobuffer|flags;low_delay|max_delay;100000|"
    f"{_NO_PROXY}|protocol_whitelist;rtp,udp,tcp"
)
_AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the certificates they trust; the FFmpeg inside OpenCV looks nowhere."""
_environment = threading.Lock()


def open_stream(spec: str, settings: CaptureSettings) -> FrameSource:
    """Open an ``http``, ``https`` or ``rtsp`` address.

    A finite video file behind a web address becomes a source that is not live.

    Raises
    ------
    UsageError
        It is no complete address.
    SourceError
        Nobody answers, the answer is an error, or it holds no video.
    """
    address = parse_address(spec)
    name = address.name
    if address.scheme == "rtsp":
        return _open_ffmpeg(address, name, settings)
    deadline = time.monotonic() + settings.open_timeout_s
    answer, address = _request(address, deadline)
    try:
        kind = answer.kind
        start = b"--" if kind.startswith("multipart/") else _peek(answer, 16, deadline).lstrip()
        if _is_stream(answer, start, name=address.name, deadline=deadline):
            return MjpegSource(answer, name=name, settings=settings)
        kind = "text/html" if start.lower().startswith(_WEB_PAGE) else kind
    except BaseException:
        answer.close()
        raise
    answer.close()
    if kind.startswith(_NO_VIDEO) and not ("mpegurl" in kind or start.startswith(b"#EXTM3U")):
        raise SourceError(
            f"source: {address.name} answers with {kind}, not with a video; "
            "look up the address of the camera's MJPEG stream"
        )
    return _open_ffmpeg(address, name, settings)


def _request(address: Address, deadline: float) -> tuple[Answer, Address]:
    """Ask for an address; return the answer, and the address it came from in the end."""
    first = address
    for _ in range(_MAX_REDIRECTS):
        answer = _log_in(address, deadline, sent_on=address is not first)
        location = answer.get_all("location")
        if answer.status in _REDIRECTS and location:
            answer.close()
            address = _follow(address, location[0])
            continue
        if not 200 <= answer.status < 300:
            answer.close()
            raise SourceError(_describe_refusal(answer, address))
        return answer, address
    raise SourceError(f"source: {first.name} sends on and on to other addresses")


def _log_in(address: Address, deadline: float, *, sent_on: bool) -> Answer:
    """Ask for an address, and again with its login where that is asked for."""
    answer = ask(address, deadline=deadline)
    login = Login(address)
    while answer.status == 401:
        answer.close()
        offered = parse_challenges(answer.get_all("www-authenticate"))
        if address.user is None:
            why = (
                "; a login is never sent on to another address: give this one, with USER:PASSWORD@"
                if sent_on
                else f"; write {address.scheme}://USER:PASSWORD@HOST/PATH"
            )
            raise LoginError(f"source: {address.name} answers 401 {answer.reason}".rstrip() + why)
        authorization = login.answer(offered)
        if authorization is None:
            raise LoginError(_describe_login(answer, address, offered_nothing=not offered))
        target, header = authorization
        answer = ask(address, deadline=deadline, target=target, authorization=header)
    return answer


def _follow(address: Address, location: str) -> Address:
    """Return where an answer sends on to; the login stays with the host it was given for."""
    try:
        new = parse_address(urljoin(address.bare, location))
    except (UsageError, ValueError):
        new = None
    if new is None or new.scheme == "rtsp":
        raise SourceError(
            f"source: {address.name} sends on to something that is no http address; "
            "look up the address of the camera's stream"
        )
    same = new.host == address.host and new.port == address.port and new.scheme == address.scheme
    safer = new.host == address.host and (address.scheme, new.scheme) == ("http", "https")
    keeps = same or safer
    return Address(
        scheme=new.scheme,
        host=new.host,
        port=new.port,
        target=new.target,
        name=new.name,
        user=address.user if keeps else None,
        password=address.password if keeps else "",
    )


def _describe_login(answer: Answer, address: Address, *, offered_nothing: bool) -> str:
    offered = parse_challenges(answer.get_all("www-authenticate"))
    start = f"source: {address.name} answers 401 {answer.reason}".rstrip()
    if offered and not any(one.is_known for one in offered):
        kinds = ", ".join(str(one) for one in offered)
        return (
            f"{start} and asks for a login that is not known here ({kinds}); "
            "set the camera to Digest or Basic"
        )
    if offered_nothing:
        return (
            f"{start}, says not how to log in, and does not take this user name and password "
            "as Basic; check both"
        )
    return f"{start}: it does not take this user name and password; check both"


def _describe_refusal(answer: Answer, address: Address) -> str:
    start = f"source: {address.name} answers {answer.status} {answer.reason}".rstrip()
    match answer.status:
        case 403:
            return f"{start}; check that this user may see the camera, and the path"
        case 404:
            return f"{start}; check the path, which the camera's manual names"
        case 407:
            return f"{start}: a proxy is in between, and none is used here; ask the camera itself"
        case _:
            return start


def _is_stream(answer: Answer, start: bytes, *, name: str, deadline: float) -> bool:
    """Tell by its first bytes whether an answer is a stream of pictures, whatever it is called.

    Raises
    ------
    SourceError
        It is one single picture.
    """
    if start.startswith(b"--"):
        return True
    if not start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return False
    cutter, taken, whole = PictureCutter(), bytearray(), 0
    try:
        while not (whole > 1 or (whole and cutter.waiting.strip())):
            is_over = len(taken) == answer.length  # some do not hang up
            arrived = b"" if is_over else answer.receive(deadline - time.monotonic())
            if not arrived:
                raise SourceError(
                    f"source: {name} answers with one picture ({answer.kind or 'a JPEG'}), not a "
                    "video; look up the address of the camera's MJPEG or RTSP stream"
                )
            taken += arrived
            whole += len(cutter.feed(arrived))
    except (OSError, OverflowError):
        pass  # whoever reads on will say what is wrong
    answer.put_back(bytes(taken))
    return True


def _peek(answer: Answer, count: int, deadline: float) -> bytes:
    """Return the first bytes of a body, at least ``count`` where there are as many."""
    body = b""
    try:
        while len(body.lstrip()) < count and len(body) < 1 << 20:
            arrived = answer.receive(deadline - time.monotonic())
            if not arrived:
                break
            body += arrived
    except OSError:
        pass  # too slow or broken: what there is decides
    answer.put_back(body)
    return body


def _verify_tls() -> str:
    """Have FFmpeg check certificates as our own reader does; of itself it takes any."""
    import certifi

    named = (ssl.get_default_verify_paths().cafile, *_AUTHORITIES)
    found = next((path for path in named if path and Path(path).is_file()), certifi.where())
    return f"|tls_verify;1|ca_file;{Path(found).as_posix()}"


def _open_ffmpeg(address: Address, name: str, settings: CaptureSettings) -> FrameSource:
    """Open an address with FFmpeg; its reads give up some time after a stall was noticed."""
    timeouts = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        round(1000 * settings.open_timeout_s),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        round(1000 * read_timeout_s(settings)),
    ]
    key = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
    # OpenCV takes FFmpeg's own options from the environment only. Of two values for an option the
    # later counts, so that a person's choice does; files opened later must not inherit ours.
    with _environment:
        theirs = os.environ.get(key)
        ours = _RTSP_OPTIONS if address.scheme == "rtsp" else _HTTP_OPTIONS + _verify_tls()
        os.environ[key] = f"{ours}|{theirs}" if theirs else ours
        try:
            capture = cv2.VideoCapture(address.encoded, cv2.CAP_FFMPEG, timeouts)
        except cv2.error:
            raise SourceError(f"source: {name} cannot be opened as a video stream") from None
        finally:
            if theirs is None:
                del os.environ[key]
            else:
                os.environ[key] = theirs
    if not capture.isOpened():
        capture.release()
        if address.scheme == "rtsp":
            raise find_reason(address, deadline=time.monotonic() + settings.open_timeout_s)
        raise SourceError(
            f"source: {name} cannot be opened as a video stream; check that it is on, and the "
            "address, user name and password"
        )
    if capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0:
        return VideoSource(capture, name=name, mirrored=settings.mirrored)
    return CameraSource(capture, name=name, mirrored=settings.mirrored)

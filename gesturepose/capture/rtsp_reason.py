"""Why FFmpeg could not open an RTSP address: it tells nobody, so the camera is asked once more.

Only asked, after a failure; never logged in, and nothing is watched by this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.capture.address import public_url
from gesturepose.capture.http_answer import exchange
from gesturepose.capture.http_login import parse_challenges
from gesturepose.errors import LoginError, SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.capture.address import Address
    from gesturepose.capture.http_answer import Answer
    from gesturepose.capture.http_login import Challenge

_CHECK = "check that it is on, and the address, user name and password"


def find_reason(address: Address, *, deadline: float) -> SourceError:
    """Ask a camera for what FFmpeg could not open, and put its answer in one line."""
    start = f"source: {address.name} cannot be opened as a video stream"
    lines = [f"DESCRIBE {address.bare} RTSP/1.0", "CSeq: 1", "Accept: application/sdp"]
    try:
        answer = exchange(address, [*lines, "User-Agent: GesturePose"], deadline=deadline)
    except SourceError:
        return SourceError(f"{start}; {_CHECK}")
    answer.close()
    told = f"{start}: it answers {answer.status} {answer.reason}".rstrip()
    if answer.status == 401:
        return _refuse_login(answer, address, told)
    if 300 <= answer.status < 400 and answer.get_all("location"):
        return SourceError(
            f"{told} and sends on to {public_url(answer.get_all('location')[0])}; "
            "give that address if you trust it"
        )
    if 400 <= answer.status < 600:
        return SourceError(f"{told}; check the path, which the camera's manual names")
    return SourceError(f"{start}; {_CHECK}")


def _refuse_login(answer: Answer, address: Address, told: str) -> LoginError:
    if address.user is None:
        return LoginError(f"{told}; write rtsp://USER:PASSWORD@HOST/PATH")
    offered = parse_challenges(answer.get_all("www-authenticate"))
    if _can_answer(offered):
        return LoginError(f"{told} to this user name and password; check both")
    kinds = ", ".join(map(str, offered)) or "none is named"
    return LoginError(
        f"{told} and asks for a login that is not known to RTSP here ({kinds}); set the camera to "
        "Digest with MD5, or to Basic"
    )


def _can_answer(offered: Sequence[Challenge]) -> bool:
    """Tell whether FFmpeg takes one of these: of several Digests it sees the last alone."""
    digests = [one for one in offered if one.scheme == "digest"]
    if not digests:
        return any(one.scheme == "basic" and one.parameters for one in offered)
    last = digests[-1]
    return last.is_known and last.parameters.get("algorithm", "") in ("", "MD5", "MD5-sess")

"""Addresses of network cameras: what a person typed, read with patience, shown without secrets.

People copy addresses as they are, so that a password may hold ``/``, ``#``, ``?`` or ``@`` as it is
and the scheme may be missing. Nothing here opens a connection, and no error repeats a secret.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from gesturepose.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMES = ("http", "https", "rtsp")
_PORTS = {"http": 80, "https": 443, "rtsp": 554}
_RTSP_PORTS = (554, 8554)
"""Ports on which an address without a scheme is taken for RTSP."""
# Two letters or more: a single one is a Windows drive.
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):[/\\]{1,2}")
_HOST = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[^\W_](?:[\w.-]*\w)?\.?)(?::(?P<port>\d{1,5})?)?",
)
_HOST_ALONE = re.compile(rf"(?:{_HOST.pattern})(?=[/?#\\\s]|$)")
_QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_TAIL = re.compile(r"[/?#\\]")
_HIDDEN = "***"
# What follows these words in a path is no part of a name: some recorders take the login there.
_SECRET = re.compile(
    r"(?i)((?:user(?:name|id)?|usr|login|account|acc|pass(?:word|wd|phrase|code)?|pwd|pswd?|psw|pw|"
    r"token|auth(?:orization|key)?|(?:api)?key|secret|sig(?:nature)?|sid|session(?:id)?|cred\w*)"
    r"=)[^&/;?#\s]*"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a network camera is, and the login for it; ``repr`` and ``name`` hold no secret.

    Attributes
    ----------
    scheme
        ``"http"``, ``"https"`` or ``"rtsp"``.
    host
        Name or number, without the brackets of IPv6.
    port
        1 to 65535; the scheme's own if none was given.
    target
        Path and query, percent-encoded, beginning with ``/`` or empty.
    name
        The address without login and query, as people and logs may see it.
    user, password
        The login, decoded; ``None`` without one.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    name: str
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def netloc(self) -> str:
        """``HOST`` or ``HOST:PORT`` as it stands in an address and in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else _to_ascii(self.host)
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def bare(self) -> str:
        """The address to ask for, without the login."""
        return f"{self.scheme}://{self.netloc}{self.target}"

    @property
    def encoded(self) -> str:
        """The address with its login, every special character of it percent-encoded."""
        if self.user is None:
            return self.bare
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"{self.scheme}://{login}@{self.netloc}{self.target}"


def find_address(spec: str) -> str | None:
    """Return the address that a ``--source`` means, with its scheme; ``None`` for anything else.

    ``192.168.1.5:8080/video`` and ``localhost:8080`` are addresses without their ``http://``, or
    ``rtsp://`` on the ports that are RTSP's; a file or folder of that very name is not.
    """
    spec = spec.strip()
    if (known := _SCHEME.match(spec)) is not None:
        # A folder's name may end in a colon, but not in one of these.
        is_path = known.group(1).lower() not in SCHEMES and _exists(spec)
        return None if is_path else spec
    if not spec or spec[0] in "./\\~" or _exists(spec):
        return None
    has_login, login_end = _find_login(spec), spec.rfind("@") + 1
    rest = spec[login_end:] if has_login or not _TAIL.search(spec, 0, login_end) else spec
    match = _HOST.match(rest)
    if match is None or (match.end() < len(rest) and not _TAIL.match(rest, match.end())):
        return None
    host, port = match["host"], match["port"]
    is_number = _QUAD.fullmatch(host) is not None or host.startswith("[")
    # 12:30 and C:8 are no hosts; a number is one by itself, but bare it lacks what to ask for.
    is_named = len(host) > 1 and not host.isdecimal() and port is not None
    if not (is_named or has_login or (is_number and match.end() < len(rest))):
        return None
    scheme = "rtsp" if port and int(port) in _RTSP_PORTS else "http"
    return f"{scheme}://{spec}"


def parse_address(spec: str) -> Address:
    """Read an address that has its scheme.

    Where an unescaped ``/``, ``?``, ``#`` or ``@`` of a password leaves several readings, the first
    with a host that can be one is taken: a number, ``localhost``, or a name with a dot.

    Raises
    ------
    UsageError
        Its scheme is not supported, or it has no host.
    """
    match = _SCHEME.match(spec)
    scheme = match.group(1).lower() if match else ""
    if match is None or scheme not in SCHEMES:
        close = get_close_matches(scheme, SCHEMES, n=1)
        hint = f"; did you mean '{close[0]}://'?" if close else ""
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise UsageError(f"source: '{scheme}://' is not supported{hint} (known: {known})")
    rest, name = spec[match.end() :].strip(), public_url(spec)
    start = _find_host(rest)
    found = None if start is None else _HOST.match(rest, start)
    port = int(found["port"] or _PORTS[scheme]) if found is not None else 0
    target = "" if found is None else rest[found.end() :].replace("\\", "/")
    login = rest[: start - 1] if start else None
    if (
        found is None
        or not 0 < port < 65536
        or _has_space(target)
        or not (spec.isprintable() and unquote(login or "").isprintable())
    ):
        raise UsageError(
            f"source: {name!r} is no complete address; write {scheme}://HOST:PORT/PATH "
            "(and %2F %3F %23 %40 for / ? # @ in a password)"
        )
    user, _, password = (login or "").partition(":")
    return Address(
        scheme=scheme,
        host=found["host"].strip("[]"),
        port=port,
        target=_encode_target(target),
        name=name,
        user=None if login is None else unquote(user),
        password=unquote(password),
    )


def public_url(spec: str) -> str:
    """Return an address without login, query and fragment, fit for messages and logs.

    Where more than one reading is possible, everything that may be part of a password is left out
    and ``***`` stands for it. Paths of this machine, camera numbers and ``demo`` stay as they are.
    """
    match = _SCHEME.match(spec)
    if match is None and _is_local(spec):
        return spec
    head, rest = ("", spec) if match is None else (spec[: match.end()], spec[match.end() :])
    rest = rest.strip()
    if _find_login(rest):
        start, end = _find_host(rest), rest.rfind("@") + 1
        # With a further @ behind the host, who knows where the password ends.
        is_clear = match is not None and start == end
        rest = rest[end:] if is_clear else f"{_HIDDEN}@{rest[end:]}"
    elif match is not None and "@" in _TAIL.split(rest, maxsplit=1)[0]:
        rest = rest.partition("@")[2]  # a user name alone
    elif match is not None and ":" in rest and not _HOST_ALONE.match(rest):
        rest = _HIDDEN  # perhaps a login whose @HOST was forgotten
    if match is not None or _HOST.match(rest) or rest.startswith(_HIDDEN):
        rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    return head + _SECRET.sub(rf"\1{_HIDDEN}", rest)


def hide_secrets(text: str, specs: Iterable[str]) -> str:
    """Return a message in which no address of ``specs`` stands with its login.

    For messages that repeat what was typed, such as a word that is no command.
    """
    words = {word.strip() for spec in specs for word in (spec, spec.partition("=")[2])}
    for spec in sorted(words, key=len, reverse=True):
        shown = public_url(spec)
        if spec and shown != spec:
            for written in (spec, repr(spec)[1:-1], spec.encode("unicode_escape").decode()):
                text = text.replace(written, shown)
    return text


def _is_local(spec: str) -> bool:
    """Tell what names something of this machine from an address whose scheme is missing."""
    if spec.startswith("//"):
        return False
    is_drive = os.name == "nt" and re.match(r"[A-Za-z]:[\\/]", spec) is not None
    return is_drive or spec[:1] in ("/", ".", "~") or _exists(spec)


def _exists(spec: str) -> bool:
    try:
        return Path(spec).exists()
    except (OSError, ValueError):
        return False


def _find_login(rest: str) -> bool:
    """Whether something before an ``@`` may be a login: a password takes a colon before it."""
    return ":" in rest[: max(rest.rfind("@"), 0)]


def _find_host(rest: str) -> int | None:
    """Return where the host begins in what follows the scheme; ``None`` if there is none."""
    weak = None
    for start in (0, *(mark.end() for mark in re.finditer("@", rest))):
        match = _HOST.match(rest, start)
        if match is None or (match.end() < len(rest) and not _TAIL.match(rest, match.end())):
            continue
        host = match["host"]
        if "." in host or ":" in host or host.lower() == "localhost":
            return start
        weak = start if weak is None else weak
    return weak


def _has_space(text: str) -> bool:
    return any(char.isspace() for char in text)


def _encode_target(target: str) -> str:
    """Percent-encode what may not stand in a request; the fragment is never asked for."""
    path = quote(target.split("#", 1)[0], safe="/%:@!$&'()*+,;=~?-._[]|")
    return f"/{path}" if path.startswith("?") else path


def _to_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return quote(host)

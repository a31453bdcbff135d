"""Logging in at a camera: which of the offered ways is taken, and what is answered to it.

The answers are computed by httpx; choosing is done here, because cameras offer several ways in one
header, write them in their own fashion, or offer none. A password is never sent in the clear where
the camera offers a way that does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gesturepose.capture.address import Address

_DIGESTS = ("SHA-512", "SHA-256", "SHA", "MD5")
"""Algorithms of Digest that httpx knows, best first; each with and without ``-sess``."""
_MAX_STALE = 3
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - of HTTP's grammar
_PARAMETER = re.compile(rf'({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,]*))')
_SCHEME = re.compile(rf"({_TOKEN})(?:\s+([0-9A-Za-z._~+/-]+=*)(?=\s*(?:,|$)))?")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to log in that a camera offers; names in lower case.

    Attributes
    ----------
    scheme
        ``"basic"``, ``"digest"`` or another.
    parameters
        Values without their quotes.
    """

    scheme: str
    parameters: dict[str, str]

    @property
    def algorithm(self) -> str:
        """Of Digest, in capitals; MD5 if none is given."""
        return self.parameters.get("algorithm", "").strip().upper() or "MD5"

    @property
    def is_known(self) -> bool:
        """Whether it can be answered."""
        if self.scheme != "digest":
            return self.scheme == "basic"
        qop = self.parameters.get("qop")
        return (
            self.algorithm.removesuffix("-SESS") in _DIGESTS
            and "nonce" in self.parameters
            and (not qop or "auth" in _split_words(qop))
        )

    def __str__(self) -> str:
        """Name it for people."""
        if self.scheme != "digest":
            return self.scheme.capitalize() if self.scheme != "ntlm" else "NTLM"
        qop = self.parameters.get("qop")
        protection = f", qop {qop}" if qop and "auth" not in _split_words(qop) else ""
        return f"Digest {self.parameters.get('algorithm', '').strip() or 'MD5'}{protection}"


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """Take ``WWW-Authenticate`` headers apart, each of which may offer several ways."""
    challenges: list[Challenge] = []
    for value in values:
        position = 0
        while position < len(value):
            parameter = _PARAMETER.match(value, position)
            scheme = _SCHEME.match(value, position)
            if parameter is not None and challenges:
                text = (
                    parameter[3] if parameter[2] is None else re.sub(r"\\(.)", r"\1", parameter[2])
                )
                challenges[-1].parameters.setdefault(parameter[1].lower(), text)
                position = parameter.end()
            elif scheme is not None:
                challenges.append(Challenge(scheme[1].lower(), {}))
                position = scheme.end()
            else:
                position += 1
    return challenges


class Login:
    """The tries to log in at one address.

    Parameters
    ----------
    address
        Has the login.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._tried: list[str] = []
        self._stale = 0

    def answer(self, offered: Sequence[Challenge]) -> tuple[str, str] | None:
        """Return what to ask for and the ``Authorization`` to ask with; ``None`` to give up.

        Every way is tried once: cameras lock a user out after a few tries. One whose nonce was
        only stale is tried again.
        """
        digests = [one for one in offered if one.scheme == "digest" and one.is_known]
        digests.sort(key=lambda one: _DIGESTS.index(one.algorithm.removesuffix("-SESS")))
        for one in digests:
            is_stale = one.parameters.get("stale", "").lower() == "true"
            if one.algorithm not in self._tried:
                self._tried.append(one.algorithm)
            elif is_stale and one.algorithm == self._tried[-1] and self._stale < _MAX_STALE:
                self._stale += 1
            else:
                continue
            return self._answer_digest(one)
        if digests or any(known in _ALGORITHMS for known in self._tried):
            return None  # no step down to a password in the clear
        if offered and not any(one.scheme == "basic" for one in offered):
            return None
        return self._answer_basic()

    def _answer_digest(self, challenge: Challenge) -> tuple[str, str]:
        import httpx

        given = challenge.parameters
        # Written anew: httpx takes one way to a header, and insists on a realm.
        realm, user = given.get("realm", ""), self._address.user or ""
        words = [f"realm={_quote(realm)}", f"nonce={_quote(given['nonce'])}"]
        words.append(f"algorithm={given.get('algorithm', '').strip() or 'MD5'}")
        words += [f"opaque={_quote(given['opaque'])}"] if given.get("opaque") else []
        words += ['qop="auth"'] if given.get("qop") else []
        request = httpx.Request("GET", self._address.bare)
        flow = httpx.DigestAuth(user, self._address.password).auth_flow(request)
        next(flow)
        headers = {"WWW-Authenticate": "Digest " + ", ".join(words)}
        flow.send(httpx.Response(401, headers=headers, request=request))
        header = request.headers["Authorization"]
        for name, text in (("username", user), ("realm", realm)):  # httpx quotes without escapes
            header = header.replace(f'{name}="{text}"', f"{name}={_quote(text)}", 1)
        return request.url.raw_path.decode("ascii"), header

    def _answer_basic(self) -> tuple[str, str] | None:
        import httpx

        user, password = self._address.user or "", self._address.password
        # Old cameras read names in Latin-1, the rule for most of HTTP's life.
        for encoding in ("utf-8", "latin-1"):
            key = f"basic {encoding}"
            if key in self._tried or (encoding == "latin-1" and (user + password).isascii()):
                continue
            self._tried.append(key)
            try:
                login = user.encode(encoding), password.encode(encoding)
            except UnicodeEncodeError:
                continue
            request = httpx.Request("GET", self._address.bare)
            next(httpx.BasicAuth(*login).auth_flow(request))
            return request.url.raw_path.decode("ascii"), request.headers["Authorization"]
        return None


_ALGORITHMS = {name + end for name in _DIGESTS for end in ("", "-SESS")}


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _split_words(text: str) -> list[str]:
    return re.split(r"[\s,]+", text.strip().lower())

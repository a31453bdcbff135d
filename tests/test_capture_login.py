"""Logging in at network cameras: every common kind of login, and to whom it is never shown."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import parse_http_list, parse_keqv_list

import pytest
from support_http import RawCamera, encode_jpeg
from support_tls import make_certificate, make_context
from support_video import PLAIN, half_lit

from gesturepose.capture.http_login import parse_challenges
from gesturepose.capture.opening import open_source
from gesturepose.datatypes import Frame
from gesturepose.errors import SourceError
from gesturepose.session import SessionState
from gesturepose.session_verdict import judge

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

USER, PASSWORD = "admin", "geheim"
PICTURE = encode_jpeg(half_lit(level=90))
PART = b"--b\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(PICTURE), PICTURE)
STREAM = [b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n", PART]
HASHES: dict[str, Callable[[bytes], Any]] = {
    "MD5": hashlib.md5,
    "SHA": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-512": hashlib.sha512,
}


def read_login(request: str) -> tuple[str, str]:
    found = re.search(r"(?im)^authorization: (\S+) (.*?)\r?$", request)
    return (found[1].lower(), found[2]) if found else ("", "")


def accepts(request: str, *, nonce: str, user: str = USER, password: str = PASSWORD) -> bool:
    """Check a login as RFC 7617 and RFC 7616 have it, by nothing but hashlib."""
    kind, text = read_login(request)
    if kind == "basic":
        return text == base64.b64encode(f"{user}:{password}".encode()).decode()
    if kind != "digest":
        return False
    given = parse_keqv_list(parse_http_list(text))
    algorithm = given.get("algorithm", "MD5").upper()

    def digest(*words: str) -> str:
        hashed = HASHES[algorithm.removesuffix("-SESS")](":".join(words).encode())
        return str(hashed.hexdigest())

    secret = digest(user, given["realm"], password)
    if algorithm.endswith("-SESS"):
        secret = digest(secret, given["nonce"], given["cnonce"])
    what = digest("GET", given["uri"])
    if "qop" in given:
        words = (given["nonce"], given["nc"], given["cnonce"], given["qop"])
        response = digest(secret, *words, what)
    else:
        response = digest(secret, given["nonce"], what)
    asked = request.split(" ", 2)[1]
    return (given["username"], given["nonce"], given["uri"], given["response"]) == (
        user,
        nonce,
        asked,
        response,
    )


class Guarded:
    """A camera's answers: challenges until a login is right."""

    def __init__(self, *headers: str, only: str = "", nonces: int = 1, **login: str) -> None:
        self.headers, self.only, self.nonces, self.login = headers, only, nonces, login

    def __call__(self, request: str) -> list[bytes]:
        kind, text = read_login(request)
        nonce = f"n{self.nonces}"
        if kind and self.only.lower() in f"{kind} {text}".lower():
            if self.nonces == 1 and accepts(request, nonce=nonce, **self.login):
                return STREAM
            if self.nonces > 1:
                self.nonces -= 1
        lines = "".join(
            f"WWW-Authenticate: {header.replace('NONCE', f'n{self.nonces}')}\r\n"
            for header in self.headers
        )
        return [f"HTTP/1.1 401 Unauthorized\r\n{lines}\r\n<html>no</html>".encode()]


def watch(url: str) -> None:
    with closing(open_source(url, PLAIN)) as source:
        frame = source.read()
        assert isinstance(frame, Frame)
        assert "geheim" not in source.name


def with_login(camera: RawCamera, login: str = f"{USER}:{PASSWORD}") -> str:
    return camera.url.replace("://", f"://{login}@")


MD5 = 'Digest realm="cam", nonce="NONCE", qop="auth"'
SHA_256 = 'Digest realm="cam", nonce="NONCE", qop="auth", algorithm=SHA-256'
TAKEN: dict[str, Guarded] = {
    "Basic": Guarded('Basic realm="cam"'),
    "Basic without realm": Guarded("Basic"),
    "basic in small letters": Guarded('basic realm="cam, indoor"'),
    "nothing offered": Guarded(),
    "MD5": Guarded(MD5),
    "md5 in small letters": Guarded('Digest realm="cam", nonce="NONCE", algorithm=md5, qop=auth'),
    "algorithm quoted": Guarded('Digest realm="c", nonce="NONCE", algorithm="MD5", qop="auth"'),
    "without qop": Guarded('Digest realm="cam", nonce="NONCE"'),
    "empty qop": Guarded('Digest realm="cam", nonce="NONCE", qop=""'),
    "both qops": Guarded('Digest realm="cam",nonce="NONCE",qop="auth-int,auth",opaque="x=1,2"'),
    "a realm with quotes": Guarded(MD5.replace('"cam"', r'"a \"b\", c\\d"')),
    "without realm": Guarded('Digest nonce="NONCE", qop="auth"'),
    "MD5-sess": Guarded('Digest realm="cam", nonce="NONCE", algorithm=MD5-sess, qop="auth"'),
    "SHA-256 alone": Guarded(SHA_256),
    "SHA-512": Guarded('Digest realm="cam", nonce="NONCE", algorithm=SHA-512, qop="auth"'),
    "SHA-256 before MD5": Guarded(SHA_256, MD5),
    "SHA-256 before MD5 in one header": Guarded(f"{SHA_256}, {MD5}"),
    "MD5 before SHA-256, which alone is right": Guarded(MD5, SHA_256, only="SHA-256"),
    "SHA-256 offered, MD5 right": Guarded(SHA_256, MD5, only="algorithm=MD5"),
    "Basic and Digest in one header": Guarded(f'Basic realm="a", {MD5}', only="digest"),
    "another kind first": Guarded("Negotiate", "NTLM", MD5),
    "NTLM with a token": Guarded(f"NTLM TlRMTVNTUAAC==, {MD5}"),
    "stale nonces": Guarded(f"{MD5}, stale=true", nonces=3),
    "auth-int and Basic": Guarded('Digest realm="c", nonce="NONCE", qop="auth-int"', "Basic"),
    "SHA-512-256 and MD5": Guarded(SHA_256.replace("SHA-256", "SHA-512-256"), MD5),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_a_login_is_answered_as_the_camera_asks(kind: str) -> None:
    with RawCamera(TAKEN[kind]) as camera:
        watch(with_login(camera))
    assert read_login(camera.requests[0]) == ("", "")


@pytest.mark.parametrize("header", ["Basic realm=cam", MD5, SHA_256])
@pytest.mark.parametrize(
    "login", [("jörg", "pässwörd €"), ("me@mail.org", "a:b/c?d#e@f%g h&i=j+"), ('a"b\\c', 'd"e\\f')]
)
@pytest.mark.parametrize("escaped", [True, False])
def test_a_login_may_hold_any_character(
    header: str, login: tuple[str, str], *, escaped: bool
) -> None:
    user, password = login
    with RawCamera(Guarded(header, user=user, password=password)) as camera:
        typed = f"{quote(user, safe='')}:{quote(password, safe='')}" if escaped else ":".join(login)
        watch(with_login(camera, typed))


def test_an_old_camera_gets_a_basic_login_in_latin_1() -> None:
    wanted = base64.b64encode("jörg:geheim".encode("latin-1")).decode()

    def answer(request: str) -> list[bytes]:
        right = read_login(request) == ("basic", wanted)
        return STREAM if right else [b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n\r\n"]

    with RawCamera(answer) as camera:
        watch(with_login(camera, "jörg:geheim"))


OTHER = "another"
WRONG = "it does not take this user name and password; check both"
UNKNOWN = "set the camera to Digest or Basic"
REFUSED: dict[str, tuple[Guarded, str]] = {
    "; write http://USER:PASSWORD@HOST/PATH": (Guarded(MD5), ""),
    ": it does not take this user name and password; check both": (
        Guarded(MD5, SHA_256),
        "admin:geheim2@",
    ),
    f": {WRONG}": (Guarded("Basic"), "geheim:geheim@"),
    f", says not how to log in, and {WRONG.replace('it ', '').replace(';', ' as Basic;')}": (
        Guarded(password=OTHER),
        "admin:geheim@",
    ),
    f" and asks for a login that is not known here (NTLM, Negotiate); {UNKNOWN}": (
        Guarded("NTLM", "Negotiate"),
        "admin:geheim@",
    ),
    f" and asks for a login that is not known here (Digest SHA-9, qop auth-int); {UNKNOWN}": (
        Guarded('Digest realm="c", nonce="NONCE", qop="auth-int", algorithm=SHA-9'),
        "admin:geheim@",
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_login_that_fails_is_one_line_without_the_password(reason: str) -> None:
    guard, login = REFUSED[reason]
    with RawCamera(guard) as camera:
        with pytest.raises(SourceError) as raised:
            open_source(camera.url.replace("://", f"://{login}"), PLAIN)
        assert str(raised.value) == f"source: {camera.url} answers 401 Unauthorized{reason}"
    assert raised.value.__cause__ is None


def test_a_wrong_password_is_not_tried_again_by_itself() -> None:
    with RawCamera(Guarded(MD5, password=OTHER)) as camera:
        with pytest.raises(SourceError) as raised:
            open_source(with_login(camera), PLAIN)
        assert judge(raised.value, with_login(camera))[0] is SessionState.FAILED
    with pytest.raises(SourceError) as raised:
        open_source(with_login(camera), PLAIN)
    assert judge(raised.value, with_login(camera))[0] is SessionState.LOST


def test_a_nonce_that_is_always_stale_is_given_up() -> None:
    with RawCamera(Guarded(f"{MD5}, stale=true", nonces=99)) as camera:
        with pytest.raises(SourceError, match=WRONG):
            open_source(with_login(camera), PLAIN)
        assert len(camera.requests) <= 6  # cameras lock users out


def test_a_password_is_not_sent_in_the_clear_where_digest_was_offered() -> None:
    guard = Guarded(MD5, 'Basic realm="cam"', password=OTHER)
    with RawCamera(guard) as camera, pytest.raises(SourceError, match=WRONG):
        open_source(with_login(camera), PLAIN)
    assert [read_login(request)[0] for request in camera.requests] == ["", "digest"]


# Sent on


def send_on(to: str) -> Callable[[str], list[bytes]]:
    return lambda _: [f"HTTP/1.1 302 Found\r\nLocation: {to}\r\n\r\n".encode()]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_login_is_never_sent_on_to_another_address(host: str) -> None:
    with (
        RawCamera(Guarded("Basic"), host=host) as other,
        RawCamera(send_on(other.url)) as camera,
    ):
        with pytest.raises(SourceError) as raised:
            open_source(with_login(camera), PLAIN)
        assert str(raised.value) == (
            f"source: {other.url} answers 401 Unauthorized; a login is never sent on to another "
            "address: give this one, with USER:PASSWORD@"
        )
    assert [read_login(request) for request in other.requests] == [("", "")]


def test_a_stream_elsewhere_is_watched_without_the_login() -> None:
    with RawCamera(lambda _: STREAM) as other, RawCamera(send_on(other.url)) as camera:
        watch(with_login(camera))
    assert "uthorization" not in "".join(other.requests)


def test_a_login_goes_along_to_another_path_of_the_same_camera() -> None:
    guard = Guarded(MD5)

    def answer(request: str) -> list[bytes]:
        return guard(request) if " /live?a=1 " in request else send_on("live?a=1")(request)

    with RawCamera(answer) as camera:
        watch(with_login(camera))


# Challenges


def test_several_challenges_in_one_header_are_told_apart() -> None:
    found = parse_challenges(
        ['Basic, Digest realm="a \\"b\\", c", nonce=x ,qop="auth", NTLM abc==, Bearer scope="s"']
    )
    assert [one.scheme for one in found] == ["basic", "digest", "ntlm", "bearer"]
    assert found[1].parameters == {"realm": 'a "b", c', "nonce": "x", "qop": "auth"}
    assert parse_challenges(["", ",", "=", '"']) == []


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    return make_context(certificate)


def test_a_certificate_nobody_vouches_for_is_refused_before_the_login_is_sent(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with RawCamera(Guarded("Basic"), tls=tls) as camera:
        with pytest.raises(SourceError) as raised:
            open_source(with_login(camera), PLAIN)
        assert str(raised.value) == (
            f"source: the certificate of {camera.url} is not trusted: self-signed certificate; if "
            "it is the camera's own, name its file in the environment variable SSL_CERT_FILE"
        )
    assert camera.requests == []


def test_a_camera_whose_certificate_is_named_is_watched(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with RawCamera(Guarded(SHA_256), tls=tls) as camera:
        watch(with_login(camera))

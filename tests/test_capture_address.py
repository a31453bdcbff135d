"""Addresses as people type them: how they are read, and that their secrets are never shown."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st
from support_video import PLAIN

from gesturepose.capture.address import find_address, hide_secrets, parse_address, public_url
from gesturepose.capture.opening import open_source
from gesturepose.cli import main
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.session_verdict import is_live

# Reading


@pytest.mark.parametrize(
    ("typed", "user", "password", "asked"),
    [
        ("http://cam/v?a=1#top", None, "", "http://cam/v?a=1"),
        ("HTTP://Cam:8080", None, "", "http://Cam:8080"),
        ("http://me@cam/", "me", "", "http://cam/"),
        ("http://me:@cam/", "me", "", "http://cam/"),
        ("http://me:a%2Fb%40c@cam/", "me", "a/b@c", "http://cam/"),
        ("http://me:100%@cam/", "me", "100%", "http://cam/"),
        ("http://me:a:b@cam/", "me", "a:b", "http://cam/"),
        ("http://me:p@ss@cam/", "me", "p@ss", "http://cam/"),
        ("http://me@mail.org:pw@10.0.0.5/v", "me@mail.org", "pw", "http://10.0.0.5/v"),
        ("http://admin:geheim/1@127.0.0.1:9/v", "admin", "geheim/1", "http://127.0.0.1:9/v"),
        ("rtsp://admin:geheim#1@127.0.0.1:9/v", "admin", "geheim#1", "rtsp://127.0.0.1:9/v"),
        ("http://admin:geheim?1@127.0.0.1:9/v", "admin", "geheim?1", "http://127.0.0.1:9/v"),
        ("http://admin:1234/5@192.168.1.5/v", "admin", "1234/5", "http://192.168.1.5/v"),
        ("http://admin:/@[fe80::1]:8080/v", "admin", "/", "http://[fe80::1]:8080/v"),
        ("rtsp://a:p q@cam.local/", "a", "p q", "rtsp://cam.local/"),
        ("http://cam:8080/a@b", None, "", "http://cam:8080/a@b"),
        ("http://cam.local/a?to=me@b.org", None, "", "http://cam.local/a?to=me@b.org"),
        ("http://me:pw@cam.local/a@b.org", "me", "pw", "http://cam.local/a@b.org"),
        ("http://cam/größe", None, "", "http://cam/gr%C3%B6%C3%9Fe"),
        ("http://bücher.example/", None, "", "http://xn--bcher-kva.example/"),
    ],
)
def test_an_address_is_read_as_it_was_meant(
    typed: str, user: str | None, password: str, asked: str
) -> None:
    address = parse_address(typed)
    assert (address.user, address.password, address.bare) == (user, password, asked)
    again = parse_address(address.encoded)
    assert (again.user, again.password, again.bare) == (user, password, asked)
    assert password not in repr(address) or len(password) < 3


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.168.1.5:8080/video", "http://192.168.1.5:8080/video"),
        ("192.168.1.5/video", "http://192.168.1.5/video"),
        ("192.168.1.5:554/stream1", "rtsp://192.168.1.5:554/stream1"),
        ("localhost:8080", "http://localhost:8080"),
        ("cam.local:8080/?action=stream", "http://cam.local:8080/?action=stream"),
        ("[::1]:8080/video", "http://[::1]:8080/video"),
        ("admin:pw@192.168.1.5:8080/video", "http://admin:pw@192.168.1.5:8080/video"),
        ("me@192.168.1.5:8080/video", "http://me@192.168.1.5:8080/video"),
        ("admin:p/w@192.168.1.5/video", "http://admin:p/w@192.168.1.5/video"),
        (" rtsp://cam/a ", "rtsp://cam/a"),
        *[
            (word, None)
            for word in (
                "0",
                "demo",
                "",
                "clip.mp4",
                "12:30",
                "C:8",
                "C:/clips/a.mp4",
                "C:\\clips\\a.mp4",
                "./cam:8080",
                "/videos/cam:8080/a.mp4",
                "talk:part/one.mp4",
                "192.168.1.20",
                "me@home.mp4",
                "/dev/video0",
            )
        ],
    ],
)
def test_an_address_needs_no_scheme_and_nothing_else_is_one(
    typed: str, address: str | None
) -> None:
    assert find_address(typed) == address
    assert is_live(typed) == (address is not None or typed in ("0", "/dev/video0"))


def test_a_file_of_that_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "party:").mkdir()
    for name in ("cam:8080", "party:/one.mp4"):
        (tmp_path / name).write_bytes(b"")
        assert find_address(name) is None
        with pytest.raises(GesturePoseError, match="is empty"):
            open_source(name, PLAIN)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "http://",
            "http:///v",
            "http://:80/",
            "http://cam:0/",
            "http://cam:65536/",
            "rtsp://a b/",
        ),
        *("http://cam/a b", "http://me:pw@/", "http://cam:x/", "http://a\n/", "http://a:%0D%0A@b/"),
    ],
)
def test_what_is_no_complete_address_says_how_one_is_written(typed: str) -> None:
    with pytest.raises(UsageError, match=r"is no complete address; write \w+://HOST:PORT/PATH"):
        parse_address(typed)


# Showing


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("rtsp://me:pass@host:554/a?token=1#x", "rtsp://host:554/a"),
        ("RTSP://me:pass@host:554/a", "RTSP://host:554/a"),
        ("http://host/a@b", "http://host/a@b"),
        ("http://me:p@ss@host/", "http://host/"),
        ("http://me@host/v", "http://host/v"),
        ("http://me:pw@host/a@b", "http://***@b"),
        ("ftp://me:a/b#c?d@host/v?pwd=x", "ftp://host/v"),
        ("http://admin:secret", "http://***"),
        ("http://admin:secret/10.0.0.1", "http://***"),
        ("http://me:pw@not a host/", "http://***@not a host/"),
        ("http:/me:pw@host/v", "http:/host/v"),
        ("http:\\\\me:pw@host\\v", "http:\\\\host\\v"),
        ("//me:pw@host/v", "***@host/v"),
        ("me:pw@host/v?a=b", "***@host/v"),
        ("host:8080/v?user=a&pwd=b", "host:8080/v"),
        (
            "rtsp://host/user=admin&password=abc&channel=1.sdp",
            "rtsp://host/user=***&password=***&channel=1.sdp",
        ),
        ("rtsp://host/user=admin_password=abc_channel=1.sdp", "rtsp://host/user=***"),
        ("http://host/v;auth=abc/live", "http://host/v;auth=***/live"),
        ("/videos/what?.mp4", "/videos/what?.mp4"),
        ("/videos/a:b/me@home.mp4", "/videos/a:b/me@home.mp4"),
        ("./a#1.mp4", "./a#1.mp4"),
        ("0", "0"),
        ("demo", "demo"),
    ],
)
def test_what_is_shown_of_a_source_holds_no_secret(typed: str, shown: str) -> None:
    assert public_url(typed) == shown


SECRET = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=("C", "Z")),
    min_size=1,
    max_size=12,
).map(lambda text: f"Zq{text}qZ")
"""Marked at both ends, so that it is found in whatever shows it, or a part of it."""
ADDRESS = st.sampled_from(
    [
        *("http://{}@127.0.0.1:9/v", "https://{}@127.0.0.1:9", "rtsp://{}@127.0.0.1:9/v?a=b#c"),
        *("HTTP://{}@127.0.0.1:9/v@w", "ftp://{}@host.example/v", "rtmp://{}@127.0.0.1/live"),
        *("http://{}@no host/", "http://{}@127.0.0.1:99999/v", "http:/{}@127.0.0.1:9/v"),
        *("//{}@127.0.0.1:9/v", "{}@127.0.0.1:9/v", "htp:{}@127.0.0.1:9", "{}@127.0.0.1"),
        *("rtsp://{}@[::1]:9/v", "rtsp://127.0.0.1:9/v?login={}", "http:\\\\{}@127.0.0.1:9\\v"),
    ]
)


@given(ADDRESS, SECRET, SECRET, st.booleans())
def test_no_login_is_ever_shown(address: str, user: str, password: str, escaped: bool) -> None:  # noqa: FBT001
    if escaped:
        user, password = quote(user, safe=""), quote(password, safe="")
    typed = address.format(f"{user}:{password}")
    assume(not Path(typed).exists())
    assert "Zq" not in public_url(typed)
    assert "qZ" not in public_url(typed)
    assert "qZ" not in hide_secrets(f"unknown command '{typed}'", [typed])
    try:
        parse_address(find_address(typed) or typed)
    except UsageError as error:
        assert "qZ" not in str(error)  # noqa: PT017 - it need not raise


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])  # each is eight programs
@given(ADDRESS, SECRET, SECRET)
@example("http://{}@127.0.0.1:9/v", "Zqa=qZ", "Zq=bqZ")
@example("http://{}@127.0.0.1:9/v", "Zq'qZ", 'Zq"\\qZ')
def test_no_message_of_the_program_shows_a_login(address: str, user: str, password: str) -> None:
    typed = address.format(f"{user}:{password}")
    for arguments in (
        ["--no-gui", "--dry-run", "--source", typed],
        ["--no-gui", "--dry-run", f"--source={typed}"],
        [typed],
        ["--no-gui", "--config", typed],
        ["--no-gui", "--source", "demo", "--max-seconds", typed],
        ["benchmark", "--source", typed],
        ["check", typed],
        ["evaluate", typed],
    ):
        told = run(arguments)
        assert told
        assert "qZ" not in told
        assert "Zq" not in told


def run(arguments: list[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert main(arguments) in (1, 2)
    return out.getvalue() + err.getvalue()


def test_secrets_of_an_address_stay_out_of_json_too() -> None:
    assert json.loads(json.dumps(public_url('http://a:"b\\c@host/'))) == "http://host/"

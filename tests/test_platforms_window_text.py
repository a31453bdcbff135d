"""How windows are named: plain text, lists of names, patterns; titles that are long or hostile."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesturepose.platforms.base import WindowInfo
from gesturepose.platforms.window_text import (
    SlowPatternError,
    looks_like_pattern,
    looks_plain,
    read_app,
    read_window,
)

_HOSTILE = "(a|aa)+$"
_TRAP = "a" * 80 + "!"


def _window(title: str, app: str = "editor Editor") -> WindowInfo:
    return WindowInfo(title=title, app=app, pid=1, window_id=2)


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("[draft]", "Bank", False),
        ("[draft]", "Letter [draft] - Writer", True),
        ("C++", "Calculator", False),
        ("C++", "c++ reference", True),
        ("Budget (1)", "Budget (1)", True),
        ("a.b", "axb", False),
        ("$HOME", "echo $HOME", True),
        # Case as every language has it, composed and decomposed, and marks nobody sees.
        ("STRASSE", "Hauptstraße", True),
        ("ΣΊΣΥΦΟΣ", "Σίσυφος", True),
        ("Café", "Cafe\u0301 menu", True),
        ("Microsoft Edge", "News - Microsoft\u200b Edge", True),
        ("Budget (1)", "Budget\u00a0(1)", True),
        ("cafe", "Café", False),
        # Slashes make a pattern; one alone is a slash.
        ("/^bank$/", "Bank", True),
        ("/^bank$/", "My Bank", False),
        ("/a|b/", "xbx", True),
        ("/", "home/me", True),
        ("/home", "/home/me", True),
    ],
)
def test_text_to_close_is_plain_unless_it_stands_between_slashes(
    text: str,
    title: str,
    found: bool,  # noqa: FBT001
) -> None:
    assert _window(title).has(read_window(text)) == found


def test_the_text_of_an_app_is_a_pattern_and_a_list_holds_plain_names() -> None:
    assert _window("x", "chromium Chromium").matches("CHROM|firefox")
    assert not _window("x", "chromium Chromium").matches(["chrom|firefox"])
    assert _window("C++ - Editor").matches(["firefox", "C++"])
    assert not _window("Calculator").matches(("firefox", "C++"))


def test_a_window_without_a_title_is_found_by_its_application_only() -> None:
    assert _window("").has(read_window("editor"))
    assert not _window("", "other").has(read_window("untitled"))
    assert not _window("", "").has(read_window("x"))


@pytest.mark.parametrize(
    "app",
    [
        *("", " ", "(", "*x", "a" * 1001, "((a{1000}){1000}){1000}"),
        *([], [""], ["a", ""], ["\u200b"]),
    ],
)
def test_what_means_every_window_or_none_is_refused(app: str | list[str]) -> None:
    with pytest.raises(ValueError, match=r"empty|at least one|regular expression|shorter|smaller"):
        read_app(app)


@pytest.mark.parametrize("text", ["", " ", "//", "/ /", "/(/"])
def test_what_closes_every_window_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"empty|regular expression"):
        read_window(text)


def test_a_pattern_is_given_up_soon_on_a_title_made_for_it() -> None:
    begun = time.monotonic()
    with pytest.raises(SlowPatternError, match="takes too long"):
        _window(_TRAP).matches(_HOSTILE)
    assert time.monotonic() - begun < 1.0
    # Other titles are looked at as ever.
    assert _window("aaaa").matches(_HOSTILE)


def test_of_a_long_title_beginning_and_end_are_looked_at() -> None:
    title = "Begin " + "x" * 1_000_000 + " - Chromium"
    assert _window(title).matches("^begin")
    assert _window(title).matches("chromium$")
    assert _window(title).has(read_window("- Chromium"))
    assert not _window("x" * 2000 + "Inside" + "x" * 2000).matches("inside")


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_is_found_in_itself_and_no_title_is_a_failure(title: str, text: str) -> None:
    try:
        plain = read_app([text])
    except ValueError:
        return
    assert plain.is_in(f"x{text}") or not text.isprintable() or plain.is_in(text)
    plain.is_in(title)


@pytest.mark.parametrize("text", ["C++", "[draft]", "Budget (1)", "Notepad++", "Inbox (3)", "new*"])
def test_patterns_that_look_like_plain_text(text: str) -> None:
    assert looks_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "chrom|firefox",
        "(chrom|firefox)",
        "^inbox$",
        r"gimp-2\.10",
        "node.js",
        "chrom(ium)?",
        "a.*b",
        "[Gg]imp",
        "[0-9]+ new",
        "colou?r",
        "chrom|firefox|msedge|microsoft-edge|safari",
    ],
)
def test_patterns_that_do_not(text: str) -> None:
    assert not looks_plain(text)


@pytest.mark.parametrize("text", ["chrom|firefox", "Mail.*", "^x", "title$", r"a\.b", "v[0-9]"])
def test_plain_text_that_looks_like_a_pattern(text: str) -> None:
    assert looks_like_pattern(text)


@pytest.mark.parametrize("text", ["C++", "[draft]", "Budget (1)", "Inbox | Mail", "cost 5$", "a.b"])
def test_plain_text_that_does_not(text: str) -> None:
    assert not looks_like_pattern(text)

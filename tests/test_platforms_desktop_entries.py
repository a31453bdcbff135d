"""Desktop files as the specification has them, and as they lie about: started for real."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_x11 import need, wait_until

from gesturepose.errors import ActionError
from gesturepose.platforms.applications import Application, list_applications
from gesturepose.platforms.desktop_entries import AmbiguousNameError, find_entry, read_entry
from gesturepose.platforms.exec_lines import expand_codes, split_exec, unescape
from gesturepose.platforms.linux_desktop import LinuxDesktop
from gesturepose.platforms.locales import list_locales, spell_locale

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

_LOCALE_NAMES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "XDG_CURRENT_DESKTOP")


@pytest.fixture
def applications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of desktop files of our own; the machine's are not looked at."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "shared"))
    for name in _LOCALE_NAMES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home" / "applications"
    folder.mkdir(parents=True)
    return folder


def _write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / f"{name}.desktop"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(("[Desktop Entry]", "Type=Application", *lines)), encoding="utf-8")
    return path


def _found(app: str) -> str | None:
    entry = find_entry(app)
    return None if entry is None else entry.desktop_id


def test_a_program_starts_in_its_path(applications: Path, tmp_path: Path) -> None:
    there = tmp_path / "where it lives"
    there.mkdir()
    _write(applications, "a", "Name=A", f"Path={tmp_path}/where\\sit\\slives", "Exec=touch started")
    LinuxDesktop().launch("a")
    wait_until((there / "started").exists, what="it to start in its Path")


def test_a_path_that_is_not_there_is_told_and_not_called_a_missing_program(
    applications: Path,
) -> None:
    _write(applications, "a", "Name=A", "Path=/nonexistent/folder", "Exec=touch started")
    with pytest.raises(ActionError, match="its working folder /nonexistent/folder is not there"):
        LinuxDesktop().launch("a")


def test_a_relative_program_is_looked_for_in_its_path(applications: Path, tmp_path: Path) -> None:
    program = tmp_path / "run.sh"
    program.write_text("#!/bin/sh\ntouch started\n")
    program.chmod(0o755)
    _write(applications, "a", "Name=A", f"Path={tmp_path}", "Exec=./run.sh")
    LinuxDesktop().launch("a")
    wait_until((tmp_path / "started").exists, what="it to start")


def test_escapes_and_quotes_reach_the_program_as_they_were_meant(
    applications: Path, tmp_path: Path
) -> None:
    script = tmp_path / "args.py"
    script.write_text(
        "import json, os, sys\n"
        f"path = {str(tmp_path / 'told')!r}\n"
        "json.dump(sys.argv[1:], open(path + '.new', 'w'))\n"
        "os.rename(path + '.new', path)\n"
    )
    _write(
        applications,
        "a",
        "Name=A b",
        "Icon=the-icon",
        rf'Exec={sys.executable} {script} "a \\"b\\" \\\\ \\$HOME \\`x\\`" %i %c %F 100%% --x="y z"'
        r" tab\there %%f %d",
    )
    LinuxDesktop().launch("a")
    wait_until((tmp_path / "told").exists, what="it to start")
    assert (tmp_path / "told").read_text() == (
        r'["a \"b\" \\ $HOME `x`", "--icon", "the-icon", "A b", "100%", "--x=y z", "tab", "here", '
        r'"%f"]'
    )


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (r'sh -c "touch \\$PWD/dollar"', ["sh", "-c", "touch $PWD/dollar"]),
        (r'sh -c "touch \$PWD/dollar"', ["sh", "-c", "touch $PWD/dollar"]),  # often seen so
        ("a 'b c' d", ["a", "b c", "d"]),
        (r"a b\\ c", ["a", "b c"]),
        ('a "" b', ["a", "", "b"]),
        (r'a "C:\\\\dir\\\\x"', ["a", r"C:\dir\x"]),
        ('  a\t"b"c  ', ["a", "bc"]),
        ("a # b ; c & d", ["a", "#", "b", ";", "c", "&", "d"]),
        ("", []),
    ],
)
def test_how_exec_is_split(written: str, words: list[str]) -> None:
    assert split_exec(unescape(written)) == words


def test_no_file_is_passed_and_an_unknown_code_is_not_run() -> None:
    assert expand_codes(
        ["a", "%f", "%U", "--in=%u", "%m", "%%k", "%k", "-%c-"], name="N", icon="", path="/x"
    ) == ["a", "--in=", "%k", "/x", "-N-"]
    for wrong in ("%z", "a%", "%1"):
        with pytest.raises(ValueError, match="unknown code %"):
            expand_codes(["a", wrong], name="", icon="", path="")


@given(st.text(max_size=40))
def test_any_exec_line_is_read_or_refused_in_words(line: str) -> None:
    said = ""
    try:
        words = split_exec(unescape(line))
        expand_codes(words, name="n", icon="i", path="p")
    except ValueError as error:
        said = str(error)
    assert not said or "Exec line" in said


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("sr_YU.UTF-8@Latn", ["sr_YU@Latn", "sr_YU", "sr@Latn", "sr"]),
        ("de_DE.UTF-8", ["de_DE", "de"]),
        ("ca@valencia", ["ca@valencia", "ca"]),
        ("eo", ["eo"]),
        ("", []),
    ],
)
def test_a_locale_falls_back_as_the_specification_says(name: str, spellings: list[str]) -> None:
    assert spell_locale(name) == spellings


@pytest.mark.parametrize(
    ("environment", "locales"),
    [
        ({"LANG": "de_DE.UTF-8"}, ["de_DE", "de"]),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR"}, ["fr_FR", "fr"]),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr_FR", "LC_ALL": "es"}, ["es"]),
        ({"LANG": "de_DE", "LANGUAGE": "nds:de"}, ["nds", "de", "de_DE"]),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, []),
        ({"LC_ALL": "", "LANG": "de"}, ["de"]),
        ({}, []),
    ],
)
def test_which_language_a_person_reads(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], locales: list[str]
) -> None:
    for name in _LOCALE_NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert list_locales() == locales


def test_ids_own_names_and_untranslated_ones_all_find_it(
    applications: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(
        applications,
        "org.example.Calculator",
        "Name=Calculator",
        "Name[de]=Taschenrechner",
        "Name[pt_BR]=Calculadora do Brasil",
        "Name[fr]=Calculatrice",
        "GenericName=Arithmetic",
        "GenericName[de]=Rechnen",
        "Exec=true",
    )
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    for app in (
        "org.example.Calculator",
        "org.example.calculator.desktop",
        "Taschenrechner",
        "TASCHENRECHNER",
        "Calculator",
        "calculatrice",  # a mapping may come from elsewhere
        "Rechnen",
    ):
        assert _found(app) == "org.example.Calculator", app
    assert _found("Arithmetic") is None
    assert list_applications() == [Application("Taschenrechner", "org.example.Calculator")]
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    assert list_applications()[0].name == "Calculadora do Brasil"
    monkeypatch.setenv("LANG", "C")
    assert list_applications()[0].name == "Calculator"


def test_a_name_of_several_applications_is_no_guess(applications: Path) -> None:
    _write(applications, "org.a.Terminal", "Name=Terminal", "Exec=true")
    _write(applications, "org.b.Terminal", "Name=Terminal", "Exec=true")
    with pytest.raises(AmbiguousNameError):
        find_entry("terminal")
    with pytest.raises(ActionError) as caught:
        LinuxDesktop().launch("Terminal")
    assert str(caught.value) == (
        "2 applications are called 'Terminal'; give the id of one: org.a.Terminal, org.b.Terminal"
    )
    assert _found("org.b.Terminal") == "org.b.Terminal"
    # What menus do not show does not stand in the way.
    _write(applications, "org.b.Terminal", "Name=Terminal", "Exec=true", "NoDisplay=true")
    assert _found("Terminal") == "org.a.Terminal"


def test_menus_of_this_desktop_only(applications: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(applications, "gnome", "Name=G", "Exec=true", "OnlyShowIn=GNOME;Unity;")
    _write(applications, "not-kde", "Name=N", "Exec=true", "NotShowIn=KDE;")
    _write(applications, "all", "Name=A", "Exec=true")

    def _shown() -> list[str]:
        return [application.app_id for application in list_applications()]

    assert _shown() == ["all", "not-kde"]
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    assert _shown() == ["all", "gnome", "not-kde"]
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    assert _shown() == ["all"]
    # Whoever names it gets it all the same.
    assert _found("gnome") == "gnome"


def test_hidden_files_hide_and_try_exec_counts(applications: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared" / "applications"
    shared.mkdir(parents=True)
    _write(shared, "gone", "Name=Gone", "Exec=true")
    _write(applications, "gone", "Name=Gone", "Exec=true", "Hidden=true")
    tool = tmp_path / "a tool"
    tool.write_text("#!/bin/sh\n")
    _write(shared, "tool", "Name=Tool", "Exec=true", f"TryExec={tmp_path}/a\\stool")
    assert _found("gone") is None
    assert _found("tool") is None
    tool.chmod(0o755)
    assert _found("tool") == "tool"


def test_an_application_of_the_bus_is_activated_or_the_fix_is_named(
    applications: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("gapplication", "libglib2.0-bin")
    path = _write(applications, "org.example.Bus", "Name=Bus", "DBusActivatable=true")
    entry = read_entry(path, "org.example.Bus")
    assert entry is not None
    argv = entry.argv()
    assert os.path.basename(argv[0]) == "gapplication"  # noqa: PTH119
    assert argv[1:] == ["launch", "org.example.Bus"]
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ActionError, match="install the package libglib2"):
        LinuxDesktop().launch("Bus")


@pytest.mark.parametrize(
    ("terminal", "separator"),
    [("xterm", ["-e"]), ("xfce4-terminal", ["-x"]), ("gnome-terminal", ["--"]), ("foot", [])],
)
def test_what_wants_a_terminal_gets_one(
    applications: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    terminal: str,
    separator: list[str],
) -> None:
    path = _write(applications, "top", "Name=Top", "Exec=top -d 1", "Terminal=true")
    program = tmp_path / "bin" / terminal
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    entry = read_entry(path, "top")
    assert entry is not None
    assert entry.argv() == [str(program), *separator, "top", "-d", "1"]


def test_files_that_are_wrong_count_as_far_as_they_can(
    applications: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (applications / "odd.desktop").write_bytes(
        b"\xef\xbb\xbf# a comment\r\n[Desktop Entry]\r\nType = Application\r\n"
        b"no equals sign here\r\n  Name= Odd \xff \r\nName=second\r\nExec=true\r\n"
        b"[Desktop Action new]\r\nExec=false\r\nName=Other\r\n"
    )
    os.mkfifo(applications / "pipe.desktop")
    (applications / "loop.desktop").symlink_to("loop.desktop")
    (applications / "folder.desktop").mkdir()
    monkeypatch.setenv("XDG_DATA_DIRS", "relative:/nonexistent:~nobody-here/x")
    entry = find_entry("odd")
    assert entry is not None
    assert (entry.name, entry.exec_line) == ("Odd \N{REPLACEMENT CHARACTER}", "true")
    assert [application.app_id for application in list_applications()] == ["odd"]

"""Applications and files on Linux: desktop files, programs, errors. No display needed."""

from __future__ import annotations

import os
import stat
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_x11 import wait_until

from gesturepose.errors import ActionError
from gesturepose.platforms.base import WindowInfo
from gesturepose.platforms.desktop_entries import DesktopEntry, find_entry, read_entry
from gesturepose.platforms.detect import detect, detect_session
from gesturepose.platforms.linux_desktop import LinuxDesktop
from gesturepose.platforms.linux_x11 import X11Platform
from gesturepose.platforms.null import NullPlatform
from gesturepose.platforms.spawn import spawn
from gesturepose.platforms.x11_display import find_cookie

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@pytest.fixture
def applications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of our own; the machine's are not looked at."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "shared"))
    folder = tmp_path / "home" / "applications"
    folder.mkdir(parents=True)
    (tmp_path / "shared" / "applications").mkdir(parents=True)
    return folder


def _entry(path: Path, exec_line: str, *more: str, name: str = "Probe") -> None:
    lines = ["[Desktop Entry]", "Type=Application", f"Name={name}", f"Exec={exec_line}", *more]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_launch_starts_the_program_of_a_desktop_file(applications: Path, tmp_path: Path) -> None:
    made = tmp_path / "made by it"
    _entry(applications / "org.example.Probe.desktop", f'touch %U "{made}"')
    for name in ("org.example.Probe", "org.example.probe.desktop", "probe", "Probe"):
        LinuxDesktop().launch(name)
        wait_until(made.exists, what=f"{name} to start")
        made.unlink()


@pytest.mark.parametrize(
    ("exec_line", "argv"),
    [
        ("prog %u", ["prog"]),
        ("prog %i --title %c %F", ["prog", "--title", "Probe"]),
        ('"/opt/my app/prog" --x="a b"', ["/opt/my app/prog", "--x=a b"]),
        (r'prog "a\\"b" 100%%', ["prog", 'a"b', "100%"]),
        ("prog %k", ["prog", "FILE"]),
    ],
)
def test_exec_lines(applications: Path, exec_line: str, argv: list[str]) -> None:
    path = applications / "a.desktop"
    _entry(path, exec_line)
    entry = read_entry(path, "a")
    assert entry is not None
    assert entry.argv() == [str(path) if word == "FILE" else word for word in argv]


def test_which_desktop_files_count(applications: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared" / "applications"
    _entry(shared / "both.desktop", "shared")
    _entry(applications / "both.desktop", "own")
    _entry(applications / "gone.desktop", "x", "TryExec=no-such-program-here")
    _entry(applications / "hidden.desktop", "x", "Hidden=true")
    (applications / "broken.desktop").write_bytes(b"\xff\xfe[")
    (applications / "link.desktop").write_text("[Desktop Entry]\nType=Link\nURL=x\n")
    (shared / "kde").mkdir()
    _entry(shared / "kde" / "edit.desktop", "edit")
    found = {name: find_entry(name) for name in ("both", "gone", "hidden", "broken", "link")}
    assert found.pop("both") == DesktopEntry(
        "both", "Probe", "own", terminal=False, path=applications / "both.desktop"
    )
    assert set(found.values()) == {None}
    assert find_entry("kde-edit") is not None


def test_an_unclosed_quote_is_told_with_the_file(applications: Path) -> None:
    _entry(applications / "bad.desktop", 'prog "unclosed')
    with pytest.raises(ActionError, match=r"bad\.desktop cannot be started: a quote .* not closed"):
        LinuxDesktop().launch("bad")


def test_an_unknown_application_gets_a_suggestion(applications: Path) -> None:
    _entry(applications / "org.mozilla.firefox.desktop", "firefox", name="Firefox Browser")
    with pytest.raises(ActionError) as caught:
        LinuxDesktop().launch("org.mozila.firefox")
    assert str(caught.value) == (
        "no application 'org.mozila.firefox' is installed; did you mean 'org.mozilla.firefox'?"
    )


@given(text=st.text(max_size=200), exec_line=st.text(max_size=40))
def test_garbage_in_desktop_files_is_no_failure(
    tmp_path_factory: pytest.TempPathFactory, text: str, exec_line: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "garbage.desktop"
    for content in (text, f"[Desktop Entry]\nType=Application\nExec={exec_line}\n{text}"):
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        entry = read_entry(path, "garbage")
        if entry is not None:
            try:
                assert entry.argv()
            except ValueError:
                continue


@pytest.mark.usefixtures("applications")
def test_a_program_on_the_path_and_one_with_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, program = tmp_path / "made", tmp_path / "bin" / "probe-program"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" > {made}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    LinuxDesktop().launch("probe-program")
    wait_until(lambda: made.exists() and made.read_text() == "\n", what="it to run")
    LinuxDesktop().launch(("probe-program", "a b; c"))
    wait_until(lambda: made.read_text() == "a b; c\n", what="it to run with an argument")


def test_open_hands_over_to_xdg_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, program = tmp_path / "told", tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" > {told}.new; mv {told}.new {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    there = tmp_path / "a file.pdf"
    there.touch()
    for target in ("https://example.org/?a=1&b=2", str(there), there.as_uri()):
        LinuxDesktop().open(target)
        wait_until(told.exists, what="xdg-open")
        assert told.read_text() == f"{target}\n"
        told.unlink()
    for target in (str(tmp_path / "absent"), (tmp_path / "absent").as_uri()):
        with pytest.raises(ActionError, match=r"no such file: .*absent"):
            LinuxDesktop().open(target)


def test_missing_desktop_tools_name_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ActionError, match="install the package xdg-utils"):
        LinuxDesktop().open("https://example.org")
    with pytest.raises(ActionError, match="install the package libnotify-bin"):
        LinuxDesktop().notify("x")


def test_programs_are_detached_and_leave_no_zombie(tmp_path: Path) -> None:
    told = tmp_path / "told"
    spawn(
        [
            sys.executable,
            "-c",
            f"import os; print(os.getpid(), os.getsid(0), file=open({str(told)!r}, 'w'))",
        ]
    )
    pid, session = wait_until(lambda: told.exists() and told.read_text().split(), what="it to run")
    assert pid == session
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), what="it to be reaped")


def test_a_child_does_not_inherit_the_plug_ins_of_opencv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/venv/site-packages/cv2/qt/plugins")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    spawn(["sh", "-c", f"env > {told}.new; mv {told}.new {told}"])
    wait_until(told.exists, what="the program")
    names = [line.partition("=")[0] for line in told.read_text().splitlines()]
    assert "QT_QPA_PLATFORM_PLUGIN_PATH" not in names
    assert "QT_QPA_PLATFORM" in names


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["no-such-program-here"], "program not found: no-such-program-here"),
        (["/"], "cannot start /"),
        (["a\0b"], r"cannot start a\\x00b"),
    ],
)
def test_what_cannot_be_started_is_told(command: list[str], says: str) -> None:
    with pytest.raises(ActionError, match=says):
        spawn(command)


@pytest.mark.parametrize(
    ("environment", "session", "kind"),
    [
        ({"DISPLAY": ":0"}, "x11", X11Platform),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland", X11Platform),
        ({"XDG_SESSION_TYPE": "wayland"}, "wayland", LinuxDesktop),
        ({}, "none", LinuxDesktop),
    ],
)
def test_the_platform_fits_the_session(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], session: str, kind: type
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert detect_session() == session
    assert type(detect()) is kind


def test_an_unknown_system_refuses_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    platform = detect()
    assert type(platform) is NullPlatform
    for ask in (platform.active_window, platform.list_windows, lambda: platform.launch("x")):
        with pytest.raises(ActionError, match="no supported desktop here"):
            ask()


def test_a_window_matches_by_title_or_class_whatever_the_case() -> None:
    window = WindowInfo(title="Inbox", app="chromium Chromium", pid=1, window_id=2)
    assert window.matches("CHROM|firefox")
    assert window.matches("^inbox$")
    assert not window.matches("firefox")


def _authority(*entries: tuple[int, bytes, bytes, bytes, bytes]) -> bytes:
    out = b""
    for family, *fields in entries:
        out += struct.pack(">H", family)
        for field in fields:
            out += struct.pack(">H", len(field)) + field
    return out


def test_the_cookie_of_a_display_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    name = b"MIT-MAGIC-COOKIE-1"
    raw = _authority(
        (256, b"there", b"0", name, b"other host"),
        (256, b"here", b"1", name, b"other display"),
        (256, b"here", b"0", b"XDM", b"other scheme"),
        (65535, b"", b"", name, b"any host"),
        (256, b"here", b"0", name, b"this one"),
        (0, bytes([127, 0, 0, 9]), b"0", name, b"by address"),
    )
    assert find_cookie(raw, host="", number=0) == b"this one"
    assert find_cookie(raw, host="127.0.0.9", number=0) == b"by address"
    assert find_cookie(raw, host="", number=7) == b"any host"
    assert find_cookie(b"", host="", number=0) is None
    # Cut short anywhere, it is never a failure.
    for length in range(len(raw)):
        find_cookie(raw[:length], host="", number=0)


@given(st.binary(max_size=80))
def test_garbage_in_an_authority_file_is_no_failure(raw: bytes) -> None:
    find_cookie(raw, host="", number=0)

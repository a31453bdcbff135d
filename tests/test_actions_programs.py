"""What counts as a command, though it is called a launch or is opened like a document."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from support_sink import NullSink

from gesturepose.actions.bindings import BoundAction, Verb
from gesturepose.actions.dispatcher import ActionResult, Dispatcher, Outcome
from gesturepose.actions.kinds import Action, Launch, Notify, Open, Run
from gesturepose.actions.programs import find_command, is_path, runs_as_program
from gesturepose.config import ConfigError, parse_config
from gesturepose.platforms.linux_desktop import LinuxDesktop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "action",
    [
        Run(("true",)),
        Launch(("sh", "-c", "true")),
        Launch("/usr/bin/xterm"),
        Launch("./x"),
        Launch(("bin/x",)),
        Launch("~/x"),
        Open("/tmp/x.desktop"),  # noqa: S108 (a name)
        Open("X.EXE"),
        Open("file:///x/tool.AppImage"),
        Open("file://localhost/x%2ejar"),
        Open("folder/x.desktop/"),
        Open("x.bat. "),
    ],
)
def test_commands_need_leave(action: Action) -> None:
    assert find_command(action)


@pytest.mark.parametrize(
    "action",
    [
        Launch("firefox"),
        Launch("org.mozilla.firefox"),
        Launch("Text Editor: Notes"),
        Launch(("xterm",)),
        Open("https://example.org/x.exe"),
        Open("http://[broken"),
        Open("talk.pdf"),
        Open("~/Pictures"),
        Notify("x.desktop"),
    ],
)
def test_what_is_no_command_needs_none(action: Action) -> None:
    assert find_command(action) is None


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ('launch = ["sh", "-c", "touch made"]', "launch: arguments make it a command"),
        ('launch = ["/bin/sh"]', "launch: a path makes it a command"),
        ('launch = "./made.sh"', "launch: a path makes it a command"),
        ('launch = "~/made.desktop"', "launch: a path makes it a command"),
        ('open = "made.desktop"', "open: to open a program is to run it"),
        ('open = "file:///tmp/made%2Edesktop"', "open: to open a program is to run it"),
        ('run = ["touch", "made"]', "run: refused"),
    ],
)
def test_a_mapping_is_refused_with_the_line_unless_it_gives_leave(action: str, why: str) -> None:
    binding = f'[[bindings]]\ngesture = "wave"\n{action}\n'
    with pytest.raises(ConfigError) as caught:
        parse_config(binding, name="x.toml")
    (problem,) = caught.value.problems
    assert problem.startswith(f"x.toml:3: bindings[0].{why}")
    assert "refused unless [control] has allow_commands = true" in problem
    allowed = parse_config(f"[control]\nallow_commands = true\n{binding}")
    assert allowed.bindings[0].needs_commands


def test_installed_applications_of_other_systems_are_named_by_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert is_path("/Applications/Safari.app")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not is_path("/Applications/Safari.app")
    assert is_path("/Applications/../tmp/Evil.app")
    assert is_path("/tmp/Evil.app")  # noqa: S108 (a name)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", r"C:\Users\a\AppData\Roaming")
    menu = r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs"
    assert not is_path(rf"{menu}\Paint.lnk")
    assert is_path(rf"{menu}\..\evil.lnk")
    assert is_path(r"C:\Windows\System32\cmd.exe")
    assert is_path("evil\\x.exe")
    assert is_path("C:evil.exe")


def test_a_file_that_is_a_program_is_one_whatever_its_name(tmp_path: Path) -> None:
    script = tmp_path / "notes.txt"
    script.write_text("#!/bin/sh\ntrue\n")
    assert not runs_as_program(str(script))  # opened in an editor
    script.chmod(0o755)
    assert runs_as_program(str(script))
    assert runs_as_program(script.as_uri())
    # On a disk of another system every file is executable.
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff")
    photo.chmod(0o755)
    assert not runs_as_program(str(photo))
    link = tmp_path / "talk.pdf"
    link.symlink_to(tmp_path / "x.desktop")
    assert runs_as_program(str(link))
    for harmless in ("https://example.org", str(tmp_path), str(tmp_path / "absent"), "~nobody-/x"):
        assert not runs_as_program(harmless)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_the_thread_that_acts_asks_for_leave_too(tmp_path: Path) -> None:
    made, script = tmp_path / "made", tmp_path / "letter"
    script.write_text(f"#!/bin/sh\ntouch {made}\n")
    script.chmod(0o755)
    results: list[ActionResult] = []
    with Dispatcher(
        open_sink=NullSink, platform=LinuxDesktop("none"), on_result=results.append
    ) as dispatcher:
        dispatcher.submit(
            BoundAction("wave", action, Verb.PERFORM, None, 0.0, 1)
            for action in (Launch(("touch", str(made))), Launch(str(script)), Open(str(script)))
        )
        assert dispatcher.flush(5.0)
    assert {(result.known, result.reason) for result in results} == {
        (Outcome.REFUSED, "commands are refused; set allow_commands = true")
    }
    assert not made.exists()

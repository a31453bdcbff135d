"""A gestures.toml made to exhaust its reader: one line, or it works, at once."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support_program import environment

from gesturepose.config import ConfigError, parse_config
from gesturepose.config_advice import find_doubts
from gesturepose.config_file import LIMIT_BYTES

if TYPE_CHECKING:
    from pathlib import Path

N = LIMIT_BYTES - 200
BINDING = '[[bindings]]\ngesture = "wave"\n'
BOMBS = {
    "nested arrays": ("a = " + "[" * (N // 2) + "]" * (N // 2), "nested too deeply"),
    "less nested arrays": ("a = " + "[" * 400 + "]" * 400, "nested too deeply"),
    "nested tables": ("a = " + "{a=" * (N // 4) + "1" + "}" * (N // 4), "nested too deeply"),
    "a key of parts": (".".join(["a"] * (N // 2)) + " = 1", "nested too deeply"),
    "a header of parts": ("[" + ".".join(["a"] * (N // 2)) + "]", "nested too deeply"),
    "digits": ("[control]\nengaged_s = " + "9" * N, "2: a number has more digits"),
    "hexadecimal digits": ("[control]\nengaged_s = 0x" + "f" * N, "2: a number has more digits"),
    "an exponent": ("[control]\nengaged_s = 1e" + "9" * N, "should be a finite number"),
    "bindings": ((BINDING + 'press = "a"\n') * (N // 50), "more than 1000"),
    "gestures": ("".join(f"[gestures.g{i}]\n" for i in range(N // 20)), "more than 500"),
    "errors": ("[control]\n" + "".join(f"a{i} = 1\n" for i in range(N // 12)), "unknown key"),
    "a long chord": (f'{BINDING}press = "{"x" * (N - 60)}"\n', "unknown key"),
    "a long gesture": (f'[[bindings]]\ngesture = "{"x" * (N - 60)}"\npress = "a"', "not defined"),
    "a long key": ("x" * N + " = 1", "unknown key"),
    "a deep pattern": (
        f'{BINDING}press = "a"\napp = "{"(" * 50_000}{")" * 50_000}"',
        "longer than 1000",
    ),
    "an open string": ('a = "' + "x" * N, "unterminated"),
    "many tables": ("".join(f"[a{i}]\n" for i in range(N // 9)), "unknown key"),
}
LARGE = {
    "a long text": f'{BINDING}type = "{"x" * (N - 60)}"\n',
    "many words": f"[control]\nallow_commands = true\n{BINDING}launch = ["
    + '"x",' * (N // 4 - 40)
    + "]\n",
    "many lines": "\n" * N,
    "many digits": "[control]\nengaged_s = 1." + "9" * N,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_told_in_lines_that_can_be_read(bomb: str) -> None:
    text, said = BOMBS[bomb]
    start = time.monotonic()
    with pytest.raises(ConfigError) as raised:
        parse_config(text)
    assert time.monotonic() - start < 10.0
    problems = raised.value.problems
    assert said in problems[0]
    assert len(problems) <= 101
    assert max(map(len, problems)) < 1100


@pytest.mark.parametrize("large", LARGE)
def test_what_is_only_large_works(large: str) -> None:
    start = time.monotonic()
    parse_config(LARGE[large])
    assert time.monotonic() - start < 10.0


def test_as_many_bindings_as_may_be_are_judged_quickly() -> None:
    text = "".join(
        f'{BINDING}press = "ctrl+{chr(97 + i % 26)}"\napp = "{i}"\n' for i in range(1000)
    )
    start = time.monotonic()
    config = parse_config(text)
    find_doubts(config, text, name="gestures.toml")
    assert len(config.bindings) == 1000
    assert time.monotonic() - start < 10.0
    with pytest.raises(ConfigError) as raised:
        parse_config(text.replace("ctrl+", "ctrll+"))
    assert len(raised.value.problems) == 101
    assert raised.value.problems[-1] == "gestures.toml: there are more errors; correct these first"
    assert time.monotonic() - start < 20.0


def test_the_program_says_so_in_bounded_memory(tmp_path: Path) -> None:
    (tmp_path / "gestures.toml").write_text(".".join(["a"] * (N // 2)) + " = 1")
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from gesturepose.cli import main; sys.exit(main())"
    )
    if sys.platform != "linux":
        pytest.skip("memory is limited as on Linux")
    done = subprocess.run(
        [sys.executable, "-c", script, "check", "gestures.toml"],
        cwd=tmp_path,
        env=environment(tmp_path / "config"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "gesturepose: gestures.toml: nested too deeply\n"

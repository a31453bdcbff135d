"""Programs run as who may do less than the tests: root reads everything, and has an account."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

NOBODYS_NUMBER = 12345
"""A user without an entry in the list of accounts."""


def powerless(*command: str) -> list[str]:
    """Have a command heed permissions, also where the tests run as root."""
    if os.name != "posix":
        pytest.skip("permissions of POSIX systems")
    if os.geteuid() != 0:
        return list(command)
    return [_setpriv(), "--bounding-set=-all", "--inh-caps=-all", *command]


def unknown_account(*command: str) -> list[str]:
    """Run a command as a user without an account entry, who may still reach the interpreter."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root is whoever it wants")
    reach = "=+dac_override,+dac_read_search"
    user = [f"--reuid={NOBODYS_NUMBER}", f"--regid={NOBODYS_NUMBER}", "--clear-groups"]
    return [_setpriv(), *user, f"--inh-caps{reach}", f"--ambient-caps{reach}", *command]


def _setpriv() -> str:
    found = shutil.which("setpriv")
    if found is None:
        pytest.skip("setpriv is not installed (package util-linux)")
    return found

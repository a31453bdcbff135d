"""For every test: Qt draws into memory unless a test gives a program a display of its own.

Properties are tried on as many examples as keep the whole suite quick. Garbage is collected between
tests, in the main thread: Qt objects that another thread collects bring the process down. Whole
files are shared out between two processes; one file by itself, or a part of it, needs no other.
Each of these is a session of its own to the programs it starts: what acts in one keeps none in the
other from acting, and none hears of the desktop that the tests happen to run on.
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

if hasattr(signal, "SIGHUP"):
    # Programs under test are to hear of a closed terminal, whatever started the tests ignores.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Some tests import onnxruntime before anything of ours.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# Short: the path of a socket may have a hundred bytes.
_session = Path(tempfile.mkdtemp(prefix="gp-"))
os.environ["XDG_RUNTIME_DIR"] = str(_session)
os.environ["XDG_STATE_HOME"] = str(_session / "state")
for _bus in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
    os.environ[_bus] = f"unix:path={_session}/no-bus"
# How long an example takes says more of what else the machine does than of the code.
settings.register_profile(
    "suite", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

gc.disable()
_generations = itertools.cycle((0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Say in how many processes tests run, where nobody asks for a number; none is in this one."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    files = {argument.partition("::")[0] for argument in config.args}
    is_one_file = len(files) == 1 and next(iter(files)).endswith(".py")
    # No more than two: the programs under test have threads and processes of their own.
    return 0 if is_one_file or os.cpu_count() == 1 else 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that has the slow examples tried as well."""
    parser.addoption("--thorough", action="store_true", help="also what repeats others, slowly")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked thorough, unless it is asked for."""
    if config.getoption("--thorough"):
        return
    left_out = [item for item in items if "thorough" in item.keywords]
    items[:] = [item for item in items if "thorough" not in item.keywords]
    config.hook.pytest_deselected(items=left_out)


def pytest_unconfigure() -> None:
    """Take the session's folder away."""
    shutil.rmtree(_session, ignore_errors=True)


def pytest_collection_finish() -> None:
    """Leave what is there by now, imported for all tests, out of the collections between them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _collect_garbage() -> Iterator[None]:
    yield
    gc.collect(next(_generations))

"""For every test: Qt draws into memory unless a test gives a program a display of its own.

Properties are tried on as many examples as keep the whole suite quick. Garbage is collected between
tests, in the main thread: Qt objects that another thread collects bring the process down.
"""

from __future__ import annotations

import gc
import itertools
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("suite", max_examples=40)
settings.load_profile("suite")

gc.disable()
_generations = itertools.cycle((0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2))


@pytest.fixture(autouse=True)
def _collect_garbage() -> Iterator[None]:
    yield
    gc.collect(next(_generations))

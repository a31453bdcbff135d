"""Which examples wait for ``pytest --thorough``: those that repeat others, slowly.

What every change is to be held against has to stay quick; before a release there is time.
"""

from __future__ import annotations

from typing import Any

import pytest


def thorough(*values: object, when: bool = True) -> Any:
    """Return a row of a table of examples that is tried only with ``--thorough``."""
    return pytest.param(*values, marks=pytest.mark.thorough if when else ())

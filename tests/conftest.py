"""For every test: Qt draws into memory unless a test gives a program a display of its own.

Properties are tried on as many examples as keep the whole suite quick.
"""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("suite", max_examples=40)
settings.load_profile("suite")

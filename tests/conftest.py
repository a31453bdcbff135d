"""What holds for every test: Qt draws into memory unless a test gives a program a display."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

"""``python -m gesturepose`` is the command ``gesturepose``."""

from __future__ import annotations

import sys

from gesturepose.cli import main

sys.exit(main())

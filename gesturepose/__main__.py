"""``python -m gesturepose`` is the command ``gesturepose``."""

from __future__ import annotations

import sys

from gesturepose.cli import main

if __name__ == "__main__":  # a process started for parallel work may import this file
    sys.exit(main())

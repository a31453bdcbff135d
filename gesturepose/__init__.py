"""GesturePose: run a computer with body movement in front of an ordinary webcam."""

from __future__ import annotations

__version__ = "0.1.0"

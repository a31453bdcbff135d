"""GesturePose: run a computer with body movement in front of an ordinary webcam."""

from __future__ import annotations

import os

__version__ = "0.1.0"

# onnxruntime from 1.29 on sends telemetry unless this is set before its library starts, and decides
# that once for the whole process. Whatever of this package is imported, this comes first; worker
# processes inherit it. What the environment said before does not count: nothing is sent anywhere.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

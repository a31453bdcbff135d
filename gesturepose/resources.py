"""Where the files that travel with the program are: models, the default mapping, the demo clip.

In an installed wheel they lie inside the package; in a checkout, models and gestures.toml lie
beside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _beside_or_inside(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name


def models_dir() -> Path:
    """Folder of the bundled networks and their cards."""
    return _beside_or_inside("models")


def default_config() -> Path:
    """Return the packaged gestures.toml."""
    return _beside_or_inside("gestures.toml")


def demo_clip() -> Path:
    """Return the bundled demo clip; its labels lie beside it as ``demo.json``."""
    return _PACKAGE / "capture" / "demo" / "demo.mp4"

"""Draws the README's drawings into packaging/pictures.

Run it after changing gestures.toml::

    python packaging/draw_pictures.py

The drawings of gestures are checked against gestures.toml (see gesture_icons.py). The pictures of
the desktop app are draw_app_pictures.py's.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

from pathlib import Path

from gesture_icons import FIGURES, check, draw
from how_it_works import draw_diagram

from gesturepose.config import load_config
from gesturepose.resources import default_config

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Draw everything; a gesture without a drawing, or one that contradicts it, is an error."""
    config = load_config(default_config())
    undrawn = set(config.gestures) ^ set(FIGURES)
    if undrawn:
        raise SystemExit(f"gestures.toml and FIGURES differ in: {', '.join(sorted(undrawn))}")
    PICTURES.mkdir(exist_ok=True)
    for name, gesture in config.gestures.items():
        check(name, gesture)
        (PICTURES / f"{name}.svg").write_text(draw(name), encoding="utf-8")
    (PICTURES / "how_it_works.svg").write_text(draw_diagram(), encoding="utf-8")


if __name__ == "__main__":
    main()

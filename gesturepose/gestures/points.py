"""Names of the body points that rules may use, and their rows in a body pose.

Besides the skeleton's keypoints there are points derived from them. ``either_`` and ``other_``
stand for one side and its opposite: a rule that names them is tried for both sides.
"""

from __future__ import annotations

from gesturepose.skeleton import COCO17

DERIVED = ("mid_shoulder", "mid_hip", "left_rest", "right_rest")
"""``*_rest`` is where that wrist was last at rest, low beside or before the body."""

ROWS: dict[str, int] = {name: i for i, name in enumerate((*COCO17.keypoints, *DERIVED))}

_PAIRED = tuple(name.removeprefix("left_") for name in ROWS if name.startswith("left_"))

POINT_NAMES: tuple[str, ...] = (
    *ROWS,
    *(f"either_{part}" for part in _PAIRED),
    *(f"other_{part}" for part in _PAIRED),
)

_OPPOSITE = {"left": "right", "right": "left"}


def resolve(name: str, side: str | None) -> str:
    """Fill in the side of an ``either_`` or ``other_`` name.

    Parameters
    ----------
    name
        One of `POINT_NAMES`.
    side
        ``"left"`` or ``"right"``: what ``either_`` stands for; ``None`` if no name needs it.

    Raises
    ------
    ValueError
        If the name needs a side and none is given.
    """
    for prefix in ("either_", "other_"):
        if name.startswith(prefix):
            if side is None:
                raise ValueError(f"'{name}' needs a side")
            actual = side if prefix == "either_" else _OPPOSITE[side]
            return f"{actual}_{name.removeprefix(prefix)}"
    return name


def mirrored(name: str) -> str | None:
    """Return the same point of the other side; ``None`` for a point in the middle."""
    for side, opposite in _OPPOSITE.items():
        if name.startswith(f"{side}_"):
            return f"{opposite}_{name.removeprefix(side + '_')}"
    return None

"""Fitting pictures into a network that takes one size only.

Many exported networks do: `gesturepose.pose.session.PoseSession.input_size`. Others get the size
that the picture's proportions ask for, from `gesturepose.pose.letterbox.Letterbox.fit`.
"""

from __future__ import annotations

from gesturepose.pose.letterbox import Letterbox


def fit_within(source_size: tuple[int, int], input_size: tuple[int, int]) -> Letterbox:
    """Find the largest picture within an input of one size.

    Parameters
    ----------
    source_size
        ``(width, height)`` of the picture, each at least 1.
    input_size
        ``(width, height)`` of the input, each at least 1.

    Raises
    ------
    ValueError
        A side is less than 1.
    """
    if min(*source_size, *input_size) < 1:
        raise ValueError(f"cannot fit {source_size} into {input_size}")
    scale = min(room / side for room, side in zip(input_size, source_size, strict=True))
    wide, high = (
        min(max(round(side * scale), 1), room)
        for room, side in zip(input_size, source_size, strict=True)
    )
    return Letterbox(source_size=source_size, content_size=(wide, high), input_size=input_size)

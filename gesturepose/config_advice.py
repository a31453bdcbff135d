"""What a gestures.toml may say but hardly means: legal, and worth a second look.

It refuses nothing; what cannot be used is `gesturepose.config`'s to say.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gesturepose.platforms.window_text import (
    describe_app,
    find_pattern,
    looks_like_pattern,
    looks_plain,
)
from gesturepose.toml_lines import Place, find_lines, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gesturepose.actions.settings import Binding
    from gesturepose.config import Config
    from gesturepose.gestures.settings import Gesture

DESTRUCTIVE = ("close", "run")
"""Kinds of actions that cannot be taken back."""
DELIBERATE_S = 1.0
"""A posture held this long is hardly an accident."""
PAUSING_S = 0.6
"""The same for a posture that pauses: it does no harm, but the next gesture is lost."""


def find_doubts(config: Config, text: str, *, name: str) -> list[str]:
    """List what looks like a mistake in a configuration that is valid.

    Parameters
    ----------
    config
        What ``text`` says.
    text
        The gestures.toml, to name lines.
    name
        What to call the file.

    Returns
    -------
    list
        One line each, with file and line, in the order of the file.
    """
    lines = find_lines(text)
    found: list[tuple[int, str]] = []
    for place, doubt in _doubts(config):
        line = lines.get(nearest(lines, place), 1)
        found.append((line, f"{name}:{line}: {doubt}"))
    return [doubt for _, doubt in sorted(found, key=lambda item: item[0])]


def _doubts(config: Config) -> Iterator[tuple[Place, str]]:
    control = config.control
    if not any(gesture.enabled for gesture in config.gestures.values()):
        yield ("gestures",), "no gesture is enabled, so nothing is ever recognised"
    if control.needs_wake and not config.gestures[control.wake].enabled:
        yield (
            ("control", "wake"),
            f"the wake gesture '{control.wake}' is not enabled, so nothing ever engages",
        )
    for i, binding in enumerate(config.bindings):
        if not binding.enabled:
            continue
        place = ("bindings", i)
        gesture = config.gestures[binding.gesture]
        if not gesture.enabled:
            yield place, f"bindings[{i}] never acts: '{binding.gesture}' is not enabled"
        if binding.kind in DESTRUCTIVE and not _is_deliberate(gesture):
            yield place, _hasty(i, binding, gesture)
        if binding.control is not None and not _is_deliberate(gesture, PAUSING_S):
            yield place, _hasty_control(i, binding, gesture)
        yield from ((place, doubt) for doubt in _misread(i, binding))
        for j, earlier in enumerate(config.bindings[:i]):
            if earlier.enabled and _overlap(earlier, binding):
                yield (
                    place,
                    f"bindings[{i}] and bindings[{j}] both act on '{binding.gesture}'"
                    + (f" in windows matching {describe_app(binding.app)}" if binding.app else ""),
                )


def _is_deliberate(gesture: Gesture, held_s: float = DELIBERATE_S) -> bool:
    return gesture.motion is None and gesture.hold_s >= held_s


def _hasty(index: int, binding: Binding, gesture: Gesture) -> str:
    return (
        f"bindings[{index}] has '{binding.kind}', which cannot be taken back, and "
        f"'{binding.gesture}' is {_how_hasty(gesture)} hold_s = {DELIBERATE_S} or more"
    )


def _hasty_control(index: int, binding: Binding, gesture: Gesture) -> str:
    return (
        f"bindings[{index}] has '{binding.control}', which should be deliberate, and "
        f"'{binding.gesture}' is {_how_hasty(gesture)} hold_s = {PAUSING_S} or more"
    )


def _how_hasty(gesture: Gesture) -> str:
    if gesture.motion is not None:
        return "a motion, which happens by accident; use a posture with"
    return f"held for {gesture.hold_s:g} s only; give it"


def _misread(index: int, binding: Binding) -> Iterator[str]:
    """Tell where text is a pattern that hardly was meant as one, or the other way round."""
    app, close = binding.app, binding.close
    if isinstance(app, str) and find_pattern(app) is not None:
        yield (
            f"bindings[{index}] has app = '{app}', whose slashes belong to the pattern; write it "
            "without them"
        )
    elif isinstance(app, str) and looks_plain(app):
        yield (
            f"bindings[{index}] has app = '{app}', which is read as a pattern (regular "
            "expression); plain text stands in a list: "
            f"app = {json.dumps([app], ensure_ascii=False)}"
        )
    for name in app if isinstance(app, tuple) else ():
        if looks_like_pattern(name):
            yield (
                f"bindings[{index}] has '{name}' in the list of app, which is read as plain text; "
                "a pattern stands alone, without a list"
            )
    if close is not None and find_pattern(close) is None and looks_like_pattern(close):
        yield (
            f"bindings[{index}] has close = '{close}', which is read as plain text; a pattern "
            f"stands between slashes: '/{close}/'"
        )


def _overlap(one: Binding, other: Binding) -> bool:
    """Tell whether both act on one gesture before some window that is the same for sure."""
    return one.gesture == other.gesture and one.app == other.app

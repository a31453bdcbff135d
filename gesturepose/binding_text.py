"""A ``[[bindings]]`` table as fields: what of it is written, and what of it changed.

It knows the text of gestures.toml and what a binding may have, no file and no window.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gesturepose import toml_text
from gesturepose.actions.settings import KINDS, Binding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gesturepose.toml_text import Value

_PROBLEM = re.compile(r"(?:.*?:\d+(?::\d+)?: )?(?:(?P<place>[a-z_]+[\w.\[\]]*): )?(?P<said>.*)")

DEFAULTS: dict[str, Any] = {
    name: field.default
    for name, field in Binding.model_fields.items()
    if name != "gesture" and name not in KINDS
}


def without_defaults(fields: Mapping[str, Value | None]) -> dict[str, Any]:
    """Leave out what is not given, or is the default anyway, and put the rest in order."""
    given = {
        key: value
        for key, value in fields.items()
        if value is not None and not (key in DEFAULTS and value == DEFAULTS[key])
    }
    order = {key: number for number, key in enumerate(Binding.model_fields)}
    return dict(sorted(given.items(), key=lambda item: order.get(item[0], len(order))))


def plain_problem(problem: str) -> tuple[str, str]:
    """Split a line of a `ConfigError` into its key, empty if there is none, and the reason."""
    match = _PROBLEM.fullmatch(problem)
    if match is None:
        return "", problem
    return (match["place"] or "").rpartition(".")[2], match["said"]


def rewrite_binding(text: str, index: int, old: dict[str, Any], new: dict[str, Any]) -> str:
    """Write what differs: a kind that another takes the place of, other values, new keys."""
    gone = [key for key in old if key not in new]
    came = [key for key in new if key not in old]
    old_kind = next((key for key in gone if key in KINDS), None)
    new_kind = next((key for key in came if key in KINDS), None)
    if old_kind is not None and new_kind is not None:
        place = ("bindings", index, old_kind)
        text = toml_text.rename_value(text, place, new_kind, new[new_kind])
        gone.remove(old_kind)
        came.remove(new_kind)
    for key in gone:
        text = toml_text.remove_value(text, ("bindings", index, key))
    for key in [*(key for key in old if key in new and old[key] != new[key]), *came]:
        text = toml_text.set_value(text, ("bindings", index, key), new[key])
    return text

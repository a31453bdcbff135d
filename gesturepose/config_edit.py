"""Changes to gestures.toml: one at a time, comments kept, each can be undone, safe on the disk.

It knows no window, and it does not watch the file by itself; call `ConfigEditor.look`.
"""

from __future__ import annotations

import copy
import tomllib
from typing import TYPE_CHECKING, Any

from gesturepose import config_file, toml_items, toml_text
from gesturepose.binding_text import DEFAULTS, plain_problem, rewrite_binding, without_defaults
from gesturepose.config import ConfigError, parse_config
from gesturepose.edited_config import EditedConfig, load_toml
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gesturepose.toml_lines import Place
    from gesturepose.toml_text import Value

_COPIED_GESTURES = "# The gestures that come with GesturePose.\n\n"


class ConfigEditor(EditedConfig):
    """One gestures.toml and the changes that can be made to it.

    Each change raises `ConfigError`, and changes nothing, if it cannot be made.
    """

    def get_binding(self, index: int) -> dict[str, Any]:
        """Return one binding as it is written."""
        return copy.deepcopy(self._tables("bindings")[index])

    def set_value(self, place: Place, value: Value, *, label: str = "") -> None:
        """Give one place a value; gestures the file does not define are first copied into it."""
        self._look_first()
        value = _as_written(value)
        text = self._with_gestures() if place[:1] == ("gestures",) else self.text

        def change(document: dict[str, Any]) -> None:
            owner: Any = document
            for key in place[:-1]:
                owner = owner[key] if isinstance(key, int) else owner.setdefault(key, {})
            owner[place[-1]] = value

        self._change(
            label or _label("Change", *place[:2]),
            text,
            lambda: toml_text.set_value(text, place, value),
            change,
            subject=("value", place),
        )

    def remove_value(self, place: Place, *, label: str = "") -> None:
        """Take one key out, so that its default holds; without effect where it is not written."""
        self._look_first()
        if self.get_value(place) is None:
            return

        def change(document: dict[str, Any]) -> None:
            owner: Any = document
            for key in place[:-1]:
                owner = owner[key]
            del owner[place[-1]]

        self._change(
            label or _label("Reset", *place[:2]),
            self.text,
            lambda: toml_text.remove_value(self.text, place),
            change,
            empties=place[:-1],
        )

    def add_binding(
        self, fields: Mapping[str, Value], index: int | None = None, *, label: str = ""
    ) -> int:
        """Add a binding before the one at ``index``, or behind the last; return its index."""
        self._look_first(by_index=True)
        fields = without_defaults(fields)
        count = len(self._tables("bindings"))
        at = count if index is None else min(max(index, 0), count)
        self._change(
            label or _label("Add", "gestures", str(fields.get("gesture", ""))),
            self.text,
            lambda: toml_items.insert_item(self.text, "bindings", at, fields),
            lambda document: document.setdefault("bindings", []).insert(at, dict(fields)),
        )
        return at

    def duplicate_binding(self, index: int, *, label: str = "") -> int:
        """Put a copy of a binding behind it; return its index."""
        self._look_first(by_index=True)
        self._change(
            label or self._label("Duplicate", index),
            self.text,
            lambda: toml_items.duplicate_item(self.text, "bindings", index),
            lambda document: document["bindings"].insert(
                index + 1, copy.deepcopy(document["bindings"][index])
            ),
        )
        return index + 1

    def delete_binding(self, index: int, *, label: str = "") -> None:
        """Take a binding out, with its own comments."""
        self._look_first(by_index=True)

        def change(document: dict[str, Any]) -> None:
            del document["bindings"][index]

        self._change(
            label or self._label("Delete", index),
            self.text,
            lambda: toml_items.delete_item(self.text, "bindings", index),
            change,
            empties=("bindings",),
        )

    def move_binding(self, index: int, to: int, *, label: str = "") -> None:
        """Move a binding to another index, with its own comments."""
        self._look_first(by_index=True)
        if index == to:
            return
        self._change(
            label or self._label("Move", index),
            self.text,
            lambda: toml_items.move_item(self.text, "bindings", index, to),
            lambda document: document["bindings"].insert(to, document["bindings"].pop(index)),
        )

    def replace_binding(self, index: int, fields: Mapping[str, Value], *, label: str = "") -> None:
        """Give a binding these fields; only what differs is written.

        Fields at their default are written only where they were already.
        """
        self._look_first(by_index=True)
        old, new = self._old_and_new(index, fields)
        if old == new:
            return
        keys = frozenset(key for key in {*old, *new} if old.get(key) != new.get(key))

        def change(document: dict[str, Any]) -> None:
            document["bindings"][index] = new

        self._change(
            label or self._label("Change", index),
            self.text,
            lambda: rewrite_binding(self.text, index, old, new),
            change,
            subject=("binding", index, keys),
        )

    def check_binding(
        self, index: int | None, fields: Mapping[str, Value]
    ) -> list[tuple[str, str]]:
        """Tell what would be wrong with a binding, in place of one there is or as a new one.

        Returns
        -------
        list
            Key and reason of each; empty if it can be written.
        """
        document = copy.deepcopy(load_toml(self.text))
        bindings = document.setdefault("bindings", [])
        new = without_defaults(fields)
        try:
            written = toml_text.write_value(new)
        except ValueError:
            return [("", "there is a character that cannot be written")]
        new = tomllib.loads(f"it = {written}")["it"]
        if index is None:
            bindings.append(new)
        else:
            bindings[index] = new
        text = toml_items.insert_item("", "bindings", 0, new)
        rest = {key: value for key, value in document.items() if key in ("control", "gestures")}
        head = "".join(f"{key} = {toml_text.write_value(value)}\n" for key, value in rest.items())
        try:
            parse_config(head + text)
        except ConfigError as error:
            return [plain_problem(problem) for problem in error.problems]
        return []

    def _tables(self, name: str) -> list[dict[str, Any]]:
        tables = load_toml(self.text).get(name, [])
        return tables if isinstance(tables, list) else []

    def _label(self, verb: str, index: int) -> str:
        bindings = self._tables("bindings")
        name = bindings[index].get("gesture", "") if 0 <= index < len(bindings) else ""
        return _label(verb, "gestures", name)

    def _old_and_new(
        self, index: int, fields: Mapping[str, Value]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        bindings = self._tables("bindings")
        if not 0 <= index < len(bindings):
            raise ConfigError([f"{self.path.name}: there is no binding {index + 1}"])
        old = bindings[index]
        new = {key: _as_written(value) for key, value in without_defaults(fields).items()}
        for key, default in DEFAULTS.items():
            # A comment behind the key is worth more than a line less.
            if key in old and key not in new and default is not None:
                place = ("bindings", index, key)
                if old[key] == default or toml_text.has_comment(self.text, place):
                    new[key] = default
        return old, new

    def _with_gestures(self) -> str:
        """Return the text with the default gestures, which hold as long as it defines none."""
        if "gestures" in load_toml(self.text):
            return self.text
        default = config_file.read_text(default_config())
        block = _COPIED_GESTURES + toml_items.take_tables(default, "gestures")
        return f"{self.text.rstrip()}\n\n{block}" if self.text.strip() else block


def _label(verb: str, *place: str | int) -> str:
    name = str(place[-1]) if place else ""
    return f"{verb} {name.replace('_', ' ')}".strip()


def _as_written(value: Value) -> Any:
    """Return a value as it is read back after it was written."""
    try:
        return tomllib.loads(f"it = {toml_text.write_value(value)}")["it"]
    except ValueError as error:
        raise ConfigError(["there is a character that cannot be written"]) from error

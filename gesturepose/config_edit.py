"""gestures.toml under edit: one change at a time, comments kept, undo, safe on the disk.

Each change is checked whole before it is written, and written whole or not at all. A file that is
being written by hand is never written over: while it has errors, changes are refused. It knows no
window, and it does not watch the file by itself; call `ConfigEditor.look`.
"""

from __future__ import annotations

import copy
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import platformdirs

from gesturepose import config_file, toml_items, toml_text
from gesturepose.binding_text import DEFAULTS, plain_problem, rewrite_binding, without_defaults
from gesturepose.config import FILE_NAME, Config, ConfigError, parse_config, read_config_text
from gesturepose.edit_history import EditHistory
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from pathlib import Path

    from gesturepose.toml_lines import Place
    from gesturepose.toml_text import Value

_OUTSIDE = "Change made in another program"
_COPIED_GESTURES = "# The gestures that come with GesturePose.\n\n"


class ConfigEditor:
    """One gestures.toml and the changes made to it.

    Parameters
    ----------
    path
        The file. The packaged default is never written: the first change copies it to ``own_path``
        and goes on there.
    own_path
        By default gestures.toml in the user's configuration folder.

    Raises
    ------
    ConfigError
        The file cannot be read. Errors in what it says are in `problems`.
    """

    def __init__(self, path: Path, *, own_path: Path | None = None) -> None:
        self.path = path
        self._own_path = own_path or platformdirs.user_config_path("gesturepose") / FILE_NAME
        self._history = EditHistory()
        self._stored = config_file.read(path)
        self.problems: list[str] = []
        """What is wrong with the file as it is now; empty while it is valid."""
        try:
            text = config_file.decode(self._stored.content, name=path.name).text
            self.config: Config = parse_config(text, name=path.name)
            self.text = text
            self._was_good = True
        except ConfigError as error:
            self.problems = error.problems
            # Until it is corrected the program does what it does without a file.
            self.text = read_config_text(default_config())
            self.config = parse_config(self.text)
            self._was_good = False

    @property
    def is_packaged(self) -> bool:
        """Whether the file is the one that came with the program, which is not written."""
        return self.path == default_config()

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return self._history.last is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change to do again."""
        return self._history.next is not None

    @property
    def undo_label(self) -> str:
        """Name of the change that `undo` takes back; empty for none."""
        return self._history.last.label if self._history.last else ""

    @property
    def redo_label(self) -> str:
        """Name of the change that `redo` does again; empty for none."""
        return self._history.next.label if self._history.next else ""

    def get_binding(self, index: int) -> dict[str, Any]:
        """Return one binding as it is written."""
        return copy.deepcopy(self._tables("bindings")[index])

    def get_value(self, place: Place) -> Any:
        """Return what is written at a place; ``None`` where nothing is."""
        value: Any = _load(self.text)
        for key in place:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    # --- Changes. Each raises ConfigError and changes nothing if it cannot be made. -------------

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
        document = copy.deepcopy(_load(self.text))
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

    def undo(self) -> str:
        """Take the latest change back; return its label, empty if there was none."""
        self._look_first(by_index=True)
        step = self._history.last
        if step is None:
            return ""
        self._take(step.before)
        self._history.go_back()
        return step.label

    def redo(self) -> str:
        """Do the latest undone change again; return its label, empty if there was none."""
        self._look_first(by_index=True)
        step = self._history.next
        if step is None:
            return ""
        self._take(step.after)
        self._history.go_forth()
        return step.label

    def save(self) -> None:
        """Write the text as it is; changes do that by themselves."""
        self._refuse_if_broken()
        self._write(self.text)

    def look(self, *, thorough: bool = False) -> bool:
        """Notice what others did to the file; return whether `config` or `problems` changed.

        A valid change is a step that can be undone; one with errors is told in `problems`, and the
        last good configuration stays. A file that is gone is written again by the next change.

        Parameters
        ----------
        thorough
            Read the file even if its size and time are as before.
        """
        stored = config_file.read_if_changed(self.path, self._stored, thorough=thorough)
        if stored is None:
            return False
        before = self._stored
        self._stored = stored
        if stored.content == before.content:
            return False
        problems, self.problems = self.problems, []
        try:
            text = config_file.decode(stored.content, name=self.path.name).text
            config = parse_config(text, name=self.path.name)
        except ConfigError as error:
            self.problems = error.problems
            return self.problems != problems
        if text == self.text:
            return bool(problems)
        if self._was_good:
            self._history.add(_OUTSIDE, self.text, text)
        self._was_good = True
        self.text, self.config = text, config
        return True

    def _tables(self, name: str) -> list[dict[str, Any]]:
        tables = _load(self.text).get(name, [])
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
        if "gestures" in _load(self.text):
            return self.text
        default = config_file.read(default_config()).content.decode("utf-8")
        block = _COPIED_GESTURES + toml_items.take_tables(default.replace("\r\n", "\n"), "gestures")
        return f"{self.text.rstrip()}\n\n{block}" if self.text.strip() else block

    def _change(  # noqa: PLR0913 (what there is to know about one change)
        self,
        label: str,
        base: str,
        rewrite: Callable[[], str],
        change: Callable[[dict[str, Any]], None],
        *,
        subject: Hashable = None,
        empties: Place = (),
    ) -> None:
        """Make a change of the text, and hold it against the same change of what it says."""
        wanted = copy.deepcopy(_load(base))
        try:
            change(wanted)
            text = rewrite()
            found = copy.deepcopy(_load(text))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ConfigError([self._by_hand(error)]) from error
        for document in (wanted, found):
            _drop_empty(document, empties)
        if found != wanted:
            raise ConfigError([self._by_hand("it is written in an unusual way")])
        if text != self.text:
            before = self.text
            self._take(text)
            self._history.add(label, before, text, subject)

    def _by_hand(self, reason: object) -> str:
        return f"{self.path.name}: this can only be changed in the file itself ({reason})"

    def _look_first(self, *, by_index: bool = False) -> None:
        """Take in what others wrote, so that it is not written over.

        An index may mean another binding by now, so that such a change is refused once.
        """
        text = self.text
        self.look(thorough=True)
        self._refuse_if_broken()
        if by_index and self.text != text:
            raise ConfigError(
                [f"{self.path.name} was just changed in another program; look, then try again"]
            )

    def _refuse_if_broken(self) -> None:
        if self.problems:
            raise ConfigError(
                [f"{self.path.name} has errors; correct them in the file first, then go on here"]
            )

    def _take(self, text: str) -> None:
        """Check a text, write it, and go on with it."""
        config = parse_config(text, name=self.path.name)
        self._write(text)
        self.text, self.config = text, config

    def _write(self, text: str) -> None:
        path = self.path
        if self.is_packaged:
            path = self._own_path
            if path.exists():
                raise ConfigError(
                    [f"{path} exists already and is not the file shown; start again to use it"]
                )
        self._stored = config_file.write(path, text, like=self._stored)
        self.path = path


@lru_cache(maxsize=4)
def _load(text: str) -> dict[str, Any]:
    """Return what a text says; not to be changed, since it is kept."""
    return tomllib.loads(text)


def _label(verb: str, *place: str | int) -> str:
    name = str(place[-1]) if place else ""
    return f"{verb} {name.replace('_', ' ')}".strip()


def _as_written(value: Value) -> Any:
    """Return a value as it is read back after it was written."""
    try:
        return tomllib.loads(f"it = {toml_text.write_value(value)}")["it"]
    except ValueError as error:
        raise ConfigError(["there is a character that cannot be written"]) from error


def _drop_empty(document: dict[str, Any], place: Place) -> None:
    """Drop tables that are empty now: the text may still name them, or not."""
    for length in range(len(place), 0, -1):
        owner: Any = document
        for key in place[: length - 1]:
            try:
                owner = owner[key]
            except (KeyError, IndexError):
                return
        key = place[length - 1]
        if isinstance(owner, dict) and owner.get(str(key)) in ({}, []):
            del owner[str(key)]

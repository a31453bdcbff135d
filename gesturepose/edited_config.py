"""gestures.toml under edit, whatever the change: checked, written, undone, and what others wrote.

Each change is checked whole before it is written, and written whole or not at all. A file that is
being written by hand is never written over: while it has errors, changes are refused. It does not
know which changes there are; see ``config_edit.py``.
"""

from __future__ import annotations

import copy
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gesturepose import config_file
from gesturepose.config import FILE_NAME, Config, ConfigError, parse_config
from gesturepose.edit_history import EditHistory
from gesturepose.platforms.small_files import exists
from gesturepose.platforms.user_folders import NO_HOME, user_folder
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from gesturepose.toml_lines import Place

_OUTSIDE = "Change made in another program"


class EditedConfig:
    """One gestures.toml, its text as it is now, and the changes made to it.

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
        folder = user_folder("config")
        self._own_path = own_path or (folder and folder / FILE_NAME)
        self._history = EditHistory()
        self._stored = config_file.read(path)
        self.problems: list[str] = []
        """What is wrong with the file as it is now; empty while it is valid."""
        self._is_unread = False
        try:
            text = config_file.decode(self._stored.content, name=path.name).text
            self.config: Config = parse_config(text, name=path.name)
            self.text = text
            self._was_good = True
        except ConfigError as error:
            self.problems = error.problems
            # Until it is corrected the program does what it does without a file.
            self.text = config_file.read_text(default_config())
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

    def get_value(self, place: Place) -> Any:
        """Return what is written at a place; ``None`` where nothing is."""
        value: Any = load_toml(self.text)
        for key in place:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

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
        problems = self.problems
        try:
            stored = config_file.read_if_changed(
                self.path, self._stored, thorough=thorough or self._is_unread
            )
        except ConfigError as error:
            self._is_unread, self.problems = True, error.problems
            return self.problems != problems
        if stored is None:
            if self._is_unread:  # what was in the way is gone, and the file with it
                self._is_unread, self.problems = False, []
            return self.problems != problems
        before, self._stored = self._stored, stored
        if stored.content == before.content and not self._is_unread:
            return False
        self._is_unread, self.problems = False, []
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
        wanted = copy.deepcopy(load_toml(base))
        try:
            change(wanted)
            text = rewrite()
            found = copy.deepcopy(load_toml(text))
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
        if self._is_unread:
            raise ConfigError(self.problems)
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
            if self._own_path is None:
                raise ConfigError([f"there is no place for a mapping of your own: {NO_HOME}"])
            path = self._own_path
            if exists(path):
                raise ConfigError(
                    [f"{path} exists already and is not the file shown; start again to use it"]
                )
        self._stored = config_file.write(path, text, like=self._stored)
        self.path = path


@lru_cache(maxsize=4)
def load_toml(text: str) -> dict[str, Any]:
    """Return what a text says; not to be changed, since it is kept."""
    return tomllib.loads(text)


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

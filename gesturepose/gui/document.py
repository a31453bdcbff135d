"""The open gestures.toml as the widgets see it: what it says now, changes to it, what went wrong.

Every change is checked, written to the disk and told to all. It recognises nothing and shows
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from gesturepose.config_advice import find_doubts
from gesturepose.config_edit import ConfigEditor
from gesturepose.config_errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from gesturepose.config import Config
    from gesturepose.toml_lines import Place
    from gesturepose.toml_text import Value

LOOK_MS = 500
"""How often the file is looked at."""


class MappingDocument(QObject):
    """The file, one for the application; live in the GUI thread.

    Parameters
    ----------
    path
        The file to read; see `ConfigEditor` on the packaged one.
    own_path
        Where the first change of the packaged one goes; by default the user's folder.

    Raises
    ------
    ConfigError
        The file cannot be read. Errors in what it says are in `problems`.
    """

    changed = Signal(object)
    """The configuration is another one: a `Config`."""
    problems_changed = Signal(list)
    """What is wrong with the file now, a line each; empty when it is valid again."""
    saved = Signal(str)
    """The file was written: its path."""
    failed = Signal(str)
    """A change was refused: one line that says why."""

    def __init__(
        self, path: Path, parent: QObject | None = None, *, own_path: Path | None = None
    ) -> None:
        super().__init__(parent)
        self._own_path = own_path
        self.editor = ConfigEditor(path, own_path=own_path)
        self.refusal = ""
        """Why the latest change was refused; empty when it was made."""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @property
    def config(self) -> Config:
        """The last good configuration."""
        return self.editor.config

    @property
    def path(self) -> Path:
        """The file; another one after the first change of the packaged default."""
        return self.editor.path

    @property
    def problems(self) -> list[str]:
        """What is wrong with the file as it is now, a line each."""
        return list(self.editor.problems)

    @property
    def doubts(self) -> list[str]:
        """What is valid and hardly meant, a line each."""
        return find_doubts(self.editor.config, self.editor.text, name=self.path.name)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return self.editor.can_undo and not self.editor.problems

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change to do again."""
        return self.editor.can_redo and not self.editor.problems

    def look(self) -> None:
        """Notice changes made in another program; done twice a second anyway."""
        self._follow(self.editor.look)

    def open(self, path: Path) -> bool:
        """Go on with another file; return whether it can be used, or else stay with this one."""
        self.refusal = ""
        try:
            editor = ConfigEditor(path, own_path=self._own_path)
            problems = editor.problems
        except ConfigError as error:
            problems = error.problems
        if problems:
            self.refusal = problems[0]
            self.failed.emit(self.refusal)
            return False
        had_problems = bool(self.problems)
        self.editor = editor
        self.changed.emit(editor.config)
        if had_problems:
            self.problems_changed.emit([])
        return True

    # Each change returns whether it was made; if not, `failed` has told why, and `refusal` says it.

    def set_value(self, place: Place, value: Value) -> bool:
        """Give one place of the file a value."""
        return self._change(lambda: self.editor.set_value(place, value))

    def remove_value(self, place: Place) -> bool:
        """Take one key out, so that its default holds."""
        return self._change(lambda: self.editor.remove_value(place))

    def add_binding(self, fields: Mapping[str, Value], index: int | None = None) -> bool:
        """Add a binding before the one at ``index``, or behind the last."""
        return self._change(lambda: self.editor.add_binding(fields, index))

    def duplicate_binding(self, index: int) -> bool:
        """Put a copy of a binding behind it."""
        return self._change(lambda: self.editor.duplicate_binding(index))

    def delete_binding(self, index: int) -> bool:
        """Take a binding out."""
        return self._change(lambda: self.editor.delete_binding(index))

    def move_binding(self, index: int, to: int) -> bool:
        """Move a binding to another index."""
        return self._change(lambda: self.editor.move_binding(index, to))

    def replace_binding(self, index: int, fields: Mapping[str, Value]) -> bool:
        """Give a binding other fields; what does not differ stays as it is written."""
        return self._change(lambda: self.editor.replace_binding(index, fields))

    def get_binding(self, index: int) -> dict[str, Any]:
        """Return a binding's fields as they are written."""
        return self.editor.get_binding(index)

    def check_binding(
        self, index: int | None, fields: Mapping[str, Value]
    ) -> list[tuple[str, str]]:
        """Tell what would be wrong with a binding: key and reason; see `ConfigEditor`."""
        return self.editor.check_binding(index, fields)

    def undo(self) -> bool:
        """Take the latest change back."""
        return self._change(self.editor.undo)

    def redo(self) -> bool:
        """Do the latest undone change again."""
        return self._change(self.editor.redo)

    def _change(self, change: Callable[[], object]) -> bool:
        text = self.editor.text
        self.refusal = ""
        try:
            self._follow(change)
        except ConfigError as error:
            self.refusal = error.problems[0]
            self.failed.emit(self.refusal)
            return False
        if self.editor.text != text:
            self.saved.emit(str(self.path))
        return True

    def _follow(self, act: Callable[[], object]) -> None:
        """Do something with the editor, and tell what came of it, even if it failed."""
        config, problems = self.editor.config, self.problems
        try:
            act()
        finally:
            if self.editor.config is not config:
                self.changed.emit(self.editor.config)
            if self.editor.problems != problems:
                self.problems_changed.emit(self.problems)

"""Undo and redo of a text, in steps with names; how a text changes is not its business."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable

UNDO_STEPS: Final = 200
"""How many changes can be undone."""
_MERGE_S = 2.0
"""Changes of the same thing that follow each other so fast are one step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change.

    Attributes
    ----------
    label
        Its name for people.
    before, after
        The whole text.
    subject
        What was changed; ``None`` for a step that no other joins.
    at_s
        When, by the monotonic clock.
    """

    label: str
    before: str
    after: str
    subject: Hashable
    at_s: float


class EditHistory:
    """The steps behind, and those undone."""

    def __init__(self) -> None:
        self._undo: list[Step] = []
        self._redo: list[Step] = []

    @property
    def last(self) -> Step | None:
        """The step that is undone next."""
        return self._undo[-1] if self._undo else None

    @property
    def next(self) -> Step | None:
        """The step that is done again next."""
        return self._redo[-1] if self._redo else None

    def add(self, label: str, before: str, after: str, subject: Hashable = None) -> None:
        """Note a change; one of the same subject right after another joins it."""
        self._redo.clear()
        step = Step(label, before, after, subject, time.monotonic())
        last = self.last
        if (
            last is not None
            and subject is not None
            and (last.subject, last.after) == (subject, before)
            and step.at_s - last.at_s < _MERGE_S
        ):
            self._undo[-1] = replace(step, before=last.before)
            return
        self._undo.append(step)
        del self._undo[:-UNDO_STEPS]

    def go_back(self) -> None:
        """Count the latest step as undone."""
        self._redo.append(replace(self._undo.pop(), subject=None))

    def go_forth(self) -> None:
        """Count the step undone last as done again."""
        self._undo.append(self._redo.pop())

"""The gestures.toml of the folder the app was started in, which nobody has agreed to: asks once.

It is not used until a person says so: the folder may be somebody else's, and what its mapping says
happens on this computer.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gesturepose.actions.settings import KINDS
from gesturepose.config import load_config
from gesturepose.errors import UsageError
from gesturepose.platforms.folder_consent import answer_for, remember
from gesturepose.platforms.small_files import absolute

if TYPE_CHECKING:
    from pathlib import Path

    from gesturepose.config import FoundConfig
    from gesturepose.gui.document import MappingDocument
    from gesturepose.gui.notice_bar import NoticeBar

_log = logging.getLogger(__name__)
_KEY = "folder"
_STARTS = {"launch", "run", "open"}


class FolderMapping(QObject):
    """Offers a folder's mapping in the strip of notices; the answer is kept.

    Parameters
    ----------
    found
        What was found when the app started.
    document
        Where it is opened if a person wants it.
    notices
        Where it asks.
    """

    def __init__(
        self,
        found: FoundConfig,
        document: MappingDocument,
        notices: NoticeBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path = found.unused
        self._open_to = found.open_to
        self._document = document
        self._notices = notices

    def ask(self) -> None:
        """Ask, if there is something to ask that was not answered before."""
        # What others may change is not used unless it is named each time.
        if self._path is None or self._open_to or answer_for(self._path) is not None:
            return
        try:
            does = self._describe(self._path)
        except UsageError as error:  # nothing of it could be used
            _log.info("%s is not offered: %s", self._path, error.problems[0])
            return
        self._notices.tell(
            _KEY,
            self.tr(
                "Use the mapping of this folder? {path} has {does}, which would happen on this "
                "computer. Until you say so it does nothing."
            ).format(path=absolute(self._path), does=does),
            (self.tr("Use it"), self._use),
            (self.tr("Don't use it"), self._decline),
        )

    def _describe(self, path: Path) -> str:
        bindings = [binding for binding in load_config(path).bindings if binding.enabled]
        kinds = [kind for kind in KINDS if any(binding.kind == kind for binding in bindings)]
        starts = sum(binding.kind in _STARTS for binding in bindings)
        many = self.tr("{count} actions ({kinds})")
        said = self.tr("1 action ({kinds})") if len(bindings) == 1 else many
        said = said.format(count=len(bindings), kinds=", ".join(kinds))
        if starts == 1:
            said += self.tr(", one of which starts a program")
        elif starts:
            said += self.tr(", {count} of which start programs").format(count=starts)
        return said if bindings else self.tr("no actions")

    def _use(self) -> None:
        self._notices.clear(_KEY)
        if self._path is not None and self._document.open(self._path):
            remember(self._path, "agreed")

    def _decline(self) -> None:
        self._notices.clear(_KEY)
        if self._path is not None:
            remember(self._path, "declined")
